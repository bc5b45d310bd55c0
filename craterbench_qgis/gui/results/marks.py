"""What is drawn over a crater's picture: its rim, a scale bar, how many pixels it has."""

from __future__ import annotations

import math

from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from ...contract.search import Match
from ...core.words import matches as words
from ...core.words.quantities import number
from ...i18n import tr

_DARK, _LIGHT = QColor(0, 0, 0, 165), QColor(255, 255, 255)
_RIM = QColor(255, 255, 255, 210)
_AMBER = QColor(255, 193, 7)
_SMALL = 0.86
_LONGEST = 0.36
"""Longest scale bar, as a share of the picture's side."""


def draw_rim(painter: QPainter, centre: QPointF, radius: float) -> None:
    """The circle of the catalogue's diameter: thin and broken, so that the real rim shows."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((_DARK, 2.6), (_RIM, 1.2)):
        pen = QPen(colour, width)
        pen.setDashPattern([5.0 * 1.2 / width, 4.0 * 1.2 / width])
        painter.setPen(pen)
        painter.drawEllipse(centre, radius, radius)


def bar_length(side_m: float) -> float:
    """The roundest length (1, 2 or 5 times a power of ten), in metres, that fits the picture."""
    most = side_m * _LONGEST
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= most)


def _round_length(length: float) -> str:
    """``50 km``, ``0.5 km``: without the decimals a round number has not."""
    km = length / 1000.0
    decimals = 0 if km >= 1 else round(-math.log10(km) + 0.49)
    return tr("{n} km").format(n=number(km, decimals))


def draw_scale(painter: QPainter, box: QRectF, side_m: float, font: QFont) -> None:
    """A bar with its length in the lower left corner of a picture ``side_m`` wide."""
    if not side_m > 0 or not math.isfinite(side_m):
        return
    length = bar_length(side_m)
    wide = box.width() * length / side_m
    left, base = box.left() + 6, box.bottom() - 6
    for colour, width in ((_DARK, 4.0), (_LIGHT, 2.0)):
        pen = QPen(colour, width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(left, base), QPointF(left + wide, base))
    _chip(painter, _round_length(length), left - 2, base - 3, font, QColor(0, 0, 0, 120), _LIGHT)


def draw_marks(painter: QPainter, box: QRectF, match: Match, font: QFont) -> None:
    """Rim, scale bar and pixel count over the picture of a match."""
    painter.save()
    painter.setClipRect(box)
    if match.context:
        draw_rim(painter, box.center(), box.width() / (2.0 * match.context))
        draw_scale(painter, box, match.context * match.diameter_m, font)
    if match.pixels_across is not None:
        text = tr("{n} px").format(n=number(match.pixels_across))
        blurred = words.is_blurred(match)
        back, ink = (_AMBER, QColor(0, 0, 0)) if blurred else (QColor(0, 0, 0, 120), _LIGHT)
        width = _chip_width(text, font) + (13 if blurred else 0)
        right, base = box.right() - 3, box.bottom() - 3
        _chip(painter, text, right - width, base, font, back, ink, 13 if blurred else 0)
        if blurred:
            _warning(painter, QRectF(right - width + 3, base - 14, 11, 11))
    painter.restore()


def _warning(painter: QPainter, box: QRectF) -> None:
    """A triangle with its exclamation mark."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0))
    middle = box.center().x()
    painter.drawPolygon(
        QPolygonF([QPointF(middle, box.top()), box.bottomRight(), box.bottomLeft()])
    )
    painter.setBrush(_AMBER)
    painter.drawRect(QRectF(middle - 0.8, box.top() + 4, 1.6, 3.4))
    painter.drawRect(QRectF(middle - 0.8, box.top() + 8.4, 1.6, 1.4))


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPointSizeF(max(6.5, font.pointSizeF() * _SMALL))
    return small


def _chip_width(text: str, font: QFont) -> float:
    return float(QFontMetricsF(_small(font)).horizontalAdvance(text) + 8)


def _chip(
    painter: QPainter,
    text: str,
    left: float,
    bottom: float,
    font: QFont,
    back: QColor,
    ink: QColor,
    before: float = 0.0,
) -> None:
    """``text`` on a rounded patch whose lower left corner is there; ``before``: room for a sign."""
    small = _small(font)
    height = QFontMetricsF(small).height() + 1
    area = QRectF(left, bottom - height, _chip_width(text, font) + before, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(back)
    painter.drawRoundedRect(area, 3, 3)
    painter.setPen(ink)
    painter.setFont(small)
    painter.drawText(area.adjusted(before, 0, 0, 0), int(Qt.AlignmentFlag.AlignCenter), text)
