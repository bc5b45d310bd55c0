"""``craterbench search``: cut the query, search, print or export the matches."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...contract.records import Json
from ...contract.search import ANALOG_PIXELS, SHORTLIST, TOP, AnalogOptions, Feedback, Match
from ...contract.vocabulary import Likeness, Question
from ..formats import SUFFIXES, write_matches
from ..formats.model import view_text
from ..formats.staging import check_target
from ..index import CraterIndex, open_index
from ..search import BoxViews, QueryView, Searcher, SearchOptions, SearchResult, read_box
from ..sheets import place_text, write_report, write_sheet
from ..words import DIAMETER_FROM, length_text, lonlat_text
from .options import (
    add_encoder_options,
    add_filter_options,
    add_query_options,
    count,
    filters_of,
    index_argument,
    load_encoder_for,
    number,
    query_of,
    require_views,
)
from .output import note, print_json, say, table

_SHOWN = 5  # unknown ids that are named
OUTPUT_HELP = (
    ".shp, .gpkg, .geojson, .csv; CraterStats' .scc or .diam; OpenCraterTool's NAME_CRATER.shp"
)


def add_to(commands: Any) -> None:
    """Add ``search`` to the parser."""
    search = commands.add_parser(
        "search",
        help="find the craters that look like a box, a crater or an image",
        description="Two stages: a shortlist by one vector per view, then a rerank by late "
        "interaction over instance tokens. Scores are similarities, not probabilities.",
    )
    index_argument(search)
    add_query_options(search)
    search.add_argument("--top", type=count, default=TOP, metavar="N", help="craters wanted")
    search.add_argument(
        "--shortlist", type=count, default=SHORTLIST, metavar="S", help="views to rerank"
    )
    search.add_argument("--backend", choices=("auto", "exact", "lists", "hnsw"), default="auto")
    search.add_argument("--symmetric", action="store_true", help="late interaction both ways")
    add_overlay_option(search)
    add_filter_options(search)
    add_question_options(search)
    group = search.add_argument_group("relevance feedback")
    group.add_argument(
        "--accept",
        nargs="+",
        default=[],
        metavar="ID",
        help="craters that look like what is wanted: the query is refined by them",
    )
    group.add_argument(
        "--reject",
        nargs="+",
        default=[],
        metavar="ID",
        help="craters that do not: the query is turned away from them, and they are left out",
    )
    search.add_argument("--output", type=Path, metavar="FILE", help=OUTPUT_HELP)
    search.add_argument("--contact-sheet", type=Path, metavar="FILE", help=".png or .pdf")
    search.add_argument(
        "--report", type=Path, metavar="FILE.html", help="all in one file, to print"
    )
    search.add_argument("--json", action="store_true")
    add_encoder_options(search)
    search.set_defaults(run=run_search)


def add_overlay_option(parser: Any) -> None:
    """``--no-overlay``."""
    parser.add_argument(
        "--no-overlay",
        dest="overlay",
        action="store_false",
        help="rank the same crater by late interaction alone: do not lay the pictures of the best "
        "views on the query",
    )


def add_question_options(parser: argparse.ArgumentParser) -> None:
    """What is asked: the same crater again, or craters of the same kind."""
    group = parser.add_argument_group("question")
    group.add_argument(
        "--find",
        type=Question,
        choices=tuple(Question),
        default=Question.SAME,
        help="the same crater again (default), or analogs: craters of the same kind at any angle "
        "and mirrored, of half to twice the diameter unless --diameter-ratio says otherwise; the "
        "query's own place is left out",
    )
    group.add_argument(
        "--any-angle",
        action="store_true",
        help="for the same crater: the picture's orientation is not known",
    )
    group.add_argument(
        "--by",
        type=Likeness,
        choices=tuple(Likeness),
        default=Likeness.BOTH,
        help="analogs by relief as read from the picture, by brightness (looks), or both",
    )
    group.add_argument(
        "--min-pixels",
        type=number,
        metavar="N",
        help="pixels of the mosaic across a match, at least (default: for analogs "
        f"{ANALOG_PIXELS:g}, for the same crater any)",
    )


def run_search(arguments: argparse.Namespace) -> int:
    """Search, and print or write the matches."""
    options = SearchOptions(
        top=arguments.top,
        shortlist=arguments.shortlist,
        backend=arguments.backend,
        symmetric=arguments.symmetric,
        find=arguments.find,
        any_angle=arguments.any_angle,
        overlay=arguments.overlay,
        analogs=AnalogOptions(
            arguments.by, ANALOG_PIXELS if arguments.min_pixels is None else arguments.min_pixels
        ),
        feedback=Feedback(arguments.accept, arguments.reject),
    )
    options.check()
    for path, suffixes, what in (
        (arguments.output, SUFFIXES, "Matches"),
        (arguments.contact_sheet, (".png", ".pdf"), "A contact sheet"),
        (arguments.report, (".html", ".htm"), "A report"),
    ):
        if path is not None:
            check_target(path, suffixes, what)
    with open_index(arguments.index) as index:
        require_views(index)
        if index.incomplete:
            note("The build of this index is unfinished: only what is committed is searched.")
        note_unknown(index, arguments.exclude)
        options = replace(
            options,
            filters=replace(
                filters_of(arguments, index.settings.body),
                min_pixels=None if arguments.find is Question.ANALOGS else arguments.min_pixels,
            ),
        )
        asked = query_of(arguments, index, wide=options.turns)
        searcher = Searcher(index, load_encoder_for(arguments, index.settings.encoder_id))
        query = read_box(asked, searcher, options) if isinstance(asked, BoxViews) else asked
        for text in query.notes:
            note(text)
        result = searcher.search(query, options)
        if arguments.output:
            export(arguments.output, index, result)
        if arguments.contact_sheet:
            sheet(arguments.contact_sheet, index, query, result)
        if arguments.report:
            report(arguments.report, index, query, result)
    if arguments.json:
        print_json(result_json(result))
    else:
        source = query.source
        if "reading" in source:
            say(reading_line(source))
        elif source.get("diameter_assumed"):
            say(
                f"Box of {source['side_m'] / 1000:.4g} km: the crater's diameter is taken as "
                f"{source['diameter_m'] / 1000:.4g} km (--diameter says otherwise)."
            )
        say(matches_table(result))
        if "terrain" in result.provenance.get("analogs", {}):
            say(terrain_line(result.provenance["analogs"]))
        say(timings_line(result))
        for written in (arguments.output, arguments.contact_sheet, arguments.report):
            if written:
                say(f"Written: {written}")
    return 0


def terrain_line(analogs: Json) -> str:
    """How much measured terrain counts in a search for analogs, and whose the query's is."""
    terrain = analogs["terrain"]
    whose = f"those of {terrain['crater_id']}" if "crater_id" in terrain else "made for it"
    return (
        f"Measurements of terrain count {analogs['shares']['terrain']:.0%} ({whose}; where a "
        "crater has none, the pictures alone)."
    )


