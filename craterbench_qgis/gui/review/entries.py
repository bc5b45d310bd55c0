"""What the catalogues say about the entries of pairs, read when a pair is shown."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...core.review.file import ReviewPair
from ...core.review.store import ReviewStore
from . import words


class EntryAttributes(QObject):
    """Attributes by row of the open review; ``store`` reads them in its thread."""

    arrived = pyqtSignal(int)
    """Row whose :meth:`get` is known now."""

    def __init__(self, store: ReviewStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._known: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}

    def forget(self) -> None:
        """Another review."""
        self._known = {}

    def get(self, row: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Of a and b; empty while they are not known."""
        return self._known.get(row, ({}, {}))

    def want(self, row: int, pair: ReviewPair) -> None:
        """Read them where they are not known; :attr:`arrived` follows, at once where they are."""
        if row in self._known:
            self.arrived.emit(row)
            return
        content = self._store.content

        def done(first: dict[str, Any], second: dict[str, Any]) -> None:
            if self._store.content is content:
                self._known[row] = (first, second)
                self.arrived.emit(row)

        self._store.attributes(pair, done)

    def captions(self, row: int, pair: ReviewPair) -> words.Captions:
        """What stands below the pictures."""
        content = self._store.content
        names = words.catalogues_of(content.provenance) if content is not None else ("", "")
        return words.captions(pair, *self.get(row), names)
