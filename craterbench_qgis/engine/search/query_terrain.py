"""What terrain says of a query: the measurements of the crater of the index that it shows, or of
its own circle on the index's terrain model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...contract import names
from ...contract.records import Json
from ..bodies import great_circle_distance
from ..errors import CraterBenchError
from ..index import CraterIndex
from ..kinds.measured import Float, MeasuredTerrain
from ..mosaic import Mosaic
from ..terrain import measure_craters
from .query import QueryView

AWAY, RATIO = 0.3, 1.35
"""A crater of the index is the query's within these limits, of its own and of the diameter."""
_METRES_A_DEGREE = np.pi / 180


@dataclass(frozen=True)
class QueryTerrain:
    """``values`` [n] as :class:`MeasuredTerrain` compares them; ``source``: whose, plain JSON."""

    values: Float
    source: Json


def terrain_of(
    index: CraterIndex, terrain: MeasuredTerrain, query: QueryView
) -> QueryTerrain | None:
    """The query's measurements; None where nothing is known of it, or its diameter is a guess."""
    if not terrain:
        return None
    row = _crater_of(index, query)
    if row is not None:
        (record,) = index.crater_records([row])
        values = terrain.of(record["attributes"], record["diameter_m"])
        if values is not None:
            return QueryTerrain(values, {"from": "index", "crater_id": record["crater_id"]})
    diameter = query.diameter_m
    if query.lon is None or query.lat is None or diameter is None:
        return None
    if query.source.get("diameter_assumed"):
        return None
    for model in _models(index):
        columns = measure_craters(model, [query.lon], [query.lat], [diameter])
        values = terrain.of({name: float(value[0]) for name, value in columns.items()}, diameter)
        if values is not None:
            return QueryTerrain(values, {"from": "terrain model", "path": model.path})
    return None


def _crater_of(index: CraterIndex, query: QueryView) -> int | None:
    """The row of the crater that the query shows, the nearest in place and size."""
    craters, crater_id = index.craters, query.source.get("crater_id")
    if crater_id is not None:
        rows = craters.rows_of([str(crater_id)]).get(str(crater_id))
        return rows[-1] if rows else None
    lon, lat, diameter = query.lon, query.lat, query.diameter_m
    if lon is None or lat is None or diameter is None:
        return None
    body = index.settings.body
    reach = AWAY * RATIO * diameter / (min(body.a, body.b) * _METRES_A_DEGREE)
    near = np.flatnonzero(np.abs(craters.lat - lat) < reach)
    _, _, sizes = craters.places(near)
    ratio = np.abs(np.log(sizes / diameter))
    near, sizes, ratio = (part[ratio < np.log(RATIO)] for part in (near, sizes, ratio))
    away = np.asarray(great_circle_distance(body, lon, lat, craters.lon[near], craters.lat[near]))
    off = away / sizes
    if not (off < AWAY).any():
        return None
    return int(near[np.where(off < AWAY, off + ratio, np.inf).argmin()])


def _models(index: CraterIndex) -> Iterator[Mosaic]:
    """The terrain models of the index that are still what they were, open one after the other."""
    known = {}
    for entry in index.manifest.catalogues:
        source = (entry.source or {}).get("terrain") or {}
        if source.get("path") and source.get("fingerprint"):
            known[str(source["path"])] = source["fingerprint"]
    for path, fingerprint in known.items():
        if not names.is_there(path):
            continue
        try:
            with Mosaic.open(path, body=index.settings.body) as model:
                if model.fingerprint() == fingerprint:
                    yield model
        except CraterBenchError:
            continue  # a moved or damaged terrain model is no reason not to search
