"""What every HTML file of the engine is made of: the page, escaped text, pictures, lists, tables.

Whatever comes from a catalogue or a file name is escaped, kept from turning the text around it
(``bdi``), and cut where it is endless. A content security policy in the page forbids scripts and
every connection, should something slip through all the same.
"""

from __future__ import annotations

import base64
import datetime
import html
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from ..errors import ExportError
from ..files.images import open_image
from .html_style import STYLE
from .sheet_page import Picture, as_image, round_length
from .staging import staged

_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)
_LONGEST = 2000  # characters of one value
_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)], " ")


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def table(headings: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> str:
    """A table; ``headings``: (text, whether the column is text and stands to the left)."""
    kinds = [' class="text"' if is_text else "" for _, is_text in headings]
    head = "".join(
        f'<th scope="col"{kind}>{bdi(name)}</th>'
        for (name, _), kind in zip(headings, kinds, strict=True)
    )
    lines = (
        "".join(f"<td{kind}>{bdi(cell)}</td>" for kind, cell in zip(kinds, row, strict=True))
        for row in rows
    )
    body = "\n".join(f"<tr>{line}</tr>" for line in lines)
    return (
        f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def write_page(path: str | Path, title: str, parts: Iterable[str], overwrite: bool) -> Path:
    """Write a page of ``parts`` to ``path``; an older one stays until the new one is complete.

    Raises ExportError for another suffix than .html and a place that cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise ExportError(
            f"A report cannot be written as '{target.name}'. End the name with .html."
        )
    page = _PAGE.format(title=escaped(title), policy=_POLICY, style=STYLE, body="\n".join(parts))
    with staged(target, [target.name], overwrite) as folder:
        (folder / target.name).write_text(page, encoding="utf-8", newline="\n")
    return target


def header(title: str, *facts: str) -> str:
    """The page's head: its title, and facts in one line."""
    line = " · ".join(bdi(one) for one in facts if one)
    return f'<header>\n<h1>{bdi(title)}</h1>\n<p class="quiet">{line}</p>\n</header>'


def moment_text(date: Any) -> str:
    """A date of provenance as people write it; anything else as it is."""
    try:
        moment = datetime.datetime.fromisoformat(str(date))
    except ValueError:
        return str(date or "")
    if moment.utcoffset() is None:
        return f"{moment:%Y-%m-%d %H:%M}" if ":" in str(date) else str(date)
    return f"{moment.astimezone(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC"


def number_text(value: float | None, form: str) -> str:
    """A number with a true minus sign; nothing for None."""
    return "" if value is None else format(value, form).replace("-", "−")


def provenance_section(provenance: Mapping[str, Any]) -> str:
    """Where all of it comes from, whole."""
    if not provenance:
        return ""
    entries = fact_list(_flat(provenance))
    return f'<section class="provenance">\n<h2>Provenance</h2>\n{entries}\n</section>'


def _flat(entries: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, Any]]:
    """Entries of entries as ``query: mosaic`` and the like."""
    for key, value in entries.items():
        name = above + str(key).replace("_", " ")
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{name}: ")
        else:
            yield name, None if isinstance(value, Mapping) else value


def fact_list(entries: Iterable[tuple[Any, Any]]) -> str:
    """Names and values below each other."""
    rows = (f"<dt>{bdi(key)}</dt><dd>{bdi(value_text(value))}</dd>" for key, value in entries)
    return "<dl>\n" + "\n".join(f"<div>{row}</div>" for row in rows) + "\n</dl>"


def picture_box(
    picture: Picture | bytes, alt: str, metres_per_pixel: float | None, over: str = ""
) -> str:
    """A picture with its scale bar, where its scale is known; ``over``: markup laid upon it.

    Raises ExportError for a picture that is none.
    """
    kind, data, side = _encoded(picture)
    source = f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
    image = f'<img src="{source}" alt="{escaped(alt)}">'
    return f'<div class="picture">{image}{over}{scale_bar(metres_per_pixel, side)}</div>'


def scale_bar(metres_per_pixel: float | None, side: int) -> str:
    """The bar of a picture of ``side`` pixels; nothing where its scale is not known."""
    if metres_per_pixel is None or not metres_per_pixel > 0 or not math.isfinite(metres_per_pixel):
        return ""
    across = metres_per_pixel * side
    length = round_length(across * 0.36)
    label = f"{length:g} m" if length < 1000 else f"{length / 1000:g} km"
    return f'<span class="scale" style="width:{length / across:.3%}">{label}</span>'


def _encoded(picture: Picture | bytes) -> tuple[str, bytes, int]:
    """Media type, bytes and longer side in pixels of a picture."""
    try:
        if isinstance(picture, bytes):
            with open_image(picture) as image:
                image.load()
                kind = next((t for magic, t in _TYPES.items() if picture.startswith(magic)), None)
                if kind is not None:
                    return kind, picture, max(image.size)
                drawn = image.convert("RGB")
        else:
            drawn = as_image(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ExportError(
            f"A picture of the report cannot be read ({error}). Give a PNG or JPEG, or pixels."
        ) from error
    bands = drawn.split()
    grey = all(band.tobytes() == bands[0].tobytes() for band in bands[1:])
    buffer = io.BytesIO()
    (bands[0] if grey else drawn).save(buffer, format="PNG", optimize=True)
    return "image/png", buffer.getvalue(), max(drawn.size)


def value_text(value: Any) -> str:
    """A value as text: numbers short, structured ones as JSON, nothing as a dash."""
    value = value.item() if hasattr(value, "item") else value
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        return ", ".join(value) or "–"
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def escaped(value: Any) -> str:
    """Escaped for text and attributes, without what HTML or UTF-8 cannot hold."""
    text = str(value)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]} … ({len(text):,} characters)"
    plain = text.encode("utf-8", "replace").decode("utf-8").translate(_CONTROLS)
    return html.escape(plain, quote=True)


def bdi(value: Any) -> str:
    """Escaped text that cannot turn the direction of what stands around it."""
    return f"<bdi>{escaped(value)}</bdi>"
