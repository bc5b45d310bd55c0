"""The synthetic planet: same bytes twice, shapes as published, whole over seam and pole."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from craterbench_qgis.engine.bodies import Body, destination, great_circle_distance
from craterbench_qgis.engine.demo import Planet, make_planet
from craterbench_qgis.engine.demo.craters import Surface
from craterbench_qgis.engine.demo.grid import RADIUS_M, Grid, sample_sphere
from craterbench_qgis.engine.demo.observation import Sun, picture, shade
from craterbench_qgis.engine.demo.planet import make_surface
from craterbench_qgis.engine.demo.terrain import fractal
from craterbench_qgis.engine.errors import Cancelled, CraterBenchError
from craterbench_qgis.engine.monitor import Monitor

from .stopping import StopAt

SPHERE = Body("sphere", RADIUS_M, RADIUS_M)
FILES = ("mosaic_a", "mosaic_b", "mosaic_pole", "catalogue", "truth")


@pytest.fixture(scope="module")
def planet(tmp_path_factory: pytest.TempPathFactory) -> Planet:
    return make_planet(tmp_path_factory.mktemp("planet"), seed=3, width=768, craters=120)


@pytest.fixture(scope="module")
def surface() -> Surface:
    return make_surface(np.random.default_rng(5), 512, 30, Monitor())[0]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_seed_gives_the_same_bytes(planet: Planet, tmp_path: Path) -> None:
    first = make_planet(tmp_path / "a", seed=5, width=256, craters=10)
    again = make_planet(tmp_path / "new" / "folder", seed=5, width=256, craters=10)
    for name in FILES:
        assert digest(getattr(first, name)) == digest(getattr(again, name)), name
    assert first.query == again.query
    assert not list(planet.folder.glob("*.part*"))
    assert len(list(planet.folder.iterdir())) == len(FILES)


def test_another_seed_gives_another_planet(planet: Planet, tmp_path: Path) -> None:
    second = make_planet(tmp_path, seed=4, width=256, craters=10)
    assert digest(second.catalogue) != digest(planet.catalogue)
    with rasterio.open(second.mosaic_a) as source:
        assert source.shape == (128, 256)


@pytest.mark.parametrize(("width", "craters"), [(100, 10), (500, 10), (512, 0)])
def test_impossible_planets_are_refused_in_words(tmp_path: Path, width: int, craters: int) -> None:
    with pytest.raises(CraterBenchError, match=r"cannot be made.*\. Use"):
        make_planet(tmp_path, width=width, craters=craters)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(CraterBenchError, match="cannot be written"):
        make_planet(tmp_path / "taken", width=256, craters=5)


def test_it_tells_its_progress_and_stops_when_asked(tmp_path: Path) -> None:
    monitor = StopAt("mosaics", 1)
    with pytest.raises(Cancelled):
        make_planet(tmp_path / "p", width=256, craters=5, monitor=monitor)
    stages = list(dict.fromkeys(stage for stage, *_ in monitor.reports))
    assert stages == ["terrain", "craters", "mosaics"]
    assert not list((tmp_path / "p").glob("*.part*"))


# ------------------------------------------------------------------------------- terrain


def test_terrain_is_continuous_across_the_seam(surface: Surface) -> None:
    height = surface.height[20:-20].astype(np.float64)
    steps = np.abs(np.diff(height, axis=1))
    seam = np.abs(height[:, 0] - height[:, -1])
    assert seam.mean() < 1.6 * steps.mean()
    assert np.quantile(seam, 0.99) < 2.5 * np.quantile(steps, 0.99)
    # The test would see a tear: the columns of unrelated longitudes differ far more.
    assert np.abs(height[:, 0] - height[:, 200]).mean() > 5 * steps.mean()


def test_terrain_is_one_point_at_the_poles(surface: Surface) -> None:
    for row in (0, -1):
        assert np.ptp(surface.height[row]) < 1.0 * surface.grid.pixel
    assert np.ptp(surface.height[surface.grid.height // 2]) > 3 * surface.grid.pixel


def test_fractal_is_seamless_normalised_and_rougher_when_told() -> None:
    grid = Grid.of_width(512)
    smooth = fractal(grid, np.random.default_rng(0), hurst=1.2)
    rough = fractal(grid, np.random.default_rng(0), hurst=0.4)
    for field in (smooth, rough):
        assert field.shape == (256, 512) and field.dtype == np.float32
        weight = np.broadcast_to(grid.cos_lat[:, None], field.shape)
        assert np.average(field, weights=weight) == pytest.approx(0, abs=1e-3)
        assert np.average(field**2, weights=weight) == pytest.approx(1, abs=1e-2)
        steps = np.abs(np.diff(field, axis=1))[20:-20].mean()
        assert np.abs(field[:, 0] - field[:, -1])[20:-20].mean() < 1.5 * steps
        assert np.ptp(field[0]) < 0.1
    assert np.diff(rough[128]).std() > 2 * np.diff(smooth[128]).std()


# -------------------------------------------------------------------------- observations


def test_light_comes_from_where_the_sun_is() -> None:
    level, up = np.zeros(1, np.float32), np.full(1, 0.2, np.float32)
    assert shade(level, level, Sun(90.0, 25.0))[0] == pytest.approx(1.0)
    # Ground that rises eastwards faces west: dark in the morning, bright in the evening.
    assert shade(up, level, Sun(90.0, 25.0))[0] < 0.8
    assert shade(up, level, Sun(270.0, 25.0))[0] > 1.2
    assert shade(level, up, Sun(0.0, 25.0))[0] < 0.8
    assert shade(level, up, Sun(180.0, 25.0))[0] > 1.2


def test_pictures_have_no_seam_and_a_quiet_pole(surface: Surface) -> None:
    image = picture(surface.grid, surface.height, surface.albedo, Sun(90.0, 25.0))
    steps = np.abs(np.diff(image, axis=1))[20:-20].mean()
    assert np.abs(image[:, 0] - image[:, -1])[20:-20].mean() < 1.6 * steps
    assert image[0].std() < 0.5 * image[100].std()


def test_mosaics_are_georeferenced_as_promised(planet: Planet) -> None:
    with rasterio.open(planet.mosaic_a) as a:
        assert a.crs.is_geographic and "Synthetic" in a.crs.to_wkt()
        assert a.crs.to_authority() is None
        assert a.bounds == pytest.approx((-180.0, -90.0, 180.0, 90.0))
        common(a)
        assert (a.read(1) > 0).all()
    with rasterio.open(planet.mosaic_b) as b:
        assert b.crs.is_projected and 'central_meridian",180' in b.crs.to_wkt()
        half = np.pi * RADIUS_M
        assert b.bounds == pytest.approx((-half, -half / 2, half, half / 2))
        assert b.shape == (288, 576)
        common(b)
        assert 0.005 < (b.read(1) == 0).mean() < 0.03
    with rasterio.open(planet.mosaic_pole) as pole:
        common(pole)
        assert pole.bounds.left == -pole.bounds.right and pole.bounds.top == -pole.bounds.bottom
        inside = pole.read(1) > 0
        assert inside.mean() == pytest.approx(np.pi / 4, abs=0.06)
        assert inside[inside.shape[0] // 2, inside.shape[1] // 2] and not inside[0, 0]


def common(source: rasterio.DatasetReader) -> None:
    from rasterio.enums import Compression

    assert source.dtypes == ("uint8",) and source.nodata == 0 and source.count == 1
    assert source.compression == Compression.deflate
    assert "not a real body" in source.tags()["DESCRIPTION"]
    ellipsoid = source.crs.to_wkt().split('SPHEROID["', 1)[1].split(",")
    assert float(ellipsoid[1]) == RADIUS_M


def test_all_three_mosaics_show_the_same_ground(planet: Planet) -> None:
    """Each mosaic, warped by GDAL to a common frame at a place, correlates with the others."""
    from rasterio.warp import Resampling, reproject
    from scipy import ndimage

    names = ("mosaic_a", "mosaic_b", "mosaic_pole")

    def ground(name: str, lon: float, lat: float, step: float = 15_000.0) -> np.ndarray:
        local = f"+proj=ortho +lon_0={lon} +lat_0={lat} +R={RADIUS_M} +units=m"
        out, n = np.zeros((96, 96), np.float32), 96
        with rasterio.open(getattr(planet, name)) as source:
            reproject(
                source.read(1).astype(np.float32), out, src_transform=source.transform,
                src_crs=source.crs, src_nodata=0, dst_crs=local, dst_nodata=-1,
                dst_transform=rasterio.Affine(step, 0, -n * step / 2, 0, -step, n * step / 2),
                resampling=Resampling.bilinear,
            )  # fmt: skip
        return out

    def alike(first: np.ndarray, second: np.ndarray) -> float:
        # Suns differ: compare where there is relief, not which way it is lit.
        def busy(x: np.ndarray) -> Any:
            filled = np.where(x > 0, x, np.median(x[x > 0]))
            return ndimage.gaussian_filter(np.hypot(*np.gradient(filled)), 2.0)

        ok = ndimage.binary_erosion((first > 0) & (second > 0), iterations=5)
        assert ok.mean() > 0.5
        return float(np.corrcoef(busy(first)[ok], busy(second)[ok])[0, 1])

    for lon, lat in ((10.0, -10.0), (100.0, 30.0), (-60.0, 20.0)):
        here = alike(ground("mosaic_a", lon, lat), ground("mosaic_b", lon, lat))
        there = alike(ground("mosaic_a", lon, lat), ground("mosaic_b", lon + 40.0, lat))
        assert here > 0.3 and here > there + 0.25, (lon, lat, here, there)
    first, second, pole = (ground(name, 45.0, 84.0, 8_000.0) for name in names)
    assert alike(first, pole) > 0.4 and alike(second, pole) > 0.3
    assert alike(first, pole[::-1, ::-1]) < alike(first, pole) - 0.2


# ----------------------------------------------------------------------- catalogue, truth


def test_catalogue_reads_like_robbins(planet: Planet) -> None:
    rows = rows_of(planet.catalogue)
    assert list(rows[0])[:4] == ["CRATER_ID", "LAT_CIRC_IMG", "LON_CIRC_IMG", "DIAM_CIRC_IMG"]
    assert 100 <= len(rows) <= 120 and len({r["CRATER_ID"] for r in rows}) == len(rows)
    assert all(0 <= float(r["LON_CIRC_IMG"]) < 360 for r in rows)
    assert all(-90 <= float(r["LAT_CIRC_IMG"]) <= 90 for r in rows)
    smallest = 12 * 2 * np.pi * RADIUS_M / 768 / 1000
    assert all(float(r["DIAM_CIRC_IMG"]) >= smallest * 0.87 for r in rows)
    assert {r["DEGRADATION"] for r in rows} <= {"1", "2", "3", "4"}
    assert len({r["MORPHOLOGY"] for r in rows}) >= 3


def test_catalogue_is_understood_by_the_reader(planet: Planet) -> None:
    catalogue = pytest.importorskip("craterbench_qgis.engine.catalogue")
    if not hasattr(catalogue, "read_catalogue"):
        pytest.skip("the catalogue reader is not there yet")
    craters = catalogue.read_catalogue(planet.catalogue)
    rows = rows_of(planet.catalogue)
    assert craters.ids == [r["CRATER_ID"] for r in rows] and not craters.rejected
    first = rows[0]
    assert craters.diameter[0] == pytest.approx(float(first["DIAM_CIRC_IMG"]) * 1000.0)


def test_planted_duplicates_obey_their_bounds(planet: Planet) -> None:
    by_id = {r["CRATER_ID"]: r for r in rows_of(planet.catalogue)}
    truth = json.loads(planet.truth.read_text("utf-8"))
    pairs = truth["duplicates"]
    assert len(pairs) == 5  # 4 % of 120
    offsets, ratios = [], []
    for first, second in pairs:
        a, b = by_id[first], by_id[second]
        assert (a["MAPPER"], b["MAPPER"]) == ("mapper 1", "mapper 2")
        away = great_circle_distance(
            SPHERE, float(a["LON_CIRC_IMG"]), float(a["LAT_CIRC_IMG"]),
            float(b["LON_CIRC_IMG"]), float(b["LAT_CIRC_IMG"]),
        )  # fmt: skip
        offsets.append(float(away) / 1000.0 / float(a["DIAM_CIRC_IMG"]))
        ratios.append(float(b["DIAM_CIRC_IMG"]) / float(a["DIAM_CIRC_IMG"]))
    assert min(offsets) > 0 and max(offsets) <= 0.15 and max(offsets) > 0.05
    assert 0.88 <= min(ratios) < max(ratios) <= 1.12
    assert sum(r["MAPPER"] == "mapper 2" for r in by_id.values()) == len(pairs)
    for crater, primary in truth["secondaries"].items():
        assert crater in by_id and (primary is None or primary in by_id)


def test_the_catalogued_craters_are_there(planet: Planet) -> None:
    """At catalogued places the ground is lower inside than on the rim; elsewhere it is not."""
    rng = np.random.default_rng(9)
    surface, impacts, _ = make_surface(np.random.default_rng(3), 768, 120, Monitor())
    rows = [r for r in rows_of(planet.catalogue) if r["MAPPER"] == "mapper 1"]

    def drop(lon: float, lat: float, radius: float) -> float:
        bearing = np.arange(24) * 15.0
        rim = sample_sphere(
            surface.height, surface.grid, *destination(SPHERE, lon, lat, bearing, radius)
        )
        middle = sample_sphere(
            surface.height, surface.grid, *destination(SPHERE, lon, lat, bearing, 0.3 * radius)
        )
        return float(np.median(rim) - np.median(middle)) / radius

    agreement = [
        drop(float(r["LON_CIRC_IMG"]), float(r["LAT_CIRC_IMG"]), float(r["DIAM_CIRC_IMG"]) * 500.0)
        for r in rows
    ]
    moved = [
        drop(
            float(rng.uniform(-180, 180)), float(rng.uniform(-60, 60)),
            float(r["DIAM_CIRC_IMG"]) * 500.0,
        )
        for r in rows
    ]  # fmt: skip
    assert np.mean(np.array(agreement) > 0.02) > 0.95
    assert np.median(agreement) > 5 * abs(np.median(moved))
    assert len(impacts) >= len(rows)


def test_the_query_is_a_catalogued_crater(planet: Planet) -> None:
    by_id = {r["CRATER_ID"]: r for r in rows_of(planet.catalogue)}
    row = by_id[str(planet.query["id"])]
    assert float(row["DIAM_CIRC_IMG"]) * 1000 == pytest.approx(planet.query["diameter"], rel=1e-5)
    turned = (float(row["LON_CIRC_IMG"]) - float(planet.query["lon"]) + 180.0) % 360.0 - 180.0
    assert abs(turned) < 1e-4
    assert -180 <= float(planet.query["lon"]) < 180
    assert dataclasses.is_dataclass(planet) and planet.body.a == RADIUS_M
