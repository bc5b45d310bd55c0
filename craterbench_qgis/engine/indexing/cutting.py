"""Views as they are asked for by many: what to cut of a mosaic, and what came of it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...contract.vocabulary import Skip
from ..mosaic import Mosaic, View, ViewSkipped

THUMBNAIL_QUALITY = 85


@dataclass(frozen=True)
class Limits:
    """What makes a view unusable: fewer pixels with data, or across a diameter, than these."""

    min_valid_fraction: float
    min_pixels_across: float


@dataclass(frozen=True)
class CutTask:
    """Views of one observation, ``size`` pixels wide. ``places`` [n, 4]: of each the longitude and
    latitude of the crater's centre, its diameter in metres and the context factor. ``thumbnail``:
    pixels a side of the small picture, 0 for none; ``again``: of the same square once more, 0 for
    none."""

    observation: int
    places: NDArray[np.float64]
    size: int
    limits: Limits
    thumbnail: int = 0
    again: int = 0


class Cut(NamedTuple):
    """A view, its thumbnail (JPEG), and the view of another size that was asked for."""

    view: View
    thumbnail: bytes
    again: View | None


Cuts = list["Cut | Skip"]
"""Of each place of a task its view, or why there is none."""


def cut(mosaic: Mosaic, task: CutTask) -> Cuts:
    """Cut all places of a task. Raises MosaicError."""
    made: Cuts = []
    for lon, lat, diameter, context in task.places.tolist():
        try:
            view = mosaic.view(
                lon,
                lat,
                diameter,
                context,
                task.size,
                min_valid_fraction=task.limits.min_valid_fraction,
                min_pixels_across=task.limits.min_pixels_across,
            )
        except ViewSkipped as skipped:
            made.append(skipped.reason)
            continue
        small = thumbnail(view.pixels, task.thumbnail) if task.thumbnail else b""
        again = view if task.again == task.size else None
        if task.again and again is None:
            again = mosaic.crop(lon, lat, context * diameter, task.again, 0.0)
        made.append(Cut(view, small, again))
    return made


def thumbnail(pixels: NDArray[np.float32], size: int) -> bytes:
    """JPEG of a view, ``size`` pixels a side."""
    image = Image.fromarray(np.round(pixels * 255.0).astype(np.uint8))
    stream = io.BytesIO()
    image.resize((size, size), Image.Resampling.BILINEAR, reducing_gap=2.0).save(
        stream, "JPEG", quality=THUMBNAIL_QUALITY
    )
    return stream.getvalue()
