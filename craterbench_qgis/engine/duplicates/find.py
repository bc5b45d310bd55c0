"""Find duplicates: candidates, looks, probability, clusters, offsets, and the review file."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import __version__
from ...contract.duplicates import DuplicateParams, DuplicateReport
from ...contract.vocabulary import Verdict
from ..bodies import Body, body_by_name
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import QueryError
from ..indexing import body_of_mosaic
from ..monitor import Monitor
from ..mosaic import Mosaic
from ..sources import read_source, rows_within
from .candidates import CandidateRule, Pairs, candidate_pairs
from .grouping import Nodes, clusters_of_pairs, describe_clusters, groups_of
from .judging import common_body, judge
from .model import load_model
from .offsets import displacements, image_shifts, moved, robust_offset
from .store import Decided, Review, read_decisions, write_review
from .words import selection_words

Floats = NDArray[np.float64]


def read_catalogues(
    params: DuplicateParams, limit_rejected: int | None = None
) -> tuple[Craters, Craters | None]:
    """The catalogue and, where there is one, the other; as :func:`..sources.read_source` reads.

    Raises CatalogueError, BodyError, MosaicError.
    """
    shown = body_of_mosaic(Path(params.mosaics[0])) if params.mosaics else None
    first = read_source(params.catalogue, limit_rejected, shown)
    if params.other is None:
        return first, None
    return first, read_source(params.other, limit_rejected, shown)


def find_duplicates(
    params: DuplicateParams,
    catalogue: Craters,
    other: Craters | None = None,
    encoder: Encoder | None = None,
    monitor: Monitor | None = None,
) -> DuplicateReport:
    """Find pairs of entries that are one crater and write the review file.

    ``catalogue``, ``other``: as :func:`read_catalogues` reads them; pairs run from the first (a)
    to the other (b). Without an ``encoder`` geometry alone decides. Decisions of an older review
    in the same place stay with their pairs (by the entries' ids) unless ``keep_decisions`` is off.
    Nothing is written before all is done. Raises BodyError for two bodies, or none; QueryError,
    MosaicError, EncoderError, ExportError, Cancelled.
    """
    monitor = monitor or Monitor()
    started = time.monotonic()
    tables = [catalogue] if other is None else [catalogue, other]
    named = body_by_name(params.catalogue.body) if params.catalogue.body else None
    body = common_body(catalogue, other, named, [Path(path) for path in params.mosaics])
    output, minimum = Path(params.output), min(params.minimum, params.threshold)
    _check(params, tables)
    model, notes = load_model(), _notes(tables)
    kept = read_decisions(output) if params.keep_decisions and output.exists() else {}
    timings: dict[str, float] = {}
    with ExitStack() as stack:
        mosaics = [
            stack.enter_context(
                Mosaic.open(path, body=body, band=params.band, nodata=params.nodata)
            )
            for path in params.mosaics
        ]
        twin = None
        if params.other_mosaic:
            twin = stack.enter_context(Mosaic.open(params.other_mosaic, body=body))
        searched = other
        if other is not None and params.other_offset_m is not None:
            east, north = params.other_offset_m
            searched = moved(body, other, -east, -north)
        pairs, compared = _candidates(params, body, tables, searched, monitor)
        timings["candidates_s"] = time.monotonic() - started
        count = len(pairs)
        second = catalogue if searched is None else searched
        judged = judge(
            catalogue, searched, pairs, model, mosaics, encoder, monitor, params.max_looks
        )
        notes += judged.notes + _left_out(params, tables, compared)
        looks, probability = judged.looks, judged.probability
        timings["looks_s"] = time.monotonic() - started - timings["candidates_s"]
        nodes = Nodes(catalogue, other)
        verdicts = _verdicts(tables, pairs, kept)
        groups = groups_of(nodes, pairs, probability, verdicts, params.threshold)
        decided = np.array([bool(verdict) for verdict in verdicts], bool)
        written = (probability >= minimum) | decided
        pairs, looks, probability = pairs.take(written), looks.take(written), probability[written]
        shift = np.full((len(pairs), 3), np.nan)
        if mosaics and twin is not None:
            likely = np.flatnonzero(probability >= params.threshold)
            shift[likely] = image_shifts(
                mosaics[0], twin, catalogue, second, pairs.take(likely), monitor
            )
        monitor.check()
        offset = displacements(body, catalogue, tables[-1], pairs)
        likely_offset = robust_offset(offset[probability >= params.threshold])
        review = Review(
            body=body,
            first=catalogue,
            other=other,
            pairs=pairs,
            looks=looks,
            probability=probability,
            cluster=clusters_of_pairs(nodes, pairs, groups),
            offset=offset,
            shift=shift,
            clusters=describe_clusters(
                nodes,
                groups,
                pairs,
                probability,
                params.source_column or None,
                params.priority,
                params.keeper,
            ),
            decisions=kept,
            provenance={
                **_provenance(params, tables, compared),
                "body": body.name,
                "body_radii_m": [body.a, body.b],
                "mosaics": [mosaic.path for mosaic in mosaics],
                "mosaic_fingerprints": [mosaic.fingerprint() for mosaic in mosaics],
                "encoder": encoder.id if encoder and mosaics else "",
                "encoder_weights": encoder.weights_hash if encoder and mosaics else "",
                "model_encoder_weights": model.weights_hash,
                "model_fitted": model.fitted,
                "minimum": minimum,
                "offset": asdict(likely_offset) if likely_offset else {},
            },
        )
    write_review(output, review, monitor)
    return DuplicateReport(
        output=str(output),
        entries=sum(compared),
        candidates=count,
        pairs=len(pairs),
        probable=int((probability >= params.threshold).sum()),
        clusters=len(groups),
        looks=int(looks.known.sum()),
        without_looks=dict(Counter(reason for reason in looks.reason.tolist() if reason)),
        decisions_kept=int(decided.sum()),
        offset=likely_offset,
        image_offset=robust_offset(shift[:, :2]),
        seconds=time.monotonic() - started,
        timings={name: round(value, 2) for name, value in timings.items()},
        notes=notes,
    )


def _candidates(
    params: DuplicateParams,
    body: Body,
    tables: list[Craters],
    searched: Craters | None,
    monitor: Monitor,
) -> tuple[Pairs, list[int]]:
    """Candidate pairs among the entries of the selection, by the rows of the whole catalogues,
    and how many entries of each catalogue were compared."""
    # The selection is of the places a catalogue says, not of those it is moved to.
    rows = [rows_within(table, params.selection) for table in tables]
    pairs = candidate_pairs(
        body,
        _part(tables[0], rows[0]),
        None if searched is None else _part(searched, rows[1]),
        CandidateRule(params.max_distance, params.max_ratio),
        monitor,
    )
    pairs.a, pairs.b = rows[0][pairs.a], rows[-1][pairs.b]
    return pairs, [len(compared) for compared in rows]


def _part(craters: Craters, rows: NDArray[np.int64]) -> Craters:
    return craters if len(rows) == len(craters) else craters.take(rows)


def _check(params: DuplicateParams, tables: list[Craters]) -> None:
    if not 0.0 < params.threshold < 1.0:
        raise QueryError(
            f"The threshold {params.threshold:g} is no probability between 0 and 1. Choose one "
            "within them."
        )
    if params.other_offset_m is not None and len(tables) == 1:
        raise QueryError("An offset needs a second catalogue. Name it, or leave out the offset.")
    if Path(params.output).suffix.lower() != ".gpkg":
        raise QueryError(f"The review is a GeoPackage. End the name '{params.output}' with .gpkg.")
    column = params.source_column
    if column and not any(column in table.attributes.column_names for table in tables):
        raise QueryError(f"There is no column '{column}' in the catalogue. Check its name.")


def _notes(tables: list[Craters]) -> list[str]:
    return [
        f"{table.rejected_total:,} rows of {Path(table.path).name} cannot be used and are "
        "neither compared nor carried into a cleaned catalogue."
        for table in tables
        if table.rejected_total
    ]


def _left_out(params: DuplicateParams, tables: list[Craters], compared: list[int]) -> list[str]:
    held, used = sum(len(table) for table in tables), sum(compared)
    if held == used:
        return []
    return [
        f"{used:,} of {held:,} entries were compared ({selection_words(params.selection)}); the "
        "others stay as they are in a cleaned catalogue."
    ]


def _verdicts(
    tables: list[Craters], pairs: Pairs, kept: dict[tuple[str, str], Decided]
) -> list[Verdict]:
    """The decision on each pair."""
    if not kept:
        return [Verdict.UNDECIDED] * len(pairs)
    keys = zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)
    known = [kept.get((tables[0].ids[a], tables[-1].ids[b])) for a, b in keys]
    return [decided.verdict if decided else Verdict.UNDECIDED for decided in known]


def _provenance(
    params: DuplicateParams, tables: list[Craters], compared: list[int]
) -> dict[str, Any]:
    """What the review file says of the search as it was asked for."""
    return {
        "format": "craterbench duplicates 1",
        "version": __version__,
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "catalogues": [table.path for table in tables],
        "columns": [asdict(table.columns) for table in tables],
        "band": params.band,
        "nodata": params.nodata,
        "threshold": params.threshold,
        "max_distance": params.max_distance,
        "max_ratio": params.max_ratio,
        "source_column": params.source_column or "",
        "priority": params.priority,
        "keeper": params.keeper,
        "other_offset_m": list(params.other_offset_m or ()),
        "selection": params.selection.to_json(),
        "entries_compared": compared,
        "entries_held": [len(table) for table in tables],
    }
