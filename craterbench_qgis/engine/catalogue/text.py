"""Delimited text (CSV, TSV, exports with a preamble) -> a pyarrow table, its data rows counted."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...names import Refused, check_bytes, check_regular
from ..errors import CatalogueError
from ..files.formulas import unguarded, unguarded_table
from ..files.vectors import check_columns
from .columns import ColumnChoice
from .craters import Rejected

HEAD_BYTES = 1 << 18
PREAMBLE_LINES = 100
DELIMITERS = (",", "\t", ";", "|")

Finder = Callable[[list[str]], ColumnChoice]


@dataclass
class TextTable:
    """A table read from text: ``rows`` are the 1-based data rows of the table's rows, ``broken``
    those with a wrong number of fields."""

    table: Any
    choice: ColumnChoice
    rows: Any
    broken: list[Rejected] = field(default_factory=list)


@dataclass(frozen=True)
class _Layout:
    encoding: str
    delimiter: str
    header_line: int
    names: list[str]
    choice: ColumnChoice
    decimal: str


def read_text(path: Path, find: Finder) -> TextTable:
    """Read ``path``; ``find`` chooses the columns among the header's names.

    The header is the first line (of the first 100) in which ``find`` recognises the columns, with
    whichever delimiter. Raises :class:`CatalogueError` for an empty or binary file, a missing
    column, and text that cannot be split into a table.
    """
    layout = _find_layout(path, _head(path), find)
    table, broken = _parse(path, layout)
    import numpy as np
    import pyarrow as pa

    total = table.num_rows + len(broken)
    rows = np.setdiff1d(np.arange(1, total + 1, dtype=np.int64), [r.row for r in broken])
    fields = [
        pa.field(f.name, pa.string() if pa.types.is_null(f.type) else f.type) for f in table.schema
    ]
    return TextTable(unguarded_table(table.cast(pa.schema(fields))), layout.choice, rows, broken)


def _head(path: Path) -> bytes:
    try:
        check_regular(path)
        check_bytes(path)
    except Refused as error:
        raise CatalogueError(f"The catalogue '{path}' cannot be read. {error}") from error
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head.strip():
        raise CatalogueError(f"The catalogue '{path}' is empty. Choose another file.")
    return head


def _encoding(path: Path, head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        raise CatalogueError(
            f"The catalogue '{path}' is not a text table. Use CSV, TSV, Shapefile, GeoPackage, "
            "GeoJSON or FlatGeobuf, with the right file extension."
        )
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head)  # not final: the block may end inside a character
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _find_layout(path: Path, head: bytes, find: Finder) -> _Layout:
    encoding = _encoding(path, head)
    text = head.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="ignore")
    lines = text.splitlines()[: PREAMBLE_LINES + 1]
    for number, line in enumerate(lines[:PREAMBLE_LINES]):
        for delimiter in DELIMITERS:
            if delimiter in line:
                names = _names(line, delimiter)
                try:
                    choice = find(names)
                except CatalogueError:
                    continue
                sample = lines[number + 1 : number + 20]
                decimal = _decimal(sample, delimiter)
                return _Layout(encoding, delimiter, number, names, choice, decimal)
    # No line will do: say what the most likely header lacks.
    number = next((i for i, line in enumerate(lines) if line.strip()), 0)
    delimiter = max(DELIMITERS, key=lambda d: len(_fields(lines[number], d)))
    try:
        find(_names(lines[number], delimiter))
    except CatalogueError as error:
        raise CatalogueError(f"The catalogue '{path}' cannot be used. {error}") from error
    raise CatalogueError(
        f"The catalogue '{path}' has a single column. Separate columns by comma, tab or semicolon."
    )


def _fields(line: str, delimiter: str) -> list[str]:
    try:
        fields = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error as error:
        raise CatalogueError(f"A line cannot be split into columns ({error}).") from error
    check_columns("The table", len(fields))
    return fields


def _names(line: str, delimiter: str) -> list[str]:
    """Header names, trimmed, made unique; a nameless column (an exported index) gets a number."""
    names: list[str] = []
    taken: set[str] = set()
    for position, name in enumerate(_fields(line, delimiter), start=1):
        base = unguarded(name.strip()) or f"column_{position}"
        unique, k = base, 2
        while unique in taken:
            unique, k = f"{base}_{k}", k + 1
        names.append(unique)
        taken.add(unique)
    return names


def _decimal(sample: list[str], delimiter: str) -> str:
    """A comma where the numbers of a non-comma table are written with one, else a point."""
    if delimiter == ",":
        return "."
    fields = [f.strip() for line in sample for f in _fields(line, delimiter)]
    commas = sum(bool(re.fullmatch(r"[+-]?\d+,\d+", f)) for f in fields)
    points = sum(bool(re.fullmatch(r"[+-]?\d+\.\d+", f)) for f in fields)
    return "," if commas > points else "."


def _parse(path: Path, layout: _Layout) -> tuple[Any, list[Rejected]]:
    """The table, and the rows whose number of fields is wrong."""
    import pyarrow as pa

    try:
        table, broken = _parse_as(path, layout, layout.encoding)
        if any(pa.types.is_binary(kind) for kind in table.schema.types):
            raise UnicodeError("not UTF-8 beyond the first block")
    except (pa.ArrowInvalid, UnicodeError, OSError) as error:
        if layout.encoding == "utf-8" and "utf" in str(error).lower():
            return _parse(path, replace(layout, encoding="latin-1"))
        raise CatalogueError(
            f"The catalogue '{path}' cannot be read as a table ({error}). "
            "Check its quotes and delimiters, or export it again as CSV."
        ) from error
    return table, broken


def _parse_as(path: Path, layout: _Layout, encoding: str) -> tuple[Any, list[Rejected]]:
    import pyarrow as pa
    from pyarrow import csv as pa_csv

    skip = layout.header_line + 1
    broken: list[Rejected] = []

    def on_broken(row: Any) -> str:
        # Only the single-threaded reader knows the number.
        reason = f"has {row.actual_columns} fields instead of {row.expected_columns}"
        broken.append(Rejected(0 if row.number is None else row.number - skip, reason))
        return "skip"

    id_column = layout.choice.id
    convert = pa_csv.ConvertOptions(
        column_types={id_column: pa.string()} if id_column else {}, decimal_point=layout.decimal
    )
    parse = pa_csv.ParseOptions(
        delimiter=layout.delimiter, newlines_in_values=True, invalid_row_handler=on_broken
    )
    for threads in (True, False):
        broken.clear()
        read = pa_csv.ReadOptions(
            skip_rows=skip,
            column_names=layout.names,
            use_threads=threads,
            encoding=encoding,
            block_size=1 << 22,
        )
        table = pa_csv.read_csv(
            path, read_options=read, parse_options=parse, convert_options=convert
        )
        if not broken:
            break
    return table, broken
