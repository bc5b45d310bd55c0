"""Checksums of blocks of large files: what a query touches is compared without reading the rest.

One file holds those of all files that have them, found by what a file holds (its SHA-256), and
besides the two columns of the view rows that a search needs of all views.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import CraterIndexError
from ..monitor import Monitor
from .closed import open_inside
from .entries import SegmentEntry
from .format import VIEW_DTYPE, VIEWS, Float32
from .storage import Bytes, FileEntry, HashingFile, MappedFile, check_size, damaged, write_new

BLOCK = 4096
"""Bytes that one checksum is of."""
_MAGIC = b"CBSUMS01"
_HEAD = struct.Struct("<8sII")
_TABLE = np.dtype([("sha256", "V32"), ("size", "<u8"), ("views", "<u4"), ("zero", "<u4")])
_READ = 64  # blocks at a time

Column = npt.NDArray[np.int32]


class Blocks:
    """The checksums of one file's blocks, and which of them were compared."""

    def __init__(self, crc: npt.NDArray[np.uint32]) -> None:
        self._crc, self._good = crc, np.zeros(len(crc), bool)
        self._left = len(crc)

    def first_bad(self, data: Bytes, starts: npt.ArrayLike, ends: npt.ArrayLike) -> int | None:
        """Compare the blocks with bytes from ``starts`` to before ``ends`` [n]; where one differs,
        its first byte."""
        if not self._left:
            return None
        first = np.asarray(starts, np.int64) // BLOCK
        lengths = (np.asarray(ends, np.int64) + BLOCK - 1) // BLOCK - first
        before = np.cumsum(lengths) - lengths
        touched = np.repeat(first - before, lengths) + np.arange(int(lengths.sum()))
        wanted = np.unique(touched[~self._good[touched]])
        view = data.data
        for block, crc in zip(wanted.tolist(), self._crc[wanted].tolist(), strict=True):
            if zlib.crc32(view[block * BLOCK : (block + 1) * BLOCK]) != crc:
                return int(block) * BLOCK
        self._good[wanted] = True
        self._left = len(self._good) - int(np.count_nonzero(self._good))  # two threads may compare
        return None


@dataclass
class _Table:
    """What is kept of one file: checksums of its blocks; of view rows, two columns."""

    sha256: str
    size: int
    crc: npt.NDArray[np.uint32]
    rows: Column
    scales: Float32
    first: int = 0
    """Where the columns begin in those of the whole file."""


