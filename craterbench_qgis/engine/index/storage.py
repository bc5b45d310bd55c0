"""Files of an index at the lowest level: writing, hashing, replacing, mapping, naming faults.

Nothing here knows what a file holds. Every ``OSError`` leaves this package as a
:class:`CraterIndexError` whose text says which file, what happened and what to do.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import mmap
import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ...contract import held
from ..errors import CraterIndexError
from .closed import inside, open_inside

Bytes = npt.NDArray[np.uint8]

_BLOCK = 1 << 18
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_OTHER_FILES = 256  # that a process holds beside an index
# A disk with less than this left is called full when a library hides the real reason.
_NEARLY_FULL = 4 << 20

RESTORE = (
    "Restore it from a copy of the index, or build the index again; verifying the index lists "
    "everything that is wrong."
)


@dataclass(frozen=True)
class FileEntry:
    """One file as the manifest promises it: path inside the index, bytes, SHA-256 in hex."""

    path: str
    size: int
    sha256: str


def storage_error(error: BaseException, path: Path) -> CraterIndexError:
    """The :class:`CraterIndexError` for a failure of the file system at ``path``."""
    number = getattr(error, "errno", None)
    hidden = number is None and ("is full" in str(error) or _nearly_full(path))
    if number in _FULL or hidden:
        text = (
            f"The disk is full: {path} could not be written. Free some space and run the same "
            "command again; everything committed so far is kept."
        )
    elif held.is_held(error):
        text = (
            f"{path} is open in another program, or you may not write there. If QGIS shows it, "
            "remove the layer first; else close the program that has it open, or check the "
            "folder's permissions. Everything committed so far is kept."
        )
    elif number in _DENIED:
        text = (
            f"No permission for {path}. Check the folder's permissions and that no other program "
            "holds the file open; everything committed so far is kept."
        )
    elif number in {errno.ENOENT, errno.ENOTDIR}:
        text = (
            f"{path} is gone: the index's folder was moved or removed while it was in use. "
            "Put it back and run the same command again."
        )
    elif number == errno.EFBIG:
        text = (
            f"{path} is larger than this disk or user may have. "
            "Use a disk formatted for large files (not FAT32), or raise the file size limit."
        )
    else:
        text = f"{path} could not be read or written ({error}). Check the disk and run again."
    return CraterIndexError(text)


def _nearly_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _NEARLY_FULL
    except OSError:
        return False


@contextlib.contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` of the block, which works on ``path``, into a CraterIndexError."""
    try:
        yield
    except OSError as error:
        exact = Path(error.filename) if isinstance(error.filename, str) else path
        raise storage_error(error, exact) from error


class HashingFile(io.RawIOBase):
    """A new file that hashes what is written to it; :meth:`finish` makes it durable."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.size = 0
        self._digest = hashlib.sha256()
        self._file = path.open("xb")

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Append bytes (anything with the buffer protocol); returns their number."""
        view = memoryview(data)
        if not view.nbytes:
            return 0
        view = view.cast("B")
        self._file.write(view)
        self._digest.update(view)
        self.size += len(view)
        return len(view)

    def finish(self, name: str) -> FileEntry:
        """Flush to the disk, close, and return the entry under ``name``."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        super().close()
        return FileEntry(name, self.size, self._digest.hexdigest())

    def close(self) -> None:
        if not self.closed:
            # Closing an unfinished file on a full disk fails again; the first error is the news.
            with contextlib.suppress(OSError):
                self._file.close()
        super().close()


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable, where the operating system has that."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sync_file(path: Path) -> None:
    """Make the contents of ``path``, written by a library, durable."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def write_new(root: Path, path: str, write: Callable[[HashingFile], Any]) -> FileEntry:
    """A new, durable file at ``path`` of the index in ``root``, filled by ``write``; its folder is
    made where there is none. Raises OSError."""
    target = root / path
    target.parent.mkdir(exist_ok=True)
    file = HashingFile(target)
    try:
        write(file)
        entry = file.finish(path)
    finally:
        file.close()
    sync_folder(target.parent)
    sync_folder(root)
    return entry


