"""HOG as Dalal & Triggs (2005) published it: the control for changes of light.

Gradients by central differences, nine unsigned orientations over 180 degrees with linear
interpolation between bins, cells of 8 x 8 px, overlapping blocks of 2 x 2 cells normalised by
L2-Hys. Unsigned orientations survive a sun from the opposite side, which turns every edge around.
"""

from __future__ import annotations

import hashlib

import numpy as np

from .base import Embedding, Encoder, FloatArray, prepare_pixels, unit_rows, unit_sum

_SIZE = 64
_CELL = 8
_BINS = 9
_CLIP = 0.2
_BLOCKS = _SIZE // _CELL - 1


class UnsignedHogEncoder(Encoder):
    """Global: all blocks, 7 x 7 x 36 numbers. Tokens: the 49 blocks; attention: their energy."""

    id = "hog-unsigned"
    description = (
        "oriented gradients without sign (Dalal & Triggs 2005): a control without training"
    )
    licence = "GPL-2.0-or-later (no weights)"
    preferred_batch = 32
    input_size = _SIZE
    grid = (_BLOCKS, _BLOCKS)
    global_dim = _BLOCKS * _BLOCKS * 4 * _BINS
    token_dim = 4 * _BINS
    weights_hash = hashlib.sha256(
        f"hog-unsigned 1 {_SIZE} {_CELL} {_BINS} {_CLIP}".encode()
    ).hexdigest()

    def encode(self, pixels: FloatArray) -> Embedding:
        """See :meth:`Encoder.encode`. Each view is computed by itself."""
        views = prepare_pixels(pixels, _SIZE)
        cells = _cells(views)
        blocks = np.concatenate(
            [cells[:, a : a + _BLOCKS, b : b + _BLOCKS] for a in (0, 1) for b in (0, 1)], axis=-1
        ).reshape(len(views), _BLOCKS * _BLOCKS, self.token_dim)
        energy = blocks.sum(axis=-1)
        norm = np.sqrt((blocks * blocks).sum(axis=-1, keepdims=True) + 1e-6)
        tokens = unit_rows(np.minimum(blocks / norm, _CLIP))
        return Embedding(
            unit_rows(tokens.reshape(len(views), self.global_dim)), tokens, unit_sum(energy)
        )


def _cells(views: FloatArray) -> FloatArray:
    """Histograms ``[B, 8, 8, 9]`` of gradient magnitude over orientation."""
    gy, gx = np.gradient(views, axis=(1, 2))
    magnitude = np.hypot(gx, gy)
    at = np.mod(np.arctan2(gy, gx), np.pi) * (_BINS / np.pi) - 0.5
    low = np.floor(at).astype(np.int64)
    share = (at - low).astype(np.float32)
    side = _SIZE // _CELL
    out = np.zeros((len(views), side, side, _BINS), np.float32)
    for offset, weight in ((0, 1 - share), (1, share)):
        index = np.mod(low + offset, _BINS)
        for direction in range(_BINS):
            part = np.where(index == direction, magnitude * weight, np.float32(0))
            out[..., direction] += part.reshape(-1, side, _CELL, side, _CELL).sum(axis=(2, 4))
    return out
