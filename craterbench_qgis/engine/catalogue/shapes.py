"""The places of a layer's geometries: points, and the centres of outlines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..files import vectors

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
ToDegrees = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
# A circle's vertices are that equally far from its middle, of the radius.
_ROUND = 1e-5
_POINT_SIZES = {21: 1, 29: 1001}  # bytes of a point's WKB -> its type (ISO: with height)


@dataclass
class Centres:
    """Per feature: ``lon``, ``lat`` in degrees (NaN where there is none); ``size``: how wide an
    outline is, degrees, 0 for points; ``several``: it is several points, not a place."""

    lon: FloatArray
    lat: FloatArray
    size: FloatArray
    several: BoolArray


def points_of(column: Any) -> FloatArray | None:
    """[n, 2] coordinates of a pyarrow column of WKB that is points and nothing else, else None."""
    import pyarrow as pa

    points = []
    for array in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        if len(array) == 0:
            continue
        wide = pa.types.is_large_binary(array.type)
        offsets = np.frombuffer(array.buffers()[1], np.int64 if wide else np.int32)
        offsets = offsets[array.offset : array.offset + len(array) + 1]
        size = int(offsets[1] - offsets[0])
        if array.null_count or size not in _POINT_SIZES or (np.diff(offsets) != size).any():
            return None
        raw = np.frombuffer(array.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
        raw = raw.reshape(-1, size)
        kinds = np.ascontiguousarray(raw[:, 1:5]).view("<u4")
        known = (_POINT_SIZES[size], 0x80000001) if size == 29 else (1,)
        if (raw[:, 0] != 1).any() or not np.isin(kinds, known).all():
            return None
        points.append(np.ascontiguousarray(raw[:, 5:21]).view("<f8"))
    return np.concatenate(points) if points else np.empty((0, 2))


def centres(wkb: NDArray[Any], to_degrees: ToDegrees) -> Centres:
    """The place of each geometry; ``to_degrees`` turns map coordinates into longitude, latitude."""
    import shapely

    geometries = vectors.shapes(wkb)
    parts, feature = shapely.get_parts(geometries, return_index=True)
    kinds = shapely.get_type_id(parts)
    polygons = kinds == shapely.GeometryType.POLYGON
    parts[polygons] = shapely.get_exterior_ring(parts[polygons])
    coords, part = shapely.get_coordinates(parts, return_index=True)
    lon, lat = to_degrees(coords[:, 0].copy(), coords[:, 1].copy())
    count, owner = len(geometries), feature[part]
    dots = np.bincount(feature[kinds == shapely.GeometryType.POINT], minlength=count)
    several = dots > 1
    if len(coords) == count and np.array_equal(owner, np.arange(count)):
        return Centres(lon, lat, np.zeros(count), several)
    middle_lon, middle_lat = _outline_centres(lon, lat, part, owner, count)
    drawn, x, y = _circles_on_the_map(coords, part, owner, count)
    if drawn.any():
        middle_lon[drawn], middle_lat[drawn] = to_degrees(x[drawn], y[drawn])
    size = np.zeros(count)
    with np.errstate(invalid="ignore"):
        np.maximum.at(size, owner, np.nan_to_num(2.0 * np.abs(lat - middle_lat[owner])))
    return Centres(middle_lon, middle_lat, size, several)


def _circles_on_the_map(
    coords: FloatArray, part: NDArray[np.int64], owner: NDArray[np.int64], count: int
) -> tuple[BoolArray, FloatArray, FloatArray]:
    """Which features are circles in map coordinates, as GIS software draws them, and their centres.

    Their middle on the ground is another point than the one they were drawn around.
    """
    edge = np.hypot(*(coords[1:, :2] - coords[:-1, :2]).T)
    edge = np.where(part[1:] == part[:-1], edge, 0.0)
    length = np.bincount(owner[:-1], edge, count)
    with np.errstate(invalid="ignore", divide="ignore"):
        x, y = (
            np.bincount(owner[:-1], edge * (values[1:] + values[:-1]) / 2, count) / length
            for values in coords[:, :2].T
        )
        radius = np.hypot(coords[:, 0] - x[owner], coords[:, 1] - y[owner])
    radius = np.nan_to_num(radius)
    least, most = np.full(count, np.inf), np.zeros(count)
    np.minimum.at(least, owner, radius)
    np.maximum.at(most, owner, radius)
    rings = np.bincount(owner[np.unique(part, return_index=True)[1]], minlength=count)
    many = np.bincount(owner, minlength=count) > 8
    return many & (rings == 1) & (most - least < _ROUND * most), x, y


def _outline_centres(
    lon: FloatArray,
    lat: FloatArray,
    part: NDArray[np.int64],
    owner: NDArray[np.int64],
    count: int,
) -> tuple[FloatArray, FloatArray]:
    """The centre of each feature: the mean of its edges on the unit sphere, weighted by length.

    Vertex ``i`` belongs to outline ``part[i]`` of feature ``owner[i]``, of ``count``. Exact for
    circles wherever they lie, also across the antimeridian and around a pole. The seam edges of
    outlines that were cut at the antimeridian (both ends on it, or on a pole) do not count. A
    lone point stands for itself; a feature without geometry gives NaN.
    """
    phi, lam = np.radians(lat), np.radians(lon)
    xyz = np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    edge = xyz[1:] - xyz[:-1]
    length = np.sqrt((edge**2).sum(axis=1))
    seam = (np.abs(np.abs(lon) - 180.0) < 1e-9) | (np.abs(np.abs(lat) - 90.0) < 1e-9)
    within = (part[1:] == part[:-1]) & ~(seam[1:] & seam[:-1])
    length = np.where(within, length, 0.0)
    total = np.zeros((count, 3))
    np.add.at(total, owner[:-1], (xyz[1:] + xyz[:-1]) * length[:, None])
    alone = np.bincount(owner, minlength=count) == 1
    single = alone[owner]
    total[owner[single]] = xyz[single]
    norm = np.sqrt((total**2).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        unit = np.where(norm[:, None] > 0, total / norm[:, None], np.nan)
    centre_lat = np.degrees(np.arctan2(unit[:, 2], np.hypot(unit[:, 0], unit[:, 1])))
    return np.degrees(np.arctan2(unit[:, 1], unit[:, 0])), centre_lat
