"""Match sets written and read back by readers the writers do not use."""

from __future__ import annotations

import csv
import datetime
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from pyogrio.raw import read

from craterbench_qgis.contract.search import DecidedMatch, Match
from craterbench_qgis.contract.vocabulary import Decision, Outline
from craterbench_qgis.engine.bodies import Body, body_by_name, same_body
from craterbench_qgis.engine.bodies import body_from_crs as body_of
from craterbench_qgis.engine.errors import ExportError
from craterbench_qgis.engine.formats import TABLE_SUFFIXES, write_matches
from craterbench_qgis.engine.formats.model import CORE_FIELDS, attribute_names
from craterbench_qgis.engine.formats.shapefile import cut_text, short_names

MOON = body_by_name("moon")
CORE = [name for name, _ in CORE_FIELDS]
ORIGIN = {"index": "3f-a1", "mosaic": "Wac ü.tif", "settings": {"tokens": 16}, "date": "2026-01-02"}


def row(rank: int = 1, lon: float = 10.0, lat: float = 5.0, **changes: Any) -> Match:
    values: dict[str, Any] = {
        "rank": rank,
        "crater_id": f"02-1-{rank:06d}",
        "lon": lon,
        "lat": lat,
        "diameter_m": 40_000.0,
        "score": 0.75,
        "shortlist_score": 0.5,
        "context": 2.0,
        "distance_m": 1234.5,
        "bearing_deg": 270.0,
        "expected_by_chance": 0.25,
    }
    return Match(**(values | changes))


