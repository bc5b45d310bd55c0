"""Set-up, second choice: make an environment. The button is the consent to download."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from qgis.PyQt.QtCore import QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QApplication,
    QGroupBox,
    QLabel,
    QProgressBar,
    QPushButton,
    QRadioButton,
)

from ...client.environment_jobs import BUSY, CANCELLED, DONE, InstallJob
from ...core.settings import Settings
from ...environment import lock, places
from ...files import PLUGIN_ROOT
from ...i18n import tr
from ..layouts import in_column
from .options import NetworkOptions
from .pythons import BasePythons, FindPythons
from .widgets import buttons, file_line, log_view, note

_ENGINE_END_MS = 3500


class CreateEnvironment(QGroupBox):
    """Folder, Python, CPU or CUDA, then one button.

    ``more``: further arguments of ``environment.install`` (tests name other pins).
    """

    completed = pyqtSignal()
    """The environment is complete and checked."""
    running = pyqtSignal(bool)
    """An installation began or ended."""
    wants_engine_stopped = pyqtSignal()
    """Files of the environment are about to change."""

    def __init__(
        self, settings: Settings, more: tuple[str, ...] = (), candidates: FindPythons | None = None
    ) -> None:
        super().__init__(tr("Create an environment"))
        self._settings, self._more = settings, list(more)
        self.job: InstallJob | None = None
        self._began = 0.0
        self._step = ""
        title = tr("Folder for the engine's environment")
        self.folder = file_line(title, settings.engine_folder, folder=True)
        self.folder.fileChanged.connect(self.refresh)
        self.pythons = BasePythons(candidates)
        self.pythons.changed.connect(self.refresh)
        self.cpu = QRadioButton(tr("For the processor (CPU)"), toolTip=tr("Works everywhere"))
        self.cuda = QRadioButton(tr("For an NVIDIA card (CUDA)"))
        self.cuda.setToolTip(tr("Builds indexes faster; needs NVIDIA's driver"))
        self.cuda.setVisible(sys.platform != "darwin")
        (self.cuda if settings.cuda else self.cpu).setChecked(True)
        self.cpu.toggled.connect(self.refresh)
        self.network = NetworkOptions(settings)
        self.network.wheels.fileChanged.connect(self.refresh)
        self.consent, self.hint, self.status = note(""), note(""), note("")
        self.go, self.stop = QPushButton(), QPushButton(tr("Cancel"))
        self.go.setObjectName("CraterBenchInstall")
        self.copy = QPushButton(tr("Copy log"))
        self.go.clicked.connect(lambda: self.start())
        self.stop.clicked.connect(self.cancel)
        self.bar = QProgressBar(textVisible=False)
        self.log = log_view()
        self.copy.clicked.connect(self._on_copy)
        self._clock = QTimer(self, interval=1000, timeout=self._show_status)
        self._lay_out()
        for widget in (self.bar, self.log, self.stop, self.copy, self.status):
            widget.hide()
        self.refresh()

    def _lay_out(self) -> None:
        in_column(
            QLabel(tr("Folder:")), self.folder, QLabel(tr("Made with:")), self.pythons, self.hint,
            self.cpu, self.cuda, self.network, self.consent,
            buttons(self.go, self.stop, self.copy), self.bar, self.status, self.log,
            on=self,
        )  # fmt: skip

    @property
    def path(self) -> Path:
        """The folder named."""
        return Path(self.folder.filePath().strip() or self._settings.engine_folder)

    def state(self) -> str:
        """missing, partial, ready or stale; missing where the folder cannot be read."""
        try:
            return places.state_of(self.path).name
        except OSError:
            return places.MISSING

    def problem(self) -> str:
        """Why this folder will not do, "" where it will."""
        path = self.path
        plugin = PLUGIN_ROOT
        if not path.is_absolute():
            return tr("Name the folder with its whole path.")
        if plugin == path or plugin in path.parents or "python/plugins" in path.as_posix():
            return tr("Name a folder outside the plugins' folder: an update would delete it.")
        try:
            foreign = places.foreign_entries(path)
        except OSError as error:
            return tr("This folder cannot be read: {why}").format(why=error.strerror or error)
        if foreign:
            return tr("This folder holds other things ({names}). Name a new or empty one.").format(
                names=", ".join(foreign[:3])
            )
        return ""

    def refresh(self, *_: object) -> None:
        """Say again what will happen and whether it can."""
        state, problem = self.state(), self.problem()
        text = {
            places.PARTIAL: tr("Go on installing"),
            places.STALE: tr("Update"),
            places.READY: tr("Use this environment"),
        }.get(state, tr("Download and install"))
        if self.network.wheels.filePath().strip() and state == places.MISSING:
            text = tr("Install from the folder")
        self.go.setText(text)
        busy = self.job is not None
        can = bool(self.pythons.python) or state == places.READY
        used = self._settings.engine_python == str(places.interpreter(self.path))
        self.go.setEnabled(can and not problem and not busy and not used)
        self.go.setVisible(not busy and not used)
        self.consent.setText(problem or self._consent(state))
        hint = ""
        if self.pythons.searched and not self.pythons.python:
            hint = tr(
                "No Python {least} to {most} with its venv module was found. Install one "
                "(python.org; Debian: apt-get install python3-venv) and name it with “…”."
            ).format(**lock.VERSIONS)
            hint = "\n".join([hint, *self.pythons.problems[:4]])
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))

    def start(self, *arguments: str) -> None:
        """Begin to install, go on, update; or use what is complete. The button is the consent."""
        if self.job is not None:
            return
        if self.state() == places.READY and not arguments:
            self._take_over()
            return
        self._settings.cuda = self.cuda.isChecked()
        self.wants_engine_stopped.emit()
        options = ["--live", "--watch-input", "--no-fallback"]
        options += [*self.network.arguments(), *self._more, *arguments]
        if self.cuda.isChecked():
            options.append("--cuda")
        self.job = InstallJob(self.pythons.python, [str(self.path), *options])
        self.job.lines.connect(self._on_lines)
        self.job.step.connect(self._on_step)
        self.job.finished.connect(self._on_finished)
        # The job outlives this widget, so that it can end in order.
        self.destroyed.connect(self.job.cancel)
        self.log.clear()
        self.bar.setRange(0, 0)
        self._began, self._step = time.monotonic(), tr("Starting …")
        self._show_running(True)
        # Windows replaces no file that the engine, which is just ending, holds open.
        QTimer.singleShot(_ENGINE_END_MS if sys.platform == "win32" else 0, self.job.start)

    def cancel(self) -> None:
        """Stop the installation and what it started."""
        if self.job is not None:
            self.stop.setEnabled(False)
            self._step = tr("Stopping …")
            self._show_status()
            self.job.cancel()

    def _on_step(self, number: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(number - 1)
        names = [
            tr("Creating the environment"), tr("Downloading and installing PyTorch"),
            tr("Downloading and installing the other packages"), tr("Installing torchvision"),
            tr("Compiling hnswlib (optional)"), tr("Trying every package"),
        ]  # fmt: skip
        name = names[number - 1] if number <= len(names) else ""
        self._step = tr("Step {number} of {total}: {name}").format(
            number=number, total=total, name=name
        )
        self._show_status()

    def _on_lines(self, lines: list[str]) -> None:
        self.log.appendPlainText("\n".join(lines))

    def _on_finished(self, outcome: str, text: str) -> None:
        self.job = None
        self._show_running(False)
        self.status.setText(text)
        self.status.show()
        self.copy.setVisible(outcome != DONE)
        self.log.setVisible(outcome not in (DONE, CANCELLED, BUSY))
        self.refresh()
        if outcome == DONE and self.state() == places.READY:
            self._take_over()

    def _take_over(self) -> None:
        self._settings.engine_folder = str(self.path)
        self._settings.existing_python = ""
        self.completed.emit()

    def _show_running(self, on: bool) -> None:
        for widget in (self.folder, self.pythons, self.cpu, self.cuda, self.network, self.go):
            widget.setEnabled(not on)
        for widget in (self.bar, self.stop, self.status, self.log, self.copy):
            widget.setVisible(on)
        self.stop.setEnabled(on)
        self.go.setVisible(not on)
        self.consent.setVisible(not on)
        (self._clock.start if on else self._clock.stop)()
        self._show_status() if on else None
        self.running.emit(on)

    def _show_status(self) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        self.status.setText(
            tr("{step} ({minutes}:{seconds} min)").format(
                step=self._step, minutes=minutes, seconds=f"{seconds:02d}"
            )
        )

    def _consent(self, state: str) -> str:
        if state == places.READY:
            return tr("The environment in this folder is complete.")
        size, free = lock.size(self.cuda.isChecked()), _free_mb(self.path)
        if self.network.wheels.filePath().strip():
            text = tr(
                "Nothing is downloaded. The folder takes about {disk} GB; {free} GB are free there."
            )
        elif state == places.STALE:
            text = tr(
                "Another version of CraterBench made it. What changed is downloaded, at most about "
                "{download} GB; {free} GB are free there."
            )
        else:
            text = tr(
                "About {download} GB are downloaded from pypi.org and download.pytorch.org, and "
                "the folder takes about {disk} GB; {free} GB are free there. Nothing is downloaded "
                "before you press the button."
            )
        if state == places.PARTIAL:
            text = tr("An installation was interrupted here; it can go on.") + " " + text
        text = text.format(
            download=_gb(size.download_mb), disk=_gb(size.disk_mb), free=_gb(free) if free else "?"
        )
        if free and free < size.needed_mb:
            text += " " + tr("That is not enough: {needed} GB are needed while installing.").format(
                needed=_gb(size.needed_mb)
            )
        return text

    def _on_copy(self) -> None:
        QApplication.clipboard().setText(self.status.text() + "\n\n" + self.log.toPlainText())


def _gb(megabytes: int) -> str:
    value = megabytes / 1000
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _free_mb(path: Path) -> int:
    """Free space where ``path`` is or will be; 0 where that is not known."""
    for folder in (path, *path.parents):
        try:
            return shutil.disk_usage(str(folder)).free // 10**6
        except OSError:
            continue
    return 0
