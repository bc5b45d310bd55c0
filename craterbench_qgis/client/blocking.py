"""The engine for code that may wait: Processing algorithms in worker threads, and qgis_process."""

from __future__ import annotations

import time
from collections.abc import Callable

from qgis.core import QgsFeedback
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QEventLoop, QTimer

from ..contract.methods import Method
from .call_book import Limits
from .calls import P, R, ShowProgress, cancelled_error
from .engine import Engine, EngineState, MakeLaunch
from .failure import ENGINE_GONE, CallError, EngineFailure
from .launch import EngineSettings
from .service import AnyCall

_POLL_MS = 100
_CANCEL_S = 0.5


class EngineCallError(Exception):
    """A call gave no result. ``str()`` is for the user; ``report``: all that is known."""

    def __init__(self, error: CallError, report: str = "") -> None:
        super().__init__(error.message)
        self.code, self.kind, self.cancelled = error.code, error.kind, error.cancelled
        self.report = report


class BlockingEngine:
    """An engine of its own: ``with BlockingEngine(settings, feedback) as engine``.

    It is an :class:`.engine.Engine` in the thread that uses it, with a local event loop while it
    waits. ``feedback``: its cancel ends the waiting within a second.

    Raises
    ------
    EngineCallError
        also when no engine is set up or it does not start.
    """

    def __init__(
        self,
        settings: EngineSettings | None,
        feedback: QgsFeedback | None = None,
        *,
        launch: MakeLaunch | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._settings, self._launch = settings, launch
        self._limits = limits or Limits()
        self._feedback = feedback
        self._loop: QEventLoop | None = None
        self._engine: Engine | None = None
        self._failure: EngineFailure | None = None

    @property
    def engine(self) -> Engine:
        """The engine that is waited for. EngineCallError where it was ended."""
        if self._engine is None:
            raise EngineCallError(cancelled_error())
        return self._engine

    @property
    def session_folder(self) -> str:
        """Where the engine puts pictures; gone after the ``with``."""
        return self._engine.session_folder if self._engine else ""

    def __enter__(self) -> BlockingEngine:
        # Before the engine: a worker thread has no dispatcher for timers without an event loop.
        self._loop = QEventLoop()
        self._engine = Engine(self._settings, launch=self._launch, limits=self._limits)
        self._engine.failed.connect(self._on_failure)
        try:
            self._engine.start()
            self._wait(lambda: self.engine.state is not EngineState.STARTING)
            failure = self._engine.last_failure
            if failure is not None:
                error = CallError(ENGINE_GONE, failure.summary, failure.kind)
                raise EngineCallError(error, failure.report)
        except BaseException:
            self._end(at_once=True)
            raise
        return self

    def __exit__(self, *raised: object) -> None:
        # What was being done is given up: nobody waits for the engine's farewell.
        self._end(at_once=any(value is not None for value in raised))

    def call(
        self,
        method: Method[P, R],
        params: P,
        progress: ShowProgress = None,
        timeout_s: float | None = None,
    ) -> R:
        """The result of ``method``; ``timeout_s`` as in Engine.call. Raises EngineCallError."""
        results: list[R] = []
        errors: list[CallError] = []

        def done(result: R) -> None:
            results.append(result)
            self._wake()

        def failed(error: CallError) -> None:
            errors.append(error)
            self._wake()

        self._failure = None
        call = self.engine.call(method, params, done, failed, progress, timeout_s)
        self._wait(lambda: call.finished, call)
        if errors:
            raise EngineCallError(errors[0], self._failure.report if self._failure else "")
        return results[0]

    def _wait(self, is_over: Callable[[], bool], call: AnyCall | None = None) -> None:
        """Run the event loop until ``is_over()``. EngineCallError where the user cancelled."""
        if self._loop is None:
            raise EngineCallError(cancelled_error())
        poll = QTimer(timeout=self._wake)
        poll.start(_POLL_MS)
        cancelled: float | None = None
        while not is_over():
            self._loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
            now = time.monotonic()
            if cancelled is None and self._feedback is not None and self._feedback.isCanceled():
                cancelled = now
                if call is not None:
                    call.cancel()
            # The thread is free within a second; an engine of its own is not worth a wait.
            if cancelled is not None and (call is None or now - cancelled > _CANCEL_S):
                self._end(at_once=True)
                raise EngineCallError(cancelled_error())

    def _wake(self) -> None:
        if self._loop is not None:
            self._loop.quit()

    def _on_failure(self, failure: EngineFailure) -> None:
        self._failure = failure
        self._wake()

    def _end(self, at_once: bool = False) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.stop(wait=True, at_once=at_once)
            # Here: Python's garbage collector might do it in another thread.
            sip.delete(engine)
