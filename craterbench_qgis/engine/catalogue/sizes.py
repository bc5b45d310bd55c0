"""Diameters as text or numbers: units in cells, groups of thousands, columns that disagree.

What could be read in two ways is asked, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...contract.columns import METRES_ABOVE
from ..bodies import Body
from ..errors import CatalogueError
from ..words import Advice
from .columns import UNITS_M, ColumnChoice, SizeTwin, unit_asked
from .evidence import BoolArray, Faults, FloatArray
from .numbers import (
    COMMA,
    Numbers,
    Tally,
    as_mask,
    cast_numbers,
    count_true,
    is_text,
    number_pattern,
    of_numbers,
    trimmed,
)

_POINT = r"^[+-]?(\d+\.\d*|\.\d+)([eE][+-]?\d+)?$"
# Three digits behind the only mark: 1.250 is 1.25 or 1250.
_POINT_OR_GROUP = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"
_COMMA_OR_GROUP = r"^[+-]?[1-9]\d{0,2},\d{3}$"
_GROUPED_POINT = r"^[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$"
_GROUPED_COMMA = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$"
# Blanks, apostrophes, and the no-break, figure, thin and narrow no-break spaces of typesetters.
_GAP = r"[ '’\x{a0}\x{2007}\x{2009}\x{202f}]"
_SPACED = rf"^[+-]?[1-9]\d{{0,2}}({_GAP}\d{{3}})+([.,]\d+)?$"
_WHOLE = r"^[+-]?\d+$"
_UNIT_BEHIND = (
    rf"(?i)^(?P<number>.*\d[.,]?){_GAP}*(?P<unit>km|kms|kilomet(?:er|re)s?|m|met(?:er|re)s?)\.?$"
)
# Two columns of one diameter may differ by so much, beside the rounding of both.
_SAME = 0.01
_MOST_DIGITS = 6
_LOOKED_AT = 100_000


@dataclass
class SizeCells:
    """A column of diameters without what stands around its numbers.

    ``column``: pyarrow numbers, or text; ``own_m``: metres of the unit that a cell names itself,
    NaN where it names none; None where no cell does.
    """

    column: Any
    own_m: FloatArray | None = None


def size_cells(column: Any) -> SizeCells:
    """The cells with their units and groups of thousands (``1 250 m``) taken off."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not is_text(column):
        return SizeCells(column)
    text, own = trimmed(column), None
    if count_true(pc.match_substring_regex(text, _UNIT_BEHIND)):
        parts = pc.extract_regex(text, _UNIT_BEHIND)
        unit = pc.utf8_lower(pc.struct_field(parts, "unit"))
        metres = pc.if_else(pc.starts_with(unit, "k"), UNITS_M["km"], UNITS_M["m"])
        own = np.array(pc.fill_null(metres, float("nan")).to_numpy(zero_copy_only=False))
        named = pc.utf8_trim_whitespace(pc.struct_field(parts, "number"))
        text = pc.if_else(pc.is_valid(named), named, text)
    spaced = pc.match_substring_regex(text, _SPACED)
    if count_true(spaced):
        text = pc.if_else(spaced, pc.replace_substring_regex(text, _GAP, ""), text)
    return SizeCells(text if isinstance(text, pa.Array) else pa.array(text), own)


