"""Each kind of fault of catalogues, with its right value (docs/reference/reading.md)."""

from __future__ import annotations

import gzip
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pyproj
import pytest
import shapely

from craterbench_qgis.contract.search import Match
from craterbench_qgis.engine.bodies import Body, body_by_name
from craterbench_qgis.engine.catalogue import GEOMETRY, Craters, read_catalogue
from craterbench_qgis.engine.errors import CatalogueError
from craterbench_qgis.engine.formats import write_matches

A, B = 3396190.0, 3376200.0
MARS = "+proj=longlat +a=3396190 +b=3376200"
MOON = "+proj=longlat +R=1737400"


def centric(lat: float) -> float:
    return float(np.degrees(np.arctan((B / A) ** 2 * np.tan(np.radians(lat)))))


def read(folder: Path, text: str | bytes, name: str = "c.csv", **options: Any) -> Craters:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_catalogue(path, **options)


def layer(path: Path, columns: dict[str, Any], shapes: list[Any], crs: str | None) -> Path:
    wkb = pa.array(shapely.to_wkb(np.array(shapes, dtype=object)), pa.binary())
    kind = next(shape.geom_type for shape in shapes if shape is not None)
    pyogrio.write_arrow(
        pa.table(columns).append_column("geometry", wkb), path, geometry_name="geometry",
        geometry_type=kind, crs=pyproj.CRS(crs).to_wkt() if crs else None,
    )  # fmt: skip
    return path


# A: a CRS of the Earth gives its degrees and nothing else.
@pytest.mark.parametrize(
    "crs", ["EPSG:4326", "EPSG:4979", "EPSG:4258", "+proj=longlat +ellps=WGS84", "EPSG:3857"]
)
def test_the_earths_flattening_stays_on_the_earth(tmp_path: Path, crs: str) -> None:
    system = pyproj.CRS(crs)
    x, y = (10.0, 45.0)
    if system.is_projected:
        x, y = pyproj.Transformer.from_crs(4326, system, always_xy=True).transform(x, y)
    path = layer(tmp_path / "c.gpkg", {"diam_km": [9.0]}, [shapely.Point(x, y)], crs)
    craters = read_catalogue(path, body="moon")
    assert (craters.lon[0], craters.lat[0]) == pytest.approx((10.0, 45.0), abs=1e-9)
    assert read_catalogue(path, body="mars").lat[0] == pytest.approx(45.0, abs=1e-9)
    earth = read_catalogue(path)
    assert earth.body is not None and earth.body.name == "Earth"
    assert earth.lat[0] == pytest.approx(44.80757678, abs=1e-6)


def test_heights_in_geojson_are_no_statement(tmp_path: Path) -> None:
    text = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"diam_km":3},'
        '"geometry":{"type":"Point","coordinates":[10,45,-1200]}}]}'
    )
    craters = read(tmp_path, text, "c.geojson")
    assert craters.body is None and craters.lat[0] == 45.0
    earth = read(tmp_path, text, "c.geojson", mosaic_body=body_by_name("earth"))
    assert earth.lat[0] == pytest.approx(44.80757678, abs=1e-6)


# B: what this project writes it reads.
@pytest.mark.parametrize(
    "name",
    ["m.gpkg", "m.shp", "m.geojson", "m.csv", "m.scc", "m.diam", "m_CRATER.shp"],
)
@pytest.mark.parametrize("body", [Body("Mars", A, B), body_by_name("Moon")])
def test_own_exports_come_back(tmp_path: Path, name: str, body: Body) -> None:
    rows = [
        Match(n + 1, f"c{n}", lon, lat, 20_000.0, 0.9, context=2.0)
        for n, (lon, lat) in enumerate([(70.5, -42.4), (-179.9, 0.01), (3.0, 84.0), (10.0, 40.0)])
    ]
    write_matches(tmp_path / name, rows, body=body, provenance={})
    craters = read_catalogue(tmp_path / name, mosaic_body=body)
    assert craters.lat == pytest.approx([row.lat for row in rows], abs=2e-7)
    assert craters.lon == pytest.approx([row.lon for row in rows], abs=2e-7)
    assert craters.diameter == pytest.approx(20_000.0)


@pytest.mark.parametrize("columns", [{}, {"x_coord": [10.0], "y_coord": [45.0], "tag": ["s"]}])
def test_columns_inherit_the_layers_latitudes(tmp_path: Path, columns: dict[str, Any]) -> None:
    circle = shapely.Point(10, 45).buffer(0.25, 64)
    path = layer(tmp_path / "c.gpkg", {"Diam_km": [30.0], **columns}, [circle], MARS)
    assert read_catalogue(path).lat[0] == pytest.approx(centric(45.0), abs=1e-8)


