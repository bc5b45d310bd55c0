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
from dataclasses import dataclass
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

from ...i18n import tr
from . import wkt as crs_wkt
from .sphere import Point, geodetic_latitude, mean_radius, planetocentric_latitude, wrap

RADIUS_TOLERANCE = 0.005
"""Relative difference of radii below which two figures are one body."""

_CYLINDRICAL = ("cylindrical", "plate carr", "mercator", "eqc", "equirectangular")
# A step in a ring this many times its usual one is a jump over the edge of the map.
_JUMP = 12.0


@dataclass(frozen=True)
class Figure:
    """A body's size: equatorial and polar radius in metres, and a name for messages."""

    a: float
    b: float
    name: str = ""

    @property
    def mean_radius(self) -> float:
        """``(2 a + b) / 3``, metres: the radius of every great-circle distance."""
        return mean_radius(self.a, self.b)

    def describe(self) -> str:
        """The name and the radius in kilometres."""
        size = f"{self.a / 1000:,.1f} km"
        if self.name and self.name.lower() != "unknown":
            return tr("{name} (radius {size})").format(name=self.name, size=size)
        return tr("a body of radius {size}").format(size=size)

    def to_geodetic(self, lat: float) -> float:
        """A planetocentric latitude as the one of a geographic system on this figure."""
        return geodetic_latitude(self.a, self.b, lat)

    def to_planetocentric(self, lat: float) -> float:
        """The other way."""
        return planetocentric_latitude(self.a, self.b, lat)


def figure_of(crs: QgsCoordinateReferenceSystem) -> Figure | None:
    """The radii a reference system declares; None where it declares none."""
    if not crs.isValid():
        return None
    text = _wkt(crs)
    radii = crs_wkt.radii(text)
    return Figure(*radii, crs_wkt.body_name(text)) if radii else None


def figure_of_body(body: dict[str, Any]) -> Figure:
    """The figure of the protocol's {name, a, b}."""
    return Figure(float(body["a"]), float(body["b"]), str(body.get("name", "")))


def same_body(first: Figure, second: Figure) -> bool:
    """Whether the radii are within 0.5 %.

    A sphere may stand for a flattened body by any of its radii: polar maps of Mars are made on the
    sphere of the polar radius.
    """
    return min(_misfit(first, second), _misfit(second, first)) <= RADIUS_TOLERANCE


def body_problem(
    crs: QgsCoordinateReferenceSystem, body: dict[str, Any] | None, what: str
) -> str | None:
    """Why nothing can be asked on a map of this reference system, as a message; None if one can.

    ``body``: the open index's, None where none is open. ``what``: who has the reference system,
    as the beginning of a sentence ("The project").
    """
    figure = figure_of(crs)
    if figure is None:
        return tr(
            "{what} has no coordinate reference system that lies on a body. Set one of the body "
            "that the mosaic shows."
        ).format(what=what)
    if body is None or same_body(figure, figure_of_body(body)):
        return None
    return tr(
        "{what} is on {found}, but the open index is of {needed}. Choose a coordinate reference "
        "system of that body, or open another index."
    ).format(what=what, found=figure.describe(), needed=figure_of_body(body).describe())


def geographic_crs(figure: Figure) -> QgsCoordinateReferenceSystem:
    """A geographic system on these radii, positive east; on an ellipsoid latitudes are geodetic."""
    wkt = crs_wkt.geographic(figure.a, figure.b, figure.name or "Body")
    return QgsCoordinateReferenceSystem.fromWkt(wkt)


def orthographic_crs(figure: Figure, lon: float, lat: float) -> QgsCoordinateReferenceSystem:
    """The plane that touches the body at (lon, planetocentric lat): metres, north up there.

    The projection in which the engine cuts a view.
    """
    text = f"+proj=ortho +lat_0={figure.to_geodetic(lat)!r} +lon_0={lon!r} +x_0=0 +y_0=0"
    return QgsCoordinateReferenceSystem.fromProj(
        f"{text} {crs_wkt.proj_size(figure.a, figure.b)} +units=m +no_defs"
    )


def local_plane(
    crs: QgsCoordinateReferenceSystem, lon: float, lat: float
) -> QgsCoordinateReferenceSystem | None:
    """Like :func:`orthographic_crs`, in a form PROJ can carry a map of ``crs`` to.

    None where there is none, and for degrees that QGIS itself would carry to another place: it
    takes the longitude of west-positive and of planetocentric systems for the latitude.
    """
    figure = figure_of(crs)
    wkt = _wkt(crs)
    odd = crs_wkt.is_west_positive(wkt) or crs_wkt.is_planetocentric(wkt)
    if figure is None or (odd and crs_wkt.is_geographic(wkt)):
        return None
    context = QgsCoordinateTransformContext()
    made = crs_wkt.plane(figure.a, figure.b, lon, figure.to_geodetic(lat))
    # One after the other: QGIS takes some 10 ms to make one.
    for make in (
        lambda: QgsCoordinateReferenceSystem.fromWkt(made),
        lambda: orthographic_crs(figure, lon, lat),
    ):
        plane = make()
        if QgsCoordinateTransform(crs, plane, context).isValid():
            return plane
    return None


