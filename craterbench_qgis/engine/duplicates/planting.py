"""A catalogue with duplicates planted into it, and which entries are then one crater."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bodies import Body, destination
from ..catalogue import Craters
from ..errors import QueryError
from .candidates import Pairs, candidate_pairs

Rows = NDArray[np.int64]
IdPairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Kind:
    """How duplicates are planted: ``share`` of them, moved by up to ``move`` diameters in a random
    direction, resized by up to ``resize`` (0.2: from 0.8 to 1.2 times), both uniformly."""

    share: float = 1.0
    move: float = 0.2
    resize: float = 0.2

    def __post_init__(self) -> None:
        if not (0.0 < self.share <= 1.0 and 0.0 <= self.move <= 2.0 and 0.0 <= self.resize < 1.0):
            raise QueryError(
                f"Planted duplicates cannot be moved by {self.move:g} diameters and resized by "
                f"{self.resize:g}. Use 0 to 2 and 0 to below 1."
            )


@dataclass
class Planted:
    """``craters``: ``entries`` rows of the catalogue, then the planted ones; ``crater`` int64
    [rows]: entries of one number are one crater; ``of`` int64: the row each was planted from."""

    craters: Craters
    entries: int
    crater: Rows
    of: Rows

    def same(self, pairs: Pairs) -> NDArray[np.bool_]:
        """Which pairs are one crater."""
        return np.asarray(self.crater[pairs.a] == self.crater[pairs.b])

    @property
    def duplicates(self) -> int:
        """How many pairs of entries are one crater, candidates or not."""
        _, sizes = np.unique(self.crater, return_counts=True)
        return int((sizes * (sizes - 1) // 2).sum())


def plant(
    body: Body,
    base: Craters,
    count: int,
    seed: int,
    kinds: Sequence[Kind] = (Kind(),),
    known: Sequence[tuple[int, int]] = (),
) -> Planted:
    """``base`` with ``count`` of its entries, drawn at random, entered a second time.

    ``known``: rows of ``base`` that are one crater already. The same seed plants the same. Raises
    QueryError where there are fewer entries than duplicates, or where shares do not make 1.
    """
    n = len(base)
    if not 1 <= count <= n:
        raise QueryError(
            f"{count:,} duplicates cannot be planted among {n:,} entries. Plant fewer, or choose "
            "a larger region or smaller diameters."
        )
    shares = np.array([kind.share for kind in kinds])
    if abs(shares.sum() - 1.0) > 1e-6:
        raise QueryError("The shares of the kinds of planting must make 1. Correct them.")
    rng = np.random.default_rng(seed)
    of = rng.choice(n, count, replace=False)
    kind = rng.choice(len(kinds), count, p=shares)
    move = np.array([kind.move for kind in kinds])[kind]
    resize = np.array([kind.resize for kind in kinds])[kind]
    far = rng.uniform(0, 1, count) * move * base.diameter[of]
    lon, lat = destination(body, base.lon[of], base.lat[of], rng.uniform(0, 360, count), far)
    both = base.take(np.concatenate([np.arange(n), of]))
    both.lon[n:], both.lat[n:] = lon, lat
    both.diameter[n:] *= 1.0 + rng.uniform(-1, 1, count) * resize
    both.ids = [*base.ids, *_free_names(base.ids, count)]
    crater = np.concatenate([np.arange(n), of])
    for a, b in known:
        crater[crater == crater[b]] = crater[a]
    return Planted(both, n, crater, of)


def _free_names(taken: Sequence[str], count: int) -> list[str]:
    prefix = "planted"
    while any(name.startswith(prefix) for name in taken):
        prefix += "_"
    return [f"{prefix}-{k}" for k in range(count)]


def known_by_ids(craters: Craters, same: IdPairs) -> list[tuple[int, int]]:
    """Rows of the pairs of ids of which the catalogue holds both."""
    row = {name: k for k, name in enumerate(craters.ids)}
    rows = [(row[a], row[b]) for a, b in same if a in row and b in row]
    return [(a, b) for a, b in rows if a != b]


def known_by_flag(body: Body, craters: Craters, column: str) -> list[tuple[int, int]]:
    """Rows of flagged entries, each with every entry in its place and of its size: centres within
    0.1 of the larger diameter, diameters within 15 %.

    ``column``: true, yes or a number other than 0 where an entry is a duplicate. Raises QueryError
    where the catalogue has no such column.
    """
    if column not in craters.attributes.column_names:
        raise QueryError(f"There is no column '{column}' in the catalogue. Check its name.")
    flags = np.array([_flagged(value) for value in craters.attributes[column].to_pylist()], bool)
    pairs = candidate_pairs(body, craters)
    near = pairs.take((pairs.distance_ratio < 0.1) & (pairs.diameter_ratio > 0.85))
    rows = zip(near.a.tolist(), near.b.tolist(), strict=True)
    return [(a, b) for a, b in rows if flags[a] or flags[b]]


def _flagged(value: Any) -> bool:
    if isinstance(value, str):
        word = value.strip().casefold()
        return word not in ("", "0", "0.0", "no", "false", "n", "f")
    return value is not None and value == value and bool(value)
