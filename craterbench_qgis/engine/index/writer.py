"""Changing an index: create, add, build chunk by chunk, remove, compact.

Every change is one replacement of the manifest. Files are written first and never changed after;
what a manifest does not name is debris, removed when the next writer opens the index. An index
can therefore be stopped at any moment, by a signal or a power cut, and holds what was committed.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ... import __version__
from ...contract import held
from ...contract.vocabulary import Stage
from ..errors import CraterIndexError
from ..monitor import Monitor
from .canonical import plain_json
from .catalogue_store import CraterStore, crater_table, write_craters
from .consolidate import full_groups, join, live_groups
from .derived import Derived
from .entries import CatalogueEntry, Job, SegmentEntry, TombstoneEntry
from .format import IndexSettings, SegmentData
from .housekeeping import clear, creatable, read_tombstones
from .lock import WriterLock
from .manifest import Manifest, load_manifest
from .segment import Segment, is_apart, renamed, write_segment
from .storage import check_size, discard, storage_errors, sync_folder, write_new
from .transactions import utc_now


class IndexWriter(Derived):
    """The one process that may change an index. A context manager; :meth:`close` unlocks.

    ``add_observation`` and ``add_craters`` are staged: the next ``begin_job`` or ``commit`` makes
    them part of the index. Every other change commits itself. After an error everything committed
    is intact and nothing else remains. All methods raise CraterIndexError.
    """

    @classmethod
    def create(cls, path: str | Path, settings: IndexSettings) -> IndexWriter:
        """Start a new index; it exists from the first commit on.

        ``path`` may be an empty folder or one that a build stopped before its first commit left.
        """
        settings.check()
        root = Path(path)
        with storage_errors(root):
            creatable(root)
            root.mkdir(parents=True, exist_ok=True)
        lock = WriterLock(root)
        try:
            with storage_errors(root):
                creatable(root)
                clear(root, None)
            now = utc_now()
            empty = Manifest(str(uuid.uuid4()), now, now, __version__, 0, 1, settings)
            return cls(root, lock, None, empty)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, path: str | Path, *, check: bool = True) -> IndexWriter:
        """Open an index to change it; removes what a stopped writer left unfinished.

        Files that are missing or of the wrong length are an error, unless ``check`` is off.
        """
        root = Path(path)
        load_manifest(root)
        lock = WriterLock(root)
        try:
            manifest = load_manifest(root)
            for entry in manifest.files() if check else ():
                check_size(root, entry)
            with storage_errors(root):
                clear(root, manifest)
            return cls(root, lock, manifest, manifest)
        except BaseException:
            lock.release()
            raise

    # -- what is there -------------------------------------------------------------------------

    @property
    def manifest(self) -> Manifest:
        """The committed state, plus what is staged."""
        return self._now

    @property
    def settings(self) -> IndexSettings:
        return self._now.settings

    @property
    def job(self) -> Job | None:
        """The build or add that is not finished, or None."""
        return self._now.job

    def craters(self) -> CraterStore:
        """All craters, staged ones included."""
        return CraterStore(self.path, self._now.catalogues)

    def removed(self) -> npt.NDArray[np.int32]:
        """The rows of the removed craters, ascending."""
        return read_tombstones(self.path, self._now)

    def rows_of(self, ids: Sequence[str]) -> dict[str, list[int]]:
        """The rows of each of ``ids`` that is in the index and not removed."""
        gone = set(self.removed().tolist())
        every = self.craters().rows_of(ids)
        kept = {
            crater_id: [row for row in rows if row not in gone] for crater_id, rows in every.items()
        }
        return {crater_id: rows for crater_id, rows in kept.items() if rows}

    # -- adding --------------------------------------------------------------------------------

    def add_observation(self, observation: dict[str, Any]) -> int:
        """Stage a mosaic (path, fingerprint, crs, pixel size: free JSON); returns its number."""
        value = plain_json(observation, "The description of the mosaic")
        number = len(self._now.observations)
        if number > 32_767:
            raise CraterIndexError(
                "An index holds at most 32768 observations. Start another index for this mosaic."
            )
        self._stage(observations=(*self._now.observations, value))
        return number

    def add_craters(
        self,
        ids: Sequence[str],
        lon: npt.ArrayLike,
        lat: npt.ArrayLike,
        diameter_m: npt.ArrayLike,
        attributes: pa.Table | None = None,
        source: dict[str, Any] | None = None,
    ) -> int:
        """Stage craters; returns the row of the first, the others follow.

        ``lon``, ``lat`` degrees, ``diameter_m`` metres, all [n]; ``attributes`` n rows of the
        catalogue's own columns; ``source`` free JSON (path, sha256, counts). Ids need not be
        new: ask :meth:`rows_of` first where they must be.
        """
        table = crater_table(ids, lon, lat, diameter_m, attributes)
        first = self._now.n_craters
        if first + len(ids) > 2**31 - 1:
            raise CraterIndexError("An index holds at most 2147483647 craters. Start another one.")
        details = plain_json(source or {}, "The description of the catalogue")
        with self._undoing():
            file = write_craters(self.path, f"catalogue/{self._now.next_serial:06d}.arrow", table)
            entry = CatalogueEntry(first, len(ids), file, details)
            self._stage(
                catalogues=(*self._now.catalogues, entry), next_serial=self._now.next_serial + 1
            )
            self._craters_changed = True
        return first

    def commit(self) -> None:
        """Make what is staged part of the index."""
        with self._undoing():
            self._commit(self._now)

    # -- a build, chunk by chunk ---------------------------------------------------------------

    def begin_job(self, info: dict[str, Any], chunks: int) -> Job:
        """Commit what is staged together with a job of ``chunks`` chunks, numbered from 0.

        ``info`` is free JSON from which the caller can go on after an interruption.
        """
        if self._now.job is not None:
            raise CraterIndexError(
                f"{self.path.name} has an unfinished build. Resume or finish it before the next."
            )
        job = Job(chunks, plain_json(info, "The description of the build"))
        with self._undoing():
            self._commit(dataclasses.replace(self._now, job=job))
        return job

    def commit_chunk(self, chunk: int, data: SegmentData) -> None:
        """Store one chunk of the job, wholly or not at all. Chunks may come in any order."""
        self._missing(chunk)
        now = self._now
        data.check(now.settings, now.n_craters, len(now.observations))
        with self._undoing():
            self._store(
                chunk, write_segment(self.path, self._place(chunk), data, now.settings, chunk)
            )

    def adopt_chunk(self, chunk: int, entry: SegmentEntry) -> None:
        """:meth:`commit_chunk` of a segment that another process wrote into the index's folder
        (:func:`.segment.write_apart`); it gets the name it would have had here."""
        self._missing(chunk)
        if entry.chunks != (chunk, chunk) or entry.final or not is_apart(entry):
            raise CraterIndexError(
                f"What was made for chunk {chunk} is not that chunk. Run the same build again."
            )
        Segment(self.path, entry, self._now.settings)  # lengths as promised
        path = self._place(chunk)
        with self._undoing():
            discard(self.path, self.path / path)
            held.replace(self.path / entry.path, self.path / path)
            sync_folder(self.path / "segments")
            self._store(chunk, renamed(entry, path))

    def tidy(self) -> None:
        """Remove what the manifest does not name: what other processes wrote and nobody adopted."""
        with storage_errors(self.path):
            clear(self.path, self._committed)

    def _missing(self, chunk: int) -> None:
        job = self._pending()
        if not 0 <= chunk < job.chunks or job.is_done(chunk):
            raise CraterIndexError(
                f"Chunk {chunk} is not one of the {job.chunks - job.done_count} missing chunks of "
                "this build. Resume the build with the missing ones."
            )

    def _place(self, chunk: int) -> str:
        return f"segments/{self._now.next_serial:06d}-c{chunk:07d}"

    def _store(self, chunk: int, entry: SegmentEntry) -> None:
        job = self._pending().with_done(chunk)
        segments = (*self._now.segments, entry)
        self._commit(dataclasses.replace(self._now, segments=segments, job=job, shortlist=None))
        self._join_chunks(finish=False)

    def finish_job(self, *, partial: bool = False, monitor: Monitor | None = None) -> None:
        """End the job: its chunks become large segments, in order of chunk, bytes unchanged.

        ``partial`` ends it although chunks are missing (the build is given up; what is there
        stays).
        """
        job = self._pending()
        if job.done_count < job.chunks and not partial:
            raise CraterIndexError(
                f"{job.chunks - job.done_count} of {job.chunks} chunks of this build are missing. "
                "Resume it first."
            )
        with self._undoing():
            self._join_chunks(finish=True, monitor=monitor)
            segments = tuple(
                dataclasses.replace(segment, chunks=None) for segment in self._now.segments
            )
            self._commit(
                dataclasses.replace(
                    self._now, segments=segments, job=None, next_serial=self._now.next_serial + 1
                )
            )

    def _pending(self) -> Job:
        if self._now.job is None:
            raise CraterIndexError(
                f"{self.path.name} has no build in progress. Begin one before storing views."
            )
        return self._now.job

    def _join_chunks(self, finish: bool, monitor: Monitor | None = None) -> None:
        """Join the groups that are complete, each in a commit of its own."""
        groups = full_groups(self._now.segments, finish)
        total = sum(segment.views for group in groups for segment in group)
        before = 0
        for group in groups:
            now = self._now
            chunks = (group[0].chunks or (0, 0))[0], (group[-1].chunks or (0, 0))[1]
            path = f"segments/{now.next_serial:06d}-v{chunks[0]:07d}"
            entry = join(
                self.path,
                path,
                group,
                now.settings,
                np.empty(0, np.int32),
                chunks=chunks,
                monitor=monitor,
                progress=_progress(monitor, Stage.JOINING, before, total),
            )
            gone = {segment.path for segment in group}
            final = [segment for segment in now.segments if segment.final]
            rest = [
                segment
                for segment in now.segments
                if not segment.final and segment.path not in gone
            ]
            self._commit(dataclasses.replace(now, segments=(*final, entry, *rest), shortlist=None))
            before += entry.views

    # -- removing ------------------------------------------------------------------------------

    def remove(self, ids: Sequence[str]) -> int:
        """Remove craters by id: they are never found again. Returns how many craters there were.

        Ids that are not in the index are ignored; ask :meth:`rows_of` to name them.
        """
        self._nothing_staged()
        rows = [row for own in self.rows_of(ids).values() for row in own]
        if not rows:
            return 0
        removed = np.union1d(self.removed(), np.array(rows)).astype("<i4")
        now = self._now
        with self._undoing():
            entry = self._write_tombstones(removed)
            self._craters_changed, self._just_removed = True, np.array(rows)
            self._commit(
                dataclasses.replace(
                    now, tombstones=entry, shortlist=None, next_serial=now.next_serial + 1
                )
            )
        return len(rows)

    def _write_tombstones(self, removed: npt.NDArray[np.int32]) -> TombstoneEntry:
        path = f"tombstones/{self._now.next_serial:06d}.bin"
        entry = write_new(self.path, path, lambda file: file.write(removed))
        return TombstoneEntry(entry, len(removed))

    def compact(self, monitor: Monitor | None = None) -> int:
        """Rewrite the segments without the views of removed craters, and join small ones.

        Returns the views dropped. Crater rows keep their numbers; view numbers change.
        """
        self._nothing_staged()
        now = self._now
        if now.job is not None:
            raise CraterIndexError(
                f"{self.path.name} has an unfinished build. Resume it before compacting."
            )
        removed = self.removed()
        groups, left = live_groups(self.path, now.segments, now.settings, removed)
        if len(groups) == len(now.segments) and sum(left) == now.n_views:
            return 0
        entries: list[SegmentEntry] = []
        with self._undoing():
            for number, group in enumerate(groups):
                path = f"segments/{now.next_serial:06d}-v{number:07d}"
                before = sum(entry.views for entry in entries)
                progress = _progress(monitor, Stage.COMPACTING, before, sum(left))
                entries.append(
                    join(
                        self.path,
                        path,
                        group,
                        now.settings,
                        removed,
                        monitor=monitor,
                        progress=progress,
                    )
                )
            serial = now.next_serial + 1
            self._commit(
                dataclasses.replace(
                    now, segments=tuple(entries), shortlist=None, next_serial=serial
                )
            )
        return now.n_views - self._now.n_views


def _progress(monitor: Monitor | None, stage: Stage, before: int, total: int) -> Any:
    if monitor is None:
        return None
    return lambda done: monitor.report(stage, before + done, total)
