"""A build that runs in the engine, whether its dialog is open or not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsProxyProgressTask
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract.build import BuildParams, BuildReply
from ...contract.methods import BUILD
from ...contract.records import Json
from ...contract.wire import Progress
from ...core.settings import Settings
from ...i18n import tr
from .estimate import remember_rate

RUNNING, DONE, CANCELLED, FAILED = "running", "done", "cancelled", "failed"
_PENDING_KEY = "build/pending"
_PENDING_LIMIT = 30
# A rate from fewer views than this says nothing about the next build.
_VIEWS_TO_TIME = 100


class BuildJob(QObject):
    """A build in the engine. Shown in QGIS's task manager too, where it can be cancelled as well.

    ``state``: running, done, cancelled or failed; ``message``: why it failed; ``result``: the
    engine's answer once it is done; ``progress``: the last one, or None.
    """

    progressed = pyqtSignal(object)
    """Progress."""
    ended = pyqtSignal(str)
    """The state: done, cancelled or failed."""

    def __init__(
        self,
        engine: EngineService,
        settings: Settings,
        params: BuildParams,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._settings = settings
        self.params = params
        self.state = RUNNING
        self.message = ""
        self.result: BuildReply | None = None
        self.progress: Progress | None = None
        self._call: AnyCall | None = None
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
            BUILD, self.params, self._on_done, self._on_failed, self._on_progress, owner=self
        )

    def cancel(self) -> None:
        """Ask the engine to stop; what it has committed stays."""
        if self.state == RUNNING and self._call is not None:
            self._call.cancel()

    def close(self) -> None:
        """Take the task out of QGIS's list; for the plugin's end."""
        self._end_task(self.state == DONE)

    def _on_progress(self, progress: Progress) -> None:
        self.progress = progress
        if self._task is not None and progress.total:
            self._task.setProxyProgress(progress.percent)
        self.progressed.emit(progress)

    def _on_done(self, result: BuildReply) -> None:
        self.result = result
        forget_pending(self._settings, self.params.output)
        if result.encoded >= _VIEWS_TO_TIME and result.seconds > 0:
            rate = result.encoded / result.seconds
            remember_rate(self._settings, self.params.encoder or "", rate)
        self._end(DONE)

    def _on_failed(self, error: CallError) -> None:
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


def pending_builds(settings: Settings) -> dict[str, BuildParams]:
    """Builds that were started and not finished, by output folder."""
    try:
        stored = json.loads(settings.value(_PENDING_KEY, "") or "{}")
        return {path: BuildParams.from_json(_current(params)) for path, params in stored.items()}
    except (ValueError, AttributeError, TypeError):
        return {}


def _current(params: Json) -> Json:
    """The parameters as they are now; version 0.1 had no records within them."""
    if not isinstance(params.get("catalogue"), str):
        return params
    catalogue = {name: params.get(name) for name in ("layer", "body")}
    catalogue.update(path=params["catalogue"], columns=params.get("columns") or {})
    names = ("min_diameter_m", "max_diameter_m", "region")
    known = {name: value for name, value in params.items() if value is not None}
    return {**known, "catalogue": catalogue, "selection": {n: params.get(n) for n in names}}


def remember_pending(settings: Settings, params: BuildParams) -> None:
    """So that it can be resumed after QGIS was closed."""
    known = pending_builds(settings)
    known.pop(params.output, None)
    known[params.output] = params
    _store(settings, known)


def forget_pending(settings: Settings, output: str) -> None:
    """It is finished, or gone."""
    known = pending_builds(settings)
    if known.pop(output, None) is not None:
        _store(settings, known)


def _store(settings: Settings, known: dict[str, BuildParams]) -> None:
    latest = list(known.items())[-_PENDING_LIMIT:]
    settings.set_value(
        _PENDING_KEY, json.dumps({path: params.to_json() for path, params in latest})
    )
