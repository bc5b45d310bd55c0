"""Vector layers (Shapefile, GeoPackage, GeoJSON, KML, FlatGeobuf, ...) -> attributes, geometry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import CatalogueError, CraterBenchError
from ..files import vectors
from ..words import Advice
from .columns import ColumnChoice
from .kml import WGS84, read_kml
from .places import KML_SUFFIXES, Place

Finder = Callable[[list[str], bool], ColumnChoice]


@dataclass
class VectorTable:
    """A layer's attributes; its geometries as a pyarrow column of WKB (None where it has none), the
    text of its reference system and the driver that read it."""

    table: Any
    choice: ColumnChoice
    geometry: Any
    crs: str | None
    driver: str


def read_vector(place: Place, layer: str | None, find: Finder) -> VectorTable:
    """Read one layer; ``find(names, has_geometry)`` chooses the columns.

    Raises :class:`CatalogueError` for files GDAL cannot open, several layers without ``layer``, or
    missing columns.
    """
    if place.suffix in KML_SUFFIXES:
        table, geometry = read_kml(place)
        return VectorTable(
            table, _choice(place, table.column_names, True, find), geometry, WGS84, "KML"
        )
    try:
        layer = layer if layer is not None else _only_layer(place)
        info = vectors.describe(place.file, layer)
        has_geometry = info["geometry_type"] is not None
        choice = _choice(place, [str(name) for name in info["fields"]], has_geometry, find)
        meta, table = vectors.table(place.file, layer, geometry=has_geometry)
    except CatalogueError:
        raise
    except CraterBenchError as error:
        raise CatalogueError(
            f"The catalogue '{place}' cannot be read. {error} Use CSV, TSV, Shapefile, GeoPackage, "
            "GeoJSON or FlatGeobuf, and check that the file is complete."
        ) from error
    geometry = None
    if has_geometry:
        column = meta["geometry_name"] or "wkb_geometry"
        geometry = table.column(column)
        table = table.drop_columns([column])
    return VectorTable(table, choice, geometry, info["crs"], str(info.get("driver", "")))


def _choice(place: Place, names: list[str], has_geometry: bool, find: Finder) -> ColumnChoice:
    try:
        return find(names, has_geometry)
    except CatalogueError as error:
        raise CatalogueError(f"The catalogue '{place}' cannot be used. {error}") from error


def _only_layer(place: Place) -> str:
    layers = vectors.layers(place.file)
    spatial = [name for name, kind in layers if kind is not None]
    if len(layers) == 1 or len(spatial) == 1:
        return spatial[0] if spatial else layers[0][0]
    if not layers:
        raise CatalogueError(f"The catalogue '{place}' has no layer. Choose another file.")
    names = ", ".join(f"'{name}'" for name, _ in layers)
    raise CatalogueError(
        f"The catalogue '{place}' has several layers: {names}. "
        f"{Advice('Say which to use with --layer NAME.', 'Choose one of them.')}"
    )
