"""A match set as one HTML file: pictures inside, no script, nothing fetched, ready to print.

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
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from ..errors import ExportError
from .contact_sheet import Picture, _as_image, _round_length, match_tile
from .html_style import STYLE
from .model import MatchLike
from .staging import staged

_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)
_LONGEST = 2000  # characters of one value
_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)], " ")
# A sign beside the word and the colour, for those who see no colour and for grey paper.
_SIGNS = {"accepted": "✓", "rejected": "✕"}


@dataclass(frozen=True)
class ReportRow:
    """One match of the report."""

    match: MatchLike
    image: Picture | bytes | None = None
    """As of a contact sheet's tile; or the bytes of a PNG or JPEG, which go in as they are."""
    metres_per_pixel: float | None = None
    """Of ``image``; draws a scale bar."""
    name: str | None = None
    """Shown instead of the crater's id, which then stands below."""
    decision: str = ""
    """``accepted``, ``rejected`` or another word of the reviewer; empty: none was made."""
    comment: str = ""
    expected_by_chance: float | None = None
    """Craters of the index that would score as high by chance, where that is known."""


def html_report(
    path: str | Path,
    rows: Sequence[ReportRow],
    *,
    title: str,
    provenance: Mapping[str, Any],
    query: Picture | bytes | None = None,
    query_facts: Mapping[str, Any] | None = None,
    query_metres_per_pixel: float | None = None,
    score_label: str = "score",
    overwrite: bool = True,
) -> Path:
    """Write the report of a match set to ``path``, one .html file that needs nothing else.

    ``rows`` stand in their order; ``query_facts`` are shown beside the query's picture;
    ``provenance`` is listed whole. Decisions are counted where there are any. Returns the path.
    Raises ExportError for another suffix, a picture that is none, or a place that cannot be
    written; an older report stays until the new one is complete.
    """
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise ExportError(
            f"A report cannot be written as '{target.name}'. End the name with .html."
        )
    parts = [
        _head(title, rows, provenance),
        _query_section(query, query_facts or {}, query_metres_per_pixel),
        _cards(rows, score_label),
        _table(rows, score_label),
        _provenance(provenance),
    ]
    page = _PAGE.format(title=_text(title), policy=_POLICY, style=STYLE, body="\n".join(parts))
    with staged(target, [target.name], overwrite) as folder:
        (folder / target.name).write_text(page, encoding="utf-8", newline="\n")
    return target


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


def _head(title: str, rows: Sequence[ReportRow], provenance: Mapping[str, Any]) -> str:
    count = f"{len(rows)} match{'' if len(rows) == 1 else 'es'}"
    made = Counter(row.decision for row in rows if row.decision)
    if made:
        parts = [f"{number} {word}" for word, number in made.most_common()]
        undecided = len(rows) - sum(made.values())
        parts += [f"{undecided} not decided"] if undecided else []
        count += ": " + ", ".join(parts)
    known = (_moment(provenance.get("date")), provenance.get("software"))
    line = " · ".join(_bdi(one) for one in (count, *known) if one)
    return f'<header>\n<h1>{_bdi(title)}</h1>\n<p class="quiet">{line}</p>\n</header>'


def _moment(date: Any) -> str:
    """A date of provenance as people write it; anything else as it is."""
    try:
        moment = datetime.datetime.fromisoformat(str(date))
    except ValueError:
        return str(date or "")
    if moment.utcoffset() is None:
        return f"{moment:%Y-%m-%d %H:%M}" if ":" in str(date) else str(date)
    return f"{moment.astimezone(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC"


def _query_section(
    query: Picture | bytes | None, facts: Mapping[str, Any], metres_per_pixel: float | None
) -> str:
    if query is None and not facts:
        return ""
    picture = "" if query is None else _picture(query, "The query", metres_per_pixel)
    return (
        f'<section class="query">\n<h2>Query</h2>\n<div class="beside">\n{picture}\n'
        f"{_list(facts.items())}\n</div>\n</section>"
    )


