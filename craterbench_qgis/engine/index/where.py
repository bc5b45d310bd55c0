"""A filter such as ``diameter_m > 5e4 AND lat BETWEEN -30 AND 30``, as SQL over the craters.

The expression comes from a user or from the network of another program. SQLite itself enforces
what it may do: one SELECT, reading one table, pure functions, on a database opened read-only.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import CraterIndexError, QueryError
from .geopackage import LAYER, REWRITE, column_names, connect, unreadable

# The authorizer sees most of these, but SQLite plans some ``IN (SELECT ...)`` without telling it.
_QUERY = re.compile(r"\b(select|values|with)\b", re.IGNORECASE)

WHOLE, FRACTION, TEXT = "whole", "fraction", "text"
MAX_LENGTH = 10_000
MAX_SECONDS = 30.0
_STEPS = 20_000
# Pure, and none whose result can be much longer than its arguments.
_FUNCTIONS = (
    "abs acos asin atan atan2 ceil ceiling coalesce cos cosh date datetime degrees exp floor glob "
    "ifnull iif instr julianday length like ln log log10 log2 lower ltrim max min mod nullif pi "
    "pow power radians round rtrim sign sin sinh sqrt strftime substr substring tan tanh time "
    "trim trunc typeof upper"
)
_PIECES = re.compile(
    r"""'(?:[^']|'')*' | "(?P<name>(?:[^"]|"")*)" | `[^`]*` | \[[^\]]*\]
      | --[^\n]* | /\*.*?\*/ | (?P<bad>['"`;\x00]|/\*) | (?P<bracket>[()])""",
    re.VERBOSE | re.DOTALL,
)


def select_rows(
    root: Path,
    path: Path,
    expression: str,
    craters: int,
    columns: Mapping[str, str] | None = None,
) -> npt.NDArray[np.int64]:
    """The rows, ascending, of the craters for which ``expression`` is true.

    ``path``: the index's GeoPackage, its checksum already compared. ``columns``: names and kinds
    (:func:`column_kinds`) that the expression is to find instead of the file's own: one that the
    file lacks is null, a whole number becomes a fraction where that is its kind. Raises QueryError,
    listing the columns, when the expression cannot be used, and CraterIndexError for an unreadable
    file, or one that names rows from ``craters`` on.
    """
    try:
        connection = connect(path)
    except sqlite3.Error as error:
        raise unreadable(root, error) from error
    with contextlib.closing(connection):
        try:
            names = list(column_names(connection))
            if columns is not None:
                _show_as(connection, columns)
                names = list(columns)
        except (sqlite3.Error, UnicodeError) as error:
            raise unreadable(root, error) from error
        _check_shape(expression, names)
        until = time.monotonic() + MAX_SECONDS
        connection.set_authorizer(_Guard(columns is not None))
        connection.set_progress_handler(lambda: int(time.monotonic() > until), _STEPS)
        try:
            # The line break ends a trailing comment.
            answers = connection.execute(
                f"SELECT crater_row FROM {LAYER} WHERE (\n{expression}\n)"  # nosec B608 - _Guard lets it read only
            ).fetchall()
        except (sqlite3.Error, sqlite3.Warning, UnicodeError, OverflowError) as error:
            raise _refused(expression, str(error), names) from error
    if not all(type(row) is int and 0 <= row < craters for (row,) in answers):
        raise CraterIndexError(
            f"{root.name}: {path.name} names craters that do not exist. {REWRITE}"
        )
    rows = np.fromiter((row for (row,) in answers), np.int64, len(answers))
    rows.sort()
    return rows


def column_kinds(connection: sqlite3.Connection) -> dict[str, str]:
    """The columns a filter may name: "whole", "fraction" or "text" each. Raises sqlite3.Error."""
    declared = {row[1]: str(row[2]) for row in connection.execute(f"PRAGMA table_info({LAYER})")}
    return {name: _kind(declared[name]) for name in column_names(connection)}


def _kind(declared: str) -> str:
    if re.search("INT|BOOL", declared, re.IGNORECASE):
        return WHOLE
    return FRACTION if re.search("REAL|FLOA|DOUB", declared, re.IGNORECASE) else TEXT


def _show_as(connection: sqlite3.Connection, columns: Mapping[str, str]) -> None:
    """Put a view with ``columns`` before the layer, in memory only. Raises sqlite3.Error."""
    own = {name.lower(): kind for name, kind in column_kinds(connection).items()}
    shown = []
    for name, kind in columns.items():
        quoted = '"' + name.replace('"', '""') + '"'
        value = quoted if name.lower() in own else "NULL"
        if kind == FRACTION and own.get(name.lower()) == WHOLE:
            value = f"CAST({quoted} AS REAL)"
        shown.append(f"{value} AS {quoted}")
    select = f"SELECT {', '.join(shown)} FROM main.{LAYER}"  # nosec B608 - names are quoted
    connection.execute(f"CREATE TEMP VIEW {LAYER} AS {select}")


class _Guard:
    """SQLite's authorizer: allows one SELECT over the crater columns and pure functions."""

    def __init__(self, shown: bool = False) -> None:
        """``shown``: the craters are a view of our own, which brings a SELECT with it."""
        self._selects, self._shown = 0, shown
        self._functions = set(_FUNCTIONS.split())

    def __call__(
        self, action: int, first: str | None, second: str | None, _base: str | None, by: str | None
    ) -> int:
        if action == sqlite3.SQLITE_SELECT:
            self._selects += not (self._shown and by == LAYER)
            allowed = self._selects == 1  # no subquery, no UNION
        elif action == sqlite3.SQLITE_READ:
            allowed = first == LAYER
        elif action == sqlite3.SQLITE_FUNCTION:
            allowed = (second or "").lower() in self._functions
        else:
            allowed = False
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _check_shape(expression: str, names: list[str]) -> None:
    """Refuse what would reach outside the brackets around the expression, or mean something else.

    SQLite takes a "quoted name" that does not exist for text, so a typing error would silently
    select the wrong craters.
    """
    if not expression.strip():
        raise _refused(expression, "it is empty", names)
    if len(expression) > MAX_LENGTH:
        raise _refused(expression[:60] + " ...", f"it is longer than {MAX_LENGTH} letters", names)
    depth = 0
    known = {name.lower() for name in names}
    for piece in _PIECES.finditer(expression):
        if piece["bad"]:
            what = "it holds ';'" if piece["bad"] == ";" else f"a {piece['bad']} is not closed"
            raise _refused(expression, what, names)
        if piece["name"] is not None and piece["name"].replace('""', '"').lower() not in known:
            raise _refused(expression, f"there is no column {piece.group()}", names)
        if piece["bracket"]:
            depth += 1 if piece["bracket"] == "(" else -1
            if depth < 0:
                break
    if _QUERY.search(_PIECES.sub(" ", expression)):
        raise _refused(expression, "it holds a query of its own", names)
    if depth:
        raise _refused(expression, "its brackets do not match", names)


def _refused(expression: str, why: str, names: list[str]) -> QueryError:
    return QueryError(
        f"The filter '{expression.strip()}' cannot be used: {why}. Compare these columns with "
        f"numbers or 'text', joined by AND, OR, NOT: {', '.join(names)}."
    )
