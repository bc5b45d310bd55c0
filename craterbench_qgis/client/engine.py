"""The engine seen from QGIS: start, calls, failure, restart. The UI thread never waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Optional

from qgis.core import Qgis
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from .. import __version__
from ..contract.engine import Hello, HelloParams
from ..contract.methods import Method
from ..contract.records import Json
from ..contract.vocabulary import Word
from ..contract.wire import PROTOCOL, ProtocolError, decode
from ..i18n import tr
from . import failure as kinds
from .call_book import CallBook, Limits
from .calls import Call, Failed, P, R, ShowProgress, limit_of
from .failure import ENGINE_GONE, CallError, EngineFailure, Facts
from .greeting import check_hello
from .launch import EngineSettings, Launch, settings_launch
from .process import EngineProcess
from .session_folder import SessionFolder, sweep

_GARBAGE_KEPT = 5
_PATIENCE_MS = 800  # at unloading, before it is killed

MakeLaunch = Callable[[str], Optional[Launch]]  # noqa: UP045 - met at run time


class EngineState(Word):
    """How the engine is."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


STOPPED, STARTING, READY, FAILED = EngineState


class Engine(QObject):
    """One engine process, kept warm; all methods return at once.

    ``launch``: session folder -> Launch, or None where no engine is set up (default: what the
    settings say).
    """

    state_changed = pyqtSignal(str)
    """The EngineState."""
    failed = pyqtSignal(object)
    """EngineFailure: one message for the user, with Restart and Copy report."""
    ready = pyqtSignal(object)
    """contract.engine.Hello."""

    def __init__(
        self,
        settings: EngineSettings | None,
        parent: QObject | None = None,
        *,
        launch: MakeLaunch | None = None,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(parent)
        self._make_launch = launch or (lambda session: settings_launch(settings, session))
        self._limits = limits or Limits()
        self._state = EngineState.STOPPED
        self._hello: Hello | None = None
        self._process: EngineProcess | None = None
        self._leaving: list[EngineProcess] = []
        self._session: SessionFolder | None = None
        self._book = CallBook(self._write)
        self._hello_number = 0
        self._garbage: list[str] = []
        self._garbage_count = 0
        self._failure: EngineFailure | None = None
        self._failures: list[float] = []
        self._started = self._heard = self._pinged = self._ticked = 0.0
        self._swept = False
        self._timer = QTimer(self, interval=int(self._limits.tick * 1000), timeout=self._tick)

    @property
    def state(self) -> EngineState:
        """How it is now."""
        return self._state

    @property
    def hello(self) -> Hello | None:
        """Who answers, None unless ready."""
        return self._hello

    @property
    def session_folder(self) -> str:
        """Where the engine puts pictures; "" while stopped."""
        return str(self._session.path) if self._session else ""

    @property
    def last_failure(self) -> EngineFailure | None:
        """Why the state is ``failed``."""
        return self._failure

    @property
    def pid(self) -> int:
        """The process's number, 0 where none runs."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the engine in the background, unless it runs."""
        if self._state in (STARTING, READY):
            return
        if self._session is None:
            if not self._swept:
                sweep()
                self._swept = True
            self._session = SessionFolder()
        launch = self._make_launch(str(self._session.path))
        self._hello, self._failure = None, None
        self._garbage, self._garbage_count = [], 0
        if launch is None:
            text = tr("CraterBench's engine is not set up yet. Set it up in the CraterBench panel.")
            self._fail(kinds.NOT_SET_UP, text)
            return
        process = EngineProcess(launch, self)
        process.line.connect(lambda line: self._line(process, line))
        process.ended.connect(lambda: self._ended(process))
        self._process = process
        self._started = self._heard = self._ticked = time.monotonic()
        self._pinged = self._started
        self._set_state(STARTING)
        process.start()
        who = f"QGIS {Qgis.QGIS_VERSION}, CraterBench {__version__}"
        self._hello_number = self._book.hello(HelloParams(who, PROTOCOL))
        self._timer.start()

    def stop(self, wait: bool = False, at_once: bool = False) -> None:
        """Ask the engine to end and forget it; calls fail as cancelled. Returns at once.

        ``wait``: for unloading: wait a moment for its end, then kill it. ``at_once``: kill it now.
        """
        self._leave(tr("The engine was stopped."), at_once)
        if wait:
            self._wait_for_end()
        elif not self._leaving:
            self._remove_session()

    def restart(self) -> None:
        """End the engine, however it is, and start another; past failures are forgotten."""
        self._failures = []
        self._leave(tr("The engine was restarted."))
        self.start()

    def _leave(self, why: str, at_once: bool = False) -> None:
        """Let go of the process; calls fail as cancelled."""
        self._retire(at_once)
        self._set_state(STOPPED)
        self._book.fail_all(CallError(ENGINE_GONE, why, "cancelled", cancelled=True))

    def call(
        self,
        method: Method[P, R],
        params: P,
        done: Callable[[R], None],
        failed: Failed = None,
        progress: ShowProgress = None,
        timeout_s: float | None = None,
        owner: QObject | None = None,
    ) -> Call[R]:
        """Send a request; starts the engine where it is stopped.

        ``done`` gets the result, ``failed`` a CallError, ``progress`` a Progress. ``timeout_s``:
        how long it may go without a sign of progress, 0 for ever, None for the method's default.
        Nothing is called after ``owner`` was destroyed.
        """
        limit = limit_of(method) if timeout_s is None else timeout_s
        call = Call(method, params, done, failed, progress, limit, owner, self._book.cancel)
        if self._state in (STOPPED, FAILED):
            if self._may_start():
                self.start()
            if self._state != STARTING:
                error = self._gone_error()
                QTimer.singleShot(0, lambda: call.answer_error(error))
                return call
        if self._book.idle:
            self._heard = self._pinged = time.monotonic()
        self._book.add(call, self._state == READY)
        return call

    def _may_start(self) -> bool:
        """Whether a call may start the engine: not for ever after it failed by itself."""
        if self._state == STOPPED or self._failure is None:
            return True
        if self._failure.kind == kinds.NOT_SET_UP:
            return True
        since = time.monotonic() - self._limits.restart_window
        self._failures = [at for at in self._failures if at > since]
        good = self._failure.kind in (kinds.CRASH, kinds.HANG)
        return good and len(self._failures) <= self._limits.restarts

    def _gone_error(self) -> CallError:
        kind, text = "engine", self._failure.summary if self._failure else ""
        if self._failure is not None and self._failure.kind in (kinds.CRASH, kinds.HANG):
            text = tr("The engine failed repeatedly. Restart it, or copy its report.")
        return CallError(ENGINE_GONE, text, kind)

    def _write(self, data: bytes) -> None:
        if self._process is not None:
            self._process.write(data)

    def _line(self, process: EngineProcess, line: bytes) -> None:
        if process is not self._process or not line.strip():
            return
        try:
            message = decode(line)
            understood = self._greeted(message) or self._book.take(message)
        except ProtocolError:
            understood = False
        if understood:
            self._heard = time.monotonic()
        else:
            self._count_garbage(line)

    def _greeted(self, message: Json) -> bool:
        """Whether ``message`` was the answer to hello."""
        if self._state != STARTING or message.get("id") != self._hello_number:
            return False
        hello, problem = check_hello(message)
        if hello is None:
            self._fail(kinds.WRONG_ENGINE, problem)
            return True
        self._hello = hello
        self._set_state(READY)
        self.ready.emit(hello)
        if self._state == READY:
            self._book.send_queued()
        return True

    def _count_garbage(self, line: bytes) -> None:
        self._garbage_count += 1
        if len(self._garbage) < _GARBAGE_KEPT:
            self._garbage.append(line[:500].decode("utf-8", "replace"))
        if self._garbage_count == self._limits.garbage:
            text = tr(
                "The engine wrote {count} lines that are no messages; they were ignored. If "
                "something does not work, restart the engine and send us the report."
            ).format(count=self._garbage_count)
            self.failed.emit(self._describe(kinds.GARBAGE, text, fatal=False))

    def _ended(self, process: EngineProcess) -> None:
        process.deleteLater()
        if process in self._leaving:
            self._leaving.remove(process)
            if self._state == STOPPED and not self._leaving:
                self._remove_session()
            return
        if process is not self._process:
            return
        how, last = process.how_it_ended(), process.log.last_line()
        if self._state == STARTING:
            text = tr("The engine did not start ({how}). {last}").format(how=how, last=last)
            self._fail(kinds.START, text.strip())
        else:
            text = tr("The engine stopped unexpectedly ({how}). It starts again when it is asked.")
            self._fail(kinds.CRASH, text.format(how=how))

    def _fail(self, kind: str, summary: str) -> None:
        """The engine is gone or of no use: one message, and every call fails."""
        self._failure = self._describe(kind, summary)
        self._failures.append(time.monotonic())
        self._retire(at_once=True)
        failure = self._failure
        self._set_state(FAILED)
        self._book.fail_all(CallError(ENGINE_GONE, summary, "engine"))
        self.failed.emit(failure)

    def _describe(self, kind: str, summary: str, fatal: bool = True) -> EngineFailure:
        process = self._process
        facts = Facts(
            launch=process.launch if process else None,
            hello=self._hello,
            ended=process.how_it_ended() if process else "",
            running=self._book.under_way(),
            garbage=self._garbage,
            garbage_count=self._garbage_count,
            log=process.log.text() if process else "",
            more={"session folder": self.session_folder, "state": self._state, "kind": kind},
        )
        return EngineFailure(summary, kinds.report(summary, facts), kind, fatal)

    def _retire(self, at_once: bool = False) -> None:
        """Let go of the process; it ends by itself or is killed, and nobody waits for it."""
        process, self._process = self._process, None
        self._timer.stop()
        self._hello = None
        if process is None or process.over:
            return
        self._leaving.append(process)
        if at_once:
            process.kill()
        else:
            process.end()

    def _wait_for_end(self) -> None:
        leaving, self._leaving = self._leaving, []
        for process in leaving:
            process.end_and_wait(_PATIENCE_MS)
            process.deleteLater()
        session = self._session
        self._remove_session()
        if session is not None:
            session.wait_removed(1.0)

    def _remove_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.remove()

    def _set_state(self, state: EngineState) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)

    def _tick(self) -> None:
        now = time.monotonic()
        late = now - self._ticked - self._limits.tick
        self._ticked = now
        if late > 10 * self._limits.tick:
            self._started, self._heard = self._started + late, self._heard + late
            self._book.forgive(late)
        if self._state == STARTING:
            if now - self._started > self._limits.hello:
                text = tr("The engine did not answer within {seconds} seconds of its start.")
                self._fail(kinds.HANG, text.format(seconds=round(self._limits.hello)))
            return
        self._book.tidy(self._limits.cancel)
        if self._state == READY and not self._book.idle:
            self._watch(now)

    def _watch(self, now: float) -> None:
        """Calls are under way: does it live, and is one of them stuck?"""
        silent = now - self._heard
        if silent > self._limits.heartbeat and now - self._pinged > self._limits.heartbeat:
            self._pinged = now
            self._book.ping()
        stuck = self._book.overdue()
        deaf = silent > 2.5 * self._limits.heartbeat
        if silent > self._limits.silence or (stuck is not None and deaf):
            text = tr("The engine has not answered for {seconds} seconds and was ended.")
            self._fail(kinds.HANG, text.format(seconds=round(silent)))
        elif stuck is not None:
            text = tr("The engine does not finish “{method}”, but still answers.")
            failure = self._describe(kinds.HANG, text.format(method=stuck.method), fatal=False)
            self._book.give_up(stuck)
            self.failed.emit(failure)
