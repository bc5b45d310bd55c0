"""Relevance feedback: accepted and rejected matches refine a query.

Rocchio's idea (1971; Manning, Raghavan & Schuetze 2008, chapter 9) for two stages and many tokens.
In a space of one vector x per view, the index is the background:

    w = (C + ridge I)^-1 (mean x of query and accepted - (mean x of rejected + mean x of index) / 2)

with C the covariance of x over the index, which is linear discriminant analysis against everything
(Hariharan, Malik & Ramanan 2012). Without rejected views the mean of the index alone is taken off.

* *Shortlist*: the S views nearest to the mean of the descriptors of query and accepted views, and
  the S views with the largest w . x, x being the descriptor.
* *Late interaction*: a(g) = mean of s(q, g) and of s(p, g) over the accepted views p. Rejected
  views have no part in it: what two craters share patch by patch is mostly ground, and taking it
  away again lost true matches (measured, ``docs/validation/refine.md``).
* *What tells accepted from rejected*: b(g) = w . x, x being the mean of a view's instance tokens.

Over the shortlist, with means and standard deviations of its views,

    score(g) = mean(a) + ((a(g) - mean(a)) + weight * std(a) * (b(g) - mean(b)) / std(b))
               / (1 + weight)

so that a refined score has the place and spread of a similarity. ``weight`` is 1, or 1/4 while
nothing was accepted: with rejections alone there is less to learn from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...contract.search import Feedback
from ..errors import QueryError
from ..index import CraterIndex
from ..interaction import maxsim

Float = NDArray[np.float32]
Score = Callable[[Float, Float], Float]

RIDGE = 0.3  # of the mean variance of a number of x
SAMPLE = 2048  # views that stand for the index
MIN_SAMPLE = 64  # fewer say nothing of a covariance
MOST_COMPARED = 16  # accepted views that take part in late interaction, the most similar first
WEIGHT, WEIGHT_OF_REJECTIONS = 1.0, 0.25


@dataclass(frozen=True)
class Space:
    """Where the views of an index lie: ``mean`` [D], ``inverse`` [D, D] of covariance and ridge."""

    mean: Float
    inverse: Float

    @classmethod
    def of(cls, sample: Float) -> Space | None:
        """From vectors [n, D]; None where they are all the same."""
        vectors = sample.astype(np.float64)
        covariance = np.cov(vectors.T).reshape(vectors.shape[1], -1)
        size = float(np.trace(covariance)) / len(covariance)
        if not size > 0:
            return None
        inverse = np.linalg.inv(covariance + RIDGE * size * np.eye(len(covariance)))
        return cls(vectors.mean(axis=0).astype(np.float32), inverse.astype(np.float32))

    def direction(self, wanted: Float, rejected: Float) -> Float:
        """w [D] of the module's formula from ``wanted`` [n >= 1, D] and ``rejected`` [m, D]."""
        other = self.mean
        if len(rejected):
            other = (other + rejected.mean(axis=0)) / 2.0
        return np.asarray(self.inverse @ (wanted.mean(axis=0) - other), np.float32)


@dataclass(frozen=True)
class Background:
    """The index as background: its descriptors, and the means of its views' instance tokens."""

    descriptors: Space
    tokens: Space


def background_of(index: CraterIndex) -> Background | None:
    """From a fixed random sample of the index's views; None for an index too small."""
    alive = np.flatnonzero(index.alive)
    if len(alive) < MIN_SAMPLE:
        return None
    chosen = np.sort(np.random.default_rng(0).permutation(alive)[:SAMPLE])
    means = [index.tokens(part).mean(axis=1) for part in np.array_split(chosen, 8)]
    descriptors, tokens = Space.of(index.globals(chosen)), Space.of(np.concatenate(means))
    return Background(descriptors, tokens) if descriptors and tokens else None


class Refinement:
    """A query and what was decided about its matches, ready for both stages.

    ``vectors``: what the first stage is searched with, one shortlist each; ``rejected_rows``:
    crater rows that are left out of the answer.
    """

    def __init__(
        self,
        index: CraterIndex,
        background: Background | None,
        vector: Float,
        tokens: Float,
        feedback: Feedback,
        score: Score = maxsim,
    ) -> None:
        """``vector`` [G] and ``tokens`` [K, D] of the query. Raises QueryError for ids that the
        index does not have, or that are both accepted and rejected."""
        self._score = score
        rows = _rows_of(index, feedback)
        self.rejected_rows = [row for crater_id in feedback.rejected for row in rows[crater_id]]
        accepted = _best_views(index, tokens, [rows[crater_id] for crater_id in feedback.accepted])
        rejected = _best_views(index, tokens, [rows[crater_id] for crater_id in feedback.rejected])
        self._compared = [tokens, *index.tokens(accepted[:MOST_COMPARED])]
        near = np.vstack([vector[None], index.globals(accepted)])
        self.vectors = [np.asarray(near.mean(axis=0), np.float32)]
        self.weight = 0.0
        if background is not None:
            self.weight = WEIGHT if len(accepted) else WEIGHT_OF_REJECTIONS
            space = background.descriptors
            self.vectors.append(space.direction(near, index.globals(rejected)))
            wanted = np.vstack([tokens.mean(axis=0)[None], index.tokens(accepted).mean(axis=1)])
            unwanted = index.tokens(rejected).mean(axis=1)
            self._direction = background.tokens.direction(wanted, unwanted)

    def scores(self, views: Float) -> Float:
        """Refined scores float32 [V] of a shortlist's ``views`` [V, K, D]; they depend on it."""
        alike = np.mean([self._score(tokens, views) for tokens in self._compared], axis=0)
        if not self.weight or len(views) < 2:
            return np.asarray(alike, np.float32)
        apart = views.mean(axis=1) @ self._direction
        apart = (apart - apart.mean()) / max(float(apart.std()), 1e-12)
        deviation = (alike - alike.mean()) + self.weight * float(alike.std()) * apart
        return np.asarray(alike.mean() + deviation / (1.0 + self.weight), np.float32)


def _rows_of(index: CraterIndex, feedback: Feedback) -> dict[str, list[int]]:
    both = sorted(set(feedback.accepted) & set(feedback.rejected))
    if both:
        raise QueryError(f"The crater {both[0]!r} is both accepted and rejected. Decide on one.")
    wanted = [*feedback.accepted, *feedback.rejected]
    rows = index.craters.rows_of(wanted)
    missing = [crater_id for crater_id in wanted if crater_id not in rows]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise QueryError(
            f"The index has no crater {missing[0]!r}{more}, which a decision names. Was the index "
            "built again? Search anew, then decide."
        )
    return rows


def _best_views(
    index: CraterIndex, tokens: Float, rows_of_craters: list[list[int]]
) -> NDArray[np.int64]:
    """The view of each crater that is most like the query, the most similar first.

    Craters whose views were removed are passed over.
    """
    owner = index.view_crater_rows
    everything = np.array([row for rows in rows_of_craters for row in rows], np.int64)
    if not everything.size:
        return np.empty(0, np.int64)
    views = np.flatnonzero(np.isin(owner, everything) & index.alive)
    if not views.size:
        return np.empty(0, np.int64)
    scores = maxsim(tokens, index.tokens(views))
    crater = {row: number for number, rows in enumerate(rows_of_craters) for row in rows}
    numbers = np.array([crater[int(owner[view])] for view in views])
    order = np.argsort(-scores, kind="stable")
    _, first = np.unique(numbers[order], return_index=True)
    return np.asarray(views[order[np.sort(first)]], np.int64)
