"""The index a project was searched with: opened with it, followed when moved, located by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QFileDialog, QMessageBox

from ..contract.build import IndexInfo
from ..core.index_places import find, index_id_at
from ..core.match_set import MatchSet
from ..core.query import SearchedIndex
from ..core.settings import Settings
from ..i18n import tr
from .dock import CraterBenchDock
from .index.catalogue_layer import mend_layer

Then = Callable[[], None]


class ProjectIndex(QObject):
    """Says in ``dock`` where an index is missing, and asks for it there."""

    def __init__(
        self, project: QgsProject, settings: Settings, dock: CraterBenchDock, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._project, self._settings, self._dock = project, settings, dock
        self._question: QMessageBox | None = None
        dock.index_panel.opened.connect(lambda info: mend_layer(info, project))

    # The project's own

    def open_for(self, index: SearchedIndex | None, current: IndexInfo | None) -> None:
        """Open the index of the project that was just read, ``current`` being open.

        Where it is not found, that is said and nothing stays open in its stead: a query of this
        project would go to the craters of another body without a word.
        """
        self._dock.missing.dismiss()
        if current is not None:
            mend_layer(current, self._project)
        if index is None or (current is not None and current.index_id == index.index_id):
            return
        panel = self._dock.index_panel
        path = self._path_of(index)
        if path:
            panel.open_index(path)
            return
        panel.close_index()
        self._say(index, lambda: None)

    # That of old matches

    def follow(self, match_set: MatchSet, then: Then) -> bool:
        """Let a match set know where its index is now.

        False where it is not found: the panel says so, and ``then`` is called once the user has
        located it.
        """
        if index_id_at(match_set.index.path) == match_set.index.index_id:
            self._dock.missing.dismiss()
            return True
        path = self._path_of(match_set.index)
        if path:
            match_set.index = replace(match_set.index, path=path)
            self._dock.missing.dismiss()
            return True

        def located() -> None:
            if self.follow(match_set, then):
                then()

        self._say(match_set.index, located)
        return False

    def ask(self, match_set: MatchSet, then: Then) -> None:
        """Say over the window that nothing can be done without the index, and offer to locate."""
        index = match_set.index
        box = QMessageBox(self._dock)
        box.setObjectName("CraterBenchLocate")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(tr("The index is not there"))
        box.setText(_sentence(index))
        locate = box.addButton(tr("Locate…"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        self._question = box

        def answered(button: object) -> None:
            self._question = None
            box.deleteLater()
            if button is locate and self._locate(index) and self.follow(match_set, then):
                then()

        box.buttonClicked.connect(answered)
        box.open()

    def close(self) -> None:
        """Take away what is asked."""
        if self._question is not None:
            self._question.close()
            self._question = None

    def _say(self, index: SearchedIndex, located: Then) -> None:
        def locate() -> None:
            if self._locate(index):
                self._dock.missing.dismiss()
                located()

        self._dock.missing.show_problem(_sentence(index), tr("Locate…"), locate)

    def _locate(self, index: SearchedIndex) -> bool:
        """Ask for the folder; whether it is that index. It is opened where none is open."""
        start = str(Path(index.path).parent)
        folder = QFileDialog.getExistingDirectory(
            self._dock, tr("Where is the index “{name}”?").format(name=index.name), start
        )
        if not folder:
            return False
        if index_id_at(folder) != index.index_id:
            text = tr("{folder} is not the index “{name}”. Choose the folder that is.").format(
                folder=Path(folder).name, name=index.name
            )
            self._dock.missing.line.problem(text)
            return False
        self._settings.add_recent(folder)
        if self._dock.index_panel.info is None:
            self._dock.index_panel.open_index(folder)
        return True

    def _path_of(self, index: SearchedIndex) -> str:
        info = self._dock.index_panel.info
        opened = [info.path] if info is not None else []
        folders = [self._project.absolutePath()]
        return find(index, [*opened, *self._settings.recent_indexes], folders)


def _sentence(index: SearchedIndex) -> str:
    return tr(
        "The index “{name}” is not in {folder} any more. Pictures, “Why” and new searches need it."
    ).format(name=index.name, folder=Path(index.path).parent)
