"""The equidistant cylindrical projection of flattened bodies, of a pyproj CRS and on arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..contract import equirectangular as contract

FloatArray = NDArray[np.float64]


class ArrayEquirectangular(contract.Equirectangular):
    """The contract's, on arrays."""

    @classmethod
    def of(cls, crs: Any) -> ArrayEquirectangular | None:
        """The projection of a pyproj CRS on a flattened body; None where it is another one."""
        operation, ellipsoid = crs.coordinate_operation, crs.ellipsoid
        if operation is None or ellipsoid is None or not ellipsoid.inverse_flattening:
            return None
        if not contract.is_equirectangular(operation.method_name or ""):
            return None
        values: dict[str, float] = {}
        for parameter in operation.params:
            member = contract.parameter(parameter.name)
            if member:
                value = float(parameter.value) * float(parameter.unit_conversion_factor)
                is_length = member in ("x_0", "y_0")
                values[member] = value if is_length else float(np.degrees(value))
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
        return super().to_map(np.asarray(lon, np.float64), np.asarray(lat, np.float64))

    def to_degrees(self, x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """The other way; NaN beyond the poles."""
        lon, lat = super().to_degrees(np.asarray(x, np.float64), np.asarray(y, np.float64))
        outside = ~(np.abs(lat) <= 90.0 + 1e-9)
        return np.where(outside, np.nan, lon), np.where(outside, np.nan, lat)
