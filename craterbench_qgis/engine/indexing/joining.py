"""Join indexes: one small index whose searches are answered from all of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..index import CraterIndex, open_index
from ..index.joined import check_alike
from ..index.joining import check_joinable, describe_shard, write_joined
from .addition import are_same, of_index


@dataclass
class JoinReport:
    """What was joined. ``shared``: craters that several indexes have; ``unlike``: craters whose id
    an earlier index has for another crater, which are kept apart."""

    path: Path
    indexes: int
    views: int
    craters: int
    shared: int
    unlike: int


def join_indexes(paths: Sequence[Path], output: Path) -> JoinReport:
    """Write ``output``, which joins the indexes at ``paths``; where it joins others, replace it.

    A crater of the same id, place and size in several indexes is one crater, as it is for
    :func:`~.addition.add_to_index`. Raises CraterIndexError where they cannot be joined.
    """
    before = check_joinable(output, paths)
    with ExitStack() as stack:
        indexes = [stack.enter_context(open_index(path, check="sizes")) for path in paths]
        check_alike(output.name, indexes)
        shards = [describe_shard(index, output) for index in indexes]
        same, unlike = _shared(indexes)
        write_joined(output, shards, same, before)
    with open_index(output, check="sizes") as joined:
        return JoinReport(output, len(paths), joined.n_views, joined.n_present, len(same), unlike)


def _shared(indexes: Sequence[CraterIndex]) -> tuple[NDArray[np.int32], int]:
    """[n, 2]: joined rows that are craters of an earlier index, and their rows there; and how many
    others have an id of an earlier index."""
    body = indexes[0].settings.body
    known_ids: list[pa.Array] = []
    known: list[NDArray[np.float64]] = []  # of each index: row, lon, lat, diameter [4, n]
    pairs: list[NDArray[np.int32]] = [np.empty((0, 2), np.int32)]
    unlike = first = 0
    for index in indexes:
        table = index.craters
        rows = np.setdiff1d(np.arange(table.rows), index.removed)
        ids = pa.chunked_array([part.column(0).combine_chunks() for part in table.tables])
        ids = ids.take(pa.array(rows)).combine_chunks()
        own = np.vstack([rows + first, of_index(table, rows)])
        new = np.ones(len(rows), bool)
        if known_ids and len(rows):
            places = pc.index_in(ids, value_set=pa.chunked_array(known_ids).combine_chunks())
            at = places.fill_null(-1).to_numpy(zero_copy_only=False)
            mine = np.flatnonzero(at >= 0)
            earlier = np.concatenate(known, axis=1)[:, at[mine]]
            same = are_same(body, own[1:, mine], earlier[1:])
            pairs.append(np.stack([own[0, mine[same]], earlier[0, same]], axis=1).astype(np.int32))
            unlike += int((~same).sum())
            new[mine[same]] = False
        known_ids.append(ids.filter(pa.array(new)))
        known.append(own[:, new])
        first += table.rows
    return np.concatenate(pairs), unlike
