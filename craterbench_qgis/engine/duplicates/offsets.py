"""Duplicates of observation: one crater at two places because two mosaics do not lie alike.

Two estimates. From the catalogues: the displacement from a to b of the pairs that are probably one
crater, and its robust median. From the images: how far the second mosaic's picture of a pair's
place is displaced from the first one's, by normalised cross-correlation of gradient magnitude
(which does not mind another sun as much as brightness does), to a fraction of a pixel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...contract.duplicates import Offset
from ...contract.vocabulary import Stage
from ..bodies import Body, destination, great_circle_distance, initial_bearing
from ..catalogue import Craters
from ..monitor import Monitor
from ..mosaic import Mosaic, ViewSkipped
from .candidates import Pairs

Floats = NDArray[np.float64]

SIDE = 3.0
"""Crop side in larger diameters of the images that are laid upon each other."""
PIXELS = 96
MIN_SCORE = 0.35
"""Correlation below which a displacement is not believed."""
_REACH = 0.35  # of the side


def displacements(body: Body, first: Craters, second: Craters, pairs: Pairs) -> Floats:
    """[p, 2]: b's place seen from a's, metres east and north."""
    places = (first.lon[pairs.a], first.lat[pairs.a], second.lon[pairs.b], second.lat[pairs.b])
    distance = great_circle_distance(body, *places)
    bearing = np.radians(initial_bearing(*places))
    return np.stack([distance * np.sin(bearing), distance * np.cos(bearing)], axis=1)


def robust_offset(east_north: Floats) -> Offset | None:
    """The median of displacements [p, 2], rows with NaN left out; None without any."""
    rows = east_north[np.isfinite(east_north).all(axis=1)]
    if not len(rows):
        return None
    middle = np.median(rows, axis=0)
    spread = 1.4826 * float(np.median(np.hypot(*(rows - middle).T)))
    return Offset(float(middle[0]), float(middle[1]), spread, len(rows))


def moved(body: Body, craters: Craters, east_m: float, north_m: float) -> Craters:
    """The craters displaced by so many metres along their great circles."""
    from dataclasses import replace

    bearing = float(np.degrees(np.arctan2(east_m, north_m))) % 360.0
    lon, lat = destination(
        body, craters.lon, craters.lat, bearing, float(np.hypot(east_m, north_m))
    )
    return replace(craters, lon=np.atleast_1d(lon), lat=np.atleast_1d(lat))


def image_shift(
    first: NDArray[np.float32], second: NDArray[np.float32]
) -> tuple[float, float, float]:
    """How far ``second`` [S, S] shows things east and north of where ``first`` does.

    Returns (columns east, rows north, correlation -1..1), pixels; searched up to a third of the
    side. (0, 0, 0) where an image has no structure.
    """
    from scipy.signal import fftconvolve

    size = first.shape[0]
    margin = int(size * _REACH)
    template = _gradient(first)[margin : size - margin, margin : size - margin]
    field = _gradient(second)
    template = template - template.mean()
    norm = float(np.sqrt((template**2).sum()))
    ones = np.ones_like(template)
    total = fftconvolve(field, ones, mode="valid")
    square = fftconvolve(field**2, ones, mode="valid")
    spread = np.sqrt(np.clip(square - total**2 / template.size, 0.0, None))
    if norm < 1e-6 or spread.max() < 1e-6:
        return 0.0, 0.0, 0.0
    product = fftconvolve(field, template[::-1, ::-1], mode="valid")
    score = np.where(spread > 1e-6, product / (norm * np.maximum(spread, 1e-6)), 0.0)
    row, column = (int(v) for v in np.unravel_index(int(score.argmax()), score.shape))
    down = row - margin + _vertex(score[:, column], row)
    east = column - margin + _vertex(score[row], column)
    return float(east), float(-down), float(score[row, column])


def image_shifts(
    first: Mosaic,
    second: Mosaic,
    craters: Craters,
    other: Craters,
    pairs: Pairs,
    monitor: Monitor | None = None,
) -> Floats:
    """[p, 3]: metres east, metres north, correlation of the second mosaic's picture at a's place;
    NaN where a mosaic does not show it or the correlation is below :data:`MIN_SCORE`."""
    monitor = monitor or Monitor()
    shifts = np.full((len(pairs), 3), np.nan)
    for k in range(len(pairs)):
        monitor.check()
        monitor.report(Stage.OFFSETS, k, len(pairs))
        a, b = int(pairs.a[k]), int(pairs.b[k])
        side = SIDE * float(max(craters.diameter[a], other.diameter[b]))
        place = (float(craters.lon[a]), float(craters.lat[a]))
        try:
            first_crop = first.crop(*place, side, PIXELS)
            second_crop = second.crop(*place, side, PIXELS)
        except ViewSkipped:
            continue
        east, north, score = image_shift(first_crop.pixels, second_crop.pixels)
        if score >= MIN_SCORE:
            shifts[k] = (east * side / PIXELS, north * side / PIXELS, score)
    monitor.report(Stage.OFFSETS, len(pairs), len(pairs))
    return shifts


def _gradient(pixels: NDArray[np.float32]) -> Floats:
    from scipy.ndimage import gaussian_gradient_magnitude

    return np.asarray(gaussian_gradient_magnitude(np.asarray(pixels, np.float64), 1.0))


def _vertex(line: Floats, at: int) -> float:
    """Where between its neighbours a parabola through the peak has its top."""
    if at == 0 or at == len(line) - 1:
        return 0.0
    left, middle, right = (float(v) for v in line[at - 1 : at + 2])
    bend = left - 2.0 * middle + right
    return 0.0 if bend >= -1e-12 else float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5))
