"""``export``, ``contact_sheet`` and ``report``: a match set, as the client holds it, to files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from ...contract.columns import name_column
from ...contract.records import Json
from ...contract.search import DecidedMatch, ExportParams, Files, Match, SheetParams
from ...contract.vocabulary import Stage
from ..bodies import Body
from ..errors import ExportError
from ..formats import (
    SUFFIXES,
    ReportRow,
    contact_sheet,
    html_report,
    match_tile,
    write_matches,
)
from ..formats.sheet_page import Picture
from ..index import CraterIndex
from ..mosaic import image_view
from .calls import Call
from .decoding import InvalidParams

_SHEET_QUERY = 448
_TITLE = "Craters that look like the query"


def export(call: Call[ExportParams]) -> Files:
    """Matches to a layer, a table or a crater list."""
    params = call.params
    files = write_matches(
        _target(params.path, SUFFIXES, "Matches"),
        params.matches,
        body=params.body or _body(call, params.index),
        provenance=params.provenance,
        overwrite=params.overwrite,
        geometry=params.geometry,
    )
    return Files([str(file) for file in files])


def make_contact_sheet(call: Call[SheetParams]) -> Files:
    """The query and its matches on paper."""
    params = call.params
    target = _target(params.path, (".png", ".pdf"), "A contact sheet")
    index = call.work.sessions.index(Path(params.index))
    tiles = [
        match_tile(
            match,
            Image.open(io.BytesIO(data)).convert("L") if data else np.full((128, 128), 0.5, "f4"),
            metres_per_pixel=scale,
            name=name,
        )
        for match, data, scale, name in _pictured(call, index)
    ]
    pixels, where, scale = _query(call, index)
    contact_sheet(
        target,
        pixels,
        tiles,
        title=params.title or _TITLE,
        footer=_footer(index, params.provenance),
        query_subtitle=where,
        query_metres_per_pixel=scale,
    )
    return Files([str(target)])


def make_report(call: Call[SheetParams]) -> Files:
    """The query and its matches as one HTML file."""
    params = call.params
    target = _target(params.path, (".html",), "A report")
    index = call.work.sessions.index(Path(params.index))
    rows = [
        ReportRow(match, data or None, scale, name)
        for match, data, scale, name in _pictured(call, index)
    ]
    pixels, where, scale = _query(call, index)
    origin = params.provenance.get("query")
    source = origin.get("mosaic") or origin.get("image") if isinstance(origin, dict) else None
    html_report(
        target,
        rows,
        title=params.title or _TITLE,
        provenance=params.provenance,
        query=pixels,
        query_facts={"where": where, **({"from": Path(str(source)).name} if source else {})},
        query_metres_per_pixel=scale,
    )
    return Files([str(target)])


def _target(name: str, suffixes: tuple[str, ...], what: str) -> Path:
    path = Path(name)
    if path.suffix.lower() not in suffixes:
        raise ExportError(
            f"{what} cannot be written as '{path.name}'. End the name with {', '.join(suffixes)}."
        )
    if not path.parent.is_dir():
        raise ExportError(f"'{path.parent}' is not a folder. Create it, or choose another.")
    return path


def _body(call: Call[ExportParams], index: str | None) -> Body:
    if index is None:
        raise InvalidParams("An export needs a 'body', or the 'index' that has it.")
    return call.work.sessions.index(Path(index)).settings.body


def _pictured(
    call: Call[SheetParams], index: CraterIndex
) -> Iterator[tuple[DecidedMatch, bytes, float | None, str | None]]:
    """Every match, its picture, the metres a pixel of that and its name, with progress.

    The picture is b"" where the index has it no more; the column of names is that of the first.
    """
    matches = call.params.matches
    names = name_column(list(matches[0].attributes)) if matches else None
    for done, match in enumerate(matches):
        call.monitor.check()
        call.monitor.report(Stage.THUMBNAILS, done, len(matches))
        data, scale = _picture(index, match)
        name = match.attributes.get(names) if names else None
        yield match, data, scale, str(name) if name else None


def _picture(index: CraterIndex, match: Match) -> tuple[bytes, float | None]:
    number = _view_number(index, match)
    data = index.thumbnail(number) if number is not None else b""
    if number is None or not data:
        return b"", None
    with Image.open(io.BytesIO(data)) as image:
        width = image.width
    return data, index.view(number).m_per_px * index.settings.input_size / width


def _view_number(index: CraterIndex, match: Match) -> int | None:
    """The view that matched, also when views were numbered anew since."""
    rows = index.craters.rows_of([match.crater_id]).get(match.crater_id, [])
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


def _query(call: Call[SheetParams], index: CraterIndex) -> tuple[Picture, str, float | None]:
    """Pixels, a line on where it is, metres a pixel."""
    params = call.params
    if params.query is not None:
        query = call.work.queries.make(params.query, index)
        pixels, side = query.picture(_SHEET_QUERY), query.view.side_m
        lon, lat, diameter = query.lon, query.lat, query.diameter_m
    elif params.preview is not None:
        shown = params.preview
        pixels = image_view(shown.image, _SHEET_QUERY).pixels
        side = float("nan") if shown.side_m is None else shown.side_m
        lon, lat, diameter = shown.lon, shown.lat, shown.diameter_m
    else:
        raise InvalidParams("A sheet needs a 'query', or the 'preview' of one.")
    where = "an image without georeference"
    if lon is not None and lat is not None:
        about = f" (D about {diameter / 1000:.1f} km)" if diameter else ""
        where = f"{lat:.3f}°, {lon:.3f}°{about}"
    return pixels, where, side / len(pixels) if side == side else None


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
    return f"{line}. Scores are similarities, not probabilities."
