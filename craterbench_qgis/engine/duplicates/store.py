"""The review file: a GeoPackage with pairs, clusters, entries and where they come from.

``pairs``: lines from a to b (b's longitude is carried on past 180 degrees where the line crosses
the antimeridian). ``clusters``: a point at each keeper. ``entries`` and, of a second catalogue,
``entries_other``: every usable row with all its columns. ``provenance``: key and value. The
decisions live in ``pairs`` and are written by whoever reviews; see
``docs/reference/review-file.md``.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...contract.body import geographic_wkt
from ...contract.build import Selection
from ...contract.records import read_json
from ...contract.vocabulary import Stage, Verdict
from ..bodies import Body, map_latitude
from ..catalogue import Craters
from ..errors import CraterBenchError, ExportError, QueryError
from ..files.database import check_schema, connect
from ..formats.staging import staged
from ..index.catalogue_store import plain_column
from ..index.geopackage import fixed_wkb, layer_columns
from ..monitor import Monitor
from ..words import Advice
from .candidates import Pairs
from .evidence import Looks, overlap
from .words import read_verdict

ENTRY_COLUMNS = ("entry_row", "crater_id", "lon", "lat", "diameter_m")
_ROWS = 50_000  # written between two looks for a cancel
_JOURNALS = ("-wal", "-shm", "-journal")


_CHOOSE = Advice(
    "Choose the file that 'craterbench duplicates find' wrote.",
    "Choose a review that a search for duplicates wrote.",
)


@dataclass
class Decided:
    """A decision on a pair, by the ids of its entries."""

    verdict: Verdict
    reviewer: str | None
    decided_at: str | None


@dataclass
class Review:
    """What is written. Arrays of p pairs; ``cluster``: cluster_id, -1 for none; ``offset`` and
    ``shift``: [p, 2] and [p, 3]; ``clusters``: rows of the layer."""

    body: Body
    first: Craters
    other: Craters | None
    pairs: Pairs
    looks: Looks
    probability: NDArray[np.float64]
    cluster: NDArray[np.int64]
    offset: NDArray[np.float64]
    shift: NDArray[np.float64]
    clusters: list[dict[str, Any]]
    decisions: Mapping[tuple[str, str], Decided]
    provenance: dict[str, Any]

    @property
    def second(self) -> Craters:
        """The catalogue of b."""
        return self.first if self.other is None else self.other


def write_review(path: Path, review: Review, monitor: Monitor | None = None) -> None:
    """Write all layers beside ``path`` and move them into place.

    Raises ExportError, Cancelled (the older file stays).
    """
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

    errors = (DataLayerError, DataSourceError, FeatureError, GeometryError, sqlite3.Error)
    crs = geographic_wkt(review.body)
    stale = [path.name, *(path.name + end for end in _JOURNALS)]
    try:
        with staged(path, stale) as folder:
            target = folder / path.name
            layers = [
                ("pairs", _pairs(review), "LineString"),
                ("clusters", _clusters(review), "Point"),
            ]
            names: dict[str, list[list[str]]] = {}
            for layer, craters in (("entries", review.first), ("entries_other", review.other)):
                if craters is not None:
                    table, names[layer] = _entries(review.body, craters)
                    layers.append((layer, table, "Point"))
            monitor = monitor or Monitor()
            done, total = 0, sum(table.num_rows for _, table, _ in layers)
            for layer, table, kind in layers:
                for start in range(0, max(table.num_rows, 1), _ROWS):
                    monitor.check()
                    monitor.report(Stage.WRITING, done + start, total)
                    pyogrio.write_arrow(
                        table.slice(start, _ROWS),
                        target,
                        layer=layer,
                        driver="GPKG",
                        VERSION="1.2",  # what the GDAL of QGIS 3.22 knows
                        geometry_name="geom",
                        geometry_type=kind,
                        crs=crs,
                        append=target.exists(),
                        # Without the triggers of a spatial index any SQLite can write decisions.
                        SPATIAL_INDEX="NO",
                    )
                done += table.num_rows
            facts = {**review.provenance, "entry_columns": names}
            rows = pa.table(
                {
                    "key": pa.array(list(facts)),
                    "value": pa.array([_text(v) for v in facts.values()]),
                }
            )
            pyogrio.write_arrow(rows, target, layer="provenance", driver="GPKG", append=True)
            with contextlib.closing(sqlite3.connect(target)) as connection:
                connection.execute("CREATE UNIQUE INDEX pairs_pair_id ON pairs(pair_id)")
                connection.execute("CREATE INDEX pairs_cluster_id ON pairs(cluster_id)")
                connection.execute(
                    "CREATE UNIQUE INDEX clusters_cluster_id ON clusters(cluster_id)"
                )
                connection.commit()
    except errors as error:
        raise ExportError(
            f"'{path}' could not be written: {str(error).rstrip('.')}. "
            "Check that the disk has room, or choose another place."
        ) from error


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def points(body: Body, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> pa.Array:
    """WKB points at planetocentric places, in the latitudes of the layer's CRS."""
    return fixed_wkb(1, np.stack([lon, map_latitude(body, lat)], axis=1)[:, None, :])


