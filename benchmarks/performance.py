"""A query, its parts and its price beside other ways: the tables of docs/performance.md.

    python benchmarks/performance.py REAL --views 50000 [--shortlist 100 500] [--queries 40]

REAL is a folder of ``real_views.py``. Where it holds fewer views than are asked for, they are
repeated with noise of 0.3 times the distance to the nearest other view's descriptor, in random
directions (tokens: of length 0.2). Every way answers every query in turn, in one process on one
thread; times are processor times, so that a busy machine disturbs them little. Recall is of the
ten best of the exhaustive late interaction over all views.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from craterbench_qgis.engine.index import (  # noqa: E402
    CraterIndex,
    IndexSettings,
    IndexWriter,
    SegmentData,
    build_lists,
    open_shortlist,
)  # fmt: skip
from craterbench_qgis.engine.interaction import maxsim  # noqa: E402

TOP, CHUNK = 10, 32_768
Ask = Callable[[np.ndarray, np.ndarray, int], np.ndarray]


def parts(folder: Path, views: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(globals float32 [n, G], tokens float32 [n, K, D]), ``views`` views in all."""
    files = sorted(folder.glob("gallery-*.npz"))
    rng, left, turn = np.random.default_rng(0), views, 0
    while left > 0:
        for file in files:
            with np.load(file) as part:
                vectors = part["globals"] * part["global_scale"][:, None]
                tokens = part["tokens"] * part["token_scale"][:, :, None]
            vectors, tokens = vectors[:left], tokens[:left]
            if turn:
                near = vectors @ vectors.T
                np.fill_diagonal(near, -1)
                apart = np.sqrt(np.maximum(2 - 2 * near.max(axis=1), 0))
                vectors = shaken(vectors, 0.3 * apart[:, None], rng)
                tokens = shaken(tokens, 0.2, rng)
            yield vectors.astype(np.float32), tokens.astype(np.float32)
            left -= len(vectors)
            if left <= 0:
                return
        turn += 1


def shaken(vectors: np.ndarray, size: Any, rng: np.random.Generator) -> np.ndarray:
    """Unit vectors at a distance of about ``size`` within the span of the given ones."""
    flat = vectors.reshape(-1, vectors.shape[-1])
    mixed = rng.standard_normal((len(flat), 64), np.float32) @ flat[rng.permutation(len(flat))[:64]]
    mixed -= (mixed * flat).sum(axis=1, keepdims=True) * flat
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    moved = vectors + size * mixed.reshape(vectors.shape)
    return moved / np.linalg.norm(moved, axis=-1, keepdims=True)


