"""What speaks for and against a pair being one crater: numbers per pair.

Geometry: centre distance / larger diameter, diameter ratio, overlap (intersection over union) of
the two circles. Looks, from views of a mosaic: the late-interaction similarity of both views cut
at one scale, and the rim reading (:mod:`.rim`) along the way from one circle to the other. Both
views of a duplicate show the same ground, only shifted, and so do those of two overlapping
craters; so the telling question is not how alike they are but whether each circle sits on a rim of
its own, or the one beside the other's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...contract.vocabulary import Skip
from .candidates import Pairs

Floats = NDArray[np.float64]

GEOMETRY_FEATURES = ("distance", "distance_squared", "log_ratio", "log_ratio_squared", "iou")
LOOKS_FEATURES = (
    "similarity",
    "rim_worse",
    "rim_better",
    "rim_between",
    "rim_quarters",
    "closing",
    "closing_size",
)


@dataclass
class Looks:
    """Looks of ``p`` pairs, NaN where there are none. All float64 [p].

    ``similarity``: symmetric late interaction; ``rim_a``, ``rim_b``: the on-rim reading of each
    circle; ``rim_between``: of the circle half-way; ``rim_quarters``: mean of those at a quarter
    and three quarters; ``closing``: by how much the gap between the centres shrinks, in larger
    diameters, when both move to where their views say the crater is; ``closing_size``: the same of
    ln(larger / smaller); ``reason``: why there are none, "" where there are.
    """

    similarity: Floats
    rim_a: Floats
    rim_b: Floats
    rim_between: Floats
    rim_quarters: Floats
    closing: Floats
    closing_size: Floats
    reason: NDArray[np.object_]

    @classmethod
    def none(cls, count: int, reason: Skip = Skip.NO_MOSAIC) -> Looks:
        """Looks of pairs that have none."""
        empty = np.full((7, count), np.nan)
        a, b, c, d, e, f, g = (row.copy() for row in empty)
        return cls(a, b, c, d, e, f, g, np.full(count, reason, dtype=object))

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which pairs have looks."""
        return np.asarray(self.reason == "", bool)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Looks:
        """Those of the pairs at ``rows`` (positions or a mask)."""
        return Looks(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})

    def features(self) -> Floats:
        """[p, 7] in the order of :data:`LOOKS_FEATURES`; the same whichever entry is a."""
        worse = np.minimum(self.rim_a, self.rim_b)
        better = np.maximum(self.rim_a, self.rim_b)
        return np.stack(
            [
                self.similarity,
                worse,
                better,
                self.rim_between,
                self.rim_quarters,
                self.closing,
                self.closing_size,
            ],
            axis=1,
        )


def overlap(distance_ratio: Floats, diameter_ratio: Floats) -> Floats:
    """Intersection over union of two plane circles, 0..1.

    ``distance_ratio``: centre distance / larger diameter; ``diameter_ratio``: smaller / larger.
    """
    d = np.maximum(np.asarray(distance_ratio, np.float64), 1e-12)
    large, small = 0.5, 0.5 * np.asarray(diameter_ratio, np.float64)
    alpha = np.arccos(np.clip((d**2 + small**2 - large**2) / (2 * d * small), -1.0, 1.0))
    beta = np.arccos(np.clip((d**2 + large**2 - small**2) / (2 * d * large), -1.0, 1.0))
    lens = small**2 * (alpha - np.sin(2 * alpha) / 2) + large**2 * (beta - np.sin(2 * beta) / 2)
    inside, apart = d <= large - small, d >= large + small
    shared = np.where(inside, np.pi * small**2, np.where(apart, 0.0, lens))
    return np.asarray(shared / (np.pi * (small**2 + large**2) - shared))


def geometry_features(pairs: Pairs) -> Floats:
    """[p, 5] in the order of :data:`GEOMETRY_FEATURES`."""
    size = -np.log(pairs.diameter_ratio)
    iou = overlap(pairs.distance_ratio, pairs.diameter_ratio)
    d = pairs.distance_ratio
    return np.stack([d, d**2, size, size**2, iou], axis=1)
