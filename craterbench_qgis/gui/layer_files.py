"""Layers of the project as files the engine can read by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from qgis.core import (
    QgsApplication,
    QgsMapLayer,
    QgsProject,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorFileWriter,
    QgsVectorFileWriterTask,
    QgsVectorLayer,
    QgsWkbTypes,
)

from ..contract import names
from ..i18n import tr

TABLE_FILES = ("csv", "tsv", "tab", "txt", "dat", "shp", "gpkg", "geojson", "json", "fgb", "sqlite")
RASTER_FILES = ("tif", "tiff", "vrt", "img", "cub", "jp2", "lbl", "png", "jpg")


def table_filter() -> str:
    """What a file dialog offers as crater catalogues."""
    return _filter(tr("Crater catalogues ({pattern})"), TABLE_FILES)


def raster_filter() -> str:
    """What a file dialog offers as mosaics."""
    return _filter(tr("Rasters ({pattern})"), RASTER_FILES)


def _filter(text: str, endings: tuple[str, ...]) -> str:
    pattern = " ".join("*." + ending for ending in endings)
    return text.format(pattern=pattern) + ";;" + tr("All files (*)")


class VectorFile(NamedTuple):
    """``layer``: its name in a file with several, or None."""

    path: str
    layer: str | None


def vector_layers() -> list[QgsVectorLayer]:
    """Layers of the project that may be catalogues, by name: points, outlines, plain tables."""
    lines = QgsWkbTypes.GeometryType.LineGeometry
    layers = [
        layer
        for layer in QgsProject.instance().mapLayers().values()
        if isinstance(layer, QgsVectorLayer) and layer.isValid() and layer.geometryType() != lines
    ]
    return sorted(layers, key=lambda layer: layer.name().casefold())


def raster_layers() -> list[QgsRasterLayer]:
    """Raster layers of the project whose pixels the engine can read, by name."""
    layers = QgsProject.instance().mapLayers().values()
    rasters = [
        layer for layer in layers if isinstance(layer, QgsRasterLayer) and raster_path(layer)
    ]
    return sorted(rasters, key=lambda layer: layer.name().casefold())


def raster_path(layer: QgsRasterLayer) -> str:
    """The file (or GDAL name) of a raster layer, "" where there are no local pixels."""
    if not layer.isValid() or layer.providerType() != "gdal":
        return ""
    path = _decoded(layer).get("path") or ""
    return path if path and names.is_there(path) else ""


def vector_file(layer: QgsVectorLayer) -> VectorFile | None:
    """The file that holds exactly what the layer shows, or None: it must be exported first.

    None for layers in memory or in databases, filtered ones, and ones with unsaved edits.
    """
    if layer.providerType() not in ("ogr", "delimitedtext"):
        return None
    if layer.subsetString() or layer.isModified():
        return None
    parts = _decoded(layer)
    path = parts.get("path") or ""
    if parts.get("subset") or not path or not Path(path).is_file():
        return None
    name = parts.get("layerName") or None
    return VectorFile(path, str(name) if name else None)


def _decoded(layer: QgsMapLayer) -> dict[str, Any]:
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    return {key: value if isinstance(value, str) else "" for key, value in parts.items()}


def export_layer(
    layer: QgsVectorLayer,
    path: str,
    done: Callable[[str], None],
    failed: Callable[[str], None],
) -> Any:
    """Write ``layer`` as shown to the GeoPackage ``path`` in the background; returns the task.

    ``failed`` gets one sentence. The geometry stays in the layer's own CRS.
    """
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = "craters"
    options.fileEncoding = "UTF-8"
    # A layer out of a GeoPackage has its own fid column, which would collide with the new one's.
    options.layerOptions = ["FID=craterbench_fid"]
    task = QgsVectorFileWriterTask(layer, path, options)

    def on_error(_code: int, message: str) -> None:
        text = tr("The layer {name} could not be written to a file ({why}).")
        failed(text.format(name=layer_name, why=message.strip().rstrip(".")))

    layer_name = layer.name()
    task.writeComplete.connect(lambda _file: done(path))
    task.errorOccurred.connect(on_error)
    QgsApplication.taskManager().addTask(task)
    return task
