"""The degrees of a body that a rectangle of its map covers."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsPointXY, QgsRectangle

from ...contract.body import Body
from .crs import MapFrame, body_problem
from .sphere import wrap

_STEPS = 24
# Places further apart than this, in degrees, have no gap between them: the map goes all around.
_LEAST_GAP = 3 * 360.0 / _STEPS
# A pole counts as shown only where the map's points come so near to it, in degrees.
_NEAR_POLE = 15.0


def canvas_region(canvas: Any, body: Body | None) -> list[float] | None:
    """The :func:`extent_region` of what the map shows.

    None where ``body`` is not known or nothing of the map lies on it.
    """
    crs = canvas.mapSettings().destinationCrs()
    if body is None or body_problem(crs, body, "") is not None:
        return None
    try:
        frame = MapFrame(crs)
    except ValueError:
        return None
    return extent_region(canvas.extent(), frame)


def extent_region(extent: QgsRectangle, frame: MapFrame | None) -> list[float] | None:
    """[W, S, E, N] (degrees, planetocentric; W > E across the antimeridian) of a rectangle.

    Without ``frame`` the rectangle is in degrees already. None where none of it is on the body.
    """
    if extent.yMinimum() > 90.0 and (frame is None or _in_degrees(frame)):
        return None
    if frame is None:
        return _whole_turn(extent, extent.yMinimum(), extent.yMaximum())
    if _in_degrees(frame):
        south, north = (
            frame.body.planetocentric(max(-90.0, min(90.0, y)))
            for y in (extent.yMinimum(), extent.yMaximum())
        )
        return _whole_turn(extent, south, north)
    places = [place for point in _grid(extent) if (place := frame.to_lonlat(point)) is not None]
    if not places:
        return None
    west, east = _arc([lon for lon, _ in places])
    south, north = min(lat for _, lat in places), max(lat for _, lat in places)
    for pole in (-90.0, 90.0):
        point = frame.to_map(0.0, pole)
        if point is None or not extent.contains(point):
            continue
        if abs(pole) - max(-south, north) < _NEAR_POLE:
            # On a cylindrical map a pole is a line along its edge, not a point inside.
            if _all_meridians_meet(point, extent, frame, pole):
                west, east = -180.0, 180.0
            south, north = min(south, pole), max(north, pole)
    return [west, south, east, north]


def _in_degrees(frame: MapFrame) -> bool:
    """Whether map units are degrees east and north (QGIS 3.22 does not know this of all)."""
    place = frame.to_lonlat(QgsPointXY(10.0, 20.0))
    return place is not None and abs(place[0] - 10.0) < 1e-6 and abs(place[1] - 20.0) < 1.0


def _all_meridians_meet(
    point: QgsPointXY, extent: QgsRectangle, frame: MapFrame, pole: float
) -> bool:
    other = frame.to_map(90.0, pole)
    return other is not None and point.distance(other) < 1e-6 * (extent.width() + extent.height())


def _whole_turn(extent: QgsRectangle, south: float, north: float) -> list[float]:
    west, east = extent.xMinimum(), extent.xMaximum()
    south, north = max(-90.0, south), min(90.0, north)
    if east - west >= 360.0:
        return [-180.0, south, 180.0, north]
    return [wrap(west), south, 180.0 if wrap(east) == -180.0 else wrap(east), north]


def _grid(extent: QgsRectangle) -> list[QgsPointXY]:
    width, height = extent.width() / _STEPS, extent.height() / _STEPS
    return [
        QgsPointXY(extent.xMinimum() + width * column, extent.yMinimum() + height * row)
        for row in range(_STEPS + 1)
        for column in range(_STEPS + 1)
    ]


def _arc(longitudes: list[float]) -> tuple[float, float]:
    """West and east, in [-180, 180), of the shortest arc that holds all of them."""
    around = sorted(set(longitudes))
    gaps = [
        ((around[(n + 1) % len(around)] - lon) % 360.0 or 360.0, n) for n, lon in enumerate(around)
    ]
    gap, widest = max(gaps)
    if gap < _LEAST_GAP:
        return -180.0, 180.0
    return around[(widest + 1) % len(around)], around[widest]
