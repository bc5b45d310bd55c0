"""What relevance feedback gains: queries whose first matches are judged, and searched again.

The residual collection method (Salton & Buckley 1990; Ruthven & Lalmas 2003): the first J matches
of a search are judged by what is known, the query is refined with these judgements, and both
rankings are measured on what was *not* judged. A method that only moves the judged ones to the top
gains nothing here.

Two tasks. *The same crater*: relevant is the query's own crater; where it is among the first J
there is nothing left to find, so only the other queries count, all of whose judgements are
rejections. *Craters of a kind* (``column``): relevant is every other crater with the query's value
in a column of the index's catalogue; craters without a value are passed over.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...contract.build import EvaluateParams
from ...contract.search import Feedback, Filters
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import QueryError
from ..index import CraterIndex
from ..monitor import Monitor
from ..search import QueryView, Searcher, SearchOptions
from .metrics import Bootstrap
from .queries import Targets, choose_targets, plan_of, relevant_rows
from .single_queries import SingleQueries
from .tables import markdown_rows, span

Int64 = npt.NDArray[np.int64]

SAME_CRATER = (("hit@1", 1), ("hit@10", 10), ("hit@50", 50))
OF_A_KIND = (("precision@10", 10), ("precision@20", 20))
_DEPTH = 50
"""So many matches beyond the judged ones are looked at."""


@dataclass(frozen=True)
class Judgements:
    """``known``: bool [n_craters], whose relevance is known; ``relevant``: rows per query."""

    known: npt.NDArray[np.bool_]
    relevant: list[Int64]


def evaluate_feedback(
    index: CraterIndex,
    encoder: Encoder,
    craters: Craters,
    params: EvaluateParams,
    judged: int = 10,
    column: str | None = None,
    monitor: Monitor | None = None,
) -> dict[str, Any]:
    """The gain of one round of feedback over ``judged`` matches; plain JSON.

    ``rows``: {measure, before, after, gain, ci95: {before, after, gain}}. Raises QueryError,
    CraterIndexError, BodyError, MosaicError, EncoderError, Cancelled.
    """
    monitor = monitor or Monitor()
    if judged < 1:
        raise QueryError("Feedback needs at least one judged match.")
    index.check_encoder(encoder.id, encoder.weights_hash)
    targets = choose_targets(index, craters, params.selection)
    judgements = _judgements(index, params, targets, column)
    measures = OF_A_KIND if column else SAME_CRATER
    searcher = Searcher(index, encoder)
    values: list[tuple[list[float], list[float]]] = []
    owners: list[int] = []
    counts: Counter[str] = Counter()
    asked = SingleQueries(index, craters, params, targets, monitor)
    for place, query in asked:
        row = int(targets.index_rows[place])
        relevant = judgements.relevant[place]
        if not len(relevant):
            counts["without a value in the column"] += 1
            continue
        rankings = _both(searcher, query, row, relevant, judgements.known, judged, column)
        if rankings is None:
            counts["found among the judged"] += 1
            continue
        before, after, accepted = rankings
        owners.append(row)
        counts["accepted"] += accepted
        values.append(
            (
                [_measure(before, relevant, k, column) for _, k in measures],
                [_measure(after, relevant, k, column) for _, k in measures],
            )
        )
    return {
        "task": f"craters of a kind: {column}" if column else "the same crater",
        "judged": judged,
        "queries": asked.count,
        "measured": len(values),
        "found_among_the_judged": counts["found among the judged"],
        "without_a_value": counts["without a value in the column"],
        "accepted_per_query": counts["accepted"] / max(1, len(values)),
        "encoder": encoder.id,
        "query_mosaic": Path(params.mosaic).name,
        "gallery_views": int(index.alive.sum()),
        "skipped_queries": dict(asked.skipped),
        "craters_left_out": dict(targets.left_out),
        **plan_of(params),
        "rows": _rows(measures, values, owners, params.seed),
    }


def _judgements(
    index: CraterIndex, params: EvaluateParams, targets: Targets, column: str | None
) -> Judgements:
    if column is None:
        relevant = relevant_rows(index, targets.index_rows, params.same)
        return Judgements(np.ones(index.n_craters, bool), relevant)
    values = index.craters.values(column)
    known = np.array([value not in (None, "") for value in values], bool)
    members: dict[Any, list[int]] = {}
    for row in np.flatnonzero(known).tolist():
        members.setdefault(values[row], []).append(row)
    every = {value: np.array(rows, np.int64) for value, rows in members.items()}
    nobody: Int64 = np.empty(0, np.int64)
    relevant = []
    for row in targets.index_rows.tolist():
        same = every[values[row]] if known[row] else nobody
        relevant.append(same[same != row])
    return Judgements(known, relevant)


def _both(
    searcher: Searcher,
    query: QueryView,
    row: int,
    relevant: Int64,
    known: npt.NDArray[np.bool_],
    judged: int,
    column: str | None,
) -> tuple[Int64, Int64, int] | None:
    """What was not judged, before and after, and how many were accepted; None where all is found.

    A crater is not asked for craters like itself, so of a kind its own row is passed over.
    """
    own = Filters(exclude_ids=list(searcher.index.craters.ids([row]))) if column else Filters()
    options = SearchOptions(top=judged + _DEPTH, filters=own, how_sure=False)
    first = searcher.search(query, options).matches
    shown = [
        (match.crater_id, match.crater_row)
        for match in first
        if match.crater_row is not None and known[match.crater_row]
    ]
    is_relevant = {name: bool(np.isin(row, relevant)) for name, row in shown[:judged]}
    accepted = [name for name, yes in is_relevant.items() if yes]
    if accepted and column is None:
        return None
    rejected = [name for name, yes in is_relevant.items() if not yes]
    options = SearchOptions(
        top=judged + _DEPTH, filters=own, how_sure=False, feedback=Feedback(accepted, rejected)
    )
    second = searcher.search(query, options).matches
    seen = {row for _, row in shown[:judged]}
    rows = ([match.crater_row or 0 for match in ranking] for ranking in (first, second))
    before, after = (
        np.array([row for row in ranking if known[row] and row not in seen]) for ranking in rows
    )
    return before.astype(np.int64), after.astype(np.int64), len(accepted)


def _measure(rows: Int64, relevant: Int64, k: int, column: str | None) -> float:
    """Share of the first ``k`` that is relevant, or whether there is any."""
    right = np.isin(rows[:k], relevant)
    return float(right.sum()) / k if column else float(right.any())


def _rows(
    measures: tuple[tuple[str, int], ...],
    values: list[tuple[list[float], list[float]]],
    owners: list[int],
    seed: int,
) -> list[dict[str, Any]]:
    if not values:
        return []
    table = np.array(values)  # [queries, 2, measures]
    bootstrap = Bootstrap(owners, seed=seed)
    rows = []
    for number, (name, _) in enumerate(measures):
        before, after = table[:, 0, number], table[:, 1, number]
        rows.append(
            {
                "measure": name,
                "before": float(before.mean()),
                "after": float(after.mean()),
                "gain": float((after - before).mean()),
                "ci95": {
                    "before": bootstrap.interval(before),
                    "after": bootstrap.interval(after),
                    "gain": bootstrap.interval(after - before),
                },
            }
        )
    return rows


HEADER = ("measure", "before", "after", "gain", "95 % of the gain")


def cells(row: dict[str, Any]) -> list[str]:
    """One row of the table, as text."""
    return [
        row["measure"],
        f"{row['before']:.3f}",
        f"{row['after']:.3f}",
        f"{row['gain']:+.3f}",
        span(row["ci95"]["gain"], "+.3f"),
    ]


def markdown(result: dict[str, Any]) -> str:
    """The result as a Markdown table under a line that says what it is of."""
    head = (
        f"{result['task']}: {result['measured']:,} of {result['queries']:,} queries from "
        f"{result['query_mosaic']}, {result['judged']} matches judged, "
        f"{result['accepted_per_query']:.1f} of them accepted, {result['gallery_views']:,} gallery "
        f"views, encoder {result['encoder']}."
    )
    return f"{head}\n\n{markdown_rows(HEADER, [cells(row) for row in result['rows']], 0)}\n"
