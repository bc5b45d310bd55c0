"""Reference systems of any body: their radii, and map points as places on the body.

No authority code, no project ellipsoid and no datum shift is involved: every map is unprojected
to a geographic system made of its own datum (``IAU_2015:49910`` and a custom sphere of the same
radius have no transform between them in PROJ), and bodies are compared by their radii. Longitudes
leave positive east within [-180, 180), latitudes planetocentric.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from statistics import median
from typing import Any

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsPointXY,
)

from ...contract.body import Body, geographic_wkt, known_body, same_body
from ...i18n import tr
from ..words.bodies import body as body_words
from . import wkt as crs_wkt
from .sphere import Point, wrap

# Numbers of the IAU's 2015 systems on spheres.
_IAU_CODES = {
    "Mercury": 19900, "Moon": 30100, "Mars": 49900, "Io": 50100, "Europa": 50200,
    "Ganymede": 50300, "Callisto": 50400, "Mimas": 60100, "Enceladus": 60200, "Tethys": 60300,
    "Dione": 60400, "Rhea": 60500, "Titan": 60600, "Iapetus": 60800, "Ceres": 200000100,
    "Vesta": 200000400,
}  # fmt: skip
_WGS84 = Body("Earth", 6378137.0, 6356752.314245)
_SAME_M = 0.5
_CYLINDRICAL = ("cylindrical", "plate carr", "mercator", "equirectangular")
# A step in a ring this many times its usual one is a jump over the edge of the map.
_JUMP = 12.0


def body_of(crs: QgsCoordinateReferenceSystem) -> Body | None:
    """The body of a reference system, by the radii it declares; None where it declares none."""
    if not crs.isValid():
        return None
    text = wkt_of(crs)
    radii = crs_wkt.radii(text)
    return Body(crs_wkt.body_name(text) or "unknown", *radii) if radii else None


def is_earth(body: Body | None) -> bool:
    """Whether it is the Earth, by its name and size."""
    return body is not None and same_body(body, _WGS84)


def body_problem(crs: QgsCoordinateReferenceSystem, body: Body | None, what: str) -> str | None:
    """Why nothing can be asked on a map of this reference system, as a message; None if one can.

    ``body``: the open index's, None where none is open. ``what``: who has the reference system,
    as the beginning of a sentence ("The project").
    """
    own = body_of(crs)
    if own is None:
        return tr(
            "{what} has no coordinate reference system that lies on a body. Set one of the body "
            "that the mosaic shows."
        ).format(what=what)
    if body is None or same_body(own, body):
        return None
    return tr(
        "{what} is on {found}, but the open index is of {needed}. Choose a coordinate reference "
        "system of that body, or open another index."
    ).format(what=what, found=body_words(own), needed=body_words(body))


def geographic_crs(
    body: Body, shown_in: QgsCoordinateReferenceSystem | None = None, coded: bool = True
) -> QgsCoordinateReferenceSystem:
    """Longitude and latitude on ``body``, positive east, for a map in ``shown_in``.

    A sphere whose radius is that of the IAU's 2015 system gets that system (unless ``coded`` is
    False, for files that do not give the code back), as the engine's exports do; every other body
    one of its own, whose latitudes are geodetic. PROJ refuses to go from the IAU's system to a map
    on an unnamed sphere ("no transform available"), although both are the same: there the layer's
    system is unnamed too, which PROJ carries to all of them. The coordinates are the same in each.
    """
    from_wkt = QgsCoordinateReferenceSystem.fromWkt
    if _same_radii(body, _WGS84):
        return QgsCoordinateReferenceSystem("EPSG:4326")
    shown = body_of(shown_in) if shown_in is not None and not shown_in.authid() else None
    if shown_in is not None and shown is not None and same_body(shown, body):
        if _same_radii(shown, body) and _is_plain(wkt_of(shown_in)):
            return shown_in
        return from_wkt(geographic_wkt(body, "unknown"))
    named = known_body(body.name)
    code = _IAU_CODES.get(named.name) if named is not None else None
    if coded and body.is_sphere and code is not None:
        known = QgsCoordinateReferenceSystem(f"IAU_2015:{code}")
        own = body_of(known)
        if own is not None and _same_radii(own, body):
            return known
    return from_wkt(geographic_wkt(body))


def local_plane(
    crs: QgsCoordinateReferenceSystem, lon: float, lat: float
) -> QgsCoordinateReferenceSystem | None:
    """The plane that touches the body of ``crs`` at (lon, planetocentric lat): metres, north up.

    None where PROJ cannot carry ``crs`` to it, and for degrees that QGIS itself would carry to
    another place: it takes the longitude of west-positive and of planetocentric systems for the
    latitude.
    """
    body, wkt = body_of(crs), wkt_of(crs)
    odd = crs_wkt.is_west_positive(wkt) or crs_wkt.is_planetocentric(wkt)
    if body is None or (odd and crs_wkt.is_geographic(wkt)):
        return None
    at = body.geodetic(lat)
    text = f"+proj=ortho +lat_0={at!r} +lon_0={lon!r} {crs_wkt.proj_size(body.a, body.b)} +units=m"
    # One after the other: QGIS takes some 10 ms to make one.
    for make in (
        lambda: QgsCoordinateReferenceSystem.fromWkt(crs_wkt.plane(body.a, body.b, lon, at)),
        lambda: QgsCoordinateReferenceSystem.fromProj(f"{text} +no_defs"),
    ):
        plane = make()
        if QgsCoordinateTransform(crs, plane, QgsCoordinateTransformContext()).isValid():
            return plane
    return None


class MapFrame:
    """Places on a body seen on a map of one reference system. Cheap to use, not to make.

    ``shows``: the body that a map shows which calls itself one of the Earth. Raises ValueError for
    a reference system without radii (see :func:`body_problem`) and for one that PROJ cannot invert.
    """

    def __init__(self, crs: QgsCoordinateReferenceSystem, shows: Body | None = None) -> None:
        body = body_of(crs)
        if body is None:
            raise ValueError("the reference system lies on no body")
        self.crs = crs
        self.body = body
        if shows is not None and is_earth(body) and not is_earth(shows):
            # The Earth's degrees and nothing else of its system: planetocentric, as they are.
            self.body = Body(shows.name, shows.a, shows.a)
        wkt = wkt_of(crs)
        # Longitude and latitude need no PROJ, whose QGIS wrapper swaps west-positive axes.
        self._plain = crs_wkt.is_geographic(wkt)
        self._west = self._plain and crs_wkt.is_west_positive(wkt)
        self._meridian = crs_wkt.prime_meridian(wkt) if self._plain else 0.0
        self._spherical = self._plain and crs_wkt.is_planetocentric(wkt)
        # Nor does the projection whose meaning depends on PROJ's version.
        self._written = None if self._plain else crs_wkt.equirectangular(wkt)
        if self._written is not None:
            self._meridian = crs_wkt.prime_meridian(wkt)
        self._down: QgsCoordinateTransform | None = None
        self._up: QgsCoordinateTransform | None = None
        if not self._plain and self._written is None:
            self._down, self._up = _transforms(crs, wkt, body)
        self.period = self._turn(wkt)
        """Map units of one turn of the body; 0 where the map is not cylindrical."""

    def to_lonlat(self, point: QgsPointXY) -> Point | None:
        """Degrees east and planetocentric latitude of a map point; None where there is no ground.

        Beyond the edge of its map a projection may still give a place (beside the outline of a
        sinusoidal map): there is no ground either. A cylindrical map may be read on over its edge.
        """
        if self._plain:
            if not abs(point.y()) <= 90.0 or not math.isfinite(point.x()):
                return None
            lon = wrap((-point.x() if self._west else point.x()) + self._meridian)
            lat = point.y()
            return lon, lat if self._spherical else self.body.planetocentric(lat)
        if self._written is not None:
            lon, lat = self._written.to_degrees(point.x(), point.y())
            if not abs(lat) <= 90.0 or not math.isfinite(lon):
                return None
            return wrap(lon + self._meridian), self.body.planetocentric(lat)
        there = _transformed(self._down, point.x(), point.y())
        if there is None or not abs(there[1]) <= 90.0 or not abs(there[0]) <= 720.0:
            return None
        back = _transformed(self._up, *there)
        if back is None or not self._is_same(back, point):
            return None
        return wrap(there[0]), self.body.planetocentric(there[1])

    def to_map(self, lon: float, lat: float, near: float | None = None) -> QgsPointXY | None:
        """The map point of a place; None where the map does not show it.

        ``near``: an x; of the places one turn apart on a cylindrical map, the nearest to it.
        """
        if self._plain:
            y = lat if self._spherical else self.body.geodetic(lat)
            x = wrap(lon - self._meridian) if self._meridian else lon
            x = -x if self._west else x
        else:
            point = self._projected(lon, self.body.geodetic(lat))
            if point is None:
                return None
            x, y = point
        if near is not None and self.period:
            x += round((near - x) / self.period) * self.period
        return QgsPointXY(x, y)

    def ring(self, ring: Sequence[Point], near: float | None = None) -> list[list[QgsPointXY]]:
        """A closed ring of places as connected parts on the map, without what it cannot show.

        One part that ends where it began is the whole ring; more parts are what is left of a ring
        cut by the edge of the map. On a cylindrical map a ring runs on over the edge.
        """
        x = near
        parts: list[list[QgsPointXY]] = [[]]
        for lon, lat in ring:
            point = self.to_map(lon, lat, x)
            if point is None:
                parts.append([])
                continue
            if self.period:
                x = point.x()
            parts[-1].append(point)
        return _without_jumps([part for part in parts if len(part) > 1])

    def _projected(self, lon: float, geodetic: float) -> Point | None:
        if self._written is not None:
            return self._written.to_map(wrap(lon - self._meridian), geodetic)
        return _transformed(self._up, wrap(lon), geodetic)

    def _turn(self, wkt: str) -> float:
        if self._plain:
            return 360.0
        if self._written is not None:
            return self._written.turn
        method = crs_wkt.method(wkt)
        if not any(word in method for word in _CYLINDRICAL):
            return 0.0
        if any(word in method for word in ("transverse", "oblique", "equal area skew")):
            return 0.0
        xs = [self._projected(lon, 0.0) for lon in (0.0, 90.0, 180.0, -90.0, 0.0)]
        quarters = [abs(q[0] - p[0]) for p, q in _pairs(xs) if p is not None and q is not None]
        return 4.0 * min(quarters) if quarters else 0.0

    def _is_same(self, back: Point, point: QgsPointXY) -> bool:
        dx, dy = back[0] - point.x(), back[1] - point.y()
        if self.period:
            dx -= round(dx / self.period) * self.period
        # Map units may be metres or kilometres; a millionth of the distance from the origin.
        return math.hypot(dx, dy) <= 1e-6 * math.hypot(point.x(), point.y()) + 1e-3


# --------------------------------------------------------------------------------- helpers


def wkt_of(crs: QgsCoordinateReferenceSystem) -> str:
    """A reference system as WKT 2."""
    variants = getattr(Qgis, "CrsWktVariant", None)  # from 3.36 on
    variant = variants.Wkt2_2019 if variants else QgsCoordinateReferenceSystem.WKT2_2019
    return str(crs.toWkt(variant))


def _transforms(
    crs: QgsCoordinateReferenceSystem, wkt: str, body: Body
) -> tuple[QgsCoordinateTransform, QgsCoordinateTransform]:
    """From the map to degrees on its own body, and back.

    PROJ refuses to connect two systems whose bodies it takes for different ones, and it guesses
    the body of an unnamed figure differently for WKT and for PROJ strings: hence several tries.
    """
    context = QgsCoordinateTransformContext()
    longlat = f"+proj=longlat {crs_wkt.proj_size(body.a, body.b)} +no_defs"
    own = crs_wkt.base_of(wkt, body.a, body.b)
    from_proj = QgsCoordinateReferenceSystem.fromProj
    # One after the other: QGIS takes some 20 ms to make one.
    tries = [
        lambda: (crs, QgsCoordinateReferenceSystem.fromWkt(own)),
        lambda: (crs, from_proj(longlat)),
    ]
    if crs.toProj():
        tries.append(lambda: (from_proj(crs.toProj()), from_proj(longlat)))
    for make in tries:
        source, base = make()
        down = QgsCoordinateTransform(source, base, context)
        up = QgsCoordinateTransform(base, source, context)
        if down.isValid() and up.isValid():
            return down, up
    raise ValueError("the reference system cannot be carried to degrees")


def _is_plain(wkt: str) -> bool:
    """Degrees east and north from the body's own meridian."""
    turned = crs_wkt.is_west_positive(wkt) or crs_wkt.prime_meridian(wkt) != 0.0
    return crs_wkt.is_geographic(wkt) and not turned and not crs_wkt.is_planetocentric(wkt)


def _same_radii(first: Body, second: Body) -> bool:
    return abs(first.a - second.a) < _SAME_M and abs(first.b - second.b) < _SAME_M


def _transformed(transform: QgsCoordinateTransform | None, x: float, y: float) -> Point | None:
    if transform is None:
        return None
    with contextlib.suppress(QgsCsException):
        there = transform.transform(QgsPointXY(x, y))
        if math.isfinite(there.x()) and math.isfinite(there.y()):
            return there.x(), there.y()
    return None


def _pairs(points: Sequence[Any]) -> list[tuple[Any, Any]]:
    return [(points[i], points[i + 1]) for i in range(len(points) - 1)]


def _without_jumps(parts: list[list[QgsPointXY]]) -> list[list[QgsPointXY]]:
    steps = [p.distance(q) for part in parts for p, q in _pairs(part)]
    if not steps:
        return []
    longest = _JUMP * max(median(steps), 1e-12)
    kept: list[list[QgsPointXY]] = []
    for part in parts:
        kept.append([part[0]])
        for p, q in _pairs(part):
            if p.distance(q) > longest:
                kept.append([])
            kept[-1].append(q)
    return [part for part in kept if len(part) > 1]
