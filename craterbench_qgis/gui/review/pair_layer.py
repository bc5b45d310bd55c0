"""All pairs of the review as a layer in memory, styled by probability and decision.

It does not read the review's file: ``core.store`` says why QGIS must not hold such a file open.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsMemoryProviderUtils,
    QgsProject,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...contract.body import Body
from ...core.geo import sphere
from ...core.geo.crs import geographic_crs
from ...core.layers.build import SlicedJob
from ...core.layers.features import fields
from ...core.layers.style import pair_style
from ...core.review.file import ReviewContent, ReviewPair
from ...i18n import tr

PROPERTY = "craterbench/review"
_BATCH = 60
_FIELDS = (
    ("pair_id", "text"),
    ("a_id", "text"),
    ("b_id", "text"),
    ("a_diameter_m", "real"),
    ("b_diameter_m", "real"),
    ("distance_m", "real"),
    ("distance_ratio", "real"),
    ("diameter_ratio", "real"),
    ("iou", "real"),
    ("similarity", "real"),
    ("probability", "real"),
    ("decision", "text"),
    ("reviewer", "text"),
    ("decided_at", "text"),
)
_DECISION = 11


class PairLayer(QObject):
    """The layer of one review at a time in ``project``; found again by id, never held."""

    picked = pyqtSignal(object)
    """The user selected one pair on the map or in the attribute table: its pair_id."""

    def __init__(self, project: QgsProject, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = self._blind = False
        self._project = project
        self._layer_id = ""
        self._pairs: dict[int, Any] = {}
        self._ids: dict[Any, int] = {}
        self._late: dict[Any, ReviewPair] = {}
        self._job: SlicedJob | None = None
        self._content: ReviewContent | None = None
        project.readProject.connect(self._on_project)
        project.crsChanged.connect(self._on_crs)

    def layer(self) -> QgsVectorLayer | None:
        """The layer, None where it is not built yet or the user removed it."""
        return self._project.mapLayer(self._layer_id) if self._layer_id else None

    @property
    def building(self) -> bool:
        """Whether it is being filled."""
        return self._job is not None

    def show(self, content: ReviewContent) -> None:
        """Build the layer a few milliseconds at a time; an older one of a review goes."""
        self.remove()
        if content.body is None:
            return
        self._content = content
        self._job = SlicedJob(self._steps(content, content.body), self._finished, self)

    def set_blind(self, on: bool) -> None:
        """Off the map: colours and labels say how likely each pair is one crater."""
        self._blind = on
        node = self._project.layerTreeRoot().findLayer(self._layer_id) if self._layer_id else None
        if node is not None:
            node.setItemVisibilityChecked(not on)

    def remove(self) -> None:
        """Take the layer away."""
        self._content = None
        if self._job is not None:
            self._job.stop()
            self._job = None
        # Also one that came, empty, with a project that was saved with it.
        layers = self._project.mapLayers().values()
        ours = [layer for layer in layers if layer.customProperty(PROPERTY)]
        filled, pairs = self.layer(), self._pairs
        self._layer_id, self._ids, self._pairs, self._late = "", {}, {}, {}
        for layer in ours:
            if layer is filled and pairs and not self._closed:
                self._project.takeMapLayer(layer)
                with contextlib.suppress(TypeError):  # it came anew with a project
                    layer.selectionChanged.disconnect(self._on_selection)
                SlicedJob(_emptied(layer, list(pairs)), lambda: None, self)
            else:
                self._project.removeMapLayer(layer.id())

    def close(self) -> None:
        """Let go of the project; the layer goes."""
        was_closed, self._closed = self._closed, True
        self.remove()
        if not was_closed:
            self._project.readProject.disconnect(self._on_project)
            self._project.crsChanged.disconnect(self._on_crs)

    def _on_project(self, *_: Any) -> None:
        content = self._content
        self.remove()
        if content is not None:
            self.show(content)

    def _on_crs(self) -> None:
        layer, content = self.layer(), self._content
        if layer is not None and content is not None and content.body is not None:
            layer.setCrs(geographic_crs(content.body, self._project.crs()))

    def update(self, pair: ReviewPair) -> None:
        """The decision on a pair is another."""
        layer = self.layer()
        if self._job is not None or layer is None:
            self._late[pair.pair_id] = pair
            return
        self._write(layer, [pair])

    def _steps(self, content: ReviewContent, body: Body) -> Iterator[None]:
        crs = geographic_crs(body, self._project.crs())
        yield
        layer = QgsMemoryProviderUtils.createMemoryLayer(
            tr("Pairs of {name}").format(name=content.path.stem),
            fields(_FIELDS),
            QgsWkbTypes.Type.MultiLineString,
            crs,
        )
        layer.setCustomProperty(PROPERTY, str(content.path))
        layer.setCustomProperty("skipMemoryLayersCheck", 1)
        layer.setReadOnly(True)
        yield
        document = pair_style()
        if not document.isNull():
            layer.importNamedStyle(document)
        yield
        batch: list[tuple[ReviewPair, QgsFeature]] = []
        for pair in content.pairs:
            batch.append((pair, _feature(layer, body, pair)))
            if len(batch) == _BATCH:
                self._add(layer, batch)
                batch = []
            yield
        self._add(layer, batch)
        layer.updateExtents()
        yield
        self._layer_id = layer.id()
        self._project.addMapLayer(layer, False)
        node = self._project.layerTreeRoot().insertLayer(0, layer)
        yield
        # The legend says what the colours mean. QGIS's tree of layers looks at a change only.
        node.setExpanded(False)
        node.setExpanded(True)
        if self._blind:
            self.set_blind(True)
        layer.selectionChanged.connect(self._on_selection)

    def _on_selection(self, selected: list[int], *_: Any) -> None:
        if len(selected) == 1 and selected[0] in self._pairs:
            self.picked.emit(self._pairs[selected[0]])

    def _add(self, layer: QgsVectorLayer, batch: list[tuple[ReviewPair, QgsFeature]]) -> None:
        _, stored = layer.dataProvider().addFeatures([feature for _, feature in batch])
        for (pair, _), feature in zip(batch, stored):  # noqa: B905 - Python 3.9
            self._ids[pair.pair_id] = feature.id()
            self._pairs[feature.id()] = pair.pair_id

    def _finished(self) -> None:
        self._job = None
        late, self._late = list(self._late.values()), {}
        layer = self.layer()
        if late and layer is not None:
            self._write(layer, late)

    def _write(self, layer: QgsVectorLayer, pairs: list[ReviewPair]) -> None:
        values = {
            self._ids[pair.pair_id]: {
                _DECISION: str(pair.decision),
                _DECISION + 1: pair.decided.reviewer,
                _DECISION + 2: pair.decided.at,
            }
            for pair in pairs
            if pair.pair_id in self._ids
        }
        layer.dataProvider().changeAttributeValues(values)
        layer.dataChanged.emit()
        layer.triggerRepaint()


def _emptied(layer: QgsVectorLayer, ids: list[int]) -> Iterator[None]:
    """Take the features of a layer that is nobody's any more: freeing all at once takes long."""
    while ids:
        layer.dataProvider().deleteFeatures(ids[-_BATCH:])
        del ids[-_BATCH:]
        yield


def _feature(layer: QgsVectorLayer, body: Body, pair: ReviewPair) -> QgsFeature:
    feature = QgsFeature(layer.fields())
    feature.setGeometry(
        QgsGeometry.fromWkt(
            sphere.great_circle_multiline_wkt(
                pair.a.lon, pair.a.lat, pair.b.lon, pair.b.lat, body.geodetic
            )
        )
    )
    feature.setAttributes(
        [
            str(pair.pair_id),
            pair.a.id,
            pair.b.id,
            pair.a.diameter_m,
            pair.b.diameter_m,
            pair.distance_m,
            pair.distance_ratio,
            pair.diameter_ratio,
            pair.iou,
            pair.similarity,
            pair.probability,
            str(pair.decision),
            pair.decided.reviewer,
            pair.decided.at,
        ]
    )
    return feature
