"""A thread that reads and writes one file, so that a slow disk never holds up QGIS."""

from __future__ import annotations

import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Generic, Optional, Protocol, TypeVar

from qgis.PyQt.QtCore import pyqtBoundSignal

from ..contract import held

Answer = Callable[[Any, Optional[BaseException]], None]  # noqa: UP045 - met at run time
_PAUSE_S = 0.25


class Closable(Protocol):
    """An open file."""

    def close(self) -> None:
        """Let go of it."""


F = TypeVar("F", bound=Closable)


class FileWorker(Generic[F]):
    """Runs jobs one after the other on at most one open file, in a thread of its own.

    A job that finds the file locked by another program is tried again until it works or the
    worker is closed. ``waiting`` is emitted when a first try failed.
    """

    def __init__(self, waiting: pyqtBoundSignal) -> None:
        self.file: F | None = None
        self._waiting = waiting
        self._jobs: queue.Queue[tuple[Callable[[FileWorker[F]], Any], Answer, bool] | None]
        self._jobs = queue.Queue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="craterbench-file", daemon=True)
        self._thread.start()

    def submit(
        self, job: Callable[[FileWorker[F]], Any], answer: Answer, patient: bool = True
    ) -> None:
        """``answer(result, error)`` is called in the thread; ``patient``: wait for a lock."""
        self._jobs.put((job, answer, patient))

    def close(self, seconds: float = 5.0) -> bool:
        """Finish what is waiting and let go of the file; False where time ran out."""
        self._jobs.put(None)
        self._thread.join(seconds)
        if self._thread.is_alive():
            self._closing.set()
            self._thread.join(1.0)
        return not self._closing.is_set()

    def replace(self, file: F | None) -> None:
        """Job: hold another file, or none, and let go of the one before."""
        before, self.file = self.file, file
        if before is not None:
            before.close()

    def _run(self) -> None:
        while True:
            asked = self._jobs.get()
            if asked is None:
                break
            job, answer, patient = asked
            result, error = self._attempt(job, patient)
            # The one who asked may be gone with its window; the next job must still run.
            with contextlib.suppress(RuntimeError):
                answer(result, error)
        self.replace(None)

    def _attempt(
        self, job: Callable[[FileWorker[F]], Any], patient: bool
    ) -> tuple[Any, BaseException | None]:
        announced = False
        while True:
            try:
                return job(self), None
            except Exception as error:  # noqa: BLE001 - handed to the one who asked
                if not patient or not is_busy(error) or self._closing.is_set():
                    return None, error
            if not announced:
                announced = True
                with contextlib.suppress(RuntimeError):
                    self._waiting.emit()
            time.sleep(_PAUSE_S)


@contextlib.contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All that is written within, or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            database.execute("ROLLBACK")
        raise


def may_write(path: Path) -> bool:
    """Whether a database may be written: the file, and its folder, where SQLite needs a journal.

    By trying: permissions, read-only media and Windows' folders all look different.
    """
    probe = path.with_name(f".{path.name}.probe")
    try:
        with path.open("r+b"):
            pass
        probe.touch()
        held.remove(probe)
    except OSError:
        return False
    return True


def is_busy(error: BaseException) -> bool:
    """Whether another program held the file just then."""
    text = str(error).lower()
    return isinstance(error, sqlite3.OperationalError) and ("locked" in text or "busy" in text)