def size_tally(column: Any, sample: list[str] | None = None) -> Tally:
    """Of diameters. ``sample``: their text as written, where they were read as numbers already."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not is_text(column):
        if not sample or not any("." in one for one in sample) or _fine(column):
            return Tally(whole=len(column))
        column = pa.array(sample, pa.string())
    text = trimmed(column)

    def count(pattern: str) -> int:
        return count_true(pc.match_substring_regex(text, pattern))

    perhaps_comma, perhaps_point = count(_COMMA_OR_GROUP), count(_POINT_OR_GROUP)
    # A group with two marks, or two groups, has its decimals marked by the other sign.
    groups_point = count(_GROUPED_POINT) - perhaps_point
    groups_comma = count(_GROUPED_COMMA) - perhaps_comma
    return Tally(
        comma=count(COMMA) - perhaps_comma + groups_point,
        point=count(_POINT) - perhaps_point + groups_comma,
        perhaps_comma=perhaps_comma,
        perhaps_point=perhaps_point,
        whole=count(_WHOLE),
    )


def size_mark(tally: Tally, angles: tuple[Tally, Tally], name: str) -> str:
    """The decimal mark of the diameters in the column ``name``, given how positions are written.

    Raises CatalogueError where a value like 1.250 or 1,250 could be either.
    """
    commas, points = (any(getattr(one, mark) for one in angles) for mark in ("comma", "point"))
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


def read_sizes(column: Any, mark: str) -> Numbers:
    """A column of diameters (of :class:`SizeCells`) as numbers; groups of thousands are read."""
    import pyarrow.compute as pc

    if not is_text(column):
        return of_numbers(column)
    text = trimmed(column)
    empty = as_mask(pc.fill_null(pc.equal(text, ""), True))
    group, pattern = (".", _GROUPED_POINT) if mark == "," else (",", _GROUPED_COMMA)
    grouped = pc.match_substring_regex(text, pattern)
    text = pc.if_else(grouped, pc.replace_substring(text, group, ""), text)
    plain = pc.fill_null(pc.match_substring_regex(text, number_pattern(mark)), False)
    return Numbers(cast_numbers(text, plain, mark), empty)


def to_metres(
    choice: ColumnChoice, size: Numbers, own_m: FloatArray | None, faults: Faults
) -> ColumnChoice:
    """Turn the diameters into metres in place; the choice with its unit decided.

    By the cell where it names a unit, else by the column's (:attr:`ColumnChoice.diameter_unit`),
    else metres if any value exceeds 10,000, for no crater is that many kilometres wide. Raises
    CatalogueError where nothing tells.
    """
    stated = choice.diameter_unit
    choice = _decided(choice, size, own_m)
    column_m = UNITS_M.get(choice.diameter_unit, 1.0)
    factor: Any = column_m
    if own_m is not None:
        named = np.isfinite(own_m)
        factor = np.where(named, own_m, column_m)
        if stated:
            other = named & (own_m != column_m)
            faults.append((other, f"the unit of its diameter is not {stated}"))
        else:
            bare = ~named & np.isfinite(size.values)
            faults.append((bare, "diameter has no unit, where others have one"))
    size.values *= factor * (2.0 if choice.is_radius else 1.0)
    return choice


def _decided(choice: ColumnChoice, size: Numbers, own_m: FloatArray | None) -> ColumnChoice:
    if choice.diameter_unit or not len(size.values):
        return choice
    finite = np.isfinite(size.values)
    if own_m is not None and (named := np.isfinite(own_m) & finite).any():
        kilometres = float((own_m[named] == UNITS_M["km"]).mean())
        unit = "km" if kilometres >= 0.5 else "m"
        mixed = "" if kilometres in (0.0, 1.0) else ", others in " + ("m" if unit == "km" else "km")
        return replace(choice, diameter_unit=unit, unit_source=f"as the cells say{mixed}")
    largest = float(size.values[finite].max()) if finite.any() else 0.0
    if largest > METRES_ABOVE:
        source = f"the largest value, {largest:g}, cannot be kilometres"
        return replace(choice, diameter_unit="m", unit_source=source)
    raise unit_asked(choice.diameter, largest)


def twins_disagree(
    table: Any, choice: ColumnChoice, size_m: FloatArray, raw: FloatArray, mark: str
) -> Faults:
    """Rows in which other columns of the same diameter say another one.

    ``size_m``: diameters in metres, ``raw``: as they are written. Where most rows do, one of the
    columns is not what it says, and nothing tells which: CatalogueError.
    """
    faults: Faults = []
    for twin in choice.size_twins:
        cells = size_cells(table.column(twin.name))
        if cells.own_m is not None:
            continue
        other = read_sizes(cells.column, mark).values
        scale = UNITS_M[twin.unit] * (2.0 if twin.is_radius else 1.0)
        other_m = other * scale
        with np.errstate(invalid="ignore"):
            allowed = _SAME * np.maximum(size_m, other_m) + _grain(other) * scale
            allowed = allowed + _grain(raw) * _scale_of(size_m, raw)
            apart = np.abs(size_m - other_m) > allowed
        both = np.isfinite(size_m) & np.isfinite(other_m) & (size_m > 0) & (other_m > 0)
        apart &= both
        if not apart.any():
            continue
        if apart.sum() * 2 > both.sum():
            raise _twins_refused(choice, twin, size_m, other_m, apart)
        faults.append((apart, f"'{choice.diameter}' and '{twin.name}' disagree"))
    return faults


def _twins_refused(
    choice: ColumnChoice, twin: SizeTwin, size_m: FloatArray, other_m: FloatArray, apart: BoolArray
) -> CatalogueError:
    row = int(np.flatnonzero(apart)[0])
    say = Advice(
        f"Pass --diameter '{choice.diameter}' or --diameter '{twin.name}'.",
        "Choose the right one of them for the diameter.",
    )
    return CatalogueError(
        f"The columns '{choice.diameter}' and '{twin.name}' contradict each other in "
        f"{int(apart.sum()):,} rows (the first time by diameters of {size_m[row] / 1e3:,.6g} and "
        f"{other_m[row] / 1e3:,.6g} km). {say}"
    )


def too_large(size_m: FloatArray, body: Body | None) -> Faults:
    """Rows whose crater is wider than half the way round its body."""
    most = np.pi * body.a if body is not None else METRES_ABOVE * UNITS_M["km"]
    with np.errstate(invalid="ignore"):
        beyond = size_m > most
    return [(beyond, "diameter is larger than the body")] if beyond.any() else []


def _grain(values: FloatArray) -> float:
    """The unit of the last decimal that the values are written with."""
    some = values[np.isfinite(values)][:_LOOKED_AT]
    for digits in range(_MOST_DIGITS):
        scaled = some * 10.0**digits
        if np.all(np.abs(scaled - np.round(scaled)) <= 1e-9 * np.maximum(np.abs(scaled), 1e3)):
            return float(10.0**-digits)
    return 0.0


def _scale_of(size_m: FloatArray, raw: FloatArray) -> Any:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(raw > 0, size_m / raw, 0.0)


def _fine(column: Any) -> bool:
    """Whether any value has other than three decimals: no group of thousands reads so."""
    values = column.to_numpy()
    thousandths = values[np.isfinite(values)] * 1000.0
    return bool((np.abs(thousandths - np.round(thousandths)) > 1e-6).any())


def _asked(name: str, example: str) -> CatalogueError:
    return CatalogueError(
        f"The column '{name}' has values like {example}, which may be thousands or decimals. "
        "Write them without groups of thousands and with one decimal mark throughout."
    )
