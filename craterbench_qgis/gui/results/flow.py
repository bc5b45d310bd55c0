"""Widgets beside each other: in a row, or in lines that end where the width ends."""

from __future__ import annotations

from qgis.PyQt.QtCore import QPoint, QRect, QSize, Qt
from qgis.PyQt.QtWidgets import QLabel, QLayout, QLayoutItem, QToolButton, QWidget

from ..layouts import in_row


class FlowLayout(QLayout):
    """Items from left to right, line by line; an item wider than a line is made narrower."""

    def __init__(self, parent: QWidget | None = None, gap: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Any width will do; the height follows from it."""
        heights = [item.sizeHint().height() for item in self._shown()]
        return QSize(80, max(heights, default=0))

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, rect: QRect, move: bool) -> int:
        """The height that is needed; ``move``: put the items there."""
        x, y, line = rect.left(), rect.top(), 0
        for item in self._shown():
            hint = item.sizeHint()
            width = min(hint.width(), max(rect.width(), 1))
            if x > rect.left() and x + width > rect.right() + 1:
                x, y, line = rect.left(), y + line + self._gap, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, hint.height())))
            x += width + self._gap
            line = max(line, hint.height())
        return y + line - rect.top()


def side_by_side(*widgets: QWidget) -> QWidget:
    """A row of widgets as one, as wide as it may; words and buttons keep their width. The focus
    goes to the first."""
    holder = QWidget()
    kept = (QLabel, QToolButton)
    parts = ((widget, 0 if isinstance(widget, kept) else 1) for widget in widgets)
    in_row(*parts, on=holder, margins=0, spacing=4)
    holder.setFocusProxy(widgets[0])
    return holder