def test_columns_beside_a_planetographic_geometry_may_be_planetocentric(tmp_path: Path) -> None:
    columns = {"diam_km": [3.0, 3.0], "lon": [350.0, 20.0], "lat": [centric(45.0), centric(-30.0)]}
    shapes = [shapely.Point(-10, 45), shapely.Point(20, -30)]
    craters = read_catalogue(layer(tmp_path / "c.gpkg", columns, shapes, MARS))
    assert craters.lat == pytest.approx(columns["lat"], abs=1e-9)
    assert "as the geometry shows" in craters.summary()


# C: columns that state the facts.
GAZETTEER = (
    "Feature_ID,Feature_Name,Target,Diameter,Center_Latitude,Center_Longitude,Coordinate_System,"
    'Feature_Type\n1,Aki,Moon,300,10,320,"Planetographic, +West, 0 - 360","Crater, craters"\n'
    '2,Bok,Mars,400,45,31,"Planetographic, +West, 0 - 360","Crater, craters"\n'
    '3,Cid,Mercury,390,11.2,31.3,"Planetographic, +West, 0 - 360","Mons, montes"\n'
    '4,Dot,Moon,5,0,20,"Planetographic, +West, 0 - 360","Mons, montes"\n'
    '5,Ern,Moon,5,0,20,"Planetocentric, +East, 0 - 360",Satellite Feature\n'
)


def test_target_and_coordinate_system_are_read(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"several bodies.*--body"):
        read(tmp_path, GAZETTEER)
    for options in ({"body": "moon"}, {"mosaic_body": body_by_name("moon")}):
        craters = read(tmp_path, GAZETTEER, **options)
        assert craters.ids == ["1", "5"] and craters.lon.tolist() == [40.0, 20.0]
        assert craters.rejected_total == 3
    mars = read(tmp_path, GAZETTEER, body="mars")
    assert (mars.lon[0], mars.lat[0]) == pytest.approx((-31.0, centric(45.0)))
    with pytest.raises(CatalogueError, match="No row is of Ceres"):
        read(tmp_path, GAZETTEER, body="ceres")


def test_statements_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    text = 'name,Longitude (W),lat,diam_km,Coordinate_System\na,30,20,3,"Planetographic, +East"\n'
    with pytest.raises(CatalogueError, match="--west-positive or --east-positive"):
        read(tmp_path, text)
    assert read(tmp_path, text, west_positive=False, body="moon").lon[0] == 30.0
    with pytest.raises(CatalogueError, match=r"planetographic.*--body"):
        read(tmp_path, "lon,planetographic latitude,diam_km\n1,45,3\n")
    stated = read(tmp_path, "lon,planetographic latitude,diam_km\n1,45,3\n", body="mars")
    assert stated.lat[0] == pytest.approx(centric(45.0))
    said = read(tmp_path, "lon,lat,diam_km\n1,45,3\n", body="mars", latitude_kind="planetographic")
    assert said.lat[0] == pytest.approx(centric(45.0))


# D: columns against geometry.
def test_metres_that_pass_for_degrees(tmp_path: Path) -> None:
    crs = pyproj.CRS("+proj=stere +lat_0=-45.457 +lon_0=177.589 +R=1737400 +units=m")
    for scale in (1, 1000):
        x, y = np.array([-35.0, 12.0]) * scale, np.array([60.0, -20.0]) * scale
        shapes = [shapely.Point(*point).buffer(5) for point in zip(x, y, strict=True)]
        columns = {"diameter": [10.0, 10.0], "center_lon": x, "center_lat": y}
        path = layer(tmp_path / f"{scale}.gpkg", columns, shapes, crs.to_wkt())
        craters = read_catalogue(path, diameter_unit="m")
        to = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
        lon, lat = to.transform(x, y)
        assert craters.lon == pytest.approx(lon, abs=1e-6)
        assert craters.lat == pytest.approx(lat, abs=1e-6)
        assert craters.columns.lon == GEOMETRY and "geometry counts" in craters.summary()


def test_single_rows_that_disagree_and_west_columns(tmp_path: Path) -> None:
    shapes = [shapely.Point(n, n / 2) for n in range(1, 9)]
    lon = [float(n) for n in range(1, 9)]
    columns = {"diam_km": [1.0] * 8, "lon": [*lon[:7], 99.0], "lat": [n / 2 for n in lon]}
    craters = read_catalogue(layer(tmp_path / "a.gpkg", columns, shapes, MOON))
    assert craters.lon == pytest.approx(lon) and "In 1 rows" in craters.summary()
    west = {"diam_km": [1.0] * 8, "lon": [360 - n for n in lon], "lat": [n / 2 for n in lon]}
    craters = read_catalogue(layer(tmp_path / "b.gpkg", west, shapes, MOON))
    assert craters.lon == pytest.approx(lon) and craters.columns.west_positive
    named = {"diam_km": [1.0] * 8, "lon_west": lon, "lat": [n / 2 for n in lon]}
    path = layer(tmp_path / "c.gpkg", named, shapes, MOON)
    with pytest.raises(CatalogueError, match=r"counts west by its name.*geometry"):
        read_catalogue(path)
    assert read_catalogue(path, lon="(geometry)").lon == pytest.approx(lon)
    assert read_catalogue(path, lon="lon_west", lat="lat").lon == pytest.approx([-n for n in lon])


