"""The history's rows and how they are painted: picture, label, when and where, what was decided."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QFont, QFontMetrics, QPainter, QPalette, QPixmap
from qgis.PyQt.QtWidgets import QApplication, QLineEdit, QStyle, QStyledItemDelegate, QWidget

from ...core.store.file import HistoryItem
from ...core.store.project import ProjectStore
from ...core.words import history

_PICTURE = 48
_GAP = 8
_CURRENT = int(Qt.ItemDataRole.UserRole) + 1


class HistoryModel(QAbstractListModel):
    """One row per query of ``store``, the newest first."""

    renamed = pyqtSignal(str, str, object)

    def __init__(self, store: ProjectStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._items: list[HistoryItem] = []
        self._pictures: dict[str, QPixmap] = {}
        self._current = ""

    def refresh(self) -> None:
        """Take over the store's list; rows that stay keep their selection."""
        items = self._store.history()
        if [item.set_id for item in items] == [item.set_id for item in self._items]:
            for row, (old, new) in enumerate(zip(self._items, items)):  # noqa: B905
                if old != new:
                    self._items[row] = new
                    self._touch(row)
            return
        self.beginResetModel()
        self._items = items
        known = {item.set_id for item in items}
        self._pictures = {key: self._pictures[key] for key in known & self._pictures.keys()}
        self.endResetModel()

    def set_current(self, set_id: str) -> None:
        """Mark a query as the one that is shown."""
        old, self._current = self._current, set_id
        for row in {self.row_of(old), self.row_of(set_id)} - {-1}:
            self._touch(row)

    def row_of(self, set_id: str) -> int:
        """-1 where the store has no such query."""
        rows = (row for row, item in enumerate(self._items) if item.set_id == set_id)
        return next(rows, -1)

    def item(self, row: int) -> HistoryItem:
        """What is known of a query."""
        return self._items[row]

    def set_id(self, row: int) -> str:
        """The id of its match set."""
        return self._items[row].set_id

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Number of queries."""
        return 0 if parent.isValid() else len(self._items)

    def flags(self, index: QModelIndex) -> Any:
        """Labels can be edited."""
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def data(self, index: QModelIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """Label, picture, the line below, and whether this is the query that is shown."""
        if not index.isValid() or index.row() >= len(self._items):
            return None
        item = self._items[index.row()]
        if role == int(Qt.ItemDataRole.DisplayRole):
            return history.title(item)
        if role == int(Qt.ItemDataRole.EditRole):
            return history.label(item)
        if role == int(Qt.ItemDataRole.DecorationRole):
            return self._picture(item.set_id)
        if role == int(Qt.ItemDataRole.ToolTipRole):
            return "\n".join((history.title(item), *history.lines(item), item.index_path))
        if role == int(Qt.ItemDataRole.AccessibleTextRole):
            return ", ".join((history.title(item), *history.lines(item)))
        if role == int(Qt.ItemDataRole.UserRole):
            return history.lines(item)
        if role == _CURRENT:
            return item.set_id == self._current
        return None

    def setData(self, index: QModelIndex, value: Any, role: int = 2) -> bool:
        """Rename a query; an empty name is refused."""
        label = str(value).strip()
        item = self._items[index.row()]
        if role != int(Qt.ItemDataRole.EditRole) or not label or label == item.label:
            return False
        self._store.rename(item.set_id, label)
        self.renamed.emit(item.set_id, label, item.find)
        return True

    def _touch(self, row: int) -> None:
        self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def _picture(self, set_id: str) -> QPixmap | None:
        if set_id not in self._pictures:
            data = self._store.crop(set_id)
            picture = QPixmap()
            if not data or not picture.loadFromData(data):
                return None
            side = 2 * _PICTURE  # sharp on a screen of twice the density
            self._pictures[set_id] = picture.scaled(
                side,
                side,
                Qt.AspectRatioMode.KeepAspectRatioByExpanding,
                Qt.TransformationMode.SmoothTransformation,
            )
        return self._pictures[set_id]


class HistoryDelegate(QStyledItemDelegate):
    """Three lines beside a picture; the query that is shown is bold and has a bar at its left."""

    def sizeHint(self, option: Any, index: QModelIndex) -> QSize:
        """As high as three lines of text or the picture."""
        lines = QFontMetrics(option.font).height() * 3 + 4
        return QSize(200, max(lines, _PICTURE) + 2 * _GAP)

    def paint(self, painter: QPainter, option: Any, index: QModelIndex) -> None:
        """Background by the style, the rest with the palette's colours."""
        painter.save()
        style = option.widget.style() if option.widget is not None else QApplication.style()
        style.drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget
        )
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
        colour, rect = option.palette.color(role), option.rect
        if index.data(_CURRENT):
            bar = option.palette.color(QPalette.ColorRole.Highlight)
            painter.fillRect(QRect(rect.left(), rect.top() + 2, 4, rect.height() - 4), bar)
        top = rect.top() + (rect.height() - _PICTURE) // 2
        square = QRect(rect.left() + _GAP, top, _PICTURE, _PICTURE)
        picture = index.data(int(Qt.ItemDataRole.DecorationRole))
        if picture is not None:
            painter.drawPixmap(square, picture)
        else:
            painter.setPen(option.palette.color(QPalette.ColorRole.Mid))
            painter.drawRect(square.adjusted(0, 0, -1, -1))
        self._text(painter, option, index, square.right() + 1 + _GAP, colour)
        painter.restore()

    def _text(
        self, painter: QPainter, option: Any, index: QModelIndex, left: int, colour: Any
    ) -> None:
        first, second = index.data(int(Qt.ItemDataRole.UserRole))
        bold = QFont(option.font)
        bold.setBold(bool(index.data(_CURRENT)))
        height = QFontMetrics(option.font).height()
        rect = option.rect
        width = rect.right() - left - _GAP
        y = rect.top() + (rect.height() - 3 * height - 4) // 2
        quiet = type(colour)(colour)
        quiet.setAlphaF(0.75)
        label = index.data(int(Qt.ItemDataRole.DisplayRole))
        for text, font, pen in ((label, bold, colour), (first, None, quiet), (second, None, quiet)):
            font = font or option.font
            painter.setFont(font)
            painter.setPen(pen)
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(left, y + QFontMetrics(font).ascent(), shown)
            y += height + 2

    def createEditor(self, parent: QWidget, option: Any, index: QModelIndex) -> QWidget:
        """A line of text."""
        return QLineEdit(parent)

    def updateEditorGeometry(self, editor: QWidget, option: Any, index: QModelIndex) -> None:
        """Over the label only."""
        height = editor.sizeHint().height()
        left = option.rect.left() + 2 * _GAP + _PICTURE - 2
        editor.setGeometry(left, option.rect.top() + 2, option.rect.right() - left - 2, height)
