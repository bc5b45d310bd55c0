"""Craters of the synthetic planet: depths, rims and wear as published, round anywhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from craterbench_qgis.engine.bodies import destination
from craterbench_qgis.engine.demo.craters import Digger, Surface, stamp_small
from craterbench_qgis.engine.demo.grid import Grid, sample_sphere
from craterbench_qgis.engine.demo.population import Crater, cumulative_diameters
from craterbench_qgis.engine.demo.shapes import (
    ProfileBank,
    diffuse,
    dimensions,
    fresh_profile,
    radii,
)

from .test_demo import SPHERE


def flat(width: int) -> Surface:
    grid = Grid.of_width(width)
    shape = (grid.height, grid.width)
    return Surface(grid, np.zeros(shape, np.float32), np.ones(shape, np.float32))


@pytest.mark.parametrize("km", [1.0, 5.0, 10.0])
def test_simple_craters_have_pikes_depth_on_flat_ground(km: float) -> None:
    # Scale 1: the Moon itself. Pike (1977): depth 0.196 D^1.010, rim 0.036 D^1.014, km.
    surface = flat(2048)
    scale = 32 * surface.grid.pixel / (km * 1000.0)
    diameter = km * 1000.0 * scale
    Digger(surface, scale, np.random.default_rng(0)).dig(
        Crater(0, 10.0, 5.0, diameter, 0.0, 0.0, irregularity=0.0)
    )
    patch = surface.grid.patch(10.0, 5.0, diameter)
    height = surface.height[patch.rows, patch.cols]
    crest = height[np.abs(patch.distance / (diameter / 2) - 1.0) < 0.03].mean()
    floor = height[patch.distance < 0.1 * diameter / 2].mean()
    unit = 1000.0 * scale
    assert crest - floor == pytest.approx(0.196 * km**1.010 * unit, rel=0.12)
    assert crest == pytest.approx(0.036 * km**1.014 * unit, rel=0.35)
    # Ejecta fall off with the cube of the distance: a rim of h is at least h / 8 at two radii.
    beyond = height[np.abs(patch.distance / (diameter / 2) - 2.0) < 0.05].mean()
    assert 0.03 * crest < beyond < 0.25 * crest


def test_dimensions_follow_pike_on_both_sides_of_the_transition() -> None:
    assert dimensions(10_000.0, 1.0).depth == pytest.approx(1000 * 0.196 * 10**1.010)
    assert dimensions(60_000.0, 1.0).depth == pytest.approx(1000 * 1.044 * 60**0.301)
    assert dimensions(60_000.0, 1.0).rim == pytest.approx(1000 * 0.236 * 60**0.399)
    assert dimensions(60_000.0, 1.0).floor == pytest.approx(0.187 * 60**0.249)
    assert not dimensions(10_000.0, 1.0).complex
    assert dimensions(60_000.0, 1.0).peak > 0 and dimensions(8_000.0, 1.0).peak == 0
    twice = dimensions(120_000.0, 2.0)
    assert twice.depth == pytest.approx(2 * dimensions(60_000.0, 1.0).depth)


def test_diffusion_matches_the_gaussian_solution() -> None:
    # A Gaussian hill of variance s2 stays one, of variance s2 + 2 kt, with its volume kept.
    s2, kt, x = 0.05, 0.02, radii()
    worn = diffuse(np.exp(-(x**2) / (2 * s2)), kt)
    exact = s2 / (s2 + 2 * kt) * np.exp(-(x**2) / (2 * (s2 + 2 * kt)))
    # Four implicit steps are first order in time.
    assert np.abs(worn - exact).max() < 0.05
    volume = np.trapezoid(np.exp(-(x**2) / (2 * s2)) * x, x)
    assert np.trapezoid(worn * x, x) == pytest.approx(volume, rel=0.01)


def test_wear_makes_craters_shallower_and_blunter() -> None:
    bank = ProfileBank(1.0, 10.0)
    depth, sharpness = [], []
    for wear in (0.0, 0.3, 0.6, 1.0):
        profile = bank.profile(5000.0, wear, 0.0)
        depth.append(float(np.ptp(profile)))
        sharpness.append(float(-np.diff(profile, 2).min()))
    assert depth == sorted(depth, reverse=True) and depth[-1] < 0.8 * depth[0]
    assert sharpness == sorted(sharpness, reverse=True)
    assert fresh_profile(dimensions(5000.0, 1.0)).min() < 0


def crest_of(surface: Surface, lon: float, lat: float, diameter: float) -> tuple[Any, Any]:
    """Radius (crater radii) and height (metres) of the rim crest in 24 directions, after digging a
    perfectly circular crater."""
    Digger(surface, diameter / 8000.0, np.random.default_rng(1)).dig(
        Crater(0, lon, lat, diameter, 0.0, 0.0, irregularity=0.0)
    )
    steps = np.linspace(0.85, 1.15, 121)
    bearing = np.arange(0, 360, 15.0)
    places = destination(SPHERE, lon, lat, bearing[:, None], steps[None, :] * diameter / 2)
    profile = sample_sphere(surface.height, surface.grid, *places)
    return steps[profile.argmax(axis=1)], profile.max(axis=1)


@pytest.mark.parametrize(("lon", "lat"), [(180.0, 0.0), (179.6, 40.0), (30.0, 85.0), (30.0, 89.0)])
def test_craters_are_round_on_the_ground_anywhere(lon: float, lat: float) -> None:
    surface, reference = flat(2048), flat(2048)
    diameter = 60 * surface.grid.pixel
    crest, height = crest_of(surface, lon, lat, diameter)
    assert np.abs(crest - 1.0).max() < 0.05  # 1.5 pixels of 30
    # The same rim, bump by bump, as at the middle of the map.
    _, usual = crest_of(reference, 0.0, 0.0, diameter)
    assert np.corrcoef(height, usual)[0, 1] > 0.9
    assert height.mean() == pytest.approx(usual.mean(), rel=0.1)
    # The rest of the planet is untouched.
    assert not sample_sphere(surface.height, surface.grid, [0.0, 90.0], [-60.0, -20.0]).any()


def test_irregular_craters_differ_from_each_other() -> None:
    heights = []
    for lon in (-60.0, 60.0):
        surface = flat(1024)
        digger = Digger(surface, 1.0, np.random.default_rng(int(lon) + 100))
        digger.dig(Crater(0, lon, 0.0, 40 * surface.grid.pixel, 0.0, 0.0))
        col = int(surface.grid.col_of(lon) + 0.5)
        heights.append(surface.height[216:296, col - 40 : col + 40].ravel())
    assert np.corrcoef(heights)[0, 1] < 0.99


def test_a_newer_crater_replaces_what_it_hits() -> None:
    surface = flat(1024)
    digger = Digger(surface, 1.0, np.random.default_rng(2))
    size = 80 * surface.grid.pixel
    digger.dig(Crater(0, 0.0, 0.0, size, 1.0, 0.0, irregularity=0.0))
    rim = destination(SPHERE, 0.0, 0.0, 90.0, size / 2)
    before = sample_sphere(surface.height, surface.grid, *rim)
    digger.dig(Crater(1, float(rim[0]), 0.0, size / 3, 0.0, 0.0, irregularity=0.0))
    assert before > 0 > sample_sphere(surface.height, surface.grid, *rim)


def test_crowds_of_stamps_keep_the_level_and_cross_the_seam() -> None:
    surface = flat(512)
    pixel = surface.grid.pixel
    stamp_small(
        surface, np.array([180.0, 0.0]), np.array([0.0, 70.0]), np.array([4.0, 4.0]) * pixel,
        np.zeros(2),
    )  # fmt: skip
    assert surface.height[127:129, 0].min() < 0 and surface.height[127:129, -1].min() < 0
    assert np.allclose(surface.height[128, :6], surface.height[128, :-7:-1], atol=1e-3)
    assert surface.height.max() > 0


def test_sizes_follow_the_power_law() -> None:
    d = cumulative_diameters(np.random.default_rng(0), 40_000, 1.0, 1000.0)
    assert (d > 2).mean() == pytest.approx(0.25, abs=0.01)
    assert (d > 10).mean() == pytest.approx(0.01, abs=0.002)
