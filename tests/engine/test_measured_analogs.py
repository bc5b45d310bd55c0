"""Measurements of terrain in a search for analogs: where they count, and where nothing changes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from craterbench_qgis.contract.search import AnalogOptions
from craterbench_qgis.contract.vocabulary import Likeness
from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.index import CraterIndex, open_index
from craterbench_qgis.engine.kinds import measured
from craterbench_qgis.engine.kinds.measured import (
    TWICE,
    WEIGHTS,
    Column,
    MeasuredTerrain,
    measured_columns,
)
from craterbench_qgis.engine.kinds.upgrade import upgrade_index
from craterbench_qgis.engine.search import QueryView, Searcher
from craterbench_qgis.engine.terrain import MEASURES

from .scene import COUNT, build_scene, craters
from .test_analogs import ANALOGS, DESCRIPTOR, ENCODER, folder, heights, plain, query

__all__ = ["folder", "plain"]  # fixtures
BY = {by: replace(ANALOGS, analogs=AnalogOptions(by=by, min_pixels=5)) for by in Likeness}
SIZE = np.linspace(20e3, 60e3, 200)


def columns(values: np.ndarray) -> list[Column]:
    """The first measurements that a search compares."""
    used = [measure for measure in MEASURES if measure.name != TWICE]
    return [Column(used[at], 0.0, 1.0, row) for at, row in enumerate(values)]


def test_what_is_compared_is_in_units_of_two_craters_and_counts_by_what_is_known() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(2, 200))
    values[1, :50] = np.nan
    terrain = MeasuredTerrain(columns(values), SIZE)
    totals = []
    for number in range(60, 120):
        wanted = np.array([part[number] for part in terrain._values], float)
        total, weight = terrain.compared(wanted, 1.0)
        assert total[number] == 0 and (weight[:50] == 0.5).all() and (weight[50:] == 1.0).all()
        totals.append(total[60:].mean())
    assert 0.8 < np.mean(totals) < 1.2
    total, weight = terrain.compared(np.array([np.nan, np.nan]), 1.0)
    assert not total.any() and not weight.any()


def test_what_is_usual_for_the_size_says_nothing_and_depth_counts_once() -> None:
    """Depth over diameter falls with size; one crater is deep for its size."""
    rng = np.random.default_rng(1)
    depth = 3.0 - 4.0 * (np.log(SIZE) - 10.5) + rng.normal(0, 0.1, len(SIZE))
    depth[100] += 2.0
    terrain = MeasuredTerrain(columns(depth[None]), SIZE)
    values = terrain._values[0]
    assert abs(np.corrcoef(values, np.log(SIZE))[0, 1]) < 0.01 and values.argmax() == 100
    twice = replace(columns(depth[None])[0], measure=MEASURES[0])
    assert MEASURES[0].name == TWICE and not MeasuredTerrain([twice], SIZE)


@pytest.fixture(scope="module")
def terrain(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scene whose index has measurements of terrain, and the terrain model beside it."""
    here = tmp_path_factory.mktemp("terrain")
    build_scene(here, ENCODER, terrain=str(heights(folder).rename(here / "heights.tif")))
    upgrade_index(here / "scene.craterindex", DESCRIPTOR, [here / "mosaic.tif"])
    return here


def opened(path: Path) -> tuple[CraterIndex, Searcher]:
    index = open_index(path / "scene.craterindex")
    return index, Searcher(index, ENCODER)


@pytest.fixture()
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "MIN_MEASURED", COUNT - 5)


def unlike(searcher: Searcher, asked: QueryView, by: Likeness, **options: bool) -> np.ndarray:
    return searcher.analogs.compare(asked, by, **options).unlike


def test_it_counts_by_relief_and_both_and_not_by_looks(terrain: Path, few: None) -> None:
    index, searcher = opened(terrain)
    with index:
        asked = query(terrain, 7)
        for by in Likeness:
            result = searcher.search(asked, BY[by]).provenance["analogs"]
            shares = result["shares"]
            assert sum(shares.values()) == pytest.approx(1.0, abs=0.01)
            assert ("terrain" in shares) == ("terrain" in result) == (by is not Likeness.LOOKS)
            same = unlike(searcher, asked, by) == unlike(searcher, asked, by, measured=False)
            assert same.all() == (by is Likeness.LOOKS)
            if by is not Likeness.LOOKS:
                assert result["terrain"]["crater_id"] == "T-007"
                assert TWICE not in result["terrain"]["columns"]
        assert WEIGHTS[Likeness.RELIEF] > WEIGHTS[Likeness.BOTH] > 0


