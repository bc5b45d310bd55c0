"""Views for the descriptor of kind: any sun, angle and sensor, mirrored or not, of any scale."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from ..pack import HEIGHT_STEPS, SIDE
from ..render import Observer, gradients
from .pack import KindPack

CONTRAST_SCALE = 1.5
"""Spread of the logarithm of a view's contrast; see :func:`contrast_number`."""


class KindViews(NamedTuple):
    """``views`` [B, 1, S, S] in 0..1, ``context`` [B] in diameters (as the caller of the network
    would state it, not as it truly is), ``contrast`` [B], ``photo`` bool [B]."""

    views: Tensor
    context: Tensor
    contrast: Tensor
    photo: Tensor


def contrast_number(image: Tensor) -> Tensor:
    """Logarithm of (99th - 1st percentile) / median of ``image`` [B, 1, S, S], scaled."""
    flat = image[:, 0, ::3, ::3].flatten(1).sort(dim=1).values
    last = flat.shape[1] - 1
    low, middle, high = (flat[:, round(q * last)] for q in (0.01, 0.5, 0.99))
    ratio = (high - low).clamp(min=1e-4) / middle.clamp(min=1e-3)
    return (torch.log(ratio.clamp(0.01, 20.0)) / CONTRAST_SCALE).float()


class KindRenderer(Observer):
    """Views of the crops of a :class:`KindPack`."""

    EXAGGERATION = 0.08
    RESOLUTION_SHARES = (0.0, 0.05, 0.12, 0.13, 0.1, 0.6)
    DRIFT, GRAIN = 0.3, 0.08

    def __init__(
        self,
        pack: KindPack,
        size: int,
        photo_share: float,
        generator: torch.Generator,
        device: torch.device,
    ) -> None:
        super().__init__(size, generator, device)
        self.heights = torch.from_numpy(pack.heights).to(device)
        self.grey = torch.from_numpy(pack.grey).to(device)
        self.photo = torch.from_numpy(pack.photo).to(device)
        self.photo_share = photo_share

    def views(self, index: Tensor) -> KindViews:
        """One view of each of the places ``index`` int64 [B]."""
        count = len(index)
        has = self.photo[index]
        photo = has & (self.uniform(count) < self.photo_share)
        shade = self.shade(gradients(self.heights[index].float() / HEIGHT_STEPS))
        grey = self.grey[index].float()
        tone = grey / grey.mean(dim=(1, 2), keepdim=True).clamp(min=1.0)
        tone = torch.where(has[:, None, None], tone, torch.ones_like(tone))
        power = torch.where(self.uniform(count) < 0.7, 0.0, self.uniform(count, 0.3, 1.5))
        lit = shade * tone.clamp(min=0.05) ** power[:, None, None]
        relative = shade / shade.mean(dim=(1, 2), keepdim=True).clamp(min=1e-3)
        extra = torch.where(self.uniform(count) < 0.7, 0.0, self.uniform(count, 0.0, 0.6))
        observed = tone * (1.0 + extra[:, None, None] * (relative - 1.0)).clamp(min=0.02)
        image = torch.where(photo[:, None, None], observed, lit)
        context = 1.85 * torch.exp(self.uniform(count, 0.0, math.log(3.2 / 1.85)))
        theta = self._placement(context)
        grid = F.affine_grid(theta, [count, 1, self.size, self.size], align_corners=False)
        image = F.grid_sample(
            image[:, None], grid, mode="bilinear", padding_mode="border", align_corners=False
        )
        image = self.degrade(image)
        contrast = contrast_number(image)
        known = self.uniform(count) < 0.75
        return KindViews(self.picture(image), context, torch.where(known, contrast, 0.0), photo)

    def _placement(self, context: Tensor) -> Tensor:
        """Affine maps [B, 2, 3] from a view into its crop: any turn, mirrored or not, the stated
        size and centre a little wrong."""
        count = len(context)
        angle = self.uniform(count, 0.0, 2 * math.pi)
        c, s = torch.cos(angle), torch.sin(angle)
        mirror = torch.where(self.uniform(count) < 0.5, -1.0, 1.0)
        turn = torch.stack([torch.stack([c * mirror, -s], -1), torch.stack([s * mirror, c], -1)], 1)
        stretch = torch.exp(self.normal(2 * count, 0.02)).reshape(count, 2)
        true = context * torch.exp(self.normal(count, 0.05))
        radius = 0.06 * torch.sqrt(self.uniform(count))
        around = self.uniform(count, 0.0, 2 * math.pi)
        shift = torch.stack([radius * torch.cos(around), radius * torch.sin(around)], -1)
        linear = turn @ torch.diag_embed(stretch * (true / SIDE)[:, None])
        return torch.cat([linear, shift[:, :, None] * (2.0 / SIDE)], dim=2)
