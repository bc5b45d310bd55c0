"""A match set as one HTML file: pictures inside, no script, nothing fetched, ready to print."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from ...contract.search import DecidedMatch, Match
from ...contract.vocabulary import Decision
from .contact_sheet import match_tile
from .html_page import (
    bdi,
    escaped,
    fact_list,
    header,
    moment_text,
    number_text,
    picture_box,
    provenance_section,
    table,
    write_page,
)
from .model import view_text
from .sheet_page import Picture

# A sign beside the word and the colour, for those who see no colour and for grey paper.
_SIGNS: dict[str, str] = {Decision.ACCEPTED: "✓", Decision.REJECTED: "✕"}


@dataclass(frozen=True)
class ReportRow:
    """One match of the report."""

    match: Match
    image: Picture | bytes | None = None
    """As of a contact sheet's tile; or the bytes of a PNG or JPEG, which go in as they are."""
    metres_per_pixel: float | None = None
    """Of ``image``; draws a scale bar."""
    name: str | None = None
    """Shown instead of the crater's id, which then stands below."""

    @property
    def decision(self) -> str:
        """``accepted`` or ``rejected``; empty: nobody decided."""
        word = self.match.decision if isinstance(self.match, DecidedMatch) else None
        return "" if word in (None, Decision.UNDECIDED) else str(word)

    @property
    def comment(self) -> str:
        """What the reviewer wrote."""
        return self.match.comment if isinstance(self.match, DecidedMatch) else ""


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
    parts = [
        _head(title, rows, provenance),
        _query_section(query, query_facts or {}, query_metres_per_pixel),
        _cards(rows, score_label),
        _table(rows, score_label),
        provenance_section(provenance),
    ]
    return write_page(path, title, parts, overwrite)


def _head(title: str, rows: Sequence[ReportRow], provenance: Mapping[str, Any]) -> str:
    count = f"{len(rows)} match{'' if len(rows) == 1 else 'es'}"
    made = Counter(row.decision for row in rows if row.decision)
    if made:
        parts = [f"{number} {word}" for word, number in made.most_common()]
        undecided = len(rows) - sum(made.values())
        parts += [f"{undecided} not decided"] if undecided else []
        count += ": " + ", ".join(parts)
    software = str(provenance.get("software") or "")
    return header(title, count, moment_text(provenance.get("date")), software)


def _query_section(
    query: Picture | bytes | None, facts: Mapping[str, Any], metres_per_pixel: float | None
) -> str:
    if query is None and not facts:
        return ""
    picture = "" if query is None else picture_box(query, "The query", metres_per_pixel)
    return (
        f'<section class="query">\n<h2>Query</h2>\n<div class="beside">\n{picture}\n'
        f"{fact_list(facts.items())}\n</div>\n</section>"
    )


def _cards(rows: Sequence[ReportRow], score_label: str) -> str:
    if not rows:
        return "<section>\n<h2>Matches</h2>\n<p>No crater meets the conditions.</p>\n</section>"
    cards = "\n".join(_card(row, score_label) for row in rows)
    notes = "Scores are similarities, not probabilities. A score bar is full at 1."
    if any(row.match.expected_by_chance is not None for row in rows):
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
        picture = picture_box(row.image, f"Crater {tile.title}", row.metres_per_pixel)
    share = min(max(match.score, 0.0), 1.0) if math.isfinite(match.score) else 0.0
    chance = _chance(row.match.expected_by_chance, " expected by chance")
    lines = [*tile.subtitle.split("  ·  "), tile.detail]
    if _is_named(row):
        lines.insert(0, match.crater_id)
    parts = [
        f'<li class="card">{badge}{picture}',
        f'<div class="track"><div style="width:{share:.2%}"></div></div>',
        f'<p class="name"><strong>{bdi(tile.title)}</strong>'
        f'<span class="score"><span class="quiet">{bdi(score_label)}</span> '
        f"<strong>{number_text(match.score, '.3f')}</strong></span></p>",
        *(f'<p class="quiet">{bdi(line)}</p>' for line in lines if line),
        f'<p class="quiet">{escaped(chance)}</p>' if chance else "",
        _decision(row.decision),
        f"<p>{bdi(row.comment)}</p>" if row.comment else "",
        _attributes(match.attributes),
        "</li>",
    ]
    return "\n".join(part for part in parts if part)


def _is_named(row: ReportRow) -> bool:
    return bool(row.name) and row.name != row.match.crater_id


def _attributes(attributes: Mapping[str, Any]) -> str:
    if not attributes:
        return ""
    entries = fact_list(attributes.items())
    return f"<details><summary>Catalogue entry</summary>\n{entries}\n</details>"


def _decision(word: str) -> str:
    if not word:
        return ""
    kind = word if word in _SIGNS else "other"
    return f'<p class="decision {kind}">{_SIGNS.get(word, "")} {bdi(word)}</p>'


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
        _Column("lat °", lambda row: number_text(row.match.lat, ".4f")),
        _Column("lon °", lambda row: number_text(row.match.lon, ".4f")),
        _Column("D km", lambda row: number_text(row.match.diameter_m / 1000, ".3f")),
        _Column(score_label, lambda row: number_text(row.match.score, ".3f")),
        _Column("shortlist", lambda row: number_text(row.match.shortlist_score, ".3f")),
        _Column("by chance", lambda row: _chance(row.match.expected_by_chance)),
        _Column("view", lambda row: view_text(row.match)),
        _Column("from query km", lambda row: number_text(_km(row.match.distance_m), ",.1f")),
        _Column("bearing °", lambda row: number_text(row.match.bearing_deg, ".0f")),
        _Column("decision", lambda row: row.decision, True),
        _Column("comment", lambda row: row.comment, True),
    ]
    return [column for column in columns if any(column.cell(row) for row in rows)]


def _table(rows: Sequence[ReportRow], score_label: str) -> str:
    """Every match in one line, for reading down a column and for copying into a spreadsheet."""
    if not rows:
        return ""
    columns = _columns(rows, score_label)
    shown = table(
        [(column.heading, column.is_text) for column in columns],
        ([column.cell(row) for column in columns] for row in rows),
    )
    return (
        f'<section>\n<h2>Table</h2>\n{shown}\n<p class="quiet">Longitudes are positive '
        "east, latitudes planetocentric; distances are great circles.</p>\n</section>"
    )


def _chance(expected: float | None, words: str = "") -> str:
    if expected is None or not math.isfinite(expected):
        return ""
    places = 2 if expected < 0.995 else 1 if expected < 9.95 else 0
    return ("< 0.01" if expected < 0.01 else f"{expected:,.{places}f}") + words


def _km(metres: float | None) -> float | None:
    return None if metres is None else metres / 1000
