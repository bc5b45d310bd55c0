"""``duplicates.find`` and ``duplicates.apply``: the long lane."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...protocol import Json
from ..bodies import Body, body_by_name
from ..catalogue import Craters
from ..duplicates import CandidateRule, DuplicateRequest, apply_decisions, find_duplicates
from ..duplicates.find import MINIMUM, THRESHOLD
from ..errors import ExportError
from ..indexing import BuildRequest, body_of_mosaic
from ..indexing.build import select
from .calls import Call
from .inputs import catalogue_of, limits_of
from .params import Params
from .plain import plain
from .stopping import breakable

_KEEPERS = ("auto", "complete", "priority", "median")


def find(call: Call) -> Json:
    """Find pairs of entries that are one crater and write the review: a DuplicateReport.

    {catalogue, columns?, layer?, body?, other?: {catalogue, columns?, layer?, body?}, output,
    mosaics?: [path], other_mosaic?, other_offset_m?: [east, north], band?, nodata?, threshold?,
    minimum?, max_distance?, max_ratio?, max_looks?, source_column?, priority?: [text], keeper?,
    keep_decisions?, min_diameter_m?, max_diameter_m?, region?, encoder?, device?}. Without mosaics
    geometry alone decides, and no encoder is loaded.
    """
    params = call.params
    threshold = params.number("threshold", THRESHOLD)
    keeper = params.choice("keeper", _KEEPERS, "auto")
    mosaics = params.paths("mosaics", [])
    limits, body = limits_of(params), _body(params)
    rule = CandidateRule(
        params.number("max_distance", CandidateRule.max_distance),
        params.number("max_ratio", CandidateRule.max_ratio),
    )
    request: dict[str, Any] = {
        "output": _target(params),
        "mosaics": tuple(mosaics),
        "threshold": threshold,
        "minimum": min(params.number("minimum", MINIMUM), threshold),
        "rule": rule,
        "source_column": params.text("source_column", None) or None,
        "priority": tuple(params.texts("priority", [])),
        "keeper": keeper,
        "body": body,
        "other_mosaic": params.path("other_mosaic", None),
        "other_offset_m": params.numbers("other_offset_m", 2, None),
        "band": params.whole("band", None, 1),
        "nodata": params.number("nodata", None),
        "max_looks": params.whole("max_looks", None, 1),
        "keep_decisions": params.flag("keep_decisions", True),
    }
    call.monitor.report("catalogue", 0, 0)
    shown = body_of_mosaic(mosaics[0]) if mosaics else None
    first = _selected(catalogue_of(params, mosaic_body=shown), limits, body)
    other = None
    if params.has("other"):
        other = _selected(catalogue_of(params.child("other"), mosaic_body=shown), limits, body)
    call.monitor.check()
    encoder = None
    if mosaics:
        call.monitor.report("encoder", 0, 0)
        spec = params.text("encoder", None)
        encoder = call.work.encoder(spec, params.text("device", "auto"))
        call.monitor.check()
    with breakable(call.monitor):
        report = find_duplicates(
            DuplicateRequest(catalogue=first, other=other, **request), encoder, call.monitor
        )
    result: Json = plain(report.to_json())
    return result


def apply(call: Call) -> Json:
    """{review, output, threshold?} -> an ApplyReport: the cleaned catalogue is written."""
    params = call.params
    target = _target(params)
    report = apply_decisions(params.path("review"), target, params.number("threshold", None))
    result: Json = plain(report.to_json())
    return result


def _target(params: Params) -> Path:
    path: Path = params.path("output")
    if not path.parent.is_dir():
        raise ExportError(f"'{path.parent}' is not a folder. Create it, or choose another.")
    return path


def _body(params: Params) -> Body | None:
    name = params.text("body", None)
    return body_by_name(name) if name else None


def _selected(craters: Craters, limits: dict[str, Any], body: Body | None) -> Craters:
    """The entries within the limits, where there are any."""
    if all(one is None for one in limits.values()):
        return craters
    # Of the body only its size is used here, to leave out what is larger than the body itself.
    where = craters.body or body or body_by_name("moon")
    return select(BuildRequest((), craters, Path(), **limits), where)
