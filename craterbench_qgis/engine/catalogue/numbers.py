"""Text as numbers: the decimal mark, groups of thousands, letters of the compass, degrees.

The mark is decided for each column that matters and then used for every cell of it, so that one odd
cell costs one row. What could be read in two ways is asked, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CatalogueError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_PLAIN_COMMA = r"^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?$"
_POINT = r"^[+-]?(\d+\.\d*|\.\d+)([eE][+-]?\d+)?$"
_COMMA = r"^[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?$"
# Three digits behind the only mark: 1.250 is 1.25 or 1250.
_POINT_OR_GROUP = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"
_COMMA_OR_GROUP = r"^[+-]?[1-9]\d{0,2},\d{3}$"
_GROUPED_POINT = r"^[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$"
_GROUPED_COMMA = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$"
_SPACED = r"^[+-]?[1-9]\d{0,2}([ '’\x{a0}\x{202f}]\d{3})+([.,]\d+)?$"
_WHOLE = r"^[+-]?\d+$"
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

    text = _trimmed(column)
    return Tally(
        comma=_count(pc.match_substring_regex(text, r"\d,\d|^[+-]?,\d")),
        point=_count(pc.match_substring_regex(text, r"\d\.\d|^[+-]?\.\d")),
    )


def size_tally(column: Any, sample: list[str] | None = None) -> Tally:
    """Of diameters. ``sample``: their text as written, where they were read as numbers already."""
    import pyarrow as pa

    if not is_text(column):
        if not sample or not any("." in cell for cell in sample) or _fine(column):
            return Tally(whole=len(column))
        column = pa.array(sample, pa.string())
    import pyarrow.compute as pc

    text = _trimmed(column)

    def count(pattern: str) -> int:
        return _count(pc.match_substring_regex(text, pattern))

    perhaps_comma, perhaps_point = count(_COMMA_OR_GROUP), count(_POINT_OR_GROUP)
    # A group with two marks, or two groups, has its decimals marked by the other sign.
    groups_point = count(_GROUPED_POINT) - perhaps_point
    groups_comma = count(_GROUPED_COMMA) - perhaps_comma
    return Tally(
        comma=count(_COMMA) - perhaps_comma + groups_point,
        point=count(_POINT) - perhaps_point + groups_comma,
        perhaps_comma=perhaps_comma,
        perhaps_point=perhaps_point,
        whole=count(_WHOLE),
    )


def angle_mark(tally: Tally) -> str:
    """The decimal mark of a column of longitudes or latitudes."""
    return "," if tally.comma > tally.point else "."


def size_mark(tally: Tally, angles: tuple[Tally, Tally], name: str) -> str:
    """The decimal mark of the diameters in the column ``name``, given how positions are written.

    Raises CatalogueError where a value like 1.250 or 1,250 could be either.
    """
    commas, points = (any(getattr(angle, mark) for angle in angles) for mark in ("comma", "point"))
    if tally.comma and tally.point:
        fewer, more = sorted((tally.comma, tally.point))
        if fewer * 4 > more:
            raise CatalogueError(
                f"The column '{name}' has decimal commas ({tally.comma:,} values) and decimal "
                f"points ({tally.point:,}). Write all of them the same way."
            )
    if tally.comma or tally.point:
        return "," if tally.comma > tally.point else "."
    if tally.perhaps_comma and tally.perhaps_point:
        raise _asked(name, "1.250 and 1,250")
    if tally.perhaps_point:
        if commas or (tally.whole and not points):
            raise _asked(name, "1.250")
        return "."
    if tally.perhaps_comma:
        if not (commas or points):
            raise _asked(name, "1,250")
        return "," if commas else "."
    return "."


def read_angles(column: Any, mark: str, letters: str) -> Numbers:
    """A column of longitudes (``letters`` "EW") or latitudes ("NS") as degrees."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not is_text(column):
        return _of_numbers(column)
    text = _trimmed(column)
    empty = _mask(pc.fill_null(pc.equal(text, ""), True))
    plain = pc.fill_null(pc.match_substring_regex(text, _pattern(mark)), False)
    values = _cast(text, plain, mark)
    odd = np.flatnonzero(~_mask(plain) & ~empty)
    if not odd.size:
        return Numbers(values, empty)
    coded = pa.array(text.take(pa.array(odd))).dictionary_encode()
    known = [_angle(cell, mark, letters) for cell in coded.dictionary.to_pylist()]
    codes = coded.indices.to_numpy(zero_copy_only=False)
    values[odd] = np.array([value for value, _ in known])[codes]
    lettered = np.zeros(len(values), dtype=bool)
    lettered[odd] = np.array([letter for _, letter in known])[codes]
    return Numbers(values, empty, lettered if lettered.any() else None)


