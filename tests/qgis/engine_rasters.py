"""Rasters for the plugin's tests, and the engine's crops of them, with the engine's Python."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from PIL import Image
from rasterio.crs import CRS
from rasterio.warp import calculate_default_transform, reproject
from rasterio.windows import from_bounds
from scipy.ndimage import map_coordinates

from craterbench_qgis.engine.bodies import Body
from craterbench_qgis.engine.mosaic import Mosaic
from craterbench_qgis.engine.mosaic.drawn import ground_square
from craterbench_qgis.engine.mosaic.query import image_view
from craterbench_qgis.engine.server.pictures import Pictures

from .engine_functions import serve
from .paths import MOSAIC

MARS_RADIUS = 3396190.0
_MOON = "+proj=longlat +R=1737400 +no_defs"


def likeness(picture: str, mosaic: str, lon: float, lat: float, side_m: float) -> dict[str, Any]:
    """Correlation of a rendered picture's view with the engine's own crop.

    ``best``: by how many pixels one of them has to be moved for the highest one: (x, y).
    """
    size, edge = 224, 4
    with Mosaic.open(Path(mosaic)) as opened:
        theirs = opened.crop(lon, lat, side_m, size).pixels
    ours = image_view(Path(picture), size).pixels
    inner = (slice(edge, -edge), slice(edge, -edge))
    shifts = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    moved = {
        (x, y): _correlation(np.roll(ours, (y, x), (0, 1))[inner], theirs[inner]) for x, y in shifts
    }
    return {
        "correlation": _correlation(ours, theirs),
        "best": max(shifts, key=lambda shift: moved[shift]),
    }


def valid_fraction(params: dict[str, Any], lon: float, lat: float, side_m: float) -> float:
    """Of a crop of a raster source as the wire names it."""
    with Mosaic.open(params["path"], band=params["band"], nodata=params["nodata"]) as mosaic:
        return float(mosaic.crop(lon, lat, side_m, 64).valid_fraction)


def square(
    parts: list[str],
    path: str,
    lon: float,
    lat: float,
    side_m: float,
    size: int,
    shows: dict[str, Any] | None,
) -> dict[str, float]:
    """The square of ground of what QGIS drew, written as the server does."""
    body = Body.from_json(shows) if shows else None
    places = [Path(part) for part in parts]
    grey, valid = ground_square(places, lon, lat, side_m, size, body)
    written = Pictures(Path(path).parent).drawn(grey, valid)
    Path(written).rename(path)
    return {"valid": float(valid.mean())}


def opaque_fraction(picture: str) -> float:
    """How much of a picture is not transparent."""
    alpha = np.asarray(Image.open(picture).convert("RGBA"))[..., 3]
    return float((alpha > 128).mean())


def tiles(folder: str, zoom: int, columns: list[int], rows: list[int]) -> None:
    """Web tiles of the lunar mosaic, ``{z}/{x}/{y}.png``; columns and rows: first, last + 1."""
    grey, inverse = _whole()
    steps = (np.arange(256) + 0.5) / 256
    for x in range(*columns):
        for y in range(*rows):
            lon = (x + steps) / 2**zoom * 360 - 180
            lat = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * (y + steps) / 2**zoom))))
            cols, lines = inverse.a * lon + inverse.c - 0.5, inverse.e * lat + inverse.f - 0.5
            tile = map_coordinates(grey, np.meshgrid(lines, cols, indexing="ij"), order=1)
            path = Path(folder) / str(zoom) / str(x) / f"{y}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(tile.round().astype(np.uint8)).save(path, compress_level=1)


@cache
def _whole() -> tuple[np.ndarray, rasterio.Affine]:
    """The lunar mosaic, and from degrees to its pixels."""
    with rasterio.open(MOSAIC) as source:
        return source.read(1, out_dtype="float32"), ~source.transform


def warped(path: str, crs: str, box: tuple[float, ...] = (-40, -75, 20, -25)) -> None:
    """A part of the lunar mosaic (west, south, east, north) in another reference system."""
    west, south, east, north = box
    data, transform = _window(west, south, east, north)
    there, width, height = calculate_default_transform(
        CRS.from_string(_MOON), CRS.from_string(crs), data.shape[1], data.shape[0],
        left=west, bottom=south, right=east, top=north,
    )  # fmt: skip
    out = np.zeros((height, width), np.uint8)
    reproject(
        data,
        out,
        src_transform=transform,
        src_crs=CRS.from_string(_MOON),
        dst_transform=there,
        dst_crs=CRS.from_string(crs),
        resampling=rasterio.enums.Resampling.bilinear,
    )
    _write(Path(path), out, CRS.from_string(crs), there, nodata=0)


def put_on_mars(path: str, crs: str) -> None:
    """The same part as if it were of Mars; ``crs``: an equidistant cylindrical one."""
    data, transform = _window(-40, -75, 20, -25)
    metres = rasterio.Affine.scale(math.radians(1) * MARS_RADIUS)
    _write(Path(path), data, CRS.from_string(crs), metres * transform)


def files(folder: str) -> None:
    """Twenty degrees of the mosaic: ``a.tif``, one with a difficult name, one of four bands."""
    data, transform = _window(-20, 0, 0, 20)
    with rasterio.open(MOSAIC) as source:
        crs = source.crs
    for name, bands in (("a.tif", 1), ("a file with blanks and ä.tif", 1), ("bands.tif", 4)):
        _write(Path(folder) / name, np.stack([data] * bands), crs, transform)


def _window(
    west: float, south: float, east: float, north: float
) -> tuple[np.ndarray, rasterio.Affine]:
    with rasterio.open(MOSAIC) as source:
        window = from_bounds(west, south, east, north, source.transform)
        return source.read(1, window=window), source.window_transform(window)


def _write(
    path: Path, data: np.ndarray, crs: CRS, transform: rasterio.Affine, nodata: float | None = None
) -> None:
    bands = data if data.ndim == 3 else data[None]
    with rasterio.open(
        path, "w", driver="GTiff", dtype="uint8", count=bands.shape[0], height=bands.shape[1],
        width=bands.shape[2], crs=crs, transform=transform, nodata=nodata,
    ) as target:  # fmt: skip
        target.write(bands)


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


if __name__ == "__main__":
    serve(likeness, valid_fraction, square, opaque_fraction, tiles, warped, put_on_mars, files)
