"""How far an algorithm is, for its feedback: percent, and a line with rate and time left."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from ..contract.wire import Progress
from ..core.words.progress import progress_text

_EVERY_S = 3.0  # qgis_process prints every line
_WINDOW_S = 20.0


class Reporter:
    """``feedback``: QgsProcessingFeedback. Percent never go back.

    ``spans``: stage -> (from, to) in percent; a stage that is not there moves nothing.
    """

    def __init__(
        self,
        feedback: Any,
        spans: Mapping[str, tuple[float, float]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._feedback, self._spans, self._clock = feedback, dict(spans), clock
        self._stage: str | None = None
        self._reported_at = float("-inf")
        self._percent = 0.0

    def show(self, progress: Progress) -> None:
        """Report it: percent at once, the line at a new stage and then every few seconds."""
        if progress.stage in self._spans:
            low, high = self._spans[progress.stage]
            percent = low + (high - low) * progress.percent / 100.0
            if percent > self._percent:
                self._percent = percent
                self._feedback.setProgress(percent)
        now = self._clock()
        if progress.stage == self._stage and now - self._reported_at < _EVERY_S:
            return
        if progress.stage != self._stage or progress.total:
            self._feedback.setProgressText(progress_text(progress))
        self._stage, self._reported_at = progress.stage, now


class Counter:
    """Counts the steps of a loop and reports them to a :class:`Reporter` as stage ``stage``."""

    def __init__(
        self,
        reporter: Reporter,
        stage: str,
        total: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reporter, self._stage, self._total, self._clock = reporter, stage, total, clock
        self._steps: deque[tuple[float, int]] = deque([(clock(), 0)])
        self._done = 0

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        now = self._clock()
        self._steps.append((now, self._done))
        while now - self._steps[0][0] > _WINDOW_S and len(self._steps) > 2:
            self._steps.popleft()
        start, first = self._steps[0]
        rate = (self._done - first) / (now - start) if now > start else None
        left = max(0, self._total - self._done) / rate if rate and self._total else None
        self._reporter.show(Progress(self._stage, self._done, self._total, rate, left))
