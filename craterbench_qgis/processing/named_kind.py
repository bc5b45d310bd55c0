"""The algorithm that learns a kind of craters from examples: a layer with a probability."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterString,
    QgsVectorLayer,
)

from ..contract.build import IndexInfo, IndexParams
from ..contract.kinds import MIN_EXAMPLES, NO, YES, KindParams, LearntKindReply
from ..contract.methods import LEARN_KIND, LIST_KINDS
from ..contract.vocabulary import Decision, Stage
from ..core.layers.catalogue import source_of_catalogue
from ..core.layers.features import fields
from ..core.layers.kind import style_by_probability
from ..core.words import kinds as words
from ..core.words.quantities import number
from ..i18n import tr
from . import compat, params
from .base import Algorithm, Values, Work, refuse
from .engine import check_cancelled
from .inputs import result_crs
from .styling import Styler

_OURS = (("probability", "real"), ("example", "text"))


class NameAKind(Algorithm):
    """``craterbench:nameakind``."""

    NAME = "nameakind"
    GROUP = "search"
    SPANS: ClassVar = {Stage.KINDS: (5, 80)}

    def displayName(self) -> str:
        return tr("Name a kind")

    def about(self) -> str:
        return tr(
            "Learns a kind of craters from at least {n} examples and says of every crater of the "
            "index how probably it is of that kind. Each example is left out once, to see whether "
            "it would be found; read that before you believe the rest. The examples are kept "
            "beside the index."
        ).format(n=MIN_EXAMPLES)

    def initAlgorithm(self, configuration: Any = None) -> None:
        params.add_index(self)
        self.add(
            QgsProcessingParameterString("NAME", tr("Name of the kind")),
            tr("Such as “floor-fractured”. A kind of this name is replaced."),
        )
        self.add(
            QgsProcessingParameterFeatureSource(
                "EXAMPLES", tr("Examples"), [compat.ANY_VECTOR], optional=True
            ),
            tr(
                "Matches you accepted or rejected, or any layer or table with ids of craters. "
                "Empty: those of the kind of this name that is kept already."
            ),
        )
        self.add(
            QgsProcessingParameterField(
                "ID", tr("Column of the id"), "crater_id", "EXAMPLES", optional=True
            ),
            tr("The ids of craters as the index has them."),
        )
        self.add(
            QgsProcessingParameterField(
                "DECISION", tr("Column of the decision"), "decision", "EXAMPLES", optional=True
            ),
            tr(
                "“accepted” or “yes”: of the kind; “rejected” or “no”: not of it; anything else "
                "does not count. Empty: all are of the kind."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Craters by kind")),
            tr(
                "The craters of the index with all their columns, and “probability”: 1 for "
                "examples, 0 for rejected ones, empty for craters that cannot be described."
            ),
        )
        self.add_numbers(
            ("EXAMPLES_USED", tr("Examples used")),
            ("RECALL", tr("Share of left-out examples among the best 5 %")),
            ("PRECISION", tr("At least this share of the best 5 % is of the kind")),
            ("MEASURED", tr("Measurements of terrain used")),
        )

    _shown_in: Any = None

    def read_layers(self, parameters: Values, context: Any, feedback: Any) -> None:
        project = context.project()
        self._shown_in = QgsCoordinateReferenceSystem() if project is None else project.crs()

    def perform(self, work: Work) -> Values:
        path = work.path("INDEX")
        info = work.engine.index_info(path)
        craters = _craters(info)
        yes, no = self._examples(work) if work.given("EXAMPLES") else _kept(work, path)
        request = KindParams(path, work.text("NAME"), yes, no)
        learnt = work.engine.call_long(LEARN_KIND, request)
        _tell(work, learnt)
        given = dict.fromkeys(yes, Decision.ACCEPTED.value) | dict.fromkeys(
            no, Decision.REJECTED.value
        )
        columns, own = QgsFields(craters.fields()), list(_own_fields(craters.fields()))
        for field in own:
            columns.append(field)
        crs = result_crs(info.body, self._shown_in)
        sink, destination = work.sink("OUTPUT", columns, compat.wkb("Point"), crs)
        valued = _valued(work, info, craters, columns, learnt.probability, given)
        work.fill("OUTPUT", sink, valued)
        shown = own[0].name()
        Styler.give(work.context, destination, lambda layer: style_by_probability(layer, shown))
        work.feedback.setProgress(100)
        return {
            "OUTPUT": destination,
            "EXAMPLES_USED": learnt.examples,
            "RECALL": learnt.recall,
            "PRECISION": learnt.precision,
            "MEASURED": learnt.measured,
        }

    def _examples(self, work: Work) -> tuple[list[str], list[str]]:
        """Ids of craters of the kind, and of those that are not; each once."""
        source = self.parameterAsSource(work.parameters, "EXAMPLES", work.context)
        id_column, decision = work.field("ID"), work.field("DECISION")
        names = source.fields().names()
        if id_column not in names:
            text = tr("The examples have no column {name}. Choose the one that holds their ids.")
            raise refuse(text.format(name=id_column))
        yes: dict[str, None] = {}
        no: dict[str, None] = {}
        for count, feature in enumerate(source.getFeatures()):
            if count % 1000 == 0:
                check_cancelled(work.feedback)
            word = str(feature[decision]).strip().lower() if decision in names else YES[0]
            chosen = yes if word in YES else no if word in NO else None
            if chosen is not None:
                chosen[str(feature[id_column])] = None
        if len(yes) < MIN_EXAMPLES:
            text = tr(
                "A kind needs at least {least} examples; {n} are given. Accept some more, or "
                "choose the column that says which are of the kind."
            )
            raise refuse(text.format(least=MIN_EXAMPLES, n=number(len(yes))))
        return list(yes), [crater for crater in no if crater not in yes]


def _kept(work: Work, path: str) -> tuple[list[str], list[str]]:
    """The examples of the kind that is kept already."""
    name, kinds = work.text("NAME"), work.engine.call(LIST_KINDS, IndexParams(path)).kinds
    kind = next((kind for kind in kinds if kind.name == name), None)
    if kind is None:
        there = ", ".join(kind.name for kind in kinds) or tr("none")
        text = tr("No kind of this index is called {name}; choose its examples. There are: {all}.")
        raise refuse(text.format(name=name, all=there))
    return kind.yes, kind.no


def _craters(info: IndexInfo) -> QgsVectorLayer:
    layer = QgsVectorLayer(source_of_catalogue(info.catalogue), info.name, "ogr")
    if not info.catalogue or not layer.isValid():
        text = tr("The catalogue of {name} cannot be read. Verify the index.")
        raise refuse(text.format(name=info.name))
    return layer


def _own_fields(columns: QgsFields) -> Iterator[QgsField]:
    """The columns that are added, under names that the catalogue has not."""
    taken = {name.lower() for name in columns.names()}
    for field in fields(_OURS):
        while field.name().lower() in taken:
            field.setName(f"kind_{field.name()}")
        yield field


def _valued(
    work: Work,
    info: IndexInfo,
    craters: QgsVectorLayer,
    columns: QgsFields,
    probability: list[float | None],
    given: dict[str, str],
) -> Iterator[QgsFeature]:
    """Every crater with its probability, where its columns say it lies."""
    for count, crater in enumerate(craters.getFeatures()):
        if count % 1000 == 0:
            check_cancelled(work.feedback)
            work.feedback.setProgress(80 + 20 * count / max(1, len(probability)))
        feature = QgsFeature(columns)
        value = probability[int(crater["crater_row"])]
        feature.setAttributes([*crater.attributes(), value, given.get(str(crater["crater_id"]))])
        place = QgsPointXY(crater["lon"], info.body.geodetic(crater["lat"]))
        feature.setGeometry(QgsGeometry.fromPointXY(place))
        yield feature


def _tell(work: Work, learnt: LearntKindReply) -> None:
    """What the left-out examples say, and what could not be used."""
    for sentence in words.learnt(learnt):
        work.feedback.pushInfo(sentence)
    work.warn(list(words.doubts(learnt)))
    work.feedback.pushInfo(tr("Kept: {path}").format(path=learnt.kept))