class Sums:
    """The file, mapped; it is compared and read when it is first asked. All methods raise
    CraterIndexError for damage."""

    def __init__(self, file: MappedFile) -> None:
        self.file = file
        self._read: dict[str, _Table] | None = None

    @property
    def tables(self) -> dict[str, _Table]:
        """By the SHA-256 of what they are of."""
        if self._read is None:
            self._read = {table.sha256: table for table in self._parsed()}
        return self._read

    def blocks(self, entry: FileEntry) -> Blocks | None:
        """The checksums of a file's blocks, none of them compared yet; None where it has none."""
        table = self.tables.get(entry.sha256)
        return Blocks(table.crc) if table is not None and table.size == entry.size else None

    def columns(self, segments: Sequence[SegmentEntry]) -> tuple[Column, Float32] | None:
        """Crater row and scale of all views of ``segments``; None where some are not here."""
        tables = [self.tables.get(segment.file(VIEWS).sha256) for segment in segments]
        lengths = [segment.views for segment in segments]
        if [0 if table is None else len(table.rows) for table in tables] != lengths:
            return None
        known = [table for table in tables if table is not None]
        ends = np.cumsum([0, *lengths])
        if known and all(
            table.first == known[0].first + end for table, end in zip(known, ends, strict=False)
        ):  # one after the other in the file: no copy
            part = slice(known[0].first, known[0].first + int(ends[-1]))
            return self._rows[part], self._scales[part]
        return (
            np.concatenate([np.empty(0, np.int32), *(table.rows for table in known)]),
            np.concatenate([np.empty(0, np.float32), *(table.scales for table in known)]),
        )

    def _parsed(self) -> Iterable[_Table]:
        data = self.file.verified()
        if len(data) < _HEAD.size:
            raise self._unfit()
        magic, count, _ = _HEAD.unpack_from(data.data, 0)
        start = _HEAD.size + count * _TABLE.itemsize
        if magic != _MAGIC or start > len(data):
            raise self._unfit()
        entries = data[_HEAD.size : start].view(_TABLE)
        sizes, views = entries["size"].tolist(), entries["views"].tolist()
        blocks = [-(-size // BLOCK) for size in sizes]
        if len(data) != start + 4 * sum(blocks) + 8 * sum(views) or any(
            number not in (0, size // VIEW_DTYPE.itemsize)
            for number, size in zip(views, sizes, strict=True)
        ):
            raise self._unfit()
        crc = data[start : start + 4 * sum(blocks)].view("<u4")
        start += 4 * sum(blocks)
        self._rows = data[start : start + 4 * sum(views)].view("<i4")
        self._scales = data[start + 4 * sum(views) :].view("<f4")
        done = seen = 0
        for sha, size, number, many in zip(entries["sha256"], sizes, views, blocks, strict=True):
            part = slice(seen, seen + number)
            yield _Table(
                sha.tobytes().hex(), size, crc[done : done + many],
                self._rows[part], self._scales[part], seen,
            )  # fmt: skip
            done, seen = done + many, seen + number

    def _unfit(self) -> CraterIndexError:
        return CraterIndexError(
            f"{self.file.root.name}: {self.file.entry.path} holds no checksums of its files. "
            "Verify the index and have it repaired, which drops them, or build the index again."
        )


def write_sums(
    root: Path,
    path: str,
    files: Sequence[FileEntry],
    known: Sums | None,
    monitor: Monitor,
) -> FileEntry:
    """Write the checksums of the blocks of ``files``; those that ``known`` has are copied, other
    files are read and compared. Raises CraterIndexError, OSError."""
    have = known.tables if known is not None else {}
    tables = [have.get(entry.sha256) or _table_of(root, entry, monitor) for entry in files]
    entries = np.zeros(len(tables), _TABLE)
    for number, table in enumerate(tables):
        entries[number] = (bytes.fromhex(table.sha256), table.size, len(table.rows), 0)
    columns = (
        ([table.crc for table in tables], "<u4"),
        ([table.rows for table in tables], "<i4"),
        ([table.scales for table in tables], "<f4"),
    )

    def write(file: HashingFile) -> None:
        file.write(_HEAD.pack(_MAGIC, len(tables), 0))
        file.write(entries.view(np.uint8))
        for parts, kind in columns:
            for part in parts:
                file.write(np.ascontiguousarray(part, kind).view(np.uint8))

    return write_new(root, path, write)


def _table_of(root: Path, entry: FileEntry, monitor: Monitor) -> _Table:
    check_size(root, entry)
    digest, crc = hashlib.sha256(), []
    views = entry.path.endswith("/" + VIEWS)
    rows: list[Column] = [np.empty(0, np.int32)]
    scales: list[Float32] = [np.empty(0, np.float32)]
    # A whole number of blocks and of view rows.
    step = _READ * BLOCK * (VIEW_DTYPE.itemsize // 16)
    with open_inside(root, root / entry.path) as file:
        while piece := file.read(step):
            monitor.check()
            digest.update(piece)
            part = memoryview(piece)
            crc += [zlib.crc32(part[at : at + BLOCK]) for at in range(0, len(part), BLOCK)]
            if views:
                records = np.frombuffer(piece, VIEW_DTYPE)
                rows.append(records["crater_row"])
                scales.append(records["global_scale"])
    if digest.hexdigest() != entry.sha256:
        raise damaged(root, entry.path)
    crcs = np.array(crc, np.uint32)
    return _Table(entry.sha256, entry.size, crcs, np.concatenate(rows), np.concatenate(scales))
