"""Vector layers (Shapefile, GeoPackage, GeoJSON, FlatGeobuf, ...) -> attributes and positions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bodies import Body, body_from_crs
from ..errors import BodyError, CatalogueError, CraterBenchError
from ..files import vectors
from .columns import GEOMETRY, ColumnChoice

FloatArray = NDArray[np.float64]

_WGS84 = ("EPSG:4326", "OGC:CRS84")


@dataclass
class VectorTable:
    """A layer's attributes, and positions from its geometry (degrees east, planetocentric; NaN
    where a feature has none) if the columns did not give them."""

    table: Any
    choice: ColumnChoice
    body: Body | None
    lon: FloatArray | None = None
    lat: FloatArray | None = None


def read_vector(
    path: Path, layer: str | None, find: Callable[[list[str], bool], ColumnChoice]
) -> VectorTable:
    """Read one layer; ``find(names, has_geometry)`` chooses the columns.

    The geometry is read only where the position comes from it. Raises :class:`CatalogueError`
    for files GDAL cannot open, several layers without ``layer``, or missing columns.
    """
    try:
        layer = layer if layer is not None else _only_layer(path)
        info = vectors.describe(path, layer)
        has_geometry = info["geometry_type"] is not None
        choice = _choose(path, [str(name) for name in info["fields"]], has_geometry, find)
        wanted = choice.lon == GEOMETRY
        meta, table = vectors.table(path, layer, geometry=wanted)
    except CatalogueError:
        raise
    except CraterBenchError as error:
        raise CatalogueError(
            f"The catalogue '{path}' cannot be read. {error} Use CSV, TSV, Shapefile, GeoPackage, "
            "GeoJSON or FlatGeobuf, and check that the file is complete."
        ) from error
    body = _body(path, info)
    if not wanted:
        return VectorTable(table, choice, body)
    column = meta["geometry_name"] or "wkb_geometry"
    wkb = table.column(column).to_numpy()
    lon, lat = _positions(path, wkb, info["crs"])
    return VectorTable(table.drop_columns([column]), choice, body, lon, lat)


def _choose(
    path: Path,
    names: list[str],
    has_geometry: bool,
    find: Callable[[list[str], bool], ColumnChoice],
) -> ColumnChoice:
    try:
        return find(names, has_geometry)
    except CatalogueError as error:
        raise CatalogueError(f"The catalogue '{path}' cannot be used. {error}") from error


def _only_layer(path: Path) -> str:
    layers = vectors.layers(path)
    spatial = [name for name, kind in layers if kind is not None]
    if len(layers) == 1 or len(spatial) == 1:
        return spatial[0] if spatial else layers[0][0]
    if not layers:
        raise CatalogueError(f"The catalogue '{path}' has no layer. Choose another file.")
    names = ", ".join(f"'{name}'" for name, _ in layers)
    raise CatalogueError(
        f"The catalogue '{path}' has several layers: {names}. Say which to use with --layer NAME."
    )


def _body(path: Path, info: dict[str, Any]) -> Body | None:
    """The body of the layer's CRS. GeoJSON is WGS 84 by decree (RFC 7946), which says nothing."""
    crs = info["crs"]
    implied = str(info.get("driver", "")).startswith("GeoJSON") or path.suffix.lower() in (
        ".geojson",
        ".json",
    )
    if crs is None or (implied and crs in _WGS84):
        return None
    try:
        return body_from_crs(crs)
    except BodyError:
        return None  # a local CRS without a body; positions may still come from columns


def _positions(
    path: Path, wkb: NDArray[Any], crs_text: str | None
) -> tuple[FloatArray, FloatArray]:
    import shapely

    geometries = vectors.shapes(wkb)
    parts, feature = shapely.get_parts(geometries, return_index=True)
    polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts[polygons] = shapely.get_exterior_ring(parts[polygons])
    coords, part = shapely.get_coordinates(parts, return_index=True)
    lon, lat = _to_degrees(path, coords, crs_text)
    count, owner = len(geometries), feature[part]
    if len(coords) == count and np.array_equal(owner, np.arange(count)):
        return lon, lat  # one vertex each: points
    return _outline_centres(lon, lat, part, owner, count)


def _to_degrees(
    path: Path, coords: FloatArray, crs_text: str | None
) -> tuple[FloatArray, FloatArray]:
    """Layer coordinates -> degrees east and planetocentric latitude."""
    import pyproj

    from ..frame import MapFrame

    x, y = coords[:, 0].copy(), coords[:, 1].copy()
    if crs_text is None or crs_text in _WGS84:
        # No CRS or the format's default one: degrees, taken as a catalogue's columns would be.
        return x, y
    try:
        frame = MapFrame(pyproj.CRS.from_user_input(crs_text))
    except (pyproj.exceptions.ProjError, BodyError, ValueError) as error:
        raise CatalogueError(
            f"The layer of '{path}' has a coordinate reference system that gives no longitude and "
            "latitude. Assign a CRS of the body, or pass --lon and --lat columns."
        ) from error
    # One point more: pyproj takes an array of length 1 for a scalar, by a deprecated way.
    x, y = frame.to_planetocentric(np.append(x, 0.0), np.append(y, 0.0))
    x, y = x[:-1], y[:-1]
    bad = ~(np.isfinite(x) & np.isfinite(y))
    x[bad] = y[bad] = np.nan
    return x, y


def _outline_centres(
    lon: FloatArray,
    lat: FloatArray,
    part: NDArray[np.int64],
    owner: NDArray[np.int64],
    count: int,
) -> tuple[FloatArray, FloatArray]:
    """The centre of each feature: the mean of its edges on the unit sphere, weighted by length.

    Vertex ``i`` belongs to outline ``part[i]`` of feature ``owner[i]``, of ``count``. Exact for
    circles wherever they lie, also across the antimeridian and around a pole. The seam edges of
    outlines that were cut at the antimeridian (both ends on it, or on a pole) do not count. A
    lone point stands for itself; a feature without geometry gives NaN.
    """
    phi, lam = np.radians(lat), np.radians(lon)
    xyz = np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    edge = xyz[1:] - xyz[:-1]
    length = np.sqrt((edge**2).sum(axis=1))
    seam = (np.abs(np.abs(lon) - 180.0) < 1e-9) | (np.abs(np.abs(lat) - 90.0) < 1e-9)
    within = (part[1:] == part[:-1]) & ~(seam[1:] & seam[:-1])
    length = np.where(within, length, 0.0)
    total = np.zeros((count, 3))
    np.add.at(total, owner[:-1], (xyz[1:] + xyz[:-1]) * length[:, None])
    alone = np.bincount(owner, minlength=count) == 1
    single = alone[owner]
    total[owner[single]] = xyz[single]
    norm = np.sqrt((total**2).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        unit = np.where(norm[:, None] > 0, total / norm[:, None], np.nan)
    centre_lat = np.degrees(np.arctan2(unit[:, 2], np.hypot(unit[:, 0], unit[:, 1])))
    return np.degrees(np.arctan2(unit[:, 1], unit[:, 0])), centre_lat
