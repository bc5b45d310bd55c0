"""Inverted lists of segments: a shortlist that reads a part of the descriptors only.

The descriptors of an encoder fill few of their dimensions (48 of 256 hold 99.9 % of the variance
of the default's on lunar images), and those are what is scanned: int8 numbers along the leading
directions of the segments' own descriptors, in lists around centres found by k-means. A file
belongs to segments that follow one another and never change, so additions bring files of their own.

Which lists are read follows from the query: all those that can hold a view better than the S-th
best so far, if its views lie towards the query no further from the list's centre than ``reach``
radii. ``reach`` is measured when the file is made, on the nearest neighbours of the segments' own
views. What was found is scored again with the stored descriptors, so that scores are exact.
"""

from __future__ import annotations

import struct
import zlib
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import CraterIndexError
from .format import Float32
from .rough import FOLD, RoughQuery
from .storage import MappedFile

Int64 = npt.NDArray[np.int64]

MIN_VIEWS = 8_192
"""Fewer views get no lists: scanning them costs less than a millisecond."""

HEAD = struct.Struct("<8sIIIIff8x")
MAGIC = b"CBLISTS1"


class Towards:
    """A query as lists see it."""

    def __init__(self, lists: InvertedLists, query: Float32) -> None:
        self._lists, self._short = lists, lists.basis @ query
        self._base = np.float32(lists.mean @ query)
        self._rough = RoughQuery(self._short)

    def centres(self) -> Float32:
        """The products with the lists' centres [k]."""
        return self._lists.centres @ self._short + self._base

    def roughly(self, spans: Int64) -> npt.NDArray[Any]:
        """The products with all views in ``spans``, one after the other, in a measure of their
        own: see :meth:`limit`."""
        return self._rough.products(self._lists.codes_in(spans), spans)

    def limit(self, least: np.float32) -> float:
        """What rough products of views with a product of ``least`` are, or more."""
        lists, rough = self._lists, self._rough
        # An error is rarely half of what it could be: that of 48 numbers about a seventh.
        slack = 0.5 * float(rough.error) * lists.length
        return (float(least) - float(self._base) - slack) / (lists.scale * float(rough.unit))

    def nearly(self, places: Int64) -> Float32:
        """The products with the views at ``places``, which were read before, as far as the kept
        directions tell."""
        scores = self._lists.codes[places].astype(np.float32) @ self._short
        scores *= np.float32(self._lists.scale)
        return scores + self._base