def _number(values: NDArray[np.float64]) -> pa.Array:
    """Floats with NaN as null."""
    return pa.array(values, pa.float64(), mask=~np.isfinite(values))


def _pairs(review: Review) -> pa.Table:
    p, first, second = review.pairs, review.first, review.second
    a_ids = [first.ids[i] for i in p.a.tolist()]
    b_ids = [second.ids[i] for i in p.b.tolist()]
    decided = [review.decisions.get(key) for key in zip(a_ids, b_ids, strict=True)]
    lon_a, lon_b = first.lon[p.a], second.lon[p.b]
    onward = lon_a + ((lon_b - lon_a + 180.0) % 360.0 - 180.0)
    lines = np.stack(
        [
            np.stack([lon_a, map_latitude(review.body, first.lat[p.a])], axis=1),
            np.stack([onward, map_latitude(review.body, second.lat[p.b])], axis=1),
        ],
        axis=1,
    )
    looks = review.looks
    columns: dict[str, Any] = {
        "pair_id": pa.array(np.arange(1, len(p) + 1)),
        "a_id": pa.array(a_ids, pa.string()),
        "b_id": pa.array(b_ids, pa.string()),
        "a_lon": lon_a,
        "a_lat": first.lat[p.a],
        "a_diameter_m": first.diameter[p.a],
        "b_lon": lon_b,
        "b_lat": second.lat[p.b],
        "b_diameter_m": second.diameter[p.b],
        "a_row": p.a,
        "b_row": p.b,
        "cluster_id": pa.array(review.cluster, pa.int64(), mask=review.cluster < 0),
        "distance_m": p.distance,
        "distance_ratio": p.distance_ratio,
        "diameter_ratio": p.diameter_ratio,
        "iou": overlap(p.distance_ratio, p.diameter_ratio),
        "similarity": _number(looks.similarity),
        "rim_a": _number(looks.rim_a),
        "rim_b": _number(looks.rim_b),
        "rim_between": _number(looks.rim_between),
        "closing": _number(looks.closing),
        "looks": pa.array([text or "yes" for text in looks.reason.tolist()], pa.string()),
        "probability": review.probability,
        "offset_east_m": review.offset[:, 0],
        "offset_north_m": review.offset[:, 1],
        "shift_east_m": _number(review.shift[:, 0]),
        "shift_north_m": _number(review.shift[:, 1]),
        "shift_score": _number(review.shift[:, 2]),
        "decision": pa.array([row.verdict if row else "" for row in decided], pa.string()),
        "reviewer": pa.array([row.reviewer if row else None for row in decided], pa.string()),
        "decided_at": pa.array([row.decided_at if row else None for row in decided], pa.string()),
        "a_attributes": attributes_json(first, p.a),
        "b_attributes": attributes_json(second, p.b),
        "geom": fixed_wkb(2, lines),
    }
    return pa.table(columns)


def attributes_json(craters: Craters, rows: NDArray[np.int64]) -> pa.Array:
    """Each row's columns as one JSON object."""
    texts: list[str] = []
    for start in range(0, len(rows), 20_000):
        part = craters.attributes.take(rows[start : start + 20_000]).to_pylist()
        texts += [json.dumps(row, ensure_ascii=False, default=str) for row in part]
    return pa.array(texts, pa.string())


def _clusters(review: Review) -> pa.Table:
    rows = review.clusters
    lon = np.array([row["lon"] for row in rows], np.float64)
    lat = np.array([row["lat"] for row in rows], np.float64)
    kinds = {
        "cluster_id": pa.int64(),
        "size": pa.int64(),
        "keeper_id": pa.string(),
        "keeper_catalogue": pa.string(),
        "keeper_row": pa.int64(),
        "members": pa.string(),
        "why": pa.string(),
        "lon": pa.float64(),
        "lat": pa.float64(),
        "diameter_m": pa.float64(),
        "probability": pa.float64(),
    }
    columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()}
    return pa.table({**columns, "geom": points(review.body, lon, lat)})


