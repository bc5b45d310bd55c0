"""The engine's process in QGIS: lines in, lines out, ended without ever waiting."""

from __future__ import annotations

import time

from qgis.PyQt.QtCore import QObject, QProcess, QTimer, pyqtSignal

from ..i18n import tr
from .launch import Launch
from .lines import LineBuffer, LogKeeper

# How long one turn of the event loop may handle lines, and how an engine is asked to end.
_TURN_S = 0.012
_TERMINATE_MS, _KILL_MS = 1500, 3000


class EngineProcess(QObject):
    """One run of the engine."""

    line = pyqtSignal(object)
    """One line of its stdout, as bytes."""
    ended = pyqtSignal()
    """It is gone, or could not be started; all its lines were handed out before."""

    def __init__(self, launch: Launch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.launch = launch
        self.log = LogKeeper()
        self.over = False
        self._lines = LineBuffer()
        self._how = ""
        self._gone = False
        self._waiting = False
        self._process = QProcess(self)
        launch.apply(self._process)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_log)
        self._process.errorOccurred.connect(self._on_error)
        self._process.finished.connect(self._on_finished)
        self._stages = QTimer(self, singleShot=True, timeout=self._harder)

    def start(self) -> None:
        """Start it; returns at once."""
        self._process.start()

    def write(self, data: bytes) -> None:
        """Queue ``data`` for its stdin."""
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.write(data)

    def end(self) -> None:
        """Ask it to end: first by closing its stdin, then by signal, then for good."""
        if self._gone:
            return
        self._process.closeWriteChannel()
        if not self._stages.isActive():
            self._stages.start(_TERMINATE_MS)

    def kill(self) -> None:
        """End it for good; returns at once."""
        self._stages.stop()
        self._process.kill()

    def end_and_wait(self, patience_ms: int) -> bool:
        """For unloading only: ask, wait ``patience_ms``, then kill. Whether it is gone."""
        off = QProcess.ProcessState.NotRunning
        if self._process.state() == off:
            return True
        self._process.closeWriteChannel()
        if not self._process.waitForFinished(patience_ms) and self._process.state() != off:
            self._process.kill()
            self._process.waitForFinished(2000)
        return self._process.state() == off

    @property
    def pid(self) -> int:
        """Its process number, 0 where it does not run."""
        return int(self._process.processId() or 0)

    def how_it_ended(self) -> str:
        """A phrase for the user: exit code, signal, or why it did not start."""
        return self._how

    def _read(self) -> None:
        self._lines.feed(bytes(self._process.readAllStandardOutput()))
        self._hand_out()

    def _read_log(self) -> None:
        self.log.feed(bytes(self._process.readAllStandardError()))

    def _hand_out(self) -> None:
        """Hand lines out for a moment; the rest in the next turn, so that QGIS can draw."""
        end = time.perf_counter() + _TURN_S
        try:
            while self._lines and time.perf_counter() < end:
                self.line.emit(self._lines.take())
        finally:
            if self._lines:
                self._later()
            elif self._gone and not self.over:
                self.over = True
                self.ended.emit()

    def _later(self) -> None:
        if not self._waiting:
            self._waiting = True
            QTimer.singleShot(0, self._again)

    def _again(self) -> None:
        self._waiting = False
        self._hand_out()

    def _harder(self) -> None:
        if self._gone:
            return
        self._process.terminate()
        QTimer.singleShot(_KILL_MS - _TERMINATE_MS, self.kill)

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._how = self._process.errorString()
            self._finish()

    def _on_finished(self) -> None:
        code = self._process.exitCode()
        crashed = self._process.exitStatus() == QProcess.ExitStatus.CrashExit
        self._how = (
            tr("killed by signal {code}") if crashed and 0 < code < 65 else
            tr("crashed") if crashed else tr("exit code {code}")
        ).format(code=code)  # fmt: skip
        self._read_log()
        self._lines.feed(bytes(self._process.readAllStandardOutput()))
        self._finish()

    def _finish(self) -> None:
        self._gone = True
        self._stages.stop()
        # Not within QProcess's own call: start() may report a failure before it returns.
        self._later()
