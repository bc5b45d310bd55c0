"""What is known of views by the descriptor of kind, and what follows from it without a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

RINGS = 10
"""Rings of equal width to :data:`REACH` radii, in which grey values are told."""
REACH = 2.0
HARMONICS = 5
SHADING = HARMONICS + 2
"""Rows of ``shading``."""
FLOOR, AROUND = slice(0, 3), slice(7, 10)
"""The rings of the floor and of the surroundings."""


@dataclass
class KindVectors:
    """Of V views: ``relief`` float32 [V, T], ``near`` float32 [V, E] unit, ``tone`` and
    ``tone_scatter`` float32 [V, 10]: the mosaic's values in ten rings to 2 radii, ``shading``
    float32 [V, 7, 10]: how they change with azimuth (``rings.py``). NaN where the view does not
    reach, the mosaic's values are not known, or an index of an earlier version has none."""

    relief: Float
    near: Float
    tone: Float
    tone_scatter: Float
    shading: Float

    def __len__(self) -> int:
        return len(self.relief)

    def at(self, rows: NDArray[np.bool_] | NDArray[np.int64] | slice) -> KindVectors:
        """Those of some of the views."""
        return self._each(lambda part: part[rows])

    def mean(self) -> KindVectors:
        """Their mean, as of one view."""
        return self._each(lambda part: part.mean(axis=0, keepdims=True))

    def _each(self, change: Callable[[Float], Float]) -> KindVectors:
        return KindVectors(*(change(getattr(self, field.name)) for field in fields(self)))


def relative_tone(vectors: KindVectors) -> Float:
    """Tones over those of the surroundings, less 1 [V, 10]; what is not known counts as 0."""
    around = known_mean(vectors.tone[:, AROUND])
    tone = vectors.tone / np.maximum(np.abs(around), 1e-6) - 1.0
    tone = np.clip(np.nan_to_num(tone, nan=0.0, posinf=0.0, neginf=0.0), -3.0, 3.0)
    return np.asarray(tone, np.float32)


def texture_of(vectors: KindVectors) -> Float:
    """Logarithm of the contrast in ten rings, unstretched [V, 10]; NaN where it is not known."""
    around = np.abs(vectors.tone[:, AROUND].mean(axis=1, keepdims=True))
    ratio = vectors.tone_scatter / np.maximum(around, 1e-6)
    return np.asarray(np.log(np.clip(ratio, 0.0, 1e3) + 1e-3), np.float32)


def known_mean(values: Float) -> Float:
    """Mean of the finite numbers of each row [V, 1]; NaN where there are none."""
    known = np.isfinite(values)
    count = known.sum(axis=1, keepdims=True)
    total = np.where(known, values, 0.0).sum(axis=1, keepdims=True)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
