"""Drawing query and match side by side, with the patches that matched: screen and file alike."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
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
    QPolygonF,
)

from ...core.patches import MATCH, QUERY, PatchPairs
from ...core.words.quantities import number
from ..results.marks import draw_rim, draw_scale

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
CLOSE = 1.35
"""How much of a crater is shown without its surroundings, in radii from the centre."""
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
    """What is drawn: pictures by side, correspondences, and a caption for each side.

    ``contexts``: each picture's side over its crater's diameter; ``sides_m``: in metres; None where
    not known. ``turn_deg``: how the query was turned clockwise, None where it was not.
    """

    images: dict[str, QImage]
    patches: PatchPairs
    captions: dict[str, str]
    contexts: dict[str, float | None] = field(default_factory=dict)
    sides_m: dict[str, float | None] = field(default_factory=dict)
    turn_deg: float | None = None


@dataclass
class Drawing:
    """How: ``opacity`` of the overlay 0 to 1; ``focus``: (side, patch) that is asked about;
    ``surroundings``: the whole views, else the craters alone, as large as each other."""

    overlay: bool = True
    numbers: bool = True
    rim: bool = True
    surroundings: bool = False
    opacity: float = 0.6
    focus: tuple[str, int] | None = None


def squares(area: QRect, caption_height: int) -> dict[str, QRect]:
    """Where both pictures go inside ``area``: as large as fits, in the middle, captions above."""
    side = max(16, min((area.width() - GAP) // 2, area.height() - caption_height))
    left = area.left() + (area.width() - 2 * side - GAP) // 2
    top = area.top() + caption_height + (area.height() - caption_height - side) // 2
    return {QUERY: QRect(left, top, side, side), MATCH: QRect(left + side + GAP, top, side, side)}


def whole(pair: Pair, drawing: Drawing, side: str, square: QRect) -> QRect:
    """Where the whole view would be of which ``square`` shows a part."""
    context = pair.contexts.get(side)
    if drawing.surroundings or context is None or context <= CLOSE:
        return square
    length = round(square.width() * context / CLOSE)
    inset = (length - square.width()) // 2
    return QRect(square.left() - inset, square.top() - inset, length, length)


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
    painter: QPainter, area: QRect, pair: Pair, drawing: Drawing, ink: QColor, font: QFont
) -> None:
    """Pictures, overlay, numbered pairs, and what is asked about."""
    metrics = QFontMetricsF(font)
    shown = squares(area, int(metrics.height() * 1.5))
    places = {side: whole(pair, drawing, side, square) for side, square in shown.items()}
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for side, square in shown.items():
        painter.setFont(font)
        painter.setPen(ink)
        caption = metrics.elidedText(
            pair.captions.get(side, ""), Qt.TextElideMode.ElideRight, square.width()
        )
        painter.drawText(QPointF(square.left(), square.top() - metrics.descent() - 3), caption)
        painter.save()
        painter.setClipRect(square, Qt.ClipOperation.IntersectClip)
        if pair.images[side].isNull():
            painter.fillRect(square, QColor(128, 128, 128))
        else:
            painter.drawImage(places[side], pair.images[side])
        if drawing.overlay:
            _draw_overlay(painter, places[side], pair.patches, side, drawing)
        if drawing.rim:
            _draw_marks(painter, pair, side, square, places[side], font)
        if drawing.numbers and drawing.focus is None:
            _draw_numbers(painter, side, places[side], pair.patches, font)
        if drawing.focus is not None:
            _draw_focus(painter, side, places[side], pair.patches, drawing.focus)
        painter.restore()


def _draw_marks(
    painter: QPainter, pair: Pair, side: str, square: QRect, place: QRect, font: QFont
) -> None:
    """The rim, the scale, and on a turned query where north went."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    context, side_m = pair.contexts.get(side), pair.sides_m.get(side)
    if context:
        draw_rim(painter, QRectF(place).center(), place.width() / (2.0 * context))
    if side_m:
        draw_scale(painter, QRectF(square), side_m * square.width() / place.width(), font)
    if side == QUERY and pair.turn_deg is not None:
        _draw_north(painter, square, pair.turn_deg, font)


def _draw_north(painter: QPainter, square: QRect, turn_deg: float, font: QFont) -> None:
    """An arrow in the upper right corner that points to the query's north."""
    centre, length = QPointF(square.right() - 26, square.top() + 26), 15.0
    angle = math.radians(turn_deg)
    along = QPointF(math.sin(angle), -math.cos(angle))
    across = QPointF(-along.y(), along.x())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 140))
    painter.drawEllipse(centre, 23.0, 23.0)
    tip, foot = centre + along * length, centre - along * (length * 0.5)
    painter.setBrush(_WHITE)
    painter.drawPolygon(QPolygonF([tip, foot + across * 6, foot + along * 3, foot - across * 6]))
    painter.setPen(_WHITE)
    painter.setFont(font)
    at = centre - along * 15.5
    painter.drawText(
        QRectF(at.x() - 10, at.y() - 10, 20, 20), int(Qt.AlignmentFlag.AlignCenter), "N"
    )


def _draw_overlay(
    painter: QPainter, square: QRect, patches: PatchPairs, side: str, drawing: Drawing
) -> None:
    for patch in range(patches.rows * patches.columns):
        share = patches.share(side, patch)
        if share <= 0:
            continue
        colour = strength_colour(share)
        colour.setAlphaF(drawing.opacity * (_WEAKEST + (1.0 - _WEAKEST) * share))
        painter.fillRect(patch_rect(patches, square, patch), colour)


def _draw_numbers(
    painter: QPainter, side: str, place: QRect, patches: PatchPairs, font: QFont
) -> None:
    """The strongest pairs: the same number in both pictures."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    bold = QFont(font)
    bold.setBold(True)
    painter.setFont(bold)
    radius = QFontMetricsF(bold).height() * 0.68
    for pair in patches.numbered:
        colour = strength_colour((pair.similarity - patches.low) / (patches.high - patches.low))
        is_light = colour.lightnessF() * 0.5 + colour.greenF() * 0.5 > 0.45
        patch = pair.query_patch if side == QUERY else pair.match_patch
        middle = QRectF(patch_rect(patches, place, patch)).center()
        disc = QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)
        painter.setPen(QPen(_BLACK, 1.6))
        painter.setBrush(colour)
        painter.drawEllipse(disc)
        painter.setPen(_BLACK if is_light else _WHITE)
        painter.drawText(disc, int(Qt.AlignmentFlag.AlignCenter), str(pair.number))


def _draw_focus(
    painter: QPainter, side: str, place: QRect, patches: PatchPairs, focus: tuple[str, int]
) -> None:
    """The patch asked about in white, its counterparts in white too, all with a dark edge."""
    asked, pointed_at = focus
    outlined = [pointed_at] if asked == side else patches.counterparts(asked, pointed_at)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for width, colour in ((5, _BLACK), (2, _WHITE)):
        pen = QPen(colour, width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        for patch in outlined:
            painter.drawRect(patch_rect(patches, place, patch))


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
