"""Keeps the Python half of Qt's objects alive as long as Qt has their C++ half."""

from __future__ import annotations

from typing import TypeVar

from qgis.PyQt.QtCore import QObject

Q = TypeVar("Q", bound=QObject)


class Keeper:
    """Holds Python's half of Qt's objects until Qt deletes them.

    Qt's parent owns the C++ half alone: without a reference, the Python half of a dialog may be
    freed while the dialog is on the screen, and its buttons do nothing any more.
    """

    def __init__(self) -> None:
        self._kept: dict[int, QObject] = {}

    def keep(self, thing: Q) -> Q:
        """Hold ``thing`` until it is destroyed; returns it."""
        key = id(thing)  # the connection itself must not hold it
        self._kept[key] = thing
        thing.destroyed.connect(lambda *_: self._kept.pop(key, None))
        return thing

    def of(self, kind: type[Q]) -> list[Q]:
        """What is held of a class, the oldest first."""
        return [thing for thing in self._kept.values() if isinstance(thing, kind)]
