"""What a Shapefile cannot hold, and how the table is bent to it.

DBF allows ten characters per field name, 254 bytes per text, 255 fields, and has no reliable null
for numbers (GIS programs read 0, an empty value or stars). Each change is written down in the
sidecar ``NAME.shp.fields.csv``.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import ExportError
from ..files.formulas import guarded

SHORT_NAMES = {
    "rank": "rank",
    "crater_id": "crater_id",
    "lon": "lon",
    "lat": "lat",
    "diameter_m": "diam_m",
    "score": "score",
    "shortlist_score": "sl_score",
    "view": "view",
    "distance_m": "dist_m",
    "bearing_deg": "bearing",
    "expected_by_chance": "by_chance",
}
NAME_LENGTH = 10
TEXT_BYTES = 254
MAX_FIELDS = 255
_LARGEST_WHOLE = 10**17  # with its sign this fills DBF's 18 places
_LARGEST = 1e15  # DBF's 24 places are shared with 15 decimals; larger ones lose digits


@dataclass(frozen=True)
class Field:
    """One row of the sidecar: a DBF field and what it was."""

    field: str
    name: str
    type: str
    null_as: str
    note: str


def short_names(names: Sequence[str]) -> list[str]:
    """DBF names, in order: the fixed ones of the core fields, the rest shortened.

    Accents are dropped, other characters become ``_``, ten are kept; where that name is taken
    (without regard to case) its end gives way to ``_1``, ``_2``, ... The result depends on the
    order of the names alone.
    """
    taken = {short for name, short in SHORT_NAMES.items() if name in names}
    shorts = []
    for name in names:
        short = SHORT_NAMES.get(name)
        if short is None:
            ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
            plain = re.sub(r"\W+", "_", ascii_only).strip("_") or "field"
            plain = plain if plain[0].isalpha() else f"f_{plain}"
            short, number = plain[:NAME_LENGTH].rstrip("_"), 0
            while short.casefold() in taken:
                number += 1
                end = f"_{number}"
                short = plain[: NAME_LENGTH - len(end)].rstrip("_") + end
            taken.add(short.casefold())
        shorts.append(short)
    return shorts


def fit_table(table: pa.Table) -> tuple[pa.Table, list[Field]]:
    """``table`` (without geometry) in types and names a DBF file holds, and the sidecar's rows.

    Raises ExportError for more than 255 fields.
    """
    if table.num_columns > MAX_FIELDS:
        raise ExportError(
            f"A Shapefile holds {MAX_FIELDS} fields, but the matches have {table.num_columns}. "
            "Export to GeoPackage (.gpkg) instead."
        )
    fields, columns = [], []
    for name, short in zip(table.column_names, short_names(table.column_names), strict=True):
        column, null_as, note = _fit(table[name].combine_chunks())
        columns.append(column)
        fields.append(Field(short, name, str(table[name].type), null_as, note))
    return pa.table(columns, names=[f.field for f in fields]), fields


def write_fields(path: Path, fields: Sequence[Field]) -> None:
    """The sidecar: field, name, type, null_as, note."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["field", "name", "type", "null_as", "note"])
        for f in fields:
            cells = (f.field, f.name, f.type, f.null_as, f.note)
            writer.writerow([guarded(cell) for cell in cells])


def cut_text(text: str, limit: int = TEXT_BYTES) -> str:
    """The longest start of ``text``, in whole characters, of at most ``limit`` bytes of UTF-8."""
    return text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")


def _fit(column: pa.Array) -> tuple[pa.Array, str, str]:
    """A column as DBF holds it, what stands for null, and what was changed."""
    kind = column.type
    if pa.types.is_boolean(kind):
        filled, null_as, note = _fit(column.cast(pa.int32()))
        return filled, null_as, "1 true, 0 false"
    if pa.types.is_integer(kind):
        largest = max((abs(v) for v in column.to_pylist() if v is not None), default=0)
        if largest >= _LARGEST_WHOLE:
            return column.cast(pa.string()).fill_null(""), "empty", "as text: too large a number"
        return (*_filled(column), "")
    if pa.types.is_floating(kind):
        if max((abs(v) for v in column.to_pylist() if v is not None), default=0) >= _LARGEST:
            return column.cast(pa.string()).fill_null(""), "empty", "as text: too large a number"
        return (*_filled(column), "")
    if pa.types.is_date(kind):
        return column, "empty", ""
    note = "ISO 8601" if pa.types.is_timestamp(kind) else ""
    texts = [
        "" if v is None else v if isinstance(v, str) else v.isoformat() for v in column.to_pylist()
    ]
    cut = [cut_text(text) for text in texts]
    count = sum(a != b for a, b in zip(texts, cut, strict=True))
    if count:
        note = f"{count} of {len(cut)} texts cut to {TEXT_BYTES} bytes"
    return pa.array(cut, pa.string()), "empty", note


def _filled(column: pa.Array) -> tuple[pa.Array, str]:
    """Numbers without nulls; the fill is -9999, or with more nines where that is a real value."""
    if column.null_count == 0:
        return column, ""
    present = set(column.drop_null().to_pylist())
    fill = -9999
    while fill in present:
        fill = fill * 10 - 9
    return pc.fill_null(column, pa.scalar(fill, column.type)), str(fill)
