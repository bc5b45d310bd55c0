"""A segment: the files of some views, written once, then only mapped and read."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import uuid
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...contract.vocabulary import Size
from .. import two_bits
from ..errors import CraterIndexError
from .entries import SegmentEntry
from .format import (
    GLOBALS,
    SEGMENT_FILES,
    SKIPPED,
    THUMBNAILS,
    TOKENS,
    VIEW_DTYPE,
    VIEWS,
    IndexSettings,
    SegmentData,
    Skipped,
    record_dtype,
)
from .storage import RESTORE, FileEntry, HashingFile, MappedFile, sync_folder

Records = npt.NDArray[np.void]
Rows = npt.NDArray[np.integer]
Places = slice | Rows
PLAIN_VIEW = np.dtype((np.void, VIEW_DTYPE.itemsize))
"""A row of ``views.bin`` as bytes: numpy copies records member by member."""

_SKIPPED_HEADER = ("crater_row", "observation", "context", "reason")
_MOST_REASONS = 100
_OTHER = "other reasons"
_APART = re.compile(r"^segments/c[0-9]{7,}-[0-9a-f]{32}$")


def crc_of_records(records: Records) -> npt.NDArray[np.uint32]:
    """CRC-32 [V] of each record (C-contiguous) without its last four bytes."""
    length = records.dtype.itemsize
    data = np.ascontiguousarray(records).view(np.uint8).reshape(-1).data
    crc32, end = zlib.crc32, length - 4
    starts = range(0, len(records) * length, length)
    return np.array([crc32(data[start : start + end]) for start in starts], np.uint32)


def encode(
    data: SegmentData, settings: IndexSettings
) -> tuple[Records, npt.NDArray[np.int8], Records, bytes]:
    """The bytes of a chunk: token records, int8 globals [V, G], view rows, joined thumbnails."""
    from ..tokens import quantise

    records = np.zeros(len(data), record_dtype(settings))
    store = two_bits.pack if settings.size is Size.SMALL else quantise
    records["tokens"], records["scale"] = store(data.tokens)
    records["seed"] = data.seeds
    records["assignment"] = data.assignment
    records["crc"] = crc_of_records(records)
    globals_, scale = quantise(data.globals)
    views = np.zeros(len(data), VIEW_DTYPE)
    for name in (
        "crater_row",
        "observation",
        "context",
        "valid_fraction",
        "native_m_per_px",
        "m_per_px",
    ):
        views[name] = getattr(data, name)
    views["global_scale"] = scale
    views["thumb_length"] = [len(jpeg) for jpeg in data.thumbnails]
    views["thumb_crc"] = [zlib.crc32(jpeg) for jpeg in data.thumbnails]
    return records, globals_, views, b"".join(data.thumbnails)


class SegmentWriter:
    """Writes a new segment piece by piece; the manifest entry comes from :meth:`finish`."""

    def __init__(self, root: Path, path: str) -> None:
        self.folder, self._path = root / path, path
        # Never the root: an index that was moved away must not start anew as a fragment.
        self.folder.parent.mkdir(exist_ok=True)
        self.folder.mkdir()
        self._files: dict[str, HashingFile] = {}
        self._views = 0
        self._reasons: Counter[str] = Counter()
        try:
            for name in SEGMENT_FILES:
                self._files[name] = HashingFile(self.folder / name)
            self._files[SKIPPED].write(_csv_lines([_SKIPPED_HEADER]))
        except BaseException:
            self.close()
            raise

    def append(
        self,
        records: Records,
        globals_: npt.NDArray[np.int8],
        views: Records,
        thumbnails: bytes,
    ) -> None:
        """Add views; ``thumbnails`` holds theirs one after the other, in the same order."""
        ends = self._files[THUMBNAILS].size + np.cumsum(views["thumb_length"], dtype=np.uint64)
        views = views.copy()
        views["thumb_offset"] = ends - views["thumb_length"]
        self._files[TOKENS].write(np.ascontiguousarray(records).view(np.uint8))
        self._files[GLOBALS].write(np.ascontiguousarray(globals_).view(np.uint8))
        self._files[VIEWS].write(views.view(np.uint8))
        self._files[THUMBNAILS].write(thumbnails)
        self._views += len(views)

    def append_skipped(self, skipped: Iterable[Skipped]) -> None:
        """Add views that were not made."""
        rows = [(view.crater_row, view.observation, view.context, view.reason) for view in skipped]
        self._files[SKIPPED].write(_csv_lines(rows))
        for *_, reason in rows:
            known = reason in self._reasons or len(self._reasons) < _MOST_REASONS
            self._reasons[reason if known else _OTHER] += 1

    def finish(self, chunks: tuple[int, int] | None, final: bool) -> SegmentEntry:
        """Make all files durable and describe them. Raises OSError."""
        files: list[FileEntry] = []
        for name, file in self._files.items():
            files.append(file.finish(f"{self._path}/{name}"))
        sync_folder(self.folder)
        sync_folder(self.folder.parent)
        sync_folder(self.folder.parent.parent)
        return SegmentEntry(
            self._path, self._views, tuple(files), dict(self._reasons), chunks, final
        )

    def close(self) -> None:
        """Let go of the files; nothing is removed."""
        for file in self._files.values():
            file.close()


def write_segment(
    root: Path, path: str, data: SegmentData, settings: IndexSettings, chunk: int
) -> SegmentEntry:
    """Write one chunk as a segment of its own; not committed yet. Raises OSError."""
    pieces = encode(data, settings)
    writer = SegmentWriter(root, path)
    try:
        writer.append(*pieces)
        writer.append_skipped(data.skipped)
        return writer.finish((chunk, chunk), final=False)
    finally:
        writer.close()


def write_apart(
    root: Path, data: SegmentData, settings: IndexSettings, chunk: int, craters: int, seen: int
) -> SegmentEntry:
    """:func:`write_segment` by a process that is not the writer, under a name of its own.

    ``craters``, ``seen``: how many craters and observations the index has. The writer adopts it,
    or removes it as debris. Raises CraterIndexError and OSError.
    """
    data.check(settings, craters, seen)
    return write_segment(root, f"segments/c{chunk:07d}-{uuid.uuid4().hex}", data, settings, chunk)


def is_apart(entry: SegmentEntry) -> bool:
    """Whether the segment lies where :func:`write_apart` puts it, with the files of a segment."""
    files = [f"{entry.path}/{name}" for name in SEGMENT_FILES]
    return bool(_APART.match(entry.path)) and [file.path for file in entry.files] == files


def renamed(entry: SegmentEntry, path: str) -> SegmentEntry:
    """The entry of a segment whose folder was renamed to ``path``."""
    files = tuple(
        dataclasses.replace(file, path=f"{path}/{name}")
        for file, name in zip(entry.files, SEGMENT_FILES, strict=True)
    )
    return dataclasses.replace(entry, path=path, files=files)


def _csv_lines(rows: Iterable[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


class Segment:
    """A committed segment, mapped. View numbers here count from 0 within the segment."""

    def __init__(self, root: Path, entry: SegmentEntry, settings: IndexSettings) -> None:
        """Raises CraterIndexError for a missing or truncated file, or lengths that disagree."""
        self.root, self.entry, self._settings = root, entry, settings
        self._record = record_dtype(settings)
        self.files = {name: MappedFile(root, entry.file(name)) for name in SEGMENT_FILES}
        for name, width in (
            (TOKENS, self._record.itemsize),
            (GLOBALS, settings.global_dim),
            (VIEWS, VIEW_DTYPE.itemsize),
        ):
            if self.files[name].entry.size != entry.views * width:
                raise CraterIndexError(
                    f"{root.name}: the length of {entry.path}/{name} does not agree with the "
                    f"{entry.views} views of the manifest. {RESTORE}"
                )

    def __len__(self) -> int:
        return self.entry.views

    def verify(self) -> None:
        """Compare every file's checksum. Raises CraterIndexError naming the first bad one."""
        for file in self.files.values():
            file.verify()

    @property
    def views(self) -> Records:
        """The view rows [V], of ``VIEW_DTYPE``; checked at first use."""
        return self.files[VIEWS].verified().view(VIEW_DTYPE)

    def view_rows(self, rows: Rows) -> Records:
        """Copies of the view rows [n] of ``rows``, checked block by block where blocks have
        checksums."""
        at, width, file = np.asarray(rows, np.int64), VIEW_DTYPE.itemsize, self.files[VIEWS]
        if not file.is_checked:
            file.checked(at * width, (at + 1) * width)
        records: Records = self._plain_views[at].view(VIEW_DTYPE)
        return records

    @cached_property
    def _plain_views(self) -> Records:
        return self.files[VIEWS].bytes().view(PLAIN_VIEW)

    @property
    def globals(self) -> npt.NDArray[np.int8]:
        """int8 [V, G], straight from the map; checked at first use."""
        return (
            self.files[GLOBALS]
            .verified()
            .view(np.int8)
            .reshape(len(self), self._settings.global_dim)
        )

    def globals_of(self, rows: Rows) -> npt.NDArray[np.int8]:
        """Copies of the descriptors int8 [n, G] of ``rows``, not checked."""
        file = self.files[GLOBALS]
        file.still_there()
        whole = file.bytes().view(np.int8).reshape(len(self), self._settings.global_dim)
        return whole.take(rows, axis=0)

    def damaged_globals(self, row: int) -> CraterIndexError:
        """The error for a descriptor whose checksum differs."""
        return CraterIndexError(
            f"{self.root.name}: the file {self.files[GLOBALS].entry.path} is damaged at view "
            f"{row}: its checksum differs. {RESTORE}"
        )

    @property
    def records(self) -> Records:
        """The token records [V] straight from the map, not checked."""
        return self.files[TOKENS].bytes().view(self._record)

    def will_need(self, rows: Rows) -> None:
        """Ask for the records of ``rows`` (ascending) before they are read."""
        file, length = self.files[TOKENS], self._record.itemsize
        file.will_need(np.asarray(rows, np.int64) * length, length)

    def read_records(self, rows: Rows) -> Records:
        """Copies of the records of ``rows``, each checked. Raises CraterIndexError."""
        return gathered([(self, slice(None), rows)], len(rows), self._settings)

    def copy_records(self, rows: Rows, out: Records) -> Rows:
        """Copy the records of ``rows`` [n] into ``out`` [n] of as many bytes each; which of them
        were not compared since the opening. Raises CraterIndexError."""
        self.files[TOKENS].still_there()
        # As bytes: numpy copies records member by member. Clipped: else it copies them twice.
        self._plain_records.take(rows, out=out, mode="clip")
        return np.flatnonzero(~self.compared[rows])

    @cached_property
    def _plain_records(self) -> Records:
        plain = np.dtype((np.void, self._record.itemsize))
        return self.files[TOKENS].bytes().view(plain)

    @cached_property
    def compared(self) -> npt.NDArray[np.bool_]:
        """Which records [V] were compared with their checksums."""
        return np.zeros(len(self), bool)

    def thumbnail(self, row: int) -> bytes:
        """The JPEG of view ``row``, checked. Raises CraterIndexError."""
        (view,), file = self.view_rows(np.array([row])), self.files[THUMBNAILS]
        if not view["thumb_length"] and not view["thumb_crc"]:
            return b""
        file.still_there()
        start, length = int(view["thumb_offset"]), int(view["thumb_length"])
        blob = file.bytes()[start : start + length].tobytes()
        if zlib.crc32(blob) != int(view["thumb_crc"]):
            raise CraterIndexError(
                f"{self.root.name}: the file {file.entry.path} is damaged at view {row}: its "
                f"checksum differs. {RESTORE}"
            )
        return blob

    def thumbnails(self, rows: Rows) -> bytes:
        """The JPEGs of ``rows`` one after the other, not checked one by one."""
        views, data = self.views[rows], self.files[THUMBNAILS].bytes()
        starts = views["thumb_offset"].astype(np.int64).tolist()
        lengths = views["thumb_length"].tolist()
        return b"".join(
            data[start : start + length].tobytes()
            for start, length in zip(starts, lengths, strict=True)
        )

    def skipped(self) -> list[Skipped]:
        """The views that were not made; checked at first use."""
        file = self.files[SKIPPED]
        try:
            text = file.verified().tobytes().decode()
            rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
            return [Skipped(int(row), int(obs), float(ctx), why) for row, obs, ctx, why in rows]
        except (ValueError, csv.Error) as error:
            raise CraterIndexError(
                f"{self.root.name}: the file {file.entry.path} is not readable ({error}). {RESTORE}"
            ) from error


