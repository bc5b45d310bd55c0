"""From the JSON of a request to the record of the contract it must be."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from typing import Annotated, Any, TypeVar

import msgspec

from ...contract.records import Record, RecordError, hints
from ..files.typed import convert

P = TypeVar("P", bound=Record)

# What msgspec calls a type, and how a person would.
_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
}
_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$\.?(?P<where>.*)`)?$", re.DOTALL)
_EXPECTED = re.compile(r"Expected `(?P<type>\w+)(?: \| null)?`(?P<length> of length \d+)?")
_MISSING = re.compile(r"Object missing required field `(?P<name>\w+)`")


class InvalidParams(Exception):
    """A member of the params is missing or not what it must be; the text says which and what."""


def decode(data: Any, kind: type[P]) -> P:
    """``data`` as a record of ``kind``, every rule of the contract checked.

    A member that is null counts as left out. One that the contract does not know is refused:
    leaving it out would change what the client meant. Raises :class:`InvalidParams`.
    """
    known = _known(data, kind, "")
    try:
        return convert(known, kind)
    except msgspec.ValidationError as error:
        raise InvalidParams(_sentence(error, known)) from error


def _known(data: Any, kind: Any, where: str) -> Any:
    """``data`` without the nulls of its records; InvalidParams for a member no record has."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Annotated, typing.Union, types.UnionType):
        return _known(data, arguments[0], where)
    if origin is list and isinstance(data, list):
        return [_known(item, arguments[0], f"{where}[{n}]") for n, item in enumerate(data)]
    if not (dataclasses.is_dataclass(kind) and isinstance(data, dict)):
        return data
    members: Any = hints(kind)  # type: ignore[arg-type]
    prefix = where and f"{where}."
    for name in data:
        if name not in members:
            raise InvalidParams(
                f"'{prefix}{name}' is not known here. Known are: {', '.join(members)}."
            )
    return {
        name: _known(value, members[name], f"{prefix}{name}")
        for name, value in data.items()
        if value is not None
    }


def _sentence(error: msgspec.ValidationError, data: Any) -> str:
    """What is wrong, with the name of the member."""
    parts = _PLACE.match(str(error))
    what, where = (parts["what"], parts["where"] or "") if parts else (str(error), "")
    prefix = where and f"{where}."
    if isinstance(error.__cause__, RecordError):
        return f"'{prefix}{what[1:]}" if what.startswith("'") else what
    missing, expected = _MISSING.match(what), _EXPECTED.match(what)
    if missing:
        return f"'{prefix}{missing['name']}' is missing."
    shown = repr(_value_at(data, where))
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    if not expected:  # a word that is none of its enumeration's
        return f"'{where}' cannot be {shown}."
    wanted = _TYPES.get(expected["type"], expected["type"]) + (expected["length"] or "")
    return f"'{where or 'params'}' must be {wanted}, not {shown}."


def _value_at(data: Any, where: str) -> Any:
    for step in re.findall(r"\w+|\[\d+\]", where):
        data = data[int(step[1:-1])] if step.startswith("[") else data[step]
    return data
