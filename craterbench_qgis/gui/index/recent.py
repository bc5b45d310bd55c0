"""The list of indexes opened lately; what cannot be opened is greyed, with the reason."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import QPoint, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QMenu, QWidget

from ...contract.build import MANIFEST
from ...core.index_places import is_unfinished
from ...core.settings import Settings
from ...i18n import tr
from ..build.job import pending_builds
from ..layouts import in_column
from ..messages import MessageLine

_PATH = Qt.ItemDataRole.UserRole


class RecentIndexes(QWidget):
    """A click opens; the context menu forgets."""

    chosen = pyqtSignal(str)
    resume_wanted = pyqtSignal(str)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self.list = QListWidget()
        self.list.setObjectName("CraterBenchRecent")
        self.list.setWordWrap(True)
        self.list.setSpacing(3)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._on_menu)
        self.list.itemActivated.connect(self._on_activated)
        self.list.itemClicked.connect(self._on_activated)
        self.empty = MessageLine()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        in_column(self.empty, (self.list, 1), on=self, margins=0)
        self.refresh()

    def refresh(self) -> None:
        """Check again which of them are there."""
        self.list.clear()
        paths = list(dict.fromkeys([*self._settings.recent_indexes, *self._unfinished()]))
        for path in paths:
            where = Path(path)
            reason = reason_against(path)
            unfinished = not reason and bool(is_unfinished(where))
            state = reason or (tr("unfinished build") if unfinished else str(where.parent))
            item = QListWidgetItem(f"{where.name}\n{state}")
            item.setData(_PATH, path)
            item.setToolTip(path)
            if reason:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.list.addItem(item)
        self.list.setVisible(bool(paths))
        if paths:
            self.empty.clear_message()
        else:
            self.empty.info(tr("Indexes that you open are listed here."))

    def _unfinished(self) -> list[str]:
        return [path for path in pending_builds(self._settings) if is_unfinished(Path(path))]

    def _on_activated(self, item: QListWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.chosen.emit(item.data(_PATH))

    def _on_menu(self, where: QPoint) -> None:
        item = self.list.itemAt(where)
        if item is None:
            return
        menu = QMenu(self)
        forget = menu.addAction(tr("Remove from this list"))
        if menu.exec(self.list.viewport().mapToGlobal(where)) is forget:
            self._settings.remove_recent(item.data(_PATH))
            self.refresh()


def reason_against(path: str) -> str:
    """Why this cannot be opened, "" if nothing speaks against it."""
    where = Path(path)
    try:
        if not where.exists():
            return tr("not there any more")
        if not (where / MANIFEST).is_file():
            return tr("it is no index")
    except OSError:
        return tr("cannot be read")
    return ""
