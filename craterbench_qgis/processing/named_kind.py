"""The algorithm that learns a kind of craters from examples: a layer with a probability."""

from __future__ import annotations

from typing import Any, ClassVar

from qgis.core import (
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
)

from ..contract.kinds import MIN_EXAMPLES, NO, YES, KindParams, LearntKindReply
from ..contract.methods import LEARN_KIND
from ..contract.vocabulary import Stage
from ..core.layers.kind import style_by_probability
from ..core.words import kinds as words
from ..core.words.quantities import number
from ..i18n import tr
from . import compat, params
from .base import Algorithm, Values, Work, absolute, refuse
from .engine import check_cancelled
from .styling import Styler


class NameAKind(Algorithm):
    """``craterbench:nameakind``."""

    NAME = "nameakind"
    GROUP = "search"
    SPANS: ClassVar = {Stage.KINDS: (5, 60), Stage.EXPORTING: (60, 100)}

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
            QgsProcessingParameterVectorDestination("OUTPUT", tr("Craters by kind")),
            tr(
                "The craters of the index that can be described, the likeliest first, with all "
                "their columns and “probability”: 1 for examples, 0 for rejected ones."
            ),
        )
        self.add_numbers(
            ("EXAMPLES_USED", tr("Examples used")),
            ("RECALL", tr("Share of left-out examples among the best 5 %")),
            ("PRECISION", tr("At least this share of the best 5 % is of the kind")),
            ("MEASURED", tr("Measurements of terrain used")),
        )

    def perform(self, work: Work) -> Values:
        path = work.path("INDEX")
        yes, no = self._examples(work) if work.given("EXAMPLES") else ([], [])
        destination = self.parameterAsOutputLayer(work.parameters, "OUTPUT", work.context)
        request = KindParams(path, work.text("NAME"), yes, no, output=absolute(destination))
        learnt = work.engine.call_long(LEARN_KIND, request)
        _tell(work, learnt)
        Styler.give(work.context, destination, style_by_probability)
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


def _tell(work: Work, learnt: LearntKindReply) -> None:
    """What the left-out examples say, and what could not be used."""
    for sentence in words.learnt(learnt):
        work.feedback.pushInfo(sentence)
    work.warn(list(words.doubts(learnt)))
    work.feedback.pushInfo(tr("Kept: {path}").format(path=learnt.kept))
