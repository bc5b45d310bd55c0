"""How many views a build will make, before it is started: by the tests the build itself makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...contract.build import BuildEstimate
from ..catalogue import Craters
from ..monitor import Monitor
from ..mosaic import Mosaic, ViewSkipped

_MOST = 2_000
"""Views that are looked at; of more craters so many are drawn by lot, always the same."""
_SIZE = 32


def estimate_views(
    mosaics: Sequence[Mosaic],
    craters: Craters,
    contexts: Sequence[float],
    monitor: Monitor | None = None,
) -> BuildEstimate:
    """Views of ``craters`` (those selected) that can be cut, and why others cannot.

    Nothing is read of the rasters, so empty and flat ground is not foreseen. ``exact`` where every
    view was looked at, else numbers are of a sample, scaled up.
    """
    monitor = monitor or Monitor()
    each = max(1, _MOST // (len(mosaics) * len(contexts)))
    rows: NDArray[np.int64] = np.arange(len(craters))
    if len(rows) > each:
        rows = np.sort(np.random.default_rng(0).permutation(len(rows))[:each])
    possible, skipped, seen = 0, Counter[str](), 0
    for row in rows.tolist():
        monitor.check()
        shown = False
        place = (float(craters.lon[row]), float(craters.lat[row]), float(craters.diameter[row]))
        for mosaic in mosaics:
            for context in contexts:
                try:
                    mosaic.foresee(*place, context, _SIZE)
                except ViewSkipped as reason:
                    skipped[reason.reason] += 1
                else:
                    possible += 1
                    shown = True
        seen += shown
    scale = len(craters) / len(rows) if len(rows) else 1.0
    return BuildEstimate(
        views=round(possible * scale),
        craters=round(seen * scale),
        skipped={reason: round(count * scale) for reason, count in skipped.items()},
        exact=len(rows) == len(craters),
    )
