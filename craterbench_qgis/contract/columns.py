"""Columns of crater tables by their names: what a column holds, its unit, its direction.

Names are compared without case, separators and units: ``Diameter (km)``, ``DIAMETER_KM`` and
``diameterKm`` are all the base name ``diameter`` with the unit km. A longitude or latitude may say
in which direction it counts (``Longitude (W)``, ``lon_E``) and of which kind the latitude is. The
one home of these rules for both processes; ``docs/reference/catalogues.md`` shows them to users.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

PLANETOCENTRIC, PLANETOGRAPHIC = "planetocentric", "planetographic"

METRES_ABOVE = 10_000.0
"""No crater is 10,000 km wide (the largest basin proposed, Borealis on Mars, is about that): a
larger number must be metres. The reverse does not hold: 300 may be metres or kilometres."""

# fmt: off
LON = (
    "lon_circ_img", "longitude_circle_image", "lon_c_im", "lon_ci_im", "lon", "long", "longitude",
    "lonitude", "lng", "x_coord", "center_lon", "center_longitude", "center_long", "centre_lon",
    "centre_longitude", "lon_center", "longitude_center", "lon_centre", "longitude_centre",
    "clon", "lon_elli_img", "longitude_ellipse_image", "lon_el_im",
)
LAT = (
    "lat_circ_img", "latitude_circle_image", "lat_c_im", "lat_ci_im", "lat", "latitude",
    "y_coord", "center_lat", "center_latitude", "centre_lat", "centre_latitude", "lat_center",
    "latitude_center", "lat_centre", "latitude_centre", "clat", "lat_elli_img",
    "latitude_ellipse_image", "lat_el_im",
)
DIAMETER = (
    "diam_circ_img", "diam_circle_image", "diam_c_im", "diameter", "diam", "dia",
    "crater_diameter", "crater_diam", "diam_image", "mean_diameter", "diameter_mean", "mean_diam",
    "average_diameter", "avg_diameter", "rim_diameter", "diameter_rim", "rim_diam",
)
RADIUS = (
    "radius", "crater_radius", "rad",
)
ONE_DIAMETER = frozenset((
    "diameter", "diam", "dia", "crater_diameter", "crater_diam", "radius", "crater_radius", "rad",
))
"""Names that say nothing but the crater's diameter: two columns of them say the same one."""
ID = (
    "crater_id", "craterid", "id", "uid", "crater_no", "crater_number", "crater_num",
    "feature_id", "featureid", "object_id", "objectid", "fid",
)
NAME = (
    "name", "feature_name", "crater_name", "clean_name", "feature",
)
TARGET = (
    "target", "target_name", "body", "planet",
)
SYSTEM = (
    "coordinate_system", "coord_system", "coordinate_system_name",
)
FEATURE_TYPE = (
    "feature_type", "featuretype",
)
# fmt: on
# A letter alone is a size only beside its unit.
_SHORT_DIAMETER, _SHORT_RADIUS = ("d", "size", "crater_size"), ("r",)

_UNIT_WORDS = {
    **dict.fromkeys(("km", "kms", "kilometer", "kilometers", "kilometre", "kilometres"), "km"),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), "m"),
    **dict.fromkeys(("deg", "degree", "degrees", "dd", "°"), "deg"),
}
_UNIT = "|".join(sorted(map(re.escape, _UNIT_WORDS), key=len, reverse=True))
_UNIT_SUFFIX = re.compile(
    rf"[\s_]*[(\[]\s*({_UNIT})\.?\s*[)\]]\s*$|[\s_.,/-]+({_UNIT})\.?\s*$", re.I
)
_GLUED_UNIT = re.compile(
    r"^(.*(?:diam|diameter|dia|radius|rad))_?(km)$|^(.*(?:diameter|radius))_?(m)$"
)

_DIRECTIONS = {
    **dict.fromkeys(("e", "east", "eastward"), "east"),
    **dict.fromkeys(("w", "west", "westward"), "west"),
    **dict.fromkeys(("n", "north"), "north"),
    **dict.fromkeys(("s", "south"), "south"),
}
_KINDS = {
    **dict.fromkeys(
        ("planetocentric", "ocentric", "geocentric", "areocentric", "selenocentric", "centric"),
        PLANETOCENTRIC,
    ),
    **dict.fromkeys(
        ("planetographic", "ographic", "geodetic", "areographic", "graphic", "geographic"),
        PLANETOGRAPHIC,
    ),
}
_RANGES = frozenset(("0", "180", "360"))
_FILLERS = frozenset(("positive", "pos", "decimal", "in", "of", "to"))
_GLUED_DIRECTION = re.compile(r"^(lon|long|longitude|lat|latitude)([ewn])$")
_GLUED_RANGE = re.compile(r"^(lon|long|longitude)(180|360)$")
_TOKEN = re.compile(r"[^\W\d_]+|\d+|°", re.UNICODE)
_ANGLES = frozenset((*LON, *LAT))