def gathered(
    groups: Iterable[tuple[Segment, Places, Rows]], count: int, settings: IndexSettings
) -> Records:
    """Checked copies of ``count`` records of several segments; those that were compared before are
    not compared again. ``groups``: (segment, where its records stand in the answer, their rows in
    it). Raises CraterIndexError."""
    kind = record_dtype(settings)
    plain = np.empty(count, np.dtype((np.void, kind.itemsize)))
    every, fresh = np.arange(count), []
    for segment, places, rows in groups:
        out = plain[places] if isinstance(places, slice) else np.empty(len(rows), plain.dtype)
        new = segment.copy_records(rows, out)
        if not isinstance(places, slice):
            plain[places] = out
        if len(new):
            fresh.append((segment, every[places][new], rows[new]))
    if fresh:
        _compare(plain, fresh, settings)
    records: Records = plain.view(kind)
    return records


def _compare(
    plain: Records, fresh: Sequence[tuple[Segment, Rows, Rows]], settings: IndexSettings
) -> None:
    """Compare records, given with their places in ``plain`` and rows in their segment, with their
    checksums. Raises CraterIndexError."""
    records = plain[np.concatenate([places for _, places, _ in fresh])].view(record_dtype(settings))
    bad = np.flatnonzero(crc_of_records(records) != records["crc"])
    ends = np.cumsum([len(rows) for *_, rows in fresh])
    if bad.size or not _fit(records, settings):
        which = int(np.searchsorted(ends, bad[0], side="right")) if bad.size else 0
        segment, _, rows = fresh[which]
        name = f"{segment.root.name}: the file {segment.entry.path}/{TOKENS}"
        if not bad.size:
            raise CraterIndexError(f"{name} holds tokens that do not fit its settings. {RESTORE}")
        row = rows[bad[0] - ends[which] + len(rows)]
        raise CraterIndexError(f"{name} is damaged at view {row}: its checksum differs. {RESTORE}")
    for segment, _, rows in fresh:
        segment.compared[rows] = True


def _fit(records: Records, settings: IndexSettings) -> bool:
    return bool(
        np.isfinite(records["scale"]).all()
        and int(records["seed"].max()) < settings.patches
        and int(records["assignment"].max()) < settings.tokens
    )
