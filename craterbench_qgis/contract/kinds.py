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
PROBABILITY, EXAMPLE = "probability", "example"
"""Columns of a kind's craters: to be of it, and what was said of an example."""
Ids = Annotated[list[str], members(0, 100_000)]


@dataclass(frozen=True)
class KindParams(Record):
    """A kind to be learnt. Its examples are ``yes`` and ``no``, ids of craters that are of it and
    that are not, or stand in the file ``table``, and are kept beside the index; without any they
    are those that are kept. ``output``: a layer or table of the craters with their probability; its
    ending says the format."""

    index: FileName
    name: str
    yes: Ids = field(default_factory=list)
    no: Ids = field(default_factory=list)
    table: Optional[FileName] = None
    output: Optional[FileName] = None
    overwrite: bool = True


@dataclass
class LearntKindReply(Record):
    """``unknown``: ids that the index has not. ``files``: what was written.

    Of ``examples`` that were held out in turn, ``recall`` stand among the best 5 % of the craters
    that nobody judged; of what stands there at least ``precision`` are of the kind. ``measured``:
    how many measurements of terrain were used. ``kept``: the file of examples.
    """

    unknown: list[str]
    examples: Count
    recall: Probability
    precision: Probability
    measured: Number
    kept: str
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class KindName(Record):
    """A kind that is kept beside an index."""

    index: FileName
    name: str


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
