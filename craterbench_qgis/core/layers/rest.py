"""Layers at rest: those of earlier queries leave the project, and come back as they were.

QGIS writes each layer of a project as XML, which takes it about 30 ms for one query's. The layers
of a group that is collapsed and unticked are in the project's store instead, as one packed text
beside their matches: their ids, names and styles, and whatever else was set on them.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Generator, Iterator
from typing import Any

from qgis.core import (
    QgsLayerTreeGroup,
    QgsLayerTreeLayer,
    QgsLayerTreeNode,
    QgsProject,
    QgsReadWriteContext,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QApplication
from qgis.PyQt.QtXml import QDomDocument

from ...contract.records import read_json
from . import tree
from .build import SlicedJob
from .ids import REST_PROPERTY, ROLES, group_of, is_at_rest, layers_of, role_of, set_of
from .titles import Title, ending, layer_name

_OPEN_TABLE = "QgsAttributeTableDialog/"
"""Before the id of a layer: the name of a table of attributes that is open."""
_MOST_BYTES = 8 << 20
"""Of the unpacked text: the project may come from a stranger."""


class LayerRest(QObject):
    """Puts layers in ``project`` to rest, a few milliseconds at a time."""

    wanted = pyqtSignal(str)
    """The user ticked the group of a match set at rest."""
    packed = pyqtSignal(str, str)
    """What the layers of a match set are that rest now: set id, text."""

    def __init__(self, project: QgsProject, parent: QObject) -> None:
        super().__init__(parent)
        self._project = project
        self.texts: dict[str, str] = {}
        """Set id -> what its layers were."""
        self.keeps: Callable[[], bool] = lambda: True
        """Whether :attr:`packed` texts are there when the project is opened again."""
        self._root = project.layerTreeRoot()
        self._root.visibilityChanged.connect(self._on_ticked)
        self._job: SlicedJob | None = None
        self._later: Callable[[], None] | None = None

    def start(self, set_ids: list[str], leaves: Callable[[str], bool]) -> None:
        """Put those of match sets to rest that are off the view. ``leaves`` lets go of a match
        set's layers, or says that they are needed."""
        self.stop()
        if not self.keeps():  # not yet: the first query's file is being made
            self._later = lambda: self.start(set_ids, leaves)
            return
        steps = tree.quietly(self._project, self._steps(set_ids, leaves))
        self._job = SlicedJob(steps, self.stop, self)

    def resume(self) -> None:
        """Begin what :meth:`start` could not, where texts are kept now."""
        if self._later is not None:
            self._later()

    def stop(self) -> None:
        """Put no more to rest."""
        job, self._job, self._later = self._job, None, None
        if job is not None:
            job.stop()

    def close(self) -> None:
        """Let go of the project."""
        self.stop()
        self._root.visibilityChanged.disconnect(self._on_ticked)

    def bring_back(self, set_id: str) -> Iterator[None]:
        """Put the layers of a match set into their group again, empty, without a change of the
        project. Those whose text is lost are missing."""
        if is_at_rest(group_of(self._project, set_id)):
            steps = brought_back(self._project, set_id, self.texts.get(set_id, ""))
            yield from tree.quietly(self._project, steps)

    def rename(self, set_id: str, title: Title) -> None:
        """Give layers at rest another name, unless the user has renamed them."""
        if is_at_rest(group_of(self._project, set_id)) and set_id in self.texts:
            self._keep(set_id, renamed(self.texts[set_id], title))

    def _keep(self, set_id: str, text: str) -> None:
        self.texts[set_id] = text
        self.packed.emit(set_id, text)

    def _steps(self, set_ids: list[str], leaves: Callable[[str], bool]) -> Iterator[None]:
        mentioned = yield from mentions(self._project)
        for set_id in set_ids:
            text = yield from packed(self._project, set_id, mentioned)
            if text and leaves(set_id):
                self._keep(set_id, text)
                put(self._project, set_id)

    def _on_ticked(self, node: Any) -> None:
        is_ours = isinstance(node, QgsLayerTreeGroup) and is_at_rest(node)
        if is_ours and node.itemVisibilityChecked():
            self.wanted.emit(set_of(node))


def mentions(project: QgsProject) -> Generator[None, None, str]:
    """The generator's value: what map themes, layouts, relations and other layers say. A layer
    that is named there must not go."""
    document, context = QDomDocument(), QgsReadWriteContext()
    root = document.createElement("qgis")
    document.appendChild(root)
    project.mapThemeCollection().writeXml(document)
    for layout in project.layoutManager().layouts():
        root.appendChild(layout.writeLayoutXml(document, context))
        yield
    for relation in project.relationManager().relations().values():
        relation.writeXml(root, document)
    words = [document.toString(-1)]
    for layer in project.mapLayers().values():
        if isinstance(layer, QgsVectorLayer) and not set_of(layer):
            words += [join.joinLayerId() for join in layer.vectorJoins()]
            words.append(layer.source() if layer.providerType() == "virtual" else "")
    names = [widget.objectName() for widget in QApplication.allWidgets()]
    words += [name for name in names if name.startswith(_OPEN_TABLE)]
    return "\n".join(words)


