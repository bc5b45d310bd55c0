"""How sure: the expected number of matches by chance is what chance brings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from craterbench_qgis.engine.bodies import body_by_name
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.index import open_index
from craterbench_qgis.engine.search import Searcher, SearchOptions
from craterbench_qgis.engine.search.chance import (
    LAST,
    MIN_CRATERS,
    best_per_crater,
    expected_by_chance,
    same_ground,
)

from .scene import build_scene, query_view


def test_expected_numbers_are_what_chance_brings() -> None:
    """Normal scores of every place and spread: as many above as are said to be."""
    rng = np.random.default_rng(9)
    counts = {0.1: 0, 1.0: 0, 10.0: 0}
    rounds = 400
    for _ in range(rounds):
        scores = rng.uniform(0.3, 0.6) + rng.uniform(0.01, 0.2) * rng.normal(size=3000)
        shortlist = np.sort(scores)[-130:]
        expected = expected_by_chance(shortlist, shortlist, 3000)
        assert expected is not None
        for level in counts:
            counts[level] += int((expected <= level).sum())
    # Two parameters from 28 ranks: the line scatters, and more so the further it is continued.
    assert 0.05 < counts[0.1] / rounds < 0.25
    assert 0.75 < counts[1.0] / rounds < 1.4
    assert 8.5 < counts[10.0] / rounds < 11.5


def test_a_true_match_stands_out_and_does_not_hide_itself() -> None:
    rng = np.random.default_rng(3)
    scores = np.sort(0.5 + 0.05 * rng.normal(size=2000))[-120:]
    alone = expected_by_chance(scores, [0.95], 2000)
    with_it = expected_by_chance(np.append(scores, [0.95, 0.93]), [0.95], 2000)
    assert alone is not None and with_it is not None
    assert alone[0] < 1e-3 and with_it[0] < 0.01
    # The place in the ranking is what is told of a match like the others.
    ranked = -np.sort(-scores)
    middle = expected_by_chance(scores, ranked[[4, 19]], 2000)
    assert middle is not None
    assert middle == pytest.approx([5, 20], rel=0.5)
    falling = expected_by_chance(scores, np.linspace(0.2, 1.0, 50), 2000)
    assert falling is not None and (np.diff(falling) <= 0).all()
    assert falling[0] == pytest.approx(2000, rel=0.01)  # never more than there are


def test_where_nothing_can_be_said() -> None:
    assert expected_by_chance(np.linspace(0, 1, MIN_CRATERS - 1), [0.9], 1000) is None
    assert expected_by_chance(np.full(200, 0.7), [0.9], 1000) is None  # all alike
    assert MIN_CRATERS > LAST


def test_a_crater_counts_with_its_best_view() -> None:
    rows, best = best_per_crater([7, 3, 7, 3, 9], [0.1, 0.5, 0.4, 0.2, 0.3])
    assert rows.tolist() == [3, 7, 9] and best.tolist() == [0.5, 0.4, 0.3]


def test_craters_on_the_querys_ground() -> None:
    """10 km craters and a 20 km query: crops of three diameters touch up to 45 km away."""
    moon = body_by_name("moon")
    degree = np.pi / 180 * moon.mean_radius
    lon = np.array([0, 44e3 / degree, 46e3 / degree, 180])
    near = same_ground(moon, (0.0, 0.0, 20e3), lon, np.zeros(4), np.full(4, 10e3))
    assert near.tolist() == [True, True, False, False]


def test_a_search_tells_it_where_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = load_encoder("hog")
    build_scene(tmp_path, encoder)
    asked = query_view(tmp_path, 5, encoder)
    with open_index(tmp_path / "scene.craterindex") as index:
        searcher = Searcher(index, encoder)
        few = searcher.search(asked, SearchOptions(top=5))
        assert all(match.expected_by_chance is None for match in few.matches)
        monkeypatch.setattr("craterbench_qgis.engine.search.chance.MIN_CRATERS", 15)
        monkeypatch.setattr("craterbench_qgis.engine.search.chance.LAST", 12)
        by_chance = [
            match.expected_by_chance
            for match in searcher.search(asked, SearchOptions(top=20)).matches
        ]
        assert None not in by_chance and by_chance == sorted(by_chance)  # type: ignore[type-var]
        assert by_chance[0] < 1 < by_chance[9]  # type: ignore[operator]
        off = searcher.search(asked, SearchOptions(top=5, how_sure=False))
        assert all(match.expected_by_chance is None for match in off.matches)
