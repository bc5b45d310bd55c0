"""The training recipe's settings, read from a JSON file."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from craterbench_qgis.engine.errors import CraterBenchError


@dataclass(frozen=True)
class BodyShare:
    """One body of a run: its pack (beside the recipe), and how its places are shown.

    ``share``: of the places in a batch. ``mixture``: of the pairs shade-shade, mosaic-mosaic and
    mosaic-shade. ``far``: for each of these, how often the second view's centre is off by up to
    ``offset`` diameters instead of 0.16. ``processing``: how often a view of the mosaic is
    filtered as another laboratory might have (:mod:`.processing`). ``less_blur``: how often it is
    shown less its own blur. ``retain``: how much views of this body count, beside other bodies', in
    staying with the ``teacher``.
    """

    name: str
    pack: str
    radius_m: float
    share: float = 1.0
    mixture: tuple[float, float, float] = (0.45, 0.3, 0.25)
    offset: float = 0.36
    far: tuple[float, float, float] = (0.2, 0.5, 0.2)
    processing: float = 0.0
    less_blur: float = 0.0
    retain: float = 0.0
    terrain: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TrainingConfig:
    """Every number of a training run. ``pack`` is relative to the config file; ``terrain`` says
    what :func:`..training.recipe.pack_from_recipe` puts into it. ``bodies`` stand in the place of
    ``pack``, ``radius_m``, ``mixture`` and ``terrain`` when there is more than one. ``minutes``,
    when given, is the time the steps may take: the learning rate falls with whichever of steps
    and minutes is nearer its end, and the run ends there. ``temperatures`` are the first ones of
    the global, late, dense and place scores. ``start_from``, relative to the
    config file too, is an encoder's safetensors to begin with instead of random weights; blocks
    it lacks are added as identities. ``teacher``, relative to it too: the encoder that views of
    bodies with ``retain`` are held to. ``keep``: the share, in what is written, of the teacher's
    weights, or without one of those begun with (see :func:`.export.export_encoder`).
    ``bytes_each``: of a written weight. ``spreads``
    (see ``attention_from_saliency``) take turns; the last is the encoder's."""

    name: str
    seed: int
    network: dict[str, Any]
    steps: int
    batch: int
    pack: str = ""
    radius_m: float = 0.0
    bodies: tuple[BodyShare, ...] = ()
    minutes: float | None = None
    temperatures: tuple[float, float, float, float] = (0.07, 0.05, 0.05, 0.1)
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
    teacher: str | None = None
    keep: float = 0.0
    bytes_each: int = 2

    def shares(self) -> tuple[BodyShare, ...]:
        """The bodies of the run, also when there is only one."""
        if self.bodies:
            return self.bodies
        alone = BodyShare(
            self.name, self.pack, self.radius_m, mixture=self.mixture, terrain=self.terrain
        )
        return (alone,)


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
    for name in ("mixture", "tokens_k", "spreads", "temperatures"):
        if name in raw:
            raw[name] = tuple(raw[name])
    try:
        if "bodies" in raw:
            raw["bodies"] = tuple(_body(entry) for entry in raw["bodies"])
        config = TrainingConfig(**raw)
        if not all(s.pack and s.radius_m > 0 and s.share > 0 for s in config.shares()):
            raise TypeError("a body needs a pack, a radius_m and a share above 0")
        if config.teacher is not None and not any(s.retain > 0 for s in config.shares()):
            raise TypeError("a teacher needs a body with retain above 0")
    except (TypeError, AttributeError) as error:
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


def _body(entry: dict[str, Any]) -> BodyShare:
    triples = {name: tuple(entry[name]) for name in ("mixture", "far") if name in entry}
    return BodyShare(**{**entry, **triples})
