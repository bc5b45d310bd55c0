"""The same crater, north up: the pictures of the best views laid on the query."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from craterbench_qgis.contract.search import Feedback
from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import CraterIndexError
from craterbench_qgis.engine.files.images import open_thumbnail
from craterbench_qgis.engine.index import open_index
from craterbench_qgis.engine.indexing.cutting import thumbnail
from craterbench_qgis.engine.search import Searcher, SearchOptions
from craterbench_qgis.engine.search.overlay import (
    NORTH_UP,
    SIDE,
    context_of,
    correlations,
    mixed,
)
from craterbench_qgis.engine.search.turns import Turn

from .scene import COUNT, build_scene, craters, noisy_views, query_view, write_mosaic

ENCODER = load_encoder("hog")
ALONE = SearchOptions(top=COUNT, overlay=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("overlay")
    build_scene(folder, ENCODER)
    return folder


@pytest.fixture(scope="module")
def searcher(folder: Path) -> Searcher:
    return Searcher(open_index(folder / "scene.craterindex"), ENCODER)


def test_a_noisy_picture_of_another_light_is_found_more_often(
    searcher: Searcher, tmp_path: Path
) -> None:
    right = {True: 0, False: 0}
    for name, asked in noisy_views(tmp_path, ENCODER, np.random.default_rng(5)):
        for overlay in right:
            best = searcher.search(asked, SearchOptions(top=1, overlay=overlay)).matches[0]
            right[overlay] += best.crater_id == name
    assert right[True] > right[False] + COUNT / 10


def test_a_score_is_late_interaction_and_in_part_the_overlay(
    folder: Path, searcher: Searcher
) -> None:
    asked = query_view(folder, 5, ENCODER, 2.5)
    alone = searcher.search(asked, ALONE)
    result = searcher.search(asked, SearchOptions(top=COUNT))
    assert "overlay" in result.timings_ms and "overlay" not in alone.timings_ms
    assert result.provenance["overlay"] == NORTH_UP.to_json()
    assert "overlay" not in alone.provenance
    best = result.matches[0]
    views = {match.view_number: match.score for match in alone.matches}
    assert best.view_number in views
    context = searcher.index.view_records(np.array([best.view_number]))["context"]
    correlation = correlations(
        asked.view.pixels,
        [Turn(0.0, False)],
        [searcher.index.thumbnail(best.view_number)],
        [float(context_of(asked) / context[0])],
        NORTH_UP,
    )
    worth = (correlation[0] - NORTH_UP.floor) / (1 - NORTH_UP.floor)
    assert 0.5 < worth <= 1
    assert best.score == pytest.approx(
        (1 - NORTH_UP.share) * views[best.view_number] + NORTH_UP.share * worth, abs=1e-5
    )


@pytest.mark.parametrize("size", [128, 100, 20])
def test_a_thumbnail_is_read_no_finer_than_it_is_compared(folder: Path, size: int) -> None:
    picture = query_view(folder, 4, ENCODER, 2.5).view.pixels
    data = thumbnail(picture, size)
    with open_thumbnail(data) as whole, open_thumbnail(data, SIDE) as small:
        assert whole.size == (size, size)
        assert small.size == ((SIDE, SIDE) if size == 4 * SIDE else (size, size))
        expected = [
            np.asarray(image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX), np.float32)
            for image in (whole, small)
        ]
    np.testing.assert_allclose(*expected, atol=6)


def test_what_correlates_little_counts_for_nothing() -> None:
    scores = np.array([0.5, 0.6, 0.7, 0.4], np.float32)
    correlation = np.array([1.0, NORTH_UP.floor, 0.0], np.float32)
    after = mixed(scores, np.array([2, 1, 0]), correlation, NORTH_UP)
    expected = (1 - NORTH_UP.share) * scores + NORTH_UP.share * np.array([0, 0, 1, 0])
    np.testing.assert_allclose(after, expected, atol=1e-6)
    assert after.dtype == np.float32


def _no_thumbnail(view: int) -> bytes:
    return b""


def _damaged(view: int) -> bytes:
    raise CraterIndexError("its checksum differs")


def _no_picture(view: int) -> bytes:
    return b"no JPEG"


@pytest.mark.parametrize("thumbnail", [_no_thumbnail, _damaged, _no_picture])
@pytest.mark.parametrize("any_angle", [False, True])
def test_without_pictures_late_interaction_decides_alone(
    folder: Path,
    searcher: Searcher,
    monkeypatch: pytest.MonkeyPatch,
    thumbnail: Callable[[int], bytes],
    any_angle: bool,
) -> None:
    asked = query_view(folder, 6, ENCODER, 2.5)
    options = SearchOptions(top=COUNT, any_angle=any_angle)
    monkeypatch.setattr(searcher.index, "thumbnail", thumbnail)
    result = searcher.search(asked, options)
    assert "overlay" not in result.provenance
    alone = searcher.search(asked, replace(options, overlay=False))
    assert [(m.crater_id, m.score) for m in result.matches] == [
        (m.crater_id, m.score) for m in alone.matches
    ]


def test_pictures_are_laid_on_a_refined_query_too(folder: Path, searcher: Searcher) -> None:
    asked = query_view(folder, 7, ENCODER, 2.5)
    options = SearchOptions(top=COUNT, feedback=Feedback(["T-001"], ["T-002"]))
    result = searcher.search(asked, options)
    assert result.provenance["overlay"] == NORTH_UP.to_json()
    alone = searcher.search(asked, replace(options, overlay=False))
    assert "overlay" not in alone.provenance
    own = next(match.score for match in alone.matches if match.crater_id == "T-007")
    assert result.matches[0].crater_id == "T-007" and result.matches[0].score > 0.9 * own
    assert "T-002" not in {match.crater_id for match in result.matches}


def test_a_picture_of_one_grey_and_one_of_unknown_width_are_searched(
    folder: Path, searcher: Searcher
) -> None:
    asked = query_view(folder, 8, ENCODER, 2.5)
    flat = replace(asked.view, pixels=np.full_like(asked.view.pixels, 0.5))
    scores = [m.score for m in searcher.search(replace(asked, view=flat)).matches]
    assert scores and np.isfinite(scores).all()
    bare = replace(asked, lon=None, lat=None, diameter_m=None)
    assert searcher.search(bare).matches[0].crater_id == "T-008"


def test_the_command_line_leaves_it_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, lon, lat, diameter = craters()[9]
    ask = ["search", str(folder / "scene.craterindex"), "--at", str(lon), str(lat), "--json"]
    ask += ["--mosaic", str(folder / "mosaic.tif"), "--diameter", str(diameter)]
    found = {}
    for more in ([], ["--no-overlay"]):
        assert main([*ask, *more]) == 0
        found[bool(more)] = json.loads(capsys.readouterr().out)
    assert "overlay" in found[False]["provenance"]
    assert "overlay" not in found[True]["provenance"]
    assert found[False]["matches"][0]["crater_id"] == "T-009"
    index, mosaic, table = (
        str(folder / name) for name in ("scene.craterindex", "mosaic.tif", "craters.csv")
    )
    measure = ["evaluate", index, "--mosaic", mosaic, "--catalogue", table, "--no-overlay"]
    assert main(measure) == 1
    assert "goes with --how-sure" in capsys.readouterr().err


def test_a_row_of_an_evaluation_measures_it(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_mosaic(tmp_path / "other.tif", noise=3, shade=6.0)
    rows = ["--only", "two-stage::200", "--only", "overlay::200", "--seeds", "attention"]
    ask = ["evaluate", str(folder / "scene.craterindex"), "--mosaic", str(other)]
    ask += ["--catalogue", str(folder / "craters.csv"), "--views-per-crater", "1", *rows]
    assert main([*ask, "--json"]) == 0
    plain, overlay = json.loads(capsys.readouterr().out)["rows"]
    assert (plain["method"], overlay["method"]) == ("two-stage", "overlay")
    assert overlay["hit@1"] > plain["hit@1"]