def reading_line(source: Json) -> str:
    """How a box was read, and where the crater's diameter is from."""
    side, diameter = source["box_side_m"] / 1000, source["diameter_m"] / 1000
    return (
        f"Box of {side:.4g} km, {side / diameter:.1f} crater widths: the crater's diameter is "
        f"{diameter:.4g} km, {DIAMETER_FROM[source['diameter_from']]} (--diameter says otherwise)."
    )


def note_unknown(index: CraterIndex, excluded: Sequence[str]) -> None:
    """Say which of the ids to exclude the index does not have: one mistyped excludes nothing."""
    known = index.craters.rows_of(excluded) if excluded else {}
    unknown = [crater_id for crater_id in dict.fromkeys(excluded) if crater_id not in known]
    if not unknown:
        return
    shown = ", ".join(unknown[:_SHOWN]) + (", ..." if len(unknown) > _SHOWN else ".")
    of_all = f"{len(unknown)} of the {len(set(excluded))} ids" if len(unknown) > 1 else "One id"
    note(f"{of_all} to exclude {'are' if len(unknown) > 1 else 'is'} not in the index: {shown}")


def result_json(result: SearchResult) -> dict[str, Any]:
    """What ``search --json`` prints."""
    return {
        "matches": [match.to_json() for match in result.matches],
        "timings_ms": result.timings_ms,
        "provenance": result.provenance,
    }