class InvertedLists:
    """The lists of some views, mapped. d dimensions, k lists, V views. What is used of it is
    checked, block by block where its blocks have checksums."""

    def __init__(self, file: MappedFile, views: int, width: int) -> None:
        """Raises CraterIndexError for damage and for lists that are not of these views."""
        self.file = file
        if file.entry.size < HEAD.size:
            raise self.unfit()
        data = file.checked([0], [HEAD.size])
        magic, v, g, d, k, self.reach, self.scale = HEAD.unpack_from(data.data, 0)
        sizes = (4 * g, 4 * d * g, 4 * k * d, 4 * k, 4 * (k + 1), 4 * v, 4 * v, v * d)
        fits = (magic, v, g) == (MAGIC, views, width) and 1 <= d <= g and 1 <= k <= v
        if not fits or len(data) != HEAD.size + sum(sizes):
            raise self.unfit()
        ends = (HEAD.size + np.cumsum(sizes)).tolist()
        file.checked([0], [ends[4]])
        parts = [data[end - size : end] for size, end in zip(sizes, ends, strict=True)]
        mean, basis, centres, radii, starts, rows, crc, codes = parts
        self.mean, self.basis = mean.view("<f4"), basis.view("<f4").reshape(d, g)
        self.centres, self.radii = centres.view("<f4").reshape(k, d), radii.view("<f4")
        self.starts, self._rows = starts.view("<u4").astype(np.int64), rows.view("<u4")
        self._crc, self.codes = crc.view("<u4"), codes.view("i1").reshape(v, d)
        self._rows_at, self._crc_at, self._codes_at = ends[4:7]
        self._compared = np.zeros(v, bool)  # descriptors, with their checksums
        numbers = (self.mean, self.basis, self.centres, self.radii, (self.reach, self.scale))
        if not (
            all(np.isfinite(part).all() for part in numbers)
            and self.starts[0] == 0
            and self.starts[-1] == v
            and (np.diff(self.starts) >= 0).all()
        ):
            raise self.unfit()

    def __len__(self) -> int:
        return len(self.codes)

    def unfit(self) -> CraterIndexError:
        """The error for contents that are no lists of these views."""
        return CraterIndexError(
            f"{self.file.root.name}: {self.file.entry.path} holds no lists of its segments. Use "
            "the exact shortlist, or make the lists again."
        )

    @cached_property
    def length(self) -> float:
        """How far from the mean views lie, about: nineteen of twenty lie nearer."""
        # Some whole blocks of neighbours, so that few are compared.
        starts = np.linspace(0, max(len(self) - 64, 0), 16).astype(np.int64)
        spans = np.stack([starts, np.minimum(starts + 64, len(self))], axis=1)
        codes = self.codes_in(spans)
        some = np.concatenate([codes[start:end] for start, end in spans.tolist()])
        lengths = np.linalg.norm(some.astype(np.float32), axis=1)
        return float(np.quantile(lengths, 0.95)) * self.scale

    def codes_in(self, spans: Int64) -> npt.NDArray[np.int8]:
        """All codes [V, d], of which those in ``spans`` were checked."""
        self._check(self._codes_at, self.codes.shape[1], spans[:, 0], spans[:, 1])
        return self.codes

    def rows(self, places: Int64) -> Int64:
        """The numbers, from 0, of the views at ``places``."""
        self._check(self._rows_at, 4, places, places + 1)
        rows = self._rows[places].astype(np.int64)
        if len(rows) and int(rows.max()) >= len(self):
            raise self.unfit()
        return rows

    def _check(self, at: int, width: int, first: Int64, end: Int64) -> None:
        self.file.checked(at + first * width, at + end * width)

    def spans(self, lists: Int64, gap: int) -> Int64:
        """[n, 2]: the places (first, end) to be read for ``lists``, ascending. What lies between
        two lists is read along where it is no more than ``gap`` (at least ``FOLD``) places; a span
        begins and ends at a multiple of ``FOLD``, or with the last view."""
        starts = self.starts[lists] // FOLD * FOLD
        ends = np.minimum(-(-self.starts[lists + 1] // FOLD) * FOLD, len(self))
        apart = np.flatnonzero(starts[1:] - ends[:-1] > gap)
        spans = np.empty((len(apart) + 1, 2), np.int64)
        spans[0, 0], spans[-1, 1] = starts[0], ends[-1]
        spans[1:, 0], spans[:-1, 1] = starts[apart + 1], ends[apart]
        return spans

    def places(self, spans: Int64, numbers: Int64) -> Int64:
        """The places of views in ``spans``, numbered one after the other."""
        if len(spans) == 1:
            return numbers + spans[0, 0]
        lengths = spans[:, 1] - spans[:, 0]
        ends = np.cumsum(lengths)
        shift = spans[:, 0] - (ends - lengths)
        return numbers + shift[np.searchsorted(ends, numbers, side="right")]

    def first_damaged(self, numbers: Int64, stored: npt.NDArray[np.int8]) -> int | None:
        """Where in ``stored`` [n, G], the descriptors of the views ``numbers``, one differs from
        its checksum; None where none does. Each is compared once."""
        new = np.flatnonzero(~self._compared[numbers])
        if not len(new):
            return None
        numbers = numbers[new]
        self._check(self._crc_at, 4, numbers, numbers + 1)
        data, width = stored.view(np.uint8).reshape(-1).data, stored.shape[1]
        crc32 = zlib.crc32
        for at, expected in zip(new.tolist(), self._crc[numbers].tolist(), strict=True):
            if crc32(data[at * width : (at + 1) * width]) != expected:
                return at
        self._compared[numbers] = True
        return None