class ColumnName(NamedTuple):
    """What a column's name says.

    ``base``: the name without what follows; ``unit``: "km", "m", "deg" or None; ``direction``:
    "east", "west", "north", "south" or ""; ``kind``: of a latitude, or ""; ``plain``: the name
    without its unit alone, as the signatures of published catalogues spell it; ``leads``: whether
    the direction stands before the rest (``west_lon``), as the sides of a box are called too.
    """

    base: str
    unit: str | None
    direction: str = ""
    kind: str = ""
    plain: str = ""
    leads: bool = False


def parse_name(name: str) -> ColumnName:
    """``"Diameter (km)"`` -> base ``diameter``, unit ``km``; ``"Lon (°W)"`` -> ``lon``, west."""
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
    plain = base.rstrip("_")
    angle = _parse_angle(name)
    if angle is not None:
        return angle._replace(plain=plain)
    return ColumnName(plain, unit, plain=plain)


def _parse_angle(name: str) -> ColumnName | None:
    """What a longitude's or latitude's name says; None for every other name."""
    words = _TOKEN.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name))
    core: list[str] = []
    unit, direction, kind, leads = None, "", "", False
    for word in map(str.lower, words):
        glued = _GLUED_DIRECTION.match(word) or _GLUED_RANGE.match(word)
        if glued:
            core.append(glued.group(1))
            direction = _DIRECTIONS.get(glued.group(2), direction)
        elif word in _UNIT_WORDS and _UNIT_WORDS[word] == "deg":
            unit = "deg"
        elif word in _DIRECTIONS:
            leads = not core
            direction = _DIRECTIONS[word]
        elif word in _KINDS:
            kind = _KINDS[word]
        elif word not in _RANGES and word not in _FILLERS:
            core.append(word)
    base = "_".join(core)
    if base not in _ANGLES:
        return None
    sides = ("east", "west") if base in LON else ("north", "south")
    if direction and direction not in sides:
        return None
    return ColumnName(base, unit, direction, kind, leads=leads)


class Layout(NamedTuple):
    """A published catalogue: the names that give it away, and what they do not say themselves.

    ``names``: :attr:`ColumnName.plain` of its columns; ``exact``: and no others. ``unit`` of the
    diameter; ``body``; ``lon``, ``lat``, ``diameter``: columns that go by these names.
    """

    title: str
    names: frozenset[str]
    unit: str = ""
    body: str = ""
    lon: str = ""
    lat: str = ""
    diameter: str = ""
    exact: bool = False

    def fits(self, plains: Iterable[str]) -> bool:
        """Whether columns of these plain names have this layout."""
        return self.names == set(plains) if self.exact else self.names <= set(plains)


# The first that fits wins. Names alone do not fix the body of the Robbins 2018 layout: later
# catalogues of other bodies use it too.
LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "Robbins & Hynek 2012 (Mars)",
        frozenset(
            ["crater_id", "latitude_circle_image", "longitude_circle_image", "diam_circle_image"]
        ),
        unit="km",
        body="Mars",
    ),
    Layout("Robbins 2018 layout", frozenset(("crater_id", "diam_circ_img")), unit="km"),
    Layout("Robbins 2018 layout (shapefile)", frozenset(("crater_id", "diam_c_im")), unit="km"),
    # The published file gives the radius in metres, positions in degrees as X and Y.
    Layout(
        "Lagain et al. 2020 (Mars)",
        frozenset(["crater_id", "radius", "type", "status", "lrd_morph"]),
        unit="m",
        body="Mars",
        lon="x",
        lat="y",
        diameter="radius",
    ),
    Layout(
        "LU1319381 (Moon)",
        frozenset(["id", "latitude", "diameter", "depth", "source", "source_dia"]),
        unit="m",
        body="Moon",
    ),
    Layout("OpenCraterTool layer", frozenset(["diam", "x_coord", "y_coord", "tag"])),
    Layout(
        "LROC 5-20 km (Povilaitis et al. 2018) layout",
        frozenset(["diameter", "long", "lat", "tag"]),
    ),
    Layout(
        "IAU gazetteer search result",
        frozenset(["feature_name", "center_latitude", "center_longitude", "diameter"]),
        unit="km",
    ),
    Layout("IAU gazetteer layer", frozenset(("clean_name", "diameter")), unit="km"),
    Layout("IAU gazetteer table", frozenset(["name", "diameter", "lat", "lon_east_180"])),
    Layout("Head et al. 2010 layout", frozenset(("lon", "lat", "diam")), exact=True),
)


