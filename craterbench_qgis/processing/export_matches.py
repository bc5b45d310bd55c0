"""The algorithm that writes a table of matches to files."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, ClassVar

from qgis.core import (
    QgsFeature,
    QgsProcessingFeatureSource,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from .. import __version__
from ..contract.build import IndexInfo
from ..contract.methods import CONTACT_SHEET, EXPORT, REPORT
from ..contract.records import Json, read_json
from ..contract.search import DecidedMatch, ExportParams, Query, SheetParams, Source
from ..contract.vocabulary import Outline, QueryKind, Stage
from ..core.export_plan import FORMATS, LIST, SHEET, Format, format_name, with_ending
from ..core.words.quantities import number
from ..i18n import tr
from . import compat, params
from .base import Algorithm, Values, Work, refuse
from .engine import check_cancelled
from .inputs import source_of
from .match_table import matches_of, missing_fields
from .progress import Counter

BY_NAME = 0
"""Position in the choice FORMAT: the file's name decides. The formats follow."""

_GEOMETRIES = (Outline.CIRCLE, Outline.POINT)
Group = tuple[Json, list[DecidedMatch]]
"""The query's fields, and its matches."""


class ExportMatches(Algorithm):
    """``craterbench:exportmatches``."""

    NAME = "exportmatches"
    GROUP = "search"
    SPANS: ClassVar = {Stage.EXPORTING: (0, 100)}

    def displayName(self) -> str:
        return tr("Export matches")

    def about(self) -> str:
        return tr(
            "Writes the matches of “Search by features” or “Search by extent” as a Shapefile, "
            "GeoPackage, GeoJSON, table, crater list for CraterStats or OpenCraterTool, as a "
            "contact sheet or as an HTML report, with where they come from."
        )

    def initAlgorithm(self, configuration: Any = None) -> None:
        self.add(
            QgsProcessingParameterFeatureSource("INPUT", tr("Matches"), [compat.ANY_VECTOR]),
            tr("The layer a search made, or a part of it."),
        )
        params.add_index(self)
        options = [tr("as the file's name says"), *(format_name(known.key) for known in FORMATS)]
        self.add(
            params.choice("FORMAT", tr("Format"), options),
            tr("A file's name that does not fit the format gets its ending."),
        )
        self.add(
            params.choice("GEOMETRY", tr("Geometry"), [tr("circles"), tr("centres")]),
            tr("Of Shapefile, GeoPackage and GeoJSON."),
        )
        self.add(
            QgsProcessingParameterString("QUERY_ID", tr("Only this query"), "", False, True),
            tr(
                "Its id in the column query_id. Empty: all; a contact sheet or report is then "
                "written for each, with the query's id in its name."
            ),
        )
        self.add(
            params.whole("TOP", tr("Only the best"), None, 1, 1_000_000, True),
            tr("Matches of each query with a rank up to this. Empty: all."),
        )
        self.add_advanced(
            QgsProcessingParameterString("TITLE", tr("Title"), "", False, True),
            tr("Of a contact sheet or report."),
        )
        self.add_advanced(
            QgsProcessingParameterFile(
                "PROVENANCE", tr("Provenance"), extension="json", optional=True
            ),
            tr("The file a search wrote; without it the files say only what the index knows."),
        )
        filters = ";;".join(
            f"{format_name(known.key).split(' (')[0]} (*{known.ending})" for known in FORMATS
        )
        self.add(
            QgsProcessingParameterFileDestination("OUTPUT", tr("File"), filters),
            tr("Its ending decides the format, unless one is chosen."),
        )
        self.addOutput(QgsProcessingOutputNumber("MATCHES", tr("Matches written")))
        self.addOutput(QgsProcessingOutputNumber("FILES", tr("Files written")))

    def perform(self, work: Work) -> Values:
        source = source_of(work, "INPUT")
        path, chosen = self._target(work)
        groups = self._read(work, source)
        info = work.engine.index_info(work.path("INDEX"))
        provenance = self._provenance(work, info, groups)
        merged = _merged(groups, once=chosen.kind == LIST)
        count = len(merged)
        total = sum(len(matches) for _, matches in groups)
        if count < total:
            text = tr("{n} matches are of {craters} craters; a list of craters has each once.")
            work.feedback.pushInfo(text.format(n=number(total), craters=number(count)))
        if chosen.kind == SHEET:
            files = self._sheets(work, groups, path, provenance, chosen)
        else:
            counter = Counter(work.reporter, Stage.EXPORTING, 1)
            outline = _GEOMETRIES[work.choice("GEOMETRY")]
            params = ExportParams(merged, path, info.path, provenance=provenance, geometry=outline)
            files = work.engine.call(EXPORT, params).files
            counter.step()
        for file in files:
            work.feedback.pushInfo(tr("Written: {name}").format(name=file))
        text = tr("Matches written: {n}")
        work.feedback.pushInfo(text.format(n=number(count)))
        return {"OUTPUT": files[0], "MATCHES": count, "FILES": len(files)}

    def _target(self, work: Work) -> tuple[str, Format]:
        path = work.output_path("OUTPUT")
        if not path:
            raise refuse(tr("The file has no name. Choose one to write."))
        choice = work.choice("FORMAT")
        if choice != BY_NAME:
            chosen = FORMATS[choice - 1]
            fits = path.lower().endswith(chosen.ending.lower())
            return (path if fits else with_ending(path, chosen)), chosen
        for known in sorted(FORMATS, key=lambda known: -len(known.ending)):
            # “_CRATER.shp” is a format of its own, in capitals; every other ending in any case.
            exact = known.key == "crater"
            if path.endswith(known.ending) or (not exact and path.lower().endswith(known.ending)):
                return path, known
        endings = ", ".join(known.ending for known in FORMATS)
        raise refuse(
            tr(
                "The name of the file does not say its format. End it with one of {endings}."
            ).format(endings=endings)
        )

    def _read(self, work: Work, source: QgsProcessingFeatureSource) -> list[Group]:
        """Matches by query, in the order the queries first appear; each in the order of rank."""
        names = [field.name() for field in source.fields()]
        missing = missing_fields(names)
        if missing:
            text = tr(
                "This layer holds no matches: it has no column {names}. Choose the output of a "
                "search."
            )
            raise refuse(text.format(names=", ".join(missing)))
        wanted, top = work.text("QUERY_ID"), work.whole("TOP")
        groups: dict[str, Group] = {}
        for query, match in matches_of(_checked(source, work.feedback), names):
            name = str(query.get("query_id"))
            if (wanted and name != wanted) or (top and match.rank > top):
                continue
            groups.setdefault(name, (query, []))[1].append(match)
        if wanted and not groups:
            text = tr("The matches have no query {name}. Look at the column query_id.")
            raise refuse(text.format(name=wanted))
        for _, matches in groups.values():
            matches.sort(key=lambda match: match.rank)
        return list(groups.values())

    def _provenance(self, work: Work, info: IndexInfo, groups: list[Group]) -> Json:
        origin: Json = {
            "software": f"CraterBench for QGIS {__version__}",
            "index": info.path,
            "index_id": info.index_id,
            "index_generation": info.generation,
            "observations": [source.path for source in info.sources],
            "encoder": info.encoder,
            "encoder_description": info.encoder_description,
            "tokens": info.tokens,
            "seeds": info.seeds,
            "aggregation": info.aggregation,
        }
        path = work.path("PROVENANCE")
        if path:
            origin.update(_read_json(path))
        origin["body"] = info.body.to_json()
        origin["exported"] = datetime.now(timezone.utc).isoformat(timespec="seconds")
        origin["queries"] = len(groups)
        mosaics = dict.fromkeys(str(query.get("query_mosaic") or "") for query, _ in groups)
        origin["query_mosaics"] = [path for path in mosaics if path]
        return origin

    def _sheets(
        self, work: Work, groups: list[Group], path: str, provenance: Json, chosen: Format
    ) -> list[str]:
        if not groups:
            raise refuse(tr("There are no matches, so there is nothing to show."))
        counter = Counter(work.reporter, Stage.EXPORTING, len(groups))
        files: list[str] = []
        for query, matches in groups:
            check_cancelled(work.feedback)
            name = str(query.get("query_id"))
            target = path if len(groups) == 1 else _beside(path, name, files)
            title = work.text("TITLE") or tr("Craters that look like {label}").format(label=name)
            origin = {**provenance, "query": {"mosaic": query.get("query_mosaic")}}
            params = SheetParams(
                work.path("INDEX"),
                matches,
                target,
                query=_query(query),
                provenance=origin,
                title=title,
            )
            method = REPORT if chosen.key == "html" else CONTACT_SHEET
            files += work.engine.call(method, params).files
            counter.step()
        return files


