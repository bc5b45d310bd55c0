"""The training recipe's settings, read from a JSON file."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from craterbench_qgis.engine.errors import CraterBenchError


@dataclass(frozen=True)
class TrainingConfig:
    """Every number of a training run. ``pack`` is relative to the config file; ``terrain`` says
    what :func:`..training.recipe.pack_from_recipe` puts into it. ``start_from``, relative to the
    config file too, is an encoder's safetensors to begin with instead of random weights; blocks
    it lacks are added as identities. ``spreads`` (see ``attention_from_saliency``) take turns; the
    last is the encoder's."""

    name: str
    seed: int
    pack: str
    radius_m: float
    network: dict[str, Any]
    steps: int
    batch: int
    mixture: tuple[float, float, float] = (0.45, 0.3, 0.25)
    threads: int = 1
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    warmup: int = 80
    ema: float = 0.99
    hard_share: float = 0.5
    hard_from: int = 200
    tokens_k: tuple[int, ...] = (16, 16, 16, 32)
    spreads: tuple[str, ...] = ("peaks",)
    dense_every: int = 2
    rolls: int = 8
    places: int = 24
    weights: dict[str, float] = field(default_factory=dict)
    checkpoint_every: int = 50
    terrain: dict[str, Any] = field(default_factory=dict)
    start_from: str | None = None


def read_config(path: Path) -> TrainingConfig:
    """Read a recipe. CraterBenchError names a setting that is missing, unknown or of wrong type."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CraterBenchError(
            f"The training recipe {path.name} cannot be read ({error}). Start from "
            "docs/encoder/config.json."
        ) from error
    known = {f.name for f in dataclasses.fields(TrainingConfig)}
    unknown = sorted(set(raw) - known) if isinstance(raw, dict) else ["(not an object)"]
    if unknown:
        raise CraterBenchError(
            f"The training recipe {path.name} has settings nobody knows: {', '.join(unknown)}. "
            f"Known are: {', '.join(sorted(known))}."
        )
    for name in ("mixture", "tokens_k", "spreads"):
        if name in raw:
            raw[name] = tuple(raw[name])
    try:
        config = TrainingConfig(**raw)
    except TypeError as error:
        raise CraterBenchError(
            f"The training recipe {path.name} is incomplete ({error}). Compare it with "
            "docs/encoder/config.json."
        ) from error
    if config.batch <= config.rolls or config.steps < 1:
        raise CraterBenchError(
            f"The training recipe {path.name} asks for batches of {config.batch} and "
            f"{config.steps} steps. Batches must be larger than rolls ({config.rolls}), steps "
            "at least 1."
        )
    return config
