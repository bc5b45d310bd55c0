"""How good an index is at finding craters of the same kind, in numbers.

Three questions. *By terrain*: of the ten nearest by a method, how many are among the nearest 5 % by
the measured radial profile (0 to 2 radii, over the diameter), and where they stand among all in the
mean. *By kind*: a column of the catalogue says what is of a kind. *At any angle*: the same crater
again, from a picture turned at random, mirrored or not. Craters that share ground with the query
count nowhere but in the last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...contract.search import ANALOG_SIZES
from ...contract.vocabulary import Likeness, Stage
from ..bodies import Body, destination
from ..encoders.base import Encoder
from ..errors import QueryError
from ..index import CraterIndex
from ..kinds.descriptor import KindDescriptor
from ..kinds.gallery import PARTS
from ..monitor import Monitor
from ..mosaic import Mosaic
from ..search import QueryView, Searcher, SearchOptions, query_from_crater
from ..search.analogs import AnalogSearch
from ..search.chance import same_ground
from ..search.turns import Turn, turned
from ..terrain import profiles
from .cross_observation import EvaluationRequest
from .metrics import Bootstrap
from .queries import Targets, choose_targets

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NEAR_SHARE = 0.05
TOP = 10
RECALL_AT = 100
ANGLE_QUERIES = 100
_NOT_A_KIND = {"", "no", "false", "0", "none"}
DIAMETER, GLOBAL = "nearest diameter", "encoder's global vector"


@dataclass
class _Gallery:
    """What is ranked: craters with a descriptor, one entry each (their first observation)."""

    entry: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    lon: Array
    lat: Array
    diameter: Array


def evaluate_analogs(
    index: CraterIndex,
    encoder: Encoder,
    request: EvaluationRequest,
    *,
    terrain: Path | None = None,
    column: str | None = None,
    angles: int = ANGLE_QUERIES,
    descriptor: KindDescriptor | None = None,
    monitor: Monitor | None = None,
) -> dict[str, Any]:
    """The answers as plain JSON: ``terrain``, ``kind`` (each a list of rows, or None where not
    asked) and ``angles`` (of the first ``angles`` queries).

    Raises QueryError, CraterIndexError (no descriptors), BodyError, MosaicError, Cancelled.
    """
    monitor = monitor or Monitor()
    request.plan.check()
    index.check_encoder(encoder.id, encoder.weights_hash)
    targets = choose_targets(index, request.craters, request.plan)
    searcher = Searcher(index, encoder)
    searcher.analogs = AnalogSearch(index, descriptor)
    gallery = _gallery(index, searcher.analogs)
    measured = _measured(gallery, terrain, searcher.body, monitor)
    values = None if column is None else index.craters.values(column)
    counts: Counter[str] = Counter()
    owners: list[int] = []
    by_terrain: dict[str, list[tuple[float, float]]] = {}
    by_kind: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    by_angle: dict[str, list[float]] = {}
    rng = np.random.default_rng(request.plan.seed)
    kind_owners: dict[str, list[int]] = {}
    for row, query in _queries(searcher.body, request, targets, index, monitor, counts):
        scores = _scores(searcher, gallery, query)
        apart = ~same_ground(
            searcher.body,
            (query.lon or 0.0, query.lat or 0.0, query.diameter_m or 0.0),
            gallery.lon,
            gallery.lat,
            gallery.diameter,
        )
        if measured is not None:
            found = _terrain_values(scores, measured, gallery, row, apart)
            if found is not None:
                owners.append(row)
                for name, value in found.items():
                    by_terrain.setdefault(name, []).append(value)
        if values is not None and _is_kind(values[row]):
            relevant = np.array([values[other] == values[row] for other in gallery.row.tolist()])
            kept = apart & _of_like_size(gallery, query)
            if (relevant & kept).any():
                kind = str(values[row]).strip()
                kind_owners.setdefault(kind, []).append(row)
                for name, score in scores.items():
                    values_here = _kind_values(score, relevant, kept)
                    by_kind.setdefault((kind, name), []).append(values_here)
                by_kind.setdefault((kind, "chance"), []).append(_chance_values(relevant, kept))
        if counts["asked"] <= angles:
            for name, hit in _angle_hits(searcher, query, row, rng).items():
                by_angle.setdefault(name, []).append(hit)
    if counts["asked"] == 0:
        raise QueryError(
            f"Not one query could be cut from {request.mosaic.name}. Check that it covers the "
            "craters, and that they are large enough for its pixels."
        )
    return {
        "queries": counts["asked"],
        "skipped": counts["skipped"],
        "gallery_craters": len(gallery.row),
        "encoder": encoder.id,
        "descriptor": searcher.analogs.descriptor.id,
        "query_mosaic": request.mosaic.name,
        "terrain_model": None if terrain is None else terrain.name,
        "column": column,
        **request.plan.describe(),
        "terrain": None if measured is None else _terrain_rows(by_terrain, owners),
        "kind": None if values is None else _kind_rows(by_kind, kind_owners),
        "angles": [
            {"question": name, "queries": len(hits), "hit@1": float(np.mean(hits))}
            for name, hits in by_angle.items()
        ],
    }


def _gallery(index: CraterIndex, analogs: AnalogSearch) -> _Gallery:
    rows, entry = np.unique(analogs.gallery.crater_row, return_index=True)
    craters = index.craters
    return _Gallery(
        entry.astype(np.int64),
        rows.astype(np.int64),
        np.asarray(craters.lon[rows], np.float64),
        np.asarray(craters.lat[rows], np.float64),
        np.asarray(craters.diameter_m[rows], np.float64),
    )


def _measured(
    gallery: _Gallery, terrain: Path | None, body: Body, monitor: Monitor
) -> Array | None:
    if terrain is None:
        return None
    with Mosaic.open(terrain, body=body) as dtm:
        found = profiles(dtm, gallery.lon, gallery.lat, gallery.diameter, monitor)
    if np.isfinite(found[:, 0]).sum() <= TOP:
        raise QueryError(
            f"{terrain.name} tells the profile of too few craters of the index. Choose a terrain "
            "model of this ground and of higher resolution."
        )
    return found


def _queries(
    body: Body,
    request: EvaluationRequest,
    targets: Targets,
    index: CraterIndex,
    monitor: Monitor,
    counts: Counter[str],
) -> Iterator[tuple[int, QueryView]]:
    """(row in the index, query) for each crater asked for, its centre moved as the plan says."""
    plan, craters, size = request.plan, request.craters, index.settings.input_size
    rng = np.random.default_rng(plan.seed)
    order = rng.permutation(len(targets.rows))[: plan.limit]
    low, high = min(plan.context), max(plan.context)
    with Mosaic.open(request.mosaic, body=body, band=request.band) as mosaic:
        for done, place in enumerate(np.sort(order).tolist()):
            monitor.check()
            monitor.report(Stage.QUERIES, done, len(order))
            row = int(targets.rows[place])
            diameter = float(craters.diameter[row])
            away = plan.jitter * diameter * float(np.sqrt(rng.uniform()))
            lon, lat = destination(
                body, craters.lon[row], craters.lat[row], rng.uniform(0, 360), away
            )
            try:
                query = query_from_crater(
                    mosaic, float(lon), float(lat), diameter, float(rng.uniform(low, high)), size
                )
            except QueryError:
                counts["skipped"] += 1
                continue
            counts["asked"] += 1
            yield int(targets.index_rows[place]), query.widened()


def _scores(searcher: Searcher, gallery: _Gallery, query: QueryView) -> dict[str, Array]:
    """Similarity [n] to every crater of the gallery, by each method."""
    analogs, index = searcher.analogs, searcher.index
    features = analogs.query_features(query)
    found: dict[str, Array] = {
        f"kind, by {by}": -analogs.gallery.distances(features, by)[gallery.entry].astype(float)
        for by in PARTS
    }
    vector = searcher.encoder.encode(query.view.pixels[None]).globals[0]
    views = np.concatenate([block @ vector for _, block in index.global_blocks()])
    best = np.full(index.n_craters, -np.inf)
    np.maximum.at(best, index.view_crater_rows, views * index.global_scales)
    found[GLOBAL] = best[gallery.row]
    found[DIAMETER] = -np.abs(np.log(gallery.diameter / (query.diameter_m or 1.0)))
    return found


def _terrain_values(
    scores: dict[str, Array], measured: Array, gallery: _Gallery, row: int, apart: Bools
) -> dict[str, tuple[float, float]] | None:
    """Share of the top ten among the nearest 5 % by profile, and their mean percentile."""
    own = np.searchsorted(gallery.row, row)
    if own >= len(gallery.row) or gallery.row[own] != row or not np.isfinite(measured[own, 0]):
        return None
    kept = np.flatnonzero(apart & np.isfinite(measured[:, 0]))
    if len(kept) <= TOP:
        return None
    away = ((measured[kept] - measured[own]) ** 2).sum(axis=1)
    percentile = away.argsort().argsort() / (len(kept) - 1)
    found = {}
    for name, score in scores.items():
        top = percentile[np.argsort(-score[kept], kind="stable")[:TOP]]
        found[name] = float((top < NEAR_SHARE).mean()), float(top.mean())
    found["chance"] = float((percentile < NEAR_SHARE).mean()), float(percentile.mean())
    return found


def _is_kind(value: Any) -> bool:
    return value is not None and str(value).strip().lower() not in _NOT_A_KIND


def _of_like_size(gallery: _Gallery, query: QueryView) -> Bools:
    ratio = gallery.diameter / (query.diameter_m or 1.0)
    return np.asarray((ratio >= ANALOG_SIZES[0]) & (ratio <= ANALOG_SIZES[1]))


def _kind_values(score: Array, relevant: Bools, kept: Bools) -> tuple[float, float, float]:
    """Average precision, precision@10 and recall@100 among craters of like size."""
    rows = np.flatnonzero(kept)
    right = relevant[rows[np.argsort(-score[rows], kind="stable")]]
    hits = np.cumsum(right)
    precision = hits / np.arange(1, len(right) + 1)
    total = max(1, int(right.sum()))
    return (
        float((precision * right).sum() / total),
        float(right[:TOP].mean()),
        float(right[:RECALL_AT].sum() / total),
    )


def _chance_values(relevant: Bools, kept: Bools) -> tuple[float, float, float]:
    share = float(relevant[kept].mean())
    return share, share, min(1.0, RECALL_AT / int(kept.sum()))


def _angle_hits(
    searcher: Searcher, query: QueryView, row: int, rng: np.random.Generator
) -> dict[str, float]:
    """Is the query's own crater first, from its picture turned at random? A bare picture: what
    the turn brings in at the corners is reflected."""
    found = {}
    for mirrored in (False, True):
        turn = Turn(float(rng.uniform(0, 360)), mirrored)
        pixels = turned(query, turn)
        bare = replace(query, view=replace(query.view, pixels=pixels), wide=None)
        what = "turned and mirrored" if mirrored else "turned"
        for name, options in (
            (f"{what}, north up assumed", SearchOptions(top=1, how_sure=False)),
            (f"{what}, any angle", SearchOptions(top=1, how_sure=False, any_angle=True)),
        ):
            matches = searcher.search(bare, options).matches
            found[name] = float(bool(matches) and matches[0].crater_row == row)
        features = searcher.analogs.query_features(bare)
        nearest = int(searcher.analogs.gallery.distances(features, Likeness.BOTH).argmin())
        found[f"{what}, nearest of kind"] = float(
            searcher.analogs.gallery.crater_row[nearest] == row
        )
    return found


def _terrain_rows(
    values: dict[str, list[tuple[float, float]]], owners: list[int]
) -> list[dict[str, Any]]:
    if not owners:
        return []
    bootstrap = Bootstrap(owners)
    rows = []
    for name, pairs in values.items():
        share, percentile = np.array(pairs).T
        rows.append(
            {
                "method": name,
                "queries": len(pairs),
                "share": float(share.mean()),
                "share_ci95": bootstrap.interval(share),
                "percentile": float(percentile.mean()),
                "percentile_ci95": bootstrap.interval(percentile),
            }
        )
    return rows


def _kind_rows(
    values: dict[tuple[str, str], list[tuple[float, float, float]]], owners: dict[str, list[int]]
) -> list[dict[str, Any]]:
    """A row for each kind and method, the kinds in the order of their names."""
    rows = []
    for kind in sorted(owners):
        bootstrap = Bootstrap(owners[kind])
        for (of, name), triples in values.items():
            if of != kind:
                continue
            table = np.array(triples)
            row: dict[str, Any] = {"kind": kind, "method": name, "queries": len(triples)}
            for number, measure in enumerate(("ap", "precision@10", "recall@100")):
                row[measure] = float(table[:, number].mean())
                row[f"{measure}_ci95"] = bootstrap.interval(table[:, number])
            rows.append(row)
    return rows


def markdown(result: dict[str, Any]) -> str:
    """The result as Markdown tables under lines that say what they are of."""
    lines = [
        f"{result['queries']:,} queries from {result['query_mosaic']}, "
        f"{result['gallery_craters']:,} craters in the index, descriptor {result['descriptor']}, "
        f"encoder {result['encoder']}.",
        "",
    ]
    if result["terrain"]:
        lines += [
            f"By terrain ({result['terrain_model']}):",
            "",
            "| nearest by | share of ten among the nearest 5 % | 95 % | mean percentile | 95 % |",
            "|---|---|---|---|---|",
        ]
        for row in result["terrain"]:
            lines.append(
                f"| {row['method']} | {row['share']:.3f} | {_span(row['share_ci95'])} | "
                f"{row['percentile']:.3f} | {_span(row['percentile_ci95'])} |"
            )
        lines.append("")
    if result["kind"]:
        lines += [
            f"By kind (column {result['column']}), sizes 0.5 to 2:",
            "",
            "| kind | nearest by | queries | AP | precision@10 | recall@100 | 95 % |",
            "|---|---|---|---|---|---|---|",
        ]
        for row in result["kind"]:
            lines.append(
                f"| {row['kind']} | {row['method']} | {row['queries']:,} | {row['ap']:.3f} | "
                f"{row['precision@10']:.3f} | {row['recall@100']:.3f} | "
                f"{_span(row['recall@100_ci95'])} |"
            )
        lines.append("")
    lines += ["The same crater, at a random angle:", "", "| question | queries | hit@1 |"]
    lines.append("|---|---|---|")
    lines += [
        f"| {row['question']} | {row['queries']:,} | {row['hit@1']:.3f} |"
        for row in result["angles"]
    ]
    return "\n".join(lines) + "\n"


def _span(interval: list[float]) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}"
