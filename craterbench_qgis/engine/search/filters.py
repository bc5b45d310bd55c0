"""Which craters may match: filters on place, size, attributes and ids."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.search import Filters
from ..bodies import Body, great_circle_distance, same_body
from ..catalogue.system import MapSystem
from ..errors import CraterBenchError, QueryError
from ..files import vectors
from ..index import CraterIndex
from ..index.catalogue_store import CraterStore

BoolArray = NDArray[np.bool_]
_MANY, _CELLS = 20_000, 40  # points from which a grid of so many cells a side spares time
_BLOCK = 32_768
_EDGE = 1e-6  # degrees: wider than the roundings of a whole turn


def pixels_across(index: CraterIndex) -> NDArray[np.float64]:
    """Pixels of the finest mosaic across each crater row; 0 without a view."""
    stored, finest = index.views[index.alive], np.full(index.n_craters, np.inf)
    scale = np.maximum(stored["native_m_per_px"].astype(np.float64), 1e-9)
    np.minimum.at(finest, stored["crater_row"], scale)
    return np.asarray(index.craters.diameter_m / finest, np.float64)


def allowed_craters(
    filters: Filters,
    index: CraterIndex,
    pixels: Callable[[], NDArray[np.float64]],
    lon: float | None,
    lat: float | None,
    diameter_m: float | None,
) -> BoolArray:
    """A mask over the crater rows of an index. ``pixels``: gives :func:`pixels_across`.

    Raises
    ------
    QueryError
        A condition refers to the query's place or size, which an image does not have; or it is
        contradictory.
    """
    _check(filters)
    table, body = index.craters, index.settings.body
    keep = np.ones(len(table.lon), dtype=bool)
    low, high = filters.min_diameter, filters.max_diameter
    if filters.diameter_ratio is not None:
        if diameter_m is None:
            raise QueryError(
                "The diameter ratio needs the query's diameter, which an image does not tell. "
                "Give it, or filter by diameter in km instead."
            )
        first, second = _ordered("diameter ratio", filters.diameter_ratio)
        keep &= (table.diameter_m >= first * diameter_m) & (table.diameter_m <= second * diameter_m)
    if low is not None:
        keep &= table.diameter_m >= low
    if high is not None:
        keep &= table.diameter_m <= high
    if filters.latitude is not None:
        south, north = _ordered("latitude", filters.latitude)
        keep &= (table.lat >= south) & (table.lat <= north)
    if filters.longitude is not None:
        west, east = filters.longitude
        whole = east != west and (east - west) % 360.0 == 0
        keep &= (table.lon - west) % 360.0 <= (360.0 if whole else (east - west) % 360.0)
    if filters.min_distance is not None or filters.max_distance is not None:
        keep &= _distance_mask(filters, table, body, lon, lat)
    if filters.region is not None:
        keep &= _inside(read_region(filters.region, body), table.lon, table.lat, keep)
    if filters.min_pixels is not None:
        keep &= pixels() >= filters.min_pixels
    if filters.where:
        mask = np.zeros(len(keep), dtype=bool)
        mask[index.where(filters.where)] = True
        keep &= mask
    if filters.exclude_ids:
        for rows in table.rows_of(filters.exclude_ids).values():
            keep[rows] = False
    return keep


def always_same(filters: Filters) -> bool:
    """Whether the filters allow the same craters whatever is asked for, now and later."""
    of_query = (filters.diameter_ratio, filters.min_distance, filters.max_distance)
    return of_query == (None, None, None) and not (filters.region and _is_file(filters.region))


def _check(filters: Filters) -> None:
    """Ranges that are empty."""
    for what in ("diameter", "distance"):
        low, high = getattr(filters, f"min_{what}"), getattr(filters, f"max_{what}")
        if low is not None and high is not None:
            _ordered(f"{what} (m)", (low, high))


def _ordered(name: str, pair: tuple[float, float]) -> tuple[float, float]:
    if not pair[0] <= pair[1]:
        raise QueryError(f"The {name} range {pair[0]:g} to {pair[1]:g} is empty. Swap the numbers.")
    return pair


def _distance_mask(
    filters: Filters, table: CraterStore, body: Body, lon: float | None, lat: float | None
) -> BoolArray:
    if lon is None or lat is None:
        raise QueryError(
            "A distance from the query needs the query's place, which an image does not tell."
        )
    distance = great_circle_distance(body, lon, lat, table.lon, table.lat)
    keep = np.ones(len(table.lon), dtype=bool)
    if filters.min_distance is not None:
        keep &= distance >= filters.min_distance
    if filters.max_distance is not None:
        keep &= distance <= filters.max_distance
    return keep


def _inside(
    region: Any, lon: NDArray[np.float64], lat: NDArray[np.float64], keep: BoolArray
) -> BoolArray:
    """Points in the polygon, whichever turn of longitude it was drawn in."""
    import shapely

    shapely.prepare(region)
    inside = np.zeros(len(lon), dtype=bool)
    if not len(lon):
        return inside
    left, bottom, right, top = region.bounds
    # A little wider than the region: its own edge is rounded.
    bounds = left - _EDGE, bottom - _EDGE, right + _EDGE, top + _EDGE
    cells = _cells(region, bounds) if len(lon) > _MANY else None
    west, east = float(lon.min()), float(lon.max())
    for turn in (-360.0, 0.0, 360.0):
        if east + turn < bounds[0] or west + turn > bounds[2]:
            continue
        # In blocks that stay in a core's cache.
        for start in range(0, len(lon), _BLOCK):
            part = slice(start, start + _BLOCK)
            x = lon[part] if turn == 0.0 else lon[part] + turn
            inside[part] |= _in_region(region, bounds, cells, x, lat[part])
    inside &= keep
    return inside


def _cells(region: Any, bounds: tuple[float, ...]) -> NDArray[np.int8]:
    """``bounds`` as a grid of _CELLS cells a side, and one more each way, row by row from the
    south-west: 1 where a cell lies within the region, 0 where outside, -1 where it may be both."""
    import shapely

    left, bottom, right, top = bounds
    wide, high = (right - left) / _CELLS, (top - bottom) / _CELLS
    column, row = (line.ravel() for line in np.meshgrid(np.arange(_CELLS), np.arange(_CELLS)))
    # A little wider than they are: a point may be rounded into the cell beside its own.
    boxes = shapely.box(
        left + (column - 1e-6) * wide, bottom + (row - 1e-6) * high,
        left + (column + 1 + 1e-6) * wide, bottom + (row + 1 + 1e-6) * high,
    )  # fmt: skip
    inner = np.zeros(len(boxes), np.int8)
    touched = np.flatnonzero(shapely.intersects(region, boxes))
    inner[touched] = np.where(shapely.contains(region, boxes[touched]), 1, -1)
    cells = np.zeros((_CELLS + 2, _CELLS + 2), np.int8)
    cells[1:-1, 1:-1] = inner.reshape(_CELLS, _CELLS)
    return cells.ravel()


def _in_region(
    region: Any,
    bounds: tuple[float, ...],
    cells: NDArray[np.int8] | None,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> BoolArray:
    """Points in or on a prepared polygon, which lies within ``bounds``; with ``cells``, only those
    near its edge are compared with it."""
    import shapely

    if cells is None:
        return np.asarray(shapely.intersects_xy(region, x, y), bool)
    left, bottom, right, top = bounds
    cell = _number(y, bottom, top)
    cell *= np.int32(_CELLS + 2)
    cell += _number(x, left, right)
    state = cells[cell]
    inside: BoolArray = state > 0
    at = np.flatnonzero(state < 0)
    inside[at] = shapely.intersects_xy(region, x[at], y[at])
    return inside


def _number(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.int32]:
    """Which cells from ``low`` to ``high`` they lie in, from 1 on; 0 and the last are beyond."""
    place = values - low
    place *= _CELLS / (high - low)
    place += 1.0
    np.maximum(place, 0.0, out=place)
    np.minimum(place, _CELLS + 1.0, out=place)
    return place.astype(np.int32)


def _region_of_file(path: str, body: Body | None) -> Any:
    """All polygons of a file of one layer, in degrees east and planetocentric."""
    import shapely

    layers = [name for name, _ in vectors.layers(Path(path))]
    if not layers:
        raise QueryError(f"{Path(path).name} has no layer. Save the region as a file of its own.")
    if len(layers) > 1:
        raise QueryError(
            f"{Path(path).name} has several layers ({', '.join(layers)}). Save the region as a "
            "file of its own."
        )
    meta, geometry = vectors.geometries(Path(path))
    region = shapely.union_all(vectors.shapes(geometry))
    # As for catalogues: GeoJSON's decreed WGS 84, and GDAL's placeholder, say nothing of the body.
    system = MapSystem(meta.get("crs"), vectors.describe(Path(path))["driver"])
    named = None if system.is_earth else system.body
    if body is not None and named is not None and not same_body(named, body):
        raise QueryError(
            f"The region {Path(path).name} lies on {named.name} by its coordinate reference "
            f"system, the index on {body.name}. Choose a region of {body.name}, or assign the "
            "right reference system to this one."
        )
    to_degrees = system.to_degrees(body, None, strict=False)
    if to_degrees is None:
        raise QueryError(
            f"The coordinate reference system of {Path(path).name} gives no longitude and "
            "latitude. Assign one of the body."
        )
    return shapely.transform(region, lambda xy: np.column_stack(to_degrees(*xy.T)))


def _is_file(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):  # WKT is easily longer than a file's name can be
        return False


def read_region(text: str, body: Body | None = None) -> Any:
    """A region from WKT (degrees), or from the polygons of a vector file of ``body``.

    Raises
    ------
    QueryError
        It is neither, has no area, or lies on another body.
    """
    import pyproj
    import shapely

    try:
        region = _region_of_file(text, body) if _is_file(text) else vectors.shape_of_text(text)
    except QueryError:
        raise
    except (
        CraterBenchError, shapely.errors.ShapelyError, pyproj.exceptions.ProjError, ValueError,
        TypeError,
    ) as error:  # fmt: skip
        raise QueryError(
            f"The region {text[:80]!r} is neither a vector file nor WKT ({error}). Give a polygon."
        ) from error
    if region is None or not region.area > 0:
        raise QueryError(
            "The region has no area. Give a polygon in degrees of longitude, latitude."
        )
    left, bottom, right, top = region.bounds
    if bottom < -90.001 or top > 90.001 or left < -360.001 or right > 720.001:
        raise QueryError("The region is not in degrees. Give it in longitude and latitude.")
    return region
