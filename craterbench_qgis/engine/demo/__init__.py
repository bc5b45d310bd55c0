"""The demo's synthetic planet: terrain with realistic craters, three mosaics, a catalogue."""

from __future__ import annotations

from .planet import Planet, make_planet

__all__ = ["Planet", "make_planet"]
