"""Two encoders on the same views: hit@1 with bootstrap intervals, and of their paired difference.

    python benchmarks/compare_encoders.py --data ../shared/data --encoders A B --set NAME ...

Sets: those of training/validate.py and training/develop.py, and, kept aside from training and from
every choice: ``mars-mosaics`` (other_bodies/mars.tif against Viking, named craters of 100 km and
more; its pixels are 21 km), ``mercury`` and ``ceres`` (one mosaic against a simulated processing
of itself, centres off by up to 0.3 D: no second mosaic is here).
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from craterbench_qgis.engine.encoders import load_encoder
from training import develop, validate
from training.validate import RetrievalSet, crater_ranks, cut, embed, method_scores

METHODS = ("global", "aggregated:attention:16", "aggregated:attention:64", "two-stage:64")
KEPT = ("mars-mosaics", "mercury", "ceres")


def make_set(name: str, data: Path, work: Path, size: int, limit: int) -> RetrievalSet:
    """The views of one set."""
    if name in validate.SETS:
        return validate.make_set(name, data / "moon", work, size, limit)
    if name in develop.SETS:
        return develop.make_set(name, data, work, size)
    rng, bodies = np.random.default_rng(0), data / "other_bodies"
    if name == "mars-mosaics":
        rows, craters = develop._craters(data / "mars/mars_named_craters.csv", "mars", 100e3)
        gallery = cut(
            data / develop.VIKING, craters, rows, (2.0, 3.0), size, 0.0, rng, body_name="mars"
        )
        asked = cut(bodies / "mars.tif", craters, rows, None, size, 0.1, rng, body_name="mars")
        return RetrievalSet(gallery, {"other mosaic": asked})
    smallest = {"mercury": 100e3, "ceres": 30e3}[name]
    rows, craters = develop._craters(bodies / f"{name}_named_craters.csv", name, smallest)
    mosaic = bodies / f"{name}.tif"
    gallery = cut(mosaic, craters, rows, (2.0, 3.0), size, 0.0, rng, body_name=name)
    raw = cut(mosaic, craters, np.unique(gallery.row), None, size, 0.3, rng, body_name=name)
    return RetrievalSet(gallery, {"simulated processing": develop.another_processing(raw, rng)})


def interval(values: np.ndarray) -> str:
    """Mean and its 95 % bootstrap interval."""
    rng = np.random.default_rng(0)
    means = values[rng.integers(0, len(values), (2000, len(values)))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return f"{values.mean():.3f} ({low:.3f} to {high:.3f})"


def main() -> None:
    """Print one Markdown row per set, query and method."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoders", nargs="+", required=True)
    parser.add_argument("--set", action="append", required=True, dest="sets")
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--limit", type=int, default=600)
    options = parser.parse_args()
    encoders = [load_encoder(name, device="cpu", threads=1) for name in options.encoders]
    with tempfile.TemporaryDirectory() as folder:
        for name in options.sets:
            hits: dict[tuple[str, str], list[np.ndarray]] = {}
            for encoder in encoders:
                views = make_set(
                    name, options.data, Path(folder), encoder.input_size, options.limit
                )
                known = embed(encoder, views.gallery)
                for label, asked in views.queries.items():
                    sought = embed(encoder, asked)
                    for method in options.methods:
                        ranks = crater_ranks(
                            method_scores(known, sought, method), views.gallery.row, asked.row
                        )
                        hits.setdefault((label, method), []).append((ranks == 1).astype(float))
            for (label, method), columns in hits.items():
                cells = [interval(h) for h in columns]
                cells += [interval(h - columns[0]) for h in columns[1:]]
                where = f"{name}, {label} ({len(columns[0])})"
                print(f"| {where} | {method} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
