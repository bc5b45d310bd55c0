"""Building a match set's layers a few milliseconds at a time, so that the map stays responsive."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFields,
    QgsMemoryProviderUtils,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QObject, QTimer

from ...i18n import tr
from ..match_set import MatchSet
from . import features as features
from .crs import geographic_crs
from .ids import LINKS, MATCHES, QUERY, mark
from .style import apply_style

SLICE_SECONDS = 0.012
_BATCH = 40


class SlicedJob(QObject):
    """Runs an iterator in slices of about 12 ms between the window's own events.

    ``done`` is called after the last step; not at all after :meth:`stop`.
    """

    def __init__(self, steps: Iterator[Any], done: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._steps, self._done = steps, done
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._slice)
        self._timer.start()

    def stop(self) -> None:
        """Do no more."""
        self._timer.stop()
        self.deleteLater()

    def _slice(self) -> None:
        end = time.perf_counter() + SLICE_SECONDS
        while time.perf_counter() < end:
            if next(self._steps, self) is self:
                self.stop()
                self._done()
                return


class BuiltLayer:
    """A layer, and which feature is which row of the match set (None for the query's layer)."""

    def __init__(self, layer: QgsVectorLayer, decision: int | None) -> None:
        self.layer = layer
        self.decision = decision
        """Position of the field ``decision``."""
        self.ids: list[int] = []


def build_layers(
    match_set: MatchSet,
    existing: dict[str, QgsVectorLayer],
    map_crs: QgsCoordinateReferenceSystem,
    placed: Callable[[str, BuiltLayer], None],
) -> Iterator[None]:
    """Makes the layers of a match set, or fills those that came back with the project.

    Yields between pieces of work; ``placed(role, layer)`` is called as each layer is complete:
    the query first, the circles, then the great circles. A query without a place has circles only.
    """
    columns = features.catalogue_columns(match_set.matches)
    crs = geographic_crs(match_set.index["body"], map_crs)
    yield
    wanted: list[tuple[str, Any, int | None, Iterator[Any]]] = []
    if match_set.preview.lon is not None and match_set.preview.side_m:
        searched = features.query_features(match_set)
        wanted.append((QUERY, features.QUERY_FIELDS, None, searched))
    names = [*features.CORE_FIELDS, *((name, kind) for _, name, kind in columns)]
    rims = features.match_features(match_set, columns)
    wanted.append((MATCHES, names, features.DECISION, rims))
    if match_set.preview.lon is not None:
        links = features.link_features(match_set)
        wanted.append((LINKS, features.LINK_FIELDS, features.LINK_DECISION, links))
    scores = [match.score for match in match_set.matches]
    for role, described, decision, content in wanted:
        layer, made = existing.get(role), features.fields(described)
        if layer is None or layer.fields().names() != made.names():
            layer = _new_layer(role, match_set.set_id, made, crs)
            yield
            apply_style(layer, role, scores)
            yield
        else:
            layer.dataProvider().truncate()
            if layer.crs() != crs:  # saying it again would mark the project as changed
                layer.setCrs(crs)
        built = BuiltLayer(layer, decision)
        yield from _fill(built, content)
        placed(role, built)
        yield


def _fill(built: BuiltLayer, content: Iterator[Any]) -> Iterator[None]:
    batch: list[Any] = []
    for feature in content:
        batch.append(feature)
        if len(batch) == _BATCH:
            built.ids += _added(built.layer, batch)
            batch = []
        yield
    built.ids += _added(built.layer, batch)
    built.layer.updateExtents()
    yield


def layer_name(role: str) -> str:
    """What the user reads in the layer tree; nothing depends on it."""
    return {MATCHES: tr("Matches"), LINKS: tr("Great circles"), QUERY: tr("Query")}[role]


_GEOMETRIES = {
    MATCHES: QgsWkbTypes.Type.MultiPolygon,
    LINKS: QgsWkbTypes.Type.MultiLineString,
    QUERY: QgsWkbTypes.Type.MultiPolygon,
}


def _new_layer(
    role: str, set_id: str, made: QgsFields, crs: QgsCoordinateReferenceSystem
) -> QgsVectorLayer:
    layer = QgsMemoryProviderUtils.createMemoryLayer(layer_name(role), made, _GEOMETRIES[role], crs)
    mark(layer, set_id, role)
    # The results are in the store: QGIS need not warn that a scratch layer will be lost.
    layer.setCustomProperty("skipMemoryLayersCheck", 1)
    layer.setReadOnly(True)
    return layer


def _added(layer: QgsVectorLayer, batch: list[Any]) -> list[int]:
    _, stored = layer.dataProvider().addFeatures(batch)
    return [feature.id() for feature in stored]
