"""The queries of this project: open one again, rename it, delete it (with undo)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import QPoint, Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListView,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from ...core.store.project import ProjectStore
from ...i18n import tr
from ..layouts import in_column, in_row
from ..messages import MessageLine
from .model import HistoryDelegate, HistoryModel

# Qt 6 moved it; qgis.PyQt has it in one of the two places.
try:
    from qgis.PyQt.QtGui import QShortcut
except ImportError:
    from qgis.PyQt.QtWidgets import QShortcut


class HistoryPanel(QWidget):
    """Lists what ``store`` holds; the newest query is on top, the one that is shown is marked."""

    open_requested = pyqtSignal(str)
    """Show this match set again."""
    removed = pyqtSignal(str)
    """This query was deleted: its layers should go."""
    renamed = pyqtSignal(str, str, object)
    """A query (set id) has another label; what it looked for (Question)."""

    def __init__(self, store: ProjectStore) -> None:
        super().__init__()
        self._store = store
        self._deleted: list[tuple[str, str]] = []
        self.model = HistoryModel(store, self)
        self.model.renamed.connect(self.renamed)
        self.view = QListView()
        self.view.setModel(self.model)
        self.view.setItemDelegate(HistoryDelegate(self.view))
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.setAccessibleName(tr("Queries of this project"))
        self.view.customContextMenuRequested.connect(self._menu)
        self.view.doubleClicked.connect(lambda index: self.open())
        self.view.selectionModel().selectionChanged.connect(self._update)
        self._empty = QLabel(
            tr("No queries in this project yet. Search for a crater and it will be listed here.")
        )
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setMargin(24)
        self.kept = MessageLine()
        """Says where the queries are as long as they are not on disk."""
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.view)
        self._buttons = [QPushButton(text, clicked=slot) for text, slot in self._commands()]
        row = in_row(*self._buttons)
        in_column((self._pages, 1), self.kept, self._undo_bar(), row, on=self, margins=4)
        self._shortcuts()
        store.changed.connect(self._refresh)
        store.reopened.connect(self._dismiss)
        self._refresh()

    def set_current(self, set_id: str) -> None:
        """Mark the query whose matches are shown, "" for none."""
        self.model.set_current(set_id)

    def select(self, set_id: str) -> None:
        """Select a query in the list."""
        row = self.model.row_of(set_id)
        if row >= 0:
            self.view.setCurrentIndex(self.model.index(row, 0))

    def selected(self) -> str:
        """The set id of the selected query, "" for none."""
        index = self.view.currentIndex()
        chosen = self.view.selectionModel().isSelected(index) if index.isValid() else False
        return self.model.set_id(index.row()) if chosen else ""

    def open(self) -> None:
        """Ask to show the selected query."""
        if self.selected():
            self.open_requested.emit(self.selected())

    def rename(self) -> None:
        """Edit the selected query's label in place."""
        if self.selected():
            self.view.edit(self.view.currentIndex())

    def delete(self) -> None:
        """Delete the selected query; a bar offers to undo it."""
        set_id = self.selected()
        if not set_id:
            return
        label = self.model.item(self.view.currentIndex().row()).label
        self._deleted.append((set_id, label))
        self._store.delete(set_id)
        self._say_deleted()
        self.removed.emit(set_id)

    def undo(self) -> None:
        """Bring back what was deleted last."""
        if self._deleted:
            set_id, _ = self._deleted.pop()
            self._store.restore(set_id)
            self._say_deleted()

    def showEvent(self, event: Any) -> None:
        """Look again: another QGIS may have added queries."""
        super().showEvent(event)
        self._store.refresh()

    def _undo_bar(self) -> QWidget:
        self._bar = QWidget()
        self._bar_text = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        undo = QPushButton(tr("Undo"), clicked=self.undo)
        close = QToolButton(
            text="×", autoRaise=True, toolTip=tr("Hide this message"), clicked=self._dismiss
        )
        in_row((self._bar_text, 1), undo, close, on=self._bar, margins=(4, 2, 4, 2))
        self._bar.hide()
        return self._bar

    def _commands(self) -> tuple[tuple[str, Callable[[], None]], ...]:
        """What can be done with the selected query, by button and in the menu."""
        return (tr("Open"), self.open), (tr("Rename"), self.rename), (tr("Delete"), self.delete)

    def _shortcuts(self) -> None:
        scope = Qt.ShortcutContext.WidgetShortcut
        for keys, slot in (
            (QKeySequence(QKeySequence.StandardKey.Delete), self.delete),
            (QKeySequence(Qt.Key.Key_Return), self.open),
            (QKeySequence(Qt.Key.Key_Enter), self.open),
            (QKeySequence(QKeySequence.StandardKey.Undo), self.undo),
        ):
            QShortcut(keys, self.view, context=scope, activated=slot)

    def _menu(self, place: QPoint) -> None:
        if not self.view.indexAt(place).isValid():
            return
        menu = QMenu(self)
        for text, slot in self._commands():
            menu.addAction(text).triggered.connect(slot)
        menu.exec(self.view.viewport().mapToGlobal(place))
        menu.deleteLater()

    def _refresh(self) -> None:
        chosen = self.selected()
        self.model.refresh()
        if chosen:
            self.select(chosen)
        self._pages.setCurrentIndex(1 if self.model.rowCount() else 0)
        if self.model.rowCount() and self._store.path() is None:
            self.kept.info(tr("In memory only: save the project to keep these queries."))
        else:
            self.kept.clear_message()
        self._update()

    def _update(self, *_ignored: Any) -> None:
        for button in self._buttons:
            button.setEnabled(bool(self.selected()))

    def _say_deleted(self) -> None:
        if self._deleted:
            label = self._deleted[-1][1] or tr("The query")
            self._bar_text.setText(tr("“{label}” was deleted.").format(label=label))
        self._bar.setVisible(bool(self._deleted))

    def _dismiss(self) -> None:
        self._deleted.clear()
        self._bar.hide()
