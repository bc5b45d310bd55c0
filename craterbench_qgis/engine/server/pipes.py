"""The two ends of the pipe, kept clean: lines in, lines out, and nothing else on either.

Standard output belongs to the protocol. At the start its file descriptor is moved out of
everybody's reach and descriptor 1 is pointed at standard error, so whatever a library, a C
extension or a child process prints lands in the log.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator

MAX_LINE = 16 << 20
"""Bytes; a longer line is skipped and refused."""
_BLOCK = 1 << 16
_PARENT_EVERY_S = 1.0


class LineTooLong(Exception):
    """A message of more than :data:`MAX_LINE` bytes, which was thrown away."""


class Pipes:
    """The protocol's own descriptors. Make one, once, before anything else is imported."""

    def __init__(self, source: int, target: int, limit: int = MAX_LINE) -> None:
        self._source, self._target, self._limit = source, target, limit
        self._lock = threading.Lock()

    @classmethod
    def claim(cls) -> Pipes:
        """Take standard input and output away from everybody else in this process."""
        sys.stdout.flush()
        source, target = os.dup(0), os.dup(1)  # not inherited by children
        empty = os.open(os.devnull, os.O_RDWR)
        os.dup2(empty, 0)
        try:
            os.dup2(2, 1)
        except OSError:  # started without a standard error
            os.dup2(empty, 1)
            os.dup2(empty, 2)
        os.close(empty)
        sys.stdout = sys.stderr
        if os.name == "nt":
            import msvcrt

            for descriptor in (source, target):
                msvcrt.setmode(descriptor, os.O_BINARY)  # type: ignore[attr-defined]
        return cls(source, target)

    def lines(self) -> Iterator[bytes | LineTooLong]:
        """Every line until the other end is closed; empty ones are left out.

        A line that is too long comes as a LineTooLong, once, when it has passed.
        """
        parts: list[bytes] = []
        held, skipping = 0, False
        while block := self._read():
            *ended, rest = block.split(b"\n")
            for piece in ended:
                if skipping or held + len(piece) > self._limit:
                    yield LineTooLong()
                elif line := b"".join([*parts, piece]).strip():
                    yield line
                parts, held, skipping = [], 0, False
            if skipping or held + len(rest) > self._limit:
                parts, held, skipping = [], 0, True
            elif rest:
                parts.append(rest)
                held += len(rest)

    def _read(self) -> bytes:
        try:
            return os.read(self._source, _BLOCK)
        except OSError:
            return b""

    def write(self, line: bytes) -> bool:
        """Send one line whole; False when nobody reads any more."""
        view = memoryview(line)
        with self._lock:
            while view:
                try:
                    view = view[os.write(self._target, view) :]
                except OSError:
                    return False
        return True


def watch_parent(gone: Callable[[], None]) -> None:
    """Call ``gone`` (in a thread) when the parent process has ended.

    The end of standard input says so as well, unless a child of the parent holds the pipe open.
    Windows gives an orphan no other parent: there the pipe alone tells.
    """
    if os.name == "nt":
        return
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_EVERY_S)
        gone()

    threading.Thread(target=watch, name="parent", daemon=True).start()


def say(text: str) -> None:
    """A line for the log."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text.rstrip("\n") + "\n")
        sys.stderr.flush()
