"""Inverted lists of a segment: a shortlist that reads a part of the descriptors only.

The descriptors of an encoder fill few of their dimensions (48 of 256 hold 99.9 % of the variance
of the default's on lunar images), and those are what is scanned: int8 numbers along the leading
directions of the segment's own descriptors, in lists around centres found by k-means. A file
belongs to one segment, which never changes, so additions bring files of their own.

Which lists are read follows from the query: all those that can hold a view better than the S-th
best so far, if its views lie towards the query no further from the list's centre than ``reach``
radii. ``reach`` is measured when the file is made, on the nearest neighbours of the segment's own
views. What was found is scored again with the stored descriptors, so that scores are exact.
"""

from __future__ import annotations

import struct
import zlib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import CraterIndexError
from ..monitor import Monitor
from .format import Float32
from .rough import FOLD, RoughQuery
from .segment import Segment
from .storage import FileEntry, HashingFile, MappedFile, write_new

Int64 = npt.NDArray[np.int64]

MIN_VIEWS = 8_192
"""Segments of fewer views get no lists: scanning them costs less than a millisecond."""

_HEAD = struct.Struct("<8sIIIIff8x")
_MAGIC = b"CBLISTS1"
_PER_LIST = 64  # views, on average
_ENERGY = 0.002  # of the variance may lie outside the dimensions kept
_ROUNDS, _TRAINED_ON = 6, 32_768
_CALIBRATED_ON, _NEIGHBOURS, _KEPT = 256, 100, 0.98


class Towards:
    """A query as the lists of a segment see it."""

    def __init__(self, lists: SegmentLists, query: Float32) -> None:
        self._lists, self._short = lists, lists.basis @ query
        self._base = np.float32(lists.mean @ query)
        self._rough = RoughQuery(self._short)

    def centres(self) -> Float32:
        """The products with the lists' centres [k]."""
        return self._lists.centres @ self._short + self._base

    def roughly(self, spans: Int64) -> npt.NDArray[Any]:
        """The products with all views in ``spans``, one after the other, in a measure of their
        own: see :meth:`limit`."""
        return self._rough.products(self._lists.codes, spans)

    def limit(self, least: np.float32) -> float:
        """What rough products of views with a product of ``least`` are, or more."""
        lists, rough = self._lists, self._rough
        # An error is rarely half of what it could be: that of 48 numbers about a seventh.
        slack = 0.5 * float(rough.error) * lists.length
        return (float(least) - float(self._base) - slack) / (lists.scale * float(rough.unit))

    def nearly(self, places: Int64) -> Float32:
        """The products with the views at ``places``, as far as the kept directions tell."""
        scores = self._lists.codes[places].astype(np.float32) @ self._short
        scores *= np.float32(self._lists.scale)
        return scores + self._base


