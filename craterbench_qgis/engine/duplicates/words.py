"""The evidence of a pair and its verdict in words, as the review panel says them."""

from __future__ import annotations

from ...contract.build import Selection
from ...contract.vocabulary import Verdict
from ..errors import QueryError

# (from this probability on, what it means); the review panel has the same.
_VERDICTS = (
    (0.98, "almost certainly the same crater"),
    (0.8, "probably the same crater"),
    (0.6, "perhaps the same crater"),
)
_OTHERWISE = (
    (0.4, "hard to tell"),
    (0.2, "perhaps two craters"),
    (0.02, "probably two craters"),
)


def read_verdict(word: str | None) -> Verdict:
    """The verdict a review file holds. Raises QueryError for a word that is none."""
    try:
        return Verdict(word or "")
    except ValueError as error:
        raise QueryError(
            f"'{word}' is no decision. Use duplicate, distinct, unsure or ''."
        ) from error


def selection_words(selection: Selection) -> str:
    """``diameter from 20 km, within 10 -5 30 5``: W S E N in degrees."""
    parts = []
    if selection.min_diameter_m is not None:
        parts.append(f"diameter from {selection.min_diameter_m / 1000.0:g} km")
    if selection.max_diameter_m is not None:
        parts.append(f"diameter up to {selection.max_diameter_m / 1000.0:g} km")
    if selection.region is not None:
        parts.append(f"within {' '.join(f'{side:g}' for side in selection.region)}")
    return ", ".join(parts) or "all"


def verdict_text(verdict: Verdict) -> str:
    """A verdict for the eye."""
    return str(verdict) or "not decided"


def meaning(probability: float) -> str:
    """What a probability of being one crater means."""
    for limit, words in _VERDICTS:
        if probability >= limit:
            return words
    for limit, words in _OTHERWISE:
        if probability > limit:
            return words
    return "almost certainly two craters"


def evidence_text(
    distance_ratio: float,
    diameter_ratio: float,
    iou: float | None,
    similarity: float | None,
    looks: str,
    probability: float,
) -> str:
    """``Centres 0.12 D apart, diameters differ by 8 %, ...: probably the same crater (0.87)``.

    ``looks``: why there is no similarity, where there is none.
    """
    parts = [
        f"Centres {distance_ratio:.2f}\u00a0D apart",
        f"diameters differ by {100.0 * (1.0 - diameter_ratio):.0f}\u00a0%",
    ]
    if iou is not None:
        parts.append(f"outlines overlap {100.0 * iou:.0f}\u00a0%")
    if similarity is not None:
        parts.append(f"looks {similarity:.2f}")
    else:
        parts.append(f"no looks ({looks})" if looks and looks != "yes" else "no looks")
    return f"{', '.join(parts)}: {meaning(probability)} ({probability:.2f})"
