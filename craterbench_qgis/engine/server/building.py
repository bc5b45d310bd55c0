"""``index.build``, ``index.add``, ``index.verify``: the long lane."""

from __future__ import annotations

import time
from pathlib import Path

from ...protocol import Json
from ..errors import CraterIndexError, UsageError
from ..index import CraterIndex, verify
from ..indexing import (
    DEFAULT_TOKENS,
    BuildReport,
    BuildRequest,
    add_to_index,
    body_of_mosaic,
    build_index,
)
from ..tokens import SEED_STRATEGIES
from .calls import Call
from .inputs import catalogue_of, limits_of
from .queries import body_of
from .stopping import breakable


def build(call: Call) -> Json:
    """BuildParams -> {path, views, craters, encoded, skipped, seconds, resumed, ...}."""
    params, start = call.params, time.monotonic()
    contexts = params.numbers("contexts", None, (2.0, 3.0))
    if min(contexts) <= 0.5 or max(contexts) > 100:
        raise UsageError("A context factor (side / diameter) must lie between 0.5 and 100.")
    mosaics = tuple(params.paths("mosaics"))
    output = params.path("output")
    seeds = params.choice("seeds", SEED_STRATEGIES, "attention")
    tokens = params.whole("tokens", DEFAULT_TOKENS, 1, 65_536)
    spec, device = params.text("encoder", None), params.text("device", "auto")
    band, nodata = params.whole("band", None, 1), params.number("nodata", None)
    limits = limits_of(params)
    _creatable(output)
    call.monitor.report("catalogue", 0, 0)
    craters = catalogue_of(params, mosaic_body=body_of_mosaic(mosaics[0]) if mosaics else None)
    call.monitor.check()
    call.monitor.report("encoder", 0, 0)
    encoder = call.work.encoder(spec, device)
    call.monitor.check()
    request = BuildRequest(
        mosaics=mosaics,
        craters=craters,
        output=output,
        contexts=tuple(sorted(set(contexts))),
        tokens=tokens,
        seeds=seeds,
        band=band,
        nodata=nodata,
        **limits,
    )
    with breakable(call.monitor):
        report = build_index(request, encoder, call.monitor)
    return _told(report, start)


def add(call: Call) -> Json:
    """{index, mosaics?, catalogue?, columns?, layer?, body?, band?, nodata?, device?, encoder?}."""
    params, start = call.params, time.monotonic()
    path = params.path("index")
    mosaics = params.paths("mosaics", [])
    with CraterIndex.open(path, check="sizes") as index:
        spec = params.text("encoder", None) or index.settings.encoder_id
        body = body_of(index.settings)
    craters = None
    if params.has("catalogue"):
        call.monitor.report("catalogue", 0, 0)
        craters = catalogue_of(params, mosaic_body=body)
    call.monitor.check()
    call.monitor.report("encoder", 0, 0)
    encoder = call.work.encoder(spec, params.text("device", "auto"))
    with breakable(call.monitor):
        report = add_to_index(
            path,
            encoder,
            mosaics=mosaics,
            craters=craters,
            band=params.whole("band", None, 1),
            nodata=params.number("nodata", None),
            monitor=call.monitor,
        )
    return _told(report, start)


def verify_index(call: Call) -> Json:
    """{path} -> {problems, notes, files, size}."""
    report = verify(call.params.path("path"), monitor=call.monitor)
    return {
        "problems": report.problems,
        "notes": report.notes,
        "files": report.files,
        "size": report.size,
    }


def _told(report: BuildReport, start: float) -> Json:
    return {
        "path": str(report.path),
        "views": report.views,
        "craters": report.craters_with_views,
        "encoded": report.new_views,
        "skipped": report.skipped,
        "seconds": time.monotonic() - start,
        "resumed": report.resumed,
        "already_complete": report.already_complete,
        "notes": report.notes,
    }


def _creatable(output: Path) -> None:
    parent = output.absolute().parent
    if any(one.exists() and not one.is_dir() for one in (parent, *parent.parents)):
        raise CraterIndexError(f"'{parent}' is not a folder. Choose another output.")
