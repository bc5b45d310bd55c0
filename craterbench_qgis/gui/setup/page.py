"""The set-up page: a Python of the user's, an environment of our own, or what is wrong with it."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QLabel, QPushButton, QWidget

from ...client.engine import Engine
from ...core.settings import Settings
from ...environment import places
from ...i18n import tr
from ..layouts import in_column
from .create import CreateEnvironment
from .existing import ExistingPython
from .pythons import FindPythons
from .repair import Repair
from .widgets import buttons, note


class SetupPage(QWidget):
    """Shown while no engine is set up, and when asked for.

    Only the search for Pythons on this computer happens by itself, when the page is first shown;
    nothing touches the network before a button is pressed. ``more``: further arguments of the
    installation; ``candidates``: finds the Pythons to offer.
    """

    ready = pyqtSignal()
    """An interpreter is set up and checked: ``settings.engine_python``."""
    closed = pyqtSignal()
    """The user wants back to the panels."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        *,
        more: tuple[str, ...] = (),
        candidates: FindPythons | None = None,
    ) -> None:
        super().__init__()
        self._engine, self._settings = engine, settings
        title = QLabel(tr("Set up the engine"))
        font = title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.25)
        title.setFont(font)
        self.state = note("")
        self.existing = ExistingPython(settings)
        self.create = CreateEnvironment(settings, more, candidates)
        self.repair = Repair(engine, settings, self.create)
        self.back = QPushButton(tr("Back"))
        text = tr(
            "CraterBench's engine runs beside QGIS, with packages of its own. Nothing is ever "
            "installed into QGIS's Python."
        )
        in_column(
            title, note(text), self.state, buttons(self.back), self.existing, self.create,
            self.repair, 1, on=self,
        )  # fmt: skip
        self.back.clicked.connect(self.closed)
        self.existing.chosen.connect(self._on_ready)
        self.create.completed.connect(self._on_ready)
        self.create.running.connect(self._on_running)
        self.create.wants_engine_stopped.connect(self._stop_engine)
        self.create.pythons.changed.connect(self.repair.refresh)
        self.create.folder.fileChanged.connect(lambda _: self.repair.refresh())
        self.repair.changed.connect(self.refresh)
        self.refresh()

    def needed(self) -> bool:
        """Whether no interpreter is set up."""
        return not self._settings.engine_python

    def refresh(self) -> None:
        """Say again how things are."""
        self.create.network.refresh()
        self.create.refresh()
        self.repair.refresh()
        self.back.setVisible(not self.needed())
        self.state.setText(self._state_text())

    def showEvent(self, event: Any) -> None:
        """Search for Pythons the first time."""
        super().showEvent(event)
        self.create.pythons.search()
        self.refresh()

    def _state_text(self) -> str:
        python = self._settings.engine_python
        if python:
            return tr("Ready: the engine is run by {path}.").format(path=python)
        if self._settings.existing_python:
            return tr("The Python that was chosen, {path}, is gone.").format(
                path=self._settings.existing_python
            )
        return {
            places.PARTIAL: tr("Not ready: the environment is made only in part."),
            places.STALE: tr("Not ready: the environment was made for another version."),
            places.READY: tr("An environment is complete; it is not used yet."),
        }.get(self.create.state(), tr("Not ready: nothing is set up. Choose one of the two ways."))

    def _on_ready(self) -> None:
        self.refresh()
        if not self.needed():
            self.ready.emit()

    def _on_running(self, running: bool) -> None:
        self.existing.set_enabled(not running)
        self.repair.refresh()
        if not running:
            self.refresh()

    def _stop_engine(self) -> None:
        """An engine holds files of its environment open, which Windows then does not replace."""
        self._engine.stop()