def matches_table(result: SearchResult) -> str:
    """The ranked matches as text."""
    if not result.matches:
        return "No crater of the index meets the conditions."
    rows = [
        [
            str(match.rank),
            match.crater_id,
            f"{match.lon:.3f}",
            f"{match.lat:.3f}",
            f"{match.diameter_m / 1000:.1f}",
            f"{match.score:.3f}",
            f"{match.shortlist_score:.3f}",
            view_text(match),
            "-" if match.distance_m is None else f"{match.distance_m / 1000:,.1f}",
            chance_text(match.expected_by_chance),
        ]
        for match in result.matches
    ]
    header = ["rank", "crater", "lon", "lat", "D km", "score", "shortlist", "view", "distance km"]
    header.append("by chance")
    if any(match.turn_deg is not None for match in result.matches):
        header.append("turned")
        for row, match in zip(rows, result.matches, strict=True):
            row.append(turn_text(match))
    return table(header, rows, left=[1])


def turn_text(match: Match) -> str:
    """e.g. ``45°``, ``90° mirrored``; ``-`` where the query was not turned."""
    if match.turn_deg is None:
        return "-"
    return f"{match.turn_deg:g}°" + (" mirrored" if match.mirrored else "")


def chance_text(expected: float | None) -> str:
    """How many craters would score as high by chance; ``-`` where it is not known."""
    if expected is None:
        return "-"
    return (
        "< 0.001" if expected < 0.001 else f"{expected:.3f}" if expected < 1 else f"{expected:.0f}"
    )


def timings_line(result: SearchResult) -> str:
    """e.g. ``encode 41 ms, filter 0 ms, ...``."""
    return ", ".join(f"{stage} {spent:.1f} ms" for stage, spent in result.timings_ms.items())


def export(path: Path, index: CraterIndex, result: SearchResult) -> None:
    """Write the matches in the format the suffix names."""
    write_matches(path, result.matches, body=index.settings.body, provenance=result.provenance)
    if path.suffix.lower() in (".scc", ".diam"):
        note(
            f"{path.name} gives no area: matches are a selection, not a count over a surface. "
            "CraterStats needs one before it reads the file."
        )


def sheet(path: Path, index: CraterIndex, query: QueryView, result: SearchResult) -> None:
    """Write the contact sheet of a query and its matches."""
    write_sheet(
        path,
        index,
        result.matches,
        query.view.pixels,
        where=place_text(query.lon, query.lat, query.diameter_m),
        metres_per_pixel=_scale(query),
        provenance=result.provenance,
    )


def report(path: Path, index: CraterIndex, query: QueryView, result: SearchResult) -> None:
    """Write the HTML report of a query and its matches."""
    write_report(
        path,
        index,
        result.matches,
        query.view.pixels,
        facts=query_facts(query),
        metres_per_pixel=_scale(query),
        provenance=result.provenance,
    )


def query_facts(query: QueryView) -> dict[str, str]:
    """What the report says beside the query's picture."""
    facts = {"from": _origin(query)}
    if query.lon is not None and query.lat is not None:
        facts["centre"] = lonlat_text(query.lon, query.lat, places=4)
    if query.diameter_m is not None:
        assumed = ", assumed from the box" if query.source.get("diameter_assumed") else ""
        facts["diameter"] = length_text(query.diameter_m) + assumed
    if _scale(query) is not None:
        facts["side of the picture"] = length_text(query.view.side_m)
        facts["pixel of the raster"] = length_text(query.view.native_metres_per_pixel)
    facts["valid pixels"] = f"{query.view.valid_fraction:.0%}"
    return facts


def _scale(query: QueryView) -> float | None:
    scale = query.view.metres_per_pixel
    return scale if scale == scale else None  # NaN: an image without georeference


def _origin(query: QueryView) -> str:
    return Path(query.source.get("mosaic") or query.source["image"]).name
