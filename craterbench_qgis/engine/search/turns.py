"""A query turned and mirrored: for pictures of unknown orientation, and for craters of a kind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

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
    wide = query.view.pixels if query.wide is None else query.wide
    # The same few turns are asked again and again; how much is enlarged differs each time.
    usual = zoom == 1.0 and size <= _SMALL
    find = _usual_places if usual else _places
    places, shares = find(size, wide.shape[0], turn, zoom)
    flat = wide.ravel()
    pixels = flat[places[0]] * shares[0]
    for corner in range(1, 4):
        pixels += flat[places[corner]] * shares[corner]
    return stretch(pixels.reshape(size, size), np.ones((size, size), bool))


def _places(size: int, wide: int, turn: Turn, zoom: float) -> tuple[NDArray[np.int32], Float]:
    """Where each pixel of a turned view [size, size] is read in a picture [wide, wide]: the four
    places about it [4, size²] and their shares [4, size²] (bilinear; reflected at the edge)."""
    angle = math.radians(turn.degrees)
    c, s = math.cos(angle) / zoom, math.sin(angle) / zoom
    line = np.arange(size) - (size - 1) / 2
    down, across = (axis.ravel() for axis in np.meshgrid(line, line, indexing="ij"))
    row, column = c * down - s * across, s * down + c * across
    if turn.mirrored:
        column = -column
    middle = (wide - 1) / 2
    row, column = row + middle, column + middle
    top, left = np.floor(row), np.floor(column)
    far, right = row - top, column - left
    places, shares = [], []
    for below in (0, 1):
        for beside in (0, 1):
            at = _reflected(top + below, wide) * wide + _reflected(left + beside, wide)
            places.append(at.astype(np.int32))
            shares.append((far if below else 1 - far) * (right if beside else 1 - right))
    return np.stack(places), np.stack(shares).astype(np.float32)


_usual_places = lru_cache(maxsize=64)(_places)
_SMALL = 128
"""Pixels a side up to which the places of a turn are kept, half a megabyte each."""


def _reflected(places: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Places beyond 0 .. count - 1, reflected about the outer edges of the first and last pixel."""
    whole = places.astype(np.int64) % (2 * count)
    return np.minimum(whole, 2 * count - 1 - whole)


def add_turns(matches: Sequence[Match], views: NDArray[np.int64], best: Sequence[Turn]) -> None:
    """Write into ``matches`` the turns of ``views``, which they are among."""
    of_view = dict(zip(views.tolist(), best, strict=True))
    for match in matches:
        turn = of_view[match.view_number]
        match.turn_deg, match.mirrored = turn.degrees, turn.mirrored
