"""The contact sheet of a review: pairs side by side on paper, with evidence and decision."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ...contract.vocabulary import Verdict
from .pair_model import COLOURS, PairCircles, ReportPair, outlines_of
from .sheet_page import (
    A4,
    INK,
    MARGIN,
    QUIET,
    Sheet,
    as_image,
    check_height,
    draw_badge,
    draw_picture,
    new_page,
    save_pages,
    suffix_of,
)

_ACROSS = 3
_SIDE, _INNER, _BETWEEN, _BELOW = 250, 8, 44, 40
_PAIR = 2 * _SIDE + _INNER
_CAPTION = 186
_ROW = _SIDE + _CAPTION + _BELOW
_WIDTH = 2 * MARGIN + _ACROSS * _PAIR + (_ACROSS - 1) * _BETWEEN
_EVIDENCE_LINES = 2
_PDF_SCALE = 1.2  # 256 dots per inch; the pictures have no more to show
_FINER = 2  # pictures are drawn so many times larger, so that the outlines are smooth
_COLOURS = {
    Verdict.DUPLICATE: "#1a6b3a",
    Verdict.DISTINCT: "#a32a22",
    Verdict.UNSURE: INK,
    Verdict.UNDECIDED: QUIET,
}


def pair_sheet(
    path: str | Path,
    pairs: Sequence[ReportPair],
    *,
    title: str,
    footer: str,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Draw ``pairs`` to ``path``: one .png, or a .pdf of pages in A4's proportions.

    ``footer`` says where the pairs come from and which of them these are; it stands on every page.
    ``progress(done, pairs)`` is called before each page and may raise; nothing is written then.
    Raises ExportError for another suffix, a PNG of more than 30,000 pixels height, or a place that
    cannot be written.
    """
    target = Path(path)
    suffix = suffix_of(target, "A contact sheet of pairs")
    sheet = Sheet(title, footer, _WIDTH, _PDF_SCALE if suffix == ".pdf" else 1.0)
    if suffix == ".png":
        height = sheet.height(max(1, math.ceil(len(pairs) / _ACROSS)) * _ROW)
        check_height(height, f"{len(pairs)} pairs")
        pages = iter([_page(sheet, pairs, height)])
    else:
        pages = _pages(sheet, pairs, progress)
    save_pages(target, sheet, pages)
    return target


def _pages(
    sheet: Sheet, pairs: Sequence[ReportPair], progress: Callable[[int, int], None] | None
) -> Iterator[Image.Image]:
    height = max(round(sheet.width * A4), sheet.height(_ROW))
    step = (height - sheet.height(0) + _BELOW) // _ROW * _ACROSS
    parts = [pairs[i : i + step] for i in range(0, len(pairs), step)] or [pairs]
    for number, part in enumerate(parts, start=1):
        if progress is not None:
            progress((number - 1) * step, len(pairs))
        yield _page(sheet, part, height, (number, len(parts)))


def _page(
    sheet: Sheet, pairs: Sequence[ReportPair], height: int, number: tuple[int, int] = (1, 1)
) -> Image.Image:
    page = new_page(sheet, height, number)
    if not pairs:
        draw, plain = ImageDraw.Draw(page), sheet.font(22)
        place = (sheet.px(MARGIN), sheet.px(sheet.top + 30))
        draw.text(place, "No pair meets the conditions.", INK, plain.font, anchor="ls")
    for n, pair in enumerate(pairs):
        left = MARGIN + n % _ACROSS * (_PAIR + _BETWEEN)
        _pair(page, sheet, pair, left, sheet.top + n // _ACROSS * _ROW)
    return page


def _pair(page: Image.Image, sheet: Sheet, pair: ReportPair, left: int, top: int) -> None:
    px, draw = sheet.px, ImageDraw.Draw(page)
    name, plain = sheet.font(22, True), sheet.font(19)
    for n, entry in enumerate((pair.a, pair.b)):
        x = left + n * (_SIDE + _INNER)
        scale = pair.circles.metres_per_pixel if pair.circles else None
        draw_picture(page, sheet, _drawn(pair, n, px(_SIDE)), _finer(scale), x, top, _SIDE)
        y = top + _SIDE + 14
        draw.rectangle((px(x), px(y + 4), px(x + 14), px(y + 18)), COLOURS[n])
        text = name.fit(f"{'AB'[n]}: {entry.id or 'without an id'}", px(_SIDE - 22))
        draw.text((px(x + 22), px(y + 18)), text, INK, name.font, anchor="ls")
        size, _, place = entry.where.partition(" · ")
        for line, below in ((size, 44), (place, 67)):
            text = plain.fit(line, px(_SIDE))
            draw.text((px(x), px(y + below)), text, QUIET, plain.font, anchor="ls")
    draw_badge(page, sheet, str(pair.number), left, top, INK)
    y = top + _SIDE + 112
    lines = plain.wrap(pair.evidence, px(_PAIR))
    if len(lines) > _EVIDENCE_LINES:
        rest = " ".join(lines[_EVIDENCE_LINES - 1 :])
        lines = [*lines[: _EVIDENCE_LINES - 1], plain.fit(rest, px(_PAIR))]
    for line in lines:
        draw.text((px(left), px(y)), line, INK, plain.font, anchor="ls")
        y += 25
    colour = _COLOURS[pair.verdict]
    text = name.fit(pair.decision_line, px(_PAIR))
    draw.text((px(left), px(y + 5)), text, colour, name.font, anchor="ls")


def _finer(scale: float | None) -> float | None:
    return None if scale is None else scale / _FINER


def _drawn(pair: ReportPair, entry: int, side: int) -> Image.Image:
    """The picture of an entry with both outlines, several times as large as it is shown."""
    size = pair.circles.size if pair.circles else 1
    if pair.pictures is None:
        base = Image.new("RGB", (size, size), "#6f757c")
    else:
        base = as_image(np.asarray(pair.pictures[entry]))
    picture = base.resize((size * _FINER, size * _FINER), Image.Resampling.BICUBIC)
    if pair.circles is not None:
        _draw_outlines(picture, pair.circles, entry, max(1.0, 2.2 * size * _FINER / side))
    return picture


def _draw_outlines(picture: Image.Image, circles: PairCircles, entry: int, thick: float) -> None:
    draw = ImageDraw.Draw(picture)
    for whose, x, y, radius, own in outlines_of(circles, entry):
        box = [(v + sign * radius) * _FINER for sign in (-1, 1) for v in (x, y)]
        wide = thick * (1.6 if own else 1.0)
        edge = thick / 2
        halo = [box[0] - edge, box[1] - edge, box[2] + edge, box[3] + edge]
        draw.ellipse(halo, outline="#000000", width=round(wide + 2 * edge))
        draw.ellipse(box, outline=COLOURS[whose], width=max(1, round(wide)))
