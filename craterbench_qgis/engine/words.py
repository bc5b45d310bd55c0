"""Sentences about the words of the vocabulary, as errors, reports and the command line say them.

The panels of QGIS have their own, in the user's language: ``core/words``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..contract.vocabulary import DiameterFrom, Skip


class Advice:
    """What to do, as the command line says it and as a dialog does: ``str`` gives the one that
    the process speaks. Put it into a sentence as it is; no other sentence names an option."""

    in_dialogs = False
    """Set once, by the server."""

    def __init__(self, command: str, dialog: str) -> None:
        self._command, self._dialog = command, dialog

    def __str__(self) -> str:
        return self._dialog if Advice.in_dialogs else self._command


SAY_BODY = Advice("Say which body it is of with --body.", "Choose the body it is of.")
NAME_PLACE = Advice(
    "Name its columns with --lon NAME --lat NAME.", "Name its columns of longitude and latitude."
)
OVERRULED = Advice(" (--body says otherwise)", "; choose another body if it is not")

SKIPPED = {
    Skip.OUTSIDE: "lies outside the mosaic",
    Skip.NO_DATA: "has no data on the mosaic",
    Skip.TOO_EMPTY: "is mostly without data on the mosaic",
    Skip.TOO_COARSE: "is smaller than the mosaic resolves",
    Skip.NO_CONTRAST: "has no contrast on the mosaic, so that nothing can be seen in it",
    Skip.BEYOND_LIMB: "is wider than the visible hemisphere",
    Skip.NO_MOSAIC: "has no mosaic that shows it",
    Skip.NOT_LOOKED_AT: "was not looked at",
}
"""What is the matter with a place, after the place."""

ADVICE = {
    Skip.OUTSIDE: "Choose a place the mosaic covers.",
    Skip.NO_DATA: "Choose another place or mosaic.",
    Skip.TOO_EMPTY: "Choose another place or mosaic.",
    Skip.TOO_COARSE: "Use a mosaic of higher resolution.",
    Skip.NO_CONTRAST: "Choose another place or mosaic.",
    Skip.BEYOND_LIMB: "Use a smaller box or context factor.",
    Skip.NO_MOSAIC: "Name a mosaic.",
    Skip.NOT_LOOKED_AT: "Search again.",
}
"""What to do where a query cannot be cut."""


def counted(counts: Mapping[str, int]) -> str:
    """``{Skip.OUTSIDE: 1200}`` -> ``1,200 outside``; "" for none."""
    return ", ".join(f"{count:,} {why}" for why, count in counts.items() if count)


def scores_text(provenance: Mapping[str, Any]) -> str:
    """What the scores of a match set are."""
    kind = provenance.get("kind")
    if not isinstance(kind, Mapping):
        return "Scores are similarities, not probabilities."
    text = "Scores are probabilities to be of the kind of the accepted craters"
    try:
        return f"{text}, of which {float(kind['recall']):.0%} were found again when left out."
    except (KeyError, TypeError, ValueError):
        return f"{text}."


DIAMETER_FROM = {
    DiameterFrom.GIVEN: "as given",
    DiameterFrom.CATALOGUE: "that of the crater of the index there",
    DiameterFrom.MATCH: "from the scale of the first match",
    DiameterFrom.RIM: "from the rim in the picture",
    DiameterFrom.BOX: "assumed from the box: nothing tells it",
}


def length_text(metres: float) -> str:
    """A length as a person reads it: three figures, metres below one kilometre."""
    size, unit = (metres, "m") if metres < 999.5 else (metres / 1000, "km")
    places = 2 if size < 9.995 else 1 if size < 99.95 else 0
    return f"{size:,.{places}f} {unit}"


def lonlat_text(lon: float, lat: float, places: int = 2) -> str:
    """A place in degrees as a person reads it, latitude first: ``12.30° N, 4.50° W``."""
    north, east = "N" if lat >= 0 else "S", "E" if lon >= 0 else "W"
    return f"{abs(lat):.{places}f}° {north}, {abs(lon):.{places}f}° {east}"
