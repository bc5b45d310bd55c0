"""Pictures laid on one another: a second opinion on the best views of a search at any angle.

Sixteen turns give every wrong crater sixteen chances to be like the query by late interaction. The
plain correlation of grey values errs elsewhere, so both together tell wrong craters further off
than either (docs/validation/analogs.md). It needs no more than the thumbnails of the index.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..files.images import open_thumbnail
from .turns import Turn

Float = NDArray[np.float32]

COMPARED = 100
"""The best views, whose thumbnails are laid on the query."""
SHARE = 1 / 6
"""Of the score that is the correlation; the rest is late interaction."""
SIDE = 32
_SHIFT = 2
"""Pixels of ``SIDE`` that a picture may be off in each direction: centres and sizes of a catalogue
are off by a few per cent of the diameter."""
_TURNS = (-10.0, -5.0, 0.0, 5.0, 10.0)
"""Degrees about the turn that late interaction likes best."""
_INSIDE = 0.95
_LEAST = 1e-4


def correlations(
    query: Float, turns: Sequence[Turn], thumbnails: Sequence[bytes], widths: Sequence[float]
) -> Float:
    """The largest correlation (0 to 1) of the query [S, S] with each of n thumbnails, over small
    turns about the ``turns`` given for each and small shifts; 0 for a picture of one grey.

    ``widths``: the width of the ground the query shows over that a thumbnail shows. Only what lies
    in the largest circle of the narrower one is compared: turns bring nothing in there.
    """
    frames: dict[float, _Frame] = {}
    best = np.zeros(len(thumbnails), np.float32)
    for number, (turn, jpeg, width) in enumerate(zip(turns, thumbnails, widths, strict=True)):
        key = round(width, 3)
        if key not in frames:
            frames[key] = _Frame(query, width)
        best[number] = frames[key].best(turn, _grey(jpeg))
    return np.clip(best, 0.0, 1.0)


class _Frame:
    """The query beside thumbnails that show ``1 / width`` of the width of its ground."""

    def __init__(self, query: Float, width: float) -> None:
        from scipy.ndimage import gaussian_filter

        line = ((np.arange(SIDE) + 0.5) / SIDE * 2 - 1) / min(_INSIDE * width, 1.0)
        self._inside = np.hypot(line[:, None], line[None]) < 1.0
        self._step = query.shape[0] / SIDE / width
        # As an average over each pixel of the comparison, about.
        self._query = gaussian_filter(query, 0.35 * self._step) if self._step > 1 else query
        self._templates: dict[Turn, Float] = {}
        rows, columns = np.nonzero(self._inside)
        away = np.arange(-_SHIFT, _SHIFT + 1)
        # Places of the compared pixels at every shift [shifts, pixels]; beyond the edge, reflected.
        down = _reflected(rows + away[:, None, None])
        across = _reflected(columns + away[None, :, None])
        self._places = (down * SIDE + across).reshape(len(away) ** 2, -1)

    def best(self, turn: Turn, picture: Float) -> float:
        """The largest correlation with a picture [SIDE, SIDE]."""
        templates = self._templates.get(turn)
        if templates is None:
            templates = self._templates[turn] = self._turned(turn)
        windows = picture.ravel()[self._places]
        windows -= picture.mean()
        count = windows.shape[1]
        square = np.einsum("sp,sp->s", windows, windows)
        length = np.sqrt(np.maximum(square - windows.sum(axis=1) ** 2 / count, 0.0))
        # The templates have mean 0, so that of a window does not matter in the product.
        products = (windows @ templates.T).max(axis=1)
        seen = length > _LEAST
        return float((products[seen] / length[seen]).max(initial=0.0))

    def _turned(self, turn: Turn) -> Float:
        """The query's compared pixels after ``turn`` and a little more and less: unit rows [turns,
        pixels] of mean 0; rows of 0 where it is of one grey."""
        from scipy.ndimage import affine_transform

        size = self._query.shape[0]
        rows = []
        for more in _TURNS:
            angle = math.radians(turn.degrees + more)
            c, s = self._step * math.cos(angle), self._step * math.sin(angle)
            back = np.array([[c, -s], [s, c]])
            if turn.mirrored:
                back = np.array([[1.0, 0.0], [0.0, -1.0]]) @ back
            offset = (size - 1) / 2 - back @ np.full(2, (SIDE - 1) / 2)
            pixels = affine_transform(
                self._query, back, offset, output_shape=(SIDE, SIDE), order=1, mode="reflect"
            )
            rows.append(pixels[self._inside])
        table = np.stack(rows).astype(np.float32)
        table -= table.mean(axis=1, keepdims=True)
        length = np.sqrt(np.einsum("rp,rp->r", table, table))[:, None]
        return np.divide(table, length, out=np.zeros_like(table), where=length > _LEAST)


def _reflected(places: NDArray[np.int64]) -> NDArray[np.int64]:
    places = np.abs(places)
    return np.where(places < SIDE, places, 2 * (SIDE - 1) - places)


def _grey(jpeg: bytes) -> Float:
    """A thumbnail as [SIDE, SIDE] in 0..1."""
    from PIL import Image

    small = open_thumbnail(jpeg).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / 255.0
