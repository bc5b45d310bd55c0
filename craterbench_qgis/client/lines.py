"""Bytes of a pipe: whole lines of what arrives in pieces; the worthwhile part of a log."""

from __future__ import annotations

from collections import deque


class LineBuffer:
    """Cuts a stream into lines. A line longer than ``limit`` bytes is dropped and counted."""

    def __init__(self, limit: int = 256 * 1024 * 1024) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        self._lines: deque[bytes] = deque()
        self._skipping = False
        self.dropped = 0
        """Lines that were too long."""

    def __bool__(self) -> bool:
        return bool(self._lines)

    def feed(self, data: bytes) -> None:
        """Add what arrived."""
        *whole, rest = data.split(b"\n")
        for end in whole:
            self._add(end)
            if self._skipping:
                self._skipping = False
            else:
                self._lines.append(b"".join(self._parts).rstrip(b"\r"))
            self._parts, self._size = [], 0
        self._add(rest)

    def take(self) -> bytes:
        """The next whole line, without its end. IndexError where there is none."""
        return self._lines.popleft()

    def _add(self, part: bytes) -> None:
        if self._skipping or not part:
            return
        self._size += len(part)
        if self._size > self._limit:
            self._skipping, self._parts, self._size = True, [], 0
            self.dropped += 1
        else:
            self._parts.append(part)


class LogKeeper:
    """The beginning and the end of a log; a middle left out is said so."""

    def __init__(self, head: int = 32 * 1024, tail: int = 480 * 1024) -> None:
        self._head_limit, self._tail_limit = head, tail
        self._head = b""
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._lost = 0

    def feed(self, data: bytes) -> None:
        """Add what arrived."""
        room = self._head_limit - len(self._head)
        if room > 0:
            self._head, data = self._head + data[:room], data[room:]
        if not data:
            return
        self._tail.append(data)
        self._tail_size += len(data)
        while self._tail_size > self._tail_limit and self._tail:
            first = self._tail.popleft()
            extra = self._tail_size - self._tail_limit
            cut = min(extra, len(first))
            if cut < len(first):
                self._tail.appendleft(first[cut:])
            self._tail_size -= cut
            self._lost += cut

    def text(self) -> str:
        """What was kept."""
        tail = b"".join(self._tail)
        if self._lost:
            gap = f"\n[... {self._lost} bytes left out ...]\n".encode()
            return (self._head + gap + tail).decode("utf-8", "replace")
        return (self._head + tail).decode("utf-8", "replace")

    def last_line(self) -> str:
        """The last line that says anything, "" where nothing was logged."""
        end = (b"".join(self._tail) or self._head)[-4096:].decode("utf-8", "replace")
        lines = [line.strip() for line in end.splitlines() if line.strip()]
        return lines[-1] if lines else ""
