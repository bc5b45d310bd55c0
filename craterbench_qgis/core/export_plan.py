"""What an export is: formats, file names and their checks, and the call to the engine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..contract import names
from ..contract.methods import CONTACT_SHEET, EXPORT, REPORT, Method
from ..contract.records import Json
from ..contract.search import CountArea, DecidedMatch, ExportParams, Files, SheetParams
from ..contract.vocabulary import Decision, Outline
from ..i18n import tr
from .match_set import MatchSet

VECTOR, TABLE, SHEET, LIST = "vector", "table", "sheet", "list"


@dataclass(frozen=True)
class Format:
    """A format the engine writes. ``ending``: what the file's name ends with."""

    key: str
    kind: str
    ending: str


COUNTS = ("scc", "diam")
"""Those that may hold the area craters are counted on."""

FORMATS = (
    Format("gpkg", VECTOR, ".gpkg"),
    Format("shp", VECTOR, ".shp"),
    Format("geojson", VECTOR, ".geojson"),
    Format("csv", TABLE, ".csv"),
    Format("pdf", SHEET, ".pdf"),
    Format("png", SHEET, ".png"),
    Format("html", SHEET, ".html"),
    Format("scc", LIST, ".scc"),
    Format("diam", LIST, ".diam"),
    Format("crater", LIST, "_CRATER.shp"),
)
BY_KEY = {known.key: known for known in FORMATS}


def format_name(key: str) -> str:
    """A format as the user reads it."""
    return {
        "gpkg": tr("GeoPackage (.gpkg)"),
        "shp": tr("Shapefile (.shp)"),
        "geojson": tr("GeoJSON (.geojson)"),
        "csv": tr("Table (.csv)"),
        "pdf": tr("Contact sheet, pages (.pdf)"),
        "png": tr("Contact sheet, one picture (.png)"),
        "html": tr("Report, one page with pictures (.html)"),
        "scc": tr("CraterStats crater count (.scc)"),
        "diam": tr("CraterStats diameters (.diam)"),
        "crater": tr("OpenCraterTool layer (_CRATER.shp)"),
    }[key]


def format_note(key: str) -> str:
    """What somebody should know before choosing a format, "" for nothing."""
    counts = tr(
        "Matches are a selection: count on an area only where all its craters are among them."
    )
    return {
        "shp": tr("Field names have ten letters at most; a list of them is written beside it."),
        "geojson": tr("Read it with QGIS or GDAL: other programs take GeoJSON to be on Earth."),
        "scc": counts,
        "diam": counts,
        "crater": tr("Diameter and centre only, without scores and decisions."),
    }.get(key, "")


def file_name(label: str, chosen: Format) -> str:
    """A name for the file, from the query's label; safe on every system."""
    return f"{names.in_words(label) or tr('query')}_{tr('matches')}{chosen.ending}"


def with_ending(path: str, chosen: Format) -> str:
    """The path for another format: a known ending is replaced, another one kept."""
    text = path.strip()
    if not text:
        return ""
    for ending in sorted((known.ending for known in FORMATS), key=len, reverse=True):
        if text.lower().endswith(ending.lower()):
            return text[: -len(ending)] + chosen.ending
    return text + chosen.ending


def format_of(path: str) -> Format | None:
    """The format a file's name asks for by its ending; None where it has none of them."""
    text = path.strip().lower()
    endings = sorted(FORMATS, key=lambda known: len(known.ending), reverse=True)
    return next((known for known in endings if text.endswith(known.ending.lower())), None)


def start_folder(project_folder: str, chosen: str) -> str:
    """Where an export goes at first: the folder used last, else the project's, else the user's;
    one that exists. ``project_folder``: "" for a project that was never saved."""
    for folder in (chosen, project_folder):
        if folder and Path(folder).is_dir():
            return folder
    return str(Path.home())


def problem_with(path: str, chosen: Format) -> str:
    """What is wrong with a file name, in a sentence; "" where it can be written."""
    text = path.strip()
    if not text:
        return tr("Choose a file to write.")
    target = Path(text)
    if not target.is_absolute():
        return tr("Give the whole path of the file, or press “Browse”.")
    if not text.lower().endswith(chosen.ending.lower()):
        return tr("The name must end in {ending}.").format(ending=chosen.ending)
    if target.name.lower() == chosen.ending.lower():
        return tr("The file has no name: put one before {ending}.").format(ending=chosen.ending)
    bad = names.unusable(target.name)
    if bad:
        return tr("The name contains {characters}; take another.").format(characters=bad)
    if target.is_dir():
        return tr("{name} is a folder. Choose another name.").format(name=target.name)
    if not target.parent.is_dir():
        return tr("The folder {folder} does not exist. Create it, or choose another.").format(
            folder=target.parent
        )
    if not os.access(target.parent, os.W_OK):
        return tr("You may not write in {folder}. Choose another folder.").format(
            folder=target.parent
        )
    if target.exists() and not os.access(target, os.W_OK):
        return tr("{name} may not be changed. Choose another name.").format(name=target.name)
    return ""


def rows_of(match_set: MatchSet, what: str, shown: list[int], selected: list[int]) -> list[int]:
    """Rows of ``accepted``, ``shown``, ``selected`` or ``all``, in rank order."""
    rows: Iterable[int] = {
        "accepted": match_set.rows_of(Decision.ACCEPTED),
        "shown": shown,
        "selected": selected,
        "all": range(len(match_set)),
    }[what]
    return sorted(row for row in rows if 0 <= row < len(match_set))


def records(match_set: MatchSet, rows: Iterable[int]) -> list[DecidedMatch]:
    """Matches with what was decided about them."""
    return [
        DecidedMatch(**vars(match_set.matches[row]), decision=match_set.decision(row))
        for row in rows
    ]


def provenance(match_set: MatchSet, what: str, count: int) -> Json:
    """Where the matches come from, and which of them these are."""
    return {
        **match_set.provenance,
        "body": match_set.index.body.to_json(),
        "query_label": match_set.request.label,
        "searched": match_set.created,
        "selection": what,
        "matches_found": len(match_set),
        "matches_exported": count,
        "index_path": match_set.index.path,
    }


def call_of(
    match_set: MatchSet,
    rows: list[int],
    what: str,
    path: str,
    chosen: Format,
    geometry: Outline,
    area: CountArea | None = None,
) -> tuple[Method[Any, Files], ExportParams | SheetParams]:
    """The engine's method that writes these matches, and its parameters."""
    index, matches = match_set.index.path, records(match_set, rows)
    origin = provenance(match_set, what, len(rows))
    if chosen.kind != SHEET:
        outline = Outline.CIRCLE if chosen.kind == LIST else geometry
        return EXPORT, ExportParams(
            matches,
            path,
            body=match_set.index.body,
            provenance=origin,
            geometry=outline,
            area=area,
        )
    # The picture that was searched, where it is still there, else the query cut again.
    preview, label = match_set.preview, match_set.request.label
    there = bool(preview.image) and Path(preview.image).is_file()
    params = SheetParams(
        index,
        matches,
        path,
        query=None if there else match_set.request.query(),
        preview=preview if there else None,
        provenance=origin,
        title=tr("Craters that look like {label}").format(label=label) if label else None,
    )
    return REPORT if chosen.key == "html" else CONTACT_SHEET, params