def test_a_query_beside_the_catalogue_is_measured_where_the_model_still_is(
    terrain: Path, few: None
) -> None:
    index, searcher = opened(terrain)
    with index:
        asked = query(terrain, 7)
        size = (asked.diameter_m or 0) / 2  # no crater of the catalogue
        apart = replace(asked, diameter_m=size)
        known = searcher.analogs.compare(apart, Likeness.RELIEF).how["terrain"]
        assert known["from"] == "terrain model" and Path(known["path"]).name == "heights.tif"
        guessed = replace(apart, source=asked.source | {"diameter_assumed": True})
        nowhere = replace(apart, lon=None, lat=None)
        for other in (guessed, nowhere, replace(apart, diameter_m=None)):
            assert "terrain" not in searcher.analogs.compare(other, Likeness.RELIEF).how
        by_id = replace(nowhere, source=asked.source | {"crater_id": "T-003"})
        how = searcher.analogs.compare(by_id, Likeness.RELIEF).how
        assert how["terrain"] == {"from": "index", "crater_id": "T-003"} | {
            "columns": how["terrain"]["columns"]
        }
        model = terrain / "heights.tif"
        aside = model.rename(model.with_suffix(".aside"))
        try:
            assert "terrain" not in searcher.analogs.compare(apart, Likeness.RELIEF).how
            assert "terrain" in searcher.analogs.compare(asked, Likeness.RELIEF).how
        finally:
            aside.rename(model)


def test_without_measurements_nothing_changes(folder: Path, terrain: Path, few: None) -> None:
    """An index without them, and one in which nobody measured: ranked by the pictures alone."""
    index, searcher = opened(folder)
    with index:
        gallery, asked = searcher.analogs.gallery, query(folder, 7)
        assert not searcher.analogs.terrain
        for by in Likeness:
            features = searcher.analogs.query_features(asked)
            plain_ = gallery.unlikeness(features, by, asked.diameter_m)
            np.testing.assert_array_equal(unlike(searcher, asked, by), plain_)
            assert "terrain" not in searcher.search(asked, BY[by]).provenance["analogs"]
    index, searcher = opened(terrain)
    with index:
        searcher.analogs.terrain = MeasuredTerrain([], searcher.analogs.gallery.diameter_m)
        assert "terrain" not in searcher.analogs.compare(asked, Likeness.RELIEF).how


def test_columns_of_words_are_no_measurements(terrain: Path, few: None) -> None:
    index, searcher = opened(terrain)
    with index:
        gallery = searcher.analogs.gallery
        names = {
            column.measure.name
            for column in measured_columns(index, gallery.crater_row, gallery.diameter_m)
        }
        assert "dtm_depth_ratio" in names
        assert index.craters.measured("freshness") is not None
        assert index.craters.measured("nothing") is None
        assert index.craters.measured("crater_id") is None
        depth = index.craters.measured("dtm_depth_m")
        again = np.array(index.craters.values("dtm_depth_m"), float)
        np.testing.assert_array_equal(depth, again)
        assert pa.types.is_floating(index.craters.tables[0].schema.field("dtm_depth_m").type)


def test_the_command_line_says_what_counted(
    terrain: Path, few: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = str(terrain / "scene.craterindex")
    _, lon, lat, diameter = craters()[7]
    mosaic = ["--mosaic", str(terrain / "mosaic.tif")]
    place = ["--at", str(lon), str(lat), "--diameter", str(diameter)]
    search = ["search", index, *mosaic, *place, "--find", "analogs", "--min-pixels", "5"]
    assert main([*search, "--by", "relief"]) == 0
    assert "(those of T-007" in capsys.readouterr().out
    assert main([*search, "--by", "looks"]) == 0
    assert "Measurements of terrain" not in capsys.readouterr().out
    evaluate = ["evaluate", index, *mosaic, "--catalogue", str(terrain / "craters.csv")]
    evaluate += ["--analogs", "--terrain", str(terrain / "heights.tif"), "--angles", "0"]
    assert main([*evaluate, "--limit", "3", "--output", str(tmp_path)]) == 0
    result = json.loads((tmp_path / "analogs.json").read_text())
    methods = [row["method"] for row in result["terrain"]]
    assert "kind, by relief, without measured terrain" in methods
    assert "kind, by looks, without measured terrain" not in methods
    assert "not judged by something else" in (tmp_path / "analogs.md").read_text()
