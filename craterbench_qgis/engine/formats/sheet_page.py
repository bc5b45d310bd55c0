"""A page of pictures on paper: title, footer, pictures with scale bars, badges; PNG or PDF."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageOps
from PIL.PngImagePlugin import PngInfo

from ..errors import ExportError
from .lettering import Lettering, lettering
from .staging import staged

Picture = npt.NDArray[Any] | Image.Image

INK, QUIET, RULE, TRACK = "#16191d", "#5c646d", "#c9ced4", "#e6e9ec"
ACCENT = "#1d5c96"

# In pixels of a PNG; a PDF has half as many again. Read as 200 dots per inch.
TILE, GAP, MARGIN = 320, 30, 76
CAPTION = 116
BETWEEN = 36
ROW = TILE + CAPTION + BETWEEN
TALLEST = 30_000
PDF_SCALE = 1.5
A4 = 297 / 210
_A4_WIDTH_INCHES = 210 / 25.4
_PDF_QUALITY = 88


@dataclass(frozen=True)
class Sheet:
    """What every page shares. ``scale``: dots of a PDF or PNG per pixel of the constants above."""

    title: str
    footer: str
    width: int
    """In pixels."""
    scale: float

    def px(self, length: float) -> int:
        """Dots."""
        return round(length * self.scale)

    def font(self, size: float, strong: bool = False) -> Lettering:
        """Letters of a size in pixels."""
        return lettering(self.px(size), strong)

    @property
    def top(self) -> int:
        """Where the pictures begin."""
        return MARGIN + 88

    def footer_lines(self) -> list[str]:
        """The footer, wrapped."""
        return self.font(18).wrap(self.footer, self.px(self.width - 2 * MARGIN))

    def height(self, content: int) -> int:
        """Of a page with ``content`` pixels between head and footer."""
        return self.top + content + 26 * len(self.footer_lines()) + MARGIN + 10


def suffix_of(target: Path, what: str) -> str:
    """``.png`` or ``.pdf``; ExportError for another."""
    suffix = target.suffix.lower()
    if suffix not in (".png", ".pdf"):
        raise ExportError(
            f"{what} cannot be written as '{target.name}'. End the name with .png or .pdf."
        )
    return suffix


def check_height(height: int, what: str) -> None:
    """ExportError for a PNG that few programs would open."""
    if height > TALLEST:
        raise ExportError(
            f"A picture of {what} would be {height} pixels high. "
            "Write a .pdf, which has pages, or fewer of them."
        )


def new_page(sheet: Sheet, height: int, number: tuple[int, int] = (1, 1)) -> Image.Image:
    """A page with its title, its number of how many, and the footer."""
    px = sheet.px
    page = Image.new("RGB", (px(sheet.width), px(height)), "white")
    draw = ImageDraw.Draw(page)
    right = sheet.width - MARGIN
    big, small = sheet.font(40, True), sheet.font(18)
    text = big.fit(sheet.title, px(right - MARGIN - (120 if number[1] > 1 else 0)))
    draw.text((px(MARGIN), px(MARGIN + 34)), text, INK, big.font, anchor="ls")
    if number[1] > 1:
        place = f"{number[0]} / {number[1]}"
        draw.text((px(right), px(MARGIN + 34)), place, QUIET, sheet.font(22).font, anchor="rs")
    _rule(draw, sheet, MARGIN + 56)
    lines = sheet.footer_lines()
    base = height - MARGIN - 26 * len(lines)
    _rule(draw, sheet, base - 4)
    for i, line in enumerate(lines):
        draw.text((px(MARGIN), px(base + 26 * (i + 1))), line, QUIET, small.font, anchor="ls")
    return page


def save_pages(target: Path, sheet: Sheet, pages: Iterable[Image.Image]) -> None:
    """Write a PNG of the first page or a PDF of all; an older file stays until all is written.

    Pages are taken one by one and let go, so that hundreds need no more memory than two. Raises
    ExportError.
    """
    with staged(target, [target.name]) as folder:
        path = folder / target.name
        if target.suffix.lower() == ".png":
            about = PngInfo()
            about.add_itxt("Title", sheet.title)
            about.add_itxt("Description", sheet.footer)
            next(iter(pages)).save(path, format="PNG", pnginfo=about, dpi=(200, 200))
            return
        for number, page in enumerate(pages):
            page.save(
                path,
                format="PDF",
                append=number > 0,
                resolution=page.width / _A4_WIDTH_INCHES,
                quality=_PDF_QUALITY,
                title=sheet.title,
                subject=sheet.footer,
            )


def _rule(draw: ImageDraw.ImageDraw, sheet: Sheet, y: float) -> None:
    ends = (sheet.px(MARGIN), sheet.px(y), sheet.px(sheet.width - MARGIN), sheet.px(y))
    draw.line(ends, RULE, max(1, sheet.px(1)))


def draw_badge(
    page: Image.Image, sheet: Sheet, text: str, left: int, top: int, colour: str
) -> None:
    """White letters on ``colour`` in a picture's corner."""
    draw = ImageDraw.Draw(page)
    px, strong = sheet.px, sheet.font(22, True)
    width = max(px(40), round(strong.width(text)) + px(24))
    draw.rectangle((px(left), px(top), px(left) + width, px(top + 36)), colour)
    middle = (px(left) + width / 2, px(top + 26))
    draw.text(middle, text, "white", strong.font, anchor="ms")


def draw_picture(
    page: Image.Image,
    sheet: Sheet,
    picture: Picture,
    metres_per_pixel: float | None,
    left: int,
    top: int,
    side: int,
) -> None:
    """A picture in a square of ``side`` pixels, framed, with a bar where its scale is known."""
    px, draw = sheet.px, ImageDraw.Draw(page)
    source = as_image(picture)
    square = (px(side), px(side))
    fitted = ImageOps.pad(source, square, Image.Resampling.LANCZOS, color="#f1f2f4")
    page.paste(fitted, (px(left), px(top)))
    frame = (px(left), px(top), px(left) + px(side) - 1, px(top) + px(side) - 1)
    draw.rectangle(frame, outline=RULE, width=max(1, px(1)))
    if metres_per_pixel is None or not metres_per_pixel > 0:
        return
    across = metres_per_pixel * max(source.size)
    length = round_length(across * 0.36)
    size = 20 if side == TILE else 24
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


def round_length(at_most: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(at_most))
    return power * next(step for step in (5, 2, 1) if step * power <= at_most * (1 + 1e-9))


def as_image(picture: Picture) -> Image.Image:
    """RGB of [S, S] or [S, S, 3] (0..1, or bytes) or a Pillow image; ExportError for others."""
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
