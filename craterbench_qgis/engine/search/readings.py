"""A box drawn round a crater: is it the crater's own width, or the view around it?

People draw both, and anything between. So the box is searched at several widths (box / diameter),
and the view whose best match scores highest is kept. Right and wrong lie far apart: 0.95 against
0.75 where the crater is in the index (``docs/validation/box-readings.md``). Which diameter is then
said, in this order:

* the best match is a crater in the box itself: its catalogue diameter;
* the best match is no chance: the diameter that makes the two views equally wide in diameters;
* else the circle around the box's middle that lies most clearly on a rim in the picture;
* else, as before, the box over the index's mean context, which is called assumed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from ...contract.search import BOX_WIDTHS, Match, Query
from ...contract.vocabulary import BoxReading, DiameterFrom
from ..errors import QueryError
from ..mosaic import Mosaic
from .options import SearchOptions
from .query import QueryView, cut_square
from .searcher import Searcher

CERTAIN = 0.05
"""A best match that so few searches have by chance tells the box's scale."""
_CRATER_UP_TO = 1.5
"""Boxes of fewer diameters than this are read as the crater, not as the view around it."""
_ANGLES = 72
_RIM_WIDTHS = np.geomspace(0.9, 3.8, 40)
_RIM_CLEAR = 1.15
"""A rim's strength over the median circle's, from which on it is believed."""


@dataclass
class BoxViews:
    """``views[i]``: a square about the box's middle as if the crater were the box / ``widths[i]``.

    ``side_m``: of the box, metres; ``context``: side of a view over its diameter.
    """

    views: list[QueryView]
    widths: list[float]
    side_m: float
    context: float


def box_views(
    query: Query, mosaic: Mosaic | None, size: int, contexts: tuple[float, ...]
) -> BoxViews | None:
    """The views of a square that may be read either way; None for every other query.

    Those that reach beyond the mosaic or have too few pixels are left out. Raises QueryError where
    none is left.
    """
    side_m = query.square_m
    if query.reading is not BoxReading.EITHER or side_m is None:
        return None
    context = sum(contexts) / len(contexts)
    views, widths = [], []
    refused: QueryError | None = None
    # The box as the view first: what is wrong with it is what is said.
    for width in sorted(BOX_WIDTHS, key=lambda width: -abs(math.log(width / context))):
        try:
            views.append(cut_square(query, mosaic, size, contexts, context * side_m / width))
            widths.append(width)
        except QueryError as error:
            refused = error
    if not views and refused is not None:
        raise refused
    return BoxViews(views, widths, side_m, context)


def read_box(box: BoxViews, searcher: Searcher, options: SearchOptions) -> QueryView:
    """The view to search with; its ``source`` says how the box was read and whence its diameter.

    The scale is the crater's own, so the search's filters and decisions play no part in it.
    """
    # Six views: their pictures would cost more than the search, and right and wrong lie far apart.
    plain = SearchOptions(
        top=1,
        shortlist=options.shortlist,
        backend=options.backend,
        symmetric=options.symmetric,
        overlay=False,
    )
    best: tuple[float, int, Match] | None = None
    for number, view in enumerate(box.views):
        matches = searcher.search(view, plain).matches
        if matches and (best is None or matches[0].score > best[0]):
            best = matches[0].score, number, matches[0]
    if best is not None:
        _, number, match = best
        view = box.views[number]
        if _is_here(match, box.side_m):
            return _read(view, box, match.diameter_m, DiameterFrom.CATALOGUE)
        sure = match.expected_by_chance is not None and match.expected_by_chance < CERTAIN
        if sure and match.context:
            return _read(view, box, view.view.side_m / match.context, DiameterFrom.MATCH)
    diameter = rim_diameter(box)
    source = DiameterFrom.BOX if diameter is None else DiameterFrom.RIM
    wanted = box.side_m / diameter if diameter else box.context
    number = min(range(len(box.views)), key=lambda i: abs(math.log(box.widths[i] / wanted)))
    return _read(box.views[number], box, diameter or box.side_m / box.context, source)


def rim_diameter(box: BoxViews) -> float | None:
    """Metres across the circle about the box's middle that lies most clearly on a rim.

    None where no circle stands out. As in the preview of a build, the strength is the mean root of
    the radial gradient, whatever its sign: the root keeps one bright edge from counting for all.
    """
    view = max(box.views, key=lambda view: view.view.side_m)
    pixels: NDArray[np.float64] = gaussian_filter(np.asarray(view.view.pixels, np.float64), 1.5)
    down, right = np.gradient(pixels)
    size = len(pixels)
    diameters = box.side_m / _RIM_WIDTHS
    radii = (diameters / 2 / view.view.side_m * size)[:, None]
    angle = np.arange(_ANGLES) * (2 * np.pi / _ANGLES)
    middle = (size - 1) / 2
    at = np.stack([middle + radii * np.sin(angle), middle + radii * np.cos(angle)])
    radial = map_coordinates(down, at, order=1) * np.sin(angle)
    radial += map_coordinates(right, at, order=1) * np.cos(angle)
    strength = np.sqrt(np.abs(radial)).mean(axis=1)
    best = int(strength.argmax())
    edge = best in (0, len(strength) - 1)
    if edge or strength[best] < _RIM_CLEAR * float(np.median(strength)):
        return None
    return float(diameters[best])


def _is_here(match: Match, side_m: float) -> bool:
    """Whether the box was drawn about this crater: its centre near the middle, and no wider."""
    away = match.distance_m
    fits = side_m / 6 < match.diameter_m < 1.3 * side_m
    return away is not None and fits and away < 0.3 * match.diameter_m


def _read(
    view: QueryView, box: BoxViews, diameter_m: float, diameter_from: DiameterFrom
) -> QueryView:
    tight = box.side_m < _CRATER_UP_TO * diameter_m
    source = view.source | {
        "box_side_m": box.side_m,
        "side_m": view.view.side_m,
        "diameter_m": diameter_m,
        "diameter_assumed": diameter_from is DiameterFrom.BOX,
        "diameter_from": str(diameter_from),
        "reading": str(BoxReading.CRATER if tight else BoxReading.VIEW),
    }
    return replace(view, diameter_m=diameter_m, source=source)
