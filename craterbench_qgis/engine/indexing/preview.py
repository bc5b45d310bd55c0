"""A look before an hour of building: a dozen crops with the catalogue's circles, and a rim score.

The score asks whether circles lie on rims: on each crater the mean radial gradient along the circle
is compared with that along circles of the same size displaced around it. A catalogue that is
mirrored, shifted, or has radii for diameters does no better than chance, which is 0.5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from ...contract.vocabulary import Stage
from ..bodies import wrap_longitude
from ..catalogue import Craters
from ..monitor import Monitor
from ..mosaic import Mosaic, ViewSkipped

FloatArray = NDArray[np.float64]
PICTURES = 12
CONTEXT = 3.0
_SIZE = 96
_MOST = 80
# Side of the square in which displaced circles lie, in diameters, and in pixels.
_AROUND, _AROUND_SIZE = 5.0, 160
_ANGLES = 48
_DISPLACED = 8
_LEAST_PIXELS = 5.0
# Of the largest craters: the rims of the smallest are beyond most mosaics.
CHANCE = 0.5


@dataclass(frozen=True)
class RimScore:
    """``share``: of displaced circles that are weaker than the catalogue's own, mean over
    ``count`` craters; 0.5 by chance, give or take ``error`` (standard error)."""

    share: float
    count: int

    @property
    def error(self) -> float:
        """Of a share by chance: ranks among eight are spread by 0.32."""
        return 0.32 / math.sqrt(self.count) if self.count else 1.0

    @property
    def is_near_chance(self) -> bool:
        """Whether it is not above chance by more than three standard errors."""
        return self.share < CHANCE + 3.0 * self.error


@dataclass
class CropPreview:
    """``rows``: the craters shown; ``pictures``: [n, S, S] floats in 0..1, NaN rows left out;
    ``scores``: by name: "as read" and, where those circles lie off rims, "mirrored", "half" and
    "double"; ``words``: what they mean, "" where all is well or too few craters were seen."""

    rows: list[int]
    pictures: NDArray[np.float32]
    scores: dict[str, RimScore]
    words: str


def preview(mosaic: Mosaic, craters: Craters, monitor: Monitor | None = None) -> CropPreview:
    """Crops of a dozen craters, and whether the catalogue's circles lie on rims."""
    monitor = monitor or Monitor()
    rows, pictures = [], []
    for row in choose(craters):
        monitor.check()
        view = _view(mosaic, craters.lon[row], craters.lat[row], craters.diameter[row])
        if view is not None:
            rows.append(row)
            pictures.append(view)
    lon, lat, diameter = _sample(mosaic, craters)
    ways = {
        "as read": (lon, diameter),
        "mirrored": (np.asarray(wrap_longitude(-lon)), diameter),
        "half": (lon, diameter / 2.0),
        "double": (lon, diameter * 2.0),
    }
    scores: dict[str, RimScore] = {}
    for done, (name, (x, d)) in enumerate(ways.items()):
        if scores and not off_rims(scores):
            break  # nothing is to be repaired
        monitor.report(Stage.RIMS, done, len(ways))
        monitor.check()
        scores[name] = rim_score(mosaic, x, lat, d)
    stack = np.stack(pictures) if pictures else np.empty((0, _SIZE, _SIZE), np.float32)
    return CropPreview(rows, stack, scores, words_for(scores))


def choose(craters: Craters) -> list[int]:
    """A dozen rows: the largest, the smallest, next to the poles and the seam, and others."""
    count = len(craters)
    order = np.argsort(-craters.diameter, kind="stable")
    seam = np.argsort(180.0 - np.abs(craters.lon), kind="stable")
    north, south = np.argsort(-craters.lat, kind="stable"), np.argsort(craters.lat, kind="stable")
    wanted: list[int] = []
    for rows, number in ((order, 3), (order[::-1], 2), (north, 1), (south, 1), (seam, 2)):
        fresh = [int(row) for row in rows[: PICTURES + number] if int(row) not in wanted]
        wanted += fresh[:number]
    others = np.random.default_rng(0).permutation(count)
    wanted += [int(row) for row in others if int(row) not in wanted][: PICTURES - len(wanted)]
    return wanted[:PICTURES]


def rim_score(mosaic: Mosaic, lon: FloatArray, lat: FloatArray, diameter: FloatArray) -> RimScore:
    """How often the circles at these places are stronger rims than circles displaced around."""
    shares = []
    for x, y, d in zip(lon, lat, diameter, strict=True):
        strengths = _strengths(mosaic, float(x), float(y), float(d))
        if strengths is not None:
            own, others = strengths
            shares.append(float((others < own).mean() + 0.5 * (others == own).mean()))
    return RimScore(float(np.mean(shares)) if shares else CHANCE, len(shares))


