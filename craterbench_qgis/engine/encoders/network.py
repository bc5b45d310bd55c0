"""The bundled encoder's network: a small residual convolutional net with spatial tokens.

Three outputs per view of 96 x 96 pixels: a 12 x 12 grid of unit tokens (stride 8, with the
stride-16 map added so that a token knows its surroundings), a learned saliency over that grid, and
a global vector read from the 6 x 6 map without discarding where things are, because craters come
centred and north up. This module imports torch, so it is itself imported only when needed.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypedDict

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class NetworkConfig(TypedDict):
    """Sizes of the network, as they stand in the model card."""

    input_size: int
    stem: int
    widths: list[int]
    blocks: list[int]
    token_dim: int
    global_dim: int
    global_cells: int
    context_dim: int


DEFAULT_NETWORK: NetworkConfig = {
    "input_size": 96,
    "stem": 16,
    "widths": [48, 96, 192],
    "blocks": [1, 2, 1],
    "token_dim": 128,  # nosec B105 - a size, no password
    "global_dim": 256,
    "global_cells": 48,
    "context_dim": 32,
}


SUPPRESSION = 4.0
SEED_CELLS = 4
"""The paper's default of K = 16 seeds is one for each cell of a 4 x 4 grid."""
CONTEXT_SHARE = 0.3
"""Share of a token's squared length that describes the whole view."""


class NetworkOutput(NamedTuple):
    """``globals`` [B, G] unit; ``tokens`` [B, N, D] unit, a local part of D - 32 numbers and 32
    that describe the whole view; ``local`` [B, N, D - 32] unit, the first alone; ``saliency``
    [B, N] logits; ``features`` [B, C, R, R], the unprojected token map."""

    globals: Tensor
    tokens: Tensor
    local: Tensor
    saliency: Tensor
    features: Tensor


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions around a shortcut (He et al. 2016, the basic block)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        nn.init.zeros_(self.norm2.weight)

    def forward(self, x: Tensor) -> Tensor:
        # In place: a pass over memory costs as much as a good part of a convolution.
        y = F.relu(self.norm1(self.conv1(x)), inplace=True)
        return F.relu(x + self.norm2(self.conv2(y)), inplace=True)


