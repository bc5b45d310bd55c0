"""Reading an index: map, check, look up. Nothing here changes a file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..errors import CraterIndexError
from .ahead import CheckAhead
from .atlas import Places, read_atlas
from .catalogue_store import CraterStore
from .closed import survey
from .expressions import Expressions
from .format import GLOBALS, VIEWS
from .housekeeping import read_tombstones
from .kinds import kind_files, read_kinds
from .lists import InvertedLists
from .manifest import (
    Manifest,
    load_manifest,
    spare_problem,
)
from .plain_where import plain_mask
from .segment import Records, Segment
from .storage import MappedFile, expect_files, storage_errors
from .sums import Sums
from .view_reader import ViewReader

CHECK_ALL_BELOW = 512 << 20
"""``check="auto"`` hashes every file at opening while the index has fewer bytes than this."""

AHEAD_AFTER = 2.0
"""Seconds after which whole files are compared, where blocks have checksums of their own."""

Check = Literal["auto", "full", "sizes"]


class CraterIndex(ViewReader):
    """The committed state of an index, as it was when opened. A context manager.

    Views are numbered 0 ... n_views - 1 over the segments in order; craters by their row, which
    never changes. All methods raise CraterIndexError when a file turns out to be damaged.
    """

    def __init__(self, root: Path, manifest: Manifest) -> None:
        """Map all files; use :meth:`open`."""
        self.path, self.manifest = root, manifest
        self.segments = [Segment(root, entry, manifest.settings) for entry in manifest.segments]
        self.craters = CraterStore(root, manifest.catalogues)
        self._ends = np.cumsum([0, *(len(segment) for segment in self.segments)])
        self._tombstones = (
            MappedFile(root, manifest.tombstones.file) if manifest.tombstones else None
        )
        self.shortlist_file = (
            MappedFile(root, manifest.shortlist.file) if manifest.shortlist else None
        )
        self._kind_files = [MappedFile(root, entry) for entry in kind_files(manifest)]
        self._list_files = [MappedFile(root, lists.file) for lists in manifest.listed]
        self._sums = Sums(MappedFile(root, manifest.sums)) if manifest.sums else None
        self.expressions = Expressions(root, manifest)
        self._atlas_file = MappedFile(root, manifest.atlas.file) if manifest.atlas else None
        if self._sums is not None:
            for file in self._mapped():
                file.blocks = self._sums.blocks

    _ahead: CheckAhead | None = None

    @classmethod
    def open(cls, root: Path, manifest: Manifest, check: Check) -> CraterIndex:
        """Open an index that was built, by its ``manifest`` as it was just read; see
        :func:`.opening.open_index`, which opens any."""
        for _ in range(5):
            with storage_errors(root):
                survey(root)
            expect_files(len(manifest.files()))
            try:
                index = cls(root, manifest)
                index.check(check)
                return index
            except CraterIndexError:
                # A writer may have replaced files since the manifest was read.
                before, manifest = manifest, load_manifest(root)
                if manifest.generation == before.generation:
                    raise
        raise CraterIndexError(
            f"{root.name} is changing too fast to be read. Wait for the build to end."
        )

    def check(self, check: Check) -> None:
        """Compare checksums as far as ``check`` wants it now. Raises CraterIndexError."""
        if check == "full" or (check == "auto" and self.size_bytes < CHECK_ALL_BELOW):
            self.verify_all()
        elif check == "auto":
            # Where blocks have checksums no search waits for whole files.
            files = list(self._needed_first())
            in_blocks = any(file.blocks is not None for file in files)
            self._ahead = CheckAhead(files, AHEAD_AFTER if in_blocks else 0.0)

    def verify_all(self) -> None:
        """Compare every file's checksum. Raises CraterIndexError naming the first bad one."""
        for file in self._mapped():
            file.verify()
        self.expressions.path()
        problem = spare_problem(self.path, self.manifest)
        if problem is not None:
            raise CraterIndexError(problem)

    def _needed_first(self) -> Iterator[MappedFile]:
        """What a first search reads, the last first: it begins at the other end."""
        yield from self.craters.files
        if self._tombstones is not None:
            yield self._tombstones
        listed = {path for entry in self.manifest.listed for path in entry.segments}
        for segment in reversed(self.segments):
            if segment.entry.path not in listed:
                yield segment.files[GLOBALS]
        yield from reversed(self._list_files)
        for segment in reversed(self.segments):
            yield segment.files[VIEWS]

    def _mapped(self) -> Iterator[MappedFile]:
        yield from self.craters.files
        for segment in self.segments:
            yield from segment.files.values()
        own = (self._tombstones, self.shortlist_file, self._atlas_file)
        sums = self._sums.file if self._sums is not None else None
        for extra in (*own, sums, *self._kind_files, *self._list_files):
            if extra is not None:
                yield extra

    def close(self) -> None:
        """Let go of the maps; arrays already handed out keep theirs."""
        if self._ahead is not None:
            self._ahead.stop()
        self._ahead = None
        self.segments = []
        self.craters = CraterStore(self.path, ())
        self._ends = np.zeros(1, np.int64)
        self._tombstones = self.shortlist_file = self._atlas_file = self._sums = None
        self._kind_files, self._list_files = [], []
        for name in ("removed", "alive", "_view_columns", "views", "kinds", "lists", "atlas"):
            self.__dict__.pop(name, None)

    # -- counts and settings -------------------------------------------------------------------

    @property
    def n_craters(self) -> int:
        """Crater rows, removed ones included."""
        return self.craters.rows

    @property
    def n_removed(self) -> int:
        """Craters that were removed."""
        return self.manifest.tombstones.craters if self.manifest.tombstones else 0

    @property
    def n_present(self) -> int:
        """Craters that were not removed."""
        return self.n_craters - self.n_removed

    @property
    def size_bytes(self) -> int:
        """Of all files but the manifests."""
        gpkg = self.manifest.gpkg
        return sum(file.size for file in self.manifest.files()) + (gpkg.size if gpkg else 0)

    @property
    def folders(self) -> list[Path]:
        """Those whose manifests say what this index is."""
        return [self.path]

    def without_kinds(self) -> str:
        """What lacks descriptors of kind, by name; for errors."""
        return self.path.name

    @property
    def incomplete(self) -> bool:
        """Whether a build or add was not finished; what is committed can be searched."""
        return self.manifest.job is not None

    def check_encoder(self, encoder_id: str, weights_hash: str) -> None:
        """Raise CraterIndexError unless this is the encoder the index was built with."""
        settings = self.settings
        if (encoder_id, weights_hash) == (settings.encoder_id, settings.weights_hash):
            return
        if encoder_id == settings.encoder_id:
            what = (
                f"the same encoder with other weights ({settings.weights_hash[:12]}..., not "
                f"{weights_hash[:12]}...)"
            )
        else:
            what = f"the encoder '{settings.encoder_id}', not '{encoder_id}'"
        raise CraterIndexError(
            f"{self.path.name} was built with {what}. Vectors of different encoders cannot be "
            "compared: choose the index's encoder, or build another index."
        )

    # -- what is derived -----------------------------------------------------------------------

    @cached_property
    def removed(self) -> npt.NDArray[np.int32]:
        """The rows of the removed craters, ascending."""
        return read_tombstones(self.path, self.manifest, self._tombstones)

    @cached_property
    def kinds(self) -> Records | None:
        """The records [R] of the descriptors of kind, in no order of views; None without any."""
        if self.manifest.kinds is None:
            return None
        return read_kinds(self.manifest.kinds, self._kind_files)

    @cached_property
    def atlas(self) -> Places | None:
        """The places [C] of craters in the atlas, of ``ATLAS_DTYPE``, rows ascending; None without
        one. Removed craters are among them."""
        entry, file = self.manifest.atlas, self._atlas_file
        return None if entry is None or file is None else read_atlas(entry, file, self.n_craters)

    @cached_property
    def lists(self) -> list[tuple[int, InvertedLists]]:
        """(number of their first view, lists) of the segments that have inverted lists, in order;
        what is read of them is checked."""
        segments = {segment.entry.path: n for n, segment in enumerate(self.segments)}
        result = []
        for entry, file in zip(self.manifest.listed, self._list_files, strict=True):
            first = segments[entry.segments[0]]
            start, end = self._ends[first], self._ends[first + len(entry.segments)]
            lists = InvertedLists(file, int(end - start), self.settings.global_dim)
            result.append((int(start), lists))
        return result

    @property
    def unlisted(self) -> list[tuple[int, Segment]]:
        """(number of its first view, segment) of each segment without inverted lists."""
        covered = [(first, first + len(lists)) for first, lists in self.lists]
        return [
            (first, segment)
            for first, segment in zip(self._ends.tolist(), self.segments, strict=False)
            if not any(start <= first < end for start, end in covered)
        ]

    # -- craters -------------------------------------------------------------------------------

    def crater_records(self, rows: npt.ArrayLike) -> list[dict[str, Any]]:
        """Of each of ``rows``: crater_row, crater_id, lon, lat, diameter_m, attributes (a dict)."""
        return self.craters.records(rows)

    def where(self, expression: str) -> npt.NDArray[np.int64]:
        """The rows of the craters, without the removed, for which an SQL expression is true.

        Such as ``diameter_m > 5e4 AND lat < -60``; attributes go by their name in
        ``catalogue.gpkg``. Raises QueryError, listing the columns, when it cannot be used.
        """
        mask = plain_mask(expression, self.craters)
        if mask is None:
            return self._where(expression)
        mask[self.removed] = False
        return np.flatnonzero(mask)

    def _where(self, expression: str) -> npt.NDArray[np.int64]:
        """:meth:`where` by SQLite."""
        return self.expressions.rows(expression)
