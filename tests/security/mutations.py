"""Ways to spoil a file: bytes changed at random, JSON changed in one place; for hypothesis."""

from __future__ import annotations

import copy
import os
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

SECONDS = float(os.environ.get("CRATERBENCH_FUZZ_SECONDS", "0"))
EXAMPLES = 60 if SECONDS else 12

_NUMBERS = (0, 1, 2, 7, 127, 128, 255, 256, 32767, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1)


@dataclass(frozen=True)
class Edit:
    """One change of bytes: ``where`` 0..1 of the file's length."""

    kind: str
    where: float
    data: bytes

    def apply(self, content: bytes) -> bytes:
        at = int(self.where * len(content))
        if self.kind == "overwrite":
            return content[:at] + self.data + content[at + len(self.data) :]
        if self.kind == "insert":
            return content[:at] + self.data + content[at:]
        if self.kind == "delete":
            return content[:at] + content[at + len(self.data) :]
        if self.kind == "cut":
            return content[:at]
        return content[:at] + content[at : at + 64] * 3 + content[at + 64 :]


_VALUES = st.one_of(
    st.binary(min_size=1, max_size=16),
    st.sampled_from(
        [struct.pack(order + size, number)
         for number in _NUMBERS for order, size in (("<", "Q"), (">", "Q"))]
        + [struct.pack("<d", number) for number in (float("nan"), float("inf"), -1e300)]
    ),
    st.sampled_from([b"<", b"]]>", b'"', b"\0", b"\xff\xfe", b"{", b"[" * 200, b"-1", b"1e400"]),
)  # fmt: skip
_EDIT = st.builds(
    Edit,
    st.sampled_from(["overwrite"] * 5 + ["insert", "delete", "cut", "repeat"]),
    # Heads matter more than what they head.
    st.one_of(st.floats(0, 1), st.floats(0, 0.05), st.floats(0.95, 1)),
    _VALUES,
)
edits = st.lists(_EDIT, min_size=1, max_size=6)


def spoiled(content: bytes, changes: list[Edit]) -> bytes:
    for change in changes:
        content = change.apply(content)
    return content


_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([*_NUMBERS, -1, 0.5, -1e300, 1e300, 2**70, "", "x", "\0", "../..", "/etc"]),
    st.text(max_size=20),
    st.just("x" * 20_000),
    st.builds(list),
    st.builds(dict),
    st.just([[[[[[]]]]]]),
    st.lists(st.integers(-3, 3), max_size=3),
)


@st.composite
def json_changes(draw: st.DrawFn) -> list[tuple[list[int], str, Any]]:
    """Where (a path of numbers, taken modulo what is there), how, and the new value."""
    change = st.tuples(
        st.lists(st.integers(0, 60), min_size=1, max_size=5),
        st.sampled_from(["set", "set", "set", "drop", "add"]),
        _ODD,
    )
    return draw(st.lists(change, min_size=1, max_size=3))


def changed(content: Any, changes: list[tuple[list[int], str, Any]]) -> Any:
    """A copy of plain JSON with the changes made."""
    content = copy.deepcopy(content)
    for path, how, value in changes:
        place, key = content, None
        for number in path:
            inner = place if key is None else place[key]
            if not isinstance(inner, (dict, list)) or not inner:
                break
            place = inner
            keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
            key = keys[number % len(keys)]
        if key is None:
            continue
        if how == "set":
            place[key] = copy.deepcopy(value)
        elif how == "drop":
            del place[key]
        elif isinstance(place, dict):
            place["more"] = copy.deepcopy(value)
        else:
            place.append(copy.deepcopy(value))
    return content


def explore(strategy: Any, attempt: Callable[[Any], None], share: float = 1.0) -> None:
    """Many examples of a strategy; for as long as this kind's share of the time lasts."""
    until, number = time.monotonic() + SECONDS * share, 0
    while number == 0 or time.monotonic() < until:

        @seed(20260711 + number)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def run(example: Any) -> None:
            attempt(example)

        run()
        number += 1
