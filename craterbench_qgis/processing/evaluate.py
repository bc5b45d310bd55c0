"""The algorithm that measures how well an index finds its craters again."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ..contract.build import EvaluateParams
from ..contract.methods import EVALUATE
from ..contract.records import Json
from ..contract.search import CONTEXTS
from ..contract.vocabulary import Stage
from ..core.context_factors import listed
from ..core.layers.features import fields
from ..core.query import RasterSource
from ..core.words.quantities import number
from ..i18n import tr
from . import compat, params
from .base import Algorithm, Values, Work, refuse
from .inputs import catalogue_source, context_factors, raster_source, selection

_WORDS = (("method", "text"), ("seeds", "text"), ("k", "int"), ("shortlist", "int"))
_MEASURES = (
    "hit@1", "hit@5", "hit@10", "recall@1", "recall@5", "recall@10", "map_image", "map_id",
    "recovery",
)  # fmt: skip
_COSTS = (("ms_per_query", "real"), ("bytes_per_view", "int"))


class Evaluate(Algorithm):
    """``craterbench:evaluate``."""

    NAME = "evaluate"
    GROUP = "search"
    SPANS: ClassVar = {
        Stage.CATALOGUE: (0, 1),
        Stage.QUERIES: (1, 30),
        Stage.GALLERY: (30, 80),
        Stage.MATCHING: (80, 100),
    }

    _mosaic: RasterSource | None = None

    def displayName(self) -> str:
        return tr("Evaluate")

    def about(self) -> str:
        return tr(
            "Measures how well an index finds its own craters again when they are cut from another "
            "mosaic of the same ground: hit rates, recall and mean average precision of each way "
            "of matching, with their cost."
        )

    def initAlgorithm(self, configuration: Any = None) -> None:
        params.add_index(self)
        self.add(
            QgsProcessingParameterRasterLayer("RASTER", tr("Other mosaic")),
            tr("The mosaic the queries are cut from; not the one the index was built from."),
        )
        params.add_catalogue(self)
        params.add_selection(self)
        self.add(
            params.whole("LIMIT", tr("Number of queries"), 500, 1, 10_000_000, True),
            tr("Drawn at random from the catalogue. Empty: all."),
        )
        self.add(
            QgsProcessingParameterString("ONLY", tr("Rows"), "two-stage global", False, True),
            tr(
                "Ways of matching, METHOD[:K[:S]] between spaces: global, raw, aggregated, "
                "centroid, all, two-stage. Empty: all of them, which takes long."
            ),
        )
        self._add_how()
        params.add_device(self)
        self.add(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Measures")),
            tr("One row per way of matching; the 95 % interval of each measure beside it."),
        )
        self.add(
            QgsProcessingParameterFileDestination(
                "REPORT", tr("Report"), tr("JSON files") + " (*.json)", None, True
            ),
            tr("Everything, as “craterbench evaluate --json” prints it."),
            hidden_by_default=True,
        )
        self.add_numbers(
            ("QUERIES", tr("Queries")),
            ("GALLERY_VIEWS", tr("Views searched")),
            (
                "MAP_ID",
                tr("Mean average precision by crater, two-stage with the longest shortlist"),
            ),
            ("HIT_1", tr("Share of first matches that are right, of the same")),
        )

    def _add_how(self) -> None:
        self.add_advanced(
            params.whole("VIEWS_PER_CRATER", tr("Views per crater"), 1, 1, 100),
            tr("Queries cut of each crater, with shifts and context factors of their own."),
        )
        self.add_advanced(
            QgsProcessingParameterString("CONTEXT", tr("Context factors"), listed(CONTEXTS)),
            tr("One, or the lowest and the highest; drawn evenly between them."),
        )
        self.add_advanced(
            params.decimal("JITTER", tr("Shift of the centre"), 0.1, 0.0, 1.0, False),
            tr("At most this many diameters, in a random direction."),
        )
        self.add_advanced(
            params.whole("SEED", tr("Random seed"), 0, 0, 2_000_000_000),
            tr("The same seed gives the same queries."),
        )
        self.add_advanced(
            params.seeds(several=True),
            tr("For rows with instance tokens."),
        )
        self.add_advanced(
            params.whole("BAND", tr("Band"), None, 1, 65_535, True),
            tr("Of the other mosaic; empty: its brightness, else the first."),
        )

    def read_layers(self, parameters: Values, context: Any, feedback: Any) -> None:
        layer = self.parameterAsRasterLayer(parameters, "RASTER", context)
        self._mosaic = raster_source(layer, tr("Other mosaic"))

    def perform(self, work: Work) -> Values:
        if self._mosaic is None:
            raise refuse(tr("No mosaic was given. Choose at least one raster."))
        chosen = self.parameterAsEnums(work.parameters, "SEEDS", work.context)
        request = EvaluateParams(
            index=work.path("INDEX"),
            mosaic=self._mosaic.path,
            catalogue=catalogue_source(work),
            selection=selection(work),
            band=work.whole("BAND"),
            views_per_crater=work.whole("VIEWS_PER_CRATER") or 1,
            context=_factors(work.text("CONTEXT")),
            jitter=work.number("JITTER") or 0.0,
            seed=work.whole("SEED") or 0,
            limit=work.whole("LIMIT"),
            only=work.text("ONLY").replace(",", " ").split(),
            seeds=[params.SEEDS[position] for position in chosen] or list(params.SEEDS),
            device=work.device(),
        )
        result = work.engine.call_long(EVALUATE, request).result
        rows: list[Json] = list(result["rows"])
        nowhere = QgsCoordinateReferenceSystem()
        sink, destination = work.sink("OUTPUT", _fields(), compat.wkb("NoGeometry"), nowhere)
        work.fill("OUTPUT", sink, map(_feature, rows))
        for row in rows:
            work.feedback.pushInfo(_line(row))
        outputs: Values = {
            "OUTPUT": destination,
            "QUERIES": result["queries"],
            "GALLERY_VIEWS": result["gallery_views"],
        }
        staged = [row for row in rows if row["method"] == "two-stage"]
        if staged:
            longest = max(staged, key=lambda row: row["shortlist"] or 0)
            outputs.update(MAP_ID=longest["map_id"], HIT_1=longest["hit@1"])
        report = work.output_path("REPORT")
        if report:
            work.write(report, json.dumps(result, indent=1) + "\n")
            outputs["REPORT"] = report
        return outputs


def _fields() -> Any:
    """Names as in the engine's result, without characters that formats cannot hold."""
    columns = list(_WORDS)
    for name in _MEASURES:
        plain = name.replace("@", "_")
        columns += [(plain, "real"), (f"{plain}_low", "real"), (f"{plain}_high", "real")]
    return fields([*columns, *_COSTS])


def _feature(row: Json) -> QgsFeature:
    feature = QgsFeature(_fields())
    feature.setAttributes(_values(row))
    return feature


def _values(row: Json) -> list[Any]:
    values = [row.get(name) for name, _ in _WORDS]
    intervals = row.get("ci95") or {}
    for name in _MEASURES:
        low, high = intervals.get(name) or (None, None)
        values += [row.get(name), low, high]
    return [*values, *(row.get(name) for name, _ in _COSTS)]


def _line(row: Json) -> str:
    parts = [str(row[key]) for key in ("method", "k", "shortlist") if row.get(key) is not None]
    text = tr("{method}: hit@1 {hit}, mAP by crater {map}")
    return text.format(
        method=":".join(parts), hit=number(row["hit@1"], 3), map=number(row["map_id"], 3)
    )


def _factors(text: str) -> list[float]:
    values = context_factors(text)
    if len(values) > 2:
        raise refuse(tr("Give one context factor, or the lowest and the highest."))
    return values
