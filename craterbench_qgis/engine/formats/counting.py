"""The area that craters are counted on: its size, which craters count, and as what fraction.

Counted by their centres, craters inside count whole. In buffered crater counting (Fassett & Head
2008) every crater that touches the area counts, as if on an area of its own, A(D): all places
where the centre of a crater of that diameter would touch it, which is the area widened by D/2.
CraterStats divides by one area A, so a crater counts as the fraction A / A(D) of one.

See ``docs/reference/export-formats.md``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..bodies import Body, geocentric_to_geodetic
from ..errors import ExportError

FloatArray = NDArray[np.float64]

_STEP_DEG = 1.0
_CORNERS = 48
_NODES = 24
_LATTICE = 40
_WIDEST_DEG = 120.0
"""From the middle of an area to the farthest rim of a buffered crater."""


class Counted(NamedTuple):
    """``rows``: of the craters that count; ``fraction``: of each; ``area_km2``: of the ground."""

    rows: NDArray[np.intp]
    fraction: FloatArray
    area_km2: float


def count(
    region: Any, body: Body, lon: FloatArray, lat: FloatArray, diameter_m: FloatArray,
    buffered: bool = False,
) -> Counted:  # fmt: skip
    """Which craters count on ``region``.

    ``region``: a shapely polygon or several, degrees east and planetocentric, in any turn of
    longitude; its edges are straight in degrees. ``lon``, ``lat`` [n]: degrees; ``diameter_m`` [n].
    Raises ExportError for an area too wide to be buffered.
    """
    import shapely

    dense = shapely.segmentize(region, _STEP_DEG)
    area = area_km2(dense, body)
    if not buffered:
        inside = np.zeros(len(lon), dtype=bool)
        for turn in (-360.0, 0.0, 360.0):
            inside |= shapely.intersects_xy(dense, lon + turn, lat)
        rows = np.flatnonzero(inside)
        return Counted(rows, np.ones(len(rows)), area)
    plane = _Plane(dense)
    reach = diameter_m / 2.0 / body.mean_radius
    rows = np.flatnonzero(plane.touches(lon, lat, reach))
    return Counted(rows, plane.fractions(reach[rows]), area)


def area_km2(region: Any, body: Body) -> float:
    """Of a polygon whose vertices lie close together, on the body's ellipsoid."""
    import shapely

    e2 = 1.0 - (body.b / body.a) ** 2
    e = np.sqrt(max(e2, 0.0))

    def equal_area(xy: FloatArray) -> FloatArray:
        """Longitude, and what is proportional to the area south of a latitude (Snyder 3-12)."""
        s = np.sin(np.radians(geocentric_to_geodetic(body, xy[:, 1])))
        curved = np.arctanh(e * s) / e if e > 0 else s
        return np.column_stack(
            [np.radians(xy[:, 0]), (1.0 - e2) * (s / (1.0 - e2 * s**2) + curved)]
        )

    # On a sphere: (s + s) / 2.
    return float(shapely.transform(region, equal_area).area * body.a**2 / 2.0 / 1e6)


