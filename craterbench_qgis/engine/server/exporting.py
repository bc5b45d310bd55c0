"""``export``, ``contact_sheet`` and ``report``: a match set, as the client holds it, to files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...contract.columns import name_column
from ...protocol import Json
from ..bodies import Body
from ..errors import ExportError
from ..files.images import open_thumbnail
from ..formats import (
    SUFFIXES,
    MatchRow,
    ReportRow,
    Tile,
    contact_sheet,
    html_report,
    match_tile,
    write_matches,
)
from ..index import CraterIndex
from ..mosaic import image_view
from .calls import Call
from .inputs import body_of_json
from .params import InvalidParams, Params
from .queries import body_of

T = TypeVar("T")

_SHEET_QUERY = 448
_CHANCE = "expected_by_chance"


def export(call: Call) -> Json:
    """{index?, matches, path, provenance, geometry?, overwrite?} -> {files: [path]}.

    ``matches``: MatchRecord objects; their ``attributes`` become columns. The body is the one of
    the provenance, else of the index.
    """
    params = call.params
    target = _target(params, SUFFIXES, "Matches")
    provenance = params.object("provenance", {})
    files = write_matches(
        target,
        [match_of(one) for one in params.children("matches")],
        body=_body(call, params),
        provenance=provenance,
        overwrite=params.flag("overwrite", True),
        geometry=params.choice("geometry", ("circle", "point"), "circle"),
    )
    return {"files": [str(one) for one in files]}


def make_contact_sheet(call: Call) -> Json:
    """{index, query, matches, path, provenance, title?} -> {files: [path]}.

    ``query``: a query, or the Preview that a search returned.
    """
    params, work = call.params, call.work
    target = _target(params, (".png", ".pdf"), "A contact sheet")
    provenance = params.object("provenance", {})
    index = work.sessions.index(params.path("index"))
    tiles = _of_each_match(call, index, _tile)
    pixels, where, scale = _query(call, params.child("query"), index)
    contact_sheet(
        target,
        pixels,
        tiles,
        title=params.text("title", None) or "Craters that look like the query",
        footer=_footer(index, provenance),
        query_subtitle=where,
        query_metres_per_pixel=scale,
    )
    return {"files": [str(target)]}


def make_report(call: Call) -> Json:
    """{index, query, matches, path, provenance, title?} -> {files: [path]}: one HTML file.

    ``query`` as of ``contact_sheet``. ``decision``, ``comment`` and ``expected_by_chance`` among a
    match's attributes stand by themselves.
    """
    params, work = call.params, call.work
    target = _target(params, (".html",), "A report")
    provenance = params.object("provenance", {})
    index = work.sessions.index(params.path("index"))
    rows = _of_each_match(call, index, _report_row)
    pixels, where, scale = _query(call, params.child("query"), index)
    origin = provenance.get("query")
    source = origin.get("mosaic") or origin.get("image") if isinstance(origin, dict) else None
    facts = {"where": where, **({"from": Path(str(source)).name} if source else {})}
    html_report(
        target,
        rows,
        title=params.text("title", None) or "Craters that look like the query",
        provenance=provenance,
        query=pixels,
        query_facts=facts,
        query_metres_per_pixel=scale,
    )
    return {"files": [str(target)]}


def match_of(record: Params) -> MatchRow:
    """A match as the writers need it."""
    return MatchRow(
        rank=record.whole("rank"),
        crater_id=record.text("crater_id"),
        lon=record.number("lon"),
        lat=record.number("lat"),
        diameter_m=record.number("diameter_m", above=0),
        score=record.number("score"),
        shortlist_score=record.number("shortlist_score", None),
        view=record.text("view", ""),
        distance_m=record.number("distance_m", None),
        bearing_deg=record.number("bearing_deg", None),
        attributes=record.object("attributes", {}),
    )


def _target(params: Params, suffixes: tuple[str, ...], what: str) -> Path:
    path: Path = params.path("path")
    if path.suffix.lower() not in suffixes:
        raise ExportError(
            f"{what} cannot be written as '{path.name}'. End the name with {', '.join(suffixes)}."
        )
    if not path.parent.is_dir():
        raise ExportError(f"'{path.parent}' is not a folder. Create it, or choose another.")
    return path


def _body(call: Call, params: Params) -> Body:
    """A match set outlives its index: what it was found with says the body as well."""
    provenance = params.child("provenance")
    if isinstance(provenance.data.get("body"), dict):
        return body_of_json(provenance.child("body"))
    body = body_of(call.work.sessions.index(params.path("index")).settings)
    if body is None:
        raise InvalidParams("'provenance' has no 'body'.")
    return body


def _of_each_match(
    call: Call, index: CraterIndex, make: Callable[[CraterIndex, Params, str], T]
) -> list[T]:
    """``make`` of every match, with progress; the column of names is that of the first."""
    records = call.params.children("matches")
    names = _name_column(records)
    made = []
    for done, one in enumerate(records):
        call.monitor.check()
        call.monitor.report("thumbnails", done, len(records))
        made.append(make(index, one, names))
    return made


def _tile(index: CraterIndex, record: Params, names: str) -> Tile:
    match = match_of(record)
    image, scale = _thumbnail(index, record, match)
    name = match.attributes.get(names) if names else None
    return match_tile(match, image, metres_per_pixel=scale, name=str(name) if name else None)


def _report_row(index: CraterIndex, record: Params, names: str) -> ReportRow:
    match = match_of(record)
    data, scale = _picture(index, record, match)
    attributes = dict(match.attributes)
    told = {key: attributes.pop(key, None) for key in ("decision", "comment", _CHANCE)}
    name = attributes.get(names) if names else None
    chance = told[_CHANCE]
    return ReportRow(
        match=replace(match, attributes=attributes),
        image=data or None,
        metres_per_pixel=scale,
        name=str(name) if name else None,
        decision=str(told["decision"] or ""),
        comment=str(told["comment"] or ""),
        expected_by_chance=float(chance) if isinstance(chance, (int, float)) else None,
    )


def _thumbnail(
    index: CraterIndex, record: Params, match: MatchRow
) -> tuple[Image.Image | NDArray[Any], float | None]:
    """The match's picture, and its metres a pixel; grey where the index has it no more."""
    data, scale = _picture(index, record, match)
    if not data:
        return np.full((128, 128), 0.5, np.float32), None
    return open_thumbnail(data).convert("L"), scale


