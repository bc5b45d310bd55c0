"""Kinds you name: from a few examples, a probability for every crater of an index.

Examples are positive (and perhaps negative); the rest of the index is unlabelled, not negative. A
well-regularised logistic regression over the descriptor of kind, and over what a terrain model says
where the index has such columns, tells examples from the rest; its scores, taken out of fold, say
how much likelier each is among craters of the kind than among others (Platt 1999, with a prior on
the slope). How many craters of an index are of a kind, no example says: :data:`SHARE` of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.kinds import MIN_EXAMPLES, KeptKind
from ...contract.vocabulary import Likeness
from ..errors import QueryError
from ..index import CraterIndex
from .descriptor import KindDescriptor
from .gallery import PARTS, KindGallery
from .kept import check_name, save_kind
from .measured import measured_columns

Float = NDArray[np.float64]

FOLDS = 5
MIN_OTHERS = 2
"""So that one is there whichever is left out."""
BACKGROUND = 2000
"""Unlabelled craters, drawn at random, that examples are compared with."""
REGULARISATION = 0.015
WHERE_POORLY_PARTED = 0.0005
"""The same where held-out examples do not stand among the best 5 %: then many craters that nobody
labelled are of the kind, or it shows in little, and what sets a few examples apart is chance.
Chosen on the western WAC (docs/validation/analogs.md)."""
SHARE = 0.1
"""Of an index's craters, taken to be of a kind before anything is known of one. Of kinds of 3 to
15 %, measured on the western WAC, probabilities by it are the truest (docs/validation/analogs.md).
"""
SLOPE, SLOPE_STIFFNESS = 1.5, 2.0
"""Of the odds' logarithm over the scores in standard deviations of the others': its prior mean, and
the prior's inverse variance. A few held-out examples tell it badly, and where they fail, order must
not be turned round."""
MEASURED_WEIGHT = 1.0
"""Of what terrain says, beside the parts of the descriptor. Chosen on named kinds of the western
hemisphere (docs/validation/analogs.md)."""
CHECKED_TOP = 0.05
"""The best share of an index in which held-out examples are looked for, foremost."""


@dataclass
class LearntKind:
    """``rows`` int [M] (crater rows), each one's ``probability`` and its ``likeness``, which puts
    those of equal probability in order, examples first; ``validation``: what was found of held-out
    examples, plain JSON; ``measured``: how many measurements of terrain were used; ``unknown``:
    examples that are not in the index; ``kept``: the file of examples."""

    rows: NDArray[np.int64]
    probability: Float
    likeness: Float
    validation: dict[str, Any]
    measured: int = 0
    unknown: tuple[str, ...] = ()
    kept: Path | None = None

    @property
    def recall(self) -> float:
        """Of the held-out examples, the share among the best 5 % of those nobody labelled."""
        return float(self.validation[f"recall_in_best_{CHECKED_TOP:g}"])

    @property
    def precision(self) -> float:
        """Of what stands there, at least the share that is of the kind."""
        return float(self.validation[f"precision_at_least_in_best_{CHECKED_TOP:g}"])

    def order(self) -> NDArray[np.int64]:
        """Positions [M], the likeliest first."""
        return np.lexsort((self.rows, -self.likeness, -self.probability))


def learn_named(
    index: CraterIndex,
    descriptor: KindDescriptor,
    name: str,
    yes: Sequence[str],
    no: Sequence[str],
) -> LearntKind:
    """Learn the kind ``name`` from crater ids and keep its examples beside the index. Raises
    QueryError, CraterIndexError."""
    check_name(name)
    learnt = learn_ids(index, KindGallery(index, descriptor), yes, no)
    unknown = set(learnt.unknown)
    of_kind, others = ([known for known in ids if known not in unknown] for ids in (yes, no))
    kind = KeptKind(name, of_kind, others, recall=learnt.recall, precision=learnt.precision)
    learnt.kept = save_kind(index.path, kind)
    return learnt


def learn_ids(
    index: CraterIndex, gallery: KindGallery, yes: Sequence[str], no: Sequence[str]
) -> LearntKind:
    """Learn the kind of the craters ``yes``, of which ``no`` are not (ids). Raises QueryError,
    CraterIndexError."""
    rows = index.craters.rows_of([*yes, *no])
    learnt = learn_kind(
        gallery, rows_of(yes, rows), rows_of(no, rows), measured=measured_of(index, gallery)
    )
    learnt.unknown = tuple(known for known in dict.fromkeys([*yes, *no]) if known not in rows)
    return learnt


def learn_kind(
    gallery: KindGallery,
    yes: NDArray[np.int64],
    no: NDArray[np.int64],
    seed: int = 0,
    measured: Float | None = None,
) -> LearntKind:
    """Learn a kind from example rows. ``measured`` [M, n]: what terrain says of the gallery's
    entries (:func:`measured_of`). Raises QueryError for fewer than five usable examples."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    rows, first = np.unique(gallery.crater_row, return_index=True)
    x = _features(gallery, measured)[first]
    size = x[:, 0]
    positive, negative = np.isin(rows, yes), np.isin(rows, no)
    count = int(positive.sum())
    if count < MIN_EXAMPLES:
        raise QueryError(
            f"A kind needs at least {MIN_EXAMPLES} examples with a descriptor in this index; "
            f"{count} were given. Accept some more."
        )
    others = len(rows) - count
    if others < MIN_OTHERS:
        raise QueryError(
            f"A kind is told from other craters, and beside the examples this index has {others} "
            f"with a descriptor. It needs {MIN_OTHERS}: choose an index of more craters."
        )
    rng = np.random.default_rng(seed)
    rest = np.flatnonzero(~positive & ~negative)
    sample = rng.permutation(rest)[:BACKGROUND]
    used = np.concatenate([np.flatnonzero(positive), np.flatnonzero(negative), sample])
    label = positive[used]
    # What was rejected is known; what was merely not looked at counts less.
    weight = np.where(label | negative[used], 1.0, 0.5)

    folds = list(
        StratifiedKFold(min(FOLDS, count), shuffle=True, random_state=seed).split(x[used], label)
    )

    def learnt(penalty: float) -> tuple[Float, Float]:
        """Scores of the used when they were held out, and of all."""

        def scores(part: NDArray[np.int64]) -> Float:
            """Of all, by what ``part`` of the used says."""
            # Else basins, larger than all examples, would be the likeliest.
            away = np.abs(size - size[used[part][label[part]]].mean())
            known = np.column_stack([x, away])
            model = LogisticRegression(C=penalty, class_weight="balanced", max_iter=1000)
            model.fit(known[used[part]], label[part], sample_weight=weight[part])
            return np.asarray(model.decision_function(known), np.float64)

        held_out = np.zeros(len(used))
        for train, test in folds:
            held_out[test] = scores(train)[used[test]]
        return held_out, scores(np.arange(len(used)))

    held_out, everyone = learnt(REGULARISATION)
    if np.median(_places(held_out, label)) > CHECKED_TOP:
        held_out, everyone = learnt(WHERE_POORLY_PARTED)
    share = len(sample) / max(1, len(rest))
    probability = _calibrated(held_out, label)(everyone)
    probability[positive], everyone[positive] = 1.0, np.inf
    probability[negative], everyone[negative] = 0.0, -np.inf
    return LearntKind(
        rows.astype(np.int64),
        probability,
        everyone,
        _validation(held_out, label, share),
        0 if measured is None else measured.shape[1],
    )