def build(path: Path, source: Iterator[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    """An index of these views; seconds spent on the lists."""
    pieces = list(source)
    total = sum(len(piece[0]) for piece in pieces)
    (_, width), (_, k, dim) = pieces[0][0].shape, pieces[0][1].shape
    settings = IndexSettings(
        "Moon", 1737400.0, 1737400.0, "none", "0" * 64, "measured", 96, (12, 12), width, dim, k,
        "attention", "aggregated", (2.0,), 0,
    )  # fmt: skip
    with IndexWriter.create(path, settings) as writer:
        writer.add_observation({})
        rows = np.arange(total)
        writer.add_craters(
            [str(row) for row in rows], rows % 360 - 180, rows % 170 - 85, rows + 1e3
        )
        writer.begin_job({}, -(-total // CHUNK))
        chunk, first = 0, 0
        while pieces:
            some, count = [], 0
            while pieces and count < CHUNK:
                some.append(pieces.pop(0))
                count += len(some[-1][0])
            vectors, tokens = (np.concatenate([piece[n] for piece in some]) for n in range(2))
            numbers, none = first + np.arange(count), np.zeros(count)
            data = SegmentData(
                numbers, none.astype(int), none + 2, none + 1, none + 1, none + 1, vectors, tokens,
                np.zeros((count, k), int), np.zeros((count, 144), int), [b""] * count,
            )  # fmt: skip
            writer.commit_chunk(chunk, data)
            chunk, first = chunk + 1, first + count
        writer.finish_job()
        start = time.process_time()
        build_lists(writer)
        return {"lists": time.process_time() - start}


def ours(index: CraterIndex, name: str) -> Ask:
    """Shortlist and rerank as a search does them."""
    shortlist = open_shortlist(index, name)

    def ask(vector: np.ndarray, tokens: np.ndarray, size: int) -> np.ndarray:
        views, _ = shortlist.search(vector, size)
        stored = index.stored_tokens(views)
        scores = maxsim(tokens, stored.tokens, stored.scale)
        return views[np.lexsort((views, -scores))[:TOP]]

    return ask


def by_torch(tokens: Any, find: Callable[[np.ndarray, int], np.ndarray]) -> Ask:
    """Any shortlist, reranked by torch from half-precision tokens [V, K, D]."""
    import torch

    torch.set_num_threads(1)

    def ask(vector: np.ndarray, query: np.ndarray, size: int) -> np.ndarray:
        views = find(vector, size)
        half = tokens[torch.from_numpy(views)].float()
        scores = torch.matmul(half, torch.from_numpy(query).T).amax(1).mean(1)
        return views[scores.topk(min(TOP, len(views))).indices.numpy()]

    return ask


def hnsw(vectors: np.ndarray) -> Callable[[np.ndarray, int], np.ndarray]:
    """hnswlib with its usual parameters, one thread."""
    import hnswlib

    graph = hnswlib.Index(space="ip", dim=vectors.shape[1])
    graph.init_index(max_elements=len(vectors), M=16, ef_construction=200, random_seed=100)
    graph.add_items(vectors, np.arange(len(vectors)), num_threads=1)

    def find(vector: np.ndarray, size: int) -> np.ndarray:
        graph.set_ef(max(2 * size, 200))
        labels, _ = graph.knn_query(vector[None], k=size, num_threads=1)
        return labels[0].astype(np.int64)

    return find


def faiss_lists(vectors: np.ndarray) -> Callable[[np.ndarray, int], np.ndarray]:
    """FAISS: inverted lists of 8-bit numbers, an eighth of the lists read."""
    import faiss

    faiss.omp_set_num_threads(1)
    lists = max(64, len(vectors) // 64)
    index = faiss.index_factory(vectors.shape[1], f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[: 64 * lists])
    index.add(vectors)
    index.nprobe = lists // 8
    return lambda vector, size: index.search(vector[None], size)[1][0]


def measure(real: Path, folder: Path, arguments: argparse.Namespace) -> None:
    """Print the tables of one size."""
    import torch

    path = folder / "bench.craterindex"
    spent = build(path, parts(real, arguments.views))
    with np.load(real / "queries.npz") as queries:
        vectors = (queries["globals"] * queries["global_scale"][:, None]).astype(np.float32)
        tokens = (queries["tokens"] * queries["token_scale"][:, :, None]).astype(np.float32)
    chosen = np.random.default_rng(0).permutation(len(vectors))[: arguments.queries]
    vectors, tokens = vectors[chosen], tokens[chosen]
    opened: dict[str, float] = {}
    first: dict[str, float] = {}
    for name in ("exact", "lists"):
        start = time.process_time()
        with CraterIndex.open(path, check="sizes") as index:
            ask = ours(index, name)
            opened[name] = time.process_time() - start
            ask(vectors[0], tokens[0], arguments.shortlist[0])
            first[name] = time.process_time() - start
    with CraterIndex.open(path, check="sizes") as index:
        files = index.manifest.files()
        disk = {
            "lists": sum(file.size for file in files if file.path.endswith(".lists")),
            "exact": sum(file.size for file in files if file.path.endswith("globals.bin")),
        }
        ways: dict[str, Ask] = {name: ours(index, name) for name in ("exact", "lists")}
        every = np.arange(index.n_views)
        stored = index.stored_tokens(every)
        theirs: dict[str, Any] = {}
        if not arguments.only_ours:
            half = torch.empty(stored.tokens.shape, dtype=torch.float16)
            for at in range(0, len(every), 4096):
                part = stored.tokens[at : at + 4096] * stored.scale[at : at + 4096, :, None]
                half[at : at + 4096] = torch.from_numpy(part)
            for name, make in (("hnswlib + torch", hnsw), ("FAISS + torch", faiss_lists)):
                start = time.process_time()
                try:
                    find = make(index.globals(every))
                except ImportError:
                    continue
                spent[name] = time.process_time() - start
                theirs[name] = find
                ways[name] = by_torch(half, find)
        print(f"\n{len(every):,} views; lists {disk['lists'] / 1e6:.1f} MB beside "
              f"{disk['exact'] / 1e6:.1f} MB of descriptors; made in s: "
              f"{ {name: round(value, 1) for name, value in spent.items()} }; opening ms "
              f"{ {name: round(1e3 * value, 1) for name, value in opened.items()} }, with the "
              f"first query { {name: round(1e3 * value, 1) for name, value in first.items()} }\n",
              flush=True)  # fmt: skip
        truth, cost = [], []
        for query in tokens:
            start = time.process_time()
            scores = maxsim(query, stored.tokens, stored.scale)
            truth.append(set(np.lexsort((every, -scores))[:TOP].tolist()))
            cost.append(time.process_time() - start)
        print("| way | S | median ms | p95 ms | recall@10 of exhaustive | recall@S of exact |")
        print("|---|---|---|---|---|---|")
        print(f"| exhaustive | - | {1e3 * statistics.median(cost):.0f} | "
              f"{1e3 * np.quantile(cost, 0.95):.0f} | 1 | - |", flush=True)  # fmt: skip
        exact, lists = open_shortlist(index, "exact"), open_shortlist(index, "lists")
        finders = {
            "exact": lambda vector, size: exact.search(vector, size)[0],
            "lists": lambda vector, size: lists.search(vector, size)[0],
        } | theirs
        for size in arguments.shortlist:
            times: dict[str, list[float]] = {name: [] for name in ways}
            right: dict[str, list[float]] = {name: [] for name in ways}
            for number in range(len(vectors)):
                for name, ask in ways.items():
                    for _ in range(3):
                        start = time.process_time()
                        views = ask(vectors[number], tokens[number], size)
                        times[name].append(time.process_time() - start)
                    right[name].append(len(truth[number] & set(views.tolist())) / TOP)
            for name in ways:
                share = [
                    np.isin(exact.search(vector, size)[0], finders[name](vector, size)).mean()
                    for vector in vectors
                ]
                middle = 1e3 * statistics.median(times[name])
                slow = 1e3 * np.quantile(times[name], 0.95)
                print(
                    f"| {name} | {size} | {middle:.2f} | {slow:.2f} | {np.mean(right[name]):.3f} | "
                    f"{np.mean(share):.4f} |",
                    flush=True,
                )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", type=Path)
    parser.add_argument("--views", type=int, default=50_000)
    parser.add_argument("--shortlist", type=int, nargs="+", default=[100, 500])
    parser.add_argument("--queries", type=int, default=40)
    parser.add_argument("--only-ours", action="store_true", help="no other libraries")
    parser.add_argument("--folder", default=None, help="where the temporary index goes")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=arguments.folder))
    try:
        measure(arguments.real, folder, arguments)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
