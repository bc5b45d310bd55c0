"""A region with many craters: by a grid of cells, and the same as point by point."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from craterbench_qgis.engine.search import filters
from craterbench_qgis.engine.search.filters import _inside

HOLED = shapely.Polygon(
    [(-50, -30), (60, -40), (70, 35), (0, 50), (-60, 20)], [[(-10, -10), (10, -10), (0, 10)]]
)
NARROW = shapely.Polygon([(-90, -0.01), (90, 0), (-90, 0.01)])
APART = shapely.union_all([shapely.box(-170, -80, -160, -70), shapely.box(100, 0, 100.5, 60)])
TURNED = shapely.box(170, -20, 215, 20)


@pytest.mark.parametrize("region", [HOLED, NARROW, APART, TURNED, shapely.Point(5, 5).buffer(30)])
def test_a_grid_changes_nothing(region: shapely.Geometry, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    left, bottom, right, top = region.bounds
    # Also points on the corners of the cells, on the edge and on its corners.
    column, row = np.meshgrid(np.linspace(left, right, 41), np.linspace(bottom, top, 41))
    corners = shapely.get_coordinates(region)
    lon = np.concatenate([rng.uniform(-180, 180, 50_000), column.ravel(), corners[:, 0]])
    lat = np.concatenate([rng.uniform(-90, 90, 50_000), row.ravel(), corners[:, 1]])
    lon, keep = np.where(lon > 180, lon - 360, lon), rng.random(len(lon)) < 0.9
    by_cells = _inside(region, lon, lat, keep)
    monkeypatch.setattr(filters, "_MANY", 10**9)
    monkeypatch.setattr(filters, "_BLOCK", 10**9)
    one_by_one = _inside(region, lon, lat, keep)
    assert one_by_one.any()
    assert (by_cells == one_by_one).all()


@pytest.mark.parametrize("side", [1e-9, 1e-6, 1e-3])
def test_a_region_smaller_than_roundings(side: float) -> None:
    """Points beside it, further off than its grid has cells, are outside."""
    rng = np.random.default_rng(3)
    lon, lat = 10 + rng.uniform(-2e-6, 2e-6, (2, 40_000))
    lon[:3], lat[:3] = 10 + side / 2, 10 + side / 2
    region = shapely.box(10, 10, 10 + side, 10 + side)
    inside = _inside(region, lon, lat, np.ones(len(lon), bool))
    assert (inside == shapely.intersects_xy(region, lon, lat)).all() and inside[:3].all()
