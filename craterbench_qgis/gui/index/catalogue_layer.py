"""The craters of an index as a map layer: circles that say where the catalogue has entries."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsEditorWidgetSetup,
    QgsMarkerSymbol,
    QgsProject,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)

from ...core.layers import crs as layer_crs
from ...i18n import tr
from ...protocol import IndexInfo

LAYER = "craters"
PROPERTY = "craterbench/index_id"


def layer_source(path: str) -> str:
    """The source of a GeoPackage that QGIS opens without locks, journals or writing."""
    return f"{path}|layername={LAYER}|option:IMMUTABLE=YES|option:NOLOCK=YES"


def find_layer(info: IndexInfo, project: QgsProject) -> QgsVectorLayer | None:
    """The layer of this index that is in the project already."""
    for layer in project.mapLayers().values():
        if layer.customProperty(PROPERTY) == info.index_id:
            return layer
    return None


def make_layer(info: IndexInfo, project: QgsProject) -> QgsVectorLayer | None:
    """A styled layer, read-only; None where the file does not open."""
    if not info.catalogue or not Path(info.catalogue).is_file():
        return None
    name = tr("{index}: catalogue").format(index=info.name)
    layer = QgsVectorLayer(layer_source(info.catalogue), name, "ogr")
    if not layer.isValid():
        return None
    layer.setReadOnly(True)
    layer.setCustomProperty(PROPERTY, info.index_id)
    layer.setCrs(_crs_for(layer, info, project.crs()))
    _style(layer)
    return layer


def _crs_for(
    layer: QgsVectorLayer, info: IndexInfo, shown: QgsCoordinateReferenceSystem
) -> QgsCoordinateReferenceSystem:
    """Longitude and latitude on the body's radii, in words PROJ can connect with the project's.

    It knows no way from IAU_2015 systems to systems without a name, although the radii agree.
    """
    candidates = [layer.crs()]
    if info.body.get("a"):
        candidates += [layer_crs.geographic_crs(info.body)]
        size = f"+a={float(info.body['a'])!r} +b={float(info.body['b'])!r}"
        text = f"+proj=longlat {size} +no_defs"
        candidates += [QgsCoordinateReferenceSystem.fromProj(text)]
    context = QgsProject.instance().transformContext()
    for one in candidates:
        if not (one.isValid() and shown.isValid()):
            continue
        if QgsCoordinateTransform(one, shown, context).isValid():
            return one
    return next((one for one in candidates if one.isValid()), layer.crs())


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
    layer.setDisplayExpression('"crater_id"')
    layer.setMapTipTemplate('<b>[% "crater_id" %]</b><br>[% round("diameter_m" / 1000, 2) %] km')
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
