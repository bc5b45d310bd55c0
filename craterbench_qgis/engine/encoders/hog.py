"""Oriented gradients: an encoder without weights, the default until a trained one is there.

Dense histograms of oriented gradients (Dalal & Triggs 2005, "Histograms of Oriented Gradients for
Human Detection"), with the smooth rectified-derivative orientation maps of DAISY (Tola, Lepetit &
Fua 2010) instead of hard binning, on the 14 x 14 grid of a ViT-S/16. It sees albedo and shading
edges, knows nothing of craters, and loses them when the light turns by 45 degrees or more (its
opposite excepted); it is the control every trained encoder has to beat.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .base import Embedding, Encoder, FloatArray, prepare_pixels, unit_rows, unit_sum

_GRID = 14
_CELLS = 2 * _GRID  # two cells a patch: 28 x 28 cells of 4 px at the working size


@dataclass(frozen=True)
class HogRecipe:
    """Everything that changes the numbers; its text is hashed in place of weights."""

    version: int = 1
    size: int = 112
    """Side the view is resampled to."""
    sigma: float = 3.0
    """Gaussian before differentiation, px: interpolation patterns of coarse mosaics vanish."""
    orientations: int = 8
    """Signed directions of the gradient, 45 degrees apart; even."""
    polarity_weight: float = 0.35
    """Weight of 'which side is brighter' against 'where the edge runs': 1 is signed HOG, 0 is
    unsigned. Sun from the other side turns the first around and leaves the second."""
    sharpness: int = 3
    """Exponent of the cosine that spreads a gradient over neighbouring directions."""
    fine_blur: float = 0.7
    """Blur of the cells of the fine 4 x 4 block around a patch, cells."""
    coarse_blur: float = 2.0
    """Blur before the coarse 3 x 3 block, which reaches two patches away, cells."""
    noise_floor: float = 0.05
    """Share of the view's mean energy added to each block's norm, so flat ground stays weak."""
    clip: float = 0.25
    """Largest component of a normalised block before it is normalised again (L2-Hys)."""
    position_weight: float = 0.5
    """Length of the positional code beside a unit token."""
    position_bumps: int = 4
    """Gaussian bumps per side of the positional code."""
    centre_sigma: float = 0.45
    """Width of the Gaussian that weighs the attention, half sides (the rim: 0.33-0.5)."""
    global_grid: int = 7
    """Cells per side of the whole-view descriptor."""
    global_floor: float = 0.3
    """As ``noise_floor``, for the cells of the whole-view descriptor."""


class HogEncoder(Encoder):
    """Dense oriented-gradient tokens and a coarse oriented-gradient grid, numpy and scipy only.

    Tokens: 14 x 14, each a fine block (4 x 4 cells of a quarter patch area around it) and a coarse
    one (3 x 3, two patches apart), block-normalised, plus a weak code of the position in the view.
    Attention: gradient energy, weighted towards the centre, because what lies there is in the view
    of the same crater at any context factor; seeds picked by energy alone landed on neighbours that
    only the wider view holds. Global: a 7 x 7 grid of 8 orientations over the whole view.
    """

    id = "hog"
    description = (
        "oriented gradients (HOG): a control without training, sensitive to the direction of light"
    )
    licence = "GPL-2.0-or-later (no weights)"
    preferred_batch = 32

    def __init__(self, recipe: HogRecipe | None = None) -> None:
        self.recipe = recipe or HogRecipe()
        r = self.recipe
        self.weights_hash = hashlib.sha256(f"hog {sorted(asdict(r).items())}".encode()).hexdigest()
        self.input_size = r.size
        self.grid = (_GRID, _GRID)
        self.global_dim = r.global_grid**2 * r.orientations
        self._position = _position_code(r.position_bumps)
        self._centre = _centre_weight(r.centre_sigma)
        self.token_dim = (16 + 9) * r.orientations + self._position.shape[-1]

    def encode(self, pixels: FloatArray) -> Embedding:
        """See :meth:`Encoder.encode`. Each view is computed by itself, so batches do not matter."""
        views = prepare_pixels(pixels, self.input_size)
        count, patches = len(views), _GRID * _GRID
        out = Embedding(
            np.zeros((count, self.global_dim), np.float32),
            np.zeros((count, patches, self.token_dim), np.float32),
            np.zeros((count, patches), np.float32),
        )
        # A few views at a time: the orientation maps of 8 views fit in a core's cache.
        for start in range(0, count, 8):
            part = slice(start, start + 8)
            cells, energy = self._cells(views[part])
            out.globals[part] = self._globals(cells)
            out.tokens[part] = self._tokens(cells)
            out.attention[part] = unit_sum(energy.reshape(-1, patches) * self._centre)
        return out

    def _cells(self, views: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Orientation cells ``[B, 28, 28, O]`` and gradient energy a patch ``[B, 14, 14]``.

        The first half of the O channels is the energy of edges along O / 2 axes, the second half
        how much brighter one of their sides is (of either sign).
        """
        r = self.recipe
        smooth = _blur(views, r.sigma)
        gy, gx = np.gradient(smooth, axis=(1, 2))
        squared = gx * gx + gy * gy
        angles = np.arange(r.orientations) * (2 * np.pi / r.orientations)
        step = r.size // _CELLS
        signed = np.empty((len(views), _CELLS, _CELLS, r.orientations), np.float32)
        norm = (squared + 1e-9) ** ((1 - r.sharpness) / 2)
        for o, angle in enumerate(angles):
            along = np.maximum(gx * np.float32(np.cos(angle)) + gy * np.float32(np.sin(angle)), 0)
            signed[..., o] = _pool(along**r.sharpness * norm, step)
        half, other = np.split(signed, 2, axis=-1)  # opposite directions of the same edges
        cells = np.concatenate([half + other, r.polarity_weight * (half - other)], axis=-1)
        return cells, _pool(np.sqrt(squared), 2 * step)

    def _tokens(self, cells: FloatArray) -> FloatArray:
        r = self.recipe
        floor = r.noise_floor * _mean_energy(cells)
        fine = np.pad(_blur(cells, r.fine_blur), ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
        far = _blur(cells, r.coarse_blur)
        half = _pool(np.moveaxis(far, -1, 1), 2)
        coarse = np.pad(np.moveaxis(half, 1, -1), ((0, 0), (2, 2), (2, 2), (0, 0)), mode="edge")
        last = _CELLS - 1
        blocks = [
            [fine[:, a : a + last : 2, b : b + last : 2] for a in range(4) for b in range(4)],
            [coarse[:, a : a + _GRID, b : b + _GRID] for a in (0, 2, 4) for b in (0, 2, 4)],
        ]
        parts = [_normalise_block(np.concatenate(block, -1), floor, r.clip) for block in blocks]
        tokens = unit_rows(np.concatenate(parts, -1)).reshape(len(cells), _GRID * _GRID, -1)
        code = np.broadcast_to(
            self._position * r.position_weight, (len(cells), *self._position.shape)
        )
        has_structure = np.any(tokens, axis=-1, keepdims=True)
        return unit_rows(np.concatenate([tokens, code * has_structure], -1))

    def _globals(self, cells: FloatArray) -> FloatArray:
        r = self.recipe
        wide = _blur(cells, _CELLS / r.global_grid / 2.5)
        at = np.round((np.arange(r.global_grid) + 0.5) * _CELLS / r.global_grid - 0.5).astype(int)
        coarse = wide[:, at][:, :, at]
        floor = r.global_floor * _mean_energy(coarse)
        energy = np.sqrt((coarse**2).sum(-1, keepdims=True) + floor**2) + 1e-9
        return unit_rows((coarse / energy).reshape(len(cells), -1))


def _blur(stack: FloatArray, sigma: float) -> FloatArray:
    """Gaussian along the two image axes of ``[B, rows, columns, ...]``, edges repeated."""
    for axis in (1, 2):
        stack = gaussian_filter1d(stack, sigma, axis=axis, mode="nearest", truncate=2.5)
    return stack


def _pool(maps: FloatArray, step: int) -> FloatArray:
    """Mean of ``step`` x ``step`` squares of the last two axes."""
    *lead, rows, columns = maps.shape
    squares = maps.reshape(*lead, rows // step, step, columns // step, step)
    return np.asarray(squares.mean(axis=(-3, -1)), dtype=np.float32)


def _mean_energy(cells: FloatArray) -> FloatArray:
    """Root mean square length of a view's cells, ``[B, 1, 1, 1]``."""
    return np.sqrt((cells**2).sum(-1, keepdims=True).mean((1, 2), keepdims=True))


def _normalise_block(block: FloatArray, floor: FloatArray, clip: float) -> FloatArray:
    """L2-Hys with a floor: contrast is divided out, but noise on flat ground is not blown up."""
    length = np.sqrt((block**2).mean(-1, keepdims=True) + floor**2) + 1e-9
    shares = block / (length * np.float32(np.sqrt(block.shape[-1])))
    return unit_rows(np.clip(shares, -clip, clip))


def _centre_weight(sigma: float) -> FloatArray:
    """Gaussian ``[196]`` of the distance from the view's centre in half sides."""
    at = (np.arange(_GRID) + 0.5) / _GRID * 2 - 1
    squared = (at[:, None] ** 2 + at**2).reshape(-1)
    return np.exp(-squared / (2 * sigma**2)).astype(np.float32)


def _position_code(bumps: int) -> FloatArray:
    """Unit codes ``[196, bumps ** 2]`` of the position in the view, zero on average."""
    at = (np.arange(_GRID) + 0.5) / _GRID * 2 - 1
    centres = np.linspace(-0.75, 0.75, bumps)
    bump = np.exp(-((at[:, None] - centres) ** 2) / (2 * (1.5 / bumps) ** 2))
    code = np.einsum("yi,xj->yxij", bump, bump).reshape(_GRID * _GRID, -1)
    return unit_rows(code - code.mean(0))
