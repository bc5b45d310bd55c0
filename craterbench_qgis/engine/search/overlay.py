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
    known: dict[tuple[Turn, float], tuple[NDArray[np.bool_], Float]] = {}
    best = np.zeros(len(thumbnails), np.float32)
    for number, (turn, jpeg, width) in enumerate(zip(turns, thumbnails, widths, strict=True)):
        key = turn, round(width, 3)
        if key not in known:
            known[key] = _templates(query, turn, width)
        inside, templates = known[key]
        best[number] = max(0.0, float((_windows(_grey(jpeg), inside) @ templates.T).max()))
    return np.minimum(best, 1.0)


def _templates(query: Float, turn: Turn, width: float) -> tuple[NDArray[np.bool_], Float]:
    """Which pixels of a thumbnail [SIDE, SIDE] are compared, and the query there, turned by a
    little more and less: unit rows [turns, pixels] of mean 0."""
    from scipy.ndimage import affine_transform, gaussian_filter

    line = ((np.arange(SIDE) + 0.5) / SIDE * 2 - 1) / min(_INSIDE * width, 1.0)
    inside = np.hypot(line[:, None], line[None]) < 1.0
    size = query.shape[0]
    step = size / SIDE / width
    # Finer than the pixels of the comparison: as an average over each of them, about.
    smooth = gaussian_filter(query, 0.35 * step) if step > 1 else query
    rows = []
    for away in _TURNS:
        angle = math.radians(turn.degrees + away)
        c, s = step * math.cos(angle), step * math.sin(angle)
        back = np.array([[c, -s], [s, c]])
        if turn.mirrored:
            back = np.array([[1.0, 0.0], [0.0, -1.0]]) @ back
        middle = np.array([(SIDE - 1) / 2, (SIDE - 1) / 2])
        offset = (size - 1) / 2 - back @ middle
        pixels = affine_transform(
            smooth, back, offset, output_shape=(SIDE, SIDE), order=1, mode="reflect"
        )
        rows.append(pixels[inside])
    return inside, _unit(np.stack(rows))


def _windows(picture: Float, inside: NDArray[np.bool_]) -> Float:
    """The compared pixels of a picture at every shift: unit rows [shifts, pixels] of mean 0."""
    wide = np.pad(picture, _SHIFT, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(wide, (SIDE, SIDE))
    return _unit(windows.reshape(-1, SIDE, SIDE)[:, inside])


def _unit(rows: NDArray[np.floating]) -> Float:
    rows = rows.astype(np.float32)
    rows -= rows.mean(axis=1, keepdims=True)
    length = np.sqrt(np.einsum("rp,rp->r", rows, rows))[:, None]
    return np.divide(rows, length, out=np.zeros_like(rows), where=length > _LEAST)


def _grey(jpeg: bytes) -> Float:
    """A thumbnail as [SIDE, SIDE] in 0..1."""
    from PIL import Image

    small = open_thumbnail(jpeg).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / 255.0
