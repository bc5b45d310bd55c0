"""Making the inverted lists of a run of segments (``lists.py`` reads them)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..monitor import Monitor
from .format import Float32
from .lists import HEAD, MAGIC
from .segment import Segment
from .storage import FileEntry, HashingFile, write_new

Int64 = npt.NDArray[np.int64]

_PER_LIST = 64  # views, on average
_ENERGY = 0.002  # of the variance may lie outside the dimensions kept
_ROUNDS, _TRAINED_ON, _PER_CENTRE = 6, 32_768, 8
_CALIBRATED_ON, _NEIGHBOURS, _KEPT = 256, 100, 0.98
_BLOCK = 8192  # views held as float at a time
_FEW_CENTRES = 1024  # up to which each is compared with each view
_BESIDE = 3  # coarse cells in whose lists a view's own is looked for


def write_lists(root: Path, path: str, segments: Sequence[Segment], monitor: Monitor) -> FileEntry:
    """Make the lists of segments, one after the other; the same every time. Raises
    CraterIndexError, OSError."""
    source = _Descriptors(segments)
    views = len(source)
    rng = np.random.default_rng(0)
    count = max(1, views // _PER_LIST)
    chosen = np.sort(rng.permutation(views)[: max(_TRAINED_ON, _PER_CENTRE * count)])
    mean = source.mean()
    basis = _directions(source.rows(_some(chosen, _TRAINED_ON, rng)) - mean)
    sample = np.concatenate(
        [
            (source.rows(chosen[start : start + _BLOCK]) - mean) @ basis.T
            for start in range(0, len(chosen), _BLOCK)
        ]
    )
    cells = Cells(sample, count, rng, monitor)
    del sample
    largest = max(float(np.abs(short).max()) for short in source.short(mean, basis, monitor))
    size = max(largest / 127.0, 1e-12)
    codes, owner = np.empty((views, len(basis)), np.int8), np.empty(views, np.int32)
    apart = np.empty(views, np.float32)
    done = 0
    for short in source.short(mean, basis, monitor):
        part = slice(done, done + len(short))
        owner[part] = cells.nearest(short)
        apart[part] = np.square(short - cells.centres[owner[part]]).sum(axis=1)
        codes[part] = np.round(short / size)
        done += len(short)
    counts = np.bincount(owner, minlength=count)
    radii = np.sqrt(np.bincount(owner, apart, count) / np.maximum(counts, 1))
    radii = np.maximum(radii, 1e-3).astype(np.float32)
    reach = _reach(codes, size, cells.centres, owner, radii, rng)
    rows = np.argsort(owner, kind="stable")
    head = HEAD.pack(MAGIC, views, source.width, len(basis), count, reach, size)

    def write(file: HashingFile) -> None:
        file.write(head)
        for numbers in (mean, basis, cells.centres, radii):
            file.write(np.ascontiguousarray(numbers, "<f4").view(np.uint8))
        for whole in (np.concatenate([[0], np.cumsum(counts)]), rows, source.crc()):
            file.write(np.ascontiguousarray(whole, "<u4").view(np.uint8))
        for start in range(0, views, _BLOCK):
            file.write(codes[rows[start : start + _BLOCK]].view(np.uint8))

    return write_new(root, path, write)


def _some(numbers: npt.NDArray[Any], count: int, rng: np.random.Generator) -> npt.NDArray[Any]:
    """``count`` of them, or all, in their order."""
    if len(numbers) <= count:
        return numbers
    return numbers[np.sort(rng.permutation(len(numbers))[:count])]


class _Descriptors:
    """The descriptors of segments, one after the other, a few at a time."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._ends = np.cumsum([0, *(len(segment) for segment in segments)])
        self.width = segments[0].globals.shape[1]

    def __len__(self) -> int:
        return int(self._ends[-1])

    def rows(self, numbers: Int64) -> Float32:
        """Those of ``numbers``, ascending: float32 [n, G]."""
        cuts = np.searchsorted(numbers, self._ends).tolist()
        parts = []
        for which, segment in enumerate(self._segments):
            own = numbers[cuts[which] : cuts[which + 1]] - self._ends[which]
            part = segment.globals[own].astype(np.float32)
            part *= segment.views["global_scale"][own][:, None]
            parts.append(part)
        return np.concatenate(parts)

    def _blocks(self) -> Iterator[Float32]:
        for segment in self._segments:
            stored, scale = segment.globals, segment.views["global_scale"]
            for start in range(0, len(segment), _BLOCK):
                block = stored[start : start + _BLOCK].astype(np.float32)
                block *= scale[start : start + _BLOCK, None]
                yield block

    def mean(self) -> Float32:
        """Of all [G]."""
        total = np.zeros(self.width)
        for block in self._blocks():
            total += block.sum(axis=0, dtype=np.float64)
        return (total / len(self)).astype(np.float32)

    def short(self, mean: Float32, basis: Float32, monitor: Monitor) -> Iterator[Float32]:
        """All less their mean along the directions kept, block by block [n, d]."""
        for block in self._blocks():
            monitor.check()
            block -= mean
            yield block @ basis.T

    def crc(self) -> npt.NDArray[np.uint32]:
        """CRC-32 of each stored descriptor."""
        rows = (row for segment in self._segments for row in np.ascontiguousarray(segment.globals))
        return np.fromiter(map(zlib.crc32, rows), np.uint32, len(self))


