"""Add craters or observations to an index, or finish an addition that was stopped."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...contract import names
from ..bodies import Body, great_circle_distance, same_body
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import BodyError, CatalogueError, CraterIndexError, MosaicError
from ..index import IndexWriter, Manifest, open_index
from ..index.catalogue_store import CraterStore
from ..monitor import Monitor
from ..mosaic import MIN_PIXELS_ACROSS, MIN_VALID_FRACTION, Mosaic
from ..words import Advice
from .cutting import Limits
from .plan import Plan, Unit, ordered_unit
from .run import BuildReport, begin, craters_source, notes_of, observation, open_all, report, run

# An id that is known is the same crater within these limits (docs/reference/catalogues.md).
_SAME_CENTRE = 0.25
_SAME_RATIO = 2.0


_EITHER = Advice("--mosaic, a --catalogue", "mosaic, a catalogue")


def add_to_index(
    path: Path,
    encoder: Encoder,
    *,
    mosaics: Sequence[str | Path] = (),
    craters: Craters | None = None,
    band: int | None = None,
    nodata: float | None = None,
    monitor: Monitor | None = None,
) -> BuildReport:
    """Add observations (``mosaics``), craters, or both to an index, or resume such an addition.

    New mosaics alone show all craters of the index once more; new craters alone are cut from the
    mosaics the index knows; both together: those craters from those mosaics. An id the index
    already has is the same crater when position and size agree, else the row is refused.

    Raises as :func:`build_index`.
    """
    monitor = monitor or Monitor()
    with ExitStack() as stack:
        with open_index(path, check="sizes") as index:
            index.check_encoder(encoder.id, encoder.weights_hash)
        writer = stack.enter_context(IndexWriter.open(path))
        index_body = writer.settings.body
        notes: list[str] = []
        encoded = 0
        if writer.job is not None:
            if writer.job.info.get("kind") == "build":
                raise CraterIndexError(
                    f"The build of {path.name} was stopped. Run its 'index build' command again "
                    "first, then add."
                )
            opened = _reopen(stack, writer, mosaics)
            encoded = run(writer, encoder, opened, monitor)
            notes.append("An addition that had been stopped has been finished first.")
        if mosaics or craters is not None or not notes:
            if craters is not None and craters.body and not same_body(craters.body, index_body):
                raise BodyError(
                    f"The catalogue is of {craters.body.name}, the index of {index_body.name}. "
                    "Choose a catalogue of the same body."
                )
            wanted = _Wanted(tuple(mosaics), craters, band, nodata)
            opened = _plan_addition(stack, writer, encoder, index_body, wanted, notes)
            encoded += run(writer, encoder, opened, monitor)
        notes += notes_of(opened.values())
        added = report(writer, path, encoded, resumed=False)
        added.notes = notes
        return added


@dataclass(frozen=True)
class _Wanted:
    """What the user asked to add."""

    mosaics: tuple[str | Path, ...]
    craters: Craters | None
    band: int | None
    nodata: float | None


def _reopen(
    stack: ExitStack, writer: IndexWriter, given: Sequence[str | Path]
) -> dict[int, Mosaic]:
    """The mosaics a stopped addition needs, wherever the user keeps them now."""
    job = writer.job
    needed = {unit["observation"] for unit in job.info["units"]} if job else set()
    return {number: known_mosaic(stack, writer.manifest, number, given) for number in needed}


def known_mosaic(
    stack: ExitStack, manifest: Manifest, number: int, given: Sequence[str | Path]
) -> Mosaic:
    """The mosaic of an observation, at one of the paths ``given`` or where it was; ``stack`` closes
    it. Raises MosaicError where it is neither."""
    known, body = manifest.observations[number], manifest.settings.body
    for path in [*given, known["path"]]:
        if not names.is_there(os.fspath(path)):
            continue
        mosaic = Mosaic.open(path, body=body, band=known.get("band"), nodata=known.get("nodata"))
        if mosaic.fingerprint() == known["fingerprint"]:
            stack.callback(mosaic.close)
            return mosaic
        mosaic.close()
    raise MosaicError(
        f"The mosaic {Path(known['path']).name} that this index was cut from is not at "
        f"{known['path']} any more, or has changed. Put it back, or name it"
        f"{Advice(' with --mosaic', '')}."
    )


def _plan_addition(
    stack: ExitStack,
    writer: IndexWriter,
    encoder: Encoder,
    body: Body,
    wanted: _Wanted,
    notes: list[str],
) -> dict[int, Mosaic]:
    """Add observations and craters, begin the job; returns the mosaics by observation."""
    if not wanted.mosaics and wanted.craters is None:
        raise CatalogueError(f"Nothing was given to add. Name a {_EITHER}, or both.")
    if wanted.mosaics:
        opened = open_all(stack, wanted.mosaics, body, wanted.band, wanted.nodata)
        by_number = {observation(writer, mosaic): mosaic for mosaic in opened}
    else:
        numbers = range(len(writer.manifest.observations))
        by_number = {n: known_mosaic(stack, writer.manifest, n, ()) for n in numbers}
    if wanted.craters is None:
        rows = np.setdiff1d(np.arange(writer.manifest.n_craters), writer.removed())
    else:
        rows = add_craters(writer, wanted.craters, body, notes)
    known = writer.craters()
    with open_index(writer.path, check="sizes") as index:
        seen = index.views[["crater_row", "observation"]]
    units: list[Unit] = []
    for number in by_number:
        fresh = np.setdiff1d(rows, seen["crater_row"][seen["observation"] == number])
        if len(fresh):
            units.append(ordered_unit(number, fresh, known.lon, known.lat))
    if not units:
        notes.append("Every crater named is already in the index with these mosaics.")
        return by_number
    plan = Plan.of(units, writer.settings.context_factors)
    begin(writer, plan, encoder, Limits(MIN_VALID_FRACTION, MIN_PIXELS_ACROSS), "add")
    return by_number


def are_same(
    body: Body, first: NDArray[np.float64], second: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether two craters [3, n] each (longitude, latitude, diameter in metres), pair by pair,
    agree in place and size: then one id means one crater."""
    apart = great_circle_distance(body, first[0], first[1], second[0], second[1])
    larger = np.maximum(first[2], second[2])
    within = apart <= _SAME_CENTRE * larger
    return np.asarray(within & (larger <= _SAME_RATIO * np.minimum(first[2], second[2])))


