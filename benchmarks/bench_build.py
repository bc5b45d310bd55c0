"""What a build costs beside encoding: reads, crops, aggregation, writes; for a ViT-S/16.

    .venv/bin/python benchmarks/bench_build.py [--data FOLDER] [--craters 128] [--rounds 3]

Each round times, in this order and in one process: the encoder alone on the views of the craters
(cut beforehand, in the batches the build uses), then the whole build of the same craters with the
same encoder. The figure is the median over rounds of build / encoding - 1. The weights are random:
timing does not depend on them. Needs the real mosaic (see tests/engine/conftest.py).
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from craterbench_qgis.contract.build import BuildParams, CatalogueSource
from craterbench_qgis.engine.catalogue import Craters, read_catalogue
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.encoders.base import Encoder
from craterbench_qgis.engine.indexing import build_index
from craterbench_qgis.engine.indexing.plan import spatial_order
from craterbench_qgis.engine.mosaic import Mosaic, ViewSkipped

ENCODER = "timm:vit_small_patch16_224.dino?random"


def cut(mosaic_path: Path, craters: Craters, size: int) -> np.ndarray:
    """The views the build will make, in its order."""
    views = []
    with Mosaic.open(mosaic_path) as mosaic:
        for i in spatial_order(craters.lon, craters.lat):
            for context in (2.0, 3.0):
                try:
                    view = mosaic.view(
                        craters.lon[i], craters.lat[i], craters.diameter[i], context, size
                    )
                except ViewSkipped:
                    continue
                views.append(view.pixels)
    return np.stack(views)


def encode_only(encoder: Encoder, views: np.ndarray) -> float:
    """Seconds to encode the views in the encoder's own batches."""
    start = time.perf_counter()
    for at in range(0, len(views), encoder.preferred_batch):
        encoder.encode(views[at : at + encoder.preferred_batch])
    return time.perf_counter() - start


def whole_build(encoder: Encoder, mosaic: Path, craters: Craters, folder: Path) -> float:
    """Seconds of a build from nothing, without loading the encoder and the catalogue."""
    output = folder / "bench.craterindex"
    shutil.rmtree(output, ignore_errors=True)
    start = time.perf_counter()
    params = BuildParams([str(mosaic)], CatalogueSource(str(craters.path)), str(output))
    build_index(params, craters, encoder)
    return time.perf_counter() - start


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--craters", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--encoder", default=ENCODER)
    arguments = parser.parse_args()
    mosaic = arguments.data / "moon" / "lroc_wac_8k.tif"
    if not mosaic.is_file():
        print(f"skipped: {mosaic} is not here")
        return 0
    craters = read_catalogue(arguments.data / "moon" / "craters_ge5km.csv")
    large = np.flatnonzero(craters.diameter >= 20_000)
    chosen = np.random.default_rng(0).choice(large, arguments.craters, replace=False)
    craters = craters.take(np.sort(chosen))
    encoder = load_encoder(arguments.encoder)
    views = cut(mosaic, craters, encoder.input_size)
    encode_only(encoder, views[: encoder.preferred_batch])
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.rounds):
            alone = encode_only(encoder, views)
            build = whole_build(encoder, mosaic, craters, Path(folder))
            ratios.append(build / alone)
            print(
                f"round {number + 1}: {len(views)} views, encoding {1000 * alone / len(views):.1f} "
                f"ms/view, build {1000 * build / len(views):.1f} ms/view, ratio {ratios[-1]:.3f}",
                flush=True,
            )
    overhead = 100 * (statistics.median(ratios) - 1)
    print(f"{encoder.id}: beside encoding the build costs {overhead:+.1f} % (median)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
