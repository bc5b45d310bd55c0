"""Pictures of the terrain under a sun, written as georeferenced mosaics.

Photometry: the Lunar-Lambert function of McEwen (1991, Icarus 92, 298-311), nadir view,

    I = albedo * (2 L mu0 / (mu0 + mu) + (1 - L) mu0),

with his L(phase) = 1 - 0.019 g + 2.42e-4 g^2 - 1.46e-6 g^3 (g in degrees; McEwen 1996, LPSC 27,
841). The sun stands at one azimuth and elevation everywhere, as in global mosaics assembled from
images taken at one local time; shadows are where the sun is below the local surface.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...contract import held
from ...contract.body import Body, geographic_wkt
from ..files.rasters import create_raster
from .grid import F32, RADIUS_M, Grid, sample_sphere

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_NAME = "Synthetic planet (CraterBench demo)"
PLANET = Body(_NAME, float(RADIUS_M), float(RADIUS_M))
_GEOGCS = geographic_wkt(PLANET)


def equirectangular_wkt(centre: float) -> str:
    """WKT 1 of the plate carree in metres with its centre at longitude ``centre`` degrees."""
    return (
        f'PROJCS["{_NAME}, equirectangular",{_GEOGCS},PROJECTION["Equirectangular"],'
        f'PARAMETER["standard_parallel_1",0],PARAMETER["central_meridian",{centre:g}],'
        'PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1]]'
    )


def north_polar_wkt() -> str:
    """WKT 1 of the polar stereographic projection of the north, true to scale at the pole."""
    return (
        f'PROJCS["{_NAME}, north polar stereographic",{_GEOGCS},'
        'PROJECTION["Polar_Stereographic"],PARAMETER["latitude_of_origin",90],'
        'PARAMETER["central_meridian",0],PARAMETER["scale_factor",1],'
        'PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1]]'
    )


@dataclass(frozen=True)
class Sun:
    """Azimuth (clockwise from north, where the light comes from) and elevation, degrees."""

    azimuth: float
    elevation: float


def shade(east_slope: F32, north_slope: F32, sun: Sun, tilt: F32 | float = 1.0) -> F32:
    """Brightness over that of level ground, float32, for slopes dz/dx (east) and dz/dy (north).

    ``tilt`` (0..1, broadcast) scales the sun's horizontal part: 0 is a sun in the zenith.
    """
    azimuth, elevation = math.radians(sun.azimuth), math.radians(sun.elevation)
    sx = np.float32(math.cos(elevation) * math.sin(azimuth)) * tilt
    sy = np.float32(math.cos(elevation) * math.cos(azimuth)) * tilt
    sz = np.sqrt(np.maximum(1.0 - sx * sx - sy * sy, 0.0)).astype(np.float32)
    mu = 1.0 / np.sqrt(1.0 + east_slope**2 + north_slope**2)
    mu0 = np.maximum((sz - sx * east_slope - sy * north_slope) * mu, 0.0)
    phase = 90.0 - sun.elevation
    weight = 1.0 - 0.019 * phase + 2.42e-4 * phase**2 - 1.46e-6 * phase**3
    bright = 2.0 * weight * mu0 / (mu0 + mu + 1e-6) + (1.0 - weight) * mu0
    level = 2.0 * weight * sz / (sz + 1.0) + (1.0 - weight) * sz
    return (bright / level).astype(np.float32)


def slopes(grid: Grid, height: F32) -> tuple[F32, F32]:
    """East and north slopes (metres per metre) by central differences, over seam and poles."""
    distance = np.float32(2.0 * grid.pixel)
    east = (np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1)) / (
        distance * grid.cos_lat[:, None]
    )
    half = grid.width // 2
    north = np.empty_like(height)
    north[1:-1] = height[:-2] - height[2:]
    north[0] = np.roll(height[0], half) - height[1]
    north[-1] = height[-2] - np.roll(height[-1], half)
    return east, north / distance


def picture(grid: Grid, height: F32, albedo: F32, sun: Sun) -> F32:
    """The terrain under ``sun``, 1 for level ground of albedo 1, float32 ``[height, width]``."""
    east, north = slopes(grid, _even(grid, height))
    # East turns round the pole, so one azimuth cannot be lit there: within 1.5 degrees the sun
    # climbs to the zenith, which keeps the pole one point of one brightness.
    colatitude = np.degrees(np.arccos(np.minimum(np.abs(grid.sin_lat), 1.0)))
    t = np.clip(colatitude / 1.5, 0.0, 1.0)
    tilt = (t * t * (3.0 - 2.0 * t)).astype(np.float32)[:, None]
    return shade(east, north, sun, tilt) * albedo


def _even(grid: Grid, height: F32) -> F32:
    """``height`` smoothed along the crowded rows at high latitude to the resolution of the others:
    what is finer there is the rasterisation of the craters, and slopes would show it as streaks."""
    from scipy import ndimage

    out = height.copy()
    for row in np.flatnonzero(grid.cos_lat < 0.5):
        sigma = min(0.5 / float(grid.cos_lat[row]), grid.width / 8.0)
        out[row] = ndimage.gaussian_filter1d(height[row], sigma, mode="wrap", truncate=3.0)
    return out


def polar_picture(
    grid: Grid, height: F32, albedo: F32, sun: Sun, *, lowest_lat: float, pixel: float
) -> F32:
    """The cap north of ``lowest_lat`` degrees in polar stereographic, under a sun at one azimuth of
    the map (clockwise from the map's up). Square, float32, NaN below ``lowest_lat``; ``pixel``:
    metres at the pole."""
    size = polar_size(lowest_lat, pixel)
    x = (np.arange(size) + 0.5 - size / 2.0) * pixel
    xx, yy = np.meshgrid(x, -x)
    rho = np.hypot(xx, yy)
    lat = 90.0 - 2.0 * np.degrees(np.arctan(rho / (2.0 * RADIUS_M)))
    lon = np.degrees(np.arctan2(xx, -yy))
    rows = math.ceil(grid.row_of(lowest_lat - 4.0)) + 1
    z, bright = _cap(grid, height, rows, lon, lat), _cap(grid, albedo, rows, lon, lat)
    # Map metres are longer than ground metres by the scale factor.
    factor = (1.0 + (rho / (2.0 * RADIUS_M)) ** 2).astype(np.float32)
    dy, dx = np.gradient(z, np.float32(pixel))
    out = shade(dx * factor, -dy * factor, sun) * bright
    return np.where(lat >= lowest_lat, out, np.nan).astype(np.float32)


def polar_size(lowest_lat: float, pixel: float) -> int:
    """Pixels a side of the smallest even square that holds the cap."""
    edge = 2.0 * RADIUS_M * math.tan(math.radians(90.0 - lowest_lat) / 2.0)
    return 2 * math.ceil(edge / pixel)


def _cap(grid: Grid, values: F32, rows: int, lon: Any, lat: Any) -> F32:
    """Cubic interpolation over the pole from the top ``rows`` rows, which spares the rest."""
    from scipy import ndimage

    from .grid import pad_sphere

    margin = 8
    padded = pad_sphere(values[:rows], margin)[:-margin]
    row = np.minimum(grid.row_of(lat), rows - 4) + margin
    out: F32 = ndimage.map_coordinates(
        padded, [row, grid.col_of(lon) + margin], output=np.float32, order=3, mode="nearest"
    )
    return out


def resampled(values: F32, grid: Grid, target: Grid, first_lon: float, drift_deg: float) -> F32:
    """``values`` on a coarser ``target`` grid whose first column begins at ``first_lon`` degrees.

    Every place is read up to ``drift_deg`` degrees of arc away, along a smooth pattern: the
    misregistration of another control network. Blur ``values`` first (:func:`blurred`).
    """
    lat = 90.0 - (np.arange(target.height) + 0.5) * (360.0 / target.width)
    lon = first_lon + (np.arange(target.width) + 0.5) * (360.0 / target.width)
    wave = np.radians(lon)[None, :]
    phi = np.radians(lat)[:, None]
    # Shrinks towards the poles, where a shift in longitude would tear.
    shift_lat = drift_deg * 0.7 * np.cos(phi) ** 2 * np.sin(2 * wave + 3 * phi)
    shift_lon = drift_deg * 0.7 * np.cos(phi) ** 2 * np.cos(3 * wave - 2 * phi)
    return sample_sphere(values, grid, lon[None, :] + shift_lon, lat[:, None] + shift_lat)


def blurred(values: F32, grid: Grid, sigma_px: float) -> F32:
    """Gaussian blur of ``sigma_px`` samples on the ground: wider in longitude at high latitude."""
    from scipy import ndimage

    half = grid.width // 2
    k = int(4 * sigma_px) + 2
    tall = np.concatenate(
        [np.roll(values[:k][::-1], half, 1), values, np.roll(values[-k:][::-1], half, 1)]
    )
    out: F32 = ndimage.gaussian_filter1d(tall, sigma_px, axis=0)[k:-k]
    for first in range(0, grid.height, 16):
        rows = slice(first, first + 16)
        wide = min(sigma_px / float(grid.cos_lat[rows].mean()), grid.width / 8.0)
        out[rows] = ndimage.gaussian_filter1d(out[rows], wide, axis=1, mode="wrap", truncate=3.0)
    return out


def to_bytes(values: F32, black: float, white: float, gamma: float = 1.0) -> NDArray[np.uint8]:
    """Brightness as bytes 1..255 between ``black`` and ``white``; NaN becomes 0: no data."""
    scaled = np.clip((values - black) / (white - black), 0.0, 1.0) ** gamma
    return np.where(np.isnan(values), 0, np.rint(1.0 + 254.0 * np.nan_to_num(scaled))).astype(
        np.uint8
    )


def write_mosaic(
    path: Path, pixels: NDArray[np.uint8], wkt: str, origin: tuple[float, float], pixel: float,
    tags: dict[str, str],
) -> None:  # fmt: skip
    """Write a tiled, deflated GeoTIFF with overviews and nodata 0.

    ``origin``: map coordinates of the outer upper left corner; ``pixel``: map units. The file
    appears under its name only when it is complete. Raises OSError when it cannot be written.
    """
    import rasterio
    from rasterio.enums import Resampling

    profile = {
        "driver": "GTiff", "dtype": "uint8", "count": 1, "nodata": 0,
        "height": pixels.shape[0], "width": pixels.shape[1], "crs": rasterio.CRS.from_wkt(wkt),
        "transform": rasterio.Affine(pixel, 0.0, origin[0], 0.0, -pixel, origin[1]),
        "tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "deflate",
        "predictor": 2, "zlevel": 6,
    }  # fmt: skip
    with _complete(path) as part:
        with create_raster(part, "w", **profile) as target:
            target.write(pixels, 1)
            target.update_tags(**tags)
        factors = [f for f in (2, 4, 8, 16) if min(pixels.shape) // f >= 64]
        if factors:
            with create_raster(part, "r+") as target:
                target.build_overviews(factors, Resampling.average)


@contextmanager
def _complete(path: Path) -> Iterator[Path]:
    part = path.with_name(path.stem + ".part" + path.suffix)
    try:
        yield part
        held.replace(part, path)
    finally:
        held.remove(part)
