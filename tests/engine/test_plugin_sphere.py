"""The plugin's spherical geometry against the engine's, and against what geometry demands."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import shapely

from craterbench_qgis.core.geo import sphere
from craterbench_qgis.engine import bodies
from craterbench_qgis.engine.bodies import Body, body_by_name
from craterbench_qgis.engine.formats.geometry import circle_geometry, export_crs

MOON, MARS, CERES = (body_by_name(name) for name in ("moon", "mars", "ceres"))
PLACES = [(0, 0), (12.3, 45.6), (-179.9, -3), (179.99, 89.5), (45, -90), (10, 90), (-180, 60)]


def test_distance_bearing_and_destination_are_the_engines() -> None:
    rng = np.random.default_rng(5)
    for body in (MOON, MARS):
        radius = body.mean_radius
        for lon1, lat1, lon2, lat2 in zip(
            *(rng.uniform(-s, s, 300) for s in (180, 90, 180, 90)), strict=True
        ):
            ours = sphere.great_circle_distance(radius, lon1, lat1, lon2, lat2)
            theirs = bodies.great_circle_distance(body, lon1, lat1, lon2, lat2)
            assert ours == pytest.approx(float(theirs), abs=1e-4)
            bearing = sphere.initial_bearing(lon1, lat1, lon2, lat2)
            assert bearing == pytest.approx(
                float(bodies.initial_bearing(lon1, lat1, lon2, lat2)), abs=1e-7
            )
            x, y = sphere.destination(radius, lon1, lat1, bearing, ours)
            assert sphere.great_circle_distance(radius, x, y, lon2, lat2) < 1e-2


def test_distance_holds_from_a_centimetre_to_the_antipode() -> None:
    radius = MOON.mean_radius
    step = math.degrees(0.01 / radius)
    assert sphere.great_circle_distance(radius, 10, 20, 10, 20 + step) == pytest.approx(
        0.01, rel=1e-5
    )
    assert sphere.great_circle_distance(radius, 10, 20, -170, -20) == pytest.approx(
        math.pi * radius
    )


@pytest.mark.parametrize("lon, lat", PLACES)
def test_a_rim_is_as_far_from_the_centre_as_the_radius(lon: float, lat: float) -> None:
    ring = sphere.circle_ring(MOON.mean_radius, lon, lat, 400e3, 64)
    assert len(ring) == 65 and ring[0] == ring[-1]
    far = [sphere.great_circle_distance(MOON.mean_radius, lon, lat, x, y) for x, y in ring]
    assert np.allclose(far, 200e3, rtol=1e-9)


@pytest.mark.parametrize("diameter", [5e3, 200e3, 1500e3, 4000e3])
@pytest.mark.parametrize("lon, lat", [*PLACES, (170, 30), (-178, -70), (0, 88)])
@pytest.mark.parametrize("body", [MOON, MARS], ids=lambda body: body.name)
def test_circles_are_the_polygons_the_engine_exports(
    body: Body, lon: float, lat: float, diameter: float
) -> None:
    text = sphere.circle_multipolygon_wkt(
        body.mean_radius, lon, lat, diameter, latitude=None if body.is_sphere else body.geodetic
    )
    ours, theirs = shapely.from_wkt(text), circle_geometry(body, lon, lat, diameter)
    assert ours.geom_type == "MultiPolygon" and ours.is_valid
    west, south, east, north = ours.bounds
    assert west >= -180 and east <= 180 and south >= -90 and north <= 90
    differing = shapely.symmetric_difference(ours, theirs).area
    assert differing < 1e-4 * theirs.area, (ours.bounds, theirs.bounds)
    assert all(polygon.exterior.is_ccw for polygon in ours.geoms)


@pytest.mark.parametrize("lon, lat", [(20, 10), (175, 30), (-3, -40), (0, 5)])
def test_a_circle_of_more_than_half_the_body_is_the_map_with_a_hole(lon: float, lat: float) -> None:
    diameter = math.radians(150) * 2 * MOON.mean_radius
    text = sphere.circle_multipolygon_wkt(MOON.mean_radius, lon, lat, diameter)
    ours = shapely.from_wkt(text)
    assert ours.is_valid
    theirs = circle_geometry(MOON, lon, lat, diameter)
    assert shapely.symmetric_difference(ours, theirs).area < 1e-4 * theirs.area
    assert not ours.covers(shapely.Point(bodies.wrap_longitude(lon + 180.0), -lat))


def test_the_whole_body_and_nonsense() -> None:
    whole = shapely.from_wkt(sphere.circle_multipolygon_wkt(1000.0, 5, 5, 7000.0))
    assert whole.area == 360 * 180
    for diameter in (0.0, -5.0, math.nan):
        assert shapely.from_wkt(sphere.circle_multipolygon_wkt(1e6, 5, 5, diameter)).is_empty


@pytest.mark.parametrize("lon, lat", [*PLACES, (179.5, 10), (30, 89.9)])
def test_a_square_has_its_side_in_the_plane_that_touches_its_centre(lon: float, lat: float) -> None:
    radius, side = MOON.mean_radius, 120e3
    ring = sphere.square_ring(radius, lon, lat, side, per_side=8)
    assert len(ring) == 33 and ring[0] == ring[-1]
    from craterbench_qgis.engine.mosaic.geometry import plane_to_geographic

    corner_x, corner_y = np.array([-side / 2, side / 2]), np.array([side / 2, -side / 2])
    lons, lats = plane_to_geographic(MOON, lon, lat, corner_x, corner_y)
    for index, x, y in ((0, lons[0], lats[0]), (16, lons[1], lats[1])):
        assert sphere.great_circle_distance(radius, *ring[index], float(x), float(y)) < 0.01
    polygon = shapely.from_wkt(sphere.ring_multipolygon_wkt(ring))
    assert polygon.is_valid and polygon.area > 0
    cos = max(math.cos(math.radians(lat)), 1e-9)
    if abs(lat) < 80:  # a small square is nearly side^2 on the ground
        degrees = math.degrees(side / radius)
        assert polygon.area == pytest.approx(degrees * degrees / cos, rel=0.02)
    assert polygon.distance(shapely.Point(bodies.wrap_longitude(lon), lat)) < 1e-9


def test_a_square_beyond_the_limb_ends_on_it() -> None:
    ring = sphere.square_ring(1000.0, 0, 0, 3000.0)
    far = max(sphere.great_circle_distance(1000.0, 0, 0, x, y) for x, y in ring)
    assert far == pytest.approx(1000.0 * math.pi / 2)


PAIRS = [
    (0, 0, 90, 0),
    (170, 10, -170, 20),
    (-170, 10, 170, -20),
    (10, 80, -170, 80),  # straight over the pole
    (10, -70, -169.9999, -80),  # a metre beside the other pole
    (10, 85, -120, 86),
    (0, 0, 179, 1),
    (-180, 5, 180, 9),
    (30, 90, 50, 10),
    (30, 10, 30, 10.0001),
]


@pytest.mark.parametrize("lon1, lat1, lon2, lat2", PAIRS)
def test_great_circles_keep_their_length_and_never_jump(
    lon1: float, lat1: float, lon2: float, lat2: float
) -> None:
    text = sphere.great_circle_multiline_wkt(lon1, lat1, lon2, lat2)
    lines = shapely.from_wkt(text)
    assert lines.geom_type == "MultiLineString" and lines.is_valid
    length = 0.0
    for line in lines.geoms:
        points = list(line.coords)
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            assert abs(x2 - x1) <= 20, "a straight line over the map"
            # No shortcut: the middle of each straight piece lies on the great circle.
            off = _off_circle((x1 + x2) / 2, (y1 + y2) / 2, lon1, lat1, lon2, lat2)
            assert off < 0.2, (off, points)
            length += math.hypot(
                math.radians(y2 - y1), math.cos(math.radians((y1 + y2) / 2)) * math.radians(x2 - x1)
            )
    expected = sphere.great_circle_distance(1.0, lon1, lat1, lon2, lat2)
    assert length == pytest.approx(expected, rel=0.01)
    ends = (lines.geoms[0].coords[0], lines.geoms[-1].coords[-1])
    for (x, y), lon, lat in ((ends[0], lon1, lat1), (ends[1], lon2, lat2)):
        assert sphere.great_circle_distance(1.0, x, y, lon, lat) < 1e-6


def _off_circle(lon: float, lat: float, *ends: float) -> float:
    """Degrees between a point and the plane of a great circle."""

    def vector(x: float, y: float) -> np.ndarray:
        x, y = math.radians(x), math.radians(y)
        return np.array([math.cos(y) * math.cos(x), math.cos(y) * math.sin(x), math.sin(y)])

    normal = np.cross(vector(*ends[:2]), vector(*ends[2:]))
    normal /= np.linalg.norm(normal)
    return abs(math.degrees(math.asin(float(normal @ vector(lon, lat)))))


def test_latitudes_of_a_flattened_body_are_the_engines_and_turn_back() -> None:
    for lat in (-90.0, -45.0, 0.0, 12.0, 60.0, 90.0):
        graphic = CERES.geodetic(lat)
        assert graphic == pytest.approx(float(bodies.geocentric_to_geodetic(CERES, lat)))
        assert CERES.planetocentric(graphic) == pytest.approx(lat)
    assert export_crs(CERES).ellipsoid.inverse_flattening != 0
