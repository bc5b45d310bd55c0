"""What a manifest lists: craters added, segments, shortlists, a job not finished yet."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from .storage import FileEntry

# What a number or text of a manifest may be; JSON itself has no bounds.
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Rows = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Text = Annotated[str, msgspec.Meta(max_length=10_000)]
Width = Annotated[int, msgspec.Meta(ge=0, le=4096)]
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True)
class CatalogueEntry:
    """One addition of craters: rows first_row ... first_row + rows - 1, and where they are from.

    ``source`` is the caller's free JSON: path, SHA-256, counts, rejected counts.
    """

    first_row: Rows
    rows: Rows
    file: FileEntry
    source: dict[str, Any]


@dataclass(frozen=True)
class SegmentEntry:
    """One immutable segment; ``chunks`` is [first, last] while it belongs to a pending job.

    ``skipped`` counts the views not made, by reason.
    """

    path: Text
    views: Rows
    files: tuple[FileEntry, ...]
    skipped: dict[Text, Count]
    chunks: tuple[Count, Count] | None = None
    final: bool = True

    def file(self, name: str) -> FileEntry:
        """The entry of e.g. ``tokens.bin`` of this segment."""
        return next(file for file in self.files if file.path.endswith("/" + name))


@dataclass(frozen=True)
class Job:
    """A build or add not finished yet. ``info`` is the caller's; ``done``: ranges of chunks."""

    chunks: Count
    info: dict[str, Any]
    done: tuple[tuple[Count, Count], ...] = ()

    def is_done(self, chunk: int) -> bool:
        return any(first <= chunk <= last for first, last in self.done)

    @property
    def done_count(self) -> int:
        return sum(last - first + 1 for first, last in self.done)

    def with_done(self, chunk: int) -> Job:
        """The job after ``chunk`` was committed."""
        merged: list[tuple[int, int]] = []
        for first, last in sorted([*self.done, (chunk, chunk)]):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        return dataclasses.replace(self, done=tuple(merged))


@dataclass(frozen=True)
class ShortlistEntry:
    """A shortlist structure built for exactly the present segments and tombstones."""

    kind: Text
    file: FileEntry
    views: Rows
    parameters: dict[Text, Count]


@dataclass(frozen=True)
class ListsEntry:
    """The inverted lists (``index/lists.py``) of the segment at ``segment``."""

    segment: Text
    file: FileEntry


@dataclass(frozen=True)
class WideListsEntry:
    """The inverted lists of several segments that follow one another, as one."""

    segments: tuple[Text, ...]
    file: FileEntry


@dataclass(frozen=True)
class KindEntry:
    """Descriptors of kind (``index/kinds.py``) of all or some views, and what made them.

    ``relief``, ``near``, ``rings``: numbers of each part; ``shading``: rows of ``rings`` numbers, 0
    in indexes of earlier versions. Every file holds whole records.
    """

    descriptor: Text
    weights_hash: Sha256
    relief: Width
    near: Width
    rings: Width
    files: tuple[FileEntry, ...]
    shading: Width = 0

    def same_kind(self, other: KindEntry) -> bool:
        """Whether both are of one descriptor, so that their records can be compared."""
        return dataclasses.replace(self, files=other.files, shading=other.shading) == other

    def same_records(self, other: KindEntry) -> bool:
        """Whether, besides, as much is known of each view."""
        return self.same_kind(other) and self.shading == other.shading


@dataclass(frozen=True)
class AtlasEntry:
    """Places of ``craters`` craters in a plane (``index/atlas.py``); ``described``: the digest of
    the descriptors they were made of (:func:`.atlas.digest_of`)."""

    file: FileEntry
    craters: Rows
    described: Sha256


@dataclass(frozen=True)
class TombstoneEntry:
    """``file``: the removed crater rows, int32 little-endian, ascending."""

    file: FileEntry
    craters: Rows


@dataclass(frozen=True)
class GpkgEntry:
    """``catalogue.gpkg``; its SHA-256 is of the bytes with SQLite's volatile ones zeroed."""

    size: Count
    sha256: Sha256
    craters: Rows
