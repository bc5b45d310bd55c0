"""Context factors (side of a view over the crater's diameter) as the user writes them."""

from __future__ import annotations

from collections.abc import Iterable

from ..i18n import tr

LEAST, MOST = 0.5, 100.0


def listed(contexts: Iterable[float]) -> str:
    """``2, 3``."""
    return ", ".join(f"{context:g}" for context in contexts)


def parse_contexts(text: str) -> list[float]:
    """Sorted context factors of ``2, 3`` or ``2 3``; ValueError with a sentence for the user."""
    # "2,3" means two factors, also in languages with a decimal comma.
    words = text.replace(";", " ").replace(",", " ").split()
    try:
        values = sorted({float(word) for word in words})
    except ValueError as error:
        raise ValueError(tr("Context factors are numbers, for example: 2, 3.")) from error
    if not values:
        raise ValueError(tr("Give at least one context factor, for example: 2, 3."))
    # The engine refuses what lies at the border too.
    if not all(LEAST < value <= MOST for value in values):
        raise ValueError(tr("A context factor lies between 0.5 and 100; 2 and 3 are usual."))
    return values
