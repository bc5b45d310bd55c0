"""Where the parts of a gallery cell lie; painting and clicking both ask here."""

from __future__ import annotations

from dataclasses import dataclass

from qgis.PyQt.QtCore import QRect, QSize
from qgis.PyQt.QtGui import QFontMetrics

MARGIN = 4
PAD = 4
BUTTON = 22
BAR = 3
_SMALLEST = 56


@dataclass(frozen=True)
class CellLayout:
    """Sizes of all cells of a gallery: ``size`` of a cell, ``side`` of its picture, and the text.

    ``two_lines``: diameter and distance do not fit beside each other; ``short``: there is no room
    for words about the distance.
    """

    size: QSize
    side: int
    line: int
    two_lines: bool
    short: bool

    def frame(self, cell: QRect) -> QRect:
        """The rounded background."""
        return cell.adjusted(MARGIN // 2, MARGIN // 2, -MARGIN // 2, -MARGIN // 2)

    def picture(self, cell: QRect) -> QRect:
        """The thumbnail."""
        left = cell.left() + (cell.width() - self.side) // 2
        return QRect(left, cell.top() + MARGIN + PAD, self.side, self.side)

    def accept_button(self, cell: QRect) -> QRect:
        """Shown on hover; the left of two in the picture's upper right corner."""
        return self.reject_button(cell).translated(-(BUTTON + 4), 0)

    def reject_button(self, cell: QRect) -> QRect:
        """Shown on hover; also where the badge of a decision is."""
        picture = self.picture(cell)
        return QRect(picture.right() - BUTTON - 2, picture.top() + 4, BUTTON, BUTTON)

    def text_line(self, cell: QRect, number: int) -> QRect:
        """Line ``number`` below the picture: 0 name, 1 score, 2 (and 3) size and distance, then
        the note."""
        picture = self.picture(cell)
        top = picture.bottom() + 1 + PAD + number * self.line
        return QRect(picture.left(), top, picture.width(), self.line)


def cell_layout(
    width: int, wanted: int, metrics: QFontMetrics, samples: tuple[str, str]
) -> CellLayout:
    """Cells that fill ``width``: as many columns as pictures of ``wanted`` pixels allow.

    ``samples``: the widest diameter and distance to expect.
    """
    around = 2 * (MARGIN + PAD)
    columns = max(1, width // (wanted + around))
    cell = max(_SMALLEST + around, width // columns)
    side = min(cell - around, max(wanted, int(wanted * 1.45)))
    line = metrics.height() + 1
    widths = [metrics.horizontalAdvance(text) for text in samples]
    two = sum(widths) + metrics.horizontalAdvance("  ") > side
    lines = 5 if two else 4
    height = 2 * MARGIN + 3 * PAD + side + lines * line
    return CellLayout(QSize(cell, height), side, line, two, widths[1] > side)
