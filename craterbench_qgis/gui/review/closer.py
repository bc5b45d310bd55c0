"""Looking closer: which part of a picture is seen, in shares of its side."""

from __future__ import annotations

from qgis.PyQt.QtCore import QRectF

_MOST = 16.0


class Closer:
    """``factor``: how much larger than whole, 1 to 16."""

    def __init__(self) -> None:
        self.factor = 1.0
        self._left, self._top = 0.0, 0.0

    def zoom(self, factor: float, x: float, y: float) -> None:
        """``factor`` times larger, the place seen at (x, y) of the window stays there; 0: whole."""
        before = self.factor
        self.factor = min(_MOST, max(1.0, before * factor))
        self._left += x / before - x / self.factor
        self._top += y / before - y / self.factor
        self.move(0.0, 0.0)

    def move(self, right: float, down: float) -> None:
        """The window by shares of itself, as far as there is picture."""
        most = 1.0 - 1.0 / self.factor
        self._left = min(most, max(0.0, self._left + right / self.factor))
        self._top = min(most, max(0.0, self._top + down / self.factor))

    def window(self, pixels: float) -> QRectF:
        """What is seen of a picture of so many pixels a side."""
        side = pixels / self.factor
        return QRectF(self._left * pixels, self._top * pixels, side, side)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a place of the picture is in the window; both in shares."""
        return (x - self._left) * self.factor, (y - self._top) * self.factor
