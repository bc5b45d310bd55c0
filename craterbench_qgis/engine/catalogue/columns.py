"""Which column of a crater table is what, and in which unit: options, names, values.

The names themselves are judged in ``craterbench_qgis.contract.columns``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...contract.columns import (
    ID,
    LAT,
    LON,
    METRES_ABOVE,
    NAME,
    Layout,
    is_radius,
    layout_of,
    parse_name,
    pick,
    pick_size,
)
from ..errors import CatalogueError

GEOMETRY = "(geometry)"
"""Stands for a column name where a coordinate comes from the layer's geometry."""

UNITS_M = {"km": 1000.0, "m": 1.0}


@dataclass(frozen=True)
class ColumnChoice:
    """The columns a catalogue is read by.

    ``id`` is None where the row number serves. ``lon`` and ``lat`` may be :data:`GEOMETRY`.
    ``diameter_unit`` is "km" or "m", or empty while only the values can tell; ``is_radius`` says
    that the column holds radii, which are doubled. ``unit_source`` says how the unit is known.
    ``catalogue`` names the published catalogue whose layout this is, ``body_name`` its body.
    """

    id: str | None
    lon: str
    lat: str
    diameter: str
    diameter_unit: str = ""
    unit_source: str = ""
    is_radius: bool = False
    west_positive: bool = False
    id_is_explicit: bool = False
    catalogue: str | None = None
    body_name: str | None = None

    def describe(self) -> str:
        """One sentence for the user."""
        size = f"twice the radius in '{self.diameter}'" if self.is_radius else f"'{self.diameter}'"
        identity = f"'{self.id}'" if self.id is not None else "the row number"
        if self.lon == GEOMETRY:
            position = "the layer's geometry"
        else:
            position = f"'{self.lon}' and '{self.lat}'"
        west = ", positive west" if self.west_positive else ""
        return (
            f"Id from {identity}, longitude and latitude from {position}{west}, diameter from "
            f"{size} in {self.diameter_unit} ({self.unit_source})."
        )


def find_columns(
    names: Sequence[str],
    *,
    id: str | None = None,
    lon: str | None = None,
    lat: str | None = None,
    diameter: str | None = None,
    diameter_unit: str | None = None,
    west_positive: bool = False,
    has_geometry: bool = False,
) -> ColumnChoice:
    """Choose the columns among ``names``; the arguments override the recognition.

    ``has_geometry``: the layer's geometry gives the position where no column does. The unit is
    left empty where only the values can tell (:func:`decide_unit`). Raises
    :class:`CatalogueError` naming what is missing, the columns found, and the option to pass.
    """
    if diameter_unit is not None and diameter_unit not in UNITS_M:
        raise CatalogueError(
            f"The diameter unit '{diameter_unit}' is not known. Use --diameter-unit km or m."
        )
    known = layout_of(names)
    # Bare x and y may be metres of a projection; a layer with geometry has no need of them.
    x = [*([known.lon] if known and known.lon else []), *LON, "x"] if not has_geometry else LON
    y = [*([known.lat] if known and known.lat else []), *LAT, "y"] if not has_geometry else LAT
    chosen_lon = _named(names, lon, "lon") if lon is not None else pick(names, x)
    chosen_lat = _named(names, lat, "lat") if lat is not None else pick(names, y)
    if has_geometry and lon is None and lat is None and (chosen_lon is None or chosen_lat is None):
        chosen_lon = chosen_lat = GEOMETRY
    if diameter is not None:
        chosen_diameter: str | None = _named(names, diameter, "diameter")
    else:
        chosen_diameter = pick_size(names, known)
    if chosen_lon is None or chosen_lat is None or chosen_diameter is None:
        found = {"lon": chosen_lon, "lat": chosen_lat, "diameter": chosen_diameter}
        raise _missing([what for what, column in found.items() if column is None], names)
    base, named_unit = parse_name(chosen_diameter)[:2]
    choice = ColumnChoice(
        id=_named(names, id, "id") if id is not None else pick(names, [*ID, *NAME]),
        lon=chosen_lon,
        lat=chosen_lat,
        diameter=chosen_diameter,
        is_radius=is_radius(base),
        west_positive=west_positive or parse_name(chosen_lon).direction == "west",
        id_is_explicit=id is not None,
        catalogue=known.title if known else None,
        body_name=(known.body or None) if known else None,
    )
    return _with_named_unit(choice, diameter_unit, named_unit, known)


def _with_named_unit(
    choice: ColumnChoice, option: str | None, named: str | None, known: Layout | None
) -> ColumnChoice:
    if option is not None:
        return replace(choice, diameter_unit=option, unit_source="as you said")
    if named in UNITS_M:
        return replace(choice, diameter_unit=named, unit_source="from the column name")
    if known is not None and known.unit:
        source = f"as published: {known.title}"
        return replace(choice, diameter_unit=known.unit, unit_source=source)
    return choice


def decide_unit(choice: ColumnChoice, values: NDArray[np.float64]) -> ColumnChoice:
    """Fill an open diameter unit from the values (the column as read, NaN where unusable).

    Metres if any exceeds 10,000 (no crater is that many kilometres wide); otherwise the unit
    cannot be told and :class:`CatalogueError` asks for it.
    """
    if choice.diameter_unit:
        return choice
    finite = values[np.isfinite(values)]
    largest = float(finite.max()) if finite.size else 0.0
    if largest > METRES_ABOVE:
        source = f"the largest value, {largest:g}, cannot be kilometres"
        return replace(choice, diameter_unit="m", unit_source=source)
    raise CatalogueError(
        f"The column '{choice.diameter}' does not say its unit, and values up to {largest:g} may "
        "be kilometres or metres. Pass --diameter-unit km or --diameter-unit m."
    )


def body_from_ids(choice: ColumnChoice, ids: Sequence[str]) -> str | None:
    """The body a Robbins-style id reveals: ``00-1-000000`` is the Moon's, ``00-000000`` Mars's.

    ``ids``: a sample. None if they do not agree or the layout is another.
    """
    if not choice.catalogue or not choice.catalogue.startswith("Robbins 2018") or not ids:
        return None
    for body, pattern in (("Moon", r"\d{2}-\d-\d{6}"), ("Mars", r"\d{2}-\d{6}")):
        if all(re.fullmatch(pattern, text) for text in ids):
            return body
    return None


def _named(names: Sequence[str], option: str, what: str) -> str:
    """The column an option names, in any case."""
    if option in names:
        return option
    for name in names:
        if name.lower() == option.strip().lower():
            return name
    raise CatalogueError(
        f"There is no column '{option}' (--{what}). The columns found are: {_listed(names)}. "
        f"Pass one of them with --{what}."
    )


_WORDS = {"lon": "longitude", "lat": "latitude", "diameter": "diameter"}


def _missing(missing: Sequence[str], names: Sequence[str]) -> CatalogueError:
    words = " and ".join(_WORDS[what] for what in missing)
    options = " ".join(f"--{what} NAME" for what in missing)
    return CatalogueError(
        f"No column for the {words} was recognised. The columns found are: {_listed(names)}. "
        f"Say which to use with {options}."
    )


def _listed(names: Sequence[str], limit: int = 60) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:limit])
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return (shown + more) or "none"
