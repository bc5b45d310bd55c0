"""A whole search but for encoding: opening, the first one, the next, with filters; and memory.

    python benchmarks/whole_search.py INDEX REAL [--backend auto] [--queries 20] [--full]

INDEX is of ``performance_index.py``. Everything a search does is done (shortlist, late interaction,
places of the matches, how sure); the encoder only hands out what the queries of REAL were encoded
to. Times: processor (of the thread that searches, and of all) and clock, milliseconds. Memory: of
the process beyond what it had after importing torch; "own" is what is not a page of a mapped file,
which the system can drop.
``--profile`` prints where the first search spends its time.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import statistics
import sys
import time
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from craterbench_qgis.contract.search import Filters  # noqa: E402
from craterbench_qgis.engine.encoders.base import Embedding, Encoder  # noqa: E402
from craterbench_qgis.engine.index import open_index  # noqa: E402
from craterbench_qgis.engine.mosaic.view import View  # noqa: E402
from craterbench_qgis.engine.search import QueryView, Searcher, SearchOptions  # noqa: E402

FILTERS = {
    "sizes": Filters(min_diameter=2e3, max_diameter=2e4),
    "region": Filters(region="POLYGON((-120 -40, 60 -50, 80 45, -100 30, -120 -40))"),
    "rectangle": Filters(latitude=(-30.0, 30.0), longitude=(-60.0, 60.0)),
    "expression": Filters(where="diameter_m BETWEEN 2e3 AND 5e3"),
    "expression, anew each time": Filters(where="lat < {} AND diameter_m > 1500"),
}


class Given(Encoder):
    """Hands out what was encoded before."""

    id, weights_hash, input_size, grid = "none", "0" * 64, 96, (4, 4)

    def __init__(self, vectors: np.ndarray, tokens: np.ndarray) -> None:
        self._vectors, self._tokens = vectors, tokens
        self.at = 0

    def encode(self, pixels: np.ndarray) -> Embedding:
        """The next query's."""
        self.at = (self.at + 1) % len(self._vectors)
        at = slice(self.at, self.at + 1)
        attention = np.full((1, self._tokens.shape[1]), 1 / self._tokens.shape[1], np.float32)
        return Embedding(self._vectors[at], self._tokens[at], attention)


def queries(real: Path, count: int) -> tuple[np.ndarray, np.ndarray]:
    """(descriptors [n, G], tokens [n, K, D]) of ``count`` queries."""
    with np.load(real / "queries.npz") as stored:
        vectors = (stored["globals"] * stored["global_scale"][:, None]).astype(np.float32)
        tokens = (stored["tokens"] * stored["token_scale"][:, :, None]).astype(np.float32)
    chosen = np.random.default_rng(0).permutation(len(vectors))[:count]
    return vectors[chosen], tokens[chosen]


def memory() -> tuple[float, float]:
    """MB that are this process's own, and those with pages of mapped files. Linux only."""
    lines = dict(
        line.split(":", 1)
        for line in Path("/proc/self/status").read_text().splitlines()
        if ":" in line
    )
    own, mapped = (int(lines[name].split()[0]) / 1024 for name in ("RssAnon", "RssFile"))
    return own, own + mapped


class Clock:
    """Milliseconds of the processor, in this thread and in all, and on the clock."""

    def __init__(self) -> None:
        self._own, self._all = time.thread_time(), time.process_time()
        self._clock = time.perf_counter()

    def __call__(self) -> tuple[float, float, float]:
        return (
            round(1e3 * (time.thread_time() - self._own), 2),
            round(1e3 * (time.process_time() - self._all), 2),
            round(1e3 * (time.perf_counter() - self._clock), 2),
        )


def main() -> int:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("real", type=Path)
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--shortlist", type=int, default=100)
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    import pyarrow.compute
    import pyproj  # noqa: F401 - as cutting a query does
    import scipy.special
    import shapely
    import torch

    torch.set_num_threads(1)
    shapely.prepare(shapely.box(0, 0, 1, 1))
    pyarrow.compute.is_in(pyarrow.array([1]), value_set=pyarrow.array([1]))
    scipy.special.ndtri(0.5)
    vectors, tokens = queries(arguments.real, arguments.queries)
    pixels = np.zeros((96, 96), np.float32)
    query = QueryView(View(pixels, 1.0, 1.0, 1.0, 96.0), 10.0, 5.0, 2e4, {})
    options = SearchOptions(backend=arguments.backend, shortlist=arguments.shortlist)
    before, clock = memory(), Clock()
    result: dict[str, Any] = {}
    with open_index(arguments.index) as index:
        searcher = Searcher(index, Given(vectors, tokens))
        result |= {"views": index.n_views, "craters": index.n_craters, "open": clock()}
        profile = cProfile.Profile()
        if arguments.profile:
            profile.enable()
        clock = Clock()
        answer = searcher.search(query, options)
        result["first"] = clock()
        profile.disable()
        result["first stages"] = {k: round(v, 1) for k, v in answer.timings_ms.items()}
        result["by"] = answer.provenance.get("shortlist_by")
        times = []
        for _ in range(arguments.queries):
            clock = Clock()
            searcher.search(query, options)
            times.append(clock()[0])
        result["right after it, median"] = statistics.median(times)
        clock = Clock()
        if index._ahead is not None:  # files that are compared beside everything else
            index._ahead._thread.join()
        result["compared beside it"] = clock()
        times = []
        for _ in range(arguments.queries):
            clock = Clock()
            answer = searcher.search(query, options)
            times.append(clock()[0])
        result["next, median"] = statistics.median(times)
        result["next, p95"] = float(np.quantile(times, 0.95))
        result["next stages"] = {k: round(v, 1) for k, v in answer.timings_ms.items()}
        result["memory"] = [round(now - then) for now, then in zip(memory(), before, strict=True)]
        for name, filters in FILTERS.items():
            times, first = [], None
            for number in range(6):
                where = filters.where and filters.where.format(number)
                clock = Clock()
                searcher.search(
                    query, SearchOptions(
                        backend=arguments.backend, shortlist=arguments.shortlist,
                        filters=Filters(**{**vars(filters), "where": where}),
                    ),
                )  # fmt: skip
                first = first or clock()
                times.append(clock()[0])
            result[f"with {name}"] = {"first": first, "median": statistics.median(times[1:])}
        result["memory at the end"] = [
            round(now - then) for now, then in zip(memory(), before, strict=True)
        ]
    sys.stdout.write(json.dumps(result, indent=1) + "\n")
    if arguments.profile:
        pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(25)
    return 0


if __name__ == "__main__":
    sys.exit(main())
