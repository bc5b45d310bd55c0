"""Great-circle geometry on bodies, longitude conventions, latitude kinds, bodies of reference
systems. What a body is, and which two are one, stands in :mod:`craterbench_qgis.contract.body`.

Longitudes and latitudes are degrees, longitudes positive east, latitudes planetocentric (as crater
catalogues give them) unless a function says otherwise. Distances are metres on the sphere of the
body's mean radius. Every geometric function broadcasts like numpy; scalars in, numpy scalars out.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..contract.body import KNOWN_BODIES, Body, identify_body, known_body, same_body
from ..contract.records import RecordError
from .errors import BodyError

__all__ = [
    "KNOWN_BODIES",
    "Body",
    "body_by_name",
    "body_from_crs",
    "body_in_text",
    "circle",
    "destination",
    "east_longitude",
    "geocentric_to_geodetic",
    "geodetic_to_geocentric",
    "great_circle_distance",
    "initial_bearing",
    "map_latitude",
    "same_body",
    "wrap_longitude",
]

FloatArray = NDArray[np.float64]


def body_by_name(name: str) -> Body:
    """The body called ``name`` (any case) with its IAU 2015 radii; else :class:`BodyError`."""
    body = known_body(name)
    if body is None:
        known = ", ".join(b.name for b in KNOWN_BODIES)
        raise BodyError(f"There is no body called '{name}' here. Use one of: {known}.")
    return body


def body_in_text(text: str) -> Body | None:
    """The one body a file's name speaks of (``mars_craters_km`` -> Mars), or None.

    Whole words only; names of less than four letters and the Earth are too easily meant otherwise.
    """
    words = re.split(r"[^a-z]+", text.lower())
    bodies = {known.name: known for word in words if len(word) > 3 and (known := known_body(word))}
    bodies.pop("Earth", None)
    return next(iter(bodies.values())) if len(bodies) == 1 else None


def body_from_crs(crs: Any) -> Body:
    """The body a coordinate reference system lies on, with the radii the CRS declares.

    ``crs``: a rasterio or pyproj CRS, or whatever pyproj reads (WKT, PROJ string, 'EPSG:4326').
    A name in the datum, ellipsoid or CRS decides when the radii fit it (several icy moons have
    nearly the same size), else the nearest radius within 0.5 %, else the body is named by its
    radii. Raises :class:`BodyError` for a CRS that is missing, unreadable or has no ellipsoid.
    """
    parsed = _parse_crs(crs)
    horizontal = parsed.sub_crs_list[0] if parsed.is_compound else parsed
    if horizontal.is_bound and horizontal.source_crs is not None:
        horizontal = horizontal.source_crs
    ellipsoid = horizontal.ellipsoid
    if ellipsoid is None:
        raise BodyError(
            f"The coordinate reference system '{parsed.name}' does not say on which body it lies. "
            "Give the body by name, or assign a CRS of the body to the data."
        )
    a, b = float(ellipsoid.semi_major_metre), float(ellipsoid.semi_minor_metre)
    datum, geodetic = horizontal.datum, horizontal.geodetic_crs
    texts = [
        datum.name if datum is not None else "",
        ellipsoid.name,
        geodetic.name if geodetic is not None else "",
        horizontal.name,
    ]
    try:
        return identify_body(a, b, " ".join(text or "" for text in texts))
    except RecordError as error:
        raise BodyError(
            f"The coordinate reference system '{parsed.name}' has impossible radii ({error}) "
            "Assign a CRS of the body to the data."
        ) from error


def _parse_crs(crs: Any) -> Any:
    import pyproj
    from pyproj.exceptions import CRSError

    if crs is None or crs == "":
        raise BodyError(
            "The data have no coordinate reference system, so their body is not known. "
            "Assign a CRS of the body, or give the body by name."
        )
    if isinstance(crs, pyproj.CRS):
        return crs
    try:
        # rasterio's CRS speaks WKT; its own PROJ database need not be pyproj's.
        user_input = crs.to_wkt() if hasattr(crs, "to_wkt") else crs
        return pyproj.CRS.from_user_input(user_input)
    except (CRSError, TypeError, ValueError) as error:
        raise BodyError(
            f"The coordinate reference system cannot be understood ({error}). "
            "Use WKT, a PROJ string or an authority code such as IAU_2015:30100."
        ) from error


# ------------------------------------------------------------------ longitudes and latitudes


def wrap_longitude(lon: ArrayLike, centre: float = 0.0) -> FloatArray:
    """Longitudes (degrees) wrapped into ``[centre - 180, centre + 180)``.

    Those already inside stay bit-equal. ``centre=0`` gives -180..180, ``centre=180`` gives
    0..360. NaN stays NaN.
    """
    lon = np.asarray(lon, dtype=np.float64)
    low, high = centre - 180.0, centre + 180.0
    with np.errstate(invalid="ignore"):
        wrapped = low + np.mod(lon - low, 360.0)
        # Rounding may carry a value just below `low` up to `high`, which is `low` again.
        wrapped = np.where(wrapped >= high, low, wrapped)
        inside = (lon >= low) & (lon < high)
    return np.where(inside, lon, wrapped)[()]


def east_longitude(lon: ArrayLike, west_positive: bool = False, centre: float = 0.0) -> FloatArray:
    """Longitudes of either sign convention as positive-east, wrapped around ``centre``."""
    values = np.asarray(lon, dtype=np.float64)
    return wrap_longitude(-values if west_positive else values, centre)


def geocentric_to_geodetic(body: Body, lat: ArrayLike) -> FloatArray:
    """Planetocentric latitudes as planetographic (geodetic) ones: tan g = (a/b)^2 tan c."""
    if body.is_sphere:
        return np.array(lat, dtype=np.float64)[()]
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    return np.degrees(np.arctan2(body.a**2 * np.sin(phi), body.b**2 * np.cos(phi)))[()]


def geodetic_to_geocentric(body: Body, lat: ArrayLike) -> FloatArray:
    """Planetographic (geodetic) latitudes as planetocentric ones: tan c = (b/a)^2 tan g."""
    if body.is_sphere:
        return np.array(lat, dtype=np.float64)[()]
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    return np.degrees(np.arctan2(body.b**2 * np.sin(phi), body.a**2 * np.cos(phi)))[()]


def map_latitude(body: Body, lat: ArrayLike) -> FloatArray:
    """Planetocentric latitudes as a geographic reference system of ``body`` has them:
    planetographic on an ellipsoid (what PROJ, GDAL and QGIS take a latitude to be), bit for bit on
    a sphere."""
    return np.asarray(lat if body.is_sphere else geocentric_to_geodetic(body, lat), np.float64)


# ------------------------------------------------------------------------- great circles


def great_circle_distance(
    body: Body, lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike
) -> FloatArray:
    """Metres along the great circle between two points on the sphere of the mean radius.

    Vincenty's arctangent form for the sphere (Survey Review 23(176), 1975), with haversine terms
    against cancellation: accurate from millimetres to antipodes.
    """
    north, east, cosine = _offsets(lon1, lat1, lon2, lat2)
    return (body.mean_radius * np.arctan2(np.hypot(north, east), cosine))[()]


def initial_bearing(
    lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike
) -> FloatArray:
    """Direction of the second point seen from the first, degrees clockwise from north, [0, 360).

    Zero where both points coincide.
    """
    north, east, _ = _offsets(lon1, lat1, lon2, lat2)
    return wrap_longitude(np.degrees(np.arctan2(east, north)), 180.0)


def destination(
    body: Body, lon: ArrayLike, lat: ArrayLike, bearing_deg: ArrayLike, distance_m: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """The point ``distance_m`` metres from (lon, lat) along the great circle of that bearing.

    Returns (lon in [-180, 180), lat). At a pole the bearing is measured from the meridian ``lon``.
    """
    inputs = (np.asarray(v, dtype=np.float64) for v in (lon, lat, bearing_deg, distance_m))
    lon, lat, bearing_deg, distance_m = np.broadcast_arrays(*inputs)
    phi, theta, delta = np.radians(lat), np.radians(bearing_deg), distance_m / body.mean_radius
    sin_phi, cos_phi = np.sin(phi), np.cos(phi)
    forward = np.sin(delta) * np.cos(theta)
    # Cartesian, x in the meridian of the start: arctangents stay accurate at the poles.
    x = cos_phi * np.cos(delta) - sin_phi * forward
    y = np.sin(delta) * np.sin(theta)
    z = sin_phi * np.cos(delta) + cos_phi * forward
    lon2 = wrap_longitude(lon + np.degrees(np.arctan2(y, x)))
    lat2 = np.degrees(np.arctan2(z, np.hypot(x, y)))
    return lon2, lat2[()]


def circle(
    body: Body, lon: ArrayLike, lat: ArrayLike, radius_m: ArrayLike, n: int = 72
) -> tuple[FloatArray, FloatArray]:
    """``n`` points of the small circle of ground radius ``radius_m`` (metres) around (lon, lat).

    Starts in the north and runs clockwise, not closed. Returns (lon, lat) of shape ``[n]`` for
    scalars and ``[..., n]`` for arrays; longitudes in [-180, 180). Raises ValueError if n < 3.
    """
    if n < 3:
        raise ValueError("a circle needs at least three points")
    bearings = np.arange(n, dtype=np.float64) * (360.0 / n)
    lon, lat, radius_m = (np.asarray(v, dtype=np.float64)[..., None] for v in (lon, lat, radius_m))
    return destination(body, lon, lat, bearings, radius_m)


def _offsets(
    lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The second point in the first one's frame: its north, east and upward direction cosines."""
    lam = np.radians(wrap_longitude(np.subtract(lon2, lon1, dtype=np.float64)))
    phi1, phi2 = np.radians(np.asarray(lat1, float)), np.radians(np.asarray(lat2, float))
    sin1, cos1, cos2 = np.sin(phi1), np.cos(phi1), np.cos(phi2)
    hav_lam = 2.0 * np.sin(lam / 2.0) ** 2  # 1 - cos(lam)
    north = np.sin(phi2 - phi1) + sin1 * cos2 * hav_lam
    east = cos2 * np.sin(lam)
    upward = np.cos(phi2 - phi1) - cos1 * cos2 * hav_lam
    return north, east, upward
