"""The gallery: cells that fill the width, decisions by mouse and keyboard."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    Qt,
    QTimer,
    pyqtSignal,
)
from qgis.PyQt.QtGui import QFontMetrics
from qgis.PyQt.QtWidgets import QAbstractItemView, QListView, QStyle, QToolTip

from ...contract.vocabulary import Decision
from ...i18n import tr
from .cell import cell_layout
from .delegate import MatchDelegate, distance_text, size_text
from .filters import MatchFilter
from .model import MatchModel

SMALLEST, LARGEST, DEFAULT_SIZE = 72, 224, 104
DECISION_KEYS = {
    Qt.Key.Key_A: Decision.ACCEPTED,
    Qt.Key.Key_R: Decision.REJECTED,
    Qt.Key.Key_U: Decision.UNDECIDED,
}


class GalleryView(QListView):
    """Shows a :class:`MatchFilter`. Rows in signals are the match set's."""

    decision_wanted = pyqtSignal(list, str)
    """Rows, decision."""
    toggle_wanted = pyqtSignal(list)
    """Accept, or take the acceptance back."""
    undo_wanted = pyqtSignal()
    zoom_wanted = pyqtSignal(int)
    why_wanted = pyqtSignal(int)
    refine_wanted = pyqtSignal()
    kinds_wanted = pyqtSignal()
    window_wanted = pyqtSignal()
    hovered = pyqtSignal(int)
    """Row under the mouse, or -1."""
    rows_selected = pyqtSignal(list)
    """By the user; not by :meth:`select_rows`."""

    def __init__(self, model: MatchModel, proxy: MatchFilter) -> None:
        super().__init__()
        self._model, self._proxy = model, proxy
        self._wanted = DEFAULT_SIZE
        self._quiet = self._pressed_button = False
        self._select_timer = QTimer(self, singleShot=True, interval=0, timeout=self._emit_selection)
        self.delegate = MatchDelegate(model, self)
        self.setModel(proxy)
        self.setItemDelegate(self.delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setWrapping(True)
        self.setSpacing(0)
        self.setDragEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(tr("Matches"))
        self.doubleClicked.connect(self._on_double_click)
        self.fit_cells()

    # Sizes

    @property
    def picture_size(self) -> int:
        """Least side of a thumbnail in points."""
        return self._wanted

    def set_picture_size(self, side: int) -> None:
        """Change it; cells are made to fill the width."""
        self._wanted = min(max(side, SMALLEST), LARGEST)
        self.fit_cells()

    def fit_cells(self) -> None:
        """Cells for the present width and font."""
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self)
        # The bar's place is kept free always: cells must not jump when it comes and goes.
        width = self.width() - 2 * self.frameWidth() - bar - 2
        samples = (size_text(888_800.0), distance_text(8_888_000.0))
        layout = cell_layout(max(width, 1), self._wanted, QFontMetrics(self.font()), samples)
        if layout == self.delegate.layout and self.gridSize() == layout.size:
            return
        self.delegate.layout = layout
        self.setGridSize(layout.size)
        self.verticalScrollBar().setSingleStep(max(16, int(layout.size.height() * 0.25)))

    def resizeEvent(self, event: Any) -> None:
        self.fit_cells()
        super().resizeEvent(event)

    def changeEvent(self, event: Any) -> None:
        """A new font or style changes the cells."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.fit_cells()

    # Selection

    def selected_rows(self) -> list[int]:
        """Rows selected, in the order shown."""
        chosen = sorted(self.selectionModel().selectedIndexes(), key=lambda index: index.row())
        return [self._proxy.row_of(index) for index in chosen]

    def current_row(self) -> int:
        """The row with the keyboard's focus, -1 for none."""
        return self._proxy.row_of(self.currentIndex())

    def select_rows(self, rows: list[int]) -> None:
        """Select exactly these and show the first; nothing is emitted."""
        self._quiet = True
        selection = self.selectionModel()
        selection.clearSelection()
        flag = QItemSelectionModel.SelectionFlag.Select
        indexes = [index for index in map(self._proxy.index_of, rows) if index.isValid()]
        for index in indexes:
            selection.select(index, flag)
        if indexes:
            selection.setCurrentIndex(indexes[0], QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(indexes[0], QAbstractItemView.ScrollHint.EnsureVisible)
        self._select_timer.stop()
        self._quiet = False

    def go_to_row(self, row: int) -> None:
        """Make a row the current one, selected, as a key press would."""
        index = self._proxy.index_of(row)
        if index.isValid():
            self.setCurrentIndex(index)

    def selectionChanged(self, selected: Any, deselected: Any) -> None:
        """Emit once per turn of the event loop."""
        super().selectionChanged(selected, deselected)
        if not self._quiet:
            self._select_timer.start()

    def _emit_selection(self) -> None:
        self.rows_selected.emit(self.selected_rows())

    # Mouse

    def mouseMoveEvent(self, event: Any) -> None:
        """Emit what is hovered; light the buttons up."""
        super().mouseMoveEvent(event)
        at = _position(event)
        index = self.indexAt(at)
        self._set_hot(index, at)
        self._set_hovered(self._proxy.row_of(index))

    def mousePressEvent(self, event: Any) -> None:
        """A press on a button of a cell decides and leaves the selection alone."""
        at = _position(event)
        action = self._button_at(at)
        if action and event.button() == Qt.MouseButton.LeftButton:
            row = self._proxy.row_of(self.indexAt(at))
            rows = self.selected_rows()
            rows = rows if row in rows else [row]
            self._pressed_button = True
            self._decide_or_clear(rows, row, action)
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: Any) -> None:
        if self._pressed_button:
            self._pressed_button = False
            event.accept()
            return
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        """Two quick clicks on a button are two clicks, not a zoom."""
        if self._button_at(_position(event)):
            self.mousePressEvent(event)
            return
        super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: Any) -> None:
        """Nothing is hovered outside."""
        super().leaveEvent(event)
        self.delegate.hot_button = ""
        self._set_hovered(-1)

    def viewportEvent(self, event: Any) -> bool:
        """A button of a cell has a tooltip of its own."""
        if event.type() == QEvent.Type.ToolTip and self.delegate.hot_button:
            tips = {
                Decision.ACCEPTED: tr("Accept (A)"),
                Decision.REJECTED: tr("Reject (R)"),
            }
            QToolTip.showText(event.globalPos(), tips[Decision(self.delegate.hot_button)], self)
            return True
        return bool(super().viewportEvent(event))

    def _on_double_click(self, index: QModelIndex) -> None:
        self.zoom_wanted.emit(self._proxy.row_of(index))

    def _decide_or_clear(self, rows: list[int], clicked: int, action: str) -> None:
        """A click on the button of the decision that is made takes it back."""
        match_set = self._model.match_set
        taken_back = match_set is not None and match_set.decision(clicked) == action
        self.decision_wanted.emit(rows, Decision.UNDECIDED if taken_back else action)

    def _button_at(self, at: QPoint) -> str:
        index = self.indexAt(at)
        if not index.isValid():
            return ""
        cell, layout = self.visualRect(index), self.delegate.layout
        if layout.accept_button(cell).contains(at):
            return Decision.ACCEPTED
        return Decision.REJECTED if layout.reject_button(cell).contains(at) else ""

    def _set_hot(self, index: QModelIndex, at: QPoint) -> None:
        hot = self._button_at(at)
        if hot != self.delegate.hot_button:
            self.delegate.hot_button = hot
            self.viewport().setCursor(
                Qt.CursorShape.PointingHandCursor if hot else Qt.CursorShape.ArrowCursor
            )
            if index.isValid():
                self.update(index)

    def _set_hovered(self, row: int) -> None:
        before = self.delegate.hovered_row
        if row != before:
            self.delegate.hovered_row = row
            for changed in (before, row):
                if changed >= 0:
                    self.update(self._proxy.index_of(changed))
            self.hovered.emit(row)

    # Keyboard

    def event(self, event: Any) -> bool:
        """Keep the gallery's keys from QGIS's own shortcuts while it has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and self._is_ours(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: Any) -> None:
        """A, R, U, F, K, G, Space, W, Enter and Ctrl+Z; the rest is Qt's."""
        if not self._is_ours(event):
            super().keyPressEvent(event)
            return
        key = event.key()
        if _has_control(event):
            self.undo_wanted.emit()
        elif key in DECISION_KEYS:
            self._for_rows(lambda rows: self.decision_wanted.emit(rows, DECISION_KEYS[key]))
        elif key == Qt.Key.Key_F:
            self.refine_wanted.emit()
        elif key == Qt.Key.Key_K:
            self.kinds_wanted.emit()
        elif key == Qt.Key.Key_G:
            self.window_wanted.emit()
        elif key == Qt.Key.Key_Space:
            self._for_rows(self.toggle_wanted.emit)
        elif self.current_row() >= 0:
            signal = self.why_wanted if key == Qt.Key.Key_W else self.zoom_wanted
            signal.emit(self.current_row())
        event.accept()

    def _for_rows(self, act: Any) -> None:
        rows = self.selected_rows() or [row for row in [self.current_row()] if row >= 0]
        if rows:
            act(rows)

    @staticmethod
    def _is_ours(event: Any) -> bool:
        key = event.key()
        if _has_control(event):
            return bool(key == Qt.Key.Key_Z and not event.modifiers() & _SHIFT)
        if event.modifiers() & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier):
            return False
        others = (
            Qt.Key.Key_Space,
            Qt.Key.Key_W,
            Qt.Key.Key_F,
            Qt.Key.Key_K,
            Qt.Key.Key_G,
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
        )
        return key in DECISION_KEYS or key in others

    def keyboardSearch(self, search: str) -> None:
        """Letters decide here; they do not search."""


_SHIFT = Qt.KeyboardModifier.ShiftModifier


def _has_control(event: Any) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)


def _position(event: Any) -> QPoint:
    """Where the mouse is, in Qt 5 and in Qt 6."""
    return event.position().toPoint() if hasattr(event, "position") else event.pos()
