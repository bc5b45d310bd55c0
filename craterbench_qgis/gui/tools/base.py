"""What the map tools share: the place under the mouse, the outline, the words, giving up."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Optional

from qgis.core import QgsPointXY, QgsWkbTypes
from qgis.gui import QgsMapTool, QgsRubberBand
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QEvent, QObject, QPoint, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QFrame, QLabel, QToolTip

from ...contract.body import Body
from ...contract.search import LOOK_AT
from ...core.geo.crs import MapFrame, body_problem
from ...core.geo.sphere import Point
from ...core.query import QueryRequest, RasterSource
from ...core.shown import body_of_map
from ...i18n import tr

SMALLEST_DRAG_PX = 5
THROTTLE_MS = 120
# A view shows one hemisphere; near its limb nothing can be recognised.
WIDEST = 1.8

# Optional: these run, on Python 3.9 too.
BodyOf = Callable[[], Optional[Body]]  # noqa: UP045
SourceOf = Callable[[QgsPointXY], Optional[RasterSource]]  # noqa: UP045
ContextOf = Callable[[], float]


class QueryTool(QgsMapTool):
    """Base of the tools. Escape and the right button give up; nothing of the project is changed.

    ``body_of``: of the open index, or None; ``source_of``: the raster for a point of
    the map, None where QGIS has to render one; ``context_of``: crop side / diameter.
    """

    query = pyqtSignal(object)
    """A finished QueryRequest."""
    preview = pyqtSignal(object)
    """A QueryRequest while it is drawn, a few times a second."""
    cancelled = pyqtSignal()
    message = pyqtSignal(str)
    """A hint or a problem, for the user."""

    def __init__(
        self, canvas: Any, body_of: BodyOf, source_of: SourceOf, context_of: ContextOf | None = None
    ) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._body_of, self._source_of = body_of, source_of
        self._context_of = context_of or (lambda: LOOK_AT)
        self.frame: MapFrame | None = None
        self._shows: Body | None = None
        self._outline = Outline(canvas)
        self._drawn: QueryRequest | None = None
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(THROTTLE_MS)
        self._timer.timeout.connect(self._tell)
        canvas.destinationCrsChanged.connect(self.erase)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def ready(self) -> bool:
        """Whether the map is one of the index's body; says why where it is not."""
        crs = self._canvas.mapSettings().destinationCrs()
        shows = body_of_map(crs, self._canvas.layers(), self._body_of())
        problem = None if shows else body_problem(crs, self._body_of(), tr("The project"))
        if problem is None and (
            self.frame is None or self.frame.crs != crs or shows != self._shows
        ):
            self._shows = shows
            try:
                self.frame = MapFrame(crs, shows)
            except ValueError:
                problem = tr(
                    "QGIS cannot compute longitudes and latitudes in the project's coordinate "
                    "reference system. Choose another one of the same body."
                )
        if problem is not None:
            self.message.emit(problem)
        return problem is None

    def place_at(self, pixel: QPoint) -> Point | None:
        """(lon, lat) under a pixel of the canvas; None where there is no ground."""
        return self.frame.to_lonlat(self.toMapCoordinates(pixel)) if self.frame else None

    def source_at(self, point: QgsPointXY) -> RasterSource | None:
        """The raster a query at a point of the map is cut from."""
        return self._source_of(point)

    def show_request(self, request: QueryRequest, words: str, at: QPoint) -> None:
        """Draw a request's outline; :attr:`preview` follows soon."""
        if self.frame is None:
            return
        self._outline.show(self.frame, request, words, at, self.implied_circle(request))
        self._drawn = request
        if not self._timer.isActive():
            self._timer.start()

    def implied_circle(self, request: QueryRequest) -> list[Point]:
        """A ring of (lon, lat) inside the outline that helps to draw it; empty where none does."""
        return []

    def finish(self, request: QueryRequest) -> None:
        """Ask; the outline stays until the next one or until the tool is left."""
        self._timer.stop()
        self._drawn = None
        self._outline.hide_words()
        self.query.emit(request)

    def erase(self) -> None:
        """Take away what is drawn."""
        self._timer.stop()
        self._drawn = None
        self._outline.erase()

    def problem_of(self, request: QueryRequest | None) -> str:
        """Why this cannot be asked, or ""."""
        if request is None or self.frame is None:
            return tr("This reaches beyond the body. Draw where the map shows ground.")
        context = self._context_of()
        side = request.side_m or (request.diameter_m or 0.0) * context
        if not 0.0 < side < WIDEST * self.frame.body.mean_radius:
            return tr("This is wider than one side of the body can be seen. Draw a smaller one.")
        return ""

    def is_drawing(self) -> bool:
        """Whether something was begun that Escape would give up."""
        return False

    def give_up(self) -> None:
        """Forget what is being drawn."""
        self.erase()
        self.cancelled.emit()

    def close(self) -> None:
        """Leave the canvas as it was, for good."""
        if self._closed or sip.isdeleted(self._canvas):
            return
        self.erase()
        self._canvas.removeEventFilter(self)
        self._canvas.destinationCrsChanged.disconnect(self.erase)
        if self._canvas.mapTool() is self:
            self._canvas.unsetMapTool(self)
        self._closed = True
        self._outline.close()
        # A child of the canvas, which lives on when the plugin is unloaded.
        self.deleteLater()

    # What QGIS calls

    def activate(self) -> None:
        """Taken up. The canvas keeps keys to itself while a button is down: hence the filter."""
        super().activate()
        self._canvas.installEventFilter(self)
        self._canvas.setFocus()

    def deactivate(self) -> None:
        """Another tool was chosen, or the canvas is being destroyed."""
        if not (self._closed or sip.isdeleted(self._canvas)):
            self._canvas.removeEventFilter(self)
            self.erase()
        super().deactivate()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape gives up, also in the middle of a drag."""
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.give_up()
            return True
        return False

    def _tell(self) -> None:
        if self._drawn is not None:
            self.preview.emit(self._drawn)


class DragTool(QueryTool):
    """A tool that is dragged from one point to another."""

    def __init__(
        self, canvas: Any, body_of: BodyOf, source_of: SourceOf, context_of: ContextOf | None = None
    ) -> None:
        super().__init__(canvas, body_of, source_of, context_of)
        self._start: QgsPointXY | None = None

    def request_of(self, start: QPoint, end: QPoint) -> QueryRequest | None:
        """What a drag between two pixels asks; None where it leaves the body."""
        raise NotImplementedError

    def words_of(self, request: QueryRequest) -> str:
        """Beside the mouse while dragging."""
        raise NotImplementedError

    def hint(self) -> str:
        """After a click or a drag too short to be meant."""
        raise NotImplementedError

    def is_drawing(self) -> bool:
        return self._start is not None

    def erase(self) -> None:
        self._start = None
        super().erase()

    def canvasPressEvent(self, event: Any) -> None:
        """Left: begin. Right: give up."""
        if event.button() == Qt.MouseButton.RightButton:
            self.give_up()
        elif event.button() == Qt.MouseButton.LeftButton:
            self.erase()
            if self.ready():
                # Kept as a map point: the map may be zoomed with the wheel meanwhile.
                self._start = self.toMapCoordinates(event.pos())

    def canvasMoveEvent(self, event: Any) -> None:
        """Show what would be searched."""
        if self._start is None:
            return
        start = self.toCanvasCoordinates(self._start)
        request = None if _near(start, event.pos()) else self.request_of(start, event.pos())
        if request is not None:
            self.show_request(request, self.words_of(request), event.pos())

    def canvasReleaseEvent(self, event: Any) -> None:
        """Ask."""
        if self._start is None or event.button() != Qt.MouseButton.LeftButton:
            return
        start = self.toCanvasCoordinates(self._start)
        self._start = None
        if _near(start, event.pos()):
            self.erase()
            self.message.emit(self.hint())
            return
        request = self.request_of(start, event.pos())
        problem = self.problem_of(request)
        if request is None or problem:
            self.erase()
            self.message.emit(problem)
            return
        self.show_request(request, self.words_of(request), event.pos())
        self.finish(request)


class Outline:
    """The ring on the map and the words beside the mouse."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.LineGeometry)
        self._band.setColor(QColor(255, 196, 0))
        self._band.setSecondaryStrokeColor(QColor(20, 20, 20, 170))
        self._band.setWidth(2)
        self._inner = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.LineGeometry)
        self._inner.setColor(QColor(255, 196, 0, 200))
        self._inner.setSecondaryStrokeColor(QColor(20, 20, 20, 120))
        self._inner.setWidth(1)
        self._inner.setLineStyle(Qt.PenStyle.DashLine)
        self._words = QLabel(canvas)
        self._words.setObjectName("CraterBenchWords")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words.setPalette(QToolTip.palette())
        self._words.setAutoFillBackground(True)
        self._words.setFrameShape(QFrame.Shape.Box)
        self._words.setMargin(3)
        self._words.hide()

    def show(
        self, frame: MapFrame, request: QueryRequest, words: str, at: QPoint, inner: list[Point]
    ) -> None:
        """Draw the request's outline, and thinner a ring within, as far as the map shows them."""
        near = self._canvas.getCoordinateTransform().toMapCoordinates(at.x(), at.y()).x()
        _draw(self._band, frame, request.outline, near)
        _draw(self._inner, frame, inner, near)
        self._words.setText(words)
        self._words.adjustSize()
        self._words.move(self._beside(at))
        self._words.setVisible(bool(words))

    def hide_words(self) -> None:
        """The mouse was released: what helped to draw goes."""
        self._words.hide()
        self._inner.reset(QgsWkbTypes.GeometryType.LineGeometry)

    def erase(self) -> None:
        """Nothing is drawn."""
        self.hide_words()
        self._band.reset(QgsWkbTypes.GeometryType.LineGeometry)

    def close(self) -> None:
        """Take ring and words from the canvas."""
        self._canvas.scene().removeItem(self._band)
        self._canvas.scene().removeItem(self._inner)
        self._words.deleteLater()

    def _beside(self, at: QPoint) -> QPoint:
        """Right below the mouse, or on its other side at the canvas's edges."""
        x, y = at.x() + 16, at.y() + 16
        if x + self._words.width() > self._canvas.width():
            x = at.x() - 12 - self._words.width()
        if y + self._words.height() > self._canvas.height():
            y = at.y() - 12 - self._words.height()
        return QPoint(max(0, x), max(0, y))


def _draw(band: Any, frame: MapFrame, ring: Sequence[Point], near: float) -> None:
    band.reset(QgsWkbTypes.GeometryType.LineGeometry)
    parts = frame.ring(ring, near) if ring else []
    for index, part in enumerate(parts):
        for point in part[:-1]:
            band.addPoint(point, False, index)
        band.addPoint(part[-1], index == len(parts) - 1, index)
    band.setVisible(bool(parts))


def _near(start: QPoint, end: QPoint) -> bool:
    return math.hypot(end.x() - start.x(), end.y() - start.y()) < SMALLEST_DRAG_PX
