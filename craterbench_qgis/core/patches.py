"""Which patches of a query and of a match belong together. No widgets.

Patches are numbered row by row from the top left, over a grid of rows and columns.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from ..contract.why import ExplainReply, PatchPair

QUERY, MATCH = "query", "match"
NUMBERED = 6
FLOOR, RIM, EJECTA = "floor", "rim", "ejecta"
ZONES = (FLOOR, RIM, EJECTA)
PER_ZONE = 3
_RIM_FROM, _RIM_TO = 0.8, 1.25
"""The rim's zone, in radii from the centre: its crest lies within, wherever the catalogue's circle
is a little off."""
_APART = 2


@dataclass(frozen=True)
class NumberedPair:
    """A strong pair: a patch of the query, one of the match, their similarity; ``zone``: where the
    query's patch lies, "" where the rim is not known."""

    number: int
    query_patch: int
    match_patch: int
    similarity: float
    zone: str = ""


class PatchPairs:
    """The correspondences of an :class:`ExplainReply`, both ways.

    ``context``: the query picture's side over the crater's diameter, None where it is not known.
    The strongest pairs are numbered zone by zone, else all together.
    """

    def __init__(self, reply: ExplainReply, context: float | None = None) -> None:
        self.rows, self.columns = reply.grid[0], reply.grid[1]
        self.strength = {QUERY: list(reply.strength_query), MATCH: list(reply.strength_match)}
        count = self.rows * self.columns
        if count < 1 or any(len(values) != count for values in self.strength.values()):
            raise ValueError("the strengths do not fill the grid")
        self._to_match: dict[int, list[int]] = {}
        self._to_query: dict[int, list[int]] = {}
        self._similarity: dict[int, float] = {}
        for pair in reply.patches:
            self._to_match[pair.query_patch] = pair.gallery_patches
            self._similarity[pair.query_patch] = pair.similarity
            for other in pair.gallery_patches:
                self._to_query.setdefault(other, []).append(pair.query_patch)
        self._context = context
        self.numbered = self._numbered(reply.patches)
        everything = self.strength[QUERY] + self.strength[MATCH]
        self.low = statistics.median(everything)
        self.high = max(max(everything), self.low + 1e-6)

    def share(self, side: str, patch: int) -> float:
        """Where a patch's strength lies between ``low`` (0 or less) and ``high`` (1)."""
        return (self.strength[side][patch] - self.low) / (self.high - self.low)

    def counterparts(self, side: str, patch: int) -> list[int]:
        """Patches of the other side: what a patch of the query found there, or which patches of
        the query found this patch of the match."""
        return (self._to_match if side == QUERY else self._to_query).get(patch, [])

    def similarity(self, side: str, patch: int) -> float:
        """How similar a patch is to its best counterpart on the other side."""
        if side == QUERY and patch in self._similarity:
            return self._similarity[patch]
        return self.strength[side][patch]

    def cell(self, patch: int) -> tuple[int, int]:
        """Row and column."""
        return divmod(patch, self.columns)

    def zone(self, patch: int) -> str:
        """Where a patch of the query lies: on the floor, the rim or the ejecta; "" if unknown."""
        if self._context is None:
            return ""
        row, column = self.cell(patch)
        down, right = (row + 0.5) / self.rows - 0.5, (column + 0.5) / self.columns - 0.5
        radii = 2.0 * self._context * math.hypot(down, right)
        return FLOOR if radii < _RIM_FROM else RIM if radii <= _RIM_TO else EJECTA

    def in_zone(self, zone: str) -> list[NumberedPair]:
        """The numbered pairs of a zone, strongest first."""
        return [pair for pair in self.numbered if pair.zone == zone]

    def _numbered(self, pairs: Sequence[PatchPair]) -> list[NumberedPair]:
        """The strongest pairs that chose each other, apart from one another on both sides."""
        chosen = [pair for pair in pairs if pair.mutual] or list(pairs)
        if self._context is None:
            return self._strongest(chosen, NUMBERED, [], "")
        numbered: list[NumberedPair] = []
        for zone in ZONES:
            there = [pair for pair in chosen if self.zone(pair.query_patch) == zone]
            numbered += self._strongest(there, PER_ZONE, numbered, zone)
        return numbered

    def _strongest(
        self, pairs: Sequence[PatchPair], most: int, before: Sequence[NumberedPair], zone: str
    ) -> list[NumberedPair]:
        numbered: list[NumberedPair] = []
        for pair in pairs:
            known = [*before, *numbered]
            mine, theirs = pair.query_patch, self._middle(pair.gallery_patches)
            if theirs is None or not self._is_apart(mine, [p.query_patch for p in known]):
                continue
            if not self._is_apart(theirs, [p.match_patch for p in known]):
                continue
            numbered.append(NumberedPair(len(known) + 1, mine, theirs, pair.similarity, zone))
            if len(numbered) == most:
                break
        return numbered

    def _is_apart(self, patch: int, others: Sequence[int]) -> bool:
        row, column = self.cell(patch)
        return all(max(abs(row - r), abs(column - c)) >= _APART for r, c in map(self.cell, others))

    def _middle(self, patches: Sequence[int]) -> int | None:
        """The patch nearest to the middle: a scattered cluster's middle itself lies on nothing."""
        if not patches:
            return None
        cells = [self.cell(patch) for patch in patches]
        row = sum(cell[0] for cell in cells) / len(cells)
        column = sum(cell[1] for cell in cells) / len(cells)
        nearest = min(cells, key=lambda cell: (cell[0] - row) ** 2 + (cell[1] - column) ** 2)
        return nearest[0] * self.columns + nearest[1]
