"""Where matches are on the canvas: the highlight, and the part of the map to move to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Union

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtGui import QColor

from ...contract.atlas import AtlasCrater
from ...contract.body import Body
from ...contract.demo import Demo
from ...contract.search import Match
from ..geo import sphere
from ..geo.crs import geographic_crs
from ..review.file import Entry

# These run, on Python 3.9 too.
_Placed = Union[Match, Entry, Demo, AtlasCrater]  # noqa: UP007
_System = Union[QgsVectorLayer, QgsCoordinateReferenceSystem]  # noqa: UP007

_RING = 48
_AROUND = 1.6
"""How much of the map around a match is shown, in its diameters on each side of the centre."""
_FAR = 50.0
"""Rim points this many times farther than a typical one lie on the map's other edge."""


class Highlight:
    """One rim drawn over the map. ``canvas`` may be None."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._band: QgsRubberBand | None = None

    def show(
        self, geometry: QgsGeometry, of: QgsVectorLayer | QgsCoordinateReferenceSystem
    ) -> None:
        """Draw ``geometry`` of a layer or system in the map's reference system."""
        if self._canvas is None:
            return
        if self._band is None:
            band = QgsRubberBand(self._canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
            band.setColor(QColor(255, 255, 255))
            band.setSecondaryStrokeColor(QColor(0, 0, 0, 200))
            band.setFillColor(QColor(0, 0, 0, 0))
            band.setWidth(3)
            self._band = band
        self._band.setToGeometry(geometry, of)
        self._band.show()

    def hide(self) -> None:
        """Take it away."""
        if self._band is not None:
            self._band.reset(QgsWkbTypes.GeometryType.PolygonGeometry)

    def close(self) -> None:
        """Remove it from the canvas."""
        if self._band is not None:
            self._canvas.scene().removeItem(self._band)
            self._band = None


def zoom_extent(
    canvas: Any,
    project: QgsProject,
    body: Body,
    craters: Sequence[_Placed],
) -> QgsRectangle | None:
    """The part of the canvas's map that shows ``craters`` with their surroundings.

    Rims are carried to the map point by point, and points that fall on the map's other edge (the
    antimeridian, the far side) are left out. None where the map cannot show them.
    """
    map_crs = canvas.mapSettings().destinationCrs()
    transform = QgsCoordinateTransform(
        geographic_crs(body, map_crs), map_crs, project.transformContext()
    )
    extent: QgsRectangle | None = None
    width = _world_width(body, transform)
    for crater in craters:
        box = _box(body, transform, crater, width)
        if box is None:
            continue
        if extent is None:
            extent = box
        else:
            extent.combineExtentWith(box)
    return extent


def _box(
    body: Body,
    transform: QgsCoordinateTransform,
    crater: _Placed,
    width: float,
) -> QgsRectangle | None:
    across = 2 * _AROUND * crater.diameter_m
    across = min(across, math.pi * body.mean_radius * 0.9)
    centre = _mapped(body, transform, crater.lon, crater.lat)
    if centre is None:
        return None
    ring = sphere.circle_ring(body.mean_radius, crater.lon, crater.lat, across, _RING)
    points = [_mapped(body, transform, lon, lat) for lon, lat in ring]
    offsets = [(p.x() - centre.x(), p.y() - centre.y()) for p in points if p is not None]
    if not offsets:
        return None
    quarter = sorted(math.hypot(x, y) for x, y in offsets)[len(offsets) // 4]
    near = [
        (x, y) for x, y in offsets if abs(x) < width / 2 and math.hypot(x, y) <= _FAR * quarter
    ] or offsets
    half_x, half_y = max(abs(x) for x, _ in near), max(abs(y) for _, y in near)
    if not (half_x > 0 or half_y > 0):
        return None
    half_x, half_y = max(half_x, half_y * 0.01), max(half_y, half_x * 0.01)
    return QgsRectangle(
        centre.x() - half_x, centre.y() - half_y, centre.x() + half_x, centre.y() + half_y
    )


def _world_width(body: Body, transform: QgsCoordinateTransform) -> float:
    """How long the equator is on a cylindrical map, wherever its seam is; else infinity."""
    points = [_mapped(body, transform, lon, 0.0) for lon in (-180.0, -90.0, 0.0, 90.0)]
    known = [point for point in points if point is not None]
    if len(known) < 4:
        return math.inf
    along = sorted(point.x() for point in known)
    steps = [along[i + 1] - along[i] for i in range(3)]
    level = max(p.y() for p in known) - min(p.y() for p in known)
    even = max(steps) - min(steps) <= 1e-6 * max(steps) and level <= 1e-6 * max(steps)
    return 4 * steps[0] if even and steps[0] > 0 else math.inf


def _mapped(
    body: Body, transform: QgsCoordinateTransform, lon: float, lat: float
) -> QgsPointXY | None:
    try:
        point = transform.transform(QgsPointXY(lon, body.geodetic(lat)))
    except QgsCsException:
        return None
    return point if math.isfinite(point.x()) and math.isfinite(point.y()) else None
