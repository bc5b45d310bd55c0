"""Where a feature is on the body, and how large: centre, diameter, side of the square around it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from qgis.core import QgsGeometry, QgsPointXY, QgsRectangle, QgsWkbTypes

from ...i18n import tr
from .crs import MapFrame
from .sphere import Point, destination, great_circle_distance, initial_bearing, wrap

_POINT, _POLYGON = (
    QgsWkbTypes.GeometryType.PointGeometry,
    QgsWkbTypes.GeometryType.PolygonGeometry,
)
Flat = tuple[float, float]


class Place(NamedTuple):
    """Degrees (planetocentric) and metres. ``diameter_m``: of the circle of the same area;
    ``side_m``: of the square around; both None for a point."""

    lon: float
    lat: float
    diameter_m: float | None = None
    side_m: float | None = None


class NoPlace(Exception):
    """Why a feature cannot be a query; one sentence."""


def place_of(geometry: QgsGeometry, frame: MapFrame) -> Place:
    """The place of a point or of an outline. Raises NoPlace."""
    if geometry.isNull() or geometry.isEmpty():
        raise NoPlace(tr("it has no geometry"))
    if geometry.type() == _POINT:
        points = list(_points(geometry))
        if len(points) != 1:
            raise NoPlace(tr("it has {n} points instead of one").format(n=len(points)))
        place = frame.to_lonlat(points[0])
        if place is None:
            raise NoPlace(tr("its point is not on the body"))
        return Place(*place)
    if geometry.type() != _POLYGON:
        raise NoPlace(tr("it is a line"))
    rings = _rings(geometry, frame)
    if not rings:
        raise NoPlace(tr("its outline is not on the body"))
    return _measured(rings, frame.body.mean_radius)


def place_of_extent(extent: QgsRectangle, frame: MapFrame) -> Place:
    """The square on the ground around the middle of a rectangle of the map. Raises NoPlace."""
    centre = extent.center()
    here = frame.to_lonlat(centre)
    if here is None:
        raise NoPlace(tr("its middle is not on the body"))
    radius, half = frame.body.mean_radius, 0.0
    for x, y in (
        (extent.xMinimum(), centre.y()),
        (extent.xMaximum(), centre.y()),
        (centre.x(), extent.yMinimum()),
        (centre.x(), extent.yMaximum()),
    ):
        there = frame.to_lonlat(QgsPointXY(x, y))
        if there is None:
            raise NoPlace(tr("a part of it is not on the body"))
        half = max(half, great_circle_distance(radius, *here, *there))
    if half <= 0:
        raise NoPlace(tr("it is empty"))
    # The view's sides lie in the plane that touches the body at the centre.
    angle = min(half / radius, math.pi / 2)
    return Place(*here, None, 2.0 * radius * math.sin(angle))


def _points(geometry: QgsGeometry) -> Iterator[QgsPointXY]:
    for vertex in geometry.vertices():
        yield QgsPointXY(vertex.x(), vertex.y())


def _rings(geometry: QgsGeometry, frame: MapFrame) -> list[list[Point]]:
    """The outer rings as places on the body, closed, without what the map cannot carry there."""
    straight = QgsGeometry(geometry)
    straight.convertToMultiType()
    rings = []
    for polygon in straight.asMultiPolygon():
        if not polygon:
            continue
        places = [frame.to_lonlat(QgsPointXY(point)) for point in polygon[0]]
        known = [place for place in places if place is not None]
        if len(known) > 3 and len(known) == len(places):
            rings.append(known)
    return rings


def _measured(rings: list[list[Point]], radius: float) -> Place:
    """Centre of area, diameter of the circle of the same area, and the square around.

    In a plane of true distances and bearings from the centre, in which a circle around the centre
    has its true radius; parts cut at the antimeridian come together in it again.
    """
    lon, lat = _mean_place([place for ring in rings for place in ring[1:]])
    area = 0.0
    flat: list[list[Flat]] = []
    for _ in range(3):
        flat = [_flattened(ring, lon, lat, radius) for ring in rings]
        area, x, y = _area_and_centre(flat)
        if area <= 0:
            raise NoPlace(tr("its outline has no area"))
        lon, lat = destination(radius, lon, lat, math.degrees(math.atan2(x, y)), math.hypot(x, y))
    flat = [_flattened(ring, lon, lat, radius) for ring in rings]
    area, _, _ = _area_and_centre(flat)
    reach = max(max(abs(x), abs(y)) for ring in flat for x, y in ring)
    side = 2.0 * radius * math.sin(min(reach / radius, math.pi / 2))
    return Place(wrap(lon), lat, 2.0 * math.sqrt(area / math.pi), side)


def _flattened(ring: list[Point], lon: float, lat: float, radius: float) -> list[Flat]:
    flat = []
    for place in ring:
        distance = great_circle_distance(radius, lon, lat, *place)
        bearing = math.radians(initial_bearing(lon, lat, *place))
        flat.append((distance * math.sin(bearing), distance * math.cos(bearing)))
    return flat


def _area_and_centre(rings: list[list[Flat]]) -> tuple[float, float, float]:
    total = x_sum = y_sum = 0.0
    for ring in rings:
        doubled = cx = cy = 0.0
        for n in range(len(ring) - 1):
            (x0, y0), (x1, y1) = ring[n], ring[n + 1]
            cross = x0 * y1 - x1 * y0
            doubled += cross
            cx += (x0 + x1) * cross
            cy += (y0 + y1) * cross
        sign = 1.0 if doubled >= 0 else -1.0  # rings run either way
        total += sign * doubled / 2
        x_sum += sign * cx / 6
        y_sum += sign * cy / 6
    return (total, x_sum / total, y_sum / total) if total > 0 else (0.0, 0.0, 0.0)


def _mean_place(places: list[Any]) -> Point:
    x = y = z = 0.0
    for lon, lat in places:
        cos = math.cos(math.radians(lat))
        x += cos * math.cos(math.radians(lon))
        y += cos * math.sin(math.radians(lon))
        z += math.sin(math.radians(lat))
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))
