"""Ways of storing instance tokens in fewer bytes: what each costs, and what is left of a token.

A code is fitted to tokens [n, D] of other ground (where it needs fitting) and then turns tokens
[V, K, D] into what a reader would get back. Names:

``float``; ``int8`` (what an index holds: largest magnitude / 127); ``lmB``: B bits a number, the
best levels for normally distributed numbers (Lloyd 1982, Max 1960) times a scale per token;
``rotB``: the same after one fixed rotation (``engine/two_bits.py``; ``fairB``: with a scale
that keeps a token's product with itself); ``pcaDxB``: the D leading directions, turned at random
within themselves, B bits each; ``pqM``: product quantisation, M parts of 8 bits (Jégou et al.
2011); ``rpqM``: the same after the rotation; ``resCxB``: the nearest of C centroids and B bits a
number of what is left (ColBERTv2, Santhanam et al. 2022).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from craterbench_qgis.engine.tokens import dequantise, quantise
from craterbench_qgis.engine.two_bits import turn as rotation

Array = npt.NDArray[np.float32]
RoundTrip = Callable[[Array], Array]
SAMPLE = 20_000
SEED_BYTES, PATCH_BYTES, CRC_BYTES = 2, 1, 4


def levels(bits: int) -> tuple[Array, Array]:
    """The 2^B best levels for a normal variable of spread 1, and the bounds between them."""
    grid = np.linspace(-6, 6, 120_001)
    weight = np.exp(-grid * grid / 2)
    found = np.linspace(-2, 2, 1 << bits) if bits > 1 else np.array([-0.8, 0.8])
    for _ in range(3000):
        cell = np.searchsorted((found[1:] + found[:-1]) / 2, grid)
        mass = np.bincount(cell, weight, len(found))
        found = np.bincount(cell, weight * grid, len(found)) / mass
    return found.astype(np.float32), ((found[1:] + found[:-1]) / 2).astype(np.float32)


def scalar(bits: int, fair: bool = False) -> RoundTrip:
    """B bits a number and one scale a token, which keeps its length, or if ``fair`` its inner
    product with itself."""
    centres, bounds = levels(bits)

    def back(y: Array) -> Array:
        size = np.sqrt(np.square(y).mean(axis=-1, keepdims=True)) + 1e-12
        coded = centres[np.searchsorted(bounds, y / size)]
        own = np.square(y).sum(-1, keepdims=True)
        if fair:
            factor = own / (y * coded).sum(-1, keepdims=True)
        else:
            factor = np.sqrt(own / np.square(coded).sum(-1, keepdims=True))
        return (coded * factor.astype(np.float16)).astype(np.float32)

    return back


def directions(tokens: Array, count: int) -> Array:
    """The leading directions [D, count] of tokens about zero (inner products are kept best)."""
    _, vectors = np.linalg.eigh((tokens.T @ tokens).astype(np.float64))
    return vectors[:, ::-1][:, :count].astype(np.float32)


def nearest(points: Array, centres: Array, step: int = 2048) -> npt.NDArray[np.int64]:
    """For each point [n, d] the nearest of ``centres`` [c, d]."""
    import torch

    half = torch.from_numpy(np.square(centres).sum(1) / 2)
    turned = torch.from_numpy(np.ascontiguousarray(centres.T))
    every = torch.from_numpy(np.ascontiguousarray(points)).split(step)
    return torch.cat([(part @ turned - half).max(1).indices for part in every]).numpy()


def centroids(points: Array, count: int, rounds: int = 8) -> Array:
    """k-means centres [count, d]; an empty one is set on a point drawn anew."""
    rng = np.random.default_rng(count)
    centres = points[rng.choice(len(points), count, replace=False)].astype(np.float32)
    for _ in range(rounds):
        own = nearest(points, centres)
        sums = np.stack([np.bincount(own, column, count) for column in points.T], 1)
        sizes = np.bincount(own, minlength=count)
        empty = np.flatnonzero(sizes == 0)
        centres = (sums / np.maximum(sizes, 1)[:, None]).astype(np.float32)
        centres[empty] = points[rng.choice(len(points), len(empty))]
    return centres


def product(tokens: Array, parts: int, turn: Array | None) -> RoundTrip:
    """Product quantisation of turned tokens: 256 centres for each of ``parts`` slices."""
    turned = tokens if turn is None else tokens @ turn
    width = tokens.shape[1] // parts
    books = [centroids(turned[:, p * width : (p + 1) * width], 256) for p in range(parts)]

    def back(x: Array) -> Array:
        flat = x.reshape(-1, x.shape[-1])
        flat = flat if turn is None else flat @ turn
        out = np.empty_like(flat)
        for p, book in enumerate(books):
            part = slice(p * width, (p + 1) * width)
            out[:, part] = book[nearest(flat[:, part], book)]
        out = out if turn is None else out @ turn.T
        return out.reshape(x.shape)

    return back


def residual(tokens: Array, count: int, bits: int) -> RoundTrip:
    """The nearest centroid, and what is left of each number in 2^B steps of equal population."""
    book = centroids(tokens, count)
    left = tokens - book[nearest(tokens, book)]
    share = (np.arange(1 << bits) + 0.5) / (1 << bits)
    middle = np.quantile(left, share, axis=0).astype(np.float32)
    bounds = np.quantile(left, np.arange(1, 1 << bits) / (1 << bits), axis=0).astype(np.float32)

    def back(x: Array) -> Array:
        flat = x.reshape(-1, x.shape[-1])
        base = book[nearest(flat, book)]
        rest = flat - base
        for column in range(flat.shape[1]):
            cell = np.searchsorted(bounds[:, column], rest[:, column])
            rest[:, column] = middle[cell, column]
        out = base + rest
        out /= np.linalg.norm(out, axis=1, keepdims=True) + 1e-12
        return out.reshape(x.shape)

    return back


def fit(name: str, tokens: Array) -> tuple[RoundTrip, float]:
    """The code called ``name``, fitted to ``tokens`` [n, D], and its bytes a token (scale, too)."""
    dim = tokens.shape[1]
    numbers = [int(number) for number in re.findall(r"\d+", name)]
    kind = re.sub(r"\d.*", "", name)
    if kind == "float":
        return (lambda x: x), 4.0 * dim
    if kind == "int":
        return (lambda x: dequantise(*quantise(x))), dim + 4.0
    if kind == "lm":
        return scalar(numbers[0]), dim * numbers[0] / 8 + 2
    if kind in ("rot", "fair"):
        turn, inner = rotation(dim), scalar(numbers[0], kind == "fair")
        return (lambda x: inner(x @ turn) @ turn.T), dim * numbers[0] / 8 + 2
    if kind == "pca":
        kept, bits = numbers
        turn, inner = directions(tokens, kept) @ rotation(kept), scalar(bits)
        return (lambda x: inner(x @ turn) @ turn.T), kept * bits / 8 + 2
    if kind in ("pq", "rpq"):
        turned = rotation(dim) if kind == "rpq" else None
        return product(tokens, numbers[0], turned), float(numbers[0])
    if kind == "res":
        count, bits = numbers
        return residual(tokens, count, bits), dim * bits / 8 + math.ceil(math.log2(count) / 8)
    raise ValueError(f"There is no code called {name!r}.")


def record_bytes(token_bytes: float, k: int, patches: int) -> int:
    """A view's record in ``tokens.bin``: tokens, their seeds, the token of each patch, checksum,
    filled up to a multiple of 16. All patches as tokens need neither seeds nor assignment."""
    used = k * token_bytes + CRC_BYTES
    if k < patches:
        used += k * SEED_BYTES + patches * PATCH_BYTES
    return 16 * math.ceil(used / 16)
