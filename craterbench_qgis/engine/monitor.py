"""How long work tells its progress and hears a cancel, wherever it runs."""

from __future__ import annotations

from ..contract.vocabulary import Stage
from .errors import Cancelled


class Monitor:
    """Receiver of progress. The base class is silent and never cancels.

    Long engine functions take ``monitor: Monitor | None = None`` and call :meth:`report` often
    (many times a second is fine: receivers throttle) and :meth:`check` wherever stopping is safe.
    """

    def report(self, stage: Stage, done: int, total: int) -> None:
        """``done`` of ``total`` units of ``stage`` are finished."""

    def cancelled(self) -> bool:
        """Whether the user asked to stop."""
        return False

    def check(self) -> None:
        """Raise :class:`Cancelled` when the user asked to stop."""
        if self.cancelled():
            raise Cancelled("Stopped at your request; everything committed so far is kept.")
