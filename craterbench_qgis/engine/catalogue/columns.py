"""Which column of a crater table is what, and in which unit: recognition by name.

Names are compared without case, separators and units: ``Diameter (km)``, ``DIAMETER_KM`` and
``diameterKm`` are all the base name ``diameter`` with the unit km. ``docs/catalogues.md`` shows the
rules to users; keep it true.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..errors import CatalogueError

GEOMETRY = "(geometry)"
"""Stands for a column name where a coordinate comes from the layer's geometry."""

UNITS_M = {"km": 1000.0, "m": 1.0}

# No crater is 10,000 km wide (the largest basin proposed, Borealis on Mars, is about that), so a
# larger number must be metres. The reverse does not hold: 300 may be metres or kilometres.
METRES_ABOVE = 10_000.0

# fmt: off
_LON = (
    "lon_circ_img", "longitude_circle_image", "lon_c_im", "lon_ci_im", "lon", "long", "longitude",
    "lonitude", "lng", "x_coord", "center_lon", "center_longitude", "centre_lon",
    "centre_longitude", "lon_center", "longitude_center", "lon_centre", "longitude_centre",
    "lon_east", "longitude_east", "east_lon", "east_longitude", "lon_east_180", "lon_east_360",
    "lon_180", "lon_360", "lon_e", "clon", "lon_elli_img", "longitude_ellipse_image", "lon_el_im",
)
_LON_WEST = (
    "lon_west", "longitude_west", "west_lon", "west_longitude", "lon_west_180", "lon_west_360",
    "lon_w",
)
_LAT = (
    "lat_circ_img", "latitude_circle_image", "lat_c_im", "lat_ci_im", "lat", "latitude",
    "y_coord", "center_lat", "center_latitude", "centre_lat", "centre_latitude", "lat_center",
    "latitude_center", "lat_centre", "latitude_centre", "lat_north", "latitude_north", "lat_n",
    "clat", "lat_elli_img", "latitude_ellipse_image", "lat_el_im",
)
_DIAMETER = (
    "diam_circ_img", "diam_circle_image", "diam_c_im", "diameter", "diam", "dia",
    "crater_diameter", "crater_diam", "diam_image", "mean_diameter", "diameter_mean",
)
_RADIUS = (
    "radius", "crater_radius", "rad",
)
_ID = (
    "crater_id", "craterid", "id", "uid", "crater_no", "crater_number", "crater_num",
    "feature_id", "featureid", "object_id", "objectid", "fid",
)
_NAME = (
    "name", "feature_name", "crater_name", "clean_name",
)
# fmt: on

_UNIT_WORDS = {
    **dict.fromkeys(("km", "kms", "kilometer", "kilometers", "kilometre", "kilometres"), "km"),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), "m"),
    **dict.fromkeys(("deg", "degree", "degrees", "dd", "°"), "deg"),
}
_UNIT = "|".join(sorted(map(re.escape, _UNIT_WORDS), key=len, reverse=True))
_UNIT_SUFFIX = re.compile(rf"[\s_]*[(\[]\s*({_UNIT})\s*[)\]]\s*$|[\s_.,-]+({_UNIT})\s*$", re.I)
_GLUED_UNIT = re.compile(r"^(.*(?:diam|diameter|dia|radius|rad))(km)$|^(.*(?:diameter|radius))(m)$")


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


@dataclass(frozen=True)
class KnownCatalogue:
    """A published layout: the base names that give it away, and what they do not say themselves."""

    name: str
    signature: frozenset[str]
    unit: str | None = None
    body: str | None = None
    lon: str | None = None
    lat: str | None = None
    diameter: str | None = None
    exact: bool = False

    def fits(self, bases: set[str]) -> bool:
        """Whether columns of these base names have this layout (and, if exact, no others)."""
        return self.signature == bases if self.exact else self.signature <= bases


def _layout(name: str, signature: str, exact: bool = False, **fixed: str | None) -> KnownCatalogue:
    return KnownCatalogue(name, frozenset(signature.split()), exact=exact, **fixed)


# The first that fits wins. Names alone do not fix the body of the Robbins 2018 layout: later
# catalogues of other bodies use it too; `body_from_ids` looks at the ids.
KNOWN_CATALOGUES: tuple[KnownCatalogue, ...] = (
    _layout(
        "Robbins & Hynek 2012 (Mars)",
        "crater_id latitude_circle_image longitude_circle_image diam_circle_image",
        unit="km",
        body="Mars",
    ),
    _layout("Robbins 2018 layout", "crater_id diam_circ_img", unit="km"),
    _layout("Robbins 2018 layout (shapefile)", "crater_id diam_c_im", unit="km"),
    # The published file gives the radius in metres, positions in degrees as X and Y.
    _layout(
        "Lagain et al. 2020 (Mars)",
        "crater_id radius type status lrd_morph",
        unit="m",
        body="Mars",
        lon="x",
        lat="y",
        diameter="radius",
    ),
    _layout(
        "LU1319381 (Moon)",
        "id latitude diameter depth source source_dia",
        unit="m",
        body="Moon",
    ),
    _layout("OpenCraterTool layer", "diam x_coord y_coord tag"),
    _layout("LROC 5-20 km (Povilaitis et al. 2018) layout", "diameter long lat tag"),
    _layout(
        "IAU gazetteer search result",
        "feature_name center_latitude center_longitude diameter",
        unit="km",
    ),
    _layout("IAU gazetteer layer", "clean_name diameter", unit="km"),
    _layout("IAU gazetteer table", "name diameter lat lon_east_180"),
    _layout("Head et al. 2010 layout", "lon lat diam", exact=True),
)


