"""Named kinds as tables: the craters of an index with their probability, and examples read back.

A table of another index, or another catalogue, says the same craters by their places.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from ...contract import names
from ...contract.kinds import EXAMPLE, NO, PROBABILITY, YES
from ...contract.records import Json
from ...contract.vocabulary import Outline
from ..catalogue import read_catalogue
from ..errors import CatalogueError, QueryError
from ..formats import SUFFIXES, write_chosen
from ..formats.staging import check_target
from ..index import CraterIndex
from ..index.places import crater_at
from .named import LearntKind

Examples = tuple[list[str], list[str]]
"""Ids of the craters of an index that are of the kind, and of those that are not."""
SAYS = (EXAMPLE, "label", "decision")
"""Columns that may say which are of the kind, the first that is there."""


def check_table(path: Path) -> Path:
    """``path``, where the craters of a kind can be written. Raises ExportError."""
    return check_target(path, SUFFIXES, "Craters of a kind")


def write_kind(
    index: CraterIndex,
    learnt: LearntKind,
    examples: Examples,
    path: Path,
    provenance: Json,
    overwrite: bool = True,
) -> list[Path]:
    """Write the craters that can be described to a layer or a table, the likeliest first, each with
    ``probability`` and, of examples, ``example``: accepted or rejected. Raises ExportError."""
    target = check_table(path)
    order = learnt.order()
    records = index.crater_records(learnt.rows[order])
    said = dict.fromkeys(examples[0], YES[0]) | dict.fromkeys(examples[1], NO[0])
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

    A table with places says the craters by them, one of ``crater_id`` and ``label`` alone by ids.
    Where no column says which are of the kind, all are.
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
    yes: list[str] = []
    no: list[str] = []
    for number in np.flatnonzero(judged).tolist():
        place = craters.lon[number], craters.lat[number], craters.diameter[number]
        row = crater_at(index, *map(float, place))
        if row is not None:
            (yes if words[number] in YES else no).extend(index.craters.ids([row]))
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
