"""Map tools that ask: box, circle, click on a catalogue's feature; and the selection."""

from __future__ import annotations

from .box import BoxTool
from .circle import CircleTool
from .click import ClickTool
from .features import selection_queries

__all__ = ["BoxTool", "CircleTool", "ClickTool", "selection_queries"]
