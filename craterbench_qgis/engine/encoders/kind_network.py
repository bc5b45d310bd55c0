"""The network behind the descriptor of kind: what a crater is like, whatever light and angle.

Residual convolutions at strides 4 and 8, then means and scatters over rings about the crater's
centre (in crater radii, so that the width of the view does not matter), then two layers. Rings
know no direction; what is left of it was trained away with random turns and mirrors. This module
imports torch, so it is itself imported only when needed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .network import ResidualBlock, _down, fold

Rings = tuple[Tensor, Tensor]

FINE_RINGS, COARSE_RINGS = 11, 6
REACH = 2.0


class KindOutput(NamedTuple):
    """``relief`` [B, T]: the scaled terrain measurements the network reads from the picture;
    ``looks`` [B, L]: what it looks like besides; ``near`` [B, E] unit: trained so that craters of
    like relief are near."""

    relief: Tensor
    looks: Tensor
    near: Tensor


def ring_weights(rows: int, context: Tensor, rings: int, width: float) -> Tensor:
    """[B, rows * rows, rings]: the share of each cell in rings at 0..2 crater radii, which overlap
    as triangles of half-width ``width`` radii. ``context`` [B]: the view's side in diameters."""
    line = (torch.arange(rows, device=context.device) + 0.5) * (2.0 / rows) - 1.0
    away = torch.hypot(line[:, None], line[None]).flatten()
    radius = away[None] * context[:, None]
    centres = torch.linspace(0.0, REACH, rings, device=context.device)
    weight = (1.0 - (radius[:, :, None] - centres).abs() / width).clamp(min=0.0)
    return weight / weight.sum(dim=1, keepdim=True).clamp(min=1e-3)


def pool_rings(features: Tensor, weights: Tensor) -> Tensor:
    """Mean and scatter of ``features`` [B, C, H, W] in the rings of ``weights`` [B or 1, H * W, R]:
    [B, 2 * C * R]."""
    # Channels last, as the views of an evaluated network lie in memory: nothing is copied to turn.
    flat = features.flatten(2).transpose(1, 2)
    rings = weights.transpose(1, 2).expand(len(flat), -1, -1)
    mean, square = torch.bmm(rings, flat), torch.bmm(rings, flat * flat)
    scatter = (square - mean * mean).clamp(min=0.0).add(1e-4).sqrt()
    return torch.cat([x.transpose(1, 2).flatten(1) for x in (mean, scatter)], dim=1)


class KindNet(nn.Module):
    """Views [B, 1, S, S] in 0..1, ``context`` [B] (side of the view in crater diameters) and
    ``contrast`` [B] (scaled logarithm of the contrast before the stretch, 0 where not known) ->
    :class:`KindOutput`. S must be a multiple of 8."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        stem, w4, w8 = int(config["stem"]), *(int(w) for w in config["widths"])
        n4, n8 = (int(n) for n in config["blocks"])
        hidden = int(config["hidden"])
        self.rows = int(config["input_size"]) // 8
        self.stem = _down(1, stem, 5)
        self.stage4 = nn.Sequential(_down(stem, w4, 3), *(ResidualBlock(w4) for _ in range(n4)))
        self.enter8 = _down(w4, w8, 3)
        self.stage8 = nn.Sequential(*(ResidualBlock(w8) for _ in range(n8)))
        self.lateral = nn.Conv2d(w8, w4, 1, bias=False)
        self.lateral_norm = nn.BatchNorm2d(w4)
        pooled = 2 * (w4 * FINE_RINGS + w8 * COARSE_RINGS)
        self.pooled_norm = nn.BatchNorm1d(pooled)
        self.first = nn.Linear(pooled + 1, hidden)
        self.second = nn.Linear(hidden, hidden)
        self.to_relief = nn.Linear(hidden, int(config["relief_dim"]))
        self.to_looks = nn.Linear(hidden, int(config["looks_dim"]))
        self.to_near = nn.Linear(hidden, int(config["near_dim"]))
        self.dropout = float(config.get("dropout", 0.0))

    def rings(self, context: Tensor) -> Rings:
        """The ring weights of the fine and of the coarse map, for ``context`` [B]."""
        return (
            ring_weights(2 * self.rows, context, FINE_RINGS, 0.3),
            ring_weights(self.rows, context, COARSE_RINGS, 0.55),
        )

    def forward(
        self, views: Tensor, context: Tensor, contrast: Tensor, rings: Rings | None = None
    ) -> KindOutput:
        """``rings``: those of the contexts, where they are known already."""
        inner, outer = rings or self.rings(context)
        fine = self.stage4(self.stem((views - 0.5) * 4.0))
        coarse = self.stage8(self.enter8(fine))
        up = F.interpolate(
            self.lateral(coarse), size=fine.shape[-2:], mode="bilinear", align_corners=False
        )
        fine = F.relu(fine + self.lateral_norm(up), inplace=True)
        pooled = torch.cat([pool_rings(fine, inner), pool_rings(coarse, outer)], dim=1)
        x = torch.cat([self.pooled_norm(pooled), contrast[:, None]], dim=1)
        x = F.dropout(x, self.dropout, self.training)
        x = F.relu(self.first(x))
        x = F.dropout(x, self.dropout, self.training)
        x = x + F.relu(self.second(x))
        return KindOutput(self.to_relief(x), self.to_looks(x), F.normalize(self.to_near(x), dim=1))


def fold_kind_norms(net: KindNet) -> KindNet:
    """Fold the batch normalisations of an evaluated network into the layers beside them."""
    fold(net, ("lateral", "lateral_norm"))
    norm: Any = net.pooled_norm
    layer, count = net.first, norm.num_features
    with torch.no_grad():
        scale = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
        shift = norm.bias.double() - norm.running_mean.double() * scale
        weight = layer.weight.double()
        layer.bias.add_(weight[:, :count] @ shift)
        weight[:, :count] *= scale
        layer.weight.copy_(weight)
    setattr(net, "pooled_norm", nn.Identity())  # noqa: B010 - declared as what it was
    return net
