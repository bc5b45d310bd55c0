"""``duplicates.pictures``: both entries of a pair as pictures for the review."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...protocol import Json
from ..bodies import Body, wrap_longitude
from ..duplicates import PairPictures, pair_pictures
from ..errors import ExportError, QueryError
from ..mosaic import Mosaic, ViewSkipped
from .calls import Call
from .inputs import body_of_json
from .params import InvalidParams, Params

_KEPT = 256
_SIZE = 256
_FOLDER = "pairs"
_REASONS = {
    "outside": "it lies outside",
    "no data": "there are no data",
    "too empty": "there are hardly any data",
    "no contrast": "the picture has no contrast",
    "beyond the limb": "it is wider than half the body",
}


def pictures(call: Call) -> Json:
    """{mosaics: [SOURCE], a, b: {lon, lat, diameter_m}, size?, context?, body?} -> the pictures.

    {a, b: paths of PNG files, size, side_m, metres_per_pixel, native_metres_per_pixel, radius_a_px,
    radius_b_px, b_in_a_px, a_in_b_px: [column, row], mosaic}. Both are cut from the first mosaic
    that shows both, else each from the first that shows it. Raises QueryError where none does.
    """
    params = call.params
    sources = params.children("mosaics")
    if not sources:
        raise InvalidParams("'mosaics' must name at least one mosaic.")
    size = params.whole("size", _SIZE, 32, 1024)
    context = params.number("context", 2.5, above=1.0)
    body = body_of_json(params.child("body")) if params.has("body") else None
    a, b = _entry(params.child("a")), _entry(params.child("b"))
    mosaics = [_open(call, source, body) for source in sources]
    folder = call.work.pictures.path(_FOLDER)
    name = _name(mosaics, a, b, size, context)
    found, mosaic = _cut(mosaics, a, b, size, context)
    return {
        "a": _save(found.pixels_a, folder, f"{name}-a.png"),
        "b": _save(found.pixels_b, folder, f"{name}-b.png"),
        "size": size,
        "side_m": found.side_m,
        "metres_per_pixel": found.metres_per_pixel,
        "native_metres_per_pixel": found.native_metres_per_pixel,
        "radius_a_px": found.radius_a_px,
        "radius_b_px": found.radius_b_px,
        "b_in_a_px": list(found.b_in_a_px),
        "a_in_b_px": list(found.a_in_b_px),
        "mosaic": mosaic.path,
    }


def _cut(
    mosaics: list[Mosaic],
    a: tuple[float, float, float],
    b: tuple[float, float, float],
    size: int,
    context: float,
) -> tuple[PairPictures, Mosaic]:
    reason = ""
    choices = [(one, one) for one in mosaics]
    choices += [(one, two) for one in mosaics for two in mosaics if one is not two]
    for first, second in choices:
        try:
            found = pair_pictures(first, a, b, size, mosaic_b=second, context=context)
        except ViewSkipped as skipped:
            reason = reason or skipped.reason
            continue
        return found, first
    names = ", ".join(Path(one.path).name for one in mosaics)
    why = _REASONS.get(reason, reason)
    raise QueryError(f"{names} does not show this pair: {why}. Decide by the numbers or the map.")


def _entry(params: Params) -> tuple[float, float, float]:
    lon, lat = params.number("lon"), params.number("lat")
    if abs(lat) > 90 or abs(lon) > 720:
        raise InvalidParams("'lon' and 'lat' of a pair must be degrees (up to 720 and 90).")
    return float(wrap_longitude(lon)), lat, params.number("diameter_m", above=0)


def _open(call: Call, source: Params, body: Body | None) -> Mosaic:
    source.path("path")  # checked; GDAL's own names must stay as they are
    return call.work.queries.mosaics.get(
        source.text("path"), body, source.whole("band", None, 1), source.number("nodata", None)
    )


def _name(mosaics: list[Mosaic], *what: object) -> str:
    text = json.dumps([[one.path for one in mosaics], *what])
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _save(pixels: NDArray[np.float32], folder: Path, name: str) -> str:
    """Write a picture; the latest 256 are kept."""
    path = folder / name
    grey = np.round(np.clip(pixels, 0.0, 1.0) * 255.0).astype(np.uint8)
    try:
        folder.mkdir(exist_ok=True)
        Image.fromarray(grey).save(path, "PNG", compress_level=1)
    except OSError as error:
        raise ExportError(
            f"Pictures cannot be written to {folder} ({error.strerror or error}). Make room "
            "there, or name another folder for temporary files."
        ) from error
    _thin_out(folder)
    return str(path)


def _thin_out(folder: Path) -> None:
    with os.scandir(folder) as entries:
        files = [(one.stat().st_mtime_ns, one.path) for one in entries]
    if len(files) > _KEPT:
        for _, path in sorted(files)[: len(files) - _KEPT * 3 // 4]:
            with contextlib.suppress(OSError):
                Path(path).unlink()
