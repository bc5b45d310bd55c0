"""SQLite files (GeoPackages, reviews) from strangers: what is stored in one may be a program.

Triggers, views, generated columns, virtual tables and indexes on expressions run when a file is
read or changed. Shared by the engine and by QGIS's side; standard library only.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from pathlib import Path, PurePath
from urllib.parse import quote

MAX_ENTRIES = 2000
MAX_TEXT = 4 << 20
SECONDS = 60.0
_STEPS = 1_000_000
_QUOTED = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/", re.DOTALL
)
# A plain choice of columns: no call, no nested query, no common table expression.
_PLAIN_VIEW = re.compile(
    r"CREATE\s+(?:TEMP\w*\s+)?VIEW\s+[^()]*?(?:\([^()]*\)\s*)?AS\s+SELECT\b[^()]*", re.IGNORECASE
)
_GENERATED = re.compile(r"\bGENERATED\s+ALWAYS\b|\bAS\s*\(", re.IGNORECASE)
_RTREE = re.compile(r"CREATE\s+VIRTUAL\s+TABLE\s+\S+\s+USING\s+rtree\w*\s*\(", re.IGNORECASE)
_QUERY = re.compile(r"\bWITH\b|\bSELECT\b(?!\s+RAISE\b)|\bREPLACE\s*\(", re.IGNORECASE)
_CALL = re.compile(r"(?<!INTO\s)\b([A-Za-z_]\w*)\s*\(", re.IGNORECASE)
# What GDAL's and QGIS's own triggers call, and the words of SQL that stand before a bracket.
_HARMLESS = frozenset(
    {
        "st_isempty", "st_minx", "st_maxx", "st_miny", "st_maxy", "raise", "lower", "abs",
        "coalesce", "strftime", "values", "and", "or", "not", "in", "when", "where", "set", "on",
        "then", "if",
    }
)  # fmt: skip


def sqlite_uri(path: PurePath, options: str) -> str:
    """The name of a file for ``sqlite3.connect(..., uri=True)``; ``options`` such as ``mode=ro``.

    Not ``path.as_uri()``: of ``\\\\server\\share`` that makes a URI with an authority, which SQLite
    refuses. A share's name goes with its slashes, behind an empty authority.
    """
    name = (path.absolute() if isinstance(path, Path) else path).as_posix()
    return f"file://{'' if name.startswith('/') else '/'}{quote(os.fsencode(name))}?{options}"


def programs(connection: sqlite3.Connection) -> str:
    """What in a database runs more than is usual, in words; "" where nothing does.

    Raises sqlite3.Error.
    """
    query = "SELECT type, name, sql FROM sqlite_master LIMIT ?"
    entries = connection.execute(query, (MAX_ENTRIES + 1,)).fetchall()
    if len(entries) > MAX_ENTRIES:
        return f"more than {MAX_ENTRIES:,} tables and indexes"
    for kind, name, sql in entries:
        if sql is None:
            continue
        if not isinstance(sql, str) or len(sql) > MAX_TEXT:
            return f"a {kind} that is no text"
        if _runs(str(kind), sql):
            return f"a {kind} '{str(name)[:60]}' that runs a program of its own"
    return ""


def limit_time(connection: sqlite3.Connection, seconds: float = SECONDS) -> None:
    """Interrupt what runs when ``seconds`` from now have passed (sqlite3.OperationalError)."""
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)


def _runs(kind: str, sql: str) -> bool:
    text = _QUOTED.sub("x", sql).strip().rstrip(";").strip()
    if kind == "view":
        return _PLAIN_VIEW.fullmatch(text) is None
    if kind == "table":
        if re.match(r"CREATE\s+VIRTUAL\b", text, re.IGNORECASE):
            return _RTREE.match(text) is None
        return _GENERATED.search(text) is not None
    if kind == "index":
        # An index on an expression, or a partial one, is evaluated.
        return re.search(r"\(.*\(|\bWHERE\b", text, re.IGNORECASE | re.DOTALL) is not None
    if kind == "trigger":
        calls = {name.lower() for name in _CALL.findall(text)} - {"x"}
        return _QUERY.search(text) is not None or bool(calls - _HARMLESS)
    return True