def layout_of(names: Iterable[str]) -> Layout | None:
    """The published layout that columns of these names have."""
    plains = {parse_name(name).plain for name in names}
    return next((layout for layout in LAYOUTS if layout.fits(plains)), None)


def unit_word(text: str) -> str | None:
    """``"kilometres"`` -> "km", ``"deg"`` -> "deg"; None where the text is no unit."""
    return _UNIT_WORDS.get(text.strip().strip("[]().").lower())


def pick(names: Sequence[str], bases: Sequence[str]) -> str | None:
    """The column whose base name comes first in ``bases``; among equals one that states more.

    A spelling with a unit wins over one without, and so does one with a direction: it is the one
    that can be trusted. East and north come before west and south.
    """
    return next(iter(pick_all(names, bases)), None)


def pick_all(names: Sequence[str], bases: Sequence[str]) -> list[str]:
    """Every column :func:`pick` could choose, the best first."""
    parsed = {name: parse_name(name) for name in names}
    sides = {(column.base, column.direction) for column in parsed.values() if column.leads}

    def usable(column: ColumnName) -> bool:
        # "West_Lon" beside "East_Lon" is the side of a box, not a position.
        other = {"east": "west", "west": "east", "north": "south", "south": "north"}
        return not (column.leads and (column.base, other[column.direction]) in sides)

    chosen: list[str] = []
    for base in bases:
        hits = [name for name in names if parsed[name].base == base and usable(parsed[name])]
        chosen += sorted(hits, key=lambda name: _rank(parsed[name]))
    return chosen


def _rank(column: ColumnName) -> tuple[int, int]:
    opposite = column.direction in ("west", "south")
    return (2 if opposite else 0 if column.direction else 1, 0 if column.unit else 1)


def is_radius(base: str) -> bool:
    """Whether a column of this base name holds radii, which count twice."""
    return base in RADIUS or base in _SHORT_RADIUS or "radius" in base


def pick_size(names: Sequence[str], layout: Layout | None) -> str | None:
    """The column of the diameters, else of the radii."""
    fixed = [layout.diameter] if layout and layout.diameter else []
    chosen = pick(names, [*fixed, *DIAMETER, *RADIUS])
    if chosen is not None:
        return chosen
    with_unit = [name for name in names if parse_name(name).unit in ("km", "m")]
    return pick(with_unit, [*_SHORT_DIAMETER, *_SHORT_RADIUS])


class SizeColumn(NamedTuple):
    """``unit``: "km", "m", or "" where only the values can tell. A radius counts twice."""

    name: str
    unit: str
    is_radius: bool

    def metres(self, value: float, unit: str) -> float:
        """The diameter in metres of a value in ``unit``."""
        return value * (1000.0 if unit == "km" else 1.0) * (2.0 if self.is_radius else 1.0)


def size_column(names: Sequence[str]) -> SizeColumn | None:
    """The column of the diameters; None where no name speaks of one."""
    layout = layout_of(names)
    name = pick_size(names, layout)
    if name is None:
        return None
    base, unit = parse_name(name)[:2]
    if unit not in ("km", "m"):
        unit = layout.unit if layout else ""
    return SizeColumn(name, unit, is_radius(base))


def name_column(names: Sequence[str]) -> str | None:
    """The column of the craters' names; None where there is none."""
    return pick(names, NAME)


def label_column(names: Sequence[str]) -> str | None:
    """The column that tells a reader which crater this is: its name, else its id."""
    return pick(names, (*NAME, *ID))


def is_name_column(name: str) -> bool:
    """Whether a column holds names, which serve as ids only where all are there and differ."""
    return parse_name(name).base in NAME
