"""The picture of "why it matched" that is saved or copied: always dark ink on white."""

from __future__ import annotations

from dataclasses import replace

from qgis.PyQt.QtCore import QPointF, QRect, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from ...i18n import tr
from .paint import Look, Pair, draw_key, draw_pair

_WIDTH, _MARGIN, _SIDE = 1480, 40, 688
_INK, _QUIET, _PAPER = QColor(28, 31, 35), QColor(91, 101, 112), QColor(255, 255, 255)


def compose(
    pair: Pair,
    look: Look,
    title: str,
    subtitle: str,
    sentences: list[str],
    footer: str,
    family: str,
) -> QImage:
    """Title, both views, the key of colours and the sentences, 1480 pixels wide."""
    big, text, small = (_font(family, size) for size in (30, 20, 15))
    big.setBold(True)
    inner = _WIDTH - 2 * _MARGIN
    flags = int(Qt.TextFlag.TextWordWrap)
    heights = [
        QFontMetricsF(text).boundingRect(QRectF(0, 0, inner, 2000), flags, one).height()
        for one in sentences
    ]
    views = QRect(_MARGIN, 118, inner, _SIDE + 36)
    key_top = views.bottom() + 14
    height = key_top + 46 + sum(h + 8 for h in heights) + 50
    image = QImage(_WIDTH, int(height), QImage.Format.Format_RGB32)
    image.fill(_PAPER)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    _line(painter, 62, title, big, _INK)
    _line(painter, 96, subtitle, text, _QUIET)
    # What the mouse points at is for the screen alone.
    draw_pair(painter, views, pair, replace(look, focus=None), _INK, text)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if look.overlay:
        patches = pair.patches
        key = QRect(_MARGIN, key_top, 460, 26)
        draw_key(painter, key, patches.low, patches.high, _QUIET, small)
        painter.drawText(
            QPointF(_MARGIN + 480, key_top + 18),
            tr("similarity of a patch to its best counterpart; weaker ones are not coloured"),
        )
    top = key_top + 46.0
    painter.setFont(text)
    painter.setPen(_INK)
    for sentence, tall in zip(sentences, heights):  # noqa: B905 - Python 3.9
        painter.drawText(QRectF(_MARGIN, top, inner, tall + 4), flags, sentence)
        top += tall + 8
    _line(painter, int(height) - 22, footer, small, _QUIET)
    painter.end()
    return image


def _font(family: str, pixels: int) -> QFont:
    font = QFont(family)
    font.setPixelSize(pixels)
    return font


def _line(painter: QPainter, base: int, text: str, font: QFont, colour: QColor) -> None:
    painter.setFont(font)
    painter.setPen(colour)
    shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, _WIDTH - 2 * _MARGIN)
    painter.drawText(QPointF(_MARGIN, base), shown)
