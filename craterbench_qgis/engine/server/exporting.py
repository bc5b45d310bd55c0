"""``export``, ``contact_sheet`` and ``report``: a match set, as the client holds it, to files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...contract.search import ExportParams, Files, SheetParams
from ..bodies import Body
from ..formats import SUFFIXES, write_matches
from ..formats.counting import count
from ..formats.sheet_page import Picture
from ..formats.staging import check_target
from ..index import CraterIndex
from ..mosaic import image_view
from ..search.filters import read_region
from ..sheets import place_text, write_report, write_sheet
from .calls import Call
from .decoding import InvalidParams

_SHEET_QUERY = 448


def export(call: Call[ExportParams]) -> Files:
    """Matches to a layer, a table or a crater list."""
    params = call.params
    body = params.body or _body(call, params.index)
    matches, counted, origin = params.matches, None, params.provenance
    if params.area is not None:
        places = [(match.lon, match.lat, match.diameter_m) for match in matches]
        lon, lat, diameter = np.array(places, np.float64).reshape(-1, 3).T
        region = read_region(params.area.region, body)
        counted = count(region, body, lon, lat, diameter, params.area.buffered)
        matches = [matches[row] for row in counted.rows]
        how = "buffered, fraction = A / A(D)" if params.area.buffered else "centres in the area"
        origin = {**origin, "counted": how, "counting_area": params.area.region}
    files = write_matches(
        check_target(Path(params.path), SUFFIXES, "Matches"),
        matches,
        body=body,
        provenance=origin,
        overwrite=params.overwrite,
        geometry=params.geometry,
        counted=counted,
    )
    names = [str(file) for file in files]
    return Files(names) if counted is None else Files(names, len(matches), counted.area_km2)


def make_contact_sheet(call: Call[SheetParams]) -> Files:
    """The query and its matches on paper."""
    params = call.params
    target = check_target(Path(params.path), (".png", ".pdf"), "A contact sheet")
    index = call.work.sessions.index(Path(params.index))
    pixels, scale, where = _query(call, index)
    write_sheet(
        target,
        index,
        params.matches,
        pixels,
        where=where,
        metres_per_pixel=scale,
        provenance=params.provenance,
        title=params.title,
        monitor=call.monitor,
    )
    return Files([str(target)])


def make_report(call: Call[SheetParams]) -> Files:
    """The query and its matches as one HTML file."""
    params = call.params
    target = check_target(Path(params.path), (".html",), "A report")
    index = call.work.sessions.index(Path(params.index))
    pixels, scale, where = _query(call, index)
    origin = params.provenance.get("query")
    source = origin.get("mosaic") or origin.get("image") if isinstance(origin, dict) else None
    write_report(
        target,
        index,
        params.matches,
        pixels,
        facts={"where": where, **({"from": Path(str(source)).name} if source else {})},
        metres_per_pixel=scale,
        provenance=params.provenance,
        title=params.title,
        monitor=call.monitor,
    )
    return Files([str(target)])


def _body(call: Call[ExportParams], index: str | None) -> Body:
    if index is None:
        raise InvalidParams("An export needs a 'body', or the 'index' that has it.")
    return call.work.sessions.index(Path(index)).settings.body


def _query(call: Call[SheetParams], index: CraterIndex) -> tuple[Picture, float | None, str]:
    """Pixels, metres a pixel, a line on where it is."""
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
    scale = side / len(pixels) if side == side else None
    return pixels, scale, place_text(lon, lat, diameter)
