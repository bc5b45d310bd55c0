"""Why a crater matched: which patches of the query met which of the match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from .records import FileName, Finite, Number, Record
from .search import Query


@dataclass(frozen=True)
class ExplainParams(Record):
    """Why ``crater_id`` matched ``query``; ``view``: a view number, default the best.

    The query is mirrored first where ``mirrored``, then turned clockwise by ``turn_deg``, as the
    match says.
    """

    index: FileName
    query: Query
    crater_id: str
    view: Optional[Number] = None
    device: Optional[str] = None
    turn_deg: Optional[Finite] = None
    mirrored: bool = False


@dataclass
class PatchPair(Record):
    """A patch of the query and what it met: patches row by row from the top left."""

    query_patch: int
    gallery_token: int
    gallery_patches: list[int]
    similarity: float
    mutual: bool = False


@dataclass
class ExplainReply(Record):
    """Why a match matched.

    ``grid`` [rows, columns]; ``strength_query`` and ``strength_match``: rows * columns
    similarities, row by row, of each patch to its best counterpart; ``patches``, strongest first;
    ``query_image``, ``match_image``: square PNGs; ``picture``: both with the strongest pairs
    drawn.
    """

    crater_id: str
    context: float
    score: float
    shortlist_score: float
    grid: list[int]
    strength_query: list[float]
    strength_match: list[float]
    patches: list[PatchPair]
    query_image: str
    match_image: str
    picture: str = ""
    compared_with: str = "patches"
    observation: str = ""