def measured_of(index: CraterIndex, gallery: KindGallery) -> Float:
    """What a terrain model says of the gallery's entries, [M, n]: lengths over the diameter, each
    number less its median, over its spread, 0 where it is not known. n is 0 in an index without
    such columns."""
    columns = measured_columns(index, gallery.crater_row, gallery.diameter_m)
    values = [column.values for column in columns]
    return np.nan_to_num(np.array(values).reshape(len(values), len(gallery)).T, nan=0.0)


def _features(gallery: KindGallery, measured: Float | None) -> Float:
    """The logarithm of the diameter (the first column), every part of the descriptor, weighted as a
    search by both weighs it, the scatter over azimuth, the contrast within rings and what was
    measured: examples can say that they matter."""
    weights = PARTS[Likeness.BOTH] | gallery.weights(Likeness.BOTH)
    weights |= {"scatter": 0.5, "texture": 0.5}
    size = np.log(gallery.diameter_m)[:, None]
    # As the parts are: two craters drawn at random differ by 1 in the mean square.
    parts = [(size - size.mean()) / max(float(size.std()) * np.sqrt(2), 1e-9)]
    parts += [
        gallery.features.part(name) * np.sqrt(weight / gallery.scale[name])
        for name, weight in weights.items()
    ]
    if measured is not None and measured.shape[1]:
        spread = max(2.0 * float(measured.var(axis=0).sum()), 1e-9)
        parts.append(measured * np.sqrt(MEASURED_WEIGHT / spread))
    x = np.concatenate(parts, axis=1).astype(np.float64)
    return np.asarray((x - x.mean(axis=0)) * np.sqrt(x.shape[1]))


def _calibrated(scores: Float, label: NDArray[np.bool_]) -> Callable[[Float], Float]:
    """From a score to the probability to be of the kind, by held-out ``scores`` of examples and of
    others, which together weigh as much. The more the score, the more the probability."""
    from scipy.optimize import minimize
    from scipy.special import expit, logit

    count = int(label.sum())
    weight = np.where(label, 1.0, count / max(1, len(label) - count))
    middle, spread = scores[~label].mean(), max(float(scores[~label].std()), 1e-9)
    known = (scores - middle) / spread

    def loss(line: Float) -> float:
        odds = line[0] * known + line[1]
        misses = weight @ np.logaddexp(0.0, np.where(label, -odds, odds))
        return float(misses + SLOPE_STIFFNESS / 2 * (line[0] - SLOPE) ** 2)

    slope, there = minimize(loss, np.array([SLOPE, 0.0])).x
    slope = max(float(slope), 0.03)
    return lambda of: np.asarray(
        expit(slope * (of - middle) / spread + there + logit(SHARE)), np.float64
    )


def _places(scores: Float, label: NDArray[np.bool_]) -> Float:
    """The share of the others above each example."""
    others = np.sort(scores[~label])
    above = len(others) - np.searchsorted(others, scores[label], side="right")
    return np.asarray(above / max(1, len(others)))


def _validation(scores: Float, label: NDArray[np.bool_], share: float) -> dict[str, Any]:
    """Where held-out examples stand among craters nobody labelled. Of those some are of the kind,
    so a false positive here may be a right one: the precision is a lower bound."""
    percentile, others = _places(scores, label), int((~label).sum())
    result = {
        "examples": int(label.sum()),
        "compared_with": others,
        "median_percentile": float(np.median(percentile)),
    }
    for top in (0.01, CHECKED_TOP, 0.1):
        recall = float((percentile <= top).mean())
        hits, others_there = recall * label.sum(), top * others / max(share, 1e-9)
        result[f"recall_in_best_{top:g}"] = recall
        result[f"precision_at_least_in_best_{top:g}"] = float(hits / max(1.0, hits + others_there))
    return result


def rows_of(ids: Sequence[str], rows_by_id: dict[str, list[int]]) -> NDArray[np.int64]:
    """The rows of the ids that the index has."""
    return np.array([row for crater_id in ids for row in rows_by_id.get(crater_id, [])], np.int64)
