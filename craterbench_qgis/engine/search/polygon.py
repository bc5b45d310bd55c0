"""Which of many points lie in a polygon: by a grid of cells, and near its edge one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
Float64 = NDArray[np.float64]

_MANY = 20_000  # points from which a grid spares time
_SIDE = 256  # cells a side: with fewer, more points are near the edge
_WIDE = _SIDE + 2  # and one more each way, for what lies beyond
_BLOCK = 32_768  # points at a time: they stay in a core's cache
_EDGE = 1e-6  # degrees: wider than the roundings of a whole turn
_SLACK = 1e-6  # cells: a point may be rounded into the cell beside its own
_FLAT = 1e-3  # cells: an edge that rises less is taken for all of its width


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
    gridded = len(lon) > _MANY and region.geom_type in ("Polygon", "MultiPolygon")
    cells = _cells(region, bounds) if gridded else None
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
    south-west: 1 where a cell lies within the region, 0 where outside, -1 where an edge may touch
    it."""
    import shapely

    left, bottom, right, top = bounds
    rings = shapely.get_rings(shapely.get_parts(region))
    places, ring = shapely.get_coordinates(rings, return_index=True)
    places = (places - (left, bottom)) * (_SIDE / (right - left), _SIDE / (top - bottom))
    edges = np.hstack([places[:-1], places[1:]])[ring[:-1] == ring[1:]]
    # Every edge once for each row of cells that it touches.
    heights = np.sort(edges[:, 1::2], axis=1) + np.array([-_SLACK, _SLACK])
    first, last = np.clip(np.floor(heights), 0, _SIDE - 1).astype(np.int64).T
    counts = last - first + 1
    row = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    x0, y0, x1, y1 = np.repeat(edges, counts, axis=0).T

    def x_at(y: Any) -> Float64:
        along = np.divide(y - y0, y1 - y0, out=np.zeros(len(y0)), where=y1 != y0)
        return np.asarray(x0 + np.clip(along, 0, 1) * (x1 - x0))

    flat = np.abs(y1 - y0) < _FLAT
    below, above = x_at(row - _SLACK), x_at(row + 1 + _SLACK)
    low = np.where(flat, np.minimum(x0, x1), np.minimum(below, above)) - _SLACK
    high = np.where(flat, np.maximum(x0, x1), np.maximum(below, above)) + _SLACK
    begins = np.clip(np.floor(low), 0, _SIDE - 1)
    ends = np.clip(np.floor(high), 0, _SIDE - 1) + 1
    touched = np.cumsum(_counted(row, begins) - _counted(row, ends)) > 0
    # A cell's centre lies within where an odd number of edges crosses its row before it.
    middle = row + 0.5
    crosses = (y0 <= middle) != (y1 <= middle)
    column = np.clip(np.ceil(x_at(middle) - 0.5), 0, _SIDE)
    within = np.cumsum(_counted(row[crosses], column[crosses])) % 2
    return np.where(touched, -1, within).astype(np.int8)


def _counted(row: NDArray[np.int64], column: Float64) -> NDArray[np.int64]:
    """How many are in each cell of the grid, and of what lies around it."""
    cell = (row + 1) * _WIDE + column.astype(np.int64) + 1
    return np.bincount(cell, minlength=_WIDE**2)


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
