"""The thread that writes and reads the store, so that a slow disk never holds up QGIS."""

from __future__ import annotations

import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Optional

from . import schema as schema
from .file import StoreFile, is_busy, set_aside

Job = Callable[["StoreWorker"], Any]
Answer = Callable[[Any, Optional[BaseException]], None]  # noqa: UP045 - met at run time
_PAUSE = 0.25


class StoreWorker:
    """Runs jobs one after the other on one open :class:`StoreFile`, in a thread of its own.

    A job that finds the file locked by another program is tried again until it works or the
    worker is closed. ``waiting`` is called (in the thread) when the first try failed.
    """

    def __init__(self, waiting: Callable[[], None]) -> None:
        self.file: StoreFile | None = None
        self._waiting = waiting
        self._jobs: queue.Queue[tuple[Job, Answer] | None] = queue.Queue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="craterbench-store", daemon=True)
        self._thread.start()

    def submit(self, job: Job, answer: Answer) -> None:
        """``answer(result, error)`` is called in the thread."""
        self._jobs.put((job, answer))

    def wait(self, job: Job, seconds: float) -> Any:
        """Run a job after all others and wait for it; TimeoutError after ``seconds``."""
        done = threading.Event()
        box: list[Any] = [None, None]

        def answer(result: Any, error: BaseException | None) -> None:
            box[:] = [result, error]
            done.set()

        self.submit(job, answer)
        if not done.wait(seconds):
            raise TimeoutError("the store did not answer")
        if box[1] is not None:
            raise box[1]
        return box[0]

    def close(self, seconds: float = 5.0) -> bool:
        """Finish what is waiting and let go of the file; False where time ran out."""
        self._jobs.put(None)
        self._thread.join(seconds)
        if self._thread.is_alive():
            self._closing.set()
            self._thread.join(1.0)
        return not self._closing.is_set()

    def _run(self) -> None:
        while True:
            one = self._jobs.get()
            if one is None:
                break
            job, answer = one
            result, error = self._attempt(job)
            # The one who asked may be gone with its window; the next job must still run.
            with contextlib.suppress(RuntimeError):
                answer(result, error)
        if self.file is not None:
            self.file.close()

    def _attempt(self, job: Job) -> tuple[Any, BaseException | None]:
        told = False
        while True:
            try:
                return job(self), None
            except Exception as error:  # noqa: BLE001 - handed to the one who asked
                if not is_busy(error) or self._closing.is_set():
                    return None, error
                if not told:
                    told = True
                    with contextlib.suppress(RuntimeError):
                        self._waiting()
                time.sleep(_PAUSE)

    def store(self) -> StoreFile:
        """The open store, for jobs."""
        if self.file is None:
            self.file = StoreFile()
        return self.file

    # Jobs that change which file is open; they return notes (code, path) to tell the user.

    def open(self, path: Path | None) -> list[tuple[str, str]]:
        """Open the store at ``path`` where there is one, else an empty one in memory."""
        if self.file is not None:
            self.file.close()
            self.file = None
        notes: list[tuple[str, str]] = []
        if path is not None and path.exists():
            self.file = _opened(path, notes)
        if self.file is None:
            self.file = StoreFile()
        if self.file.path is not None:
            self.file.purge()
        return notes

    def move_to(self, path: Path | None) -> list[tuple[str, str]]:
        """From now on the store is at ``path`` (None: in memory); all that is in it is copied."""
        file = self.store()
        if file.path == path:
            return []
        if path is None:
            self.file = file.copy_to(None)
            file.close()
            return []
        notes: list[tuple[str, str]] = []
        try:
            if path.exists():
                notes.append(("replaced", str(set_aside(path, "replaced"))))
            moved = file.copy_to(path)
        except (OSError, sqlite3.Error) as error:
            if is_busy(error):
                raise
            if file.path is not None:  # never write into the store of the project left behind
                self.file = file.copy_to(None)
                file.close()
            return [("readonly", str(path))]
        file.close()
        self.file = moved
        return notes

    def create_at(self, path: Path) -> list[tuple[str, str]]:
        """The first query of a saved project: make its file, or stay in memory and say so."""
        file = self.store()
        if file.path is None and file.writable:
            return self.move_to(path)
        return []


def _opened(path: Path, notes: list[tuple[str, str]]) -> StoreFile | None:
    writable = _may_write(path)
    try:
        file = StoreFile(path, writable=writable)
        if writable:
            return file
        copy = file.copy_to(None)
        file.close()
        notes.append(("readonly", str(path)))
        return copy
    except schema.NewerStore:
        notes.append(("newer", str(path)))
        return _unsaved()
    except (sqlite3.DatabaseError, schema.ForeignStore) as error:
        if is_busy(error):
            raise
        if isinstance(error, sqlite3.OperationalError) and "no such" not in str(error):
            # The disk's or the permissions' fault, not the file's: leave it where it is.
            notes.append(("unreadable", str(path)))
            return _unsaved()
        try:
            notes.append(("damaged", str(set_aside(path, "damaged"))))
            return None
        except OSError:
            notes.append(("readonly", str(path)))
            return _unsaved()


def _unsaved() -> StoreFile:
    """Memory that must not be written over the file that is there."""
    file = StoreFile()
    file.writable = False
    return file


def _may_write(path: Path) -> bool:
    """By trying: permissions, read-only media and Windows' folders all look different."""
    probe = path.with_name(f".{path.name}.probe")
    try:
        with path.open("r+b"):
            pass
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True
