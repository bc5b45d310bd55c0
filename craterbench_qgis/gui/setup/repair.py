"""Set-up, third part: what is wrong, and making it right again."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QApplication, QGroupBox, QMessageBox, QPushButton

from ...client import diagnosis
from ...client.engine import Engine
from ...client.environment_jobs import DONE, InstallJob, Probe
from ...core.settings import Settings
from ...environment import lock, places, pythons
from ...i18n import tr
from ..layouts import in_column
from .create import CreateEnvironment
from .widgets import buttons, log_view, note


class Repair(QGroupBox):
    """Diagnose, repair, remove. ``create``: the section whose folder and options are used."""

    changed = pyqtSignal()
    """The environment is another one now, or gone."""

    def __init__(self, engine: Engine, settings: Settings, create: CreateEnvironment) -> None:
        super().__init__(tr("Diagnose and repair"))
        self._engine, self._settings, self._create = engine, settings, create
        self._job: InstallJob | None = None
        self._probe = Probe(self)
        self._probe.finished.connect(self._on_report)
        self.diagnose = QPushButton(tr("Diagnose"))
        self.diagnose.setToolTip(tr("Collect the versions of everything, for a report"))
        self.repair = QPushButton(tr("Repair"))
        self.repair.setToolTip(tr("Look at every package and install again what is damaged"))
        self.remove = QPushButton(tr("Remove…"), toolTip=tr("Delete the environment's folder"))
        self.copy = QPushButton(tr("Copy report"))
        self.text, self.report = note(""), log_view()
        self.diagnose.clicked.connect(self.start_diagnosis)
        self.repair.clicked.connect(self.start_repair)
        self.remove.clicked.connect(self.start_removal)
        self.copy.clicked.connect(self._on_copy)
        row = buttons(self.diagnose, self.repair, self.remove)
        in_column(row, self.text, self.report, buttons(self.copy), on=self)
        self.report.hide()
        self.copy.hide()
        self.refresh()

    def refresh(self) -> None:
        """Enable what makes sense now."""
        busy = self._job is not None or self._create.job is not None
        there = self._create.state() != places.MISSING
        can = there and not busy and not self._create.problem()
        self.repair.setEnabled(can and bool(self._create.pythons.python))
        self.remove.setEnabled(can and bool(self._create.pythons.python))
        self.diagnose.setEnabled(not self._probe.running)
        self.text.setVisible(bool(self.text.text()))

    def start_diagnosis(self) -> None:
        """Ask the engine's Python; the report goes into the field and to the clipboard."""
        python = self._settings.engine_python
        if not python and places.interpreter(self._create.path).exists():
            python = str(places.interpreter(self._create.path))
        if not python:
            self._on_report(None, "")
            return
        self.text.setText(tr("Asking {path} …").format(path=python))
        self._probe.start(python, lock.default_pins().imports, diagnose=True)
        self.refresh()

    def start_repair(self) -> None:
        """Install again what is damaged; the section above shows how it goes."""
        self._create.start("--repair")

    def start_removal(self) -> None:
        """Delete the environment, after a question."""
        if self._job is not None or not self.confirm(self._create.path):
            return
        self._engine.stop()
        self._job = InstallJob(self._create.pythons.python, [str(self._create.path), "--remove"])
        self._job.finished.connect(self._on_removed)
        self.destroyed.connect(self._job.cancel)
        self.text.setText(tr("Deleting …"))
        self._job.start()
        self.refresh()

    def confirm(self, path: Path) -> bool:
        """Whether the user wants the folder deleted."""
        text = tr("Delete the engine's environment in {folder}? Indexes and results stay.")
        answer = QMessageBox.question(self, tr("Remove the environment"), text.format(folder=path))
        return answer == QMessageBox.StandardButton.Yes

    def _on_removed(self, outcome: str, text: str) -> None:
        self._job = None
        self.text.setText(tr("The environment was deleted.") if outcome == DONE else text)
        self.refresh()
        self.changed.emit()

    def _on_report(self, report: pythons.Report | None, problem: str) -> None:
        self.report.setPlainText(diagnosis.whole(self._settings, self._engine, report, problem))
        self.report.show()
        self.copy.show()
        self.text.setText(tr("The report is on the clipboard."))
        self._on_copy()
        self.refresh()

    def _on_copy(self) -> None:
        QApplication.clipboard().setText(self.report.toPlainText())
