"""Classes that are there by name only."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QObject


class Kind(type(QObject)):  # type: ignore[misc]
    """The class of made-up classes: whatever hangs on one is another."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith(("_", "pytest")):
            raise AttributeError(name)
        value = made_up(name) if name[0].isupper() else nothing
        setattr(cls, name, value)
        return value


def nothing(*_: object, **__: object) -> None:
    """What every method of a made-up object answers."""


def made_up(name: str) -> Any:
    """A class of that name; its objects take any arguments and answer None."""

    def take(self: QObject, *_: object, **__: object) -> None:
        QObject.__init__(self)

    def answer(self: QObject, attribute: str) -> Any:
        if attribute.startswith("_"):
            raise AttributeError(attribute)
        return nothing

    return Kind(name, (QObject,), {"__init__": take, "__getattr__": answer})
