"""``preview``, ``search``, ``thumbnails``, ``explain``."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path

from ...contract.search import (
    Preview,
    PreviewParams,
    SearchParams,
    SearchReply,
    ThumbnailParams,
    Thumbnails,
    Warped,
    WarpParams,
)
from ...contract.vocabulary import BoxReading, DiameterFrom
from ...contract.why import ExplainParams, ExplainReply, PatchPair
from ..formats import explanation_picture
from ..mosaic.drawn import ground_square
from ..search import QueryView, SearchOptions, explain, read_region
from ..search.explain import view_pixels
from ..search.turns import Turn, turned_picture
from .calls import Call

PICTURE = 256
"""Pixels a side of the pictures of a query."""
WHY_PICTURE = 448


def preview(call: Call[PreviewParams]) -> Preview:
    """What would be searched. Loads no encoder."""
    params = call.params
    index = call.work.sessions.index(Path(params.index)) if params.index else None
    query = call.work.queries.make(params.query, index, params.size)
    call.monitor.check()
    shown = preview_of(query, call.work.pictures.preview(query.view.pixels))
    if index is not None and shown.side_m is not None:
        shown.metres_per_pixel = shown.side_m / index.settings.input_size
    return shown


def warp(call: Call[WarpParams]) -> Warped:
    """Pictures of a map as the square of ground they show. Loads no encoder."""
    params = call.params
    paths = [Path(picture) for picture in params.pictures]
    grey, valid = ground_square(
        paths, params.lon, params.lat, params.side_m, params.size, params.shows
    )
    call.monitor.check()
    image = call.work.pictures.drawn(grey, valid)
    return Warped(image, float(valid.mean()))


def search(call: Call[SearchParams]) -> SearchReply:
    """The best matches. Opens the index, and loads its encoder, where need be."""
    params, start = call.params, time.perf_counter()
    if params.filters.region:
        read_region(params.filters.region)  # refused before anything is opened
    options = SearchOptions.of(params)
    options.check()
    searcher, _ = call.work.sessions.searcher(Path(params.index), params.device)
    call.monitor.check()
    opened = time.perf_counter()
    query = call.work.queries.read(params.query, searcher, options)
    call.monitor.check()
    cut = time.perf_counter()
    result = searcher.search(query.widened() if options.turns else query, options)
    call.monitor.check()
    searched = time.perf_counter()
    picture = call.work.pictures.keep(query.picture(PICTURE), "query")
    done = time.perf_counter()
    timings = {
        "open": (opened - start) * 1e3,
        "cut": (cut - opened) * 1e3,
        **{name: spent for name, spent in result.timings_ms.items() if name != "total"},
        "picture": (done - searched) * 1e3,
        "total": (done - start) * 1e3,
    }
    return SearchReply(result.matches, preview_of(query, picture), timings, result.provenance)


def thumbnails(call: Call[ThumbnailParams]) -> Thumbnails:
    """Pictures of views. Loads no encoder."""
    index = call.work.sessions.index(Path(call.params.index))
    return Thumbnails(call.work.pictures.thumbnails(index, call.params.views))


def explain_match(call: Call[ExplainParams]) -> ExplainReply:
    """Why a crater of the index matched."""
    params, work = call.params, call.work
    searcher, _ = work.sessions.searcher(Path(params.index), params.device)
    index = searcher.index
    query = work.queries.make(params.query, index)
    call.monitor.check()
    turn = Turn(params.turn_deg or 0.0, params.mirrored)
    is_turned = turn != Turn(0.0, False)
    if is_turned:
        query = query.widened()
    why = explain(
        index, searcher.encoder, query, params.crater_id, params.view, turn if is_turned else None
    )
    call.monitor.check()
    mine = turned_picture(query, turn, WHY_PICTURE) if is_turned else query.picture(WHY_PICTURE)
    theirs = view_pixels(index, why.view_number, WHY_PICTURE)
    mine_path = work.pictures.keep(mine, "query")
    theirs_path = work.pictures.keep(theirs, "match")
    name = f"why-{mine_path[-16:-4]}-{index.manifest.generation}-{why.view_number}.png"
    picture = work.pictures.path(name)
    explanation_picture(picture, replace(why, pixels_query=mine, pixels_match=theirs))
    work.pictures.budget.wrote(picture)
    return ExplainReply(
        crater_id=why.crater_id,
        context=why.context,
        score=why.score,
        shortlist_score=why.shortlist_score,
        grid=[int(count) for count in why.strength_query.shape],
        strength_query=[float(strength) for strength in why.strength_query.ravel()],
        strength_match=[float(strength) for strength in why.strength_match.ravel()],
        patches=[
            PatchPair(
                query_patch=pair.query_patch,
                gallery_token=pair.gallery_token,
                gallery_patches=list(pair.gallery_patches),
                similarity=pair.similarity,
                mutual=pair.mutual,
            )
            for pair in why.patches
        ],
        query_image=mine_path,
        match_image=theirs_path,
        picture=str(picture),
        compared_with="patches" if why.recut else "instance tokens",
        observation=why.observation,
    )


def preview_of(query: QueryView, image: str) -> Preview:
    """A Preview of ``query`` whose picture is at ``image``."""
    view, source = query.view, query.source
    reading, known = source.get("reading"), source.get("diameter_from")
    return Preview(
        image=image,
        lon=query.lon,
        lat=query.lat,
        side_m=_known(view.side_m),
        diameter_m=query.diameter_m,
        valid_fraction=view.valid_fraction,
        metres_per_pixel=_known(view.metres_per_pixel),
        native_metres_per_pixel=_known(view.native_metres_per_pixel),
        diameter_assumed=bool(source.get("diameter_assumed", False)),
        reading=None if reading is None else BoxReading(reading),
        box_m=source.get("box_side_m"),
        diameter_from=None if known is None else DiameterFrom(known),
        notes=query.notes,
    )


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
