"""From evidence to a probability: two logistic models, with geometry alone and with looks.

p = 1 / (1 + exp(-(c + sum_i w_i (x_i - m_i) / s_i))): the features x in the order of
:mod:`.evidence`, their means m and scales s, weights w and intercept c are in ``model.json``, with
what they were fitted on. The probability is stated for candidate pairs of which as many are
duplicates as are not; ``docs/validation/duplicates.md`` shows how it was fitted and how well it
holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.records import read_json
from ..errors import QueryError
from .candidates import Pairs
from .evidence import GEOMETRY_FEATURES, LOOKS_FEATURES, Looks, geometry_features
from .rim import RimReading

Floats = NDArray[np.float64]

MODEL_FILE = Path(__file__).with_name("model.json")
FORMAT = 1


@dataclass
class Logistic:
    """A logistic model of named features."""

    features: tuple[str, ...]
    mean: Floats
    scale: Floats
    weights: Floats
    intercept: float

    def probability(self, x: Floats) -> Floats:
        """[p, F] -> [p], 0..1."""
        odds = ((x - self.mean) / self.scale) @ self.weights + self.intercept
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -50.0, 50.0))))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Logistic:
        """What :mod:`training.duplicates` fitted and wrote."""
        mean, scale, weights = (np.array(data[key], float) for key in ("mean", "scale", "weights"))
        return cls(tuple(data["features"]), mean, scale, weights, float(data["intercept"]))


@dataclass
class PairModel:
    """Both models, the rim reading, and the encoder (SHA-256 of its weights) they hold for."""

    geometry: Logistic
    looks: Logistic | None = None
    reading: RimReading | None = None
    encoder_id: str = ""
    weights_hash: str = ""
    fitted: dict[str, Any] = field(default_factory=dict)

    def knows(self, weights_hash: str) -> bool:
        """Whether looks through that encoder are calibrated."""
        return self.looks is not None and weights_hash == self.weights_hash

    def probability(self, pairs: Pairs, looks: Looks | None = None) -> Floats:
        """[p]: with looks where a pair has calibrated ones, else from geometry alone."""
        x = geometry_features(pairs)
        p = self.geometry.probability(x)
        if looks is None or self.looks is None:
            return p
        extra = looks.features()
        use = np.isfinite(extra).all(axis=1)
        p[use] = self.looks.probability(np.concatenate([x, extra], axis=1)[use])
        return p


def load_model(path: Path | None = None) -> PairModel:
    """The model in ``path`` (default: the one that ships). Raises QueryError where it is not."""
    source = path or MODEL_FILE
    try:
        data = read_json(source.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']}")
        model = PairModel(
            Logistic.from_json(data["geometry"]),
            Logistic.from_json(data["looks"]) if data["looks"] else None,
            RimReading.from_json(data["reading"]) if data["reading"] else None,
            data["encoder"]["id"],
            data["encoder"]["weights_hash"],
            data["fitted"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise QueryError(
            f"The duplicate model {source.name} cannot be read ({error}). Install the plugin again."
        ) from error
    expected = GEOMETRY_FEATURES + LOOKS_FEATURES
    named = model.looks.features if model.looks else expected
    if model.geometry.features != GEOMETRY_FEATURES or named != expected:
        raise QueryError(
            f"The duplicate model {source.name} is of another version. Install the plugin again."
        )
    return model
