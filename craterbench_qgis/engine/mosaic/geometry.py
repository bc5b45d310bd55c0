"""The local orthographic projection of a view, exact on a sphere or an ellipsoid of revolution.

The plane touches the body at the crater's centre, x to the east, y to the north. A plane point is
carried to the surface along the plane's normal: the definition of the ellipsoidal orthographic
projection (IOGP Guidance Note 7-2, method 9840; Snyder 1987, p. 145 for the sphere). Working with
the ray instead of the series makes poles, the antimeridian and flattened bodies ordinary cases.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..bodies import Body

FloatArray = NDArray[np.float64]
# Largest error, in raster pixels, that the interpolated positions of a view may have.
TOLERANCE_PIXELS = 0.02
_CELL = 16


def plane_grid(side_m: float, size: int) -> tuple[FloatArray, FloatArray]:
    """Plane coordinates (x, y), each [size, size], metres, of a view's pixel centres.

    Row 0 is the northern edge.
    """
    half = (np.arange(size) + 0.5) / size - 0.5
    x = np.broadcast_to(half * side_m, (size, size))
    y = np.broadcast_to((-half * side_m)[:, None], (size, size))
    return x, y


def plane_to_geographic(
    body: Body, lon0: float, lat0: float, x: FloatArray, y: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Longitude and geodetic latitude (degrees) of plane points (metres).

    Parameters
    ----------
    body : radii ``a`` and ``b`` in metres.
    lon0, lat0 : the tangent point, degrees; ``lat0`` is geodetic (on a sphere: any latitude).
    x, y : same shape.

    Returns
    -------
    lon, lat : arrays of that shape, longitude in (-180, 180]; NaN beyond the limb.
    """
    lam, phi = np.radians(lon0), np.radians(lat0)
    sin_l, cos_l, sin_p, cos_p = np.sin(lam), np.cos(lam), np.sin(phi), np.cos(phi)
    a2, b2 = body.a**2, body.b**2
    east = np.array([-sin_l, cos_l, 0.0])
    north = np.array([-sin_p * cos_l, -sin_p * sin_l, cos_p])
    up = np.array([cos_p * cos_l, cos_p * sin_l, sin_p])
    prime_vertical = a2 / np.sqrt(a2 * cos_p**2 + b2 * sin_p**2)
    origin = prime_vertical * np.array([up[0], up[1], b2 / a2 * up[2]])

    px = origin[0] + x * east[0] + y * north[0]
    py = origin[1] + x * east[1] + y * north[1]
    pz = origin[2] + y * north[2]
    weights = np.array([1 / a2, 1 / a2, 1 / b2])
    uu = float((up**2 * weights).sum())
    qu = px * (up[0] / a2) + py * (up[1] / a2) + pz * (up[2] / b2)
    qq = (px * px + py * py) / a2 + pz * pz / b2 - 1.0
    discriminant = qu * qu - uu * qq
    with np.errstate(invalid="ignore"):
        depth = (qu - np.sqrt(discriminant)) / uu
    px, py, pz = px - depth * up[0], py - depth * up[1], pz - depth * up[2]
    lon = np.degrees(np.arctan2(py, px))
    lat = np.degrees(np.arctan2(pz * (a2 / b2), np.hypot(px, py)))
    return lon, lat


def positions(
    exact: Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]],
    side_m: float,
    size: int,
) -> tuple[FloatArray, FloatArray]:
    """Positions of a view's pixels: exact on a coarse grid, bilinear between, checked.

    ``exact`` maps plane coordinates (x, y) to (column, row). The interpolation is measured at the
    cells' centres, where it is worst; beyond :data:`TOLERANCE_PIXELS` (poles, limb, basins) every
    pixel is computed exactly.

    Returns
    -------
    cols, rows : each [size, size].
    """
    cells = max(1, size // _CELL)
    edges = np.linspace(-0.5, 0.5, cells + 1) * side_m
    middles = (edges[:-1] + edges[1:]) / 2
    nodes = exact(*np.meshgrid(edges, -edges))
    centres = exact(*np.meshgrid(middles, -middles))
    worst = max(
        float(np.abs(_cell_means(node) - centre).max())
        for node, centre in zip(nodes, centres, strict=True)
    )
    if not worst <= TOLERANCE_PIXELS:
        return exact(*plane_grid(side_m, size))
    weights = _bilinear_weights(cells, size)
    cols, rows = (weights @ node @ weights.T for node in nodes)
    return cols, rows


def _cell_means(nodes: FloatArray) -> FloatArray:
    return (nodes[:-1, :-1] + nodes[1:, :-1] + nodes[:-1, 1:] + nodes[1:, 1:]) / 4


def _bilinear_weights(cells: int, size: int) -> FloatArray:
    """[size, cells + 1]: how each pixel centre lies between the nodes."""
    at = (np.arange(size) + 0.5) / size * cells
    left = np.minimum(at.astype(int), cells - 1)
    weights = np.zeros((size, cells + 1))
    weights[np.arange(size), left] = 1 - (at - left)
    weights[np.arange(size), left + 1] = at - left
    return weights
