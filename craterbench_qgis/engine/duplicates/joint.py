"""Pairs that share an entry, judged together: being one crater is all or nothing in a group.

If a is b and b is c, then a is c. So a group of entries that are candidates of each other is cut
into craters as a whole: every way to cut it (every partition) gets odds, and a pair's probability
is the share of the ways that keep it together. An entry that clearly belongs to one crater is
thereby less probably another one's. Two entries alone keep their probability.

The odds of a way are the product, over the craters it makes, of the geometric mean of the pairs'
odds within to the power of k - 1: k entries of one crater are k - 1 independent statements, though
they make k (k - 1) / 2 pairs. With the plain product of the pairs an entry half-way between two
craters would draw them together. Nothing here is fitted.

A pair that is no candidate at all has the odds of :data:`.clusters.VETO`, the probability below
which groups are not joined. Groups of more than :data:`LARGEST` entries are looked at pair by
pair, each with the entries most probably one with either of its two.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .clusters import VETO

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

LARGEST = 6
_NO_CANDIDATE = float(np.log(VETO / (1.0 - VETO)))
_SUREST = 1e-9
_BLOCK = 20_000


def joint_probability(a: Rows, b: Rows, probability: Floats) -> Floats:
    """[p]: probabilities of the pairs of nodes ``a``, ``b`` [p], given one another.

    ``probability`` [p]: of each pair by itself, at even odds beforehand. The nodes of two
    catalogues are numbered apart; each pair stands once.
    """
    result = np.array(probability, np.float64)
    if len(result) < 2:
        return result
    p = np.clip(result, _SUREST, 1.0 - _SUREST)
    known = _Odds(a, b, np.log(p / (1.0 - p)))
    for size, (pairs, nodes) in known.groups().items():
        ends = list(itertools.combinations(range(size), 2))
        together = _partitions(size)
        for start in range(0, len(pairs), _BLOCK):
            some = nodes[start : start + _BLOCK]
            odds = np.stack([known.of(some[:, i], some[:, j]) for i, j in ends], axis=1)
            weight = odds @ together.T
            weight = np.exp(weight - weight.max(axis=1, keepdims=True))
            # The pair in question stands first among the nodes, so it is the first combination.
            first = weight @ (together[:, 0] > 0) / weight.sum(axis=1)
            result[pairs[start : start + _BLOCK]] = first
    return result


class _Odds:
    """The pairs as a graph: what a pair of nodes has for odds, and who is whose neighbour."""

    def __init__(self, a: Rows, b: Rows, odds: Floats) -> None:
        self._names, ends = np.unique(np.concatenate([a, b]), return_inverse=True)
        self._count = len(self._names)
        self._low = np.minimum(ends[: len(a)], ends[len(a) :])
        self._high = np.maximum(ends[: len(a)], ends[len(a) :])
        keys = self._low * self._count + self._high
        self._order = np.argsort(keys, kind="stable")
        self._keys, self._odds = keys[self._order], odds[self._order]
        self._plain = odds

    def of(self, x: Rows, y: Rows) -> Floats:
        """Log odds of the pairs of nodes ``x``, ``y`` [n]."""
        keys = np.minimum(x, y) * self._count + np.maximum(x, y)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[at] == keys, self._odds[at], _NO_CANDIDATE)

    def groups(self) -> dict[int, tuple[Rows, Rows]]:
        """{size: (pairs [n], nodes [n, size])}: the pairs that are not alone, each with the nodes
        it is judged among, its own two first."""
        near: list[list[tuple[float, int]]] = [[] for _ in range(self._count)]
        columns = zip(self._low.tolist(), self._high.tolist(), self._plain.tolist(), strict=True)
        for x, y, odds in columns:
            near[x].append((odds, y))
            near[y].append((odds, x))
        grouped: dict[int, tuple[list[int], list[list[int]]]] = {}
        for pair, (x, y) in enumerate(zip(self._low.tolist(), self._high.tolist(), strict=True)):
            if len(near[x]) == len(near[y]) == 1:
                continue
            nodes = _company(x, y, near)
            pairs, rows = grouped.setdefault(len(nodes), ([], []))
            pairs.append(pair)
            rows.append(nodes)
        return {
            size: (np.array(pairs, np.int64), np.array(rows, np.int64))
            for size, (pairs, rows) in grouped.items()
        }


def _company(x: int, y: int, near: list[list[tuple[float, int]]]) -> list[int]:
    """``x``, ``y`` and up to four more nodes: of all that can be reached the nearest in steps, of
    those the ones most probably one with a node already taken."""
    nodes, ring = [x, y], [x, y]
    while ring and len(nodes) < LARGEST:
        best: dict[int, float] = {}
        for node in ring:
            for odds, other in near[node]:
                if other not in nodes:
                    best[other] = max(odds, best.get(other, -np.inf))
        ring = sorted(best, key=lambda node: (-best[node], node))[: LARGEST - len(nodes)]
        nodes += ring
    return nodes


@lru_cache(maxsize=LARGEST)
def _partitions(size: int) -> Floats:
    """[ways, pairs]: for every way to cut ``size`` nodes into groups, the weight of the pair's log
    odds (pairs in the order of ``itertools.combinations``): 2 / k where it is kept in one group of
    k, else 0. A group has k (k - 1) / 2 pairs, so their weights add up to k - 1."""
    labels: list[list[int]] = [[0]]
    for _ in range(size - 1):
        labels = [[*label, k] for label in labels for k in range(max(label) + 2)]
    ends = list(itertools.combinations(range(size), 2))
    return np.array(
        [
            [2.0 / label.count(label[i]) if label[i] == label[j] else 0.0 for i, j in ends]
            for label in labels
        ]
    )
