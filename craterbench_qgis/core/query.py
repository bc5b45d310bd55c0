"""A query as the plugin holds it: what the contract says of it, and how the user asked."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Optional

from ..contract.body import Body
from ..contract.kinds import MIN_EXAMPLES, KeptKind
from ..contract.records import Json, Record
from ..contract.search import AnalogOptions, Feedback, Filters, Preview, Query, Source
from ..contract.vocabulary import BoxReading, QueryKind, Question
from ..i18n import tr
from .geo.sphere import circle_ring
from .words.quantities import kilometres


@dataclass(frozen=True)
class RasterSource(Source):
    """A raster the engine can read by itself; ``name``: of its layer in QGIS."""

    name: str = ""

    def plain(self) -> Source:
        """What of it the engine is sent."""
        return Source(self.path, self.band, self.nodata)


@dataclass(frozen=True)
class SearchedIndex(Record):
    """The index a query went to."""

    path: str
    name: str
    index_id: str
    body: Body


@dataclass(frozen=True)
class Conditions(Record):
    """Which question a query asks, and which craters may answer it."""

    find: Question = Question.SAME
    any_angle: bool = False
    analogs: AnalogOptions = field(default_factory=AnalogOptions)
    filters: Filters = field(default_factory=Filters)

    def refinable_by(self, feedback: Feedback) -> bool:
        """Whether these decisions refine a query under these conditions: not where it is turned,
        and analogs from so many accepted craters on that a kind can be learnt."""
        if self.find is Question.ANALOGS:
            return len(set(feedback.accepted)) >= MIN_EXAMPLES
        return bool(feedback) and not self.any_angle


@dataclass(frozen=True)
class QueryRequest(Query):
    """What the user asked.

    ``label``: how it is called in lists, already translated. ``outline``: what was drawn, a closed
    ring of (lon, lat). ``shown``: it is searched as QGIS shows the layer of that name, not by its
    file's values. ``feedback``: decisions about matches that refine it, and ``base_label``:
    how it was called before. ``conditions``: what is looked for, among which craters. While it is
    drawn it may lack its raster; :meth:`query` checks.
    """

    mosaic: Optional[RasterSource] = None
    label: str = ""
    outline: tuple[tuple[float, float], ...] = ()
    feedback: Feedback = field(default_factory=Feedback)
    base_label: str = ""
    shown: str = ""
    conditions: Conditions = field(default_factory=Conditions)

    def __post_init__(self) -> None:
        Record.__post_init__(self)

    @property
    def is_refined(self) -> bool:
        """Whether decisions about matches take part in it."""
        return bool(self.feedback)

    def under(self, conditions: Conditions) -> QueryRequest:
        """The same query under other conditions; without what refined it where they do not take
        it."""
        if not self.is_refined or conditions.refinable_by(self.feedback):
            return replace(self, conditions=conditions)
        label = self.base_label or self.label
        return replace(self, conditions=conditions, feedback=Feedback(), label=label, base_label="")

    def as_read(self, preview: Preview) -> QueryRequest:
        """A box that could be read either way as it was read: asked again (why, refined, after a
        restart) it gives the same view."""
        if preview.reading is None or preview.side_m is None:
            return self
        name = "box_m" if self.kind is QueryKind.IMAGE else "side_m"
        return replace(
            self,
            reading=BoxReading.VIEW,
            diameter_m=preview.diameter_m,
            **{name: preview.side_m},  # type: ignore[arg-type]
        )

    def with_diameter(self, diameter_m: float, radius: float) -> QueryRequest:
        """The same place asked as a crater of that diameter; ``radius``: the body's mean.

        A picture is to be drawn again, so it is left out.
        """
        if self.lon is None or self.lat is None:
            return self
        return replace(
            self,
            kind=QueryKind.CRATER,
            diameter_m=diameter_m,
            side_m=None,
            box_m=None,
            image=None,
            context=None,
            crater_id=None,
            reading=BoxReading.VIEW,
            feedback=Feedback(),
            base_label="",
            label=tr("circle of {size}").format(size=kilometres(diameter_m)),
            outline=tuple(circle_ring(radius, self.lon, self.lat, diameter_m)),
        )

    @classmethod
    def of_kind(cls, kind: KeptKind) -> QueryRequest:
        """The craters of a kind: analogs of its first example, refined by all of them."""
        everywhere = AnalogOptions(any_size=True, same_place=True)
        label = kind_title(kind.name)
        return cls(
            kind=QueryKind.INDEXED,
            crater_id=kind.yes[0],
            label=label,
            base_label=label,
            feedback=Feedback(list(kind.yes), list(kind.no)),
            conditions=Conditions(find=Question.ANALOGS, analogs=everywhere),
        )

    def query(self) -> Query:
        """What the engine is asked. RecordError where something is missing, such as the picture
        of a query that a store could not give back."""
        values = {spec.name: getattr(self, spec.name) for spec in fields(Query)}
        if self.mosaic is not None:
            values["mosaic"] = self.mosaic.plain()
        return Query(**values)

    @classmethod
    def from_json(cls, data: Any) -> QueryRequest:
        """The request a store holds; version 0.1 named some members differently."""
        return super().from_json(_from_0_1(data) if "source" in data else data)


def kind_title(name: str) -> str:
    """How a query for the craters of a kind is called."""
    return tr("the kind “{name}”").format(name=name)


def _from_0_1(data: Json) -> Json:
    """Version 0.1 had ``source``, ``accepted``, ``rejected``, and "" for what is not known."""
    known = {name: None if value == "" else value for name, value in data.items()}
    labels = {name: data.get(name) or "" for name in ("label", "base_label")}
    source = dict(data.get("source") or {})
    feedback = {name: data.get(name) or [] for name in ("accepted", "rejected")}
    return {**known, **labels, "mosaic": source or None, "feedback": feedback}
