"""Groups of match sets in the layer tree: made, unticked, kept on top and free of other layers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

from qgis.core import QgsLayerTreeGroup, QgsLayerTreeLayer, QgsProject, QgsVectorLayer

from .ids import ROLES, group_of, layers_of, mark, role_of, set_of
from .titles import Title, ending, layer_name


@contextlib.contextmanager
def unchanged(project: QgsProject) -> Iterator[None]:
    """What is done within does not count as a change of the project: it is read, not edited."""
    was_dirty = project.isDirty()
    try:
        yield
    finally:
        if not was_dirty and project.isDirty():
            project.setDirty(False)


def quietly(project: QgsProject, steps: Iterator[Any]) -> Iterator[None]:
    """Each of ``steps`` without marking the project as changed."""
    while True:
        with unchanged(project):
            if next(steps, steps) is steps:
                return
        yield


def names(project: QgsProject, set_id: str) -> set[str]:
    """The names of all groups in the layer tree but that of a match set."""
    groups = project.layerTreeRoot().findGroups(True)
    return {group.name() for group in groups if set_of(group) != set_id}


def insert(
    project: QgsProject, set_id: str, title: Title, role: str, layer: QgsVectorLayer
) -> bool:
    """Put a layer at its place in its group; whether the group was made for it, on top."""
    root = project.layerTreeRoot()
    for old in layers_of(project, set_id).values():
        if role_of(old) == role:  # of an older version of the plugin, with other fields
            project.removeMapLayer(old.id())
    group = group_of(project, set_id)
    is_new = group is None
    if group is None:
        group = root.insertGroup(0, title.group)
        mark(group, set_id)
        group.setExpanded(False)
    layer.setName(layer_name(title, role))
    project.addMapLayer(layer, False)
    above = [
        node
        for node in group.findLayers()
        if node.layer() is not None
        and role_of(node.layer()) in ROLES[: ROLES.index(role)]
        and node.parent() is group
    ]
    place = group.children().index(above[-1]) + 1 if above else 0
    is_first = not group.children()
    group.insertLayer(place, layer).setExpanded(False)
    if is_first:  # QGIS does not unfold an empty group
        group.setExpanded(True)
    if root.hasCustomLayerOrder():
        rest = [other for other in root.customLayerOrder() if other is not layer]
        known = [n for n, other in enumerate(rest) if set_of(other) == set_id]
        rest.insert(known[-1] + 1 if known else 0, layer)
        root.setCustomLayerOrder(rest)
    return is_new


def rename(project: QgsProject, set_id: str, title: Title) -> None:
    """Give a group another name, and those of its layers that the user has not renamed."""
    group = group_of(project, set_id)
    if group is not None:
        group.setName(title.group)
    for role, layer in layers_of(project, set_id).items():
        if role in ROLES and layer.name().endswith(ending(role)):
            layer.setName(layer_name(title, role))


def fold(project: QgsProject, set_ids: Iterable[str], untick: bool) -> None:
    """Collapse groups; ``untick``: and take their layers off the map."""
    for set_id in set_ids:
        group = group_of(project, set_id)
        if group is None:
            continue
        if group.isExpanded():
            group.setExpanded(False)
        if untick and group.itemVisibilityChecked():
            group.setItemVisibilityChecked(False)


def lift(project: QgsProject, added: set[str]) -> None:
    """Groups that lie below imagery (layer ids) that was just added come to the top, in their
    order."""
    root = project.layerTreeRoot()
    order = list(root.children())
    covered = [n for n, node in enumerate(order) if _layer_ids(node) & added]
    if not covered:
        return
    below = [
        node
        for node in order[min(covered) + 1 :]
        if isinstance(node, QgsLayerTreeGroup) and set_of(node)
    ]
    for node in reversed(below):
        root.insertChildNode(0, node.clone())
        root.removeChildNode(node)


def put_out(project: QgsProject, added: Iterable[str]) -> None:
    """Layers (ids) that were just added and landed in one of our groups, because that was
    current, go below it: nobody would look for them there, and they would go with it."""
    root = project.layerTreeRoot()
    for layer_id in added:
        node = root.findLayer(layer_id)
        group = _outermost(node) if node is not None else None
        if node is None or group is None:
            continue
        parent = group.parent()
        place = parent.children().index(group) + 1
        copy: QgsLayerTreeLayer = node.clone()
        parent.insertChildNode(place, copy)
        node.parent().removeChildNode(node)


def _outermost(node: Any) -> QgsLayerTreeGroup | None:
    """The outermost of our groups that ``node`` lies in."""
    outermost, parent = None, node.parent()
    while isinstance(parent, QgsLayerTreeGroup):
        if set_of(parent):
            outermost = parent
        parent = parent.parent()
    return outermost


def _layer_ids(node: Any) -> set[str]:
    if isinstance(node, QgsLayerTreeGroup):
        return set(node.findLayerIds())
    return {node.layerId()}
