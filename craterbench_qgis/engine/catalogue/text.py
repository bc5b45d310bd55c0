"""Delimited text (CSV, TSV, blanks, VizieR, exports with a preamble) -> a pyarrow table."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...contract.columns import parse_name, unit_word
from ...contract.names import Refused, check_bytes, check_regular
from ..errors import CatalogueError
from ..files.formulas import unguarded, unguarded_table
from ..files.vectors import check_columns
from .columns import ColumnChoice
from .craters import Rejected
from .places import Place

HEAD_BYTES = 1 << 18
PREAMBLE_LINES = 100
DELIMITERS = (",", "\t", ";", "|")
BLANKS = " "
"""Stands for runs of blanks as the delimiter."""

Finder = Callable[[list[str], dict[str, str]], ColumnChoice]
# VizieR rules off its header; Markdown and databases' consoles draw lines.
_RULER = re.compile(r"[\s|+;,:=-]*-{2,}[\s|+;,:=-]*")
_NUMBER = re.compile(r"[+-−–]?[\d.,]*\d[\d.,]*([eE][+-]?\d+)?\s*°?\s*[NSEWnsew]?")


@dataclass
class TextTable:
    """A table read from text: ``rows`` are the 1-based data rows of the table's rows, ``broken``
    those that could not be split into the columns, ``sample`` the first values of the diameter's
    column as they are written."""

    table: Any
    choice: ColumnChoice
    rows: Any
    broken: list[Rejected] = field(default_factory=list)
    sample: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Layout:
    encoding: str
    delimiter: str
    first_row: int  # lines before the data
    names: list[str]
    choice: ColumnChoice
    rulers: bool
    sample: list[str]


def read_text(place: Place, find: Finder) -> TextTable:
    """Read a table; ``find(names, units)`` chooses the columns.

    The header is the first line (of the first 100) in which ``find`` recognises the columns, with
    whichever delimiter; a row of units and a ruler below it belong to it. Raises
    :class:`CatalogueError` for an empty or binary file, a missing column, and text that cannot be
    split into a table.
    """
    layout = _find_layout(place, _head(place), find)
    table, broken = _parse(place, layout)
    import pyarrow as pa

    total = table.num_rows + len(broken)
    rows = np.setdiff1d(np.arange(1, total + 1, dtype=np.int64), [r.row for r in broken])
    fields = [
        pa.field(f.name, pa.string() if pa.types.is_null(f.type) else f.type) for f in table.schema
    ]
    table = unguarded_table(table.cast(pa.schema(fields)))
    return TextTable(table, layout.choice, rows, broken, layout.sample)


def _head(place: Place) -> bytes:
    try:
        check_regular(place.file)
        check_bytes(place.file)
    except Refused as error:
        raise CatalogueError(f"The catalogue '{place}' cannot be read. {error}") from error
    with place.open() as stream:
        head = stream.read(HEAD_BYTES)
    if not head.strip():
        raise CatalogueError(f"The catalogue '{place}' is empty. Choose another file.")
    return head


def _encoding(place: Place, head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        raise CatalogueError(
            f"The catalogue '{place}' is not a text table. Use CSV, TSV, Shapefile, GeoPackage, "
            "GeoJSON or FlatGeobuf, with the right file extension."
        )
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head)  # not final: the block may end inside a character
    except UnicodeDecodeError:
        return _western(head)
    return "utf-8"


def _western(data: bytes) -> str:
    """Windows-1252, which has quotes and dashes where Latin-1 has control characters."""
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _find_layout(place: Place, head: bytes, find: Finder) -> _Layout:
    encoding = _encoding(place, head)
    text = head.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="ignore")
    lines = text.splitlines()
    if not lines:  # nothing but the mark of an encoding
        raise CatalogueError(f"The catalogue '{place}' is empty. Choose another file.")
    for number, line in enumerate(lines[:PREAMBLE_LINES]):
        for delimiter in DELIMITERS:
            if delimiter in line:
                layout = _layout(lines, number, delimiter, encoding, find)
                if layout is not None:
                    return layout
        layout = _layout(lines, number, BLANKS, encoding, find)
        if layout is not None and _fits_blanks(lines, number, layout):
            return layout
    # No line will do: say what the most likely header lacks.
    number = next((i for i, line in enumerate(lines[:PREAMBLE_LINES]) if line.strip()), 0)
    delimiter = max(DELIMITERS, key=lambda d: len(_fields(lines[number], d)))
    try:
        find(_names(lines[number], delimiter), {})
    except CatalogueError as error:
        raise CatalogueError(f"The catalogue '{place}' cannot be used. {error}") from error
    raise CatalogueError(
        f"The catalogue '{place}' has a single column. Separate columns by comma, tab or semicolon."
    )


def _layout(
    lines: list[str], number: int, delimiter: str, encoding: str, find: Finder
) -> _Layout | None:
    """The layout if this line is the header; None where the columns are not in it."""
    names = _names(lines[number], delimiter)
    first, rulers = number + 1, False
    units: dict[str, str] = {}
    for line in lines[number + 1 : number + 4]:
        if _RULER.fullmatch(line):
            rulers = True
        elif not units and (stated := _units(names, _fields(line, delimiter))):
            units = stated
        else:
            break
        first += 1
    try:
        choice = find(names, units)
    except CatalogueError:
        return None
    size = names.index(choice.diameter)
    cells = [_fields(line, delimiter) for line in lines[first : first + 2000] if line.strip()]
    sample = [row[size] for row in cells if len(row) > size]
    return _Layout(encoding, delimiter, first, names, choice, rulers, sample)


def _units(names: list[str], cells: list[str]) -> dict[str, str]:
    """The units below the header: column -> its name with the unit; {} where it is no such row."""
    cells = [cell.strip() for cell in cells]
    if len(cells) < 2 or len(cells) > len(names) or any(map(_NUMBER.fullmatch, cells)):
        return {}
    units: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        bare = cell.strip("[]()")
        spoken = f"{name} ({bare})"
        if bare and (unit_word(bare) or parse_name(spoken).direction):
            units[name] = spoken
    return units


def _fits_blanks(lines: list[str], number: int, layout: _Layout) -> bool:
    """Whether the lines below a line of words are a table of it, not the text it stands in."""
    rows = [_fields(line, BLANKS) for line in lines[layout.first_row :] if line.strip()][:20]
    rows = rows[:-1] if len(rows) > 1 else rows  # the block may end inside a line
    at = [layout.names.index(name) for name in (layout.choice.lon, layout.choice.lat)]

    def is_row(cells: list[str]) -> bool:
        return len(cells) >= len(layout.names) and all(_NUMBER.fullmatch(cells[i]) for i in at)

    return sum(map(is_row, rows)) * 2 > len(rows)


def _fields(line: str, delimiter: str) -> list[str]:
    if delimiter == BLANKS:
        # Two blanks and more part the columns where there are such; a single one is in a name.
        wide = re.split(r"\s{2,}|\t", line.strip())
        fields = wide if len(wide) > 3 else _quoted_blanks(line)
    else:
        try:
            fields = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error as error:
            raise CatalogueError(f"A line cannot be split into columns ({error}).") from error
    check_columns("The table", len(fields))
    return fields


def _quoted_blanks(line: str) -> list[str]:
    return [a or b for a, b in re.findall(r'"([^"]*)"|(\S+)', line)]


def _names(line: str, delimiter: str) -> list[str]:
    """Header names, trimmed, made unique; a nameless column (an exported index) gets a number."""
    fields = _fields(line, delimiter)
    if delimiter == BLANKS and fields and fields[0] in ("#", "%"):
        fields = fields[1:]
    names: list[str] = []
    taken: set[str] = set()
    for position, name in enumerate(fields, start=1):
        base = unguarded(name.strip()).lstrip("#").strip() or f"column_{position}"
        unique, k = base, 2
        while unique in taken:
            unique, k = f"{base}_{k}", k + 1
        names.append(unique)
        taken.add(unique)
    return names


def _parse(place: Place, layout: _Layout) -> tuple[Any, list[Rejected]]:
    """The table, and the rows whose number of fields is wrong."""
    import pyarrow as pa

    try:
        if layout.delimiter == BLANKS or layout.rulers:
            return _parse_lines(place, layout)
        table, broken, ragged = _parse_as(place, layout, layout.encoding)
        if ragged:
            return _parse_lines(place, layout)
        if any(pa.types.is_binary(kind) for kind in table.schema.types):
            raise UnicodeError("not UTF-8 beyond the first block")
    except (pa.ArrowInvalid, UnicodeError, OSError, csv.Error) as error:
        if layout.encoding in ("utf-8", "cp1252") and _is_about_letters(error):
            with place.open() as stream:
                weaker = _western(stream.read()) if layout.encoding == "utf-8" else "latin-1"
            return _parse(place, replace(layout, encoding=weaker))
        raise CatalogueError(
            f"The catalogue '{place}' cannot be read as a table ({error}). "
            "Check its quotes and delimiters, or export it again as CSV."
        ) from error
    return table, broken


def _is_about_letters(error: Exception) -> bool:
    return isinstance(error, UnicodeError) or "utf" in str(error).lower()


def _parse_as(
    place: Place, layout: _Layout, encoding: str, data: bytes | None = None
) -> tuple[Any, list[Rejected], bool]:
    """The table, the broken rows, and whether some of those could be mended."""
    import pyarrow as pa
    from pyarrow import csv as pa_csv

    skip = layout.first_row if data is None else 0
    broken: list[Rejected] = []
    ragged = False
    needed = _needed(layout)

    def on_broken(row: Any) -> str:
        # Only the single-threaded reader knows the number.
        nonlocal ragged
        reason = f"has {row.actual_columns} fields instead of {row.expected_columns}"
        broken.append(Rejected(0 if row.number is None else row.number - skip, reason))
        text = str(row.text or "").rstrip("\r\n ")
        more = row.actual_columns > row.expected_columns
        ragged = ragged or (
            text.endswith(layout.delimiter) if more else row.actual_columns > needed
        )
        return "skip"

    id_column = layout.choice.id
    convert = pa_csv.ConvertOptions(column_types={id_column: pa.string()} if id_column else {})
    parse = pa_csv.ParseOptions(
        delimiter="," if data is not None else layout.delimiter,
        newlines_in_values=True,
        invalid_row_handler=on_broken,
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
        source = io.BytesIO(data) if data is not None else place.file
        table = pa_csv.read_csv(
            source, read_options=read, parse_options=parse, convert_options=convert
        )
        if not broken or ragged:
            break
    return table, broken, ragged


def _needed(layout: _Layout) -> int:
    """The last column without which a row says nothing."""
    choice = layout.choice
    wanted = (choice.lon, choice.lat, choice.diameter, choice.id)
    return max(layout.names.index(name) for name in wanted if name in layout.names)


def _parse_lines(place: Place, layout: _Layout) -> tuple[Any, list[Rejected]]:
    """The slow way: each row mended where it may be, then parsed like any other."""
    width, needed = len(layout.names), _needed(layout)
    out, broken, number = io.StringIO(), [], 0
    writer = csv.writer(out, lineterminator="\n")
    for cells in _rows_of(place, layout):
        if not any(cells) or _RULER.fullmatch("".join(cells) or "x"):
            continue
        number += 1
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            cells = cells[:width]
        if needed < len(cells) < width:
            cells = [*cells, *[""] * (width - len(cells))]
        if len(cells) != width:
            broken.append(Rejected(number, f"has {len(cells)} fields instead of {width}"))
            continue
        writer.writerow(cells)
    if number == len(broken):
        import pyarrow as pa

        return pa.table({name: pa.array([], pa.string()) for name in layout.names}), broken
    table, _, _ = _parse_as(place, layout, "utf-8", out.getvalue().encode())
    return table, broken


def _rows_of(place: Place, layout: _Layout) -> Iterator[list[str]]:
    encoding = "utf-8-sig" if layout.encoding == "utf-8" else layout.encoding
    with place.open() as stream:
        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        for _ in range(layout.first_row):
            text.readline()
        if layout.delimiter == BLANKS:
            for line in text:
                yield _fields(line, BLANKS) if line.strip() else []
        else:
            yield from csv.reader(text, delimiter=layout.delimiter)
