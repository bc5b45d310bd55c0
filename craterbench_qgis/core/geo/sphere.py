"""Spherical geometry for the map: rings, circles and great circles on a body. Pure Python.

Degrees, longitudes positive east within [-180, 180], latitudes planetocentric; metres on the
sphere of the body's mean radius. The engine's ``bodies`` and
``formats.geometry`` draw the same figures, and a test compares the two.

The functions that make WKT take ``latitude``, the function that turns a planetocentric latitude
into the latitude of the layer's reference system (``contract.body.Body.geodetic``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

Point = tuple[float, float]
LatitudeMap = Callable[[float], float]

POINTS = 128
POINTS_NEAR_POLE = 720
"""Straight lines in degrees bend on the ground, most of all near a pole."""

_LEAST_ARC = 18.0
_STEP_DEG = 2.0  # of a great circle, on the ground
_LONGITUDE_STEP_DEG = 8.0  # of a great circle, near a pole
_DEPTH = 24


def wrap(lon: float) -> float:
    """``lon`` in [-180, 180)."""
    if -180.0 <= lon < 180.0:
        return lon
    wrapped = (lon + 180.0) % 360.0 - 180.0
    return -180.0 if wrapped >= 180.0 else wrapped


def great_circle_distance(
    radius_m: float, lon1: float, lat1: float, lon2: float, lat2: float
) -> float:
    """Metres between two points; accurate from millimetres to antipodes."""
    north, east, upward = _offset(lon1, lat1, lon2, lat2)
    return radius_m * math.atan2(math.hypot(north, east), upward)


def initial_bearing(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Direction of the second point from the first, degrees clockwise from north, [0, 360)."""
    north, east, _ = _offset(lon1, lat1, lon2, lat2)
    bearing = math.degrees(math.atan2(east, north)) % 360.0
    return 0.0 if bearing >= 360.0 else bearing


def destination(
    radius_m: float, lon: float, lat: float, bearing_deg: float, distance_m: float
) -> Point:
    """The point ``distance_m`` along the great circle; at a pole from the meridian ``lon``."""
    phi, theta = math.radians(lat), math.radians(bearing_deg)
    delta = distance_m / radius_m
    forward = math.sin(delta) * math.cos(theta)
    x = math.cos(phi) * math.cos(delta) - math.sin(phi) * forward
    y = math.sin(delta) * math.sin(theta)
    z = math.sin(phi) * math.cos(delta) + math.cos(phi) * forward
    turned = wrap(lon + math.degrees(math.atan2(y, x)))
    return turned, math.degrees(math.atan2(z, math.hypot(x, y)))


def circle_ring(
    radius_m: float, lon: float, lat: float, diameter_m: float, n: int = POINTS
) -> list[Point]:
    """The rim of a crater: a closed ring of ``n`` + 1 points, clockwise from the north.

    Longitudes are wrapped, so a ring over the antimeridian jumps there; for a polygon in degrees
    use :func:`circle_multipolygon_wkt`.
    """
    ring = [destination(radius_m, lon, lat, 360.0 * i / n, diameter_m / 2) for i in range(n)]
    return [*ring, ring[0]]


def circle_through(radius_m: float, rim: Sequence[Point]) -> tuple[Point, float] | None:
    """Centre and diameter (metres along the surface) of the circle through three places.

    None where they lie on a line, or so nearly that they say no diameter: on less than a
    twentieth of the circle.
    """
    first, second, third = (_unit(*place) for place in rim)
    normal = _cross(_minus(second, first), _minus(third, first))
    length = math.hypot(*normal)
    height = sum(n * p for n, p in zip(normal, first))  # noqa: B905 - Python 3.9
    if length == 0.0:
        return None
    sign = 1.0 if height >= 0.0 else -1.0  # the smaller of both sides
    x, y, z = (sign * n / length for n in normal)
    centre = (wrap(math.degrees(math.atan2(y, x))), math.degrees(math.atan2(z, math.hypot(x, y))))
    reach = math.atan2(math.hypot(*_cross((x, y, z), first)), abs(height) / length)
    seen = sorted(initial_bearing(*centre, *place) for place in rim)
    gaps = [seen[1] - seen[0], seen[2] - seen[1], 360.0 - seen[2] + seen[0]]
    if 360.0 - max(gaps) < _LEAST_ARC:
        return None
    return centre, 2.0 * radius_m * reach


