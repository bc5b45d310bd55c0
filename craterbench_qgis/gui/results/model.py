"""The matches of a query as a Qt model: row n is rank n + 1, always."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from ...core.match_set import MatchSet
from ...core.words import matches as words
from ...i18n import tr
from .thumbnails import Thumbnails

ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The match set's row, also through a proxy."""


class MatchModel(QAbstractListModel):
    """Rows of a :class:`MatchSet`; pictures come from :class:`Thumbnails` as they arrive."""

    def __init__(self, pictures: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pictures = pictures
        self.match_set: MatchSet | None = None
        """What is shown, None where nothing is."""
        self._names: list[str] = []
        pictures.arrived.connect(self._touch)

    def set_matches(self, match_set: MatchSet | None) -> None:
        """Show another set."""
        self.beginResetModel()
        if self.match_set is not None:
            self.match_set.decided.disconnect(self._touch)
        self.match_set = match_set
        self._names = []
        if match_set is not None:
            self._names = [match_set.name_of(row) for row in range(len(match_set))]
            match_set.decided.connect(self._touch)
        self.pictures.set_matches(match_set)
        self.endResetModel()

    def name(self, row: int) -> str:
        """Name or id of the crater."""
        return self._names[row]

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        if self.match_set is None or (parent is not None and parent.isValid()):
            return 0
        return len(self.match_set)

    def data(self, index: QModelIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """Name, tooltip and accessible text; the row under ``ROW_ROLE``."""
        if self.match_set is None or not index.isValid():
            return None
        row = index.row()
        if role == ROW_ROLE:
            return row
        if role == int(Qt.ItemDataRole.DisplayRole):
            return self._names[row]
        if role == int(Qt.ItemDataRole.ToolTipRole):
            return words.tooltip(self.match_set, row)
        if role == int(Qt.ItemDataRole.AccessibleTextRole):
            return words.spoken(self.match_set, row)
        if role == int(Qt.ItemDataRole.AccessibleDescriptionRole):
            return tr("A accepts, R rejects, U leaves undecided, W says why, Enter zooms")
        return None

    def _touch(self, rows: list[int]) -> None:
        """One signal per run of neighbours: a thousand rows at once are one signal."""
        count, at = self.rowCount(), 0
        rows = sorted(row for row in rows if row < count)
        while at < len(rows):
            end = at
            while end + 1 < len(rows) and rows[end + 1] == rows[end] + 1:
                end += 1
            self.dataChanged.emit(self.index(rows[at], 0), self.index(rows[end], 0))
            at = end + 1
