"""A query's price beside other libraries': the tables of docs/performance.md.

    python benchmarks/performance.py REAL INDEX STRUCTURES --views 50000 [--shortlist 100 500]

REAL is a folder of ``real_views.py``; INDEX is built where it is missing or not finished
(``performance_index.py``, which can also do it bit by bit). Into STRUCTURES the other libraries
write theirs, once, each in a process of its own (``--make NAME`` makes one and ends; a library that
cannot be imported is left out). Then every way is opened alone in a process of its own, for its
opening, its first query and its memory; and all answer every query in turn, in one process on one
thread, three times in a row, of which the median counts ("asked first": the first of them). Times
are processor times of all threads, so that a busy machine disturbs them little.

Every other library is set so that it finds 0.99 of the true best S by descriptor, on other queries
than those that are asked: of its ladder the cheapest such step, or, where there is none, the
cheapest that finds within 0.002 as much as any. What it finds is scored by torch. Recall is of the
ten best of the exhaustive late interaction over all views.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LANCE_CPU_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.performance_ways import (  # noqa: E402
    OTHERS,
    TOP,
    Ask,
    Find,
    Other,
    TorchTokens,
    ours,
)
from benchmarks.whole_search import Clock, memory, queries  # noqa: E402
from craterbench_qgis.engine.index import CraterIndex, open_index, open_shortlist  # noqa: E402
from craterbench_qgis.engine.interaction import maxsim  # noqa: E402

OURS = ("exact", "lists")
ENOUGH, NEARLY, TUNED_ON, REPEATS = 0.99, 0.002, 10, 3


def every_descriptor(index: CraterIndex) -> np.ndarray:
    """float32 [V, G]."""
    vectors = np.empty((index.n_views, index.settings.global_dim), np.float32)
    for first, part in index.global_blocks():
        vectors[first : first + len(part)] = part
    vectors *= index.global_scales[:, None]
    return vectors


def make(other: Other, index_path: Path, folder: Path) -> None:
    """Write the library's structure, and what that took."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_index(index_path, check="sizes") as index:
        vectors = every_descriptor(index)
    clock = Clock()
    other.make(vectors, folder)
    _, busy, on_clock = clock()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    made = {"busy_s": busy / 1e3, "clock_s": on_clock / 1e3, "bytes": size}
    (folder / "made.json").write_text(json.dumps(made))


def alone(name: str, real: Path, index_path: Path, structures: Path, size: int, step: int) -> None:
    """Print what opening and the first query take, and the memory; in a process of its own."""
    import torch

    torch.set_num_threads(1)
    vectors, tokens = queries(real, 5)
    before, clock = memory(), Clock()
    with open_index(index_path, check="sizes") as index:
        if name in OURS:
            ask = ours(index, name)
        else:
            find = named(name).load(structures / name)
            scorer = TorchTokens(index)

            def ask(vector: np.ndarray, query: np.ndarray, count: int) -> np.ndarray:
                return scorer.best(query, find(vector, count, step))

        opened = clock()[1:]
        ask(vectors[0], tokens[0], size)
        first = clock()[1:]
        for vector, query in zip(vectors, tokens, strict=True):
            ask(vector, query, size)
        own, mapped = (now - then for now, then in zip(memory(), before, strict=True))
    answer = {"open": opened, "first": first, "own": round(own), "mapped": round(mapped)}
    print(json.dumps(answer))


def named(name: str) -> Other:
    """The library of this name."""
    return next(other for other in OTHERS if other.name == name)


