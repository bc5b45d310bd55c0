"""Seeds and instance tokens: many patch tokens of a view become the few that are stored.

Source of the method: Fang et al. 2026, "CraterBench-R", arXiv 2604.06245. What that paper leaves
open is decided here and said in the docstrings. Every function treats each view of a batch by
itself: a view's result never depends on the batch it came in, so an interrupted build that is
resumed with other batches writes the same tokens.

Shapes: B views, N patch tokens of D numbers each, K instance tokens. Tokens are unit vectors, or
all zero where an encoder had nothing to say. A zero token has cosine 0 to everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..contract.vocabulary import Seeds
from .errors import EncoderError

Float = npt.NDArray[np.float32]
Int = npt.NDArray[np.int32]

METHODS = ("aggregated", "raw", "centroid")

EPSILON = 1e-6  # the paper's eps; also how close two similarities must be to count as a tie
KMEANS_ROUNDS = 10
_SEED_BITS = (1 << 64) - 1
_WORK_ELEMENTS = 1 << 22  # of one [B, K, N] work array: 16 MB, whatever the batch


@dataclass
class InstanceTokens:
    """K instance tokens for each of B views, and which patches each one stands for."""

    vectors: Float
    """[B, K, D], unit (zero only where the tokens behind it are zero or cancel out)."""
    seeds: Int
    """[B, K], the patch each instance token grew from, in the order it was chosen."""
    assignment: npt.NDArray[np.uint16]
    """[B, N], the instance token every patch belongs to (an index into K)."""


def instance_tokens(
    tokens: npt.ArrayLike,
    k: int,
    *,
    seeds: str = Seeds.ATTENTION,
    method: str = "aggregated",
    attention: npt.ArrayLike | None = None,
    seed: int | Sequence[int] | npt.NDArray[np.integer] = 0,
) -> InstanceTokens:
    """Aggregate ``tokens`` [B, N, D] to min(k, N) instance tokens per view.

    ``seeds`` chooses the patches that instance tokens grow from, always different ones, also where
    tokens repeat:

    ``attention``: the K patches with the largest ``attention`` [B, N]; ties go to the lower index.

    ``fps``: farthest-point sampling in cosine space. The paper does not name its start; here it is
    the token nearest to the mean of all tokens, so that the first seed is the view's most typical
    patch and the result needs no random numbers. Zero tokens are taken last.

    ``random``: K different patches, the paper's control. View b draws from ``(seed, b)``, or from
    ``seed[b]`` when one number per view is given; give those where views arrive in batches whose
    sizes may change.

    ``method``:

    ``aggregated``: z_k = l2(t_sk + sum(C_k) / max(|C_k|, eps)). C_k holds the non-seed tokens most
    similar to seed k by cosine (similarities within 1e-6 of the largest are ties and go to the
    lowest k); an empty C_k leaves the seed. This is the paper's formula.

    ``raw``: z_k is the seed itself, the paper's baseline; ``assignment`` as above.

    ``centroid``: spherical k-means that starts at the seeds, the paper's alternative: at most
    ``KMEANS_ROUNDS`` rounds of assigning every token (seeds too) to its most similar centroid and
    moving each centroid to the unit mean of its tokens; an empty or cancelling cluster keeps its
    centroid. ``assignment`` is the one the centroids were computed from.

    Raises EncoderError on a wrong shape, a number that is not finite, an unknown strategy or
    method, or a missing attention.
    """
    if method not in METHODS:
        raise EncoderError(
            f"There is no way of making instance tokens called '{method}'. "
            f"Choose one of: {', '.join(METHODS)}."
        )
    unit = _unit_tokens(tokens)
    chosen = _seeds(unit, k, seeds, attention, seed)
    batch, patches, dim = unit.shape
    count = chosen.shape[1]
    vectors: Float = np.empty((batch, count, dim), np.float32)
    assignment = np.empty((batch, patches), np.uint16)
    step = max(1, _WORK_ELEMENTS // max(1, count * patches))
    for start in range(0, batch, step):
        part = slice(start, start + step)
        make = _centroid if method == "centroid" else _grow
        vectors[part], assignment[part] = make(unit[part], chosen[part])
    if method == "raw":
        vectors = np.take_along_axis(unit, chosen[:, :, None], axis=1)
    return InstanceTokens(vectors, chosen, assignment)


def quantise(x: npt.ArrayLike) -> tuple[npt.NDArray[np.int8], Float]:
    """Store vectors [..., D] as int8 with one float32 scale each: x ~ int8 * scale.

    scale = max|x| / 127, so no component is off by more than scale / 2. A zero vector (or one
    too small for a float32 scale) has scale 0. Raises EncoderError on a number that is not finite.
    """
    values = np.asarray(x, dtype=np.float32)
    scale = np.maximum(values.max(axis=-1, initial=0.0), -values.min(axis=-1, initial=0.0))
    if not np.isfinite(scale).all():
        raise EncoderError(_NOT_FINITE)
    scale = (scale / np.float32(127)).astype(np.float32)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        steps = values / scale[..., None]
    steps = np.where(scale[..., None] > 0, steps, np.float32(0))
    return np.clip(np.rint(steps), -127, 127).astype(np.int8), scale


def dequantise(q: npt.NDArray[np.int8], scale: npt.ArrayLike) -> Float:
    """The float32 vectors [..., D] that :func:`quantise` stored."""
    return q.astype(np.float32) * np.asarray(scale, dtype=np.float32)[..., None]


_NOT_FINITE = (
    "The encoder returned numbers that are not finite. "
    "Check its weights with `craterbench doctor`, or choose another encoder."
)


def _unit_tokens(tokens: npt.ArrayLike) -> Float:
    """float32 [B, N, D], each token of length 1 or 0; tokens that already are stay untouched."""
    values = np.ascontiguousarray(tokens, dtype=np.float32)
    if values.ndim != 3 or 0 in values.shape[1:]:
        raise EncoderError(
            f"Patch tokens must have the shape [views, patches, numbers], not {values.shape}. "
            "This encoder cannot be used for instance tokens."
        )
    if values.shape[1] > 65536:
        raise EncoderError(
            f"{values.shape[1]} patches per view are more than the 65536 an index can number. "
            "Use an encoder with a smaller input or larger patches."
        )
    with np.errstate(over="ignore"):
        squares = np.einsum("bnd,bnd->bn", values, values)
    other = ~(np.abs(squares - 1) < 2e-3)
    other[other] = values[other].any(axis=1)
    if not other.any():
        return values
    if not np.isfinite(values[other]).all():
        raise EncoderError(_NOT_FINITE)
    # Dividing by the largest number first keeps the squares of tiny and huge tokens in range.
    odd = values[other]
    values = values.copy()
    values[other] = _l2(odd / np.abs(odd).max(axis=1, keepdims=True))
    return values


def _l2(x: Float) -> Float:
    """Unit vectors along the last axis; vectors shorter than the rounding error become zero."""
    length = np.sqrt(np.einsum("...d,...d->...", x, x))[..., None]
    return np.divide(x, length, out=np.zeros_like(x), where=length > EPSILON)


def _first_largest(similarity: Float, axis: int) -> npt.NDArray[np.intp]:
    """Index of the largest value, or of the first within EPSILON of it.

    Equal vectors get products that differ in the last bit, by their place in the matrix; without
    the tolerance the tie rule would depend on the BLAS library.
    """
    best = similarity.max(axis=axis, keepdims=True)
    return (similarity >= best - np.float32(EPSILON)).argmax(axis=axis)


def _seeds(
    unit: Float,
    k: int,
    strategy: str,
    attention: npt.ArrayLike | None,
    seed: int | Sequence[int] | npt.NDArray[np.integer],
) -> Int:
    if k < 1:
        raise EncoderError(
            f"{k} instance tokens per view are too few. Ask for at least 1; 16 is usual."
        )
    batch, patches = unit.shape[:2]
    count = min(k, patches)
    if strategy == Seeds.ATTENTION:
        order = np.argsort(-_attention(attention, (batch, patches)), axis=1, kind="stable")
        return order[:, :count].astype(np.int32)
    if strategy == Seeds.FPS:
        return _farthest(unit, count)
    if strategy == Seeds.RANDOM:
        own: list[tuple[int, ...]]
        if isinstance(seed, (int, np.integer)):
            own = [(int(seed) & _SEED_BITS, b) for b in range(batch)]
        else:
            own = [(int(number) & _SEED_BITS,) for number in seed]
        if len(own) != batch:
            raise EncoderError(
                f"{len(own)} random seeds were given for {batch} views. Give one for each view."
            )
        drawn = [np.random.default_rng(entropy).permutation(patches)[:count] for entropy in own]
        return np.array(drawn, dtype=np.int32).reshape(batch, count)
    raise EncoderError(
        f"There is no way of choosing seeds called '{strategy}'. Choose one of: {', '.join(Seeds)}."
    )


def _attention(attention: npt.ArrayLike | None, shape: tuple[int, int]) -> Float:
    if attention is None:
        raise EncoderError(
            "This encoder gives no attention to choose seeds by. Choose the seeds 'fps' instead."
        )
    values = np.asarray(attention, dtype=np.float32)
    if values.shape != shape:
        raise EncoderError(
            f"The attention has the shape {values.shape}, but the tokens need {shape}. "
            "Check the encoder's patch size and input size."
        )
    if not np.isfinite(values).all():
        raise EncoderError(_NOT_FINITE)
    return values


def _farthest(unit: Float, count: int) -> Int:
    batch, patches, _ = unit.shape
    views = np.arange(batch)
    empty = ~unit.any(axis=2)
    to_mean = (unit @ unit.sum(axis=1)[:, :, None])[:, :, 0] / np.float32(patches)
    to_mean[empty] = -3  # below any cosine
    seeds = np.empty((batch, count), np.int32)
    seeds[:, 0] = _first_largest(to_mean, axis=1)
    # How near each token lies to the closest seed so far; the next seed is the least near one.
    near = np.where(empty, np.float32(3), np.float32(-2))
    for i in range(1, count):
        last = seeds[:, i - 1]
        np.maximum(near, (unit @ unit[views, last][:, :, None])[:, :, 0], out=near)
        near[views, last] = np.inf
        seeds[:, i] = _first_largest(-near, axis=1)
    return seeds


def _assign(unit: Float, centres: Float) -> npt.NDArray[np.intp]:
    return _first_largest(centres @ unit.transpose(0, 2, 1), axis=1)


def _members(assignment: npt.NDArray[np.intp], count: int) -> Float:
    """[B, K, N], one where patch n belongs to cluster k: turns cluster sums into one product."""
    members = np.zeros((len(assignment), count, assignment.shape[1]), np.float32)
    np.put_along_axis(members, assignment[:, None, :], 1, axis=1)
    return members


def _grow(unit: Float, seeds: Int) -> tuple[Float, npt.NDArray[np.intp]]:
    """The paper's residual aggregation; see :func:`instance_tokens`."""
    batch, count = seeds.shape
    start = np.take_along_axis(unit, seeds[:, :, None], axis=1)
    assignment = _assign(unit, start)
    np.put_along_axis(assignment, seeds, np.arange(count)[None, :], axis=1)
    members = _members(assignment, count)
    members[np.arange(batch)[:, None], np.arange(count)[None, :], seeds] = 0
    size = members.sum(axis=2, keepdims=True)
    return _l2(start + (members @ unit) / np.maximum(size, np.float32(EPSILON))), assignment


def _centroid(unit: Float, seeds: Int) -> tuple[Float, npt.NDArray[np.intp]]:
    """Spherical k-means from the seeds; see :func:`instance_tokens`."""
    centres = np.take_along_axis(unit, seeds[:, :, None], axis=1)
    assignment = _assign(unit, centres)
    for _ in range(KMEANS_ROUNDS):
        used = assignment
        members = _members(used, seeds.shape[1])
        mean = _l2((members @ unit) / np.maximum(members.sum(axis=2, keepdims=True), 1))
        centres = np.where(mean.any(axis=2, keepdims=True), mean, centres)
        assignment = _assign(unit, centres)
        if np.array_equal(used, assignment):
            break
    return centres, used
