"""The review's keys."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QKeySequence

from ...contract.vocabulary import Verdict
from ...core.review.file import DECIDED

BACK, SKIP, UNDO, BLINK, SWIPE, OUTLINES = "back", "skip", "undo", "blink", "swipe", "outlines"
LARGER, SMALLER, WHOLE = "larger", "smaller", "whole"

_KEYS = {
    Qt.Key.Key_D: Verdict.DUPLICATE,
    Qt.Key.Key_X: Verdict.DISTINCT,
    Qt.Key.Key_U: Verdict.UNSURE,
    Qt.Key.Key_Backspace: BACK,
    Qt.Key.Key_Left: BACK,
    Qt.Key.Key_Right: SKIP,
    Qt.Key.Key_B: BLINK,
    Qt.Key.Key_S: SWIPE,
    Qt.Key.Key_O: OUTLINES,
    Qt.Key.Key_Plus: LARGER,
    Qt.Key.Key_Equal: LARGER,
    Qt.Key.Key_Minus: SMALLER,
    Qt.Key.Key_0: WHOLE,
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
    """Whether the key only repeats itself, where an action must be meant each time: nobody has
    seen the pairs that follow a decision."""
    return bool(event.isAutoRepeat()) and action in (*DECIDED, BLINK, SWIPE, OUTLINES)
