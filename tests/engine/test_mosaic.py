"""Views of craters: geometry against an independent warp, seams, poles, masks, errors."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
from rasterio.transform import from_bounds
from rasterio.warp import Resampling, reproject

from craterbench_qgis.engine.bodies import body_by_name, destination
from craterbench_qgis.engine.errors import BodyError, MosaicError, QueryError
from craterbench_qgis.engine.mosaic import Mosaic, ViewSkipped, box_area, image_view
from craterbench_qgis.engine.mosaic.sampling import spacing

from .conftest import DATA, needs_data

MOON = pyproj.CRS.from_proj4("+proj=longlat +R=1737400 +no_defs").to_wkt()
S = 64


def smooth_planet(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """A band-limited function on the sphere, the same whatever the projection: 20..230."""
    lon, lat = np.radians(lon), np.radians(lat)
    # In single precision: a sine takes a tenth of the time.
    x, y, z = (
        np.asarray(part, np.float32)
        for part in (np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat))
    )
    value = np.zeros(np.shape(lon))
    rng = np.random.default_rng(1)
    for _ in range(12):
        direction = rng.normal(size=3)
        direction *= rng.uniform(20, 90) / np.linalg.norm(direction)
        a, b, c = direction.tolist()
        value += np.sin(x * a + y * b + z * c + rng.uniform(0, 6))
    return 125 + 25 * value


def write(path: Path, array: np.ndarray, bounds: tuple[float, ...], crs: str, **extra) -> Path:
    array = np.atleast_3d(array.T).T if array.ndim == 2 else array
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=array.shape[2],
        height=array.shape[1],
        count=array.shape[0],
        dtype=array.dtype,
        crs=crs,
        transform=from_bounds(*bounds, array.shape[2], array.shape[1]),
        **extra,
    ) as out:
        out.write(array)
    return path


@cache
def grid(left: float, width: int) -> np.ndarray:
    """The planet in degrees, from the longitude ``left`` eastward."""
    step = 360.0 / width
    lon = left + (np.arange(width) + 0.5) * step
    lat = 90 - (np.arange(width // 2) + 0.5) * step
    return smooth_planet(*np.meshgrid(lon, lat)).astype(np.float32)


def plate_carree(path: Path, left: float = -180.0, width: int = 2048, **extra) -> Path:
    bounds = (left, -90, left + 360, 90)
    return write(path, grid(left, width), bounds, extra.pop("crs", MOON), **extra)


def shift_between(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Sub-pixel shift (rows, cols) of a against b, by least squares on the gradient."""
    core = slice(4, -4)
    gy, gx = np.gradient(b)
    rows = np.stack([gy[core, core].ravel(), gx[core, core].ravel(), np.ones(gy[core, core].size)])
    answer = np.linalg.lstsq(rows.T, (a - b)[core, core].ravel(), rcond=None)[0]
    return float(answer[0]), float(answer[1])


def unit(image: np.ndarray) -> np.ndarray:
    return (image - image.mean()) / image.std()


def expected_on_planet(lon: float, lat: float, side: float, radius: float = 1737400.0):
    """The view evaluated from the analytic planet through PROJ's own orthographic."""
    ortho = pyproj.CRS.from_proj4(f"+proj=ortho +lat_0={lat} +lon_0={lon} +R={radius} +units=m")
    back = pyproj.Transformer.from_crs(ortho, ortho.geodetic_crs, always_xy=True)
    half = ((np.arange(S) + 0.5) / S - 0.5) * side
    lons, lats = back.transform(*np.meshgrid(half, -half))
    return smooth_planet(lons, lats)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        (10.0, 0.0),
        (-35.0, 60.0),
        (120.0, -85.0),
        (179.95, 5.9),
        (-180.0, 40.0),
        (0.0, 90.0),
        (77.0, -90.0),
    ],
)
@pytest.mark.parametrize("left", [-180.0, 0.0])
def test_view_agrees_with_the_planet(tmp_path: Path, lon: float, lat: float, left: float) -> None:
    side = 300_000.0
    with Mosaic.open(plate_carree(tmp_path / "m.tif", left)) as mosaic:
        view = mosaic.view(lon, lat, side / 2, 2.0, S)
    expected = expected_on_planet(lon, lat, side)
    assert view.valid_fraction == 1.0
    correlation = np.corrcoef(view.pixels.ravel(), expected.ravel())[0, 1]
    assert correlation > 0.998
    dr, dc = shift_between(
        unit(view.pixels.astype(float)), unit(np.clip(expected, *np.percentile(expected, (1, 99))))
    )
    assert abs(dr) < 0.25
    assert abs(dc) < 0.25


