"""How result layers are found again: by custom properties, never by name or place in the tree."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsLayerTreeGroup, QgsMapLayer, QgsProject

SET_PROPERTY = "craterbench/set_id"
ROLE_PROPERTY = "craterbench/role"
REST_PROPERTY = "craterbench/at_rest"
"""Of a group whose layers are out of the project (:mod:`.rest`)."""
MATCHES, LINKS, QUERY = "matches", "links", "query"
ROLES = (QUERY, MATCHES, LINKS)
"""From top to bottom."""


def mark(thing: Any, set_id: str, role: str = "") -> None:
    """Give a layer or a group of the layer tree its match set and role."""
    thing.setCustomProperty(SET_PROPERTY, set_id)
    if role:
        thing.setCustomProperty(ROLE_PROPERTY, role)


def set_of(thing: Any) -> str:
    """The match set a layer or group belongs to, "" for none."""
    return str(thing.customProperty(SET_PROPERTY) or "")


def role_of(layer: QgsMapLayer) -> str:
    """One of :data:`ROLES`, "" for a layer that is not ours."""
    return str(layer.customProperty(ROLE_PROPERTY) or "")


def layers_of(project: QgsProject, set_id: str) -> dict[str, QgsMapLayer]:
    """Role -> layer of a match set, wherever the user has put them."""
    return {
        role_of(layer): layer for layer in project.mapLayers().values() if set_of(layer) == set_id
    }


def set_groups(project: QgsProject) -> list[QgsLayerTreeGroup]:
    """The groups of match sets, from top to bottom."""
    return [group for group in project.layerTreeRoot().findGroups(True) if set_of(group)]


def group_of(project: QgsProject, set_id: str) -> QgsLayerTreeGroup | None:
    """The group of a match set, None where the user removed or dissolved it."""
    for group in set_groups(project):
        if set_of(group) == set_id:
            return group
    return None


def is_at_rest(group: QgsLayerTreeGroup | None) -> bool:
    """Whether the layers of a group are out of the project until it is ticked."""
    return group is not None and bool(group.customProperty(REST_PROPERTY))


def has_results(project: QgsProject) -> bool:
    """Whether any layer belongs to a match set, or any group whose layers are at rest."""
    return any(map(set_of, project.mapLayers().values())) or bool(set_groups(project))


def shown_sets(project: QgsProject) -> list[str]:
    """Ids of the match sets that have layers in the project, the topmost last.

    Before them those at rest that are ticked: their layers are wanted. Where there is neither,
    the topmost one at rest.
    """
    set_ids: list[str] = []
    for layer in project.layerTreeRoot().layerOrder():
        set_id = set_of(layer)
        if set_id and set_id not in set_ids:
            set_ids.append(set_id)
    resting = [group for group in set_groups(project) if is_at_rest(group)]
    ticked = [set_of(group) for group in resting if group.itemVisibilityChecked()]
    set_ids += [set_id for set_id in ticked if set_id not in set_ids]
    return set_ids[::-1] or [set_of(group) for group in resting[:1]]
