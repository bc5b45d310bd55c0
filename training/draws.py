"""Random numbers of a training run: drawn on the CPU, so that a seed gives the same everywhere."""

from __future__ import annotations

import torch
from torch import Tensor


class Draws:
    """Draws numbers for views. ``size``: pixels across a view; ``device``: where they go."""

    def __init__(self, size: int, generator: torch.Generator, device: torch.device) -> None:
        self.size = size
        self.generator = generator
        self.device = device

    def uniform(self, count: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """``count`` uniform numbers on the device (drawn on the CPU, so seeds agree)."""
        drawn = torch.rand(count, generator=self.generator)
        return (low + (high - low) * drawn).to(self.device)

    def normal(self, count: int, scale: float) -> Tensor:
        """``count`` normal numbers on the device."""
        return (scale * torch.randn(count, generator=self.generator)).to(self.device)
