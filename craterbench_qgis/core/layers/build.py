"""Building a match set's layers a few milliseconds at a time, so that the map stays responsive."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, ClassVar

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFields,
    QgsMemoryProviderUtils,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QObject, QTimer

from ..geo.crs import geographic_crs
from ..match_set import MatchSet
from . import features
from .ids import LINKS, MATCHES, QUERY, mark
from .style import apply_style
from .titles import Title

SLICE_SECONDS = 0.012
_BATCH = 40


class SlicedJob(QObject):
    """Runs an iterator in slices of about 12 ms between the window's own events.

    ``done`` is called after the last step; not at all after :meth:`stop`. Until then it lives,
    whoever forgets it: a parent does not keep the Python half of its child.
    """

    _at_work: ClassVar[set[SlicedJob]] = set()

    def __init__(self, steps: Iterator[Any], done: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._steps, self._done = steps, done
        self._timer = QTimer(self, interval=0, timeout=self._slice)
        self._timer.start()
        self._at_work.add(self)
        self.destroyed.connect(partial(self._at_work.discard, self))

    def stop(self) -> None:
        """Do no more."""
        self._timer.stop()
        self._at_work.discard(self)
        self.deleteLater()

    def _slice(self) -> None:
        # Python's collector looks at every object of QGIS for up to 50 ms: not on top of a slice.
        collects = gc.isenabled()
        gc.disable()
        try:
            self._work()
        finally:
            if collects:
                gc.enable()

    def _work(self) -> None:
        end = time.perf_counter() + SLICE_SECONDS
        while next(self._steps, self) is not self:
            if time.perf_counter() >= end:
                return
        self.stop()
        self._done()


def emptied(things: list[Any], at_once: int = 500) -> Iterator[None]:
    """Let go of many objects, a few in each step: freeing them all takes long."""
    while things:
        del things[-at_once:]
        yield


class BuiltLayer:
    """A layer, and which feature is which row of the match set."""

    def __init__(self, layer: QgsVectorLayer, decision: int | None) -> None:
        self.layer = layer
        self.decision = decision
        """Position of the field ``decision``, None for the query's layer."""
        self.ids: dict[int, int] = {}
        """Row -> feature id."""


class ShownSet:
    """What is known of a match set on the map. Layers only by id."""

    def __init__(self, match_set: MatchSet, title: Title, restored: bool) -> None:
        self.match_set = match_set
        self.title = title
        self.restored = restored
        """Whether it came with the project, which stays as it was saved."""
        self.job: SlicedJob | None = None
        self.linking: SlicedJob | None = None
        self.layers: dict[str, tuple[str, int | None, dict[int, int]]] = {}
        """role -> (layer id, position of ``decision``, row -> feature id)."""
        self.decided_meanwhile: set[int] = set()
        self.rows: dict[int, int] = {}
        """Feature id in ``matches`` -> row."""


def build_layers(
    match_set: MatchSet,
    existing: dict[str, QgsVectorLayer],
    map_crs: QgsCoordinateReferenceSystem,
    placed: Callable[[str, BuiltLayer], None],
    linked: Iterable[int],
) -> Iterator[None]:
    """Make the layers of a match set, or fill those that came back with the project.

    Yields between pieces of work; ``placed(role, layer)`` is called as each layer is complete:
    the query first, the circles, then the great circles to the rows ``linked``. A query without a
    place has circles only.
    """
    every = range(len(match_set))
    columns = features.catalogue_columns(match_set.matches)
    crs = geographic_crs(match_set.index.body, map_crs)
    yield
    wanted: list[tuple[str, Any, int | None, Iterable[int], Iterator[Any]]] = []
    if match_set.preview.lon is not None and match_set.preview.side_m:
        searched = features.query_features(match_set)
        wanted.append((QUERY, features.QUERY_FIELDS, None, every, searched))
    own = features.match_fields(match_set.matches)
    names = [*own, *((name, kind) for _, name, kind in columns)]
    rims = features.match_features(match_set, columns)
    wanted.append((MATCHES, names, len(own) - 1, every, rims))
    if match_set.preview.lon is not None:
        rows = list(linked)
        links = features.link_features(match_set, rows)
        wanted.append((LINKS, features.LINK_FIELDS, features.LINK_DECISION, rows, links))
    scores = [match.score for match in match_set.matches]
    for role, described, decision, rows_of, content in wanted:
        layer, described_fields = existing.get(role), features.fields(described)
        # The provider's fields: a column the user computes is no reason to make it anew.
        if layer is None or layer.dataProvider().fields().names() != described_fields.names():
            layer = _new_layer(role, match_set.set_id, described_fields, crs)
            yield
            apply_style(layer, role, scores)
            yield
        else:
            layer.dataProvider().truncate()
            if layer.crs() != crs:  # saying it again would mark the project as changed
                layer.setCrs(crs)
        built = BuiltLayer(layer, decision)
        yield from _fill(built, rows_of, content)
        placed(role, built)
        yield


def fill_links(built: BuiltLayer, match_set: MatchSet, rows: list[int]) -> Iterator[None]:
    """Draw the great circles to ``rows`` instead of those that are there."""
    built.layer.dataProvider().truncate()
    built.ids.clear()
    yield from _fill(built, rows, features.link_features(match_set, rows))


def _fill(built: BuiltLayer, rows: Iterable[int], content: Iterator[Any]) -> Iterator[None]:
    batch: list[Any] = []
    ids: list[int] = []
    for feature in content:
        batch.append(feature)
        if len(batch) == _BATCH:
            ids += _added(built.layer, batch)
            batch = []
        yield
    ids += _added(built.layer, batch)
    built.ids.update(zip(rows, ids))  # noqa: B905 - Python 3.9
    built.layer.updateExtents()
    yield


_GEOMETRIES = {
    MATCHES: QgsWkbTypes.Type.MultiPolygon,
    LINKS: QgsWkbTypes.Type.MultiLineString,
    QUERY: QgsWkbTypes.Type.MultiPolygon,
}


def _new_layer(
    role: str, set_id: str, layer_fields: QgsFields, crs: QgsCoordinateReferenceSystem
) -> QgsVectorLayer:
    layer = QgsMemoryProviderUtils.createMemoryLayer(role, layer_fields, _GEOMETRIES[role], crs)
    mark(layer, set_id, role)
    # The results are in the store: QGIS need not warn that a scratch layer will be lost.
    layer.setCustomProperty("skipMemoryLayersCheck", 1)
    layer.setReadOnly(True)
    return layer


def _added(layer: QgsVectorLayer, batch: list[Any]) -> list[int]:
    _, stored = layer.dataProvider().addFeatures(batch)
    return [feature.id() for feature in stored]
