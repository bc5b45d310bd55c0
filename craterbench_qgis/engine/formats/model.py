"""The one table of matches that every format is written from."""

from __future__ import annotations

import datetime
import decimal
import json
import math
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

import pyarrow as pa

from ...contract.search import DecidedMatch, Match

CORE_FIELDS: tuple[tuple[str, pa.DataType], ...] = (
    ("rank", pa.int32()),
    ("crater_id", pa.string()),
    ("lon", pa.float64()),
    ("lat", pa.float64()),
    ("diameter_m", pa.float64()),
    ("score", pa.float64()),
    ("shortlist_score", pa.float64()),
    ("view", pa.string()),
    ("distance_m", pa.float64()),
    ("bearing_deg", pa.float64()),
    ("expected_by_chance", pa.float64()),
)
"""The fields of every export, in order. Degrees are planetocentric, longitudes positive east."""

TURN_FIELDS: tuple[tuple[str, pa.DataType], ...] = (
    ("turn_deg", pa.float64()),
    ("mirrored", pa.bool_()),
)
"""The next ones, of matches whose query was turned."""

DECISION_FIELDS: tuple[tuple[str, pa.DataType], ...] = (
    ("decision", pa.string()),
    ("comment", pa.string()),
)
"""The next ones, of matches that somebody decided about."""

CRATER_FIELDS: tuple[tuple[str, pa.DataType], ...] = (
    ("crater_id", pa.string()),
    ("lon", pa.float64()),
    ("lat", pa.float64()),
    ("diameter_m", pa.float64()),
)
"""The fields of craters that were chosen, and not found by a search."""

GEOMETRY = "geometry"
# Names that drivers keep for themselves, so that a catalogue's column cannot have them.
_RESERVED = ("fid", "ogc_fid", "geom", GEOMETRY, "wkb_geometry")


def view_text(match: Match) -> str:
    """``2x``: the context of the match's best view; "" where it is not known."""
    return "" if match.context is None else f"{match.context:g}x"


def match_table(matches: Sequence[Match]) -> pa.Table:
    """All matches as an Arrow table: the core fields, then every attribute of the catalogue.

    An attribute whose name is taken (compared without case, as SQLite and DBF do) gets ``_cat``,
    ``_cat2``, ... behind it. Column types follow the values: whole numbers int64, numbers float64,
    true/false, date, timestamp, text; a column of several kinds, and lists or dictionaries (as
    JSON), become text. Numbers that are not finite become null: few formats can hold them.
    """
    decided = any(isinstance(match, DecidedMatch) for match in matches)
    was_turned = any(match.turn_deg is not None for match in matches)
    fields = (
        *CORE_FIELDS,
        *(TURN_FIELDS if was_turned else ()),
        *(DECISION_FIELDS if decided else ()),
    )
    columns = [
        pa.array([_core(_member(match, name)) for match in matches], kind) for name, kind in fields
    ]
    return _with_attributes(fields, columns, [match.attributes for match in matches])


def crater_table(records: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The same of craters of an index (``CraterIndex.crater_records``), with their own fields."""
    columns = [
        pa.array([_core(row[name]) for row in records], kind) for name, kind in CRATER_FIELDS
    ]
    return _with_attributes(CRATER_FIELDS, columns, [row["attributes"] for row in records])


def _with_attributes(
    fields: Sequence[tuple[str, pa.DataType]],
    columns: list[pa.Array],
    attributes: Sequence[Mapping[str, Any]],
) -> pa.Table:
    names = [name for name, _ in fields]
    given = dict.fromkeys(key for own in attributes for key in own)
    for key, name in zip(given, attribute_names(list(given), names), strict=True):
        names.append(name)
        columns.append(_column([own.get(key) for own in attributes]))
    return pa.table(columns, names=names)


def attribute_names(given: Sequence[str], fields: Sequence[str]) -> list[str]:
    """The field name of each catalogue column: its own, unless empty or one of ``fields``."""
    taken = {*fields, *_RESERVED}
    names = []
    for key in given:
        plain = str(key).replace("\0", "").strip() or "column"
        name, number = plain, 1
        while name.casefold() in taken:
            name = f"{plain}_cat{number if number > 1 else ''}"
            number += 1
        taken.add(name.casefold())
        names.append(name)
    return names


def _member(match: Match, name: str) -> Any:
    if name == "view":
        return view_text(match)
    value = getattr(match, name, None)
    return value.value if isinstance(value, Enum) else value


def _core(value: Any) -> Any:
    """A core value as a plain Python one; numpy's scalars and non-finite numbers are met here."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.replace("\0", "") if isinstance(value, str) else value


def _column(values: Sequence[Any]) -> pa.Array:
    plain = [_plain(value) for value in values]
    kinds = {type(value) for value in plain if value is not None}
    if not kinds:
        return pa.array(plain, pa.string())
    if kinds == {int, float}:
        plain, kinds = [None if v is None else float(v) for v in plain], {float}
    if len(kinds) == 1 and kinds <= {bool, int, float, str, datetime.date, datetime.datetime}:
        try:
            return pa.array(plain)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            pass  # whole numbers beyond 64 bits, timestamps with and without zones: as text
    return pa.array([None if v is None else _text(v) for v in plain], pa.string())


def _plain(value: Any) -> Any:
    """One of None, bool, int, float (finite), str, date, datetime; everything else as text."""
    value = _core(value)
    if value is None or isinstance(value, (bool, int, float, str, datetime.date)):
        return value
    if isinstance(value, decimal.Decimal):
        return _core(float(value))
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    return str(value)


def _text(value: Any) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)
