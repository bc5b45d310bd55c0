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

from ...contract.body import Body
from ...contract.columns import METRES_ABOVE, SizeColumn, label_column, size_column
from ...contract.vocabulary import QueryKind
from ...core.geo.crs import MapFrame, body_problem
from ...core.geo.outlines import NoPlace, place_of
from ...core.geo.sphere import Point, circle_ring
from ...core.query import QueryRequest, RasterSource
from ...core.words.quantities import kilometres
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

    def __init__(self, layer: Any, body: Body | None = None) -> None:
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
        radius = self.frame.body.mean_radius
        if not 0.0 < disc.diameter_m < math.pi * radius:
            return None
        return QueryRequest(
            QueryKind.CRATER,
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
        shape = self._outlined(geometry) if self.is_polygon else None
        if shape is None:
            place = self.frame.to_lonlat(QgsPointXY(geometry.centroid().asPoint()))
            if place is None:
                return None
            shape = Disc(*place, 0.0)
        stated = self._stated(feature, shape.diameter_m)
        return Disc(shape.lon, shape.lat, stated) if stated else shape

    def _outlined(self, geometry: QgsGeometry) -> Disc | None:
        try:
            place = place_of(geometry, self.frame)
        except NoPlace:
            return None
        return Disc(place.lon, place.lat, place.diameter_m or 0.0)

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
    body: Body | None = None,
    problems: list[str] | None = None,
) -> list[QueryRequest]:
    """The selected features of ``layer`` as queries, in the layer's order.

    ``source_of``: the raster for a (lon, lat); ``body``: the open index's. What the user should
    know (another body, no diameters, too many, some without size) is added to ``problems``.
    """
    notes = problems if problems is not None else []
    try:
        craters = CraterLayer(layer, body)
    except ValueError as error:
        notes.append(str(error))
        return []
    ids = sorted(layer.selectedFeatureIds())
    if not ids:
        notes.append(tr("Nothing is selected in {name}.").format(name=layer.name()))
        return []
    if len(ids) > MOST_SELECTED:
        text = tr("Only the first {n} of {count} selected features are searched.")
        notes.append(text.format(n=MOST_SELECTED, count=len(ids)))
        ids = ids[:MOST_SELECTED]
    request = QgsFeatureRequest().setFilterFids(ids)
    features = sorted(layer.getFeatures(request), key=lambda feature: feature.id())
    of_place = source_of or (lambda _place: None)
    asked = [craters.request_of(feature, of_place) for feature in features]
    requests = [request for request in asked if request is not None]
    if len(requests) < len(ids):
        text = tr("{n} of the selected features have no place or no diameter.")
        notes.append(text.format(n=len(ids) - len(requests)))
    if craters.note:
        notes.append(craters.note)
    return requests


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
