"""How good an index is at finding craters of the same kind, in numbers.

Three questions. *By terrain*: of the ten nearest by a method, how many are among the nearest 5 % by
the measured radial profile (0 to 2 radii, over the diameter), and where they stand among all in the
mean. *By kind*: a column of the catalogue says what is of a kind. *At any angle*: the same crater
again, from a picture turned at random, mirrored or not. Craters that share ground with the query
count nowhere but in the last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...contract.build import EvaluateParams
from ...contract.search import ANALOG_SIZES
from ...contract.vocabulary import Likeness, Stage
from ..bodies import Body, destination
from ..catalogue import Craters
from ..encoders.base import Encoder
from ..errors import QueryError
from ..index import CraterIndex
from ..kinds.descriptor import KindDescriptor
from ..kinds.gallery import PARTS
from ..kinds.measured import WEIGHTS
from ..monitor import Monitor
from ..mosaic import Mosaic
from ..search import QueryView, Searcher, SearchOptions, query_from_crater
from ..search.analogs import AnalogSearch
from ..search.chance import same_ground
from ..search.turns import Turn, turned
from ..terrain import profiles
from .metrics import Bootstrap
from .queries import Targets, choose_targets, plan_of
from .single_queries import no_query
from .tables import markdown_rows, span

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NEAR_SHARE = 0.05
TOP = 10
RECALL_AT = 100
TERRAIN_MEASURES = ("share", "percentile")
KIND_MEASURES = ("ap", "precision@10", "recall@100")
ANGLE_QUERIES = 100
_NOT_A_KIND = {"", "no", "false", "0", "none"}
WITHOUT = ", without measured terrain"
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
    craters: Craters,
    params: EvaluateParams,
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
    index.check_encoder(encoder.id, encoder.weights_hash)
    targets = choose_targets(index, craters, params.selection)
    searcher = Searcher(index, encoder)
    searcher.analogs = AnalogSearch(index, descriptor)
    gallery = _gallery(index, searcher.analogs)
    measured = _measured(gallery, terrain, searcher.body, monitor)
    values = None if column is None else index.craters.values(column)
    counts: Counter[str] = Counter()
    owners: list[int] = []
    by_terrain: dict[str, list[tuple[float, ...]]] = {}
    by_kind: dict[str, dict[str, list[tuple[float, ...]]]] = {}
    by_angle: dict[str, list[float]] = {}
    rng = np.random.default_rng(params.seed)
    kind_owners: dict[str, list[int]] = {}
    for row, query in _queries(searcher.body, craters, params, targets, index, monitor, counts):
        scores = _scores(searcher, gallery, query)
        apart = ~same_ground(
            searcher.body,
            (query.lon or 0.0, query.lat or 0.0, query.diameter_m or 0.0),
            gallery.lon,
            gallery.lat,
            gallery.diameter,
        )
        if measured is not None:
            by_method = _terrain_values(scores, measured, gallery, row, apart)
            if by_method is not None:
                owners.append(row)
                for name, value in by_method.items():
                    by_terrain.setdefault(name, []).append(value)
        if values is not None and _is_kind(values[row]):
            relevant = np.array([values[other] == values[row] for other in gallery.row.tolist()])
            kept = apart & _of_like_size(gallery, query)
            if (relevant & kept).any():
                kind = str(values[row]).strip()
                kind_owners.setdefault(kind, []).append(row)
                of_kind = by_kind.setdefault(kind, {})
                for name, score in scores.items():
                    of_kind.setdefault(name, []).append(_kind_values(score, relevant, kept))
                of_kind.setdefault("chance", []).append(_chance_values(relevant, kept))
        if counts["asked"] <= angles:
            for name, hit in _angle_hits(searcher, query, row, rng).items():
                by_angle.setdefault(name, []).append(hit)
    if counts["asked"] == 0:
        raise no_query(params.mosaic)
    return {
        "queries": counts["asked"],
        "skipped": counts["skipped"],
        "gallery_craters": len(gallery.row),
        "encoder": encoder.id,
        "descriptor": searcher.analogs.descriptor.id,
        "query_mosaic": Path(params.mosaic).name,
        "measured_terrain": list(searcher.analogs.terrain.names),
        "terrain_model": None if terrain is None else terrain.name,
        "column": column,
        **plan_of(params),
        "terrain": None if measured is None else _rows(by_terrain, owners, TERRAIN_MEASURES),
        "kind": None
        if values is None
        else [
            {"kind": kind, **row}
            for kind in sorted(by_kind)
            for row in _rows(by_kind[kind], kind_owners[kind], KIND_MEASURES)
        ],
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
        measured = profiles(dtm, gallery.lon, gallery.lat, gallery.diameter, monitor)
    if np.isfinite(measured[:, 0]).sum() <= TOP:
        raise QueryError(
            f"{terrain.name} tells the profile of too few craters of the index. Choose a terrain "
            "model of this ground and of higher resolution."
        )
    return measured


def _queries(
    body: Body,
    craters: Craters,
    params: EvaluateParams,
    targets: Targets,
    index: CraterIndex,
    monitor: Monitor,
    counts: Counter[str],
) -> Iterator[tuple[int, QueryView]]:
    """(row in the index, query) for each crater asked for, its centre moved as the plan says."""
    size = index.settings.input_size
    rng = np.random.default_rng(params.seed)
    order = rng.permutation(len(targets.rows))[: params.limit]
    low, high = min(params.context), max(params.context)
    with Mosaic.open(params.mosaic, body=body, band=params.band) as mosaic:
        for done, place in enumerate(np.sort(order).tolist()):
            monitor.check()
            monitor.report(Stage.QUERIES, done, len(order))
            row = int(targets.rows[place])
            diameter = float(craters.diameter[row])
            away = params.jitter * diameter * float(np.sqrt(rng.uniform()))
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
    similarities: dict[str, Array] = {}
    for by in PARTS:
        compared = analogs.compare(query, by, features)
        similarities[f"kind, by {by}"] = -compared.unlike[gallery.entry].astype(float)
        if analogs.terrain and WEIGHTS[by]:
            without = analogs.compare(query, by, features, measured=False).unlike
            similarities[f"kind, by {by}{WITHOUT}"] = -without[gallery.entry].astype(float)
    vector = searcher.encoder.encode(query.view.pixels[None]).globals[0]
    views = np.concatenate([block @ vector for _, block in index.global_blocks()])
    best = np.full(index.n_craters, -np.inf)
    np.maximum.at(best, index.view_crater_rows, views * index.global_scales)
    similarities[GLOBAL] = best[gallery.row]
    similarities[DIAMETER] = -np.abs(np.log(gallery.diameter / (query.diameter_m or 1.0)))
    return similarities


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
    values = {}
    for name, score in scores.items():
        top = percentile[np.argsort(-score[kept], kind="stable")[:TOP]]
        values[name] = float((top < NEAR_SHARE).mean()), float(top.mean())
    values["chance"] = float((percentile < NEAR_SHARE).mean()), float(percentile.mean())
    return values


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
    hits = {}
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
            hits[name] = float(bool(matches) and matches[0].crater_row == row)
        features = searcher.analogs.query_features(bare)
        nearest = int(searcher.analogs.gallery.distances(features, Likeness.BOTH).argmin())
        hits[f"{what}, nearest of kind"] = float(
            searcher.analogs.gallery.crater_row[nearest] == row
        )
    return hits


def _rows(
    values: dict[str, list[tuple[float, ...]]], owners: list[int], measures: Sequence[str]
) -> list[dict[str, Any]]:
    """A row for each method: the mean of every measure, and its interval over the craters."""
    if not owners:
        return []
    bootstrap = Bootstrap(owners)
    rows = []
    for name, entries in values.items():
        row: dict[str, Any] = {"method": name, "queries": len(entries)}
        for measure, column in zip(measures, np.array(entries).T, strict=True):
            row[measure] = float(column.mean())
            row[f"{measure}_ci95"] = bootstrap.interval(column)
        rows.append(row)
    return rows


def markdown(result: dict[str, Any]) -> str:
    """The result as Markdown tables under lines that say what they are of."""
    parts = [
        f"{result['queries']:,} queries from {result['query_mosaic']}, "
        f"{result['gallery_craters']:,} craters in the index, descriptor {result['descriptor']}, "
        f"encoder {result['encoder']}."
    ]
    if result["terrain"]:
        header = ["nearest by", "share of ten among the nearest 5 %", "95 %", "mean percentile"]
        rows = [
            [
                *(row["method"], f"{row['share']:.3f}", span(row["share_ci95"])),
                *(f"{row['percentile']:.3f}", span(row["percentile_ci95"])),
            ]
            for row in result["terrain"]
        ]
        parts.append(f"By terrain ({result['terrain_model']}):")
        if result.get("measured_terrain"):
            parts.append(
                "The index has measurements of terrain, and they take part in the ranking by kind: "
                "such rows are not judged by something else. Those without them are."
            )
        parts.append(markdown_rows([*header, "95 %"], rows, 1))
    if result["kind"]:
        header = ["kind", "nearest by", "queries", "AP", "precision@10", "recall@100", "95 %"]
        rows = [
            [
                *(row["kind"], row["method"], f"{row['queries']:,}", f"{row['ap']:.3f}"),
                *(f"{row['precision@10']:.3f}", f"{row['recall@100']:.3f}"),
                span(row["recall@100_ci95"]),
            ]
            for row in result["kind"]
        ]
        parts.append(f"By kind (column {result['column']}), sizes 0.5 to 2:")
        parts.append(markdown_rows(header, rows, 2))
    parts.append("The same crater, at a random angle:")
    rows = [
        [row["question"], f"{row['queries']:,}", f"{row['hit@1']:.3f}"] for row in result["angles"]
    ]
    parts.append(markdown_rows(["question", "queries", "hit@1"], rows, 1))
    return "\n\n".join(parts) + "\n"
