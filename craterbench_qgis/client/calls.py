"""One request to the engine, from being asked for to its one answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Optional

from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject

from ..i18n import tr
from ..protocol import CANCELLED, Json
from .failure import CallError

# Seconds without any sign of progress before a call counts as stuck; 0: never (the heartbeat
# alone decides whether the engine still lives).
SHORT = 60.0
PATIENT = 300.0
_LIMITS = {
    "index.open": PATIENT,
    "export": PATIENT,
    "contact_sheet": PATIENT,
    "report": PATIENT,
    "catalogue.describe": PATIENT,
    "mosaic.describe": PATIENT,
    "index.build": 0.0,
    "index.add": 0.0,
    "index.verify": 0.0,
    "evaluate": 0.0,
}

# Optional, not "| None": these run, on Python 3.9 too.
Done = Callable[[Json], None]
Failed = Optional[Callable[[CallError], None]]  # noqa: UP045


@dataclass(frozen=True)
class Progress:
    """How far a call is. ``rate``: units a second; it and ``seconds_left`` None where not known."""

    stage: str
    done: float
    total: float
    rate: float | None = None
    seconds_left: float | None = None

    @classmethod
    def from_params(cls, params: Json) -> Progress:
        """Of a ``$/progress`` notification; numbers that are missing count as 0 or unknown."""
        return cls(
            str(params.get("stage", "")),
            _number(params.get("done")) or 0.0,
            _number(params.get("total")) or 0.0,
            _number(params.get("rate")),
            _number(params.get("seconds_left")),
        )

    @property
    def percent(self) -> float:
        """0-100; 0 where the total is not known."""
        return max(0.0, min(100.0, 100.0 * self.done / self.total)) if self.total > 0 else 0.0


ShowProgress = Optional[Callable[[Progress], None]]  # noqa: UP045


def default_limit(method: str) -> float:
    """Seconds ``method`` may go without a sign of progress, 0 for ever."""
    if method.startswith("duplicates."):
        return 0.0
    return _LIMITS.get(method, SHORT)


class Call:
    """What ``Engine.call`` returns.

    Exactly one of ``done`` and ``failed`` is called, once, unless the owner is destroyed or
    :meth:`drop` was used, in which case nothing is called any more.
    """

    def __init__(
        self,
        method: str,
        params: Json,
        done: Done,
        failed: Failed,
        progress: ShowProgress,
        limit: float,
        owner: QObject | None,
        cancel: Callable[[Call], None],
    ) -> None:
        self.method, self.params, self.limit = method, params, limit
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
        """Cancel and hear nothing of it any more: neither ``done`` nor ``failed`` is called."""
        self._done, self._failed, self._progress = _ignore, None, None
        self.cancel()

    @property
    def orphaned(self) -> bool:
        """Whether its owner was destroyed."""
        return self._owner is not None and sip.isdeleted(self._owner)

    # For the engine

    def answer_result(self, result: Json) -> None:
        """Deliver the result."""
        if self.cancelled_at is not None:
            self.answer_error(cancelled_error())
        elif self._end():
            self._done(result)

    def answer_error(self, error: CallError) -> None:
        """Deliver an error."""
        if self.cancelled_at is not None and not error.cancelled:
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


def _ignore(_: Any) -> None:
    return


def _number(value: Any) -> float | None:
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if good else None
