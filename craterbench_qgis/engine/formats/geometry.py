"""The outlines of matches on their body, ready for a map, and the map's reference system.

Geometries are in degrees, longitude first, within [-180, 180] x [-90, 90], in the reference system
of :func:`export_crs`. That system is the one of the body as the mosaic declares it, so that a
layer lies exactly on the mosaic the search was made on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import ProjError
from shapely.affinity import translate

from ...contract.body import geographic_wkt
from ...contract.vocabulary import Outline
from ..bodies import Body, circle, map_latitude

POINTS = 128  # an inscribed 128-gon has 0.04 % less area than its circle
_POINTS_NEAR_POLE = 720  # straight lines in degrees bend on the ground, most of all near a pole


def circle_geometry(body: Body, lon: float, lat: float, diameter_m: float) -> shapely.MultiPolygon:
    """The crater's rim: all points ``diameter_m / 2`` on the ground from (lon, lat).

    Split at the antimeridian, closed along it and over the pole where it contains one. Latitudes
    come in planetocentric and leave in the kind :func:`export_crs` has.
    """
    reach = math.degrees(diameter_m / 2 / body.mean_radius)
    if reach >= 180:
        return shapely.MultiPolygon([shapely.box(-180, -90, 180, 90)])
    n = _POINTS_NEAR_POLE if abs(lat) + reach > 85 else POINTS
    lons, lats = circle(body, lon, lat, diameter_m / 2, n)
    lats = map_latitude(body, lats)
    north, south = lat + reach > 90, lat - reach < -90
    if north and south:
        # More than half the body: the whole map without the circle around the opposite point.
        hole = circle_geometry(
            body, lon + 180, -lat, math.radians(180 - reach) * 2 * body.mean_radius
        )
        return _multi(shapely.difference(shapely.box(-180, -90, 180, 90), hole))
    along = np.unwrap(np.asarray(lons, np.float64), period=360)
    if north or south:
        # The rim winds once around the pole; each meridian meets it once.
        turn = 360.0 if along[-1] > along[0] else -360.0
        pole = 90.0 if north else -90.0
        along = np.concatenate([along, [along[0] + turn, along[0] + turn, along[0]]])
        lats = np.concatenate([lats, [lats[0], pole, pole]])
    return _multi(_into_map(shapely.Polygon(np.column_stack([along, lats]))))


def point_geometry(body: Body, lon: float, lat: float) -> shapely.Point:
    """The crater's centre, in the reference system of :func:`export_crs`."""
    return shapely.Point(lon, float(map_latitude(body, lat)))


def outlines(
    body: Body,
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    diameter_m: npt.ArrayLike,
    kind: Outline = Outline.CIRCLE,
) -> list[bytes]:
    """WKB of each match's circle or centre point."""
    places = zip(np.asarray(lon), np.asarray(lat), np.asarray(diameter_m), strict=True)
    shapes: list[shapely.Geometry]
    if kind is Outline.CIRCLE:
        shapes = [circle_geometry(body, float(x), float(y), float(d)) for x, y, d in places]
    else:
        shapes = [point_geometry(body, float(x), float(y)) for x, y, _ in places]
    return [shapely.to_wkb(geometry) for geometry in shapes]


def export_crs(body: Body) -> pyproj.CRS:
    """A geographic reference system on the body's own radii, positive east.

    A sphere with the radius of the IAU 2015 report gets that report's system with its code (which
    QGIS knows); every other figure a system of its own. On an ellipsoid latitudes are geodetic
    (planetographic): that is what PROJ, GDAL and QGIS take a latitude on an ellipsoid to be.
    """
    wgs84 = pyproj.CRS.from_epsg(4326)
    if _same_figure(wgs84, body):
        return wgs84
    if body.is_sphere:
        try:
            named = query_crs_info("IAU_2015", pj_types=[PJType.GEOGRAPHIC_2D_CRS])
            for info in named:
                if info.name.casefold().startswith(f"{body.name.casefold()} (2015) - sphere"):
                    crs = pyproj.CRS.from_authority(info.auth_name, info.code)
                    if _same_figure(crs, body):
                        return crs
        except ProjError:
            pass  # a PROJ database without the IAU's systems
    size = f"{body.a / 1000:g}" if body.is_sphere else f"{body.a / 1000:g} x {body.b / 1000:g}"
    name = body.name if "km" in body.name else f"{body.name}, {size} km"
    return pyproj.CRS.from_wkt(geographic_wkt(body, name))


def layer_wkt(body: Body) -> str:
    """:func:`export_crs` as WKT without authority codes.

    GDAL writes the IAU's codes into a GeoPackage as ``IAU:30100``, which older GDALs (QGIS 3.22)
    cannot resolve, and the layer then has no system at all. The full definition is understood by
    all, and compared by its names and radii.
    """
    described = export_crs(body).to_json_dict()
    for member in _members(described):
        member.pop("id", None)
    return str(pyproj.CRS.from_json_dict(described).to_wkt("WKT2_2019"))


def _members(described: Any) -> Iterator[dict[str, Any]]:
    inner = described.values() if isinstance(described, dict) else described
    if isinstance(described, dict):
        yield described
    for member in inner:
        if isinstance(member, (dict, list)):
            yield from _members(member)


def _same_figure(crs: pyproj.CRS, body: Body) -> bool:
    figure = crs.ellipsoid
    return (
        figure is not None
        and abs(figure.semi_major_metre - body.a) < 0.5
        and abs(figure.semi_minor_metre - body.b) < 0.5
    )


def _into_map(polygon: shapely.Polygon) -> shapely.Geometry:
    """A polygon of unwrapped longitudes cut at +-180 degrees and brought into the map."""
    west, _, east, _ = polygon.bounds
    pieces = []
    for turn in range(math.floor((west + 180) / 360), math.floor((east + 180) / 360) + 1):
        shifted = translate(polygon, xoff=-360.0 * turn)
        pieces.append(shapely.intersection(shifted, shapely.box(-180, -90, 180, 90)))
    return shapely.union_all(pieces) if len(pieces) > 1 else pieces[0]


def _multi(geometry: shapely.Geometry) -> shapely.MultiPolygon:
    """Polygons only, counterclockwise as RFC 7946 asks (the Shapefile driver turns its own)."""
    parts = [
        shapely.orient_polygons(part)
        for part in shapely.get_parts(geometry)
        if part.geom_type == "Polygon" and part.area > 0
    ]
    return shapely.MultiPolygon(parts)
