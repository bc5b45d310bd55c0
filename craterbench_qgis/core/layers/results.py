"""The matches on the map: per query a group of layers, highlight, selection and decisions.

The layers are in memory and are filled from the store again when the project is opened
(``core.store`` says why they do not read its GeoPackage). QGIS objects may be gone at any moment,
because the user removed them: they are looked up by id whenever they are needed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import Any

from qgis.core import QgsLayerTreeGroup, QgsMapLayer, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...i18n import tr
from ..match_set import MatchSet
from .build import BuiltLayer, SlicedJob, build_layers
from .crs import geographic_crs
from .ids import MATCHES, ROLES, group_of, layers_of, mark, role_of, set_of
from .view import Highlight, zoom_extent


class _Shown:
    """What is known of a match set on the map. Layers only by id."""

    def __init__(self, match_set: MatchSet) -> None:
        self.match_set = match_set
        self.job: SlicedJob | None = None
        self.layers: dict[str, tuple[str, int | None, list[int]]] = {}
        """role -> (layer id, position of ``decision``, feature id per row)."""
        self.decided_meanwhile: set[int] = set()
        self.rows: dict[int, int] = {}
        """Feature id in ``matches`` -> row."""


class ResultLayers(QObject):
    """Layers of match sets in ``project``, shown on ``canvas`` (may be None)."""

    added = pyqtSignal(str)
    """The layers of a match set are complete and in the project."""
    removed = pyqtSignal(str)
    """The user removed the circles of a match set."""
    selected = pyqtSignal(str, list)
    """The user selected circles on the map or in the attribute table: set id, rows."""

    def __init__(self, project: QgsProject, canvas: Any = None, parent: QObject | None = None):
        super().__init__(parent)
        self._project, self._canvas = project, canvas
        self._sets: dict[str, _Shown] = {}
        self._selecting = False
        self._lift: set[str] = set()
        self._gone: list[str] = []
        self.keeps_earlier: Callable[[], bool] = lambda: False
        """Whether the groups of other match sets stay ticked when one is added."""
        self._highlight = Highlight(canvas)
        project.layersWillBeRemoved.connect(self._on_removing)
        project.layersAdded.connect(self._on_added)
        project.cleared.connect(self.forget)
        project.crsChanged.connect(self._on_crs)

    # Sets

    def add(self, match_set: MatchSet) -> None:
        """Show a match set; layers it has in the project already are used.

        Returns at once, :attr:`added` follows. A set that is shown is brought back into view, and
        the groups of the others are unticked: after ten queries nobody could read the map. Those
        that come back with a project stay as they were saved.
        """
        shown = self._sets.get(match_set.set_id)
        if shown is not None and shown.match_set is match_set:
            self._set_visible(match_set.set_id)
            return
        if shown is not None:
            self._drop(match_set.set_id)
        shown = self._sets[match_set.set_id] = _Shown(match_set)
        match_set.decided.connect(self._on_decided)
        existing = layers_of(self._project, match_set.set_id)
        set_id = match_set.set_id
        if not existing:
            self._set_visible(set_id)  # its group may have been left, unticked
        steps = build_layers(
            match_set, existing, self._project.crs(), lambda *one: self._placed(set_id, *one)
        )
        shown.job = SlicedJob(steps, lambda: self._built(set_id), self)

    def is_shown(self, set_id: str) -> bool:
        """Whether the circles of a match set are complete and in the project."""
        return self._matches(set_id) is not None

    def remove(self, set_id: str) -> None:
        """Take the layers and the group of a match set off the map."""
        self._drop(set_id)
        self._project.removeMapLayers(
            [one.id() for one in layers_of(self._project, set_id).values()]
        )
        group = group_of(self._project, set_id)
        if group is not None and not group.children():
            group.parent().removeChildNode(group)

    def rename(self, set_id: str, label: str) -> None:
        """Give the group of a match set another name."""
        group = group_of(self._project, set_id)
        if group is not None:
            group.setName(_group_name(label))

    def forget(self) -> None:
        """Another project is open: let go of the layers without touching them."""
        for set_id in list(self._sets):
            self._drop(set_id)
        self._gone.clear()
        self._highlight.hide()

    def close(self) -> None:
        """Let go of project and canvas; the layers stay."""
        self.forget()
        self._project.layersWillBeRemoved.disconnect(self._on_removing)
        self._project.layersAdded.disconnect(self._on_added)
        self._project.cleared.disconnect(self.forget)
        self._project.crsChanged.disconnect(self._on_crs)
        self._highlight.close()

    # Rows

    def highlight(self, set_id: str, row: int) -> None:
        """Draw a rim over everything else; a row of -1 takes it away."""
        layer, shown = self._matches(set_id), self._sets.get(set_id)
        if layer is None or shown is None or not 0 <= row < len(shown.match_set):
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
        wanted = {ids[row] for row in rows if 0 <= row < len(ids)}
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
        extent = zoom_extent(self._canvas, self._project, shown.match_set.index["body"], matches)
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
            self._insert(shown.match_set, role, built.layer)
        else:
            built.layer.dataChanged.emit()
            built.layer.triggerRepaint()
        if role == MATCHES:
            shown.rows = {fid: row for row, fid in enumerate(built.ids)}
            built.layer.selectionChanged.connect(self._on_selection)

    def _insert(self, match_set: MatchSet, role: str, layer: QgsVectorLayer) -> None:
        root = self._project.layerTreeRoot()
        for old in layers_of(self._project, match_set.set_id).values():
            if role_of(old) == role:  # of an older version of the plugin, with other fields
                self._project.removeMapLayer(old.id())
        group = group_of(self._project, match_set.set_id)
        if group is None:
            group = root.insertGroup(0, _group_name(match_set.request.label))
            mark(group, match_set.set_id)
            group.setExpanded(False)
            self._untick_others(match_set.set_id)
        self._project.addMapLayer(layer, False)
        above = [
            node
            for node in group.findLayers()
            if node.layer() is not None
            and role_of(node.layer()) in ROLES[: ROLES.index(role)]
            and node.parent() is group
        ]
        place = group.children().index(above[-1]) + 1 if above else 0
        is_first = not group.children()
        group.insertLayer(place, layer).setExpanded(role == MATCHES)
        if is_first:  # QGIS does not unfold an empty group
            group.setExpanded(True)
        if root.hasCustomLayerOrder():
            rest = [one for one in root.customLayerOrder() if one is not layer]
            known = [n for n, one in enumerate(rest) if set_of(one) == match_set.set_id]
            rest.insert(known[-1] + 1 if known else 0, layer)
            root.setCustomLayerOrder(rest)

    def _built(self, set_id: str) -> None:
        shown = self._sets.get(set_id)
        if shown is None:
            return
        shown.job = None
        if shown.decided_meanwhile:
            self._write_decisions(shown, sorted(shown.decided_meanwhile))
        self.added.emit(set_id)

    def _matches(self, set_id: str) -> QgsVectorLayer | None:
        shown = self._sets.get(set_id)
        known = shown.layers.get(MATCHES) if shown is not None else None
        return self._project.mapLayer(known[0]) if known is not None else None

    def _set_visible(self, set_id: str) -> None:
        group = group_of(self._project, set_id)
        if group is not None:
            group.setItemVisibilityCheckedParentRecursive(True)
            self._untick_others(set_id)

    def _untick_others(self, set_id: str) -> None:
        if self.keeps_earlier():
            return
        for other in self._sets:
            group = group_of(self._project, other) if other != set_id else None
            if group is not None and group.itemVisibilityChecked():
                group.setItemVisibilityChecked(False)
                group.setExpanded(False)

    def _drop(self, set_id: str) -> None:
        shown = self._sets.pop(set_id, None)
        if shown is None:
            return
        if shown.job is not None:
            shown.job.stop()
        shown.match_set.decided.disconnect(self._on_decided)
        known = shown.layers.get(MATCHES)
        layer = self._project.mapLayer(known[0]) if known is not None else None
        if layer is not None:
            with contextlib.suppress(TypeError):
                layer.selectionChanged.disconnect(self._on_selection)

    # What others do

    def _on_removing(self, layer_ids: list[str]) -> None:
        self._highlight.hide()
        going = [layer for one in layer_ids if (layer := self._project.mapLayer(one)) is not None]
        for layer in going:
            shown, role = self._sets.get(set_of(layer)), role_of(layer)
            if shown is None:
                continue
            if role == MATCHES or shown.job is not None:
                set_id = shown.match_set.set_id
                self._drop(set_id)
                self._gone.append(set_id)
                QTimer.singleShot(0, self._tell_removed)
            else:
                shown.layers.pop(role, None)

    def _tell_removed(self) -> None:
        """Later, because closing a project removes its layers too: nobody is told of those."""
        gone, self._gone = self._gone, []
        for set_id in gone:
            self.removed.emit(set_id)

    def _on_added(self, layers: list[QgsMapLayer]) -> None:
        """Imagery that was just added must not hide results; later moves are the user's."""
        if self._sets and any(isinstance(layer, QgsRasterLayer) for layer in layers):
            self._lift.update(layer.id() for layer in layers if isinstance(layer, QgsRasterLayer))
            QTimer.singleShot(0, self._lift_groups)

    def _lift_groups(self) -> None:
        """Groups that lie below imagery that was just added come to the top, in their order."""
        added, self._lift = self._lift, set()
        root = self._project.layerTreeRoot()
        order = list(root.children())
        covered = [n for n, node in enumerate(order) if _layer_ids(node) & added]
        if not covered:
            return
        below = [
            node
            for node in order[min(covered) + 1 :]
            if isinstance(node, QgsLayerTreeGroup) and set_of(node) in self._sets
        ]
        for node in reversed(below):
            root.insertChildNode(0, node.clone())
            root.removeChildNode(node)

    def _on_crs(self) -> None:
        for shown in self._sets.values():
            crs = geographic_crs(shown.match_set.index["body"], self._project.crs())
            for layer_id, _, _ in shown.layers.values():
                layer = self._project.mapLayer(layer_id)
                if layer is not None and layer.crs() != crs:
                    layer.setCrs(crs)

    def _on_selection(self, *_ignored: Any) -> None:
        layer = self.sender()
        if self._selecting or not isinstance(layer, QgsVectorLayer):
            return
        shown = self._sets.get(set_of(layer))
        if shown is not None:
            rows = sorted(
                shown.rows[fid] for fid in layer.selectedFeatureIds() if fid in shown.rows
            )
            self.selected.emit(shown.match_set.set_id, rows)

    def _on_decided(self, rows: list[int]) -> None:
        found = self.sender()
        shown = self._sets.get(found.set_id) if isinstance(found, MatchSet) else None
        if shown is None:
            return
        if shown.job is None:
            self._write_decisions(shown, rows)
        else:  # the layers are being built; a feature that is made already is corrected then
            shown.decided_meanwhile.update(rows)

    def _write_decisions(self, shown: _Shown, rows: Iterable[int]) -> None:
        decisions = {row: shown.match_set.decision(row) for row in rows}
        for layer_id, position, ids in shown.layers.values():
            layer = self._project.mapLayer(layer_id)
            if layer is None or position is None:
                continue
            values = {ids[row]: {position: text} for row, text in decisions.items()}
            layer.dataProvider().changeAttributeValues(values)
            layer.dataChanged.emit()
            layer.triggerRepaint()


def _group_name(label: str) -> str:
    return tr("Matches of {label}").format(label=label) if label else tr("Matches")


def _layer_ids(node: Any) -> set[str]:
    if isinstance(node, QgsLayerTreeGroup):
        return set(node.findLayerIds())
    return {node.layerId()}