def _unit(lon: float, lat: float) -> tuple[float, float, float]:
    theta, phi = math.radians(lon), math.radians(lat)
    return math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi)


def _minus(p: Sequence[float], q: Sequence[float]) -> tuple[float, float, float]:
    return p[0] - q[0], p[1] - q[1], p[2] - q[2]


def _cross(p: Sequence[float], q: Sequence[float]) -> tuple[float, float, float]:
    return (
        p[1] * q[2] - p[2] * q[1],
        p[2] * q[0] - p[0] * q[2],
        p[0] * q[1] - p[1] * q[0],
    )


def square_ring(
    radius_m: float, lon: float, lat: float, side_m: float, per_side: int = 16
) -> list[Point]:
    """The square that is searched: a closed ring of ``4 * per_side`` + 1 points from its NW corner.

    North up in the plane that touches the body at the centre (orthographic projection), as the
    engine cuts a view. Corners beyond the limb are drawn on the limb.
    """
    half = side_m / 2
    corners = [(-half, half), (half, half), (half, -half), (-half, -half)]
    ring = []
    for i, (x0, y0) in enumerate(corners):
        x1, y1 = corners[(i + 1) % 4]
        for j in range(per_side):
            t = j / per_side
            x, y = x0 + (x1 - x0) * t, y0 + (y1 - y0) * t
            reach = radius_m * math.asin(min(1.0, math.hypot(x, y) / radius_m))
            ring.append(destination(radius_m, lon, lat, math.degrees(math.atan2(x, y)), reach))
    return [*ring, ring[0]]


# ------------------------------------------------------------------------- outlines as WKT


def circle_multipolygon_wkt(
    radius_m: float,
    lon: float,
    lat: float,
    diameter_m: float,
    n: int | None = None,
    latitude: LatitudeMap | None = None,
) -> str:
    """MULTIPOLYGON in degrees of all points within ``diameter_m / 2`` of (lon, lat).

    Split at the antimeridian, closed along it and over the pole where a pole is inside.
    ``n``: points of the rim (default 128, near a pole 720).
    """
    reach = math.degrees(diameter_m / 2 / radius_m)
    if not (math.isfinite(reach) and reach > 0 and math.isfinite(lon) and math.isfinite(lat)):
        return "MULTIPOLYGON EMPTY"
    if reach >= 180:
        return _multipolygon([[_MAP]])
    if n is None:
        n = POINTS_NEAR_POLE if abs(lat) + reach > 85 else POINTS
    ring = circle_ring(radius_m, lon, lat, diameter_m, n)
    north, south = lat + reach > 90, lat - reach < -90
    if north and south:
        # More than half the body: the map without the circle around the opposite point.
        rest = math.radians(180 - reach) * 2 * radius_m
        hole = circle_ring(radius_m, wrap(lon + 180), -lat, rest, n)
        return _multipolygon(_map_without(_mapped(hole, latitude)))
    mapped = _mapped(ring, latitude)
    if north or south:
        return _multipolygon([[_cap(mapped[:-1], 90.0 if north else -90.0)]])
    return _multipolygon([[piece] for piece in _pieces(mapped)])


def ring_multipolygon_wkt(ring: Sequence[Point], latitude: LatitudeMap | None = None) -> str:
    """MULTIPOLYGON in degrees of a closed ring on the body, such as :func:`square_ring`'s.

    The ring's inside is the side that is smaller than half the body. A pole within it is found
    by the turns its longitude makes.
    """
    if len(ring) < 4:
        return "MULTIPOLYGON EMPTY"
    mapped = _mapped(ring, latitude)
    winding = sum(wrap(q[0] - p[0]) for p, q in _steps(mapped))
    if abs(winding) > 180:
        pole = math.copysign(90.0, sum(lat for _, lat in mapped))
        return _multipolygon([[_cap(mapped[:-1], pole)]])
    return _multipolygon([[piece] for piece in _pieces(mapped)])


