"""Why it matched, as a picture: both views side by side, the patches that met in one colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ..errors import ExportError
from ..interaction import Explanation
from .lettering import lettering
from .staging import staged

_SIDE = 560
_MARGIN = 40
_GAP = 60
_HEAD = 120
_FOOT = 150
_INK, _QUIET, _PAPER = "#1c1f23", "#5b6570", "#ffffff"
# From weak to strong; dark to light in print as well (viridis, CC0).
_STOPS = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))
_TOKENS_DRAWN = 6
# Patches between drawn pairs, so that they spread over the crater.
_APART = 2


def explanation_picture(path: str | Path, why: Explanation) -> Path:
    """Draw query and match with the similarity of every patch, and lines between the best.

    Each patch above the median is tinted by its similarity to its best counterpart in the other
    view; lines join the strongest pairs that chose each other.

    Raises ExportError when ``path`` is no .png or cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() != ".png":
        raise ExportError(f"The picture cannot be written as '{target.name}'. End it with .png.")
    width = 2 * _MARGIN + 2 * _SIDE + _GAP
    image = Image.new("RGB", (width, _HEAD + _SIDE + _FOOT), _PAPER)
    draw = ImageDraw.Draw(image)
    left, right = (_MARGIN, _HEAD), (_MARGIN + _SIDE + _GAP, _HEAD)
    query, match = why.strength_query, why.strength_match
    low = float(np.median([np.median(query), np.median(match)]))
    high = max(float(query.max()), float(match.max()), low + 1e-6)
    image.paste(_tinted(why.pixels_query, query, low, high), left)
    image.paste(_tinted(why.pixels_match, match, low, high), right)
    _lines(draw, why, left, right, low, high)
    title, text = lettering(30, strong=True), lettering(20)
    draw.text(
        (_MARGIN, 26),
        title.fit(f"Why crater {why.crater_id} matched", width - 2 * _MARGIN),
        font=title.font,
        fill=_INK,
    )
    draw.text((left[0], 78), "Query", font=text.font, fill=_QUIET)
    draw.text(
        (right[0], 78),
        text.fit(f"{why.crater_id}, view {why.context:g}x", _SIDE),
        font=text.font,
        fill=_QUIET,
    )
    _legend(draw, low, high, _HEAD + _SIDE + 26)
    scores = (
        f"Late interaction {why.score:.3f} (second stage)  ·  one vector "
        f"{why.shortlist_score:.3f} (decides the shortlist). Similarities, not probabilities."
    )
    draw.text(
        (_MARGIN, _HEAD + _SIDE + 100),
        text.fit(scores, width - 2 * _MARGIN),
        font=text.font,
        fill=_INK,
    )
    with staged(target, [target.name]) as folder:
        image.save(folder / target.name)
    return target


def _colour(share: float) -> tuple[int, int, int]:
    at = min(max(share, 0.0), 1.0) * (len(_STOPS) - 1)
    first = min(int(at), len(_STOPS) - 2)
    part = at - first
    a, b = _STOPS[first], _STOPS[first + 1]
    return tuple(round(x + (y - x) * part) for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def _tinted(
    pixels: NDArray[np.float32], cells: NDArray[np.float32], low: float, high: float
) -> Image.Image:
    """The view in grey under a veil that is coloured by strength; weak patches stay grey."""
    grey = Image.fromarray(np.round(np.clip(pixels, 0, 1) * 255).astype(np.uint8))
    base = grey.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC).convert("RGB")
    veil = np.zeros((*cells.shape, 4), np.uint8)
    for cell in np.ndindex(cells.shape):
        share = float((cells[cell] - low) / (high - low))
        if share > 0:
            veil[cell] = (*_colour(share), round(30 + 90 * share))
    smooth = Image.fromarray(veil, "RGBA").resize((_SIDE, _SIDE), Image.Resampling.NEAREST)
    base.paste(smooth, mask=smooth.getchannel("A"))
    return base


def _lines(
    draw: ImageDraw.ImageDraw,
    why: Explanation,
    left: tuple[int, int],
    right: tuple[int, int],
    low: float,
    high: float,
) -> None:
    """Join the strongest mutual pairs."""
    rows, columns = why.strength_query.shape
    step = _SIDE / rows, _SIDE / columns
    taken: list[tuple[float, float]] = []
    markers: list[tuple[float, float, str, tuple[int, int, int]]] = []
    number = lettering(18, strong=True)
    drawn = 0
    for pair in why.patches:
        if not pair.mutual or drawn == _TOKENS_DRAWN:
            continue
        here = (float(pair.query_cell[0]), float(pair.query_cell[1]))
        if any(max(abs(here[0] - y), abs(here[1] - x)) < _APART for y, x in taken):
            continue  # neighbours of a pair already drawn say the same
        taken.append(here)
        drawn += 1
        colour = _colour((pair.similarity - low) / (high - low))
        # The middle of a scattered cluster lies on nothing: take its patch nearest to the middle.
        cells = np.array(pair.gallery_cells, float)
        nearest = cells[((cells - cells.mean(0)) ** 2).sum(1).argmin()]
        ends = [
            (
                left[0] + (pair.query_cell[1] + 0.5) * step[1],
                left[1] + (pair.query_cell[0] + 0.5) * step[0],
            ),
            (right[0] + (nearest[1] + 0.5) * step[1], right[1] + (nearest[0] + 0.5) * step[0]),
        ]
        draw.line(ends, fill="#000000", width=5)
        draw.line(ends, fill=colour, width=3)
        markers += [(x, y, str(drawn), colour) for x, y in ends]
    for x, y, label, colour in markers:  # above every line
        draw.ellipse((x - 12, y - 12, x + 12, y + 12), fill=colour, outline="#000000", width=2)
        ink = "#000" if sum(colour) > 330 else "#fff"
        draw.text((x, y), label, font=number.font, anchor="mm", fill=ink)


def _legend(draw: ImageDraw.ImageDraw, low: float, high: float, top: int) -> None:
    text = lettering(18)
    length = 360
    for x in range(length):
        draw.line((_MARGIN + x, top, _MARGIN + x, top + 16), fill=_colour(x / (length - 1)))
    draw.text((_MARGIN, top + 22), f"{low:.2f}", font=text.font, fill=_QUIET)
    draw.text((_MARGIN + length, top + 22), f"{high:.2f}", font=text.font, fill=_QUIET, anchor="ra")
    draw.text(
        (_MARGIN + length + 24, top - 3),
        "similarity of a patch to its best counterpart; numbers: pairs that chose each other",
        font=text.font,
        fill=_QUIET,
    )
