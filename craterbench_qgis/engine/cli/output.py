"""Printing: progress with rate and time left, tables, JSON."""

from __future__ import annotations

import codecs
import json
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Any

from ...contract.records import plain
from ...contract.vocabulary import Stage
from ..monitor import Monitor

_EVERY_SECONDS_TTY = 0.2
_EVERY_SECONDS_LOG = 10.0


class ConsoleMonitor(Monitor):
    """Progress on stderr; Ctrl-C or SIGTERM stops at the next safe place, a second one at once.

    Use as a context manager, so that the signal handlers are given back.
    """

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._stop = False
        self._tty = sys.stderr.isatty()
        self._stage: Stage | None = None
        self._started = 0.0
        self._first = 0
        self._shown = 0.0
        self._open_line = False
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> ConsoleMonitor:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._previous[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._end_line()

    def cancelled(self) -> bool:
        return self._stop

    def report(self, stage: Stage, done: int, total: int) -> None:
        if self._quiet:
            return
        now = time.monotonic()
        if stage != self._stage:
            self._end_line()
            self._stage, self._started, self._first, self._shown = stage, now, done, 0.0
        every = _EVERY_SECONDS_TTY if self._tty else _EVERY_SECONDS_LOG
        if done < total and now - self._shown < every:
            return
        self._shown = now
        text = progress_line(stage, done, total, done - self._first, now - self._started)
        if self._tty:
            sys.stderr.write("\r" + text.ljust(78))
            self._open_line = True
        else:
            sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def _end_line(self) -> None:
        if self._open_line:
            sys.stderr.write("\n")
            self._open_line = False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._stop:
            raise KeyboardInterrupt
        self._stop = True
        self._end_line()
        sys.stderr.write("Stopping at the next safe place (again: at once) ...\n")


def progress_line(stage: str, done: int, total: int, since: int, seconds: float) -> str:
    """e.g. ``views 1,200 of 9,800 (12 %), 240/s, 36 s left``."""
    share = 100 * done // total if total else 100
    text = f"{stage} {done:,} of {total:,} ({share} %)"
    if since > 0 and seconds > 0.5:
        rate = since / seconds
        text += f", {rate:,.0f}/s" if rate >= 10 else f", {rate:.1f}/s"
        text += f", {duration((total - done) / rate)} left" if done < total else ""
        text += f", {duration(seconds)} in all" if done >= total else ""
    return text


def duration(seconds: float) -> str:
    """e.g. ``48 s``, ``12 min``, ``3.5 h``."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def say(text: str = "") -> None:
    """A line for the user on stdout."""
    print(text)


def note(text: str) -> None:
    """A line for the user on stderr, beside the result."""
    print(text, file=sys.stderr)


def print_json(value: Any) -> None:
    """One JSON document on stdout; non-finite numbers become null.

    Letters go as they are where stdout is UTF-8, else as escapes, which every code page has: a
    pipe of Windows writes cp1252, and what that lacks would become a question mark.
    """
    escaped = codecs.lookup(sys.stdout.encoding or "ascii").name != "utf-8"
    print(json.dumps(plain(value), ensure_ascii=escaped, indent=1, allow_nan=False))


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = ()) -> str:
    """Aligned columns, numbers to the right, the columns in ``left`` to the left."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]

    def line(row: Sequence[str]) -> str:
        cells = (
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return "  ".join(cells).rstrip()

    return "\n".join([line(header), line(["-" * width for width in widths]), *map(line, rows)])