class SegmentLists:
    """The lists of one segment, mapped and checked. d dimensions, k lists, V views."""

    def __init__(self, file: MappedFile, views: int, width: int) -> None:
        """Raises CraterIndexError for damage and for lists that are not of this segment."""
        self.file = file
        data = file.verified()
        if len(data) < _HEAD.size:
            raise self._unfit()
        magic, v, g, d, k, self.reach, self.scale = _HEAD.unpack_from(data.data, 0)
        sizes = (4 * g, 4 * d * g, 4 * k * d, 4 * k, 4 * (k + 1), 4 * v, 4 * v, v * d)
        fits = (magic, v, g) == (_MAGIC, views, width) and 1 <= d <= g and 1 <= k <= v
        if not fits or len(data) != _HEAD.size + sum(sizes):
            raise self._unfit()
        ends = (_HEAD.size + np.cumsum(sizes)).tolist()
        parts = [data[end - size : end] for size, end in zip(sizes, ends, strict=True)]
        mean, basis, centres, radii, starts, rows, crc, codes = parts
        self.mean, self.basis = mean.view("<f4"), basis.view("<f4").reshape(d, g)
        self.centres, self.radii = centres.view("<f4").reshape(k, d), radii.view("<f4")
        self.starts, self.rows = starts.view("<u4").astype(np.int64), rows.view("<u4")
        self.crc, self.codes = crc.view("<u4"), codes.view("i1").reshape(v, d)
        numbers = (self.mean, self.basis, self.centres, self.radii, (self.reach, self.scale))
        if not (
            all(np.isfinite(part).all() for part in numbers)
            and self.starts[0] == 0
            and self.starts[-1] == v
            and (np.diff(self.starts) >= 0).all()
            and int(self.rows.max()) < v
            and (np.bincount(self.rows, minlength=v) == 1).all()
        ):
            raise self._unfit()

    def _unfit(self) -> CraterIndexError:
        return CraterIndexError(
            f"{self.file.root.name}: {self.file.entry.path} holds no lists of its segment. Use "
            "the exact shortlist, or make the lists again."
        )

    @cached_property
    def length(self) -> float:
        """How far from the mean views lie, about: nineteen of twenty lie nearer."""
        some = self.codes[:: max(1, len(self.codes) // 1024)].astype(np.float32)
        return float(np.quantile(np.linalg.norm(some, axis=1), 0.95)) * self.scale

    def spans(self, lists: Int64, gap: int) -> Int64:
        """[n, 2]: the places (first, end) to be read for ``lists``, ascending. What lies between
        two lists is read along where it is no more than ``gap`` (at least ``FOLD``) places; a span
        begins and ends at a multiple of ``FOLD``, or with the last view."""
        starts = self.starts[lists] // FOLD * FOLD
        ends = np.minimum(-(-self.starts[lists + 1] // FOLD) * FOLD, len(self.rows))
        apart = np.flatnonzero(starts[1:] - ends[:-1] > gap)
        spans = np.empty((len(apart) + 1, 2), np.int64)
        spans[0, 0], spans[-1, 1] = starts[0], ends[-1]
        spans[1:, 0], spans[:-1, 1] = starts[apart + 1], ends[apart]
        return spans

    def places(self, spans: Int64, numbers: Int64) -> Int64:
        """The places of views in ``spans``, numbered one after the other."""
        lengths = spans[:, 1] - spans[:, 0]
        ends = np.cumsum(lengths)
        shift = spans[:, 0] - (ends - lengths)
        return numbers + shift[np.searchsorted(ends, numbers, side="right")]

    def descriptors(self, segment: Segment, rows: Int64) -> npt.NDArray[np.int8]:
        """The stored descriptors int8 [n, G] of ``rows``, each checked. Raises
        CraterIndexError."""
        stored = segment.globals_of(rows)
        data, width = stored.view(np.uint8).reshape(-1).data, stored.shape[1]
        for number, expected in enumerate(self.crc[rows].tolist()):
            if zlib.crc32(data[number * width : (number + 1) * width]) != expected:
                raise segment.damaged_globals(int(rows[number]))
        return stored


def write_lists(root: Path, path: str, segment: Segment, monitor: Monitor) -> FileEntry:
    """Make the lists of a segment; the same every time. Raises CraterIndexError, OSError."""
    stored = segment.globals
    scale = segment.views["global_scale"][:, None]
    vectors = stored.astype(np.float32) * scale
    mean = vectors.mean(axis=0)
    vectors -= mean
    rng = np.random.default_rng(0)
    sample = vectors[rng.permutation(len(vectors))[:_TRAINED_ON]]
    basis = _directions(sample)
    short = vectors @ basis.T
    centres = _centres(sample @ basis.T, max(1, len(short) // _PER_LIST), rng, monitor)
    centres = centres[_neighbourly(centres)]
    owner = _nearest(short, centres)
    counts = np.bincount(owner, minlength=len(centres))
    apart = np.square(short - centres[owner]).sum(axis=1)
    radii = np.sqrt(np.bincount(owner, apart, len(centres)) / np.maximum(counts, 1))
    radii = np.maximum(radii, 1e-3).astype(np.float32)
    reach = _reach(short, centres, owner, radii, rng)
    rows = np.argsort(owner, kind="stable")
    size = max(float(np.abs(short).max()) / 127.0, 1e-12)
    codes = np.round(short[rows] / size).astype(np.int8)
    crc = np.fromiter((zlib.crc32(row) for row in np.ascontiguousarray(stored)), np.uint32)
    head = _HEAD.pack(_MAGIC, *stored.shape, len(basis), len(centres), reach, size)

    def write(file: HashingFile) -> None:
        file.write(head)
        for numbers in (mean, basis, centres, radii):
            file.write(np.ascontiguousarray(numbers, "<f4").view(np.uint8))
        for whole in (np.concatenate([[0], np.cumsum(counts)]), rows, crc):
            file.write(np.ascontiguousarray(whole, "<u4").view(np.uint8))
        file.write(codes.view(np.uint8))

    return write_new(root, path, write)


def _directions(centred: Float32) -> Float32:
    """The leading directions [d, G] of vectors [n, G], as many as hold their variance."""
    values, vectors = np.linalg.eigh(centred.T.astype(np.float64) @ centred)
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    left = 1.0 - np.cumsum(values) / max(float(values.sum()), 1e-300)
    enough = int(np.argmax(left <= _ENERGY)) + 1
    return np.ascontiguousarray(vectors[:, : min(-(-enough // 8) * 8, len(values))].T, np.float32)


def _nearest(vectors: Float32, centres: Float32) -> Int64:
    half = 0.5 * np.square(centres).sum(axis=1)
    step = 4096
    parts = [
        (vectors[at : at + step] @ centres.T - half).argmax(axis=1)
        for at in range(0, len(vectors), step)
    ]
    return np.concatenate(parts).astype(np.int64)


def _centres(sample: Float32, count: int, rng: np.random.Generator, monitor: Monitor) -> Float32:
    """k-means [k, d] by Lloyd; a centre that nobody is nearest to stays where it is."""
    centres = sample[rng.permutation(len(sample))[:count]].copy()
    for _ in range(_ROUNDS):
        monitor.check()
        owner = _nearest(sample, centres)
        counts = np.bincount(owner, minlength=len(centres))
        order, used = np.argsort(owner, kind="stable"), counts > 0
        sums = np.add.reduceat(sample[order], (np.cumsum(counts) - counts)[used], axis=0)
        centres[used] = sums / counts[used, None]
    return centres


def _neighbourly(centres: Float32) -> Int64:
    """An order in which lists that are read together mostly lie together: halved again and again
    across the dimension in which the half spreads most."""
    order: list[Int64] = []
    waiting: list[Int64] = [np.arange(len(centres))]
    while waiting:
        some = waiting.pop()
        if len(some) <= 2:
            order.append(some)
            continue
        spread = centres[some].var(axis=0).argmax()
        sorted_: Int64 = some[np.argsort(centres[some, spread], kind="stable")]
        waiting += [sorted_[len(some) // 2 :], sorted_[: len(some) // 2]]
    return np.concatenate(order)


def _reach(
    short: Float32, centres: Float32, owner: Int64, radii: Float32, rng: np.random.Generator
) -> float:
    """How many radii nearer to a view than their centre its nearest neighbours lie, nearly all."""
    # Products with the mean are the same on both sides and cancel.
    own = short[rng.permutation(len(short))[:_CALIBRATED_ON]]
    many = min(_NEIGHBOURS, len(short))
    beyond = []
    for query in own:
        scores = short @ query
        near = np.argpartition(-scores, many - 1)[:many]
        lists = owner[near]
        beyond.append((scores[near] - (centres @ query)[lists]) / radii[lists])
    return max(0.0, float(np.quantile(np.concatenate(beyond), _KEPT)))