def read_sizes(column: Any, mark: str) -> Numbers:
    """A column of diameters; groups of thousands are understood."""
    import pyarrow.compute as pc

    if not is_text(column):
        return _of_numbers(column)
    text = _trimmed(column)
    empty = _mask(pc.fill_null(pc.equal(text, ""), True))
    spaced = pc.match_substring_regex(text, _SPACED)
    text = pc.if_else(spaced, pc.replace_substring_regex(text, r"[ '’\x{a0}\x{202f}]", ""), text)
    group, pattern = (".", _GROUPED_POINT) if mark == "," else (",", _GROUPED_COMMA)
    grouped = pc.match_substring_regex(text, pattern)
    text = pc.if_else(grouped, pc.replace_substring(text, group, ""), text)
    plain = pc.fill_null(pc.match_substring_regex(text, _pattern(mark)), False)
    return Numbers(_cast(text, plain, mark), empty)


def with_decimal_commas(table: Any, skip: frozenset[str]) -> Any:
    """The table with its text columns of decimal commas alone as numbers, but for ``skip``."""
    import pyarrow.compute as pc

    for position, name in enumerate(table.column_names):
        column = table.column(position)
        if name in skip or not is_text(column):
            continue
        text = _trimmed(column)
        filled = pc.fill_null(pc.not_equal(text, ""), False)
        good = pc.fill_null(pc.match_substring_regex(text, _PLAIN_COMMA), False)
        commas = _count(pc.match_substring_regex(text, _COMMA))
        if commas and _count(good) == _count(filled):
            values = pc.if_else(good, pc.replace_substring(text, ",", "."), None).cast("float64")
            table = table.set_column(position, name, values)
    return table


def _asked(name: str, example: str) -> CatalogueError:
    return CatalogueError(
        f"The column '{name}' has values like {example}, which may be thousands or decimals. "
        "Write them without groups of thousands and with one decimal mark throughout."
    )


def _pattern(mark: str) -> str:
    return _PLAIN if mark == "." else _PLAIN_COMMA


def _trimmed(column: Any) -> Any:
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


def _cast(text: Any, good: Any, mark: str) -> FloatArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    kept = pc.if_else(good, text, pa.scalar(None, pa.string()))
    if mark == ",":
        kept = pc.replace_substring(kept, ",", ".")
    values = pc.fill_null(kept.cast(pa.float64()), float("nan"))
    return np.array(values.to_numpy(zero_copy_only=False), dtype=np.float64)


def _of_numbers(column: Any) -> Numbers:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    empty = column.is_null()
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    else:
        column = pa.nulls(len(column), pa.float64())
    values = pc.fill_null(column, float("nan")).to_numpy()
    return Numbers(np.array(values, np.float64), _mask(empty))


def _mask(array: Any) -> BoolArray:
    return np.asarray(array.to_numpy(zero_copy_only=False)).astype(bool)


def _count(mask: Any) -> int:
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


def _fine(column: Any) -> bool:
    """Whether any value has other than three decimals: no group of thousands reads so."""
    values = column.to_numpy()
    thousandths = values[np.isfinite(values)] * 1000.0
    return bool((np.abs(thousandths - np.round(thousandths)) > 1e-6).any())


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
