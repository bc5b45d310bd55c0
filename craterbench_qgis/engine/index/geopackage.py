"""``catalogue.gpkg``: the craters for QGIS and for SQL; always derived from the Arrow files.

QGIS flips a GeoPackage it opens to write-ahead logging and back, which changes a few counters in
the file's header. Those bytes are left out of the checksum, and files beside it named ``-wal`` or
``-shm`` are never read.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ...contract import held
from ...contract.body import geographic_wkt
from ...contract.databases import limit_time, sqlite_uri
from ..bodies import Body, map_latitude
from ..errors import CraterIndexError
from ..files.database import distrust
from ..words import Advice
from .catalogue_store import CraterStore, plain_column, union_attributes
from .closed import open_inside
from .entries import GpkgEntry
from .format import GPKG, GPKG_NEXT, IndexSettings
from .storage import FileEntry as _FileEntry
from .storage import check_size, damaged, storage_errors, sync_file, sync_folder

LAYER = "craters"
COLUMNS = ("crater_row", "crater_id", "lon", "lat", "diameter_m")
REWRITE = Advice(
    "Run 'craterbench index verify --repair', which writes it again from the index's own tables "
    "(edits made in QGIS are lost; export a copy to edit).",
    "Restore the folder from a copy, or build the index again; searches are not touched by it.",
)
_BLOCK = 1 << 20
_MAX_SECONDS = 600.0
# SQLite's header: change counter, version-valid-for and the version of the last writer.
_VOLATILE = (slice(24, 28), slice(92, 100))
_JOURNAL = slice(18, 20)


def gpkg_hash(path: Path) -> str:
    """SHA-256 of a SQLite file with the bytes zeroed that opening it may change.

    Bytes 24-27 and 92-99 always; 18 and 19 (1: rollback journal, 2: write-ahead log) only when
    both are 1 or 2. Raises OSError.
    """
    digest = hashlib.sha256()
    with open_inside(path.parent, path) as file:
        head = bytearray(file.read(_BLOCK))
        for part in _VOLATILE:
            head[part] = bytes(len(head[part]))
        if all(mode in (1, 2) for mode in head[_JOURNAL]):
            head[_JOURNAL] = bytes(len(head[_JOURNAL]))
        digest.update(head)
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def fixed_wkb(kind: int, coordinates: npt.NDArray[np.float64]) -> pa.Array:
    """WKB of points [n, 1, 2] (kind 1) or lines [n, v, 2] (kind 2), without a Python loop."""
    n, vertices, _ = coordinates.shape
    fields: list[Any] = [("order", "u1"), ("type", "<u4")]
    fields += [("count", "<u4")] if kind == 2 else []
    shapes = np.empty(n, np.dtype([*fields, ("xy", "<f8", (vertices, 2))]))
    shapes["order"], shapes["type"], shapes["xy"] = 1, kind, coordinates
    if kind == 2:
        shapes["count"] = vertices
    offsets = np.arange(n + 1, dtype=np.int64) * shapes.dtype.itemsize
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(shapes)]
    return pa.Array.from_buffers(pa.large_binary(), n, buffers)


def layer_columns(names: Sequence[str], own: Sequence[str]) -> list[str]:
    """The catalogue's column ``names`` as a layer that has ``own`` columns can hold them: SQLite's
    ignore case, and "fid" and "geom" are the layer's."""
    taken = {*own, "fid", "geom", "rowid", "oid", "_rowid_"}
    unique: list[str] = []
    for name in names:
        column = name.replace('"', "'") or "unnamed"
        while column.lower() in taken:
            column += "_source"
        taken.add(column.lower())
        unique.append(column)
    return unique


