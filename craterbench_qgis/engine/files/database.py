"""The door for SQLite files (GeoPackages, reviews): nothing stored in one is run.

A database can carry programs: triggers, views, generated columns, virtual tables. SQLite runs them
when the file is read or changed; GDAL's SQL functions reach out. Here a file from a stranger is
looked at before anything reads it, and connections of ours trust nothing in the schema.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
from pathlib import Path
from urllib.parse import quote

from ... import names
from ..errors import CraterBenchError

MAX_SCHEMA_ENTRIES = 2000
MAX_SCHEMA_TEXT = 4 << 20
# A plain choice of columns: no call, no nested query, no common table expression.
_PLAIN_VIEW = re.compile(
    r"CREATE\s+(?:TEMP\w*\s+)?VIEW\s+[^()]*?(?:\([^()]*\)\s*)?AS\s+SELECT\b[^()]*", re.IGNORECASE
)
_GENERATED = re.compile(r"\bGENERATED\s+ALWAYS\b|\bAS\s*\(", re.IGNORECASE)
_RTREE = re.compile(r"CREATE\s+VIRTUAL\s+TABLE\s+\S+\s+USING\s+rtree\w*\s*\(", re.IGNORECASE)
_SECONDS = 60.0
_STEPS = 1_000_000


def connect(path: Path, *, write: bool = False, timeout: float = 10.0) -> sqlite3.Connection:
    """A connection that trusts nothing in the file: in autocommit mode, to read unless ``write``.

    A statement that runs for longer than a minute is interrupted (sqlite3.OperationalError).
    Raises sqlite3.Error, and OSError where the file is no regular one.
    """
    try:
        names.check_regular(path)
    except names.Refused as error:
        raise OSError(str(error)) from error
    uri = f"file:{quote(str(path.absolute()))}?mode={'rw' if write else 'ro'}"
    connection = sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None)
    with contextlib.suppress(sqlite3.Error):
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
    limit_time(connection)
    return connection


def limit_time(connection: sqlite3.Connection, seconds: float = _SECONDS) -> None:
    """Interrupt what runs longer than ``seconds`` from now on."""
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)


def check_schema(path: Path) -> None:
    """Raise CraterBenchError for a database that runs something when it is read.

    Triggers are no matter of reading; whoever writes calls :func:`drop_triggers`.
    """
    try:
        with contextlib.closing(connect(path)) as connection:
            entries = connection.execute(
                "SELECT type, name, sql FROM sqlite_master LIMIT ?", (MAX_SCHEMA_ENTRIES + 1,)
            ).fetchall()
    except (sqlite3.Error, OSError) as error:
        raise CraterBenchError(
            f"{path} cannot be read as a database ({error}). Check that the file is complete."
        ) from error
    if len(entries) > MAX_SCHEMA_ENTRIES:
        raise CraterBenchError(
            f"{path} has more than {MAX_SCHEMA_ENTRIES:,} tables and indexes. Save the layer you "
            "need as a file of its own."
        )
    for kind, name, sql in entries:
        if not isinstance(sql, str | None) or len(sql or "") > MAX_SCHEMA_TEXT:
            raise CraterBenchError(
                f"{path} is damaged: its schema is no text. Choose another file."
            )
        if sql is not None and _runs(kind, sql):
            raise CraterBenchError(
                f"{path} has a {kind} '{str(name)[:60]}' that runs a program of its own when it is "
                "read. Save the layer you need as a file of its own (in QGIS: Export > Save "
                "Features As)."
            )


def drop_triggers(connection: sqlite3.Connection) -> None:
    """Take away every trigger, within the caller's transaction. Raises sqlite3.Error."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in found:
        quoted = str(name).replace('"', '""')
        connection.execute(f'DROP TRIGGER "{quoted}"')


def _runs(kind: str, sql: str) -> bool:
    text = re.sub(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", "x", sql, flags=re.S)
    if kind == "view":
        return _PLAIN_VIEW.fullmatch(text.strip().rstrip(";").strip()) is None
    if kind == "table":
        if re.match(r"\s*CREATE\s+VIRTUAL\b", text, re.IGNORECASE):
            return _RTREE.match(text.strip()) is None
        return _GENERATED.search(text) is not None
    if kind == "index":
        # An index on an expression, or a partial one, is evaluated.
        return re.search(r"\(.*\(|\bWHERE\b", text, re.IGNORECASE | re.DOTALL) is not None
    return False
