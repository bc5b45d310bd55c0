"""The engine for code that may wait: Processing algorithms in worker threads, and qgis_process."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from qgis.core import Qgis
from qgis.PyQt.QtCore import QProcess

from .. import __version__
from ..i18n import tr
from ..protocol import (
    CANCEL,
    PROGRESS,
    PROTOCOL,
    Hello,
    Json,
    ProtocolError,
    decode,
    encode,
    notification,
    request,
)
from . import failure as kinds
from .call_book import PING, Limits
from .calls import Progress, cancelled_error, default_limit
from .failure import ENGINE_GONE, TIMED_OUT, CallError, Facts
from .greeting import check_hello
from .launch import Launch, settings_launch
from .lines import LineBuffer, LogKeeper
from .session_folder import SessionFolder

_SLICE_MS = 100
_GOODBYE_MS = 1500


class EngineCallError(Exception):
    """A call gave no result. ``str()`` is for the user; ``report``: all that is known."""

    def __init__(self, error: CallError, report: str = "") -> None:
        super().__init__(error.message)
        self.code, self.kind, self.cancelled = error.code, error.kind, error.cancelled
        self.report = report


class BlockingEngine:
    """An engine process of its own: ``with BlockingEngine(settings, feedback) as engine``.

    Needs no event loop; use it in one thread. ``settings``: core.settings.Settings; ``feedback``:
    QgsFeedback or QgsProcessingFeedback, whose cancel ends the waiting within a second.

    Raises
    ------
    EngineCallError
        also when no engine is set up or it does not start.
    """

    def __init__(
        self,
        settings: Any,
        feedback: Any = None,
        *,
        launch: Callable[[str], Any] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._make_launch = launch or (lambda session: settings_launch(settings, session))
        self._limits = limits or Limits()
        self._feedback = feedback
        self._process: QProcess | None = None
        self._launch: Launch | None = None
        self._session: SessionFolder | None = None
        self._lines, self._log = LineBuffer(), LogKeeper()
        self._number = 0
        self._heard = 0.0
        self._garbage: list[str] = []
        self._now = ""
        self.hello: Hello | None = None

    @property
    def session_folder(self) -> str:
        """Where the engine puts pictures; gone after the ``with``."""
        return str(self._session.path) if self._session else ""

    def __enter__(self) -> BlockingEngine:
        self._session = SessionFolder()
        try:
            self._start()
        except BaseException:
            self._end(at_once=True)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def call(
        self, method: str, params: Json, feedback: Any = None, timeout_s: float | None = None
    ) -> Json:
        """The result of ``method``.

        ``timeout_s``: how long it may go without a sign of progress, 0 for ever, None for the
        method's default. Raises EngineCallError.
        """
        limit = default_limit(method) if timeout_s is None else timeout_s
        answer = self._ask(method, params, feedback or self._feedback, limit)
        if "error" in answer:
            raise EngineCallError(CallError.from_answer(answer["error"]))
        result = answer.get("result")
        if not isinstance(result, dict):
            raise EngineCallError(CallError(-32603, tr("The engine's answer cannot be read.")))
        return result

    def _start(self) -> None:
        self._launch = self._make_launch(self.session_folder)
        if self._launch is None:
            text = tr("CraterBench's engine is not set up yet. Set it up in the CraterBench panel.")
            raise EngineCallError(CallError(ENGINE_GONE, text, kinds.NOT_SET_UP))
        self._process = QProcess()
        self._launch.apply(self._process)
        self._process.start()
        self._heard = time.monotonic()
        # In slices: a worker thread must notice cancel even while a virus scanner holds the start.
        while not self._process.waitForStarted(_SLICE_MS):
            if self._process.state() == QProcess.ProcessState.NotRunning:
                raise self._lost(self._process.errorString())
            self._check_cancelled_early()
        who = f"QGIS {Qgis.QGIS_VERSION}, CraterBench {__version__}, processing"
        params = {"client": who, "protocol": PROTOCOL}
        answer = self._ask("hello", params, self._feedback, self._limits.hello)
        hello, problem = check_hello(answer)
        if hello is None:
            raise EngineCallError(CallError(ENGINE_GONE, problem, "engine"), self._report(problem))
        self.hello = hello

    def _check_cancelled_early(self) -> None:
        if self._feedback is not None and self._feedback.isCanceled():
            raise EngineCallError(cancelled_error())

    def _ask(self, method: str, params: Json, feedback: Any, limit: float) -> Json:
        """Send and wait: the answer with its result or error."""
        if self._process is None:
            raise self._lost("")
        self._number += 1
        number, self._now = self._number, method
        self._process.write(encode(request(number, method, params)))
        show = _Feedback(feedback)
        sent = active = self._heard = pinged = time.monotonic()
        cancelled: float | None = None
        while True:
            for message in self._messages():
                if message.get("method") == PROGRESS:
                    active = time.monotonic()
                    show.progress(message.get("params"), number)
                elif message.get("id") == number and ("result" in message or "error" in message):
                    if cancelled is not None:
                        raise EngineCallError(cancelled_error())
                    return message
            now = time.monotonic()
            if cancelled is None and show.cancelled():
                cancelled = now
                self._process.write(encode(notification(CANCEL, {"id": number})))
            if cancelled is not None and now - cancelled > min(self._limits.cancel, 0.5):
                # The thread is free within a second; an engine of its own is not worth a wait.
                self._end(at_once=True)
                raise EngineCallError(cancelled_error())
            pinged = self._ping(now, pinged)
            if limit and now - active > limit:
                raise self._too_late(method, now - sent)
            if now - self._heard > self._limits.silence and method != "hello":
                raise self._too_late(method, now - sent)

    def _ping(self, now: float, pinged: float) -> float:
        beat = self._limits.heartbeat
        if self.hello is None or now - max(pinged, self._heard) <= beat or self._process is None:
            return pinged
        self._number += 1
        self._process.write(encode(request(self._number, PING, {})))
        return now

    def _messages(self) -> list[Json]:
        """What arrives within a slice of time. EngineCallError where the process is gone."""
        process = self._process
        if process is None:
            raise self._lost("")
        process.waitForReadyRead(_SLICE_MS)
        self._log.feed(bytes(process.readAllStandardError()))
        self._lines.feed(bytes(process.readAllStandardOutput()))
        found = []
        while self._lines:
            line = self._lines.take()
            try:
                found.append(decode(line))
                self._heard = time.monotonic()
            except ProtocolError:
                if line.strip() and len(self._garbage) < self._limits.garbage:
                    self._garbage.append(line[:500].decode("utf-8", "replace"))
        if not found and process.state() == QProcess.ProcessState.NotRunning:
            crashed = process.exitStatus() == QProcess.ExitStatus.CrashExit
            text = tr("crashed, code {code}") if crashed else tr("exit code {code}")
            raise self._lost(text.format(code=process.exitCode()))
        return found

    def _lost(self, how: str) -> EngineCallError:
        if self.hello is None:
            text = tr("The engine did not start ({how}). {last}")
        else:
            text = tr("The engine stopped unexpectedly ({how}). {last}")
        text = text.format(how=how, last=self._log.last_line()).strip()
        return EngineCallError(CallError(ENGINE_GONE, text, "engine"), self._report(text, how))

    def _too_late(self, method: str, seconds: float) -> EngineCallError:
        text = tr("The engine did not finish “{method}” in {seconds} seconds and was ended.")
        text = text.format(method=method, seconds=round(seconds))
        report = self._report(text)
        self._end(at_once=True)
        return EngineCallError(CallError(TIMED_OUT, text, "timeout"), report)

    def _report(self, summary: str, how: str = "") -> str:
        facts = Facts(
            launch=self._launch, hello=self.hello, ended=how, running=[self._now],
            garbage=self._garbage, garbage_count=len(self._garbage), log=self._log.text(),
        )  # fmt: skip
        return kinds.report(summary, facts)

    def _end(self, at_once: bool = False) -> None:
        process, self._process = self._process, None
        if process is not None and process.state() != QProcess.ProcessState.NotRunning:
            process.closeWriteChannel()
            if at_once or not process.waitForFinished(_GOODBYE_MS):
                process.kill()
                process.waitForFinished(2000)
        session, self._session = self._session, None
        if session is not None:
            session.remove()
            session.wait_removed(5.0)


class _Feedback:
    """Progress and cancel of a QgsFeedback, which may be None or a QgsProcessingFeedback."""

    def __init__(self, feedback: Any) -> None:
        self._feedback = feedback
        self._push = getattr(feedback, "pushInfo", None)
        self._stage = ""

    def cancelled(self) -> bool:
        return self._feedback is not None and bool(self._feedback.isCanceled())

    def progress(self, params: object, number: int) -> None:
        if self._feedback is None or not isinstance(params, dict) or params.get("id") != number:
            return
        progress = Progress.from_params(params)
        self._feedback.setProgress(progress.percent)
        if self._push is not None and progress.stage and progress.stage != self._stage:
            self._stage = progress.stage
            self._push(progress.stage)
