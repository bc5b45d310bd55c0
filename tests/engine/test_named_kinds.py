"""What examples of a kind can say, on galleries made for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from craterbench_qgis.engine.kinds.gallery import PARTS, Features
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
