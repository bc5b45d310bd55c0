"""Records: dataclasses that say with each member what it may hold, to and from plain JSON."""

from __future__ import annotations

import json
import math
import os
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, Optional, TypeVar

T = TypeVar("T", bound="Record")

Json = dict[str, Any]


def read_json(text: str | bytes) -> Any:
    """What a JSON text of a stranger's file says. Raises ValueError where it is none, also where it
    is nested deeper than Python goes (as RecursionError, that would pass whoever refuses files)."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


class RecordError(ValueError):
    """A member of a record is missing or not what it must be; the text says which and what."""


@dataclass(frozen=True)
class Rule:
    """What a member may hold: ``words`` complete "must be ...", ``holds`` says whether it does."""

    words: str
    holds: Callable[[Any], bool]


def above(low: float) -> Rule:
    """A finite number larger than ``low``."""
    return Rule(f"a number above {low:g}", lambda value: math.isfinite(value) and value > low)


def between(low: float, high: float) -> Rule:
    """A number from ``low`` to ``high``, both included."""
    return Rule(f"a number from {low:g} to {high:g}", lambda value: low <= value <= high)


def members(least: int, most: int) -> Rule:
    """A list of ``least`` to ``most`` members."""
    count = str(least) if least == most else f"{least} to {most}"
    return Rule(f"a list of {count}", lambda values: least <= len(values) <= most)


def _is_file_name(text: str) -> bool:
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return bool(text.strip()) and "\0" not in text


FileName = Annotated[str, Rule("the name of a file or folder", _is_file_name)]
Finite = Annotated[float, Rule("a finite number", math.isfinite)]
Positive = Annotated[float, above(0.0)]
Probability = Annotated[float, between(0.0, 1.0)]
Latitude = Annotated[float, between(-90.0, 90.0)]
Longitude = Annotated[float, between(-720.0, 720.0)]
Count = Annotated[int, between(1, 2**31 - 1)]
Number = Annotated[int, between(0, 2**31 - 1)]
"""Counts from 0, as rows and views do."""
Band = Annotated[int, between(1, 65_535)]
Two = Annotated[tuple[Finite, Finite], members(2, 2)]


class Record:
    """Base of the contract's dataclasses.

    A record checks the rules of its members when it is made and raises :class:`RecordError` where
    one is broken, so that neither process can send what the other would refuse.
    """

    def __post_init__(self) -> None:
        cls: Any = type(self)
        for name, check in _checks(cls):
            check(getattr(self, name), name)

    def to_json(self) -> Json:
        """Plain JSON with all members; nested records become objects, enumerations their words."""
        return {spec.name: plain(getattr(self, spec.name)) for spec in fields(self)}  # type: ignore[arg-type]

    @classmethod
    def from_json(cls: type[T], data: Any) -> T:
        """The record in ``data``. Members it does not know are ignored: a newer engine may say
        more. Raises RecordError where a required one is missing or has another type."""
        kind: Any = cls
        return typing.cast(T, _reader(kind)(data, cls.__name__))


@cache
def hints(cls: Any) -> Mapping[str, Any]:
    """Member -> type, evaluated, with its rules."""
    return typing.get_type_hints(cls, include_extras=True)


# ------------------------------------------------------------------------------------ checking

Check = Callable[[Any, str], None]
Read = Callable[[Any, str], Any]


@cache
def _checks(cls: Any) -> tuple[tuple[str, Check], ...]:
    checks = ((name, _check_of(kind)) for name, kind in hints(cls).items())
    return tuple((name, check) for name, check in checks if check is not None)


def _check_of(kind: Any) -> Optional[Check]:
    """Raises RecordError for a value that breaks a rule of ``kind``; None where it has none."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        base, *rules = arguments
        inner = _check_of(base)

        def check(value: Any, where: str) -> None:
            for rule in rules:
                if not rule.holds(value):
                    raise RecordError(f"'{where}' must be {rule.words}, not {_shown(value)}.")
            if inner is not None:
                inner(value, where)

        return check
    if origin is typing.Union:
        (inner,) = (_check_of(other) for other in arguments if other is not type(None))
        if inner is None:
            return None
        known: Check = inner
        return lambda value, where: None if value is None else known(value, where)
    if origin in (list, tuple):
        inner = _check_of(arguments[0])
        if inner is not None:
            each: Check = inner

            def check_all(values: Any, where: str) -> None:
                for number, value in enumerate(values):
                    each(value, f"{where}[{number}]")

            return check_all
    return None


