"""What every training run has: steps that can be stopped, a running average, checkpoints."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import torch
from torch import nn

from craterbench_qgis.contract.vocabulary import Stage
from craterbench_qgis.engine.monitor import Monitor


class SteppedRun(ABC):
    """State of a run: ``average`` follows what is trained; ``generator`` draws its numbers."""

    average: nn.Module
    optimiser: torch.optim.Optimizer
    generator: torch.Generator
    step_number = 0
    seconds = 0.0

    @abstractmethod
    def step(self) -> dict[str, float]:
        """One optimiser step; the figures of the log."""

    @abstractmethod
    def finished(self) -> bool:
        """Whether the last step was made."""

    @abstractmethod
    def own_state(self) -> dict[str, Any]:
        """What a checkpoint holds of this kind of run."""

    @abstractmethod
    def take_state(self, state: dict[str, Any]) -> None:
        """Go on from what :meth:`own_state` gave."""

    def go_on(self, folder: Path, every: int, total: int, monitor: Monitor, resume: bool) -> Path:
        """All steps that are left; ``folder/checkpoint.pt``, saved after each ``every`` of
        ``total``. The log, one JSON object per step, is ``folder/log.jsonl``. Raises Cancelled."""
        checkpoint = folder / "checkpoint.pt"
        if resume and checkpoint.exists():
            self.load(checkpoint)
        with (folder / "log.jsonl").open("a" if self.step_number else "w", encoding="utf-8") as log:
            while not self.finished():
                log.write(json.dumps(self.step()) + "\n")
                log.flush()
                monitor.report(Stage.TRAINING, self.step_number, total)
                if self.step_number % every == 0 or monitor.cancelled():
                    self.save(checkpoint)
                monitor.check()
        self.save(checkpoint)
        return checkpoint

    @torch.no_grad()
    def follow(self, net: nn.Module, most: float) -> None:
        """Bring the average nearer to ``net``; of itself it keeps ``most`` at the most."""
        keep = min(most, self.step_number / (self.step_number + 10.0))
        mine = net.state_dict()
        for name, value in self.average.state_dict().items():
            if value.dtype.is_floating_point:
                value.lerp_(mine[name], 1.0 - keep)
            else:
                value.copy_(mine[name])

    def save(self, path: Path) -> None:
        """Write a checkpoint, replacing the last one only when whole."""
        state = {
            **self.own_state(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "generator": self.generator.get_state(),
            "step": self.step_number,
            "seconds": self.seconds,
        }
        part = path.with_suffix(".part")
        torch.save(state, part)
        part.replace(path)

    def load(self, path: Path) -> None:
        """Continue from a checkpoint of the same recipe."""
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.take_state(state)
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.generator.set_state(state["generator"])
        self.step_number, self.seconds = int(state["step"]), float(state["seconds"])
