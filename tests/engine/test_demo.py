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
from craterbench_qgis.engine.demo.craters import Digger, Surface, stamp_small
from craterbench_qgis.engine.demo.grid import RADIUS_M, Grid, sample_sphere
from craterbench_qgis.engine.demo.observation import Sun, picture, shade
from craterbench_qgis.engine.demo.planet import make_surface
from craterbench_qgis.engine.demo.population import Crater, cumulative_diameters
from craterbench_qgis.engine.demo.shapes import (
    ProfileBank,
    diffuse,
    dimensions,
    fresh_profile,
    radii,
)
from craterbench_qgis.engine.demo.terrain import fractal
from craterbench_qgis.engine.errors import Cancelled, CraterBenchError
from craterbench_qgis.engine.monitor import Monitor

SPHERE = Body("sphere", RADIUS_M, RADIUS_M)
FILES = ("mosaic_a", "mosaic_b", "mosaic_pole", "catalogue", "truth")


@pytest.fixture(scope="module")
def planet(tmp_path_factory: pytest.TempPathFactory) -> Planet:
    return make_planet(tmp_path_factory.mktemp("planet"), seed=3, width=768, craters=120)


@pytest.fixture(scope="module")
def surface() -> Surface:
    return make_surface(np.random.default_rng(5), 512, 30, Monitor())[0]


def flat(width: int) -> Surface:
    grid = Grid.of_width(width)
    shape = (grid.height, grid.width)
    return Surface(grid, np.zeros(shape, np.float32), np.ones(shape, np.float32))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_seed_gives_the_same_bytes(planet: Planet, tmp_path: Path) -> None:
    first = make_planet(tmp_path / "a", seed=5, width=512, craters=20)
    again = make_planet(tmp_path / "new" / "folder", seed=5, width=512, craters=20)
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
    class Impatient(Monitor):
        def __init__(self) -> None:
            self.stages: list[str] = []

        def report(self, stage: str, done: int, total: int) -> None:
            assert 0 <= done <= total
            self.stages.append(stage)

        def cancelled(self) -> bool:
            return "mosaics" in self.stages

    monitor = Impatient()
    with pytest.raises(Cancelled):
        make_planet(tmp_path / "p", width=256, craters=5, monitor=monitor)
    assert list(dict.fromkeys(monitor.stages)) == ["terrain", "craters", "mosaics"]
    assert not list((tmp_path / "p").glob("*.part*"))


# --------------------------------------------------------------------------------- shapes


@pytest.mark.parametrize("km", [1.0, 5.0, 10.0])
def test_simple_craters_have_pikes_depth_on_flat_ground(km: float) -> None:
    # Scale 1: the Moon itself. Pike (1977): depth 0.196 D^1.010, rim 0.036 D^1.014, km.
    surface = flat(2048)
    scale = 32 * surface.grid.pixel / (km * 1000.0)
    diameter = km * 1000.0 * scale
    Digger(surface, scale, np.random.default_rng(0)).dig(
        Crater(0, 10.0, 5.0, diameter, 0.0, 0.0, irregularity=0.0)
    )
    patch = surface.grid.patch(10.0, 5.0, diameter)
    height = surface.height[patch.rows, patch.cols]
    crest = height[np.abs(patch.distance / (diameter / 2) - 1.0) < 0.03].mean()
    floor = height[patch.distance < 0.1 * diameter / 2].mean()
    unit = 1000.0 * scale
    assert crest - floor == pytest.approx(0.196 * km**1.010 * unit, rel=0.12)
    assert crest == pytest.approx(0.036 * km**1.014 * unit, rel=0.35)
    # Ejecta fall off with the cube of the distance: a rim of h is at least h / 8 at two radii.
    beyond = height[np.abs(patch.distance / (diameter / 2) - 2.0) < 0.05].mean()
    assert 0.03 * crest < beyond < 0.25 * crest


def test_dimensions_follow_pike_on_both_sides_of_the_transition() -> None:
    assert dimensions(10_000.0, 1.0).depth == pytest.approx(1000 * 0.196 * 10**1.010)
    assert dimensions(60_000.0, 1.0).depth == pytest.approx(1000 * 1.044 * 60**0.301)
    assert dimensions(60_000.0, 1.0).rim == pytest.approx(1000 * 0.236 * 60**0.399)
    assert dimensions(60_000.0, 1.0).floor == pytest.approx(0.187 * 60**0.249)
    assert not dimensions(10_000.0, 1.0).complex
    assert dimensions(60_000.0, 1.0).peak > 0 and dimensions(8_000.0, 1.0).peak == 0
    twice = dimensions(120_000.0, 2.0)
    assert twice.depth == pytest.approx(2 * dimensions(60_000.0, 1.0).depth)


