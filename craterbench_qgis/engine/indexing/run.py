"""What building and adding share: opening mosaics, beginning a job, running it to its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..bodies import Body, same_body
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import BodyError, MosaicError
from ..index import IndexWriter, build_lists, open_index
from ..index.segment import Records
from ..monitor import Monitor
from ..mosaic import Mosaic
from ..words import Advice
from .cores import Cores
from .cutting import Limits
from .pipeline import ChunkMaker, Describer, Progress
from .plan import Plan

EARTH = "Earth"
COMMIT_VIEWS = 4096
"""At most so many descriptors are lost by a kill."""


_WRONG = Advice(" (--body names the catalogue's where it is wrong)", ", or correct the catalogue's")


@dataclass
class BuildReport:
    """What a build or an addition did."""

    path: Path
    craters: int
    views: int
    new_views: int
    skipped: dict[str, int]
    body: str = ""
    craters_with_views: int = 0
    resumed: bool = False
    already_complete: bool = False
    notes: list[str] = field(default_factory=list)


def open_all(
    stack: ExitStack,
    paths: Sequence[str | Path],
    body: Body | None,
    band: int | None,
    nodata: float | None = None,
) -> list[Mosaic]:
    """Open mosaics of one body (``body`` where it is known); the stack closes them."""
    if not paths:
        raise MosaicError("No mosaic was given. Name at least one.")
    opened: list[Mosaic] = []
    for path in paths:
        mosaic = Mosaic.open(path, band=band, nodata=nodata)
        stack.callback(mosaic.close)
        first = opened[0].body if opened else body
        if mosaic.body.name == EARTH and (body is None or body.name != EARTH):
            raise BodyError(
                f"{Path(path).name} says it shows Earth (its CRS is {mosaic.crs.name}). If it "
                "shows another body, assign that body's CRS (QGIS: Raster > Projections > Assign; "
                "or gdal_translate -a_srs IAU_2015:30100 for the Moon); if it is Earth, say "
                f"{Advice('--body earth', 'so by choosing the body Earth')}."
            )
        if first is not None and not same_body(first, mosaic.body):
            other = "the other mosaic is" if opened else "the catalogue is"
            raise BodyError(
                f"{Path(path).name} shows {mosaic.body.name}, but {other} of {first.name}. "
                f"Choose inputs of one body{_WRONG}."
            )
        opened.append(mosaic)
    return opened


def notes_of(mosaics: Iterable[Mosaic]) -> list[str]:
    """What was corrected while these rasters were read, each sentence once."""
    return list(dict.fromkeys(text for mosaic in mosaics for text in mosaic.notes))


def body_of_mosaic(path: str | Path) -> Body:
    """The body a raster shows."""
    with Mosaic.open(path) as mosaic:
        return mosaic.body


def observation(writer: IndexWriter, mosaic: Mosaic) -> int:
    """The number of this observation in the index, staged when it is new."""
    info = mosaic.describe()
    for number, known in enumerate(writer.manifest.observations):
        if all(known.get(key) == info[key] for key in ("fingerprint", "band", "nodata")):
            return number
    return writer.add_observation(info)


def craters_source(craters: Craters, selected: int) -> dict[str, Any]:
    """What an index keeps of where craters come from."""
    return {
        "path": str(Path(craters.path).resolve()),
        "rows": len(craters) + craters.rejected_total,
        "selected": selected,
        "rejected": dict(craters.rejected_counts),
        "columns": craters.columns.describe(),
    }


def begin(writer: IndexWriter, plan: Plan, encoder: Encoder, limits: Limits, kind: str) -> None:
    """Commit what is staged together with the job (``kind``: build or add) of the plan."""
    info = plan.to_info() | {
        "kind": kind,
        "batch": encoder.preferred_batch,
        **vars(limits),
    }
    writer.begin_job(info, plan.n_chunks)


def run(
    writer: IndexWriter,
    encoder: Encoder,
    mosaics: dict[int, Mosaic],
    monitor: Monitor,
    describer: Describer | None = None,
) -> int:
    """Do what is left of the pending job, if any, and end it; returns the views made now."""
    views = make_missing(writer, encoder, mosaics, monitor, describer)
    finish(writer, monitor)
    return views


def finish(writer: IndexWriter, monitor: Monitor) -> None:
    """End the pending job, if any, once all its chunks are there."""
    if writer.job is not None:
        writer.finish_job(monitor=monitor)
        build_lists(writer, monitor)


def make_missing(
    writer: IndexWriter,
    encoder: Encoder,
    mosaics: dict[int, Mosaic],
    monitor: Monitor,
    describer: Describer | None = None,
) -> int:
    """Make and commit the missing chunks of the pending job, if any; returns the views made.

    What ``describer`` told of the last views is lost by a kill; :mod:`..kinds.upgrade` makes it up.
    """
    job = writer.job
    if job is None:
        return 0
    maker = ChunkMaker(encoder, writer.settings, job.info, writer.craters(), describer)
    plan = maker.plan
    todo = [(number, unit) for number, unit in plan.chunks() if not job.is_done(number)]
    left = sum(len(unit.rows) for _, unit in todo) * len(plan.contexts)
    progress = Progress(monitor, plan.views - left, plan.views)
    accelerator = not encoder.device_name.startswith("cpu")
    told: list[Records] = []

    def keep_told() -> None:
        if describer is not None and any(map(len, told)):
            writer.add_kinds(describer.entry, np.concatenate(told))
            told.clear()

    try:
        with Cores(encoder.threads, left, accelerator) as cores:
            units = (unit for _, unit in todo)
            made = maker.make(units, mosaics.__getitem__, cores, progress)
            for (number, _), (data, records) in zip(todo, made, strict=True):
                writer.commit_chunk(number, data)
                told += records
                if sum(map(len, told)) >= COMMIT_VIEWS:
                    keep_told()
    finally:
        keep_told()  # also when stopped
    return progress.encoded


def report(writer: IndexWriter, path: Path, encoded: int, resumed: bool) -> BuildReport:
    """What the index holds now, and what was done."""
    manifest = writer.manifest
    settings = writer.settings
    with open_index(path, check="sizes") as index:
        seen = int(np.unique(index.view_crater_rows).size)
    return BuildReport(
        path=path,
        craters=manifest.n_craters,
        views=manifest.n_views,
        new_views=encoded,
        skipped=dict(manifest.skipped),
        body=f"{settings.body_name} (radius {settings.body_a / 1000:,.1f} km)",
        craters_with_views=seen,
        resumed=resumed,
    )