def _entries(body: Body, craters: Craters) -> tuple[pa.Table, list[list[str]]]:
    """The layer, and [name in the layer, name in the file] of the catalogue's own columns."""
    columns: dict[str, Any] = {
        "entry_row": np.arange(len(craters)),
        "crater_id": pa.array(craters.ids, pa.string()),
        "lon": craters.lon,
        "lat": craters.lat,
        "diameter_m": craters.diameter,
    }
    own = craters.attributes.column_names
    names = [list(pair) for pair in zip(layer_columns(own, ENTRY_COLUMNS), own, strict=True)]
    for position, (unique, _) in enumerate(names):
        columns[unique] = plain_column(craters.attributes.column(position))
    columns["geom"] = points(body, craters.lon, craters.lat)
    return pa.table(columns), names


def read_provenance(path: Path) -> dict[str, str]:
    """Key and value of a review file. Raises QueryError for another file."""
    return {
        str(key): value if isinstance(value, str) else str(value or "")
        for key, value in rows_of(path, "SELECT key, value FROM provenance")
    }


def read_body(facts: Mapping[str, str], path: Path) -> Body:
    """The body of a review's craters, of its provenance. Raises QueryError where it says none."""
    try:
        radii = read_json(facts["body_radii_m"])
        body = Body(facts["body"], float(radii[0]), float(radii[1]))
        if not all(0 < radius < 1e12 for radius in (body.a, body.b)):
            raise ValueError(radii)
        return body
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise QueryError(
            f"'{path.name}' does not say on which body its craters lie. Find the duplicates again; "
            "decisions are kept."
        ) from error


def read_selection(facts: dict[str, str]) -> Selection:
    """Which entries the search compared, of a review's provenance; all where it does not say."""
    try:
        return Selection.from_json(read_json(facts.get("selection") or "{}"))
    except ValueError as error:
        raise QueryError(
            f"The review does not say which entries were compared ({error}). Find the duplicates "
            "again; decisions are kept."
        ) from error


def read_decisions(path: Path) -> dict[tuple[str, str], Decided]:
    """The decisions in a review file, by (a_id, b_id). Raises QueryError for another file."""
    query = "SELECT a_id, b_id, decision, reviewer, decided_at FROM pairs WHERE decision <> ''"
    return {
        (a, b): Decided(read_verdict(word), reviewer, when)
        for a, b, word, reviewer, when in rows_of(path, query)
    }


def record_decisions(
    path: Path, decisions: Mapping[int, str], reviewer: str, at: datetime | None = None
) -> int:
    """Write decisions {pair_id: a Verdict} in one transaction; UNDECIDED takes one back.

    Returns how many pairs changed. Raises QueryError for another word or an unknown pair (nothing
    is written then), or where the file is locked.
    """
    time = (at or datetime.now(timezone.utc)).isoformat(timespec="seconds")
    rows: Sequence[tuple[Any, ...]] = [
        (str(read_verdict(word)), reviewer if word else None, time if word else None, pair)
        for pair, word in decisions.items()
    ]
    require(path)
    try:
        with contextlib.closing(connect(path, write=True)) as connection:
            connection.execute("BEGIN")
            changed = connection.executemany(
                "UPDATE pairs SET decision = ?, reviewer = ?, decided_at = ? WHERE pair_id = ?",
                rows,
            ).rowcount
            if changed != len(rows):
                connection.rollback()
                raise QueryError(
                    f"{path.name} lacks {len(rows) - changed} of the pairs to decide. Open the "
                    "review file again."
                )
            connection.commit()
    except sqlite3.Error as error:
        raise QueryError(
            f"The decisions could not be written to {path.name} ({error}). "
            "Check that no other program holds it."
        ) from error
    return changed


def require(path: Path) -> None:
    """Raise QueryError where there is no such file, or one with programs in it."""
    if not path.is_file():
        raise QueryError(f"There is no review file '{path}'. Check the path.")
    try:
        check_schema(path)
    except CraterBenchError as error:
        raise QueryError(
            f"'{path.name}' is not a review of duplicates ({error}) {_CHOOSE}"
        ) from error


def rows_of(path: Path, query: str) -> list[tuple[Any, ...]]:
    """All rows of a query on a review file. Raises QueryError for another file."""
    require(path)
    try:
        with contextlib.closing(connect(path)) as connection:
            return connection.execute(query).fetchall()
    except (sqlite3.Error, UnicodeError) as error:
        raise QueryError(
            f"'{path.name}' is not a review of duplicates ({error}). {_CHOOSE}"
        ) from error
