"""Pairs of entries whose centres and diameters could be one crater's, found on the sphere.

The field's rule (two counts compared: diameter ratio of 0.5 to 2, centres nearer than a quarter of
the larger diameter) is widened by default to 0.5 of the larger diameter, so that looks can decide.

The search is near-linear: entries are sorted into octaves of diameter; each octave has one k-d tree
over unit vectors, and is searched from the entries of its own and the next smaller octaves with the
radius that its largest crater could need. A chord on the unit sphere stands for the great circle,
so poles and the antimeridian are ordinary places.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.duplicates import MAX_DISTANCE, MAX_RATIO
from ...contract.vocabulary import Stage
from ..bodies import Body, great_circle_distance
from ..catalogue import Craters
from ..errors import QueryError
from ..monitor import Monitor

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

MAX_PAIRS = 20_000_000
_CHUNK = 8_192
_LISTED = 2_000_000


@dataclass(frozen=True)
class CandidateRule:
    """``max_distance``: centre distance / larger diameter; ``max_ratio``: larger / smaller."""

    max_distance: float = MAX_DISTANCE
    max_ratio: float = MAX_RATIO

    def __post_init__(self) -> None:
        if not (0.0 < self.max_distance <= 2.0 and 1.0 < self.max_ratio <= 8.0):
            raise QueryError(
                f"The candidate rule (distance up to {self.max_distance:g} diameters, ratio up to "
                f"{self.max_ratio:g}) makes no sense. Use a distance of 0 to 2 and a ratio of 1 "
                "to 8."
            )


@dataclass
class Pairs:
    """``p`` candidate pairs. ``a``, ``b``: rows int64 [p] of the two catalogues (of one: a < b);
    ``distance``: metres on the sphere; ``distance_ratio``: by the larger diameter;
    ``diameter_ratio``: smaller / larger, in (0, 1]."""

    a: Rows
    b: Rows
    distance: Floats
    distance_ratio: Floats
    diameter_ratio: Floats

    def __len__(self) -> int:
        return len(self.a)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Pairs:
        """The pairs at ``rows`` (positions or a mask)."""
        return Pairs(
            self.a[rows],
            self.b[rows],
            self.distance[rows],
            self.distance_ratio[rows],
            self.diameter_ratio[rows],
        )


def candidate_pairs(
    body: Body,
    craters: Craters,
    other: Craters | None = None,
    rule: CandidateRule | None = None,
    monitor: Monitor | None = None,
    max_pairs: int = MAX_PAIRS,
) -> Pairs:
    """Every pair within ``craters``, or between ``craters`` (a) and ``other`` (b), that fits.

    Sorted by (a, b). Raises QueryError where more than ``max_pairs`` pairs fit (a catalogue that
    holds most of its craters twice over many times, or a rule too wide), Cancelled.
    """
    rule = rule or CandidateRule()
    monitor = monitor or Monitor()
    within = other is None
    second = craters if other is None else other
    parts: list[tuple[Rows, Rows]] = []
    total = 0
    first_points = _points(craters)
    second_points = first_points if other is None else _points(second)
    blocks = _near(body, craters, first_points, second, second_points, rule, monitor, max_pairs)
    for a, b, same_octave in blocks:
        if within:
            # Within an octave each pair turns up from either side.
            a, b = (a[a < b], b[a < b]) if same_octave else (np.minimum(a, b), np.maximum(a, b))
        pairs = _measured(body, craters, second, a, b)
        fits = (pairs.distance_ratio <= rule.max_distance) & (
            pairs.diameter_ratio * rule.max_ratio >= 1.0
        )
        parts.append((a[fits], b[fits]))
        total += int(fits.sum())
        if total > max_pairs:
            raise _too_many(max_pairs)
    empty = np.empty(0, np.int64)
    a = np.concatenate([part[0] for part in parts]) if parts else empty
    b = np.concatenate([part[1] for part in parts]) if parts else empty
    order = np.lexsort((b, a))
    return _measured(body, craters, second, a[order], b[order])


def _measured(body: Body, first: Craters, second: Craters, a: Rows, b: Rows) -> Pairs:
    distance = great_circle_distance(body, first.lon[a], first.lat[a], second.lon[b], second.lat[b])
    large = np.maximum(first.diameter[a], second.diameter[b])
    small = np.minimum(first.diameter[a], second.diameter[b])
    return Pairs(a, b, np.atleast_1d(distance), distance / large, small / large)


def _near(
    body: Body,
    first: Craters,
    first_points: Floats,
    second: Craters,
    second_points: Floats,
    rule: CandidateRule,
    monitor: Monitor,
    max_pairs: int,
) -> Iterator[tuple[Rows, Rows, bool]]:
    """Blocks of (a, b, of one octave) that hold every fitting pair and some others.

    The trees are of ``second``'s octaves. An entry of ``first`` is looked up in every octave its
    ratio allows, with a radius from the larger of its own diameter and the octave's largest.
    """
    from scipy.spatial import cKDTree

    low = float(min(first.diameter.min(initial=np.inf), second.diameter.min(initial=np.inf)))
    if not np.isfinite(low):
        return
    first_octave = _octaves(first.diameter, low)
    second_octave = _octaves(second.diameter, low)
    reach = max(1, int(np.ceil(np.log2(rule.max_ratio) - 1e-12)))
    # Within one catalogue the smaller entry of a pair is found from the larger one's octave.
    ahead = 0 if first is second else reach
    total, done = len(first), 0
    members = {int(k): np.flatnonzero(second_octave == k) for k in np.unique(second_octave)}
    trees = {k: cKDTree(second_points[rows], leafsize=24) for k, rows in members.items()}
    for octave in np.unique(first_octave).tolist():
        mine = np.flatnonzero(first_octave == octave)
        # Neighbours in space stand together, so that a block touches little of a tree.
        mine = mine[np.lexsort((first.lon[mine], np.floor(first.lat[mine])))]
        for start in range(0, len(mine), _CHUNK):
            rows = mine[start : start + _CHUNK]
            for k in range(octave - reach, octave + ahead + 1):
                if k not in trees:
                    continue
                monitor.check()
                chord = _chords(body, first.diameter[rows], second.diameter[members[k]], rule)
                for a, b in _lookup(trees[k], first_points[rows], chord, max_pairs):
                    yield rows[a], members[k][b], k == octave
            done += len(rows)
            monitor.report(Stage.CANDIDATES, done, total)


def _chords(body: Body, own: Floats, theirs: Floats, rule: CandidateRule) -> Floats:
    """Search radii on the unit sphere: no fitting partner is larger than ratio x the entry."""
    larger = np.maximum(own, np.minimum(float(theirs.max()), rule.max_ratio * own))
    angle = np.minimum(rule.max_distance * larger / body.mean_radius, np.pi)
    return np.asarray(2.0 * np.sin(angle / 2.0) * (1.0 + 1e-9) + 1e-12)


def _lookup(
    tree: Any, points: Floats, chord: Floats, max_pairs: int
) -> Iterator[tuple[Rows, Rows]]:
    """(position in ``points``, position in the tree), counted before they are listed: entries
    heaped on one spot must not fill the memory."""
    counts = tree.query_ball_point(points, chord, return_length=True)
    if int(counts.sum()) > 4 * max_pairs:
        raise _too_many(max_pairs)
    busy = np.flatnonzero(counts)
    ends = np.cumsum(counts[busy])
    start = 0
    while start < len(busy):
        before = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + _LISTED)))
        some = busy[start:stop]
        lists = tree.query_ball_point(points[some], chord[some], return_sorted=False)
        size = int(counts[some].sum())
        flat = np.fromiter((row for rows in lists for row in rows), np.int64, size)
        yield np.repeat(some, counts[some]), flat
        start = stop


def _too_many(max_pairs: int) -> QueryError:
    return QueryError(
        f"More than {max_pairs:,} pairs of entries lie close enough to be one crater. "
        "Choose a narrower rule, or a smaller part of the catalogue."
    )


def _octaves(diameter: Floats, low: float) -> NDArray[np.int64]:
    return np.floor(np.log2(diameter / low)).astype(np.int64)


def _points(craters: Craters) -> Floats:
    """Unit vectors [n, 3]."""
    lon, lat = np.radians(craters.lon), np.radians(craters.lat)
    cos = np.cos(lat)
    return np.stack([cos * np.cos(lon), cos * np.sin(lon), np.sin(lat)], axis=1)
