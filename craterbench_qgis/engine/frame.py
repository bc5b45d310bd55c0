"""Map points as places on the body, whatever axes, units or meridian a reference system has.

PROJ's "traditional order" leaves the axes of west-positive and of planetocentric systems as their
authority has them (latitude first), and a planetocentric latitude is not the geodetic one that
projections work on. So every axis is asked here for its direction, unit and kind, and PROJ is used
in the authority's own order only. Outside, longitudes are degrees east of the body's prime
meridian; latitudes are geodetic (on a sphere: both kinds at once) unless a name says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
from numpy.typing import ArrayLike, NDArray
from pyproj.crs import GeographicCRS
from pyproj.crs.coordinate_system import Ellipsoidal2DCS
from pyproj.crs.enums import Ellipsoidal2DCSAxis

from .bodies import Body, body_from_crs, geocentric_to_geodetic, geodetic_to_geocentric
from .equirectangular import ArrayEquirectangular

FloatArray = NDArray[np.float64]
_CYLINDRICAL = ("cylindrical", "plate carr", "mercator", "equidistant cyl", "pseudo plate")
_NOT_UPRIGHT = ("transverse", "oblique", "gauss", "hotine")


@dataclass(frozen=True)
class _Angle:
    """One axis of a geographic system: its place in a tuple, what a unit of it is, its sign."""

    index: int
    degrees: float
    sign: float


class MapFrame:
    """A reference system of a body seen as a map. Not thread-safe.

    Attributes
    ----------
    crs : the horizontal, unbound part of what was given; ``graphic``: the flattened body whose
        planetographic latitudes a map on a sphere has, as ISIS makes them.
    body : the body with the radii the CRS declares.
    is_plain : whether map coordinates are longitude and latitude.

    Raises
    ------
    BodyError
        The CRS has no ellipsoid.
    ValueError
        It has neither a geographic system nor a projection of one (geocentric, local).
    """

    def __init__(self, crs: pyproj.CRS, graphic: Body | None = None) -> None:
        self.crs = _horizontal(crs)
        base = self.crs.geodetic_crs
        if base is None or self.crs.is_geocentric or len(base.axis_info) < 2:
            raise ValueError("the reference system is not tied to a body")
        # Maps on a sphere whose latitudes are the planetographic ones of a flattened body.
        self.body: Body = graphic or body_from_crs(self.crs)
        self.is_plain = not (self.crs.is_projected or self.crs.is_derived)
        self._base = base
        self._lon, self._lat = _angles(base)
        self._planetocentric = _is_planetocentric(base)
        meridian = base.prime_meridian
        self._meridian = (
            float(np.degrees(meridian.longitude * float(meridian.unit_conversion_factor)))
            if meridian is not None
            else 0.0
        )
        self._swapped = _is_north_first(self.crs)
        self._written_out = None if self.is_plain else ArrayEquirectangular.of(self.crs)
        if not self.is_plain and self._written_out is None:
            self._to_map = pyproj.Transformer.from_crs(base, self.crs)
            self._from_map = pyproj.Transformer.from_crs(self.crs, base)

    def to_map(self, lon: ArrayLike, lat: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Map x, y of places (degrees east, geodetic); NaN where the map does not show them."""
        lon = np.asarray(lon, dtype=np.float64) - self._meridian
        lat = np.asarray(lat, dtype=np.float64)
        if self._written_out is not None:
            return _finite(*self._written_out.to_map(lon, lat))  # type: ignore[return-value]
        if self._planetocentric:
            lat = geodetic_to_geocentric(self.body, lat)
        lon = self._lon.sign * lon / self._lon.degrees
        lat = self._lat.sign * lat / self._lat.degrees
        if self.is_plain:
            return lon, lat
        given = (lat, lon) if self._lat.index == 0 else (lon, lat)
        first, second = _finite(*self._to_map.transform(*given, errcheck=False))
        return (second, first) if self._swapped else (first, second)

    def to_geographic(self, x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Places (degrees east, geodetic) of map points; NaN where there is no ground."""
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        if self._written_out is not None:
            lon, lat = self._written_out.to_degrees(x, y)
            return lon + self._meridian, lat
        if self.is_plain:
            lon, lat = x, y
        else:
            given = (y, x) if self._swapped else (x, y)
            degrees = _finite(*self._from_map.transform(*given, errcheck=False))
            lon, lat = degrees[self._lon.index], degrees[self._lat.index]
        lon = self._lon.sign * lon * self._lon.degrees + self._meridian
        lat = self._lat.sign * lat * self._lat.degrees
        if self._planetocentric:
            lat = geocentric_to_geodetic(self.body, lat)
        return lon, lat

    def to_planetocentric(self, x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Like :meth:`to_geographic` with planetocentric latitudes."""
        lon, lat = self.to_geographic(x, y)
        return lon, geodetic_to_geocentric(self.body, lat)

    @property
    def is_planetocentric(self) -> bool:
        """Whether the system's latitudes are planetocentric on a flattened body."""
        return self._planetocentric

    @property
    def is_west_positive(self) -> bool:
        """Whether the longitudes of a plain map count westward."""
        return self.is_plain and self._lon.sign < 0

    def turn(self) -> float | None:
        """Map units of x in one turn of the body; None where the map is not cylindrical."""
        if self.is_plain:
            return 360.0 / self._lon.degrees
        operation = self.crs.coordinate_operation
        name = (operation.method_name if operation is not None else "").lower()
        if not any(word in name for word in _CYLINDRICAL):
            return None
        if any(word in name for word in _NOT_UPRIGHT):
            return None
        middle = _central_meridian(operation) + self._meridian
        x, _ = self.to_map([middle, middle + 90.0], [0.0, 0.0])
        return 4.0 * float(abs(x[1] - x[0]))

    def bounds(
        self, left: float, bottom: float, right: float, top: float
    ) -> tuple[float, float, float, float] | None:
        """West, south, east, north (degrees, planetocentric) of a map's rectangle.

        West > east across the antimeridian. None where its edge is nowhere on the body.
        """
        south, north = min(bottom, top), max(bottom, top)
        if self.is_plain or self._written_out is not None:
            lons, lats = self.to_planetocentric([left, right], [south, north])
            box = (lons.min(), lats.min(), lons.max(), lats.max())
        else:
            degrees = GeographicCRS(
                datum=self._base.datum,
                ellipsoidal_cs=Ellipsoidal2DCS(axis=Ellipsoidal2DCSAxis.LONGITUDE_LATITUDE),
            )
            down = pyproj.Transformer.from_crs(self.crs, degrees, always_xy=True)
            west, south, east, north = down.transform_bounds(
                left, south, right, north, densify_pts=64
            )
            low, high = geodetic_to_geocentric(self.body, [south, north])
            box = (west + self._meridian, low, east + self._meridian, high)
        if not np.isfinite(box).all():
            return None
        return float(box[0]), float(box[1]), float(box[2]), float(box[3])

    def metres_per_unit(self) -> tuple[float, float]:
        """Metres of a map unit along x and y where the map is true to scale."""
        if self.is_plain:
            degree = float(np.radians(1.0)) * self.body.mean_radius
            return self._lon.degrees * degree, self._lat.degrees * degree
        first, second = (axis.unit_conversion_factor for axis in self.crs.axis_info[:2])
        return (second, first) if self._swapped else (first, second)


def _horizontal(crs: pyproj.CRS) -> pyproj.CRS:
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    return crs


def _angles(base: pyproj.CRS) -> tuple[_Angle, _Angle]:
    """The axes of longitude and of latitude."""
    lon = lat = None
    for index, axis in enumerate(base.axis_info[:2]):
        unit = float(np.degrees(axis.unit_conversion_factor))
        direction = axis.direction.lower()
        if direction in ("east", "west"):
            lon = _Angle(index, unit, 1.0 if direction == "east" else -1.0)
        elif direction in ("north", "south"):
            lat = _Angle(index, unit, 1.0 if direction == "north" else -1.0)
    if lon is None or lat is None:
        raise ValueError("the reference system has no axes of longitude and latitude")
    return lon, lat


def _is_planetocentric(base: pyproj.CRS) -> bool:
    """Whether the latitude axis is the angle at the body's centre, by its system or its name.

    WKT 1 has no spherical coordinate systems: of IAU_2015:49902 it keeps the axis' name alone.
    """
    system = base.coordinate_system
    if system is not None and system.name == "spherical":
        return True
    return any("planetocentric lat" in axis.name.lower() for axis in base.axis_info)


def _is_north_first(crs: pyproj.CRS) -> bool:
    """Whether the raster's x is the second axis, by GDAL's rule for its traditional order."""
    first, second = crs.axis_info[:2]
    directions = first.direction.lower(), second.direction.lower()
    if directions == ("north", "east"):
        return True
    # At a pole both axes point the same way, and only their names tell them apart.
    names = first.name.lower(), second.name.lower()
    return directions[0] == directions[1] and names[0].startswith("northing")


def _central_meridian(operation: Any) -> float:
    for parameter in operation.params:
        if "longitude of natural origin" in parameter.name.lower():
            return float(np.degrees(parameter.value * parameter.unit_conversion_factor))
    return 0.0


def _finite(*values: ArrayLike) -> tuple[FloatArray, ...]:
    arrays = (np.asarray(value, dtype=np.float64) for value in values)
    return tuple(np.where(np.isfinite(array), array, np.nan) for array in arrays)
