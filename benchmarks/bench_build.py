"""What a build costs, stage by stage, and beside encoding alone, on one core and on two.

    .venv/bin/python benchmarks/bench_build.py [--data FOLDER] [--encoder NAME] [--craters 500]
        [--cores 1 2] [--rounds 3]

For each number of cores a process of its own, which may use no others, times in turn: encoding
alone (views cut beforehand, in the build's batches; once each batch by all cores, once each core a
batch), and a whole build with descriptors of kind, from nothing to the lists. Stages are the
processor time of a build on one core. ``timm:NAME?random``: random weights, which take as long.
Needs the real mosaic (see tests/engine/conftest.py).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from craterbench_qgis.contract.build import BuildParams, CatalogueSource
from craterbench_qgis.engine.catalogue import Craters, read_catalogue
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.encoders.base import Encoder
from craterbench_qgis.engine.encoders.device import alone
from craterbench_qgis.engine.index import IndexSettings, IndexWriter
from craterbench_qgis.engine.indexing import build_index, cutting
from craterbench_qgis.engine.indexing.plan import spatial_order
from craterbench_qgis.engine.kinds import load_descriptor
from craterbench_qgis.engine.kinds.describe import KindDescriber
from craterbench_qgis.engine.kinds.upgrade import upgrade_index
from craterbench_qgis.engine.mosaic import Mosaic
from craterbench_qgis.engine.mosaic.sampling import Sampler

ENCODER = "timm:vit_small_patch16_224.dino?random"
ALONE_VIEWS = 256


def batches_of(mosaic_path: Path, craters: Craters, encoder: Encoder) -> list[np.ndarray]:
    """The first views the build will make, in its batches."""
    rows = spatial_order(craters.lon, craters.lat)[: ALONE_VIEWS // 2]
    columns = [np.repeat(c[rows], 2) for c in (craters.lon, craters.lat, craters.diameter)]
    places = np.stack([*columns, np.tile([2.0, 3.0], len(rows))], axis=1)
    task = cutting.CutTask(0, places, encoder.input_size, cutting.Limits(0.9, 6.0))
    with Mosaic.open(mosaic_path) as mosaic:
        views = [
            made.view.pixels for made in cutting.cut(mosaic, task) if type(made) is cutting.Cut
        ]
    step = encoder.preferred_batch
    return [np.stack(views[at : at + step]) for at in range(0, len(views) - step + 1, step)]


def stages(encoder: Encoder) -> Counter[str]:
    """Processor seconds of each stage of the builds that follow, as they go on; stages within
    others are taken out of them."""
    spent: Counter[str] = Counter()
    inner = [0.0]

    def listen(owner: Any, name: str, stage: str) -> None:
        call: Callable[..., Any] = getattr(owner, name)

        def timed(*given: Any, **named: Any) -> Any:
            start, before = time.process_time(), inner[0]
            try:
                return call(*given, **named)
            finally:
                took = time.process_time() - start
                spent[stage] += took - (inner[0] - before)
                inner[0] = before + took

        setattr(owner, name, timed)

    listen(Sampler, "_raw", "reading")
    listen(Mosaic, "view", "cutting")
    listen(Mosaic, "crop", "cutting")
    listen(cutting, "thumbnail", "pictures")
    listen(type(encoder), "encode", "encoding")
    listen(IndexSettings, "instance_tokens", "aggregation")
    listen(KindDescriber, "records", "kind")
    for name in ("commit_chunk", "add_kinds", "finish_job", "begin_job"):
        listen(IndexWriter, name, "writing")
    return spent


def measure(arguments: argparse.Namespace, cores: int) -> dict[str, Any]:
    """Medians for this many cores, in this process."""
    mosaic = arguments.data / "moon" / "lroc_wac_8k.tif"
    craters = read_catalogue(arguments.data / "moon" / "craters_ge5km.csv")
    large = np.flatnonzero(craters.diameter >= 20_000)
    chosen = np.random.default_rng(0).permutation(large)[: arguments.craters]
    craters = craters.take(np.sort(chosen))
    encoder = load_encoder(arguments.encoder, device="cpu", threads=cores)
    descriptor = load_descriptor(threads=cores)
    batches = batches_of(mosaic, craters, encoder)
    batches *= 8 if encoder.input_size < 200 else 1  # a second of a small network
    count = sum(map(len, batches))
    encoder.encode(batches[0])
    spent = stages(encoder) if cores == 1 else Counter()
    found: dict[str, list[float]] = {"by all": [], "each": [], "build": []}
    views = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(cores) as both:
        for _ in range(arguments.rounds):
            start = time.perf_counter()
            for batch in batches:
                encoder.encode(batch)
            found["by all"].append((time.perf_counter() - start) / count)
            start = time.perf_counter()
            list(both.map(partial(alone, encoder.encode), batches))
            found["each"].append((time.perf_counter() - start) / count)
            output = Path(folder) / "bench.craterindex"
            params = BuildParams([str(mosaic)], CatalogueSource(str(craters.path)), str(output))
            spent.clear()
            start, used = time.perf_counter(), time.process_time()
            report = build_index(params, craters, encoder, describer=KindDescriber(descriptor))
            upgrade_index(output, descriptor, [mosaic])
            views = report.views
            found["build"].append((time.perf_counter() - start) / views)
            spent["everything else"] = time.process_time() - used - sum(spent.values())
            shutil.rmtree(output)
    medians = {name: statistics.median(values) for name, values in found.items()}
    best = [min(pair) for pair in zip(found["by all"], found["each"], strict=True)]
    ratios = [build / least for build, least in zip(found["build"], best, strict=True)]
    return {
        **{name: 1000 * value for name, value in medians.items()},
        "ratio": statistics.median(ratios),
        "views": views,
        "stages": {name: 1000 * value / views for name, value in spent.items()},
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--craters", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--encoder", default=ENCODER, help="'' for the bundled one")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not (arguments.data / "moon" / "lroc_wac_8k.tif").is_file():
        print(f"skipped: the mosaic is not in {arguments.data}")
        return 0
    arguments.encoder = arguments.encoder or None
    if arguments.measure is not None:
        print(json.dumps(measure(arguments, arguments.measure)))
        return 0
    for cores in arguments.cores:
        # Before numpy is there: see craterbench_qgis/engine/__init__.py.
        environ = os.environ | {"OPENBLAS_NUM_THREADS": "1", "GOMP_SPINCOUNT": "10000"}
        command = [sys.executable, *sys.argv, "--measure", str(cores)]
        if hasattr(os, "sched_setaffinity"):
            allowed = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(0, allowed[:cores])
        said = subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True, text=True)
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, allowed)
        found = json.loads(said.stdout)
        print(
            f"{cores} cores, {found['views']} views, ms a view: encoding alone "
            f"{found['by all']:.2f} (a batch by all cores) or {found['each']:.2f} (a batch a core),"
            f" build {found['build']:.2f}, ratio to the faster {found['ratio']:.2f}; "
            f"{1000 / found['build']:.0f} views/s",
            flush=True,
        )
        for stage, took in found["stages"].items():
            print(f"    {stage}: {took:.2f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
