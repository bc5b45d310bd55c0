"""Retrieval measures of one query, and confidence intervals over many.

A *relevant* crater is the query's own (and any flagged as the same one); a relevant view is a
gallery view of a relevant crater. Two rankings are judged. *Image level*: the gallery views in the
order of their scores. *Id level*: the craters, each in the place of its best view. Equal scores are
ordered by view number, as in a search. With R relevant items, the i-th of which (by score) has the
rank r_i, counted from 1:

hit@k = 1 where r_1 <= k, else 0 (trec_eval's ``success``), image level. hit@1 is the same at both
levels. recall@k = |{i: r_i <= k}| / R (trec_eval's ``recall``), image level: with two views per
crater recall@1 cannot exceed 0.5. AP = (1 / R) * sum_i i / r_i, average precision without
interpolation (Buckley & Voorhees 2000; trec_eval's ``map``); its mean over queries is mAP,
``map_image`` and ``map_id``. What a method does not return (two-stage search beyond its shortlist)
has no rank and adds nothing to any sum, but counts in R.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

CUTOFFS = (1, 5, 10)
MEASURES = (
    *(f"hit@{k}" for k in CUTOFFS),
    *(f"recall@{k}" for k in CUTOFFS),
    "map_image",
    "map_id",
)
RESAMPLES = 1000


def from_ranks(ranks: npt.ArrayLike, relevant: int) -> tuple[list[float], list[float], float]:
    """hit@k and recall@k for ``CUTOFFS``, and AP, from the ranks (from 1) of what was found.

    ``relevant``: R, all relevant items, found or not; at least 1.
    """
    ordered = np.sort(np.asarray(ranks, dtype=np.float64))
    hits = [float(bool((ordered <= k).any())) for k in CUTOFFS]
    recalls = [float((ordered <= k).sum()) / relevant for k in CUTOFFS]
    precision = np.arange(1, len(ordered) + 1) / ordered
    return hits, recalls, float(precision.sum()) / relevant


class Judge:
    """Judges rankings of one gallery. ``groups`` int [V]: the crater number of each view."""

    def __init__(self, groups: npt.ArrayLike) -> None:
        self._groups = np.asarray(groups, dtype=np.int64)
        self._order = np.argsort(self._groups, kind="stable")
        ordered = self._groups[self._order]
        self._numbers, self._starts = np.unique(ordered, return_index=True)
        self._ends = np.append(self._starts[1:], len(ordered))

    def present(self, relevant: npt.ArrayLike) -> Int64:
        """Those of the craters ``relevant`` that have a view in the gallery."""
        return np.intersect1d(np.asarray(relevant, dtype=np.int64), self._numbers)

    def judge(self, scores: Float32, relevant: Int64) -> Float64:
        """``MEASURES`` of one query; ``scores`` [V] of every gallery view.

        ``relevant``: crater numbers, at least one with a view (see :meth:`present`).
        """
        at = np.searchsorted(self._numbers, relevant)
        views = np.concatenate([self._views(place) for place in at])
        ranks = [_rank(scores, view) for view in views.tolist()]
        best = np.maximum.reduceat(scores[self._order], self._starts)
        crater_ranks = [self._crater_rank(scores, best, place) for place in at.tolist()]
        return _values(ranks, len(views), crater_ranks, len(at))

    def judge_list(self, views: Int64, scores: Float32, relevant: Int64) -> Float64:
        """``MEASURES`` of one query that got only ``views`` back, with their ``scores`` [S]."""
        ranked = views[np.lexsort((views, -scores))]
        groups = self._groups[ranked]
        _, first = np.unique(groups, return_index=True)
        craters = groups[np.sort(first)]
        ranks = np.flatnonzero(np.isin(groups, relevant)) + 1
        crater_ranks = np.flatnonzero(np.isin(craters, relevant)) + 1
        at = np.searchsorted(self._numbers, relevant)
        total = int((self._ends[at] - self._starts[at]).sum())
        return _values(ranks, total, crater_ranks, len(relevant))

    def _views(self, place: int) -> Int64:
        return self._order[self._starts[place] : self._ends[place]]

    def _crater_rank(self, scores: Float32, best: Float32, place: int) -> int:
        mine = best[place]
        above = int((best > mine).sum())
        equal = np.flatnonzero(best == mine)
        if len(equal) == 1:
            return 1 + above
        # Craters with equal best scores are ordered by the number of the view that has it.
        first = [int(self._first_best(scores, mine, other)) for other in equal.tolist()]
        own = first[int(np.searchsorted(equal, place))]
        return 1 + above + sum(view < own for view in first)

    def _first_best(self, scores: Float32, value: np.float32, place: int) -> int:
        views = self._views(place)
        return int(views[scores[views] == value].min())


def _rank(scores: Float32, view: int) -> int:
    mine = scores[view]
    return 1 + int((scores > mine).sum()) + int((scores[:view] == mine).sum())


def _values(
    ranks: npt.ArrayLike, relevant: int, crater_ranks: npt.ArrayLike, craters: int
) -> Float64:
    hits, recalls, image = from_ranks(ranks, relevant)
    _, _, by_id = from_ranks(crater_ranks, craters)
    return np.array([*hits, *recalls, image, by_id])


class Bootstrap:
    """Percentile intervals of means, resampling craters: the queries of one are not independent.

    Efron & Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13; the cluster form of
    Davison & Hinkley 1997, section 3.8. Every call uses the same resamples, so that ratios of two
    rows are paired.
    """

    def __init__(self, craters: npt.ArrayLike, resamples: int = RESAMPLES, seed: int = 0) -> None:
        """``craters`` int [Q]: whose view each query is."""
        _, self._member = np.unique(np.asarray(craters), return_inverse=True)
        count = int(self._member.max()) + 1
        rng = np.random.default_rng(seed)
        self._times = rng.multinomial(count, np.full(count, 1.0 / count), size=resamples)
        self._queries = self._times @ np.bincount(self._member, minlength=count)

    def means(self, values: Float64) -> Float64:
        """The mean of ``values`` [Q] in every resample."""
        sums = np.bincount(self._member, weights=values, minlength=self._times.shape[1])
        return np.asarray(self._times @ sums / self._queries)

    def interval(self, values: Float64) -> list[float]:
        """95 % interval of the mean of ``values`` [Q]."""
        return _ends(self.means(values))

    def ratio_interval(self, values: Float64, other: Float64, factor: float = 1.0) -> list[float]:
        """95 % interval of ``factor`` * mean(values) / mean(other), paired."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = factor * self.means(values) / self.means(other)
        return _ends(ratio[np.isfinite(ratio)])


def _ends(values: Float64) -> list[float]:
    if not len(values):
        return [float("nan"), float("nan")]
    low, high = np.percentile(values, (2.5, 97.5))
    return [float(low), float(high)]


def same_crater_groups(ids: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """For every id named in ``pairs`` (the same crater under two ids): one id for its cluster.

    Being the same crater is transitive: a-b and b-c make one cluster of three. Ids that are not
    in ``ids`` may link two that are.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    names, ends = np.unique(np.array(pairs, object).reshape(-1), return_inverse=True)
    first, second = ends.reshape(-1, 2).T
    links = coo_matrix((np.ones(len(first)), (first, second)), shape=(len(names),) * 2)
    _, cluster = connected_components(links, directed=False)
    _, member = np.unique(cluster, return_index=True)  # one of each cluster gives its name
    known = set(ids)
    return {
        name: str(names[member[number]])
        for name, number in zip(names.tolist(), cluster.tolist(), strict=True)
        if name in known
    }
