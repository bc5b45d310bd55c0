"""Precision and recall of stated probabilities, with intervals that know what is repeated.

Pairs are not independent: an entry is in several, and when planting is repeated every repeat holds
the same real neighbours. So intervals resample *groups*: all pairs, of every repeat, among craters
that are candidates of one another. Where no pair in question is wrong (or all are), resampling says
nothing and the exact binomial bound (Clopper & Pearson 1934) for one repeat's number of pairs
stands.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]

RECALLS = (0.90, 0.95, 0.97, 0.99)
RESAMPLES = 2000
_BLOCK = 100
_DRAWN, _FEWEST = 20_000_000, 200  # numbers drawn at most: fewer resamples of very many groups
_EDGES = (0.0, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 1.01)


@dataclass
class Truth:
    """``p`` pairs. ``same`` [p]: one crater; ``group`` int64 [p]: what is resampled together;
    ``repeats``: how often planting was repeated. A duplicate that is no candidate has the score
    -inf wherever scores are given."""

    same: Bools
    group: Rows
    repeats: int = 1


class Judge:
    """Measures scores of the same pairs. ``draws`` [R, groups]: how often a resample has each."""

    def __init__(self, truth: Truth, resamples: int = RESAMPLES, seed: int = 0) -> None:
        self.truth = truth
        _, self._group = np.unique(truth.group, return_inverse=True)
        count = int(self._group.max(initial=-1)) + 1
        resamples = max(min(_DRAWN // max(count, 1), resamples), min(_FEWEST, resamples))
        rng = np.random.default_rng(seed)
        even = np.full(count, 1.0 / max(count, 1))
        self._draws = rng.multinomial(count, even, size=resamples).astype(np.float32)

    def at_threshold(self, score: Floats, threshold: float) -> dict[str, Any]:
        """Precision and recall of the pairs of at least ``threshold``, their 95 % intervals, and
        counts."""
        said = score >= threshold
        same = self.truth.same
        right, wrong, missed = said & same, said & ~same, ~said & same
        tp, fp, fn = int(right.sum()), int(wrong.sum()), int(missed.sum())
        r, w, m = (self._counts(mask) for mask in (right, wrong, missed))
        return {
            "precision": _ratio(tp, tp + fp),
            "precision_ci": self._interval(_shares(r, r + w), tp, fp),
            "recall": _ratio(tp, tp + fn),
            "recall_ci": self._interval(_shares(r, r + m), tp, fn),
            "false": fp,
            "missed": fn,
        }

    def precision_margin(
        self, better: Floats, plain: Floats, cut: float, plain_cut: float
    ) -> dict[str, Any]:
        """By how much precision differs where each score is at least its own cut, with the 95 %
        interval of the difference (resampled in pairs)."""
        samples, values = [], []
        for score, at in ((better, cut), (plain, plain_cut)):
            said = score >= at
            right, wrong = (
                self._counts(said & mask) for mask in (self.truth.same, ~self.truth.same)
            )
            samples.append(_shares(right, right + wrong))
            values.append(float(self.truth.same[said].mean()) if said.any() else float("nan"))
        return {"margin": values[0] - values[1], "ci": _percentiles(samples[0] - samples[1])}

    def threshold_gain(
        self, better: Floats, plain: Floats, cut: float, plain_cut: float
    ) -> dict[str, Any]:
        """{"precision", "recall"}: margins where each score is at least its own cut, as
        :meth:`precision_margin`."""
        samples, values = [], []
        every = self._counts(self.truth.same)
        for score, at in ((better, cut), (plain, plain_cut)):
            hits = (score >= at) & self.truth.same
            samples.append(_shares(self._counts(hits), every))
            values.append(hits.sum() / max(int(self.truth.same.sum()), 1))
        recall = {
            "margin": float(values[0] - values[1]),
            "ci": _percentiles(samples[0] - samples[1]),
        }
        precision = self.precision_margin(better, plain, cut, plain_cut)
        return {"precision": precision, "recall": recall}

    def log_loss_gain(self, better: Floats, plain: Floats) -> dict[str, Any] | None:
        """By how much the log loss (see :meth:`quality`) of ``better`` is the lower; None where
        there is but one kind of pairs."""
        samples, values = [], []
        for score in (better, plain):
            p = np.clip(score, 1e-9, 1 - 1e-9)
            known = np.isfinite(score)
            whole: list[Floats] = []
            plainly = 0.0
            for mask, loss in ((self.truth.same, -np.log(p)), (~self.truth.same, -np.log(1 - p))):
                use = mask & known
                if not use.any():
                    return None
                whole.append(_shares(self._counts(use, loss), self._counts(use)) / 2.0)
                plainly += float(loss[use].mean()) / 2.0
            samples.append(whole[0] + whole[1])
            values.append(plainly)
        return {"margin": values[1] - values[0], "ci": _percentiles(samples[1] - samples[0])}

    def cut_for(self, score: Floats, recall: float) -> float | None:
        """The highest score at which ``recall`` is reached; None where it never is."""
        same = np.sort(score[self.truth.same])[::-1]
        needed = int(np.ceil(recall * len(same) - 1e-9))
        if not len(same) or needed < 1 or not np.isfinite(same[needed - 1]):
            return None
        return float(same[needed - 1])

    def at_recall(self, score: Floats, recall: float) -> dict[str, Any] | None:
        """Precision where ``recall`` is reached, with its 95 % interval (the cut is found anew in
        every resample); None where it never is."""
        cut = self.cut_for(score, recall)
        if cut is None:
            return None
        said = score >= cut
        tp, fp = int((said & self.truth.same).sum()), int((said & ~self.truth.same).sum())
        samples = self._at_recall_samples(score, recall)
        return {
            "precision": _ratio(tp, tp + fp),
            "precision_ci": self._interval(samples, tp, fp),
            "false": fp,
            "cut": cut,
        }

    def recall_margin(self, better: Floats, plain: Floats, recall: float) -> dict[str, Any] | None:
        """As :meth:`precision_margin`, each score cut where it reaches ``recall``."""
        cuts = self.cut_for(better, recall), self.cut_for(plain, recall)
        if cuts[0] is None or cuts[1] is None:
            return None
        margin = self.precision_margin(better, plain, cuts[0], cuts[1])
        samples = [self._at_recall_samples(score, recall) for score in (better, plain)]
        return {**margin, "ci": _percentiles(samples[0] - samples[1])}

    def quality(self, score: Floats) -> dict[str, Any]:
        """Area under the ROC curve, and for probabilities the log loss in which duplicates count
        as much as the others."""
        same = self.truth.same
        known = np.isfinite(score)
        positives, negatives = np.sort(score[same]), score[~same]
        if not len(positives) or not len(negatives):
            return {"auc": None, "log_loss": None}
        below = np.searchsorted(positives, negatives, "left")
        upto = np.searchsorted(positives, negatives, "right")
        auc = 1.0 - (below + upto).mean() / (2.0 * len(positives))
        p = np.clip(score[known], 1e-9, 1 - 1e-9)
        loss = -np.average(
            np.where(same[known], np.log(p), np.log(1 - p)), weights=balanced(same[known])
        )
        return {"auc": float(auc), "log_loss": float(loss)}

    def calibration(self, score: Floats) -> list[dict[str, float]]:
        """Bins of stated probability against the weighted share of duplicates; the error is one
        standard error of one repeat's number of pairs."""
        known = np.isfinite(score)
        p, same = score[known], self.truth.same[known]
        weights = balanced(same)
        rows = []
        for low, high in itertools.pairwise(_EDGES):
            use = (p >= low) & (p < high)
            if not use.any():
                continue
            share = float(np.average(same[use], weights=weights[use]))
            number = float(weights[use].sum() ** 2 / (weights[use] ** 2).sum()) / self.truth.repeats
            rows.append(
                {
                    "stated": float(np.average(p[use], weights=weights[use])),
                    "found": share,
                    "error": float(np.sqrt(max(share * (1 - share), 0.25 / number) / number)),
                    "pairs": int(use.sum()),
                }
            )
        return rows

    def _counts(self, mask: Bools, value: Floats | None = None) -> Floats:
        """[R]: how many pairs of ``mask`` each resample holds, or the sum of their ``value``."""
        weights = None if value is None else value[mask]
        groups = np.bincount(self._group[mask], weights, minlength=self._draws.shape[1])
        return np.asarray(self._draws @ groups.astype(np.float32), np.float64)

    def _at_recall_samples(self, score: Floats, recall: float) -> Floats:
        """[R]: precision of every resample where it reaches ``recall``."""
        order = np.argsort(-score, kind="stable")
        order = order[np.isfinite(score[order])]
        ranked, same = score[order], self.truth.same[order]
        # The last pair of every run of equal scores: a cut takes all of them.
        ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
        every = self._counts(self.truth.same)
        precision = np.full(len(self._draws), np.nan)
        for start in range(0, len(self._draws), _BLOCK):
            weight = self._draws[start : start + _BLOCK][:, self._group[order]]
            right = np.cumsum(weight * same, axis=1)[:, ends]
            total = np.cumsum(weight, axis=1)[:, ends]
            needed = recall * every[start : start + _BLOCK, None]
            enough = right >= needed - 1e-3
            at = enough.argmax(axis=1)
            rows = np.arange(len(at))
            value = _shares(right[rows, at], total[rows, at])
            precision[start : start + _BLOCK] = np.where(enough.any(axis=1), value, np.nan)
        return precision

    def _interval(self, samples: Floats, right: int, wrong: int) -> list[float] | None:
        """95 %; exact where the sample is all right or all wrong."""
        total = right + wrong
        if not total:
            return None
        trials = max(1, total // self.truth.repeats)
        if wrong == 0:
            return [float(0.025 ** (1.0 / trials)), 1.0]
        if right == 0:
            return [0.0, float(1.0 - 0.025 ** (1.0 / trials))]
        return _percentiles(samples)


def balanced(same: Bools) -> Floats:
    """Weights under which duplicates count as much as non-duplicates, which keep weight 1; all 1
    where there is but one of the kinds."""
    positives = int(same.sum())
    if positives in (0, len(same)):
        return np.ones(len(same))
    return np.where(same, (len(same) - positives) / positives, 1.0)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _shares(part: Floats, whole: Floats) -> Floats:
    return np.where(whole > 0, part / np.maximum(whole, 1e-12), np.nan)


def _percentiles(samples: Floats) -> list[float] | None:
    good = samples[np.isfinite(samples)]
    if not len(good):
        return None
    low, high = np.percentile(good, (2.5, 97.5))
    return [float(low), float(high)]
