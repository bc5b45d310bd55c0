"""The atlas of a large index: what making it and looking at it take.

    python benchmarks/bench_atlas.py REAL.craterindex FOLDER [--craters 400000] [--noise 0.3]

Descriptors of kind are those of REAL, an index that has them. Where it holds fewer than
``--craters``, they are repeated, every number moved by ``--noise`` times its own standard deviation
over REAL (normal), so that no two craters are alike, but the kinds are REAL's. Every crater has one
view, without tokens and thumbnails worth the name, a diameter, a column of words and one of
numbers. Making and looking run in processes of their own, so that each one's greatest memory is
known. Times are processor times; a machine with other work makes them longer.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from craterbench_qgis.contract.atlas import AtlasPictureParams  # noqa: E402
from craterbench_qgis.contract.vocabulary import Stage  # noqa: E402
from craterbench_qgis.engine.index import (  # noqa: E402
    IndexSettings,
    IndexWriter,
    SegmentData,
    open_index,
)
from craterbench_qgis.engine.kinds import load_descriptor  # noqa: E402
from craterbench_qgis.engine.kinds.atlas import crater_features, make_atlas  # noqa: E402
from craterbench_qgis.engine.kinds.atlas_view import AtlasView, atlas_info  # noqa: E402
from craterbench_qgis.engine.kinds.gallery import KindGallery  # noqa: E402
from craterbench_qgis.engine.monitor import Monitor  # noqa: E402

CHUNK = 32_768
WIDTH, HEIGHT = 1000, 700
PANS = 15


def build(real: Path, path: Path, count: int, noise: float) -> None:
    """An index of ``count`` craters with the descriptors of ``real``, repeated with noise."""
    with open_index(real, check="sizes") as index:
        entry, records = index.manifest.kinds, index.kinds
        if entry is None or records is None:
            raise SystemExit(f"{real.name} has no descriptors of kind. Upgrade it first.")
        _, first = np.unique(records["crater_row"], return_index=True)
        records = records[first]
        diameter = np.asarray(index.craters.diameter_m)[records["crater_row"]]
    rng = np.random.default_rng(0)
    which = np.arange(count) % len(records)
    many = records[which].copy()
    for name in ("relief", "near", "tone", "tone_scatter"):
        values = records[name].astype(np.float32)
        moved = many[name] + rng.standard_normal((count, values.shape[1]), np.float32) * (
            noise * np.nanstd(values, axis=0) * (np.arange(count) >= len(records))[:, None]
        )
        many[name] = np.clip(np.rint(moved), -127, 127) if many[name].dtype == np.int8 else moved
    many["crater_row"], many["observation"], many["context"] = np.arange(count), 0, 2.0
    settings = IndexSettings(
        "Moon", 1737400.0, 1737400.0, "none", "0" * 64, "measured", 96, (12, 12), 8, 8, 1,
        "attention", "aggregated", (2.0,), 0,
    )  # fmt: skip
    words = pa.table(
        {
            "class": pa.array([f"class {number}" for number in (np.arange(count) % 9).tolist()]),
            "depth": pa.array(rng.lognormal(6, 1, count)),
        }
    )
    with IndexWriter.create(path, settings) as writer:
        writer.add_observation({})
        writer.add_craters(
            [str(number) for number in range(count)],
            rng.uniform(-180, 180, count),
            np.degrees(np.arcsin(rng.uniform(-1, 1, count))),
            diameter[which] * np.exp(rng.normal(0, 0.1, count)),
            words,
        )
        writer.begin_job({}, -(-count // CHUNK))
        for chunk, start in enumerate(range(0, count, CHUNK)):
            rows = np.arange(start, min(start + CHUNK, count))
            n, none = len(rows), np.zeros(len(rows))
            unit = np.eye(8, dtype=np.float32)[rows % 8]
            data = SegmentData(
                rows, none.astype(int), none + 2, none + 1, none + 100, none + 100, unit,
                unit[:, None], np.zeros((n, 1), int), np.zeros((n, 144), int), [b""] * n,
            )  # fmt: skip
            writer.commit_chunk(chunk, data)
        writer.finish_job()
        writer.add_kinds(entry, many)


class _Stages(Monitor):
    """Says when each tenth is done."""

    def __init__(self) -> None:
        super().__init__()
        self._said, self._start = -1, time.process_time()

    def report(self, stage: Stage, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if tenth != self._said:
            self._said = tenth
            print(f"| ... {10 * tenth} % reached | {time.process_time() - self._start:.1f} s | |")


def timed(what: str, work: Callable[[], Any], repeat: int = 1) -> Any:
    """Do it, and print a row: processor time (median, most) and the greatest memory so far."""
    spent = []
    for _ in range(repeat):
        start = time.process_time()
        result = work()
        spent.append(time.process_time() - start)
    median = sorted(spent)[len(spent) // 2]
    unit, factor = ("s", 1) if median > 1 else ("ms", 1e3)
    most = f" (at most {max(spent) * factor:.3g})" if repeat > 1 else ""
    print(f"| {what} | {median * factor:.3g} {unit}{most} | {_peak()} |", flush=True)
    return result


def _peak() -> str:
    import resource

    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"


def make(path: Path) -> None:
    """The rows of making an atlas."""
    descriptor = load_descriptor(threads=1)
    with open_index(path, check="sizes") as index:
        gallery = timed("descriptors read", lambda: KindGallery(index, descriptor))
        timed("what is compared", lambda: crater_features(gallery))
    timed("the whole atlas made and written", lambda: make_atlas(path, descriptor, _Stages()))


def look(path: Path) -> None:
    """The rows of looking at it."""
    with open_index(path, check="sizes") as index:
        info = timed("told what there is (first)", lambda: atlas_info(index))
        timed("told what there is (again)", lambda: atlas_info(index), 3)
        view = timed("atlas opened", lambda: AtlasView(index))
        print(f"| {info.craters:,} craters, {info.columns} | | |")

        def ask(number: int, scale: float, **more: Any) -> AtlasPictureParams:
            x = 0.05 * (number % 7 - 3) * scale * WIDTH
            return AtlasPictureParams(str(path), x, 0.0, scale, WIDTH, HEIGHT, **more)

        for column in (None, "diameter_m", "depth", "class"):
            name = column or "how many"
            timed(
                f"first picture, by {name}", lambda c=column: view.picture(ask(0, 0.003, column=c))
            )
        for scale, name in ((0.003, "all of it"), (0.0006, "a fifth of its width"), (6e-5, "near")):
            turn = iter(range(10_000))
            count = view.picture(ask(0, scale))[1]
            timed(
                f"a pan, {name} ({count:,} craters)",
                lambda t=turn, s=scale: view.picture(ask(next(t), s)),
                PANS,
            )
        ring = np.linspace(0, 2 * np.pi, 200, endpoint=False)
        lasso = (0.5 * np.stack([np.cos(ring), np.sin(ring)], 1)).ravel().tolist()
        inside = timed("a lasso of 200 corners", lambda: view.within(lasso), 3)
        timed(
            f"a pan with those {len(inside):,} ringed",
            lambda: view.picture(ask(0, 0.003, lasso=lasso)),
            5,
        )
        rows = [int(row) for row in view.rows[:: max(1, len(view) // 20_000)]][:20_000]
        timed("a pan with 20,000 rows ringed", lambda: view.picture(ask(0, 0.003, rows=rows)), 5)
        timed("the crater at a place", lambda: view.nearest(0.0, 0.0, 1.0), 5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("real", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--craters", type=int, default=400_000)
    parser.add_argument("--noise", type=float, default=0.3)
    parser.add_argument("--phase", choices=["build", "make", "look"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    path = arguments.folder / f"atlas-{arguments.craters}.craterindex"
    if arguments.phase is None:
        print("| what | processor time | greatest memory |\n|---|---|---|", flush=True)
        for phase in ("build", "make", "look"):
            subprocess.run([sys.executable, __file__, *sys.argv[1:], "--phase", phase], check=True)
        return
    if arguments.phase == "build":
        if not path.exists():
            arguments.folder.mkdir(parents=True, exist_ok=True)
            work = (arguments.real, path, arguments.craters, arguments.noise)
            timed("the synthetic index built", lambda: build(*work))
    elif arguments.phase == "make":
        make(path)
    else:
        look(path)


if __name__ == "__main__":
    main()
