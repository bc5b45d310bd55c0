"""What the report of a review says in words and numbers: summary, table, footer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...contract.records import read_json
from ...contract.vocabulary import PairOrder, Verdict
from ..formats.html_page import moment_text, number_text
from .words import read_verdict, verdict_text

Row = Mapping[str, Any]
"""A row of the layer ``pairs``."""
VERDICTS = (Verdict.DUPLICATE, Verdict.DISTINCT, Verdict.UNSURE, Verdict.UNDECIDED)
_REVIEWERS = 12
HEADINGS = (
    ("pair", False), ("A", True), ("B", True), ("lat A °", False), ("lon A °", False),
    ("D A km", False), ("lat B °", False), ("lon B °", False), ("D B km", False),
    ("distance D", False), ("ratio", False), ("overlap", False), ("looks", False),
    ("probability", False), ("cluster", False), ("decision", True), ("reviewer", True),
    ("decided", True),
)  # fmt: skip
CAUTION = (
    "Probabilities are stated for candidate pairs of which as many are duplicates as are not; "
    "where duplicates are rare, fewer pairs of one probability are."
)


ORDER_WORDS = {
    PairOrder.PROBABILITY: "the most probable first",
    PairOrder.DOUBT: "those in most doubt first",
    PairOrder.SIZE: "the largest first",
    PairOrder.PLACE: "from north to south",
}


def verdict_of(row: Row) -> Verdict:
    """The decision on a pair. Raises QueryError for a word that is none."""
    return read_verdict(row["decision"])


def decided_by(row: Row) -> str:
    """Who decided, and when; "" where nobody did."""
    when = moment_text(row["decided_at"])
    return ", ".join(part for part in (str(row["reviewer"] or ""), when) if part)


def table_row(row: Row) -> dict[str, str]:
    """A row of the table, by heading."""
    shares = [number_text(finite(row[name]), ".2f") for name in ("iou", "similarity")]
    cells = [str(row["pair_id"]), str(row["a_id"] or ""), str(row["b_id"] or "")]
    for side in "ab":
        cells += [number_text(float(row[f"{side}_{name}"]), ".4f") for name in ("lat", "lon")]
        cells.append(number_text(float(row[f"{side}_diameter_m"]) / 1000.0, ".3f"))
    cells += [
        number_text(row["distance_ratio"], ".3f"),
        number_text(row["diameter_ratio"], ".3f"),
        *shares,
        number_text(row["probability"], ".3f"),
        "" if row["cluster_id"] is None else str(row["cluster_id"]),
        str(row["decision"] or ""),
        str(row["reviewer"] or ""),
        moment_text(row["decided_at"]),
    ]
    return {name: cell for (name, _), cell in zip(HEADINGS, cells, strict=True)}


def counted(pairs: Sequence[Row]) -> str:
    """``1,204 pairs: 300 duplicate, 890 distinct, 14 unsure``."""
    counts = Counter(verdict_of(row) for row in pairs)
    parts = [f"{counts[word]:,} {verdict_text(word)}" for word in VERDICTS if counts[word]]
    pairs_text = f"{len(pairs):,} pair{'' if len(pairs) == 1 else 's'}"
    return f"{pairs_text}: {', '.join(parts)}" if parts else pairs_text


def summary(
    facts: Mapping[str, str], pairs: Sequence[Row], shown: Mapping[str, Any]
) -> dict[str, Any]:
    """Counts, clusters and people of a review, then what is ``shown``."""
    counts = Counter(verdict_of(row) for row in pairs)
    decided = sorted(str(row["decided_at"]) for row in pairs if row["decided_at"])
    people = Counter(str(row["reviewer"]) for row in pairs if row["decision"] and row["reviewer"])
    entries: dict[str, Any] = {"catalogues": names_of(facts, "catalogues")}
    entries["pairs in the review"] = f"{len(pairs):,}"
    for word in VERDICTS:
        entries[verdict_text(word)] = f"{counts.get(word, 0):,}"
    threshold = finite(decoded(facts.get("threshold")))
    if threshold is not None:
        probable = sum(row["probability"] >= threshold for row in pairs)
        entries[f"probability {threshold:g} or more"] = f"{probable:,}"
    clusters = {row["cluster_id"] for row in pairs if row["cluster_id"] is not None}
    entries["clusters"] = f"{len(clusters):,}"
    if people:
        first = people.most_common(_REVIEWERS)
        rest = f" and {len(people) - _REVIEWERS} more" if len(people) > _REVIEWERS else ""
        entries["reviewers"] = ", ".join(f"{name} ({n:,})" for name, n in first) + rest
    if decided:
        entries["decided"] = " to ".join(dict.fromkeys(map(moment_text, (decided[0], decided[-1]))))
    return {**entries, **shown}


def names_of(facts: Mapping[str, str], key: str) -> list[str]:
    """The names of the files that the provenance lists under ``key``; none where that is no list,
    as a stranger's may be."""
    paths = decoded(facts.get(key))
    return [Path(str(path)).name for path in paths] if isinstance(paths, list) else []


def title_of(facts: Mapping[str, str]) -> str:
    """A title by the catalogues' names."""
    names = names_of(facts, "catalogues")
    return f"Duplicates in {' and '.join(names)}" if names else "Review of duplicates"


def footer(facts: Mapping[str, str], line: str, notes: Sequence[str]) -> str:
    """Where a sheet comes from; ``line``: how many pairs there are."""
    mosaics = ", ".join(names_of(facts, "mosaics"))
    parts = [
        line,
        *(note.rstrip(".") for note in notes),
        f"CraterBench {facts.get('version', '')}",
        f"found {moment_text(facts.get('created'))}",
        f"mosaic {mosaics}" if mosaics else "",
        f"encoder {facts['encoder']}" if facts.get("encoder") else "",
        "thick line: the picture's own outline, thin line: the other entry's",
    ]
    return " · ".join(part for part in parts if part) + f". {CAUTION}"


def decoded(text: Any) -> Any:
    """A text that is JSON, decoded; anything else as it is."""
    if not isinstance(text, str):
        return text
    try:
        return read_json(text)
    except ValueError:
        return text


def decoded_object(text: str) -> dict[str, Any]:
    """A JSON object; {} for anything else."""
    value = decoded(text)
    return value if isinstance(value, dict) else {}


def finite(value: Any) -> float | None:
    """A number, None for anything else."""
    known = isinstance(value, (int, float)) and math.isfinite(value)
    return float(value) if known else None
