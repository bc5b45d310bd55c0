"""The contact sheet: a query and its matches on paper, with scores, sizes and places."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from PIL import Image, ImageDraw

from ...contract.search import Match
from ..words import length_text, lonlat_text
from .sheet_page import (
    A4,
    ACCENT,
    BETWEEN,
    GAP,
    INK,
    MARGIN,
    PDF_SCALE,
    QUIET,
    ROW,
    TILE,
    TRACK,
    Picture,
    Sheet,
    check_height,
    draw_badge,
    draw_picture,
    new_page,
    save_pages,
    suffix_of,
)

# A match whose centre is this close, in diameters, lies where the query was drawn.
_SAME_PLACE = 0.02
_WINDS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_COLUMNS, _SPAN = 5, 2  # of tiles, and of them (and of rows) that the query takes
_BESIDE = (_COLUMNS - _SPAN) * _SPAN  # tiles beside the query
_WIDTH = 2 * MARGIN + _COLUMNS * TILE + (_COLUMNS - 1) * GAP


@dataclass(frozen=True)
class Tile:
    """One match on the sheet."""

    image: Picture
    """[S, S] or [S, S, 3], numbers 0..1 or bytes; or a Pillow image."""
    title: str
    subtitle: str = ""
    score: float | None = None
    detail: str = ""
    """A third line."""
    metres_per_pixel: float | None = None
    """Of ``image``; draws a scale bar."""
    rank: int | None = None
    """Its place in the list where not given."""


def match_tile(
    match: Match,
    image: Picture,
    *,
    metres_per_pixel: float | None = None,
    name: str | None = None,
) -> Tile:
    """The tile of a match: its name or id, diameter and place, distance and direction."""
    away = ""
    if match.distance_m is not None:
        if match.distance_m < _SAME_PLACE * match.diameter_m:
            away = "at the query's place"
        else:
            away = f"{length_text(match.distance_m)} away"
            if match.bearing_deg is not None:
                away += f", to the {_WINDS[round(match.bearing_deg / 45) % 8]}"
    return Tile(
        image=image,
        title=name or match.crater_id,
        subtitle=f"D {length_text(match.diameter_m)}  ·  {lonlat_text(match.lon, match.lat)}",
        score=match.score,
        detail=away,
        metres_per_pixel=metres_per_pixel,
        rank=match.rank,
    )


def contact_sheet(
    path: str | Path,
    query: Picture,
    tiles: Sequence[Tile],
    *,
    title: str,
    footer: str,
    query_subtitle: str = "",
    query_metres_per_pixel: float | None = None,
) -> Path:
    """Draw ``query`` and ``tiles`` to ``path``: one .png, or a .pdf of pages in A4's proportions.

    Each score is written, and drawn as a bar whose full length is 1. ``footer`` is for where the
    matches come from; it stands on every page. Raises ExportError for another suffix, a picture
    of a wrong shape, a PNG of more than 30,000 pixels height, or a place that cannot be written.
    """
    target = Path(path)
    suffix = suffix_of(target, "A contact sheet")
    sheet = Sheet(title, footer, _WIDTH, PDF_SCALE if suffix == ".pdf" else 1.0)
    head = Tile(query, "Query", query_subtitle, metres_per_pixel=query_metres_per_pixel)
    numbered = list(enumerate(tiles, start=1))
    if suffix == ".png":
        rows = _SPAN + math.ceil(max(0, len(tiles) - _BESIDE) / _COLUMNS)
        height = sheet.height(rows * ROW)
        check_height(height, f"{len(tiles)} matches")
        pages = iter([_page(sheet, head, numbered, height)])
    else:
        pages = _pages(sheet, head, numbered)
    save_pages(target, sheet, pages)
    return target


def _pages(sheet: Sheet, head: Tile, tiles: list[tuple[int, Tile]]) -> Iterator[Image.Image]:
    height = max(round(sheet.width * A4), sheet.height((_SPAN + 1) * ROW))
    rows = (height - sheet.height(0) + BETWEEN) // ROW
    first = (rows - _SPAN) * _COLUMNS + _BESIDE
    parts = [tiles[:first]]
    step = rows * _COLUMNS
    parts += [tiles[i : i + step] for i in range(first, len(tiles), step)]
    for number, part in enumerate(parts, start=1):
        first_tile = head if number == 1 else None
        yield _page(sheet, first_tile, part, height, (number, len(parts)))


def _page(
    sheet: Sheet,
    head: Tile | None,
    tiles: list[tuple[int, Tile]],
    height: int,
    number: tuple[int, int] = (1, 1),
) -> Image.Image:
    page = new_page(sheet, height, number)
    if head is not None:
        _query(page, sheet, head, any_match=bool(tiles))
    for cell, (rank, tile) in zip(_cells(head is not None), tiles, strict=False):
        left = MARGIN + cell[1] * (TILE + GAP)
        _tile(page, sheet, tile, rank, left, sheet.top + cell[0] * ROW)
    return page


def _cells(with_query: bool) -> Iterator[tuple[int, int]]:
    """(row, column) of each place for a match, endlessly."""
    for row in count():
        for column in range(_COLUMNS):
            if not (with_query and row < _SPAN and column < _SPAN):
                yield row, column


def _query(page: Image.Image, sheet: Sheet, head: Tile, any_match: bool) -> None:
    px, draw, top = sheet.px, ImageDraw.Draw(page), sheet.top
    side = _SPAN * TILE + (_SPAN - 1) * GAP
    draw_picture(page, sheet, head.image, head.metres_per_pixel, MARGIN, top, side)
    draw_badge(page, sheet, "Query", MARGIN, top, ACCENT)
    strong, plain = sheet.font(28, True), sheet.font(22)
    y = top + side + 40
    lines = [(strong, head.title, INK), (plain, head.subtitle, QUIET)]
    if not any_match:
        lines.append((plain, "No matches.", INK))
    for letters, text, colour in lines:
        for line in letters.wrap(text, px(side)) if text else []:
            draw.text((px(MARGIN), px(y)), line, colour, letters.font, anchor="ls")
            y += 34


def _tile(page: Image.Image, sheet: Sheet, tile: Tile, rank: int, left: int, top: int) -> None:
    px, draw = sheet.px, ImageDraw.Draw(page)
    draw_picture(page, sheet, tile.image, tile.metres_per_pixel, left, top, TILE)
    draw_badge(page, sheet, str(rank if tile.rank is None else tile.rank), left, top, INK)
    y, right = top + TILE + 10, left + TILE
    strong, plain = sheet.font(23, True), sheet.font(20)
    room: float = px(TILE)
    if tile.score is not None:
        draw.rectangle((px(left), px(y), px(right) - 1, px(y + 5)), TRACK)
        part = min(max(tile.score, 0.0), 1.0) if math.isfinite(tile.score) else 0.0
        if part > 0:
            draw.rectangle((px(left), px(y), px(left + part * TILE) - 1, px(y + 5)), ACCENT)
        number = f"{tile.score:.3f}".replace("-", "−")
        draw.text((px(right), px(y + 36)), number, INK, strong.font, anchor="rs")
        label_right = px(right) - strong.width(number) - px(7)
        draw.text((label_right, px(y + 36)), "score", QUIET, plain.font, anchor="rs")
        room = label_right - plain.width("score") - px(14) - px(left)
    draw.text((px(left), px(y + 36)), strong.fit(tile.title, room), INK, strong.font, anchor="ls")
    for i, text in enumerate((tile.subtitle, tile.detail)):
        line = plain.fit(text, px(TILE))
        draw.text((px(left), px(y + 66 + 27 * i)), line, QUIET, plain.font, anchor="ls")
