"""What examples of a kind can say, on galleries made for it."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from craterbench_qgis.engine.errors import QueryError
from craterbench_qgis.engine.kinds import named
from craterbench_qgis.engine.kinds.gallery import PARTS, Features
from craterbench_qgis.engine.kinds.kept import kinds_beside, load_kind
from craterbench_qgis.engine.kinds.named import learn_kind

COUNT = 400


def gallery(diameter_km: np.ndarray) -> Any:
    """Craters whose descriptors say nothing."""
    rng = np.random.default_rng(0)
    parts = {"profile": 20, "scatter": 20, "roughness": 10, "near": 64}
    parts |= {"tone": 10, "level": 1, "texture": 10}
    features = Features(
        **{name: rng.normal(size=(COUNT, width)).astype("f4") for name, width in parts.items()}
    )
    return SimpleNamespace(
        crater_row=np.arange(COUNT),
        diameter_m=diameter_km * 1000,
        features=features,
        scale={name: 2.0 * width for name, width in parts.items()},
        weights=PARTS.get,
    )


def test_examples_can_say_that_size_matters() -> None:
    rng = np.random.default_rng(1)
    large = rng.permutation(COUNT) < 100
    craters = gallery(np.where(large, 150.0, 30.0) * rng.uniform(0.8, 1.25, COUNT))
    members = np.flatnonzero(large)
    learnt = learn_kind(craters, members[:20], np.array([], np.int64))
    rest = np.setdiff1d(np.arange(COUNT), members[:20])
    best = rest[np.argsort(-learnt.probability[rest], kind="stable")][:40]
    assert large[best].mean() > 0.6  # chance: 0.21


def test_craters_of_one_size_are_told_apart_by_the_rest() -> None:
    craters = gallery(np.full(COUNT, 30.0))
    craters.features.tone[:60] -= 1.5
    learnt = learn_kind(craters, np.arange(20), np.array([], np.int64))
    rest = np.arange(20, COUNT)
    best = rest[np.argsort(-learnt.probability[rest], kind="stable")][:30]
    assert (best < 60).mean() > 0.6 and np.isfinite(learnt.probability).all()


def test_what_terrain_says_counts_where_it_was_measured() -> None:
    craters = gallery(np.full(COUNT, 30.0))
    rng = np.random.default_rng(2)
    members, measured = rng.permutation(COUNT)[:60], rng.normal(size=(COUNT, 10)).clip(-3, 3)
    measured[members, 0] = 3.0
    none = np.array([], np.int64)

    def hits(known: np.ndarray | None) -> float:
        learnt = learn_kind(craters, members[:20], none, measured=known)
        rest = np.setdiff1d(np.arange(COUNT), members[:20])
        best = rest[np.argsort(-learnt.probability[rest], kind="stable")][:30]
        return float(np.isin(best, members).mean())

    assert hits(measured) > hits(None) + 0.3


def test_a_kind_needs_other_craters_too() -> None:
    craters = gallery(np.full(COUNT, 30.0))
    with pytest.raises(QueryError, match="has 1 with a descriptor"):
        learn_kind(craters, np.arange(COUNT - 1), np.array([], np.int64))


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"yes": 5, "no": [], "created": ""}', "[" * 9999]
)
def test_a_file_that_is_no_kind_is_refused_in_a_sentence(tmp_path: Path, content: str) -> None:
    folder = kinds_beside(tmp_path / "a.craterindex")
    folder.mkdir()
    (folder / "x.json").write_text(content, encoding="utf-8")
    with pytest.raises(QueryError, match=r"cannot be read .* Name it again"):
        load_kind(tmp_path / "a.craterindex", "x")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX alone has named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    folder = kinds_beside(tmp_path / "a.craterindex")
    folder.mkdir()
    os.mkfifo(folder / "x.json")
    with pytest.raises(QueryError, match="cannot be read"):
        load_kind(tmp_path / "a.craterindex", "x")


def test_a_kind_of_which_nothing_is_known_is_rare() -> None:
    """Descriptors say nothing, so nothing is told of any crater: about one in ten, nobody sure."""
    craters = gallery(np.full(COUNT, 30.0))
    for count in (5, 20):
        members = np.random.default_rng(3).permutation(COUNT)[:count]
        chance = learn_kind(craters, members, np.array([], np.int64)).probability
        rest = np.delete(chance, members)
        assert 0.05 < rest.mean() < 0.2 and np.quantile(rest, 0.95) < 0.4


@pytest.mark.parametrize("apart", [0.5, 1.5])
def test_probabilities_say_no_more_than_is_true(apart: float) -> None:
    """A tenth of the craters is of the kind; ten of them are examples, five others were
    rejected."""
    found = []
    for seed in range(12):
        craters, rng = gallery(np.full(COUNT, 30.0)), np.random.default_rng(seed)
        members = rng.permutation(COUNT)[: COUNT // 10]
        craters.features.tone[members] += apart
        others = np.setdiff1d(np.arange(COUNT), members)
        learnt = learn_kind(craters, members[:10], rng.permutation(others)[:5], seed=seed)
        rest = np.setdiff1d(np.arange(COUNT), members[:10])
        found.append(np.stack([learnt.probability[rest], np.isin(rest, members)]))
    chance, true = np.concatenate(found, axis=1)
    shares = []
    for low, high in ((0.0, 0.1), (0.1, 0.3), (0.3, 1.0)):
        here = (chance > low) & (chance <= high)
        if here.sum() > 50:
            assert chance[here].mean() < true[here].mean() + 0.2
            shares.append(true[here].mean())
    assert len(shares) > 1 and (np.diff(shares) > 0).all()
    assert abs(chance.mean() - true.mean()) < 0.05


def test_examples_that_contradict_each_other_do_not_turn_the_order_round() -> None:
    """Each is unlike the others, so held-out ones rank last."""
    craters = gallery(np.full(COUNT, 30.0))
    craters.features.near[:6] = 8.0 * np.eye(6, 64) - 3.0
    learnt = learn_kind(craters, np.arange(6), np.array([], np.int64))
    by_likeness = learnt.probability[6:][np.argsort(learnt.likeness[6:])]
    assert (np.diff(by_likeness) >= 0).all() and by_likeness[-1] > by_likeness[0]


def test_a_common_kind_is_told_by_what_its_examples_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of the craters is of it, so most of what examples are told from is of it, too."""

    def precision() -> float:
        shares = []
        for seed in range(6):
            craters, rng = gallery(np.full(COUNT, 30.0)), np.random.default_rng(seed)
            members = rng.permutation(COUNT)[: COUNT // 3]
            craters.features.tone[members] += 0.7
            learnt = learn_kind(craters, members[:10], np.array([], np.int64), seed=seed)
            rest = np.setdiff1d(np.arange(COUNT), members[:10])
            best = rest[np.argsort(-learnt.likeness[rest], kind="stable")][:50]
            shares.append(np.isin(best, members).mean())
        return float(np.mean(shares))

    now = precision()
    monkeypatch.setattr(named, "WHERE_POORLY_PARTED", named.REGULARISATION)
    assert now > precision() + 0.02
