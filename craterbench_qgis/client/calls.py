"""One request to the engine, from being asked for to its one answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Generic, Optional, TypeVar

from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject

from ..contract.methods import Lane, Method
from ..contract.records import Record, RecordError
from ..contract.wire import CANCELLED, INTERNAL_ERROR, Progress
from ..i18n import tr
from .failure import CallError

P = TypeVar("P", bound=Record)
R = TypeVar("R", bound=Record)

SHORT_S, PATIENT_S = 60.0, 300.0
"""Without any sign of progress for so long, a short call and a slow one count as stuck."""

# Optional, not "| None": these run, on Python 3.9 too.
Failed = Optional[Callable[[CallError], None]]  # noqa: UP045
ShowProgress = Optional[Callable[[Progress], None]]  # noqa: UP045


def limit_of(method: Method[P, R]) -> float:
    """Seconds ``method`` may go without a sign of progress; 0: for ever, the heartbeat decides."""
    if method.lane is Lane.LONG:
        return 0.0
    return PATIENT_S if method.slow else SHORT_S


class Call(Generic[R]):
    """What ``Engine.call`` returns.

    Exactly one of ``done`` and ``failed`` is called, once, unless the owner is destroyed or
    :meth:`drop` was used, in which case nothing is called any more.
    """

    def __init__(
        self,
        method: Method[P, R],
        params: Record,
        done: Callable[[R], None],
        failed: Failed,
        progress: ShowProgress,
        limit: float,
        owner: QObject | None,
        cancel: Callable[[Call[Any]], None],
    ) -> None:
        self.method, self.params, self.limit = method.name, params.to_json(), limit
        self._result = method.result
        self._done, self._failed, self._progress = done, failed, progress
        self._owner, self._cancel = owner, cancel
        self.number: int | None = None
        """Its id on the wire, None while it is queued."""
        self.sent = self.active = time.monotonic()
        self.cancelled_at: float | None = None
        self.finished = False

    def cancel(self) -> None:
        """Ask the engine to stop. ``failed`` comes with ``cancelled`` set once it has answered
        (also where the result was already on its way), never ``done``."""
        if not self.finished and self.cancelled_at is None:
            self.cancelled_at = time.monotonic()
            self._cancel(self)

    def drop(self) -> None:
        """Cancel, and call neither ``done`` nor ``failed`` any more."""
        self._done, self._failed, self._progress = _ignore, None, None
        self.cancel()

    @property
    def orphaned(self) -> bool:
        """Whether its owner was destroyed."""
        return self._owner is not None and sip.isdeleted(self._owner)

    # For the engine

    def answer_result(self, result: object) -> None:
        """Deliver the result; one that is not what the method returns is an error."""
        if self.cancelled_at is not None:
            self.answer_error(cancelled_error())
            return
        try:
            reply = self._result.from_json(result)
        except RecordError:
            text = tr("The engine's answer could not be read. Restart the engine and try again.")
            self.answer_error(CallError(INTERNAL_ERROR, text))
            return
        if self._end():
            self._done(reply)

    def answer_error(self, error: CallError) -> None:
        """Deliver an error."""
        if self.cancelled_at is not None:
            error = cancelled_error()
        if self._end() and self._failed is not None:
            self._failed(error)

    def show_progress(self, progress: Progress) -> None:
        """Deliver progress and take note that it goes on."""
        self.active = time.monotonic()
        silent = self.finished or self.cancelled_at is not None or self.orphaned
        if self._progress is not None and not silent:
            self._progress(progress)

    def _end(self) -> bool:
        first, self.finished = not self.finished, True
        return first and not self.orphaned


def cancelled_error() -> CallError:
    """The error of a call that was cancelled."""
    return CallError(CANCELLED, tr("Cancelled."), "cancelled", cancelled=True)


def _ignore(_: object) -> None:
    return
