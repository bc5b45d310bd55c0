"""The atlas on the screen: one picture, moved and scaled at once, drawn anew by the engine after.

Nothing here knows the points, but for the few whose pictures are shown; so it does not matter how
many there are.
"""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ...contract.atlas import AtlasPoint
from ...i18n import tr
from .plane import Plane

GROUND = QColor(22, 26, 33)
_QUIET = QColor(190, 198, 208)
_RING = QColor(255, 255, 255)
_LASSO, _LASSO_FILL = QColor(255, 196, 0), QColor(255, 196, 0, 40)
_CLICK = 4
"""A mouse that moved no further than so many pixels clicked."""
_STEP = 3
_REST_MS = 60
REACH = 14
"""A crater is meant where the mouse is no further from it, in pixels."""
_WHEEL = 1.0015
_KEY_ZOOM, _KEY_SHARE = 1.4, 0.15
_PICTURE = (26, 88)
_PICTURE_SHARE = 0.8
_CORNERS = 5000


class AtlasView(QWidget):
    """Wheel and + - zoom, dragging and arrows move, Shift and dragging draws a lasso."""

    looked = pyqtSignal()
    """What it shows has changed: a new picture is wanted."""
    rested = pyqtSignal(float, float)
    """The mouse rests at a place of the plane."""
    left = pyqtSignal()
    clicked = pyqtSignal(float, float)
    lassoed = pyqtSignal(list)
    """x and y of the corners in turn, in the plane."""
    escaped = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("CraterBenchAtlasView")
        self.setAccessibleName(tr("Atlas of the index's craters"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(160)
        self.plane = Plane.whole(300, 300)
        self.draws_lasso = False
        """Whether dragging draws a lasso without Shift."""
        self._is_whole = True
        self._image: QImage | None = None
        self._of: Plane | None = None
        self.points: list[tuple[AtlasPoint, float, float]] = []
        """The craters of the picture with their places, where they are few."""
        self._pixmaps: dict[int, QPixmap] = {}
        self.marked: tuple[float, float] | None = None
        """Place of the crater that is pointed at."""
        self._pressed: QPointF | None = None
        self._at = QPointF()
        self._drags = False
        self._lasso: QPolygonF | None = None
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS, timeout=self._on_rest)
        self._cursor()

    def sizeHint(self) -> QSize:
        return QSize(400, 400)

    # What is shown

    def clear(self) -> None:
        """Nothing to show."""
        self._image = self._of = self.marked = None
        self.points, self._pixmaps = [], {}
        self.show_whole()

    def show_picture(
        self, image: QImage, of: Plane, points: list[AtlasPoint], ratio: float
    ) -> None:
        """A picture of ``of``, whose points are in its own pixels, ``ratio`` to one of ours."""
        self._image, self._of = image, of
        self.points = [
            (point, *of.place(QPointF(point.x / ratio, point.y / ratio))) for point in points
        ]
        here = {point.view for point in points}
        self._pixmaps = {view: held for view, held in self._pixmaps.items() if view in here}
        self.update()

    def show_thumbnails(self, pictures: dict[int, QPixmap]) -> None:
        """Pictures of views among the points."""
        self._pixmaps.update(pictures)
        self.update()

    def without_picture(self) -> list[int]:
        """Views of the points whose pictures are wanted: those on the screen."""
        return [
            point.view
            for point, _, _ in self.points
            if point.view >= 0 and point.view not in self._pixmaps
        ]

    def mark(self, place: tuple[float, float] | None) -> None:
        """Ring a place; None takes the ring away."""
        if place != self.marked:
            self.marked = place
            self.update()

    def show_whole(self) -> None:
        """All of the atlas."""
        self._is_whole = True
        self._look(Plane.whole(self.width(), self.height()), True)

    def set_lasso(self, on: bool) -> None:
        """Whether dragging draws a lasso."""
        self.draws_lasso = on
        self._cursor()

    def is_current(self) -> bool:
        """Whether the picture shows all that is in view, as sharp as it can be."""
        of = self._of
        return of is not None and of.scale == self.plane.scale and of.covers(self.plane)

    def _look(self, plane: Plane, whole: bool = False) -> None:
        self._is_whole = whole
        if plane != self.plane:
            self.plane = plane
            self.update()
            self.looked.emit()

    def _cursor(self) -> None:
        shape = Qt.CursorShape.CrossCursor if self.draws_lasso else Qt.CursorShape.OpenHandCursor
        self.setCursor(shape)

    # Painting

    def paintEvent(self, event: Any) -> None:
        """The picture where it belongs, thumbnails, the ring, the lasso."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), GROUND)
        if self._image is not None and self._of is not None:
            painter.drawImage(self._of.rect_in(self.plane), self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_thumbnails(painter)
        if self.marked is not None:
            at = self.plane.pixel(*self.marked)
            for colour, width in ((QColor(0, 0, 0), 4.0), (_RING, 2.0)):
                painter.setPen(QPen(colour, width))
                painter.drawEllipse(at, 9.0, 9.0)
        if self._lasso is not None:
            painter.setPen(QPen(_LASSO, 1.5))
            painter.setBrush(_LASSO_FILL)
            painter.drawPolygon(self._lasso)
        painter.end()

    def _paint_thumbnails(self, painter: QPainter) -> None:
        if not self._pixmaps or self._of is None:
            return
        # Of the whole picture, not of what is in view: a drag would change their size.
        around = self._of.rect_in(self.plane)
        area = around.width() * around.height() / max(1, len(self.points))
        side = min(_PICTURE[1], _PICTURE_SHARE * area**0.5)
        if side < _PICTURE[0]:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        taken: list[QPointF] = []
        painter.setPen(QPen(_QUIET, 1.0))
        for point, x, y in self.points:
            pixmap = self._pixmaps.get(point.view)
            at = self.plane.pixel(x, y)
            # Pictures that would hide each other: the first is shown, the others stay points.
            if pixmap is None or any(
                max(abs(at.x() - other.x()), abs(at.y() - other.y())) < side for other in taken
            ):
                continue
            taken.append(at)
            box = QRectF(at.x() - side / 2, at.y() - side / 2, side, side)
            painter.drawPixmap(box, pixmap, QRectF(pixmap.rect()))
            painter.drawRect(box)

    def resizeEvent(self, event: Any) -> None:
        """The same place in the middle; all of the atlas where that was shown."""
        super().resizeEvent(event)
        width, height = self.width(), self.height()
        if self._is_whole:
            self._look(Plane.whole(width, height), True)
        else:
            self._look(self.plane.sized(width, height))

    # Mouse and keys

    def mousePressEvent(self, event: Any) -> None:
        """Begin to drag, or a lasso."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed = self._at = QPointF(event.pos())
        self._drags = False
        self._rest.stop()
        if self.draws_lasso or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._lasso = QPolygonF([self._at])
        else:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: Any) -> None:
        """Move the atlas, or draw on; without a button, wait for the mouse to rest."""
        at = QPointF(event.pos())
        if self._pressed is None:
            self._at = at
            self._rest.start()
            return
        self._drags = self._drags or (at - self._pressed).manhattanLength() > _CLICK
        if self._lasso is not None:
            if (at - self._at).manhattanLength() >= _STEP and self._lasso.count() < _CORNERS:
                self._lasso.append(at)
                self._at = at
                self.update()
        elif self._drags:
            self._look(self.plane.moved(at - self._at))
            self._at = at

    def mouseReleaseEvent(self, event: Any) -> None:
        """A click, the end of a drag, or a lasso closed."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        lasso, self._lasso, self._pressed = self._lasso, None, None
        self._cursor()
        self.update()
        if not self._drags:
            self.clicked.emit(*self.plane.place(QPointF(event.pos())))
        elif lasso is not None and lasso.count() > 2:
            corners = [self.plane.place(corner) for corner in lasso]
            self.lassoed.emit([number for corner in corners for number in corner])

    def wheelEvent(self, event: Any) -> None:
        """Zoom about the mouse."""
        at = event.position()
        self._look(self.plane.zoomed(_WHEEL ** event.angleDelta().y(), at))
        event.accept()

    def keyPressEvent(self, event: Any) -> None:
        """Arrows move, + and - zoom, 0 shows the whole, Escape gives up."""
        key, middle = event.key(), QPointF(self.width() / 2, self.height() / 2)
        step = _KEY_SHARE * min(self.width(), self.height())
        arrows = {
            Qt.Key.Key_Left: QPointF(step, 0),
            Qt.Key.Key_Right: QPointF(-step, 0),
            Qt.Key.Key_Up: QPointF(0, step),
            Qt.Key.Key_Down: QPointF(0, -step),
        }
        if key in arrows:
            self._look(self.plane.moved(arrows[key]))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._look(self.plane.zoomed(_KEY_ZOOM, middle))
        elif key == Qt.Key.Key_Minus:
            self._look(self.plane.zoomed(1 / _KEY_ZOOM, middle))
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.show_whole()
        elif key == Qt.Key.Key_Escape:
            self._lasso = self._pressed = None
            self.update()
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: Any) -> None:
        """Nothing is pointed at."""
        super().leaveEvent(event)
        self._rest.stop()
        self.left.emit()

    def _on_rest(self) -> None:
        if self._pressed is None:
            self.rested.emit(*self.plane.place(self._at))
