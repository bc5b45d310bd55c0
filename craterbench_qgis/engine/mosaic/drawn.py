"""What QGIS drew of a map in the map's own reference system, as a square of ground."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..bodies import Body
from .raster import Mosaic
from .view import ViewSkipped


def ground_square(
    pictures: Sequence[Path],
    lon: float,
    lat: float,
    side_m: float,
    size: int,
    shows: Body | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The square about a place (degrees east, planetocentric), north up: grey [S, S], and where
    something was drawn.

    ``pictures``: of neighbouring parts of the map, such as both sides of its seam, each with its
    georeference beside it. ``shows``: see :meth:`Mosaic.open`. Raises MosaicError.
    """
    grey = np.zeros((size, size), np.uint8)
    valid = np.zeros((size, size), bool)
    for picture in pictures:
        with Mosaic.open(picture, shows=shows) as mosaic:
            try:
                square = mosaic.values(lon, lat, side_m, size, 0.0)
            except ViewSkipped:
                continue
        more = square.valid & ~valid
        grey[more] = np.clip(np.round(square.values[more]), 0, 255).astype(np.uint8)
        valid |= more
    return grey, valid
