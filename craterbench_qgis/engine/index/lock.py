"""One writer at a time: an operating-system lock that dies with its process.

The lock file says who holds it, for the message; the lock itself is ``flock`` (Unix) or a locked
byte (Windows), which the system releases when the process ends however it ends, so a lock left
by a killed process is never in the way. Only on a file system without locks (some cluster disks)
the process number in the file decides.

Not filelock: it opens and truncates the file before anybody could look at it, so that a pipe would
hang and a hard link lose its content; it raises where there are no locks, and does not say who
holds one.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import stat
import sys
from io import FileIO
from pathlib import Path

from ..errors import CraterIndexError
from .closed import inside
from .storage import storage_errors

LOCK_NAME = "craterindex.lock"
# Windows locks bytes against reading too: lock one far behind the text, so others can read it.
_LOCKED_BYTE = 1 << 20
_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP}
# What flock, network shares and Windows say where somebody else has the lock.
_HELD = {errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}
_ATTEMPTS = 50


class WriterLock:
    """Exclusive right to change the index in ``folder``, from creation to :meth:`release`."""

    def __init__(self, folder: Path) -> None:
        """Raises CraterIndexError, naming process and host, while another one holds it."""
        self.path = folder / LOCK_NAME
        with storage_errors(self.path):
            self._file = self._acquire()
            holder = {"pid": os.getpid(), "host": socket.gethostname()}
            # Only the text for others' messages: a full disk must not stop e.g. a removal here.
            with contextlib.suppress(OSError):
                self._file.seek(0)
                self._file.truncate()
                self._file.write(json.dumps(holder).encode())

    def _acquire(self) -> FileIO:
        for _ in range(_ATTEMPTS):
            file = self._open()
            try:
                self._lock(file)
                # Between our opening and locking, the last holder may have removed the file.
                with contextlib.suppress(FileNotFoundError):
                    if os.path.samestat(os.fstat(file.fileno()), self.path.stat()):
                        return file
            except BaseException:
                file.close()
                raise
            file.close()
        raise CraterIndexError(
            f"{self.path.parent.name} cannot be locked: its disk gives {LOCK_NAME} another number "
            "each time it is asked. Copy the index to a disk of this computer, and try again."
        )

    def _open(self) -> FileIO:
        # Writing through a link would overwrite what it leads to: a soft one is not followed,
        # a hard one refused.
        inside(self.path.parent, self.path)
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        file = FileIO(os.open(self.path, flags | getattr(os, "O_NONBLOCK", 0), 0o666), "r+")
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
            file.close()
            raise CraterIndexError(
                f"{self.path.parent.name}: '{LOCK_NAME}' leads to another file. Nothing was "
                "changed; remove it, and get the index anew if it came from somebody else."
            )
        return file

    def _lock(self, file: FileIO) -> None:
        """Raise CraterIndexError where another process holds it, OSError where it cannot be."""
        try:
            _lock(file)
        except OSError as error:
            if error.errno in _NO_LOCKS and not self._holder_lives():
                return
            if error.errno not in _HELD | _NO_LOCKS:
                raise
            raise CraterIndexError(
                f"{self.path.parent.name} is being changed by another process "
                f"({self._holder_text()}). Wait until it has finished, or stop it, and try "
                f"again; if it no longer exists, delete {LOCK_NAME} in the index's folder."
            ) from error

    def _holder(self) -> tuple[int, str] | None:
        try:
            holder = json.loads(self.path.read_bytes())
            return int(holder["pid"]), str(holder["host"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _holder_text(self) -> str:
        holder = self._holder()
        return f"process {holder[0]} on {holder[1]}" if holder else "it does not say which"

    def _holder_lives(self) -> bool:
        holder = self._holder()
        if holder is None:
            return False
        if holder[1] != socket.gethostname():
            return True
        try:
            os.kill(holder[0], 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True
        return True

    def release(self) -> None:
        """Give the lock back and remove its file; harmless when repeated."""
        if self._file.closed:
            return
        # Unix: remove while still locked, so that nobody locks a file about to lose its name.
        if os.name != "nt":
            with contextlib.suppress(OSError):
                self.path.unlink()
        _unlock(self._file)
        self._file.close()
        if os.name == "nt":
            with contextlib.suppress(OSError):
                self.path.unlink()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: FileIO) -> None:
        file.seek(_LOCKED_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(file: FileIO) -> None:
        with contextlib.suppress(OSError):
            file.seek(_LOCKED_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: FileIO) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: FileIO) -> None:
        with contextlib.suppress(OSError):
            fcntl.flock(file.fileno(), fcntl.LOCK_UN)
