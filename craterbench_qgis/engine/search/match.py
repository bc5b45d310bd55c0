"""What is asked of a search and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..errors import QueryError
from .analogs import AnalogOptions
from .feedback import Feedback
from .filters import Filters

DEFAULT_TOP = 20
DEFAULT_SHORTLIST = 200
QUESTIONS = ("same", "analogs")


@dataclass(frozen=True)
class SearchOptions:
    """How to search. ``shortlist``: S, views kept by the first stage; ``top``: craters wanted."""

    top: int = DEFAULT_TOP
    shortlist: int = DEFAULT_SHORTLIST
    backend: str = "auto"
    symmetric: bool = False
    filters: Filters = field(default_factory=Filters)
    how_sure: bool = True
    """Whether matches carry the number expected by chance (not those of a refined query, for which
    it was never measured)."""
    find: str = "same"
    """``same``: the same crater again; ``analogs``: craters of the same kind."""
    any_angle: bool = False
    """For ``same``: the query's orientation is not known, all are tried."""
    analogs: AnalogOptions = field(default_factory=AnalogOptions)
    feedback: Feedback = field(default_factory=Feedback)
    """What was decided about matches of this query before; rejected craters are left out."""

    def check(self) -> None:
        """Raise QueryError for numbers that make no sense."""
        if self.top < 1 or self.shortlist < 1:
            raise QueryError("The numbers of matches and of shortlisted views must be at least 1.")
        if self.find not in QUESTIONS:
            raise QueryError(f"A search finds {' or '.join(QUESTIONS)}, not '{self.find}'.")
        if self.feedback.any() and (self.find == "analogs" or self.any_angle):
            raise QueryError(
                "A search refined by what was accepted and rejected looks for the same crater, "
                "north up. Leave out the decisions, or search for the same crater."
            )


@dataclass
class Match:
    """One crater found: its best view, both stages' scores, and where it lies from the query."""

    rank: int
    crater_id: str
    lon: float
    lat: float
    diameter_m: float
    score: float
    shortlist_score: float
    view: str
    distance_m: float | None
    bearing_deg: float | None
    attributes: dict[str, Any]
    crater_row: int
    view_number: int
    observation: int
    expected_by_chance: float | None = None
    """Craters of the index that would score as high by chance; None where it cannot be told."""
    turn_deg: float | None = None
    """Degrees clockwise by which the query (after mirroring) was turned to fit best; None where
    it was not turned."""
    mirrored: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields of ``search --json``; how it was turned only where it was asked."""
        content = dict(vars(self))
        if self.turn_deg is None:
            del content["turn_deg"], content["mirrored"]
        return content


@dataclass
class SearchResult:
    """Matches in order, milliseconds per stage, and where they come from."""

    matches: list[Match]
    timings_ms: dict[str, float]
    provenance: dict[str, Any]
