"""The match sets of the open project, kept in its store and shown on its map, without the panel.

The layers of a project are in memory and come back empty. They are filled as soon as the project
is read, so that it looks as it was saved also where nobody opens the panel.
"""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..i18n import tr
from .layers.results import ResultLayers
from .match_set import MatchSet
from .settings import Settings
from .store.project import ProjectStore


class ProjectResults(QObject):
    """Store and layers of ``project``; ``canvas`` may be None."""

    read = pyqtSignal()
    """Another project is open; :attr:`sets` are those with layers in it."""

    def __init__(
        self,
        project: QgsProject,
        canvas: Any,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._project = project
        self.store = ProjectStore(project, self)
        self.layers = ResultLayers(project, canvas, self, settings)
        self.sets: list[MatchSet] = []
        """The topmost last."""
        self.is_read = False
        """Whether the store has said what is in the project."""
        project.cleared.connect(self._on_cleared)
        self.store.reopened.connect(self._on_reopened)
        self.layers.rest.wanted.connect(self._on_wanted)
        self.layers.rest.packed.connect(self.store.keep_layers)
        self.layers.rest.keeps = self.store.keeps
        self.store.changed.connect(self.layers.rest.resume)

    def close(self) -> None:
        """Let go of project, map and file; harmless where that has been done."""
        if self._project is not None:
            self._project.cleared.disconnect(self._on_cleared)
            self._project = None
        self.layers.close()
        self.store.close()
        self.sets = []

    def _on_cleared(self) -> None:
        self.sets, self.is_read = [], False

    def _on_reopened(self) -> None:
        self.sets = self.store.open_sets()
        self.layers.rest.texts.update(self.store.kept_layers())
        for match_set in self.sets:
            self.layers.fill(match_set)
        self.is_read = True
        self.read.emit()

    def _on_wanted(self, set_id: str) -> None:
        def done(match_set: MatchSet | None) -> None:
            if match_set is not None:
                self.layers.fill(match_set)
            else:
                self.store.message.emit(tr("This query is no longer in the project."), True)

        self.store.open_set(set_id, done)
