"""What a terrain model says of a crater: depth, rim, floor, peak, wall, circularity, volume.

Heights are read on a local grid, a plane fitted to the ground between 1.6 and 2 radii is taken off
(a crater on a slope has its own horizon), and every measure is taken from profiles along
:data:`AZIMUTHS` directions. Errors are the jackknife's over eight sectors of azimuth: they say how
much a measure depends on where around the crater it is taken, not what the model itself gets wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.vocabulary import Stage
from .monitor import Monitor
from .mosaic import Mosaic, ViewSkipped
from .terrain_profile import PROFILE_RINGS, radial_profile

Array = NDArray[np.float64]

AZIMUTHS = 72
STEP = 0.02
"""Spacing of the samples along a profile, in radii."""
REACH = 2.0
SECTORS = 8
MIN_PIXELS = 10.0
"""Pixels of the terrain model across a diameter below which nothing is measured."""
FINE_PIXELS = 20.0
"""The same for what is smaller than the crater: floor, peak and wall."""
MIN_VALID = 0.95


@dataclass(frozen=True)
class Measure:
    """One measured quantity: its column, unit and definition."""

    name: str
    unit: str
    definition: str
    fine: bool = False


MEASURES = (
    Measure(
        "dtm_depth_m",
        "m",
        "median height of the rim crest less the lowest ring median inside 0.9 R",
    ),
    Measure("dtm_depth_ratio", "", "depth / diameter of the catalogue"),
    Measure(
        "dtm_rim_height_m",
        "m",
        "median height of the rim crest (highest sample between 0.8 and 1.2 R of each direction) "
        "above the ground between 1.6 and 2 R",
    ),
    Measure(
        "dtm_rim_scatter_m", "m", "standard deviation of the height of the rim crest over azimuth"
    ),
    Measure(
        "dtm_floor_diameter_m",
        "m",
        "twice the largest radius inside which the ring medians stay below floor + 0.1 depth",
        fine=True,
    ),
    Measure(
        "dtm_floor_roughness_m",
        "m",
        "standard deviation of the heights between 0.2 R and the edge of the floor about the plane "
        "that fits them; only for floors wider than 0.3 R",
        fine=True,
    ),
    Measure(
        "dtm_peak_height_m",
        "m",
        "highest ring mean over a sixth of the circle inside 0.25 R above the median floor outside "
        "it, at least 0; only for floors wider than 0.3 R",
        fine=True,
    ),
    Measure(
        "dtm_wall_slope_deg",
        "deg",
        "slope of the median profile between floor + 0.1 and floor + 0.9 depth",
        fine=True,
    ),
    Measure(
        "dtm_circularity",
        "",
        "4 pi area / perimeter^2 of the rim crest's trace, over that of a regular polygon",
    ),
    Measure("dtm_volume_km3", "km3", "volume between the level of the rim crest and the ground"),
)
NAMES = tuple(measure.name for measure in MEASURES)
RESOLUTION = "dtm_pixels"
"""Column: pixels of the terrain model across the crater's diameter."""


def measure_profiles(heights: Array, diameter_m: float) -> Array:
    """The :data:`MEASURES` of one crater, [10], from ``heights`` [A, R] in metres along A even
    azimuths at radii ``STEP`` / 2, 3 ``STEP`` / 2 ... in crater radii; NaN where not defined."""
    radius_m = diameter_m / 2
    radii = np.asarray((np.arange(heights.shape[1]) + 0.5) * STEP, np.float64)
    near_rim = (radii >= 0.8) & (radii <= 1.2)
    crest_at = np.argmax(heights[:, near_rim], axis=1)
    crest = heights[:, near_rim].max(axis=1)
    crest_radius = radii[near_rim][crest_at]
    rim = float(np.median(crest))
    middle = np.median(heights, axis=0)
    inner = radii < 0.9
    lowest = int(np.argmin(middle[inner]))
    floor = float(middle[lowest])
    depth = rim - floor
    out = np.full(len(MEASURES), np.nan)
    out[0], out[1] = depth, depth / diameter_m
    out[2] = rim - float(np.median(heights[:, radii >= 1.6]))
    out[3] = float(crest.std())
    out[8], out[9] = (
        _circularity(crest_radius),
        _volume(heights, radii, crest_radius, rim, radius_m),
    )
    if not depth > 0:
        return out
    edge = _first_above(middle, radii, floor + 0.1 * depth, lowest)
    top = _first_above(middle, radii, floor + 0.9 * depth, lowest)
    out[4] = edge * diameter_m
    if top > edge:
        out[7] = math.degrees(math.atan(0.8 * depth / ((top - edge) * radius_m)))
    if edge > 0.3:
        out[5] = _roughness(heights, radii, edge)
        out[6] = _peak(heights, radii, edge)
    return out


