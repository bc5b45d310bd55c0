"""A pair of a review as the report and the contact sheet show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ...contract.vocabulary import Verdict
from ..words import length_text, lonlat_text

COLOURS = ("#56b4e9", "#e69f00")
"""Of a and b, as in the review panel: Okabe and Ito's sky blue and orange."""
SIGNS = {Verdict.DUPLICATE: "=", Verdict.DISTINCT: "≠", Verdict.UNSURE: "?"}
"""Beside the word and the colour, for those who see no colour and for grey paper."""


@dataclass(frozen=True)
class PairCircles:
    """Both outlines in both pictures of a pair, which are ``size`` pixels wide.

    Each circle lies at its own picture's centre with ``radius_a_px`` or ``radius_b_px``;
    ``b_in_a_px`` is the place of b's centre in a's picture and ``a_in_b_px`` that of a's in b's:
    (column, row) from the top left corner."""

    size: int
    metres_per_pixel: float
    radius_a_px: float
    radius_b_px: float
    b_in_a_px: tuple[float, float]
    a_in_b_px: tuple[float, float]


@dataclass(frozen=True)
class PairEntry:
    """One entry. Degrees east and planetocentric, metres."""

    id: str
    lon: float
    lat: float
    diameter_m: float
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """``D 23.4 km · 12.30° N, 4.50° W``."""
        return f"D {length_text(self.diameter_m)} · {lonlat_text(self.lon, self.lat)}"


@dataclass(frozen=True)
class ReportPair:
    """A pair and what was decided. ``numbers``: what the table lists, by heading."""

    number: int
    a: PairEntry
    b: PairEntry
    evidence: str
    verdict: Verdict = Verdict.UNDECIDED
    decided_by: str = ""
    """Who, and when."""
    numbers: Mapping[str, str] = field(default_factory=dict)
    circles: PairCircles | None = None
    pictures: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]] | None = None
    """[S, S] bytes each; None where no mosaic shows the pair."""

    @property
    def decision_line(self) -> str:
        """``= duplicate · Anna, 2026-05-03 12:00 UTC``."""
        if not self.verdict:
            return "not decided"
        word = f"{SIGNS[self.verdict]} {self.verdict}"
        return f"{word} · {self.decided_by}" if self.decided_by else word


def outlines_of(circles: PairCircles, entry: int) -> list[tuple[int, float, float, float, bool]]:
    """(whose, column, row, radius, whether it is the picture's own) in the picture of an entry."""
    middle = circles.size / 2.0
    radii = (circles.radius_a_px, circles.radius_b_px)
    there = circles.b_in_a_px if entry == 0 else circles.a_in_b_px
    other = 1 - entry
    return [(other, *there, radii[other], False), (entry, middle, middle, radii[entry], True)]
