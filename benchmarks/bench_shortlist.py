"""Shortlist backends side by side: time per query, build, disk, opening, agreement.

    python benchmarks/bench_shortlist.py [--views 10000 50000 1000000] [--dim 384] [--threads 1]
        [--hnsw-up-to 200000] [--folder F]

The vectors are synthetic: unit vectors around centres, drawn once per size; the queries are
vectors of the set with noise. Recall is that of HNSW against the exact scan on these vectors, and
says little about others. Times are medians over the queries, of warm files: CPU time (with
one thread that of an idle machine), and for S=500 also wall time.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from craterbench_qgis.engine.index import ShortlistBackend

ROOT = Path(__file__).resolve().parents[1]
CHUNK = 65_536
SIZES = (100, 500)


def main() -> int:
    """Measure and print a table in Markdown."""
    arguments = _arguments()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(arguments.threads)
    sys.path.insert(0, str(ROOT))
    write = sys.stdout.write
    write(f"{arguments.dim} dimensions, {arguments.threads} thread(s)\n\n")
    write("| views | backend | build s | MB | open ms | CPU ms S=100 | S=500 | wall S=500 |")
    write(" 30 % mask | recall@100 |\n|---|---|---|---|---|---|---|---|---|---|\n")
    for views in arguments.views:
        folder = Path(tempfile.mkdtemp(dir=arguments.folder))
        try:
            for row in measure(folder / "bench.craterindex", views, arguments):
                write(row + "\n")
                sys.stdout.flush()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time the shortlist backends.")
    parser.add_argument("--views", type=int, nargs="+", default=[10_000, 50_000, 1_000_000])
    parser.add_argument("--dim", type=int, default=384)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--hnsw-up-to", type=int, default=200_000)
    parser.add_argument("--folder", default=None, help="where the temporary index goes")
    return parser.parse_args()


def measure(path: Path, views: int, arguments: argparse.Namespace) -> list[str]:
    """The table's rows for one size."""
    import numpy as np

    from craterbench_qgis.engine.index import (
        IndexWriter,
        build_hnsw,
        open_index,
        open_shortlist,
    )

    build_index(path, views, arguments.dim)
    rng = np.random.default_rng(1)
    with open_index(path, check="sizes") as index:
        picked = index.globals(rng.integers(0, views, arguments.queries))
        mb = views * (arguments.dim + 4) / 1e6
    noise = rng.standard_normal(picked.shape).astype(np.float32)
    queries = picked + 0.5 * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    mask = rng.random(views) < 0.3
    names, build_s = ["exact"], {"exact": 0.0}
    if views <= arguments.hnsw_up_to:
        start = time.perf_counter()
        with IndexWriter.open(path) as writer:
            build_hnsw(writer, threads=arguments.threads)
        build_s["hnsw"] = time.perf_counter() - start
        names.append("hnsw")
    rows: list[str] = []
    truth: list[set[int]] = []
    for name in names:
        start = time.perf_counter()
        with open_index(path, check="sizes") as index:
            backend = open_shortlist(index, name)
            opened = 1e3 * (time.perf_counter() - start)
            if name == "hnsw" and index.shortlist_file is not None:
                mb = index.shortlist_file.entry.size / 1e6
            backend.search(queries[0], 1)
            times = {size: _time(backend, queries, size, None) for size in SIZES}
            masked = _time(backend, queries[:20], 500, mask)
            best = [set(backend.search(query, 100)[0].tolist()) for query in queries]
        truth = truth or best
        recall = statistics.mean(
            len(a & b) / max(len(b), 1) for a, b in zip(best, truth, strict=True)
        )
        rows.append(
            f"| {views} | {name} | {build_s[name]:.1f} | {mb:.1f} | {opened:.0f} | "
            f"{times[100][0]:.2f} | {times[500][0]:.2f} | {times[500][1]:.2f} | {masked[0]:.2f} | "
            f"{recall:.4f} |"
        )
    return rows


def _time(
    backend: ShortlistBackend, queries: np.ndarray, size: int, mask: np.ndarray | None
) -> tuple[float, float]:
    """Median CPU and wall milliseconds of a search."""
    cpu, wall = [], []
    for query in queries:
        start = time.process_time(), time.perf_counter()
        backend.search(query, size, mask)
        cpu.append(time.process_time() - start[0])
        wall.append(time.perf_counter() - start[1])
    return 1e3 * statistics.median(cpu), 1e3 * statistics.median(wall)


def build_index(path: Path, views: int, dim: int) -> None:
    """An index of ``views`` views with one tiny token each, unit globals around 2000 centres."""
    import numpy as np

    from craterbench_qgis.engine.index import IndexSettings, IndexWriter, SegmentData

    settings = IndexSettings(
        "Moon", 1737400.0, 1737400.0, "none", "0" * 64, "synthetic", 16, (1, 1), dim, 4, 1,
        "random", "raw", (2.0,), 0,
    )  # fmt: skip
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((2000, dim)).astype(np.float32)
    chunks = -(-views // CHUNK)
    with contextlib.ExitStack() as stack:
        writer = stack.enter_context(IndexWriter.create(path, settings))
        writer.add_observation({})
        writer.add_craters(["one"], [0], [0], [1000])
        writer.begin_job({}, chunks)
        for chunk in range(chunks):
            v = min(CHUNK, views - chunk * CHUNK)
            vectors = centres[rng.integers(0, len(centres), v)]
            vectors = vectors + 0.7 * rng.standard_normal((v, dim), dtype=np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            zeros = np.zeros(v)
            writer.commit_chunk(
                chunk,
                SegmentData(
                    zeros.astype(int), zeros.astype(int), zeros + 2, zeros + 1, zeros, zeros,
                    vectors, np.ones((v, 1, 4), np.float32), np.zeros((v, 1), int),
                    np.zeros((v, 1), int), [b""] * v,
                ),
            )  # fmt: skip
        writer.finish_job()


if __name__ == "__main__":
    sys.exit(main())