def write_atomically(path: Path, data: bytes) -> None:
    """Write ``path`` wholly or not at all: temporary file beside it, fsync, rename, fsync."""
    temporary = path.with_name(path.name + ".tmp")
    held.remove(temporary)
    file = HashingFile(temporary)
    try:
        file.write(data)
        file.finish(path.name)
    finally:
        file.close()
    held.replace(temporary, path)
    sync_folder(path.parent)


def discard(root: Path, path: Path) -> None:
    """Remove a file or folder that no manifest names; one that is held open stays as debris.

    Raises CraterIndexError, and removes nothing, where a link is on the way or at its end.
    """
    with contextlib.suppress(OSError):
        status = inside(root, path)
        if status is not None and stat.S_ISDIR(status.st_mode):
            shutil.rmtree(path, ignore_errors=True)
        elif status is not None:
            path.unlink(missing_ok=True)


def hash_file(root: Path, path: Path) -> str:
    """SHA-256 of a file of the index, in hex. Raises CraterIndexError for a link, OSError."""
    digest = hashlib.sha256()
    block = memoryview(bytearray(_BLOCK))  # one for all: new ones cost as much as the checksum
    with open_inside(root, path) as file:
        while count := file.readinto(block):  # type: ignore[attr-defined]
            digest.update(block[:count])
    return digest.hexdigest()


def check_size(root: Path, entry: FileEntry, advice: object = RESTORE) -> None:
    """Raise CraterIndexError unless the file is there with exactly the promised length."""
    path = root / entry.path
    try:
        status = inside(root, path)
    except OSError as error:
        raise storage_error(error, path) from error
    if status is None:
        raise CraterIndexError(f"{root.name}: the file {entry.path} is missing. {advice}")
    if not stat.S_ISREG(status.st_mode):
        raise CraterIndexError(f"{root.name}: {entry.path} is not a file. {advice}")
    if status.st_size < entry.size:
        raise CraterIndexError(
            f"{root.name}: the file {entry.path} is truncated: {status.st_size} of {entry.size} "
            f"bytes. {advice}"
        )
    if status.st_size > entry.size:
        raise CraterIndexError(
            f"{root.name}: the file {entry.path} is not the one written: {status.st_size} bytes "
            f"instead of {entry.size}. {advice}"
        )


def check_contents(root: Path, entry: FileEntry, advice: object = RESTORE) -> None:
    """:func:`check_size`, then compare the SHA-256. Raises CraterIndexError."""
    check_size(root, entry, advice)
    path = root / entry.path
    with storage_errors(path):
        digest = hash_file(root, path)
    if digest != entry.sha256:
        raise damaged(root, entry.path, advice)


def damaged(root: Path, name: str, advice: object = RESTORE) -> CraterIndexError:
    """The error for contents that differ from what was written."""
    return CraterIndexError(
        f"{root.name}: the file {name} is damaged: its checksum differs. {advice}"
    )