def great_circle_multiline_wkt(
    lon1: float, lat1: float, lon2: float, lat2: float, latitude: LatitudeMap | None = None
) -> str:
    """MULTILINESTRING in degrees along the great circle, cut at the antimeridian and at a pole."""
    parts = great_circle_parts(lon1, lat1, lon2, lat2)
    return "MULTILINESTRING (" + ", ".join(_text(_mapped(p, latitude)) for p in parts) + ")"


def great_circle_parts(lon1: float, lat1: float, lon2: float, lat2: float) -> list[list[Point]]:
    """The great circle from the first to the second point as parts that stay inside the map."""
    north, east, upward = _offset(lon1, lat1, lon2, lat2)
    length, bearing = math.degrees(math.atan2(math.hypot(north, east), upward)), 0.0
    if length > 0:
        bearing = math.degrees(math.atan2(east, north))

    def at(share: float) -> Point:
        if share >= 1.0:
            return wrap(lon2), lat2
        return destination(1.0, lon1, lat1, bearing, math.radians(length * share))

    start = (wrap(lon1), lat1)
    points = [start]
    pieces = max(2, math.ceil(length / _STEP_DEG))
    for i in range(pieces):
        _refine(at, i / pieces, (i + 1) / pieces, _DEPTH, points)
    return _cut(points)


# --------------------------------------------------------------------------------- helpers

_MAP: list[Point] = [(-180.0, -90.0), (180.0, -90.0), (180.0, 90.0), (-180.0, 90.0)]


def _offset(lon1: float, lat1: float, lon2: float, lat2: float) -> tuple[float, float, float]:
    """The second point in the first one's frame: north, east and upward direction cosines."""
    lam = math.radians(wrap(lon2 - lon1))
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    turn = 2.0 * math.sin(lam / 2.0) ** 2  # 1 - cos(lam), without its cancellation
    north = math.sin(phi2 - phi1) + math.sin(phi1) * math.cos(phi2) * turn
    east = math.cos(phi2) * math.sin(lam)
    upward = math.cos(phi2 - phi1) - math.cos(phi1) * math.cos(phi2) * turn
    return north, east, upward


def _steps(points: Sequence[Point]) -> list[tuple[Point, Point]]:
    return [(points[i], points[i + 1]) for i in range(len(points) - 1)]


def _mapped(points: Sequence[Point], latitude: LatitudeMap | None) -> list[Point]:
    if latitude is None:
        return list(points)
    return [(lon, latitude(lat)) for lon, lat in points]


def _unwrapped(ring: Sequence[Point]) -> list[Point]:
    """The ring with longitudes that do not jump."""
    lon = ring[0][0]
    points = [ring[0]]
    for before, here in _steps(ring):
        lon += wrap(here[0] - before[0])
        points.append((lon, here[1]))
    return points


def _cap(points: Sequence[Point], pole: float) -> list[Point]:
    """What lies between a rim that runs once around a pole and that pole."""
    ordered = sorted(points)
    (lon_w, lat_w), (lon_e, lat_e) = ordered[0], ordered[-1]
    gap = lon_w + 360.0 - lon_e
    share = (180.0 - lon_e) / gap if gap > 0 else 0.0
    edge = lat_e + (lat_w - lat_e) * share
    inner = [p for p in ordered if -180.0 < p[0] < 180.0]
    return [(-180.0, edge), *inner, (180.0, edge), (180.0, pole), (-180.0, pole)]


def _pieces(ring: Sequence[Point]) -> list[list[Point]]:
    """A closed ring without a pole inside, cut at +-180 degrees; the pieces are not closed."""
    along = _unwrapped(ring)[:-1]
    pieces = []
    for turn in (-360.0, 0.0, 360.0):
        shifted = [(lon + turn, lat) for lon, lat in along]
        if max(p[0] for p in shifted) <= -180.0 or min(p[0] for p in shifted) >= 180.0:
            continue
        piece = _clip(_clip(shifted, 180.0, 1.0), -180.0, -1.0)
        if len(piece) > 2 and abs(_area(piece)) > 0:
            pieces.append(piece)
    return pieces


def _clip(ring: Sequence[Point], edge: float, sign: float) -> list[Point]:
    """The part of a ring on the inner side of a meridian (Sutherland and Hodgman).

    One meridian meets a small circle or a small square twice at most, so the part is one piece.
    """
    kept: list[Point] = []
    for i, here in enumerate(ring):
        before = ring[i - 1]
        inside, was = sign * here[0] <= sign * edge, sign * before[0] <= sign * edge
        if inside != was:
            share = (edge - before[0]) / (here[0] - before[0])
            kept.append((edge, before[1] + (here[1] - before[1]) * share))
        if inside:
            kept.append(here)
    return kept


