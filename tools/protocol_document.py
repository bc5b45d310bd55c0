#!/usr/bin/env python3
"""Writes the tables of docs/reference/protocol.md from the contract; ``--check`` only says whether
they are current."""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
import types
import typing
from dataclasses import MISSING, Field, fields
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from craterbench_qgis.contract import wire  # noqa: E402
from craterbench_qgis.contract.methods import METHODS  # noqa: E402
from craterbench_qgis.contract.records import Record, hints, plain  # noqa: E402

DOCUMENT = ROOT / "docs" / "reference" / "protocol.md"
START, END = "<!-- made by tools/protocol_document.py -->", "<!-- end -->"
_NAMES = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Any: "anything",
    type(None): "null",
}


def tables() -> str:
    """The methods, then every record they name, as Markdown."""
    lines = ["### Methods", "", "| method | params | result | lane |", "|---|---|---|---|"]
    for method in METHODS.values():
        lane = f"{method.lane}, may take minutes" if method.slow else str(method.lane)
        if method.name == wire.HELLO:
            lane = "none: the reader"
        lines.append(
            f"| `{method.name}` | {_link(method.params)} | {_link(method.result)} | {lane} |"
        )
    for name in (wire.PING, wire.SHUTDOWN):
        lines.append(f"| `{name}` | | `{{}}` | none: the reader |")
    lines += ["", "### Records"]
    for record in records():
        lines += ["", f"#### {record.__name__}", "", _words(record)]
        if fields(record):
            lines += ["", "| member | type | default |", "|---|---|---|"]
            lines += [
                f"| `{spec.name}` | {_type(hints(record)[spec.name])} | {_default(spec)} |"
                for spec in fields(record)
            ]
    return "\n".join(lines)


def records() -> list[Any]:
    """The records of all methods and those within them, in the order they are first named."""
    waiting = [kind for method in METHODS.values() for kind in (method.params, method.result)]
    known: dict[Any, None] = {}
    while waiting:
        record: Any = waiting.pop(0)
        if record not in known:
            known[record] = None
            inner = [part for kind in hints(record).values() for part in _records_in(kind)]
            waiting = [*inner, *waiting]
    return list(known)


def _records_in(kind: Any) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, Record):
        return [kind]
    return [record for part in typing.get_args(kind) for record in _records_in(part)]


def _link(record: Any) -> str:
    return f"[{record.__name__}](#{record.__name__.lower()})"


def _words(record: Any) -> str:
    """The docstring as one paragraph."""
    text = " ".join((inspect.getdoc(record) or "").split())
    text = re.sub(r":class:`~?\.?([\w.]+)`", r"`\1`", text)
    return text.replace("``", "`")


def _type(kind: Any) -> str:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        base, rule = arguments[0], arguments[1]
        if typing.get_origin(base) in (list, tuple):
            return f"{_type(base)}, {rule.words.removeprefix('a list of ')} of them"
        words = str(rule.words).removeprefix("a ").removeprefix("the ")
        return words.replace("number", "whole number") if base is int else words
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type(part) for part in arguments)
    if origin in (list, tuple):
        inner = "any" if arguments[0] is Any else _type(arguments[0])
        return f"list of: {inner}"
    if origin is dict:
        return "object" if arguments[1] is Any else f"object of: {_type(arguments[1])}"
    if isinstance(kind, type) and issubclass(kind, Record):
        return _link(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{word}`" if word.value else '`""`' for word in kind)
    return _NAMES[kind]


def _default(spec: Field[Any]) -> str:
    if spec.default is not MISSING:
        return f"`{json.dumps(plain(spec.default))}`"
    if spec.default_factory is MISSING:
        return "required"
    value = plain(spec.default_factory())
    return "its defaults" if isinstance(value, dict) and value else f"`{json.dumps(value)}`"


def main() -> int:
    """Write the tables, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    current = f"{before}{START}\n\n{tables()}\n\n{END}{after}"
    if arguments.check:
        return 0 if current == text else 1
    DOCUMENT.write_text(current, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
