"""What the searches share: questions are asked in turn, matches go into one layer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from qgis.core import (
    QgsFeatureSink,
    QgsFields,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsVectorFileWriter,
)

from ..client.blocking import EngineCallError
from ..contract import held
from ..contract.build import IndexInfo
from ..contract.methods import SEARCH
from ..contract.records import Json, RecordError
from ..contract.search import (
    ANALOG_PIXELS,
    AnalogOptions,
    Filters,
    Match,
    Query,
    SearchParams,
    SearchReply,
)
from ..contract.vocabulary import Question as Find
from ..contract.vocabulary import Stage
from ..contract.wire import ENGINE_ERROR, KINDS_MISSING
from ..core.layers.style import apply_style
from ..core.query import RasterSource
from ..core.words.quantities import number
from ..i18n import tr
from . import params
from .base import Algorithm, Values, Work, is_given, refuse
from .engine import check_cancelled
from .inputs import raster_source, result_crs
from .match_table import CENTRES, CIRCLES, MatchSink
from .progress import Counter
from .styling import Styler

# What one query may be refused for while others are fine.
_OF_ONE_QUERY = ("QueryError", "MosaicError")
# So many queries refused for the same reason, and none searched: it is not the queries.
_ALL_ALIKE = 10


class Question(NamedTuple):
    """A query and the raster it is cut from, or why there is none.

    ``known``: ids of the index's craters it is itself.
    """

    name: str
    query: Query | None = None
    mosaic: RasterSource | None = None
    problem: str = ""
    known: tuple[str, ...] = ()


class Asked(NamedTuple):
    """How many queries were searched and how many could not be; what they were searched with."""

    searched: int
    failed: int
    provenance: Json


class Search(Algorithm):
    """What both searches share."""

    GROUP = "search"
    SPANS: ClassVar = {Stage.ENCODER: (0, 3), Stage.SEARCHING: (3, 100)}

    _raster: RasterSource | None = None

    def read_layers(self, parameters: Values, context: Any, feedback: Any) -> None:
        if is_given(parameters, "RASTER"):
            layer = self.parameterAsRasterLayer(parameters, "RASTER", context)
            self._raster = raster_source(layer, tr("Raster to cut from"))

    def add_outputs(self) -> None:
        """The table of matches, its provenance, and how many there are."""
        self.add(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Matches")),
            tr(
                "One row per match: the query's id and place, the rank, the crater, both scores, "
                "distance and bearing, and every column of the index's catalogue."
            ),
        )
        self.add(
            QgsProcessingParameterFileDestination(
                "PROVENANCE", tr("Provenance"), tr("JSON files") + " (*.json)", None, True
            ),
            tr("Index, encoder, settings and date of the search, for the export."),
            hidden_by_default=True,
        )
        self.add_numbers(
            ("QUERIES", tr("Queries searched")),
            ("MATCHES", tr("Matches")),
            ("FAILED", tr("Queries that could not be searched")),
        )

    def search_all(
        self,
        work: Work,
        info: IndexInfo,
        questions: Iterator[Question],
        total: int,
        shown_in: Any,
    ) -> Values:
        """Ask every question and write the matches."""
        destination: list[str] = []

        def open_sink(fields: QgsFields, wkb: Any) -> QgsFeatureSink:
            crs = result_crs(info.body, shown_in)
            sink, identifier = work.sink("OUTPUT", fields, wkb, crs)
            destination.append(identifier)
            return sink

        sink = MatchSink(info, work.choice("GEOMETRY"), open_sink)
        try:
            asked = self._ask_all(work, sink, questions, total)
            sink.open()
        except BaseException:
            sink.close()
            discard(destination)
            raise
        self._style(work, sink, destination[0])
        outputs: Values = {
            "OUTPUT": destination[0],
            "QUERIES": asked.searched,
            "MATCHES": sink.written,
            "FAILED": asked.failed,
        }
        text = tr("Queries: {queries} · matches: {matches}")
        work.feedback.pushInfo(
            text.format(queries=number(asked.searched), matches=number(sink.written))
        )
        sink.close()
        return {**outputs, **self._write_provenance(work, info, asked.provenance, asked.searched)}

    def _ask_all(
        self, work: Work, sink: MatchSink, questions: Iterator[Question], total: int
    ) -> Asked:
        filters = search_filters(work)
        counter = Counter(work.reporter, Stage.SEARCHING, total)
        provenance: Json = {}
        searched, failed = 0, Failures(work)
        for question in questions:
            check_cancelled(work.feedback)
            reply = self._ask(work, filters, question, failed)
            if reply is not None:
                searched += 1
                provenance = provenance or reply.provenance
                matches = kept(reply, work.number("MAX_CHANCE"))
                if not sink.add(question.name, reply.query, question.mosaic, matches):
                    text = tr("The matches cannot be written: {why}. Choose another output.")
                    raise refuse(text.format(why=sink.last_error()))
            counter.step()
            if failed.hopeless and not searched:
                break
        failed.close()
        if failed.count and not searched:
            text = tr("No query could be searched. The first: {why}")
            raise refuse(text.format(why=failed.first))
        return Asked(searched, failed.count, provenance)

    def _style(self, work: Work, sink: MatchSink, destination: str) -> None:
        """Matches that go to the map arrive coloured by their scores."""
        name = {CIRCLES: "matches", CENTRES: "points"}.get(work.choice("GEOMETRY"))
        scores = list(sink.scores)
        if name is not None:
            Styler.give(
                work.context, destination, lambda layer: apply_style(layer, str(name), scores)
            )

    def _ask(
        self, work: Work, filters: Filters, question: Question, failed: Failures
    ) -> SearchReply | None:
        if question.query is None:
            failed.add(question.name, question.problem)
            return None
        asked = SearchParams(
            index=work.path("INDEX"),
            query=question.query,
            top=work.whole("TOP") or 1,
            shortlist=work.whole("SHORTLIST") or 1,
            symmetric=work.flag("SYMMETRIC"),
            filters=replace(filters, exclude_ids=list(question.known)),
            find=params.QUESTIONS[work.choice("FIND")],
            any_angle=work.flag("ANY_ANGLE"),
            analogs=analog_options(work),
        )
        try:
            return work.engine.call(SEARCH, asked)
        except EngineCallError as error:
            # A query that cannot be cut (outside the mosaic, no data) does not end the others.
            if error.kind == KINDS_MISSING:
                raise refuse(
                    tr(
                        "The index has no descriptors of kind, which analogs are found by. Open it "
                        "in the CraterBench panel, choose to find analogs, and press “Add "
                        "descriptors of kind”."
                    )
                ) from error
            if error.code != ENGINE_ERROR or error.kind not in _OF_ONE_QUERY:
                raise
            failed.add(question.name, str(error))
            return None

    def _write_provenance(
        self, work: Work, info: IndexInfo, provenance: Json, searched: int
    ) -> Values:
        path = work.output_path("PROVENANCE")
        if not path:
            return {}
        written = {key: value for key, value in provenance.items() if key != "query"}
        written.update(queries=searched, index_path=info.path, body=info.body.to_json())
        work.write(path, json.dumps(written, indent=1) + "\n")
        return {"PROVENANCE": path}


def discard(destination: list[str]) -> None:
    """Take away what a search that did not end has written of its layer, where that is a file."""
    for path in destination:
        if Path(path).suffix.lower() == ".shp":
            QgsVectorFileWriter.deleteShapeFile(path)
        elif Path(path).is_file():
            for ending in ("", "-wal", "-shm", "-journal"):
                with suppress(OSError):
                    held.remove(Path(path + ending))


class Failures:
    """Queries that could not be searched: counted, the first few reported at once."""

    _REPORTED = 20

    def __init__(self, work: Work) -> None:
        self._feedback = work.feedback
        self.count = 0
        self.first = ""
        self._alike = 0
        self._why = ""

    def add(self, name: str, why: str) -> None:
        """One more."""
        self.count += 1
        self._alike = self._alike + 1 if why == self._why or self.count == 1 else 0
        self._why = why
        text = tr("Query {name}: {why}").format(name=name, why=why)
        text = text if text.endswith(".") else text + "."
        self.first = self.first or text
        if self.count <= self._REPORTED:
            self._feedback.pushWarning(text)

    @property
    def hopeless(self) -> bool:
        """Whether all so far, and enough of them, failed for one reason."""
        return self._alike == self.count >= _ALL_ALIKE

    def close(self) -> None:
        """Say how many more there were."""
        if self.count > self._REPORTED:
            text = tr("And {n} more queries that could not be searched.")
            self._feedback.pushWarning(text.format(n=number(self.count - self._REPORTED)))


def question_of(
    name: str, mosaic: RasterSource, known: tuple[str, ...] = (), **members: Any
) -> Question:
    """The question of a query of these members; with the problem where they are none."""
    try:
        return Question(name, Query(mosaic=mosaic.plain(), **members), mosaic, known=known)
    except RecordError as error:
        return Question(name, problem=str(error))


def search_filters(work: Work) -> Filters:
    """The conditions on the matches. Raises QgsProcessingException."""
    low, high = work.number("MIN_RATIO"), work.number("MAX_RATIO")
    ratio = None
    if low is not None or high is not None:
        ratio = (low or 0.0, 1.0e6 if high is None else high)
        if ratio[0] > ratio[1]:
            raise refuse(tr("The smallest ratio of diameters is above the largest."))
    probability = work.number("MIN_KIND")
    is_same = params.QUESTIONS[work.choice("FIND")] is Find.SAME
    return Filters(
        min_pixels=work.number("MIN_PIXELS") if is_same else None,
        diameter_ratio=ratio,
        min_diameter=work.metres("MIN_DIAMETER"),
        max_diameter=work.metres("MAX_DIAMETER"),
        min_distance=work.metres("MIN_DISTANCE"),
        max_distance=work.metres("MAX_DISTANCE"),
        where=work.text("WHERE") or None,
        kind=work.text("KIND") or None,
        min_kind=None if probability is None else probability / 100.0,
    )


def analog_options(work: Work) -> AnalogOptions:
    """How analogs are chosen."""
    pixels = work.number("MIN_PIXELS")
    return AnalogOptions(
        by=params.LIKENESSES[work.choice("BY")],
        min_pixels=ANALOG_PIXELS if pixels is None else pixels,
        same_place=work.flag("SAME_PLACE"),
    )


def kept(reply: SearchReply, most: float | None) -> list[Match]:
    """The matches that at most ``most`` craters would equal by chance (where that is known)."""
    return [
        match
        for match in reply.matches
        if most is None or match.expected_by_chance is None or match.expected_by_chance <= most
    ]
