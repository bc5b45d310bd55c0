"""The crater of an index that lies at a place."""

from __future__ import annotations

import numpy as np

from ..bodies import great_circle_distance
from .reader import CraterIndex

AWAY, RATIO = 0.3, 1.35
"""It lies within so many of its diameters, and its diameter within this ratio."""


def crater_at(index: CraterIndex, lon: float, lat: float, diameter_m: float) -> int | None:
    """The row of the crater nearest in place (degrees, planetocentric) and size; None without one
    that is the same."""
    craters, body = index.craters, index.settings.body
    reach = np.degrees(AWAY * RATIO * diameter_m / min(body.a, body.b))
    near = np.flatnonzero(np.abs(craters.lat - lat) < reach)
    near = near[~np.isin(near, index.removed)]
    _, _, sizes = craters.places(near)
    ratio = np.abs(np.log(sizes / diameter_m))
    near, sizes, ratio = (part[ratio < np.log(RATIO)] for part in (near, sizes, ratio))
    away = np.asarray(great_circle_distance(body, lon, lat, craters.lon[near], craters.lat[near]))
    off = away / sizes
    if not (off < AWAY).any():
        return None
    return int(near[np.where(off < AWAY, off + ratio, np.inf).argmin()])
