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

from ...contract import duplicates as contract
from ..bodies import wrap_longitude
from ..duplicates.pictures import Place, first_pictures
from ..errors import ExportError, QueryError
from ..mosaic import Mosaic, ViewSkipped
from ..words import SKIPPED
from .calls import Call

_KEPT = 256
_FOLDER = "pairs"


def pictures(call: Call[contract.PairPicturesParams]) -> contract.PairPictures:
    """Both entries, cut from the first mosaic that shows both, else each from the first that
    shows it. Raises QueryError where none does."""
    params = call.params
    a, b = _place(params.a), _place(params.b)
    mosaics = [call.work.queries.mosaics.open(source, params.body) for source in params.mosaics]
    folder = call.work.pictures.path(_FOLDER)
    name = _name(mosaics, a, b, params.size, params.context)
    try:
        pair, mosaic = first_pictures(mosaics, a, b, params.size, params.context)
    except ViewSkipped as skipped:
        names = ", ".join(Path(mosaic.path).name for mosaic in mosaics)
        raise QueryError(
            f"{names} does not show this pair: an entry {SKIPPED[skipped.reason]}. Decide by the "
            "numbers or the map."
        ) from skipped
    return contract.PairPictures(
        a=_save(pair.pixels_a, folder, f"{name}-a.png"),
        b=_save(pair.pixels_b, folder, f"{name}-b.png"),
        size=params.size,
        side_m=pair.side_m,
        metres_per_pixel=pair.metres_per_pixel,
        native_metres_per_pixel=pair.native_metres_per_pixel,
        radius_a_px=pair.radius_a_px,
        radius_b_px=pair.radius_b_px,
        b_in_a_px=list(pair.b_in_a_px),
        a_in_b_px=list(pair.a_in_b_px),
        mosaic=mosaic.path,
    )


def _place(entry: contract.Entry) -> Place:
    return float(wrap_longitude(entry.lon)), entry.lat, entry.diameter_m


def _name(mosaics: list[Mosaic], *what: object) -> str:
    text = json.dumps([[mosaic.path for mosaic in mosaics], *what])
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
        files = [(entry.stat().st_mtime_ns, entry.path) for entry in entries]
    if len(files) > _KEPT:
        for _, path in sorted(files)[: len(files) - _KEPT * 3 // 4]:
            with contextlib.suppress(OSError):
                Path(path).unlink()
