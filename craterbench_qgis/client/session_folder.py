"""The folder where the engine puts pictures for QGIS: made, removed, and swept up after a crash."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from pathlib import Path

from qgis.PyQt.QtCore import QLockFile

_PREFIX = "craterbench-session-"
_LOCK = "session.lock"
_YOUNG_S = 24 * 3600.0


class SessionFolder:
    """A temporary folder of this process, locked so that others know it is in use."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = QLockFile(str(self.path / _LOCK))
        self._lock.setStaleLockTime(0)
        self._lock.tryLock(0)
        self._thread: threading.Thread | None = None

    def remove(self) -> None:
        """Delete it, in a thread: it may hold thousands of pictures."""
        self._lock.unlock()
        self._thread = threading.Thread(target=_delete, args=(self.path,), daemon=True)
        self._thread.start()

    def wait_removed(self, seconds: float) -> None:
        """Wait a moment for :meth:`remove`."""
        if self._thread is not None:
            self._thread.join(seconds)


def sweep() -> threading.Thread:
    """Delete, in a thread, the folders that a killed QGIS left behind."""
    thread = threading.Thread(target=_sweep, args=(Path(tempfile.gettempdir()),), daemon=True)
    thread.start()
    return thread


def _sweep(folder: Path) -> None:
    for session in folder.glob(_PREFIX + "*"):
        if not (session / _LOCK).is_file():
            if _is_old(session):
                _delete(session)
            continue
        lock = QLockFile(str(session / _LOCK))
        lock.setStaleLockTime(0)
        if lock.tryLock(0):
            lock.unlock()
            _delete(session)


def _is_old(session: Path) -> bool:
    """Whether a folder without a lock is left over: a young one is just being made or removed."""
    try:
        return time.time() - session.stat().st_mtime > _YOUNG_S
    except OSError:
        return False


def _delete(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
