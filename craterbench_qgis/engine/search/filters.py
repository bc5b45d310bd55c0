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
from .polygon import inside

BoolArray = NDArray[np.bool_]
_BLOCK = 32_768  # craters at a time: they stay in a core's cache


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
        keep &= _eastward(west, 360.0 if whole else (east - west) % 360.0, table.lon)
    if filters.min_distance is not None or filters.max_distance is not None:
        keep &= _distance_mask(filters, table, body, lon, lat)
    if filters.region is not None:
        keep &= inside(read_region(filters.region, body), table.lon, table.lat)
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
    changing = (*of_query, filters.kind)  # a kind may be learnt anew
    return changing == (None,) * 4 and not (filters.region and _is_file(filters.region))


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


def _eastward(west: float, span: float, lon: NDArray[np.float64]) -> BoolArray:
    """Which of ``lon`` lie no more than ``span`` degrees east of ``west``, whatever their turn."""
    found = np.empty(len(lon), bool)
    for start in range(0, len(lon), _BLOCK):
        part = slice(start, start + _BLOCK)
        east = lon[part] - west
        east -= 360.0 * np.floor(east / 360.0)  # as % does, which takes twenty times as long
        np.less_equal(east, span, out=found[part])
    return found


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
