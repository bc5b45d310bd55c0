"""Which file the store is in: jobs of its thread. They return notes (code, path) for the user."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ..file_worker import FileWorker, is_busy, may_write
from . import schema
from .file import StoreFile, set_aside

StoreWorker = FileWorker[StoreFile]
Note = tuple[str, str]


def store_of(worker: StoreWorker) -> StoreFile:
    """The open store; an empty one in memory where there is none."""
    if worker.file is None:
        worker.file = StoreFile()
    return worker.file


def open_store(worker: StoreWorker, path: Path | None) -> list[Note]:
    """Open the store at ``path`` where there is one, else an empty one in memory."""
    worker.replace(None)
    notes: list[Note] = []
    if path is not None and path.exists():
        worker.file = _opened(path, notes)
    if store_of(worker).path is not None:
        store_of(worker).purge()
    return notes


def move_store(worker: StoreWorker, path: Path | None) -> list[Note]:
    """From now on the store is at ``path`` (None: in memory); all that is in it is copied."""
    file = store_of(worker)
    if file.path == path:
        return []
    if path is None:
        worker.replace(file.copy_to(None))
        return []
    notes: list[Note] = []
    try:
        if path.exists():
            notes.append(("replaced", str(set_aside(path, "replaced"))))
        copy = file.copy_to(path)
    except (OSError, sqlite3.Error) as error:
        if is_busy(error):
            raise
        if file.path is not None:  # never write into the store of the project left behind
            worker.replace(file.copy_to(None))
        return [("readonly", str(path))]
    worker.replace(copy)
    return notes


def create_store(worker: StoreWorker, path: Path) -> list[Note]:
    """The first query of a saved project: make its file, or stay in memory and say so."""
    file = store_of(worker)
    return move_store(worker, path) if file.path is None and file.writable else []


def _opened(path: Path, notes: list[Note]) -> StoreFile | None:
    writable = may_write(path)
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
