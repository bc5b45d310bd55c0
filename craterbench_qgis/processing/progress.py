"""How far an algorithm is, told to its feedback: percent, and a line with rate and time left."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from ..client.calls import Progress
from ..gui import wording
from ..i18n import tr

_EVERY_S = 3.0  # qgis_process prints every line
_WINDOW_S = 20.0
_BYTES = ("joining", "verifying")


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
        self._said_at = float("-inf")
        self._percent = 0.0

    def show(self, progress: Progress) -> None:
        """Tell it: percent at once, the line when the stage changes and then every few seconds."""
        if progress.stage in self._spans:
            low, high = self._spans[progress.stage]
            percent = low + (high - low) * progress.percent / 100.0
            if percent > self._percent:
                self._percent = percent
                self._feedback.setProgress(percent)
        now = self._clock()
        if progress.stage == self._stage and now - self._said_at < _EVERY_S:
            return
        if progress.stage != self._stage or progress.total:
            self._feedback.setProgressText(progress_text(progress))
        self._stage, self._said_at = progress.stage, now


class Counter:
    """Counts the steps of a loop and tells them to a :class:`Reporter` as stage ``stage``."""

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


def progress_text(progress: Progress) -> str:
    """``Views: 120 of 400 · 45 per second · 7 s left``."""
    stage = stage_name(progress.stage)
    if not progress.total:
        return stage + "…"
    is_bytes = progress.stage in _BYTES
    count = wording.size if is_bytes else wording.number
    text = tr("{stage}: {done} of {total}")
    parts = [text.format(stage=stage, done=count(progress.done), total=count(progress.total))]
    if progress.rate:
        rate = progress.rate
        shown = count(rate) if is_bytes else wording.number(rate, 0 if rate >= 10 else 1)
        parts.append(tr("{n} per second").format(n=shown))
    if progress.seconds_left is not None:
        parts.append(tr("{time} left").format(time=wording.duration(progress.seconds_left)))
    return " · ".join(parts)


def stage_name(stage: str) -> str:
    """The engine's word for what it does, for the user."""
    names = {
        "views": tr("Views"),
        "joining": tr("Joining the parts"),
        "encoder": tr("Loading the encoder"),
        "catalogue": tr("Reading the catalogue"),
        "verifying": tr("Verifying"),
        "searching": tr("Searching"),
        "thumbnails": tr("Pictures"),
        "exporting": tr("Writing"),
        "queries": tr("Cutting the queries"),
        "gallery views": tr("Encoding the gallery again"),
        "matching (million operations)": tr("Matching (million operations)"),
        "candidates": tr("Looking for pairs"),
        "looks": tr("Comparing looks"),
        "offsets": tr("Measuring offsets"),
        "writing": tr("Writing"),
    }
    return names.get(stage, stage or tr("Working"))
