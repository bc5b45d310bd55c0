"""Enums that changed their place between QGIS 3.22 and 4."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessing,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsUnitTypes,
    QgsWkbTypes,
)


def _source_types() -> Any:
    return getattr(Qgis, "ProcessingSourceType", None)  # from 3.36 on


def any_vector() -> Any:
    """Layers with or without geometry."""
    types = _source_types()
    return types.Vector if types else QgsProcessing.SourceType.TypeVector


def any_raster() -> Any:
    """Raster layers."""
    types = _source_types()
    return types.Raster if types else QgsProcessing.SourceType.TypeRaster


def line_source() -> Any:
    """Layers of lines."""
    types = _source_types()
    return types.VectorLine if types else QgsProcessing.SourceType.TypeVectorLine


def kilometres() -> Any:
    """The unit of lengths."""
    units = getattr(Qgis, "DistanceUnit", None)  # from 3.30 on
    return units.Kilometers if units else QgsUnitTypes.DistanceUnit.DistanceKilometers


def folder_behaviour() -> Any:
    """A parameter that is a folder."""
    modes = getattr(Qgis, "ProcessingFileParameterBehavior", None)
    return modes.Folder if modes else QgsProcessingParameterFile.Behavior.Folder


def whole_number() -> Any:
    """A number parameter without decimals."""
    types = getattr(Qgis, "ProcessingNumberParameterType", None)
    return types.Integer if types else QgsProcessingParameterNumber.Type.Integer


def decimal_number() -> Any:
    """A number parameter with decimals."""
    types = getattr(Qgis, "ProcessingNumberParameterType", None)
    return types.Double if types else QgsProcessingParameterNumber.Type.Double


def numeric_field() -> Any:
    """A field parameter that offers numbers."""
    types = getattr(Qgis, "ProcessingFieldParameterDataType", None)
    return types.Numeric if types else QgsProcessingParameterField.DataType.Numeric


def wkb(name: str) -> Any:
    """The geometry type ``name``: Point, MultiPolygon, NoGeometry."""
    types = getattr(Qgis, "WkbType", None)  # from 3.30 on
    return getattr(types or QgsWkbTypes.Type, name)
