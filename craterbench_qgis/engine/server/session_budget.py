"""The session folder, within bounds: the pictures used least recently go first."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from pathlib import Path

MAX_BYTES = 256 << 20
MAX_FILES = 8192


class SessionBudget:
    """Which files this engine wrote into its session folder, by their last use; thread-safe."""

    def __init__(self, most_bytes: int = MAX_BYTES, most_files: int = MAX_FILES) -> None:
        self._most_bytes, self._most_files = most_bytes, most_files
        self._sizes: OrderedDict[Path, int] = OrderedDict()
        self._total = 0
        self._lock = threading.Lock()

    def used(self, path: Path) -> bool:
        """Note that a file is used again; False where it is not there any more."""
        with self._lock:
            if path not in self._sizes:
                return False
            if not path.exists():
                self._total -= self._sizes.pop(path)
                return False
            self._sizes.move_to_end(path)
            return True

    def wrote(self, path: Path) -> None:
        """Note a file just written, and remove the oldest beyond the budget; never this one."""
        with self._lock:
            self._total -= self._sizes.pop(path, 0)
            try:
                size = path.stat().st_size
            except OSError:
                return
            self._sizes[path] = size
            self._total += size
            while len(self._sizes) > 1 and (
                self._total > self._most_bytes or len(self._sizes) > self._most_files
            ):
                oldest, size = self._sizes.popitem(last=False)
                self._total -= size
                with contextlib.suppress(OSError):
                    oldest.unlink()
