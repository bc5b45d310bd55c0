"""The text of foreign reference systems (WKT 2). Pure Python."""

from __future__ import annotations

import math
import re

from ...contract.equirectangular import Equirectangular, is_equirectangular, parameter

_DEGREE = 'ANGLEUNIT["degree",0.0174532925199433]'
_METRE = 'LENGTHUNIT["metre",1]'
_MERIDIAN = f'PRIMEM["Reference Meridian",0,{_DEGREE}]'
_AXES = (
    f"{_MERIDIAN},CS[ellipsoidal,2],"
    f'AXIS["latitude",north,ORDER[1],{_DEGREE}],AXIS["longitude",east,ORDER[2],{_DEGREE}]'
)
_GEOGRAPHIC = re.compile(r"\s*(BOUNDCRS\[\s*SOURCECRS\[\s*)?GEO(G|D|GRAPHIC|DETIC)CRS\[")
# A name may hold anything; a quote in it is doubled.
_ELLIPSOID = re.compile(
    r'ELLIPSOID\["((?:[^"]|"")*)",\s*([-+.\deE]+),\s*([-+.\deE]+)'
    r'(?:,\s*LENGTHUNIT\["[^"]*",\s*([-+.\deE]+))?'
)
_DATUM = re.compile(r'\b(?:DATUM|ENSEMBLE)\["((?:[^"]|"")*)"')
_PRIME_MERIDIAN = re.compile(
    r'PRIMEM\["(?:[^"]|"")*",\s*([-+.\deE]+)(?:,\s*ANGLEUNIT\["[^"]*",\s*([-+.\deE]+))?'
)
_PARAMETER = re.compile(
    r'PARAMETER\["([^"]*)",\s*([-+.\deE]+)(?:,\s*(?:ANGLE|LENGTH)UNIT\["[^"]*",\s*([-+.\deE]+))?'
)
_AXIS = re.compile(
    r'AXIS\["[^"]*",\s*(east|west|north|south)\b(?:,\s*ORDER\[\d\])?'
    r'(?:,\s*LENGTHUNIT\["[^"]*",\s*([-+.\deE]+))?'
)
# QGIS looks for a known system like a new one, which takes it 80 ms among the IAU's, and gives up
# at once on this name.
_UNKNOWN = "unknown"
PLANE = "CraterBench view"
"""What planes of ours are called, in QGIS's messages as well."""
_NO_NAMES = ("", "unknown", "unnamed", "not specified", "sphere", "custom", "ellipsoid")


def radii(wkt: str) -> tuple[float, float] | None:
    """Equatorial and polar radius in metres; None where there is no ellipsoid."""
    ellipsoid = _ELLIPSOID.search(wkt)
    if ellipsoid is None:
        return None
    a = float(ellipsoid.group(2)) * float(ellipsoid.group(4) or 1.0)
    inverse = float(ellipsoid.group(3))
    return (a, a * (1.0 - 1.0 / inverse) if inverse else a) if math.isfinite(a) and a > 0 else None


def body_name(wkt: str) -> str:
    """A word for the body, "Mars" of "Mars (2015) - Sphere", or ""."""
    texts = [match.group(1) for match in (_ELLIPSOID.search(wkt), _DATUM.search(wkt)) if match]
    if any(re.search(r"WGS ?_?84|GRS ?_?(19)?80", text) for text in texts[:1]):
        return "Earth"
    for text in texts:
        name = re.split(r"[(_\-,]", re.sub("^D_", "", text))[0].strip()
        if name.lower() not in _NO_NAMES:
            return name
    return ""


def is_geographic(wkt: str) -> bool:
    """Whether it is longitude and latitude. QGIS 3.22 denies that of custom systems."""
    return _GEOGRAPHIC.match(wkt) is not None


def is_west_positive(wkt: str) -> bool:
    """Whether an axis counts to the west."""
    return re.search(r'AXIS\["[^"]*",\s*west', wkt) is not None


