"""Map points as places on any body, in real QGIS, against the engine's own arithmetic."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsPointXY,
    QgsRasterLayer,
)

from craterbench_qgis.contract.body import Body, same_body
from craterbench_qgis.core.geo import crs as geo_crs
from craterbench_qgis.core.geo import sphere
from craterbench_qgis.core.geo.crs import MapFrame
from engine_side import ask
from paths import needs_engine
from tool_bench import MARS, MOON, MOON_RADIUS, Place, crs_of, metres_between

SYSTEMS = {
    "IAU_2015:30100": [(10, 20), (-179, -80), (179.5, 5)],
    "IAU_2015:30110": [(10, 20), (-179, -80)],
    "IAU_2015:30130": [(10, 85), (-170, 75)],
    "+proj=stere +lat_0=-90 +lon_0=0 +R=1737400 +units=m": [(10, -85), (-170, -60)],
    "+proj=sinu +lon_0=0 +R=1737400 +units=m": [(10, 20), (-120, -50)],
    "+proj=ortho +lat_0=40 +lon_0=170 +R=1737400 +units=km": [(175, 45), (-175, 30)],
    "+proj=eqc +lon_0=180 +lat_ts=30 +R=1738000": [(-150, 20), (179, -70)],
    "+proj=laea +lat_0=-43 +lon_0=-11 +a=3396190 +b=3376200": [(-10, -40), (0, -50)],
    "+proj=sinu +a=3396190 +b=3376200": [(30, 40), (-20, -60)],
    "+proj=longlat +a=487300 +b=446000": [(30, 40), (-20, -60)],
    "EPSG:3857": [(12, 55), (-60, -20)],
    "EPSG:4326": [(12, 55), (-60, -20)],
    "EPSG:32633": [(14, 55), (16, 3)],
}
GRAPHIC_40 = MARS.geodetic(40.0)


def frame_of(text: str) -> MapFrame:
    return MapFrame(crs_of(text))


@needs_engine
@pytest.mark.parametrize("text, places", SYSTEMS.items(), ids=SYSTEMS)
def test_every_map_gives_planetocentric_places_and_back(text: str, places: list[Place]) -> None:
    engine = ask("engine_crs", "on_the_map", text, places)
    frame = frame_of(text)
    assert frame.body.a == pytest.approx(engine["a"], abs=1e-3)
    assert frame.body.b == pytest.approx(engine["b"], abs=1e-3)
    for (x, y), expected in zip(engine["points"], places, strict=True):
        place = frame.to_lonlat(QgsPointXY(x, y))
        assert place is not None
        assert metres_between(expected, place, frame.body.mean_radius) < 0.05
        back = frame.to_map(*place, near=x)
        assert math.hypot(back.x() - x, back.y() - y) < 1e-5 * engine["a"]


@pytest.mark.parametrize(
    "text, x, y", [("IAU_2015:49901", 30, GRAPHIC_40), ("IAU_2015:49902", -30, 40)]
)
def test_west_positive_and_planetocentric_degrees(text: str, x: float, y: float) -> None:
    """IAU ographic systems count west; ocentric ones on the ellipsoid have no geodetic latitude."""
    frame = frame_of(text)
    lon, lat = frame.to_lonlat(QgsPointXY(x, y))
    assert lon == pytest.approx(-30, abs=1e-9) and lat == pytest.approx(40, abs=1e-9)
    back = frame.to_map(lon, lat)
    assert back.x() == pytest.approx(x, abs=1e-9) and back.y() == pytest.approx(y, abs=1e-9)


@pytest.mark.parametrize("text, sign", [("IAU_2015:49911", 1), ("IAU_2015:49912", -1)])
def test_west_positive_and_planetocentric_metres(text: str, sign: int) -> None:
    x, y = math.radians(30) * MARS.a, math.radians(GRAPHIC_40) * MARS.a
    lon, lat = frame_of(text).to_lonlat(QgsPointXY(sign * x, y))
    assert lon == pytest.approx(-30, abs=1e-6) and lat == pytest.approx(40, abs=1e-6)


@pytest.mark.parametrize(
    "first, second",
    [
        ("IAU_2015:49910", "+proj=sinu +a=3396190 +b=3376200"),
        ("IAU_2015:49910", "+proj=longlat +R=3396000"),
        ("IAU_2015:30110", "+proj=ortho +lat_0=10 +R=1737400"),
    ],
)
def test_one_body_in_two_authorities(first: str, second: str) -> None:
    """PROJ before 9.6 has no transform between these; going through the body's own degrees needs
    none."""
    one_map, other_map = frame_of(first), frame_of(second)
    assert same_body(one_map.body, other_map.body)
    point = QgsPointXY(100000, 200000)
    there = other_map.to_map(*one_map.to_lonlat(point))
    lon, lat = other_map.to_lonlat(there)
    assert math.radians(lon) * one_map.body.a == pytest.approx(100000, abs=1)
    assert math.radians(lat) * one_map.body.a == pytest.approx(200000, abs=1)
    assert one_map.to_map(*other_map.to_lonlat(there)).distance(point) < 0.1


class TestBodiesAreToldApartByTheirRadii:
    @pytest.mark.parametrize(
        "text, body",
        [
            ("+proj=stere +lat_0=90 +R=1738000", MOON),
            ("IAU_2015:30100", None),
            ("+proj=longlat +R=3396190", MARS),
            ("+proj=stere +lat_0=90 +R=3376200", MARS),
        ],
    )
    def test_the_same(self, text: str, body: dict[str, object] | None) -> None:
        assert geo_crs.body_problem(crs_of(text), body, "The project") is None

    def test_others(self) -> None:
        earth = geo_crs.body_problem(crs_of("EPSG:4326"), MOON, "The project")
        assert "Earth" in earth and "Moon" in earth and earth.startswith("The project")
        mars = geo_crs.body_problem(crs_of("IAU_2015:49910"), MOON, "The project")
        assert "Mars" in mars and "1,737.4 km" in mars
        nothing = geo_crs.body_problem(QgsCoordinateReferenceSystem(), MOON, "The project")
        assert "Set one" in nothing

    def test_radii_in_kilometres(self) -> None:
        crs = QgsCoordinateReferenceSystem.fromWkt(
            'GEOGCRS["x",DATUM["x",ELLIPSOID["x",1737.4,0,LENGTHUNIT["kilometre",1000]]],'
            'CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],'
            'ANGLEUNIT["degree",0.0174532925199433]]'
        )
        assert geo_crs.body_of(crs).a == pytest.approx(1737400, abs=1e-6)

    def test_a_body_without_an_authority(self) -> None:
        crs = geo_crs.geographic_crs(Body("Ceres", 482000.0, 446000.0))
        assert crs.isValid() and MapFrame(crs).period == 360.0
        figure = geo_crs.body_of(crs)
        assert figure.a == pytest.approx(482000, abs=1e-6)
        assert figure.b == pytest.approx(446000, abs=1e-3) and figure.name == "Ceres"


@pytest.mark.parametrize(
    "text, lon, lat, parts, closed",
    [
        ("IAU_2015:30100", 10, 20, 1, True),
        ("IAU_2015:30100", 179.9, 20, 1, True),  # runs on over the edge
        ("IAU_2015:30110", -179.9, 20, 1, True),
        ("IAU_2015:30130", 40, 89.5, 1, True),
        ("+proj=sinu +R=1737400", 179.9, 40, 2, False),  # cut by the edge of the map
        ("+proj=ortho +lat_0=0 +lon_0=0 +R=1737400", 89.5, 0, 1, False),  # half beyond the limb
        ("+proj=ortho +lat_0=0 +lon_0=0 +R=1737400", -150, 0, 0, False),
    ],
)
def test_rings_on_the_map(text: str, lon: float, lat: float, parts: int, closed: bool) -> None:
    frame = frame_of(text)
    ring = sphere.circle_ring(frame.body.mean_radius, lon, lat, 200e3)
    lines = frame.ring(ring)
    allowed = {parts} if closed or not parts else {parts, parts + 1}
    assert len(lines) in allowed
    if parts:
        assert (len(lines) == 1 and len(lines[0]) == len(ring)) == closed
    for line in lines:
        for start, end in pairwise(line):
            a, b = frame.to_lonlat(start), frame.to_lonlat(end)
            assert a is None or b is None or metres_between(a, b) < 6e3
        width = max(point.x() for point in line) - min(point.x() for point in line)
        unit = 1 if frame.crs.isGeographic() else math.radians(1) * MOON_RADIUS
        assert width < 25 * unit, "no ring runs across the whole map"


def test_no_ground_is_no_place() -> None:
    sinusoidal = frame_of("+proj=sinu +R=1737400")
    assert sinusoidal.to_lonlat(QgsPointXY(5.4e6, 0)) is not None
    assert sinusoidal.to_lonlat(QgsPointXY(5.4e6, 2.5e6)) is None, "outside the ellipse"
    hemisphere = frame_of("+proj=ortho +lat_0=0 +lon_0=0 +R=1737400")
    assert hemisphere.to_lonlat(QgsPointXY(1.7e6, 1.7e6)) is None
    assert hemisphere.to_map(180, 0) is None
    degrees = frame_of("IAU_2015:30100")
    assert degrees.to_lonlat(QgsPointXY(0, 90.1)) is None


def test_longitudes_beyond_the_edge_are_wrapped() -> None:
    degrees = frame_of("IAU_2015:30100")
    assert degrees.to_lonlat(QgsPointXY(190, 10)) == (-170, 10)
    assert degrees.to_map(-170, 10, near=185).x() == pytest.approx(190, abs=1e-9)
    metres = frame_of("IAU_2015:30110")
    lon, _lat = metres.to_lonlat(QgsPointXY(math.radians(190) * MOON_RADIUS, 0))
    assert lon == pytest.approx(-170, abs=1e-6)


@pytest.mark.parametrize(
    "text", ["+proj=eqc +a=3396190 +b=3376200", "IAU_2015:49911", "IAU_2015:49912"]
)
def test_northings_of_the_equidistant_cylindrical_projection(text: str) -> None:
    """Mars at 40 degrees planetocentric by the sphere's rule, whichever PROJ this QGIS has.

    PROJ 9.8 and newer would say 2,368,936 m, 22 km away; the engine's test has the same number.
    """
    frame = frame_of(text)
    west = -1.0 if text == "IAU_2015:49911" else 1.0
    point = frame.to_map(10.0, 40.0)
    assert point.y() == pytest.approx(2_390_752, abs=1)
    assert point.x() == pytest.approx(west * math.radians(10) * 3396190, abs=1)
    assert frame.to_lonlat(point) == pytest.approx((10.0, 40.0), abs=1e-9)
    assert frame.period == pytest.approx(2 * math.pi * 3396190, abs=1)
    assert frame.to_lonlat(QgsPointXY(0.0, 5.4e6)) is None, "beyond the pole"


def test_the_written_out_projection_has_its_origin_and_units() -> None:
    text = "+proj=eqc +lat_ts=30 +lon_0=90 +x_0=5000 +y_0=-3000 +a=3396190 +b=3376200 +units=km"
    frame = frame_of(text)
    point = frame.to_map(100.0, 0.0)
    across = 3396.19 * math.cos(math.radians(30))
    assert point.x() == pytest.approx(5 + across * math.radians(10), abs=1e-6)
    assert point.y() == pytest.approx(-3, abs=1e-6)
    assert frame.to_lonlat(point) == pytest.approx((100.0, 0.0), abs=1e-9)
    assert frame.to_lonlat(frame.to_map(-100.0, 40.0)) == pytest.approx((-100.0, 40.0), abs=1e-9)


@needs_engine
def test_a_layers_place_is_the_engines(tmp_path: Path) -> None:
    """A point drawn on a raster in QGIS is, in the engine, the same ground: every kind of axes."""
    maps = ask("engine_crs", "maps", tmp_path)
    assert len(maps) >= 10
    for path, cases in maps.items():
        layer = QgsRasterLayer(path, "map")
        assert layer.isValid() and layer.crs().isValid(), path
        frame = MapFrame(layer.crs())
        for x, y, lon, lat in cases:
            place = frame.to_lonlat(QgsPointXY(x, y))
            assert place is not None, path
            off = metres_between((lon, lat), place, frame.body.mean_radius)
            assert off < 0.5, (path, place, (lon, lat))
            back = frame.to_map(lon, lat, near=x)
            assert math.hypot(back.x() - x, back.y() - y) < 0.5, (path, back, (x, y))
