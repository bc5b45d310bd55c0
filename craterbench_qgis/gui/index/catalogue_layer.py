"""The craters of an index as a map layer: circles that say where the catalogue has entries."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsDataProvider,
    QgsEditorWidgetSetup,
    QgsExpression,
    QgsGeometry,
    QgsMarkerSymbol,
    QgsMemoryProviderUtils,
    QgsPointXY,
    QgsProject,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
    QgsWkbTypes,
)

from ...contract.build import IndexInfo
from ...contract.columns import name_column
from ...core.geo.crs import geographic_crs
from ...core.layers.catalogue import source_of_catalogue
from ...i18n import tr

PROPERTY = "craterbench/index_id"


def find_layer(info: IndexInfo, project: QgsProject) -> QgsVectorLayer | None:
    """The layer of this index that is in the project already."""
    for layer in project.mapLayers().values():
        if layer.customProperty(PROPERTY) == info.index_id:
            return layer
    return None


def mend_layer(info: IndexInfo, project: QgsProject) -> None:
    """Where the index was moved since the project was saved: its layer reads it where it is now.
    What it shows is what it was, so the project counts as changed or not as before."""
    layer = find_layer(info, project)
    if layer is None or layer.isValid() or not Path(info.catalogue).is_file():
        return
    was_dirty = project.isDirty()
    layer.setReadOnly(False)
    options = QgsDataProvider.ProviderOptions()
    layer.setDataSource(source_of_catalogue(info.catalogue), layer.name(), "ogr", options)
    layer.setReadOnly(True)
    layer.setCrs(geographic_crs(info.body, project.crs()))
    project.setDirty(was_dirty)


def make_layer(info: IndexInfo, project: QgsProject) -> QgsVectorLayer | None:
    """A styled layer, read-only; None where the file does not open."""
    if not info.catalogue or not Path(info.catalogue).is_file():
        return None
    name = tr("{index}: catalogue").format(index=info.name)
    layer = QgsVectorLayer(source_of_catalogue(info.catalogue), name, "ogr")
    if not layer.isValid():
        return None
    if info.catalogue_displaced:
        layer = _in_place(layer, info)
    layer.setReadOnly(True)
    layer.setCustomProperty(PROPERTY, info.index_id)
    layer.setCrs(geographic_crs(info.body, project.crs()))
    _style(layer)
    return layer


def _in_place(layer: QgsVectorLayer, info: IndexInfo) -> QgsVectorLayer:
    """A copy in memory whose points are where the columns say: version 0.1 wrote planetocentric
    latitudes into the geodetic system of a flattened body."""
    copy = QgsMemoryProviderUtils.createMemoryLayer(
        layer.name(), layer.fields(), QgsWkbTypes.Type.Point, layer.crs()
    )
    copy.setCustomProperty("skipMemoryLayersCheck", 1)
    features = []
    for feature in layer.getFeatures():
        point = QgsPointXY(feature["lon"], info.body.geodetic(feature["lat"]))
        feature.setGeometry(QgsGeometry.fromPointXY(point))
        features.append(feature)
    copy.dataProvider().addFeatures(features)
    copy.updateExtents()
    return copy


def _style(layer: QgsVectorLayer) -> None:
    """Small rings: they must not hide the craters, nor be hidden by bright or dark ground."""
    symbol = QgsMarkerSymbol.createSimple(
        {
            "name": "circle",
            "color": "0,0,0,0",
            "outline_color": "255,196,0,220",
            "outline_width": "0.4",
            "size": "2.4",
        }
    )
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))
    named = name_column(layer.fields().names())
    label = '"crater_id"'
    if named is not None:
        label = f"coalesce({QgsExpression.quotedColumnRef(named)}, {label})"
    layer.setDisplayExpression(label)
    layer.setMapTipTemplate(f'<b>[% {label} %]</b><br>[% round("diameter_m" / 1000, 2) %] km')
    field = layer.fields().indexOf("crater_row")
    if field >= 0:
        layer.setEditorWidgetSetup(field, QgsEditorWidgetSetup("Hidden", {}))


def add_to_map(info: IndexInfo, project: QgsProject | None = None) -> QgsVectorLayer | None:
    """Add the layer on top of the project's layers, once; None where the file does not open."""
    project = project or QgsProject.instance()
    there = find_layer(info, project)
    if there is not None:
        return there
    layer = make_layer(info, project)
    if layer is None:
        return None
    project.addMapLayer(layer, False)
    project.layerTreeRoot().insertLayer(0, layer)
    return layer
