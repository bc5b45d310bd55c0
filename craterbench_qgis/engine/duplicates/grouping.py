"""Candidate pairs of a request as a graph: which entries are one crater, which of them to keep."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.vocabulary import Keeper, Verdict
from ..catalogue import Craters
from .candidates import Pairs
from .clusters import Edge, Member, join, keeper

Floats = NDArray[np.float64]


class Nodes:
    """Rows of one or two catalogues as nodes: the second's follow the first's."""

    def __init__(self, first: Craters, other: Craters | None) -> None:
        self.first, self.other = first, other
        self.shift = 0 if other is None else len(first)

    def of(self, pairs: Pairs) -> list[tuple[int, int]]:
        """(node of a, node of b) of each pair."""
        return list(zip(pairs.a.tolist(), (pairs.b + self.shift).tolist(), strict=True))

    def row(self, node: int) -> tuple[str, Craters, int]:
        """("first" or "other", that catalogue, its row)."""
        if self.other is not None and node >= self.shift:
            return "other", self.other, node - self.shift
        return "first", self.first, node

    def member(self, node: int, source_column: str | None, priority: Sequence[str]) -> Member:
        """A node as the choice of a keeper sees it."""
        _, craters, row = self.row(node)
        values = craters.attributes.slice(row, 1).to_pylist()[0]
        source = values.get(source_column) if source_column else Path(craters.path).stem
        names = [name.strip().casefold() for name in priority]
        word = str(source).strip().casefold()
        rank = (names.index(word) if word in names else len(names)) if names else None
        return Member(
            node=node,
            lon=float(craters.lon[row]),
            lat=float(craters.lat[row]),
            diameter_m=float(craters.diameter[row]),
            filled=sum(value is not None and value != "" for value in values.values()),
            rank=rank,
        )


def groups_of(
    nodes: Nodes,
    pairs: Pairs,
    probability: Floats,
    verdicts: Sequence[Verdict],
    threshold: float | None,
) -> list[list[int]]:
    """Clusters of nodes; see :func:`.clusters.join`."""
    columns = zip(nodes.of(pairs), probability.tolist(), verdicts, strict=True)
    return join([Edge(a, b, p, verdict) for (a, b), p, verdict in columns], threshold)


def clusters_of_pairs(nodes: Nodes, pairs: Pairs, groups: list[list[int]]) -> NDArray[np.int64]:
    """The number (from 1) of the cluster that holds both entries of each pair, else -1."""
    number = {node: k for k, members in enumerate(groups, start=1) for node in members}
    clusters = [
        number[a] if a in number and number[a] == number.get(b) else -1 for a, b in nodes.of(pairs)
    ]
    return np.array(clusters, np.int64)


def describe_clusters(
    nodes: Nodes,
    groups: list[list[int]],
    pairs: Pairs,
    probability: Floats,
    source_column: str | None,
    priority: Sequence[str],
    rule: Keeper,
) -> list[dict[str, Any]]:
    """Rows of the layer ``clusters``; ``probability`` is the lowest of the pairs within."""
    known = dict(zip(nodes.of(pairs), probability.tolist(), strict=True))
    rows = []
    for number, members in enumerate(groups, start=1):
        seen = [nodes.member(node, source_column, priority) for node in members]
        entries = []
        for node in members:
            which, craters, row = nodes.row(node)
            entries.append({"catalogue": which, "row": row, "id": craters.ids[row]})
        chosen, why = keeper(seen, rule)
        at = members.index(chosen)
        inside = [(a, b) for k, a in enumerate(members) for b in members[k + 1 :]]
        rows.append(
            {
                "cluster_id": number,
                "size": len(members),
                "keeper_id": entries[at]["id"],
                "keeper_catalogue": entries[at]["catalogue"],
                "keeper_row": entries[at]["row"],
                "members": json.dumps(entries, ensure_ascii=False),
                "why": f"keep {entries[at]['id']}: {why}",
                "lon": seen[at].lon,
                "lat": seen[at].lat,
                "diameter_m": seen[at].diameter_m,
                "probability": min((known[k] for k in inside if k in known), default=None),
            }
        )
    return rows