def _down(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    padding = (kernel - 1) // 2
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, 2, padding=padding, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class CraterNet(nn.Module):
    """Views [B, 1, S, S] in 0..1 -> :class:`NetworkOutput`. S must be a multiple of 16."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        w4, w8, w16 = config["widths"]
        n4, n8, n16 = config["blocks"]
        self.rows = config["input_size"] // 8
        self.stem = _down(1, config["stem"], 5)
        self.stage4 = nn.Sequential(
            _down(config["stem"], w4, 3), *(ResidualBlock(w4) for _ in range(n4))
        )
        self.enter8 = _down(w4, w8, 3)
        self.position = nn.Parameter(torch.zeros(1, w8, self.rows, self.rows))
        self.stage8 = nn.Sequential(*(ResidualBlock(w8) for _ in range(n8)))
        self.stage16 = nn.Sequential(_down(w8, w16, 2), *(ResidualBlock(w16) for _ in range(n16)))
        self.lateral = nn.Conv2d(w16, w8, 1, bias=False)
        self.lateral_norm = nn.BatchNorm2d(w8)
        # Centred tokens: without it all tokens of a young network point the same way, and
        # MaxSim, which looks for the best of many, has nothing to tell places apart by.
        local = config["token_dim"] - config["context_dim"]
        self.to_token = nn.Conv2d(w8, local, 1, bias=False)
        self.token_norm = nn.BatchNorm2d(local, affine=False)
        self.to_saliency = nn.Conv2d(w8, 1, 1)
        self.to_cell = nn.Conv2d(w16, config["global_cells"], 1, bias=False)
        self.cell_norm = nn.BatchNorm2d(config["global_cells"])
        cells = config["global_cells"] * (self.rows // 2) ** 2
        self.to_global = nn.Linear(cells, config["global_dim"])
        self.pooled_to_global = nn.Linear(local, config["global_dim"], bias=False)
        self.to_context = nn.Linear(cells, config["context_dim"])

    def forward(self, views: Tensor) -> NetworkOutput:
        x = self.enter8(self.stage4(self.stem((views - 0.5) * 4.0)))
        x = self.stage8(x + self.position)
        deep = self.stage16(x)
        up = F.interpolate(
            self.lateral(deep), size=x.shape[-2:], mode="bilinear", align_corners=False
        )
        features = F.relu(x + self.lateral_norm(up), inplace=True)
        raw = self.token_norm(self.to_token(features)).flatten(2).transpose(1, 2)
        saliency = self.to_saliency(features).flatten(1)
        local = F.normalize(raw, dim=-1)
        pooled = (torch.softmax(saliency, dim=1).unsqueeze(-1) * local).sum(1)
        cells = F.relu(self.cell_norm(self.to_cell(deep))).flatten(1)
        vector = self.to_global(cells) + self.pooled_to_global(pooled)
        context = F.normalize(self.to_context(cells), dim=-1)[:, None]
        tokens = torch.cat(
            [
                local * (1.0 - CONTEXT_SHARE) ** 0.5,
                context.expand(-1, local.shape[1], -1) * CONTEXT_SHARE**0.5,
            ],
            dim=2,
        )
        return NetworkOutput(F.normalize(vector, dim=-1), tokens, local, saliency, features)


SPREADS = ("peaks", "cells", "lattice")


def attention_from_saliency(saliency: Tensor, rows: int, spread: str = "peaks") -> Tensor:
    """Saliency logits [B, N] -> attention [B, N], sum 1, so that its largest spread over the view.

    Seeds are the tokens of largest attention. Left to themselves they crowd one rim, and another
    light or a small offset picks others. ``spread`` says which tokens keep their logit, all others
    lose :data:`SUPPRESSION`: ``peaks``, the largest of their 3 x 3 neighbourhood; ``cells``, the
    largest of each cell of a 4 x 4 grid; ``lattice``, the middle of each such cell.
    """
    grid = saliency.reshape(-1, 1, rows, rows)
    if spread == "peaks":
        keep = grid >= F.max_pool2d(grid, 3, stride=1, padding=1)
    elif spread == "cells":
        best = F.adaptive_max_pool2d(grid, SEED_CELLS)
        keep = grid >= F.interpolate(best, size=(rows, rows), mode="nearest")
    elif spread == "lattice":
        middle = [(2 * cell + 1) * rows // (2 * SEED_CELLS) for cell in range(SEED_CELLS)]
        keep = torch.zeros(rows, rows, dtype=torch.bool, device=saliency.device)
        keep[torch.tensor(middle)[:, None], torch.tensor(middle)] = True
    else:
        raise ValueError(f"no way to spread seeds is called {spread!r}")
    held = torch.where(keep, grid, grid - SUPPRESSION).flatten(1)
    return torch.softmax(held, dim=1)


def network_from_config(config: dict[str, Any]) -> CraterNet:
    """The network a model card describes; KeyError names a size that is missing."""
    sizes: NetworkConfig = {
        "input_size": int(config["input_size"]),
        "stem": int(config["stem"]),
        "widths": [int(w) for w in config["widths"]],
        "blocks": [int(n) for n in config["blocks"]],
        "token_dim": int(config["token_dim"]),
        "global_dim": int(config["global_dim"]),
        "global_cells": int(config["global_cells"]),
        "context_dim": int(config["context_dim"]),
    }
    return CraterNet(sizes)


def fold_norms(net: CraterNet) -> CraterNet:
    """Fold every batch normalisation of an evaluated network into the convolution before it."""
    fold(net, ("lateral", "lateral_norm"), ("to_cell", "cell_norm"), ("to_token", "token_norm"))
    return net


def fold(net: nn.Module, *pairs: tuple[str, str]) -> None:
    """The same for any network of these blocks; ``pairs``: (convolution, norm) of its own."""
    from torch.nn.utils.fusion import fuse_conv_bn_eval as fuse

    def pair(owner: nn.Module, conv: str, norm: str) -> None:
        setattr(owner, conv, fuse(getattr(owner, conv), getattr(owner, norm)))
        setattr(owner, norm, nn.Identity())

    for module in list(net.modules()):
        if isinstance(module, ResidualBlock):
            pair(module, "conv1", "norm1")
            pair(module, "conv2", "norm2")
        elif isinstance(module, nn.Sequential) and len(module) == 3:
            if isinstance(module[1], nn.BatchNorm2d):
                pair(module, "0", "1")
    for conv, norm in pairs:
        pair(net, conv, norm)
