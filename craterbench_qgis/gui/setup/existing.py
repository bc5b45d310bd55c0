"""Set-up, first choice: a Python the user has. It is run and asked before it is offered."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QGroupBox,
    QHeaderView,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
)

from ...client.environment_jobs import Probe
from ...core.settings import Settings
from ...environment import lock, places, pythons
from ...i18n import tr
from ..layouts import in_column
from .widgets import buttons, file_line, note, shrink_to_rows


class ExistingPython(QGroupBox):
    """Name a Python, check it, use it."""

    chosen = pyqtSignal()
    """The settings name a checked Python now."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(tr("Use an existing Python"))
        self._settings, self._pins = settings, lock.default_pins()
        self._probe = Probe(self)
        self._probe.finished.connect(self._on_report)
        self._checked = ""
        title = tr("The Python that has the engine's packages")
        self.file = file_line(title, settings.existing_python)
        self.file.fileChanged.connect(self._on_path)
        self.check = QPushButton(tr("Check"))
        self.check.setToolTip(tr("Run it and list the versions of what the engine needs"))
        self.check.clicked.connect(self.start_check)
        self.use = QPushButton(tr("Use this Python"), clicked=self._on_use)
        self.busy = QProgressBar(minimum=0, maximum=0, textVisible=False, maximumHeight=6)
        self.answer = note("")
        self.table = QTreeWidget()
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        self.table.setHeaderLabels([tr("Package"), tr("Found"), tr("Tested with")])
        text = tr("One of an environment (venv, conda) that has PyTorch, rasterio and the rest.")
        row = buttons(self.check, self.use)
        in_column(note(text), self.file, row, self.busy, self.answer, self.table, on=self)
        self._on_path()

    def start_check(self) -> None:
        """Run the Python that is named; the answer comes later."""
        path = places.python_of(self.file.filePath().strip())
        if not path:
            return
        if Path(path).is_dir():
            self._show(
                tr(
                    "{path} is a folder without a Python. Choose the environment's own folder."
                ).format(path=path)
            )
            return
        self._show(tr("Running {path} …").format(path=path), busy=True)
        self._checked = path
        self._probe.start(path, self._pins.imports)

    def set_enabled(self, enabled: bool) -> None:
        """While something is installed, nothing is chosen here."""
        self.setEnabled(enabled)

    def _on_path(self, *_: object) -> None:
        self._probe.cancel()
        self._checked = ""
        self.use.setEnabled(False)
        self.check.setEnabled(bool(self.file.filePath().strip()))
        self._show("")

    def _on_report(self, report: pythons.Report | None, text: str) -> None:
        if report is None:
            self._show(tr("This is no Python that can be run: {why}").format(why=text))
            return
        missing = report.missing(self._pins)
        if not report.fits:
            answer = tr(
                "Python {version} ({bits} bit) cannot run the engine. It needs Python {least} to "
                "{most}, 64 bit."
            ).format(version=report.text, bits=report.bits, **lock.VERSIONS)
        elif missing:
            answer = tr(
                "Python {version} lacks {packages}. Install them there yourself, or create an "
                "environment below."
            ).format(version=report.text, packages=", ".join(missing))
        else:
            answer = tr("Python {version} has everything that is needed.").format(
                version=report.text
            )
        self._show(answer)
        self._fill(report)
        self.use.setEnabled(report.fits and not missing)

    def _fill(self, report: pythons.Report) -> None:
        self.table.clear()
        for name, version, tested, problem in report.rows(self._pins):
            shown, state = _state_of(version, tested, problem)
            item = QTreeWidgetItem([name, shown, tested])
            item.setToolTip(1, state)
            bold = item.font(1)
            bold.setBold(bool(problem))
            item.setFont(1, bold)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.table.addTopLevelItem(item)
        header = self.table.header()
        header.setStretchLastSection(True)
        header.resizeSections(QHeaderView.ResizeMode.ResizeToContents)
        shrink_to_rows(self.table)
        self.table.show()

    def _show(self, text: str, busy: bool = False) -> None:
        self.answer.setText(text)
        self.answer.setVisible(bool(text))
        self.busy.setVisible(busy)
        self.table.hide()

    def _on_use(self) -> None:
        if self._checked:
            self._settings.existing_python = self._checked
            self.chosen.emit()


def _state_of(version: str, tested: str, problem: str) -> tuple[str, str]:
    """What the column says, and its tool tip."""
    if not version:
        return tr("missing"), problem
    if problem:
        return tr("{version}, does not load").format(version=version), problem
    # "2.13.0+cpu" is a build of 2.13.0.
    same = version.split("+")[0] == tested
    return version, tr("good") if same else tr("other version than the one tested")
