"""The map's extent in degrees on a body."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsPointXY, QgsRectangle

from ...core.geo.crs import MapFrame, body_problem

_STEPS = 24
# Places further apart than this, in degrees, have no gap between them: the map goes all around.
_LEAST_GAP = 3 * 360.0 / _STEPS


def canvas_region(canvas: Any, body: dict[str, Any] | None) -> list[float] | None:
    """[W, S, E, N] (degrees, planetocentric; W > E across the antimeridian) of what the map shows.

    None where ``body`` {name, a, b} is not known or nothing of the map lies on it.
    """
    if not body or not body.get("a"):
        return None
    return extent_region(canvas.extent(), canvas.mapSettings().destinationCrs(), body)


def extent_region(
    extent: QgsRectangle, crs: QgsCoordinateReferenceSystem, body: dict[str, Any]
) -> list[float] | None:
    """The same for any rectangle in any reference system of the body."""
    if body_problem(crs, body, "") is not None:
        return None
    try:
        frame = MapFrame(crs)
    except ValueError:
        return None
    places = [place for point in _grid(extent) if (place := frame.to_lonlat(point)) is not None]
    if not places:
        return None
    west, east = _arc([lon for lon, _ in places])
    south, north = min(lat for _, lat in places), max(lat for _, lat in places)
    if not frame.period:
        # A cylindrical map has a pole as a line, which the grid meets; others as a point.
        for pole in (-90.0, 90.0):
            point = frame.to_map(0.0, pole)
            if point is not None and extent.contains(point):
                west, east = -180.0, 180.0
                south, north = min(south, pole), max(north, pole)
    return [west, south, east, north]


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
