"""The exact scan of all descriptors, and what every way of making a shortlist shares."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import QueryError
from .format import Float32
from .reader import CraterIndex

Int64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_BLOCK_BYTES = 256 << 10  # of rows as float32: they stay in the cache between the two steps


class ExactInt8:
    """Every view's descriptor, block by block from the map: exact, deterministic, always there."""

    name = "exact"

    def __init__(self, index: CraterIndex) -> None:
        self._index = index

    def search(
        self, query: npt.ArrayLike, size: int, mask: Mask | None = None
    ) -> tuple[Int64, Float32]:
        """See :class:`ShortlistBackend`. One pass over int8 [n_views, G]."""
        vector = query_vector(self._index, query)
        scores = np.empty(self._index.n_views, np.float32)
        for first, globals_ in self._index.global_blocks():
            products(globals_, vector, scores[first : first + len(globals_)])
        scores *= self._index.global_scales
        return best(scores, size, allowed_views(self._index, mask))


def products(stored: npt.NDArray[np.int8], vector: Float32, out: Float32) -> None:
    """The products of ``vector`` [G] with int8 numbers [n, G], into ``out`` [n]."""
    step = max(1, min(_BLOCK_BYTES // (4 * len(vector)), len(stored)))
    buffer = np.empty((step, len(vector)), np.float32)
    for start in range(0, len(stored), step):
        block = stored[start : start + step]
        wide = buffer[: len(block)]
        np.copyto(wide, block)
        np.dot(wide, vector, out=out[start : start + len(block)])


def best(scores: Float32, size: int, allowed: Mask | None) -> tuple[Int64, Float32]:
    """The ``size`` largest of ``scores`` [n] among the allowed, descending, ties by position."""
    places = None if allowed is None else np.flatnonzero(allowed)
    values = scores if places is None else scores[places]
    count = min(size, len(values))
    if count <= 0:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    if count < len(values):
        # All above the last one's score, then as many of its equals as fit, lowest first.
        limit = np.partition(values, len(values) - count)[len(values) - count]
        above = np.flatnonzero(values > limit)
        equal = np.flatnonzero(values == limit)[: count - len(above)]
        chosen = np.concatenate([above, equal])
    else:
        chosen = np.arange(len(values))
    chosen = chosen[np.argsort(-values[chosen], kind="stable")]  # equals are in order already
    views = chosen if places is None else places[chosen]
    return views.astype(np.int64), values[chosen]


def query_vector(index: CraterIndex, query: npt.ArrayLike) -> Float32:
    """``query`` as float32 [G]. Raises QueryError where it does not fit the index."""
    vector = np.ascontiguousarray(query, dtype=np.float32).reshape(-1)
    if len(vector) != index.settings.global_dim or not np.isfinite(vector).all():
        raise QueryError(
            f"The query has {len(vector)} numbers (all must be finite), this index needs "
            f"{index.settings.global_dim}. Encode it with the index's encoder."
        )
    return vector


def allowed_views(index: CraterIndex, mask: Mask | None) -> Mask | None:
    """Views [n_views] that are not removed and that ``mask`` allows; None: all are."""
    if mask is not None:
        if mask.shape != (index.n_views,):
            raise QueryError(
                f"The filter names {mask.size} views, this index has {index.n_views}. "
                "Make it again for this index."
            )
        return mask & index.alive if index.removed.size else mask
    return index.alive if index.removed.size else None
