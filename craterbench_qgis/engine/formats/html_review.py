"""The pairs of a review as one HTML file: pictures inside, no script, nothing fetched."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from ...contract.vocabulary import Verdict
from .html_page import Shown, scale_bar, shown, value_text, write_page
from .pair_model import COLOURS, ReportPair

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
) -> Path:
    """Write ``pairs`` with pictures, and ``rows`` (by ``headings``: name, is text) as a table.

    ``facts``: counts and the like at the top; ``notes``: what is not shown, and what numbers mean.
    Raises ExportError for another suffix than .html and a place that cannot be written; an older
    report stays until the new one is complete.
    """
    listed = list(rows)
    used = [heading for heading in headings if any(row.get(heading[0]) for row in listed)]
    return write_page(
        path,
        "review.html",
        title=title,
        subtitle=subtitle,
        provenance=provenance,
        summary=facts,
        notes=notes,
        colours=COLOURS,
        cards=[_card(pair) for pair in pairs],
        headings=used,
        rows=[[row.get(name, "") for name, _ in used] for row in listed] if used else [],
    )


@dataclass(frozen=True)
class _Card:
    pair: ReportPair
    kind: str
    pictures: tuple[Shown, Shown]
    columns: list[tuple[str, str, str]]
    """What both catalogues say, column by column."""


def _card(pair: ReportPair) -> _Card:
    names = dict.fromkeys([*pair.a.attributes, *pair.b.attributes])
    columns = [
        (
            str(name),
            value_text(pair.a.attributes.get(name)),
            value_text(pair.b.attributes.get(name)),
        )
        for name in names
    ]
    return _Card(pair, _KINDS[pair.verdict], (_picture(pair, 0), _picture(pair, 1)), columns)


def _picture(pair: ReportPair, entry: int) -> Shown:
    scale = pair.circles.metres_per_pixel if pair.circles else None
    if pair.pictures is None:
        return Shown("", scale_bar(scale, pair.circles.size) if pair.circles else None)
    data = io.BytesIO()
    Image.fromarray(pair.pictures[entry]).save(data, "JPEG", quality=_QUALITY)
    return shown(data.getvalue(), scale)