# ------------------------------------------------------------------------------------- reading


@cache
def _reader(kind: Any) -> Read:
    """``read(data, where)``: ``data`` as the type ``kind``; RecordError where it is not."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return lambda data, where: data
    if origin is Annotated:
        return _reader(arguments[0])
    if origin is typing.Union:
        (inner,) = (_reader(other) for other in arguments if other is not type(None))
        return lambda data, where: None if data is None else inner(data, where)
    if origin in (list, tuple):
        return _list_reader(origin, _reader(arguments[0]))
    if origin is dict:
        return _dict_reader(_reader(arguments[1]))
    if is_dataclass(kind):
        return _record_reader(kind)
    if issubclass(kind, Enum):
        return _word_reader(kind)
    return _plain_reader(kind)


def _list_reader(origin: Any, read: Read) -> Read:
    def read_list(data: Any, where: str) -> Any:
        if not isinstance(data, (list, tuple)):
            raise _wrong(data, where, "a list")
        return origin(read(item, where) for item in data)

    return read_list


def _dict_reader(read: Read) -> Read:
    def read_dict(data: Any, where: str) -> Any:
        if not isinstance(data, dict):
            raise _wrong(data, where, "an object")
        return {str(key): read(item, where) for key, item in data.items()}

    return read_dict


def _record_reader(kind: Any) -> Read:
    specs = fields(kind)
    types = hints(kind)
    required = {
        spec.name for spec in specs if spec.default is MISSING and spec.default_factory is MISSING
    }
    readers: dict[str, Read] = {}  # filled at first use: a record may hold its own kind

    def read_record(data: Any, where: str) -> Any:
        if not isinstance(data, dict):
            raise _wrong(data, where, "an object")
        if not readers:
            readers.update((spec.name, _reader(types[spec.name])) for spec in specs)
        values = {
            name: read(data[name], f"{where}.{name}")
            for name, read in readers.items()
            if name in data
        }
        missing = required - values.keys()
        if missing:
            raise RecordError(f"'{where}.{min(missing)}' is missing.")
        return kind(**values)

    return read_record


def _word_reader(kind: type[Enum]) -> Read:
    def read_word(data: Any, where: str) -> Any:
        try:
            return kind(data)
        except ValueError:
            raise _wrong(data, where, f"one of {', '.join(map(str, kind))}") from None

    return read_word


def _plain_reader(kind: type) -> Read:
    words = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}[kind]

    def read_plain(data: Any, where: str) -> Any:
        if type(data) is kind:
            return data
        if kind is float and type(data) is int:
            return float(data)
        raise _wrong(data, where, words)

    return read_plain


def _wrong(value: Any, where: str, words: str) -> RecordError:
    return RecordError(f"'{where}' must be {words}, not {_shown(value)}.")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


# ------------------------------------------------------------------------------------- writing


def plain(value: Any) -> Any:
    """``value`` as JSON knows it.

    Records become objects, enumerations their words, numbers that are not finite null, numpy's
    scalars and arrays numbers and lists, bytes hexadecimal, dates and whatever else text.
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if is_dataclass(value) and not isinstance(value, type):
        return {spec.name: plain(getattr(value, spec.name)) for spec in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if hasattr(value, "tolist"):  # numpy's scalars too
        return plain(value.tolist())
    return str(value)
