"""The algorithm that measures how well an index finds its craters again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureSink,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ..core.layers.features import fields
from ..core.query import RasterSource
from ..core.wording import number
from ..i18n import tr
from ..protocol import Json
from . import compat, params
from .base import Algorithm, Values, Work, refuse
from .inputs import catalogue_params, raster_source, selection_params

_WORDS = (("method", "text"), ("seeds", "text"), ("k", "int"), ("shortlist", "int"))
_MEASURES = (
    "hit@1", "hit@5", "hit@10", "recall@1", "recall@5", "recall@10", "map_image", "map_id",
    "recovery",
)  # fmt: skip
_COSTS = (("ms_per_query", "real"), ("bytes_per_view", "int"))


class Evaluate(Algorithm):
    """``craterbench:evaluate``."""

    GROUP = "search"
    SPANS: ClassVar = {
        "catalogue": (0, 1),
        "queries": (1, 30),
        "gallery views": (30, 80),
        "matching (million operations)": (80, 100),
    }

    def __init__(self) -> None:
        super().__init__()
        self._mosaic = RasterSource("")

    def name(self) -> str:
        """See QgsProcessingAlgorithm."""
        return "evaluate"

    def displayName(self) -> str:
        """See QgsProcessingAlgorithm."""
        return tr("Evaluate")

    def about(self) -> str:
        """See :class:`Algorithm`."""
        return tr(
            "Measures how well an index finds its own craters again when they are cut from another "
            "mosaic of the same ground: hit rates, recall and mean average precision of each way "
            "of matching, with their cost."
        )

    def initAlgorithm(self, configuration: Any = None) -> None:
        """See QgsProcessingAlgorithm."""
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
        self.add(
            params.whole("VIEWS_PER_CRATER", tr("Views per crater"), 1, 1, 100),
            tr("Queries cut of each crater, with shifts and context factors of their own."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterString("CONTEXT", tr("Context factors"), "2, 3"),
            tr("One, or the lowest and the highest; drawn evenly between them."),
            advanced=True,
        )
        self.add(
            params.decimal("JITTER", tr("Shift of the centre"), 0.1, 0.0, 1.0, False),
            tr("At most this many diameters, in a random direction."),
            advanced=True,
        )
        self.add(
            params.whole("SEED", tr("Random seed"), 0, 0, 2_000_000_000),
            tr("The same seed gives the same queries."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterEnum(
                "SEEDS",
                tr("Seeds of the tokens"),
                [tr("attention"), tr("farthest points"), tr("random")],
                True,
                [0],
            ),
            tr("For rows with instance tokens."),
            advanced=True,
        )
        self.add(
            params.whole("BAND", tr("Band"), None, 1, 65_535, True),
            tr("Of the other mosaic; empty: its brightness, else the first."),
            advanced=True,
        )

    def read_layers(self, parameters: Values, context: Any, feedback: Any) -> None:
        """See :class:`Algorithm`."""
        layer = self.parameterAsRasterLayer(parameters, "RASTER", context)
        self._mosaic = raster_source(layer, tr("Other mosaic"))

    def perform(self, work: Work) -> Values:
        """See :class:`Algorithm`."""
        seeds = ("attention", "fps", "random")
        chosen = self.parameterAsEnums(work.parameters, "SEEDS", work.context)
        request: Json = {
            "index": work.path("INDEX"),
            "mosaic": self._mosaic.path,
            "band": work.whole("BAND"),
            "views_per_crater": work.whole("VIEWS_PER_CRATER"),
            "context": _factors(work.text("CONTEXT")),
            "jitter": work.number("JITTER"),
            "seed": work.whole("SEED"),
            "limit": work.whole("LIMIT"),
            "only": work.text("ONLY").replace(",", " ").split(),
            "seeds": [seeds[one] for one in chosen] or None,
            "device": work.device(),
            **catalogue_params(work),
            **selection_params(work),
        }
        result = work.engine.call_long("evaluate", request)
        rows: list[Json] = list(result["rows"])
        sink, destination = self.parameterAsSink(
            work.parameters, "OUTPUT", work.context, _fields(), compat.wkb("NoGeometry"),
            QgsCoordinateReferenceSystem(),
        )  # fmt: skip
        if sink is None:
            raise refuse(self.invalidSinkError(work.parameters, "OUTPUT"))
        for row in rows:
            feature = QgsFeature(_fields())
            feature.setAttributes(_values(row))
            sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert)
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
            outputs["REPORT"] = _write(report, result)
        return outputs


def _fields() -> Any:
    """Names as in the engine's result, without characters that formats cannot hold."""
    columns = list(_WORDS)
    for name in _MEASURES:
        plain = name.replace("@", "_")
        columns += [(plain, "real"), (f"{plain}_low", "real"), (f"{plain}_high", "real")]
    return fields([*columns, *_COSTS])


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
    words = text.replace(";", " ").replace(",", " ").split()
    try:
        values = [float(word) for word in words]
    except ValueError as error:
        raise refuse(tr("Context factors are numbers, for example: 2, 3.")) from error
    if len(values) not in (1, 2):
        raise refuse(tr("Give one context factor, or the lowest and the highest."))
    return values


def _write(path: str, result: Json) -> str:
    try:
        Path(path).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        text = tr("The report cannot be written to {path}: {why}. Choose another place.")
        raise refuse(text.format(path=path, why=error.strerror or error)) from error
    return path