# E: west and south in names and cells.
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("id,Longitude (W),lat,diam_km\na,30,20,3\n", (-30, 20)),
        ("id,Lon °W,lat,diam_km\na,330,20,3\n", (30, 20)),
        ("id,lon_deg_w,lat,diam_km\na,30,20,3\n", (-30, 20)),
        ("id,Longitude (E),Latitude (S),D (km)\na,30,20,3\n", (30, -20)),
        ("id,lat,lon,diam_km\na,57.6S,174.8E,3\n", (174.8, -57.6)),
        ("id,lat,lon,diam_km\na,8.4° N,17.6° W,3\n", (-17.6, 8.4)),
        ("id,lat,lon,diam_km\na,57°36′S,17°30'36\"W,3\n", (-17.51, -57.6)),
        ("id,lon,lat,diam_km\na,−30,–20,3\n", (-30, -20)),
    ],
)
def test_west_and_south(tmp_path: Path, text: str, place: tuple[float, float]) -> None:
    craters = read(tmp_path, text)
    assert (craters.lon[0], craters.lat[0]) == pytest.approx(place)


def test_double_signs_are_asked(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="says west"):
        read(tmp_path, "id,lon_w,lat,diam_km\na,-30,20,3\nb,-40,20,3\n")
    with pytest.raises(CatalogueError, match="No row"):
        read(tmp_path, "id,lon,lat,diam_km\na,-30W,20,3\n")
    mixed = read(tmp_path, "id,lon,lat,diam_km\na,30W,2N,3\nb,20E,3S,3\nc,25,4N,3\n")
    assert mixed.ids == ["a", "b"] and "no E or W" in mixed.summary()


# H: decimal commas.
@pytest.mark.parametrize(
    ("text", "diameters"),
    [
        ("id;lon;lat;diam_km\na;10,5;-20,25;42,5\nb;11,5;-21,25;?\nc;12,5;2;30\nd;1;2;31,5\n",
         [42500, 30000, 31500]),
        ("id;lon;lat;diam_m\na;10,5;20,5;980,5\nb;1,5;2,5;1.250\nc;1,5;2,5;12.250\n",
         [980.5, 1250, 12250]),
        ("id;lon;lat;diam_km;sun\na;10,5;20;42;45.2\nb;11,5;21;43;45.1\n", [42000, 43000]),
        ('id,lon,lat,diam_km\na,"10,5","-20,25","42,5"\nb,"1,5","-2,5","30"\n', [42500, 30000]),
        ("id,lon,lat,diam_km\na,10,20,30,\nb,11,21,31,\n", [30000, 31000]),
        ("id,lon,lat,diam_km,note\na,10,20,30\nb,11,21,31,x\n", [30000, 31000]),
        ('id,lon,lat,diam_m\na,10.5,20.5,"1,250"\nb,1.5,2.5,980\n', [1250, 980]),
        ("id;lon;lat;diam_m\na;10,5;20,5;1 250\nb;1,5;2,5;980,5\n", [1250, 980.5]),
        ("id,lon,lat,diam_km\na,10,20,1.250\nb,11,21,2.125\n", [1250, 2125]),
    ],
)  # fmt: skip
def test_decimal_marks(tmp_path: Path, text: str, diameters: list[float]) -> None:
    assert read(tmp_path, text).diameter == pytest.approx(diameters)


@pytest.mark.parametrize(
    "text",
    [
        "id;lon;lat;diam_m\na;10,5;20,5;1.250\nb;1,5;2,5;12.250\n",
        'id,lon,lat,diam_m\na,10,20,"1,250"\nb,1,2,"2,500"\n',
        "id;lon;lat;diam_m\na;10;20;1.250\nb;1;2;980\n",
    ],
)
def test_thousands_or_decimals_are_asked(tmp_path: Path, text: str) -> None:
    with pytest.raises(CatalogueError, match="thousands or decimals"):
        read(tmp_path, text)


