"""How a search is done and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...contract.kinds import MIN_EXAMPLES
from ...contract.records import Json
from ...contract.search import (
    SHORTLIST,
    TOP,
    AnalogOptions,
    Feedback,
    Filters,
    Match,
    SearchParams,
)
from ...contract.vocabulary import Question
from ..errors import QueryError

__all__ = ["AnalogOptions", "SearchOptions", "SearchResult"]


@dataclass(frozen=True)
class SearchOptions:
    """How to search. ``shortlist``: S, views kept by the first stage; ``top``: craters wanted.

    ``any_angle`` is for the same crater; analogs are always compared at any angle and mirrored.
    ``overlay``: the best views' pictures are laid on the query; not for analogs.
    """

    top: int = TOP
    shortlist: int = SHORTLIST
    backend: str = "auto"
    symmetric: bool = False
    filters: Filters = field(default_factory=Filters)
    how_sure: bool = True
    """Whether matches carry the number expected by chance (not those of a refined query, for which
    it was never measured)."""
    feedback: Feedback = field(default_factory=Feedback)
    """What was decided about matches of this query before; rejected craters are left out."""
    find: Question = Question.SAME
    any_angle: bool = False
    overlay: bool = True
    analogs: AnalogOptions = field(default_factory=AnalogOptions)

    @classmethod
    def of(cls, params: SearchParams) -> SearchOptions:
        """Those of a search as it was asked for."""
        return cls(
            top=params.top,
            shortlist=params.shortlist,
            backend=params.backend,
            symmetric=params.symmetric,
            filters=params.filters,
            feedback=params.feedback,
            find=params.find,
            any_angle=params.any_angle,
            overlay=params.overlay,
            analogs=params.analogs,
        )

    @property
    def turns(self) -> bool:
        """Whether the query is turned: then it had better be ``widened``."""
        return self.any_angle or self.find is Question.ANALOGS

    def check(self) -> None:
        """Raise QueryError for numbers that make no sense."""
        if self.top < 1 or self.shortlist < 1:
            raise QueryError("The numbers of matches and of shortlisted views must be at least 1.")
        if self.feedback and self.any_angle and self.find is Question.SAME:
            raise QueryError(
                "A search refined by what was accepted and rejected has north up. Leave out the "
                "decisions, or do not search at any angle."
            )
        accepted = len(set(self.feedback.accepted))
        if self.feedback and self.find is Question.ANALOGS and accepted < MIN_EXAMPLES:
            raise QueryError(
                f"Analogs are refined by the kind of at least {MIN_EXAMPLES} accepted craters; "
                f"there are {accepted}. Accept some more, or leave out the decisions."
            )


@dataclass
class SearchResult:
    """Matches in order, milliseconds per stage, and where they come from."""

    matches: list[Match]
    timings_ms: dict[str, float]
    provenance: Json
