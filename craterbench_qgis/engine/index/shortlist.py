"""The first stage: the views whose global descriptors are nearest to the query's.

Backends return the same views with the same scores, the inner products of the query with the
stored int8 descriptors, so that the rest of a search does not depend on which one was used.
"""

from __future__ import annotations

import os
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..errors import CraterIndexError, QueryError
from .format import Float32
from .graph import check_graph
from .listed import LISTS, ListsShortlist
from .opening import open_index
from .reader import CraterIndex
from .scanning import ExactInt8, Int64, Mask, best, query_vector
from .storage import FileEntry, hash_file, storage_errors, sync_file, sync_folder
from .writer import IndexWriter

HNSW = "hnsw"
HNSW_FROM_VIEWS = 1_000_000
"""From this many views on "auto" uses an HNSW graph, if one was built and there are no lists."""

LISTS_FROM_VIEWS = 16_384
"""From this many views on "auto" uses the inverted lists, where the index has them
(``docs/performance.md``)."""


class ShortlistBackend(Protocol):
    """``search``: the ``size`` best of the views allowed by ``mask`` (all that are not removed by
    default) -> (views int64, scores float32), best first, equal scores by view number."""

    name: str

    def search(
        self, query: npt.ArrayLike, size: int, mask: Mask | None = None
    ) -> tuple[Int64, Float32]: ...


def open_shortlist(index: CraterIndex, backend: str = "auto") -> ShortlistBackend:
    """The backend called "exact", "lists" or "hnsw" or, by the measurements, "auto".

    Raises CraterIndexError when lists or a graph are asked for and not built, not installed or
    damaged.
    """
    if backend not in {"auto", "exact", LISTS, HNSW}:
        raise QueryError(
            f"There is no shortlist called '{backend}'. Choose auto, exact, {LISTS} or {HNSW}."
        )
    if backend == HNSW:
        return HnswShortlist(index)
    many = index.n_views >= LISTS_FROM_VIEWS and index.manifest.has_lists
    if backend == LISTS or (backend == "auto" and many):
        return ListsShortlist(index)
    built = index.manifest.shortlist
    if backend == "auto" and built and built.kind == HNSW and index.n_views >= HNSW_FROM_VIEWS:
        try:
            return HnswShortlist(index)
        except _NotInstalled:
            pass
    return ExactInt8(index)


class _NotInstalled(CraterIndexError):
    """hnswlib is not there (it has no wheels for some systems)."""


class HnswShortlist:
    """A graph searched by hnswlib: approximate, for large indexes. Scores are exact all the same.

    A search with a mask, or for more views than the graph can give, is done exactly.
    """

    name = HNSW

    def __init__(self, index: CraterIndex) -> None:
        """Load the graph, checked first: hnswlib crashes on a damaged file."""
        entry, file = index.manifest.shortlist, index.shortlist_file
        if entry is None or file is None or entry.kind != HNSW:
            raise CraterIndexError(
                f"{index.path.name} has no HNSW graph for its present views. Build one, or use "
                "the exact shortlist."
            )
        hnswlib = _hnswlib()
        self._count = int(entry.parameters.get("elements", -1))
        try:
            # hnswlib follows every number in its file blindly.
            check_graph(
                file.verified(),
                elements=self._count,
                dim=index.settings.global_dim,
                views=index.n_views,
            )
        except ValueError as error:
            raise CraterIndexError(
                f"{index.path.name}: {entry.file.path} is no graph of this index ({error}). Build "
                "the HNSW graph again, or use the exact shortlist."
            ) from error
        self._index, self._exact = index, ExactInt8(index)
        self._graph = hnswlib.Index(space="ip", dim=index.settings.global_dim)
        try:
            self._graph.load_index(str(file.path), max_elements=self._count)
        except RuntimeError as error:
            raise CraterIndexError(
                f"{index.path.name}: {entry.file.path} cannot be loaded ({error}). "
                "Build the HNSW graph again, or use the exact shortlist."
            ) from error

    def search(
        self, query: npt.ArrayLike, size: int, mask: Mask | None = None
    ) -> tuple[Int64, Float32]:
        """See :class:`ShortlistBackend`."""
        vector = query_vector(self._index, query)
        if mask is not None or size > self._count or size < 1:
            return self._exact.search(vector, size, mask)
        self._graph.set_ef(max(2 * size, 200))
        try:
            labels, _ = self._graph.knn_query(vector[None, :], k=size, num_threads=1)
        except RuntimeError:  # fewer reachable than asked for
            return self._exact.search(vector, size, mask)
        views = np.sort(labels[0].astype(np.int64))
        places, scores = best(self._index.globals(views) @ vector, size, None)
        return views[places], scores


def build_hnsw(
    writer: IndexWriter, *, m: int = 16, ef_construction: int = 200, threads: int | None = None
) -> None:
    """Build and commit the graph over the present views; a later change of the views drops it.

    With one thread the graph is the same every time. Raises CraterIndexError.
    """
    hnswlib = _hnswlib()
    target = writer.new_shortlist_path(HNSW)
    with open_index(writer.path, check="sizes") as index:
        views = np.flatnonzero(index.alive)
        graph = hnswlib.Index(space="ip", dim=index.settings.global_dim)
        graph.init_index(
            max_elements=max(len(views), 1), M=m, ef_construction=ef_construction, random_seed=100
        )
        count = threads or os.cpu_count() or 1
        for start in range(0, len(views), 65_536):
            block = views[start : start + 65_536]
            graph.add_items(index.globals(block), block, num_threads=count)
    with storage_errors(target):
        try:
            graph.save_index(str(target))
        except RuntimeError as error:
            raise OSError(str(error)) from error
        sync_file(target)
        sync_folder(target.parent)
        name = target.relative_to(writer.path).as_posix()
        file = FileEntry(name, target.stat().st_size, hash_file(writer.path, target))
    parameters = {"elements": len(views), "m": m, "ef_construction": ef_construction}
    writer.set_shortlist(HNSW, file, parameters)


def _hnswlib() -> Any:
    try:
        import hnswlib
    except ImportError as error:
        raise _NotInstalled(
            f"hnswlib cannot be used here ({error}). Install it, or use the exact shortlist."
        ) from error
    return hnswlib
