"""Kinds of craters that somebody named by examples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Optional

from .records import Count, FileName, Number, Probability, Record, members

MIN_EXAMPLES = 5
Ids = Annotated[list[str], members(0, 100_000)]


@dataclass(frozen=True)
class KindParams(Record):
    """A kind to be learnt and kept beside the index. ``yes``, ``no``: ids of craters that are of
    it and that are not."""

    index: FileName
    name: str
    yes: Ids
    no: Ids = field(default_factory=list)


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
