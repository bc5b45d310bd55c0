"""Map points as places on any body, in real QGIS, against the engine's own arithmetic."""

from __future__ import annotations

import json
from pathlib import Path

import pyproj
import pytest

from craterbench_qgis.core.geo import sphere
from craterbench_qgis.engine import bodies
from craterbench_qgis.engine.mosaic import Mosaic
from tests.engine import test_mosaic_systems as mosaics

from .support import needs_qgis, run_in_qgis

pytestmark = needs_qgis

HEAD = """
import json, math
from qgis.core import QgsCoordinateReferenceSystem, QgsPointXY, QgsProject
from craterbench_qgis.core.geo import crs as c, sphere
def of(text):
    known = text if text[0] not in "+" else "PROJ:" + text
    found = QgsCoordinateReferenceSystem(known)
    assert found.isValid(), text
    return found
"""

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


def test_every_map_gives_planetocentric_places_and_back(tmp_path: Path) -> None:
    cases = []
    for text, places in SYSTEMS.items():
        crs = pyproj.CRS.from_user_input(text)
        body = bodies.body_from_crs(crs)
        base = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
        for lon, lat in places:
            x, y = base.transform(lon, float(bodies.geocentric_to_geodetic(body, lat)))
            cases.append([text, lon, lat, x, y, body.a, body.b])
    code = (
        HEAD
        + """
for text, lon, lat, x, y, a, b in json.loads(args[0]):
    frame = c.MapFrame(of(text))
    assert abs(frame.figure.a - a) < 1e-3 and abs(frame.figure.b - b) < 1e-3, (text, frame.figure)
    place = frame.to_lonlat(QgsPointXY(x, y))
    assert place is not None, text
    off = sphere.great_circle_distance(frame.figure.mean_radius, lon, lat, *place)
    assert off < 0.05, (text, lon, lat, place, off)
    back = frame.to_map(*place, near=x)
    assert math.hypot(back.x() - x, back.y() - y) < 1e-5 * a, (text, back, x, y)
print("fine")
"""
    )
    run_in_qgis(code, tmp_path, json.dumps(cases))


def test_west_positive_and_planetocentric_systems(tmp_path: Path) -> None:
    """IAU ographic systems count west; ocentric ones on the ellipsoid have no geodetic latitude."""
    mars = bodies.body_by_name("mars")
    graphic = sphere.geodetic_latitude(mars.a, mars.b, 40.0)
    code = (
        HEAD
        + """
graphic = float(args[0])
for text, x, y in (("IAU_2015:49901", 30, graphic), ("IAU_2015:49902", -30, 40)):
    lon, lat = c.MapFrame(of(text)).to_lonlat(QgsPointXY(x, y))
    assert abs(lon + 30) < 1e-9 and abs(lat - 40) < 1e-9, (text, lon, lat)
    back = c.MapFrame(of(text)).to_map(lon, lat)
    assert abs(back.x() - x) < 1e-9 and abs(back.y() - y) < 1e-9
x, y = math.radians(30) * 3396190, math.radians(graphic) * 3396190
for text, sign in (("IAU_2015:49911", 1), ("IAU_2015:49912", -1)):
    lon, lat = c.MapFrame(of(text)).to_lonlat(QgsPointXY(sign * x, y))
    assert abs(lon + 30) < 1e-6 and abs(lat - 40) < 1e-6, (text, lon, lat)
print("fine")
"""
    )
    run_in_qgis(code, tmp_path, graphic)


def test_one_body_in_two_authorities(tmp_path: Path) -> None:
    """PROJ has no transform between these; going through the body's own degrees has no need of
    one."""
    code = (
        HEAD
        + """
from qgis.core import QgsCoordinateTransform, QgsCoordinateTransformContext
pairs = [("IAU_2015:49910", "+proj=sinu +a=3396190 +b=3376200"),
         ("IAU_2015:49910", "+proj=longlat +R=3396000"),
         ("IAU_2015:30110", "+proj=ortho +lat_0=10 +R=1737400")]
for one, other in pairs:
    plain = QgsCoordinateTransform(of(one), of(other), QgsCoordinateTransformContext())
    assert not plain.isValid(), "PROJ can do it by itself: this test has lost its meaning"
    first, second = c.MapFrame(of(one)), c.MapFrame(of(other))
    assert c.same_body(first.figure, second.figure)
    point = QgsPointXY(100000, 200000)
    there = c.same_place(first, point, second)
    lon, lat = second.to_lonlat(there)
    assert abs(math.radians(lon) * first.figure.a - 100000) < 1
    assert abs(math.radians(lat) * first.figure.a - 200000) < 1
    assert c.same_place(second, there, first).distance(point) < 0.1
print("fine")
"""
    )
    run_in_qgis(code, tmp_path)


