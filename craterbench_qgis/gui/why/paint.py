"""Drawing query and match side by side, with the patches that matched: screen and file alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qgis.PyQt.QtCore import QPointF, QRect, QRectF, Qt
from qgis.PyQt.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QLinearGradient,
    QPainter,
    QPen,
)

from ...core.wording import number
from .data import MATCH, QUERY, PatchPairs

# viridis (CC0): even steps look even, and it is as good for colour-blind eyes and in grey print.
_VIRIDIS = (
    (68, 1, 84),
    (72, 40, 120),
    (62, 74, 137),
    (49, 104, 142),
    (38, 130, 142),
    (31, 158, 137),
    (53, 183, 121),
    (110, 206, 88),
    (181, 222, 43),
    (253, 231, 37),
)
GAP = 24
_WEAKEST = 0.22
_BLACK, _WHITE = QColor(0, 0, 0), QColor(255, 255, 255)


def strength_colour(share: float) -> QColor:
    """The colour of a strength between 0 (weakest shown) and 1."""
    at = min(max(share, 0.0), 1.0) * (len(_VIRIDIS) - 1)
    first = min(int(at), len(_VIRIDIS) - 2)
    part = at - first
    low, high = _VIRIDIS[first], _VIRIDIS[first + 1]
    return QColor(*(round(a + (b - a) * part) for a, b in zip(low, high)))  # noqa: B905 - Python 3.9


@dataclass
class Pair:
    """What is drawn: pictures by side, correspondences, and a caption for each side."""

    images: dict[str, QImage]
    patches: PatchPairs
    captions: dict[str, str]


@dataclass
class Look:
    """How: ``opacity`` of the overlay 0 to 1; ``focus``: (side, patch) that is asked about."""

    overlay: bool = True
    numbers: bool = True
    opacity: float = 0.6
    focus: tuple[str, int] | None = None


def squares(area: QRect, caption_height: int) -> dict[str, QRect]:
    """Where both pictures go inside ``area``: as large as fits, in the middle, captions above."""
    side = max(16, min((area.width() - GAP) // 2, area.height() - caption_height))
    left = area.left() + (area.width() - 2 * side - GAP) // 2
    top = area.top() + caption_height + (area.height() - caption_height - side) // 2
    return {QUERY: QRect(left, top, side, side), MATCH: QRect(left + side + GAP, top, side, side)}


def patch_rect(patches: PatchPairs, square: QRect, patch: int) -> QRect:
    """Whole pixels, without seams between neighbours."""
    row, column = patches.cell(patch)
    x = [round(square.width() * n / patches.columns) for n in (column, column + 1)]
    y = [round(square.height() * n / patches.rows) for n in (row, row + 1)]
    return QRect(square.left() + x[0], square.top() + y[0], x[1] - x[0], y[1] - y[0])


def patch_at(patches: PatchPairs, square: QRect, x: int, y: int) -> int | None:
    """The patch under a point, None outside."""
    if not square.contains(x, y):
        return None
    column = min(patches.columns - 1, (x - square.left()) * patches.columns // square.width())
    row = min(patches.rows - 1, (y - square.top()) * patches.rows // square.height())
    return int(row * patches.columns + column)


def draw_pair(
    painter: QPainter, area: QRect, pair: Pair, look: Look, ink: QColor, font: QFont
) -> None:
    """Pictures, overlay, numbered pairs, and what is asked about."""
    metrics = QFontMetricsF(font)
    places = squares(area, int(metrics.height() * 1.5))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for side, square in places.items():
        painter.setFont(font)
        painter.setPen(ink)
        caption = metrics.elidedText(
            pair.captions.get(side, ""), Qt.TextElideMode.ElideRight, square.width()
        )
        painter.drawText(QPointF(square.left(), square.top() - metrics.descent() - 3), caption)
        if pair.images[side].isNull():
            painter.fillRect(square, QColor(128, 128, 128))
        else:
            painter.drawImage(square, pair.images[side])
        if look.overlay:
            _draw_overlay(painter, square, pair.patches, side, look)
    if look.numbers and look.focus is None:
        _draw_numbers(painter, places, pair.patches, font)
    if look.focus is not None:
        _draw_focus(painter, places, pair.patches, look.focus)


def _draw_overlay(
    painter: QPainter, square: QRect, patches: PatchPairs, side: str, look: Look
) -> None:
    for patch in range(patches.rows * patches.columns):
        share = patches.share(side, patch)
        if share <= 0:
            continue
        colour = strength_colour(share)
        colour.setAlphaF(look.opacity * (_WEAKEST + (1.0 - _WEAKEST) * share))
        painter.fillRect(patch_rect(patches, square, patch), colour)


def _draw_numbers(
    painter: QPainter, places: dict[str, QRect], patches: PatchPairs, font: QFont
) -> None:
    """The strongest pairs: the same number in both pictures."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    bold = QFont(font)
    bold.setBold(True)
    painter.setFont(bold)
    radius = QFontMetricsF(bold).height() * 0.68
    for one in patches.numbered:
        colour = strength_colour((one.similarity - patches.low) / (patches.high - patches.low))
        is_light = colour.lightnessF() * 0.5 + colour.greenF() * 0.5 > 0.45
        for side, patch in ((QUERY, one.query_patch), (MATCH, one.match_patch)):
            middle = QRectF(patch_rect(patches, places[side], patch)).center()
            disc = QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)
            painter.setPen(QPen(_BLACK, 1.6))
            painter.setBrush(colour)
            painter.drawEllipse(disc)
            painter.setPen(_BLACK if is_light else _WHITE)
            painter.drawText(disc, int(Qt.AlignmentFlag.AlignCenter), str(one.number))


def _draw_focus(
    painter: QPainter, places: dict[str, QRect], patches: PatchPairs, focus: tuple[str, int]
) -> None:
    """The patch asked about in white, its counterparts in white too, all with a dark edge."""
    side, patch = focus
    other = MATCH if side == QUERY else QUERY
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    outlined = [(places[side], patch)]
    outlined += [(places[other], one) for one in patches.counterparts(side, patch)]
    for width, colour in ((5, _BLACK), (2, _WHITE)):
        pen = QPen(colour, width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        for square, one in outlined:
            painter.drawRect(patch_rect(patches, square, one))


def draw_key(
    painter: QPainter, area: QRect, low: float, high: float, ink: QColor, font: QFont
) -> None:
    """The bar of colours from ``low`` to ``high`` with both numbers beside it."""
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    texts = number(low, 2), number(high, 2)
    edge = max(metrics.horizontalAdvance(text) for text in texts) + 6
    bar = QRectF(area.left() + edge, area.center().y() - 5, area.width() - 2 * edge, 10)
    gradient = QLinearGradient(bar.topLeft(), bar.topRight())
    for n in range(len(_VIRIDIS)):
        gradient.setColorAt(n / (len(_VIRIDIS) - 1), QColor(*_VIRIDIS[n]))
    painter.fillRect(bar, gradient)
    painter.setPen(ink)
    flags: Any = Qt.AlignmentFlag
    middle = int(flags.AlignVCenter)
    painter.drawText(
        QRectF(area.left(), area.top(), edge - 6, area.height()),
        middle | int(flags.AlignRight),
        texts[0],
    )
    painter.drawText(
        QRectF(bar.right() + 6, area.top(), edge, area.height()),
        middle | int(flags.AlignLeft),
        texts[1],
    )