def by_itself(arguments: argparse.Namespace, *extra: str) -> str:
    """This program with other arguments; what it printed. Raises CalledProcessError."""
    command = [
        sys.executable, __file__, str(arguments.real), str(arguments.index),
        str(arguments.structures), *extra,
    ]  # fmt: skip
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def truth(index: CraterIndex, tokens: np.ndarray) -> tuple[list[set[int]], list[float]]:
    """The ten best views of each query by late interaction with all, and seconds each took."""
    best, cost = [], []
    for query in tokens:
        start = time.process_time()
        parts = []
        for segment in index.segments:
            records = segment.records
            for at in range(0, len(records), 8192):
                some = records[at : at + 8192]
                parts.append(maxsim(query, some["tokens"], some["scale"]))
        scores = np.concatenate(parts)
        order = np.lexsort((np.arange(len(scores)), -scores))[:TOP]
        cost.append(time.process_time() - start)
        best.append(set(order.tolist()))
    return best, cost


def tuned(find: Find, other: Other, exact: Any, vectors: np.ndarray, size: int) -> int:
    """The cheapest step of the ladder that finds enough of the best S; where none does, the
    cheapest that finds nearly as much as any."""
    shares = [agreement(_set_to(find, step), exact, vectors, size) for step in other.ladder]
    enough = min(ENOUGH, max(shares) - NEARLY)
    return next(step for step, share in zip(other.ladder, shares, strict=True) if share >= enough)


def agreement(
    find: Callable[[np.ndarray, int], np.ndarray], exact: Any, vectors: np.ndarray, size: int
) -> float:
    """Share of the true best S that ``find`` gives."""
    return float(
        np.mean([np.isin(exact.search(v, size)[0], find(v, size)).mean() for v in vectors])
    )


def table(arguments: argparse.Namespace) -> None:
    """Print the tables of one size."""
    import torch

    torch.set_num_threads(1)
    every, every_tokens = queries(arguments.real, arguments.queries + TUNED_ON)
    vectors, tokens = every[:-TUNED_ON], every_tokens[:-TUNED_ON]
    with open_index(arguments.index, check="sizes") as index:
        files = index.manifest.files()
        bytes_of = {
            "lists": sum(file.size for file in files if file.path.endswith(".lists")),
            "exact": sum(file.size for file in files if file.path.endswith("globals.bin")),
        }
        print(f"\n{index.n_views:,} views, {len(vectors)} queries\n", flush=True)
        right_ones, cost = truth(index, tokens)
        finds: dict[str, Find] = {}
        for other in OTHERS:
            folder = arguments.structures / other.name
            if other.name in arguments.leave_out:
                continue
            if index.n_views > other.most:
                print(f"{other.name} left out: {other.why}.", flush=True)
            elif (folder / "made.json").exists():
                finds[other.name] = other.load(folder)
        scorer = TorchTokens(index) if finds else None
        exact, lists = open_shortlist(index, "exact"), open_shortlist(index, "lists")
        print("| way | S | set to | median ms | p95 ms | asked first, ms | "
              "recall@10 of exhaustive | share of best S |\n|---|---|---|---|---|---|---|---|"
        )  # fmt: skip
        print(f"| exhaustive | - | | {1e3 * statistics.median(cost):.0f} | "
              f"{1e3 * np.quantile(cost, 0.95):.0f} | | 1 | - |", flush=True)  # fmt: skip
        steps: dict[tuple[str, int], int] = {}
        for size in arguments.shortlist:
            for name, find in finds.items():
                steps[name, size] = tuned(find, named(name), exact, every[-TUNED_ON:], size)
            times: dict[str, list[float]] = {name: [] for name in (*OURS, *finds)}
            first: dict[str, list[float]] = {name: [] for name in times}
            right: dict[str, list[float]] = {name: [] for name in times}
            with ExitStack() as opened:
                # Each opened anew: what was compared for another is not compared again.
                asks: dict[str, Ask] = {
                    name: ours(opened.enter_context(open_index(arguments.index, "sizes")), name)
                    for name in OURS
                }
                asks |= {
                    name: _ask(find, scorer, steps[name, size]) for name, find in finds.items()
                }
                for number in range(len(vectors)):
                    for name, ask in asks.items():
                        spent = []
                        for _ in range(REPEATS):
                            start = time.process_time()
                            views = ask(vectors[number], tokens[number], size)
                            spent.append(time.process_time() - start)
                        times[name].append(statistics.median(spent))
                        first[name].append(spent[0])
                        right[name].append(len(right_ones[number] & set(views.tolist())) / TOP)
            shares = {"exact": 1.0}
            shares["lists"] = agreement(lambda v, s: lists.search(v, s)[0], exact, vectors, size)
            for name, find in finds.items():
                shares[name] = agreement(_set_to(find, steps[name, size]), exact, vectors, size)
            for name in times:
                label = f"{name} + torch" if name in finds else f"ours, {name}"
                print(
                    f"| {label} | {size} | {steps.get((name, size), '')} | "
                    f"{1e3 * statistics.median(times[name]):.2f} | "
                    f"{1e3 * np.quantile(times[name], 0.95):.2f} | "
                    f"{1e3 * statistics.median(first[name]):.2f} | {np.mean(right[name]):.3f} | "
                    f"{shares[name]:.4f} |",
                    flush=True,
                )
    print("\n| way | made in s (processor) | MB on disk | opening ms | with first query ms | "
          "own MB | with mapped files MB |\n|---|---|---|---|---|---|---|", flush=True)  # fmt: skip
    size = arguments.shortlist[0]
    for name in (*OURS, *finds):
        answer = json.loads(
            by_itself(
                arguments, "--alone", name, "--shortlist", str(size), "--step",
                str(steps.get((name, size), 0)),
            )
        )  # fmt: skip
        if name in finds:
            made = json.loads((arguments.structures / name / "made.json").read_text())
            spent, disk = f"{made['busy_s']:.0f}", made["bytes"]
        else:
            spent, disk = "", bytes_of[name]
        label = f"{name} + torch" if name in finds else f"ours, {name}"
        print(f"| {label} | {spent} | {disk / 1e6:.0f} | {answer['open'][0]:.0f} | "
              f"{answer['first'][0]:.0f} | {answer['own']} | {answer['mapped']} |",
              flush=True)  # fmt: skip


