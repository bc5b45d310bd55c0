"""The candidate search of duplicate finding at planetary size: time, peak memory, pairs.

    python benchmarks/bench_duplicates.py [--entries 100000 1300000] [--threads 1]

The catalogue is synthetic: uniform on the Moon's sphere, diameters from 1 km with a cumulative
slope of -2 up to 500 km, and one entry in a hundred entered twice (centre off by up to 0.2 D,
diameter by up to 20 %). Each size runs in a process of its own, whose peak memory is told with
that of the catalogue alone.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(description="Time the search for candidate pairs.")
    parser.add_argument("--entries", type=int, nargs="+", default=[100_000, 400_000, 1_300_000])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one)))
        return 0
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(arguments.threads)
    print("| entries | pairs | planted found | search s | CPU s | peak MB | before | all s | MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for entries in arguments.entries:
        command = [sys.executable, __file__, "--one", str(entries)]
        result = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        print(
            f"| {entries:,} | {result['pairs']:,} | {result['found']:,} of "
            f"{result['planted']:,} | {result['wall']:.1f} | {result['cpu']:.1f} | "
            f"{result['peak']:,.0f} | {result['before']:,.0f} | {result['all']:.0f} | "
            f"{result['all_peak']:,.0f} |",
            flush=True,
        )
    return 0


def measure(entries: int) -> dict[str, float]:
    """One size: search and count."""
    sys.path.insert(0, str(ROOT))
    import numpy as np

    from craterbench_qgis.contract.build import CatalogueSource
    from craterbench_qgis.contract.duplicates import DuplicateParams
    from craterbench_qgis.engine.bodies import body_by_name
    from craterbench_qgis.engine.duplicates import candidate_pairs, find_duplicates

    moon = body_by_name("moon")
    craters, planted = synthetic(entries)
    before = _peak()
    wall, cpu = time.perf_counter(), time.process_time()
    pairs = candidate_pairs(moon, craters)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = _peak()
    whole = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        review = str(Path(folder) / "review.gpkg")
        find_duplicates(DuplicateParams(CatalogueSource("synthetic"), review), craters)
    whole = time.perf_counter() - whole
    keys = pairs.a * len(craters) + pairs.b
    wanted = planted[:, 0] * len(craters) + planted[:, 1]
    return {
        "pairs": len(pairs),
        "planted": len(planted),
        "found": int(np.isin(wanted, keys).sum()),
        "wall": wall,
        "cpu": cpu,
        "peak": peak,
        "all": whole,
        "all_peak": _peak(),
        "before": before,
    }


def synthetic(entries: int):  # type: ignore[no-untyped-def]
    """(Craters, rows [p, 2] of the planted pairs)."""
    import numpy as np
    import pyarrow as pa

    from craterbench_qgis.engine.bodies import body_by_name, destination
    from craterbench_qgis.engine.catalogue import ColumnChoice, Craters

    rng = np.random.default_rng(20)
    copies = entries // 100
    n = entries - copies
    lon = rng.uniform(-180, 180, n)
    lat = np.degrees(np.arcsin(rng.uniform(-1, 1, n)))
    diameter = np.minimum(1000.0 * rng.uniform(1e-12, 1, n) ** -0.5, 500e3)
    of = rng.choice(n, copies, replace=False)
    off = rng.uniform(0, 0.2, copies) * diameter[of]
    moon = body_by_name("moon")
    new = destination(moon, lon[of], lat[of], rng.uniform(0, 360, copies), off)
    ids = [str(i) for i in range(entries)]
    craters = Craters(
        ids=ids,
        lon=np.concatenate([lon, new[0]]),
        lat=np.concatenate([lat, new[1]]),
        diameter=np.concatenate([diameter, diameter[of] * rng.uniform(0.8, 1.2, copies)]),
        attributes=pa.table({"id": ids}),
        body=moon,
        path="synthetic.csv",
        columns=ColumnChoice("id", "lon", "lat", "diameter", "m"),
        rejected=[],
        source_rows=np.arange(1, entries + 1),
    )
    return craters, np.stack([of, np.arange(n, entries)], axis=1)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


if __name__ == "__main__":
    raise SystemExit(main())
