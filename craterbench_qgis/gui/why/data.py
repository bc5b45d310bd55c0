"""Which patches of a query and of a match belong together. No widgets.

Patches are numbered row by row from the top left, over a grid of rows and columns.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from ...protocol import ExplainReply

QUERY, MATCH = "query", "match"
NUMBERED = 6
_APART = 2


@dataclass(frozen=True)
class NumberedPair:
    """One of the strongest pairs: a patch of the query, one of the match, their similarity."""

    number: int
    query_patch: int
    match_patch: int
    similarity: float


class PatchPairs:
    """The correspondences of an :class:`ExplainReply`, both ways."""

    def __init__(self, reply: ExplainReply) -> None:
        self.rows, self.columns = int(reply.grid[0]), int(reply.grid[1])
        self.strength = {QUERY: list(reply.strength_query), MATCH: list(reply.strength_match)}
        count = self.rows * self.columns
        if count < 1 or any(len(values) != count for values in self.strength.values()):
            raise ValueError("the strengths do not fill the grid")
        self._to_match: dict[int, list[int]] = {}
        self._to_query: dict[int, list[int]] = {}
        self._similarity: dict[int, float] = {}
        for one in reply.patches:
            patch = int(one["query_patch"])
            theirs = [int(other) for other in one["gallery_patches"]]
            self._to_match[patch] = theirs
            self._similarity[patch] = float(one["similarity"])
            for other in theirs:
                self._to_query.setdefault(other, []).append(patch)
        self.numbered = self._strongest(reply)
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
        """Of a patch to its best counterpart."""
        if side == QUERY and patch in self._similarity:
            return self._similarity[patch]
        return self.strength[side][patch]

    def cell(self, patch: int) -> tuple[int, int]:
        """Row and column."""
        return divmod(patch, self.columns)

    def _strongest(self, reply: ExplainReply) -> list[NumberedPair]:
        """The strongest pairs that chose each other, apart from one another on both sides."""
        mutual = [one for one in reply.patches if one.get("mutual")]
        found: list[NumberedPair] = []
        for one in mutual or reply.patches:
            mine, theirs = int(one["query_patch"]), self._middle(one["gallery_patches"])
            if theirs is None or not self._is_apart(mine, [p.query_patch for p in found]):
                continue
            if not self._is_apart(theirs, [p.match_patch for p in found]):
                continue
            found.append(NumberedPair(len(found) + 1, mine, theirs, float(one["similarity"])))
            if len(found) == NUMBERED:
                break
        return found

    def _is_apart(self, patch: int, others: Sequence[int]) -> bool:
        row, column = self.cell(patch)
        return all(max(abs(row - r), abs(column - c)) >= _APART for r, c in map(self.cell, others))

    def _middle(self, patches: Sequence[int]) -> int | None:
        """The patch nearest to the middle: a scattered cluster's middle itself lies on nothing."""
        if not patches:
            return None
        cells = [self.cell(int(patch)) for patch in patches]
        row = sum(cell[0] for cell in cells) / len(cells)
        column = sum(cell[1] for cell in cells) / len(cells)
        nearest = min(cells, key=lambda cell: (cell[0] - row) ** 2 + (cell[1] - column) ** 2)
        return nearest[0] * self.columns + nearest[1]
