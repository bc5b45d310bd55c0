"""Features of any point or polygon layer as crater queries: where, how large, what it is called."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qgis.core import (
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsMapLayer,
    QgsPointXY,
    QgsVectorLayer,
    QgsWkbTypes,
)

from ...contract.columns import METRES_ABOVE, SizeColumn, label_column, size_column
from ...core.geo.crs import Figure, MapFrame, body_problem
from ...core.geo.sphere import (
    Point,
    circle_ring,
    destination,
    great_circle_distance,
    initial_bearing,
)
from ...core.query import QueryRequest, RasterSource
from ...core.wording import kilometres
from ...i18n import tr

MOST_SELECTED = 50
"""Queries made of one selection; each is a search of its own."""


@dataclass(frozen=True)
class Disc:
    """A polygon on the body: centre, and the diameter in metres of the circle of its area."""

    lon: float
    lat: float
    diameter_m: float


class CraterLayer:
    """How craters are read from one layer.

    Raises ValueError, with a message for the user, for a layer no crater can be read from.
    """

    def __init__(self, layer: Any, body: dict[str, Any] | None = None) -> None:
        if not can_hold_craters(layer):
            raise ValueError(tr("Choose a layer of points or polygons: a crater catalogue."))
        name = layer.name()
        problem = body_problem(layer.crs(), body, tr("The layer {name}").format(name=name))
        if problem is not None:
            raise ValueError(problem)
        self.layer = layer
        self.frame = MapFrame(layer.crs())
        self.is_polygon = layer.geometryType() == QgsWkbTypes.GeometryType.PolygonGeometry
        names = [field.name() for field in layer.fields()]
        self._size: SizeColumn | None = size_column(names)
        self._name = label_column(names)
        self._unit = self._size.unit if self._size else ""
        if self._size is None and not self.is_polygon:
            raise ValueError(
                tr(
                    "The layer {name} has no column of diameters (such as diam_km). Rename the "
                    "column, or use the circle tool."
                ).format(name=name)
            )
        self.note = ""
        """What was assumed and the user should know, or ""."""

    def request_of(
        self, feature: QgsFeature, source_of: Callable[[Point], RasterSource | None]
    ) -> QueryRequest | None:
        """The crater; None where it has no place or no size."""
        disc = self.disc_of(feature)
        if disc is None:
            return None
        radius = self.frame.figure.mean_radius
        if not 0.0 < disc.diameter_m < math.pi * radius:
            return None
        return QueryRequest(
            "crater",
            source_of((disc.lon, disc.lat)),
            disc.lon,
            disc.lat,
            diameter_m=disc.diameter_m,
            label=self.label_of(feature, disc),
            outline=tuple(circle_ring(radius, disc.lon, disc.lat, disc.diameter_m)),
        )

    def disc_of(self, feature: QgsFeature) -> Disc | None:
        """Centre and diameter: the column's, else the polygon's own."""
        geometry = feature.geometry()
        if geometry.isNull() or geometry.isEmpty():
            return None
        shape = polygon_disc(geometry, self.frame) if self.is_polygon else None
        if shape is None:
            place = self.frame.to_lonlat(QgsPointXY(geometry.centroid().asPoint()))
            if place is None:
                return None
            shape = Disc(*place, 0.0)
        stated = self._stated(feature, shape.diameter_m)
        return Disc(shape.lon, shape.lat, stated) if stated else shape

    def label_of(self, feature: QgsFeature, disc: Disc) -> str:
        """Its name or id with its diameter."""
        value = feature[self._name] if self._name else feature.id()
        name = "" if value is None else str(value).strip()
        if not name or name.upper() == "NULL":
            name = tr("crater {id}").format(id=feature.id())
        return tr("{name}, {size}").format(name=name, size=kilometres(disc.diameter_m))

    def _stated(self, feature: QgsFeature, drawn_m: float) -> float | None:
        if self._size is None:
            return None
        value = _number(feature[self._size.name])
        if value is None or not value > 0:
            return None
        unit = self._unit or self._guessed_unit(self._size, value, drawn_m)
        return self._size.metres(value, unit)

    def _guessed_unit(self, size: SizeColumn, value: float, drawn_m: float) -> str:
        """Of a column that does not say it: by the polygon's size, else by the values."""
        if drawn_m > 0:
            return min(("km", "m"), key=lambda u: abs(math.log(size.metres(value, u) / drawn_m)))
        index = self.layer.fields().indexFromName(size.name)
        largest = _number(self.layer.maximumValue(index))
        self._unit = "m" if max(largest or 0.0, value) > METRES_ABOVE else "km"
        if self._unit == "km":
            self.note = tr(
                "The column {column} of {layer} does not say its unit; it is taken as km."
            ).format(column=size.name, layer=self.layer.name())
        return self._unit