def _directions(centred: Float32) -> Float32:
    """The leading directions [d, G] of vectors [n, G], as many as hold their variance."""
    values, vectors = np.linalg.eigh(centred.T.astype(np.float64) @ centred)
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    left = 1.0 - np.cumsum(values) / max(float(values.sum()), 1e-300)
    enough = int(np.argmax(left <= _ENERGY)) + 1
    return np.ascontiguousarray(vectors[:, : min(-(-enough // 8) * 8, len(values))].T, np.float32)


class Cells:
    """Centres [k, d] found by k-means, in an order in which neighbours mostly lie together.

    Many are found in two steps, as centres within coarse cells: their number then costs its root.
    """

    def __init__(
        self, sample: Float32, count: int, rng: np.random.Generator, monitor: Monitor
    ) -> None:
        if count <= _FEW_CENTRES:
            centres = _means(_some(sample, _TRAINED_ON, rng), count, rng, monitor)
            self.centres = centres[_neighbourly(centres)]
            self._coarse, self._bounds = self.centres[:0], np.array([0, count])
            return
        coarse = _means(_some(sample, _TRAINED_ON, rng), round(count**0.5), rng, monitor)
        self._coarse = coarse[_neighbourly(coarse)]
        owner = nearest(sample, self._coarse)
        members = np.bincount(owner, minlength=len(self._coarse))
        # Each cell gets its share of the centres; no more than it has views.
        share = np.maximum(np.diff(np.round(np.cumsum([0, *members]) * (count / len(sample)))), 1)
        share = share.astype(np.int64)
        while (over := int(share.sum()) - count) != 0:
            share[int(np.argmax(share))] -= int(np.sign(over))
        parts = []
        for cell, number in enumerate(share.tolist()):
            own = sample[owner == cell]
            if len(own) < number:
                own = np.concatenate([own, np.repeat(self._coarse[cell : cell + 1], number, 0)])
            centres = _means(own, number, rng, monitor)
            parts.append(centres[_neighbourly(centres)])
        self.centres = np.concatenate(parts)
        self._bounds = np.cumsum([0, *share.tolist()])

    def nearest(self, vectors: Float32) -> Int64:
        """The centre of each of ``vectors`` [n, d]: the nearest, as a rule."""
        if not len(self._coarse):
            return nearest(vectors, self.centres)
        half = 0.5 * np.square(self._coarse).sum(axis=1)
        beside = min(_BESIDE, len(self._coarse))
        near = np.argpartition(half - vectors @ self._coarse.T, beside - 1, axis=1)[:, :beside]
        best = np.full(len(vectors), -np.inf, np.float32)
        owner = np.zeros(len(vectors), np.int64)
        order = np.argsort(near.ravel(), kind="stable")
        cuts = np.searchsorted(near.ravel()[order], np.arange(len(self._coarse) + 1)).tolist()
        for cell in range(len(self._coarse)):
            own = order[cuts[cell] : cuts[cell + 1]] // beside
            if not len(own):
                continue
            first, end = self._bounds[cell : cell + 2].tolist()
            centres = self.centres[first:end]
            scores = vectors[own] @ centres.T - 0.5 * np.square(centres).sum(axis=1)
            which = scores.argmax(axis=1)
            value = scores[np.arange(len(own)), which]
            better = value > best[own]
            best[own[better]], owner[own[better]] = value[better], first + which[better]
        return owner


def nearest(vectors: Float32, centres: Float32) -> Int64:
    """The nearest of ``centres`` [k, d] to each of ``vectors`` [n, d]."""
    half = 0.5 * np.square(centres).sum(axis=1)
    step = 4096
    parts = [
        (vectors[at : at + step] @ centres.T - half).argmax(axis=1)
        for at in range(0, len(vectors), step)
    ]
    return np.concatenate(parts).astype(np.int64)


def _means(sample: Float32, count: int, rng: np.random.Generator, monitor: Monitor) -> Float32:
    """k-means [k, d] by Lloyd; a centre that nobody is nearest to stays where it is."""
    centres = sample[rng.permutation(len(sample))[:count]].copy()
    for _ in range(_ROUNDS):
        monitor.check()
        owner = nearest(sample, centres)
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
    codes: npt.NDArray[np.int8],
    size: float,
    centres: Float32,
    owner: npt.NDArray[np.int32],
    radii: Float32,
    rng: np.random.Generator,
) -> float:
    """How many radii nearer to a view than their centre its nearest neighbours lie, nearly all."""
    # Products with the mean are the same on both sides and cancel.
    queries = codes[rng.permutation(len(codes))[:_CALIBRATED_ON]].astype(np.float32) * size
    many = min(_NEIGHBOURS, len(codes))
    scores: Float32 = np.full((len(queries), many), -np.inf, np.float32)
    places: Int64 = np.zeros((len(queries), many), np.int64)
    for start in range(0, len(codes), _BLOCK):
        block = codes[start : start + _BLOCK].astype(np.float32) * size
        # The best of those so far and of this block.
        every = np.concatenate([scores, queries @ block.T], axis=1)
        at = np.argpartition(-every, many - 1, axis=1)[:, :many]
        scores = np.take_along_axis(every, at, axis=1)
        old = np.take_along_axis(places, np.minimum(at, many - 1), axis=1)
        places = np.where(at < many, old, at - many + start)
    lists = owner[places]
    towards = np.take_along_axis(queries @ centres.T, lists, axis=1)
    return max(0.0, float(np.quantile((scores - towards) / radii[lists], _KEPT)))