def words_for(scores: dict[str, RimScore]) -> str:
    """What the scores mean, one or two sentences; "" where all is well or nothing can be said."""
    if not off_rims(scores):
        return ""
    read = scores["as read"]
    text = (
        f"The circles do not lie on rims: {read.share:.0%} of displaced circles are weaker, 50 % "
        f"would be by chance ({read.count} craters)."
    )
    better = repair_of(scores)
    if not better:
        return f"{text} Is the catalogue of this body, and its diameter's unit right?"
    asked = {
        "mirrored": "Is the longitude positive west? Mirrored it would fit",
        "half": "Are the diameters twice too large? Halved they would fit",
        "double": "Are these radii? Doubled they would fit",
    }[better]
    return f"{text} {asked}: {scores[better].share:.0%}."


def off_rims(scores: dict[str, RimScore]) -> bool:
    """Whether the circles do no better than chance, as far as that can be said."""
    read = scores["as read"]
    return read.count >= 10 and read.is_near_chance


def repair_of(scores: dict[str, RimScore]) -> str:
    """Which other reading would fit, of circles that lie off rims; "" for none."""
    if not off_rims(scores):
        return ""
    read = scores["as read"]
    better = max(("mirrored", "half", "double"), key=lambda name: scores[name].share)
    other = scores[better]
    unclear = other.is_near_chance or other.share < read.share + 3.0 * read.error
    return "" if unclear else better


def _sample(mosaic: Mosaic, craters: Craters) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Craters whose rims the mosaic can show, the same ones for every way of reading."""
    pixels = craters.diameter / mosaic.pixel_size_m
    # Basins have no sharp rim, and their crops hold half the body.
    fits = (pixels >= 2 * _LEAST_PIXELS) & (craters.diameter < 0.5 * mosaic.body.mean_radius)
    rows = np.flatnonzero(fits & (np.abs(craters.lat) < 75.0))
    rows = rows[np.argsort(-craters.diameter[rows], kind="stable")][:_MOST]
    return craters.lon[rows], craters.lat[rows], craters.diameter[rows]


def _view(mosaic: Mosaic, lon: float, lat: float, diameter: float) -> NDArray[np.float32] | None:
    try:
        return mosaic.crop(lon, lat, CONTEXT * diameter, _SIZE).pixels
    except ViewSkipped:
        return None


def _strengths(
    mosaic: Mosaic, lon: float, lat: float, diameter: float
) -> tuple[float, FloatArray] | None:
    """Rim strength of the circle, and of those displaced by 1 to 1.5 diameters around it."""
    if diameter / mosaic.pixel_size_m < _LEAST_PIXELS:
        return None
    try:
        pixels = mosaic.crop(lon, lat, _AROUND * diameter, _AROUND_SIZE).pixels
    except ViewSkipped:
        return None
    down, right = np.gradient(gaussian_filter(np.asarray(pixels, np.float64), 1.5))
    radius = _AROUND_SIZE / _AROUND / 2
    middle = (_AROUND_SIZE - 1) / 2
    bearings = np.arange(_DISPLACED) * (2 * np.pi / _DISPLACED)
    away = 2 * radius * np.where(np.arange(_DISPLACED) % 2, 1.5, 1.0)
    rows = np.concatenate([[middle], middle - away * np.cos(bearings)])
    cols = np.concatenate([[middle], middle + away * np.sin(bearings)])
    strengths = _rims(down, right, rows, cols, radius)
    return float(strengths[0]), strengths[1:]


def _rims(
    down: FloatArray, right: FloatArray, rows: FloatArray, cols: FloatArray, radius: float
) -> FloatArray:
    """The mean radial gradient along circles, whatever its sign, for the best radius near it."""
    angle = np.arange(_ANGLES) * (2 * np.pi / _ANGLES)
    radii = radius * np.array([0.92, 1.0, 1.08])[:, None]
    at = np.stack(
        [
            rows[:, None, None] + radii * np.sin(angle),
            cols[:, None, None] + radii * np.cos(angle),
        ]
    )
    radial = map_coordinates(down, at, order=1) * np.sin(angle)
    radial += map_coordinates(right, at, order=1) * np.cos(angle)
    # The root keeps one bright edge from counting for a whole rim.
    best: FloatArray = np.sqrt(np.abs(radial)).mean(axis=2).max(axis=1)
    return best


def picture(shown: CropPreview, craters: Craters) -> Any:
    """The crops in a grid, each with the catalogue's circle, id and diameter: a PIL image."""
    from PIL import Image, ImageDraw

    side, line = 2 * _SIZE, 16
    across = min(4, max(1, len(shown.rows)))
    down = -(-len(shown.rows) // across)
    sheet = Image.new("RGB", (across * side, max(1, down) * (side + line)), "white")
    pen = ImageDraw.Draw(sheet)
    for place, (row, pixels) in enumerate(zip(shown.rows, shown.pictures, strict=True)):
        left, top = place % across * side, place // across * (side + line)
        grey = Image.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8))
        sheet.paste(grey.resize((side, side), Image.Resampling.BILINEAR), (left, top))
        radius, middle = side / CONTEXT / 2, (left + side / 2, top + side / 2)
        box = [middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius]
        pen.ellipse(box, outline=(255, 80, 0), width=2)
        kilometres = craters.diameter[row] / 1000.0
        label = f"{craters.ids[row]}  {kilometres:.4g} km".encode("ascii", "replace").decode()
        pen.text((left + 3, top + side + 2), label, fill="black")
    return sheet