def can_hold_craters(layer: QgsMapLayer | None) -> bool:
    """Whether it is a vector layer of points or polygons."""
    kinds = (QgsWkbTypes.GeometryType.PointGeometry, QgsWkbTypes.GeometryType.PolygonGeometry)
    return isinstance(layer, QgsVectorLayer) and layer.isValid() and layer.geometryType() in kinds


def selection_queries(
    layer: Any,
    source_of: Callable[[Point], RasterSource | None] | None = None,
    body: dict[str, Any] | None = None,
    problems: list[str] | None = None,
) -> list[QueryRequest]:
    """The selected features of ``layer`` as queries, in the layer's order.

    ``source_of``: the raster for a (lon, lat); ``body``: the open index's. What the user should
    know (another body, no diameters, too many, some without size) is added to ``problems``.
    """
    told = problems if problems is not None else []
    try:
        craters = CraterLayer(layer, body)
    except ValueError as error:
        told.append(str(error))
        return []
    ids = sorted(layer.selectedFeatureIds())
    if not ids:
        told.append(tr("Nothing is selected in {name}.").format(name=layer.name()))
        return []
    if len(ids) > MOST_SELECTED:
        text = tr("Only the first {n} of {count} selected features are searched.")
        told.append(text.format(n=MOST_SELECTED, count=len(ids)))
        ids = ids[:MOST_SELECTED]
    request = QgsFeatureRequest().setFilterFids(ids)
    features = sorted(layer.getFeatures(request), key=lambda feature: feature.id())
    asked = [craters.request_of(one, source_of or (lambda _place: None)) for one in features]
    found = [one for one in asked if one is not None]
    if len(found) < len(ids):
        text = tr("{n} of the selected features have no place or no diameter.")
        told.append(text.format(n=len(ids) - len(found)))
    if craters.note:
        told.append(craters.note)
    return found


def polygon_disc(geometry: QgsGeometry, frame: MapFrame) -> Disc | None:
    """The centre and size on the body of a polygon of any map.

    Area and centroid are taken in the equal-area plane (Lambert) around its middle, so a polygon
    that is cut at the antimeridian or drawn over a pole is one figure again.
    """
    rings = []
    polygons = geometry.asMultiPolygon() if geometry.isMultipart() else [geometry.asPolygon()]
    for polygon in polygons:
        for ring in polygon:
            places = [frame.to_lonlat(point) for point in ring]
            rings.append([place for place in places if place is not None])
    middle = _middle([place for ring in rings for place in ring], frame.figure)
    if middle is None:
        return None
    area = x_moment = y_moment = 0.0
    for ring in rings:
        plane = [_to_plane(middle, place) for place in ring]
        for i, (x1, y1) in enumerate(plane):
            x0, y0 = plane[i - 1]
            cross = x0 * y1 - x1 * y0
            area += cross / 2
            x_moment += (x0 + x1) * cross / 6
            y_moment += (y0 + y1) * cross / 6
    if not abs(area) > 0:
        return None
    x, y = x_moment / area, y_moment / area
    reach = 2 * math.asin(min(1.0, math.hypot(x, y) / 2))
    lon, lat = destination(1.0, *middle, math.degrees(math.atan2(x, y)), reach)
    # The cap of that area: its radius seen from the centre, not the plane's.
    cap = 2 * math.asin(min(1.0, math.sqrt(abs(area) / math.pi) / 2))
    return Disc(lon, lat, 2 * cap * frame.figure.mean_radius)


def _middle(places: list[Point], figure: Figure) -> Point | None:
    x = y = z = 0.0
    for lon, lat in places:
        lam, phi = math.radians(lon), math.radians(lat)
        x += math.cos(phi) * math.cos(lam)
        y += math.cos(phi) * math.sin(lam)
        z += math.sin(phi)
    if not places or math.sqrt(x * x + y * y + z * z) < 1e-6 * len(places) or not figure.a > 0:
        return None
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))


def _to_plane(middle: Point, place: Point) -> Point:
    """East and north in the equal-area plane of the unit sphere."""
    reach = 2 * math.sin(great_circle_distance(1.0, *middle, *place) / 2)
    bearing = math.radians(initial_bearing(*middle, *place))
    return reach * math.sin(bearing), reach * math.cos(bearing)


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None
