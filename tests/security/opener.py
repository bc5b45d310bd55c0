"""A program that opens what it is told to, one file a line, and says how it ended.

In: ``{"purpose", "name"}``; out: ``{"outcome", "text", "rss_mb", "seconds"}``, where ``outcome`` is
``opened``, ``sentence`` (the engine's own error) or the name of a bare exception; ``seconds`` are
the processor's. A process of its own, so that one that a file kills takes nobody along.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import craterbench_qgis.engine  # noqa: F401 - before anything that loads GDAL
from craterbench_qgis.engine.errors import CraterBenchError
from craterbench_qgis.engine.monitor import Monitor


def mosaic(name: str) -> object:
    from craterbench_qgis.engine.mosaic import Mosaic, ViewSkipped

    with Mosaic.open(name) as opened:
        opened.describe()
        size = 32
        area = opened.frame.bounds(0, 0, 1, 1)
        try:
            return opened.view(5.0, 3.0, 30_000.0, 2.0, size), area
        except ViewSkipped:
            return None


def catalogue(name: str) -> object:
    from craterbench_qgis.engine.catalogue import read_catalogue

    return read_catalogue(name, body="moon", diameter_unit="km")


def region(name: str) -> object:
    from craterbench_qgis.engine.search.filters import read_region

    return read_region(name)


def image(name: str) -> object:
    from craterbench_qgis.engine.mosaic import image_view

    return image_view(name, 64)


def index(name: str) -> object:
    import numpy as np

    from craterbench_qgis.engine.index import open_index
    from craterbench_qgis.engine.index.shortlist import open_shortlist

    with open_index(name) as opened:
        views = np.arange(min(opened.n_views, 200))
        opened.tokens(views)
        opened.crater_records(np.arange(min(opened.n_craters, 50)))
        opened.craters.rows_of(["c001"])
        opened.where("lat > 0")
        for view in views[:20].tolist():
            opened.thumbnail(view)
            opened.view(view)
        for segment in opened.segments:
            segment.skipped()
        _ = opened.alive
        kinds = ["exact", "hnsw"] if opened.manifest.shortlist else ["exact"]
        if opened.manifest.has_lists:
            kinds.append("lists")
        for kind in kinds:
            query = np.ones(opened.settings.global_dim, np.float32)
            open_shortlist(opened, kind).search(query, 3)
        return opened.manifest.skipped


def change_index(name: str) -> object:
    from craterbench_qgis.engine.index import IndexWriter

    with IndexWriter.open(name) as writer:
        writer.remove(["c001", "c017"])
        return writer.compact()


def verify_index(name: str) -> object:
    from craterbench_qgis.engine.index import verify

    report = verify(name)
    if report.problems:
        raise CraterBenchError(" ".join(report.problems))
    return report


def create_index(name: str) -> object:
    from craterbench_qgis.engine.index import IndexWriter
    from tests.engine.index_support import settings

    with IndexWriter.create(name, settings()):
        return None


def review(name: str) -> object:
    from craterbench_qgis.contract.duplicates import ReviewReportParams
    from craterbench_qgis.engine.duplicates.report import write_review_report
    from craterbench_qgis.engine.duplicates.store import record_decisions

    record_decisions(Path(name), {1: "duplicate"}, "Anna")
    target = Path(name).with_suffix(".html")
    return write_review_report(ReviewReportParams(name, str(target)), Monitor())


def checkpoint(name: str) -> object:
    from craterbench_qgis.engine.encoders.weights import read_state

    if name.endswith(".json"):
        from craterbench_qgis.engine.encoders.card import read_card

        return read_card(Path(name))
    return read_state(Path(name))


def encoder(name: str) -> object:
    from craterbench_qgis.engine.encoders import load_encoder

    return load_encoder(name)


PURPOSES: dict[str, Callable[[str], object]] = {
    opener.__name__: opener
    for opener in (
        mosaic, catalogue, region, image, index, change_index, verify_index, create_index, review,
        checkpoint, encoder,
    )
}  # fmt: skip


def open_one(purpose: str, name: str) -> tuple[str, str]:
    """How opening ended, and the words."""
    try:
        PURPOSES[purpose](name)
    except CraterBenchError as error:
        return "sentence", str(error)
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return type(error).__name__, str(error)[:300]
    return "opened", ""


def rss_mb() -> float:
    """The most memory this process ever held."""
    import resource

    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage says holds the peak of the process that started this one, too.
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    # What takes seconds to load on a busy machine is not the time of a file.
    import pyarrow.csv  # noqa: F401
    import pyogrio  # noqa: F401
    import rasterio  # noqa: F401
    import shapely  # noqa: F401

    if "torch" in sys.argv:
        import torch  # noqa: F401
    sys.__stdout__.write("ready\n")  # type: ignore[union-attr]
    sys.__stdout__.flush()  # type: ignore[union-attr]
    for line in sys.stdin:
        task = json.loads(line)
        start = time.process_time()
        outcome, text = open_one(task["purpose"], task["name"])
        seconds = time.process_time() - start
        answer = {"outcome": outcome, "text": text, "rss_mb": rss_mb(), "seconds": seconds}
        sys.__stdout__.write(json.dumps(answer) + "\n")  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]


if __name__ == "__main__":
    main()
