"""Both pictures of a pair side by side, or one after the other in one place."""

from __future__ import annotations

import math
import time
from typing import Any

from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QFontMetrics, QPainter, QPalette, QPen
from qgis.PyQt.QtWidgets import QLabel, QSizePolicy, QWidget

from ...core.words.quantities import kilometres
from ...core.words.review import Captions
from ...i18n import tr
from .closer import Closer
from .pictures import PairPicture

COLOURS = (QColor(86, 180, 233), QColor(230, 159, 0))
"""Of a and b: Okabe and Ito's sky blue and orange."""

BLINK_MS = 550
_GAP = 6
_HALO = QColor(0, 0, 0, 150)


class PairView(QWidget):
    """Shows a :class:`PairPicture`; None while it is on its way."""

    blinked = pyqtSignal(bool)
    """Blinking was switched on or off."""
    swiped = pyqtSignal(bool)
    """Swiping was."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: PairPicture | None = None
        self._captions = Captions()
        self._message = ""
        self._front = 0
        self._swiping, self._line = False, 0.5
        self._closer = Closer()
        self._held: QPointF | None = None
        self._outlines = True
        self._asked = 0.0
        self.painted_ms = 0.0
        """From :meth:`expect` to the pictures being painted, of the pair that is shown."""
        # Style sheets (QGIS's dark themes) colour labels, but not what a widget paints itself.
        self._ink = QLabel(self)
        self._ink.hide()
        self._timer = QTimer(self)
        self._timer.setInterval(BLINK_MS)
        self._timer.timeout.connect(self._turn)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setSizePolicy(policy)
        self.setMinimumSize(240, 150)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Both entries of the pair at one scale"))

    def sizeHint(self) -> QSize:
        return QSize(380, 230)

    # What is shown

    def expect(self, captions: Captions) -> None:
        """Another pair; its pictures follow at once or later."""
        self._captions, self._picture, self._message = captions, None, ""
        self.zoom(0.0)
        self._asked, self.painted_ms = time.perf_counter(), 0.0
        self.setAccessibleDescription(" / ".join(name for name in captions.names if name))
        self.update()

    def set_captions(self, captions: Captions) -> None:
        """More is known of the pair that is shown."""
        self._captions = captions
        self.update()

    def show_picture(self, picture: PairPicture) -> None:
        """The pictures of the pair that is shown, or why there are none."""
        self._picture = picture
        self._message = picture.problem
        self.update()

    def wait_again(self) -> None:
        """The pictures come anew, from elsewhere."""
        self._picture, self._message = None, ""
        self.update()

    def show_nothing(self, text: str) -> None:
        """No pair, and why."""
        self._captions, self._picture, self._message = Captions(), None, text
        self.setAccessibleDescription(text)
        self.set_blinking(False)
        self.set_swiping(False)
        self.update()

    @property
    def picture(self) -> PairPicture | None:
        """What is shown, None while it is on its way."""
        return self._picture

    @property
    def captions(self) -> Captions:
        """What stands below the pictures."""
        return self._captions

    @property
    def message(self) -> str:
        """Why there are no pictures or no pair; "" where nothing is said."""
        return self._message

    # How they are shown

    @property
    def blinking(self) -> bool:
        """Whether one picture takes the other's place."""
        return self._timer.isActive()

    def set_blinking(self, on: bool) -> None:
        """One picture after the other in one place, or both beside each other."""
        if on == self.blinking:
            return
        if on:
            self.set_swiping(False)
        self._front = 0
        self._timer.start() if on else self._timer.stop()
        self.blinked.emit(on)
        self.update()

    @property
    def swiping(self) -> bool:
        """Whether both pictures share one place."""
        return self._swiping

    def set_swiping(self, on: bool) -> None:
        """A left of a line and B right of it, in one place; or both beside each other."""
        if on == self._swiping:
            return
        if on:
            self.set_blinking(False)
        self._swiping = on
        self.swiped.emit(on)
        self.update()

    def swipe_to(self, share: float) -> None:
        """Where the line is, in shares of the picture's width."""
        self._line = share
        self.update()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Both pictures ``factor`` times larger round a point of the view, their middle without
        one; 0 shows them whole."""
        x, y = self._share(at) or (0.5, 0.5)
        self._closer.zoom(factor, x, y)
        grab = Qt.CursorShape.OpenHandCursor
        self.setCursor(grab) if self._closer.factor > 1.0 else self.unsetCursor()
        self.update()

    @property
    def magnification(self) -> float:
        """1 where the pictures are whole."""
        return self._closer.factor

    def _share(self, at: QPointF | None) -> tuple[float, float] | None:
        """A point of the view in shares of the square it is in."""
        for _, square in self.squares():
            if at is not None and square.contains(at):
                side = square.width()
                return (at.x() - square.left()) / side, (at.y() - square.top()) / side
        return None

    def wheelEvent(self, event: Any) -> None:
        """Zoom where the mouse is."""
        at = event.position()
        if self._share(at) is None:
            super().wheelEvent(event)
            return
        event.accept()
        self.zoom(2.0 ** (event.angleDelta().y() / 240.0), at)

    def mousePressEvent(self, event: Any) -> None:
        """Take the pictures, to draw them along."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = QPointF(event.pos()) if self._share(QPointF(event.pos())) else None

    def mouseMoveEvent(self, event: Any) -> None:
        if self._held is not None:
            at, side = QPointF(event.pos()), self.squares()[0][1].width()
            moved, self._held = at - self._held, at
            self._closer.move(-moved.x() / side, -moved.y() / side)
            self.update()

    def mouseReleaseEvent(self, event: Any) -> None:
        super().mouseReleaseEvent(event)
        self._held = None

    def mouseDoubleClickEvent(self, event: Any) -> None:
        """Whole again."""
        self.zoom(0.0)

    def set_outlines(self, on: bool) -> None:
        """Draw the outlines of both entries."""
        self._outlines = on
        self.update()

    def _turn(self) -> None:
        self._front = 1 - self._front
        self.update()

    def wanted_height(self, width: int) -> int:
        """Above this, more height would not make the pictures larger."""
        side = width if self.blinking or self._swiping else (width - _GAP) // 2
        return int(side + self._caption_height() + 4)

    # Painting

    def squares(self) -> list[tuple[int, QRectF]]:
        """Which entries are painted (0: a, 1: b), and where."""
        below = self._caption_height()
        width, height = self.width() - 2, self.height() - below - 2
        if self.blinking or self._swiping:
            side = max(40, min(width, height))
            square = QRectF((self.width() - side) / 2, 1, side, side)
            return [(0, square), (1, square)] if self._swiping else [(self._front, square)]
        side = max(40, min((width - _GAP) / 2, height))
        left, top = (self.width() - 2 * side - _GAP) / 2, 1.0
        return [
            (0, QRectF(left, top, side, side)),
            (1, QRectF(left + side + _GAP, top, side, side)),
        ]

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        picture = self._picture
        if picture is None or picture.a is None:
            self._paint_empty(painter)
        else:
            for entry, square in self.squares():
                self._paint_crop(painter, entry, square, picture)
            if not self.painted_ms:
                self.painted_ms = (time.perf_counter() - self._asked) * 1000.0
        if self._captions.names != ("", ""):
            for entry, square in self.squares():
                self._paint_caption(painter, entry, self._part(entry, square, 0.5))
        painter.end()

    def _part(self, entry: int, square: QRectF, line: float) -> QRectF:
        """What of a square an entry has: all, or up to or from the line while swiping."""
        if not self._swiping:
            return square
        cut = line * square.width()
        return (
            square.adjusted(cut, 0, 0, 0)
            if entry
            else square.adjusted(0, 0, cut - square.width(), 0)
        )

    def _paint_empty(self, painter: QPainter) -> None:
        text = self._message
        if not self._captions.names[0]:
            painter.setPen(self._quiet())
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(16, 8, -16, -8), int(flags), text)
            return
        boxes = [square for _, square in self.squares()]
        painter.setPen(Qt.PenStyle.NoPen)
        faint = self._text()
        faint.setAlphaF(0.16)
        painter.setBrush(faint)
        for box in boxes:
            painter.drawRect(box)
        painter.setPen(self._text())
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        whole = boxes[0].united(boxes[-1]).adjusted(10, 6, -10, -6)
        painter.drawText(whole, int(flags), text or tr("Cutting the pictures…"))

    def _paint_crop(
        self, painter: QPainter, entry: int, square: QRectF, picture: PairPicture
    ) -> None:
        pixmap = picture.b if entry else picture.a
        painter.save()
        part = self._part(entry, square, self._line)
        painter.setClipRect(part)
        painter.drawPixmap(square, pixmap, self._closer.window(pixmap.width()))
        side = square.width()
        if self._outlines:
            elsewhere = picture.other[entry]
            for which in (1 - entry, entry):
                x, y = (0.5, 0.5) if which == entry else elsewhere
                x, y = self._closer.place(x, y)
                centre = QPointF(square.left() + x * side, square.top() + y * side)
                radius = picture.radius[which] * side * self._closer.factor
                _outline(painter, centre, radius, which, which != entry)
        if self._swiping and entry:
            painter.setPen(QPen(QColor(255, 255, 255), 2))
            painter.drawLine(part.topLeft(), part.bottomLeft())
        if not (self._swiping and entry):
            _scale_bar(painter, square, picture.side_m / self._closer.factor, self.font())
        painter.restore()

    def _paint_caption(self, painter: QPainter, entry: int, square: QRectF) -> None:
        metrics = QFontMetrics(self.font())
        line = metrics.lineSpacing()
        top = square.bottom() + 3
        dot = line * 0.55
        painter.setPen(QPen(COLOURS[entry].darker(130), 1))
        painter.setBrush(COLOURS[entry])
        painter.drawEllipse(QRectF(square.left() + 1, top + (line - dot) / 2, dot, dot))
        left = square.left() + dot + 6
        room = max(20, int(square.right() - left))
        elide = Qt.TextElideMode.ElideRight
        for number, (words, colour) in enumerate(
            (
                (self._captions.names[entry], self._text()),
                (self._captions.facts[entry], self._quiet()),
            )
        ):
            painter.setPen(colour)
            box = QRectF(left, top + number * line, room, line)
            flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextDontClip
            painter.drawText(box, int(flags), metrics.elidedText(words, elide, room))

    def _text(self) -> QColor:
        self._ink.ensurePolished()
        return self._ink.palette().color(QPalette.ColorRole.WindowText)

    def _quiet(self) -> QColor:
        colour = self._text()
        colour.setAlphaF(0.72)
        return colour

    def _caption_height(self) -> int:
        return QFontMetrics(self.font()).lineSpacing() * 2 + 6