def _layer(store: CraterStore, removed: npt.NDArray[np.int32], body: Body) -> pa.Table:
    columns = {
        "crater_row": pa.array(np.arange(store.rows, dtype=np.int64)),
        "crater_id": pa.chunked_array(
            [chunk for table in store.tables for chunk in table.column(0).chunks], pa.string()
        ),
        "lon": pa.array(store.lon),
        "lat": pa.array(store.lat),
        "diameter_m": pa.array(store.diameter_m),
    }
    attributes = union_attributes(store.tables)
    for name, column in zip(
        layer_columns(list(attributes), COLUMNS), attributes.values(), strict=True
    ):
        columns[name] = plain_column(column)
    columns["geom"] = fixed_wkb(
        1, np.stack([store.lon, map_latitude(body, store.lat)], axis=1)[:, None, :]
    )
    table = pa.table(columns)
    if removed.size:
        keep = np.ones(store.rows, bool)
        keep[removed] = False
        table = table.filter(pa.array(keep))
    return table


def write_next(
    root: Path, store: CraterStore, removed: npt.NDArray[np.int32], settings: IndexSettings
) -> GpkgEntry:
    """Write the GeoPackage beside the present one; :func:`install_next` follows the commit.

    Raises CraterIndexError.
    """
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

    path = root / GPKG_NEXT
    table = _layer(store, removed, settings.body)
    with storage_errors(path):
        remove_with_journals(path)
        try:
            _write_layer(path, table, geographic_wkt(settings.body))
            with contextlib.closing(sqlite3.connect(path)) as connection:
                connection.execute(f"CREATE UNIQUE INDEX {LAYER}_crater_row ON {LAYER}(crater_row)")
                connection.commit()
        except (
            DataSourceError,
            DataLayerError,
            FeatureError,
            GeometryError,
            RuntimeError,
            sqlite3.Error,
        ) as error:
            # These libraries hide the system's reason; storage_errors looks at the disk instead.
            raise OSError(str(error)) from error
        sync_file(path)
        sync_folder(root)
        return GpkgEntry(path.stat().st_size, gpkg_hash(path), table.num_rows)


def _write_layer(path: Path, table: pa.Table, crs: str) -> None:
    import pyogrio

    pyogrio.write_arrow(
        table,
        path,
        layer=LAYER,
        driver="GPKG",
        VERSION="1.2",  # what the GDAL of QGIS 3.22 knows
        geometry_name="geom",
        geometry_type="Point",
        crs=crs,
    )


def write_next_without(
    root: Path, present: GpkgEntry, rows: npt.NDArray[np.integer]
) -> GpkgEntry | None:
    """Like :func:`write_next`, by deleting ``rows`` in a copy of the present one: far quicker.

    None when that does not work (the present one is damaged, SQLite lacks its R-tree) or must not
    be tried: the triggers are other ones than a new file gets, so they may do anything.
    Raises CraterIndexError.
    """
    path = root / GPKG_NEXT
    try:
        source = check(root, present)
    except CraterIndexError:
        return None
    if source == path:
        return None
    with storage_errors(path):
        own = _own_triggers()
        if own is None or _triggers(source) != own:
            return None
        remove_with_journals(path)
        shutil.copyfile(source, path)
        try:
            with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
                limit_time(connection, _MAX_SECONDS)
                connection.execute("PRAGMA journal_mode = delete")
                connection.execute("BEGIN")
                connection.executemany(
                    f"DELETE FROM {LAYER} WHERE crater_row = ?",  # nosec B608 - a constant name
                    ((row,) for row in rows.tolist()),
                )
                connection.execute("COMMIT")
                query = f"SELECT count(*) FROM {LAYER}"  # nosec B608 - a constant name
                (count,) = connection.execute(query).fetchone()
        except sqlite3.Error:
            return None
        sync_file(path)
        sync_folder(root)
        return GpkgEntry(path.stat().st_size, gpkg_hash(path), count)


def is_displaced(path: Path, body: Body) -> bool:
    """Whether the points lie at planetocentric latitudes although the layer's system, on a
    flattened body, has planetographic ones: so wrote version 0.1. Raises sqlite3.Error."""
    if body.is_sphere:
        return False
    # Between 5 and 85 degrees both kinds differ by far more than a rounding.
    query = f"SELECT lat, geom FROM {LAYER} WHERE abs(lat) BETWEEN 5 AND 85 LIMIT 1"  # nosec B608 - LAYER is a constant
    with contextlib.closing(connect(path)) as connection:
        row = connection.execute(query).fetchone()
    if row is None:
        return False
    lat, geometry = row
    (y,) = struct.unpack("<d", geometry[-8:])  # the last number of a point
    return abs(y - lat) < abs(y - float(map_latitude(body, lat)))


