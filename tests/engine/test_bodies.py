"""Bodies, great circles and longitude conventions against pyproj and known cases."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from craterbench_qgis.contract.records import RecordError
from craterbench_qgis.engine.bodies import (
    KNOWN_BODIES,
    Body,
    body_by_name,
    body_from_crs,
    circle,
    destination,
    east_longitude,
    geocentric_to_geodetic,
    geodetic_to_geocentric,
    great_circle_distance,
    initial_bearing,
    same_body,
    wrap_longitude,
)
from craterbench_qgis.engine.errors import BodyError

DATA = Path(
    os.environ.get("CRATERBENCH_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")
)
MOON = body_by_name("moon")
lons = st.floats(-540, 540)
lats = st.floats(-90, 90)


def test_known_radii_agree_with_the_proj_database() -> None:
    codes = {
        "Mercury": 19902, "Venus": 29900, "Earth": 39902, "Moon": 30100, "Mars": 49902,
        "Ceres": 200000102, "Vesta": 200000400, "Io": 50100, "Europa": 50200, "Ganymede": 50300,
        "Callisto": 50400, "Mimas": 60100, "Enceladus": 60200, "Tethys": 60300, "Dione": 60400,
        "Rhea": 60500, "Titan": 60600, "Iapetus": 60802, "Miranda": 70500, "Ariel": 70100,
        "Umbriel": 70200, "Titania": 70300, "Oberon": 70400, "Triton": 80100, "Pluto": 99900,
        "Charon": 90100,
    }  # fmt: skip
    assert set(codes) == {b.name for b in KNOWN_BODIES}
    for name, code in codes.items():
        crs = pyproj.CRS.from_authority("IAU_2015", code)
        assert crs.ellipsoid is not None
        body = body_by_name(name.upper())
        assert body.a == pytest.approx(crs.ellipsoid.semi_major_metre, abs=0.01), name
        assert body.b == pytest.approx(crs.ellipsoid.semi_minor_metre, abs=0.01), name
        assert body_from_crs(crs).name == name


@pytest.mark.parametrize(
    ("crs", "name"),
    [
        ("EPSG:4326", "Earth"),
        ("EPSG:3857", "Earth"),
        ("ESRI:104903", "Moon"),
        ("ESRI:104905", "Mars"),
        ("IAU_2015:49910", "Mars"),
        ("IAU_2015:30130", "Moon"),
        ("+proj=stere +lat_0=90 +R=3376200", "Mars"),  # polar maps: sphere of the polar radius
        ("+proj=longlat +R=1737400 +no_defs", "Moon"),
        ("+proj=longlat +R=763800", "Rhea"),
        ("+proj=longlat +R=761400", "Oberon"),
        ("+proj=longlat +R=561400", "Dione"),
        ("+proj=longlat +R=584700", "Umbriel"),
        ("+proj=longlat +R=788400", "Titania"),
        ("+proj=longlat +R=6371000", "Earth"),
        ("+proj=longlat +R=123456", "sphere of R = 123.456 km"),
        ("+proj=longlat +a=285000 +b=229000", "ellipsoid of 285 x 229 km"),
        ("IAU_2015:200005200", "sphere of R = 157.5 km"),  # the asteroid 52 Europa, not the moon
    ],
)
def test_body_from_crs(crs: str, name: str) -> None:
    body = body_from_crs(crs)
    assert body.name == name
    ellipsoid = pyproj.CRS(crs).ellipsoid
    assert ellipsoid is not None and body.a == ellipsoid.semi_major_metre  # kept as declared


@pytest.mark.parametrize("kind", ["Rhea", "Oberon"])
def test_the_name_decides_between_moons_of_one_size(kind: str) -> None:
    wkt = (
        f'GEOGCS["GCS_{kind}_2000",DATUM["D_{kind}_2000",SPHEROID["{kind}_2000",762600,0]],'
        'PRIMEM["Reference_Meridian",0],UNIT["Degree",0.0174532925199433]]'
    )
    assert body_from_crs(wkt) == Body(kind, 762600.0, 762600.0)


def test_a_name_whose_radius_does_not_fit_is_not_believed() -> None:
    wkt = (
        'GEOGCS["GCS_Moon",DATUM["D_Moon",SPHEROID["Moon",6378137,298.257223563]],'
        'PRIMEM["Reference_Meridian",0],UNIT["Degree",0.0174532925199433]]'
    )
    assert body_from_crs(wkt).name == "Earth"


def test_vesta_on_its_ellipsoid_is_vesta_by_name() -> None:
    wkt = (
        'GEOGCS["Vesta",DATUM["D_Vesta",SPHEROID["Vesta",285000,5.089286]],'
        'PRIMEM["Reference_Meridian",0],UNIT["Degree",0.0174532925199433]]'
    )
    vesta = body_from_crs(wkt)
    assert vesta.name == "Vesta" and same_body(vesta, body_by_name("Vesta"))


@pytest.mark.parametrize("crs", [None, "", "no such crs", 3.5, 'LOCAL_CS["pixels"]'])
def test_unusable_crs(crs: object) -> None:
    with pytest.raises(BodyError):
        body_from_crs(crs)


def test_unknown_name_and_bad_radii() -> None:
    with pytest.raises(BodyError, match=r"Moon.*Mars"):
        body_by_name("Krypton")
    for a, b in ((0.0, 1.0), (-1.0, 1.0), (float("nan"), 1.0), (1.0, float("inf"))):
        with pytest.raises(RecordError, match="must be a number above 0"):
            Body("x", a, b)


def test_same_body() -> None:
    sphere, ellipsoid = Body("Mars", 3396190.0, 3396190.0), body_by_name("mars")
    assert same_body(sphere, ellipsoid) and same_body(ellipsoid, sphere)
    assert same_body(Body("sphere", 1738000.0, 1738000.0), MOON)
    assert not same_body(Body("sphere", 1750000.0, 1750000.0), MOON)
    assert not same_body(body_by_name("Rhea"), body_by_name("Oberon"))
    assert not same_body(body_by_name("Mercury"), body_by_name("Callisto"))
    assert not same_body(Body("Moon", 3396190.0, 3396190.0), MOON)
    for body in KNOWN_BODIES:
        assert [same.name for same in KNOWN_BODIES if same_body(body, same)] == [body.name]


def test_real_mosaics() -> None:
    rasterio = pytest.importorskip("rasterio")
    files = sorted((DATA / "other_bodies").glob("*.tif"))
    if not files:
        pytest.skip("shared/data/other_bodies is not here")
    for path in files:
        with rasterio.open(path) as source:
            body = body_from_crs(source.crs)
        expected = path.stem.split("_")[0].capitalize()
        assert body.name == expected
        assert same_body(body, body_by_name(expected))


@settings(max_examples=200)
@given(lons, lats, lons, lats)
def test_distance_and_bearing_against_pyproj(
    lon1: float, lat1: float, lon2: float, lat2: float
) -> None:
    geod = pyproj.Geod(a=MOON.a, b=MOON.a)
    bearing, _, distance = geod.inv(lon1, lat1, lon2, lat2)
    assert great_circle_distance(MOON, lon1, lat1, lon2, lat2) == pytest.approx(distance, abs=1e-3)
    east = initial_bearing(lon1, lat1, lon2, lat2)
    assert 0 <= east < 360
    # Near a pole, the antipode or the point itself a bearing says nothing: compare where it does.
    if 1.0 < distance < np.pi * MOON.a - 1e3 and max(abs(lat1), abs(lat2)) < 89.9:
        assert abs(wrap_longitude(east - bearing)) < 1e-3


@settings(max_examples=200)
@given(lons, lats, st.floats(0, 360), st.floats(0, 5.4e6))
def test_destination_against_pyproj(
    lon: float, lat: float, bearing: float, distance: float
) -> None:
    lon2, lat2 = destination(MOON, lon, lat, bearing, distance)
    x, y, _ = pyproj.Geod(a=MOON.a, b=MOON.a).fwd(lon, lat, bearing, distance)
    assert -180 <= lon2 < 180
    assert great_circle_distance(MOON, lon2, lat2, x, y) < 1e-3
    assert great_circle_distance(MOON, lon, lat, lon2, lat2) == pytest.approx(distance, abs=1e-3)


def test_distances_in_the_difficult_places() -> None:
    half = np.pi * MOON.a
    assert great_circle_distance(MOON, 0, 0, 180, 0) == pytest.approx(half, rel=1e-15)
    assert great_circle_distance(MOON, 10, 90, -70, -90) == pytest.approx(half, rel=1e-15)
    assert great_circle_distance(MOON, 30, 40, -150, -40) == pytest.approx(half, rel=1e-14)
    assert great_circle_distance(MOON, 359.5, 0, -0.5, 0) == 0
    degree = np.pi * MOON.a / 180
    assert great_circle_distance(MOON, 179.9, 0, -179.9, 0) == pytest.approx(0.2 * degree)
    assert great_circle_distance(MOON, 0, 89, 180, 89) == pytest.approx(2 * degree)
    metre = 1 / degree
    assert great_circle_distance(MOON, 12, 34, 12, 34 + metre) == pytest.approx(1.0, rel=1e-6)
    many = great_circle_distance(MOON, np.zeros((3, 1)), 0, np.arange(4.0), [0, 0, 0, 0])
    assert many.shape == (3, 4)
    assert initial_bearing(5, 5, 5, 5) == 0


@settings(max_examples=300)
@given(st.floats(-1e6, 1e6), st.sampled_from([0.0, 180.0, -90.0, 37.5]))
def test_wrap_longitude(lon: float, centre: float) -> None:
    wrapped = wrap_longitude(lon, centre)
    assert centre - 180 <= wrapped < centre + 180
    turns = float((lon - wrapped) / 360)
    assert turns == pytest.approx(round(turns), abs=1e-8)
    if centre - 180 <= lon < centre + 180:
        assert wrapped == lon


def test_longitude_conventions() -> None:
    assert np.array_equal(wrap_longitude([180, 181, 360, -180, 540]), [-180, -179, 0, -180, -180])
    assert np.array_equal(wrap_longitude([-1, 360, 359.5], 180), [359, 0, 359.5])
    assert np.array_equal(east_longitude([10, 190, 0], west_positive=True), [-10, 170, 0])
    assert np.isnan(wrap_longitude(np.nan))
    assert wrap_longitude(-1e-17, 180) == 0  # rounds to 360, which is 0


@given(lats)
def test_latitude_kinds(lat: float) -> None:
    mars = body_by_name("Mars")
    geodetic = geocentric_to_geodetic(mars, lat)
    assert geodetic_to_geocentric(mars, geodetic) == pytest.approx(lat, abs=1e-9)
    assert abs(geodetic) >= abs(lat) - 1e-12 and abs(geodetic - lat) < 0.35
    assert geocentric_to_geodetic(MOON, lat) == pytest.approx(lat, abs=1e-12)


def test_latitude_kinds_against_proj() -> None:
    # The definition of geodetic latitude through PROJ's geocentric coordinates.
    mars = body_by_name("Mars")
    to_xyz = pyproj.Transformer.from_pipeline(f"+proj=cart +a={mars.a} +b={mars.b}")
    x, _, z = to_xyz.transform(0.0, 47.0, 0.0)
    assert geodetic_to_geocentric(mars, 47.0) == pytest.approx(np.degrees(np.arctan2(z, x)))
    assert geocentric_to_geodetic(mars, [90.0, -90.0, 0.0]).tolist() == [90.0, -90.0, 0.0]


@pytest.mark.parametrize(("lon", "lat"), [(0, 0), (179.9, 5), (20, 89.9), (0, -90)])
def test_circle(lon: float, lat: float) -> None:
    x, y = circle(MOON, lon, lat, 50_000.0, n=36)
    assert x.shape == y.shape == (36,)
    assert np.allclose(great_circle_distance(MOON, lon, lat, x, y), 50_000, atol=1e-3)
    assert (x >= -180).all() and (x < 180).all()
    many, _ = circle(MOON, [lon, lon], lat, [1e3, 1e4], n=8)
    assert many.shape == (2, 8)
    with pytest.raises(ValueError, match="three"):
        circle(MOON, lon, lat, 1.0, n=2)
