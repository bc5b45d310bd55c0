"""The demo: a synthetic planet with its index, to try a search on without data of one's own."""

from __future__ import annotations

from dataclasses import dataclass

from .records import FileName, Positive, Record


@dataclass(frozen=True)
class DemoParams(Record):
    """``folder``: where the planet is, or is made; ``device``: the encoder's."""

    folder: FileName
    device: str = "auto"


@dataclass
class Demo(Record):
    """``index``: of ``indexed``; ``asked``: another observation of the same ground. At ``lon``,
    ``lat`` (degrees) both show a crater of ``diameter_m``."""

    index: str
    indexed: str
    asked: str
    lon: float
    lat: float
    diameter_m: Positive
