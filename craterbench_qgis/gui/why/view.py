"""The two pictures of "why it matched" as a widget: hover, or move with the arrow keys."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QRect, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QFontMetrics, QPainter, QPalette
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ...core.patches import MATCH, QUERY
from ...i18n import tr
from .paint import Drawing, Pair, draw_key, draw_pair, patch_at, patch_rect, squares, whole

_MOVES = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class PatchPairView(QWidget):
    """Shows a :class:`Pair`. A patch under the mouse is outlined with its counterparts."""

    focus_changed = pyqtSignal(str, int)
    """Side and patch asked about; "" and -1 for none."""

    def __init__(self) -> None:
        super().__init__()
        self.drawing = Drawing()
        self.pair: Pair | None = None
        """What is shown."""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(360, 200)
        self.setAccessibleName(tr("Query and match with the patches that matched"))
        self.setAccessibleDescription(
            tr("Arrow keys move from patch to patch, Space changes between query and match")
        )

    def sizeHint(self) -> QSize:
        return QSize(860, 450)

    def set_pair(self, pair: Pair | None) -> None:
        """Show another pair."""
        self.pair = pair
        self._ask(None)
        self.update()

    def set_drawing(self, **changes: Any) -> None:
        """Change members of ``drawing``."""
        for name, value in changes.items():
            setattr(self.drawing, name, value)
        self.update()

    def set_focus_patch(self, side: str, patch: int) -> None:
        """Ask about a patch; -1 for none."""
        self._ask((side, patch) if patch >= 0 else None)

    def place_of(self, side: str) -> QRect:
        """Where a side's whole view is; less of it is shown without the surroundings."""
        shown = self.shown_of(side)
        return shown if self.pair is None else whole(self.pair, self.drawing, side, shown)

    def shown_of(self, side: str) -> QRect:
        """Where a side's picture is on the screen."""
        return squares(self.rect(), int(QFontMetrics(self.font()).height() * 1.5))[side]

    def paintEvent(self, event: Any) -> None:
        if self.pair is None:
            return
        painter = QPainter(self)
        if not self.isEnabled():
            painter.setOpacity(0.4)
        ink = _ink(self)
        draw_pair(painter, self.rect(), self.pair, self.drawing, ink, self.font())
        painter.end()

    def mouseMoveEvent(self, event: Any) -> None:
        """Ask about the patch under the mouse."""
        at = event.position().toPoint() if hasattr(event, "position") else event.pos()
        self._ask(self._patch_at(at.x(), at.y()))

    def leaveEvent(self, event: Any) -> None:
        """Nothing is asked about."""
        super().leaveEvent(event)
        self._ask(None)

    def keyPressEvent(self, event: Any) -> None:
        """Arrows and Space, as the accessible description says; the rest is the dialog's."""
        key = event.key()
        if self.pair is None or (key not in _MOVES and key != Qt.Key.Key_Space):
            super().keyPressEvent(event)
            return
        patches = self.pair.patches
        side, patch = self.drawing.focus or (QUERY, self._first())
        if self.drawing.focus is not None and key == Qt.Key.Key_Space:
            across = patches.counterparts(side, patch)
            side, patch = MATCH if side == QUERY else QUERY, across[0] if across else patch
        elif self.drawing.focus is not None:
            row, column = patches.cell(patch)
            down, right = _MOVES[key]
            rows, columns = self._shown_cells(side)
            row = min(max(row + down, rows[0]), rows[-1])
            column = min(max(column + right, columns[0]), columns[-1])
            patch = row * patches.columns + column
        self._ask((side, patch))
        event.accept()

    def _shown_cells(self, side: str) -> tuple[list[int], list[int]]:
        """Rows and columns of patches of which a part is on the screen."""
        if self.pair is None:
            return [], []
        patches, whole_view, shown = self.pair.patches, self.place_of(side), self.shown_of(side)
        cells = [
            patches.cell(patch)
            for patch in range(patches.rows * patches.columns)
            if patch_rect(patches, whole_view, patch).intersects(shown)
        ]
        return sorted({row for row, _ in cells}), sorted({column for _, column in cells})

    def _first(self) -> int:
        """Where the keyboard starts: the first of the numbered pairs."""
        if self.pair is not None and self.pair.patches.numbered:
            return self.pair.patches.numbered[0].query_patch
        return 0

    def _patch_at(self, x: int, y: int) -> tuple[str, int] | None:
        if self.pair is None:
            return None
        for side in (QUERY, MATCH):
            if not self.shown_of(side).contains(x, y):
                continue
            patch = patch_at(self.pair.patches, self.place_of(side), x, y)
            if patch is not None:
                return side, patch
        return None

    def _ask(self, focus: tuple[str, int] | None) -> None:
        if focus != self.drawing.focus:
            self.drawing.focus = focus
            self.focus_changed.emit(*(focus or ("", -1)))
            self.update()


class StrengthKey(QWidget):
    """Which colour is which similarity."""

    def __init__(self) -> None:
        super().__init__()
        self._range = (0.0, 1.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(300)
        self.setToolTip(
            tr("Similarity of a patch to its best counterpart; weaker patches are not coloured")
        )
        self.setAccessibleName(tr("Similarity by colour"))

    def set_range(self, low: float, high: float) -> None:
        """The similarities at both ends."""
        self._range = (low, high)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, QFontMetrics(self.font()).height() + 6)

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = _ink(self)
        draw_key(painter, self.rect(), *self._range, ink, self.font())
        painter.end()


def _ink(widget: QWidget) -> QColor:
    """The text's colour: themes made of style sheets colour windows and labels, not this widget."""
    return widget.window().palette().color(QPalette.ColorRole.WindowText)