PROJECTED = [
    "+proj=stere +lat_0=90 +lat_ts=90 +lon_0=0 +R=1737400 +units=m",
    "+proj=eqc +lon_0=180 +lat_ts=30 +R=1737400 +units=m",
    "+proj=sinu +lon_0=0 +R=1737400 +units=m",
    "+proj=ortho +lat_0=70 +lon_0=20 +R=1737400 +units=m",
]


@pytest.mark.parametrize("crs", PROJECTED)
def test_any_projection(tmp_path: Path, crs: str) -> None:
    """The same crater from differently projected rasters looks the same."""
    lon, lat, side = 178.0 if "eqc" in crs else 25.0, 70.0, 200_000.0
    target = pyproj.CRS.from_proj4(crs)
    forward = pyproj.Transformer.from_crs(target.geodetic_crs, target, always_xy=True)
    cx, cy = forward.transform(lon, lat)
    reach, n = 400_000.0, 320
    if "eqc" in crs:  # a global one: the crater lies on its seam-free centre, the raster wraps
        half = np.pi * 1737400 * np.cos(np.radians(30))
        bounds = (-half, cy - reach, half, cy + reach)
        shape = (200, 3000)
    else:
        bounds, shape = (cx - reach, cy - reach, cx + reach, cy + reach), (n, n)
    xs = bounds[0] + (np.arange(shape[1]) + 0.5) * (bounds[2] - bounds[0]) / shape[1]
    ys = bounds[3] - (np.arange(shape[0]) + 0.5) * (bounds[3] - bounds[1]) / shape[0]
    back = pyproj.Transformer.from_crs(target, target.geodetic_crs, always_xy=True)
    lons, lats = back.transform(*np.meshgrid(xs, ys))
    array = smooth_planet(lons, lats)
    array = np.where(np.isfinite(array), array, 0).astype(np.float32)
    path = write(tmp_path / "p.tif", array, bounds, target.to_wkt())
    with Mosaic.open(path) as mosaic:
        view = mosaic.crop(lon, lat, side, S)
    assert (
        np.corrcoef(view.pixels.ravel(), expected_on_planet(lon, lat, side).ravel())[0, 1] > 0.995
    )


def test_ellipsoid_matches_proj(tmp_path: Path) -> None:
    """On flattened Mars the positions equal PROJ's ellipsoidal orthographic to metres."""
    wkt = pyproj.CRS.from_proj4("+proj=longlat +a=3396190 +b=3376200 +no_defs").to_wkt()
    path = plate_carree(tmp_path / "mars.tif", crs=wkt, width=512)
    with Mosaic.open(path) as mosaic:
        assert mosaic.body.name.lower() == "mars"
        geodetic = 47.0
        geocentric = np.degrees(np.arctan((3376200 / 3396190) ** 2 * np.tan(np.radians(geodetic))))
        cols, rows = mosaic.pixel_positions(30.0, geocentric, 50_000.0, S)
    ortho = pyproj.CRS.from_proj4(f"+proj=ortho +lat_0={geodetic} +lon_0=30 +a=3396190 +b=3376200")
    back = pyproj.Transformer.from_crs(ortho, ortho.geodetic_crs, always_xy=True)
    half = ((np.arange(S) + 0.5) / S - 0.5) * 50_000.0
    lons, lats = back.transform(*np.meshgrid(half, -half))
    metres = np.radians(360 / 512) * 3396190
    assert np.abs((cols - (lons + 180) / 360 * 512) * metres).max() < 10.0
    assert np.abs((rows - (90 - lats) / 360 * 512) * metres).max() < 10.0


def test_west_positive_crs(tmp_path: Path) -> None:
    """A projected ographic CRS counts longitude westward; the crater's place does not move."""
    crs = pyproj.CRS.from_user_input("IAU_2015:49911")  # Mars, equirectangular, ographic
    assert any(axis.direction == "west" for axis in crs.geodetic_crs.axis_info)
    path = write(
        tmp_path / "w.tif",
        np.random.default_rng(0).random((1, 200, 400)).astype(np.float32),
        (-10_660_000, -5_330_000, 10_660_000, 5_330_000),
        crs.to_wkt(),
    )
    with Mosaic.open(path) as mosaic:
        cols, _ = mosaic.pixel_positions(30.0, 0.0, 100_000.0, 3)
        assert cols[1, 0] < cols[1, 2]  # east is right
        x = -10_660_000 + cols[1, 1] * 21_320_000 / 400
        lon, lat = mosaic.to_lonlat(x, 0.0)
    assert (lon, lat) == pytest.approx((30.0, 0.0), abs=1e-6)


