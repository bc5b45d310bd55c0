"""A build that runs in the engine, whether its dialog is open or not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsProxyProgressTask
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...i18n import tr
from ...protocol import BuildParams, ProtocolError
from .estimate import remember_rate

RUNNING, DONE, CANCELLED, FAILED = "running", "done", "cancelled", "failed"
_PENDING_KEY = "build/pending"
_PENDING_LIMIT = 30
# A rate from fewer views than this says nothing about the next build.
_VIEWS_TO_TIME = 100


class BuildJob(QObject):
    """One ``index.build``. Shown in QGIS's task manager too, where it can be cancelled as well.

    ``state``: running, done, cancelled or failed; ``message``: why it failed; ``result``: the
    engine's answer; ``progress``: the last one, or None.
    """

    progressed = pyqtSignal(object)
    """Progress: stage, done, total, rate, seconds_left."""
    ended = pyqtSignal(str)
    """The state: done, cancelled or failed."""

    def __init__(
        self, engine: Any, settings: Any, params: BuildParams, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._settings = settings
        self.params = params
        self.state = RUNNING
        self.message = ""
        self.result: dict[str, Any] = {}
        self.progress: Any = None
        self._call: Any = None
        self._task: Any = None

    @property
    def name(self) -> str:
        """The index's name."""
        return Path(self.params.output).name

    def start(self) -> None:
        """Send it; the answers come as signals."""
        remember_pending(self._settings, self.params)
        self._start_task()
        self._call = self._engine.call(
            "index.build",
            self.params.to_json(),
            done=self._on_done,
            failed=self._on_failed,
            progress=self._on_progress,
            owner=self,
        )

    def cancel(self) -> None:
        """Ask the engine to stop; what it has committed stays."""
        if self.state == RUNNING and self._call is not None:
            self._call.cancel()

    def close(self) -> None:
        """Take the task out of QGIS's list; for the plugin's end."""
        self._end_task(self.state == DONE)

    def _on_progress(self, progress: Any) -> None:
        self.progress = progress
        if self._task is not None and progress.total:
            self._task.setProxyProgress(100.0 * progress.done / progress.total)
        self.progressed.emit(progress)

    def _on_done(self, result: dict[str, Any]) -> None:
        self.result = result
        forget_pending(self._settings, self.params.output)
        encoded, seconds = int(result.get("encoded") or 0), float(result.get("seconds") or 0.0)
        if encoded >= _VIEWS_TO_TIME and seconds > 0:
            remember_rate(self._settings, self.params.encoder or "", encoded / seconds)
        self._end(DONE)

    def _on_failed(self, error: Any) -> None:
        self.message = error.message
        self._end(CANCELLED if error.cancelled else FAILED)

    def _end(self, state: str) -> None:
        self.state = state
        self._end_task(state == DONE)
        self.ended.emit(state)

    def _start_task(self) -> None:
        title = tr("CraterBench: building {name}").format(name=self.name)
        try:
            self._task = QgsProxyProgressTask(title, True)
            self._task.canceled.connect(self.cancel)
        except TypeError:  # QGIS before 3.26 cannot ask a proxy task to be cancelled
            self._task = QgsProxyProgressTask(title)
        QgsApplication.taskManager().addTask(self._task)

    def _end_task(self, fine: bool) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.finalize(fine)


def pending_builds(settings: Any) -> dict[str, BuildParams]:
    """Builds that were started and not finished, by output folder."""
    try:
        stored = json.loads(settings.value(_PENDING_KEY, "") or "{}")
        return {path: BuildParams.from_json(params) for path, params in stored.items()}
    except (ValueError, AttributeError, TypeError, ProtocolError):
        return {}


def remember_pending(settings: Any, params: BuildParams) -> None:
    """So that it can be resumed after QGIS was closed."""
    known = pending_builds(settings)
    known.pop(params.output, None)
    known[params.output] = params
    _store(settings, known)


def forget_pending(settings: Any, output: str) -> None:
    """It is finished, or gone."""
    known = pending_builds(settings)
    if known.pop(output, None) is not None:
        _store(settings, known)


def _store(settings: Any, known: dict[str, BuildParams]) -> None:
    latest = list(known.items())[-_PENDING_LIMIT:]
    settings.set_value(_PENDING_KEY, json.dumps({path: one.to_json() for path, one in latest}))