class _Plane:
    """The area in a stereographic plane round its middle, where circles of the body are circles.

    Of a unit sphere; lengths on it are angles in radians.
    """

    def __init__(self, region: Any) -> None:
        import shapely

        vertices = _unit(*np.concatenate([shapely.get_coordinates(region), _inner(region)]).T)
        middle = vertices.mean(axis=0)
        length = float(np.linalg.norm(middle))
        middle = middle / length if length > 1e-9 else np.array([0.0, 0.0, 1.0])
        east = np.cross([0.0, 0.0, 1.0], middle)
        east = east / np.linalg.norm(east) if np.linalg.norm(east) > 1e-9 else np.array([0, 1.0, 0])
        self._axes = np.stack([east, np.cross(middle, east), middle])
        self._widest = float(np.degrees(np.arccos(np.clip(vertices @ middle, -1, 1)).max()))
        self._check(0.0)
        flat = shapely.transform(
            region, lambda xy: self._circles(xy[:, 0], xy[:, 1], np.zeros(len(xy)))[0]
        )
        self._shape = shapely.make_valid(flat, method="structure", keep_collapsed=False)
        rings = shapely.get_rings(shapely.get_parts(region))
        self._rings = [shapely.get_coordinates(ring) for ring in rings]

    def touches(self, lon: FloatArray, lat: FloatArray, reach: FloatArray) -> NDArray[np.bool_]:
        """Which circles share a place with the area."""
        import shapely

        near = np.linalg.norm(_unit(lon, lat) @ self._axes.T - [0, 0, 1], axis=1) / 2.0
        possible = np.degrees(2.0 * np.arcsin(near) - reach) <= self._widest
        self._check(float(reach[possible].max(initial=0.0)))
        centre, radius = self._circles(lon[possible], lat[possible], reach[possible])
        touching = np.zeros(len(lon), dtype=bool)
        touching[possible] = shapely.distance(self._shape, shapely.points(centre)) <= radius
        return touching

    def fractions(self, reach: FloatArray) -> FloatArray:
        """The area over the widened area, for every reach (radians)."""
        if not len(reach):
            return reach
        nodes = np.unique(reach)
        if len(nodes) > _NODES:
            nodes = np.geomspace(nodes[0], nodes[-1], _NODES)
        whole = _area(self._shape)
        # What is added grows nearly in proportion: the rest is smooth between the nodes.
        slope = [(_area(self._widened(float(node))) - whole) / node for node in nodes]
        return whole / (whole + np.interp(reach, nodes, slope) * reach)

    def _widened(self, reach: float) -> Any:
        """All places that are at most ``reach`` away."""
        import shapely

        turn = np.linspace(0.0, 2.0 * np.pi, _CORNERS, endpoint=False)
        # A polygon of the circle's own area.
        grown = np.sqrt(2.0 * np.pi / _CORNERS / np.sin(2.0 * np.pi / _CORNERS))
        corners = np.stack([np.cos(turn), np.sin(turn)], axis=1) * grown
        swept = []
        for ring in self._rings:
            centre, radius = self._circles(ring[:, 0], ring[:, 1], np.full(len(ring), reach))
            circles = centre[:, None] + radius[:, None, None] * corners
            pairs = np.concatenate([circles[:-1], circles[1:]], axis=1)
            swept += list(shapely.convex_hull(shapely.multipoints(shapely.points(pairs))))
        return shapely.union_all([self._shape, *swept])

    def _circles(
        self, lon: FloatArray, lat: FloatArray, reach: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Centres [n, 2] and radii [n] in the plane of circles on the sphere."""
        x, y, z = self._axes @ _unit(lon, lat).T
        away, side = np.arctan2(np.hypot(x, y), z), np.hypot(x, y)
        near, far = 2.0 * np.tan((away - reach) / 2.0), 2.0 * np.tan((away + reach) / 2.0)
        direction = np.stack([x, y], axis=1) / np.where(side > 0, side, 1.0)[:, None]
        return direction * ((near + far) / 2.0)[:, None], (far - near) / 2.0

    def _check(self, reach: float) -> None:
        if self._widest + 2.0 * np.degrees(reach) > _WIDEST_DEG:
            raise ExportError(
                "The area is too wide for a buffered count: with the largest crater at its edge it "
                f"reaches more than {_WIDEST_DEG:g} degrees from its middle. Count by centres."
            )


def _area(shape: Any) -> float:
    """Steradians of a shape in the stereographic plane."""
    import shapely

    def equal_area(xy: FloatArray) -> FloatArray:
        away = np.hypot(*xy.T)
        return xy * (np.sin(np.arctan(away / 2.0)) / np.where(away > 0, away / 2.0, 1.0))[:, None]

    return float(shapely.transform(shape, equal_area).area)


def _inner(region: Any) -> FloatArray:
    """Places within a region, in a lattice: the middle of a ring round a pole is the pole."""
    import shapely

    west, south, east, north = region.bounds
    mesh = np.meshgrid(np.linspace(west, east, _LATTICE), np.linspace(south, north, _LATTICE))
    lon, lat = (axis.ravel() for axis in mesh)
    inside = shapely.intersects_xy(region, lon, lat)
    return np.column_stack([lon[inside], lat[inside]])


def _unit(lon: FloatArray, lat: FloatArray) -> FloatArray:
    theta, phi = np.radians(lon), np.radians(lat)
    return np.stack(
        [np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)], axis=-1
    )
