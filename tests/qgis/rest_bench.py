"""A project in a folder with its store and its layers, and QGIS's tree of layers to click in."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from qgis.core import QgsLayerTreeGroup, QgsLayerTreeModel, QgsProject
from qgis.gui import QgsLayerTreeView
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QWidget

from craterbench_qgis.core.layers.ids import group_of, layers_of
from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.core.project_results import ProjectResults
from craterbench_qgis.core.settings import Settings
from inside import flush, settle, wait_until
from sets import match_set, scattered


class RestBench:
    """A project in a folder with its store, and QGIS's tree of layers to click in."""

    def __init__(self, project: QgsProject, folder: Path) -> None:
        self.project, self.path = project, folder / "moon.qgz"
        self.results: ProjectResults | None = None
        self.added: list[str] = []
        self.table: QWidget | None = None
        self.model = QgsLayerTreeModel(project.layerTreeRoot())
        self.model.setFlag(QgsLayerTreeModel.Flag.AllowNodeChangeVisibility, True)
        self.view = QgsLayerTreeView()
        self.view.setModel(self.model)
        self.view.resize(500, 600)
        self.view.show()

    def start(self) -> None:
        """As the plugin does for a project with results."""
        self.results = ProjectResults(self.project, None, Settings())
        self.results.layers.added.connect(self.added.append)
        wait_until(lambda: self.results.is_read)

    def ask(self, label: str, count: int = 20) -> str:
        """A query is answered; its match set's id, when its layers are there."""
        matches = match_set(scattered(count, seed=len(self.added)), label=label)
        self.results.store.save(matches)
        self.show(matches)
        return matches.set_id

    def show(self, matches: MatchSet) -> None:
        before = len(self.added)
        self.results.layers.add(matches)
        wait_until(lambda: len(self.added) > before)

    def rested(self, set_id: str) -> None:
        """Wait until the layers of a match set are out of the project."""
        wait_until(lambda: not layers_of(self.project, set_id))

    def tick(self, set_id: str) -> None:
        """Click the check box of a group."""
        group = self.group(set_id)
        rect = self.view.visualRect(self.view.node2index(group))
        before = group.itemVisibilityChecked()
        for x in range(rect.left() + 4, rect.left() + 40, 6):
            at = QPoint(x, rect.center().y())
            QTest.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
            if group.itemVisibilityChecked() != before:
                return
        raise AssertionError("no check box was met")

    def group(self, set_id: str) -> QgsLayerTreeGroup:
        group = group_of(self.project, set_id)
        assert group is not None
        return group

    def count(self, set_id: str) -> int:
        """Features of the circles; -1 without the layer."""
        layer = layers_of(self.project, set_id).get("matches")
        return layer.featureCount() if layer is not None else -1

    def save(self) -> None:
        assert self.project.write(str(self.path))
        flush(self.results.store)

    def reopen(self) -> None:
        """The project is closed and opened again."""
        self.close()
        self.project.clear()
        settle(3)
        assert self.project.read(str(self.path))
        self.start()

    def written(self) -> list[str]:
        """Names of the layers in the project's file."""
        with zipfile.ZipFile(self.path) as archive:
            name = next(name for name in archive.namelist() if name.endswith(".qgs"))
            document = ElementTree.fromstring(archive.read(name))
        layers = document.findall("projectlayers/maplayer")
        return sorted(layer.findtext("layername", "") for layer in layers)

    def close(self) -> None:
        results, self.results = self.results, None
        if results is not None:
            results.close()
            results.deleteLater()


@pytest.fixture
def bench(project: QgsProject, tmp_path: Path) -> Iterator[RestBench]:
    bench = RestBench(project, tmp_path)
    bench.start()
    assert project.write(str(bench.path))
    yield bench
    bench.close()
    bench.view.close()
