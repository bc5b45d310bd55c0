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
from ..words import scores_text
from .contact_sheet import match_tile
from .html_page import moment_text, number_text, shown, write_page
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
) -> Path:
    """Write the report of a match set to ``path``, one .html file that needs nothing else.

    ``rows`` stand in their order; ``query_facts`` are shown beside the query's picture;
    ``provenance`` is listed whole. Decisions are counted where there are any. Returns the path.
    Raises ExportError for another suffix, a picture that is none, or a place that cannot be
    written; an older report stays until the new one is complete.
    """
    columns = _columns(rows)
    return write_page(
        path,
        "matches.html",
        title=title,
        subtitle=(
            _counted(rows),
            moment_text(provenance.get("date")),
            str(provenance.get("software") or ""),
        ),
        provenance=provenance,
        scores=scores_text(provenance),
        query=None if query is None else shown(query, query_metres_per_pixel),
        query_facts=query_facts or {},
        cards=[_card(row) for row in rows],
        headings=[(column.heading, column.is_text) for column in columns],
        rows=[[column.cell(row) for column in columns] for row in rows],
    )


def _counted(rows: Sequence[ReportRow]) -> str:
    count = f"{len(rows)} match{'' if len(rows) == 1 else 'es'}"
    decisions = Counter(row.decision for row in rows if row.decision)
    if not decisions:
        return count
    parts = [f"{number} {word}" for word, number in decisions.most_common()]
    undecided = len(rows) - sum(decisions.values())
    parts += [f"{undecided} not decided"] if undecided else []
    return f"{count}: {', '.join(parts)}"


def _card(row: ReportRow) -> dict[str, Any]:
    """What the template shows of a match."""
    match = row.match
    tile = match_tile(match, Image.new("L", (1, 1)), name=row.name)
    lines = [*([match.crater_id] if _is_named(row) else []), *tile.subtitle.split("  ·  ")]
    share = min(max(match.score, 0.0), 1.0) if math.isfinite(match.score) else 0.0
    return {
        "rank": int(match.rank),
        "title": tile.title,
        "picture": None if row.image is None else shown(row.image, row.metres_per_pixel),
        "share": f"{share:.2%}",
        "score": number_text(match.score, ".3f"),
        "lines": [line for line in (*lines, tile.detail) if line],
        "chance": _chance(match.expected_by_chance),
        "decision": row.decision,
        "sign": _SIGNS.get(row.decision, ""),
        "comment": row.comment,
        "attributes": match.attributes,
    }


def _is_named(row: ReportRow) -> bool:
    return bool(row.name) and row.name != row.match.crater_id


@dataclass(frozen=True)
class _Column:
    heading: str
    cell: Callable[[ReportRow], str]
    is_text: bool = False


def _columns(rows: Sequence[ReportRow]) -> list[_Column]:
    """The table's columns; those that would be empty are left out."""
    columns = [
        _Column("rank", lambda row: str(int(row.match.rank))),
        _Column("crater", lambda row: row.match.crater_id, True),
        _Column("name", lambda row: (row.name or "") if _is_named(row) else "", True),
        _Column("lat °", lambda row: number_text(row.match.lat, ".4f")),
        _Column("lon °", lambda row: number_text(row.match.lon, ".4f")),
        _Column("D km", lambda row: number_text(row.match.diameter_m / 1000, ".3f")),
        _Column("score", lambda row: number_text(row.match.score, ".3f")),
        _Column("shortlist", lambda row: number_text(row.match.shortlist_score, ".3f")),
        _Column("by chance", lambda row: _chance(row.match.expected_by_chance)),
        _Column("view", lambda row: view_text(row.match)),
        _Column("from query km", lambda row: number_text(_km(row.match.distance_m), ",.1f")),
        _Column("bearing °", lambda row: number_text(row.match.bearing_deg, ".0f")),
        _Column("decision", lambda row: row.decision, True),
        _Column("comment", lambda row: row.comment, True),
    ]
    return [column for column in columns if any(column.cell(row) for row in rows)]


def _chance(expected: float | None) -> str:
    if expected is None or not math.isfinite(expected):
        return ""
    places = 2 if expected < 0.995 else 1 if expected < 9.95 else 0
    return "< 0.01" if expected < 0.01 else f"{expected:,.{places}f}"


def _km(metres: float | None) -> float | None:
    return None if metres is None else metres / 1000
