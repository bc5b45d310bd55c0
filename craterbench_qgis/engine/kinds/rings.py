"""The mosaic's own grey values in rings about a crater's centre, for which no network is needed.

*Shading*: a slope towards the sun is bright and one away from it dark, so the brightness of a ring
goes round with the azimuth; its first harmonic is the slope of the mean profile times the strength
of the light, but for what ridges and valleys (even harmonics of the heights) add to it, and these
show in the higher ones (the linear case of shape from shading, Pentland 1990). Azimuths are counted
from where the inside of the crater is brightest, so that the sun's direction does not matter.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .vectors import AROUND, HARMONICS, REACH, RINGS, Float


@lru_cache(maxsize=8)
def _bases(size: int, context: float) -> tuple[Float, Float, NDArray[np.bool_]]:
    """Harmonics 0 to 5 of a view's pixels in each ring [P, 6 * 10], real and imaginary, and which
    rings the view reaches."""
    line = ((np.arange(size) + 0.5) / size * 2 - 1) * context
    place = (line[None] - 1j * line[:, None]).ravel()
    away = np.abs(place)
    ring = np.minimum(away / REACH * RINGS, RINGS).astype(np.int64)
    count = np.bincount(ring, minlength=RINGS + 1)[:RINGS]
    share = (ring[:, None] == np.arange(RINGS)) / np.maximum(count, 1)
    turn = (place / np.maximum(away, 1e-9))[:, None] ** np.arange(HARMONICS + 1)
    turn[:, 1:] *= 2.0
    basis = (turn[:, :, None] * share[:, None]).reshape(len(place), -1)
    return basis.real.astype(np.float32), basis.imag.astype(np.float32), count > 2


def in_rings(
    pixels: Float, level: tuple[float, float] | None, context: float
) -> tuple[Float, Float, Float]:
    """Of a stretched view [S, S]: mean and scatter of the mosaic's values, each [10], and their
    shading [7, 10].

    ``level``: the mosaic's values of 0 and 1. Shading: harmonics 1 to 5 of the brightness over that
    of the surroundings, then 1 and 2 of the square of what exceeds them.
    """
    real, imaginary, reached = _bases(pixels.shape[-1], context)
    flat = np.ascontiguousarray(pixels, np.float32).ravel()
    low, high = level or (np.nan, np.nan)
    span = high - low
    # Pixels are no circles: what does not go round must not look as if it did.
    middle = flat.mean()
    flat, low = flat - middle, low + span * float(middle)

    def harmonics(values: Float, count: int) -> NDArray[np.complex128]:
        parts = [values @ basis[:, : count * RINGS] for basis in (real, imaginary)]
        return (parts[0].astype(np.float64) + 1j * parts[1]).reshape(count, RINGS)

    plain, square = harmonics(flat, HARMONICS + 1), harmonics(flat * flat, 3)
    mean = plain[0].real
    tone = np.where(reached, low + span * mean, np.nan)
    scatter = span * np.sqrt(np.maximum(square[0].real - mean**2, 0.0))
    around = tone[AROUND].mean()
    over = max(abs(around), 1e-6)
    wide, offset = span / over, (low - around) / over
    # Of offset + wide * x, and of its square; their constants do not go round.
    first = wide * plain[1:]
    second = wide * (wide * square[1:] + 2 * offset * plain[1:3])
    inside = slice(0, round(RINGS / REACH))
    brightest = (first[0, inside] * (np.arange(RINGS) + 0.5)[inside]).sum()
    order = np.array([*range(1, HARMONICS + 1), 1, 2])
    turn = np.exp(-1j * np.angle(brightest) * order)
    shading = (np.concatenate([first, second]) * turn[:, None]).real
    told = tone, np.where(reached, scatter, np.nan), shading
    return tuple(np.asarray(part, np.float32) for part in told)  # type: ignore[return-value]
