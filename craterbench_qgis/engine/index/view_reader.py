"""The views of an index, looked up: rows of the table, descriptors, tokens, thumbnails."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..closing import Closing
from ..errors import CraterIndexError
from .columns import check_observations, view_columns
from .format import VIEW_DTYPE, Float32, IndexSettings
from .manifest import Manifest
from .rows import StoredTokens, ViewRow
from .segment import PLAIN_VIEW, Places, Records, Segment, gathered
from .storage import blocks_read
from .sums import Sums

_BLOCK = 65_536


class ViewReader(Closing):
    """The part of :class:`.reader.CraterIndex` that looks views up by number."""

    path: Path
    manifest: Manifest
    segments: list[Segment]
    _ends: npt.NDArray[np.int64]
    _sums: Sums | None
    _cold = True

    @property
    def settings(self) -> IndexSettings:
        return self.manifest.settings

    @property
    def n_views(self) -> int:
        return int(self._ends[-1])

    @property
    def n_craters(self) -> int:
        """Crater rows, removed ones included."""
        raise NotImplementedError

    @property
    def removed(self) -> npt.NDArray[np.int32]:
        """The rows of the removed craters, ascending."""
        raise NotImplementedError

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
        return view_columns(
            self.path.name, self.segments, self._sums, self.n_craters, self._observations_known
        )

    @property
    def _observations_known(self) -> int:
        return max(len(self.manifest.observations), 1)

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
        plain = np.empty(len(numbers), PLAIN_VIEW)
        for segment, places, rows in self._grouped(numbers):
            plain[places] = segment.view_rows(rows).view(PLAIN_VIEW)
        records: Records = plain.view(VIEW_DTYPE)
        check_observations(self.path.name, records, self._observations_known)
        return records

    @cached_property
    def alive(self) -> npt.NDArray[np.bool_]:
        """bool [n_views]: whether the view's crater was not removed."""
        if not self.removed.size:
            return np.ones(self.n_views, bool)
        present = np.ones(self.n_craters, bool)
        present[self.removed] = False
        return self.views_of(present)

    def views_of(self, craters: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """bool [n_views]: whether the view's crater is one of ``craters`` [n_craters]."""
        rows = self.view_crater_rows
        chosen = np.empty(len(rows), bool)
        # In blocks that stay in a core's cache, as rows are converted to be looked up by.
        for start in range(0, len(rows), _BLOCK):
            part = slice(start, start + _BLOCK)
            craters.take(rows[part], out=chosen[part], mode="clip")
        return chosen

    @property
    def global_scales(self) -> Float32:
        """float32 [n_views]; a global descriptor is its int8 numbers times this."""
        return self._view_columns[1]

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

    def stored_globals(self, views: npt.ArrayLike) -> npt.NDArray[np.int8]:
        """Copies of the descriptors int8 [S, G] of ``views``, not checked."""
        numbers = self._numbers(views)
        stored = np.empty((len(numbers), self.settings.global_dim), np.int8)
        for segment, places, rows in self._grouped(numbers):
            stored[places] = segment.globals_of(rows)
        return stored

    def damaged_globals(self, view: int) -> CraterIndexError:
        """The error for a descriptor whose checksum differs."""
        segment, row = self._place(view)
        return segment.damaged_globals(row)

    def stored_tokens(self, views: npt.ArrayLike) -> StoredTokens:
        """The token records of ``views``, in their order, each checked.

        All are announced to the system first, unless the last ones lay in its memory.
        """
        numbers = self._numbers(views)
        groups = list(self._grouped(numbers))
        before = blocks_read()
        if self._cold:
            for segment, _, rows in groups:
                segment.will_need(np.sort(rows))
        records = gathered(groups, len(numbers), self.settings)
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
        if not 0 <= view < self.n_views:
            self._numbers(view)
        which = int(np.searchsorted(self._ends, view, side="right")) - 1
        return self.segments[which], int(view - self._ends[which])

    def _grouped(
        self, numbers: npt.NDArray[np.int64]
    ) -> Iterator[tuple[Segment, Places, npt.NDArray[np.int64]]]:
        """(segment, places in ``numbers``, rows in the segment) for each one touched."""
        if len(self.segments) == 1 and len(numbers):
            yield self.segments[0], slice(None), numbers
            return
        ascending = (numbers[1:] >= numbers[:-1]).all()
        order = None if ascending else np.argsort(numbers, kind="stable")
        bounds = np.searchsorted(numbers if order is None else numbers[order], self._ends)
        for which in np.flatnonzero(np.diff(bounds)).tolist():
            here = slice(bounds[which], bounds[which + 1])
            places = here if order is None else order[here]
            yield self.segments[which], places, numbers[places] - self._ends[which]
