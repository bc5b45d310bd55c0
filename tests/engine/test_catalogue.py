"""Catalogues: the published layouts, overrides, rejections, errors, real files."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from craterbench_qgis.contract.columns import parse_name, pick
from craterbench_qgis.engine.catalogue import Craters, read_catalogue
from craterbench_qgis.engine.errors import BodyError, CatalogueError

DATA = Path(
    os.environ.get("CRATERBENCH_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")
)


def write(folder: Path, text: str | bytes, name: str = "c.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str | bytes, name: str = "c.csv", **options: Any) -> Craters:
    return read_catalogue(write(folder, text, name), **options)


@pytest.mark.parametrize(
    ("name", "base", "unit"),
    [
        ("Diameter (km)", "diameter", "km"),
        ("DIAM_KM", "diam", "km"),
        ("diam[m]", "diam", "m"),
        ("Diam", "diam", None),
        ("diameterKm", "diameter", "km"),
        ("radiusm", "radius", "m"),
        ("Diameter metres", "diameter", "m"),
        ("diameter_kilometers", "diameter", "km"),
        ("Lonitude(degree)", "lonitude", "deg"),
        ("m", "m", None),
        ("LON_CIRC_IMG", "lon_circ_img", None),
        ("DIAM_C_IM", "diam_c_im", None),
    ],
)
def test_parse_name(name: str, base: str, unit: str | None) -> None:
    assert parse_name(name)[:2] == (base, unit)


@pytest.mark.parametrize(
    ("name", "base", "direction", "kind"),
    [
        ("Longitude (W)", "longitude", "west", ""),
        ("lon_W", "lon", "west", ""),
        ("Lon °W", "lon", "west", ""),
        ("Longitude [deg W]", "longitude", "west", ""),
        ("Long. (degrees West)", "long", "west", ""),
        ("LonW", "lon", "west", ""),
        ("West Longitude", "longitude", "west", ""),
        ("longitude_positive_west", "longitude", "west", ""),
        ("lon_west_360", "lon", "west", ""),
        ("Center Longitude (W)", "center_longitude", "west", ""),
        ("Longitude (E)", "longitude", "east", ""),
        ("lon_east_180", "lon", "east", ""),
        ("Latitude (N)", "latitude", "north", ""),
        ("Lat_S", "lat", "south", ""),
        ("Planetographic latitude (N)", "latitude", "north", "planetographic"),
        ("lat_ocentric", "lat", "", "planetocentric"),
        ("Lat_E", "lat_e", "", ""),
        ("LON_E_RIM", "lon_e_rim", "", ""),
        ("CenterLatitude", "center_latitude", "", ""),
    ],
)
def test_direction_and_kind_in_a_name(name: str, base: str, direction: str, kind: str) -> None:
    parsed = parse_name(name)
    assert (parsed.base, parsed.direction, parsed.kind) == (base, direction, kind)


def test_the_sides_of_a_box_are_no_position() -> None:
    sides = ["West_Lon", "East_Lon", "South_Lat", "North_Lat"]
    assert pick([*sides, "Center_Lon"], ("lon", "center_lon")) == "Center_Lon"
    assert pick(sides, ("lon",)) is None
    assert pick(["West_Lon"], ("lon",)) == "West_Lon"
    assert pick(["lon_w", "lon_e"], ("lon",)) == "lon_e"
    assert pick(["lon", "lon_w"], ("lon",)) == "lon"


LAYOUTS = {
    "robbins2018": (
        "CRATER_ID,LAT_CIRC_IMG,LON_CIRC_IMG,LAT_ELLI_IMG,LON_ELLI_IMG,DIAM_CIRC_IMG,ARC_IMG\n"
        "00-1-000000,-19.8304,264.757,-19.8905,264.665,940.96,0.56\n",
        ("00-1-000000", -95.243, -19.8304, 940_960.0, "Moon"),
    ),
    "robbins2018 columns on Mars": (
        "CRATER_ID,LAT_CIRC_IMG,LON_CIRC_IMG,DIAM_CIRC_IMG\n01-000001,1,264,2.5\n",
        ("01-000001", -96.0, 1.0, 2_500.0, "Mars"),
    ),
    "robbins2018 columns, other ids": (
        "CRATER_ID,LAT_CIRC_IMG,LON_CIRC_IMG,DIAM_CIRC_IMG\nceres7,1,264,2.5\n",
        ("ceres7", -96.0, 1.0, 2_500.0, None),
    ),
    "robbins_hynek2012": (
        "CRATER_ID\tCRATER_NAME\tLATITUDE_CIRCLE_IMAGE\tLONGITUDE_CIRCLE_IMAGE\t"
        "DIAM_CIRCLE_IMAGE\n01-000001\tKorolev\t72.760\t164.464\t82.02\n",
        ("01-000001", 164.464, 72.76, 82_020.0, "Mars"),
    ),
    "lagain2020": (
        "CRATER_ID,RADIUS,X,Y,TYPE,STATUS,LRD_MORPH,ORIGIN,ADDING\n"
        "19-000000,548325,-30.5,-5.5,5,Misidentified,,,\n",
        ("19-000000", -30.5, -5.5, 1_096_650.0, "Mars"),
    ),
    "LU1319381 text": (
        "Lunar Global Crater Catalog\nID: identification of the crater\n"
        "Longitude, Latitude: degrees\n----\n\n"
        "ID\tLonitude(degree)\tLatitude(degree)\tDiameter(m)\tDepth(m)\tSource\n"
        "7\t200.5\t-10.25\t1250.5\t80\t0\n",
        ("7", -159.5, -10.25, 1250.5, None),
    ),
    "LU1319381 attributes": (
        "ID,Longitude,Latitude,Diameter,Depth,Source,Source_lon,Soure_lat,Source_dia\n"
        "7,200.5,-10.25,1250.5,80,0,0,0,0\n",
        ("7", -159.5, -10.25, 1250.5, "Moon"),
    ),
    "metres by their size": (
        "ID,Longitude,Latitude,Diameter\n7,200.5,-10.25,1250.5\n8,1,1,230000\n",
        ("7", -159.5, -10.25, 1250.5, None),
    ),
    "head2010": (
        "Lon,Lat,Diam_km\n-177.9,-48.6,76.88\n",
        ("row-1", -177.9, -48.6, 76_880.0, None),
    ),
    "lroc": (
        ",Unnamed: 0,Diameter (km),Long,Lat,tag\n0,5,7.48,103.6,-58.9,standard\n",
        ("row-1", 103.6, -58.9, 7_480.0, None),
    ),
    "iau table": (
        'name,diameter_km,lat,lon_east_180,approval_date\nAbbe,63.98,-57.5,174.7,"Jan 2, 1970"\n',
        ("Abbe", 174.7, -57.5, 63_980.0, None),
    ),
    "iau search": (
        "Feature ID,Feature Name,Target,Diameter,Center Latitude,Center Longitude\n"
        "12,Abbe,Moon,63.98,-57.5,174.7\n",
        ("12", 174.7, -57.5, 63_980.0, "Moon"),
    ),
    "merged": (
        "id,lon,lat,diam_km,source,near_duplicate\n0007,-1,2,5.5,head2010,0\n",
        ("0007", -1.0, 2.0, 5_500.0, None),
    ),
    "named craters": (
        "Diameter (km),Latitude,Longitude\n300.00,14.70,304.00\n",
        ("row-1", -56.0, 14.7, 300_000.0, None),
    ),
    "open crater tool": (
        "Diam_km,x_coord,y_coord,tag\n1.5,10,20,standard\n",
        ("row-1", 10.0, 20.0, 1_500.0, None),
    ),
    "radius": ("id;lon;lat;radius_km\na;1;2;3\n", ("a", 1.0, 2.0, 6_000.0, None)),
    "decimal commas": (
        "id;lon;lat;diam_km\na;1,5;-2,25;3,5\nb;1,0;2,0;4,0\n",
        ("a", 1.5, -2.25, 3_500.0, None),
    ),
    "west": ("id,lon_west,lat,diameter_m\na,190,2,3\n", ("a", 170.0, 2.0, 3.0, None)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout: str, tmp_path: Path) -> None:
    text, (identity, lon, lat, diameter, body) = LAYOUTS[layout]
    craters = read(tmp_path, text)
    assert craters.ids[0] == identity
    assert craters.lon[0] == pytest.approx(lon, abs=1e-9)
    assert craters.lat[0] == pytest.approx(lat)
    assert craters.diameter[0] == pytest.approx(diameter)
    assert (craters.body.name if craters.body else None) == body
    assert craters.rejected == [] and len(craters) == craters.attributes.num_rows
    assert craters.lon.dtype == craters.lat.dtype == craters.diameter.dtype == np.float64


def test_attributes_keep_order_type_and_text(tmp_path: Path) -> None:
    craters = read(
        tmp_path,
        'note,id,lat,lon,diam_km,depth,n,empty\n"a, b\nc",0007,1,2,3,0.5,4,\n"ü",12.0,1,2,3,,5,\n',
    )
    table = craters.attributes
    assert table.schema.names == ["note", "id", "lat", "lon", "diam_km", "depth", "n", "empty"]
    assert craters.ids == ["0007", "12.0"]
    assert table.column("note").to_pylist() == ["a, b\nc", "ü"]
    assert table.column("depth").to_pylist() == [0.5, None]
    assert table.schema.field("n").type == pa.int64()
    assert table.schema.field("empty").type == pa.string()


def test_encodings(tmp_path: Path) -> None:
    text = "id,lon,lat,diam_km,näme\r\na,1,2,3,Rømer\r\n"
    for encoding in ("utf-8", "utf-8-sig", "latin-1", "utf-16"):
        craters = read(tmp_path, text.encode(encoding))
        assert craters.attributes.column("näme").to_pylist() == ["Rømer"], encoding
        assert craters.columns.id == "id"
    # The only letter that is not ASCII far behind the part the encoding is judged by.
    rows = "".join(f"{i},1,2,3,plain\n" for i in range(30_000))
    late = ("id,lon,lat,diam_km,name\n" + rows + "x,1,2,3,Rømer\n").encode("latin-1")
    assert read(tmp_path, late).attributes.column("name")[-1].as_py() == "Rømer"
    late_id = ("id,lon,lat,diam_km\n" + rows.replace(",plain", "") + "ø,1,2,3\n").encode("latin-1")
    assert read(tmp_path, late_id).ids[-1] == "ø"


def test_overrides(tmp_path: Path) -> None:
    text = "Key,id,LON,lon2,lat,lat2,diam_km,size\nk1,a,1,11,2,12,3,13\n"
    craters = read(
        tmp_path, text, id="key", lon="LON2", lat="lat2", diameter="SIZE", diameter_unit="m"
    )
    assert (craters.ids, craters.lon[0], craters.lat[0]) == (["k1"], 11, 12)
    assert craters.diameter[0] == 13 and craters.columns.unit_source == "as you said"
    assert read(tmp_path, text, diameter_unit="m").diameter[0] == 3
    assert read(tmp_path, text, west_positive=True).lon[0] == -1
    assert read(tmp_path, text, body="mars").body.a == 3396190  # type: ignore[union-attr]
    with pytest.raises(BodyError):
        read(tmp_path, text, body="Krypton")


def test_every_rejection(tmp_path: Path) -> None:
    rows = [
        ("ok1", "0", "0", "1"),
        ("b2", "", "0", "1"),
        ("b3", "abc", "0", "1"),
        ("b4", "nan", "0", "1"),
        ("b5", "0", "inf", "1"),
        ("b6", "0", "90.001", "1"),
        ("b7", "360.5", "0", "1"),
        ("b8", "0", "0", "0"),
        ("b9", "0", "0", "-3"),
        ("ok1", "5", "5", "2"),
        ("b11", "0", "0", "~12"),
        ("ok12", "360", "-90", "1e1"),
        ("b13", "0", " ", "1"),
    ]
    text = "id,lon,lat,diam_km\n" + "".join(",".join(row) + "\n" for row in rows)
    craters = read(tmp_path, text + "short,1\n" + "ok15,-360, 90 ,+.5\n")
    assert craters.ids == ["ok1", "ok12", "ok15"]
    assert craters.source_rows.tolist() == [1, 12, 15]
    assert craters.lon.tolist() == [0, 0, 0] and craters.diameter.tolist() == [1e3, 1e4, 500]
    expected = {
        2: "longitude is empty",
        3: "longitude is not a number",
        4: "longitude is not a number",
        5: "latitude is not a number",
        6: "latitude is beyond 90 degrees",
        7: "longitude is beyond 360 degrees",
        8: "diameter is not greater than zero",
        9: "diameter is not greater than zero",
        10: "id occurs already in an earlier row",
        11: "diameter is not a number",
        13: "latitude is empty",
        14: "has 2 fields instead of 4",
    }
    assert {r.row: r.reason for r in craters.rejected} == expected
    assert craters.rejected_total == 12
    assert "2 diameter is not greater than zero" in craters.summary()
    limited = read_catalogue(tmp_path / "c.csv", limit_rejected=2)
    assert [r.row for r in limited.rejected] == [2, 3] and limited.rejected_total == 12


def test_a_duplicate_of_a_rejected_row_is_kept(tmp_path: Path) -> None:
    craters = read(tmp_path, "id,lon,lat,diam_km\na,0,0,-1\nb,0,0,1\na,3,0,1\nb,9,0,1\n")
    assert craters.ids == ["b", "a"] and craters.lon.tolist() == [0, 3]


def test_columns_that_do_not_identify_are_not_ids(tmp_path: Path) -> None:
    rows = "".join(f"0,{i},0,1,\n" for i in range(5))
    craters = read(tmp_path, "Id,lon,lat,diam_km,name\n" + rows)
    assert craters.ids[-1] == "row-5" and craters.columns.id is None and craters.notes
    named = read(tmp_path, "name,lon,lat,diam_km\nTycho,0,0,1\n,1,0,1\n")
    assert named.ids == ["row-1", "row-2"]
    strict = read(tmp_path, "Id,lon,lat,diam_km,name\n" + rows, id="Id")
    assert strict.ids == ["0"] and strict.rejected_total == 4
    blank = read(tmp_path, "id,lon,lat,diam_km\na,0,0,1\n,0,0,1\nc,0,0,1\n")
    assert blank.ids == ["a", "row-2", "c"] and "1 rows without an id" in blank.summary()


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("", {}, "is empty"),
        (" \n\n", {}, "is empty"),
        (b"\xff\xfe", {}, "is empty"),
        ("\n" * 200 + "x", {}, "No column for the longitude"),
        ("id,lon,lat,diam_km\n", {}, "no rows"),
        ("id,lon,lat,diameter\n", {}, "no rows"),
        ("id,lon,lat,diam_km\n1,2\n", {}, "1 has 2 fields instead of 4"),
        ("just text\nmore\n", {}, "'just text'"),
        ("a,b,c\n1,2,3\n", {}, r"'a', 'b', 'c'.*--lon NAME --lat NAME --diameter NAME"),
        ("id,lon,lat\n1,2,3\n", {}, "diameter was recognised"),
        ("id,lon,lat,diam_km\n1,2,3,4\n", {"lon": "nope"}, r"no column 'nope' \(--lon\)"),
        ("id,lon,lat,diameter\n1,2,3,4\n", {}, "--diameter-unit km"),
        ("id,lon,lat,diam_km\n1,2,3,4\n", {"diameter_unit": "mm"}, "'mm' is not known"),
        ("id,lon,lat,diam_km\n1,x,3,4\n", {}, "1 longitude is not a number"),
        (b"PK\x03\x04\x00\x00\x00\x00", {}, "not a text table"),
    ],
)
def test_errors(content: str | bytes, options: dict[str, str], words: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=words):
        read(tmp_path, content, **options)


def test_a_member_whose_name_is_no_text_is_said(tmp_path: Path) -> None:
    path = tmp_path / "craters.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("\u00e9.csv", "id,lon,lat,diam_km\n1,2,3,4\n")
    path.write_bytes(path.read_bytes().replace("\u00e9".encode(), b"\xc3("))
    with pytest.raises(CatalogueError, match="cannot be unpacked"):
        read_catalogue(path)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="There is no catalogue"):
        read_catalogue(tmp_path / "nothing.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(CatalogueError, match="is a folder"):
        read_catalogue(tmp_path / "folder.csv")


def test_longitude_conventions_are_reported(tmp_path: Path) -> None:
    for values, words in (
        ("10,350", "0 to 360, positive east"),
        ("-10,170", "-180 to 180"),
        ("10,170", "between 0 and 180 only"),
        ("-10,350", "mixed"),
    ):
        a, b = values.split(",")
        craters = read(tmp_path, f"lon,lat,diam_km\n{a},0,1\n{b},0,1\n")
        assert words in craters.summary()
        assert (craters.lon >= -180).all() and (craters.lon < 180).all()


def test_take(tmp_path: Path) -> None:
    craters = read(tmp_path, "id,lon,lat,diam_km,k\na,1,2,3,x\nb,4,5,6,y\nc,7,8,9,z\n")
    some = craters.take([2, 0])
    assert some.ids == ["c", "a"] and some.lon.tolist() == [7, 1]
    assert some.attributes.column("k").to_pylist() == ["z", "x"]
    assert some.source_rows.tolist() == [3, 1] and len(some) == 2
    assert craters.take(np.array([False, True, False])).ids == ["b"]
    assert len(craters.take([])) == 0 and "0 craters" in craters.take([]).summary()


@pytest.mark.parametrize(
    ("name", "rows", "bad"),
    [
        ("moon/craters_ge5km.csv", 24_520, 0),
        ("moon/head2010_ge20km.csv", 5_185, 0),
        ("moon/lroc_5_20km.csv", 19_335, 0),
        ("moon/iau_gazetteer.csv", 9_116, 95),  # 95 lost names have a diameter of 0
        ("other_bodies/mars_craters_km.csv", 352, 0),
        ("other_bodies/vesta_craters_km.csv", 90, 0),
    ],
)
def test_real_catalogues(name: str, rows: int, bad: int) -> None:
    if not (DATA / name).exists():
        pytest.skip(f"{name} is not here")
    craters = read_catalogue(DATA / name)
    assert len(craters) == rows - bad and craters.rejected_total == bad
    assert craters.diameter.min() > 0 and craters.diameter.max() < 4e6
    if name.endswith("ge5km.csv"):
        assert sum(craters.attributes.column("near_duplicate").to_pylist()) == 12
        assert craters.ids[:2] == ["0", "1"]
