"""The evidence of a pair in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from ...contract.build import Selection
from ...contract.columns import ID, LAT, LON, name_column, pick, size_column
from ...contract.duplicates import DuplicateReport, Offset
from ...contract.records import Json, RecordError
from ...contract.vocabulary import Verdict
from ...i18n import tr
from ..review.file import Entry, ReviewPair
from ..review.order import Counts
from .quantities import kilometres, moment, number

_FEW = 5
_ROW_NUMBER = re.compile(r"unnamed:? ?_?\d+(_level_\d+)?$", re.IGNORECASE)
_SOURCES = ("source", "catalogue", "catalog", "author", "mapper")


@dataclass(frozen=True)
class Captions:
    """What stands below both pictures: a name and a line of facts each."""

    names: tuple[str, str] = ("", "")
    facts: tuple[str, str] = ("", "")


def captions(
    pair: ReviewPair,
    first: dict[str, Any],
    second: dict[str, Any],
    catalogues: tuple[str, str] = ("", ""),
) -> Captions:
    """The captions of ``pair``.

    ``first`` and ``second``: the catalogue's attributes of its entries, empty until they are read.
    ``catalogues``: the names of both catalogues, empty where a review is of one.
    """
    return Captions(
        (entry_name("A", pair.a), entry_name("B", pair.b)),
        (entry_facts(pair.a, first, catalogues[0]), entry_facts(pair.b, second, catalogues[1])),
    )


def catalogues_of(provenance: dict[str, Any]) -> tuple[str, str]:
    """The names of two compared catalogues; empty where a review is of one."""
    listed = provenance.get("catalogues")
    if not isinstance(listed, list) or len(listed) != 2:
        return "", ""
    first, second = (PurePath(str(path).replace("\\", "/")).stem for path in listed)
    return (first, second) if first != second else ("", "")


def evidence(pair: ReviewPair, blind: bool = False) -> str:
    """``Centres 0.12 D apart, diameters differ by 8 %, outlines overlap 71 %, looks 0.83: ...``

    ``blind``: only what a ruler says, until the pair is decided.
    """
    parts = [
        tr("Centres {n} D apart").format(n=number(pair.distance_ratio, 2)),
        tr("diameters differ by {n} %").format(n=number(100.0 * (1.0 - pair.diameter_ratio))),
    ]
    if pair.iou is not None:
        parts.append(tr("outlines overlap {n} %").format(n=number(100.0 * pair.iou)))
    if blind and not pair.decision:
        return tr("{facts}. Blind: the probability is shown once it is decided.").format(
            facts=", ".join(parts)
        )
    if pair.similarity is not None:
        parts.append(tr("looks {n}").format(n=number(pair.similarity, 2)))
    else:
        parts.append(tr("looks not known"))
    return tr("{facts}: {verdict} ({probability})").format(
        facts=", ".join(parts),
        verdict=likelihood(pair.probability),
        probability=number(pair.probability, 2),
    )


def likelihood(probability: float) -> str:
    """What a probability of being one crater means."""
    if probability >= 0.98:
        return tr("almost certainly the same crater")
    if probability >= 0.8:
        return tr("probably the same crater")
    if probability >= 0.6:
        return tr("perhaps the same crater")
    if probability > 0.4:
        return tr("hard to tell")
    if probability > 0.2:
        return tr("perhaps two craters")
    if probability > 0.02:
        return tr("probably two craters")
    return tr("almost certainly two craters")


def explanation(pair: ReviewPair) -> str:
    """The numbers behind the words, for a tooltip."""
    lines = [
        tr("D is the larger diameter, {d}; the centres are {m} apart.").format(
            d=kilometres(max(pair.a.diameter_m, pair.b.diameter_m)), m=kilometres(pair.distance_m)
        ),
        tr("Overlap: area both outlines share, divided by the area they cover together."),
        tr("Looks: how alike both views are to the encoder (1: the same)."),
        tr("The number in brackets is the probability that both entries are one crater."),
    ]
    return "\n".join(lines)


def entry_name(letter: str, entry: Entry) -> str:
    """``A: 12-345``."""
    return tr("{letter}: {id}").format(letter=letter, id=entry.id or tr("without an id"))


def entry_facts(entry: Entry, attributes: dict[str, Any], catalogue: str = "") -> str:
    """``23.4 km``, the catalogue, and the source and the name where columns say them."""
    facts = [kilometres(entry.diameter_m), *([catalogue] if catalogue else [])]
    name = name_column(list(attributes))
    for column, value in attributes.items():
        if column == name or column.casefold() in _SOURCES:
            text = str(value or "").strip()
            if text and text not in facts:
                facts.append(text)
    return " · ".join(facts)


def comparison(pair: ReviewPair, first: dict[str, Any], second: dict[str, Any]) -> list[list[str]]:
    """Rows [column, of a, of b] of everything the catalogues say; equal values stay.

    Columns that mean the same stand in one row, whatever both call them.
    """
    theirs = {role: name for name, role in _roles(second).items()}
    rows, taken = [], set()
    for name, role in _roles(first).items():
        other = name if name in second else theirs.get(role, "") if role else ""
        taken.add(other)
        label = f"{name} / {other}" if other and other != name else name
        rows.append([label, _text(first[name]), _text(second.get(other))])
    rest = [name for name in _roles(second) if name not in taken]
    return rows + [[name, "", _text(second[name])] for name in rest]


def _roles(attributes: dict[str, Any]) -> dict[str, str]:
    """Columns and what they mean, "" where that is not known; without pandas' row numbers."""
    names = [name for name in attributes if name.strip() and not _ROW_NUMBER.match(name)]
    size = size_column(names)
    known = {
        pick(names, LON): "lon",
        pick(names, LAT): "lat",
        # A radius is no diameter. Units stand in the names, which the row shows both.
        size.name if size else None: "size" if size and not size.is_radius else "radius",
        name_column(names): "name",
        pick(names, ID): "id",
    }
    return {name: known.get(name, "") for name in names}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def verdict_word(verdict: Verdict) -> str:
    """What stands in lists and on the pair."""
    return {
        Verdict.DUPLICATE: tr("duplicate"),
        Verdict.DISTINCT: tr("distinct"),
        Verdict.UNSURE: tr("unsure"),
        Verdict.UNDECIDED: tr("undecided"),
    }[verdict]


