"""Colours and small icons of the results, right on light and dark themes and for colour-blind eyes.

Accepted and rejected differ in shape as well as in colour (Okabe and Ito's green and vermilion).
"""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QIcon, QPainter, QPalette, QPen, QPixmap, QPolygonF
from qgis.PyQt.QtWidgets import QApplication, QLabel

from ..contract.vocabulary import Decision

GREEN, VERMILION = QColor(0, 158, 115), QColor(213, 94, 0)
_GREEN_ON_DARK, _VERMILION_ON_DARK = QColor(60, 200, 155), QColor(255, 140, 60)
_MIDDLE = 128


def is_dark(palette: QPalette) -> bool:
    """Whether the theme is a dark one."""
    return palette.color(QPalette.ColorRole.Base).lightness() < _MIDDLE


def blend(first: QColor, second: QColor, share: float) -> QColor:
    """``share`` of ``first``, the rest of ``second``."""
    rest = 1.0 - share
    return QColor(
        round(first.red() * share + second.red() * rest),
        round(first.green() * share + second.green() * rest),
        round(first.blue() * share + second.blue() * rest),
    )


def quiet(palette: QPalette) -> QColor:
    """Text of second rank; still 4.5 : 1 against the background."""
    text, base = palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.Base)
    return blend(text, base, 0.68)


class QuietLabel(QLabel):
    """Text of second rank; follows the theme."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._colour()

    def changeEvent(self, event: Any) -> None:
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange:
            self._colour()

    def _colour(self) -> None:
        theme = QApplication.palette()
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.WindowText, quiet(theme))
        self.setPalette(palette)


def faint(palette: QPalette) -> QColor:
    """Lines and empty places."""
    text, base = palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.Base)
    return blend(text, base, 0.16)


def decision_colour(decision: Decision, palette: QPalette) -> QColor:
    """Green, vermilion, or the quiet text's."""
    dark = is_dark(palette)
    if decision == Decision.ACCEPTED:
        return _GREEN_ON_DARK if dark else GREEN
    if decision == Decision.REJECTED:
        return _VERMILION_ON_DARK if dark else VERMILION
    return quiet(palette)


def draw_sign(painter: QPainter, decision: Decision, box: QRectF, colour: QColor) -> None:
    """A check mark, a cross, or a ring, filling ``box`` but for a margin."""
    pen = QPen(colour, max(1.4, box.width() / 7.5))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    side = box.width()

    def at(x: float, y: float) -> QPointF:
        return QPointF(box.left() + x * side, box.top() + y * side)

    if decision == Decision.ACCEPTED:
        painter.drawPolyline(QPolygonF([at(0.26, 0.53), at(0.43, 0.70), at(0.75, 0.32)]))
    elif decision == Decision.REJECTED:
        painter.drawLine(at(0.31, 0.31), at(0.69, 0.69))
        painter.drawLine(at(0.69, 0.31), at(0.31, 0.69))
    else:
        painter.drawEllipse(box.adjusted(side * 0.28, side * 0.28, -side * 0.28, -side * 0.28))


def decision_icon(decision: Decision, palette: QPalette, ratio: float = 1.0) -> QIcon:
    """The sign as an icon of 16 points."""
    size = QSize(16, 16)
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    # Drawn larger than its box: a sign on a button needs no margin.
    box = QRectF(-3, -3, 22, 22)
    draw_sign(painter, decision, box, decision_colour(decision, palette))
    painter.end()
    return QIcon(pixmap)