def _cards(rows: Sequence[ReportRow], score_label: str) -> str:
    if not rows:
        return "<section>\n<h2>Matches</h2>\n<p>No crater meets the conditions.</p>\n</section>"
    cards = "\n".join(_card(row, score_label) for row in rows)
    notes = "Scores are similarities, not probabilities. A score bar is full at 1."
    if any(row.expected_by_chance is not None for row in rows):
        notes += (
            " Expected by chance: how many craters of the index would score as high without "
            "being the query's."
        )
    return (
        f'<section>\n<h2>Matches</h2>\n<ol class="cards">\n{cards}\n</ol>\n'
        f'<p class="quiet">{notes}</p>\n</section>'
    )


def _card(row: ReportRow, score_label: str) -> str:
    match = row.match
    tile = match_tile(match, Image.new("L", (1, 1)), name=row.name)
    badge = f'<span class="rank">{int(match.rank)}</span>'
    picture = '<div class="picture none">no picture</div>'
    if row.image is not None:
        picture = _picture(row.image, f"Crater {tile.title}", row.metres_per_pixel)
    share = min(max(match.score, 0.0), 1.0) if math.isfinite(match.score) else 0.0
    chance = _chance(row.expected_by_chance, " expected by chance")
    lines = [*tile.subtitle.split("  ·  "), tile.detail]
    if _is_named(row):
        lines.insert(0, match.crater_id)
    parts = [
        f'<li class="card">{badge}{picture}',
        f'<div class="track"><div style="width:{share:.2%}"></div></div>',
        f'<p class="name"><strong>{_bdi(tile.title)}</strong>'
        f'<span class="score"><span class="quiet">{_bdi(score_label)}</span> '
        f"<strong>{_number(match.score, '.3f')}</strong></span></p>",
        *(f'<p class="quiet">{_bdi(line)}</p>' for line in lines if line),
        f'<p class="quiet">{_text(chance)}</p>' if chance else "",
        _decision(row.decision),
        f"<p>{_bdi(row.comment)}</p>" if row.comment else "",
        _attributes(match.attributes),
        "</li>",
    ]
    return "\n".join(part for part in parts if part)


def _is_named(row: ReportRow) -> bool:
    return bool(row.name) and row.name != row.match.crater_id


def _attributes(attributes: Mapping[str, Any]) -> str:
    if not attributes:
        return ""
    entries = _list(attributes.items())
    return f"<details><summary>Catalogue entry</summary>\n{entries}\n</details>"


def _decision(word: str) -> str:
    if not word:
        return ""
    kind = word if word in _SIGNS else "other"
    return f'<p class="decision {kind}">{_SIGNS.get(word, "")} {_bdi(word)}</p>'


@dataclass(frozen=True)
class _Column:
    heading: str
    cell: Callable[[ReportRow], str]
    is_text: bool = False


def _columns(rows: Sequence[ReportRow], score_label: str) -> list[_Column]:
    """The table's columns; those that would be empty are left out."""
    columns = [
        _Column("rank", lambda row: str(int(row.match.rank))),
        _Column("crater", lambda row: row.match.crater_id, True),
        _Column("name", lambda row: (row.name or "") if _is_named(row) else "", True),
        _Column("lat °", lambda row: _number(row.match.lat, ".4f")),
        _Column("lon °", lambda row: _number(row.match.lon, ".4f")),
        _Column("D km", lambda row: _number(row.match.diameter_m / 1000, ".3f")),
        _Column(score_label, lambda row: _number(row.match.score, ".3f")),
        _Column("shortlist", lambda row: _number(row.match.shortlist_score, ".3f")),
        _Column("by chance", lambda row: _chance(row.expected_by_chance)),
        _Column("view", lambda row: row.match.view),
        _Column("from query km", lambda row: _number(_km(row.match.distance_m), ",.1f")),
        _Column("bearing °", lambda row: _number(row.match.bearing_deg, ".0f")),
        _Column("decision", lambda row: row.decision, True),
        _Column("comment", lambda row: row.comment, True),
    ]
    return [column for column in columns if any(column.cell(row) for row in rows)]


