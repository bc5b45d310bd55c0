"""Catalogues and regions that write, fetch, never end or nest for ever."""

from __future__ import annotations

import gzip
import os
import sqlite3
import struct
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyogrio

ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"


def texts(url: str, canary: Path) -> dict[str, str]:
    """Files of text, by name."""
    ogr = (
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{0}</SrcDataSource>{1}'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    fetch = ogr.format(f"/vsicurl/{url}/a.geojson", "")
    write = ogr.format(
        str(canary / "base.sqlite"),
        f"<SrcSQL dialect='SQLITE'>VACUUM INTO '{canary}/written'</SrcSQL>",
    )
    geojson = '{"type":"FeatureCollection",%s"features":[]}'
    nested = '{"type":"GeometryCollection","geometries":[' * 30_000 + "]}" * 30_000
    return {
        "fetch.vrt": fetch,
        "fetch.gpkg": fetch,
        "fetch.shp": fetch,
        "fetch.geojson": fetch,
        "fetch.fgb": fetch,
        "fetch.xml": fetch,
        "prefix.geojson": '{"type":"FeatureCollection"}' + fetch,
        "write.vrt": write,
        "write.geojson": write,
        "warped.vrt": f"<OGRVRTDataSource><OGRVRTWarpedLayer>{fetch}</OGRVRTWarpedLayer>"
        "</OGRVRTDataSource>",
        "algorithm.gdalg.json": '{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline '
        f'read /vsicurl/{url}/a.gpkg ! write {canary}/written.gpkg"}}',
        "algorithm.geojson": '{"type":"gdal_streamed_alg","command_line":"gdal vector convert '
        f'/vsicurl/{url}/a.gpkg {canary}/written.gpkg"}}',
        "crs.geojson": geojson
        % f'"crs":{{"type":"link","properties":{{"href":"{url}/crs","type":"proj4"}}}},',
        "crs-url.geojson": geojson % f'"crs":{{"type":"URL","properties":{{"url":"{url}/crs"}}}},',
        "service.wfs": f"<OGRWFSDataSource><URL>{url}/?</URL></OGRWFSDataSource>",
        "service.geojson": f"<OGRWFSDataSource><URL>{url}/?</URL></OGRWFSDataSource>",
        "schema.gml": '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" xmlns:xsi='
        f'"http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{url} {url}/a.xsd"/>',
        "link.kml": f"<kml><Document><NetworkLink><Link><href>{url}/a.kml</href></Link>"
        "</NetworkLink></Document></kml>",
        "style.kml": f"<kml><Document><Placemark><styleUrl>{url}/s.kml#a</styleUrl><Point>"
        "<coordinates>1,2</coordinates></Point></Placemark></Document></kml>",
        "oapif.json": f'{{"links":[{{"rel":"data","href":"{url}/collections"}}],"collections":[]}}',
        "esri.json": '{"objectIdFieldName":"a","geometryType":"esriGeometryPoint","fields":[],'
        '"exceededTransferLimit":true,"features":[]}',
        "feed.geojson": f"<rss><channel><item><link>{url}</link></item></channel></rss>",
        "nested.geojson": nested,
        "brackets.geojson": "[" * 200_000,
        "numbers.geojson": geojson % ('"x":' + "9" * 100_000 + ","),
    }


def databases(folder: Path, url: str) -> Iterator[Path]:
    """GeoPackages that carry programs, over a good one."""
    call = f"ogr_geocode('a', 'geometry', 'QUERY_TEMPLATE={url}/%s')"
    changes = {
        "geocode-view.gpkg": f"CREATE VIEW craters2 AS SELECT fid, geom, {call} AS x FROM craters",
        "endless-view.gpkg": f"CREATE VIEW craters2 AS {ENDLESS}",
        "random-view.gpkg": "CREATE VIEW craters2 AS SELECT randomblob(1000000000) AS x",
        "virtual.gpkg": None,
        "generated.gpkg": "CREATE TABLE more (fid INTEGER PRIMARY KEY, x TEXT GENERATED ALWAYS AS "
        "(replace(hex(zeroblob(500000000)), '0', 'aaaa')) VIRTUAL)",
    }
    for name, sql in changes.items():
        path = good(folder / name)
        with closing(sqlite3.connect(path)) as base:
            if sql is None:
                base.execute("PRAGMA writable_schema = ON")
                base.execute(
                    "INSERT INTO sqlite_master VALUES ('table', 'more', 'more', 0, ?)",
                    (f"CREATE VIRTUAL TABLE more USING VirtualOGR('/vsicurl/{url}/a.gpkg')",),
                )
            else:
                base.execute(sql)
                table = "more" if "TABLE" in sql else "craters2"
                base.execute(
                    "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES "
                    "(?, 'attributes', ?, 0)",
                    (table, table),
                )
            base.commit()
        yield path


def bombs(folder: Path) -> Iterator[tuple[str, str]]:
    """A few megabytes that unpack to half a gigabyte."""
    blanks = b" " * (1 << 20)
    for name in ("bomb.geojson", "bomb.csv"):
        path = folder / f"{name}.zip"
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open(name, "w") as member,
        ):
            for _ in range(512):
                member.write(blanks)
        yield path.name, str(path)
    packed = folder / "bomb.csv.gz"
    with gzip.open(packed, "wb", compresslevel=1) as stream:
        for _ in range(512):
            stream.write(blanks)
    yield packed.name, str(packed)


