"""The engine as algorithms use it: a process of their own, its progress reported, quick cancel."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingException

from ..client.blocking import BlockingEngine, EngineCallError
from ..client.calls import P, R
from ..contract.build import IndexInfo, IndexParams, OpenParams
from ..contract.methods import DESCRIBE_INDEX, OPEN_INDEX, Method
from ..core.settings import Settings
from ..i18n import tr
from .progress import Reporter


class AlgorithmEngine(BlockingEngine):
    """``with AlgorithmEngine(feedback, reporter) as engine``; see BlockingEngine.

    ``reporter`` hears the progress of calls made with :meth:`call_long`.
    """

    def __init__(self, feedback: Any, reporter: Reporter) -> None:
        self.settings = Settings()
        super().__init__(self.settings, feedback)
        self._reporter = reporter

    def __enter__(self) -> AlgorithmEngine:
        super().__enter__()
        return self

    def call_long(self, method: Method[P, R], params: P) -> R:
        """The result of ``method``; its progress goes to the reporter."""
        return self.call(method, params, self._reporter.show)

    def index_info(self, path: str) -> IndexInfo:
        """What is known of the index at ``path``, without loading its encoder."""
        return self.call(DESCRIBE_INDEX, IndexParams(path))

    def open_index(self, path: str, device: str) -> IndexInfo:
        """Load the index and its encoder."""
        return self.call_long(OPEN_INDEX, OpenParams(path, device))


def failure_of(error: EngineCallError, feedback: Any) -> QgsProcessingException:
    """The exception Processing shows; what else is known goes to the log."""
    if error.report:
        feedback.pushDebugInfo(error.report)
    return QgsProcessingException(str(error))


def check_cancelled(feedback: Any) -> None:
    """Raise when the user has cancelled."""
    if feedback.isCanceled():
        raise QgsProcessingException(tr("Cancelled."))
