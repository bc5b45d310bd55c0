"""Many segments into few: after a build, and to drop the views of removed craters.

Segments are named here by their entries and mapped one at a time: a file that is still mapped when
the commit removes it stays on the disk under Windows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..monitor import Monitor
from .format import SEGMENT_VIEWS, IndexSettings
from .manifest import SegmentEntry
from .segment import Segment, SegmentWriter

Removed = npt.NDArray[np.int32]

_BLOCK_VIEWS = 1024


def full_groups(segments: Sequence[SegmentEntry], finish: bool) -> list[list[SegmentEntry]]:
    """How a job's small segments are joined: in order of chunk, up to ``SEGMENT_VIEWS`` views.

    Only the order and size of the chunks decide, not when this is asked, so a build ends in the
    same segments however often it was interrupted. Until ``finish`` only groups are returned that
    nothing can be added to any more: chunks without a gap from the last joined one, and full.
    """
    final = [one.chunks[1] for one in segments if one.final and one.chunks]
    pending = sorted(
        (one for one in segments if not one.final), key=lambda one: one.chunks or (0, 0)
    )
    groups: list[list[SegmentEntry]] = []
    group: list[SegmentEntry] = []
    next_chunk = max(final, default=-1) + 1
    for one in pending:
        first, last = one.chunks or (next_chunk, next_chunk)
        if not finish and first != next_chunk:
            return groups
        if group and sum(x.views for x in group) + one.views > SEGMENT_VIEWS:
            groups.append(group)
            group = []
        group.append(one)
        next_chunk = last + 1
    if finish and group:
        groups.append(group)
    return groups


def live_groups(
    root: Path, segments: Sequence[SegmentEntry], settings: IndexSettings, removed: Removed
) -> tuple[list[list[SegmentEntry]], list[int]]:
    """Neighbouring segments whose remaining views fit one segment, and the remaining per one.

    Raises CraterIndexError.
    """
    groups: list[list[SegmentEntry]] = []
    room = -1
    left = [_remaining(Segment(root, one, settings), removed) for one in segments]
    for one, count in zip(segments, left, strict=True):
        if count > room:
            groups.append([])
            room = SEGMENT_VIEWS
        groups[-1].append(one)
        room -= count
    return groups, left


def _remaining(segment: Segment, removed: Removed) -> int:
    return int((~np.isin(segment.views["crater_row"], removed)).sum())


def join(
    root: Path,
    path: str,
    sources: Sequence[SegmentEntry],
    settings: IndexSettings,
    removed: Removed,
    *,
    chunks: tuple[int, int] | None = None,
    monitor: Monitor | None = None,
    progress: Callable[[int], None] | None = None,
) -> SegmentEntry:
    """Write ``sources`` as one segment without the views of ``removed`` craters; bytes unchanged.

    Every source is checked first, so that damage is never given a new checksum. ``progress`` hears
    the views done. No source is mapped any more afterwards. Raises CraterIndexError and OSError.
    """
    writer = SegmentWriter(root, path)
    try:
        done = 0
        for source in sources:
            for copied in _copied(writer, Segment(root, source, settings), removed):
                done += copied
                if progress is not None:
                    progress(done)
                if monitor is not None:
                    monitor.check()
        return writer.finish(chunks, final=True)
    finally:
        writer.close()


def _copied(writer: SegmentWriter, source: Segment, removed: Removed) -> Iterator[int]:
    """Append what remains of ``source``, block by block; yields the views of each."""
    source.verify()
    views = source.views
    rows = np.flatnonzero(~np.isin(views["crater_row"], removed))
    for start in range(0, len(rows), _BLOCK_VIEWS):
        block = rows[start : start + _BLOCK_VIEWS]
        writer.append(
            source.records[block], source.globals[block], views[block], source.thumbnails(block)
        )
        yield len(block)
    gone = set(removed.tolist())
    writer.append_skipped(one for one in source.skipped() if one.crater_row not in gone)