def table(path: Path) -> tuple[list[dict[str, Any]], list[Any]]:
    """Rows and geometries of a written layer, by GDAL, json, sqlite3 or csv."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file)), []
    if path.suffix == ".geojson":
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        shapes = [shapely.geometry.shape(f["geometry"]) for f in features]
        return [f["properties"] for f in features], shapes
    if path.suffix == ".gpkg":
        with closing(sqlite3.connect(path)) as base:
            base.row_factory = sqlite3.Row
            rows = [dict(r) for r in base.execute("select * from matches order by fid")]
        # A GeoPackage geometry is a header (8 bytes and, here, four doubles) before its WKB.
        return rows, [shapely.from_wkb(_wkb(r["geom"])) for r in rows]
    about, _, shapes, columns = read(path)
    names = about["fields"].tolist()
    rows = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
    return rows, [shapely.from_wkb(s) for s in shapes]


def _wkb(blob: bytes) -> bytes:
    assert blob[:2] == b"GP"
    return blob[8 + (0, 32, 48, 48, 64)[(blob[3] >> 1) & 7] :]


def area(geometry: shapely.Geometry, body: Body = MOON) -> float:
    """Square metres on the body's sphere, by PROJ's geodesics."""
    geod = pyproj.Geod(a=body.mean_radius, b=body.mean_radius)
    return sum(abs(geod.geometry_area_perimeter(g)[0]) for g in shapely.get_parts(geometry))


def cap(diameter_m: float, body: Body = MOON) -> float:
    radius = body.mean_radius
    return float(2 * np.pi * radius**2 * (1 - np.cos(diameter_m / 2 / radius)))


@pytest.mark.parametrize("suffix", TABLE_SUFFIXES)
def test_core_fields_come_back(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"Funde ü{suffix}"
    matches = [row(1, 179.9, 0.25), row(2, -45.5, -60.0, score=1 / 3)]
    files = write_matches(path, matches, body=MOON, provenance=ORIGIN)
    assert files[0] == path
    assert sorted(files) == sorted(tmp_path.iterdir())
    rows, shapes = table(path)
    short = dict(zip(CORE, short_names(CORE), strict=True))
    for got, match in zip(rows, matches, strict=True):
        for name in CORE:
            value = got[short[name] if suffix == ".shp" else name]
            expected = "2x" if name == "view" else getattr(match, name)
            if isinstance(expected, str):
                assert value == expected
            else:
                assert float(value) == pytest.approx(expected, rel=1e-12)
    assert len(shapes) == (0 if suffix == ".csv" else 2)
    for shape in shapes:
        assert shape.is_valid
        assert area(shape) == pytest.approx(cap(40_000), rel=1e-3)


def test_decisions_are_columns_of_matches_that_carry_them(tmp_path: Path) -> None:
    decided = [
        DecidedMatch(1, "a", 1.0, 2.0, 1e4, 0.9, decision=Decision.ACCEPTED, comment="frisch"),
        DecidedMatch(2, "b", 3.0, 4.0, 1e4, 0.8, attributes={"comment": "of the catalogue"}),
    ]
    write_matches(tmp_path / "m.csv", decided, body=MOON, provenance={})
    (first, second), _ = table(tmp_path / "m.csv")
    assert (first["decision"], first["comment"], first["comment_cat"]) == ("accepted", "frisch", "")
    assert (second["decision"], second["comment"]) == ("", "")
    assert second["comment_cat"] == "of the catalogue"
    write_matches(tmp_path / "p.csv", [row()], body=MOON, provenance={})
    assert "decision" not in table(tmp_path / "p.csv")[0][0]


@pytest.mark.parametrize(
    ("lon", "lat", "diameter"),
    [
        (0, 0, 5e3),
        (12, 60, 300e3),
        (-179.99, 10, 50e3),
        (180, -85, 30e3),
        (179.4, -2, 93e3),
        (33, 90, 100e3),
        (33, 89.9, 100e3),
        (-180, -89, 200e3),
        (100, -80, 1200e3),
        (7, 88.349, 100e3),
        (20, 20, 4000e3),
        (20, 20, 5300e3),
        (20, 60, 6500e3),
        (20, 20, 9500e3),
    ],
)
def test_circles_have_their_true_size_anywhere(
    tmp_path: Path, lon: float, lat: float, diameter: float
) -> None:
    path = tmp_path / "m.geojson"
    match = row(lon=lon, lat=lat, diameter_m=diameter)
    write_matches(path, [match], body=MOON, provenance={})
    shape = table(path)[1][0]
    assert shape.geom_type == "MultiPolygon"
    assert shape.is_valid
    west, south, east, north = shape.bounds
    assert -180 <= west < east <= 180
    assert -90 <= south < north <= 90
    assert all(part.exterior.is_ccw for part in shape.geoms)
    # Independent membership: points by their great-circle angle to the centre.
    rng = np.random.default_rng(1)
    z = rng.uniform(-1, 1, 4000)
    points = np.column_stack([rng.uniform(-180, 180, 4000), np.degrees(np.arcsin(z))])
    phi, lam = np.radians(points[:, 1]), np.radians(points[:, 0] - lon)
    cosine = np.sin(phi) * np.sin(np.radians(lat)) + np.cos(phi) * np.cos(np.radians(lat)) * np.cos(
        lam
    )
    away = np.arccos(np.clip(cosine, -1, 1)) * MOON.mean_radius
    inside = shapely.contains_xy(shape, points[:, 0], points[:, 1])
    clear = np.abs(away - diameter / 2) > 0.004 * diameter + 200
    assert np.array_equal(inside[clear], (away < diameter / 2)[clear])
    if diameter < 5000e3:
        assert area(shape) == pytest.approx(cap(diameter), rel=2e-3)


def test_a_circle_across_the_antimeridian_is_two_parts(tmp_path: Path) -> None:
    path = tmp_path / "m.shp"
    write_matches(path, [row(lon=179.9, diameter_m=50e3)], body=MOON, provenance={})
    shape = table(path)[1][0]
    assert len(shape.geoms) == 2
    assert shape.bounds[0] == -180
    assert shape.bounds[2] == 180


def test_points(tmp_path: Path) -> None:
    for suffix in (".shp", ".gpkg", ".geojson"):
        path = tmp_path / f"m{suffix}"
        write_matches(path, [row()], body=MOON, provenance={}, geometry=Outline.POINT)
        assert table(path)[1][0].equals(shapely.Point(10, 5))


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".geojson"])
@pytest.mark.parametrize(
    "body",
    [
        MOON,
        body_by_name("Mars"),
        Body("Mars", 3396190.0, 3396190.0),
        Body("sphere of R = 100 km", 1e5, 1e5),
        Body("Earth", 6378137.0, 6356752.314245179),
    ],
    ids=lambda b: f"{b.name}-{b.b:.0f}",
)
def test_the_body_survives(tmp_path: Path, suffix: str, body: Body) -> None:
    path = tmp_path / f"m{suffix}"
    write_matches(path, [row(lat=45.0)], body=body, provenance={}, geometry=Outline.POINT)
    layer = None if suffix == ".shp" else "matches"
    crs = pyproj.CRS(pyogrio.read_info(path, layer=layer)["crs"])
    assert crs.is_geographic
    back = body_of(crs)
    assert same_body(back, body)
    assert (back.a, back.b) == pytest.approx((body.a, body.b), rel=1e-9)
    point = table(path)[1][0]
    geodetic = np.degrees(np.arctan((body.a / body.b) ** 2 * np.tan(np.radians(45))))
    assert (point.x, point.y) == pytest.approx((10, geodetic), abs=1e-8)


def test_the_reference_system_is_written_in_full(tmp_path: Path) -> None:
    path = tmp_path / "m.geojson"
    write_matches(path, [row()], body=MOON, provenance={})
    member = json.loads(path.read_text(encoding="utf-8"))["crs"]
    assert member["properties"]["name"].startswith('GEOGCRS["Moon (2015) - Sphere')
    assert "IAU_2015" not in member["properties"]["name"]  # older GDALs cannot resolve its codes
    with_prj = tmp_path / "m.shp"
    write_matches(with_prj, [row()], body=MOON, provenance={})
    assert with_prj.with_suffix(".prj").read_text().startswith('GEOGCS["GCS_Moon_2015')
    assert with_prj.with_suffix(".cpg").read_text() == "UTF-8"


def test_provenance_is_in_every_format(tmp_path: Path) -> None:
    stored = {}
    for suffix in TABLE_SUFFIXES:
        path = tmp_path / f"m{suffix}"
        write_matches(path, [row()], body=MOON, provenance=ORIGIN)
        if suffix == ".gpkg":
            with closing(sqlite3.connect(path)) as base:
                stored[suffix] = dict(base.execute("select key, value from provenance"))
                assert base.execute("pragma integrity_check").fetchone() == ("ok",)
            stored[suffix]["settings"] = json.loads(stored[suffix]["settings"])
            assert pyogrio.read_info(path, layer="matches")["layer_metadata"]["index"] == "3f-a1"
        elif suffix == ".geojson":
            stored[suffix] = json.loads(path.read_text(encoding="utf-8"))["provenance"]
        else:
            sidecar = tmp_path / f"m{suffix}.provenance.json"
            stored[suffix] = json.loads(sidecar.read_text(encoding="utf-8"))
    for got in stored.values():
        assert ORIGIN.items() <= got.items()
        assert got["body"] == "Moon"


ATTRIBUTES: dict[str, list[Any]] = {
    "lon": [1.5, None],
    "Rank": ["a", "b"],
    "fid": [7, 7],
    "DIAM_CIRC_IMG": [1.0, float("nan")],
    "DIAM_CIRC_SD_IMG": [2, None],
    "diam_circ_sd": [-9999, None],
    "Größe der Höhe": ["ü" * 300, None],
    "checked": [True, None],
    "day": [datetime.date(2020, 2, 29), None],
    "time": [datetime.datetime(2020, 2, 29, 1, 2, 3, tzinfo=datetime.timezone.utc), None],
    "big": [2**60, -3],
    "huge": [2**70, 1],
    "mixed": [1, "x"],
    "list": [[1, "é"], None],
    "number": [np.float32(0.5), np.int64(3)],
    "nothing": [None, None],
    "": ["p", 'q"\n,'],
}


def with_attributes() -> list[Match]:
    return [row(i + 1, attributes={k: v[i] for k, v in ATTRIBUTES.items()}) for i in range(2)]


def test_attributes_keep_their_values_and_types_in_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "m.gpkg"
    write_matches(path, with_attributes(), body=MOON, provenance={})
    rows, _ = table(path)
    assert rows[0]["lon"] == 10.0
    assert [r["lon_cat"] for r in rows] == [1.5, None]
    assert [r["Rank_cat"] for r in rows] == ["a", "b"]
    assert [r["fid_cat"] for r in rows] == [7, 7]
    assert [r["fid"] for r in rows] == [1, 2]
    assert [r["DIAM_CIRC_IMG"] for r in rows] == [1.0, None]
    assert [r["Größe der Höhe"] for r in rows] == ["ü" * 300, None]
    assert [r["checked"] for r in rows] == [1, None]
    assert rows[0]["day"] == "2020-02-29"
    assert rows[0]["time"].startswith("2020-02-29T01:02:03")
    assert [r["big"] for r in rows] == [2**60, -3]
    assert [r["huge"] for r in rows] == [str(2**70), "1"]
    assert [r["mixed"] for r in rows] == ["1", "x"]
    assert rows[0]["list"] == '[1, "é"]'
    assert [r["number"] for r in rows] == [0.5, 3.0]
    assert [r["column"] for r in rows] == ["p", 'q"\n,']


def test_geojson_and_csv_keep_null_bool_and_text(tmp_path: Path) -> None:
    for suffix in (".geojson", ".csv"):
        write_matches(tmp_path / f"m{suffix}", with_attributes(), body=MOON, provenance={})
    rows, _ = table(tmp_path / "m.geojson")
    assert [r["checked"] for r in rows] == [True, None]
    assert [r["DIAM_CIRC_IMG"] for r in rows] == [1.0, None]
    assert [r["column"] for r in rows] == ["p", 'q"\n,']
    rows, _ = table(tmp_path / "m.csv")
    assert [r["checked"] for r in rows] == ["true", ""]
    assert [r["DIAM_CIRC_IMG"] for r in rows] == ["1.0", ""]
    assert rows[0]["day"] == "2020-02-29"
    assert rows[0]["Größe der Höhe"] == "ü" * 300
    assert [r["column"] for r in rows] == ["p", 'q"\n,']


def test_shapefile_bends_what_dbf_cannot_hold_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "m.shp"
    write_matches(path, with_attributes(), body=MOON, provenance={})
    with (tmp_path / "m.shp.fields.csv").open(encoding="utf-8", newline="") as file:
        listed = {r["name"]: r for r in csv.DictReader(file)}
    rows, _ = table(path)
    assert [r["field"] for r in listed.values()] == list(rows[0])
    assert all(len(name.encode()) <= 10 and name.isascii() for name in rows[0])
    assert len({name.lower() for name in rows[0]}) == len(rows[0])

    def column(name: str) -> list[Any]:
        return [r[listed[name]["field"]] for r in rows]

    assert column("lon_cat") == [1.5, -9999]
    assert listed["lon_cat"]["null_as"] == "-9999"
    assert column("diam_circ_sd") == [-9999, -99999]  # -9999 is a value here
    assert listed["diam_circ_sd"]["null_as"] == "-99999"
    text = column("Größe der Höhe")[0]
    assert text == "ü" * 127
    assert listed["Größe der Höhe"]["note"] == "1 of 2 texts cut to 254 bytes"
    assert column("checked") == [1, -9999]
    assert str(column("day")[0]) == "2020-02-29"
    assert column("time")[0] == "2020-02-29T01:02:03+00:00"
    assert column("big") == [str(2**60), "-3"]


def test_names_are_short_unique_and_always_the_same() -> None:
    given = ["LAT_CIRC_IMG", "LAT_CIRC_SD", "lat_circ_ice", "Ångström (m)", "2x", "lat", "月"]
    names = attribute_names(given, CORE)
    assert names == [*given[:5], "lat_cat", "月"]
    got = short_names([*CORE, *names])[len(CORE) :]
    expected = ["LAT_CIRC_I", "LAT_CIRC_S", "lat_circ_1", "Angstrom_m", "f_2x", "lat_cat", "field"]
    assert got == expected
    many = short_names([f"attribute_{i}" for i in range(200)])
    assert len({n.casefold() for n in many}) == 200
    assert max(map(len, many)) == 10


def test_text_is_cut_between_characters() -> None:
    assert cut_text("aü" * 200, 254) == "aü" * 84 + "a"  # the 254th byte would split an ü
    assert len(cut_text("月" * 100, 254).encode()) == 252
    assert cut_text("short", 254) == "short"


def test_numbers_too_large_for_dbf_become_text(tmp_path: Path) -> None:
    values = [1e20, -1e-5, 1e300]
    matches = [row(i + 1, attributes={"v": v}) for i, v in enumerate(values)]
    write_matches(tmp_path / "m.shp", matches, body=MOON, provenance={})
    rows, _ = table(tmp_path / "m.shp")
    assert [float(r["v"]) for r in rows] == values


def test_too_many_columns_for_a_shapefile(tmp_path: Path) -> None:
    match = row(attributes={f"a{i}": i for i in range(300)})
    with pytest.raises(ExportError, match=r"255 fields.*GeoPackage"):
        write_matches(tmp_path / "m.shp", [match], body=MOON, provenance={})
    assert not list(tmp_path.iterdir())
    write_matches(tmp_path / "m.gpkg", [match], body=MOON, provenance={})


@pytest.mark.parametrize("suffix", TABLE_SUFFIXES)
def test_no_match_is_a_valid_empty_layer(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"m{suffix}"
    write_matches(path, [], body=MOON, provenance=ORIGIN)
    assert table(path)[0] == []
    if suffix == ".csv":
        assert path.read_text(encoding="utf-8").strip().split(",") == CORE
    else:
        info = pyogrio.read_info(path, layer=None if suffix == ".shp" else "matches")
        assert info["features"] == 0
        if suffix != ".geojson":  # GeoJSON has no fields without features
            expected = short_names(CORE) if suffix == ".shp" else CORE
            assert info["fields"].tolist() == expected
            assert body_of(info["crs"]).a == 1737400


def test_matches_without_a_place_of_the_query(tmp_path: Path) -> None:
    match = row(distance_m=None, bearing_deg=None, shortlist_score=None)
    for suffix in TABLE_SUFFIXES:
        write_matches(tmp_path / f"m{suffix}", [match], body=MOON, provenance={})
    assert table(tmp_path / "m.gpkg")[0][0]["distance_m"] is None
    assert table(tmp_path / "m.shp")[0][0]["dist_m"] == -9999
    assert table(tmp_path / "m.csv")[0][0]["distance_m"] == ""
