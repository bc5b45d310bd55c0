"""Contact sheets and reports of an index's matches, for the command line and the server alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..contract.columns import name_column
from ..contract.records import Json
from ..contract.search import Match
from ..contract.vocabulary import Question, Stage
from .files.images import open_thumbnail
from .formats import ReportRow, contact_sheet, html_report, match_tile
from .formats.sheet_page import Picture
from .index import CraterIndex
from .monitor import Monitor
from .words import length_text, lonlat_text, scores_text

TITLES = {
    Question.SAME: "Craters that look like the query",
    Question.ANALOGS: "Craters of the query's kind",
}


def write_sheet(
    path: Path,
    index: CraterIndex,
    matches: Sequence[Match],
    query: Picture,
    *,
    where: str,
    metres_per_pixel: float | None,
    provenance: Json,
    title: str | None = None,
    monitor: Monitor | None = None,
) -> None:
    """The query and its matches on paper (.png, .pdf). ``where``: a line on the query's place;
    ``metres_per_pixel``: of its picture. Raises ExportError, CraterIndexError, Cancelled."""
    tiles = [
        match_tile(
            match,
            open_thumbnail(data).convert("L") if data else np.full((128, 128), 0.5, "f4"),
            metres_per_pixel=scale,
            name=name,
        )
        for match, data, scale, name in _pictured(index, matches, monitor or Monitor())
    ]
    contact_sheet(
        path,
        query,
        tiles,
        title=title or _title(provenance),
        footer=_footer(index, provenance),
        query_subtitle=where,
        query_metres_per_pixel=metres_per_pixel,
    )


def write_report(
    path: Path,
    index: CraterIndex,
    matches: Sequence[Match],
    query: Picture,
    *,
    facts: Mapping[str, Any],
    metres_per_pixel: float | None,
    provenance: Json,
    title: str | None = None,
    monitor: Monitor | None = None,
) -> None:
    """The query, ``facts`` about it and its matches as one HTML file. Raises as
    :func:`write_sheet`."""
    rows = [
        ReportRow(match, data or None, scale, name)
        for match, data, scale, name in _pictured(index, matches, monitor or Monitor())
    ]
    html_report(
        path,
        rows,
        title=title or _title(provenance),
        provenance=provenance,
        query=query,
        query_facts=facts,
        query_metres_per_pixel=metres_per_pixel,
    )


def _title(provenance: Json) -> str:
    analogs = provenance.get("find") == Question.ANALOGS
    if analogs and provenance.get("feedback"):
        return "Craters of the kind of the accepted ones"
    return TITLES[Question.ANALOGS if analogs else Question.SAME]


def place_text(lon: float | None, lat: float | None, diameter_m: float | None) -> str:
    """Where a query lies, and about how wide its crater is."""
    if lon is None or lat is None:
        return "an image without georeference"
    about = f" (D about {length_text(diameter_m)})" if diameter_m else ""
    return lonlat_text(lon, lat) + about


def _pictured(
    index: CraterIndex, matches: Sequence[Match], monitor: Monitor
) -> Iterator[tuple[Match, bytes, float | None, str | None]]:
    """Every match, its picture, the metres a pixel of that and its name, with progress.

    The picture is b"" where the index has it no more. Matches of other catalogues, or of other
    indexes of a joined one, have columns of their own.
    """
    columns: dict[tuple[str, ...], str | None] = {}
    for done, match in enumerate(matches):
        monitor.check()
        monitor.report(Stage.THUMBNAILS, done, len(matches))
        data, scale = _picture(index, match)
        own = tuple(match.attributes)
        column = columns[own] if own in columns else columns.setdefault(own, name_column(own))
        name = match.attributes[column] if column else None
        yield match, data, scale, str(name) if name else None


def _picture(index: CraterIndex, match: Match) -> tuple[bytes, float | None]:
    number = view_number(index, match)
    data = index.thumbnail(number) if number is not None else b""
    if number is None or not data:
        return b"", None
    with open_thumbnail(data) as image:
        width = image.width
    return data, index.view(number).m_per_px * index.settings.input_size / width


def view_number(index: CraterIndex, match: Match) -> int | None:
    """The view that matched, also when views were numbered anew since."""
    rows = _rows_of(index, match)
    number = match.view_number

    def fits(view: int) -> bool:
        return match.context is None or abs(index.view(view).context - match.context) < 1e-6

    there = number is not None and 0 <= number < index.n_views
    if number is not None and there and index.view_crater_rows[number] in rows and fits(number):
        return number
    views = np.flatnonzero(np.isin(index.view_crater_rows, rows)).tolist()
    fitting = [view for view in views if fits(view)]
    fitting.sort(key=lambda view: index.view(view).observation != match.observation)
    return fitting[0] if fitting else None


def _rows_of(index: CraterIndex, match: Match) -> list[int]:
    """The crater rows of a match. Where several craters have its id, those at its place."""
    rows = index.craters.rows_of([match.crater_id]).get(match.crater_id, [])
    table = index.craters
    here = [row for row in rows if (table.lon[row], table.lat[row]) == (match.lon, match.lat)]
    return here or rows


def _footer(index: CraterIndex, provenance: Json) -> str:
    """One paragraph on where the matches come from; what is not known is left out."""
    origin = provenance.get("query")
    origin = origin if isinstance(origin, dict) else {}
    cut_from = str(origin.get("mosaic") or origin.get("image") or "")
    mosaics = ", ".join(Path(str(path)).name for path in provenance.get("observations") or [])
    parts = [
        provenance.get("software"),
        provenance.get("date"),
        f"index {index.path.name} ({index.manifest.index_id[:8]})"
        + (f" of {mosaics}" if mosaics else ""),
        f"query from {Path(cut_from).name}" if cut_from else None,
        f"encoder {provenance['encoder']}" if provenance.get("encoder") else None,
        f"K = {provenance['tokens']}, S = {provenance['shortlist']}"
        if provenance.get("tokens") and provenance.get("shortlist")
        else None,
    ]
    line = " · ".join(str(part) for part in parts if part)
    return f"{line}. {scores_text(provenance)}"
