"""Which of many points lie in a polygon: by a grid of cells, and near its edge one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
Float64 = NDArray[np.float64]

_MANY = 20_000  # points from which a grid spares time
_SIDE = 128  # cells a side, a power of two: with fewer, more points are near the edge
_WIDE = _SIDE + 2  # and one more each way, for what lies beyond
_BLOCK = 32_768  # points at a time: they stay in a core's cache
_EDGE = 1e-6  # degrees: wider than the roundings of a whole turn
_SLACK = 1e-6  # cells: a point may be rounded into the cell beside its own


def inside(region: Any, lon: Float64, lat: Float64) -> BoolArray:
    """Points (degrees [n]) in or on the polygon, whichever turn of longitude it was drawn in."""
    import shapely

    shapely.prepare(region)
    found = np.zeros(len(lon), dtype=bool)
    if not len(lon):
        return found
    left, bottom, right, top = region.bounds
    # A little wider than the region: its own edge is rounded.
    bounds = left - _EDGE, bottom - _EDGE, right + _EDGE, top + _EDGE
    cells = _cells(region, bounds) if len(lon) > _MANY else None
    west, east = float(lon.min()), float(lon.max())
    for turn in (-360.0, 0.0, 360.0):
        if east + turn < bounds[0] or west + turn > bounds[2]:
            continue
        for start in range(0, len(lon), _BLOCK):
            part = slice(start, start + _BLOCK)
            x = lon[part] if turn == 0.0 else lon[part] + turn
            found[part] |= _in_region(region, bounds, cells, x, lat[part])
    return found


def _cells(region: Any, bounds: tuple[float, ...]) -> NDArray[np.int8]:
    """``bounds`` as a grid of _SIDE cells a side, and one more each way, row by row from the
    south-west: 1 where a cell lies within the region, 0 where outside, -1 where it may be both."""
    import shapely

    left, bottom, right, top = bounds
    inner: NDArray[np.int8] = np.full((1, 1), -1, np.int8)
    while len(inner) < _SIDE:  # only cells that may be both are parted
        inner = inner.repeat(2, axis=0).repeat(2, axis=1)
        row, column = np.nonzero(inner < 0)
        wide, high = (right - left) / len(inner), (top - bottom) / len(inner)
        boxes = shapely.box(
            left + (column - _SLACK) * wide, bottom + (row - _SLACK) * high,
            left + (column + 1 + _SLACK) * wide, bottom + (row + 1 + _SLACK) * high,
        )  # fmt: skip
        within = shapely.contains(region, boxes)
        mixed = ~within & shapely.intersects(region, boxes)
        inner[row, column] = np.where(mixed, -1, within)
    cells = np.zeros((_WIDE, _WIDE), np.int8)
    cells[1:-1, 1:-1] = inner
    return cells.ravel()


def _in_region(
    region: Any,
    bounds: tuple[float, ...],
    cells: NDArray[np.int8] | None,
    x: Float64,
    y: Float64,
) -> BoolArray:
    """Points in or on a prepared polygon, which lies within ``bounds``; with ``cells``, only those
    near its edge are compared with it."""
    import shapely

    if cells is None:
        return np.asarray(shapely.intersects_xy(region, x, y), bool)
    left, bottom, right, top = bounds
    cell = _number(y, bottom, top)
    cell *= np.int32(_WIDE)
    cell += _number(x, left, right)
    state = cells.take(cell)
    found: BoolArray = state > 0
    at = np.flatnonzero(state < 0)
    found[at] = shapely.intersects_xy(region, x[at], y[at])
    return found


def _number(values: Float64, low: float, high: float) -> NDArray[np.int32]:
    """Which cells from ``low`` to ``high`` they lie in, from 1 on; 0 and the last are beyond."""
    place = values - low
    place *= _SIDE / (high - low)
    place += 1.0
    np.maximum(place, 0.0, out=place)
    np.minimum(place, _SIDE + 1.0, out=place)
    return place.astype(np.int32)
