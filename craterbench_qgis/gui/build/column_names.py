"""The column names of a table the engine could not make sense of by itself."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from pathlib import Path

from qgis.core import QgsVectorLayer

from ...contract import names
from ...contract.databases import sqlite_uri

_TEXT = {".csv", ".tsv", ".tab", ".txt", ".dat"}
_HEAD_BYTES = 65_536
_DELIMITERS = ",;\t|"


def names_in_file(path: str) -> list[str]:
    """Names in the header of a text table, or the fields of a vector file; [] if unreadable."""
    if Path(path).suffix.lower() in _TEXT:
        return _names_in_text(path)
    try:
        kind = names.vector_kind(Path(path))
    except (OSError, names.Refused):
        return []
    if kind == "geopackage":
        return _names_in_database(path)
    if kind in {"", "empty", "zip"}:  # what the engine does not read, GDAL here does not either
        return []
    layer = QgsVectorLayer(path, "catalogue", "ogr")
    return [field.name() for field in layer.fields()] if layer.isValid() else []


def _names_in_database(path: str) -> list[str]:
    """The columns of the first table, which runs nothing that is stored in the file."""
    try:
        uri = sqlite_uri(Path(path), "mode=ro&immutable=1")
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            query = "SELECT table_name FROM gpkg_contents ORDER BY rowid LIMIT 1"
            (table,) = connection.execute(query).fetchone() or ("",)
            rows = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    except sqlite3.Error:
        return []
    return [str(name) for (name,) in rows]


def _names_in_text(path: str) -> list[str]:
    try:
        with Path(path).open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError:
        return []
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    lines = [line for line in head.decode(encoding, errors="replace").splitlines() if line.strip()]
    if not lines:
        return []
    delimiter = max(_DELIMITERS, key=lines[0].count)
    header = next(csv.reader([lines[0]], delimiter=delimiter), [])
    return list(dict.fromkeys(name.strip() for name in header if name.strip()))
