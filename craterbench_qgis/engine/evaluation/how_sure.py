"""Is the number of craters expected by chance true? Asked of queries whose answer is known.

Each query is searched twice: with its crater in the index, and as if it were not there (its own
crater and all that share ground with it are left out, since a neighbour shows part of the same
picture). In the second case every match is chance. If the number E told with the best match is
right, the share of such queries with E below x is 1 - exp(-x): what a Poisson number of
better craters would give (Karlin & Altschul 1990). In the first case it should be small.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...contract.build import EvaluateParams
from ...contract.search import Filters
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import QueryError
from ..index import CraterIndex
from ..monitor import Monitor
from ..search import Searcher, SearchOptions
from ..search.chance import same_ground
from .metrics import Bootstrap
from .queries import choose_targets, plan_of
from .single_queries import SingleQueries
from .tables import markdown_rows, span

LEVELS = (0.01, 0.1, 0.3, 1.0, 3.0)
HEADER = (
    "expected by chance below",
    "crater not in the index",
    "95 %",
    "right if",
    "crater in the index and first",
)


def evaluate_how_sure(
    index: CraterIndex,
    encoder: Encoder,
    craters: Craters,
    params: EvaluateParams,
    monitor: Monitor | None = None,
    overlay: bool = True,
) -> dict[str, Any]:
    """How the numbers a search gives fit what is known; plain JSON.

    ``rows``: {below, absent, ci95, right, present}: shares of the queries whose best match has an
    E below ``below``. ``overlay``: as in :class:`SearchOptions`. Raises QueryError (also for an
    index too small to tell), CraterIndexError, BodyError, MosaicError, EncoderError, Cancelled.
    """
    monitor = monitor or Monitor()
    index.check_encoder(encoder.id, encoder.weights_hash)
    targets = choose_targets(index, craters, params.selection)
    searcher = Searcher(index, encoder)
    absent, present, owners, first = [], [], [], 0
    asked = SingleQueries(index, craters, params, targets, monitor)
    for place, query in asked:
        row = int(targets.index_rows[place])
        best = searcher.search(query, SearchOptions(top=1, overlay=overlay)).matches
        if best and best[0].crater_row == row:
            first += 1
            present.append(_expected(best[0].expected_by_chance))
        options = SearchOptions(top=1, overlay=overlay, filters=_elsewhere(index, row))
        others = searcher.search(query, options).matches
        absent.append(_expected(others[0].expected_by_chance if others else None))
        owners.append(row)
    if not np.isfinite(absent).any():
        raise QueryError(
            "This index is too small to tell how many craters would match by chance. Use one of "
            "more craters."
        )
    return {
        "queries": asked.count,
        "first": first,
        "overlay": overlay,
        "median_when_first": float(np.nanmedian(present)) if present else None,
        "encoder": encoder.id,
        "query_mosaic": Path(params.mosaic).name,
        "gallery_craters": int(np.unique(index.view_crater_rows[index.alive]).size),
        "skipped_queries": dict(asked.skipped),
        **plan_of(params),
        "rows": _rows(np.array(absent), np.array(present), owners, params.seed),
    }


def _expected(expected: float | None) -> float:
    return float("inf") if expected is None else expected


def _elsewhere(index: CraterIndex, row: int) -> Filters:
    """Leaves out the craters whose crops reach into that of ``row``, as ``search.chance`` has it,
    and so the crater itself."""
    settings, craters = index.settings, index.craters
    body = settings.body
    place = (float(craters.lon[row]), float(craters.lat[row]), float(craters.diameter_m[row]))
    near = same_ground(body, place, craters.lon, craters.lat, craters.diameter_m)
    return Filters(exclude_ids=list(craters.ids(np.flatnonzero(near))))


def _rows(
    absent: np.ndarray, present: np.ndarray, owners: list[int], seed: int
) -> list[dict[str, Any]]:
    bootstrap = Bootstrap(owners, seed=seed)
    rows = []
    for level in LEVELS:
        below = (absent < level).astype(np.float64)
        rows.append(
            {
                "below": level,
                "absent": float(below.mean()),
                "ci95": bootstrap.interval(below),
                "right": float(1.0 - np.exp(-level)),
                "present": float((present < level).mean()) if len(present) else None,
            }
        )
    return rows


def cells(row: dict[str, Any]) -> list[str]:
    """One row of the table, as text."""
    return [
        f"{row['below']:g}",
        f"{row['absent']:.3f}",
        span(row["ci95"]),
        f"{row['right']:.3f}",
        "-" if row["present"] is None else f"{row['present']:.3f}",
    ]


def markdown(result: dict[str, Any]) -> str:
    """The result as a Markdown table under a line that says what it is of."""
    head = (
        f"{result['queries']:,} queries from {result['query_mosaic']}, "
        f"{result['gallery_craters']:,} craters in the index, encoder {result['encoder']}; the "
        f"query's own crater came first for {result['first']:,}"
    )
    if not result["overlay"]:
        head += " (no pictures laid on the query)"
    if result["median_when_first"] is not None:
        head += f", with {result['median_when_first']:.2g} expected by chance in the median"
    return f"{head}.\n\n{markdown_rows(HEADER, [cells(row) for row in result['rows']], 0)}\n"
