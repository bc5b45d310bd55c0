"""Pictures laid on one another: a second opinion on the best views of a search.

The plain correlation of grey values errs elsewhere than late interaction does, so both together
tell wrong craters further off than either (docs/validation/overlay.md, and analogs.md for queries
at any angle). It needs no more than the thumbnails of the index.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...contract.records import Json
from ..errors import CraterIndexError
from ..files.images import open_thumbnail
from ..index import CraterIndex
from .query import QueryView
from .turns import Turn

Float = NDArray[np.float32]

SIDE = 32
_INSIDE = 0.95
_LEAST = 1e-4


@dataclass(frozen=True)
class Overlay:
    """How pictures are laid on the query, and what a correlation is worth."""

    compared: int
    """The best views, whose thumbnails are laid on the query."""
    turns: tuple[float, ...]
    """Degrees about the turn that late interaction likes best."""
    shift: int
    """Pixels of ``SIDE`` that a picture may be off in each direction: centres and sizes of a
    catalogue are off by a few per cent of the diameter."""
    share: float
    """Of the score that is the overlay; the rest is late interaction."""
    floor: float
    """The correlation up to which a picture counts for nothing; 1 counts in full."""

    def worth(self, correlation: Float) -> Float:
        """What it counts, 0 to 1."""
        return np.clip((correlation - self.floor) / (1 - self.floor), 0.0, 1.0).astype(np.float32)

    def to_json(self) -> Json:
        """For provenance."""
        return {"share": round(self.share, 4), "views": self.compared, "floor": self.floor}


NORTH_UP = Overlay(compared=100, turns=(0.0,), shift=1, share=1 / 8, floor=0.3)
"""Wrong pictures correlate with a query by 0.2 to 0.4, and where it is of another light or of
terrain the right one no more than they: below the floor a correlation says nothing."""
AT_ANY_ANGLE = Overlay(
    compared=100, turns=(-10.0, -5.0, 0.0, 5.0, 10.0), shift=2, share=1 / 6, floor=0.0
)


def laid_over(
    index: CraterIndex,
    query: QueryView,
    views: NDArray[np.int64],
    scores: Float,
    overlay: Overlay,
    best: Sequence[Turn] | None = None,
) -> Float | None:
    """``scores`` of ``views`` [n] mixed with what the overlay of the best of them is worth.

    ``best``: the turn of each view, if any was tried. None where a thumbnail lacks or is damaged.
    """
    top = np.argsort(-scores, kind="stable")[: overlay.compared]
    if not len(top):
        return None
    context = context_of(query)
    try:
        thumbnails: list[bytes] = []
        for view in views[top].tolist():
            picture = index.thumbnail(view)
            if not picture:
                return None
            thumbnails.append(picture)
        contexts = index.view_records(views[top])["context"].astype(float).tolist()
        correlation = correlations(
            query.view.pixels,
            [_UNTURNED if best is None else best[number] for number in top.tolist()],
            thumbnails,
            [1.0 if context is None else context / other for other in contexts],
            overlay,
        )
    except CraterIndexError:
        return None  # damaged: who looks at the matches is told; what finds them is whole
    return mixed(scores, top, correlation, overlay)


def mixed(scores: Float, top: NDArray[np.int64], correlation: Float, overlay: Overlay) -> Float:
    """``scores`` [n] with the overlay's share, from the correlations [m] of the ``top`` views."""
    alike = np.zeros_like(scores)
    alike[top] = overlay.worth(correlation)
    # Views further down count as if they were not alike at all, so none overtakes these.
    return ((1 - overlay.share) * scores + overlay.share * alike).astype(np.float32)


_UNTURNED = Turn(0.0, False)


def context_of(query: QueryView) -> float | None:
    """The width of the query's view in crater diameters, where it is known."""
    side, diameter = query.view.side_m, query.diameter_m
    if not diameter or not math.isfinite(side) or query.source.get("diameter_assumed"):
        return None
    return side / diameter


def correlations(
    query: Float,
    turns: Sequence[Turn],
    thumbnails: Sequence[bytes],
    widths: Sequence[float],
    overlay: Overlay = AT_ANY_ANGLE,
) -> Float:
    """The largest correlation (0 to 1) of the query [S, S] with each of n thumbnails, over small
    turns about the ``turns`` given for each and small shifts; 0 for a picture of one grey.

    ``widths``: the width of the ground the query shows over that a thumbnail shows. Only what lies
    in the largest circle of the narrower one is compared: turns bring nothing in there.
    """
    pictures = np.stack([_grey(jpeg).ravel() for jpeg in thumbnails])
    alike: dict[tuple[float, Turn], list[int]] = {}
    for number, (turn, width) in enumerate(zip(turns, widths, strict=True)):
        alike.setdefault((round(width, 3), turn), []).append(number)
    frames: dict[float, _Frame] = {}
    best = np.zeros(len(thumbnails), np.float32)
    for (width, turn), numbers in alike.items():
        if width not in frames:
            frames[width] = _Frame(query, width, overlay)
        best[numbers] = frames[width].best(turn, pictures[numbers])
    return np.clip(best, 0.0, 1.0)


class _Frame:
    """The query beside thumbnails that show ``1 / width`` of the width of its ground."""

    def __init__(self, query: Float, width: float, overlay: Overlay) -> None:
        from scipy.ndimage import gaussian_filter

        line = ((np.arange(SIDE) + 0.5) / SIDE * 2 - 1) / min(_INSIDE * width, 1.0)
        self._inside = np.hypot(line[:, None], line[None]) < 1.0
        self._step = query.shape[0] / SIDE / width
        # As an average over each pixel of the comparison, about.
        self._query = gaussian_filter(query, 0.35 * self._step) if self._step > 1 else query
        self._more = overlay.turns
        self._templates: dict[Turn, Float] = {}
        rows, columns = np.nonzero(self._inside)
        away = np.arange(-overlay.shift, overlay.shift + 1)
        # Places of the compared pixels at every shift [shifts, pixels]; beyond the edge, reflected.
        down = _reflected(rows + away[:, None, None])
        across = _reflected(columns + away[None, :, None])
        self._places = (down * SIDE + across).reshape(len(away) ** 2, -1)

    def best(self, turn: Turn, pictures: Float) -> Float:
        """The largest correlation with each of ``pictures`` [n, SIDE * SIDE]."""
        templates = self._templates.get(turn)
        if templates is None:
            templates = self._templates[turn] = self._turned(turn)
        windows = (pictures - pictures.mean(axis=1, keepdims=True))[:, self._places]
        count = windows.shape[2]
        square = np.einsum("nsp,nsp->ns", windows, windows)
        length = np.sqrt(np.maximum(square - windows.sum(axis=2) ** 2 / count, 0.0))
        # The templates have mean 0, so that of a window does not matter in the product.
        products = (windows @ templates.T).max(axis=2)
        shares = np.divide(products, length, out=np.zeros_like(length), where=length > _LEAST)
        best: Float = shares.max(axis=1)
        return best

    def _turned(self, turn: Turn) -> Float:
        """The query's compared pixels after ``turn`` and a little more and less: unit rows [turns,
        pixels] of mean 0; rows of 0 where it is of one grey."""
        from scipy.ndimage import affine_transform

        size = self._query.shape[0]
        rows = []
        for more in self._more:
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

    image = open_thumbnail(jpeg, SIDE)
    if image.mode != "L":
        image = image.convert("L")
    if image.size != (SIDE, SIDE):
        image = image.resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(image, np.float32) / 255.0
