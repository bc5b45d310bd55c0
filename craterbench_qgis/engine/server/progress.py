"""Progress of a request: throttled, with the rate and the time left."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from ...contract.records import Json
from ...contract.vocabulary import Stage
from ..monitor import Monitor

EVERY_S = 0.1
_WINDOW_S = 20.0
_RATE_AFTER_S = 0.5


class ProgressMonitor(Monitor):
    """Sends what is reported at most every :data:`EVERY_S`, the last of a stage always.

    ``send`` gets {stage, done, total, rate, seconds_left}: the rate over the last twenty seconds in
    units a second, both None until half a second has passed and something was done. A stage of no
    known length has ``total`` 0.
    """

    def __init__(
        self,
        send: Callable[[Json], None],
        stop: threading.Event,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send, self._stop, self._clock = send, stop, clock
        self._stage: Stage | None = None
        self._sent_at = float("-inf")
        self._sent_done = -1
        self._steps: deque[tuple[float, int]] = deque()

    def cancelled(self) -> bool:
        return self._stop.is_set()

    def report(self, stage: Stage, done: int, total: int) -> None:
        now, done, total = self._clock(), int(done), int(total)
        if stage != self._stage:
            self._stage, self._sent_done = stage, -1
            self._steps.clear()
        if not self._steps or now - self._steps[-1][0] >= EVERY_S:
            self._steps.append((now, done))
        while now - self._steps[0][0] > _WINDOW_S and len(self._steps) > 2:
            self._steps.popleft()
        last = done >= total and done != self._sent_done
        if now - self._sent_at < EVERY_S and not last:
            return
        self._sent_at, self._sent_done = now, done
        rate = self._rate(now, done)
        left = None if rate is None else max(0, total - done) / rate
        self._send(
            {"stage": stage, "done": done, "total": total, "rate": rate, "seconds_left": left}
        )

    def _rate(self, now: float, done: int) -> float | None:
        start, first = self._steps[0]
        if now - start < _RATE_AFTER_S or done <= first:
            return None
        return (done - first) / (now - start)