def decided_by(pair: ReviewPair) -> str:
    """``Decided: duplicate (Anna, 3 May 2026 12:00)``, "" while undecided."""
    if not pair.decision:
        return ""
    who = [text for text in (pair.decided.reviewer, moment(pair.decided.at)) if text]
    text = tr("Decided: {decision} ({who})") if who else tr("Decided: {decision}")
    return text.format(decision=verdict_word(pair.decision), who=", ".join(who))


def summary(report: DuplicateReport, two: bool) -> str:
    """``20 pairs to review, 1 of them probably one crater.``, of ``two`` catalogues also how the
    second lies displaced."""
    if report.pairs == 0:
        return tr("No two entries look like one crater.")
    if report.pairs == 1:
        text = tr("1 pair to review.")
    else:
        text = tr("{pairs} pairs to review, {probable} of them probably one crater.")
    lines = [text.format(pairs=number(report.pairs), probable=number(report.probable))]
    if report.decisions_kept:
        text = tr("{n} pairs were decided before.")
        lines.append(text.format(n=number(report.decisions_kept)))
    # Within one catalogue a and b are only the order of its rows.
    for offset, text in (
        (
            report.offset if two else None,
            tr("B lies {east} and {north} of A (median of {n} probable pairs)."),
        ),
        (
            report.image_offset,
            tr("The second mosaic lies {east} and {north} of the first ({n} pairs)."),
        ),
    ):
        # The median of a few pairs is their scatter, not a displacement.
        if offset is not None and offset.count >= _FEW:
            lines.append(text.format(n=number(offset.count), **_directions(offset)))
    return " ".join(lines)


def _directions(offset: Offset) -> dict[str, str]:
    to_east = tr("{n} m east") if offset.east_m >= 0 else tr("{n} m west")
    to_north = tr("{n} m north") if offset.north_m >= 0 else tr("{n} m south")
    return {
        "east": to_east.format(n=number(abs(offset.east_m))),
        "north": to_north.format(n=number(abs(offset.north_m))),
    }


def progress(decided: int, total: int, unsure: int) -> str:
    """``312 of 1,204, 14 unsure``."""
    if unsure:
        return tr("{done} of {total}, {unsure} unsure").format(
            done=number(decided), total=number(total), unsure=number(unsure)
        )
    return tr("{done} of {total}").format(done=number(decided), total=number(total))


def read_only(name: str) -> str:
    """Why nothing can be decided."""
    return tr(
        "{name} is read-only, so decisions cannot be kept. Copy it to a folder you may write to."
    ).format(name=name)


def nothing_left(counts: Counts, filtered: bool) -> str:
    """Why no pair is shown."""
    if counts.total == 0:
        return tr("No duplicates were found: the review holds no pair.")
    if counts.decided == counts.total:
        return tr("Every pair is decided. Now write the cleaned catalogue.")
    if filtered:
        return tr("No (more) pair matches the filter. Choose other pairs above.")
    return tr("No pair is left undecided.")


def compared_entries(provenance: Json) -> tuple[int, int, str] | None:
    """How many entries a search compared, of how many, and which; None where it was all."""
    try:
        used = sum(int(count) for count in provenance.get("entries_compared") or [])
        held = sum(int(count) for count in provenance.get("entries_held") or [])
        selection = Selection.from_json(provenance.get("selection") or {})
    except (TypeError, ValueError, RecordError):
        return None
    if used >= held:
        return None
    parts = []
    least, most = selection.min_diameter_m, selection.max_diameter_m
    if least is not None:
        parts.append(tr("diameter from {km} km").format(km=_plain_km(least)))
    if most is not None:
        parts.append(tr("diameter up to {km} km").format(km=_plain_km(most)))
    if selection.region is not None:
        parts.append(tr("within the search's region"))
    return used, held, ", ".join(parts)


def _plain_km(metres: float) -> str:
    """Kilometres as somebody would type them: ``5``, ``12.500``."""
    km = metres / 1000.0
    return number(km, 0 if km == round(km) else 3)
