"""How sure: how many craters would score as high as a match by chance.

A score alone says little: bland ground resembles everything. So each match is compared with the
query's *own* ranking. A score is a mean over many tokens, and those of craters that have nothing to
do with the query are nearly normal. So the best of n of them lie about on a line over the quantiles
z of the normal distribution, and that line, continued beyond the first rank, says how many of n a
score would be expected of:

    score(r) = a + b z((r - 1/2) / n), ranks 3 to 30;   E(score) = n P(Z > (score - a) / b)

(plotting positions of Hazen 1914; parameters from the search itself as in sequence searches,
Pearson 1998). E = 0.01: one search in a hundred would have such a crater by chance; 5: five such
are no surprise. The first two ranks are left out of the fit, because the right crater may be among
them, and so are craters that share ground with the query.

Measured on real data with the query's crater in the index and taken out:
``docs/validation/how-sure.md``.
Earlier the scores of a fixed sample of the index's craters were used instead; one sample of 128
cannot tell how long the tail of one query is, and half of the right matches across missions were
called chance.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from ..bodies import Body, great_circle_distance

Float = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

FIRST, LAST = 3, 30
"""Ranks of unrelated craters the line is fitted to."""
MIN_CRATERS = 60
"""With fewer unrelated craters in the second stage nothing is said: ranks to 30 are no tail."""


def best_per_crater(owner: npt.ArrayLike, scores: npt.ArrayLike) -> tuple[npt.NDArray, Float64]:
    """Crater rows and each one's best score, from the rows and scores of views [V]."""
    rows, position = np.unique(np.asarray(owner), return_inverse=True)
    best = np.full(len(rows), -np.inf)
    np.maximum.at(best, position, np.asarray(scores, np.float64))
    return rows, best


def expected_by_chance(
    unrelated: npt.ArrayLike, scores: npt.ArrayLike, count: int
) -> Float64 | None:
    """Expected number of craters that score at least ``scores`` [n] by chance: [n].

    ``unrelated`` [m]: the best scores of craters that share no ground with the query, in any
    order; a few related ones among the very best do no harm. ``count``: of how many craters they
    are the best. None where they are too few, or all alike.
    """
    ranked = -np.sort(-np.asarray(unrelated, np.float64))
    if len(ranked) < MIN_CRATERS:
        return None
    ranks = np.arange(FIRST, LAST + 1)
    quantiles = -ndtri((ranks - 0.5) / max(count, len(ranked)))
    b, a = np.polyfit(quantiles, ranked[FIRST - 1 : LAST], 1)
    if not b > 1e-9:
        return None
    return np.asarray(count * ndtr((a - np.asarray(scores, np.float64)) / b))


def same_ground(
    body: Body,
    place: tuple[float, float, float],
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    diameter_m: npt.ArrayLike,
) -> npt.NDArray[np.bool_]:
    """Which craters reach into the view around ``place`` (lon, lat, diameter in metres): crops are
    up to three diameters wide."""
    away = np.asarray(great_circle_distance(body, place[0], place[1], lon, lat))
    return np.asarray(away < 1.5 * (np.asarray(diameter_m) + place[2]))
