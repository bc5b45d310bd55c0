"""Relevance feedback: the formula, what is left out, what is refused, and its evaluation."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from craterbench_qgis.contract.search import Feedback, Filters
from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.errors import QueryError
from craterbench_qgis.engine.interaction import maxsim
from craterbench_qgis.engine.search import (
    QueryView,
    Searcher,
    SearchOptions,
    feedback,
)
from craterbench_qgis.engine.search.feedback import Refinement, Space, background_of

from .scene import COUNT, craters
from .test_search import ENCODER, folder, query, searcher

__all__ = ["folder", "searcher"]  # fixtures


def ids(matches: list) -> list[str]:
    return [match.crater_id for match in matches]


def test_an_accepted_crater_pulls_its_likes_up(folder: Path, searcher: Searcher) -> None:
    """By late interaction the mean with the accepted view, on an index too small for more."""
    asked = query(folder, 5)
    options = SearchOptions(top=COUNT, shortlist=1000, overlay=False)
    before = searcher.search(asked, options)
    wanted = before.matches[9].crater_id
    after = searcher.search(asked, replace(options, feedback=Feedback([wanted])))
    assert len(after.matches) == COUNT
    place = ids(after.matches).index(wanted)
    assert place < ids(before.matches).index(wanted)
    index = searcher.index
    owner = index.view_crater_rows
    everything = np.arange(index.n_views)
    tokens = index.settings.instance_tokens(*_encoded(asked)).vectors[0]
    plain = maxsim(tokens, index.tokens(everything))
    row = index.craters.rows_of([wanted])[wanted][0]
    mine = max(np.flatnonzero(owner == row), key=lambda view: plain[view])
    expected = (plain + maxsim(index.tokens([mine])[0], index.tokens(everything))) / 2
    for match in after.matches:
        views = np.flatnonzero(owner == match.crater_row)
        assert match.score == pytest.approx(float(expected[views].max()), abs=1e-5)
    assert after.provenance["feedback"] == {"accepted": [wanted], "rejected": []}
    assert "feedback" not in before.provenance
    # What the number would be worth for a refined score was never counted.
    assert all(match.expected_by_chance is None for match in after.matches)


def _encoded(asked: QueryView) -> tuple[np.ndarray, np.ndarray]:
    embedding = ENCODER.encode(asked.view.pixels[None])
    return embedding.tokens, embedding.attention


def test_rejected_craters_are_left_out_and_the_number_wanted_is_kept(
    folder: Path, searcher: Searcher
) -> None:
    first = ids(searcher.search(query(folder, 5), SearchOptions(top=6)).matches)
    options = SearchOptions(top=6, shortlist=8, feedback=Feedback(rejected=first[:3]))
    matches = searcher.search(query(folder, 5), options).matches
    assert len(matches) == 6 and not set(ids(matches)) & set(first[:3])
    # Filters hold as before.
    filters = Filters(exclude_ids=first[3:5])
    options = SearchOptions(top=COUNT, filters=filters, feedback=Feedback(rejected=[first[0]]))
    assert len(searcher.search(query(folder, 5), options).matches) == COUNT - 3


def test_the_direction_is_that_of_discriminant_analysis() -> None:
    """Against scikit-style algebra on numbers of known covariance."""
    rng = np.random.default_rng(1)
    spread = np.diag([4.0, 1.0, 0.25])
    sample = (rng.normal(size=(4000, 3)) @ np.sqrt(spread) + [1, 2, 3]).astype(np.float32)
    space = Space.of(sample)
    assert space is not None
    covariance = np.cov(sample.astype(float).T)
    ridge = feedback.RIDGE * np.trace(covariance) / 3 * np.eye(3)
    wanted = np.array([[2, 2, 3], [2, 2, 4]], np.float32)
    rejected = np.array([[1, 2, 2]], np.float32)
    mean = sample.astype(float).mean(axis=0)
    expected = np.linalg.solve(
        covariance + ridge, wanted.mean(axis=0) - (rejected.mean(axis=0) + mean) / 2
    )
    np.testing.assert_allclose(space.direction(wanted, rejected), expected, rtol=1e-3)
    alone = np.linalg.solve(covariance + ridge, wanted.mean(axis=0) - mean)
    np.testing.assert_allclose(space.direction(wanted, rejected[:0]), alone, rtol=1e-3)
    assert Space.of(np.ones((100, 3), np.float32)) is None  # all the same: no direction


def test_refined_scores_follow_the_formula(
    folder: Path, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "MIN_SAMPLE", 10)
    index, asked = searcher.index, query(folder, 5)
    background = background_of(index)
    assert background is not None
    tokens = index.settings.instance_tokens(*_encoded(asked)).vectors[0]
    vector = ENCODER.encode(asked.view.pixels[None]).globals[0]
    said = Feedback(accepted=["T-007"], rejected=["T-011", "T-012"])
    refined = Refinement(index, background, vector, tokens, said)
    assert refined.weight == feedback.WEIGHT and len(refined.vectors) == 2
    views = index.tokens(np.arange(12))
    scores = refined.scores(views)
    alike = np.mean([maxsim(vectors, views) for vectors in refined._compared], axis=0)
    projected = views.mean(axis=1) @ refined._direction
    z = (projected - projected.mean()) / projected.std()
    expected = alike.mean() + ((alike - alike.mean()) + alike.std() * z) / 2
    np.testing.assert_allclose(scores, expected, rtol=1e-4)
    # The place and the spread of a similarity.
    assert scores.mean() == pytest.approx(alike.mean(), abs=1e-5)
    assert scores.max() < 1
    only_rejected = Refinement(index, background, vector, tokens, Feedback(rejected=["T-011"]))
    assert only_rejected.weight == feedback.WEIGHT_OF_REJECTIONS
    np.testing.assert_array_equal(only_rejected.vectors[0], vector)
    assert background_of(index) is not None
    monkeypatch.setattr(feedback, "MIN_SAMPLE", 10_000)
    assert background_of(index) is None


def test_what_cannot_be_meant_is_refused(folder: Path, searcher: Searcher) -> None:
    asked = query(folder, 5)
    with pytest.raises(QueryError, match="no crater 'nowhere', which a decision names"):
        searcher.search(asked, SearchOptions(feedback=Feedback(["nowhere"])))
    with pytest.raises(QueryError, match="'T-001' is both accepted and rejected"):
        searcher.search(asked, SearchOptions(feedback=Feedback(["T-001"], ["T-001"])))


def test_from_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, lon, lat, diameter = craters()[5]
    command = ["search", str(folder / "scene.craterindex"), "--mosaic", str(folder / "mosaic.tif")]
    command += ["--at", str(lon), str(lat), "--diameter", str(diameter), "--json"]
    assert main([*command, "--accept", "T-008", "--reject", "T-005", "T-006"]) == 0
    reply = json.loads(capsys.readouterr().out)
    crater_ids = [match["crater_id"] for match in reply["matches"]]
    assert "T-008" in crater_ids and not {"T-005", "T-006"} & set(crater_ids)
    assert reply["provenance"]["feedback"]["rejected"] == ["T-005", "T-006"]


def test_evaluation_counts_what_was_not_judged(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a kind: six of a value each, the query's own passed over."""
    command = ["evaluate", str(folder / "scene.craterindex")]
    command += ["--mosaic", str(folder / "mosaic.tif"), "--catalogue", str(folder / "craters.csv")]
    command += ["--views-per-crater", "1", "--jitter", "0", "--context", "2.5"]
    by = ["--feedback", "6", "--relevant-by", "freshness", "--output", str(tmp_path)]
    assert main([*command, *by]) == 0
    assert "precision@20" in capsys.readouterr().out
    result = json.loads((tmp_path / "feedback.json").read_text())
    assert result["queries"] == result["measured"] == COUNT
    rows = {row["measure"]: row for row in result["rows"]}
    # 24 craters, 5 others of the kind; 6 are judged: all 17 that are left are among the 20.
    left = 5 * COUNT - result["accepted_per_query"] * COUNT
    for when in ("before", "after"):
        assert rows["precision@20"][when] * 20 * COUNT == pytest.approx(left)
    low, high = rows["precision@10"]["ci95"]["gain"]
    assert low <= rows["precision@10"]["gain"] <= high
    # The same crater is always the first here, so that nothing is left to measure.
    assert main([*command, "--feedback", "3", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["found_among_the_judged"], result["measured"]) == (COUNT, 0)
    assert main([*command, "--feedback", "3", "--relevant-by", "age"]) == 1
    assert "no column 'age'. Its columns: crater_id" in capsys.readouterr().err
    assert main([*command, "--relevant-by", "freshness"]) == 1
    assert "--feedback J" in capsys.readouterr().err
