"""Ways of asking an index, for ``performance.py``: ours, and other libraries' on the same vectors.

Every other way finds S views by its own structure, which lies in a folder, and scores them by
torch. Each has one number that trades time for recall; :attr:`Other.ladder` holds its values, from
cheap to dear.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from craterbench_qgis.engine.index import CraterIndex, open_shortlist
from craterbench_qgis.engine.interaction import maxsim

TOP = 10
Ask = Callable[[np.ndarray, np.ndarray, int], np.ndarray]
Find = Callable[[np.ndarray, int, int], np.ndarray]
"""(descriptor [G], S, the ladder's value) -> view numbers."""
_HALF_BELOW = 4 << 30


def ours(index: CraterIndex, name: str) -> Ask:
    """Shortlist and rerank as a search does them."""
    shortlist = open_shortlist(index, name)

    def ask(vector: np.ndarray, tokens: np.ndarray, size: int) -> np.ndarray:
        views, _ = shortlist.search(vector, size)
        stored = index.stored_tokens(views)
        scores = maxsim(tokens, stored.tokens, stored.scale)
        return views[np.lexsort((views, -scores))[:TOP]]

    return ask


class TorchTokens:
    """Scores by torch, without checksums: tokens of half precision in memory while they take less
    than 4 GB, else the index's own int8 ones, mapped."""

    def __init__(self, index: CraterIndex) -> None:
        import torch

        torch.set_num_threads(1)
        self._torch = torch
        settings = index.settings
        self.half = index.n_views * settings.tokens * settings.token_dim * 2 < _HALF_BELOW
        records = [segment.records for segment in index.segments]
        self._ends = np.cumsum([len(part) for part in records])
        if not self.half:
            self._records = records
            return
        self._tokens = torch.empty(
            (index.n_views, settings.tokens, settings.token_dim), dtype=torch.float16
        )
        at = 0
        for part in records:
            for start in range(0, len(part), 4096):
                some = part[start : start + 4096]
                wide = some["tokens"] * some["scale"][:, :, None]
                self._tokens[at : at + len(some)] = torch.from_numpy(wide)
                at += len(some)

    def best(self, query: np.ndarray, views: np.ndarray) -> np.ndarray:
        """The ``TOP`` of ``views`` by late interaction with ``query`` [Q, D]."""
        torch = self._torch
        if self.half:
            tokens = self._tokens[torch.from_numpy(views)].float()
        else:
            which = np.searchsorted(self._ends, views, side="right")
            rows = [
                self._records[part][view - (self._ends[part - 1] if part else 0)]
                for part, view in zip(which.tolist(), views.tolist(), strict=True)
            ]
            whole = torch.from_numpy(np.stack([row["tokens"] for row in rows])).float()
            tokens = whole * torch.from_numpy(np.stack([row["scale"] for row in rows]))[..., None]
        scores = torch.matmul(tokens, torch.from_numpy(query).T).amax(1).mean(1)
        return views[scores.topk(min(TOP, len(views))).indices.numpy()]


@dataclass(frozen=True)
class Other:
    """Another library. ``make`` (descriptors, folder) writes its structure, ``load`` (folder) opens
    it, ``most``: views beyond which it was not tried here, and why."""

    name: str
    make: Callable[[np.ndarray, Path], None]
    load: Callable[[Path], Find]
    ladder: tuple[int, ...]
    most: int = 10**9
    why: str = ""


def _make_hnsw(vectors: np.ndarray, folder: Path) -> None:
    import hnswlib

    graph = hnswlib.Index(space="ip", dim=vectors.shape[1])
    graph.init_index(max_elements=len(vectors), M=16, ef_construction=200, random_seed=100)
    for start in range(0, len(vectors), 8192):
        part = vectors[start : start + 8192]
        graph.add_items(part, np.arange(start, start + len(part)), num_threads=1)
    graph.save_index(str(folder / "graph"))
    (folder / "dim").write_text(f"{vectors.shape[1]}")


def _load_hnsw(folder: Path) -> Find:
    import hnswlib

    graph = hnswlib.Index(space="ip", dim=int((folder / "dim").read_text()))
    graph.load_index(str(folder / "graph"))

    def find(vector: np.ndarray, size: int, times: int) -> np.ndarray:
        graph.set_ef(max(times * size // 10, 10))
        labels, _ = graph.knn_query(vector[None], k=size, num_threads=1)
        return labels[0].astype(np.int64)

    return find


def _make_faiss(vectors: np.ndarray, folder: Path) -> None:
    import faiss

    faiss.omp_set_num_threads(1)
    lists = int(4 * np.sqrt(len(vectors)))
    index = faiss.index_factory(vectors.shape[1], f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.cp.niter = 6
    rows = np.random.default_rng(0).permutation(len(vectors))[: 40 * lists]
    index.train(vectors[np.sort(rows)])
    index.add(vectors)
    faiss.write_index(index, str(folder / "index"))


def _load_faiss(folder: Path) -> Find:
    import faiss

    faiss.omp_set_num_threads(1)
    index = faiss.read_index(str(folder / "index"))

    def find(vector: np.ndarray, size: int, share: int) -> np.ndarray:
        index.nprobe = max(1, index.nlist * share // 1000)
        views = index.search(vector[None], size)[1][0]
        return views[views >= 0]

    return find


def _make_lance(vectors: np.ndarray, folder: Path) -> None:
    import lancedb
    import pyarrow as pa

    width = vectors.shape[1]

    def batches() -> Any:
        for start in range(0, len(vectors), 65_536):
            part = vectors[start : start + 65_536]
            column = pa.FixedSizeListArray.from_arrays(pa.array(part.reshape(-1)), width)
            numbers = pa.array(np.arange(start, start + len(part)))
            yield pa.RecordBatch.from_arrays([numbers, column], schema=schema)

    schema = pa.schema([("view", pa.int64()), ("vector", pa.list_(pa.float32(), width))])
    table = lancedb.connect(str(folder)).create_table("views", data=batches(), schema=schema)
    table.create_index(metric="dot", index_type="IVF_HNSW_SQ", vector_column_name="vector")


def _load_lance(folder: Path) -> Find:
    os.environ.setdefault("LANCE_CPU_THREADS", "1")
    import lancedb

    table = lancedb.connect(str(folder)).open_table("views")

    def find(vector: np.ndarray, size: int, times: int) -> np.ndarray:
        search = table.search(vector, vector_column_name="vector").distance_type("dot")
        search = (
            search.nprobes(20)
            .ef(max(size, times * size // 10))
            .select(["view", "_distance"])
            .limit(size)
        )
        return search.to_arrow()["view"].to_numpy().astype(np.int64)

    return find


def _make_qdrant(vectors: np.ndarray, folder: Path) -> None:
    # Its local storage commits every point by itself: minutes of waiting for the disk. In memory
    # it is the same code without them, filled anew at each opening.
    np.save(folder / "vectors.npy", vectors)


def _load_qdrant(folder: Path) -> Find:
    from qdrant_client import QdrantClient, models

    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    client = QdrantClient(":memory:")
    form = models.VectorParams(size=vectors.shape[1], distance=models.Distance.DOT)
    client.create_collection("views", vectors_config=form)
    for start in range(0, len(vectors), 4096):
        part = vectors[start : start + 4096]
        ids = list(range(start, start + len(part)))
        client.upsert("views", models.Batch(ids=ids, vectors=part.tolist()))

    def find(vector: np.ndarray, size: int, _: int) -> np.ndarray:
        answer = client.query_points(
            "views", query=vector, limit=size, with_payload=False, with_vectors=False
        )
        return np.array([int(point.id) for point in answer.points], np.int64)

    return find


OTHERS = (
    Other("hnswlib", _make_hnsw, _load_hnsw, (10, 20, 40, 80, 160)),
    Other("FAISS", _make_faiss, _load_faiss, (10, 20, 40, 80, 160, 320, 640)),
    Other("LanceDB", _make_lance, _load_lance, (10, 20, 40, 80, 160)),
    Other("Qdrant local", _make_qdrant, _load_qdrant, (1,), 300_000,
          "it holds all vectors as Python objects and warns beyond 20,000 itself"),
)  # fmt: skip
