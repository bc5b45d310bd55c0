"""Two sources of a crater's position compared: its columns and its geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..bodies import Body, great_circle_distance
from .shapes import Centres

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_SAMPLE = 5_000
_TINY_DEG = 1e-6
# Of a diameter, of an outline's extent, and metres: what both may differ by and still be one place.
_OF_DIAMETER, _OF_OUTLINE, _METRES = 0.02, 0.05, 10.0
_ANY_RADIUS = 1_737_400.0


class ColumnNames(Protocol):
    """Position columns that can be read in several ways (:class:`.interpretation._Columns`)."""

    west: Any
    graphic: Any
    open_west: bool
    open_latitude: bool
    lon: Any
    lat: Any

    def values(self, west: Any, graphic: Any) -> tuple[FloatArray, FloatArray]:
        """Degrees east, planetocentric."""


@dataclass
class Compared:
    """``disagree``: the rows; ``typical_m``: the median distance, of which ``allowed_m`` is none;
    ``largest_m``: the largest; ``wins``: (west, graphic) where another reading of the columns
    than the one assumed agrees with the geometry; ``is_mirrored``: the numbers are the geometry's
    with the other sign; ``no_degrees``: the columns cannot be degrees."""

    disagree: BoolArray
    typical_m: float = 0.0
    allowed_m: float = _METRES
    largest_m: float = 0.0
    wins: tuple[Any, Any] | None = None
    is_mirrored: bool = False
    no_degrees: bool = False
    largest_value: float = 0.0


def compare(
    columns: ColumnNames, geometry: Centres, diameter_m: FloatArray | None, body: Body | None
) -> Compared:
    """Compare, and find the reading of the columns that agrees where nothing else says it."""
    none = np.zeros(len(geometry.lon), dtype=bool)
    x, y = columns.lon.values, columns.lat.values
    there = np.isfinite(x) & np.isfinite(y) & np.isfinite(geometry.lon)
    if not there.any():
        return Compared(none)
    lon, lat = columns.values(columns.west, columns.graphic)
    if not np.any(columns.west) and _equal(lon, lat, geometry, there):
        return Compared(none)
    beyond = there & ((np.abs(x) > 360) | (np.abs(y) > 90))
    if beyond.sum() > 0.1 * there.sum():
        largest = float(max(np.abs(x[there]).max(), np.abs(y[there]).max()))
        return Compared(there, np.inf, no_degrees=True, largest_value=largest)
    figure = body or Body("body", _ANY_RADIUS, _ANY_RADIUS)
    rows = np.flatnonzero(there)
    some = rows[:: max(1, len(rows) // _SAMPLE)]

    def typical(west: Any, graphic: Any) -> float:
        at = columns.values(west, graphic)
        metres = great_circle_distance(
            figure, at[0][some], np.clip(at[1][some], -90, 90), geometry.lon[some],
            geometry.lat[some],
        )  # fmt: skip
        return float(np.median(metres))

    assumed = typical(columns.west, columns.graphic)
    wins = None
    open_latitude = columns.open_latitude and not figure.is_sphere
    if columns.open_west or open_latitude:
        wests = (False, True) if columns.open_west else (columns.west,)
        kinds = (False, True) if open_latitude else (columns.graphic,)
        ways = [(west, kind) for west in wests for kind in kinds]
        distances = [typical(*way) for way in ways]
        best = int(np.argmin(distances))
        if distances[best] < assumed - 1e-3:
            wins, assumed = ways[best], distances[best]
            lon, lat = columns.values(*ways[best])
    distance = np.zeros(len(lon))
    distance[rows] = great_circle_distance(
        figure, lon[rows], np.clip(lat[rows], -90, 90), geometry.lon[rows], geometry.lat[rows]
    )
    allowed = np.maximum(_METRES, _OF_OUTLINE * np.radians(geometry.size) * figure.mean_radius)
    if diameter_m is not None:
        allowed = np.fmax(allowed, np.nan_to_num(_OF_DIAMETER * diameter_m))
    disagree = (distance > allowed) | beyond
    mirrored = there & (np.abs(np.mod(x - geometry.lon + 180.0, 360.0) - 180.0) < 1e-4)
    apart = mirrored & (np.abs(np.mod(2 * x + 180.0, 360.0) - 180.0) > 1e-3)
    is_mirrored = np.any(columns.west) and apart.sum() > 0.9 * (there & (np.abs(x) > 1e-3)).sum()
    return Compared(
        disagree,
        typical_m=assumed,
        allowed_m=float(np.median(allowed[rows])),
        largest_m=float(distance[disagree].max(initial=0.0)),
        wins=wins if wins is not None and assumed <= float(np.median(allowed[rows])) else None,
        is_mirrored=bool(is_mirrored),
    )


def _equal(lon: FloatArray, lat: FloatArray, geometry: Centres, there: BoolArray) -> bool:
    """Whether both are the same numbers, quickly: the ordinary case of a million points."""
    with np.errstate(invalid="ignore"):
        if not (np.abs(lat - geometry.lat)[there] < _TINY_DEG).all():
            return False
        apart = np.abs(lon - geometry.lon)
        apart = np.abs(apart - np.round(apart / 360.0) * 360.0)
    return bool((apart[there] < _TINY_DEG).all())