class MapFrame:
    """Places on a body seen on a map of one reference system. Cheap to use, not to make.

    Raises ValueError for a reference system without radii (see :func:`body_problem`) and for one
    that PROJ cannot invert.
    """

    def __init__(self, crs: QgsCoordinateReferenceSystem) -> None:
        figure = figure_of(crs)
        if figure is None:
            raise ValueError("the reference system lies on no body")
        self.crs = crs
        self.figure = figure
        wkt = _wkt(crs)
        # Longitude and latitude need no PROJ, whose QGIS wrapper swaps west-positive axes.
        self._plain = crs_wkt.is_geographic(wkt)
        self._west = self._plain and crs_wkt.is_west_positive(wkt)
        self._meridian = crs_wkt.prime_meridian(wkt) if self._plain else 0.0
        self._spherical = self._plain and crs_wkt.is_planetocentric(wkt)
        self._down: QgsCoordinateTransform | None = None
        self._up: QgsCoordinateTransform | None = None
        if not self._plain:
            self._down, self._up = _transforms(crs, wkt, figure)
        self.period = self._turn(wkt)
        """Map units of one turn of the body; 0 where the map is not cylindrical."""

    def to_lonlat(self, point: QgsPointXY) -> Point | None:
        """Degrees east and planetocentric latitude of a map point; None where there is no ground.

        A point beyond the map that the projection itself carries back somewhere else (outside the
        ellipse of a sinusoidal map) is no ground either, except one turn aside of a cylindrical.
        """
        if self._plain:
            if not abs(point.y()) <= 90.0 or not math.isfinite(point.x()):
                return None
            lon = wrap((-point.x() if self._west else point.x()) + self._meridian)
            lat = point.y()
            return lon, lat if self._spherical else self.figure.to_planetocentric(lat)
        there = _transformed(self._down, point.x(), point.y())
        if there is None or not abs(there[1]) <= 90.0 or not abs(there[0]) <= 720.0:
            return None
        back = _transformed(self._up, *there)
        if back is None or not self._is_same(back, point):
            return None
        return wrap(there[0]), self.figure.to_planetocentric(there[1])

    def to_map(self, lon: float, lat: float, near: float | None = None) -> QgsPointXY | None:
        """The map point of a place; None where the map does not show it.

        ``near``: an x; of the places one turn apart on a cylindrical map, the nearest to it.
        """
        if self._plain:
            y = lat if self._spherical else self.figure.to_geodetic(lat)
            x = wrap(lon - self._meridian) if self._meridian else lon
            x = -x if self._west else x
        else:
            found = _transformed(self._up, wrap(lon), self.figure.to_geodetic(lat))
            if found is None:
                return None
            x, y = found
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

    def _turn(self, wkt: str) -> float:
        if self._plain:
            return 360.0
        method = crs_wkt.method(wkt)
        if not any(word in method for word in _CYLINDRICAL):
            return 0.0
        if any(word in method for word in ("transverse", "oblique", "equal area skew")):
            return 0.0
        xs = [_transformed(self._up, lon, 0.0) for lon in (0.0, 90.0, 180.0, -90.0, 0.0)]
        quarters = [abs(q[0] - p[0]) for p, q in _pairs(xs) if p is not None and q is not None]
        return 4.0 * min(quarters) if quarters else 0.0

    def _is_same(self, back: Point, point: QgsPointXY) -> bool:
        dx, dy = back[0] - point.x(), back[1] - point.y()
        if self.period:
            dx -= round(dx / self.period) * self.period
        # Map units may be metres or kilometres; a millionth of the distance from the origin.
        return math.hypot(dx, dy) <= 1e-6 * math.hypot(point.x(), point.y()) + 1e-3


def same_place(frame: MapFrame, point: QgsPointXY, other: MapFrame) -> QgsPointXY | None:
    """A point of one map on another map of the same body, whatever their authorities say."""
    place = frame.to_lonlat(point)
    return None if place is None else other.to_map(*place)


# --------------------------------------------------------------------------------- helpers


def _wkt(crs: QgsCoordinateReferenceSystem) -> str:
    variants = getattr(Qgis, "CrsWktVariant", None)  # from 3.36 on
    variant = variants.Wkt2_2019 if variants else QgsCoordinateReferenceSystem.WKT2_2019
    return str(crs.toWkt(variant))


def _transforms(
    crs: QgsCoordinateReferenceSystem, wkt: str, figure: Figure
) -> tuple[QgsCoordinateTransform, QgsCoordinateTransform]:
    """From the map to degrees on its own body, and back.

    PROJ refuses to connect two systems whose bodies it takes for different ones, and it guesses
    the body of an unnamed figure differently for WKT and for PROJ strings: hence several tries.
    """
    context = QgsCoordinateTransformContext()
    longlat = f"+proj=longlat {crs_wkt.proj_size(figure.a, figure.b)} +no_defs"
    own = crs_wkt.base_of(wkt, figure.a, figure.b)
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


def _misfit(declared: Figure, known: Figure) -> float:
    radii = (known.a, known.mean_radius, known.b) if declared.a == declared.b else (known.a,)
    return min(abs(declared.a - radius) / radius for radius in radii)


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
    made: list[list[QgsPointXY]] = []
    for part in parts:
        made.append([part[0]])
        for p, q in _pairs(part):
            if p.distance(q) > longest:
                made.append([])
            made[-1].append(q)
    return [part for part in made if len(part) > 1]