def good(path: Path, driver: str = "GPKG") -> Path:
    """A GeoPackage (or another layer) of two craters."""
    point = struct.pack("<BIdd", 1, 1, 3.0, 4.0)
    table = pa.table(
        {"id": ["a", "b"], "diameter_km": [10.0, 20.0], "geom": pa.array([point] * 2, pa.binary())}
    )
    pyogrio.write_arrow(
        table, path, layer="craters" if driver == "GPKG" else path.stem, driver=driver,
        geometry_name="geom", geometry_type="Point", crs="EPSG:4326",
    )  # fmt: skip
    return path


def deep_wkb(depth: int, kind: int = 7) -> bytes:
    """Collections (7) or multi-polygons (6) in each other; every second has a point beside."""
    point = struct.pack("<BIdd", 1, 1, 1.0, 2.0)
    data = point
    head = struct.pack("<BII", 1, kind, 2) + point
    return head * depth + data


def deep_geopackage(path: Path, kind: int) -> Path:
    """A geometry nested thirty thousand deep, as GeoPackage stores it."""
    good(path)
    blob = b"GP\0\1" + struct.pack("<i", 4326) + deep_wkb(30_000, kind)
    with closing(sqlite3.connect(path)) as base:
        triggers = base.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall()
        for (name,) in triggers:
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute("UPDATE craters SET geom = ?", (blob,))
        base.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY'")
        base.commit()
    return path


def catalogues(folder: Path, url: str, canary: Path) -> Iterator[tuple[str, str]]:
    """(label, name) of every hostile catalogue."""
    for name, text in texts(url, canary).items():
        (folder / name).write_text(text, encoding="utf-8")
        yield name, str(folder / name)
    for path in databases(folder, url):
        yield path.name, str(path)
    for kind in (6, 7):
        path = deep_geopackage(folder / f"deep-{kind}.gpkg", kind)
        yield path.name, str(path)
    packed = folder / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.vrt", texts(url, canary)["fetch.vrt"])
    yield "packed.zip", str(packed)
    lying = folder / "lying.zip"
    with zipfile.ZipFile(lying, "w") as archive:
        archive.writestr("a.geojson", texts(url, canary)["fetch.vrt"])
        archive.writestr("b.geojson", '{"type":"FeatureCollection","features":[]}')
    yield "lying.zip", str(lying)
    wide = folder / "wide.csv"
    wide.write_text(",".join(["lon"] * 100_000) + "\n" + ",".join(["1"] * 100_000) + "\n")
    yield "wide.csv", str(wide)
    long_name = folder / "long.csv"
    long_name.write_text("lon,lat,diameter_km," + '"' + "x" * 200_000 + '"\n1,2,3,4\n')
    yield "long.csv", str(long_name)
    if hasattr(os, "mkfifo"):
        for name in ("pipe.csv", "pipe.gpkg"):
            os.mkfifo(folder / name)
            yield name, str(folder / name)
        shape = good(folder / "piped.shp", "ESRI Shapefile")
        os.mkfifo(shape.with_suffix(".idm"))
        yield "piped.shp", str(shape)
    yield from bombs(folder)
    yield "/dev/zero", "/dev/zero"
    yield "a url", f"{url}/a.geojson"
    yield "curl", f"/vsicurl/{url}/a.geojson"


def region_texts(url: str) -> dict[str, str]:
    """Regions given as text."""
    return {
        "nested": "GEOMETRYCOLLECTION(" * 30_000,
        "nested whole": "GEOMETRYCOLLECTION(" * 30_000 + "POINT(1 2)" + ")" * 30_000,
        "multi": "MULTIPOLYGON(" + "(" * 100_000,
        "url": f"{url}/a.geojson",
        "curl": f"/vsicurl/{url}/a.geojson",
        "postgres": "PG:host=127.0.0.1",
        "nul": "a\0b",
        "device": "/dev/zero",
        "numbers": "POLYGON((nan nan, inf 1, 1 2, nan nan))",
    }
