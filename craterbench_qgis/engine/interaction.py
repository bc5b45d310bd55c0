"""Late interaction: how alike two views are, token by token, and which patches say so.

Source of the score: Fang et al. 2026, "CraterBench-R", arXiv 2604.06245: s(q, g) is the mean over
query tokens of the largest inner product with a gallery token. With unit tokens every similarity
and every score lies in [-1, 1]; a zero token has similarity 0 to everything.

Shapes: Q query tokens, V gallery views of K tokens, D numbers per token. Wrong shapes raise
ValueError: they are mistakes of the calling code, never of a user.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]
Int = npt.NDArray[np.int32]

TIE = 1e-6  # similarities this close are equal: BLAS rounds equal vectors by their place
_BLOCK_BYTES = 512 << 10
"""Of similarities and converted tokens held at a time: as much as stays in a core's own cache.

Measured (16 tokens of 256 numbers, one thread with AVX2): scoring 100 or 500 int8 views in such
blocks took 0.4 of the time of converting them all to float first (docs/performance.md).
"""


@dataclass
class Correspondences:
    """For each query token the gallery token it is most like."""

    gallery_index: Int
    """[Q]; ties (within 1e-6) go to the lowest index."""
    similarity: Float
    """[Q], inner products."""


@dataclass(frozen=True)
class PatchMatch:
    """One query patch and the gallery patches it matched through their instance token."""

    query_patch: int
    """Row-major index of the patch in the query view."""
    query_cell: tuple[int, int]
    """Its (row, column) in the query's grid, from the top left."""
    gallery_token: int
    gallery_patches: tuple[int, ...]
    """The gallery view's patches that the token stands for (may be none), ascending."""
    gallery_cells: tuple[tuple[int, int], ...]
    """Their (row, column) in the gallery's grid."""
    similarity: float
    mutual: bool
    """Whether this patch is also the one its gallery token is most like."""


@dataclass
class Explanation:
    """One pair, explained.

    ``pixels_query``, ``pixels_match``: float32 [S, S] in 0..1. ``patches``: for every query patch
    its counterpart, strongest first. ``strength_query``, ``strength_match``: float32 [rows,
    columns], the similarity of each patch to its best counterpart in the other view. ``recut``:
    the match was cut again from its mosaic and patches are compared with patches; else its
    thumbnail is shown and patches are compared with the stored instance tokens.
    ``context``: of the view, side / diameter; ``view_number``: the index's number of it.
    """

    crater_id: str
    context: float
    observation: str
    score: float
    shortlist_score: float
    pixels_query: Float
    pixels_match: Float
    patches: list[PatchMatch]
    strength_query: Float
    strength_match: Float
    recut: bool
    view_number: int = -1

    def to_json(self) -> dict[str, Any]:
        """Plain JSON without the pixels."""
        return {
            "crater_id": self.crater_id,
            "context": self.context,
            "observation": self.observation,
            "score": self.score,
            "shortlist_score": self.shortlist_score,
            "grid": list(self.strength_query.shape),
            "compared_with": "patches" if self.recut else "instance tokens",
            "patches": [vars(pair) for pair in self.patches],
        }


def maxsim(
    query: npt.ArrayLike, gallery: npt.ArrayLike, scales: npt.ArrayLike | None = None
) -> Float:
    """The paper's score of ``query`` [Q, D] against each gallery view [V, K, D]: float32 [V].

    An int8 gallery with its ``scales`` [V, K] (see ``tokens.quantise``) is scored without a
    float copy of the whole. Memory beyond the inputs stays near ``_BLOCK_BYTES``.
    """
    tokens, views = _checked(query, gallery)
    largest = np.empty((len(views), len(tokens)), np.float32)
    for part, similarity in _blocks(tokens, views, scales):
        largest[part] = _largest(similarity)
    scores: Float = largest.mean(axis=1)
    return scores


def each_maxsim(queries: npt.ArrayLike, gallery: npt.ArrayLike) -> Float:
    """:func:`maxsim` of each of ``queries`` [T, Q, D] with each view [V, K, D]: float32 [T, V].

    In one pass over the views, which costs a fraction of as many passes.
    """
    several = np.asarray(queries, dtype=np.float32)
    if several.ndim != 3:
        raise ValueError(f"Tokens of several queries have the shape [T, Q, D], not {several.shape}")
    count, each, dim = several.shape
    tokens, views = _checked(several.reshape(count * each, dim), gallery)
    scores = np.empty((count, len(views)), np.float32)
    for part, similarity in _blocks(tokens, views, None):
        largest = _largest(similarity).reshape(-1, count, each)
        scores[:, part] = largest.mean(axis=2).T
    return scores


def symmetric_maxsim(
    query: npt.ArrayLike, gallery: npt.ArrayLike, scales: npt.ArrayLike | None = None
) -> Float:
    """Mean of the score of the query against the view and of the view against the query: [V].

    Punishes a view that holds everything the query has and much else besides.
    """
    tokens, views = _checked(query, gallery)
    scores = np.empty(len(views), np.float32)
    for part, similarity in _blocks(tokens, views, scales):
        back = similarity.max(axis=2).mean(axis=1)
        there = _largest(similarity).mean(axis=1)
        scores[part] = (there + back) / 2
    return scores


