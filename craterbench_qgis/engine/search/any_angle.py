"""The same crater from a picture of unknown orientation: which turns of it are tried.

Sixteen turns go through both stages; a view keeps its best. The encoder was trained with turns of
up to 10 degrees, and a picture may lie 11 degrees off the nearest of sixteen, so about the turns of
the best views finer ones are tried. A wider view than those of the index is cut to their width
first: without a north, scale is one doubt more. At last the best views are laid on the query.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .turns import Turn

Float = NDArray[np.float32]
Views = NDArray[np.int64]

FINER = 7.5
"""Degrees to either side of a turn that are tried as well: a third of the step of 22.5."""
REFINED = 20
"""The best views, which are scored at the finer turns."""
MOST_TURNS = 5
"""At most so many turns are refined, those that the best of these views took."""


def best_of(
    parts: Sequence[tuple[Views, Float, Float]],
) -> tuple[Views, Float, Float, NDArray[np.int64]]:
    """Each view once, with its best turn (the first of equals): view numbers, scores of the first
    and the second stage, and which of ``parts``, one for each turn."""
    views, first, scores = (np.concatenate([part[k] for part in parts]) for k in range(3))
    which = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    order = np.lexsort((which, -scores, views))
    order = order[np.unique(views[order], return_index=True)[1]]
    return views[order], first[order], scores[order], which[order]


def finer_turns(best: Sequence[Turn]) -> list[Turn]:
    """Turns between those tried, about the first few different ones of ``best``."""
    return [
        Turn((centre.degrees + away) % 360.0, centre.mirrored)
        for centre in list(dict.fromkeys(best))[:MOST_TURNS]
        for away in (-FINER, FINER)
    ]


def zoom_to(context: float | None, contexts: Sequence[float]) -> float:
    """How much a view ``context`` diameters wide is enlarged, so that it is as wide as the nearest
    of the index's ``contexts``; 1 where it is narrower (what it does not show cannot be made up) or
    its width is not known."""
    if context is None:
        return 1.0
    nearest = min(contexts, key=lambda known: abs(math.log(known / context)))
    return max(1.0, context / nearest)
