"""A query turned and mirrored: for pictures of unknown orientation, and for craters of a kind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...contract.search import Match
from ..mosaic import stretch
from .query import QueryView

Float = NDArray[np.float32]

SAME_TURNS = 16
"""Directions tried for the same crater: the encoder was trained with turns of up to 10 degrees."""
ANALOG_TURNS = 8


@dataclass(frozen=True)
class Turn:
    """How a query's view was changed: mirrored (east and west exchanged) first, if at all, then
    turned clockwise by ``degrees``."""

    degrees: float
    mirrored: bool


def turns(count: int, mirrored: bool) -> list[Turn]:
    """Even turns, the untouched view first; with ``mirrored`` also those of the mirror image."""
    sides = (False, True) if mirrored else (False,)
    return [Turn(360.0 * k / count, side) for side in sides for k in range(count)]


def turned_picture(query: QueryView, turn: Turn, size: int) -> Float:
    """The query for the eye [size, size] after ``turn``; corners as in :func:`turned`."""
    picture = query.picture(size)
    if len(picture) == len(query.view.pixels):
        return turned(query, turn)
    finer = replace(query, view=replace(query.view, pixels=picture), wide=None)
    return turned(finer.widened(), turn)


def turned(query: QueryView, turn: Turn, zoom: float = 1.0) -> Float:
    """The query's view [S, S] after ``turn``, stretched again; ``zoom`` times enlarged about its
    middle.

    What comes in at the corners is read from the query's wide view; where there is none (a bare
    picture) the view's own edge is reflected.
    """
    size = query.view.pixels.shape[0]
    if turn.degrees == 0 and not turn.mirrored and zoom == 1.0:
        return query.view.pixels
    from scipy.ndimage import affine_transform

    wide = query.view.pixels if query.wide is None else query.wide
    angle = math.radians(turn.degrees)
    c, s = math.cos(angle) / zoom, math.sin(angle) / zoom
    # From a place in the new view (row, column) back to the old one.
    back = np.array([[c, -s], [s, c]])
    if turn.mirrored:
        back = np.array([[1.0, 0.0], [0.0, -1.0]]) @ back
    new, old = (size - 1) / 2, (wide.shape[0] - 1) / 2
    offset = old - back @ np.array([new, new])
    pixels = affine_transform(
        wide, back, offset, output_shape=(size, size), order=1, mode="reflect"
    ).astype(np.float32)
    return stretch(pixels, np.ones(pixels.shape, bool))


def add_turns(matches: Sequence[Match], views: NDArray[np.int64], best: Sequence[Turn]) -> None:
    """Write into ``matches`` the turns of ``views``, which they are among."""
    of_view = dict(zip(views.tolist(), best, strict=True))
    for match in matches:
        turn = of_view[match.view_number]
        match.turn_deg, match.mirrored = turn.degrees, turn.mirrored
