"""The reference system of a layer: whose body, which latitudes, and its points as degrees."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.columns import PLANETOGRAPHIC
from ..bodies import Body, body_from_crs, geodetic_to_geocentric
from ..errors import BodyError, CatalogueError
from ..words import SAY_BODY, Advice
from .shapes import ToDegrees

FloatArray = NDArray[np.float64]
# RFC 7946 and the KML standard: WGS 84, whatever body the numbers are of.
_BY_DECREE = ("GeoJSON", "GeoJSONSeq", "TopoJSON", "KML", "LIBKML", "GPX")


class MapSystem:
    """What a layer's CRS says.

    Attributes
    ----------
    body : whose it is; None where it says nothing: no CRS, GDAL's placeholder for none, or the
        Earth's in a format that knows no other.
    is_earth : whether it is the Earth's, by decree or not.
    is_planetographic : whether its latitudes are, on a flattened body other than the Earth.
    """

    def __init__(self, text: str | None, driver: str) -> None:
        self.body: Body | None = None
        self.is_earth = self.is_planetographic = False
        self._frame: Any = None
        self._local = False
        if text:
            self._read(text, driver.split("/")[0].strip())

    def _read(self, text: str, driver: str) -> None:
        import pyproj

        from ..frame import MapFrame

        try:
            crs = pyproj.CRS.from_user_input(text)
        except pyproj.exceptions.CRSError:
            self._local = True
            return
        # What GDAL writes into a GeoPackage for a layer without a system.
        if crs.name.lower().startswith("undefined geographic"):
            return
        try:
            body = body_from_crs(crs)
            self._frame = MapFrame(crs)
        except (BodyError, ValueError, pyproj.exceptions.ProjError):
            self._local = True
            return
        self.is_earth = body.name == "Earth"
        if not (self.is_earth and driver in _BY_DECREE):
            self.body = body
        self.is_planetographic = (
            not self.is_earth and not body.is_sphere and not self._frame.is_planetocentric
        )

    def to_degrees(self, body: Body | None, latitude: str | None, strict: bool) -> ToDegrees | None:
        """Map coordinates -> degrees east, planetocentric, for a catalogue of ``body``.

        ``latitude``: what the user said of degrees that no system explains. A system without
        degrees gives None, or CatalogueError where ``strict``.
        """
        if self._local:
            if not strict:
                return None
            raise CatalogueError(
                "The layer has a coordinate reference system that gives no longitude and latitude. "
                "Assign a CRS of the body, or name columns of longitude and latitude"
                f"{Advice(' (--lon, --lat)', '')}."
            )
        frame = self._frame
        if frame is None:
            return _as_they_are(body, latitude)
        if self.is_earth and (body is None or body.name != "Earth"):
            # The Earth's flattening has no place on another body: its degrees and nothing else.
            as_said = _as_they_are(body, latitude)

            def degrees(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
                return as_said(*_apart(frame.to_geographic, x, y))

            return degrees

        def planetocentric(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
            return _apart(frame.to_planetocentric, x, y)

        return planetocentric


def _as_they_are(body: Body | None, latitude: str | None) -> ToDegrees:
    def degrees(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        if latitude != PLANETOGRAPHIC:
            return x.copy(), y.copy()
        if body is None:
            raise CatalogueError(f"Planetographic latitudes need a body. {SAY_BODY}")
        return x.copy(), np.asarray(geodetic_to_geocentric(body, y))

    return degrees


def _apart(convert: Any, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    # One point more: pyproj takes an array of length 1 for a scalar, by a deprecated way.
    lon, lat = convert(np.append(x, 0.0), np.append(y, 0.0))
    lon, lat = np.array(lon[:-1]), np.array(lat[:-1])
    bad = ~(np.isfinite(lon) & np.isfinite(lat))
    lon[bad] = lat[bad] = np.nan
    return lon, lat
