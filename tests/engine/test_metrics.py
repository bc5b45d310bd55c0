"""The measures: by hand, against trec_eval, and the bootstrap."""

from __future__ import annotations

import numpy as np
import pytest

from craterbench_qgis.engine.evaluation.metrics import (
    CUTOFFS,
    MEASURES,
    Bootstrap,
    Judge,
    from_ranks,
    same_crater_groups,
)


def named(values: np.ndarray) -> dict[str, float]:
    return dict(zip(MEASURES, values.tolist(), strict=True))


def test_by_hand() -> None:
    # Views by score: b c a a b; crater a (0) is relevant, with the views at ranks 3 and 4.
    judge = Judge([0, 1, 0, 2, 1])
    scores = np.array([0.3, 0.9, 0.2, 0.5, 0.1], np.float32)
    measures = named(judge.judge(scores, np.array([0])))
    assert measures["hit@1"] == 0 and measures["hit@5"] == 1
    assert measures["recall@1"] == 0 and measures["recall@5"] == 1
    assert measures["map_image"] == pytest.approx((1 / 3 + 2 / 4) / 2)
    assert measures["map_id"] == pytest.approx(1 / 3)


def test_two_relevant_craters_by_hand() -> None:
    judge = Judge([0, 1, 2, 3])
    scores = np.array([0.9, 0.8, 0.7, 0.6], np.float32)
    measures = named(judge.judge(scores, np.array([0, 2])))
    assert measures["recall@1"] == 0.5 and measures["hit@1"] == 1
    assert measures["map_image"] == measures["map_id"] == pytest.approx((1 + 2 / 3) / 2)


def test_equal_scores_go_by_view_number() -> None:
    judge = Judge([1, 0, 0, 1])
    scores = np.full(4, 0.5, np.float32)
    first, second = (named(judge.judge(scores, np.array([row]))) for row in (1, 0))
    assert first["hit@1"] == 1 and first["map_id"] == 1
    assert second["hit@1"] == 0 and second["map_id"] == 0.5
    listed = judge.judge_list(np.array([3, 2, 1, 0]), scores, np.array([1]))
    np.testing.assert_array_equal(listed, judge.judge(scores, np.array([1])))


def test_what_a_shortlist_lost_counts_as_not_found() -> None:
    judge = Judge([0, 0, 1, 2])
    values = judge.judge_list(np.array([2, 1]), np.array([0.9, 0.8], np.float32), np.array([0]))
    measures = named(values)
    assert measures["recall@10"] == 0.5 and measures["hit@5"] == 1
    assert measures["map_image"] == pytest.approx((1 / 2) / 2)
    assert measures["map_id"] == pytest.approx(1 / 2)
    nothing = judge.judge_list(np.array([3]), np.array([0.9], np.float32), np.array([0]))
    assert not nothing.any()


def test_from_ranks_of_nothing() -> None:
    hits, recalls, average = from_ranks([], 3)
    assert not any(hits) and not any(recalls) and average == 0


def test_agrees_with_trec_eval() -> None:
    """200 random queries, 2-4 views a crater, 1-3 relevant craters, at both levels."""
    pytrec_eval = pytest.importorskip("pytrec_eval")
    rng = np.random.default_rng(1)
    craters = 60
    groups = rng.permutation(np.repeat(np.arange(craters), rng.integers(2, 5, craters)))
    judge = Judge(groups)
    truth, run, truth_id, run_id, ours = {}, {}, {}, {}, {}
    for q in range(200):
        name = f"q{q}"
        relevant = rng.choice(craters, rng.integers(1, 4), replace=False)
        # Scores on a coarse lattice would tie; trec_eval breaks ties by name, so avoid them.
        scores = rng.permutation(len(groups)).astype(np.float32)
        scores[np.isin(groups, relevant)] += rng.uniform(0, 60)
        scores += rng.permutation(len(groups)).astype(np.float32) * np.float32(1e-3)
        assert len(np.unique(scores)) == len(scores)
        if q % 2:
            views = np.argsort(-scores)[:25]
            values = judge.judge_list(views, scores[views], np.sort(relevant))
        else:
            views = np.arange(len(groups))
            values = judge.judge(scores, np.sort(relevant))
        ours[name] = named(values)
        truth[name] = {str(v): 1 for v in np.flatnonzero(np.isin(groups, relevant))}
        run[name] = {str(v): float(scores[v]) for v in views}
        truth_id[name] = {str(c): 1 for c in relevant}
        best = {c: scores[views[groups[views] == c]].max() for c in np.unique(groups[views])}
        run_id[name] = {str(c): float(score) for c, score in best.items()}
    wanted = {"map", *(f"{what}.{','.join(map(str, CUTOFFS))}" for what in ("recall", "success"))}
    image = pytrec_eval.RelevanceEvaluator(truth, wanted).evaluate(run)
    by_id = pytrec_eval.RelevanceEvaluator(truth_id, {"map"}).evaluate(run_id)
    precisions = set()
    for name, mine in ours.items():
        for k in CUTOFFS:
            assert mine[f"hit@{k}"] == pytest.approx(image[name][f"success_{k}"])
            assert mine[f"recall@{k}"] == pytest.approx(image[name][f"recall_{k}"])
        assert mine["map_image"] == pytest.approx(image[name]["map"])
        assert mine["map_id"] == pytest.approx(by_id[name]["map"])
        precisions.add(round(mine["map_image"], 3))
    assert len(precisions) > 100  # the queries are not all alike


def test_bootstrap_resamples_craters() -> None:
    rng = np.random.default_rng(0)
    per_crater = rng.uniform(size=200)
    values = np.repeat(per_crater, 5)
    craters = np.repeat(np.arange(200), 5)
    low, high = Bootstrap(craters).interval(values)
    expected = 1.96 * per_crater.std() / np.sqrt(200)
    assert low < values.mean() < high
    assert (high - low) / 2 == pytest.approx(expected, rel=0.15)
    narrow = Bootstrap(np.arange(1000)).interval(values)
    assert narrow[1] - narrow[0] < 0.6 * (high - low)


def test_bootstrap_ratio_is_paired() -> None:
    values = np.random.default_rng(0).uniform(size=50)
    bootstrap = Bootstrap(np.arange(50))
    np.testing.assert_allclose(bootstrap.ratio_interval(values * 0.9, values, 100), [90, 90])
    assert np.isnan(bootstrap.ratio_interval(values, values * 0, 100)).all()


def test_same_craters_are_transitive() -> None:
    groups = same_crater_groups(["a", "b", "c", "d"], [("a", "x"), ("x", "c"), ("d", "d")])
    assert groups["a"] == groups["c"] != groups["d"]
    assert "b" not in groups and "x" not in groups
