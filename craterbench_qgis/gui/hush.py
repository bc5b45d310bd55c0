"""What QGIS says in red of a reference system that leads nowhere, taken off its message bar."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QObject, QTimer


class Hush(QObject):
    """Watches QGIS's message bar for words about one reference system.

    QGIS asks for ways from the Earth to every system it shows, at moments of its own, and tells
    everybody that there is none. Nothing that is shown needs them.
    """

    def __init__(self, bar: Any, parent: QObject) -> None:
        super().__init__(parent)
        self._bar, self._system = bar, ""
        self._sweep = QTimer(self, singleShot=True, timeout=self._take_away)

    def watch(self, system: str) -> None:
        """``system``: what the words contain, those that are there already too; "": let all be."""
        if bool(system) != bool(self._system):
            added = self._bar.widgetAdded
            added.connect(self._on_message) if system else added.disconnect(self._on_message)
        self._system = system
        self._on_message()

    def _on_message(self, *_: Any) -> None:
        self._sweep.start()  # a moment later: the bar is at work with it

    def _take_away(self) -> None:
        items = self._bar.items() if self._system else []
        for item in [item for item in items if self._system in item.text()]:
            self._bar.popWidget(item)
