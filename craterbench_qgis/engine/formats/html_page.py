"""What every HTML report of the engine is made of: templates, pictures, values as text.

The templates in ``templates/`` escape whatever comes from a catalogue or a file name, and keep it
from turning the text around it; here it is cut where it is endless.
"""

from __future__ import annotations

import base64
import datetime
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from PIL import Image

from ..errors import ExportError
from ..files.images import open_image
from .pair_model import outlines_of
from .sheet_page import Picture, as_image, round_length
from .staging import staged

if TYPE_CHECKING:
    from jinja2 import Environment

_LONGEST = 2000  # characters of one value
_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)], " ")


@dataclass(frozen=True)
class Bar:
    """A scale bar: its width as CSS has it, and its length in words."""

    width: str
    label: str


@dataclass(frozen=True)
class Shown:
    """A picture of a page as a data URL ("" for none), and its scale bar where that is known."""

    source: str
    bar: Bar | None


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["value_text"] = value_text
    environment.filters["outlines_of"] = outlines_of
    return environment


def write_page(
    path: str | Path,
    template: str,
    *,
    title: str,
    subtitle: Sequence[str],
    provenance: Mapping[str, Any],
    **values: Any,
) -> Path:
    """Write a page of ``template`` to ``path``; an older one stays until the new one is complete.

    Raises ExportError for another suffix than .html and a place that cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise ExportError(
            f"A report cannot be written as '{target.name}'. End the name with .html."
        )
    page = (
        _templates()
        .get_template(template)
        .render(title=title, subtitle=subtitle, provenance=list(_flat(provenance)), **values)
    )
    with staged(target, [target.name]) as folder:
        (folder / target.name).write_text(page, encoding="utf-8", newline="\n")
    return target


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


def _flat(entries: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, Any]]:
    """Entries of entries as ``query: mosaic`` and the like."""
    for key, value in entries.items():
        name = above + str(key).replace("_", " ")
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{name}: ")
        else:
            yield name, None if isinstance(value, Mapping) else value


def shown(picture: Picture | bytes, metres_per_pixel: float | None) -> Shown:
    """A picture for a page. Raises ExportError for one that is none."""
    kind, data, side = _encoded(picture)
    source = f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
    # Not text: it is neither cut nor cleaned.
    return Shown(Markup(source), scale_bar(metres_per_pixel, side))  # nosec B704 - our own data URI


def scale_bar(metres_per_pixel: float | None, side: int) -> Bar | None:
    """The bar of a picture of ``side`` pixels; None where its scale is not known."""
    if metres_per_pixel is None or not metres_per_pixel > 0 or not math.isfinite(metres_per_pixel):
        return None
    across = metres_per_pixel * side
    length = round_length(across * 0.36)
    label = f"{length:g} m" if length < 1000 else f"{length / 1000:g} km"
    return Bar(f"{length / across:.3%}", label)


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
    if isinstance(value, (list, tuple)) and all(isinstance(text, str) for text in value):
        return ", ".join(value) or "–"
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _clean(value: Any) -> Any:
    """A value as it may stand in HTML and UTF-8: without control characters, and not endless."""
    if isinstance(value, Markup):
        return value
    text = str(value)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]} … ({len(text):,} characters)"
    return text.encode("utf-8", "replace").decode("utf-8").translate(_CONTROLS)
