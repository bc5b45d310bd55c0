"""Which column of a layer is the diameter, in which unit, and which is the name.

The same rules as the engine's ``catalogue.columns`` (a test compares the two); pure Python.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

METRES_ABOVE = 10_000.0
"""No crater is that many kilometres wide: larger numbers are metres."""

_DIAMETER = (
    "diam_circ_img", "diam_circle_image", "diam_c_im", "diameter", "diam", "dia",
    "crater_diameter", "crater_diam", "diam_image", "mean_diameter", "diameter_mean",
)  # fmt: skip
_RADIUS = ("radius", "crater_radius", "rad")
_NAMES = ("name", "feature_name", "crater_name", "clean_name")
_IDS = (
    "crater_id", "craterid", "id", "uid", "crater_no", "crater_number", "crater_num",
    "feature_id", "featureid", "object_id", "objectid", "fid",
)  # fmt: skip
_UNIT_WORDS = {
    **dict.fromkeys(("km", "kms", "kilometer", "kilometers", "kilometre", "kilometres"), "km"),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), "m"),
    **dict.fromkeys(("deg", "degree", "degrees", "dd", "°"), "deg"),
}
_UNIT = "|".join(sorted(map(re.escape, _UNIT_WORDS), key=len, reverse=True))
_UNIT_SUFFIX = re.compile(rf"[\s_]*[(\[]\s*({_UNIT})\s*[)\]]\s*$|[\s_.,-]+({_UNIT})\s*$", re.I)
_GLUED_UNIT = re.compile(r"^(.*(?:diam|diameter|dia|radius|rad))(km)$|^(.*(?:diameter|radius))(m)$")

# Published layouts whose names do not say the unit: base names -> unit; the first that fits.
_LAYOUTS: tuple[tuple[str, str], ...] = (
    ("crater_id latitude_circle_image longitude_circle_image diam_circle_image", "km"),
    ("crater_id diam_circ_img", "km"),
    ("crater_id diam_c_im", "km"),
    ("crater_id radius type status lrd_morph", "m"),
    ("id latitude diameter depth source source_dia", "m"),
    ("feature_name center_latitude center_longitude diameter", "km"),
    ("clean_name diameter", "km"),
)


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
    parsed = {name: _parse(name) for name in names}
    bases = {base for base, _ in parsed.values()}
    layout = next((one for one in _LAYOUTS if set(one[0].split()) <= bases), None)
    for base in (*_DIAMETER, *_RADIUS):
        hits = [name for name in names if parsed[name][0] == base]
        if not hits:
            continue
        # A spelling with a unit wins over one without: it is the one that can be trusted.
        name = next((one for one in hits if parsed[one][1]), hits[0])
        unit = parsed[name][1]
        if unit not in ("km", "m"):
            unit = layout[1] if layout else ""
        return SizeColumn(name, unit, base in _RADIUS)
    return None


def name_column(names: Sequence[str]) -> str | None:
    """The column that tells a reader which crater this is: its name, else its id."""
    parsed = {name: _parse(name)[0] for name in names}
    for base in (*_NAMES, *_IDS):
        for name in names:
            if parsed[name] == base:
                return name
    return None


def _parse(name: str) -> tuple[str, str]:
    """``"Diameter (km)"`` -> ``("diameter", "km")``."""
    text, unit = name.strip(), ""
    match = _UNIT_SUFFIX.search(text)
    if match and match.start() > 0:
        unit = _UNIT_WORDS[(match.group(1) or match.group(2)).lower()]
        text = text[: match.start()]
    base = re.sub(r"[^0-9a-z]+", "_", text.lower()).strip("_")
    glued = _GLUED_UNIT.match(base)
    if not unit and glued:
        base, unit = glued.group(1) or glued.group(3), glued.group(2) or glued.group(4)
    return base.rstrip("_"), unit
