"""The equidistant cylindrical projection of flattened bodies, written out for both processes.

Up to PROJ 9.7 ``+proj=eqc`` was the sphere's whatever the ellipsoid: y = a * (lat - lat_0). From
9.8 on (pull request 4656 of OSGeo/PROJ) it is EPSG:1028's, with the meridian's arc. On Mars at 40
degrees the two are 22 km apart. The maps of planets are the sphere's: ISIS computes
SimpleCylindrical and Equirectangular on a sphere from the label's latitudes, USGS' Astropedia is
made with it, and GDAL and QGIS wrote them so. So the rule of the sphere of radius a is computed
here, and no file changes its place with a version of PROJ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

METHODS = ("equidistant cylindrical", "equirectangular", "plate carr", "equidistant_cylindrical")
"""What the projection's name contains, in lower case."""

_DEGREE = math.pi / 180.0


def is_equirectangular(method: str) -> bool:
    """Whether a projection of this name is this one."""
    return any(word in method.lower() for word in METHODS)


def parameter(name: str) -> str:
    """Which member of :class:`Equirectangular` a projection's parameter of this name is, or ""."""
    name = name.lower()
    if "longitude" in name or "meridian" in name:
        return "lon_0"
    if "parallel" in name:
        return "lat_ts"
    if "latitude" in name:
        return "lat_0"
    return "x_0" if "easting" in name else "y_0" if "northing" in name else ""


@dataclass(frozen=True)
class Equirectangular:
    """``a``: radius in metres; ``lon_0``, ``lat_0``: the origin, ``lat_ts``: the parallel true to
    scale, degrees; ``x_0``, ``y_0``: metres; ``units``: metres of a unit of x and y, with the sign
    of its direction. Takes numbers as well as arrays of them."""

    a: float
    lon_0: float = 0.0
    lat_0: float = 0.0
    lat_ts: float = 0.0
    x_0: float = 0.0
    y_0: float = 0.0
    units: tuple[float, float] = (1.0, 1.0)

    def to_map(self, lon: Any, lat: Any) -> tuple[Any, Any]:
        """x and y of degrees east of the system's meridian and geodetic latitudes."""
        x = self.x_0 + self._across * _turned(lon - self.lon_0)
        y = self.y_0 + self.a * _DEGREE * (lat - self.lat_0)
        return x / self.units[0], y / self.units[1]

    def to_degrees(self, x: Any, y: Any) -> tuple[Any, Any]:
        """The other way; latitudes beyond 90 degrees are beyond the map."""
        lon = _turned((x * self.units[0] - self.x_0) / self._across)
        lat = (y * self.units[1] - self.y_0) / (self.a * _DEGREE) + self.lat_0
        return lon + self.lon_0, lat

    @property
    def turn(self) -> float:
        """Map units of x in one turn of the body."""
        return 360.0 * self._across / abs(self.units[0])

    @property
    def _across(self) -> float:
        return self.a * _DEGREE * math.cos(self.lat_ts * _DEGREE)


def _turned(degrees: Any) -> Any:
    """Within [-180, 180]; a number, or an array."""
    beyond = abs(degrees) > 180.0
    return degrees * (1 - beyond) + ((degrees + 180.0) % 360.0 - 180.0) * beyond
