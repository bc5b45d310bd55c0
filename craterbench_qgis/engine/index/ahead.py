"""Checksums compared in a thread of their own, from the opening of a large index on.

Whoever asks for a file is still answered after its checksum was compared, and not before: where
the thread has done that, or is at it, the asker need not. What is damaged is said by whoever asks.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from ..errors import CraterIndexError
from .storage import MappedFile


class CheckAhead:
    """Compares ``files``, one after the other, beside everything else; ``wait`` seconds later."""

    def __init__(self, files: Iterable[MappedFile], wait: float = 0.0) -> None:
        self._files, self._stopped, self._wait = list(files), threading.Event(), wait
        # A daemon: an engine that ends must not wait for gigabytes.
        self._thread = threading.Thread(target=self._run, name="checksums", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._stopped.wait(self._wait)
        for file in self._files:
            if self._stopped.is_set():
                return
            try:
                file.verified()
            except CraterIndexError:
                continue  # compared again, and said, when somebody asks for it

    def stop(self) -> None:
        """Let go of all files; waits for the one that is being read."""
        self._stopped.set()
        self._thread.join()
        self._files = []
