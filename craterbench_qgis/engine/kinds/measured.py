"""What a terrain model says of the craters of an index, ready to compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.vocabulary import Likeness
from ..index import CraterIndex
from ..terrain import MEASURES, Measure

Float = NDArray[np.float64]

WEIGHTS = {Likeness.RELIEF: 1.0, Likeness.LOOKS: 0.0, Likeness.BOTH: 0.25}
"""Of what was measured beside the parts of the descriptor, in a search for analogs. Chosen on the
western WAC (docs/validation/analogs.md)."""
TWICE = "dtm_depth_m"
"""Over the diameter it is ``dtm_depth_ratio``: a search counts depth once."""
MIN_MEASURED = 50
"""Craters of which a measurement is known, or it is left out."""
MOST = 3.0
"""Spreads from the median, beyond which a measurement counts no more."""
_POWER = {"m": 1, "km3": 3}
"""Of the diameter, over which a measurement of this unit is taken."""


@dataclass
class Column:
    """A measurement over the diameter, less its median, over its quartiles' distance."""

    measure: Measure
    middle: float
    spread: float
    values: Float

    def of(self, value: float, diameter_m: float) -> float:
        """Another crater's, on the same scale."""
        plain = value / diameter_m ** _POWER.get(self.measure.unit, 0)
        return float(np.clip((plain - self.middle) / self.spread, -MOST, MOST))


def measured_columns(
    index: CraterIndex, crater_row: NDArray[np.int64], diameter_m: Float
) -> list[Column]:
    """The index's measurements of the craters of ``crater_row`` [M] with ``diameter_m`` [M], NaN
    where not known; those that it has of too few are left out."""
    columns = []
    for measure in MEASURES:
        stored = index.craters.measured(measure.name)
        if stored is None:
            continue
        values = stored[crater_row] / diameter_m ** _POWER.get(measure.unit, 0)
        known = values[np.isfinite(values)]
        if known.size < MIN_MEASURED:
            continue
        low, middle, high = (float(q) for q in np.quantile(known, (0.25, 0.5, 0.75)))
        spread = max(high - low, 1e-300)
        scaled = np.clip((values - middle) / spread, -MOST, MOST)
        columns.append(Column(measure, middle, spread, scaled))
    return columns


class MeasuredTerrain:
    """The measurements of M entries of a gallery, less what is usual for their size: a large crater
    is shallow for its width. ``names`` of the n that are compared."""

    def __init__(self, columns: list[Column], diameter_m: Float) -> None:
        self._size = np.log(diameter_m)
        self._columns: list[Column] = []
        values, slopes = [], []
        for column in columns:
            slope, there = _line(self._size, column.values)
            rest = column.values - slope * self._size - there
            if column.measure.name != TWICE and np.nanvar(rest) > 1e-9:
                self._columns.append(column)
                slopes.append((slope, there))
                values.append(rest)
        self.names = tuple(column.measure.name for column in self._columns)
        self._slopes = np.array(slopes).reshape(-1, 2)
        self._values = np.array(values, np.float32).reshape(len(values), len(diameter_m))
        # Of two craters drawn at random.
        self._usual = [2.0 * float(np.nanvar(rest)) for rest in values]

    def __bool__(self) -> bool:
        return bool(self.names)

    def of(self, attributes: Mapping[str, Any], diameter_m: float) -> Float | None:
        """A query's measurements [n] from the columns of one crater; None where none is known."""
        wanted = np.full(len(self.names), np.nan)
        for number, column in enumerate(self._columns):
            value = attributes.get(column.measure.name)
            if isinstance(value, (int, float)):
                slope, there = self._slopes[number]
                wanted[number] = column.of(float(value), diameter_m)
                wanted[number] -= slope * np.log(diameter_m) + there
        return wanted if np.isfinite(wanted).any() else None

    def compared(self, wanted: Float, weight: float) -> tuple[Float, Float]:
        """Weighted squared differences and their weights, each [M]: a measurement has its share of
        ``weight``, and none where it is not known of the query or of the crater."""
        share = weight / len(self.names)
        total, weights = np.zeros(len(self._size)), np.zeros(len(self._size))
        for value, mine, usual in zip(wanted, self._values, self._usual, strict=True):
            difference = (mine.astype(np.float64) - value) ** 2 / usual
            known = np.isfinite(difference)
            total[known] += share * difference[known]
            weights[known] += share
        return total, weights


def _line(x: Float, y: Float) -> tuple[float, float]:
    """Slope and intercept of the line that fits best where ``y`` is known."""
    known = np.isfinite(y)
    middle, height = float(x[known].mean()), float(y[known].mean())
    away = x[known] - middle
    slope = float(away @ (y[known] - height)) / max(float(away @ away), 1e-12)
    return slope, height - slope * middle
