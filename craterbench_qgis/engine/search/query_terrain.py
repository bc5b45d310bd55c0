"""What terrain says of a query: the measurements of the crater of the index that it shows, or of
its own circle on the index's terrain model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...contract import names
from ...contract.records import Json
from ..errors import CraterBenchError
from ..index import CraterIndex
from ..index.places import crater_at
from ..kinds.measured import Float, MeasuredTerrain
from ..mosaic import Mosaic
from ..terrain import measure_craters
from .query import QueryView


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
    crater_id = query.source.get("crater_id")
    if crater_id is not None:
        rows = index.craters.rows_of([str(crater_id)]).get(str(crater_id))
        return rows[-1] if rows else None
    lon, lat, diameter = query.lon, query.lat, query.diameter_m
    if lon is None or lat is None or diameter is None:
        return None
    return crater_at(index, lon, lat, diameter)


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
