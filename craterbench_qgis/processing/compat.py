"""Enums that changed their place between QGIS 3.22 and 4."""

from __future__ import annotations

from operator import attrgetter
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


def _member(scoped: str, name: str, older: Any, old_name: str) -> Any:
    """``Qgis.SCOPED.NAME`` where there is one, else ``OLDER.OLD_NAME``, two names with a point."""
    newer = getattr(Qgis, scoped, None)
    return getattr(newer, name) if newer else attrgetter(old_name)(older)


_SOURCES = "ProcessingSourceType"  # in Qgis from 3.36 on
ANY_VECTOR = _member(_SOURCES, "Vector", QgsProcessing, "SourceType.TypeVector")
"""Layers with or without geometry."""
ANY_RASTER = _member(_SOURCES, "Raster", QgsProcessing, "SourceType.TypeRaster")
LINES = _member(_SOURCES, "VectorLine", QgsProcessing, "SourceType.TypeVectorLine")
KILOMETRES = _member(  # in Qgis from 3.30 on
    "DistanceUnit", "Kilometers", QgsUnitTypes, "DistanceUnit.DistanceKilometers"
)
FOLDER = _member(
    "ProcessingFileParameterBehavior", "Folder", QgsProcessingParameterFile, "Behavior.Folder"
)
_NUMBERS = "ProcessingNumberParameterType"
WHOLE = _member(_NUMBERS, "Integer", QgsProcessingParameterNumber, "Type.Integer")
DECIMAL = _member(_NUMBERS, "Double", QgsProcessingParameterNumber, "Type.Double")
NUMERIC_FIELD = _member(
    "ProcessingFieldParameterDataType", "Numeric", QgsProcessingParameterField, "DataType.Numeric"
)


def wkb(name: str) -> Any:
    """The geometry type ``name``: Point, MultiPolygon, NoGeometry."""
    types = getattr(Qgis, "WkbType", None)  # from 3.30 on
    return getattr(types or QgsWkbTypes.Type, name)