def prime_meridian(wkt: str) -> float:
    """The longitude, degrees east of the body's own prime meridian, that longitudes count from."""
    meridian = _PRIME_MERIDIAN.search(wkt)
    if meridian is None:
        return 0.0
    unit = float(meridian.group(2)) if meridian.group(2) else math.radians(1.0)
    return math.degrees(float(meridian.group(1)) * unit)


def is_planetocentric(wkt: str) -> bool:
    """Whether the latitude axis says that it is planetocentric on an ellipsoid."""
    return "planetocentric latitude" in wkt.lower()


def method(wkt: str) -> str:
    """The projection's name in lower case, or ""."""
    name = re.search(r'METHOD\["([^"]*)"', wkt)
    return name.group(1).lower() if name else ""


def equirectangular(wkt: str) -> Equirectangular | None:
    """The equidistant cylindrical projection of a flattened body; None where it is another one.

    On a sphere PROJ's is the same in every version.
    """
    size = radii(wkt)
    if size is None or size[0] == size[1] or not is_equirectangular(method(wkt)):
        return None
    values: dict[str, float] = {}
    for name, text, unit in _PARAMETER.findall(wkt):
        member = parameter(name)
        if member in ("x_0", "y_0"):
            values[member] = float(text) * float(unit or 1.0)
        elif member:
            values[member] = math.degrees(float(text) * float(unit or math.radians(1.0)))
    units = {}
    for direction, unit in _AXIS.findall(wkt.partition("CS[Cartesian")[2]):
        sign = -1.0 if direction in ("west", "south") else 1.0
        units["x" if direction in ("east", "west") else "y"] = sign * float(unit or 1.0)
    if set(units) != {"x", "y"}:
        return None
    return Equirectangular(size[0], units=(units["x"], units["y"]), **values)


def base_of(wkt: str, a: float, b: float) -> str:
    """The geographic system, north and east, of a map's own datum."""
    return f'GEOGCRS["{_UNKNOWN}",{_datum_of(wkt, a, b)},{_AXES}]'


def plane(a: float, b: float, lon: float, lat: float) -> str:
    """The orthographic plane at (lon, geodetic lat) on these radii; metres."""
    datum = _own_datum(a, b, "body of the view")
    return (
        f'PROJCRS["{PLANE}",BASEGEOGCRS["{_UNKNOWN}",{datum},{_MERIDIAN}],'
        'CONVERSION["plane",METHOD["Orthographic",ID["EPSG",9840]],'
        f'PARAMETER["Latitude of natural origin",{lat!r},{_DEGREE},ID["EPSG",8801]],'
        f'PARAMETER["Longitude of natural origin",{lon!r},{_DEGREE},ID["EPSG",8802]],'
        f'PARAMETER["False easting",0,{_METRE},ID["EPSG",8806]],'
        f'PARAMETER["False northing",0,{_METRE},ID["EPSG",8807]]],CS[Cartesian,2],'
        f'AXIS["easting",east,ORDER[1],{_METRE}],AXIS["northing",north,ORDER[2],{_METRE}]]'
    )


def proj_size(a: float, b: float) -> str:
    """The radii in a PROJ string."""
    return f"+R={a!r}" if a == b else f"+a={a!r} +b={b!r}"


def _own_datum(a: float, b: float, name: str) -> str:
    inverse = 0.0 if a == b else a / (a - b)
    return f'DATUM["{name}",ELLIPSOID["{name}",{a!r},{inverse!r},{_METRE}]]'


def _datum_of(wkt: str, a: float, b: float) -> str:
    datum = _DATUM.search(wkt)
    return (_bracketed(wkt, datum.start()) if datum else "") or _own_datum(a, b, "unknown")


def _bracketed(text: str, start: int) -> str:
    """``WORD[...]`` from ``start`` up to its own closing bracket; "" where there is none."""
    depth, quoted = 0, False
    for i in range(start, len(text)):
        if text[i] == '"':
            quoted = not quoted
        elif not quoted and text[i] == "[":
            depth += 1
        elif not quoted and text[i] == "]":
            depth -= 1
            if depth == 0:
                return text[start : i + 1]
    return ""