def test_diffusion_matches_the_gaussian_solution() -> None:
    # A Gaussian hill of variance s2 stays one, of variance s2 + 2 kt, with its volume kept.
    s2, kt, x = 0.05, 0.02, radii()
    worn = diffuse(np.exp(-(x**2) / (2 * s2)), kt)
    exact = s2 / (s2 + 2 * kt) * np.exp(-(x**2) / (2 * (s2 + 2 * kt)))
    # Four implicit steps are first order in time.
    assert np.abs(worn - exact).max() < 0.05
    volume = np.trapezoid(np.exp(-(x**2) / (2 * s2)) * x, x)
    assert np.trapezoid(worn * x, x) == pytest.approx(volume, rel=0.01)


def test_wear_makes_craters_shallower_and_blunter() -> None:
    bank = ProfileBank(1.0, 10.0)
    depth, sharpness = [], []
    for wear in (0.0, 0.3, 0.6, 1.0):
        profile = bank.profile(5000.0, wear, 0.0)
        depth.append(float(np.ptp(profile)))
        sharpness.append(float(-np.diff(profile, 2).min()))
    assert depth == sorted(depth, reverse=True) and depth[-1] < 0.8 * depth[0]
    assert sharpness == sorted(sharpness, reverse=True)
    assert fresh_profile(dimensions(5000.0, 1.0)).min() < 0


def crest_of(surface: Surface, lon: float, lat: float, diameter: float) -> tuple[Any, Any]:
    """Radius (crater radii) and height (metres) of the rim crest in 24 directions, after digging a
    perfectly circular crater."""
    Digger(surface, diameter / 8000.0, np.random.default_rng(1)).dig(
        Crater(0, lon, lat, diameter, 0.0, 0.0, irregularity=0.0)
    )
    steps = np.linspace(0.85, 1.15, 121)
    bearing = np.arange(0, 360, 15.0)
    places = destination(SPHERE, lon, lat, bearing[:, None], steps[None, :] * diameter / 2)
    profile = sample_sphere(surface.height, surface.grid, *places)
    return steps[profile.argmax(axis=1)], profile.max(axis=1)


@pytest.mark.parametrize(("lon", "lat"), [(180.0, 0.0), (179.6, 40.0), (30.0, 85.0), (30.0, 89.0)])
def test_craters_are_round_on_the_ground_anywhere(lon: float, lat: float) -> None:
    surface, reference = flat(2048), flat(2048)
    diameter = 60 * surface.grid.pixel
    crest, height = crest_of(surface, lon, lat, diameter)
    assert np.abs(crest - 1.0).max() < 0.05  # 1.5 pixels of 30
    # The same rim, bump by bump, as at the middle of the map.
    _, usual = crest_of(reference, 0.0, 0.0, diameter)
    assert np.corrcoef(height, usual)[0, 1] > 0.9
    assert height.mean() == pytest.approx(usual.mean(), rel=0.1)
    # The rest of the planet is untouched.
    assert not sample_sphere(surface.height, surface.grid, [0.0, 90.0], [-60.0, -20.0]).any()


def test_irregular_craters_differ_from_each_other() -> None:
    heights = []
    for lon in (-60.0, 60.0):
        surface = flat(1024)
        digger = Digger(surface, 1.0, np.random.default_rng(int(lon) + 100))
        digger.dig(Crater(0, lon, 0.0, 40 * surface.grid.pixel, 0.0, 0.0))
        col = int(surface.grid.col_of(lon) + 0.5)
        heights.append(surface.height[216:296, col - 40 : col + 40].ravel())
    assert np.corrcoef(heights)[0, 1] < 0.99


def test_a_newer_crater_replaces_what_it_hits() -> None:
    surface = flat(1024)
    digger = Digger(surface, 1.0, np.random.default_rng(2))
    size = 80 * surface.grid.pixel
    digger.dig(Crater(0, 0.0, 0.0, size, 1.0, 0.0, irregularity=0.0))
    rim = destination(SPHERE, 0.0, 0.0, 90.0, size / 2)
    before = sample_sphere(surface.height, surface.grid, *rim)
    digger.dig(Crater(1, float(rim[0]), 0.0, size / 3, 0.0, 0.0, irregularity=0.0))
    assert before > 0 > sample_sphere(surface.height, surface.grid, *rim)


def test_crowds_of_stamps_keep_the_level_and_cross_the_seam() -> None:
    surface = flat(512)
    pixel = surface.grid.pixel
    stamp_small(
        surface, np.array([180.0, 0.0]), np.array([0.0, 70.0]), np.array([4.0, 4.0]) * pixel,
        np.zeros(2),
    )  # fmt: skip
    assert surface.height[127:129, 0].min() < 0 and surface.height[127:129, -1].min() < 0
    assert np.allclose(surface.height[128, :6], surface.height[128, :-7:-1], atol=1e-3)
    assert surface.height.max() > 0


def test_sizes_follow_the_power_law() -> None:
    d = cumulative_diameters(np.random.default_rng(0), 40_000, 1.0, 1000.0)
    assert (d > 2).mean() == pytest.approx(0.25, abs=0.01)
    assert (d > 10).mean() == pytest.approx(0.01, abs=0.002)


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
