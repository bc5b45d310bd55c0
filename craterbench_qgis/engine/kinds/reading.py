"""Relief read once more, where the contrast of a mosaic is that of its relief.

The network sees every view stretched and does not know the sun: a deep crater in a high sun and a
shallow one in a low sun are alike to it. An index knows more. Where its craters' contrast follows
the relief the network reads (shaded terrain, pictures in a low sun), what is left over, less the
mosaic's own excess, says which of them are deeper than they look. A small quadratic form of what
indexes store anyway (relief, near, tones) then gives the profile. On mosaics where contrast is
brightness of the ground, as the WAC's, nothing is changed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ..terrain_profile import PROFILE_RINGS
from .descriptor import AROUND, KindVectors, relative_tone

Float = NDArray[np.float32]
Array = NDArray[np.float64]

MIN_CRATERS = 30
FOLLOWS = 0.5
"""Least correlation, over an index's craters, of their contrast and the one expected of their
relief. Measured: 0.75 to 0.89 on shaded terrain under eight suns, -0.13 on the WAC."""
FOREIGN = 1.5
"""Most by which the excess of a query from another mosaic may differ from the index's: the natural
logarithm of contrast between suns 12 and 35 degrees high differs by 1.1."""
_TEXTURE_RINGS, _TONE_RINGS = (0, 2, 4, 7), (0, 2, 4)
_CLIP = 4.0


def texture_of(vectors: KindVectors) -> Float:
    """Logarithm of the contrast in ten rings, unstretched [V, 10]; NaN where it is not known."""
    around = np.abs(vectors.tone[:, AROUND].mean(axis=1, keepdims=True))
    ratio = vectors.tone_scatter / np.maximum(around, 1e-6)
    return np.asarray(np.log(np.clip(ratio, 0.0, 1e3) + 1e-3), np.float32)


@dataclass(frozen=True)
class Reading:
    """Of T targets and X inputs: ``expect`` [R + E + 1] (contrast expected of relief and near,
    the constant last), ``axes`` [4, 20] (principal components of profiles), ``mean``, ``spread``
    [X], ``weights`` [X, 20], ``bias`` [20]; see :meth:`inputs`."""

    expect: Array
    axes: Array
    mean: Array
    spread: Array
    weights: Array
    bias: Array

    def excess(self, vectors: KindVectors) -> Array:
        """Contrast less the one expected of the relief [V]; NaN where it is not known."""
        return np.asarray(texture_of(vectors).mean(axis=1) - self.expected(vectors), np.float64)

    def expected(self, vectors: KindVectors) -> Array:
        """The contrast expected of relief and near [V], but for the mosaic's own excess."""
        known = np.concatenate([vectors.relief, vectors.near], axis=1).astype(np.float64)
        return np.asarray(known @ self.expect[:-1] + self.expect[-1])

    def excess_of(self, vectors: KindVectors) -> float:
        """The excess of the mosaic the craters ``vectors`` are of; NaN where their contrast does
        not follow their relief, or too few are known."""
        contrast, expected = texture_of(vectors).mean(axis=1), self.expected(vectors)
        known = np.isfinite(contrast)
        if known.sum() < MIN_CRATERS or contrast[known].std() == 0 or expected[known].std() == 0:
            return float("nan")
        if np.corrcoef(contrast[known], expected[known])[0, 1] < FOLLOWS:
            return float("nan")
        return float(np.median(contrast[known] - expected[known]))

    def inputs(self, vectors: KindVectors, excess: float) -> Array:
        """What the quadratic form is made of [V, X]: relief, near, the contrast of each ring less
        the mean, the mean less the mosaic's ``excess``, tones, and products of some of them."""
        return inputs_of(vectors, excess, self.axes)

    def profile(self, vectors: KindVectors, excess: float) -> Float:
        """The profile [V, 20]; the network's own where ``excess`` or contrasts are not known."""
        plain = vectors.relief[:, :PROFILE_RINGS]
        inputs = (self.inputs(vectors, excess) - self.mean) / self.spread
        read = np.clip(inputs, -_CLIP, _CLIP) @ self.weights + self.bias
        known = np.isfinite(read).all(axis=1, keepdims=True)
        return np.where(known, read, plain).astype(np.float32)

    @classmethod
    def loaded(cls, content: bytes) -> Reading:
        """From a safetensors file. Raises KeyError, SafetensorError for another one."""
        from safetensors.numpy import load

        tensors = load(content)
        return cls(*(tensors[field.name].astype(np.float64) for field in fields(cls)))


def inputs_of(vectors: KindVectors, excess: float, axes: Array) -> Array:
    """See :meth:`Reading.inputs`."""
    texture = texture_of(vectors).astype(np.float64)
    mean = texture.mean(axis=1, keepdims=True)
    shape, contrast, tone = texture - mean, mean - excess, relative_tone(vectors)
    form = vectors.relief[:, :PROFILE_RINGS] @ axes.T
    few = [form, shape[:, _TEXTURE_RINGS], contrast, tone[:, _TONE_RINGS]]
    each = np.concatenate(few, axis=1)
    first, second = np.triu_indices(each.shape[1])
    products = each[:, first] * each[:, second]
    linear = [vectors.relief, vectors.near, shape, contrast, tone]
    return np.concatenate([*linear, products], axis=1)
