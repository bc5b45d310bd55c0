"""A review on paper: its pairs with pictures, evidence and decisions as HTML, PDF or PNG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any, TypedDict

import msgspec
import numpy as np
from numpy.typing import NDArray

from ... import __version__
from ...contract.duplicates import ReviewReport, ReviewReportParams
from ...contract.vocabulary import PairOrder, Stage
from ..bodies import Body
from ..errors import ExportError, MosaicError, QueryError
from ..files.typed import convert
from ..formats import PairEntry, ReportPair, html_review, pair_sheet
from ..formats.html_page import moment_text
from ..monitor import Monitor
from ..mosaic import Mosaic, ViewSkipped
from .pictures import Place, first_pictures, pair_circles
from .report_text import (
    CAUTION,
    HEADINGS,
    ORDER_WORDS,
    Row,
    counted,
    decided_by,
    decoded,
    decoded_object,
    finite,
    footer,
    summary,
    table_row,
    title_of,
    verdict_of,
    verdict_text,
)
from .store import read_body, read_provenance, rows_of
from .words import evidence_text

LIMITS = {".html": 500, ".htm": 500, ".pdf": 300, ".png": 90}
"""Pairs with pictures by ending, where nobody says how many: what a browser, a printer and a
picture viewer still handle with ease."""
TABLE_ROWS = 5000
_SIZE = 200
_BAND_DEG = 5.0
Degrees = Annotated[float, msgspec.Meta(ge=-720, le=720)]
Metres = Annotated[float, msgspec.Meta(gt=0, le=1e12)]


class _Pair(TypedDict):
    """What the columns of a pair have to hold."""

    pair_id: int
    a_id: str | None
    b_id: str | None
    a_lon: Degrees
    a_lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    a_diameter_m: Metres
    b_lon: Degrees
    b_lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    b_diameter_m: Metres
    cluster_id: int | None
    distance_ratio: float
    diameter_ratio: float
    iou: float
    similarity: float | None
    looks: str | None
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)]
    decision: str | None
    reviewer: str | None
    decided_at: str | None


_COLUMNS = tuple(_Pair.__annotations__)


def write_review_report(
    request: ReviewReportParams, monitor: Monitor | None = None
) -> ReviewReport:
    """Write the report (.html) or the contact sheet (.pdf, .png) of a review.

    ``request.limit``: pairs with pictures at most, by default :data:`LIMITS`;
    ``request.mosaics``: instead of those the review names. Nothing is half-written. Raises
    QueryError for a file that is no review, ExportError, Cancelled.
    """
    monitor = monitor or Monitor()
    review, output = Path(request.review), Path(request.output)
    suffix = _check(output)
    facts = read_provenance(review)
    body = read_body(facts, review)
    pairs = _pairs(review)
    counts = dict(Counter(str(verdict_of(row)) for row in pairs).most_common())
    chosen = _chosen(pairs, request)
    limit = request.limit or LIMITS[suffix]
    notes: list[str] = []
    shown = _with_pictures(request, facts, body, chosen[:limit], monitor, notes)
    report = ReviewReport(
        output=request.output,
        pairs=len(pairs),
        chosen=len(chosen),
        shown=len(shown),
        pictures=sum(pair.pictures is not None for pair in shown),
        counts=counts,
        notes=notes,
    )
    if report.shown < report.chosen:
        notes.insert(
            0,
            f"The first {report.shown:,} of {report.chosen:,} pairs are shown, "
            f"{ORDER_WORDS[request.order]}. All are in {review.name}.",
        )
    software = f"CraterBench for QGIS {__version__}"
    title, line = request.title or title_of(facts), counted(pairs)

    def progress(done: int, total: int) -> None:
        monitor.check()
        monitor.report(Stage.WRITING, done, total)

    progress(0, 1)
    if suffix in (".png", ".pdf"):
        below = footer(facts, line, notes)
        pair_sheet(output, shown, title=title, footer=below, progress=progress)
        return report
    if report.chosen > TABLE_ROWS:
        notes.append(f"The table has the first {TABLE_ROWS:,} pairs.")
    html_review(
        output,
        shown,
        title=title,
        subtitle=(line, f"found {moment_text(facts.get('created'))}", software),
        facts=summary(facts, pairs, _shown(request, report)),
        notes=[*notes, CAUTION],
        rows=[table_row(row) for row in chosen[:TABLE_ROWS]],
        headings=HEADINGS,
        provenance={
            "review": request.review,
            "report": f"{software}, {datetime.now(timezone.utc).isoformat(timespec='seconds')}",
            **{key: decoded(value) for key, value in facts.items()},
        },
    )
    return report


def _shown(request: ReviewReportParams, report: ReviewReport) -> dict[str, Any]:
    """Which pairs the report shows, for its summary."""
    words = ORDER_WORDS[request.order]
    facts: dict[str, Any] = {"shown here": f"{report.shown:,} of {report.chosen:,}, {words}"}
    if request.min_probability > 0:
        facts["smallest probability shown"] = f"{request.min_probability:g}"
    if request.verdicts is not None:
        facts["decisions shown"] = [verdict_text(verdict) for verdict in request.verdicts]
    return facts


def _check(output: Path) -> str:
    suffix = output.suffix.lower()
    if suffix not in LIMITS:
        raise ExportError(
            f"A review cannot be written as '{output.name}'. End the name with .html, .pdf or .png."
        )
    return suffix


def _pairs(path: Path) -> list[Row]:
    rows = rows_of(path, f"SELECT {', '.join(_COLUMNS)} FROM pairs")  # nosec B608 - own names
    pairs: list[Row] = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    try:
        for pair in pairs:  # SQLite holds anything in any column
            convert(pair, _Pair)
    except msgspec.ValidationError as error:
        raise QueryError(
            f"'{path.name}' holds a pair that is damaged ({error}). Find the duplicates again; "
            "decisions are kept."
        ) from error
    return pairs


def _chosen(pairs: Sequence[Row], request: ReviewReportParams) -> list[Row]:
    wanted = request.verdicts
    chosen = [
        row
        for row in pairs
        if row["probability"] >= request.min_probability
        and (wanted is None or verdict_of(row) in wanted)
    ]
    return sorted(chosen, key=_KEYS[request.order])


def _place(row: Row) -> float:
    """Bands of latitude from north to south, each the other way, as in the review panel."""
    band = int((90.0 - row["a_lat"]) // _BAND_DEG)
    return float(1000.0 * band + (row["a_lon"] if band % 2 == 0 else -row["a_lon"]))


_KEYS: dict[PairOrder, Callable[[Row], float]] = {
    PairOrder.PROBABILITY: lambda row: -float(row["probability"]),
    PairOrder.DOUBT: lambda row: abs(float(row["probability"]) - 0.5),
    PairOrder.SIZE: lambda row: -max(float(row["a_diameter_m"]), float(row["b_diameter_m"])),
    PairOrder.PLACE: _place,
}


def _with_pictures(
    request: ReviewReportParams,
    facts: Mapping[str, str],
    body: Body,
    rows: Sequence[Row],
    monitor: Monitor,
    notes: list[str],
) -> list[ReportPair]:
    attributes = _attributes(Path(request.review), rows)
    pairs: list[ReportPair] = []
    with ExitStack() as stack:
        mosaics = _mosaics(request, facts, body, stack, notes)
        for done, row in enumerate(rows):
            monitor.check()
            monitor.report(Stage.THUMBNAILS, done, len(rows))
            pairs.append(_report_pair(row, body, mosaics, attributes.get(row["pair_id"], ("", ""))))
    without = sum(pair.pictures is None for pair in pairs)
    if mosaics and without:
        notes.append(f"{without:,} of the pairs are shown by no mosaic: outlines alone.")
    return pairs


def _attributes(path: Path, rows: Sequence[Row]) -> dict[Any, tuple[str, str]]:
    """What the catalogues say, as JSON, by pair."""
    wanted = {row["pair_id"] for row in rows}
    query = "SELECT pair_id, a_attributes, b_attributes FROM pairs"
    return {pair: (a or "", b or "") for pair, a, b in rows_of(path, query) if pair in wanted}


def _mosaics(
    request: ReviewReportParams,
    facts: Mapping[str, str],
    body: Body,
    stack: ExitStack,
    notes: list[str],
) -> list[Mosaic]:
    """Those that can be opened; a file that was moved is looked for beside the review."""
    named = request.mosaics or decoded(facts.get("mosaics")) or []
    named = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    band, nodata = (decoded(facts.get(name)) for name in ("band", "nodata"))
    band = band if type(band) is int and band > 0 else None
    opened = []
    for name in named:
        beside = Path(request.review).parent / Path(str(name)).name
        path = beside if not Path(str(name)).exists() and beside.is_file() else name
        try:
            mosaic = Mosaic.open(path, body=body, band=band, nodata=finite(nodata))
            opened.append(stack.enter_context(mosaic))
        except MosaicError as error:
            if request.mosaics:
                raise
            notes.append(f"Without the pictures of {Path(str(name)).name}: {error}")
    if not named:
        notes.append("The review was made without a mosaic: outlines alone.")
    return opened


def _report_pair(
    row: Row, body: Body, mosaics: Sequence[Mosaic], texts: tuple[str, str]
) -> ReportPair:
    a, b = (
        (float(row[f"{side}_lon"]), float(row[f"{side}_lat"]), float(row[f"{side}_diameter_m"]))
        for side in "ab"
    )
    entries = [
        PairEntry(str(row[f"{letter}_id"] or ""), *place, decoded_object(text))
        for letter, place, text in zip("ab", (a, b), texts, strict=True)
    ]
    return ReportPair(
        number=int(row["pair_id"]),
        a=entries[0],
        b=entries[1],
        evidence=evidence_text(
            row["distance_ratio"],
            row["diameter_ratio"],
            row["iou"],
            row["similarity"],
            str(row["looks"] or ""),
            row["probability"],
        ),
        verdict=verdict_of(row),
        decided_by=decided_by(row),
        circles=pair_circles(body, a, b, _SIZE),
        pictures=_pictures(mosaics, a, b),
    )


def _pictures(
    mosaics: Sequence[Mosaic], a: Place, b: Place
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
    """Both from one mosaic, else each from the first that shows it; None where none does."""
    try:
        pair, _ = first_pictures(mosaics, a, b, _SIZE)
    except ViewSkipped:
        return None
    return _bytes(pair.pixels_a), _bytes(pair.pixels_b)


def _bytes(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.round(np.clip(pixels, 0.0, 1.0) * 255.0).astype(np.uint8)
