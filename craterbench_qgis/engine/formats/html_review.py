"""The pairs of a review as one HTML file: pictures inside, no script, nothing fetched."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from ...contract.vocabulary import Verdict
from .html_page import (
    bdi,
    escaped,
    fact_list,
    header,
    picture_box,
    provenance_section,
    scale_bar,
    table,
    value_text,
    write_page,
)
from .pair_model import COLOURS, Circles, PairEntry, ReportPair, outlines_of

_QUALITY = 82
_KINDS = {
    Verdict.DUPLICATE: "accepted",
    Verdict.DISTINCT: "rejected",
    Verdict.UNSURE: "other",
    Verdict.UNDECIDED: "open",
}


def html_review(
    path: str | Path,
    pairs: Sequence[ReportPair],
    *,
    title: str,
    facts: Mapping[str, Any],
    provenance: Mapping[str, Any],
    rows: Iterable[Mapping[str, str]] = (),
    headings: Sequence[tuple[str, bool]] = (),
    subtitle: Sequence[str] = (),
    notes: Sequence[str] = (),
    overwrite: bool = True,
) -> Path:
    """Write ``pairs`` with pictures, and ``rows`` (by ``headings``: name, is text) as a table.

    ``facts``: counts and the like at the top; ``notes``: what is not shown, and what numbers mean.
    Raises ExportError for another suffix than .html and a place that cannot be written; an older
    report stays until the new one is complete.
    """
    summary = f'<section>\n<h2>Summary</h2>\n<div class="summary">{fact_list(facts.items())}</div>'
    told = "\n".join(f'<p class="quiet">{bdi(note)}</p>' for note in notes)
    parts = [
        header(title, *subtitle),
        f"{summary}\n{told}\n</section>",
        _cards(pairs),
        _table(rows, headings),
        provenance_section(provenance),
    ]
    return write_page(path, title, parts, overwrite)


def _cards(pairs: Sequence[ReportPair]) -> str:
    if not pairs:
        return "<section>\n<h2>Pairs</h2>\n<p>No pair meets the conditions.</p>\n</section>"
    cards = "\n".join(_card(pair) for pair in pairs)
    key = " ".join(
        f'<span class="entry"><span class="dot" style="background:{colour}"></span>{letter}</span>'
        for letter, colour in zip("AB", COLOURS, strict=True)
    )
    return (
        f'<section>\n<h2>Pairs</h2>\n<p class="quiet">Both pictures of a pair have one scale and '
        f"its own entry in the middle: {key}. Whole line: the picture's own outline; broken line: "
        f'the other entry\'s.</p>\n<ol class="pairs">\n{cards}\n</ol>\n</section>'
    )


def _card(pair: ReportPair) -> str:
    entries = (pair.a, pair.b)
    boxes = [_box(pair, n) for n in (0, 1)]
    captions = [_caption(one, n) for n, one in enumerate(entries)]
    kind = _KINDS[pair.verdict]
    parts = [
        f'<li class="card pair"><span class="rank">{int(pair.number)}</span>',
        f'<div class="two">{boxes[0]}{boxes[1]}{captions[0]}{captions[1]}</div>',
        f"<p>{bdi(pair.evidence)}</p>",
        f'<p class="decision {kind}">{bdi(pair.decision_line)}</p>',
        _attributes(pair),
        "</li>",
    ]
    return "\n".join(part for part in parts if part)


def _box(pair: ReportPair, entry: int) -> str:
    name = f"Entry {'AB'[entry]} of pair {pair.number}"
    over = _outlines(pair.circles, entry) if pair.circles else ""
    scale = pair.circles.metres_per_pixel if pair.circles else None
    if pair.pictures is None:
        bar = scale_bar(scale, pair.circles.size) if pair.circles else ""
        return (
            f'<div class="picture none" role="img" aria-label="{escaped(name)}">{over}{bar}</div>'
        )
    data = io.BytesIO()
    Image.fromarray(pair.pictures[entry]).save(data, "JPEG", quality=_QUALITY)
    return picture_box(data.getvalue(), name, scale, over)


def _outlines(circles: Circles, entry: int) -> str:
    drawn = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{max(radius, 0.5):.1f}" stroke="{COLOURS[whose]}"'
        f"{'' if own else ' stroke-dasharray=' + chr(34) + '5 4' + chr(34)}></circle>"
        for whose, x, y, radius, own in outlines_of(circles, entry)
    )
    return f'<svg viewBox="0 0 {circles.size} {circles.size}" aria-hidden="true">{drawn}</svg>'


def _caption(entry: PairEntry, n: int) -> str:
    dot = f'<span class="dot" style="background:{COLOURS[n]}"></span>'
    name = entry.id or "without an id"
    return (
        f'<div><p class="name"><strong>{dot}{"AB"[n]}: {bdi(name)}</strong></p>'
        f'<p class="quiet">{bdi(entry.where)}</p></div>'
    )


def _attributes(pair: ReportPair) -> str:
    """What both catalogues say, column by column."""
    names = list(dict.fromkeys([*pair.a.attributes, *pair.b.attributes]))
    if not names:
        return ""
    rows = (
        [name, *(value_text(one.attributes.get(name)) for one in (pair.a, pair.b))]
        for name in map(str, names)
    )
    shown = table([("column", True), ("A", True), ("B", True)], rows)
    return f"<details><summary>Catalogue entries</summary>\n{shown}\n</details>"


def _table(rows: Iterable[Mapping[str, str]], headings: Sequence[tuple[str, bool]]) -> str:
    listed = list(rows)
    used = [one for one in headings if any(row.get(one[0]) for row in listed)]
    if not listed or not used:
        return ""
    shown = table(used, ([row.get(name, "") for name, _ in used] for row in listed))
    return (
        f'<section class="sideways">\n<h2>Table</h2>\n{shown}\n<p class="quiet">'
        "Longitudes are positive east, latitudes planetocentric; distances are great circles, in "
        "diameters D of the larger entry.</p>\n</section>"
    )
