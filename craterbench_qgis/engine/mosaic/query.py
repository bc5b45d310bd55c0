"""Queries: a box in any CRS becomes a square on the ground, a bare image becomes a view."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
from PIL import Image

from ..bodies import (
    Body,
    great_circle_distance,
    same_body,
    wrap_longitude,
)
from ..errors import BodyError, QueryError
from ..files.images import open_image
from ..frame import MapFrame
from ..words import Advice
from .raster import MIN_VALID_FRACTION
from .sampling import LUMA, OPAQUE
from .view import View, ViewSkipped, stretch

MIN_IMAGE_PIXELS = 16
_STRIP = 256


@dataclass(frozen=True)
class QueryArea:
    """The square that will be searched: centre (degrees, planetocentric) and side in metres."""

    lon: float
    lat: float
    side_m: float


def box_area(
    body: Body, west: float, south: float, east: float, north: float, crs: str | None = None
) -> QueryArea:
    """The square on the ground that holds a box.

    The centre is the box's middle, the side its longer extent along its middle lines.

    Parameters
    ----------
    body : the body the box lies on.
    west, south, east, north : degrees (``west > east`` crosses the antimeridian) when ``crs`` is
        None, else coordinates of that CRS.
    crs : anything PROJ understands (``IAU_2015:30110``, WKT, PROJ text).

    Raises
    ------
    QueryError
        The box is empty, out of range or its CRS unknown.
    BodyError
        The CRS is of another body.
    """
    if not all(np.isfinite([west, south, east, north])):
        raise QueryError("The box has a corner that is no number. Give W S E N as four numbers.")
    if not south < north:
        raise QueryError(f"The box is empty: south {south:g} is not below north {north:g}.")
    if crs is None:
        lons, lat = _degrees_box(west, south, east, north)
    else:
        lons, lat = _map_box(body, west, south, east, north, crs)
    width = 2 * float(great_circle_distance(body, lons[0], lat[0], lons[1], lat[1]))
    height = 2 * float(great_circle_distance(body, lons[0], lat[0], lons[2], lat[2]))
    if not max(width, height) > 0:
        raise QueryError("The box has no extent on the ground. Draw it around a crater.")
    return QueryArea(float(wrap_longitude(lons[0])), float(lat[0]), max(width, height))


def _degrees_box(
    west: float, south: float, east: float, north: float
) -> tuple[np.ndarray, np.ndarray]:
    """Centre, middle of the eastern edge, middle of the northern edge."""
    if max(abs(south), abs(north)) > 90 or max(abs(west), abs(east)) > 360:
        raise QueryError(
            f"The box {west:g} {south:g} {east:g} {north:g} is not in degrees. "
            f"Name the coordinate reference system of the box{Advice(' (--crs)', '')}."
        )
    span = (east - west) % 360.0
    if span == 0:
        span = 360.0 if east != west else 0.0
    if span > 180 and west > east:
        raise QueryError(
            f"The box {west:g} {south:g} {east:g} {north:g} is {span:g} degrees wide. West and "
            "east seem to be swapped."
        )
    if span == 360 and 90 in (abs(south), abs(north)) and min(abs(south), abs(north)) > 0:
        # A cap: the square around the pole, not around a point beside it.
        pole = float(np.copysign(90.0, north + south))
        other = south if pole > 0 else north
        return np.array([0.0, 0.0, 90.0]), np.array([pole, other, other])
    lon, lat = west + span / 2, (south + north) / 2
    # Beyond 180 degrees the great circle to the edge turns back; half a turn is the most there is.
    return np.array([lon, lon + min(span / 2, 180.0), lon]), np.array([lat, lat, north])


def _map_box(
    body: Body, west: float, south: float, east: float, north: float, text: str
) -> tuple[np.ndarray, np.ndarray]:
    """Like :func:`_degrees_box` for a box in map coordinates; latitudes planetocentric."""
    try:
        frame = MapFrame(pyproj.CRS.from_user_input(text))
        box_body = frame.body
        if not same_body(box_body, body):
            raise BodyError(
                f"The box is in a coordinate reference system of {box_body.name}, the index is of "
                f"{body.name}. Give the box in one of {body.name}."
            )
        if frame.is_plain:
            sides, ends = frame.to_planetocentric([west, east], [south, north])
            if frame.is_west_positive:
                # The box's left side is still its smaller x, which lies in the east.
                sides = sides[::-1]
            return _degrees_box(sides[0], min(ends), sides[1], max(ends))
        if not west < east:
            raise QueryError(f"The box is empty: west {west:g} is not below east {east:g}.")
        x, y = (west + east) / 2, (south + north) / 2
        lons, lats = frame.to_planetocentric([x, east, x], [y, y, north])
    except (pyproj.exceptions.ProjError, ValueError) as error:
        raise QueryError(f"The box's CRS {text!r} cannot be used ({error}).") from error
    if not (np.isfinite(lons).all() and np.isfinite(lats).all()):
        raise QueryError("The box reaches beyond what its CRS can show. Draw a smaller one.")
    return lons, lats


def image_view(path: str | Path, size: int, part: float = 1.0) -> View:
    """The view in an image file without georeference: its central square, grey, S x S.

    ``part``: of the square's side, about its middle.

    Pixels that are more transparent than not, and pixels that are no number, are invalid. Metres
    are unknown: ``metres_per_pixel``, ``native_metres_per_pixel`` and ``side_m`` are NaN.

    Raises
    ------
    QueryError
        The file is missing, is no image, is tiny, has no contrast or hardly a valid pixel.
    """
    try:
        with open_image(path) as image:
            width, height = image.size
            side = round(min(width, height) * part)
            left, top = (width - side) // 2, (height - side) // 2
            small = side < MIN_IMAGE_PIXELS
            array, valid = _grey(image.crop((left, top, left + side, top + side)))
    except FileNotFoundError as error:
        raise QueryError(f"There is no file {path}. Check the path of the image.") from error
    except (OSError, ValueError, SyntaxError, OverflowError, MemoryError) as error:
        raise QueryError(
            f"{Path(path).name} cannot be read as an image ({error}). Give a PNG, JPEG or TIFF."
        ) from error
    if small:
        raise QueryError(
            f"{Path(path).name} is only {width} x {height} pixels. "
            f"Give an image of at least {MIN_IMAGE_PIXELS} pixels a side."
        )
    values, valid = _resized(array, valid, size)
    share = float(valid.mean())
    if share < MIN_VALID_FRACTION:
        raise QueryError(
            f"Only {share:.0%} of the middle of {Path(path).name} has a picture, the rest is "
            f"transparent or empty. Cut it closer: at least {MIN_VALID_FRACTION:.0%} is needed."
        )
    try:
        pixels = stretch(values, valid)
    except ViewSkipped as error:
        raise QueryError(
            f"{Path(path).name} has no contrast: nothing can be seen in it."
        ) from error
    nan = float("nan")
    return View(pixels, share, nan, nan, nan)


def _grey(image: Image.Image) -> tuple[np.ndarray, np.ndarray]:
    """Grey values, float32 [H, W], and which of them are valid."""
    if image.mode in ("F", "I", "I;16", "I;16B"):
        values = np.asarray(image, dtype=np.float32)
        return values, np.isfinite(values)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return _luma(image), np.asarray(image)[..., 3] >= OPAQUE
    if image.mode == "L":
        values = np.asarray(image, dtype=np.float32)
    else:
        values = _luma(image.convert("RGB"))
    return values, np.ones(values.shape, dtype=bool)


def _luma(image: Image.Image) -> np.ndarray:
    """By strips: as float32 the colours of a large picture would take four times its room."""
    pixels = np.asarray(image)
    values = np.empty(pixels.shape[:2], np.float32)
    for start in range(0, len(pixels), _STRIP):
        strip = pixels[start : start + _STRIP, :, :3].astype(np.float32)
        values[start : start + _STRIP] = strip @ LUMA
    return values


def _resized(values: np.ndarray, valid: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Values and validity as S x S; what lies under invalid pixels does not reach valid ones."""
    if not valid.all():
        middle = np.median(values[valid]) if valid.any() else 0.0
        values = np.where(valid, values, np.float32(middle))
    how = Image.Resampling.LANCZOS if len(values) > size else Image.Resampling.BILINEAR
    resized = np.asarray(Image.fromarray(values).resize((size, size), how), dtype=np.float32)
    cover = Image.fromarray(valid.astype(np.float32)).resize((size, size), Image.Resampling.BOX)
    return resized, np.asarray(cover) >= 0.5
