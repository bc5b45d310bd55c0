"""What a finished index is given so that large ones are searched quickly: lists, checksums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..monitor import Monitor
from .format import VIEWS
from .list_making import write_lists
from .lists import MIN_VIEWS
from .segment import Segment
from .storage import FileEntry, MappedFile, storage_errors
from .sums import BLOCK, Sums, write_sums
from .writer import IndexWriter

MOST_VIEWS = 1 << 22
"""Views that share inverted lists, at most: making them holds about fifty bytes of each."""
_GROWN = 2  # lists no larger than so many times what follows them are made anew with it
_LARGE = 16 * BLOCK  # bytes from which a file's blocks have checksums


@dataclass
class _Run:
    """Segments that follow one another, and whether they have lists together."""

    segments: tuple[str, ...]
    views: int
    made: bool


def build_lists(writer: IndexWriter, monitor: Monitor | None = None) -> int:
    """Make the inverted lists that are missing, and the checksums of blocks of an index that has
    lists, each in a commit of its own.

    Additions get lists of their own until they are half as many views as those before them; then
    both are made anew as one, since the share of views that is read falls with their number.

    Returns how many lists were written; stopped, the same call goes on. Raises CraterIndexError and
    Cancelled.
    """
    written, monitor = 0, monitor or Monitor()
    entries = {entry.path: entry for entry in writer.manifest.segments}
    for run in _wanted(writer):
        if run.made or run.views < MIN_VIEWS:
            continue
        monitor.check()
        path = f"lists/{writer.manifest.next_serial:06d}.lists"
        segments = [Segment(writer.path, entries[name], writer.settings) for name in run.segments]
        with storage_errors(writer.path / path):
            (writer.path / path).unlink(missing_ok=True)
            file = write_lists(writer.path, path, segments, monitor)
        del segments  # Windows removes no file that is mapped
        writer.set_lists(run.segments, file)
        written += 1
    _complete_sums(writer, monitor)
    return written


def _wanted(writer: IndexWriter) -> list[_Run]:
    """All runs that have lists or should, in order."""
    manifest = writer.manifest
    views = {entry.path: entry.views for entry in manifest.segments}
    listed = {path: entry.segments for entry in manifest.listed for path in entry.segments}
    runs: list[_Run] = []
    for entry in manifest.segments:
        path = entry.path
        if path in listed:
            if path == listed[path][0]:
                runs.append(_Run(listed[path], sum(views[name] for name in listed[path]), True))
        elif entry.final:
            last = runs[-1] if runs and not runs[-1].made else None
            if last is not None and last.views + entry.views <= MOST_VIEWS:
                runs[-1] = _Run((*last.segments, path), last.views + entry.views, False)
            else:
                runs.append(_Run((path,), entry.views, False))
    merged: list[_Run] = []
    for run in runs:
        merged.append(run)
        while len(merged) > 1 and _belong(*merged[-2:]):
            first, second = merged[-2:]
            whole = _Run(first.segments + second.segments, first.views + second.views, False)
            merged[-2:] = [whole]
    return merged


def _belong(first: _Run, second: _Run) -> bool:
    return (
        first.views <= _GROWN * second.views
        and first.views + second.views <= MOST_VIEWS
        and min(first.views, second.views) > 0
    )


def _complete_sums(writer: IndexWriter, monitor: Monitor) -> None:
    """Have the blocks of all large files that a search reads in parts know their checksums."""
    manifest = writer.manifest
    wanted = list(_large(writer)) if manifest.has_lists else []
    if not wanted:
        return
    known = Sums(MappedFile(writer.path, manifest.sums)) if manifest.sums else None
    if known is not None and {entry.sha256 for entry in wanted} <= set(known.tables):
        return
    path = f"sums/{manifest.next_serial:06d}.sums"
    with storage_errors(writer.path / path):
        (writer.path / path).unlink(missing_ok=True)
        file = write_sums(writer.path, path, wanted, known, monitor)
    del known
    writer.set_sums(file)


def _large(writer: IndexWriter) -> Iterator[FileEntry]:
    manifest = writer.manifest
    for segment in manifest.segments:
        if segment.final:
            yield segment.file(VIEWS)
    files = [entry.file for entry in manifest.listed]
    for file in (*files, *(entry.file for entry in manifest.catalogues)):
        if file.size >= _LARGE:
            yield file
