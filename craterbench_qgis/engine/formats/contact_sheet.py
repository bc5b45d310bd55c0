"""The contact sheet: a query and its matches on paper, with scores, sizes and places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageOps
from PIL.PngImagePlugin import PngInfo

from ..errors import ExportError
from .lettering import Lettering, lettering
from .model import MatchLike
from .staging import staged

Picture = npt.NDArray[Any] | Image.Image

_INK, _QUIET, _RULE, _TRACK = "#16191d", "#5c646d", "#c9ced4", "#e6e9ec"
_ACCENT = "#1d5c96"
# A match whose centre is this close, in diameters, lies where the query was drawn.
_SAME_PLACE = 0.02
_WINDS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")

# In pixels of a PNG; a PDF has half as many again. Read as 200 dots per inch.
_TILE, _GAP, _MARGIN = 320, 30, 76
_CAPTION = 116
_BETWEEN = 36
_ROW = _TILE + _CAPTION + _BETWEEN
_TALLEST = 30_000
_PDF_SCALE = 1.5
_A4 = 297 / 210


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


@dataclass(frozen=True)
class _Sheet:
    """What every page shares."""

    title: str
    footer: str
    score_label: str
    columns: int
    scale: float

    def px(self, length: float) -> int:
        return round(length * self.scale)

    def font(self, size: float, strong: bool = False) -> Lettering:
        return lettering(self.px(size), strong)

    @property
    def width(self) -> int:
        return 2 * _MARGIN + self.columns * _TILE + (self.columns - 1) * _GAP

    @property
    def span(self) -> int:
        """Columns, and rows, that the query takes."""
        return 2 if self.columns >= 3 else 1

    def footer_lines(self) -> list[str]:
        return self.font(18).wrap(self.footer, self.px(self.width - 2 * _MARGIN))


def match_tile(
    match: MatchLike,
    image: Picture,
    *,
    metres_per_pixel: float | None = None,
    name: str | None = None,
) -> Tile:
    """The tile of a match: its name or id, diameter and place, distance and direction."""
    east = "E" if match.lon >= 0 else "W"
    north = "N" if match.lat >= 0 else "S"
    place = f"{abs(match.lat):.2f}° {north}, {abs(match.lon):.2f}° {east}"
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
        subtitle=f"D {length_text(match.diameter_m)}  ·  {place}",
        score=match.score,
        detail=away,
        metres_per_pixel=metres_per_pixel,
        rank=match.rank,
    )


def length_text(metres: float) -> str:
    """A length as a person reads it: three figures, metres below one kilometre."""
    size, unit = (metres, "m") if metres < 999.5 else (metres / 1000, "km")
    places = 2 if size < 9.995 else 1 if size < 99.95 else 0
    return f"{size:,.{places}f} {unit}"


def contact_sheet(
    path: str | Path,
    query: Picture,
    tiles: Sequence[Tile],
    *,
    title: str,
    footer: str,
    columns: int = 5,
    query_title: str = "Query",
    query_subtitle: str = "",
    query_metres_per_pixel: float | None = None,
    score_label: str = "score",
    overwrite: bool = True,
) -> Path:
    """Draw ``query`` and ``tiles`` to ``path``: one .png, or a .pdf of pages in A4's proportions.

    Each score is written, and drawn as a bar whose full length is 1. ``footer`` is for where the
    matches come from; it stands on every page. Raises ExportError for another suffix, a picture
    of a wrong shape, a PNG of more than 30,000 pixels height, or a place that cannot be written.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in (".png", ".pdf"):
        raise ExportError(
            f"A contact sheet cannot be written as '{target.name}'. End the name with .png or .pdf."
        )
    if columns < 1:
        raise ExportError(f"A sheet of {columns} columns cannot be drawn. Ask for at least 1.")
    scale = _PDF_SCALE if suffix == ".pdf" else 1.0
    sheet = _Sheet(title, footer, score_label, columns, scale)
    head = Tile(query, query_title, query_subtitle, metres_per_pixel=query_metres_per_pixel)
    numbered = list(enumerate(tiles, start=1))
    if suffix == ".png":
        height = _height(sheet, _rows(sheet, len(tiles), True))
        if height > _TALLEST:
            raise ExportError(
                f"A picture of {len(tiles)} matches would be {height} pixels high. "
                "Write a .pdf, which has pages, or fewer matches."
            )
        pages = [_page(sheet, head, numbered, height)]
    else:
        pages = _pages(sheet, head, numbered)
    with staged(target, [target.name], overwrite) as folder:
        _save(folder / target.name, suffix, pages, title, footer)
    return target