def test_bodies_are_told_apart_by_their_radii(tmp_path: Path) -> None:
    code = (
        HEAD
        + """
moon = {"name": "Moon", "a": 1737400.0, "b": 1737400.0}
mars = {"name": "Mars", "a": 3396190.0, "b": 3376200.0}
assert c.body_problem(of("+proj=stere +lat_0=90 +R=1738000"), moon, "The project") is None
assert c.body_problem(of("IAU_2015:30100"), None, "The project") is None
for sphere_of_mars in ("+proj=longlat +R=3396190", "+proj=stere +lat_0=90 +R=3376200"):
    assert c.body_problem(of(sphere_of_mars), mars, "The project") is None
text = c.body_problem(of("EPSG:4326"), moon, "The project")
assert "Earth" in text and "Moon" in text and text.startswith("The project"), text
text = c.body_problem(of("IAU_2015:49910"), moon, "The project")
assert "Mars" in text and "1,737.4 km" in text, text
assert "Set one" in c.body_problem(QgsCoordinateReferenceSystem(), moon, "The project")
kilometres = 'GEOGCRS["x",DATUM["x",ELLIPSOID["x",1737.4,0,LENGTHUNIT["kilometre",1000]]],' \\
    'CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],ANGLEUNIT["degree",0.0174532925199433]]'
assert abs(c.figure_of(QgsCoordinateReferenceSystem.fromWkt(kilometres)).a - 1737400) < 1e-6
made = c.geographic_crs(c.Figure(482000.0, 446000.0, "Ceres"))
assert made.isValid() and c.MapFrame(made).period == 360.0
again = c.figure_of(made)
assert abs(again.a - 482000) < 1e-6 and abs(again.b - 446000) < 1e-3 and again.name == "Ceres"
print("fine")
"""
    )
    run_in_qgis(code, tmp_path)


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
def test_rings_on_the_map(
    tmp_path: Path, text: str, lon: float, lat: float, parts: int, closed: bool
) -> None:
    code = (
        HEAD
        + """
text, lon, lat, count, closed = json.loads(args[0])
frame = c.MapFrame(of(text))
ring = sphere.circle_ring(frame.figure.mean_radius, lon, lat, 200e3)
found = frame.ring(ring)
assert len(found) in (count, count + (0 if closed or not count else 1)), [len(p) for p in found]
if count:
    whole = len(found) == 1 and len(found[0]) == len(ring)
    assert whole == closed, [len(part) for part in found]
for part in found:
    for p, q in zip(part, part[1:]):
        a, b = frame.to_lonlat(p), frame.to_lonlat(q)
        assert a is None or b is None or sphere.great_circle_distance(1737400, *a, *b) < 6e3
    width = max(p.x() for p in part) - min(p.x() for p in part)
    units = 1 if frame.crs.isGeographic() else math.radians(1) * 1737400
    assert width < 25 * units, "a ring across the whole map"
print("fine")
"""
    )
    run_in_qgis(code, tmp_path, json.dumps([text, lon, lat, parts, closed]))


def test_no_ground_is_no_place(tmp_path: Path) -> None:
    code = (
        HEAD
        + """
sinu = c.MapFrame(of("+proj=sinu +R=1737400"))
assert sinu.to_lonlat(QgsPointXY(5.4e6, 0)) is not None
assert sinu.to_lonlat(QgsPointXY(5.4e6, 2.5e6)) is None, "outside the ellipse"
ortho = c.MapFrame(of("+proj=ortho +lat_0=0 +lon_0=0 +R=1737400"))
assert ortho.to_lonlat(QgsPointXY(1.7e6, 1.7e6)) is None
assert ortho.to_map(180, 0) is None
plain = c.MapFrame(of("IAU_2015:30100"))
assert plain.to_lonlat(QgsPointXY(0, 90.1)) is None
assert plain.to_lonlat(QgsPointXY(190, 10)) == (-170, 10)
assert abs(plain.to_map(-170, 10, near=185).x() - 190) < 1e-9
eqc = c.MapFrame(of("IAU_2015:30110"))
lon, lat = eqc.to_lonlat(QgsPointXY(math.radians(190) * 1737400, 0))
assert abs(lon + 170) < 1e-6, lon
print("fine")
"""
    )
    run_in_qgis(code, tmp_path)


