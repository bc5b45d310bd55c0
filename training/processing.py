"""What another laboratory makes of the same photograph.

Two mosaics of one body differ by more than sensor noise: one keeps the brightness of the ground,
the other is high-pass filtered or normalised in local contrast; one is sharpened, one saturated,
one squeezed through JPEG; dust, haze or another colour turns bright ground dark. All of it is
batched, works on views [B, 1, S, S] and is drawn from one generator.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from .draws import Draws

CELLS = (3, 6, 12)
"""Widths (cells across a view) at which a view is split into ground brightness and detail."""
BLOCK = 8


def reprocess(image: Tensor, draws: Draws) -> Tensor:
    """Another processing of every view: unit spread about zero mean, still in no fixed range."""
    image = _unit(image)
    image = _ground(image, draws)
    count = len(image)
    sharper = draws.uniform(count, -0.7, 1.3)[:, None, None, None].clamp(min=0.0)
    image = _unit(image + sharper * (image - _blur(image)))
    field = _smooth_field(image, draws, 6)
    patches = draws.uniform(count, -0.8, 0.9)[:, None, None, None].clamp(min=0.0)
    image = image + patches * torch.tanh(3.0 * field)
    limit = draws.uniform(count, 1.2, 4.0)[:, None, None, None]
    image = torch.minimum(torch.maximum(_unit(image), -limit), limit)
    return jpeg(image, draws.uniform(count, -0.4, 0.3).clamp(min=0.0))


def less_own_blur(image: Tensor, sigma: Tensor) -> Tensor:
    """Every view less itself blurred by a Gaussian of ``sigma`` [B] pixels: slow brightness goes,
    rims stay. At the edges the Gaussian is that of the pixels there are."""
    at = torch.arange(image.shape[-1], device=image.device, dtype=image.dtype)
    apart = (at[:, None] - at[None]).square()
    blur = torch.exp(-apart[None] / (2 * sigma.square())[:, None, None])
    blur = (blur / blur.sum(dim=2, keepdim=True))[:, None]
    return image - blur @ image @ blur.transpose(2, 3)


def _ground(image: Tensor, draws: Draws) -> Tensor:
    """Keep, weaken, remove, strengthen or invert the slow part; even out the contrast of the
    rest, wholly or by half or not."""
    count = len(image)
    scale = torch.randint(len(CELLS), (count,), generator=draws.generator)
    out = torch.empty_like(image)
    gain = draws.uniform(count, -0.6, 1.5)
    gain = torch.where(draws.uniform(count) < 0.4, gain.clamp(0.0, 0.3), gain)
    even = torch.floor(draws.uniform(count, 0.0, 3.0)) / 2.0
    for number, cells in enumerate(CELLS):
        rows = torch.nonzero(scale == number).flatten().to(image.device)
        if len(rows) == 0:
            continue
        part = image[rows]
        slow = _slow(part, cells)
        detail = part - slow
        spread = _slow(detail.square(), cells).clamp(min=0.0).sqrt()
        spread = (spread / spread.mean(dim=(2, 3), keepdim=True).clamp(min=1e-4)).clamp(min=0.25)
        detail = detail / spread ** even[rows][:, None, None, None]
        out[rows] = detail + gain[rows][:, None, None, None] * slow
    return out


def jpeg(image: Tensor, strength: Tensor) -> Tensor:
    """Blocks of 8 x 8 with their cosine coefficients rounded: to ``strength`` [B] spreads at the
    fastest, an eighth of it at the slowest; none where ``strength`` is 0. The side of a view is a
    multiple of 8."""
    count, _, size, _ = image.shape
    basis = _cosines(image.device)
    n = size // BLOCK
    blocks = image.reshape(count, n, BLOCK, n, BLOCK).permute(0, 1, 3, 2, 4)
    coefficients = basis @ blocks @ basis.T
    pace = torch.arange(BLOCK, device=image.device, dtype=image.dtype)
    quantum = (1.0 + pace[:, None] + pace[None]) / (2 * BLOCK - 1)
    step = (strength * BLOCK / 4)[:, None, None, None, None] * quantum
    rounded = torch.where(
        step > 0, torch.round(coefficients / step.clamp(min=1e-6)) * step, coefficients
    )
    back = basis.T @ rounded @ basis
    return back.permute(0, 1, 3, 2, 4).reshape(count, 1, size, size)


def _cosines(device: torch.device) -> Tensor:
    k = torch.arange(BLOCK, device=device)[:, None]
    x = torch.arange(BLOCK, device=device)[None]
    basis = torch.cos(math.pi * (2 * x + 1) * k / (2 * BLOCK)) * math.sqrt(2.0 / BLOCK)
    basis[0] /= math.sqrt(2.0)
    return basis


def _unit(image: Tensor) -> Tensor:
    middle = image.mean(dim=(2, 3), keepdim=True)
    return (image - middle) / image.std(dim=(2, 3), keepdim=True).clamp(min=1e-4)


def _blur(image: Tensor) -> Tensor:
    return F.avg_pool2d(F.pad(image, (1, 1, 1, 1), mode="replicate"), 3, stride=1)


def _slow(image: Tensor, cells: int) -> Tensor:
    return F.interpolate(
        F.adaptive_avg_pool2d(image, cells), size=image.shape[-2:], mode="bicubic",
        align_corners=False,
    )  # fmt: skip


def _smooth_field(image: Tensor, draws: Draws, cells: int) -> Tensor:
    field = torch.randn(len(image), 1, cells, cells, generator=draws.generator)
    return F.interpolate(
        field.to(image.device), size=image.shape[-2:], mode="bicubic", align_corners=False
    )
