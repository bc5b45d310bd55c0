"""Click three points on a crater's rim."""

from __future__ import annotations

import math
from typing import Any

from qgis.core import QgsPointXY, QgsWkbTypes
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtGui import QColor

from ...core.geo.sphere import Point, circle_through
from ...core.query import QueryRequest
from ...core.words.quantities import kilometres
from ...i18n import tr
from .base import SMALLEST_DRAG_PX, BodyOf, ContextOf, SourceOf
from .sized import SizedCircle


class RimTool(SizedCircle):
    """Emits queries of kind ``crater``: the circle through three points, on the body."""

    def __init__(
        self, canvas: Any, body_of: BodyOf, source_of: SourceOf, context_of: ContextOf | None = None
    ) -> None:
        super().__init__(canvas, body_of, source_of, context_of)
        self._points: list[QgsPointXY] = []
        self._marks = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.PointGeometry)
        self._marks.setColor(QColor(255, 196, 0))
        self._marks.setIcon(QgsRubberBand.IconType.ICON_FULL_BOX)
        self._marks.setIconSize(7)

    def is_drawing(self) -> bool:
        return bool(self._points)

    def erase(self) -> None:
        self._points = []
        self._marks.reset(QgsWkbTypes.GeometryType.PointGeometry)
        super().erase()

    def close(self) -> None:
        if not self._closed:
            super().close()
            self._canvas.scene().removeItem(self._marks)

    def wheelEvent(self, event: Any) -> None:
        """The map zooms: points on a large rim are farther apart than a window."""
        event.ignore()

    def canvasPressEvent(self, event: Any) -> None:
        """Right: give up."""
        if event.button() == Qt.MouseButton.RightButton:
            self.give_up()

    def canvasMoveEvent(self, event: Any) -> None:
        """From the second point on, the circle that a click here would ask for."""
        if len(self._points) == 2:
            request = self._request(event.pos())
            if request is not None and not self.problem_of(request):
                size = kilometres(request.diameter_m or 0.0)
                self.show_request(request, tr("Diameter {size}").format(size=size), event.pos())

    def canvasReleaseEvent(self, event: Any) -> None:
        """Left: a point; the third asks."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if not self._points:
            self.erase()
        if not self.ready():
            return
        pixel = event.pos()
        if self.place_at(pixel) is None:
            self.message.emit(self.problem_of(None))
            return
        if any(self._is_near(point, pixel) for point in self._points):
            self.message.emit(tr("Click three points of the rim, far from each other."))
            return
        if len(self._points) < 2:
            point = self.toMapCoordinates(pixel)
            self._points.append(point)
            self._marks.addPoint(point)
            return
        request = self._request(pixel)
        problem = self.problem_of(request) if request is not None else tr(
            "These three points lie on a straight line, which is no rim. Click the third one "
            "elsewhere on the rim, or press Escape and begin anew."
        )  # fmt: skip
        if request is None or problem:
            self.message.emit(problem)
            return
        self.erase()
        self.show_request(request, "", pixel)
        self.finish(request)

    def _request(self, pixel: QPoint) -> QueryRequest | None:
        """The circle through both points and a pixel; None where they lie on a line."""
        if self.frame is None:
            return None
        places = [self.frame.to_lonlat(point) for point in self._points]
        known: list[Point] = [place for place in (*places, self.place_at(pixel)) if place]
        circle = circle_through(self.frame.body.mean_radius, known) if len(known) == 3 else None
        return self.circle_request(circle[0], circle[1]) if circle is not None else None

    def _is_near(self, point: QgsPointXY, pixel: QPoint) -> bool:
        at = self.toCanvasCoordinates(point)
        return math.hypot(at.x() - pixel.x(), at.y() - pixel.y()) < SMALLEST_DRAG_PX
