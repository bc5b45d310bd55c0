"""Both entries of a pair as pictures for the review: one scale, each at its own centre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...contract.search import LOOK_AT
from ...contract.vocabulary import Skip
from ..bodies import Body, great_circle_distance, initial_bearing
from ..formats.pair_model import PairCircles
from ..mosaic import Mosaic, ViewSkipped

Place = tuple[float, float, float]
"""Longitude, latitude, diameter in metres."""


@dataclass(frozen=True)
class PairCrops(PairCircles):
    """Crops of a pair and where its circles lie in them. ``pixels_a``, ``pixels_b``: float32
    [S, S], 0..1, north up, the same ground side ``side_m`` in metres."""

    pixels_a: NDArray[np.float32]
    pixels_b: NDArray[np.float32]
    side_m: float
    native_metres_per_pixel: float


def pair_pictures(
    mosaic: Mosaic,
    a: Place,
    b: Place,
    size: int = 256,
    *,
    mosaic_b: Mosaic | None = None,
    context: float = LOOK_AT,
) -> PairCrops:
    """Cut both entries, each (lon, lat, diameter in metres), at ``context`` times the larger.

    ``mosaic_b``: where b's crop comes from another mosaic. Raises
    :class:`~craterbench_qgis.engine.mosaic.ViewSkipped` (its ``reason``) where a mosaic does not
    show a place; small craters are shown however coarse they are.
    """
    side = context * max(a[2], b[2])
    crop_a = mosaic.crop(a[0], a[1], side, size, 0.3)
    crop_b = (mosaic_b or mosaic).crop(b[0], b[1], side, size, 0.3)
    return PairCrops(
        **vars(pair_circles(mosaic.body, a, b, size, context)),
        pixels_a=crop_a.pixels,
        pixels_b=crop_b.pixels,
        side_m=side,
        native_metres_per_pixel=min(crop_a.native_metres_per_pixel, crop_b.native_metres_per_pixel),
    )


def first_pictures(
    mosaics: Sequence[Mosaic], a: Place, b: Place, size: int, context: float = LOOK_AT
) -> tuple[PairCrops, Mosaic]:
    """Both entries from the first mosaic that shows both, else each from the first that shows it;
    and the mosaic of a. Raises ViewSkipped, with the first reason, where none does."""
    choices = [(mosaic, mosaic) for mosaic in mosaics]
    choices += [(first, second) for first in mosaics for second in mosaics if first is not second]
    reason: ViewSkipped | None = None
    for first, second in choices:
        try:
            return pair_pictures(first, a, b, size, mosaic_b=second, context=context), first
        except ViewSkipped as skipped:
            reason = reason or skipped
    raise reason or ViewSkipped(Skip.NO_MOSAIC)


def pair_circles(
    body: Body,
    a: Place,
    b: Place,
    size: int = 256,
    context: float = LOOK_AT,
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
