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
from .entries import SegmentEntry
from .format import SEGMENT_VIEWS, IndexSettings
from .segment import Segment, SegmentWriter

Removed = npt.NDArray[np.int32]

_BLOCK_VIEWS = 1024


def full_groups(segments: Sequence[SegmentEntry], finish: bool) -> list[list[SegmentEntry]]:
    """How a job's small segments are joined: in order of chunk, up to ``SEGMENT_VIEWS`` views.

    Only the order and size of the chunks decide, not when this is asked, so a build ends in the
    same segments however often it was interrupted. Until ``finish`` only groups are returned that
    nothing can be added to any more: chunks without a gap from the last joined one, and full.
    """
    final = [segment.chunks[1] for segment in segments if segment.final and segment.chunks]
    pending = sorted(
        (segment for segment in segments if not segment.final),
        key=lambda segment: segment.chunks or (0, 0),
    )
    groups: list[list[SegmentEntry]] = []
    group: list[SegmentEntry] = []
    next_chunk = max(final, default=-1) + 1
    for segment in pending:
        first, last = segment.chunks or (next_chunk, next_chunk)
        if not finish and first != next_chunk:
            return groups
        if group and sum(x.views for x in group) + segment.views > SEGMENT_VIEWS:
            groups.append(group)
            group = []
        group.append(segment)
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
    left = [_remaining(Segment(root, entry, settings), removed) for entry in segments]
    for segment, count in zip(segments, left, strict=True):
        if count > room:
            groups.append([])
            room = SEGMENT_VIEWS
        groups[-1].append(segment)
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
    writer.append_skipped(view for view in source.skipped() if view.crater_row not in gone)
