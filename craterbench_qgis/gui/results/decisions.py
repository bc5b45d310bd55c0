"""Undo of decisions: the last change first, whether gallery, “why” or another view made it."""

from __future__ import annotations

from qgis.PyQt.QtCore import QObject

from ...contract.vocabulary import Decision
from ...core.match_set import MatchSet

_DEPTH = 200


class DecisionLog(QObject):
    """Listens to a match set and remembers what each change replaced."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._set: MatchSet | None = None
        self._known: dict[int, Decision] = {}
        self._past: list[dict[int, Decision]] = []
        self._undoing = False

    def watch(self, match_set: MatchSet | None) -> None:
        """Follow another set; what was remembered is forgotten."""
        if self._set is not None:
            self._set.decided.disconnect(self._on_decided)
        self._set, self._past = match_set, []
        self._known = match_set.decisions() if match_set is not None else {}
        if match_set is not None:
            match_set.decided.connect(self._on_decided)

    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._past)

    def undo(self) -> list[int]:
        """Take the last change back; returns its rows."""
        if self._set is None or not self._past:
            return []
        before = self._past.pop()
        self._undoing = True
        try:
            for decision in sorted(set(before.values())):
                self._set.decide([row for row, was in before.items() if was == decision], decision)
        finally:
            self._undoing = False
        return sorted(before)

    def _on_decided(self, rows: list[int]) -> None:
        if self._set is None:
            return
        before = {row: self._known.get(row, Decision.UNDECIDED) for row in rows}
        for row in rows:
            self._known[row] = self._set.decision(row)
        if not self._undoing:
            self._past.append(before)
            del self._past[:-_DEPTH]
