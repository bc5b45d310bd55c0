"""A view: the square crop of one crater, stretched robustly, with what is known of its quality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...contract.vocabulary import Skip

STRETCH_PERCENTILES = (1.0, 99.0)


class ViewSkipped(Exception):
    """This crater has no usable view here; ``reason`` says why."""

    def __init__(self, reason: Skip) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class View:
    """One crop.

    ``pixels`` is float32 [S, S] in 0..1: the 1st to 99th percentile of the valid pixels mapped
    linearly and clipped; invalid pixels hold the median of the valid ones.
    """

    pixels: NDArray[np.float32]
    valid_fraction: float
    metres_per_pixel: float
    native_metres_per_pixel: float
    side_m: float
    level: tuple[float, float] | None = None
    """The mosaic's own values that were mapped to 0 and to 1; None where they say nothing."""


def stretch(values: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Robust linear stretch of ``values`` [S, S] to 0..1; see :func:`stretched`."""
    return stretched(values, valid)[0]


def stretched(
    values: NDArray[np.float32], valid: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], tuple[float, float]]:
    """``values`` [S, S] stretched to 0..1, invalid pixels set to the median, and the values that
    became 0 and 1.

    Raises
    ------
    ViewSkipped
        When nothing is valid, or the valid pixels have no contrast at all.
    """
    inside = values[valid]
    if inside.size == 0:
        raise ViewSkipped(Skip.NO_DATA)
    low, middle, high = np.percentile(
        inside, (STRETCH_PERCENTILES[0], 50.0, STRETCH_PERCENTILES[1])
    )
    if not high > low:
        raise ViewSkipped(Skip.NO_CONTRAST)
    filled = np.where(valid, values, np.float32(middle))
    out = (filled - np.float32(low)) * np.float32(1.0 / (high - low))
    pixels = np.clip(out, 0.0, 1.0).astype(np.float32, copy=False)
    return pixels, (float(low), float(high))
