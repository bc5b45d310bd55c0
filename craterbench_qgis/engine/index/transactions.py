"""The commit of an index: one replacement of its manifest, or nothing at all."""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import __version__
from ..closing import Closing
from ..errors import CraterIndexError
from . import geopackage
from .catalogue_store import CraterStore
from .entries import GpkgEntry
from .format import GPKG, MANIFEST
from .housekeeping import clear, read_tombstones, remove_empty
from .lock import WriterLock
from .manifest import Manifest, load_manifest, save_manifest
from .storage import discard, storage_errors


def utc_now() -> str:
    """The time for a manifest, to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


class Transactions(Closing):
    """Holds the lock, the committed manifest and what is staged; a context manager."""

    def __init__(self, root: Path, lock: WriterLock, committed: Manifest | None, now: Manifest):
        self.path = root
        self._lock = lock
        self._committed = committed
        self._now = now
        self._craters_changed = False
        self._just_removed: npt.NDArray[np.integer] | None = None

    def close(self) -> None:
        """Forget what is staged and let others write."""
        try:
            if self._committed is None or self._now is not self._committed:
                self._back_to_committed()
        finally:
            self._lock.release()
        if self._committed is None:
            remove_empty(self.path)

    def _stage(self, **changes: Any) -> None:
        self._now = dataclasses.replace(self._now, **changes)

    def _nothing_staged(self) -> None:
        if self._now is not self._committed:
            raise CraterIndexError(
                f"{self.path.name} has additions that are not committed yet. Commit them first."
            )

    def _commit(self, new: Manifest) -> None:
        """Write the GeoPackage if the craters changed, then the manifest, then tidy up."""
        if self._craters_changed or self._is_displaced(new.gpkg):
            new = dataclasses.replace(new, gpkg=self._write_geopackage(new))
        before = self._committed
        # Lists belong to a segment, which goes when it is joined with others.
        segments = {segment.path for segment in new.segments}
        lists = tuple(entry for entry in new.lists if entry.segment in segments)
        wide = tuple(entry for entry in new.wide_lists if segments.issuperset(entry.segments))
        new = dataclasses.replace(new, lists=lists, wide_lists=wide)
        new = dataclasses.replace(
            new, generation=new.generation + 1, updated=utc_now(), engine_version=__version__
        )
        with storage_errors(self.path / MANIFEST):
            save_manifest(self.path, new, keep_previous=before is not None)
        self._committed = self._now = new
        self._craters_changed, self._just_removed = False, None
        if before is None or new.gpkg != before.gpkg:
            with storage_errors(self.path / GPKG):
                geopackage.settle_next(self.path, new.gpkg)
        if before is not None:
            self._discard_replaced(before, new)

    def _is_displaced(self, gpkg: GpkgEntry | None) -> bool:
        """Whether the GeoPackage is missing, or its points lie where version 0.1 put them."""
        if gpkg is None:
            return True
        body = self._now.settings.body
        if body.is_sphere:
            return False
        try:
            return geopackage.is_displaced(geopackage.locate(self.path, gpkg), body)
        except (CraterIndexError, sqlite3.Error):
            return False  # damage is verify's business

    def _write_geopackage(self, new: Manifest) -> GpkgEntry:
        if self._just_removed is not None and not self._is_displaced(new.gpkg) and new.gpkg:
            entry = geopackage.write_next_without(self.path, new.gpkg, self._just_removed)
            if entry is not None:
                return entry
        store = CraterStore(self.path, new.catalogues)
        removed = read_tombstones(self.path, new)
        return geopackage.write_next(self.path, store, removed, new.settings)

    def _discard_replaced(self, before: Manifest, new: Manifest) -> None:
        kept = {file.path for file in new.files()}
        folders = {segment.path for segment in new.segments}
        for segment in before.segments:
            if segment.path not in folders:
                discard(self.path, self.path / segment.path)
        for file in before.files():
            if file.path not in kept:
                discard(self.path, self.path / file.path)

    @contextlib.contextmanager
    def _undoing(self) -> Iterator[None]:
        """On any failure go back to what is committed on the disk."""
        try:
            with storage_errors(self.path):
                yield
        except BaseException:
            self._back_to_committed()
            raise

    def _back_to_committed(self) -> None:
        # The disk decides, not memory: the failure may have come just after the replacement.
        with contextlib.suppress(CraterIndexError, OSError):
            first = self._committed is None and not (self.path / MANIFEST).exists()
            # A manifest that is suddenly missing raises here: then nothing may be cleared.
            on_disk = None if first else load_manifest(self.path)
            clear(self.path, on_disk)
            self._committed = on_disk
        if self._committed is not None:
            self._now = self._committed
        else:
            self._now = dataclasses.replace(
                self._now, catalogues=(), observations=(), job=None, segments=(), gpkg=None
            )
        self._craters_changed, self._just_removed = False, None
