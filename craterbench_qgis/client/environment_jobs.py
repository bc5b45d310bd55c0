"""Processes around the engine's environment: ask a Python what it is; install, repair, remove."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QObject, QProcess, QTimer, pyqtSignal

from ..environment import install, places, pythons
from ..files import PLUGIN_ROOT
from ..i18n import tr
from . import network
from .launch import Launch
from .lines import LineBuffer

DONE, PROBLEM, CANCELLED, BUSY = "done", "problem", "cancelled", "busy"
_OUTCOMES = {
    install.DONE: DONE, install.PROBLEM: PROBLEM, install.CANCELLED: CANCELLED, install.BUSY: BUSY,
}  # fmt: skip
_RUN = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from craterbench_qgis.environment import install; sys.exit(install.main())"
)
_STEP = re.compile(r"^\[(\d+)/(\d+)\] ")
_PROBLEM = "Problem: "
# pip is given time to delete what it unpacked; see environment.processes.
_KILL_MS = 9000
_QUIT_MS = 6000


class Probe(QObject):
    """Asks one Python what it is and has; nothing is imported into QGIS."""

    finished = pyqtSignal(object, str)
    """environment.pythons.Report or None, and where None: what the program said instead."""

    def __init__(self, parent: QObject | None = None, timeout_s: float = 300.0) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._timer = QTimer(
            self, singleShot=True, interval=int(timeout_s * 1000), timeout=self._too_slow
        )

    @property
    def running(self) -> bool:
        """Whether an answer is still to come."""
        return self._process is not None

    def start(self, python: str, imports: Iterable[str] = (), diagnose: bool = False) -> None:
        """Ask ``python``; a question before that is given up."""
        self.cancel()
        process = QProcess(self)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        arguments = pythons.probe_arguments(imports, diagnose)
        Launch(python, arguments, str(Path.home())).apply(process)
        process.finished.connect(lambda *_: self._over(process))
        process.errorOccurred.connect(lambda _: self._broken(process))
        self._process = process
        self._timer.start()
        process.start()
        process.closeWriteChannel()

    def cancel(self) -> None:
        """Forget the question."""
        process, self._process = self._process, None
        self._timer.stop()
        if process is not None:
            _discard(process)

    def _over(self, process: QProcess) -> None:
        # With the panel the process goes too, and says so as it goes.
        if process is not self._process or sip.isdeleted(process):
            return
        text = bytes(process.readAllStandardOutput()).decode("utf-8", "replace")
        report = pythons.read_report(text)
        self._answer(report, "" if report else text.strip()[-2000:] or tr("It says nothing."))

    def _broken(self, process: QProcess) -> None:
        if process is not self._process or sip.isdeleted(process):
            return
        if process.state() == QProcess.ProcessState.NotRunning:
            self._answer(None, process.errorString())

    def _too_slow(self) -> None:
        self._answer(None, tr("It does not answer."))

    def _answer(self, report: pythons.Report | None, text: str) -> None:
        self.cancel()
        self.finished.emit(report, text)


_running: set[QObject] = set()
"""Jobs under way. The application owns only their C++ half: without this their Python half, which
reads and reports, would go with the panel that started them."""


class InstallJob(QObject):
    """One run of ``environment.install``. It belongs to the application and deletes itself, so
    that a closed panel ends it in order instead of killing it."""

    lines = pyqtSignal(list)
    """Lines of its log, a few times a second."""
    step = pyqtSignal(int, int)
    """Step number and how many there are."""
    finished = pyqtSignal(str, str)
    """``done``, ``problem``, ``cancelled`` or ``busy``, and a sentence."""

    def __init__(self, python: str, arguments: list[str]) -> None:
        super().__init__(QCoreApplication.instance())
        self._hidden = network.secrets()
        self._buffer = LineBuffer()
        self._problem = ""
        self._waiting: list[str] = []
        self._over = self._asked = self._begun = False
        self._process = QProcess(self)
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        command = ["-I", "-X", "utf8", "-c", _RUN, str(PLUGIN_ROOT), *arguments]
        environ = {**places.clean_environ(), **network.proxy_environ()}
        Launch(python, command, str(Path.home()), environ).apply(self._process)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(lambda *_: self._end(None))
        self._process.errorOccurred.connect(self._on_error)
        self._flush_timer = QTimer(self, interval=150, timeout=self._flush)
        self._kill_timer = QTimer(self, singleShot=True, timeout=self._process.kill)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self._quit)

    def start(self) -> None:
        """Begin; returns at once."""
        if self._asked:  # cancelled before it began
            self._end(None)
            return
        self._begun = True
        _running.add(self)
        self._process.start()
        self._flush_timer.start()

    def cancel(self) -> None:
        """Stop it with everything it started: the end of its input tells it to."""
        if not self._asked and not self._over:
            self._asked = True
            self._process.closeWriteChannel()
            self._kill_timer.start(_KILL_MS)

    @property
    def pid(self) -> int:
        """Its process number."""
        return int(self._process.processId() or 0)

    def _quit(self) -> None:
        self.cancel()
        self._process.waitForFinished(_QUIT_MS)

    def _read(self) -> None:
        self._buffer.feed(bytes(self._process.readAllStandardOutput()))
        while self._buffer:
            line = self._buffer.take().decode("utf-8", "replace").rstrip()
            line = network.masked(line, self._hidden)
            self._waiting.append(line)
            if line.startswith(_PROBLEM):
                self._problem = line[len(_PROBLEM) :]
            step = _STEP.match(line)
            if step:
                self._flush()
                self.step.emit(int(step.group(1)), int(step.group(2)))

    def _flush(self) -> None:
        if self._waiting:
            lines, self._waiting = self._waiting, []
            self.lines.emit(lines)

    def _on_error(self, _: QProcess.ProcessError) -> None:
        if self._process.state() == QProcess.ProcessState.NotRunning:
            self._end(self._process.errorString())

    def _end(self, error: str | None) -> None:
        if self._over:
            return
        self._over = True
        self._flush_timer.stop()
        self._kill_timer.stop()
        self._read()
        self._flush()
        normal = self._process.exitStatus() == QProcess.ExitStatus.NormalExit
        outcome = _OUTCOMES.get(self._process.exitCode(), PROBLEM) if normal else PROBLEM
        if error is not None:
            outcome, self._problem = PROBLEM, error
        elif self._asked and (outcome != DONE or not self._begun):
            outcome = CANCELLED
        text = self._problem or {
            DONE: tr("The engine's environment is ready."),
            CANCELLED: tr("Stopped. What is there is kept; it can go on where it stopped."),
        }.get(outcome, tr("The installation ended unexpectedly; its log tells more."))
        self.finished.emit(outcome, text)
        _running.discard(self)
        self.deleteLater()


def _discard(process: QProcess) -> None:
    """Kill ``process`` and delete it once it is gone, without waiting."""
    if process.state() == QProcess.ProcessState.NotRunning:
        process.deleteLater()
        return
    process.finished.connect(process.deleteLater)
    process.kill()
