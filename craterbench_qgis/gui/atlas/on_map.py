"""The atlas and the map: craters selected in one are selected in the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from qgis.core import QgsFeatureRequest, QgsGeometry, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...contract.atlas import RINGED_AT_MOST, AtlasCrater
from ...contract.build import IndexInfo
from ...core.geo import sphere
from ...core.geo.crs import geographic_crs
from ...core.layers.view import Highlight, zoom_extent
from ..index import catalogue_layer

_ROW = "crater_row"
_SLICE = 500
"""Craters in one turn of the event loop."""
_COLLECT_MS = 60


class AtlasOnMap(QObject):
    """Follows the layer of the open index's craters, wherever in the project it is."""

    selected = pyqtSignal(list, int)
    """Crater rows that the user selected on the map, and how many there are in all."""

    def __init__(self, iface: Any, project: QgsProject, parent: QObject) -> None:
        super().__init__(parent)
        self._iface, self._project = iface, project
        self._info: IndexInfo | None = None
        self._layer: QgsVectorLayer | None = None
        self._work: Iterator[None] | None = None
        self._is_ours = False
        self._highlight = Highlight(iface.mapCanvas())
        self._step = QTimer(self, singleShot=True, interval=0, timeout=self._go_on)
        self._collect = QTimer(self, singleShot=True, interval=_COLLECT_MS, timeout=self._read)
        project.layersAdded.connect(self._on_layers)
        project.layersWillBeRemoved.connect(self._on_removing)

    def set_index(self, info: IndexInfo | None) -> None:
        """Follow the layer of another index."""
        self._info = info
        self._highlight.hide()
        self._follow(catalogue_layer.find_layer(info, self._project) if info else None)

    def close(self) -> None:
        """Leave map and project alone from now on."""
        self._follow(None)
        self._project.layersAdded.disconnect(self._on_layers)
        self._project.layersWillBeRemoved.disconnect(self._on_removing)
        self._highlight.close()

    def read(self) -> None:
        """Tell soon what is selected on the map, where something is."""
        if self._layer is not None and self._layer.selectedFeatureCount():
            self._collect.start()

    def add_layer(self) -> bool:
        """Have the craters on the map; False where they do not open as a layer."""
        if self._layer is None and self._info is not None:
            self._follow(catalogue_layer.add_to_map(self._info, self._project))
        return self._layer is not None

    def select(self, rows: Sequence[int], zoom: bool = False) -> None:
        """Select these craters in their layer, where there is one, and only these."""
        if self._layer is not None:
            self._start(self._selecting(self._layer, rows, zoom))

    def show(self, crater: AtlasCrater) -> None:
        """Move the map to a crater, with its rim drawn over it."""
        info, canvas = self._info, self._iface.mapCanvas()
        if info is None:
            return
        crs = geographic_crs(info.body, canvas.mapSettings().destinationCrs())
        rim = sphere.circle_multipolygon_wkt(
            info.body.mean_radius, crater.lon, crater.lat, crater.diameter_m,
            latitude=info.body.geodetic,
        )  # fmt: skip
        extent = zoom_extent(canvas, self._project, info.body, (crater,))
        if extent is not None:
            self._highlight.show(QgsGeometry.fromWkt(rim), crs)
            canvas.setExtent(extent)
            canvas.refresh()

    def hide(self) -> None:
        """Take the rim off the map."""
        self._highlight.hide()

    # The layer

    def _follow(self, layer: QgsVectorLayer | None) -> None:
        if layer is self._layer:
            return
        self._work = None
        self._collect.stop()
        if self._layer is not None:
            self._layer.selectionChanged.disconnect(self._on_selection)
        self._layer = layer
        if layer is not None:
            layer.selectionChanged.connect(self._on_selection)
            self.read()

    def _on_layers(self, _layers: Any) -> None:
        if self._layer is None and self._info is not None:
            self._follow(catalogue_layer.find_layer(self._info, self._project))

    def _on_removing(self, layer_ids: list[str]) -> None:
        if self._layer is not None and self._layer.id() in layer_ids:
            self._follow(None)

    def _on_selection(self, *_ignored: Any) -> None:
        if not self._is_ours:
            self._work = None
            self._collect.start()

    def _read(self) -> None:
        if self._layer is not None:
            self._start(self._reading(self._layer))

    # In slices, so that QGIS goes on

    def _start(self, work: Iterator[None]) -> None:
        self._work = work
        self._go_on()

    def _go_on(self) -> None:
        work = self._work
        if work is None:
            return
        if next(work, self) is not self:
            self._step.start()
        elif self._work is work:
            self._work = None

    def _reading(self, layer: QgsVectorLayer) -> Iterator[None]:
        ids = layer.selectedFeatureIds()
        rows: list[int] = []
        for start in range(0, min(len(ids), RINGED_AT_MOST), _SLICE):
            request = _bare(layer)
            request.setFilterFids(ids[start : min(start + _SLICE, RINGED_AT_MOST)])
            rows += [int(feature[_ROW]) for feature in layer.getFeatures(request)]
            yield
        self.selected.emit(sorted(rows), len(ids))

    def _selecting(self, layer: QgsVectorLayer, rows: Sequence[int], zoom: bool) -> Iterator[None]:
        ids: list[int] = []
        for start in range(0, len(rows), _SLICE):
            request = _bare(layer)
            listed = ",".join(str(row) for row in rows[start : start + _SLICE])
            request.setFilterExpression(f'"{_ROW}" IN ({listed})')
            ids += [feature.id() for feature in layer.getFeatures(request)]
            yield
        self._is_ours = True
        try:
            layer.selectByIds(ids)
        finally:
            self._is_ours = False
        if zoom and ids:
            self._iface.mapCanvas().zoomToSelected(layer)


def _bare(layer: QgsVectorLayer) -> QgsFeatureRequest:
    """Features without geometry, with their row alone."""
    request = QgsFeatureRequest()
    request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    request.setSubsetOfAttributes([_ROW], layer.fields())
    return request