def best_patches(
    query_tokens: npt.ArrayLike,
    grid: tuple[int, int],
    gallery_tokens: npt.ArrayLike,
    assignment: npt.ArrayLike,
) -> list[PatchMatch]:
    """Which patches of a query matched which patches of a gallery view, the strongest first.

    ``query_tokens`` [N, D] are *all* patch tokens of the query, in rows and columns of ``grid``;
    ``gallery_tokens`` [K, D] and ``assignment`` [N_g] are the view's instance tokens and the one
    each of its patches, in the same grid, belongs to. Equal similarities are ordered by query
    patch.
    """
    similarity = _similarities(query_tokens, gallery_tokens)
    belongs = np.asarray(assignment)
    if similarity.shape[0] != grid[0] * grid[1] or belongs.shape != similarity.shape[:1]:
        raise ValueError(
            f"{similarity.shape[0]} query and {belongs.shape} gallery patches do not fill grids of "
            f"{grid}."
        )
    nearest = _nearest(similarity)
    back = _nearest(similarity.T).gallery_index
    order = np.argsort(-nearest.similarity, kind="stable")
    patches = [tuple(np.flatnonzero(belongs == k).tolist()) for k in range(similarity.shape[1])]
    cells = [tuple(divmod(p, grid[1]) for p in those) for those in patches]
    matches = []
    for patch in order.tolist():
        token = int(nearest.gallery_index[patch])
        matches.append(
            PatchMatch(
                query_patch=patch,
                query_cell=divmod(patch, grid[1]),
                gallery_token=token,
                gallery_patches=patches[token],
                gallery_cells=cells[token],
                similarity=float(nearest.similarity[patch]),
                mutual=bool(back[token] == patch),
            )
        )
    return matches


def _checked(
    query: npt.ArrayLike, gallery: npt.ArrayLike
) -> tuple[Float, npt.NDArray[np.floating | np.integer]]:
    tokens = np.asarray(query, dtype=np.float32)
    views = np.asarray(gallery)
    if tokens.ndim != 2 or views.ndim != 3 or tokens.shape[1] != views.shape[2]:
        raise ValueError(
            f"Query tokens [Q, D] and gallery tokens [V, K, D] do not fit: "
            f"{tokens.shape} and {views.shape}."
        )
    if 0 in tokens.shape or views.shape[1] == 0:
        raise ValueError("A view without tokens cannot be scored.")
    return tokens, views


def _blocks(
    tokens: Float, views: npt.NDArray[np.floating | np.integer], scales: npt.ArrayLike | None
) -> Iterator[tuple[slice, Float]]:
    """Similarities [v, K, Q] of a few views at a time, each block one matrix product.

    The query lies along the last axis: there the maximum over K costs a tenth of the product.
    The block handed out is overwritten by the next.
    """
    count, k, dim = views.shape
    factors = None if scales is None else np.asarray(scales, dtype=np.float32)
    if factors is not None and factors.shape != (count, k):
        raise ValueError(f"Scales must have the shape {(count, k)}, not {factors.shape}.")
    step = max(1, min(count, _BLOCK_BYTES // (4 * k * (dim + len(tokens)))))
    turned = np.ascontiguousarray(tokens.T)
    wide = np.empty((step * k, dim), np.float32)
    product = np.empty((step * k, len(tokens)), np.float32)
    for start in range(0, count, step):
        part = slice(start, min(start + step, count))
        rows = (part.stop - start) * k
        np.copyto(wide[:rows].reshape(-1, k, dim), views[part], casting="unsafe")
        np.dot(wide[:rows], turned, out=product[:rows])
        similarity = product[:rows].reshape(-1, k, len(tokens))
        if factors is not None:
            similarity *= factors[part, :, None]
        yield part, similarity


def _largest(similarity: Float) -> Float:
    """The largest over K of [v, K, Q], which is overwritten: [v, Q].

    Half against half takes a fifth of the time of ``max``, which goes by rows of Q numbers.
    """
    k = similarity.shape[1]
    while k > 1:
        half = k // 2
        lower = similarity[:, :half]
        np.maximum(lower, similarity[:, k - half : k], out=lower)
        k -= half
    return similarity[:, 0]


def _similarities(query_tokens: npt.ArrayLike, gallery_tokens: npt.ArrayLike) -> Float:
    query = np.asarray(query_tokens, dtype=np.float32)
    gallery = np.asarray(gallery_tokens, dtype=np.float32)
    if query.ndim != 2 or gallery.ndim != 2 or query.shape[1] != gallery.shape[1]:
        raise ValueError(
            f"Query tokens [Q, D] and gallery tokens [K, D] do not fit: "
            f"{query.shape} and {gallery.shape}."
        )
    if 0 in query.shape or 0 in gallery.shape:
        raise ValueError("A view without tokens cannot be compared.")
    similarity: Float = query @ gallery.T
    return similarity


def _nearest(similarity: Float) -> Correspondences:
    best = similarity.max(axis=1, keepdims=True)
    index = (similarity >= best - np.float32(TIE)).argmax(axis=1)
    chosen = np.take_along_axis(similarity, index[:, None], axis=1)[:, 0]
    return Correspondences(index.astype(np.int32), chosen)
