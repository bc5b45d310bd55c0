"""The door for SQLite files (GeoPackages, reviews): nothing stored in one is run.

A file from a stranger is looked at before anything reads it (``contract.databases``),
and connections of ours trust nothing in the schema: GDAL's SQL functions reach out.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from ...contract import names
from ...contract.databases import limit_time, programs, sqlite_uri
from ..errors import CraterBenchError


def connect(path: Path, *, write: bool = False, timeout: float = 10.0) -> sqlite3.Connection:
    """A connection that trusts nothing in the file: in autocommit mode, to read unless ``write``.

    A minute after it was made every statement is interrupted (sqlite3.OperationalError). Raises
    sqlite3.Error, also where the file is no regular one.
    """
    try:
        names.check_regular(path)
    except names.Refused as error:
        raise sqlite3.OperationalError(str(error)) from error
    uri = sqlite_uri(path, "mode=rw" if write else "mode=ro")
    connection = sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None)
    distrust(connection)
    return connection


def distrust(connection: sqlite3.Connection) -> None:
    """Have a connection trust nothing in its file, and no statement run for ever."""
    with contextlib.suppress(sqlite3.Error):
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
    limit_time(connection)


def check_schema(path: Path) -> None:
    """Raise CraterBenchError for a database that runs something when it is read or changed."""
    try:
        with contextlib.closing(connect(path)) as connection:
            held = programs(connection)
    except (sqlite3.Error, UnicodeError) as error:
        raise CraterBenchError(
            f"{path} cannot be read as a database ({error}). Check that the file is complete."
        ) from error
    if held:
        raise CraterBenchError(
            f"{path} has {held}. Save the layer you need as a file of its own (in QGIS: Export > "
            "Save Features As)."
        )