def _map_without(hole: Sequence[Point]) -> list[list[list[Point]]]:
    """The whole map without a ring that holds no pole, as polygons of rings."""
    pieces = _pieces(hole)
    if len(pieces) < 2:
        return [[_MAP, *pieces]]
    # The hole lies across the antimeridian: a notch in the map's left and in its right edge.
    pieces.sort(key=lambda piece: min(p[0] for p in piece))
    left, right = _notch(pieces[0], -180.0), _notch(pieces[-1], 180.0)
    outer = [_MAP[0], _MAP[1], *right, _MAP[2], _MAP[3], *reversed(left)]
    return [[outer]]


def _notch(piece: Sequence[Point], edge: float) -> list[Point]:
    """The piece's border from its lower point on the map's edge to its upper one."""
    on_edge = [i for i, p in enumerate(piece) if p[0] == edge]
    low = min(on_edge, key=lambda i: piece[i][1])
    high = max(on_edge, key=lambda i: piece[i][1])
    count = len(piece)
    forward = [piece[(low + i) % count] for i in range((high - low) % count + 1)]
    backward = [piece[(low - i) % count] for i in range((low - high) % count + 1)]
    return forward if len(forward) > len(backward) else backward


def _refine(
    at: Callable[[float], Point], start: float, end: float, depth: int, points: list[Point]
) -> None:
    """Add the points after ``start`` up to ``end``, denser where the longitude runs fast."""
    here, there = points[-1], at(end)
    if depth == 0 or abs(wrap(there[0] - here[0])) <= _LONGITUDE_STEP_DEG:
        points.append(there)
        return
    if 90.0 - min(abs(here[1]), abs(there[1])) < 1e-5:
        points.append(there)
        return
    middle = (start + end) / 2
    _refine(at, start, middle, depth - 1, points)
    _refine(at, middle, end, depth - 1, points)


def _cut(points: Sequence[Point]) -> list[list[Point]]:
    parts: list[list[Point]] = [[points[0]]]
    for before, here in _steps(points):
        step = wrap(here[0] - before[0])
        if abs(step) > 2 * _LONGITUDE_STEP_DEG:  # over the pole, however near to it
            pole = math.copysign(90.0, here[1])
            parts[-1].append((before[0], pole))
            parts.append([(here[0], pole)])
        elif abs(here[0] - before[0]) > 180.0:
            edge = 180.0 if step > 0 else -180.0
            share = (edge - before[0]) / step if step else 0.0
            lat = before[1] + (here[1] - before[1]) * share
            parts[-1].append((edge, lat))
            parts.append([(-edge, lat)])
        parts[-1].append(here)
    kept = [_without_repeats(part) for part in parts]
    return [part for part in kept if len(part) > 1] or [[points[0], points[-1]]]


def _without_repeats(points: Sequence[Point]) -> list[Point]:
    return [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]


def _area(ring: Sequence[Point]) -> float:
    """Signed area in square degrees, positive counterclockwise."""
    pairs = ((ring[i - 1], ring[i]) for i in range(len(ring)))
    return sum(p[0] * q[1] - q[0] * p[1] for p, q in pairs) / 2


def _multipolygon(polygons: Sequence[Sequence[Sequence[Point]]]) -> str:
    """Outer rings counterclockwise, inner ones clockwise, all closed."""
    texts = []
    for rings in polygons:
        turned = []
        for i, ring in enumerate(rings):
            counterclockwise = _area(ring) > 0
            ordered = list(ring) if counterclockwise == (i == 0) else list(reversed(ring))
            turned.append(_text([*ordered, ordered[0]]))
        texts.append("(" + ", ".join(turned) + ")")
    return "MULTIPOLYGON (" + ", ".join(texts) + ")" if texts else "MULTIPOLYGON EMPTY"


def _text(points: Sequence[Point]) -> str:
    return "(" + ", ".join(f"{lon:.10f} {lat:.10f}" for lon, lat in points) + ")"
