"""``preview``, ``search``, ``thumbnails``, ``explain``."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

from ...protocol import ExplainReply, Json, Preview, SearchReply
from ..formats import explanation_picture
from ..search import Feedback, Filters, Query, SearchOptions, SearchResult, explain, read_region
from ..search.explain import view_pixels
from .calls import Call
from .params import Params
from .plain import plain

PICTURE = 256
"""Pixels a side of the pictures of a query."""
WHY_PICTURE = 448


def preview(call: Call) -> Json:
    """{query, index?, size?} -> Preview. Loads no encoder."""
    params = call.params
    index = call.work.sessions.index(params.path("index")) if params.has("index") else None
    size = params.whole("size", PICTURE, 16, 2048)
    cut = call.work.queries.make(params.child("query"), index, size)
    call.monitor.check()
    path = call.work.pictures.preview(cut.query.view.pixels)
    found = preview_of(cut.query, path)
    if index is not None and found.side_m is not None:
        found.metres_per_pixel = found.side_m / index.settings.input_size
    return found.to_json()


def search(call: Call) -> Json:
    """SearchParams -> SearchReply. Opens the index, and loads its encoder, where need be."""
    params, start = call.params, time.perf_counter()
    options = _options(params)
    options.check()
    searcher, _ = call.work.sessions.searcher(params.path("index"), params.text("device", None))
    call.monitor.check()
    opened = time.perf_counter()
    cut = call.work.queries.make(params.child("query"), searcher.index)
    call.monitor.check()
    cutting = time.perf_counter()
    result = searcher.search(cut.query, options)
    call.monitor.check()
    found = time.perf_counter()
    picture = call.work.pictures.keep(cut.picture(PICTURE), "query")
    done = time.perf_counter()
    timings = {
        "open": (opened - start) * 1e3,
        "cut": (cutting - opened) * 1e3,
        **{name: spent for name, spent in result.timings_ms.items() if name != "total"},
        "picture": (done - found) * 1e3,
        "total": (done - start) * 1e3,
    }
    reply = SearchReply(
        matches=_matches(result),
        query=preview_of(cut.query, picture).to_json(),
        timings_ms=timings,
        provenance=result.provenance,
    )
    return dict(vars(reply))  # to_json would copy every attribute of every match


def thumbnails(call: Call) -> Json:
    """{index, views: [int]} -> {files: {view: path}}. Loads no encoder."""
    index = call.work.sessions.index(call.params.path("index"))
    views = call.params.wholes("views")
    return {"files": call.work.pictures.thumbnails(index, views)}


def explain_match(call: Call) -> Json:
    """{index, query, crater_id, view?} -> ExplainReply; ``view`` is a view number."""
    params, work = call.params, call.work
    crater_id = params.text("crater_id")
    view = params.whole("view", None)
    searcher, _ = work.sessions.searcher(params.path("index"), params.text("device", None))
    index = searcher.index
    cut = work.queries.make(params.child("query"), index)
    call.monitor.check()
    found = explain(index, searcher.encoder, cut.query, crater_id, view)
    call.monitor.check()
    mine = cut.picture(WHY_PICTURE)
    theirs = view_pixels(index, found.view_number, WHY_PICTURE)
    mine_path = work.pictures.keep(mine, "query")
    theirs_path = work.pictures.keep(theirs, "match")
    name = f"why-{mine_path[-16:-4]}-{index.manifest.generation}-{found.view_number}.png"
    picture = work.pictures.path(name)
    explanation_picture(picture, replace(found, pixels_query=mine, pixels_match=theirs))
    work.pictures.budget.wrote(picture)
    return ExplainReply(
        crater_id=found.crater_id,
        view=found.view,
        score=found.score,
        shortlist_score=found.shortlist_score,
        grid=[int(one) for one in found.strength_query.shape],
        strength_query=[float(one) for one in found.strength_query.ravel()],
        strength_match=[float(one) for one in found.strength_match.ravel()],
        patches=[
            {
                "query_patch": one.query_patch,
                "gallery_token": one.gallery_token,
                "gallery_patches": list(one.gallery_patches),
                "similarity": one.similarity,
                "mutual": one.mutual,
            }
            for one in found.patches
        ],
        query_image=mine_path,
        match_image=theirs_path,
        picture=str(picture),
        compared_with="patches" if found.recut else "instance tokens",
        observation=found.observation,
    ).to_json()


def preview_of(query: Query, image: str) -> Preview:
    """A Preview of ``query`` whose picture is at ``image``."""
    view = query.view
    return Preview(
        image=image,
        lon=query.lon,
        lat=query.lat,
        side_m=_known(view.side_m),
        diameter_m=query.diameter_m,
        valid_fraction=view.valid_fraction,
        metres_per_pixel=_known(view.metres_per_pixel),
        native_metres_per_pixel=_known(view.native_metres_per_pixel),
        diameter_assumed=bool(query.source.get("diameter_assumed", False)),
    )


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _matches(result: SearchResult) -> list[Json]:
    found = []
    for one in result.matches:
        record = one.to_json()
        record["attributes"] = {key: plain(value) for key, value in one.attributes.items()}
        found.append(record)
    return found


def _options(params: Params) -> SearchOptions:
    return SearchOptions(
        top=params.whole("top", 100, 1, 100_000),
        shortlist=params.whole("shortlist", 200, 1, 1_000_000),
        backend=params.text("backend", "auto"),
        symmetric=params.flag("symmetric", False),
        filters=filters_of(params.child("filters")),
        feedback=feedback_of(params.child("feedback")),
    )


def feedback_of(params: Params) -> Feedback:
    """What was decided; a member that is not known is refused."""
    params.only(("accepted", "rejected"))
    return Feedback(
        tuple(params.texts("accepted", [])),
        tuple(params.texts("rejected", [])),
    )


def filters_of(params: Params) -> Filters:
    """The filters; a member that is not known is refused, or the search would be another one."""
    params.only(tuple(Filters.__dataclass_fields__))
    values: dict[str, Any] = {
        name: params.numbers(name, 2, None) for name in ("diameter_ratio", "latitude", "longitude")
    }
    for name in ("min_diameter", "max_diameter", "min_distance", "max_distance"):
        values[name] = params.number(name, None)
    region = params.text("region", None)
    return Filters(
        **values,
        region=read_region(region) if region else None,
        where=params.text("where", None) or None,
        exclude_ids=tuple(params.texts("exclude_ids", [])),
    )