def _save(path: Path, suffix: str, pages: list[Image.Image], title: str, footer: str) -> None:
    if suffix == ".png":
        about = PngInfo()
        about.add_itxt("Title", title)
        about.add_itxt("Description", footer)
        pages[0].save(path, format="PNG", pnginfo=about, dpi=(200, 200))
        return
    pages[0].save(
        path,
        format="PDF",
        save_all=True,
        append_images=pages[1:],
        resolution=pages[0].width / (210 / 25.4),
        quality=92,
        title=title,
        subject=footer,
    )


def _rows(sheet: _Sheet, count: int, with_query: bool) -> int:
    if not with_query:
        return math.ceil(count / sheet.columns)
    beside = (sheet.columns - sheet.span) * sheet.span
    return sheet.span + math.ceil(max(0, count - beside) / sheet.columns)


def _height(sheet: _Sheet, rows: int) -> int:
    return _top(sheet) + rows * _ROW + 26 * len(sheet.footer_lines()) + _MARGIN + 10


def _top(sheet: _Sheet) -> int:
    return _MARGIN + 88


def _pages(sheet: _Sheet, head: Tile, tiles: list[tuple[int, Tile]]) -> list[Image.Image]:
    height = max(round(sheet.width * _A4), _height(sheet, sheet.span + 1))
    rows = (height - _height(sheet, 0) + _BETWEEN) // _ROW
    first = (rows - sheet.span) * sheet.columns + (sheet.columns - sheet.span) * sheet.span
    parts = [tiles[:first]]
    step = rows * sheet.columns
    parts += [tiles[i : i + step] for i in range(first, len(tiles), step)]
    return [
        _page(sheet, head if number == 1 else None, part, height, (number, len(parts)))
        for number, part in enumerate(parts, start=1)
    ]


def _page(
    sheet: _Sheet,
    head: Tile | None,
    tiles: list[tuple[int, Tile]],
    height: int,
    number: tuple[int, int] = (1, 1),
) -> Image.Image:
    px = sheet.px
    page = Image.new("RGB", (px(sheet.width), px(height)), "white")
    draw = ImageDraw.Draw(page)
    right = sheet.width - _MARGIN
    big, small = sheet.font(40, True), sheet.font(18)
    text = big.fit(sheet.title, px(right - _MARGIN - (120 if number[1] > 1 else 0)))
    draw.text((px(_MARGIN), px(_MARGIN + 34)), text, _INK, big.font, anchor="ls")
    if number[1] > 1:
        place = f"{number[0]} / {number[1]}"
        draw.text((px(right), px(_MARGIN + 34)), place, _QUIET, sheet.font(22).font, anchor="rs")
    _rule(draw, sheet, _MARGIN + 56)

    top = _top(sheet)
    if head is not None:
        _query(page, draw, sheet, head, top, found=bool(tiles))
    for cell, (rank, tile) in zip(_cells(sheet, head is not None), tiles, strict=False):
        left = _MARGIN + cell[1] * (_TILE + _GAP)
        _tile(page, draw, sheet, tile, rank, left, top + cell[0] * _ROW)

    lines = sheet.footer_lines()
    base = height - _MARGIN - 26 * len(lines)
    _rule(draw, sheet, base - 4)
    for i, line in enumerate(lines):
        draw.text((px(_MARGIN), px(base + 26 * (i + 1))), line, _QUIET, small.font, anchor="ls")
    return page


def _cells(sheet: _Sheet, with_query: bool) -> Any:
    """(row, column) of each place for a match, endlessly."""
    row = 0
    while True:
        for column in range(sheet.columns):
            if not (with_query and row < sheet.span and column < sheet.span):
                yield row, column
        row += 1


def _rule(draw: ImageDraw.ImageDraw, sheet: _Sheet, y: float) -> None:
    ends = (sheet.px(_MARGIN), sheet.px(y), sheet.px(sheet.width - _MARGIN), sheet.px(y))
    draw.line(ends, _RULE, max(1, sheet.px(1)))


def _query(
    page: Image.Image, draw: ImageDraw.ImageDraw, sheet: _Sheet, head: Tile, top: int, found: bool
) -> None:
    px = sheet.px
    side = sheet.span * _TILE + (sheet.span - 1) * _GAP
    _picture(page, draw, sheet, head, _MARGIN, top, side)
    _badge(draw, sheet, "Query", _MARGIN, top, _ACCENT)
    strong, plain = sheet.font(28 if sheet.span > 1 else 24, True), sheet.font(22)
    y = top + side + 40
    lines = [(strong, head.title, _INK), (plain, head.subtitle, _QUIET)]
    if not found:
        lines.append((plain, "No matches.", _INK))
    for letters, text, colour in lines:
        for line in letters.wrap(text, px(side)) if text else []:
            draw.text((px(_MARGIN), px(y)), line, colour, letters.font, anchor="ls")
            y += 34


