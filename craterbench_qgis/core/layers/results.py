"""The matches on the map: per query a group of layers, highlight, selection and decisions.

The layers are in memory and are filled from the store again when the project is opened
(``core.store`` says why they do not read its GeoPackage). Those of earlier queries are at rest
(:mod:`.rest`) until their group is ticked. QGIS objects may be gone at any moment, because the
user removed them: they are looked up by id whenever they are needed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...contract.vocabulary import Question
from ..geo.crs import geographic_crs
from ..match_set import MatchSet
from ..settings import Settings
from . import tree
from .build import BuiltLayer, ShownSet, SlicedJob, build_layers, fill_links
from .ids import LINKS, MATCHES, group_of, is_at_rest, layers_of, role_of, set_groups, set_of
from .rest import LayerRest
from .titles import named, title
from .view import Highlight, zoom_extent


class ResultLayers(QObject):
    """Layers of match sets in ``project``, shown on ``canvas`` (may be None)."""

    added = pyqtSignal(str)
    """The layers of a match set are complete and in the project."""
    removed = pyqtSignal(str)
    """The user removed the circles of a match set."""
    selected = pyqtSignal(str, list)
    """The user selected circles on the map or in the attribute table: set id, rows."""

    def __init__(
        self,
        project: QgsProject,
        canvas: Any = None,
        parent: QObject | None = None,
        settings: Settings | None = None,
    ):
        super().__init__(parent)
        self._project, self._canvas = project, canvas
        self._settings = settings or Settings()
        self._sets: dict[str, ShownSet] = {}
        self._asked: dict[str, None] = {}
        """Match sets, the one that was asked for last at the end."""
        self.rest = LayerRest(project, self)
        self._selecting = False
        self._new: set[str] = set()
        self._gone: list[str] = []
        self._highlight = Highlight(canvas)
        self._links: tuple[tuple[Any, Callable[..., None]], ...] = (
            (project.layersWillBeRemoved, self._on_removing),
            (project.layersAdded, self._on_added),
            (project.cleared, self.forget),
            (project.readProject, self._on_read),
            (project.crsChanged, self._on_crs),
        )
        for signal, slot in self._links:
            signal.connect(slot)

    # Sets

    def add(self, match_set: MatchSet) -> None:
        """Show a match set; layers it has in the project already are used.

        Returns at once, :attr:`added` follows. A set that is shown is brought back into view. The
        groups of the others are collapsed and unticked and their layers rest; the oldest of more
        than the settings allow leave the map: after ten queries nobody could read it. The store
        keeps them.
        """
        set_id = match_set.set_id
        self._asked.pop(set_id, None)
        self._asked[set_id] = None
        shown = self._sets.get(set_id)
        if shown is not None and shown.match_set is match_set:
            self._set_visible(set_id)
            self._rest_others(set_id)
            return
        self._drop(set_id)
        came = layers_of(self._project, set_id)
        self._build(match_set, restored=False)
        if not came:
            self._set_visible(set_id)  # its group may have been left, unticked

    def fill(self, match_set: MatchSet) -> None:
        """Fill the layers that came, empty, with a project, and bring back those at rest; the
        project stays as it was saved."""
        set_id = match_set.set_id
        is_there = layers_of(self._project, set_id) or is_at_rest(group_of(self._project, set_id))
        if is_there and set_id not in self._sets:
            self._build(match_set, restored=True)

    def _build(self, match_set: MatchSet, restored: bool) -> None:
        set_id = match_set.set_id
        called = title(match_set, tree.names(self._project, set_id))
        shown = self._sets[set_id] = ShownSet(match_set, called, restored)
        match_set.decided.connect(self._on_decided)

        def steps() -> Iterator[None]:
            yield from self.rest.bring_back(set_id)
            yield from build_layers(
                match_set,
                layers_of(self._project, set_id),
                self._project.crs(),
                lambda *placed: self._placed(set_id, *placed),
                self._linked(shown, ()),
            )

        layers = tree.quietly(self._project, steps()) if restored else steps()
        shown.job = SlicedJob(layers, lambda: self._built(set_id), self)

    def is_shown(self, set_id: str) -> bool:
        """Whether the circles of a match set are complete and in the project."""
        return self._matches(set_id) is not None

    def remove(self, set_id: str) -> None:
        """Take the layers and the group of a match set off the map."""
        self._drop(set_id)
        self._project.removeMapLayers(
            [layer.id() for layer in layers_of(self._project, set_id).values()]
        )
        group = group_of(self._project, set_id)
        if group is not None and not group.children():
            group.parent().removeChildNode(group)

    def rename(self, set_id: str, label: str, find: Question) -> None:
        """Give the group and the layers of a match set, at rest too, another name."""
        called = named(label, find)
        if set_id in self._sets:
            self._sets[set_id].title = called
        tree.rename(self._project, set_id, called)
        self.rest.rename(set_id, called)

    def forget(self) -> None:
        """Another project is open: let go of the layers without touching them."""
        for set_id in list(self._sets):
            self._drop(set_id)
        self.rest.stop()
        self.rest.texts.clear()
        self._asked.clear()
        self._gone.clear()
        self._new.clear()
        self._highlight.hide()

    def close(self) -> None:
        """Let go of project and canvas; the layers stay. Harmless where that has been done."""
        links, self._links = self._links, ()
        if not links:
            return
        self.forget()
        for signal, slot in links:
            signal.disconnect(slot)
        self.rest.close()
        self._highlight.close()

    # Rows

    def highlight(self, set_id: str, row: int) -> None:
        """Draw a rim over everything else; a row of -1 takes it away."""
        layer, shown = self._matches(set_id), self._sets.get(set_id)
        if layer is None or shown is None or row not in shown.layers[MATCHES][2]:
            self._highlight.hide()
            return
        feature = layer.getFeature(shown.layers[MATCHES][2][row])
        self._highlight.show(feature.geometry(), layer)

    def select(self, set_id: str, rows: Iterable[int]) -> None:
        """Select these rows' circles, and no others; :attr:`selected` stays silent."""
        layer, shown = self._matches(set_id), self._sets.get(set_id)
        if layer is None or shown is None:
            return
        ids = shown.layers[MATCHES][2]
        wanted = {ids[row] for row in rows if row in ids}
        if wanted == set(layer.selectedFeatureIds()):
            return
        self._selecting = True
        try:
            layer.selectByIds(list(wanted))
        finally:
            self._selecting = False

    def zoom_to(self, set_id: str, rows: int | Iterable[int]) -> None:
        """Move the map to one match or several, whatever the project's reference system."""
        shown = self._sets.get(set_id)
        if shown is None or self._canvas is None:
            return
        wanted = [rows] if isinstance(rows, int) else list(rows)
        matches = [
            shown.match_set.matches[row] for row in wanted if 0 <= row < len(shown.match_set)
        ]
        extent = zoom_extent(self._canvas, self._project, shown.match_set.index.body, matches)
        if extent is not None:
            self._canvas.setExtent(extent)
            self._canvas.refresh()

    # Building

    def _placed(self, set_id: str, role: str, built: BuiltLayer) -> None:
        """One layer is filled: show it now, the next ones follow."""
        shown = self._sets.get(set_id)
        if shown is None:
            return
        shown.layers[role] = (built.layer.id(), built.decision, built.ids)
        if self._project.mapLayer(built.layer.id()) is None:
            is_new = tree.insert(self._project, set_id, shown.title, role, built.layer)
            if is_new:
                self._fold_others(set_id)
        else:
            built.layer.dataChanged.emit()
            built.layer.triggerRepaint()
        if role == MATCHES:
            shown.rows = {fid: row for row, fid in built.ids.items()}
            built.layer.selectionChanged.connect(self._on_selection)

    def _built(self, set_id: str) -> None:
        shown = self._sets.get(set_id)
        if shown is None:
            return
        shown.job = None
        if shown.decided_meanwhile:
            self._write_decisions(shown, sorted(shown.decided_meanwhile))
        layer = self._matches(set_id)
        if layer is not None:
            self._link(shown, self._rows_selected(shown, layer))
        if not shown.restored:
            self._trim()
            self._rest_others(set_id)
        self.added.emit(set_id)

    def _trim(self) -> None:
        """Take the sets that were asked for longest ago off the map, down to what is wanted."""
        groups = [set_of(group) for group in set_groups(self._project)][::-1]
        places = list(self._asked)
        groups.sort(key=lambda name: places.index(name) if name in places else -1)
        for set_id in groups[: max(0, len(groups) - self._settings.sets_on_map)]:
            self.remove(set_id)

    def _rest_others(self, set_id: str) -> None:
        def leaves(other: str) -> bool:
            shown = self._sets.get(other)
            if shown is None or shown.job is not None:
                return False
            self._drop(other)
            return True

        self.rest.start([other for other in self._sets if other != set_id], leaves)

    # Great circles

    def _linked(self, shown: ShownSet, selected: Iterable[int]) -> list[int]:
        """The rows that great circles lead to."""
        if self._settings.links_all:
            return list(range(len(shown.match_set)))
        return sorted(selected)

    def _link(self, shown: ShownSet, selected: Iterable[int]) -> None:
        known = shown.layers.get(LINKS)
        layer = self._project.mapLayer(known[0]) if known is not None else None
        if known is None or layer is None:
            return
        rows = self._linked(shown, selected)
        if shown.linking is None and rows == list(known[2]):
            return
        if shown.linking is not None:
            shown.linking.stop()
        built = BuiltLayer(layer, known[1])
        shown.layers[LINKS] = (known[0], known[1], built.ids)

        def done() -> None:
            shown.linking = None
            self._write_decisions(shown, built.ids)
            layer.dataChanged.emit()
            layer.triggerRepaint()

        steps = tree.quietly(self._project, fill_links(built, shown.match_set, rows))
        shown.linking = SlicedJob(steps, done, self)

    def _matches(self, set_id: str) -> QgsVectorLayer | None:
        shown = self._sets.get(set_id)
        known = shown.layers.get(MATCHES) if shown is not None else None
        return self._project.mapLayer(known[0]) if known is not None else None

    def _set_visible(self, set_id: str) -> None:
        group = group_of(self._project, set_id)
        if group is not None:
            group.setItemVisibilityCheckedParentRecursive(True)
            self._fold_others(set_id)

    def _fold_others(self, set_id: str) -> None:
        others = [other for other in self._sets if other != set_id]
        tree.fold(self._project, others, untick=not self._settings.keeps_earlier)

    def _drop(self, set_id: str) -> None:
        shown = self._sets.pop(set_id, None)
        if shown is None:
            return
        for job in (shown.job, shown.linking):
            if job is not None:
                job.stop()
        shown.match_set.decided.disconnect(self._on_decided)
        known = shown.layers.get(MATCHES)
        layer = self._project.mapLayer(known[0]) if known is not None else None
        if layer is not None:
            with contextlib.suppress(TypeError):
                layer.selectionChanged.disconnect(self._on_selection)

    # What others do

    def _on_removing(self, layer_ids: list[str]) -> None:
        self._highlight.hide()
        layers = [self._project.mapLayer(layer_id) for layer_id in layer_ids]
        for layer in (layer for layer in layers if layer is not None):
            shown, role = self._sets.get(set_of(layer)), role_of(layer)
            if shown is None:
                continue
            if role == MATCHES or shown.job is not None:
                set_id = shown.match_set.set_id
                self._drop(set_id)
                self._gone.append(set_id)
                QTimer.singleShot(0, self._emit_removed)
            else:
                shown.layers.pop(role, None)

    def _emit_removed(self) -> None:
        """Later, because closing a project removes its layers too, which is nobody's wish."""
        gone, self._gone = self._gone, []
        for set_id in gone:
            self.removed.emit(set_id)

    def _on_read(self, *_ignored: Any) -> None:
        """What came with a project lies where it was saved."""
        self._new.clear()

    def _on_added(self, layers: list[QgsMapLayer]) -> None:
        """The user's layers stay out of our groups, and imagery must not hide results. Only as
        they are added: later moves are the user's."""
        others = [layer.id() for layer in layers if not set_of(layer)]
        if others:
            self._new.update(others)
            QTimer.singleShot(0, self._place_new)

    def _place_new(self) -> None:
        added, self._new = self._new, set()
        tree.put_out(self._project, added)
        layers = self._project.mapLayers()
        imagery = {name for name in added if isinstance(layers.get(name), QgsRasterLayer)}
        if imagery:
            tree.lift(self._project, imagery)

    def _on_crs(self) -> None:
        for shown in self._sets.values():
            crs = geographic_crs(shown.match_set.index.body, self._project.crs())
            for layer_id, _, _ in shown.layers.values():
                layer = self._project.mapLayer(layer_id)
                if layer is not None and layer.crs() != crs:
                    layer.setCrs(crs)

    def _on_selection(self, *_ignored: Any) -> None:
        layer = self.sender()
        shown = self._sets.get(set_of(layer)) if isinstance(layer, QgsVectorLayer) else None
        if shown is None:
            return
        rows = self._rows_selected(shown, layer)
        self._link(shown, rows)
        if not self._selecting:
            self.selected.emit(shown.match_set.set_id, rows)

    def _rows_selected(self, shown: ShownSet, layer: QgsVectorLayer) -> list[int]:
        return sorted(shown.rows[fid] for fid in layer.selectedFeatureIds() if fid in shown.rows)

    def _on_decided(self, rows: list[int]) -> None:
        match_set = self.sender()
        shown = self._sets.get(match_set.set_id) if isinstance(match_set, MatchSet) else None
        if shown is None:
            return
        if shown.job is None:
            self._write_decisions(shown, rows)
        else:  # the layers are being built; a feature that is made already is corrected then
            shown.decided_meanwhile.update(rows)

    def _write_decisions(self, shown: ShownSet, rows: Iterable[int]) -> None:
        decisions = {row: str(shown.match_set.decision(row)) for row in rows}
        for layer_id, position, ids in shown.layers.values():
            layer = self._project.mapLayer(layer_id)
            if layer is None or position is None:
                continue
            values = {ids[row]: {position: text} for row, text in decisions.items() if row in ids}
            if not values:
                continue
            layer.dataProvider().changeAttributeValues(values)
            layer.dataChanged.emit()
            layer.triggerRepaint()
