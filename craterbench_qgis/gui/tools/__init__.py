"""Map tools that ask: box, circle, click on a catalogue's feature; and the selection."""

from __future__ import annotations

from .box import BoxTool
from .circle import CircleTool
from .click import ClickTool
from .features import selection_queries
from .rim import RimTool

__all__ = ["BoxTool", "CircleTool", "ClickTool", "RimTool", "selection_queries"]
