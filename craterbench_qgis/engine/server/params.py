"""Reading the params of a request: every member checked, every complaint names it."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from ...protocol import Json

T = TypeVar("T")


class InvalidParams(Exception):
    """A member of the params is missing or not what it must be; the text says which and what."""


class Params:
    """The members of a JSON object. ``null`` is the same as absent.

    Each method returns the member, or ``default`` where it is absent; without a default it must
    be there. All raise :class:`InvalidParams`.
    """

    _REQUIRED: Any = object()

    def __init__(self, data: Any, where: str = "params") -> None:
        if not isinstance(data, dict):
            raise InvalidParams(f"'{where}' must be an object.")
        self.data: Json = data
        self._where = "" if where == "params" else where + "."

    def has(self, name: str) -> bool:
        """Whether it is there and not null."""
        return self.data.get(name) is not None

    def _take(self, name: str, default: Any) -> Any:
        value = self.data.get(name)
        if value is None:
            if default is Params._REQUIRED:
                raise InvalidParams(f"'{self._where}{name}' is missing.")
            return default
        return value

    def _refuse(self, name: str, what: str) -> InvalidParams:
        value = repr(self.data.get(name))
        shown = value if len(value) <= 60 else value[:57] + "..."
        return InvalidParams(f"'{self._where}{name}' must be {what}, not {shown}.")

    def text(self, name: str, default: Any = _REQUIRED) -> Any:
        """A text."""
        value = self._take(name, default)
        if value is default:
            return value
        if not isinstance(value, str):
            raise self._refuse(name, "a text")
        return value

    def path(self, name: str, default: Any = _REQUIRED) -> Any:
        """A file name as a Path; never empty."""
        value = self.text(name, default)
        return value if value is default else self._as_path(name, value)

    def paths(self, name: str, default: Any = _REQUIRED) -> Any:
        """A list of file names, as Paths."""
        values = self.texts(name, default)
        return values if values is default else [self._as_path(name, one) for one in values]

    def _as_path(self, name: str, value: str) -> Path:
        try:
            usable = bool(value.strip()) and "\0" not in value and bool(os.fsencode(value))
        except UnicodeEncodeError:
            usable = False
        if not usable:
            raise self._refuse(name, "the name of a file or folder")
        return Path(value)

    def choice(self, name: str, of: Sequence[str], default: Any = _REQUIRED) -> Any:
        """One of the texts ``of``."""
        value = self.text(name, default)
        if value is not default and value not in of:
            raise self._refuse(name, f"one of {', '.join(of)}")
        return value

    def flag(self, name: str, default: Any = _REQUIRED) -> Any:
        """true or false."""
        value = self._take(name, default)
        if value is not default and not isinstance(value, bool):
            raise self._refuse(name, "true or false")
        return value

    def whole(self, name: str, default: Any = _REQUIRED, low: int = 0, high: int = 1 << 31) -> Any:
        """A whole number in ``low`` ... ``high``."""
        value = self._take(name, default)
        if value is default:
            return value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self._refuse(name, f"a whole number from {low} to {high}")
        return value

    def wholes(self, name: str) -> list[int]:
        """A list of whole numbers of at least 0."""
        values = self._take(name, Params._REQUIRED)
        if not isinstance(values, list) or not all(
            isinstance(one, int) and not isinstance(one, bool) and 0 <= one < 1 << 31
            for one in values
        ):
            raise self._refuse(name, "a list of whole numbers")
        return values

    def number(self, name: str, default: Any = _REQUIRED, above: float | None = None) -> Any:
        """A finite number, larger than ``above`` where given."""
        value = self._take(name, default)
        if value is default:
            return value
        if not _is_number(value):
            raise self._refuse(name, "a finite number")
        if above is not None and not value > above:
            raise self._refuse(name, f"a number above {above:g}")
        return float(value)

    def numbers(self, name: str, count: int | None = None, default: Any = _REQUIRED) -> Any:
        """A list of finite numbers, ``count`` of them where given, as a tuple."""
        values = self._take(name, default)
        if values is default:
            return values
        what = "numbers" if count is None else f"{count} numbers"
        if (
            not isinstance(values, list)
            or not values
            or not all(_is_number(one) for one in values)
            or count not in (None, len(values))
        ):
            raise self._refuse(name, f"a list of {what}")
        return tuple(float(one) for one in values)

    def texts(self, name: str, default: Any = _REQUIRED) -> Any:
        """A list of texts."""
        values = self._take(name, default)
        if values is default:
            return values
        if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
            raise self._refuse(name, "a list of texts")
        return values

    def object(self, name: str, default: Any = _REQUIRED) -> Any:
        """An object, as it is."""
        value = self._take(name, default)
        if value is not default and not isinstance(value, dict):
            raise self._refuse(name, "an object")
        return value

    def child(self, name: str) -> Params:
        """An object, as Params; an absent one is empty."""
        return Params(self._take(name, {}), self._where + name)

    def children(self, name: str) -> list[Params]:
        """A list of objects, as Params."""
        values = self._take(name, Params._REQUIRED)
        if not isinstance(values, list):
            raise self._refuse(name, "a list of objects")
        return [Params(one, f"{self._where}{name}[{n}]") for n, one in enumerate(values)]

    def only(self, known: Sequence[str]) -> None:
        """Refuse members that are not ``known``: leaving them out would change the meaning."""
        for name in self.data:
            if name not in known:
                raise InvalidParams(
                    f"'{self._where}{name}' is not known here. Known are: {', '.join(known)}."
                )


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
