"""An index whose build was stopped, where it is searched: how much is there, and the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QAbstractButton, QApplication, QLabel

from craterbench_qgis.client.engine import Engine
from craterbench_qgis.contract.build import IndexInfo
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.core.store.project import ProjectStore
from craterbench_qgis.gui.dock import CraterBenchDock
from index_fakes import index_info
from inside import FakeInterface, settle
from on_screen import click


@pytest.fixture
def dock(iface: FakeInterface, project: QgsProject) -> Iterator[CraterBenchDock]:
    store = ProjectStore(project, None)
    settings = Settings()
    dock = CraterBenchDock(iface, settings)
    for _ in dock.fill(iface, Engine(settings, None), store):
        pass
    iface.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    iface.window.resize(1200, 800)
    iface.window.show()
    settle()
    yield dock
    store.close()
    dock.setParent(None)
    dock.deleteLater()


def half(folder: Path) -> IndexInfo:
    """Of which 176 views were made and 4,110 were not looked at."""
    path = folder / "half.craterindex"
    return IndexInfo.from_json(index_info(path, incomplete=True, views_left=4110))


def texts(dock: CraterBenchDock) -> str:
    return "\n".join(label.text() for label in dock.findChildren(QLabel) if label.isVisible())


def resume(dock: CraterBenchDock) -> list[QAbstractButton]:
    return [button for button in dock.findChildren(QAbstractButton)
            if button.isVisible() and button.text() == "Resume"]  # fmt: skip


def test_the_search_tab_says_how_much_is_there(dock: CraterBenchDock, tmp_path: Path) -> None:
    dock.show_index(half(tmp_path))
    settle()
    assert "176 views are there, 4,110" in texts(dock) and len(resume(dock)) == 1
    dock.show_index(IndexInfo.from_json(index_info(tmp_path)))
    assert "not finished" not in texts(dock) and not resume(dock)
    dock.show_index(half(tmp_path))
    dock.show_index(None)
    assert not resume(dock)


def test_its_button_goes_on_with_the_build(dock: CraterBenchDock, tmp_path: Path) -> None:
    """Of whose inputs nothing is remembered: the form asks, in the tab of indexes."""
    info = half(tmp_path)
    dock.index_panel.info = info
    dock.show_index(info)
    settle()
    click(resume(dock)[0])
    settle()
    assert dock.tabs.tabText(dock.tabs.currentIndex()) == "Index"
    titles = [
        window.windowTitle() for window in QApplication.topLevelWidgets() if window.isVisible()
    ]
    assert "Build an index" in titles
