"""Find duplicates: candidates, looks, probability, clusters, offsets, and the review file."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import __version__
from ...contract.build import Selection
from ...contract.duplicates import MINIMUM, THRESHOLD, DuplicateReport, Offset
from ...contract.vocabulary import Keeper, Verdict
from ..bodies import Body
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import QueryError
from ..monitor import Monitor
from ..mosaic import Mosaic
from ..sources import rows_within
from .candidates import MAX_PAIRS, CandidateRule, Pairs, candidate_pairs
from .grouping import Nodes, clusters_of_pairs, describe_clusters, groups_of
from .judging import common_body, judge
from .model import PairModel, load_model
from .offsets import displacements, image_shifts, moved, robust_offset
from .store import Decided, Review, read_decisions, write_review
from .words import selection_words

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DuplicateRequest:
    """What to look for.

    ``other``: a second catalogue; pairs then run from ``catalogue`` (a) to ``other`` (b).
    ``mosaics``: empty for geometry alone. ``other_mosaic``: a second observation, upon which the
    first mosaic is laid to measure how it is displaced. ``other_offset_m``: (east, north) by which
    ``other`` lies displaced; taken back before the search. ``threshold``: probability from which a
    pair counts as one crater; ``minimum``: below it a pair is not written at all. ``priority``:
    sources from best to worst, as in ``source_column`` (without one: the catalogues' file names).
    ``max_looks``: look at most at so many pairs, those in most doubt by geometry first.
    ``selection``: which entries are compared; the review holds all of them all the same.
    """

    catalogue: Craters
    output: Path
    other: Craters | None = None
    mosaics: tuple[Path, ...] = ()
    threshold: float = THRESHOLD
    minimum: float = MINIMUM
    rule: CandidateRule = field(default_factory=CandidateRule)
    source_column: str | None = None
    priority: tuple[str, ...] = ()
    keeper: Keeper = Keeper.AUTO
    body: Body | None = None
    other_mosaic: Path | None = None
    other_offset_m: tuple[float, float] | None = None
    band: int | None = None
    nodata: float | None = None
    max_looks: int | None = None
    max_pairs: int = MAX_PAIRS
    keep_decisions: bool = True
    selection: Selection = field(default_factory=Selection)


def find_duplicates(
    request: DuplicateRequest, encoder: Encoder | None = None, monitor: Monitor | None = None
) -> DuplicateReport:
    """Find pairs of entries that are one crater and write the review file.

    Decisions of an older review in the same place stay with their pairs (by the entries' ids)
    unless ``keep_decisions`` is off. Nothing is written before all is done. Raises BodyError for
    two bodies, or none; QueryError, MosaicError, EncoderError, ExportError, Cancelled.
    """
    monitor = monitor or Monitor()
    started = time.monotonic()
    body = common_body(request.catalogue, request.other, request.body, request.mosaics)
    _check(request)
    model, notes = load_model(), _notes(request)
    kept = _earlier(request)
    timings: dict[str, float] = {}
    with ExitStack() as stack:
        mosaics = [
            stack.enter_context(
                Mosaic.open(path, body=body, band=request.band, nodata=request.nodata)
            )
            for path in request.mosaics
        ]
        twin = None
        if request.other_mosaic is not None:
            twin = stack.enter_context(Mosaic.open(request.other_mosaic, body=body))
        searched = _other(request, body)
        pairs, compared = _candidates(request, body, searched, monitor)
        timings["candidates_s"] = time.monotonic() - started
        count = len(pairs)
        second = request.catalogue if searched is None else searched
        judged = judge(
            request.catalogue, searched, pairs, model, mosaics, encoder, monitor, request.max_looks
        )
        notes += judged.notes + _left_out(request, compared)
        looks, probability = judged.looks, judged.probability
        timings["looks_s"] = time.monotonic() - started - timings["candidates_s"]
        nodes = Nodes(request.catalogue, request.other)
        verdicts = _verdicts(request, pairs, kept)
        groups = groups_of(nodes, pairs, probability, verdicts, request.threshold)
        decided = np.array([bool(verdict) for verdict in verdicts], bool)
        written = (probability >= request.minimum) | decided
        pairs, looks, probability = pairs.take(written), looks.take(written), probability[written]
        shift = np.full((len(pairs), 3), np.nan)
        if mosaics and twin is not None:
            likely = np.flatnonzero(probability >= request.threshold)
            shift[likely] = image_shifts(
                mosaics[0], twin, request.catalogue, second, pairs.take(likely), monitor
            )
        monitor.check()
        true_other = request.catalogue if request.other is None else request.other
        offset = displacements(body, request.catalogue, true_other, pairs)
        likely_offset = robust_offset(offset[probability >= request.threshold])
        review = Review(
            body=body,
            first=request.catalogue,
            other=request.other,
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
                request.source_column,
                request.priority,
                request.keeper,
            ),
            decisions=kept,
            provenance=_provenance(request, body, model, encoder, mosaics, likely_offset, compared),
        )
    write_review(request.output, review, monitor)
    return DuplicateReport(
        output=str(request.output),
        entries=sum(compared),
        candidates=count,
        pairs=len(pairs),
        probable=int((probability >= request.threshold).sum()),
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
    request: DuplicateRequest, body: Body, searched: Craters | None, monitor: Monitor
) -> tuple[Pairs, list[int]]:
    """Candidate pairs among the entries of the selection, by the rows of the whole catalogues,
    and how many entries of each catalogue were compared."""
    first = rows_within(request.catalogue, request.selection)
    # The selection is of the places a catalogue says, not of those it is moved to.
    second = None if request.other is None else rows_within(request.other, request.selection)
    pairs = candidate_pairs(
        body,
        _part(request.catalogue, first),
        None if searched is None or second is None else _part(searched, second),
        request.rule,
        monitor,
        request.max_pairs,
    )
    pairs.a, pairs.b = first[pairs.a], (first if second is None else second)[pairs.b]
    return pairs, [len(first)] + ([] if second is None else [len(second)])


def _part(craters: Craters, rows: NDArray[np.int64]) -> Craters:
    return craters if len(rows) == len(craters) else craters.take(rows)


def _check(request: DuplicateRequest) -> None:
    if not 0.0 < request.threshold < 1.0 or not 0.0 <= request.minimum <= request.threshold:
        raise QueryError(
            f"The threshold {request.threshold:g} and the minimum {request.minimum:g} are no "
            "probabilities in order. Use 0 <= minimum <= threshold, threshold within 0 and 1."
        )
    if request.other_offset_m is not None and request.other is None:
        raise QueryError("An offset needs a second catalogue. Name it, or leave out the offset.")
    if request.output.suffix.lower() != ".gpkg":
        raise QueryError(f"The review is a GeoPackage. End the name '{request.output}' with .gpkg.")
    column = request.source_column
    if column and not any(column in table.attributes.column_names for table in _tables(request)):
        raise QueryError(f"There is no column '{column}' in the catalogue. Check its name.")


def _tables(request: DuplicateRequest) -> list[Craters]:
    return [table for table in (request.catalogue, request.other) if table is not None]


def _notes(request: DuplicateRequest) -> list[str]:
    notes = []
    for table in _tables(request):
        if table.rejected_total:
            notes.append(
                f"{table.rejected_total:,} rows of {Path(table.path).name} cannot be used and are "
                "neither compared nor carried into a cleaned catalogue."
            )
    return notes


def _left_out(request: DuplicateRequest, compared: list[int]) -> list[str]:
    held, used = sum(len(table) for table in _tables(request)), sum(compared)
    if held == used:
        return []
    return [
        f"{used:,} of {held:,} entries were compared ({selection_words(request.selection)}); the "
        "others stay as they are in a cleaned catalogue."
    ]


def _earlier(request: DuplicateRequest) -> dict[tuple[str, str], Decided]:
    if not request.keep_decisions or not request.output.exists():
        return {}
    return read_decisions(request.output)


def _other(request: DuplicateRequest, body: Body) -> Craters | None:
    if request.other is None or request.other_offset_m is None:
        return request.other
    east, north = request.other_offset_m
    return moved(body, request.other, -east, -north)


def _verdicts(
    request: DuplicateRequest, pairs: Pairs, kept: dict[tuple[str, str], Decided]
) -> list[Verdict]:
    """The decision on each pair."""
    if not kept:
        return [Verdict.UNDECIDED] * len(pairs)
    first = request.catalogue
    second = first if request.other is None else request.other
    keys = zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)
    known = [kept.get((first.ids[a], second.ids[b])) for a, b in keys]
    return [decided.verdict if decided else Verdict.UNDECIDED for decided in known]


def _provenance(
    request: DuplicateRequest,
    body: Body,
    model: PairModel,
    encoder: Encoder | None,
    mosaics: list[Mosaic],
    offset: Offset | None,
    compared: list[int],
) -> dict[str, Any]:
    files = [table.path for table in _tables(request)]
    columns = [asdict(table.columns) for table in _tables(request)]
    return {
        "format": "craterbench duplicates 1",
        "version": __version__,
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "body": body.name,
        "body_radii_m": [body.a, body.b],
        "catalogues": files,
        "columns": columns,
        "mosaics": [mosaic.path for mosaic in mosaics],
        "mosaic_fingerprints": [mosaic.fingerprint() for mosaic in mosaics],
        "band": request.band,
        "nodata": request.nodata,
        "encoder": encoder.id if encoder and mosaics else "",
        "encoder_weights": encoder.weights_hash if encoder and mosaics else "",
        "model_encoder_weights": model.weights_hash,
        "model_fitted": model.fitted,
        "threshold": request.threshold,
        "minimum": request.minimum,
        "max_distance": request.rule.max_distance,
        "max_ratio": request.rule.max_ratio,
        "source_column": request.source_column or "",
        "priority": list(request.priority),
        "keeper": request.keeper,
        "other_offset_m": list(request.other_offset_m or ()),
        "offset": asdict(offset) if offset else {},
        "selection": request.selection.to_json(),
        "entries_compared": compared,
        "entries_held": [len(table) for table in _tables(request)],
    }
