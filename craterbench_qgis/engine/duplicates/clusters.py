"""Pairs joined into clusters (three mappers, one crater), and the entry each should keep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...contract.vocabulary import Keeper, Verdict

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

VETO = 0.05
"""Two groups stay apart where a pair across them is less probable than this."""


@dataclass(frozen=True)
class Edge:
    """Two nodes that may be one crater."""

    a: int
    b: int
    probability: float
    verdict: Verdict = Verdict.UNDECIDED


def join(edges: Iterable[Edge], threshold: float | None) -> list[list[int]]:
    """Groups of two or more nodes, each ascending, the groups by their first node.

    Pairs decided as duplicates come first, then undecided ones of at least ``threshold`` (None:
    none of them), the most probable first. Groups are not joined across a pair decided as distinct
    or, unless a person decided the joining pair, across a pair that is no candidate at all or less
    probable than :data:`VETO`: a chain of neighbours must not become one crater.
    """
    known = {(min(e.a, e.b), max(e.a, e.b)): e for e in edges}
    decided = [e for e in known.values() if e.verdict is Verdict.DUPLICATE]
    open_ = [
        e
        for e in known.values()
        if e.verdict is Verdict.UNDECIDED and threshold is not None and e.probability >= threshold
    ]
    order = sorted(decided, key=_place) + sorted(open_, key=_place)
    group: dict[int, list[int]] = {}
    for edge in order:
        first, second = group.get(edge.a, [edge.a]), group.get(edge.b, [edge.b])
        if first is second or not _may_join(
            first, second, known, edge.verdict is Verdict.DUPLICATE
        ):
            continue
        joined = first + second
        for node in joined:
            group[node] = joined
    unique = {id(nodes): sorted(nodes) for nodes in group.values()}
    return sorted(unique.values())


def _place(edge: Edge) -> tuple[float, int, int]:
    return (-edge.probability, edge.a, edge.b)


def _may_join(
    first: Sequence[int],
    second: Sequence[int],
    known: dict[tuple[int, int], Edge],
    by_person: bool,
) -> bool:
    for x in first:
        for y in second:
            edge = known.get((min(x, y), max(x, y)))
            if edge is not None and edge.verdict is Verdict.DISTINCT:
                return False
            if by_person or (edge is not None and edge.verdict is Verdict.DUPLICATE):
                continue
            if edge is None or edge.probability < VETO:
                return False
    return True


@dataclass(frozen=True)
class Member:
    """What the choice of a keeper looks at. ``filled``: attributes that are not null; ``rank``:
    place of its source in the priority (lower is better), None where the priority is silent."""

    node: int
    lon: float
    lat: float
    diameter_m: float
    filled: int
    rank: int | None = None


def keeper(members: Sequence[Member], rule: Keeper = Keeper.AUTO) -> tuple[int, str]:
    """(node to keep, why, in words).

    ``priority``: the best source; ``complete``: the most attributes; ``median``: the entry nearest
    the cluster's median place and size; ``auto``: in that order until one stands out. Ties go to
    the first row.
    """
    left, whys = list(members), []
    if rule in (Keeper.AUTO, Keeper.PRIORITY):
        ranks = [m.rank for m in left if m.rank is not None]
        if ranks:
            best = [m for m in left if m.rank == min(ranks)]
            if len(best) < len(left):
                whys.append("its source comes first")
            left = best
    if rule in (Keeper.AUTO, Keeper.COMPLETE) and len(left) > 1:
        most = max(m.filled for m in left)
        best = [m for m in left if m.filled == most]
        if len(best) < len(left):
            whys.append("it has the most attributes")
        left = best
    if rule in (Keeper.AUTO, Keeper.MEDIAN) and len(left) > 1:
        distance = _from_median(members)
        best_distance = min(distance[m.node] for m in left)
        best = [m for m in left if distance[m.node] <= best_distance + 1e-9]
        if len(best) < len(left):
            whys.append("it lies nearest the median place and size")
        left = best
    chosen = min(left, key=lambda m: m.node)
    return chosen.node, "; ".join(whys) or "it is the first row"


def _from_median(members: Sequence[Member]) -> dict[int, float]:
    """Distance from the median in units of the median diameter; log size counts as much."""
    lon0 = members[0].lon
    size = float(np.median([m.diameter_m for m in members]))
    lat0 = float(np.median([m.lat for m in members]))
    turned = [(m.lon - lon0 + 180.0) % 360.0 - 180.0 for m in members]
    middle = float(np.median(turned))
    distances = {}
    for member, lon in zip(members, turned, strict=True):
        east = (lon - middle) * np.cos(np.radians(lat0))
        north = member.lat - lat0
        off = float(np.hypot(east, north))
        distances[member.node] = float(np.hypot(off, np.log(member.diameter_m / size)))
    return distances
