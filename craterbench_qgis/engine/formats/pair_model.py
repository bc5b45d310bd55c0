"""A pair of a review as the report and the contact sheet show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ...contract.vocabulary import Verdict
from .sheet_page import length_text

COLOURS = ("#56b4e9", "#e69f00")
"""Of a and b, as in the review panel: Okabe and Ito's sky blue and orange."""
SIGNS = {Verdict.DUPLICATE: "=", Verdict.DISTINCT: "≠", Verdict.UNSURE: "?"}
"""Beside the word and the colour, for those who see no colour and for grey paper."""


class Circles(Protocol):
    """Both outlines in both pictures, which are ``size`` pixels wide and have their own entry at
    the centre; places are (column, row) from the top left corner."""

    @property
    def size(self) -> int: ...
    @property
    def metres_per_pixel(self) -> float: ...
    @property
    def radius_a_px(self) -> float: ...
    @property
    def radius_b_px(self) -> float: ...
    @property
    def b_in_a_px(self) -> tuple[float, float]: ...
    @property
    def a_in_b_px(self) -> tuple[float, float]: ...


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
        east = "E" if self.lon >= 0 else "W"
        north = "N" if self.lat >= 0 else "S"
        place = f"{abs(self.lat):.2f}° {north}, {abs(self.lon):.2f}° {east}"
        return f"D {length_text(self.diameter_m)} · {place}"


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
    circles: Circles | None = None
    pictures: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]] | None = None
    """[S, S] bytes each; None where no mosaic shows the pair."""

    @property
    def decision_line(self) -> str:
        """``= duplicate · Anna, 2026-05-03 12:00 UTC``."""
        if not self.verdict:
            return "not decided"
        word = f"{SIGNS[self.verdict]} {self.verdict}"
        return f"{word} · {self.decided_by}" if self.decided_by else word


def outlines_of(circles: Circles, entry: int) -> list[tuple[int, float, float, float, bool]]:
    """(whose, column, row, radius, whether it is the picture's own) in the picture of an entry."""
    middle = circles.size / 2.0
    radii = (circles.radius_a_px, circles.radius_b_px)
    there = circles.b_in_a_px if entry == 0 else circles.a_in_b_px
    other = 1 - entry
    return [(other, *there, radii[other], False), (entry, middle, middle, radii[entry], True)]
