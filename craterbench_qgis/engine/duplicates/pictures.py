"""Both entries of a pair as pictures for the review: one scale, each at its own centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..bodies import Body, great_circle_distance, initial_bearing
from ..mosaic import Mosaic

CONTEXT = 2.5


@dataclass
class PairPictures:
    """Crops of a pair. ``pixels_a``, ``pixels_b``: float32 [S, S], 0..1, north up, the same ground
    side ``side_m`` in metres. Each circle lies at its own crop's centre with ``radius_a_px`` or
    ``radius_b_px``; ``b_in_a_px`` is the place of b's centre in a's crop and ``a_in_b_px`` that of
    a's in b's: (column, row) from the top left corner."""

    pixels_a: NDArray[np.float32]
    pixels_b: NDArray[np.float32]
    side_m: float
    metres_per_pixel: float
    radius_a_px: float
    radius_b_px: float
    b_in_a_px: tuple[float, float]
    a_in_b_px: tuple[float, float]
    native_metres_per_pixel: float


def pair_pictures(
    mosaic: Mosaic,
    a: tuple[float, float, float],
    b: tuple[float, float, float],
    size: int = 256,
    *,
    mosaic_b: Mosaic | None = None,
    context: float = CONTEXT,
) -> PairPictures:
    """Cut both entries, each (lon, lat, diameter in metres), at ``context`` times the larger.

    ``mosaic_b``: where b's crop comes from another mosaic. Raises
    :class:`~craterbench_qgis.engine.mosaic.ViewSkipped` (its ``reason``) where a mosaic does not
    show a place; small craters are shown however coarse they are.
    """
    side = context * max(a[2], b[2])
    one = mosaic.crop(a[0], a[1], side, size, 0.3)
    two = (mosaic_b or mosaic).crop(b[0], b[1], side, size, 0.3)
    circles = pair_circles(mosaic.body, a, b, size, context)
    return PairPictures(
        pixels_a=one.pixels,
        pixels_b=two.pixels,
        side_m=side,
        metres_per_pixel=circles.metres_per_pixel,
        radius_a_px=circles.radius_a_px,
        radius_b_px=circles.radius_b_px,
        b_in_a_px=circles.b_in_a_px,
        a_in_b_px=circles.a_in_b_px,
        native_metres_per_pixel=min(one.native_metres_per_pixel, two.native_metres_per_pixel),
    )


@dataclass(frozen=True)
class PairCircles:
    """Where both outlines lie in the pictures of a pair; see :class:`PairPictures`."""

    size: int
    metres_per_pixel: float
    radius_a_px: float
    radius_b_px: float
    b_in_a_px: tuple[float, float]
    a_in_b_px: tuple[float, float]


def pair_circles(
    body: Body,
    a: tuple[float, float, float],
    b: tuple[float, float, float],
    size: int = 256,
    context: float = CONTEXT,
) -> PairCircles:
    """The outlines of :func:`pair_pictures`, which need no mosaic."""
    scale = context * max(a[2], b[2]) / size
    distance = float(great_circle_distance(body, a[0], a[1], b[0], b[1]))
    bearing = np.radians(float(initial_bearing(a[0], a[1], b[0], b[1])))
    back = np.radians(float(initial_bearing(b[0], b[1], a[0], a[1])))

    def place(angle: float) -> tuple[float, float]:
        east, north = distance * np.sin(angle) / scale, distance * np.cos(angle) / scale
        return size / 2.0 + float(east), size / 2.0 - float(north)

    return PairCircles(
        size=size,
        metres_per_pixel=scale,
        radius_a_px=a[2] / 2.0 / scale,
        radius_b_px=b[2] / 2.0 / scale,
        b_in_a_px=place(float(bearing)),
        a_in_b_px=place(float(back)),
    )
