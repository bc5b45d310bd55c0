"""Text as numbers: the decimal mark, letters of the compass, degrees. Diameters: :mod:`.sizes`.

The mark is decided for each column that matters and then used for every cell of it, so that one odd
cell costs one row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
PLAIN_COMMA = r"^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?$"
COMMA = r"^[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?$"
_ANGLE = re.compile(
    r"(?P<pre>[NSEW])?\s*(?P<sign>[+-])?\s*(?P<d>\d+(?:[.,]\d*)?|[.,]\d+)\s*"
    r"(?:(?P<mark>[°ºd:]|deg\.?)\s*"
    r"(?:(?P<m>\d+(?:[.,]\d*)?)\s*(?:['′’m:]|min)?\s*"
    r"(?:(?P<s>\d+(?:[.,]\d*)?)\s*(?:[\"″”s]|''|′′|sec)?)?)?)?"
    r"\s*(?P<post>[NSEW])?",
    re.IGNORECASE,
)


@dataclass
class Numbers:
    """A column as float64 (NaN where it is no number) with the mask of its empty values.

    ``lettered``: where a letter of the compass says the direction, whatever the column's is (the
    values there are positive east and north); None where nowhere.
    """

    values: FloatArray
    empty: BoolArray
    lettered: BoolArray | None = None


@dataclass(frozen=True)
class Tally:
    """How the numbers of a column are written: how many have a decimal comma or point for certain,
    how many could have either that or a group of thousands, how many are whole."""

    comma: int = 0
    point: int = 0
    perhaps_comma: int = 0
    perhaps_point: int = 0
    whole: int = 0


def is_text(column: Any) -> bool:
    """Whether a pyarrow column holds strings."""
    import pyarrow as pa

    kind = column.type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def angle_tally(column: Any, count: bool = True) -> Tally:
    """Of longitudes or latitudes, where no thousands can be; numbers only where ``count``."""
    if not is_text(column):
        return _tally_of_numbers(column) if count else Tally()
    import pyarrow.compute as pc

    text = trimmed(column)
    return Tally(
        comma=count_true(pc.match_substring_regex(text, r"\d,\d|^[+-]?,\d")),
        point=count_true(pc.match_substring_regex(text, r"\d\.\d|^[+-]?\.\d")),
    )


def angle_mark(tally: Tally) -> str:
    """The decimal mark of a column of longitudes or latitudes."""
    return "," if tally.comma > tally.point else "."


def read_angles(column: Any, mark: str, letters: str) -> Numbers:
    """A column of longitudes (``letters`` "EW") or latitudes ("NS") as degrees."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not is_text(column):
        return of_numbers(column)
    text = trimmed(column)
    empty = as_mask(pc.fill_null(pc.equal(text, ""), True))
    plain = pc.fill_null(pc.match_substring_regex(text, number_pattern(mark)), False)
    values = cast_numbers(text, plain, mark)
    odd = np.flatnonzero(~as_mask(plain) & ~empty)
    if not odd.size:
        return Numbers(values, empty)
    coded = pa.array(text.take(pa.array(odd))).dictionary_encode()
    known = [_angle(cell, mark, letters) for cell in coded.dictionary.to_pylist()]
    codes = coded.indices.to_numpy(zero_copy_only=False)
    values[odd] = np.array([value for value, _ in known])[codes]
    lettered = np.zeros(len(values), dtype=bool)
    lettered[odd] = np.array([letter for _, letter in known])[codes]
    return Numbers(values, empty, lettered if lettered.any() else None)


def with_decimal_commas(table: Any, skip: frozenset[str]) -> Any:
    """The table with its text columns of decimal commas alone as numbers, but for ``skip``."""
    import pyarrow.compute as pc

    for position, name in enumerate(table.column_names):
        column = table.column(position)
        if name in skip or not is_text(column):
            continue
        text = trimmed(column)
        filled = pc.fill_null(pc.not_equal(text, ""), False)
        good = pc.fill_null(pc.match_substring_regex(text, PLAIN_COMMA), False)
        commas = count_true(pc.match_substring_regex(text, COMMA))
        if commas and count_true(good) == count_true(filled):
            values = pc.if_else(good, pc.replace_substring(text, ",", "."), None).cast("float64")
            table = table.set_column(position, name, values)
    return table


def number_pattern(mark: str) -> str:
    return PLAIN if mark == "." else PLAIN_COMMA


def trimmed(column: Any) -> Any:
    """One string array without blanks around and with an ordinary minus."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = column
    if isinstance(column, pa.ChunkedArray):
        array = column.combine_chunks()
        if isinstance(array, pa.ChunkedArray):
            array = pa.concat_arrays(array.chunks)
    text = pc.utf8_trim_whitespace(array.cast(pa.string()))
    for sign in ("−", "–"):
        text = pc.replace_substring(text, sign, "-")
    return text


def cast_numbers(text: Any, good: Any, mark: str) -> FloatArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    kept = pc.if_else(good, text, pa.scalar(None, pa.string()))
    if mark == ",":
        kept = pc.replace_substring(kept, ",", ".")
    values = pc.fill_null(kept.cast(pa.float64()), float("nan"))
    return np.array(values.to_numpy(zero_copy_only=False), dtype=np.float64)


def of_numbers(column: Any) -> Numbers:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    empty = column.is_null()
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    else:
        column = pa.nulls(len(column), pa.float64())
    values = pc.fill_null(column, float("nan")).to_numpy()
    return Numbers(np.array(values, np.float64), as_mask(empty))


def as_mask(array: Any) -> BoolArray:
    return np.asarray(array.to_numpy(zero_copy_only=False)).astype(bool)


def count_true(mask: Any) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(pc.fill_null(mask, False)).as_py() or 0)


def _tally_of_numbers(column: Any) -> Tally:
    import pyarrow as pa

    if not pa.types.is_floating(column.type):
        return Tally(whole=len(column))
    values = column.to_numpy()
    values = values[np.isfinite(values)]
    broken = int((values != np.floor(values)).sum())
    return Tally(point=broken, whole=len(values) - broken)


def _angle(text: str, mark: str, letters: str) -> tuple[float, bool]:
    """Degrees and whether a letter says their direction; NaN for what is no angle."""
    nothing = float("nan"), False
    parsed = _ANGLE.fullmatch(text)
    if parsed is None or (parsed["pre"] and parsed["post"]):
        return nothing
    letter = (parsed["pre"] or parsed["post"] or "").upper()
    if letter and (letter not in letters or parsed["sign"]):
        return nothing
    parts = [parsed[name] for name in "dms"]
    if any(part and ("." if mark == "," else ",") in part for part in parts):
        return nothing
    # Hours of right ascension are written with colons too.
    if parts[1] is not None and parsed["mark"] == ":" and not letter:
        return nothing
    degrees, minutes, seconds = (float((part or "0").replace(",", ".")) for part in parts)
    if minutes >= 60 or seconds >= 60 or (parts[1] is not None and degrees != int(degrees)):
        return nothing
    value = degrees + minutes / 60 + seconds / 3600
    negative = parsed["sign"] == "-" or letter in ("W", "S")
    return (-value if negative else value), bool(letter)