def _triggers(path: Path) -> tuple[tuple[str, str], ...] | None:
    """The programs in a GeoPackage: (name, SQL) of triggers and views; None where unreadable."""
    query = "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY name"
    try:
        with contextlib.closing(connect(path)) as connection:
            return tuple(connection.execute(query).fetchall())
    except (sqlite3.Error, UnicodeError):
        return None


@cache
def _own_triggers() -> tuple[tuple[str, str], ...] | None:
    """Those a GeoPackage gets that is written by the GDAL of this process; None where none can."""
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / GPKG
            _write_layer(path, pa.table({"geom": fixed_wkb(1, np.zeros((1, 1, 2)))}), "EPSG:4326")
            return _triggers(path)
    except (DataSourceError, DataLayerError, FeatureError, RuntimeError, OSError):
        return None


def matches(path: Path, entry: GpkgEntry) -> bool:
    """Whether the file is the one of the manifest."""
    try:
        return path.lstat().st_size == entry.size and gpkg_hash(path) == entry.sha256
    except (OSError, CraterIndexError):
        return False


def install_next(root: Path, entry: GpkgEntry) -> bool:
    """Give the newly written GeoPackage its name; False when another program prevents it.

    Journals of the old file go first: SQLite would apply them to the new one.
    """
    try:
        for suffix in ("-wal", "-shm", "-journal"):
            held.remove(root / (GPKG + suffix))
        held.replace(root / GPKG_NEXT, root / GPKG)
    except PermissionError:
        return False
    sync_folder(root)
    return True


def settle_next(root: Path, entry: GpkgEntry | None) -> None:
    """Finish or discard what a stopped writer left. Raises OSError."""
    path = root / GPKG_NEXT
    if not os.path.lexists(path):
        return
    if entry is not None and matches(path, entry) and not matches(root / GPKG, entry):
        install_next(root, entry)
    else:
        remove_with_journals(path)


def remove_with_journals(path: Path) -> None:
    """Remove a GeoPackage no manifest names. Raises OSError."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        held.remove(path.with_name(path.name + suffix))


def locate(root: Path, entry: GpkgEntry) -> Path:
    """The GeoPackage of the manifest, by length (by checksum where a new one awaits its name).

    Raises CraterIndexError when it is missing or of another length.
    """
    if os.path.lexists(root / GPKG_NEXT):
        for name in (GPKG, GPKG_NEXT):
            if matches(root / name, entry):
                return root / name
    check_size(root, _FileEntry(GPKG, entry.size, entry.sha256), REWRITE)
    return root / GPKG


def check(root: Path, entry: GpkgEntry) -> Path:
    """:func:`locate`, and compare the checksum. Raises CraterIndexError."""
    path = locate(root, entry)
    check_same(root, path, entry)
    return path


def check_same(root: Path, path: Path, entry: GpkgEntry) -> None:
    """Compare the checksum of what :func:`locate` gave. Raises CraterIndexError."""
    with storage_errors(path):
        digest = gpkg_hash(path)
    if digest != entry.sha256:
        raise damaged(root, GPKG, REWRITE)


def column_names(connection: sqlite3.Connection) -> Sequence[str]:
    """The names that a filter may use. Raises sqlite3.Error."""
    rows = connection.execute(f"PRAGMA table_info({LAYER})").fetchall()
    return [row[1] for row in rows if row[1] not in {"fid", "geom"}]


def connect(path: Path) -> sqlite3.Connection:
    """Open read-only and immutable: no locks, no journals, nothing written beside it."""
    uri = sqlite_uri(path, "mode=ro&immutable=1")
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    distrust(connection)
    return connection


def unreadable(root: Path, error: sqlite3.Error | UnicodeError) -> CraterIndexError:
    """The error for a GeoPackage that SQLite refuses although its checksum is right."""
    return CraterIndexError(f"{root.name}: {GPKG} is not readable ({error}). {REWRITE}")
