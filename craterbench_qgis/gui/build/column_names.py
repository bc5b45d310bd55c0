"""The column names of a table the engine could not make sense of by itself."""

from __future__ import annotations

import csv
from pathlib import Path

from qgis.core import QgsVectorLayer

_TEXT = {".csv", ".tsv", ".tab", ".txt", ".dat"}
_HEAD_BYTES = 65_536
_DELIMITERS = ",;\t|"


def names_in_file(path: str) -> list[str]:
    """Names in the header of a text table, or the fields of a vector file; [] if unreadable."""
    if Path(path).suffix.lower() in _TEXT:
        return _names_in_text(path)
    layer = QgsVectorLayer(path, "catalogue", "ogr")
    return [field.name() for field in layer.fields()] if layer.isValid() else []


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
    names = next(csv.reader([lines[0]], delimiter=delimiter), [])
    return list(dict.fromkeys(name.strip() for name in names if name.strip()))