def _query(fields: Json) -> Query:
    """The query that was searched, to be cut again for its picture."""
    mosaic, side = fields.get("query_mosaic"), fields.get("query_side_m")
    lon, lat = fields.get("query_lon"), fields.get("query_lat")
    if not mosaic or side is None or lon is None or lat is None:
        raise refuse(
            tr(
                "The matches do not say where their query was cut, so there is no picture of it. "
                "Export the layer as the search made it."
            )
        )
    return Query(
        QueryKind.AREA,
        Source(mosaic, fields.get("query_band")),
        lon,
        lat,
        side,
        fields.get("query_diameter_m"),
    )


def _merged(groups: list[Group], once: bool) -> list[DecidedMatch]:
    """All matches; those of several queries say whose they are. ``once``: a crater that several
    queries found is there once, where it scored best."""
    merged: list[DecidedMatch] = []
    for query, matches in groups:
        own = {
            key: value
            for key, value in query.items()
            if key.startswith("query_") and value is not None
        }
        merged += [replace(match, attributes={**own, **match.attributes}) for match in matches]
    if not once:
        return merged
    best: dict[tuple[Any, ...], DecidedMatch] = {}
    for match in merged:
        crater = (match.crater_id, match.lon, match.lat, match.diameter_m)
        known = best.get(crater)
        if known is None or match.score > known.score:
            best[crater] = match
    return list(best.values())


def _checked(source: QgsProcessingFeatureSource, feedback: Any) -> Any:
    for count, feature in enumerate(source.getFeatures()):
        if count % 1000 == 0:
            check_cancelled(feedback)
        yield QgsFeature(feature)


def _beside(path: str, name: str, taken: list[str]) -> str:
    """``NAME_QUERY.pdf``, a name no other query has."""
    target = Path(path)
    plain = re.sub(r"[^\w\-]+", "_", name, flags=re.UNICODE).strip("_")[:60] or "query"
    path_, number_ = target.with_name(f"{target.stem}_{plain}{target.suffix}"), 1
    while str(path_) in taken:
        number_ += 1
        path_ = target.with_name(f"{target.stem}_{plain}_{number_}{target.suffix}")
    return str(path_)


def _read_json(path: str) -> Json:
    try:
        data = read_json(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        text = tr("The provenance {path} cannot be read. Choose the file a search wrote.")
        raise refuse(text.format(path=path)) from error
    if not isinstance(data, dict):
        text = tr("The provenance {path} cannot be read. Choose the file a search wrote.")
        raise refuse(text.format(path=path))
    return data