def _table(rows: Sequence[ReportRow], score_label: str) -> str:
    """Every match in one line, for reading down a column and for copying into a spreadsheet."""
    if not rows:
        return ""
    columns = _columns(rows, score_label)
    kinds = [' class="text"' if column.is_text else "" for column in columns]
    head = "".join(
        f'<th scope="col"{kind}>{_bdi(column.heading)}</th>'
        for column, kind in zip(columns, kinds, strict=True)
    )
    lines = [
        "".join(
            f"<td{kind}>{_bdi(column.cell(row))}</td>"
            for column, kind in zip(columns, kinds, strict=True)
        )
        for row in rows
    ]
    body = "\n".join(f"<tr>{line}</tr>" for line in lines)
    return (
        f'<section>\n<h2>Table</h2>\n<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n'
        f'<tbody>\n{body}\n</tbody>\n</table></div>\n<p class="quiet">Longitudes are positive '
        "east, latitudes planetocentric; distances are great circles.</p>\n</section>"
    )


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form).replace("-", "−")


def _chance(expected: float | None, words: str = "") -> str:
    if expected is None or not math.isfinite(expected):
        return ""
    places = 2 if expected < 0.995 else 1 if expected < 9.95 else 0
    return ("< 0.01" if expected < 0.01 else f"{expected:,.{places}f}") + words


def _km(metres: float | None) -> float | None:
    return None if metres is None else metres / 1000


def _provenance(provenance: Mapping[str, Any]) -> str:
    if not provenance:
        return ""
    entries = _list(_flat(provenance))
    return f'<section class="provenance">\n<h2>Provenance</h2>\n{entries}\n</section>'


def _flat(entries: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, Any]]:
    """Entries of entries as ``query: mosaic`` and the like."""
    for key, value in entries.items():
        name = above + str(key).replace("_", " ")
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{name}: ")
        else:
            yield name, None if isinstance(value, Mapping) else value


def _list(entries: Iterable[tuple[Any, Any]]) -> str:
    rows = (f"<dt>{_bdi(key)}</dt><dd>{_bdi(_shown(value))}</dd>" for key, value in entries)
    return "<dl>\n" + "\n".join(f"<div>{row}</div>" for row in rows) + "\n</dl>"


def _picture(picture: Picture | bytes, alt: str, metres_per_pixel: float | None) -> str:
    kind, data, side = _encoded(picture)
    source = f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
    bar = ""
    if metres_per_pixel is not None and metres_per_pixel > 0 and math.isfinite(metres_per_pixel):
        across = metres_per_pixel * side
        length = _round_length(across * 0.36)
        label = f"{length:g} m" if length < 1000 else f"{length / 1000:g} km"
        bar = f'<span class="scale" style="width:{length / across:.3%}">{label}</span>'
    return f'<div class="picture"><img src="{source}" alt="{_text(alt)}">{bar}</div>'


def _encoded(picture: Picture | bytes) -> tuple[str, bytes, int]:
    """Media type, bytes and longer side in pixels of a picture."""
    try:
        if isinstance(picture, bytes):
            with Image.open(io.BytesIO(picture)) as image:
                image.load()
                kind = next((t for magic, t in _TYPES.items() if picture.startswith(magic)), None)
                if kind is not None:
                    return kind, picture, max(image.size)
                drawn = image.convert("RGB")
        else:
            drawn = _as_image(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ExportError(
            f"A picture of the report cannot be read ({error}). Give a PNG or JPEG, or pixels."
        ) from error
    bands = drawn.split()
    grey = all(band.tobytes() == bands[0].tobytes() for band in bands[1:])
    buffer = io.BytesIO()
    (bands[0] if grey else drawn).save(buffer, format="PNG", optimize=True)
    return "image/png", buffer.getvalue(), max(drawn.size)


def _shown(value: Any) -> str:
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


def _text(value: Any) -> str:
    """Escaped for text and attributes, without what HTML or UTF-8 cannot hold."""
    text = str(value)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]} … ({len(text):,} characters)"
    plain = text.encode("utf-8", "replace").decode("utf-8").translate(_CONTROLS)
    return html.escape(plain, quote=True)


def _bdi(value: Any) -> str:
    return f"<bdi>{_text(value)}</bdi>"