def parse_name(name: str) -> tuple[str, str | None]:
    """``"Diameter (km)"`` -> ``("diameter", "km")``: base name and unit (km, m, deg or None)."""
    text, unit = name.strip(), None
    match = _UNIT_SUFFIX.search(text)
    if match and match.start() > 0:
        unit = _UNIT_WORDS[(match.group(1) or match.group(2)).lower()]
        text = text[: match.start()]
    base = re.sub(r"[^0-9a-z]+", "_", text.lower()).strip("_")
    glued = _GLUED_UNIT.match(base)
    if unit is None and glued:
        base = glued.group(1) or glued.group(3)
        unit = glued.group(2) or glued.group(4)
    return base.rstrip("_"), unit


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
    parsed = {name: parse_name(name) for name in names}
    known = _known_catalogue({base for base, _ in parsed.values()})
    fallback = not has_geometry
    chosen_lon = _pick(names, parsed, lon, "lon", _lon_bases(known, fallback))
    chosen_lat = _pick(names, parsed, lat, "lat", _lat_bases(known, fallback))
    if has_geometry and lon is None and lat is None and (chosen_lon is None or chosen_lat is None):
        chosen_lon = chosen_lat = GEOMETRY
    fixed = [known.diameter] if known and known.diameter else []
    chosen_diameter = _pick(names, parsed, diameter, "diameter", [*fixed, *_DIAMETER, *_RADIUS])
    if chosen_lon is None or chosen_lat is None or chosen_diameter is None:
        found = {"lon": chosen_lon, "lat": chosen_lat, "diameter": chosen_diameter}
        raise _missing([what for what, column in found.items() if column is None], names)
    base, named_unit = parsed[chosen_diameter]
    choice = ColumnChoice(
        id=_pick(names, parsed, id, "id", [*_ID, *_NAME]),
        lon=chosen_lon,
        lat=chosen_lat,
        diameter=chosen_diameter,
        is_radius=base in _RADIUS or "radius" in base,
        west_positive=west_positive or parsed.get(chosen_lon, ("", None))[0] in _LON_WEST,
        id_is_explicit=id is not None,
        catalogue=known.name if known else None,
        body_name=known.body if known else None,
    )
    return _with_named_unit(choice, diameter_unit, named_unit, known)


def _with_named_unit(
    choice: ColumnChoice, option: str | None, named: str | None, known: KnownCatalogue | None
) -> ColumnChoice:
    if option is not None:
        return replace(choice, diameter_unit=option, unit_source="as you said")
    if named in UNITS_M:
        return replace(choice, diameter_unit=named, unit_source="from the column name")
    if known is not None and known.unit is not None:
        source = f"as published: {known.name}"
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


def is_name_column(column: str) -> bool:
    """Whether a column holds names, which serve as ids only where all are there and differ."""
    return parse_name(column)[0] in _NAME


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


def _known_catalogue(bases: set[str]) -> KnownCatalogue | None:
    return next((known for known in KNOWN_CATALOGUES if known.fits(bases)), None)


def _lon_bases(known: KnownCatalogue | None, fallback: bool) -> list[str]:
    # Bare x and y may be metres of a projection; a layer with geometry has no need of them.
    fixed = [known.lon] if known and known.lon and fallback else []
    return [*fixed, *_LON, *_LON_WEST, *(["x"] if fallback else [])]


def _lat_bases(known: KnownCatalogue | None, fallback: bool) -> list[str]:
    fixed = [known.lat] if known and known.lat and fallback else []
    return [*fixed, *_LAT, *(["y"] if fallback else [])]


def _pick(
    names: Sequence[str],
    parsed: dict[str, tuple[str, str | None]],
    option: str | None,
    what: str,
    bases: Sequence[str],
) -> str | None:
    if option is not None:
        if option in names:
            return option
        for name in names:
            if name.lower() == option.strip().lower():
                return name
        raise CatalogueError(
            f"There is no column '{option}' (--{what}). The columns found are: {_listed(names)}. "
            f"Pass one of them with --{what}."
        )
    for base in bases:
        # A spelling with a unit wins over one without: it is the one that can be trusted.
        hits = [name for name in names if parsed[name][0] == base]
        if hits:
            return next((name for name in hits if parsed[name][1] is not None), hits[0])
    return None


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
