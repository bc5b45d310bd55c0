"""How long a catalogue of 1.3 million craters takes to read, here and in another checkout.

    python benchmarks/bench_catalogue.py [--against FOLDER] [--rows N] [--rounds N]

The table is like Robbins 2018 (20 columns, 13 decimals), written for the purpose. Both versions
read it in turns, each time in a process of its own; the best and the middle of the rounds count, of
the time on the clock and, for busy machines, of the processor's.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
READ = """
import sys, time
from craterbench_qgis.engine.catalogue import read_catalogue
import pyarrow, pyarrow.compute, pyarrow.csv, pyproj
start, busy = time.perf_counter(), time.process_time()
craters = read_catalogue(sys.argv[1], body="moon")
print(len(craters), time.perf_counter() - start, time.process_time() - busy)
"""


def write(path: Path, rows: int) -> None:
    """The table."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv

    rng = np.random.default_rng(5)
    lat = np.degrees(np.arcsin(rng.uniform(-1, 1, rows)))
    lon = rng.uniform(0, 360, rows)
    size = rng.pareto(2.0, rows) + 1.0
    columns = {
        "CRATER_ID": [f"{n // 1_000_000:02d}-1-{n % 1_000_000:06d}" for n in range(rows)],
        "LAT_CIRC_IMG": lat,
        "LON_CIRC_IMG": lon,
        "LAT_ELLI_IMG": lat + 1e-4,
        "LON_ELLI_IMG": lon + 1e-4,
        "DIAM_CIRC_IMG": size,
    }
    for number in range(14):
        columns[f"MEASURE_{number}"] = rng.normal(0, 1, rows)
    csv.write_csv(pa.table(columns), path)


def seconds(folder: Path, table: Path) -> tuple[float, float]:
    """One reading by the checkout in ``folder``: on the clock, and of the processor."""
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", READ, str(table)], env=environ, cwd=folder, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    count, clock, busy = done.stdout.split()
    if int(count) == 0:
        raise SystemExit("nothing was read")
    return float(clock), float(busy)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--rows", type=int, default=1_300_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    folders = {"this": ROOT, **({"other": asked.against.resolve()} if asked.against else {})}
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in folders}
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "craters.csv"
        write(table, asked.rows)
        for _ in range(asked.rounds):
            for name, place in folders.items():
                spent[name].append(seconds(place, table))
    for kind, words in enumerate(("clock", "processor")):
        times = {name: [spans[kind] for spans in rounds] for name, rounds in spent.items()}
        for name, all_times in times.items():
            middle = statistics.median(all_times)
            print(f"{words}, {name}: best {min(all_times):.2f} s, middle {middle:.2f} s")
        if "other" in times:
            best = min(times["this"]) / min(times["other"])
            middle = statistics.median(times["this"]) / statistics.median(times["other"])
            print(f"{words}, this / other: best {best:.2f}, middle {middle:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
