"""The door for pictures: the only place that opens one with Pillow.

Pillow knows formats that start other programs (PostScript) or follow names; a small file may
unpack to gigabytes. Ordinary formats are opened, up to a number of pixels.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO

from PIL import Image

from ...contract import names
from ..errors import CraterIndexError

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "JPEG2000", "PPM")
MAX_PIXELS = 50_000_000
"""Of a picture that is searched; in grey as float32 it takes 200 MB."""
MAX_SIDE = 4096
"""Of a picture in an index."""


def open_image(source: str | Path | bytes | IO[bytes], max_pixels: int = MAX_PIXELS) -> Image.Image:
    """Open a picture, its pixels not read yet; use it in a ``with``.

    Raises OSError for what is no file or no picture of :data:`FORMATS`, and for more than
    ``max_pixels``; reading the pixels may raise OSError, ValueError and SyntaxError.
    """
    if isinstance(source, (str, Path)):
        if Path(source).exists():
            try:
                names.check_regular(Path(source))
            except names.Refused as error:
                raise OSError(str(error)) from error
    elif isinstance(source, bytes):
        source = io.BytesIO(source)
    try:
        image = Image.open(source, formats=FORMATS)
    except (ValueError, SyntaxError, OverflowError, Image.DecompressionBombError) as error:
        raise OSError(str(error) or "damaged") from error
    if image.width * image.height > max_pixels:
        size = f"{image.width:,} x {image.height:,}"
        image.close()
        raise OSError(
            f"{size} pixels are more than {max_pixels / 1e6:g} million; cut out the crater, or "
            "make the picture smaller"
        )
    return image


def open_thumbnail(data: bytes, least: int | None = None) -> Image.Image:
    """A picture that an index holds, read wholly. Raises CraterIndexError where it is none.

    ``least``: no more than so many pixels a side are needed. A JPEG of exactly 2, 4 or 8 times as
    many is then read in grey at that fraction of its size, which takes less time.
    """
    try:
        image = open_image(data, MAX_SIDE * MAX_SIDE)
        if least is not None and image.size in [(least * n, least * n) for n in (2, 4, 8)]:
            image.draft("L", (least, least))
        image.load()
    except (OSError, ValueError, SyntaxError) as error:
        raise CraterIndexError(
            f"A picture in the index cannot be read ({error}). Restore the index from a copy, or "
            "build it again."
        ) from error
    return image


def is_thumbnail(data: bytes) -> bool:
    """Whether bytes begin as a JPEG of a bearable size: what another program may be given."""
    try:
        with open_image(data, MAX_SIDE * MAX_SIDE) as image:
            return image.format == "JPEG" and max(image.size) <= MAX_SIDE
    except OSError:
        return False