def built(path: Path) -> bool:
    """Whether the index is there and finished."""
    if not (path / "manifest.json").exists():
        return False
    with open_index(path, check="sizes") as index:
        return not index.incomplete and index.manifest.has_lists


def _set_to(find: Find, step: int) -> Callable[[np.ndarray, int], np.ndarray]:
    return lambda vector, size: find(vector, size, step)


def _ask(find: Find, scorer: Any, step: int) -> Ask:
    return lambda vector, query, size: scorer.best(query, find(vector, size, step))


def main() -> int:
    """Make what is missing, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("structures", type=Path)
    parser.add_argument("--views", type=int, default=50_000, help="of an index that is missing")
    parser.add_argument("--shortlist", type=int, nargs="+", default=[100, 500])
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--leave-out", nargs="*", default=[], help="names of libraries")
    parser.add_argument("--make", help="make one library's structure and end")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    parser.add_argument("--step", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.alone:
        alone(
            arguments.alone, arguments.real, arguments.index, arguments.structures,
            arguments.shortlist[0], arguments.step,
        )  # fmt: skip
        return 0
    if arguments.make:
        make(named(arguments.make), arguments.index, arguments.structures / arguments.make)
        return 0
    if not built(arguments.index):
        subprocess.run(
            [
                sys.executable, str(ROOT / "benchmarks" / "performance_index.py"),
                str(arguments.real), str(arguments.index), "--views", str(arguments.views),
            ], check=True,
        )  # fmt: skip
    with open_index(arguments.index, check="sizes") as index:
        views = index.n_views
    for other in OTHERS:
        made = arguments.structures / other.name / "made.json"
        if made.exists() or views > other.most or other.name in arguments.leave_out:
            continue
        try:
            by_itself(arguments, "--make", other.name)
        except subprocess.CalledProcessError as error:
            print(
                f"{other.name} left out: {(error.stderr.strip() or str(error)).splitlines()[-1]}",
                flush=True,
            )
    table(arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