def test_large_craters_are_averaged_not_aliased(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (1, 2048, 4096)).astype(np.uint8)
    path = write(tmp_path / "n.tif", noise, (-180, -90, 180, 90), MOON)
    with Mosaic.open(path) as mosaic:
        cols, rows = mosaic.pixel_positions(0.0, 0.0, 1_200_000.0, 32)
        values, _ = mosaic._sampler.sample(cols, rows, spacing(cols, rows))
    # 14 native pixels a side are averaged: the noise (sd 74) must fall about fourteenfold.
    assert values.std() < 12


def test_nodata_is_not_looked_at(tmp_path: Path) -> None:
    path = plate_carree(tmp_path / "m.tif", nodata=-9999.0)
    with rasterio.open(path, "r+") as out:
        data = out.read(1)
        data[:, 1024:1034] = -9999.0
        data[:, 1400:1800] = -9999.0
        out.write(data, 1)
    with Mosaic.open(path) as mosaic:
        view = mosaic.view(0.0, 10.0, 150_000.0, 2.0, S)
        assert 0.8 < view.valid_fraction < 0.95
        expected = expected_on_planet(0.0, 10.0, 300_000.0)
        assert np.corrcoef(view.pixels.ravel(), expected.ravel())[0, 1] > 0.8
        with pytest.raises(ViewSkipped) as skip:
            mosaic.view(100.0, 10.0, 150_000.0, 2.0, S)
        assert skip.value.reason == "no data"


def test_reasons_for_skipping(tmp_path: Path) -> None:
    array = np.random.default_rng(0).random((1, 100, 100)).astype(np.float32)
    array[0, :, 60:] = 0.5
    path = write(tmp_path / "r.tif", array, (0, 0, 10, 10), MOON)
    with Mosaic.open(path) as mosaic:

        def reason(lon: float, lat: float, diameter: float) -> str:
            with pytest.raises(ViewSkipped) as skip:
                mosaic.view(lon, lat, diameter, 2.0, S)
            return skip.value.reason

        assert reason(50, 5, 50_000) == "outside"
        assert reason(0.0, 0.0, 50_000) == "too empty"
        assert reason(3, 5, 10_000) == "too coarse"
        assert reason(8, 5, 40_000) == "no contrast"


def test_rgb_is_luma_and_bands_can_be_chosen(tmp_path: Path) -> None:
    rgb = np.random.default_rng(0).integers(0, 255, (3, 60, 60)).astype(np.uint8)
    path = write(tmp_path / "rgb.tif", rgb, (0, 0, 6, 6), MOON, photometric="RGB")
    with Mosaic.open(path) as mosaic:
        cols, rows = np.meshgrid(np.arange(60) + 0.5, np.arange(60) + 0.5)
        grey, _ = mosaic._sampler.sample(cols, rows, (1.0, 1.0))
    assert np.allclose(grey, np.tensordot([0.2126, 0.7152, 0.0722], rgb, 1), atol=0.01)
    with Mosaic.open(path, band=2) as mosaic:
        green, _ = mosaic._sampler.sample(cols, rows, (1.0, 1.0))
    assert np.allclose(green, rgb[1])
    with pytest.raises(MosaicError, match="Band 7"):
        Mosaic.open(path, band=7)


def test_errors_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MosaicError, match="no file"):
        Mosaic.open(tmp_path / "absent.tif")
    (tmp_path / "text.tif").write_text("hello")
    with pytest.raises(MosaicError, match="cannot be opened"):
        Mosaic.open(tmp_path / "text.tif")
    with rasterio.open(
        tmp_path / "bare.tif", "w", driver="GTiff", width=4, height=4, count=1, dtype="uint8"
    ):
        pass
    with pytest.raises(MosaicError, match="no georeference"):
        Mosaic.open(tmp_path / "bare.tif")
    path = plate_carree(tmp_path / "m.tif", width=64)
    with pytest.raises(BodyError, match="correct its CRS"):
        Mosaic.open(path, body=body_by_name("mars"))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises((MosaicError, ViewSkipped)), Mosaic.open(path) as mosaic:
        mosaic.view(0.0, -60.0, 2_000_000.0, 2.0, S)