def _tile(
    page: Image.Image,
    draw: ImageDraw.ImageDraw,
    sheet: _Sheet,
    tile: Tile,
    rank: int,
    left: int,
    top: int,
) -> None:
    px = sheet.px
    _picture(page, draw, sheet, tile, left, top, _TILE)
    _badge(draw, sheet, str(rank if tile.rank is None else tile.rank), left, top, _INK)
    y, right = top + _TILE + 10, left + _TILE
    strong, plain = sheet.font(23, True), sheet.font(20)
    room: float = px(_TILE)
    if tile.score is not None:
        draw.rectangle((px(left), px(y), px(right) - 1, px(y + 5)), _TRACK)
        part = min(max(tile.score, 0.0), 1.0) if math.isfinite(tile.score) else 0.0
        if part > 0:
            draw.rectangle((px(left), px(y), px(left + part * _TILE) - 1, px(y + 5)), _ACCENT)
        number = f"{tile.score:.3f}".replace("-", "−")
        draw.text((px(right), px(y + 36)), number, _INK, strong.font, anchor="rs")
        label_right = px(right) - strong.width(number) - px(7)
        label = plain.legible(sheet.score_label)
        draw.text((label_right, px(y + 36)), label, _QUIET, plain.font, anchor="rs")
        room = label_right - plain.width(label) - px(14) - px(left)
    draw.text((px(left), px(y + 36)), strong.fit(tile.title, room), _INK, strong.font, anchor="ls")
    for i, text in enumerate((tile.subtitle, tile.detail)):
        line = plain.fit(text, px(_TILE))
        draw.text((px(left), px(y + 66 + 27 * i)), line, _QUIET, plain.font, anchor="ls")


def _badge(
    draw: ImageDraw.ImageDraw, sheet: _Sheet, text: str, left: int, top: int, colour: str
) -> None:
    px, strong = sheet.px, sheet.font(22, True)
    width = max(px(40), round(strong.width(text)) + px(24))
    draw.rectangle((px(left), px(top), px(left) + width, px(top + 36)), colour)
    middle = (px(left) + width / 2, px(top + 26))
    draw.text(middle, text, "white", strong.font, anchor="ms")


def _picture(
    page: Image.Image,
    draw: ImageDraw.ImageDraw,
    sheet: _Sheet,
    tile: Tile,
    left: int,
    top: int,
    side: int,
) -> None:
    px = sheet.px
    source = _as_image(tile.image)
    square = (px(side), px(side))
    fitted = ImageOps.pad(source, square, Image.Resampling.LANCZOS, color="#f1f2f4")
    page.paste(fitted, (px(left), px(top)))
    frame = (px(left), px(top), px(left) + px(side) - 1, px(top) + px(side) - 1)
    draw.rectangle(frame, outline=_RULE, width=max(1, px(1)))
    if tile.metres_per_pixel is None or not tile.metres_per_pixel > 0:
        return
    across = tile.metres_per_pixel * max(source.size)
    length = _round_length(across * 0.36)
    size = 20 if side == _TILE else 24
    letters = sheet.font(size, True)
    end, y = px(left + side - 16), px(top + side - 18)
    start = end - round(px(side) * length / across)
    halo, thick = max(2, px(2)), px(4)
    draw.rectangle((start - halo, y - halo, end + halo, y + thick + halo), "#000000")
    draw.rectangle((start, y, end, y + thick), "#ffffff")
    draw.text(
        ((start + end) / 2, y - px(9)),
        f"{length:g} m" if length < 1000 else f"{length / 1000:g} km",
        "white",
        letters.font,
        anchor="ms",
        stroke_width=halo,
        stroke_fill="black",
    )


def _round_length(at_most: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(at_most))
    return power * next(step for step in (5, 2, 1) if step * power <= at_most * (1 + 1e-9))


def _as_image(picture: Picture) -> Image.Image:
    if isinstance(picture, Image.Image):
        return picture.convert("RGB")
    values = np.asarray(picture)
    if (
        values.ndim not in (2, 3)
        or 0 in values.shape
        or (values.ndim == 3 and values.shape[2] != 3)
    ):
        raise ExportError(
            f"A picture of the shape {values.shape} cannot be drawn. Give [S, S] or [S, S, 3]."
        )
    if values.dtype != np.uint8:
        numbers = np.nan_to_num(values.astype(np.float64), nan=0.0)
        values = np.rint(np.clip(numbers, 0, 1) * 255).astype(np.uint8)
    return Image.fromarray(values).convert("RGB")
