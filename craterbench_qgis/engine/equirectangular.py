"""The equidistant cylindrical projection of flattened bodies, written out.

Up to PROJ 9.7 ``+proj=eqc`` was the sphere's whatever the ellipsoid: y = a * (lat - lat_0). From
9.8 on (pull request 4656 of OSGeo/PROJ) it is EPSG:1028's, with the meridian's arc. On Mars at 40
degrees the two are 22 km apart. The maps of planets are the sphere's: ISIS computes
SimpleCylindrical and Equirectangular on a sphere from the label's latitudes, USGS' Astropedia is
made with it, and GDAL and QGIS wrote them so. So the rule of the sphere of radius a is computed
here, and no file changes its place with a version of PROJ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
_METHODS = ("equidistant cylindrical", "equirectangular", "plate carr", "equidistant_cylindrical")


@dataclass(frozen=True)
class Equirectangular:
    """``a``: radius in metres; ``lon_0``, ``lat_0``: the origin, ``lat_ts``: the parallel true to
    scale, degrees; ``x_0``, ``y_0``: metres; ``units``: metres of a unit of x and y, with the sign
    of its direction."""

    a: float
    lon_0: float
    lat_0: float
    lat_ts: float
    x_0: float
    y_0: float
    units: tuple[float, float]

    @classmethod
    def of(cls, crs: Any) -> Equirectangular | None:
        """The projection of a pyproj CRS on a flattened body; None where it is another one."""
        operation, ellipsoid = crs.coordinate_operation, crs.ellipsoid
        if operation is None or ellipsoid is None or not ellipsoid.inverse_flattening:
            return None
        if not any(word in (operation.method_name or "").lower() for word in _METHODS):
            return None
        values = {"lon_0": 0.0, "lat_0": 0.0, "lat_ts": 0.0, "x_0": 0.0, "y_0": 0.0}
        for parameter in operation.params:
            name = parameter.name.lower()
            factor = float(parameter.unit_conversion_factor)
            if "longitude" in name or "meridian" in name:
                values["lon_0"] = float(np.degrees(parameter.value * factor))
            elif "parallel" in name:
                values["lat_ts"] = float(np.degrees(parameter.value * factor))
            elif "latitude" in name:
                values["lat_0"] = float(np.degrees(parameter.value * factor))
            elif "easting" in name:
                values["x_0"] = float(parameter.value * factor)
            elif "northing" in name:
                values["y_0"] = float(parameter.value * factor)
        units = {}
        for axis in crs.axis_info[:2]:
            direction = axis.direction.lower()
            sign = -1.0 if direction in ("west", "south") else 1.0
            units["x" if direction in ("east", "west") else "y"] = (
                sign * axis.unit_conversion_factor
            )
        if set(units) != {"x", "y"}:
            return None
        return cls(float(ellipsoid.semi_major_metre), units=(units["x"], units["y"]), **values)

    def to_map(self, lon: ArrayLike, lat: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """x and y of degrees east of the system's meridian and geodetic latitudes."""
        apart = np.asarray(lon, np.float64) - self.lon_0
        apart = np.where(np.abs(apart) > 180.0, np.mod(apart + 180.0, 360.0) - 180.0, apart)
        x = self.x_0 + self.a * np.cos(np.radians(self.lat_ts)) * np.radians(apart)
        y = self.y_0 + self.a * np.radians(np.asarray(lat, np.float64) - self.lat_0)
        return x / self.units[0], y / self.units[1]

    def to_degrees(self, x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """The other way; NaN beyond the poles."""
        east = np.asarray(x, np.float64) * self.units[0] - self.x_0
        north = np.asarray(y, np.float64) * self.units[1] - self.y_0
        lon = np.degrees(east / (self.a * np.cos(np.radians(self.lat_ts))))
        lon = np.where(np.abs(lon) > 180.0, np.mod(lon + 180.0, 360.0) - 180.0, lon)
        lat = np.degrees(north / self.a) + self.lat_0
        outside = ~(np.abs(lat) <= 90.0 + 1e-9)
        return np.where(outside, np.nan, lon + self.lon_0), np.where(outside, np.nan, lat)
