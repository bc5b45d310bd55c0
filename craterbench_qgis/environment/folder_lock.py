"""One installation at a time in a folder: an operating-system lock that dies with its holder.

``flock`` (Unix) or a locked byte (Windows): the system releases it however the process ends, so a
lock left by a killed QGIS is never in the way. Where a file system has no locks, the process
number in the file decides.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import sys
from io import FileIO
from pathlib import Path
from typing import Any, Optional

from .places import LOCK_NAME

# Windows locks bytes against reading too: lock one far behind the text, so others can read it.
_LOCKED_BYTE = 1 << 20
_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP}


class Busy(Exception):
    """Another process works in the folder; the message names it."""


class FolderLock:
    """Exclusive right to change the environment in ``folder`` (made where it is missing)."""

    def __init__(self, folder: Path) -> None:
        """Raises Busy while another process holds it, OSError where the folder cannot be used."""
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / LOCK_NAME
        self._file = FileIO(os.open(str(self.path), os.O_RDWR | os.O_CREAT, 0o666), "r+")
        if not self._acquire():
            self._file.close()
            raise Busy(_holder_text(self.path))
        holder = {"pid": os.getpid(), "host": socket.gethostname()}
        with contextlib.suppress(OSError):
            self._file.truncate(0)
            self._file.seek(0)
            self._file.write(json.dumps(holder).encode())

    @property
    def descriptor(self) -> int:
        """For children that must hold it too: a pip that outlives us still keeps others away."""
        return self._file.fileno()

    def release(self, delete: bool = False) -> None:
        """Let go of it. ``delete``: the file too, where the folder is to be deleted."""
        if delete:
            with contextlib.suppress(OSError):
                self.path.unlink()
        self._file.close()
        if delete:  # Windows deletes no open file
            with contextlib.suppress(OSError):
                self.path.unlink()

    def _acquire(self) -> bool:
        try:
            return _lock(self._file)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            holder = _holder(self.path)
            return holder is None or (
                holder[1] == socket.gethostname() and not process_lives(holder[0])
            )


def process_lives(pid: int) -> bool:
    """Whether a process with that number runs on this computer."""
    if sys.platform == "win32":
        import ctypes

        windows: Any = ctypes.windll
        handle = windows.kernel32.OpenProcess(0x1000, False, pid)
        if handle:
            windows.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _lock(file: FileIO) -> bool:
    if sys.platform == "win32":
        import msvcrt

        file.seek(_LOCKED_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        return True
    import fcntl

    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN):
            return False
        raise
    return True


def _holder(path: Path) -> Optional[tuple[int, str]]:
    try:
        data = json.loads(path.read_bytes())
        return int(data["pid"]), str(data["host"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _holder_text(path: Path) -> str:
    holder = _holder(path)
    return f"process {holder[0]} on {holder[1]}" if holder else "it does not say which"