def packed(project: QgsProject, set_id: str, mentioned: str) -> Generator[None, None, str]:
    """The generator's value: the layers of a match set as a text; "" where they must stay.

    They rest only where nobody can miss them: in a group that is collapsed, unticked and holds
    them alone, in QGIS's own order, unchanged in their features, named nowhere else.
    """
    ids = _idle(project, set_id, mentioned)
    kept = []
    for layer_id in ids:
        node = project.layerTreeRoot().findLayer(layer_id)
        if node is None or node.layer() is None:
            return ""
        kept.append(_written(node))
        yield
    text = _packed(kept) if kept else ""
    yield
    return text if ids == _idle(project, set_id, mentioned) else ""


def put(project: QgsProject, set_id: str) -> None:
    """Take the layers of a match set out of the project."""
    group = group_of(project, set_id)
    if group is not None:
        group.setCustomProperty(REST_PROPERTY, 1)
        project.removeMapLayers(group.findLayerIds())


def brought_back(project: QgsProject, set_id: str, packed_text: str) -> Iterator[None]:
    """Put the layers of a match set that are at rest into their group again, empty."""
    for place, text in enumerate(_unpacked(packed_text)):
        document = QDomDocument()
        document.setContent(text)
        yield
        layer, group = _layer(document, set_id), group_of(project, set_id)
        if group is None:
            return
        if layer is not None and role_of(layer) not in layers_of(project, set_id):
            project.addMapLayer(layer, False)
            layer.resolveReferences(project)
            element = document.documentElement().firstChildElement("layer-tree-layer")
            node = QgsLayerTreeNode.readXml(element, project)
            if not isinstance(node, QgsLayerTreeLayer) or node.layerId() != layer.id():
                node = QgsLayerTreeLayer(layer)
            group.insertChildNode(place, node)
        yield
    group = group_of(project, set_id)
    if group is not None and is_at_rest(group):
        group.removeCustomProperty(REST_PROPERTY)


def renamed(packed_text: str, title: Title) -> str:
    """The text with other names for the layers that the user has not renamed."""
    kept = _unpacked(packed_text)
    for place, text in enumerate(kept):
        document = QDomDocument()
        document.setContent(text)
        name = document.documentElement().firstChildElement("maplayer")
        name = name.firstChildElement("layername").firstChild()
        for role in ROLES:
            if name.nodeValue().endswith(ending(role)):
                name.setNodeValue(layer_name(title, role))
        kept[place] = document.toString(-1)
    return _packed(kept)


def _idle(project: QgsProject, set_id: str, mentioned: str) -> list[str]:
    """The ids of the layers of a match set that nobody can miss; none where anything is in use."""
    group, root = group_of(project, set_id), project.layerTreeRoot()
    if group is None or group.itemVisibilityChecked() or group.isExpanded():
        return []
    ours = layers_of(project, set_id).values()
    nodes = [node for node in group.children() if isinstance(node, QgsLayerTreeLayer)]
    ids = [node.layerId() for node in nodes]
    is_plain = len(nodes) == len(group.children()) and sorted(ids) == sorted(
        layer.id() for layer in ours
    )
    if not is_plain or root.hasCustomLayerOrder():
        return []
    for layer in ours:
        is_own = not layer.readOnly() or layer.auxiliaryLayer() is not None  # labels were moved
        if is_own or layer.id() in mentioned or layer.name() in mentioned:
            return []
    return ids


def _written(node: QgsLayerTreeLayer) -> str:
    document, context = QDomDocument(), QgsReadWriteContext()
    root, layer = document.createElement("kept"), document.createElement("maplayer")
    document.appendChild(root)
    node.layer().writeLayerXml(layer, document, context)
    root.appendChild(layer)
    node.writeXml(root, context)
    return str(document.toString(-1))


def _packed(kept: list[str]) -> str:
    return base64.b64encode(zlib.compress(json.dumps(kept).encode())).decode()


def _unpacked(text: str) -> list[str]:
    """The texts of :func:`_written`; none where ``text`` is not readable."""
    try:
        unpacked = zlib.decompressobj().decompress(base64.b64decode(text), _MOST_BYTES)
        kept = read_json(unpacked)
    except (ValueError, zlib.error):
        return []
    return [str(text) for text in kept] if isinstance(kept, list) else []


def _layer(document: Any, set_id: str) -> QgsVectorLayer | None:
    """The layer as it was; None unless it is one in memory of this match set."""
    element = document.documentElement().firstChildElement("maplayer")
    if element.firstChildElement("provider").text() != "memory":
        return None
    layer = QgsVectorLayer()
    if not layer.readLayerXml(element, QgsReadWriteContext()) or set_of(layer) != set_id:
        return None
    return layer if role_of(layer) in ROLES else None
