"""Relief read once more, where the contrast of a mosaic is that of its relief.

The network sees every view stretched and does not know the sun: a deep crater in a high sun and a
shallow one in a low sun are alike to it. An index knows more. Where its craters' contrast follows
the relief the network reads (shaded terrain, pictures in a low sun), what is left over, less the
mosaic's own excess, says which of them are deeper than they look; how brightness goes round a ring
says how steep it is. Quadratic forms of what an index stores give the profile. On mosaics where
contrast is brightness of the ground, as the WAC's, nothing is changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..terrain_profile import PROFILE_RINGS
from .vectors import AROUND, HARMONICS, Float, KindVectors, known_mean, relative_tone, texture_of

Array = NDArray[np.float64]

MIN_CRATERS = 30
FOLLOWS = 0.5
"""Least correlation, over an index's craters, of their contrast and the one expected of their
relief. Measured: 0.75 to 0.89 on shaded terrain under eight suns, -0.13 on the WAC."""
FOREIGN = 1.5
"""Most by which the excess of a query from another mosaic may differ from the index's: the natural
logarithm of contrast between suns 12 and 35 degrees high differs by 1.1."""
FORMS = ("plain", "known", "unknown")
"""Without shading; with it, where the mosaic's excess is known, and where it is the view's own."""
_TEXTURE_RINGS, _TONE_RINGS = (0, 2, 4, 7), (0, 2, 4)
_CLIP = 4.0
_BLOCK = 1024
"""Craters read at a time: their inputs stay in the cache (six times as fast as 32,768)."""


@dataclass(frozen=True)
class Form:
    """``mean``, ``spread`` [X] of the inputs, ``weights`` [X, 20], ``bias`` [20]."""

    mean: Array
    spread: Array
    weights: Array
    bias: Array

    def __call__(self, inputs: Array) -> Array:
        """The profiles [V, 20] of inputs [V, X]."""
        scaled = np.clip((inputs - self.mean) / self.spread, -_CLIP, _CLIP)
        return np.asarray(scaled @ self.weights + self.bias)


@dataclass(frozen=True)
class Reading:
    """``expect`` [R + E + 1] (contrast expected of relief and near, the constant last), ``axes``
    [4, 20] (principal components of profiles), ``forms`` by the names of :data:`FORMS`."""

    expect: Array
    axes: Array
    forms: dict[str, Form]

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

    def profile(self, vectors: KindVectors, excess: float | None) -> Float:
        """The profile [V, 20]; ``excess``: the mosaic's, None where only the views' own is known.
        The network's profile where that is NaN or contrasts are not known."""
        profile = vectors.relief[:, :PROFILE_RINGS].copy()
        if excess is None or np.isfinite(excess):
            for start in range(0, len(vectors), _BLOCK):
                block = slice(start, start + _BLOCK)
                self._read(vectors.at(block), excess, profile[block])
        return profile

    def _read(self, vectors: KindVectors, excess: float | None, profile: Float) -> None:
        """Put what is read into ``profile`` [V, 20]."""
        own = self.excess(vectors) if excess is None else np.full(len(vectors), excess)
        with_shading = "unknown" if excess is None else "known"
        shaded = np.isfinite(vectors.shading).all(axis=(1, 2)) & (with_shading in self.forms)
        for rows, form, inputs in (
            (np.flatnonzero(~shaded), "plain", inputs_of),
            (np.flatnonzero(shaded), with_shading, shaded_inputs_of),
        ):
            if rows.size:
                read = self.forms[form](inputs(vectors.at(rows), own[rows], self.axes))
                known = np.isfinite(read).all(axis=1)
                profile[rows[known]] = read[known]

    @classmethod
    def of_tensors(cls, tensors: dict[str, NDArray[np.floating]]) -> Reading:
        """Of a file's tensors: ``expect``, ``axes``, ``FORM.mean`` and so on. Raises KeyError."""
        wide = {name: value.astype(np.float64) for name, value in tensors.items()}
        forms = {
            name: Form(*(wide[f"{name}.{part}"] for part in ("mean", "spread", "weights", "bias")))
            for name in FORMS
            if f"{name}.mean" in wide
        }
        return cls(wide["expect"], wide["axes"], forms)

    @classmethod
    def loaded(cls, content: bytes) -> Reading:
        """From a safetensors file. Raises KeyError, SafetensorError for another one."""
        from safetensors.numpy import load

        return cls.of_tensors(load(content))


def inputs_of(vectors: KindVectors, excess: Array, axes: Array) -> Array:
    """What the form without shading is made of [V, X]: relief, near, the contrast of each ring
    less the mean, the mean less the ``excess`` [V], tones, and products of some of them."""
    (relief, *others), few = _parts(vectors, excess, axes)
    return np.concatenate([relief, vectors.near, *others, _products(few)], axis=1)


def shaded_inputs_of(vectors: KindVectors, excess: Array, axes: Array) -> Array:
    """The same [V, X'] with shading, over the strength of the light that ``excess`` tells, in place
    of near; NaN where there is none."""
    linear, few = _parts(vectors, excess, axes)
    strength = np.exp(-excess)[:, None]
    harmonics = vectors.shading[:, :HARMONICS] * strength[:, None]
    squares = vectors.shading[:, HARMONICS:] * strength[:, None] ** 2
    around = np.maximum(np.abs(known_mean(vectors.tone[:, AROUND])), 1e-6)
    away = (vectors.tone_scatter / around) ** 2 + (vectors.tone / around - 1.0) ** 2
    away = away * strength**2
    linear += [excess[:, None], harmonics.reshape(len(vectors), -1), away]
    linear.append(squares.reshape(len(vectors), -1))
    few += [_pairs(harmonics[:, 0]), excess[:, None], _pairs(harmonics[:, 1]), _pairs(away)]
    return np.concatenate([*linear, _products(few)], axis=1)


def _parts(vectors: KindVectors, excess: Array, axes: Array) -> tuple[list[Array], list[Array]]:
    """Of both forms: what counts by itself, and what is multiplied."""
    texture = texture_of(vectors).astype(np.float64)
    mean = texture.mean(axis=1, keepdims=True)
    shape, contrast, tone = texture - mean, mean - excess[:, None], relative_tone(vectors)
    form = vectors.relief[:, :PROFILE_RINGS] @ axes.T
    few = [form, shape[:, _TEXTURE_RINGS], contrast, tone[:, _TONE_RINGS]]
    return [vectors.relief, shape, contrast, tone], few


def _products(few: list[Array]) -> Array:
    each = np.concatenate(few, axis=1)
    first, second = np.triu_indices(each.shape[1])
    return np.asarray(each[:, first] * each[:, second])


def _pairs(rings: Array) -> Array:
    """Means of two rings each [V, 5]."""
    return np.asarray(rings.reshape(len(rings), -1, 2).mean(axis=2))