def _outline(painter: QPainter, at: QPointF, radius: float, which: int, dashed: bool) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    halo = QPen(_HALO, 3.4)
    pen = QPen(COLOURS[which], 1.8)
    if dashed:
        for stroke, share in ((halo, 1.8 / 3.4), (pen, 1.0)):
            stroke.setDashPattern([4.0 * share, 3.0 * share])
            stroke.setCapStyle(Qt.PenCapStyle.FlatCap)
    for stroke in (halo, pen):
        painter.setPen(stroke)
        painter.drawEllipse(at, radius, radius)


def _scale_bar(painter: QPainter, square: QRectF, side_m: float, font: Any) -> None:
    """A round length near a quarter of the picture."""
    if not side_m > 0:
        return
    decade = 10.0 ** math.floor(math.log10(side_m / 4.0))
    metres = max(n * decade for n in (1.0, 2.0, 5.0) if n * decade <= side_m / 4.0)
    length = square.width() * metres / side_m
    left, bottom = square.left() + 6, square.bottom() - 6
    for colour, width in ((_HALO, 4.0), (QColor(255, 255, 255), 1.6)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(left, bottom), QPointF(left + length, bottom))
    text = kilometres(metres)
    metrics = QFontMetrics(font)
    box = QRectF(left - 2, bottom - metrics.height() - 3, metrics.horizontalAdvance(text) + 6,
                 metrics.height())  # fmt: skip
    painter.fillRect(box, QColor(0, 0, 0, 110))
    painter.setPen(QColor(255, 255, 255))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
