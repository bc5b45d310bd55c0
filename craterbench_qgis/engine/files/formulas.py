"""Cells of CSV files that a spreadsheet would run as a formula, and back.

A text that begins with ``= @ + -``, a tab or a carriage return is written with an apostrophe
before it, which spreadsheets take for "this is text"; read again, one apostrophe is taken away.
Plain numbers stay as they are.
"""

from __future__ import annotations

import re
from typing import Any

_FORMULA = re.compile(r"'*[=@+\-\t\r]")
_GUARDED = re.compile(r"''*[=@+\-\t\r]")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def guarded(value: Any) -> Any:
    """A cell as it may be written."""
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return "'" + value
    return value


def unguarded(value: str) -> str:
    """A cell as it was before :func:`guarded`."""
    return value[1:] if _GUARDED.match(value) else value


def guarded_table(table: Any) -> Any:
    """A pyarrow table whose names and texts may be written to a CSV file."""
    return _changed(table, guarded).rename_columns([guarded(name) for name in table.column_names])


def unguarded_table(table: Any) -> Any:
    """The other way, for the cells."""
    return _changed(table, unguarded)


def _changed(table: Any, change: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    for number, column in enumerate(table.columns):
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            continue
        suspect = pc.match_substring_regex(column, "^'*[=@+\\-\t\r]")
        if pc.any(suspect).as_py():
            values = [None if value is None else change(value) for value in column.to_pylist()]
            field = pa.field(table.column_names[number], column.type)
            table = table.set_column(number, field, pa.chunked_array([values], column.type))
    return table
