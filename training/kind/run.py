"""Train the descriptor of kind; resumable, on a CPU or a CUDA device."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from craterbench_qgis.engine.encoders.kind_network import KindNet, KindOutput
from craterbench_qgis.engine.errors import CraterBenchError
from craterbench_qgis.engine.terrain_profile import PROFILE_RINGS

from ..stepped import SteppedRun
from .pack import KindPack
from .render import KindRenderer, KindViews

NEEDED = {
    *("name", "seed", "radius_m", "terrain", "pack", "network", "photo_share", "steps", "batch"),
    *("threads", "learning_rate", "weight_decay", "warmup", "ema", "weights", "checkpoint_every"),
    *("teacher_temperature", "near_temperature"),
}


def scale_targets(
    targets: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """``targets`` [n, T] scaled for the network, and what was taken off and divided by.

    Profile and scatter keep their proportions (each group is divided by one number), because the
    distance of two profiles is what neighbours are judged by; roughness is taken as a logarithm.
    """
    values = targets.copy()
    rough = slice(2 * PROFILE_RINGS, None)
    values[:, rough] = np.log(np.maximum(values[:, rough], 1e-5))
    mean = values.mean(axis=0)
    spread = np.empty_like(mean)
    for part in (slice(0, PROFILE_RINGS), slice(PROFILE_RINGS, 2 * PROFILE_RINGS), rough):
        spread[part] = (values - mean)[:, part].std()
    return (values - mean) / spread, mean, spread


class KindRun(SteppedRun):
    """A run of the descriptor of kind."""

    average: KindNet

    def __init__(
        self,
        config: dict[str, Any],
        pack: KindPack,
        device: torch.device,
        looks: NDArray[np.float32] | None = None,
        start_from: Path | None = None,
    ) -> None:
        torch.manual_seed(int(config["seed"]))
        self.config, self.device = config, device
        self.generator = torch.Generator().manual_seed(int(config["seed"]))
        network = config["network"]
        size = int(network["input_size"])
        share = float(config["photo_share"])
        self.renderer = KindRenderer(pack, size, share, self.generator, device)
        scaled, mean, spread = scale_targets(pack.targets)
        self.targets = torch.from_numpy(scaled).to(device)
        self.scaling = (torch.from_numpy(mean), torch.from_numpy(spread))
        # Rows of zeros: places whose looks are not known (no picture may be used there).
        empty = np.zeros((len(pack), int(network["looks_dim"])), np.float32)
        self.looks = torch.from_numpy(empty if looks is None else looks).to(device)
        self.net = KindNet(network).to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if start_from is not None:
            begin_with(self.net, start_from)
        self.average = KindNet(network).to(device).eval()
        self.average.load_state_dict(self.net.state_dict())
        decay = [p for p in self.net.parameters() if p.ndim > 1]
        rest = [p for p in self.net.parameters() if p.ndim <= 1]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": decay, "weight_decay": float(config["weight_decay"])},
                {"params": rest, "weight_decay": 0.0},
            ],
            lr=1e-3,
            betas=(0.9, 0.98),
        )

    def _rate(self) -> float:
        warm, total = int(self.config["warmup"]), int(self.config["steps"])
        top, at = float(self.config["learning_rate"]), self.step_number
        if at < warm:
            return top * (at + 1) / warm
        through = min(1.0, (at - warm) / max(1, total - warm))
        return top * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * through)))

    def step(self) -> dict[str, float]:
        """One optimiser step; returns the figures of the log."""
        start = time.perf_counter()
        rate = self._rate()
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        batch = int(self.config["batch"])
        index = torch.randperm(len(self.targets), generator=self.generator)[:batch]
        index = index.to(self.device)
        both = torch.cat([index, index])
        with torch.no_grad():
            drawn = self.renderer.views(both)
        self.net.train()
        views = drawn.views.contiguous(memory_format=torch.channels_last)
        parts = self._losses(self.net(views, drawn.context, drawn.contrast), both, drawn)
        weights = self.config["weights"]
        loss = torch.stack([weights[name] * part for name, part in parts.items()]).sum()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimiser.step()
        self.follow(self.net, float(self.config["ema"]))
        self.step_number += 1
        self.seconds += time.perf_counter() - start
        figures = {name: round(float(part.detach()), 4) for name, part in parts.items()}
        return {"step": self.step_number, "seconds": round(self.seconds, 1), "lr": rate, **figures}

    def _losses(self, out: KindOutput, index: Tensor, drawn: KindViews) -> dict[str, Tensor]:
        wanted = self.targets[index]
        relief = F.smooth_l1_loss(out.relief, wanted, beta=0.5, reduction="none")
        profile = relief[:, :PROFILE_RINGS].mean()
        rest = relief[:, PROFILE_RINGS:].mean()
        looks = self.looks[index]
        known = drawn.photo & (looks.abs().sum(dim=1) > 0)
        alike = F.smooth_l1_loss(out.looks, looks, beta=0.5, reduction="none").mean(dim=1)
        return {
            "profile": profile,
            "rest": rest,
            "near": self.nearness(out.near, wanted),
            "looks": (alike * known).sum() / known.sum().clamp(min=1),
        }

    def nearness(self, near: Tensor, wanted: Tensor) -> Tensor:
        """Cross entropy of the neighbours by embedding against the neighbours by measurement."""
        scaled = torch.cat(
            [wanted[:, :PROFILE_RINGS], 0.5 * wanted[:, PROFILE_RINGS : 2 * PROFILE_RINGS]], dim=1
        )
        distance = torch.cdist(scaled, scaled).square() / PROFILE_RINGS
        own = torch.eye(len(near), dtype=torch.bool, device=near.device)
        teacher = (-distance / float(self.config["teacher_temperature"])).masked_fill(own, -1e4)
        student = (near @ near.T / float(self.config["near_temperature"])).masked_fill(own, -1e4)
        soft = torch.softmax(teacher, dim=1)
        return F.kl_div(torch.log_softmax(student, dim=1), soft, reduction="batchmean")

    def finished(self) -> bool:
        """Whether the recipe's steps are done."""
        return self.step_number >= int(self.config["steps"])

    def own_state(self) -> dict[str, Any]:
        """See :meth:`SteppedRun.own_state`."""
        return {"net": self.net.state_dict(), "scaling": torch.stack(self.scaling)}

    def take_state(self, state: dict[str, Any]) -> None:
        """See :meth:`SteppedRun.take_state`."""
        self.net.load_state_dict(state["net"])


def begin_with(net: KindNet, weights: Path) -> None:
    """Load what fits of another network's weights (its stem and first stages): the same-crater
    encoder's filters are a better beginning than random ones."""
    from safetensors.torch import load

    try:
        state = load(weights.read_bytes())
    except (OSError, ValueError) as error:
        raise CraterBenchError(
            f"The weights to start from, {weights}, cannot be read ({error})."
        ) from error
    mine = net.state_dict()
    fitting = {
        name: value.float()
        for name, value in state.items()
        if name in mine and value.shape == mine[name].shape
    }
    net.load_state_dict(fitting, strict=False)


def read_recipe(path: Path) -> dict[str, Any]:
    """The settings of a recipe for the descriptor of kind. CraterBenchError names what lacks."""
    try:
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CraterBenchError(f"The recipe {path.name} cannot be read ({error}).") from error
    missing = sorted(NEEDED - set(config))
    if missing:
        raise CraterBenchError(
            f"The recipe {path.name} lacks {', '.join(missing)}. Compare it with "
            "docs/analogs/config.json."
        )
    return config