def of_catalogue(craters: Craters, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Rows of a catalogue for :func:`are_same`."""
    return np.stack([craters.lon[rows], craters.lat[rows], craters.diameter[rows]])


def of_index(craters: CraterStore, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Rows of an index for :func:`are_same`."""
    return np.stack([craters.lon[rows], craters.lat[rows], craters.diameter_m[rows]])


def add_craters(
    writer: IndexWriter, craters: Craters, body: Body, notes: list[str]
) -> NDArray[np.int64]:
    """Rows, in the index, of a further catalogue; new craters are appended.

    A row whose id is known at the same place with the same size is that crater; with another place
    or size it is left out, and a note counts such rows.
    """
    rows_of = writer.rows_of(craters.ids)
    known = np.array([rows_of.get(crater_id, [-1])[0] for crater_id in craters.ids], dtype=np.int64)
    stored = writer.craters()
    old = known >= 0
    at = known[old]
    same = are_same(body, of_catalogue(craters, np.flatnonzero(old)), of_index(stored, at))
    if not same.all():
        notes.append(
            f"{int((~same).sum())} rows were left out: their ids belong to other craters in the "
            "index. Give them other ids."
        )
    if same.any():
        notes.append(f"{int(same.sum())} craters were already in the index.")
    new = craters.take(~old)
    rows = at[same].astype(np.int64)
    if len(new):
        source = craters_source(craters, len(new))
        first = writer.add_craters(new.ids, new.lon, new.lat, new.diameter, new.attributes, source)
        rows = np.concatenate([rows, np.arange(first, first + len(new), dtype=np.int64)])
    return rows
