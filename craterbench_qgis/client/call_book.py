"""The calls that wait to be sent and those that wait for their answer. No process in here."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from qgis.PyQt.QtCore import QTimer

from ..contract.engine import HelloParams
from ..contract.records import Json, RecordError
from ..contract.wire import (
    CANCEL,
    HELLO,
    PING,
    PROGRESS,
    Progress,
    encode,
    notification,
    request,
)
from ..i18n import tr
from .calls import cancelled_error
from .failure import TIMED_OUT, CallError
from .service import AnyCall


@dataclass
class Limits:
    """Seconds, unless it says otherwise. Tests shorten them."""

    hello: float = 120.0
    """From the start of the process to its first answer (torch loads slowly from a cold disk)."""
    heartbeat: float = 10.0
    """While calls are under way and nothing is heard, how often to ask whether it lives."""
    silence: float = 120.0
    """Nothing heard for so long while calls are under way: it hangs."""
    cancel: float = 10.0
    """A cancelled call that is not answered by then counts as cancelled."""
    garbage: int = 5
    """So many lines that are no messages are reported."""
    restarts: int = 2
    """Restarts without the user within :attr:`restart_window`."""
    restart_window: float = 600.0
    tick: float = 0.5


class CallBook:
    """Numbers calls, matches answers to them, and knows which are late."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._number = 0
        self._queue: list[AnyCall] = []
        self._sent: dict[int, AnyCall] = {}
        self._pings: set[int] = set()
        self._last_answer = 0.0

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._sent

    def add(self, call: AnyCall, send_now: bool) -> None:
        """Send ``call`` now, or when :meth:`send_queued` is called."""
        if send_now:
            self._send(call)
        else:
            self._queue.append(call)

    def send_queued(self) -> None:
        """Send what has waited for the engine to be ready."""
        waiting, self._queue = self._queue, []
        for call in waiting:
            if call.orphaned:
                call.finished = True
            else:
                self._send(call)

    def hello(self, params: HelloParams) -> int:
        """Send ``hello``; its number."""
        self._number += 1
        self._write(encode(request(self._number, HELLO, params.to_json())))
        return self._number

    def ping(self) -> None:
        """Ask for a sign of life; any answer is one, an error too."""
        self._number += 1
        self._pings.add(self._number)
        self._write(encode(request(self._number, PING, {})))

    def cancel(self, call: AnyCall) -> None:
        """Cancel a call that waits or was sent; :meth:`Call.cancel` calls this."""
        if call in self._queue:
            self._queue.remove(call)
            # Not from within cancel(): its caller may be half-way through something.
            QTimer.singleShot(0, lambda: call.answer_error(cancelled_error()))
        elif call.number in self._sent:
            self._write(encode(notification(CANCEL, {"id": call.number})))

    def take(self, message: Json) -> bool:
        """Deliver one message; False where it is none that an engine sends."""
        if "method" in message:
            params = message.get("params")
            if message["method"] == PROGRESS and isinstance(params, dict):
                call = self._sent.get(_id(params))
                try:
                    progress = Progress.from_json(params)
                except RecordError:
                    return False
                if call is not None:
                    call.show_progress(progress)
            return True
        if "id" not in message or not ("result" in message or "error" in message):
            return False
        number = _id(message)
        if number in self._pings:
            self._pings.discard(number)
            return True
        call = self._sent.pop(number, None)
        if call is None:
            return True  # cancelled or given up before
        self._last_answer = time.monotonic()
        if "error" in message:
            call.answer_error(CallError.from_answer(message["error"]))
        else:
            call.answer_result(message["result"])
        return True

    def tidy(self, cancel_limit: float) -> None:
        """Cancel what nobody waits for any more; give up waiting for what was cancelled."""
        now = time.monotonic()
        for number, call in list(self._sent.items()):
            if call.orphaned and call.cancelled_at is None:
                call.cancel()
            elif call.cancelled_at is not None and now - call.cancelled_at > cancel_limit:
                del self._sent[number]
                call.answer_error(cancelled_error())

    def overdue(self) -> AnyCall | None:
        """The oldest call that went too long without any sign of progress."""
        now, longest = time.monotonic(), 0.0
        for call in self._sent.values():  # in the order they were sent
            if not call.limit:
                continue
            # A call may stand behind an older, slower one: its clock is at least that one's.
            longest = max(longest, call.limit)
            if call.cancelled_at is None and now - max(call.active, self._last_answer) > longest:
                return call
        return None

    def give_up(self, call: AnyCall) -> None:
        """Ask the engine to stop ``call``, which fails as too late."""
        self._write(encode(notification(CANCEL, {"id": call.number})))
        if call.number is not None:
            self._sent.pop(call.number, None)
        text = tr(
            "The engine did not finish “{method}” in {seconds} seconds. Try again, or restart the "
            "engine."
        )
        message = text.format(method=call.method, seconds=round(time.monotonic() - call.sent))
        call.answer_error(CallError(TIMED_OUT, message, "timeout"))

    def fail_all(self, error: CallError) -> None:
        """Every call, sent or waiting, fails with ``error``."""
        calls = [*self._sent.values(), *self._queue]
        self._sent, self._queue, self._pings = {}, [], set()
        for call in calls:
            call.answer_error(error)

    def forgive(self, seconds: float) -> None:
        """The computer slept or QGIS stood still for ``seconds``: nobody is late for that."""
        self._last_answer += seconds
        for call in self._sent.values():
            call.active += seconds

    def under_way(self) -> list[str]:
        """A line per call for a report."""
        now = time.monotonic()
        sent = [f"{call.method} ({now - call.sent:.1f} s)" for call in self._sent.values()]
        return [*sent, *(f"{call.method} (waiting to be sent)" for call in self._queue)]

    def _send(self, call: AnyCall) -> None:
        self._number += 1
        call.number, call.sent = self._number, time.monotonic()
        call.active = call.sent
        self._sent[call.number] = call
        self._write(encode(request(call.number, call.method, call.params)))


def _id(message: Json) -> int:
    number = message.get("id")
    return number if isinstance(number, int) else -1