def test_the_local_plane_is_the_engines(tmp_path: Path) -> None:
    """The orthographic system on an ellipsoid, against the engine's ray geometry."""
    import numpy as np

    from craterbench_qgis.engine.mosaic.geometry import plane_to_geographic

    body = bodies.body_by_name("mars")
    lat0 = float(bodies.geocentric_to_geodetic(body, 62.0))
    x, y = np.array([40e3, -150e3]), np.array([-90e3, 30e3])
    lons, lats = plane_to_geographic(body, 33.0, lat0, x, y)
    places = [
        [float(lon), float(bodies.geodetic_to_geocentric(body, lat))]
        for lon, lat in zip(lons, lats, strict=True)
    ]
    code = (
        HEAD
        + """
a, b, xs, ys, places = json.loads(args[0])
frame = c.MapFrame(c.orthographic_crs(c.Figure(a, b, "Mars"), 33.0, 62.0))
for x, y, (lon, lat) in zip(xs, ys, places):
    found = frame.to_lonlat(QgsPointXY(x, y))
    assert sphere.great_circle_distance(a, lon, lat, *found) < 0.5, (found, lon, lat)
print("fine")
"""
    )
    run_in_qgis(code, tmp_path, json.dumps([body.a, body.b, list(x), list(y), places]))


def test_a_layers_place_is_the_engines(tmp_path: Path) -> None:
    """A point drawn on a raster in QGIS is, in the engine, the same ground: every kind of axes."""
    systems = {**mosaics.SYSTEMS, **mosaics.POLAR}
    # QGIS 3.22 knows no authority "IAU" without its year and gives such a layer no system at all.
    systems.pop("ocentric-wkt1")
    cases = []
    for name, system in systems.items():
        folder = tmp_path / name
        folder.mkdir()
        path = mosaics.write_map(folder, system, 16)
        with Mosaic.open(path) as mosaic:
            for lon, lat in ((30.0, 0.5), (-100.0, 45.0), (179.0, 85.0)):
                lat = -lat if "south" in name else lat
                geodetic = float(bodies.geocentric_to_geodetic(mosaic.body, lat))
                x, y = (float(one) for one in mosaic.frame.to_map(lon, geodetic))
                assert mosaic.to_lonlat(x, y)[1] == pytest.approx(lat, abs=1e-6)
                cases.append([str(path), x, y, lon, lat])
    code = (
        HEAD
        + """
from qgis.core import QgsRasterLayer
frames = {}
for path, x, y, lon, lat in json.loads(args[0]):
    # Once: QGIS writes its statistics into a VRT, and the reference system anew, without the year.
    if path not in frames:
        layer = QgsRasterLayer(path, "map")
        assert layer.isValid() and layer.crs().isValid(), path
        frames[path] = c.MapFrame(layer.crs())
    frame = frames[path]
    place = frame.to_lonlat(QgsPointXY(x, y))
    assert place is not None, path
    off = sphere.great_circle_distance(frame.figure.mean_radius, lon, lat, *place)
    assert off < 0.5, (path, place, (lon, lat), off)
    back = frame.to_map(lon, lat, near=x)
    assert math.hypot(back.x() - x, back.y() - y) < 0.5, (path, back, (x, y))
print("fine")
"""
    )
    run_in_qgis(code, tmp_path, json.dumps(cases))


def test_qgis_draws_no_crop_where_it_exchanges_the_axes(tmp_path: Path) -> None:
    """A raster in such degrees that the engine cannot read is refused rather than drawn wrong."""
    code = (
        HEAD
        + """
from qgis.core import QgsCoordinateTransform, QgsCoordinateTransformContext
for text in ("IAU_2015:49901", "IAU_2015:49902"):
    assert c.local_plane(of(text), 30.0, 40.0) is None, text
    frame = c.MapFrame(of(text))
    plain = c.geographic_crs(frame.figure)
    straight = QgsCoordinateTransform(plain, of(text), QgsCoordinateTransformContext())
    off = straight.transform(QgsPointXY(30, 40)).distance(frame.to_map(30.0, 39.667))
    assert off > 5 or not straight.isValid(), "QGIS reads it right now: draw it"
for text in ("IAU_2015:49900", "IAU_2015:49911", "IAU_2015:49912", "IAU_2015:49931"):
    plane = c.local_plane(of(text), 30.0, 40.0)
    assert plane is not None, text
    point = c.MapFrame(of(text)).to_map(30.0, 40.0)
    there = QgsCoordinateTransform(of(text), plane, QgsCoordinateTransformContext())
    assert there.transform(point).distance(QgsPointXY(0, 0)) < 1, text
print("fine")
"""
    )
    run_in_qgis(code, tmp_path)
