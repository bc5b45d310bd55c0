"""Terrain measurements against craters whose numbers are known exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from craterbench_qgis.engine import terrain
from craterbench_qgis.engine.mosaic import Mosaic

MOON = 1737400.0
METRES = np.pi / 180 * MOON
DIAMETER = 30_000.0
DEPTH = 2_000.0
RIM = 400.0


def paraboloid(radius: np.ndarray, floor: float = 0.0, peak: float = 0.0) -> np.ndarray:
    """Metres over radii: a bowl (flat inside ``floor`` radii), a rim that falls to 0 at 1.6 R."""
    bowl = np.clip((radius**2 - floor**2) / (1 - floor**2), 0, 1) * DEPTH - DEPTH + RIM
    outside = RIM * np.clip((1.6 - radius) / 0.6, 0, 1)
    hill = np.clip(peak * (1 - (radius / 0.2) ** 2), 0, None)
    return np.where(radius <= 1, bowl + hill, outside)


def write(path: Path, shape: np.ndarray, step: float, scale: float = 1.0) -> Path:
    half = shape.shape[0] / 2 * step
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": f"+proj=longlat +R={MOON}"}
    profile |= {"height": shape.shape[0], "width": shape.shape[1]}
    with rasterio.open(
        path, "w", transform=from_origin(-half, half, step, step), **profile
    ) as file:
        file.write((shape / scale).astype(np.float32), 1)
        file.scales = (scale,)
    return path


def model(
    folder: Path, pixels: int, slope: float = 0.0, scale: float = 1.0, **shape: float
) -> Path:
    """A terrain model around 0, 0 with so many pixels across the crater's diameter."""
    step = DIAMETER / METRES / pixels
    size = int(2.6 * pixels)
    line = (np.arange(size) + 0.5 - size / 2) * step * METRES
    x, y = np.meshgrid(line, -line)
    heights = paraboloid(np.hypot(x, y) / (DIAMETER / 2), **shape) + slope * x
    return write(folder / f"{pixels}.tif", heights, step, scale)


def measured(path: Path) -> dict[str, float]:
    with Mosaic.open(path) as dtm:
        columns = terrain.measure_craters(dtm, [0.0], [0.0], [DIAMETER])
    return {name: float(values[0]) for name, values in columns.items()}


def test_a_paraboloid_has_the_depth_slope_and_volume_it_was_made_with(tmp_path: Path) -> None:
    relief = measured(model(tmp_path, 100))
    radius = DIAMETER / 2
    assert relief["dtm_depth_m"] == pytest.approx(DEPTH, rel=0.02)
    assert relief["dtm_depth_ratio"] == pytest.approx(DEPTH / DIAMETER, rel=0.02)
    assert relief["dtm_rim_height_m"] == pytest.approx(RIM, rel=0.05)
    assert relief["dtm_rim_scatter_m"] < 0.02 * RIM
    assert relief["dtm_floor_diameter_m"] == pytest.approx(np.sqrt(0.1) * DIAMETER, rel=0.05)
    slope = np.degrees(np.arctan(0.8 * DEPTH / (radius * (np.sqrt(0.9) - np.sqrt(0.1)))))
    assert relief["dtm_wall_slope_deg"] == pytest.approx(slope, rel=0.05)
    assert relief["dtm_circularity"] == pytest.approx(1.0, abs=0.01)
    assert relief["dtm_volume_km3"] == pytest.approx(np.pi * radius**2 * DEPTH / 2 / 1e9, rel=0.03)
    assert relief["dtm_pixels"] == pytest.approx(100, rel=0.02)
    assert relief["dtm_depth_m_error"] < 0.02 * DEPTH


def test_a_slope_under_the_crater_and_a_scale_of_the_file_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "tilted").mkdir()
    level = measured(model(tmp_path, 60))
    tilted = measured(model(tmp_path / "tilted", 60, slope=0.05, scale=0.5))
    for name in ("dtm_depth_m", "dtm_rim_height_m", "dtm_volume_km3", "dtm_floor_diameter_m"):
        assert tilted[name] == pytest.approx(level[name], rel=0.02)
    assert tilted["dtm_rim_scatter_m"] < 0.05 * RIM


def test_a_flat_floor_with_a_peak(tmp_path: Path) -> None:
    relief = measured(model(tmp_path, 100, floor=0.6, peak=500.0))
    edge = np.sqrt(0.6**2 + 0.1 * (1 - 0.6**2))
    assert relief["dtm_depth_m"] == pytest.approx(DEPTH, rel=0.02)
    assert relief["dtm_floor_diameter_m"] == pytest.approx(edge * DIAMETER, rel=0.03)
    assert relief["dtm_peak_height_m"] == pytest.approx(500.0, rel=0.05)
    assert relief["dtm_floor_roughness_m"] < 0.1 * DEPTH


def test_too_coarse_a_model_measures_nothing_or_only_the_large(tmp_path: Path) -> None:
    assert all(np.isnan(value) for value in measured(model(tmp_path, 8)).values())
    some = measured(model(tmp_path, 14))
    assert np.isfinite(some["dtm_depth_m"]) and np.isnan(some["dtm_peak_height_m"])
    assert np.isnan(some["dtm_floor_roughness_m_error"])


def test_holes_in_the_model_are_told_by_nothing(tmp_path: Path) -> None:
    path = model(tmp_path, 60)
    with rasterio.open(path, "r+") as file:
        file.nodata = -9999.0
        band = file.read(1)
        band[:, : band.shape[1] // 3] = -9999.0
        file.write(band, 1)
    assert np.isnan(measured(path)["dtm_depth_m"])


def test_the_profile_of_a_scaled_crater_is_the_same(tmp_path: Path) -> None:
    with Mosaic.open(model(tmp_path, 60)) as dtm:
        profile = terrain.profiles(dtm, [0.0], [0.0], [DIAMETER])[0]
    assert profile.argmin() == 0 and profile.argmax() in (9, 10)
    assert profile.max() - profile.min() == pytest.approx(DEPTH / DIAMETER, rel=0.05)
