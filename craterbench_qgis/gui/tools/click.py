"""Click on a crater of any catalogue on the map: the topmost feature under the mouse."""

from __future__ import annotations

import math
from typing import Any

from qgis.core import (
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPointXY,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QPoint, Qt

from ...core.geo.crs import MapFrame
from ...core.geo.sphere import Point
from ...core.layers.ids import QUERY, role_of
from ...i18n import tr
from .features import CraterLayer, can_hold_craters
from .sized import SizedCircle

TOLERANCE_PX = 8
# More candidates than this around one click are not told apart by a click either.
_MOST = 2000


class ClickTool(SizedCircle):
    """Emits queries of kind ``crater``; the crater clicked is circled. Where there is none,
    the wheel makes a circle."""

    def is_free(self, pixel: QPoint) -> bool:
        return self.feature_at(pixel)[0] is None

    def canvasPressEvent(self, event: Any) -> None:
        """Right: give up."""
        if event.button() == Qt.MouseButton.RightButton:
            self.give_up()

    def canvasReleaseEvent(self, event: Any) -> None:
        """Left: ask for the feature under the mouse."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self.finish_sized(event.pos()):
            return
        self.erase()
        if not self.ready():
            return
        layer, feature = self.feature_at(event.pos())
        if layer is None or feature is None:
            self.message.emit(
                tr(
                    "There is no crater of a visible point or polygon layer here. Click on one, or "
                    "turn the wheel until a circle fits, and click."
                )
            )
            return
        try:
            craters = CraterLayer(layer, self._body_of())
        except ValueError as error:
            self.message.emit(str(error))
            return
        request = craters.request_of(feature, self._source_of_place)
        if request is None:
            text = tr("This feature of {name} has no usable diameter. Use the circle tool.")
            self.message.emit(text.format(name=layer.name()))
            return
        self.show_request(request, "", event.pos())
        if craters.note:
            self.message.emit(craters.note)
        self.finish(request)

    def feature_at(self, pixel: QPoint) -> tuple[QgsVectorLayer | None, QgsFeature | None]:
        """The topmost visible layer with a feature within the tolerance, and its nearest one.

        Of polygons that hold the mouse, the smallest: craters lie within craters. What was asked
        before is drawn over them, and is no crater of a catalogue.
        """
        if self.frame is None:
            return None, None
        for layer in self._canvas.layers():
            if not can_hold_craters(layer) or role_of(layer) == QUERY:
                continue
            if not layer.isInScaleRange(self._canvas.scale()):
                continue
            try:
                frame = MapFrame(layer.crs())
            except ValueError:
                continue
            feature = self._nearest(layer, frame, pixel)
            if feature is not None:
                return layer, feature
        return None, None

    def _nearest(self, layer: QgsVectorLayer, frame: MapFrame, pixel: QPoint) -> QgsFeature | None:
        place = self.place_at(pixel)
        here = frame.to_map(*place) if place is not None else None
        if here is None:
            return None
        best, best_rank = None, (2, math.inf)
        seen = set()
        for box in self._boxes(frame, pixel):
            request = QgsFeatureRequest().setFilterRect(box).setLimit(_MOST)
            for feature in layer.getFeatures(request):
                if feature.id() in seen:
                    continue
                seen.add(feature.id())
                rank = self._rank(feature.geometry(), here, frame, pixel)
                if rank is not None and rank < best_rank:
                    best, best_rank = feature, rank
        return best

    def _boxes(self, frame: MapFrame, pixel: QPoint) -> list[QgsRectangle]:
        """Rectangles of the layer's map that hold all within the tolerance of a pixel."""
        points: list[QgsPointXY] = []
        places: list[Point] = []
        near: float | None = None
        steps = (0, -TOLERANCE_PX, TOLERANCE_PX)
        for dx, dy in ((i, j) for i in steps for j in steps):
            place = self.place_at(QPoint(pixel.x() + dx, pixel.y() + dy))
            point = frame.to_map(*place, near=near) if place is not None else None
            if place is not None and point is not None:
                near = point.x() if near is None else near
                points.append(point)
                places.append(place)
        if not points:
            return []
        xs, ys = [p.x() for p in points], [p.y() for p in points]
        west, east, south, north = min(xs), max(xs), min(ys), max(ys)
        turn = frame.period
        if not turn:
            return [QgsRectangle(west, south, east, north)]
        if east - west > turn / 3:  # around a pole: all longitudes, up to the pole
            top = max(abs(lat) for _, lat in places)
            pole = frame.to_map(0.0, math.copysign(90.0, places[0][1])) if top > 60 else None
            ys = [south, north, pole.y()] if pole is not None else [south, north]
            return [QgsRectangle(-turn, min(ys), turn, max(ys))]
        return [
            QgsRectangle(west + shift, south, east + shift, north) for shift in (-turn, 0.0, turn)
        ]

    def _rank(
        self, geometry: QgsGeometry, here: QgsPointXY, frame: MapFrame, pixel: QPoint
    ) -> tuple[int, float] | None:
        """The smaller the better: (0, area) of a polygon around the mouse, else (1, pixels)."""
        if geometry.isNull() or geometry.isEmpty():
            return None
        for shift in (0.0, frame.period, -frame.period) if frame.period else (0.0,):
            if geometry.contains(QgsPointXY(here.x() + shift, here.y())):
                return (0, geometry.area())
        vertices = list(geometry.vertices())
        away = min(self._pixels(frame, QgsPointXY(v.x(), v.y()), pixel) for v in vertices)
        return (1, away) if away <= TOLERANCE_PX else None

    def _pixels(self, frame: MapFrame, point: QgsPointXY, pixel: QPoint) -> float:
        """Distance on the screen between a point of the layer and the mouse."""
        place = frame.to_lonlat(point)
        if place is None or self.frame is None:
            return math.inf
        shown = self.frame.to_map(*place, near=self.toMapCoordinates(pixel).x())
        if shown is None:
            return math.inf
        at = self._canvas.getCoordinateTransform().transform(shown)
        return math.hypot(at.x() - pixel.x(), at.y() - pixel.y())

    def _source_of_place(self, place: Point) -> Any:
        point = self.frame.to_map(*place) if self.frame else None
        return self.source_at(point) if point is not None else None
