"""Kinds of craters that somebody named by examples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Optional

from .records import Count, FileName, Number, Probability, Record, members

MIN_EXAMPLES = 5
HARDLY = 0.3
"""Share of held-out examples among the best 5 % below which a kind is not to be believed."""
YES = ("accepted", "yes", "true", "1")
NO = ("rejected", "no", "false", "0")
"""What a table says, in any case, of craters that are of a kind and of such that are not."""
Ids = Annotated[list[str], members(0, 100_000)]


@dataclass(frozen=True)
class KindParams(Record):
    """A kind to be learnt and kept beside the index. ``yes``, ``no``: ids of craters that are of
    it and that are not; without any, those of the kind that is kept. ``probabilities``: whether
    they are wanted."""

    index: FileName
    name: str
    yes: Ids = field(default_factory=list)
    no: Ids = field(default_factory=list)
    probabilities: bool = True


@dataclass
class LearntKindReply(Record):
    """``probability``: of every crater of the index to be of the kind, by its row; None where it
    has no descriptor. ``unknown``: ids that the index has not.

    Of ``examples`` that were held out in turn, ``recall`` stand among the best 5 % of the craters
    that nobody judged; of what stands there at least ``precision`` are of the kind. ``measured``:
    how many measurements of terrain were used. ``kept``: the file of examples.
    """

    probability: list[Optional[Probability]]
    unknown: list[str]
    examples: Count
    recall: Probability
    precision: Probability
    measured: Number
    kept: str


@dataclass(frozen=True)
class KindName(Record):
    """A kind that is kept beside an index."""

    index: FileName
    name: str


@dataclass(frozen=True)
class KindFile(Record):
    """A kind and a table: its craters are written to it, or its examples read from it."""

    index: FileName
    name: str
    path: FileName
    overwrite: bool = True


@dataclass
class KeptKind(Record):
    """A kind as it is kept: ``yes`` and ``no`` are ids. ``recall`` and ``precision``: as when it
    was learnt, None where an earlier version learnt it."""

    name: str
    yes: list[str]
    no: list[str]
    created: str = ""
    recall: Optional[Probability] = None
    precision: Optional[Probability] = None


@dataclass
class KeptKinds(Record):
    """The kinds beside an index, by name, and those (``unreadable``) that cannot be read."""

    kinds: list[KeptKind]
    unreadable: list[str] = field(default_factory=list)
