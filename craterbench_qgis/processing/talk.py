"""The engine as algorithms use it: a process of their own, progress told in words, quick cancel."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingException

from ..client.blocking import BlockingEngine, EngineCallError
from ..client.calls import Progress
from ..core.settings import Settings
from ..i18n import tr
from ..protocol import PROGRESS, IndexInfo, Json
from .progress import Reporter


class AlgorithmEngine(BlockingEngine):
    """``with AlgorithmEngine(feedback, reporter) as engine``; see BlockingEngine.

    ``reporter`` hears the progress of calls made with :meth:`call_long`.
    """

    def __init__(self, feedback: Any, reporter: Reporter) -> None:
        self.settings = Settings()
        super().__init__(self.settings, _OnlyCancel(feedback))
        self._reporter = reporter
        self._listening = False

    def call_long(self, method: str, params: Json) -> Json:
        """The result of ``method``; its progress goes to the reporter."""
        self._listening = True
        try:
            return self.call(method, params)
        finally:
            self._listening = False

    def index_info(self, path: str) -> IndexInfo:
        """What is known of the index at ``path``, without loading its encoder."""
        return IndexInfo.from_json(self.call("index.describe", {"path": path}))

    def open_index(self, path: str, device: str) -> IndexInfo:
        """Load the index and its encoder."""
        return IndexInfo.from_json(self.call_long("index.open", {"path": path, "device": device}))

    def _messages(self) -> list[Json]:
        found = super()._messages()
        if self._listening:
            for message in found:
                params = message.get("params")
                if message.get("method") == PROGRESS and isinstance(params, dict):
                    self._reporter.show(Progress.from_params(params))
        return found

    def __enter__(self) -> AlgorithmEngine:
        super().__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        # What was being done is given up: nobody waits for the engine's farewell.
        self._end(at_once=any(one is not None for one in raised))


class _OnlyCancel:
    """The cancel of a feedback without its progress, which the reporter tells."""

    def __init__(self, feedback: Any) -> None:
        self._feedback = feedback

    def isCanceled(self) -> bool:
        return bool(self._feedback.isCanceled())

    def setProgress(self, percent: float) -> None:
        return


def failure_of(error: EngineCallError, feedback: Any) -> QgsProcessingException:
    """The exception Processing shows; what else is known goes to the log."""
    if error.report:
        feedback.pushDebugInfo(error.report)
    return QgsProcessingException(str(error))


def check_cancelled(feedback: Any) -> None:
    """Raise when the user has cancelled."""
    if feedback.isCanceled():
        raise QgsProcessingException(tr("Cancelled."))