def _first_above(profile: Array, radii: Array, level: float, start: int) -> float:
    """Radius, interpolated, at which ``profile`` first rises above ``level`` outwards of start."""
    above = np.flatnonzero(profile[start:] > level)
    if not above.size:
        return math.nan
    at = start + int(above[0])
    if at == 0:
        return 0.0
    low, high = profile[at - 1], profile[at]
    return float(radii[at - 1] + (level - low) / (high - low) * (radii[at] - radii[at - 1]))


def _circularity(crest_radius: Array) -> float:
    """Of the trace smoothed by a running median over three directions."""
    r = np.median(np.stack([np.roll(crest_radius, k) for k in (-1, 0, 1)]), axis=0)
    angle = 2 * np.pi * np.arange(len(r)) / len(r)
    x, y = r * np.cos(angle), r * np.sin(angle)
    dx, dy = np.roll(x, -1) - x, np.roll(y, -1) - y
    area = 0.5 * abs(float(np.sum(x * dy - y * dx)))
    around = float(np.hypot(dx, dy).sum())
    regular = math.pi / (len(r) * math.tan(math.pi / len(r)))
    return 4 * math.pi * area / around**2 / regular


def _volume(
    heights: Array, radii: Array, crest_radius: Array, rim: float, radius_m: float
) -> float:
    inside = radii[None] <= crest_radius[:, None]
    cell = 2 * np.pi / len(heights) * radii * STEP * radius_m**2
    return float((np.maximum(rim - heights, 0.0) * inside * cell).sum() / 1e9)


def _polar(count: int, radii: Array) -> tuple[Array, Array]:
    angle = 2 * np.pi * np.arange(count) / count
    return radii[None] * np.sin(angle)[:, None], radii[None] * np.cos(angle)[:, None]


def _roughness(heights: Array, radii: Array, edge: float) -> float:
    keep = (radii >= 0.2) & (radii <= edge)
    x, y = _polar(len(heights), radii[keep])
    z = heights[:, keep].ravel()
    basis = np.stack([np.ones(z.size), x.ravel(), y.ravel()], axis=1)
    weight = np.broadcast_to(np.sqrt(radii[keep]), heights[:, keep].shape).ravel()
    plane, *_ = np.linalg.lstsq(basis * weight[:, None], z * weight, rcond=None)
    rest = (z - basis @ plane) * weight
    return float(np.sqrt((rest**2).sum() / (weight**2).sum()))


