"""Regions of a body as WKT in degrees: what the map shows, and selected polygons."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsGeometry, QgsPointXY, QgsVectorLayer, QgsWkbTypes

from ...contract.body import Body
from ...i18n import tr
from . import sphere
from .crs import MapFrame, body_problem

_PIECES = 200
"""Straight edges of a map are bent on the body: they are cut into so many, over the whole."""


class NoRegion(Exception):
    """Why there is no region to take; one sentence that says what to do."""


def box_wkt(west: float, south: float, east: float, north: float) -> str:
    """A rectangle in degrees; ``west`` > ``east`` across the antimeridian."""
    if west > east:
        east += 360.0
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return "POLYGON ((" + ", ".join(f"{lon:.6f} {lat:.6f}" for lon, lat in corners) + "))"


def polygons_wkt(layer: Any, body: Body | None, selected_only: bool = True) -> str:
    """The selected polygons of ``layer`` in degrees, planetocentric. Raises NoRegion.

    ``selected_only``: else all of them where none is selected.
    """
    if not isinstance(layer, QgsVectorLayer) or (
        layer.geometryType() != QgsWkbTypes.GeometryType.PolygonGeometry
    ):
        raise NoRegion(tr("Choose a polygon layer in the layer tree and select polygons in it."))
    features = layer.selectedFeatures()
    if not features and not selected_only:
        features = list(layer.getFeatures())
    if not features:
        raise NoRegion(
            tr("Select at least one polygon of the layer {name}.").format(name=layer.name())
        )
    problem = body_problem(layer.crs(), body, layer.name())
    if problem is not None:
        raise NoRegion(problem)
    try:
        frame = MapFrame(layer.crs())
    except ValueError:
        raise NoRegion(
            tr("The coordinates of the layer {name} give no places on the body.").format(
                name=layer.name()
            )
        ) from None
    parts = [part for feature in features for part in _on_body(feature.geometry(), frame)]
    region = QgsGeometry.unaryUnion(parts) if parts else QgsGeometry()
    if region.isNull() or region.area() <= 0:
        raise NoRegion(tr("The polygons of {name} enclose nothing.").format(name=layer.name()))
    return str(region.asWkt(6))


def _on_body(geometry: QgsGeometry, frame: MapFrame) -> list[QgsGeometry]:
    box = geometry.boundingBox()
    step = max(box.width(), box.height()) / _PIECES
    dense = geometry.densifyByDistance(step) if step > 0 else geometry
    polygons = dense.asMultiPolygon() if dense.isMultipart() else [dense.asPolygon()]
    parts = []
    for rings in polygons:
        outer, *holes = [_ring(ring, frame) for ring in rings]
        for hole in holes:
            outer = outer.difference(hole)
        parts.append(outer)
    return [part for part in parts if not part.isEmpty()]


def _ring(points: list[QgsPointXY], frame: MapFrame) -> QgsGeometry:
    places = [place for point in points if (place := frame.to_lonlat(point)) is not None]
    return QgsGeometry.fromWkt(sphere.ring_multipolygon_wkt(places)).makeValid()
