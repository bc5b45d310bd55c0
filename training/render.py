"""Training views rendered on the fly: hillshades under any sun, albedo, and what sensors do.

Everything is batched in torch and runs on the device of the pack. A pair is two observations of
one place that share the terrain (and perhaps a rotation by quarter turns and a mirror, which make
new places of old ones) and nothing else: sun, photometry, albedo, context, offset, small rotation,
resolution, noise, contrast and stretch are drawn independently.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from .config import BodyShare
from .draws import Draws
from .pack import HEIGHT_STEPS, SIDE, TerrainPack
from .processing import less_own_blur, reprocess

RESOLUTIONS = (22, 30, 40, 52, 68, 0)
"""Effective pixels across a view; 0: as sharp as it comes."""
RELIEF_SIZE = 48
RELIEF_STEPS = 40


class ViewPair(NamedTuple):
    """Two observations of B places: ``a``, ``b`` [B, 1, S, S] in 0..1, ``relief_a``,
    ``relief_b`` [B, 1, 48, 48], the band-passed heights under them (zero mean, about unit);
    ``a_to_b`` [B, 2, 3], the affine map from places in ``a`` to places in ``b`` (x right, y down,
    -1..1 across a view)."""

    a: Tensor
    b: Tensor
    relief_a: Tensor
    relief_b: Tensor
    a_to_b: Tensor


class Observer(Draws):
    """Draws suns and sensors."""

    EXAGGERATION = 0.4
    """Spread of the logarithm of the vertical exaggeration."""
    RESOLUTION_SHARES = (0.04, 0.09, 0.13, 0.13, 0.12, 0.49)
    """Of the effective resolutions :data:`RESOLUTIONS`."""
    DRIFT, GRAIN = 0.6, 0.25
    """Most of the low-frequency brightness and of the noise, in spreads of the view."""

    def shade(self, slope: tuple[Tensor, Tensor]) -> Tensor:
        """Brightness [B, P, P] under one random sun and photometric function per view.

        Lunar-Lambert (McEwen 1991): L * 2 mu0 / (mu0 + mu) + (1 - L) * mu0, seen from above;
        L = 0 is Lambert, L = 1 Lommel-Seeliger.
        """
        count = len(slope[0])
        azimuth = self.uniform(count, 0.0, 2 * math.pi)
        elevation = torch.deg2rad(7.0 * torch.exp(self.uniform(count, 0.0, math.log(65 / 7))))
        exaggeration = torch.exp(self.normal(count, self.EXAGGERATION))
        mix = self.uniform(count, -0.6, 1.2).clamp(0.0, 1.0)[:, None, None]
        gx, gy = (g * exaggeration[:, None, None] for g in slope)
        lean = torch.cos(elevation)
        east, north = lean * torch.sin(azimuth), lean * torch.cos(azimuth)
        up = torch.sin(elevation)[:, None, None]
        mu = torch.rsqrt(1.0 + gx * gx + gy * gy)
        mu0 = (up - gx * east[:, None, None] - gy * north[:, None, None]) * mu
        mu0 = mu0.clamp(min=0.0)
        ambient = self.uniform(count, 0.0, 0.03)[:, None, None]
        return mix * (2.0 * mu0 / (mu0 + mu)) + (1.0 - mix) * mu0 + ambient

    def sensor(self, image: Tensor) -> Tensor:
        """Resolution, low-frequency brightness, noise, stretch, gamma and gaps."""
        return self.picture(self.degrade(image))

    def degrade(self, image: Tensor) -> Tensor:
        """Resolution, low-frequency brightness and noise, before any stretch."""
        image = self._resolve(image)
        count = len(image)
        spread = image.std(dim=(2, 3), keepdim=True).clamp(min=1e-4)
        slow = torch.randn(count, 1, 4, 4, generator=self.generator).to(self.device)
        drift = F.interpolate(slow, size=image.shape[-2:], mode="bilinear", align_corners=False)
        amount = torch.where(self.uniform(count) < 0.5, 0.0, self.uniform(count, 0.0, self.DRIFT))
        noise = torch.randn(image.shape, generator=self.generator).to(self.device)
        grain = self.uniform(count, -0.08, self.GRAIN).clamp(min=0.0)
        return image + spread * (
            amount[:, None, None, None] * drift + grain[:, None, None, None] * noise
        )

    def picture(self, image: Tensor) -> Tensor:
        """Stretch, gamma and gaps: what the encoder is given, in 0..1."""
        image = stretch(image, self.uniform(len(image), 0.002, 0.025))
        gamma = torch.exp(self.normal(len(image), 0.25))[:, None, None, None]
        image = image.clamp(min=1e-4) ** gamma
        return self._gaps(image)

    def _resolve(self, image: Tensor) -> Tensor:
        shares = torch.tensor(self.RESOLUTION_SHARES)
        group = torch.multinomial(shares, len(image), replacement=True, generator=self.generator)
        out = image.clone()
        for number, width in enumerate(RESOLUTIONS):
            chosen = torch.nonzero(group == number).flatten().to(self.device)
            if width == 0 or len(chosen) == 0:
                continue
            small = F.adaptive_avg_pool2d(image[chosen], width)
            out[chosen] = F.interpolate(
                small, size=image.shape[-2:], mode="bilinear", align_corners=False
            )
        return out

    def _gaps(self, image: Tensor) -> Tensor:
        """A strip at one edge without data, filled with the median, in a few views."""
        count = len(image)
        has = self.uniform(count) < 0.06
        if not bool(has.any()):
            return image
        line = torch.linspace(-1, 1, self.size, device=self.device)
        angle = self.uniform(count, 0.0, 2 * math.pi)[:, None, None]
        edge = self.uniform(count, 0.35, 0.9)[:, None, None]
        beyond = line * torch.cos(angle) + line[:, None] * torch.sin(angle) > edge
        fill = image.flatten(1).median(dim=1).values[:, None, None, None]
        return torch.where((beyond & has[:, None, None])[:, None], fill, image)


class Renderer(Observer):
    """Makes pairs of views from a terrain pack, as ``shares`` say of each of its bodies."""

    def __init__(
        self,
        pack: TerrainPack,
        size: int,
        shares: Sequence[BodyShare],
        generator: torch.Generator,
        device: torch.device,
    ) -> None:
        super().__init__(size, generator, device)
        self.heights = torch.from_numpy(pack.heights).to(device)
        self.grey = torch.from_numpy(pack.grey).to(device)
        self.relief = torch.cat(
            [
                (band_pass(part.float() / HEIGHT_STEPS) * RELIEF_STEPS).round().to(torch.int8)
                for part in self.heights.split(256)
            ]
        )
        self.body = torch.from_numpy(pack.body)
        self.mixture = torch.tensor([share.mixture for share in shares], dtype=torch.float32)
        self.far = torch.tensor([share.far for share in shares]).to(device)
        self.offset = torch.tensor([float(share.offset) for share in shares]).to(device)
        self.processing = torch.tensor([float(share.processing) for share in shares])
        self.less_blur = torch.tensor([float(share.less_blur) for share in shares])

    def pair(self, index: Tensor) -> ViewPair:
        """Two views of the places ``index`` int64 [B]."""
        count = len(index)
        body = self.body[index.cpu()]
        kind = torch.multinomial(
            self.mixture[body], 1, replacement=True, generator=self.generator
        ).flatten()
        altered, less = self.processing[body], self.less_blur[body]
        kind, body, altered, less = (x.to(self.device) for x in (kind, body, altered, less))
        heights = self.heights[index].float() / HEIGHT_STEPS
        grey = self.grey[index].float()
        relief = self.relief[index].float() / RELIEF_STEPS
        slope = gradients(heights)
        turn = self._quarter_turns(count)
        context = 1.85 * torch.exp(self.uniform(count, 0.0, math.log(3.2 / 1.85)))
        other = (context * torch.exp(self.normal(count, 0.14))).clamp(1.75, 3.4)
        gap = torch.where(self.uniform(count) < self.far[body, kind], self.offset[body], 0.16)
        a = self._view(slope, grey, relief, turn, context, 0.08, kind != 0, kind, altered, less)
        b = self._view(slope, grey, relief, turn, other, gap, kind == 1, kind, altered, less)
        inverse = torch.linalg.inv(b[2][:, :, :2])
        moved = a[2].clone()
        moved[:, :, 2] -= b[2][:, :, 2]
        return ViewPair(a[0], b[0], a[1], b[1], inverse @ moved)

    def _quarter_turns(self, count: int) -> Tensor:
        """[B, 2, 2]: one of the eight symmetries of the square."""
        k = torch.floor(self.uniform(count, 0.0, 4.0)) * (math.pi / 2)
        mirror = torch.where(self.uniform(count) < 0.5, -1.0, 1.0)
        c, s = torch.cos(k), torch.sin(k)
        return torch.stack(
            [torch.stack([c * mirror, -s], -1), torch.stack([s * mirror, c], -1)], dim=-2
        )

    def _view(
        self,
        slope: tuple[Tensor, Tensor],
        grey: Tensor,
        relief: Tensor,
        turn: Tensor,
        context: Tensor,
        reach: float | Tensor,
        from_mosaic: Tensor,
        kind: Tensor,
        altered: Tensor,
        less_blur: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        count = len(context)
        shade = self.shade(slope)
        tone = grey / grey.mean(dim=(1, 2), keepdim=True).clamp(min=1.0)
        power = torch.where(
            self.uniform(count) < torch.where(kind == 2, 0.3, 0.7),
            torch.zeros(count, device=self.device),
            self.uniform(count, 0.3, 2.0),
        )
        lit = shade * tone.clamp(min=0.05) ** power[:, None, None]
        relative = shade / shade.mean(dim=(1, 2), keepdim=True).clamp(min=1e-3)
        # Other suns and other albedo contrast over a mosaic that has its own of both.
        extra = torch.where(
            self.uniform(count) < 0.5,
            torch.zeros(count, device=self.device),
            self.uniform(count, 0.0, 0.9),
        )[:, None, None]
        photo = tone * (1.0 + extra * (relative - 1.0)).clamp(min=0.02)
        image = torch.where(from_mosaic[:, None, None], photo, lit)
        theta = self._placement(turn, context, reach)
        grid = F.affine_grid(theta, [count, 1, self.size, self.size], align_corners=False)
        image = F.grid_sample(
            image[:, None], grid, mode="bilinear", padding_mode="border", align_corners=False
        )
        again = from_mosaic & (self.uniform(count) < altered)
        if bool(again.any()):
            image[again] = reprocess(image[again], self)
        less = from_mosaic & (self.uniform(count) < less_blur) if bool(less_blur.any()) else again
        less = less & ~again
        if bool(less.any()):
            sigma = self.uniform(count, 2.0, 5.0)[less]
            image[less] = less_own_blur(image[less], sigma)
        step = self.size // RELIEF_SIZE
        coarse = F.avg_pool2d(grid.permute(0, 3, 1, 2), step).permute(0, 2, 3, 1)
        target = F.grid_sample(
            relief, coarse, mode="bilinear", padding_mode="border", align_corners=False
        )
        return self.sensor(image), target, theta

    def _placement(self, turn: Tensor, context: Tensor, reach: float | Tensor) -> Tensor:
        count = len(context)
        angle = torch.deg2rad(self.normal(count, 4.0).clamp(-10, 10))
        c, s = torch.cos(angle), torch.sin(angle)
        tilt = torch.stack([torch.stack([c, -s], -1), torch.stack([s, c], -1)], dim=-2)
        stretch = torch.exp(self.normal(2 * count, 0.03)).reshape(count, 2)
        radius = reach * torch.sqrt(self.uniform(count))
        around = self.uniform(count, 0.0, 2 * math.pi)
        shift = torch.stack([radius * torch.cos(around), radius * torch.sin(around)], -1)
        linear = turn @ tilt @ torch.diag_embed(stretch * (context / SIDE)[:, None])
        moved = (turn @ shift[:, :, None]) * (2.0 / SIDE)
        return torch.cat([linear, moved], dim=2)


def gradients(heights: Tensor) -> tuple[Tensor, Tensor]:
    """East and north slopes [B, P, P] of ``heights`` [B, P, P] in units of the pixel spacing."""
    padded = F.pad(heights[:, None], (1, 1, 1, 1), mode="replicate")[:, 0]
    east = (padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]) * 0.5
    north = (padded[:, :-2, 1:-1] - padded[:, 2:, 1:-1]) * 0.5
    return east, north


def band_pass(heights: Tensor) -> Tensor:
    """Local relief [B, 1, P/2, P/2]: heights less their wide mean, scaled to about unit spread."""
    half = F.avg_pool2d(heights[:, None], 2)
    padded = F.pad(half, (12, 12, 12, 12), mode="replicate")
    wide = F.avg_pool2d(F.avg_pool2d(padded, 13, stride=1), 13, stride=1)
    local = half - wide
    spread = local.std(dim=(2, 3), keepdim=True).clamp(min=1e-3)
    return (local / spread).clamp(-3.0, 3.0)


def stretch(image: Tensor, tail: Tensor) -> Tensor:
    """Map the ``tail`` and 1 - ``tail`` quantiles of each view [B, 1, S, S] to 0..1 and clip.

    Quantiles come from every third pixel, which is plenty for a stretch.
    """
    sample = image[:, 0, ::3, ::3].flatten(1).sort(dim=1).values
    last = sample.shape[1] - 1
    low = sample.gather(1, (tail * last).round().long()[:, None])[:, :, None, None]
    high = sample.gather(1, ((1 - tail) * last).round().long()[:, None])[:, :, None, None]
    return ((image - low) / (high - low).clamp(min=1e-6)).clamp(0.0, 1.0)
