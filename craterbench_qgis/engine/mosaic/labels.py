"""What the labels of ISIS and PDS rasters say themselves, where GDAL reads them otherwise.

GDAL takes planetographic maps on a sphere for planetocentric ones (18.9 km on Mars at 35 degrees),
and counts the pixels of MOLA's labels from another one (7.6 km at 4 pixels a degree). The label's
``LatitudeType`` and its own bounds settle both. Keys: PDS Standards Reference 3.8, appendix B, and
ISIS' Mapping group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from affine import Affine

from ...contract import names
from ..bodies import identify_body
from ..errors import MosaicError
from ..frame import MapFrame

_DRIVERS = ("ISIS3", "ISIS2", "PDS", "VICAR", "PDS4")
_HEAD_BYTES = 1 << 20
_KEY = re.compile(
    r"^[ \t]*\^?([\w:]+)[ \t]*=[ \t]*(\"[^\"]*\"|\([^)]*\)|[^\s<]+)[ \t]*(?:<([^>\n]*)>)?",
    re.MULTILINE,
)
_END = re.compile(r"^[ \t]*END[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_XML = re.compile(
    r"<(?:cart:)?(latitude_type|a_axis_radius|c_axis_radius|equatorial_radius"
    r"|polar_radius|semi_major_radius|polar_radius)(?:\s+unit=\"(\w+)\")?>([^<]+)<"
)
# Pixels below which bounds and geotransform are the same, and above which no offset explains them.
_SAME, _FAR = 0.3, 2.5
_CYLINDERS = ("SIMPLE_CYLINDRICAL", "SIMPLE CYLINDRICAL", "SIMPLECYLINDRICAL", "EQUIRECTANGULAR")


@dataclass(frozen=True)
class Label:
    """A label's keys, the first of each; upper case, underscores for ISIS' capitals too."""

    values: dict[str, tuple[str, str]]

    def text(self, *keys: str) -> str:
        """The first of these keys that is there, or ""."""
        return next((self.values[key][0] for key in keys if key in self.values), "")

    def number(self, *keys: str) -> float | None:
        """The same as a number."""
        try:
            return float(self.text(*keys))
        except ValueError:
            return None

    def metres(self, *keys: str) -> float | None:
        """The same as a length."""
        value = self.number(*keys)
        unit = next((self.values[key][1] for key in keys if key in self.values), "").upper()
        if value is None:
            return None
        return value * 1000.0 if unit.startswith("K") or (not unit and value < 1e5) else value

    @property
    def is_planetographic(self) -> bool:
        """Whether its latitudes are."""
        kind = self.text("LATITUDETYPE", "LATITUDE_TYPE", "COORDINATE_SYSTEM_NAME")
        return "GRAPHIC" in kind.upper()


def read_label(dataset: Any) -> Label | None:
    """The label of an open dataset of these formats; None of every other."""
    if dataset.driver not in _DRIVERS:
        return None
    for name in (dataset.name, *dataset.files):
        place = names.container(name)
        if place is None or place != Path(name) or not place.is_file():
            continue
        with place.open("rb") as stream:
            head = _END.split(stream.read(_HEAD_BYTES).decode("latin-1"), maxsplit=1)[0]
        values: dict[str, tuple[str, str]] = {}
        for key, value, unit in _KEY.findall(head):
            values.setdefault(key.upper(), (value.strip('"').strip(), unit))
        for key, unit, value in _XML.findall(head):
            values.setdefault(key.upper(), (value.strip(), unit))
        if values:
            return Label(values)
    return None


def label_frame(label: Label, frame: MapFrame) -> MapFrame | None:
    """The frame of planetographic latitudes on a map that GDAL puts on a sphere; None where the
    latitudes are as GDAL has them."""
    a = label.metres("EQUATORIALRADIUS", "A_AXIS_RADIUS", "EQUATORIAL_RADIUS", "SEMI_MAJOR_RADIUS")
    b = label.metres("POLARRADIUS", "C_AXIS_RADIUS", "POLAR_RADIUS")
    if not label.is_planetographic or not a or not b or not frame.body.is_sphere:
        return None
    if abs(a - b) < 1e-6 * a:
        return None
    target = label.text("TARGETNAME", "TARGET_NAME")
    return MapFrame(frame.crs, identify_body(a, b, f"{frame.body.name} {target}"))


def label_transform(label: Label, dataset: Any, frame: MapFrame, name: str) -> tuple[Affine, str]:
    """The geotransform that the label's own bounds give, and what was corrected ("" if nothing).

    Raises MosaicError where they contradict the geotransform in a way no offset explains.
    """
    transform: Affine = dataset.transform
    if transform.b or transform.d:
        return transform, ""
    kind = label.text("MAP_PROJECTION_TYPE", "PROJECTIONNAME").upper()
    bounds = [
        label.number(key.replace("_", ""), key) for key in (
            "MINIMUM_LATITUDE", "MAXIMUM_LATITUDE", "WESTERNMOST_LONGITUDE", "EASTERNMOST_LONGITUDE"
        )
    ]  # fmt: skip
    if kind in ("POLAR STEREOGRAPHIC", "POLAR_STEREOGRAPHIC") and dataset.driver == "PDS":
        return _by_pole(dataset, frame, name)
    if dataset.driver != "PDS" or kind not in _CYLINDERS or None in bounds:
        return transform, ""
    south, north, west, east = (float(bound or 0.0) for bound in bounds)
    turn = frame.turn()
    if turn is None:
        return transform, ""
    if label.text("POSITIVE_LONGITUDE_DIRECTION").upper() == "WEST":
        west, east = -west, -east
    middle = west + ((east - west) % 360.0 or 360.0) / 2.0
    latitude = (south + north) / 2.0
    # The bounds' middle is that of the raster, whether they are edges or centres of pixels.
    y0, y1 = (float(frame.to_map([0.0], [latitude])[1][0]) for latitude in (south, north))
    x, _ = frame.to_map([middle], [latitude])
    wanted_x, wanted_y = float(x[0]), (y0 + y1) / 2.0
    found_x = transform.c + transform.a * dataset.width / 2.0
    found_y = transform.f + transform.e * dataset.height / 2.0
    dx = wanted_x - found_x
    dx -= round(dx / turn) * turn
    right, down = dx / transform.a, (wanted_y - found_y) / transform.e
    rounding = _rounding(label) * turn / 360.0 / abs(transform.a)
    return _shifted(transform, right, down, _SAME + rounding, name)


def _by_pole(dataset: Any, frame: MapFrame, name: str) -> tuple[Affine, str]:
    """A square polar map with the pole in its middle."""
    transform: Affine = dataset.transform
    if dataset.width != dataset.height:
        return transform, ""
    column, row = ~transform * (0.0, 0.0)
    right, down = column - dataset.width / 2.0, row - dataset.height / 2.0
    if abs(abs(right) - 1.0) > 0.02 or abs(abs(down) - 1.0) > 0.02:
        return transform, ""
    return _shifted(transform, right, down, _SAME, name)


def _shifted(
    transform: Affine, right: float, down: float, same: float, name: str
) -> tuple[Affine, str]:
    if abs(right) <= same and abs(down) <= same:
        return transform, ""
    if max(abs(right), abs(down)) > _FAR:
        raise MosaicError(
            f"The label of {name} contradicts itself: its bounds lie {right:+.1f} columns and "
            f"{down:+.1f} rows from where its offsets put the map. Give it a georeference of its "
            "own (gdal_translate -a_ullr WEST NORTH EAST SOUTH), and name the result."
        )
    moved = transform * Affine.translation(right, down)
    return moved, (
        f"GDAL places {name} {right:+.2f} columns and {down:+.2f} rows off its label's own "
        "bounds; this was corrected."
    )


def _rounding(label: Label) -> float:
    """Degrees by which the label's bounds may be rounded: half a unit of their last digit."""
    texts = [label.text(f"{side}_L{kind}") for side, kind in (
        ("MINIMUM", "ATITUDE"), ("MAXIMUM", "ATITUDE"), ("WESTERNMOST", "ONGITUDE"),
        ("EASTERNMOST", "ONGITUDE"),
    )]  # fmt: skip
    digits = max((len(text.partition(".")[2]) for text in texts), default=0)
    return 0.0 if digits == 0 else 0.5 * 10.0**-digits


def missing_image(name: str) -> str:
    """A sentence where a PDS label names an image that is not beside it, else ""."""
    path = Path(name)
    if path.suffix.lower() not in (".lbl", ".xml", ".pds") or not path.is_file():
        return ""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES).decode("latin-1")
    named = re.search(
        r"^[ \t]*\^\w*IMAGE[ \t]*=[ \t]*\(?[ \t]*\"?([\w./\\-]+\.\w+)", head, re.MULTILINE
    )
    named = named or re.search(r"<file_name>\s*([^<]+?)\s*</file_name>", head)
    if named is None:
        return ""
    beside = {file.name.lower() for file in path.parent.iterdir()}
    if named.group(1).lower() in beside:
        return ""
    return (
        f"{path.name} is a label; the image it describes, {named.group(1)}, is not beside it. Put "
        "both into one folder."
    )
