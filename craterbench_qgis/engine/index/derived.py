"""What is made from an index and kept in it: shortlist structures, descriptors of kind, the atlas.

Searching the same crater needs none of it; each is committed by itself.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .atlas import write_atlas
from .entries import AtlasEntry, KindEntry, ListsEntry, ShortlistEntry, WideListsEntry
from .kinds import write_kinds
from .storage import FileEntry, storage_errors
from .transactions import Transactions


class Derived(Transactions):
    """The part of :class:`.writer.IndexWriter` that stores what others made of its views."""

    def new_shortlist_path(self, kind: str) -> Path:
        """Where a library may write a shortlist structure before :meth:`set_shortlist`."""
        self._nothing_staged()
        path = self.path / f"shortlist/{self._now.next_serial:06d}.{kind}"
        with storage_errors(path):
            path.parent.mkdir(exist_ok=True)
            path.unlink(missing_ok=True)
        return path

    def set_shortlist(self, kind: str, file: FileEntry, parameters: dict[str, int]) -> None:
        """Commit a shortlist structure built over the present views."""
        now = self._now
        with self._undoing():
            entry = ShortlistEntry(kind, file, now.n_views, parameters)
            self._commit(dataclasses.replace(now, shortlist=entry, next_serial=now.next_serial + 1))

    def add_kinds(self, like: KindEntry, records: npt.NDArray[np.void]) -> None:
        """Commit descriptors of kind [R] (of views that have none yet). Where the index has those
        of another descriptor than ``like`` names, or that tell less or more of a view, they stand
        beside until :meth:`replace_kinds`. ``like.files`` is not looked at."""
        self._nothing_staged()
        now = self._now
        before = now.kinds_like(like)
        slot = "kinds" if now.kinds in (None, before) else "kinds_anew"
        with self._undoing():
            file = write_kinds(self.path, f"kinds/{now.next_serial:06d}.bin", records)
            entry = dataclasses.replace(like, files=(*(before.files if before else ()), file))
            entries: dict[str, Any] = {slot: entry}
            self._commit(dataclasses.replace(now, next_serial=now.next_serial + 1, **entries))

    def replace_kinds(self, like: KindEntry) -> None:
        """Commit that descriptors such as ``like``, which stood beside others, take their place."""
        self._nothing_staged()
        anew = self._now.kinds_anew
        if anew is not None and anew.same_records(like):
            with self._undoing():
                self._commit(dataclasses.replace(self._now, kinds=anew, kinds_anew=None))

    def set_lists(self, segments: tuple[str, ...], file: FileEntry) -> None:
        """Commit the inverted lists of segments that follow one another; theirs go."""
        now, listed = self._now, set(segments)
        lists = tuple(entry for entry in now.lists if entry.segment not in listed)
        wide = tuple(entry for entry in now.wide_lists if listed.isdisjoint(entry.segments))
        # Earlier versions read those of single segments.
        if len(segments) == 1:
            lists = (*lists, ListsEntry(segments[0], file))
        else:
            wide = (*wide, WideListsEntry(segments, file))
        with self._undoing():
            self._commit(
                dataclasses.replace(
                    now, lists=lists, wide_lists=wide, next_serial=now.next_serial + 1
                )
            )

    def set_sums(self, file: FileEntry) -> None:
        """Commit the checksums of blocks."""
        now = self._now
        with self._undoing():
            self._commit(dataclasses.replace(now, sums=file, next_serial=now.next_serial + 1))

    def drop_shortlist(self) -> None:
        """Forget the shortlist structures; searches scan exactly again."""
        with self._undoing():
            self._commit(dataclasses.replace(self._now, shortlist=None, lists=(), wide_lists=()))

    def drop_sums(self) -> None:
        """Forget the checksums of blocks; files are compared as a whole again."""
        with self._undoing():
            self._commit(dataclasses.replace(self._now, sums=None))

    def set_atlas(
        self, rows: npt.NDArray[np.integer], places: npt.NDArray[np.floating], described: str
    ) -> None:
        """Commit the places float [C, 2] of the craters ``rows`` (ascending); an earlier atlas
        goes. ``described``: see :class:`.entries.AtlasEntry`."""
        self._nothing_staged()
        now = self._now
        with self._undoing():
            file = write_atlas(self.path, f"atlas/{now.next_serial:06d}.bin", rows, places)
            entry = AtlasEntry(file, len(rows), described)
            self._commit(dataclasses.replace(now, atlas=entry, next_serial=now.next_serial + 1))

    def drop_atlas(self) -> None:
        """Forget the atlas; it can be made again."""
        with self._undoing():
            self._commit(dataclasses.replace(self._now, atlas=None))

    def rewrite_geopackage(self) -> None:
        """Write ``catalogue.gpkg`` again from the craters."""
        self._nothing_staged()
        self._craters_changed = True
        with self._undoing():
            self._commit(self._now)
