"""Filters in SQL: useful ones work, all others are refused with the columns' names."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from craterbench_qgis.engine.errors import QueryError
from craterbench_qgis.engine.index import CraterIndex, expressions, open_index, plain_where, where

from . import index_support as support


@pytest.fixture(scope="module")
def index_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    name = "the moon's #1 50%" if os.name == "nt" else "the moon's #1 50%?"
    path = tmp_path_factory.mktemp("where") / f"{name}.craterindex"
    support.build(path)
    return path


@pytest.fixture
def index(index_path: Path) -> CraterIndex:
    return open_index(index_path)


def test_selects_what_it_says(index: CraterIndex) -> None:
    rows = range(support.CRATERS)
    lat, diameter = index.craters.lat, index.craters.diameter_m
    for expression, expected in {
        "diameter_m > 5e4": [i for i in rows if diameter[i] > 5e4],
        "lat BETWEEN -30 AND 30": [i for i in rows if -30 <= lat[i] <= 30],
        "depth is null": [i for i in rows if i % 5 == 0],
        "NOT (DEPTH >= 1) -- shallow": [i for i in rows if i % 5 and i < 10],
        "abs(lat) > 60 or note = 'it''s 3'": [i for i in rows if abs(lat[i]) > 60 or i == 3],
        "crater_id IN ('c005', 'c001') /* two */": [1, 5],
        "note LIKE '%s 1_'": list(range(10, 20)),
        '"crater_row" % 7 = 0': list(range(0, 60, 7)),
        "round(sqrt(crater_row)) = 2": [3, 4, 5, 6],
        "note = '; DROP TABLE craters; --'": [],
        "0": [],
    }.items():
        selected = index.where(expression)
        assert selected.tolist() == expected, expression


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "  ",
        "depht > 3",
        '"depht" > 3',
        '"DEPTH" > "none"',
        "lat >",
        "lat > 1; DROP TABLE craters",
        "lat > 1); DROP TABLE craters; --",
        "1) UNION SELECT rowid FROM sqlite_master WHERE (1",
        "1) UNION SELECT crater_row FROM craters WHERE (1",
        "1) ORDER BY (1",
        "(1",
        "1)",
        "1) --",
        "1) /*",
        "lat > 'open",
        '"open',
        "crater_row IN (SELECT crater_row FROM craters)",
        "EXISTS (SELECT 1 FROM sqlite_master)",
        "crater_row IN craters",
        "crater_row IN sqlite_master",
        "crater_row IN pragma_table_info('craters')",
        "load_extension('evil')",
        "writefile('x', 'y')",
        "readfile('/etc/passwd') is null",
        "edit(note) is null",
        "length(randomblob(1000000000)) > 1",
        "length(zeroblob(1000000000)) > 1",
        "length(printf('%1000000000d', 1)) > 1",
        "hex(replace(note, 's', note)) is null",
        "count(*) > 1",
        "sum(lat) > 1",
        "row_number() over () = 1",
        "lat = ?",
        "lat = :lat",
        "raise(ABORT, 'x')",
        "ATTACH DATABASE 'x.db' AS x",
        "PRAGMA journal_mode = wal",
        "crater_row MATCH 'x'",
        "lat > 1\x00",
        "\ud800",
        "(" * 3000 + "1" + ")" * 3000,
        "lat > 1 or " * 2000 + "1",
    ],
)
def test_everything_else_is_refused(index_path: Path, index: CraterIndex, expression: str) -> None:
    before = {file: file.stat().st_mtime_ns for file in index_path.rglob("*")}
    with pytest.raises(QueryError) as caught:
        index.where(expression)
    assert "crater_row, crater_id, lon, lat, diameter_m" in str(caught.value)
    assert len(str(caught.value)) < 11_000
    assert {file: file.stat().st_mtime_ns for file in index_path.rglob("*")} == before


def test_an_endless_filter_is_stopped(index: CraterIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(where, "MAX_SECONDS", -1.0)
    monkeypatch.setattr(where, "_STEPS", 10)
    with pytest.raises(QueryError, match="interrupted"):
        index.where("lat > 0 and note like '%a%b%c%'")


def by_sqlite(index: CraterIndex, expression: str) -> list[int]:
    return index.expressions.rows(expression).tolist()


NUMBERS = st.sampled_from(["0", "-30", "+12.5", "4.5e1", "1e4", ".5", "-1.", "30000", "123456789"])
OPERANDS = st.sampled_from(["lon", "lat", "LAT", "diameter_m"]) | NUMBERS
SIGNS = st.sampled_from(["<", "<=", ">", ">=", "=", "==", "<>", "!="])
COMPARISONS = st.builds(
    "{} {} {}".format,
    OPERANDS,
    st.sampled_from(["<", "<=", ">", ">=", "=", "==", "<>", "!="]),
    OPERANDS,
) | st.builds(
    "{} {}BETWEEN {} and {}".format, OPERANDS, st.sampled_from(["", "not "]), NUMBERS, OPERANDS
)
EXPRESSIONS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.builds("({})".format, inner),
        st.builds("not {}".format, inner),
        st.builds("{} and {}".format, inner, inner),
        st.builds("{}\nOR {}".format, inner, inner),
    ),
    max_leaves=5,
)


@given(EXPRESSIONS)
@example("not lat < 5 and lon > 3 or diameter_m <> 2e4")
@example("lat between -90 and 0 = 1")
@example("(lat) < 5")
@example("(lat < 5) = 0")
@example("1 < lat < 2")
@example("lat -30 < 5")
def test_the_plainest_mean_the_same_without_sqlite(index_path: Path, expression: str) -> None:
    with open_index(index_path) as index:
        mask = plain_where.plain_mask(expression, index.craters)
        if mask is not None:
            assert np.flatnonzero(mask).tolist() == by_sqlite(index, expression)
        assert index.where(expression).tolist() == by_sqlite(index, expression)


def test_which_are_plain(index: CraterIndex) -> None:
    for expression in ("lat > 5", "NOT (lon <= 1e2 or 3 < Diameter_m)", "lat not between 1 and 2"):
        assert plain_where.plain_mask(expression, index.craters) is not None, expression
    for expression in ("depth > 5", "lat + 1 > 5", "lat", "lat < 5 < 6", "1 < 2", "lat > 'a'", "("):
        assert plain_where.plain_mask(expression, index.craters) is None, expression


def test_an_answer_is_kept_for_the_next_query_and_no_longer(
    index_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    real = expressions.select_rows
    monkeypatch.setattr(
        expressions, "select_rows", lambda *given: asked.append(given[2]) or real(*given)
    )
    path = Path(shutil.copytree(index_path, tmp_path / "a.craterindex"))
    with open_index(path) as index:
        first = index.where("depth > 3")
        first[:] = -1  # somebody else's by now
        again = index.where("depth > 3")
        assert again.min() >= 0 and asked == ["depth > 3"]
        for number in range(20):
            index.where(f"depth > {number}")
        assert len(asked) == 20
        os.utime(path / "catalogue.gpkg", (1, 1))  # looks touched
        assert index.where("depth > 19").tolist() == []
        assert asked[-2:] == ["depth > 19"] * 2
