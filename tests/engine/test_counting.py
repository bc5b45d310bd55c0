"""The area that craters are counted on, against formulas of geometry on the sphere."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from craterbench_qgis.engine.bodies import Body, body_by_name, circle, destination
from craterbench_qgis.engine.errors import ExportError
from craterbench_qgis.engine.formats import counting

MOON, MARS = body_by_name("moon"), body_by_name("mars")
R = 1737.4
WHOLE = shapely.box(-180, -90, 180, 90)


def cap(lon: float, lat: float, degrees: float) -> shapely.Polygon:
    """A spherical cap off the poles and the seam."""
    points = circle(MOON, lon, lat, np.radians(degrees) * MOON.mean_radius, 720)
    return shapely.Polygon(np.column_stack(points))


def cap_area(degrees: float) -> float:
    return float(2 * np.pi * R**2 * (1 - np.cos(np.radians(degrees))))


def fraction_of(region: shapely.Geometry, lon: float, lat: float, diameter_m: float) -> float:
    counted = counting.count(
        region, MOON, np.array([lon]), np.array([lat]), np.array([diameter_m]), buffered=True
    )
    assert counted.rows.tolist() == [0]
    return float(counted.fraction[0])


def test_areas_on_sphere_and_ellipsoid() -> None:
    assert counting.area_km2(WHOLE, MOON) == pytest.approx(4 * np.pi * R**2, rel=1e-9)
    e = np.sqrt(1 - (MARS.b / MARS.a) ** 2)
    surface = 2 * np.pi * MARS.a**2 + np.pi * MARS.b**2 / e * np.log((1 + e) / (1 - e))
    assert counting.area_km2(WHOLE, MARS) == pytest.approx(surface / 1e6, rel=1e-9)
    assert counting.area_km2(cap(20, -35, 5), MOON) == pytest.approx(cap_area(5), rel=1e-4)


@pytest.mark.parametrize("lon, lat", [(20.0, 0.0), (-70.0, 55.0), (179.0, -30.0)])
@pytest.mark.parametrize("degrees, reach", [(5.0, 1.0), (5.0, 12.0), (0.5, 0.01), (20.0, 20.0)])
def test_the_buffer_of_a_cap_is_a_larger_cap(
    lon: float, lat: float, degrees: float, reach: float
) -> None:
    region = cap(lon, lat, degrees)
    if region.bounds[2] - region.bounds[0] > 180:  # over the seam: in one turn
        region = shapely.transform(region, lambda xy: np.column_stack([xy[:, 0] % 360, xy[:, 1]]))
    diameter = 2 * np.radians(reach) * MOON.mean_radius
    expected = cap_area(degrees) / cap_area(degrees + reach)
    assert fraction_of(region, lon, lat, diameter) == pytest.approx(expected, rel=2e-3)


def test_the_polar_cap_in_degrees_cut_at_the_seam() -> None:
    region = shapely.box(-180, 80, 180, 90)
    diameter = 2 * np.radians(3.0) * MOON.mean_radius
    expected = cap_area(10) / cap_area(13)
    assert fraction_of(region, 77.0, 89.0, diameter) == pytest.approx(expected, rel=2e-3)
    halves = shapely.MultiPolygon([shapely.box(-180, 80, 0, 90), shapely.box(0, 80, 180, 90)])
    assert fraction_of(halves, 77.0, 89.0, diameter) == pytest.approx(expected, rel=2e-3)


def test_a_hole_and_a_notch_by_throwing_points() -> None:
    """No formula: a million places, those within reach of the area counted."""
    outline = [(0, 0), (8, 0), (8, 8), (5, 8), (4, 2), (3, 8), (0, 8)]
    region = shapely.Polygon(outline, [[(1, 1), (2, 1), (2, 2), (1, 2)]])
    rng, reach = np.random.default_rng(4), 0.8
    lon = rng.uniform(-3, 11, 1_000_000)
    lat = np.degrees(np.arcsin(rng.uniform(*np.sin(np.radians([-3, 11])), lon.size)))
    inside = shapely.contains_xy(region, lon, lat)
    diameters = np.full(lon.size, 2 * np.radians(reach) * MOON.mean_radius)
    touching = counting.count(region, MOON, lon, lat, diameters, buffered=True)
    measured = inside.sum() / len(touching.rows)
    assert touching.fraction[0] == pytest.approx(measured, rel=5e-3)


def test_which_craters_count() -> None:
    region = shapely.box(175, -5, 185, 5)
    at = [(180.0, 0.0), (-176.0, 0.0), (-174.0, 0.0), (-173.0, 0.0), (0.0, 0.0)]
    lon, lat = np.array(at).T
    degree = 2 * np.radians(1.5) * MOON.mean_radius
    sizes = np.full(5, degree)
    centres = counting.count(region, MOON, lon, lat, sizes)
    assert centres.rows.tolist() == [0, 1] and centres.fraction.tolist() == [1.0, 1.0]
    buffered = counting.count(region, MOON, lon, lat, sizes, buffered=True)
    assert buffered.rows.tolist() == [0, 1, 2] and np.all(buffered.fraction < 1)
    assert centres.area_km2 == buffered.area_km2
    none = counting.count(region, MOON, lon[:0], lat[:0], sizes[:0], buffered=True)
    assert len(none.rows) == 0


def test_many_diameters_are_interpolated_without_being_seen() -> None:
    region, sizes = shapely.box(0, 0, 4, 7), np.geomspace(500.0, 300e3, 300)
    lon, lat = np.full(300, 2.0), np.full(300, 3.0)
    all_at_once = counting.count(region, MOON, lon, lat, sizes, buffered=True).fraction
    for row in (3, 77, 150, 222, 290):
        fraction = fraction_of(region, 2.0, 3.0, float(sizes[row]))
        assert all_at_once[row] == pytest.approx(fraction, rel=1e-3)
    assert np.all(np.diff(all_at_once) < 0)


def test_frequency_of_a_uniform_population_is_what_it_was_made_with() -> None:
    """What the fraction is for: N/A comes out right whatever the size of the crater."""
    rng, density = np.random.default_rng(7), 60_000 / (4 * np.pi * R**2)
    lon = rng.uniform(-180, 180, 60_000)
    lat = np.degrees(np.arcsin(rng.uniform(-1, 1, 60_000)))
    sizes = np.full(60_000, 250e3)
    region = shapely.box(10, 30, 30, 45)
    counted = counting.count(region, MOON, lon, lat, sizes, buffered=True)
    frequency = counted.fraction.sum() / counted.area_km2
    assert frequency == pytest.approx(density, rel=4 / np.sqrt(len(counted.rows)))
    plain = counting.count(region, MOON, lon, lat, sizes)
    assert len(plain.rows) < 0.75 * len(counted.rows), "more craters, smaller errors"


def test_too_wide_to_be_buffered_is_said() -> None:
    with pytest.raises(ExportError, match="too wide"):
        fraction_of(WHOLE, 0.0, 0.0, 1000.0)
    counted = counting.count(WHOLE, MOON, *(np.array([value]) for value in (0.0, 0.0, 1e3)))
    assert counted.rows.tolist() == [0]


def test_a_flattened_body_has_its_fractions() -> None:
    body = Body("flat", 3396190.0, 3376200.0)
    places = destination(body, 10.0, 40.0, 90.0, 1000.0)
    counted = counting.count(shapely.box(5, 35, 15, 45), body, *map(np.atleast_1d, places),
                         np.array([50e3]), buffered=True)  # fmt: skip
    assert 0.8 < counted.fraction[0] < 1.0
