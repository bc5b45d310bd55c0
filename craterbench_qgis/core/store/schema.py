"""The tables of a project's store: a GeoPackage, written with SQLite alone.

``queries`` has one row per query; ``matches`` one per match, with its centre as a point, so that
the file can be looked at in any GIS. Standard library only; nothing here knows Qt.
"""

from __future__ import annotations

import json
import sqlite3
import struct

from ...contract.body import Body, geographic_wkt
from ...contract.records import read_json

SCHEMA = 1
"""Raised when the tables change; a store with a higher number is left alone."""

APPLICATION_ID = 0x47504B47  # "GPKG"
GEOPACKAGE_VERSION = 10300
BODY_SRS = 930100
"""Number of the body's reference system in the file; no authority's."""

_CORE = """
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE craterbench (key TEXT NOT NULL PRIMARY KEY, value TEXT);
CREATE TABLE queries (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, set_id TEXT NOT NULL UNIQUE,
  created TEXT NOT NULL, label TEXT NOT NULL, lon DOUBLE, lat DOUBLE, side_m DOUBLE,
  diameter_m DOUBLE, index_name TEXT, index_path TEXT, matches INTEGER NOT NULL,
  request TEXT NOT NULL, index_info TEXT NOT NULL, preview TEXT NOT NULL, provenance TEXT NOT NULL,
  timings_ms TEXT NOT NULL, crop BLOB, query_image BLOB, deleted TEXT);
CREATE TABLE matches (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom BLOB, set_id TEXT NOT NULL,
  place INTEGER NOT NULL, rank INTEGER NOT NULL, crater_id TEXT NOT NULL, lon DOUBLE, lat DOUBLE,
  diameter_m DOUBLE, score DOUBLE, decision TEXT NOT NULL DEFAULT 'undecided', decided TEXT,
  record TEXT NOT NULL, CONSTRAINT one_place UNIQUE (set_id, place));
"""

_SYSTEMS = (
    ("Undefined Cartesian", -1, "NONE", -1, "undefined"),
    ("Undefined geographic", 0, "NONE", 0, "undefined"),
    (
        "WGS 84 geodetic",
        4326,
        "EPSG",
        4326,
        'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,'
        'AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0],'
        'UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]',
    ),
)


class NewerStore(Exception):
    """The file was written by a later version of the plugin."""


class ForeignStore(Exception):
    """A SQLite file that is not ours."""


def create(connection: sqlite3.Connection) -> None:
    """Make the tables in an empty database."""
    connection.executescript(
        f"PRAGMA application_id={APPLICATION_ID};PRAGMA user_version={GEOPACKAGE_VERSION};"
        f"BEGIN IMMEDIATE;{_CORE}"
    )
    connection.executemany(
        "INSERT INTO gpkg_spatial_ref_sys "
        "(srs_name, srs_id, organization, organization_coordsys_id, definition) "
        "VALUES (?, ?, ?, ?, ?)",
        _SYSTEMS,
    )
    connection.executemany(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) "
        "VALUES (?, ?, ?, ?, ?)",
        [
            ("queries", "attributes", "queries", "CraterBench: one row per query", None),
            ("craterbench", "attributes", "craterbench", "CraterBench: about this file", None),
            ("matches", "features", "matches", "CraterBench: centres of the matches", 0),
        ],
    )
    connection.execute("INSERT INTO gpkg_geometry_columns VALUES ('matches','geom','POINT',0,0,0)")
    connection.execute("INSERT INTO craterbench VALUES ('schema', ?)", (str(SCHEMA),))
    connection.execute("COMMIT")


def check(connection: sqlite3.Connection) -> None:
    """Raise NewerStore, ForeignStore or sqlite3.DatabaseError unless this is a whole store."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if not {"craterbench", "queries", "matches"} <= tables:
        raise ForeignStore("no store of CraterBench")
    row = connection.execute("SELECT value FROM craterbench WHERE key='schema'").fetchone()
    try:
        version = int(row[0])
    except (TypeError, ValueError):
        raise ForeignStore("no schema number") from None
    if version > SCHEMA:
        raise NewerStore(str(version))
    state = connection.execute("PRAGMA quick_check(1)").fetchone()
    if state is None or state[0] != "ok":
        raise sqlite3.DatabaseError(f"damaged: {state}")


def set_body(connection: sqlite3.Connection, body: Body) -> bool:
    """Give ``matches`` the reference system of ``body``, unless it has another's.

    Returns whether points of this body may be written. A layer of a GeoPackage has one reference
    system: the matches on a second body are kept without a point.
    """
    row = connection.execute("SELECT value FROM craterbench WHERE key='body'").fetchone()
    if row is not None:
        _, a, b = read_json(row[0])
        return abs(body.a - a) < 0.5 and abs(body.b - b) < 0.5
    connection.execute(
        "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, 'NONE', ?, ?, NULL)",
        (body.name, BODY_SRS, BODY_SRS, geographic_wkt(body)),
    )
    connection.execute("UPDATE gpkg_contents SET srs_id=? WHERE table_name='matches'", (BODY_SRS,))
    connection.execute("UPDATE gpkg_geometry_columns SET srs_id=?", (BODY_SRS,))
    connection.execute(
        "INSERT INTO craterbench VALUES ('body', ?)", (json.dumps([body.name, body.a, body.b]),)
    )
    return True


def point(body: Body, lon: float, lat: float) -> bytes:
    """A GeoPackage point. ``lat`` is planetocentric; on an ellipsoid the point's is geodetic."""
    return struct.pack("<2sBBiBIdd", b"GP", 0, 1, BODY_SRS, 1, 1, lon, body.geodetic(lat))


def update_bounds(connection: sqlite3.Connection) -> None:
    """Keep the extent GeoPackage readers zoom to."""
    connection.execute(
        "UPDATE gpkg_contents SET last_change=strftime('%Y-%m-%dT%H:%M:%fZ','now'),"
        "(min_x, min_y, max_x, max_y) = (SELECT min(lon), min(lat), max(lon), max(lat)"
        " FROM matches WHERE geom IS NOT NULL) WHERE table_name='matches'"
    )
