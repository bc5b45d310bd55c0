"""Building: what is stored, resuming after kills, adding, refusing."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from craterbench_qgis.contract.build import BuildParams, CatalogueSource, Selection
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.encoders.base import Encoder
from craterbench_qgis.engine.errors import (
    BodyError,
    Cancelled,
    CatalogueError,
    CraterIndexError,
    MosaicError,
)
from craterbench_qgis.engine.index import IndexWriter, open_index, verify
from craterbench_qgis.engine.indexing import add_to_index, build_index
from craterbench_qgis.engine.indexing.estimate import estimate_views
from craterbench_qgis.engine.indexing.plan import Plan, Unit, spatial_order
from craterbench_qgis.engine.mosaic import Mosaic

from .scene import COUNT, build_scene, craters, scene_params, write_catalogue, write_mosaic
from .stopping import StopAt


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder("hog")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    folder = tmp_path_factory.mktemp("scene")
    build_scene(folder, encoder)
    return folder


def content(path: Path) -> tuple[np.ndarray, ...]:
    """Everything a search looks at."""
    with open_index(path, check="full") as index:
        everything = np.arange(index.n_views)
        stored = index.stored_tokens(everything)
        return (
            index.views[["crater_row", "observation", "context"]].copy(),
            index.globals(everything),
            stored.tokens.copy(),
            stored.scale.copy(),
            stored.assignment.copy(),
        )


def same(a: tuple[np.ndarray, ...], b: tuple[np.ndarray, ...]) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def test_a_build_holds_every_view(built: Path, encoder: Encoder) -> None:
    with open_index(built / "scene.craterindex") as index:
        assert index.n_craters == COUNT
        assert index.n_views == 2 * COUNT
        assert not index.incomplete
        assert len(index.segments) == 1
        assert sorted(set(index.views["context"].tolist())) == [2.0, 3.0]
        record = index.crater_records([3])[0]
        assert record["crater_id"] == "T-003"
        assert record["attributes"]["freshness"] == 3
        assert index.thumbnail(0)[:2] == b"\xff\xd8"
        assert index.settings.tokens == 16
        assert index.settings.weights_hash == encoder.weights_hash
    assert verify(built / "scene.craterindex").ok


def test_building_again_does_nothing_and_other_settings_are_refused(
    built: Path, encoder: Encoder
) -> None:
    again = build_scene(built, encoder)
    assert again.already_complete
    assert again.new_views == 0
    with pytest.raises(CraterIndexError, match="other inputs or settings"):
        build_scene(built, encoder, tokens=8)
    with pytest.raises(CraterIndexError, match="other inputs or settings"):
        build_scene(built, encoder, selection=Selection(min_diameter_m=30_000.0))


def test_cancel_and_resume_gives_the_same_index(
    built: Path, tmp_path: Path, encoder: Encoder
) -> None:
    output = tmp_path / "stopped.craterindex"
    wanted = {"output": str(output)}
    with pytest.raises(Cancelled):
        build_scene(built, encoder, StopAt(after=4), **wanted)
    with open_index(output) as index:
        assert index.incomplete
        assert 0 < index.n_views < 2 * COUNT
    monitor = StopAt(after=10**9)
    report = build_scene(built, encoder, monitor, **wanted)
    assert report.resumed
    assert 0 < report.new_views < 2 * COUNT
    views = [(done, total) for stage, done, total in monitor.reports if stage == "views"]
    assert views[0][0] > 0
    assert views[-1] == (2 * COUNT, 2 * COUNT)
    assert same(content(output), content(built / "scene.craterindex"))


def _build(folder: str, output: str) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    build_scene(Path(folder), load_encoder("hog"), output=output)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked builds")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_killed_twenty_times_the_index_is_the_same(built: Path, tmp_path: Path) -> None:
    output = tmp_path / "killed.craterindex"
    rng = np.random.default_rng(int(os.environ.get("CRATERBENCH_SEED", "1")))
    context = multiprocessing.get_context("fork")
    kills, whole = 0, None
    while kills < 20:
        start = time.monotonic()
        process = context.Process(target=_build, args=(str(built), str(output)))
        process.start()
        process.join(None if whole is None else float(rng.uniform(0.0, 0.5 * whole)))
        if process.is_alive():
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
            kills += 1
        elif whole is None:
            assert process.exitcode == 0
            whole = time.monotonic() - start
        if (output / "manifest.json").exists():
            with open_index(output) as index:
                done = not index.incomplete
            if done:  # built to its end: once more from nothing, so that kills hit every stage
                assert same(content(output), content(built / "scene.craterindex"))
                shutil.rmtree(output)
    process = context.Process(target=_build, args=(str(built), str(output)))
    process.start()
    process.join()
    assert process.exitcode == 0
    assert verify(output).ok
    assert same(content(output), content(built / "scene.craterindex"))


def test_add_an_observation_then_craters(tmp_path: Path, encoder: Encoder) -> None:
    rows = craters()
    output = tmp_path / "scene.craterindex"
    scene_params(tmp_path)
    write_catalogue(tmp_path / "few.csv", rows[:10])
    build_scene(tmp_path, encoder, craters=read_catalogue(tmp_path / "few.csv"))
    mosaic = write_mosaic(tmp_path / "other.tif", noise=5)

    report = add_to_index(output, encoder, mosaics=[mosaic])
    assert (report.craters, report.views, report.new_views) == (10, 40, 20)

    moved = [("T-001", rows[1][1] + 3, rows[1][2], rows[1][3]), rows[2], *rows[10:14]]
    write_catalogue(tmp_path / "more.csv", moved)
    report = add_to_index(
        output, encoder, craters=read_catalogue(tmp_path / "more.csv"), mosaics=[]
    )
    assert (report.craters, report.new_views) == (14, 16)
    assert any("other craters" in note for note in report.notes)
    assert any("already" in note for note in report.notes)

    report = add_to_index(output, encoder, mosaics=[mosaic])
    assert report.new_views == 0
    assert verify(output).ok


def test_an_interrupted_addition_is_finished(tmp_path: Path, encoder: Encoder) -> None:
    output = tmp_path / "scene.craterindex"
    build_scene(tmp_path, encoder)
    mosaic = write_mosaic(tmp_path / "other.tif", noise=5)
    with pytest.raises(Cancelled):
        add_to_index(output, encoder, mosaics=[mosaic], monitor=StopAt(after=2))
    report = add_to_index(output, encoder)
    assert report.views == 4 * COUNT
    assert any("has been finished" in note for note in report.notes)
    assert report.craters_with_views == COUNT


def test_skipped_views_are_counted(tmp_path: Path, encoder: Encoder) -> None:
    rows = [*craters(4), ("far", 120.0, 0.0, 30.0), ("tiny", 3.0, 1.0, 0.5), ("edge", 0.0, 7.9, 60)]
    scene_params(tmp_path)
    write_catalogue(tmp_path / "craters.csv", rows)
    report = build_scene(tmp_path, encoder)
    assert report.views == 8
    assert report.skipped == {"outside": 2, "too coarse": 2, "too empty": 2}


def test_bad_requests_are_refused_and_leave_nothing(tmp_path: Path, encoder: Encoder) -> None:
    scene_params(tmp_path)
    with pytest.raises(CatalogueError, match="None of the"):
        build_scene(tmp_path, encoder, selection=Selection(min_diameter_m=1e9))
    with pytest.raises(MosaicError, match="no file"):
        build_scene(tmp_path, encoder, mosaics=[str(tmp_path / "absent.tif")])
    mars = read_catalogue(tmp_path / "craters.csv", body="mars")
    with pytest.raises(BodyError, match="Mars"):
        build_scene(tmp_path, encoder, craters=mars)
    write_catalogue(tmp_path / "away.csv", [("far", 120.0, 0.0, 30.0)])
    for _ in range(2):
        with pytest.raises(CatalogueError, match="Not one of"):
            build_scene(tmp_path, encoder, craters=read_catalogue(tmp_path / "away.csv"))
    assert not (tmp_path / "scene.craterindex").exists()


def test_a_changed_mosaic_is_noticed_and_a_moved_one_is_the_same(
    tmp_path: Path, encoder: Encoder
) -> None:
    output = tmp_path / "scene.craterindex"
    with pytest.raises(Cancelled):
        build_scene(tmp_path, encoder, StopAt(after=3))
    write_mosaic(tmp_path / "changed.tif", noise=3)
    with pytest.raises(CraterIndexError, match="changed since"):
        build_scene(tmp_path, encoder, mosaics=[str(tmp_path / "changed.tif")])
    with pytest.raises(CraterIndexError, match="index build"):
        add_to_index(output, encoder, mosaics=[tmp_path / "changed.tif"])
    (tmp_path / "mosaic.tif").rename(tmp_path / "moved.tif")
    moved = str(tmp_path / "moved.tif")
    report = build_scene(tmp_path, encoder, mosaics=[moved, moved])
    assert report.resumed
    assert report.views == 2 * COUNT


def test_another_encoder_is_refused(built: Path) -> None:
    ncc = load_encoder("ncc")
    with pytest.raises(CraterIndexError, match="built with"):
        add_to_index(built / "scene.craterindex", ncc)


def test_a_second_writer_is_refused(built: Path, encoder: Encoder) -> None:
    with (
        IndexWriter.open(built / "scene.craterindex"),
        pytest.raises(CraterIndexError, match="process"),
    ):
        add_to_index(built / "scene.craterindex", encoder)


def test_plan_survives_json() -> None:
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(-180, 180, 500), rng.uniform(-90, 90, 500)
    rows = np.setdiff1d(np.arange(500), [5, 6, 77])
    order = spatial_order(lon[rows], lat[rows])
    plan = Plan.of([Unit(0, rows[order]), Unit(1, rows[order][:0])], (2.0, 3.0))
    again = Plan.from_info(plan.to_info() | {"units": plan.to_info()["units"][:1]}, lon, lat)
    assert np.array_equal(again.units[0].rows, plan.units[0].rows)
    chunks = list(again.chunks())
    assert np.array_equal(np.concatenate([unit.rows for _, unit in chunks]), rows[order])
    assert [number for number, _ in chunks] == list(range(plan.n_chunks))
    assert plan.views == 2 * 497


def test_the_estimate_counts_what_the_build_will_skip(tmp_path: Path) -> None:
    """Craters from 1 to 30 pixels, on a plate carree map whose pixels shrink towards the poles."""
    mosaic = write_mosaic(tmp_path / "mosaic.tif")
    entries = list(craters())
    with Mosaic.open(mosaic) as opened:
        pixel_km = opened.pixel_size_m / 1000.0
        entries += [
            (f"s{n}", lon, lat, n * pixel_km / 2)
            for n, (_, lat, lon) in enumerate(
                [(0, lat, lon) for lat in (0.0, 30.0, 55.0) for lon in (5.0, 40.0, 100.0)], 2
            )
        ]
        table = write_catalogue(tmp_path / "all.csv", entries)
        known = read_catalogue(table)
        forecast = estimate_views([opened], known, (2.0, 3.0))
    params = BuildParams(
        [str(mosaic)],
        CatalogueSource(str(table)),
        str(tmp_path / "x.craterindex"),
        contexts=[2.0, 3.0],
    )
    report = build_index(params, known, load_encoder("ncc"))
    assert report.skipped["too coarse"] == forecast.skipped["too coarse"] > 0
    assert forecast.exact and forecast.views + sum(forecast.skipped.values()) == 2 * len(known)
    unforeseen = set(report.skipped) - set(forecast.skipped)
    assert forecast.views == report.views + sum(report.skipped[name] for name in unforeseen)
