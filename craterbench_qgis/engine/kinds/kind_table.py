"""Named kinds as tables: the craters of an index with their probability, and examples read back.

A table of another index, or another catalogue, says the same craters by their places.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...contract import names
from ...contract.kinds import NO, YES
from ...contract.records import Json
from ...contract.vocabulary import Outline
from ..bodies import great_circle_distance
from ..catalogue import Craters, read_catalogue
from ..errors import CatalogueError, QueryError
from ..formats import SUFFIXES, write_chosen
from ..formats.staging import check_target
from ..index import CraterIndex
from .named import LearntKind

Examples = tuple[list[str], list[str]]
"""Ids of the craters of an index that are of the kind, and of those that are not."""
EXAMPLE, PROBABILITY = "example", "probability"
SAYS = (EXAMPLE, "label", "decision")
"""Columns that may say which are of the kind, the first that is there."""
SAME_PLACE, SAME_SIZE = 0.25, 1.4
"""Centres at most so many diameters apart and diameters at most this ratio: the same crater."""


def write_kind(
    index: CraterIndex,
    learnt: LearntKind,
    examples: Examples,
    path: Path,
    provenance: Json,
    overwrite: bool = True,
) -> list[Path]:
    """Write the craters that can be described to a layer or a table, the likeliest first, each with
    ``probability`` and, of examples, ``example``: yes or no. Raises ExportError."""
    target = check_target(path, SUFFIXES, "Craters of a kind")
    order = learnt.order()
    records = index.crater_records(learnt.rows[order])
    said = dict.fromkeys(examples[0], YES[1]) | dict.fromkeys(examples[1], NO[1])
    for record, probability in zip(records, learnt.probability[order].tolist(), strict=True):
        own = {PROBABILITY: round(probability, 4), EXAMPLE: said.get(record["crater_id"])}
        record["attributes"] = own | {
            name: value for name, value in record["attributes"].items() if name not in own
        }
    return write_chosen(
        target,
        records,
        body=index.settings.body,
        provenance=provenance,
        overwrite=overwrite,
        geometry=Outline.POINT,
    )


def read_examples(index: CraterIndex, path: Path) -> Examples:
    """The examples in a table: those of its craters that the index has.

    A table with places says the craters by them, and by ids where the place is the same; one of
    ``crater_id`` and ``label`` alone by ids. Where no column says which are of the kind, all are.
    Raises QueryError, CatalogueError.
    """
    listed = _plain_list(path)
    if listed is not None:
        return listed
    craters = read_catalogue(path, mosaic_body=index.settings.body)
    columns = {name.lower(): name for name in craters.attributes.column_names}
    column = next((columns[name] for name in SAYS if name in columns), None)
    words = [YES[0]] * len(craters)
    if column is not None:
        words = [str(value).strip().lower() for value in craters.attributes[column].to_pylist()]
    judged = np.array([word in (*YES, *NO) for word in words], bool)
    rows = np.full(len(craters), -1)
    rows[judged] = _same_craters(index, craters.take(judged))
    ids = index.craters.ids(rows[rows >= 0])
    same = dict(zip(np.flatnonzero(rows >= 0).tolist(), ids, strict=True))
    yes = [crater_id for row, crater_id in same.items() if words[row] in YES]
    no = [crater_id for row, crater_id in same.items() if words[row] in NO]
    if not yes:
        raise QueryError(
            f"{path.name} has no example of a kind in this index: none of its {int(judged.sum())} "
            "judged craters is among those of the index. Choose the table of another kind, or "
            "another index."
        )
    return yes, no


def _plain_list(path: Path) -> Examples | None:
    """Of a table of ids and labels without places; None for any other."""
    if path.suffix.lower() != ".csv":
        return None
    try:
        names.check_regular(path)
        names.check_bytes(path)
    except names.Refused:
        return None  # the catalogue's reader says so
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            if not {"crater_id", "label"} <= set(table.fieldnames or ()):
                return None
            if {"lon", "lat"} <= set(table.fieldnames or ()):
                return None
            rows = [(str(row["crater_id"]), str(row["label"]).strip().lower()) for row in table]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CatalogueError(
            f"{path.name} is no table of examples ({error}). It needs the columns crater_id and "
            "label (yes or no)."
        ) from error
    yes = [crater_id for crater_id, label in rows if label in YES]
    return yes, [crater_id for crater_id, label in rows if label in NO]


def _same_craters(index: CraterIndex, craters: Craters) -> NDArray[np.int64]:
    """The row of each of ``craters`` in the index, -1 where it has none of that place and size."""
    from scipy.spatial import cKDTree

    body, store = index.settings.body, index.craters
    present = np.setdiff1d(np.arange(store.rows), index.removed)
    tree = cKDTree(_points(store.lon[present], store.lat[present]))
    chord = 2.0 * np.sin(np.minimum(SAME_PLACE * craters.diameter / body.mean_radius, 3.0) / 2.0)
    near = tree.query_ball_point(_points(craters.lon, craters.lat), chord * 1.01 + 1e-12)
    rows = np.full(len(craters), -1)
    for number, places in enumerate(near):
        candidates = present[np.asarray(places, np.int64)]
        ratio = store.diameter_m[candidates] / craters.diameter[number]
        candidates = candidates[(ratio < SAME_SIZE) & (ratio > 1.0 / SAME_SIZE)]
        if candidates.size:
            rows[number] = _best(index, candidates, craters, number)
    return rows


def _best(index: CraterIndex, candidates: NDArray[np.int64], craters: Craters, number: int) -> int:
    """The one of that id, else the nearest."""
    store, body = index.craters, index.settings.body
    ids: Sequence[str] = store.ids(candidates)
    if craters.ids[number] in ids:
        return int(candidates[list(ids).index(craters.ids[number])])
    place = float(craters.lon[number]), float(craters.lat[number])
    away = great_circle_distance(body, *place, store.lon[candidates], store.lat[candidates])
    return int(candidates[int(np.argmin(away))])


def _points(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Directions [n, 3] on the unit sphere."""
    east, north = np.radians(lon), np.radians(lat)
    flat = np.cos(north)
    return np.stack([flat * np.cos(east), flat * np.sin(east), np.sin(north)], axis=1)
