"""A kind that somebody names, by qgis_process with the real engine."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from paths import needs_engine
from processing_support import Place, qgis_process, read_layer, rows_of, search
from support import needs_qgis

pytestmark = [needs_engine, needs_qgis, pytest.mark.skipif(not qgis_process(), reason="no QGIS")]


def table(path: Path, rows: list[tuple[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("crater_id", "decision"), *rows])
    return path


def ids_of(place: Place) -> list[str]:
    order = sorted(rows_of(place), key=lambda row: -float(row["DIAM_CIRC_IMG"]))
    return [row["CRATER_ID"] for row in order]


def test_a_kind_from_decisions_is_a_layer_of_all_craters(place: Place, tmp_path: Path) -> None:
    ids = ids_of(place)
    examples = [(name, "accepted") for name in ids[:8]] + [(ids[-1], "rejected")]
    examples += [(ids[9], "undecided"), ("not there", "accepted"), (ids[0], "rejected")]
    output = tmp_path / "kind.gpkg"
    ran = place.run(
        "nameakind",
        INDEX=place.index,
        NAME="the largest",
        EXAMPLES=table(tmp_path / "examples.csv", examples),
        OUTPUT=output,
    )
    assert ran.code == 0, ran.output
    assert (
        "Left out in turn" in ran.output and "Examples that are not in the index: 1" in ran.output
    )
    assert ran.results["EXAMPLES_USED"] == 8 and 0 <= ran.results["RECALL"] <= 1
    _, rows = read_layer(output)
    assert {row["crater_id"] for row in rows} >= set(ids[:8])
    by_id = {row["crater_id"]: row for row in rows}
    assert {by_id[name]["probability"] for name in ids[:8]} == {1.0}
    assert by_id[ids[-1]]["probability"] == 0.0 and by_id[ids[-1]]["example"] == "rejected"
    others = [row for row in rows if row["crater_id"] not in {*ids[:8], ids[-1]}]
    assert others and all(
        row["probability"] is None or 0 <= row["probability"] < 1 for row in others
    )
    kept = place.index.with_suffix(".kinds") / "the largest.json"
    assert kept.is_file()


@pytest.mark.parametrize(
    ("name", "count", "words"),
    [("few", 3, "at least 5 examples; 3 are given"), ("../up", 8, "cannot name a kind")],
)
def test_what_cannot_be_learnt_is_said(
    place: Place, tmp_path: Path, name: str, count: int, words: str
) -> None:
    examples = table(tmp_path / "e.csv", [(crater, "yes") for crater in ids_of(place)[:count]])
    ran = place.run(
        "nameakind", INDEX=place.index, NAME=name, EXAMPLES=examples, OUTPUT=tmp_path / "k.gpkg"
    )
    assert ran.code != 0 and words in ran.output
    assert not (tmp_path / "k.gpkg").exists() and not list(tmp_path.parent.glob("up*.json"))


def test_a_kept_kind_is_a_layer_again_and_a_condition(place: Place, tmp_path: Path) -> None:
    """Without examples those that are kept are taken; a search asks for craters of the kind."""
    examples = table(tmp_path / "e.csv", [(crater, "yes") for crater in ids_of(place)[:8]])
    first, again = tmp_path / "first.gpkg", tmp_path / "again.gpkg"
    for more, output in (({"EXAMPLES": examples}, first), ({}, again)):
        ran = place.run("nameakind", INDEX=place.index, NAME="kept", OUTPUT=output, **more)
        assert ran.code == 0, ran.output
    probability, same = (
        {row["crater_id"]: row["probability"] for row in read_layer(path)[1]}
        for path in (first, again)
    )
    assert probability == same and len(probability) > 8
    for percent, least in (({}, 0.5), ({"MIN_KIND": 100}, 1.0)):
        output = tmp_path / f"of_kind_{least}.gpkg"
        search(place, output, KIND="kept", **percent)
        ids = {row["crater_id"] for row in read_layer(output)[1]}
        assert ids == {name for name, value in probability.items() if (value or 0) >= least}
    ran = place.run("nameakind", INDEX=place.index, NAME="nobody's", OUTPUT=tmp_path / "n.gpkg")
    assert ran.code != 0 and "is called 'nobody's'. There are: kept" in ran.output
