"""Reading an index: map, check, look up. Nothing here changes a file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..closing import Closing
from ..errors import CraterIndexError
from .ahead import CheckAhead
from .atlas import Places, read_atlas
from .catalogue_store import CraterStore
from .closed import survey
from .expressions import Expressions
from .format import GLOBALS, VIEW_DTYPE, VIEWS, Float32, IndexSettings
from .housekeeping import read_tombstones
from .kinds import kind_files, read_kinds
from .lists import SegmentLists
from .manifest import (
    Manifest,
    load_manifest,
    spare_problem,
)
from .plain_where import plain_mask
from .rows import StoredTokens, ViewRow
from .segment import Records, Rows, Segment, gathered
from .storage import RESTORE, MappedFile, blocks_read, expect_files, storage_errors

CHECK_ALL_BELOW = 512 << 20
"""``check="auto"`` hashes every file at opening while the index has fewer bytes than this."""

Check = Literal["auto", "full", "sizes"]


class CraterIndex(Closing):
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
        self._list_files = {lists.segment: MappedFile(root, lists.file) for lists in manifest.lists}
        self.expressions = Expressions(root, manifest)
        self._atlas_file = MappedFile(root, manifest.atlas.file) if manifest.atlas else None

    _ahead: CheckAhead | None = None
    _cold = True

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
            self._ahead = CheckAhead(self._needed_first())

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
        for segment in reversed(self.segments):
            lists = self._list_files.get(segment.entry.path)
            yield segment.files[GLOBALS] if lists is None else lists
        for segment in reversed(self.segments):
            yield segment.files[VIEWS]

    def _mapped(self) -> Iterator[MappedFile]:
        yield from self.craters.files
        for segment in self.segments:
            yield from segment.files.values()
        own = (self._tombstones, self.shortlist_file, self._atlas_file)
        for extra in (*own, *self._kind_files, *self._list_files.values()):
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
        self._tombstones = self.shortlist_file = self._atlas_file = None
        self._kind_files, self._list_files = [], {}
        for name in ("removed", "alive", "_view_columns", "views", "kinds", "lists", "atlas"):
            self.__dict__.pop(name, None)

    # -- counts and settings -------------------------------------------------------------------

    @property
    def settings(self) -> IndexSettings:
        return self.manifest.settings

    @property
    def n_views(self) -> int:
        return int(self._ends[-1])

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

    # -- views ---------------------------------------------------------------------------------

    @cached_property
    def views(self) -> Records:
        """The rows of all views [n_views], of ``VIEW_DTYPE``; thumb_offset is per segment."""
        _ = self._view_columns
        parts = [np.empty(0, VIEW_DTYPE), *(segment.views for segment in self.segments)]
        # As bytes: numpy copies records member by member.
        return np.concatenate([part.view(np.uint8) for part in parts]).view(VIEW_DTYPE)

    @cached_property
    def _view_columns(self) -> tuple[npt.NDArray[np.int32], Float32]:
        """Crater row and global scale of each view, checked; a search needs no more of most."""
        rows, scales = np.empty(self.n_views, np.int32), np.empty(self.n_views, np.float32)
        known, craters = max(len(self.manifest.observations), 1), self.n_craters
        for first, segment in zip(self._ends.tolist(), self.segments, strict=False):
            part = slice(first, first + len(segment))
            views = segment.views
            rows[part], scales[part] = views["crater_row"], views["global_scale"]
            seen = np.ascontiguousarray(views["observation"])
            wrong = None
            if len(views) and not (rows[part].min() >= 0 and rows[part].max() < craters):
                wrong = "craters that it does not hold"
            elif len(views) and not (
                seen.min() >= 0 and seen.max() < known and np.isfinite(scales[part]).all()
            ):
                wrong = "mosaics that it does not know, or numbers that are none"
            if wrong is not None:
                raise CraterIndexError(f"{self.path.name} has views of {wrong}. {RESTORE}")
        return rows, scales

    @property
    def view_crater_rows(self) -> npt.NDArray[np.int32]:
        """The crater row of each view [n_views]."""
        return self._view_columns[0]

    def view(self, view: int) -> ViewRow:
        """One view's row of the table."""
        (record,) = self.view_records(view)
        return ViewRow(
            int(view),
            int(record["crater_row"]),
            int(record["observation"]),
            float(record["context"]),
            float(record["valid_fraction"]),
            float(record["native_m_per_px"]),
            float(record["m_per_px"]),
        )

    def view_records(self, views: npt.ArrayLike) -> Records:
        """The rows [S] of ``views`` alone, as :attr:`views` has them."""
        numbers = self._numbers(views)
        records = np.empty(len(numbers), VIEW_DTYPE)
        for segment, places, rows in self._grouped(numbers):
            records[places] = segment.views[rows]
        return records

    @cached_property
    def removed(self) -> npt.NDArray[np.int32]:
        """The rows of the removed craters, ascending."""
        return read_tombstones(self.path, self.manifest, self._tombstones)

    @cached_property
    def alive(self) -> npt.NDArray[np.bool_]:
        """bool [n_views]: whether the view's crater was not removed."""
        if not self.removed.size:
            return np.ones(self.n_views, bool)
        gone = np.zeros(self.n_craters, bool)
        gone[self.removed] = True
        return ~gone[self.view_crater_rows]

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

    @property
    def global_scales(self) -> Float32:
        """float32 [n_views]; a global descriptor is its int8 numbers times this."""
        return self._view_columns[1]

    @cached_property
    def lists(self) -> list[SegmentLists | None]:
        """The inverted lists of each segment, checked; None where a segment has none."""
        width = self.settings.global_dim
        return [
            SegmentLists(self._list_files[segment.entry.path], len(segment), width)
            if segment.entry.path in self._list_files
            else None
            for segment in self.segments
        ]

    def global_blocks(self) -> Iterator[tuple[int, npt.NDArray[np.int8]]]:
        """(first view, int8 [V, G] straight from the map) per segment."""
        for first, segment in zip(self._ends.tolist(), self.segments, strict=False):
            yield first, segment.globals

    def globals(self, views: npt.ArrayLike) -> Float32:
        """The global descriptors float32 [S, G] of ``views``."""
        numbers = self._numbers(views)
        vectors = np.empty((len(numbers), self.settings.global_dim), np.float32)
        for segment, places, rows in self._grouped(numbers):
            vectors[places] = segment.globals[rows]
            vectors[places] *= segment.views["global_scale"][rows][:, None]
        return vectors

    def stored_tokens(self, views: npt.ArrayLike) -> StoredTokens:
        """The token records of ``views``, in their order, each checked.

        All are announced to the system first, unless the last ones lay in its memory.
        """
        numbers = self._numbers(views)
        order = np.argsort(numbers, kind="stable")
        groups = list(self._grouped(numbers[order]))
        before = blocks_read()
        if self._cold:
            for segment, _, rows in groups:
                segment.will_need(rows)
        records = gathered(groups, order, self.settings)
        self._cold = before is None or blocks_read() != before
        return StoredTokens.of(records, self.settings)

    def tokens(self, views: npt.ArrayLike) -> Float32:
        """The instance tokens float32 [S, K, D] of ``views``, each record checked."""
        return self.stored_tokens(views).vectors()

    def thumbnail(self, view: int) -> bytes:
        """The JPEG of a view, checked; empty when none was stored."""
        segment, row = self._place(view)
        return segment.thumbnail(row)

    def _numbers(self, views: npt.ArrayLike) -> npt.NDArray[np.int64]:
        numbers = np.asarray(views, dtype=np.int64).reshape(-1)
        if numbers.size and not (numbers.min() >= 0 and numbers.max() < self.n_views):
            raise CraterIndexError(
                f"{self.path.name} has the views 0 to {self.n_views - 1}; others were asked for. "
                "Open the index again if it was changed."
            )
        return numbers

    def _place(self, view: int) -> tuple[Segment, int]:
        number = int(self._numbers(view)[0])
        which = int(np.searchsorted(self._ends, number, side="right")) - 1
        return self.segments[which], number - int(self._ends[which])

    def _grouped(
        self, numbers: npt.NDArray[np.int64]
    ) -> Iterator[tuple[Segment, Rows, npt.NDArray[np.int64]]]:
        """(segment, places in ``numbers``, rows in the segment ascending) for each one touched."""
        order = np.argsort(numbers, kind="stable")
        bounds = np.searchsorted(numbers[order], self._ends)
        for which, segment in enumerate(self.segments):
            places = order[bounds[which] : bounds[which + 1]]
            if places.size:
                yield segment, places, numbers[places] - self._ends[which]

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
