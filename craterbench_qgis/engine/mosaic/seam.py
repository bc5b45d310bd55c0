"""Where a map that goes around the body closes: by the angle, not by the number of columns.

A turn of the body is hardly ever a whole number of pixels: THEMIS' day map has 213,388 columns in a
turn of 213,388.91, and grids whose first and last columns are one meridian have one too many. Every
column lies where the projection puts it; only between the last and the first is the distance of
centres another one.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_EXACT = 1e-6


class Seam:
    """Fractional columns along a map of ``period`` columns a turn, of which ``width`` are there.

    Attributes
    ----------
    columns : whole columns in one turn; those from the raster's width on are missing.
    """

    def __init__(self, period: float, width: int) -> None:
        self.period = period
        more, fewer = math.ceil(period - _EXACT), math.floor(period + _EXACT)
        self.columns = max(1, more if width >= more else fewer)
        self._step = 1.0 + period - self.columns  # from the last column's centre to the first's

    def to_index(self, cols: FloatArray) -> FloatArray:
        """Columns as continuous indexes, ``columns`` to a turn, for interpolation."""
        if abs(self._step - 1.0) < _EXACT:
            return cols
        turn = np.floor((cols - 0.5) / self.period)
        within = cols - turn * self.period
        last = self.columns - 0.5
        beyond = np.maximum(within - last, 0.0) / max(self._step, _EXACT)
        return turn * self.columns + np.minimum(within, last) + beyond

    def unwrap(self, cols: FloatArray) -> FloatArray:
        """Columns that straddle the seam on one continuous range around column 0."""
        wrapped = np.mod(cols, self.period)
        finite = wrapped[np.isfinite(wrapped)]
        if finite.size and finite.max() - finite.min() > self.period / 2:
            shifted = np.where(wrapped > self.period / 2, wrapped - self.period, wrapped)
            flat = shifted[np.isfinite(shifted)]
            if flat.max() - flat.min() < finite.max() - finite.min():
                return np.asarray(shifted)
        return np.asarray(wrapped)
