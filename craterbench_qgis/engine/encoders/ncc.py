"""Normalised cross-correlation: the oldest control, as an encoder."""

from __future__ import annotations

import hashlib

import numpy as np
from scipy.ndimage import gaussian_filter

from .base import Embedding, Encoder, FloatArray, prepare_pixels, unit_rows, unit_sum

_SIZE, _PATCH, _GLOBAL = 112, 8, 20
_GRID = _SIZE // _PATCH
_SMOOTHING = 1.0  # px before sampling
_RECIPE = f"ncc 1: {_SIZE} px, patches of {_PATCH} px, {_GLOBAL} px thumbnail, sigma {_SMOOTHING}"


class NccEncoder(Encoder):
    """Zero-mean unit pixels: the inner product of two descriptors is their cross-correlation.

    Global: the view as a 20 x 20 thumbnail. Tokens: 14 x 14 patches of 8 px with a margin of 4 px
    around each, at half resolution (8 x 8 values). Attention: the patch's standard deviation.
    """

    id = "ncc"
    description = "normalised cross-correlation of pixels: a control without training"
    licence = "GPL-2.0-or-later (no weights)"
    preferred_batch = 64

    def __init__(self) -> None:
        self.weights_hash = hashlib.sha256(_RECIPE.encode()).hexdigest()
        self.input_size = _SIZE
        self.grid = (_GRID, _GRID)
        self.global_dim = _GLOBAL * _GLOBAL
        self.token_dim = _PATCH * _PATCH

    def encode(self, pixels: FloatArray) -> Embedding:
        """See :meth:`Encoder.encode`. Each view is computed by itself, so batches do not matter."""
        views = prepare_pixels(pixels, _SIZE)
        count = len(views)
        smooth = gaussian_filter(views, sigma=(0, _SMOOTHING, _SMOOTHING), mode="nearest")
        half = smooth.reshape(count, _SIZE // 2, 2, _SIZE // 2, 2).mean(axis=(2, 4))
        margin = _PATCH // 4
        padded = np.pad(half, ((0, 0), (margin, margin), (margin, margin)), mode="edge")
        step, last = _PATCH // 2, _SIZE // 2
        shifts = [
            padded[:, y : y + last : step, x : x + last : step]
            for y in range(_PATCH)
            for x in range(_PATCH)
        ]
        patches = np.stack(shifts, axis=-1).reshape(count, _GRID * _GRID, self.token_dim)
        thumbnail = prepare_pixels(smooth, _GLOBAL).reshape(count, self.global_dim)
        return Embedding(
            unit_rows(_zero_mean(thumbnail)),
            unit_rows(_zero_mean(patches)),
            unit_sum(patches.std(axis=-1)),
        )


def _zero_mean(rows: FloatArray) -> FloatArray:
    """Subtract each row's mean; what is only rounding noise becomes exactly zero."""
    centred = rows - rows.mean(axis=-1, keepdims=True)
    centred[np.abs(centred).max(axis=-1, initial=0.0) < 1e-6] = 0.0
    return np.asarray(centred, dtype=np.float32)
