"""The algorithm that writes a table of matches to files."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, ClassVar

from qgis.core import (
    QgsFeature,
    QgsProcessingFeatureSource,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from .. import __version__
from ..core.export_plan import FORMATS, LIST, SHEET, Format, format_name, with_ending
from ..core.wording import number
from ..i18n import tr
from ..protocol import IndexInfo, Json
from . import compat, params
from .base import Algorithm, Values, Work, refuse
from .inputs import source_of
from .match_table import missing_fields, records_of
from .progress import Counter
from .talk import check_cancelled

BY_NAME = 0
"""Position in the choice FORMAT: the file's name decides. The formats follow."""

_GEOMETRIES = ("circle", "point")
Group = tuple[Json, list[Json]]
"""The query's fields, and its matches."""


class ExportMatches(Algorithm):
    """``craterbench:exportmatches``."""

    GROUP = "search"
    SPANS: ClassVar = {"exporting": (0, 100)}

    def name(self) -> str:
        """See QgsProcessingAlgorithm."""
        return "exportmatches"

    def displayName(self) -> str:
        """See QgsProcessingAlgorithm."""
        return tr("Export matches")

    def about(self) -> str:
        """See :class:`Algorithm`."""
        return tr(
            "Writes the matches of “Search by features” or “Search by extent” as a Shapefile, "
            "GeoPackage, GeoJSON, table, crater list for CraterStats or OpenCraterTool, as a "
            "contact sheet or as an HTML report, with where they come from."
        )

    def initAlgorithm(self, configuration: Any = None) -> None:
        """See QgsProcessingAlgorithm."""
        self.add(
            QgsProcessingParameterFeatureSource("INPUT", tr("Matches"), [compat.any_vector()]),
            tr("The layer a search made, or a part of it."),
        )
        params.add_index(self)
        options = [tr("as the file's name says"), *(format_name(one.key) for one in FORMATS)]
        self.add(
            QgsProcessingParameterEnum("FORMAT", tr("Format"), options, defaultValue=BY_NAME),
            tr("A file's name that does not fit the format gets its ending."),
        )
        self.add(
            QgsProcessingParameterEnum(
                "GEOMETRY", tr("Geometry"), [tr("circles"), tr("centres")], defaultValue=0
            ),
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
        self.add(
            QgsProcessingParameterString("TITLE", tr("Title"), "", False, True),
            tr("Of a contact sheet or report."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterFile(
                "PROVENANCE", tr("Provenance"), extension="json", optional=True
            ),
            tr("The file a search wrote; without it the files say only what the index knows."),
            advanced=True,
        )
        filters = ";;".join(
            f"{format_name(one.key).split(' (')[0]} ({_glob(one)})" for one in FORMATS
        )
        self.add(
            QgsProcessingParameterFileDestination("OUTPUT", tr("File"), filters),
            tr("Its ending decides the format, unless one is chosen."),
        )
        self.addOutput(QgsProcessingOutputNumber("MATCHES", tr("Matches written")))
        self.addOutput(QgsProcessingOutputNumber("FILES", tr("Files written")))

    def perform(self, work: Work) -> Values:
        """See :class:`Algorithm`."""
        source = source_of(work, "INPUT")
        path, chosen = self._target(work)
        groups = self._read(work, source)
        info = work.engine.index_info(work.path("INDEX"))
        provenance = self._provenance(work, info, groups)
        merged = _merged(groups, once=chosen.kind == LIST)
        count = len(merged)
        told = sum(len(matches) for _, matches in groups)
        if count < told:
            text = tr("{n} matches are of {craters} craters; a list of craters has each once.")
            work.feedback.pushInfo(text.format(n=number(told), craters=number(count)))
        if chosen.kind == SHEET:
            files = self._sheets(work, groups, path, provenance, chosen)
        else:
            counter = Counter(work.reporter, "exporting", 1)
            result = work.engine.call(
                "export",
                {
                    "index": info.path,
                    "matches": merged,
                    "path": path,
                    "provenance": provenance,
                    "geometry": _GEOMETRIES[work.choice("GEOMETRY")],
                    "overwrite": True,
                },
            )
            counter.step()
            files = [str(one) for one in result["files"]]
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
        for one in sorted(FORMATS, key=lambda one: -len(one.ending)):
            # “_CRATER.shp” is a format of its own, in capitals; every other ending in any case.
            exact = one.key == "crater"
            if path.endswith(one.ending) or (not exact and path.lower().endswith(one.ending)):
                return path, one
        endings = ", ".join(one.ending for one in FORMATS)
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
        for query, match in records_of(_checked(source, work.feedback), names):
            name = str(query.get("query_id"))
            if (wanted and name != wanted) or (top and (match.get("rank") or 0) > top):
                continue
            groups.setdefault(name, (query, []))[1].append(match)
        if wanted and not groups:
            text = tr("The matches have no query {name}. Look at the column query_id.")
            raise refuse(text.format(name=wanted))
        for _, matches in groups.values():
            matches.sort(key=lambda one: one["rank"] or 0)
        return list(groups.values())

    def _provenance(self, work: Work, info: IndexInfo, groups: list[Group]) -> Json:
        told: Json = {
            "software": f"CraterBench for QGIS {__version__}",
            "index": info.path,
            "index_id": info.index_id,
            "index_generation": info.generation,
            "observations": [one.get("path") for one in info.sources],
            "encoder": info.encoder,
            "encoder_description": info.encoder_description,
            "tokens": info.tokens,
            "seeds": info.seeds,
            "aggregation": info.aggregation,
        }
        path = work.path("PROVENANCE")
        if path:
            told.update(_read_json(path))
        told["body"] = info.body
        told["exported"] = datetime.now(timezone.utc).isoformat(timespec="seconds")
        told["queries"] = len(groups)
        mosaics = dict.fromkeys(str(query.get("query_mosaic") or "") for query, _ in groups)
        told["query_mosaics"] = [one for one in mosaics if one]
        return told

    def _sheets(
        self, work: Work, groups: list[Group], path: str, provenance: Json, chosen: Format
    ) -> list[str]:
        if not groups:
            raise refuse(tr("There are no matches, so there is nothing to show."))
        counter = Counter(work.reporter, "exporting", len(groups))
        files: list[str] = []
        for query, matches in groups:
            check_cancelled(work.feedback)
            name = str(query.get("query_id"))
            target = path if len(groups) == 1 else _beside(path, name, files)
            title = work.text("TITLE") or tr("Craters that look like {label}").format(label=name)
            origin = {"mosaic": query.get("query_mosaic")}
            result = work.engine.call(
                "report" if chosen.key == "html" else "contact_sheet",
                {
                    "index": work.path("INDEX"),
                    "query": _query(query),
                    "matches": matches,
                    "path": target,
                    "provenance": {**provenance, "query": origin},
                    "title": title,
                },
            )
            files += [str(one) for one in result["files"]]
            counter.step()
        return files


def _query(fields: Json) -> Json:
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
    return {
        "kind": "area",
        "mosaic": {"path": mosaic, "band": fields.get("query_band")},
        "lon": lon,
        "lat": lat,
        "side_m": side,
        "diameter_m": fields.get("query_diameter_m"),
    }


def _merged(groups: list[Group], once: bool) -> list[Json]:
    """All matches; those of several queries say whose they are. ``once``: a crater that several
    queries found is there once, where it scored best."""
    found: list[Json] = []
    for query, matches in groups:
        for match in matches:
            own = {
                key: value
                for key, value in query.items()
                if key.startswith("query_") and value is not None
            }
            found.append({**match, "attributes": {**own, **match["attributes"]}})
    if not once:
        return found
    best: dict[tuple[Any, ...], Json] = {}
    for match in found:
        crater = tuple(match.get(name) for name in ("crater_id", "lon", "lat", "diameter_m"))
        known = best.get(crater)
        if known is None or (match.get("score") or 0.0) > (known.get("score") or 0.0):
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
    found, number_ = target.with_name(f"{target.stem}_{plain}{target.suffix}"), 1
    while str(found) in taken:
        number_ += 1
        found = target.with_name(f"{target.stem}_{plain}_{number_}{target.suffix}")
    return str(found)


def _read_json(path: str) -> Json:
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        text = tr("The provenance {path} cannot be read. Choose the file a search wrote.")
        raise refuse(text.format(path=path)) from error
    if not isinstance(found, dict):
        text = tr("The provenance {path} cannot be read. Choose the file a search wrote.")
        raise refuse(text.format(path=path))
    return found


def _glob(one: Format) -> str:
    return f"*{one.ending}"