def _peak(heights: Array, radii: Array, edge: float) -> float:
    around = (radii > 0.3) & (radii <= edge)
    if not around.any():
        return math.nan
    inner = heights[:, radii <= 0.25]
    width = max(1, len(inner) // 6)
    summed = np.cumsum(np.concatenate([inner, inner[:width]]), axis=0)
    arcs = (summed[width:] - summed[:-width]) / width
    return max(0.0, float(arcs.max()) - float(np.median(heights[:, around])))


def profiles_of(values: Array, side_in_radii: float) -> Array:
    """Heights [A, R] along the azimuths from a north-up grid [S, S], the ground's plane off."""
    from scipy.ndimage import map_coordinates

    size = values.shape[0]
    radii = np.asarray((np.arange(round(REACH / STEP)) + 0.5) * STEP, np.float64)
    east, north = _polar(AZIMUTHS, radii)
    scale = size / side_in_radii
    at = np.stack([size / 2 - 0.5 - north * scale, size / 2 - 0.5 + east * scale])
    heights = np.asarray(map_coordinates(values, at, order=1, mode="nearest"), np.float64)
    ground = radii >= 1.6
    x, y = east[:, ground].ravel(), north[:, ground].ravel()
    basis = np.stack([np.ones(x.size), x, y], axis=1)
    plane, *_ = np.linalg.lstsq(basis, heights[:, ground].ravel(), rcond=None)
    return heights - (plane[0] + plane[1] * east + plane[2] * north)


def with_errors(heights: Array, diameter_m: float) -> tuple[Array, Array]:
    """The measures [10] and their jackknife errors [10] over :data:`SECTORS` sectors."""
    whole = measure_profiles(heights, diameter_m)
    sector = np.arange(len(heights)) * SECTORS // len(heights)
    parts = []
    for number in range(SECTORS):
        # A missing sector is filled by its neighbours', so that traces stay closed.
        kept = heights.copy()
        gone = np.flatnonzero(sector == number)
        left, right = heights[gone[0] - 1], heights[(gone[-1] + 1) % len(heights)]
        share = ((np.arange(len(gone)) + 1) / (len(gone) + 1))[:, None]
        kept[gone] = left * (1 - share) + right * share
        parts.append(measure_profiles(kept, diameter_m))
    table = np.stack(parts)
    spread = np.sqrt((SECTORS - 1) / SECTORS * ((table - table.mean(axis=0)) ** 2).sum(axis=0))
    return whole, np.where(np.isfinite(whole), spread, np.nan)


def heights_around(
    dtm: Mosaic, lon: float, lat: float, diameter_m: float, side_in_radii: float, limit: int = 256
) -> tuple[Array, float] | None:
    """Heights in metres on a north-up grid around a crater, and pixels of the terrain model across
    its diameter; None where the model is too coarse or has holes."""
    side = side_in_radii * diameter_m / 2
    try:
        native = dtm.values(lon, lat, side, 16, 0.0).native_metres_per_pixel
        pixels = diameter_m / native
        if pixels < MIN_PIXELS:
            return None
        size = int(np.clip(math.ceil(side / native), 48, limit))
        square = dtm.values(lon, lat, side, size, MIN_VALID)
    except ViewSkipped:
        return None
    scale, offset = dtm.units()
    heights = square.values.astype(np.float64) * scale + offset
    if not square.valid.all():
        heights = np.where(square.valid, heights, np.median(heights[square.valid]))
    return heights, pixels


def measure_craters(
    dtm: Mosaic,
    lon: Sequence[float] | Array,
    lat: Sequence[float] | Array,
    diameter_m: Sequence[float] | Array,
    monitor: Monitor | None = None,
) -> dict[str, Array]:
    """Columns for n craters: every measure, its ``_error``, and ``dtm_pixels``; NaN where the
    terrain model is too coarse, has holes, or the measure is not defined."""
    monitor = monitor or Monitor()
    count = len(lon)
    fine = np.array([measure.fine for measure in MEASURES])
    values = np.full((count, len(MEASURES)), np.nan)
    errors = values.copy()
    resolution = np.full(count, np.nan)
    side = 2 * REACH * 1.02
    for row in range(count):
        if row % 64 == 0:
            monitor.report(Stage.TERRAIN, row, count)
            monitor.check()
        around = heights_around(dtm, float(lon[row]), float(lat[row]), float(diameter_m[row]), side)
        if around is None:
            continue
        heights, resolution[row] = around
        values[row], errors[row] = with_errors(profiles_of(heights, side), float(diameter_m[row]))
        if resolution[row] < FINE_PIXELS:
            values[row, fine] = errors[row, fine] = np.nan
    columns: dict[str, Array] = {RESOLUTION: resolution}
    for number, name in enumerate(NAMES):
        columns[name] = values[:, number]
        columns[f"{name}_error"] = errors[:, number]
    return columns


def profiles(
    dtm: Mosaic,
    lon: Sequence[float] | Array,
    lat: Sequence[float] | Array,
    diameter_m: Sequence[float] | Array,
    monitor: Monitor | None = None,
) -> Array:
    """Normalised radial profiles [n, 20] (heights over the diameter, 0 to 2 radii); NaN rows where
    the terrain model is too coarse or has holes."""
    monitor = monitor or Monitor()
    out = np.full((len(lon), PROFILE_RINGS), np.nan)
    side = 2 * REACH
    for row in range(len(lon)):
        if row % 64 == 0:
            monitor.report(Stage.TERRAIN, row, len(lon))
            monitor.check()
        diameter = float(diameter_m[row])
        around = heights_around(dtm, float(lon[row]), float(lat[row]), diameter, side, limit=96)
        if around is not None:
            out[row] = radial_profile(around[0] / diameter, side)[0]
    return out
