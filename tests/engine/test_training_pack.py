"""Terrain packs: what is cut, what is kept, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from craterbench_qgis.engine.errors import CraterBenchError, MosaicError
from training import pack as packing
from training.recipe import pack_from_recipe
from training.terrain import Plate, orthographic_grid, touches

from .stopping import StopAt

RADIUS = 1_737_400.0
MOON = "+proj=longlat +R=1737400 +no_defs"


def write_plate(path: Path, data: np.ndarray, step: float, nodata: float | None = None) -> Path:
    rows, cols = data.shape
    transform = from_origin(-180.0, rows * step / 2, step, step)
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=cols, count=1, dtype=data.dtype,
        crs=MOON, transform=transform, nodata=nodata,
    ) as target:  # fmt: skip
        target.write(data, 1)
    return path


@pytest.fixture
def world(tmp_path: Path) -> tuple[Path, Path]:
    """A globe at 4 px/deg: heights and grey that are smooth functions of position, with noise."""
    step = 0.25
    lat, lon = np.meshgrid(
        np.radians(89.875 - step * np.arange(720)),
        np.radians(-179.875 + step * np.arange(1440)),
        indexing="ij",
    )
    rng = np.random.default_rng(0)
    height = 3000 * np.sin(20 * lat) * np.cos(20 * lon) + rng.normal(0, 50, lat.shape)
    grey = 120 + 60 * np.sin(15 * lon) * np.cos(9 * lat) + rng.normal(0, 3, lat.shape)
    dtm = write_plate(tmp_path / "dtm.tif", np.rint(height).astype(np.int16), step, -32768)
    wac = write_plate(tmp_path / "grey.tif", np.clip(grey, 1, 255).astype(np.uint8), step)
    return dtm, wac


def some_craters(n: int = 60) -> np.ndarray:
    rng = np.random.default_rng(1)
    lat = np.degrees(np.arcsin(rng.uniform(-0.95, 0.95, n)))
    return np.stack([rng.uniform(-180, 180, n), lat, rng.uniform(1e5, 3e5, n)], axis=1)


@pytest.mark.parametrize("dtype", [np.int16, np.uint8])
def test_deflate_loses_nothing(dtype: type[np.generic]) -> None:
    rng = np.random.default_rng(2)
    info = np.iinfo(dtype)
    image = rng.integers(info.min, info.max + 1, (53, 53)).astype(dtype)
    assert np.array_equal(packing.inflate(packing.deflate(image), 53, dtype), image)


def test_orthographic_grid_agrees_with_pyproj() -> None:
    from pyproj import Transformer

    for lon, lat in [(0.0, 0.0), (179.4, -5.0), (30.0, 85.0), (-60.0, -89.9)]:
        lons, lats = orthographic_grid(lon, lat, 0.2, 9)
        to_plane = Transformer.from_crs(
            MOON, f"+proj=ortho +R={RADIUS} +lat_0={lat} +lon_0={lon}", always_xy=True
        )
        x, y = to_plane.transform(lons, lats)
        half = ((np.arange(9) + 0.5) / 9 - 0.5) * 0.2 * RADIUS
        np.testing.assert_allclose(x, np.broadcast_to(half, (9, 9)), atol=1.0)
        np.testing.assert_allclose(y, np.broadcast_to(-half[:, None], (9, 9)), atol=1.0)


def test_samples_are_right_across_the_antimeridian(world: tuple[Path, Path]) -> None:
    plate = Plate.open(world[1])
    lons, lats = orthographic_grid(179.9, 10.0, 0.1, 24)
    got = plate.sample(lons, lats, np.degrees(0.1) / 24)
    wanted = 120 + 60 * np.sin(15 * np.radians(lons)) * np.cos(9 * np.radians(lats))
    assert np.abs(got - wanted).mean() < 5.0


def test_nothing_of_an_excluded_box_is_packed(world: tuple[Path, Path], tmp_path: Path) -> None:
    box = (-170.0, 0.0, -35.0, 45.0)
    source = packing.Source(world[0], world[1], 1e5, 3e5, windows=20)
    everything = packing.pack_terrain(
        [source], some_craters(), tmp_path / "all.pack", radius_m=RADIUS
    )
    some = packing.pack_terrain(
        [source], some_craters(), tmp_path / "some.pack", radius_m=RADIUS, exclude=[box]
    )
    assert 0 < some < everything
    kept = packing.read_pack(tmp_path / "some.pack")
    for lon, lat, diameter in zip(kept.lon, kept.lat, kept.diameter, strict=True):
        lons, lats = orthographic_grid(lon, lat, packing.SIDE * diameter / RADIUS, 64)
        assert not touches(lons, lats, box)


def test_slopes_survive_the_pack(world: tuple[Path, Path], tmp_path: Path) -> None:
    import torch

    from training.render import gradients

    path = tmp_path / "p.pack"
    packing.pack_terrain(
        [packing.Source(world[0], world[1], 1e5, 3e5)], some_craters(), path, radius_m=RADIUS
    )
    kept = packing.read_pack(path)
    east, _ = gradients(torch.from_numpy(kept.heights[:1]).float() / packing.HEIGHT_STEPS)
    size = kept.heights.shape[1]
    side = packing.SIDE * kept.diameter[0] / RADIUS
    lons, lats = orthographic_grid(kept.lon[0], kept.lat[0], side, size)
    height = 3000 * np.sin(20 * np.radians(lats)) * np.cos(20 * np.radians(lons))
    wanted = np.gradient(height, axis=1) / (side * RADIUS / size)
    got = east[0].numpy()[4:-4, 4:-4].ravel()
    assert np.corrcoef(got, wanted[4:-4, 4:-4].ravel())[0, 1] > 0.9
    scale = np.polyfit(wanted[4:-4, 4:-4].ravel(), got, 1)[0]
    assert scale == pytest.approx(1.0, abs=0.15)


def test_the_budget_is_kept_and_the_seed_decides(world: tuple[Path, Path], tmp_path: Path) -> None:
    source = packing.Source(world[0], world[1], 1e5, 3e5)
    for name in ("a", "b"):
        packing.pack_terrain(
            [source], some_craters(), tmp_path / name, radius_m=RADIUS, max_bytes=120_000
        )
    data = (tmp_path / "a").read_bytes()
    assert 60_000 < len(data) <= 120_000
    assert data == (tmp_path / "b").read_bytes()


def test_missing_terrain_is_left_out(world: tuple[Path, Path], tmp_path: Path) -> None:
    with rasterio.open(world[0]) as source:
        heights = source.read(1)
    heights[:, :] = -32768
    holes = write_plate(tmp_path / "holes.tif", heights, 0.25, -32768)
    with pytest.raises(CraterBenchError, match="No crop"):
        packing.pack_terrain(
            [packing.Source(holes, world[1], 1e5, 3e5)],
            some_craters(), tmp_path / "x.pack", radius_m=RADIUS,
        )  # fmt: skip
    assert not (tmp_path / "x.pack").exists()


def test_a_damaged_pack_is_named(world: tuple[Path, Path], tmp_path: Path) -> None:
    path = tmp_path / "p.pack"
    packing.pack_terrain(
        [packing.Source(world[0], world[1], 1e5, 3e5)], some_craters(), path, radius_m=RADIUS
    )
    whole = path.read_bytes()
    for data in (whole[: len(whole) // 2], b"", b"\x00\x00\x00\x00" + whole[4:], whole[:40]):
        path.write_bytes(data)
        with pytest.raises(CraterBenchError, match=r"p\.pack is not a whole terrain pack"):
            packing.read_pack(path)


def test_a_projected_raster_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ortho.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=8, width=8, count=1, dtype="uint8",
        crs="+proj=ortho +R=1737400", transform=from_origin(0, 0, 1000, 1000),
    ) as target:  # fmt: skip
        target.write(np.ones((8, 8), np.uint8), 1)
    with pytest.raises(MosaicError, match="geographic"):
        Plate.open(path)


def test_packing_can_be_stopped(world: tuple[Path, Path], tmp_path: Path) -> None:
    from craterbench_qgis.engine.errors import Cancelled

    with pytest.raises(Cancelled):
        packing.pack_terrain(
            [packing.Source(world[0], world[1], 1e5, 3e5)],
            some_craters(), tmp_path / "x.pack", radius_m=RADIUS, monitor=StopAt(),
        )  # fmt: skip
    assert list(tmp_path.glob("x.pack*")) == []


def write_recipe(folder: Path, terrain: object) -> Path:
    path = folder / "config.json"
    recipe = {
        "name": "t", "seed": 0, "pack": "t.pack", "radius_m": RADIUS, "network": {}, "steps": 1,
        "batch": 9, "terrain": terrain,
    }  # fmt: skip
    path.write_text(json.dumps(recipe), encoding="utf-8")
    return path


def test_a_recipe_packs_what_it_names(world: tuple[Path, Path], tmp_path: Path) -> None:
    rows = "\n".join(f"c{i},{x},{y},{d / 1e3}" for i, (x, y, d) in enumerate(some_craters()))
    (tmp_path / "craters.csv").write_text("id,lon,lat,diam_km\n" + rows + "\n", encoding="utf-8")
    source = {
        "dtm": "dtm.tif", "mosaic": "grey.tif", "min_diameter_km": 100, "max_diameter_km": 300,
    }  # fmt: skip
    terrain = {"catalogue": "craters.csv", "sources": [source], "exclude": [[-90, -90, 90, 90]]}
    [(path, count)] = pack_from_recipe(write_recipe(tmp_path, terrain), tmp_path)
    kept = packing.read_pack(path)
    assert path.name == "t.pack" and len(kept) == count > 0
    assert (np.abs(kept.lon) > 90).all()
    assert pack_from_recipe(write_recipe(tmp_path, terrain), tmp_path) == []  # it is there
    path.unlink()
    (tmp_path / "grey.tif").unlink()
    with pytest.raises(CraterBenchError, match=r"missing grey\.tif"):
        pack_from_recipe(write_recipe(tmp_path, terrain), tmp_path)
    with pytest.raises(CraterBenchError, match="does not say which terrain"):
        pack_from_recipe(write_recipe(tmp_path, {}), tmp_path)