def expect_files(count: int) -> None:
    """Have the system let this process hold ``count`` more files than now, as far as it may.

    A map keeps its file open, and some systems begin with 256 of them.
    """
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # not on Windows, which has no such limit

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = count + _OTHER_FILES + len(os.listdir("/dev/fd"))  # noqa: PTH208 - quicker
        if soft != resource.RLIM_INFINITY and soft < wanted:
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def blocks_read() -> tuple[int, int] | None:
    """How often this thread has had something read from a disk; None where the system does not
    say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    usage = resource.getrusage(getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF))
    return usage.ru_inblock, usage.ru_majflt


class BlockSums(Protocol):
    """See :class:`.sums.Blocks`."""

    def first_bad(self, data: Bytes, starts: npt.ArrayLike, ends: npt.ArrayLike) -> int | None: ...


class MappedFile:
    """A file of an index mapped for reading; nothing is read until its bytes are used."""

    def __init__(self, root: Path, entry: FileEntry) -> None:
        self.root, self.entry = root, entry
        self.path = root / entry.path
        self._map: mmap.mmap | None = None
        self._bytes: Bytes | None = None
        self._checked, self._checking = False, threading.Lock()
        self.blocks: Callable[[FileEntry], BlockSums | None] | None = None
        """Gives the checksums of the file's blocks, where it has any."""
        self._blocks: BlockSums | None = None
        self._damage: CraterIndexError | None = None
        check_size(root, entry)
        if entry.size:
            with storage_errors(self.path), open_inside(root, self.path) as file:
                self._map = mmap.mmap(file.fileno(), entry.size, access=mmap.ACCESS_READ)

    def bytes(self) -> Bytes:
        """uint8 [size], read-only, straight from the map."""
        if self._bytes is None:
            self._bytes = np.frombuffer(b"" if self._map is None else self._map, np.uint8)
        return self._bytes

    def verified(self) -> Bytes:
        """:meth:`bytes` after the whole file's checksum was compared, once per opening."""
        if not self._checked:
            with self._checking:  # once, by whichever thread comes first
                if not self._checked:
                    try:
                        self.verify()
                    except CraterIndexError as error:
                        self._damage = error
                        raise
        return self.bytes()

    @property
    def is_checked(self) -> bool:
        """Whether the whole file was compared."""
        return self._checked

    def checked(self, starts: npt.ArrayLike, ends: npt.ArrayLike) -> Bytes:
        """:meth:`bytes`, of which those from ``starts`` to before ``ends`` [n] were compared by the
        checksums of their blocks; the whole file where it has none. Raises CraterIndexError."""
        if self._checked:
            return self.bytes()
        if self._damage is not None:  # somewhere, found by whoever compared all of it
            raise self._damage
        if not self.in_blocks or self._blocks is None:
            return self.verified()
        self.still_there()
        data = self.bytes()
        bad = self._blocks.first_bad(data, starts, ends)
        if bad is not None:
            raise damaged(self.root, f"{self.entry.path} at byte {bad:,}")
        return data

    @property
    def in_blocks(self) -> bool:
        """Whether parts of it can be checked by themselves. Raises CraterIndexError."""
        if self._blocks is None and self.blocks is not None:
            self._blocks = self.blocks(self.entry)
        return self._blocks is not None

    def verify(self) -> None:
        """Compare size and SHA-256 with the manifest. Raises CraterIndexError."""
        if os.path.lexists(self.path):
            # By reading, not through the map: a bad disk then gives an error, not a crash.
            check_contents(self.root, self.entry)
        elif hashlib.sha256(self.bytes().data).hexdigest() != self.entry.sha256:
            raise damaged(self.root, self.entry.path)
        self._checked = True

    def still_there(self) -> None:
        """Raise when the file was shortened since it was mapped: touching it would be fatal.

        One that was removed is fine, its map lives on (a writer consolidated the index).
        """
        if self._map is None:
            return
        with storage_errors(self.path):
            size = self._map.size()  # of the file that is mapped, whatever has its name now
        if size < self.entry.size:
            check_size(self.root, self.entry)
            raise damaged(self.root, self.entry.path)

    def will_need(self, starts: npt.NDArray[np.int64], length: int) -> None:
        """Tell the operating system to fetch ``length`` bytes from each of ``starts`` now (no
        effect on Windows)."""
        advise = getattr(self._map, "madvise", None)
        wish = getattr(mmap, "MADV_WILLNEED", None)
        if advise is not None and wish is not None:
            pages = starts - starts % mmap.PAGESIZE
            lengths = starts - pages + length
            with contextlib.suppress(OSError):
                for page, size in zip(pages.tolist(), lengths.tolist(), strict=True):
                    advise(wish, page, size)