def _picture(index: CraterIndex, record: Params, match: MatchRow) -> tuple[bytes, float | None]:
    """The match's picture as the index holds it, and its metres a pixel; b"" where it has none."""
    number = _view_number(index, record, match)
    data = index.thumbnail(number) if number is not None else b""
    if number is None or not data:
        return b"", None
    with open_thumbnail(data) as image:
        width = image.width
    return data, index.view(number).m_per_px * index.settings.input_size / width


def _view_number(index: CraterIndex, record: Params, match: MatchRow) -> int | None:
    """The view that matched, also when views were numbered anew since."""
    rows = index.craters.rows_of([match.crater_id]).get(match.crater_id, [])
    number = record.whole("view_number", None)

    def fits(one: int) -> bool:
        return not match.view or f"{index.view(one).context:g}x" == match.view

    there = number is not None and number < index.n_views
    if there and int(index.view_crater_rows[number]) in rows and fits(number):
        return int(number)
    wanted = record.whole("observation", None)
    views = np.flatnonzero(np.isin(index.view_crater_rows, rows)).tolist()
    found = [one for one in views if fits(one)]
    found.sort(key=lambda one: index.view(one).observation != wanted)
    return found[0] if found else None


def _query(
    call: Call, spec: Params, index: CraterIndex
) -> tuple[NDArray[np.float32], str, float | None]:
    """Pixels, a line on where it is, metres a pixel."""
    if spec.has("kind"):
        cut = call.work.queries.make(spec, index)
        query = cut.query
        pixels, side = cut.picture(_SHEET_QUERY), query.view.side_m
        lon, lat, diameter = query.lon, query.lat, query.diameter_m
    else:
        pixels = image_view(spec.path("image"), _SHEET_QUERY).pixels
        side = spec.number("side_m", float("nan"))
        lon, lat = spec.number("lon", None), spec.number("lat", None)
        diameter = spec.number("diameter_m", None)
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
    mosaics = ", ".join(Path(str(one)).name for one in provenance.get("observations") or [])
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
    told = " · ".join(str(one) for one in parts if one)
    return f"{told}. Scores are similarities, not probabilities."


def _name_column(records: list[Params]) -> str:
    if not records:
        return ""
    return name_column(list(records[0].object("attributes", {}))) or ""
