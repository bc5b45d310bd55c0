"""A region with many craters: by a grid of cells, and the same as point by point."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from craterbench_qgis.engine.search import polygon
from craterbench_qgis.engine.search.filters import _eastward
from craterbench_qgis.engine.search.polygon import inside

HOLED = shapely.Polygon(
    [(-50, -30), (60, -40), (70, 35), (0, 50), (-60, 20)], [[(-10, -10), (10, -10), (0, 10)]]
)
NARROW = shapely.Polygon([(-90, -0.01), (90, 0), (-90, 0.01)])
APART = shapely.union_all([shapely.box(-170, -80, -160, -70), shapely.box(100, 0, 100.5, 60)])
TURNED = shapely.box(170, -20, 215, 20)
FLAT = shapely.Polygon([(-90, -40), (90, -40 + 1e-9), (90, 40), (10, 40 - 1e-3), (-90, 40 - 1e-7)])
_ANGLE = np.linspace(0, 2 * np.pi, 3000)
_FAR = 20 + np.random.default_rng(5).uniform(0, 15, (3000, 1))
JAGGED = shapely.Polygon(_FAR * np.column_stack([np.cos(_ANGLE), np.sin(_ANGLE)]))
CROSSED = shapely.Polygon([(-50, -30), (50, 30), (50, -30), (-50, 20)])


@pytest.mark.parametrize(
    "region",
    [HOLED, NARROW, APART, TURNED, FLAT, JAGGED, CROSSED, shapely.Point(5, 5).buffer(30)],
)
def test_a_grid_changes_nothing(region: shapely.Geometry, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    left, bottom, right, top = region.bounds
    # Also points on the corners of the cells, on the edge and on its corners.
    lines = np.linspace(-1e-6, 1e-6, 129) + np.linspace(0, 1, 129) * [
        [right - left],
        [top - bottom],
    ]
    column, row = np.meshgrid(left + lines[0], bottom + lines[1])
    corners = shapely.get_coordinates(region)
    lon = np.concatenate([rng.uniform(-180, 180, 50_000), column.ravel(), corners[:, 0]])
    lat = np.concatenate([rng.uniform(-90, 90, 50_000), row.ravel(), corners[:, 1]])
    lon = np.where(lon > 180, lon - 360, lon)
    by_cells = inside(region, lon, lat)
    monkeypatch.setattr(polygon, "_MANY", 10**9)
    monkeypatch.setattr(polygon, "_BLOCK", 10**9)
    one_by_one = inside(region, lon, lat)
    assert one_by_one.any()
    assert (by_cells == one_by_one).all()


@pytest.mark.parametrize("side", [1e-9, 1e-6, 1e-3])
def test_a_region_smaller_than_roundings(side: float) -> None:
    """Points beside it, further off than its grid has cells, are outside."""
    rng = np.random.default_rng(3)
    lon, lat = 10 + rng.uniform(-2e-6, 2e-6, (2, 40_000))
    lon[:3], lat[:3] = 10 + side / 2, 10 + side / 2
    region = shapely.box(10, 10, 10 + side, 10 + side)
    found = inside(region, lon, lat)
    assert (found == shapely.intersects_xy(region, lon, lat)).all() and found[:3].all()


@pytest.mark.parametrize("west", [-170.0, 0.0, 10.5, 350.0, 530.0, -400.0])
def test_a_range_of_longitudes_whatever_the_turn(west: float) -> None:
    lon = np.concatenate([np.arange(-720, 721) / 2, [-1e-20, -0.0, 720.0, -720.0]])
    for span in (0.0, 20.5, 359.5, 360.0):
        assert (_eastward(west, span, lon) == ((lon - west) % 360.0 <= span)).all()
