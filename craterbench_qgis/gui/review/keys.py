"""The review's keys."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QKeySequence

from ...core.review.file import DECISIONS, DISTINCT, DUPLICATE, UNSURE

BACK, SKIP, UNDO, BLINK, OUTLINES = "back", "skip", "undo", "blink", "outlines"

_KEYS = {
    Qt.Key.Key_D: DUPLICATE,
    Qt.Key.Key_X: DISTINCT,
    Qt.Key.Key_U: UNSURE,
    Qt.Key.Key_Backspace: BACK,
    Qt.Key.Key_Left: BACK,
    Qt.Key.Key_Right: SKIP,
    Qt.Key.Key_B: BLINK,
    Qt.Key.Key_O: OUTLINES,
}


def action_of(event: Any) -> str:
    """What a key asks for: a decision or one of the constants, "" for nothing of the review's."""
    if event.matches(QKeySequence.StandardKey.Undo):
        return UNDO
    plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if plain not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
        return ""
    return _KEYS.get(event.key(), "")


def is_held(event: Any, action: str) -> bool:
    """Whether the key only repeats itself, where an action must be meant each time: the pairs that
    follow a decision were not looked at."""
    return bool(event.isAutoRepeat()) and action in (*DECISIONS, BLINK, OUTLINES)