# J: files that are read.
def test_tables_in_other_forms(tmp_path: Path) -> None:
    blanks = "# id   lon   lat   diam_km\n  1    10    20    3\n  2    -60   -20   4\n"
    assert read(tmp_path, blanks, "b.txt").lon.tolist() == [10, -60]
    vizier = "#Table\n\nID\tLon\tLat\tDiam\n \tdeg\tdeg\tkm\n--\t---\t---\t---\na\t10\t20\t3\n"
    craters = read(tmp_path, vizier, "v.tsv")
    assert craters.diameter.tolist() == [3000] and craters.ids == ["a"]
    west = "ID,Lon,Lat,Diam\n,deg W,deg,m\na,10,20,300\n"
    assert read(tmp_path, west).lon.tolist() == [-10]
    quoted = read(tmp_path, b"name,lon,lat,diam_km\nO\x92Neill,1,2,3\nB,1,2,3\n")
    assert quoted.ids[0] == "O’Neill"


def test_crater_counts(tmp_path: Path) -> None:
    text = (
        "a_axis_radius = {a} <km>\nb_axis_radius = {a} <km>\nc_axis_radius = {c} <km>\n"
        "coordinate_system_name = {name}\ncrater = {{diam, fraction, lon, lat\n30\t1\t10\t45\n}}\n"
    )
    moon = read(tmp_path, text.format(a=1737.4, c=1737.4, name="Moon"), "m.scc")
    assert moon.body is not None and moon.body.name == "Moon" and moon.lat[0] == 45.0
    mars = read(tmp_path, text.format(a=3396.19, c=3376.2, name="Mars 2000"), "m.scc")
    assert mars.lat[0] == pytest.approx(centric(45.0)) and mars.diameter[0] == 30_000
    with pytest.raises(CatalogueError, match="without places"):
        read(tmp_path, "area = 5\ndiam\n3\n4\n", "d.diam")


def test_compressed_and_archived(tmp_path: Path) -> None:
    text = b"id,lon,lat,diam_km\n1,10,20,3\n"
    (tmp_path / "z.csv.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("in/c.csv", text)
        archive.writestr("readme.pdf", b"x")
    (tmp_path / "c.csv").write_bytes(text)
    with tarfile.open(tmp_path / "z.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "c.csv", "c.csv")
    layer(tmp_path / "s.shp", {"diam_km": [3.0]}, [shapely.Point(10, 20)], MOON)
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        for part in tmp_path.glob("s.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    for name in (
        "z.csv.gz", "z.zip", "z.tar.gz", "s.zip",
        f"/vsizip/{tmp_path}/z.zip/in/c.csv", f"/vsizip/{tmp_path}/s.zip/s.shp",
    ):  # fmt: skip
        path = name if name.startswith("/") else tmp_path / name
        assert read_catalogue(path).lon.tolist() == [10.0], name
    with pytest.raises(CatalogueError, match=r"holds: 'in/c\.csv'"):
        read_catalogue(f"/vsizip/{tmp_path}/z.zip/none.csv")


def test_kml_names_and_extended_data(tmp_path: Path) -> None:
    mark = (
        '<Placemark><name>{n}</name><ExtendedData><SchemaData schemaUrl="#s"><SimpleData '
        'name="diameter">{d}</SimpleData><SimpleData name="clean_name">{n}</SimpleData>'
        "</SchemaData></ExtendedData><Point><coordinates>{x},45,0</coordinates></Point>"
        "</Placemark>"
    )
    marks = mark.format(n="Aa", d=300, x=10) + mark.format(n="Bb", d=31, x=30)
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'
    craters = read(tmp_path, text, "n.kml")
    assert craters.ids == ["Aa", "Bb"] and craters.lat.tolist() == [45.0, 45.0]
    assert craters.diameter.tolist() == [300_000, 31_000] and craters.body is None
    with pytest.raises(CatalogueError, match="entities"):
        read(tmp_path, '<!DOCTYPE a [<!ENTITY b "c">]>' + text, "n.kml")


def test_several_points_are_named(tmp_path: Path) -> None:
    shapes = [shapely.MultiPoint([(1, 2)]), shapely.MultiPoint([(1, 2), (3, 4)])]
    craters = read_catalogue(layer(tmp_path / "m.gpkg", {"diam_km": [1.0, 2.0]}, shapes, MOON))
    assert len(craters) == 1 and craters.rejected[0].reason == "the geometry is several points"


def test_metres_without_a_reference_system_are_refused(tmp_path: Path) -> None:
    shapes = [shapely.Point(*point) for point in [(-35000, 60000), (12, -20), (4000, 3), (5000, 9)]]
    path = layer(tmp_path / "m.gpkg", {"diam_km": [1.0] * 4}, shapes, None)
    with pytest.raises(CatalogueError, match=r"cannot be degrees.*reference system"):
        read_catalogue(path)