def test_box_area() -> None:
    moon = body_by_name("moon")
    area = box_area(moon, 175.0, -2.0, -175.0, 2.0)
    assert (area.lon % 360, area.lat) == pytest.approx((180.0, 0.0))
    assert area.side_m == pytest.approx(np.radians(10) * 1737400)
    polar = "+proj=stere +lat_0=-90 +R=1737400 +units=m"
    area = box_area(moon, -30_000, -30_000, 30_000, 30_000, polar)
    assert area.lat == pytest.approx(-90.0)
    assert area.side_m == pytest.approx(60_000, rel=2e-3)
    for bad in [(10, 5, 20, 5), (10, 6, 20, 5), (0, 0, 50_000, 50_000)]:
        with pytest.raises(QueryError):
            box_area(moon, *bad)
    with pytest.raises(BodyError):
        box_area(moon, 0, 0, 1, 1, "EPSG:4326")
    with pytest.raises(QueryError):
        box_area(moon, 0, 0, 1, 1, "not a crs")


def test_image_view(tmp_path: Path) -> None:
    from PIL import Image

    ramp = np.tile(np.arange(120, dtype=np.uint8), (80, 1))
    Image.fromarray(ramp).save(tmp_path / "i.png")
    view = image_view(tmp_path / "i.png", 40)
    assert view.pixels.shape == (40, 40)
    assert np.corrcoef(view.pixels.mean(0), np.arange(40))[0, 1] > 0.99
    Image.new("L", (50, 50), 7).save(tmp_path / "flat.png")
    Image.new("L", (5, 5), 7).save(tmp_path / "tiny.png")
    (tmp_path / "not.png").write_text("x")
    for name in ("flat.png", "tiny.png", "not.png", "absent.png"):
        with pytest.raises(QueryError):
            image_view(tmp_path / name, 40)


@needs_data
@pytest.mark.parametrize(
    ("lon", "lat", "diameter"),
    [(20.0, 1.5, 60_000), (-60.0, 60.0, 80_000), (30.0, 85.0, 60_000), (179.4, -5.9, 93_000)],
    ids=["equator", "60", "85", "Daedalus"],
)
def test_real_crops_agree_with_gdal(lon: float, lat: float, diameter: float) -> None:
    """WAC crops within half a pixel of GDAL's own warp (rasterio.warp) into PROJ's orthographic."""
    side = 2.5 * diameter
    path = DATA / "moon" / "lroc_wac_8k.tif"
    with Mosaic.open(path) as mosaic:
        view = mosaic.view(lon, lat, diameter, 2.5, 224)
    with rasterio.open(path) as source:
        pixels, transform, crs = source.read(1).astype(np.float32), source.transform, MOON
    if lon > 170:  # the same raster with its seam elsewhere: longitudes counted from 180
        pixels = np.roll(pixels, pixels.shape[1] // 2, axis=1)
        crs = "+proj=longlat +R=1737400 +pm=180 +no_defs"
    out = np.zeros((224, 224), np.float32)
    half = side / 2
    reproject(
        pixels,
        out,
        src_transform=transform,
        src_crs=crs,
        dst_transform=from_bounds(-half, -half, half, half, 224, 224),
        dst_crs=f"+proj=ortho +lat_0={lat} +lon_0={lon} +R=1737400",
        resampling=Resampling.bilinear,
    )
    low, high = np.percentile(out, (1, 99))
    dr, dc = shift_between(view.pixels.astype(float), np.clip((out - low) / (high - low), 0, 1))
    assert abs(dr) < 0.5
    assert abs(dc) < 0.5
    # Not 1: where columns are denser than the view, the two average them differently.
    assert np.corrcoef(view.pixels.ravel(), out.ravel())[0, 1] > 0.97


@needs_data
def test_every_body(tmp_path: Path) -> None:
    names = {"callisto", "ceres", "dione", "ganymede", "mars", "mercury", "moon", "rhea", "vesta"}
    for name in sorted(names):
        with Mosaic.open(DATA / "other_bodies" / f"{name}.tif") as mosaic:
            assert mosaic.body.name.lower() == name
            diameter = mosaic.body.a / 4
            lon, lat = destination(mosaic.body, 170.0, 20.0, 80.0, diameter)
            assert mosaic.view(float(lon), float(lat), diameter, 2.0, S).valid_fraction > 0.7
