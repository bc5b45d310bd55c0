"""The evidence of a pair in words, as the review panel says it."""

from __future__ import annotations

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


def verdict(probability: float) -> str:
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
    return f"{', '.join(parts)}: {verdict(probability)} ({probability:.2f})"
