"""Which column of a crater table is what, and in which unit: options, names, values.

The names themselves are judged in ``craterbench_qgis.contract.columns``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ...contract.columns import (
    FEATURE_TYPE,
    ID,
    LAT,
    LON,
    NAME,
    ONE_DIAMETER,
    SYSTEM,
    TARGET,
    Layout,
    is_radius,
    layout_of,
    parse_name,
    pick,
    pick_all,
    pick_size,
)
from ..errors import CatalogueError
from ..words import NAME_PLACE, Advice

GEOMETRY = "(geometry)"
"""Stands for a column name where a coordinate comes from the layer's geometry."""

UNITS_M = {"km": 1000.0, "m": 1.0}


_UNIT = Advice("Pass --diameter-unit km or --diameter-unit m.", "Choose the unit: km or m.")


@dataclass(frozen=True)
class SizeTwin:
    """Another column that says the same diameter: its name, "km" or "m", whether it is doubled."""

    name: str
    unit: str
    is_radius: bool


@dataclass(frozen=True)
class ColumnChoice:
    """The columns a catalogue is read by.

    ``id`` is None where the row number serves. ``lon`` and ``lat`` may be :data:`GEOMETRY`.
    ``diameter_unit`` is "km" or "m", or empty while only the values can tell; ``is_radius`` says
    that the column holds radii, which are doubled; ``size_twins``: columns that say the same
    diameter by their names. ``catalogue`` names the published catalogue whose layout this is,
    ``body_name`` its body. ``direction``, ``north`` and ``latitude`` are what the names say
    ("west", "south", "planetographic", "" where nothing); ``target``, ``system`` and
    ``feature_type`` are columns that state facts row by row; ``id_candidates``: the columns that
    could be the id, the best first. What was decided in the end, and from which evidence, is in
    ``west_positive`` and the fields whose names end with ``_source``.
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
    direction: str = ""
    north: str = ""
    latitude: str = ""
    place_is_explicit: bool = False
    target: str | None = None
    system: str | None = None
    feature_type: str | None = None
    id_candidates: tuple[str, ...] = ()
    west_source: str = ""
    latitude_source: str = ""
    position_source: str = ""
    size_twins: tuple[SizeTwin, ...] = ()

    def describe(self) -> str:
        """One sentence for the user."""
        size = f"twice the radius in '{self.diameter}'" if self.is_radius else f"'{self.diameter}'"
        identity = f"'{self.id}'" if self.id is not None else "the row number"
        if self.lon == GEOMETRY:
            position = "the layer's geometry"
        else:
            position = f"'{self.lon}' and '{self.lat}'"
        if self.position_source:
            position += f" ({self.position_source})"
        west = f", positive west ({self.west_source})" if self.west_positive else ""
        kind = f", latitudes {self.latitude} ({self.latitude_source})" if self.latitude else ""
        return (
            f"Id from {identity}, longitude and latitude from {position}{west}{kind}, diameter "
            f"from {size} in {self.diameter_unit} ({self.unit_source})."
        )


def find_columns(
    names: Sequence[str],
    *,
    id: str | None = None,
    lon: str | None = None,
    lat: str | None = None,
    diameter: str | None = None,
    diameter_unit: str | None = None,
    has_geometry: bool = False,
    units: Mapping[str, str] | None = None,
) -> ColumnChoice:
    """Choose the columns among ``names``; the arguments override the recognition.

    ``has_geometry``: the layer's geometry gives the position where no column does, or where
    :data:`GEOMETRY` is asked for. ``units``: columns whose unit stands in a row of its own -> their
    name with the unit. The unit is left empty where only the values can tell
    (:func:`.sizes.to_metres`). Raises :class:`CatalogueError` naming what is missing, the columns
    found, and the option to pass.
    """
    if diameter_unit is not None and diameter_unit not in UNITS_M:
        raise CatalogueError(f"The diameter unit '{diameter_unit}' is not known. {_UNIT}")
    spoken = {(units or {}).get(name, name): name for name in names}
    known = layout_of(names)
    chosen_lon, chosen_lat = _place_columns(spoken, known, lon, lat, has_geometry)
    if diameter is not None:
        chosen_diameter: str | None = _named(names, diameter, "diameter")
    else:
        said = pick_size(list(spoken), known)
        chosen_diameter = None if said is None else spoken[said]
    if chosen_lon is None or chosen_lat is None or chosen_diameter is None:
        chosen = {"lon": chosen_lon, "lat": chosen_lat, "diameter": chosen_diameter}
        raise _missing([what for what, column in chosen.items() if column is None], names)
    words = {name: parse_name(said) for said, name in spoken.items()}
    nothing = parse_name("")
    x, y = words.get(chosen_lon, nothing), words.get(chosen_lat, nothing)
    candidates = pick_all(names, [*ID, *NAME])
    choice = ColumnChoice(
        id=_named(names, id, "id") if id is not None else next(iter(candidates), None),
        lon=chosen_lon,
        lat=chosen_lat,
        diameter=chosen_diameter,
        is_radius=is_radius(words[chosen_diameter].base),
        id_is_explicit=id is not None,
        catalogue=known.title if known else None,
        body_name=(known.body or None) if known else None,
        direction=x.direction if x.direction in ("east", "west") else "",
        north=y.direction if y.direction in ("north", "south") else "",
        latitude=y.kind,
        place_is_explicit=lon is not None or lat is not None,
        target=pick(names, TARGET),
        system=pick(names, SYSTEM),
        feature_type=pick(names, FEATURE_TYPE),
        id_candidates=tuple(candidates),
        size_twins=_twins(spoken, chosen_diameter) if diameter is None else (),
    )
    return _with_named_unit(choice, diameter_unit, words[chosen_diameter].unit, known)


def _place_columns(
    spoken: Mapping[str, str],
    known: Layout | None,
    lon: str | None,
    lat: str | None,
    has_geometry: bool,
) -> tuple[str | None, str | None]:
    """The columns of longitude and latitude, or :data:`GEOMETRY` for both."""
    names = list(spoken.values())
    if GEOMETRY in {(name or "").strip().lower() for name in (lon, lat)}:
        if not has_geometry:
            raise CatalogueError(f"The catalogue has no geometry. {NAME_PLACE}")
        return GEOMETRY, GEOMETRY
    # A column of metres is no angle, whatever its name says besides.
    angles = [said for said in spoken if parse_name(said).unit not in UNITS_M]

    def chosen(option: str | None, what: str, bases: Sequence[str]) -> str | None:
        if option is not None:
            return _named(names, option, what)
        said = pick(angles, bases)
        return None if said is None else spoken[said]

    # Bare x and y may be metres of a projection; a layer with geometry has no need of them.
    fixed_x = [known.lon] if known and known.lon else []
    fixed_y = [known.lat] if known and known.lat else []
    x = chosen(lon, "lon", LON if has_geometry else [*fixed_x, *LON, "x"])
    y = chosen(lat, "lat", LAT if has_geometry else [*fixed_y, *LAT, "y"])
    if has_geometry and lon is None and lat is None and (x is None or y is None):
        return GEOMETRY, GEOMETRY
    return x, y


def _twins(spoken: Mapping[str, str], chosen: str) -> tuple[SizeTwin, ...]:
    """The other columns that are this diameter by their names, with a unit of their own."""
    words = {name: parse_name(said) for said, name in spoken.items()}
    if words[chosen].base not in ONE_DIAMETER:
        return ()
    return tuple(
        SizeTwin(name, word.unit or "", is_radius(word.base))
        for name, word in words.items()
        if name != chosen and word.base in ONE_DIAMETER and word.unit in UNITS_M
    )


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


def unit_asked(column: str, largest: float) -> CatalogueError:
    """Nothing tells the unit of the diameters in ``column``, whose largest value is this."""
    return CatalogueError(
        f"The column '{column}' does not say its unit, and values up to {largest:g} may be "
        f"kilometres or metres. {_UNIT}"
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
    named = Advice(f" (--{what})", "")
    choose = Advice(f"Pass one of them with --{what}.", "Choose one of them.")
    raise CatalogueError(
        f"There is no column '{option}'{named}. The columns found are: {_listed(names)}. {choose}"
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
