"""The first screen, by its buttons, with the real engine: Try it ends where a box can be drawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from qgis.core import QgsProject, QgsSettings, QgsVectorLayer
from qgis.gui import QgsLayerTreeMapCanvasBridge
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QListWidget, QPushButton, QWidget

from craterbench_qgis.contract.demo import Demo
from craterbench_qgis.core.layers import build
from craterbench_qgis.gui.workbench import Workbench
from craterbench_qgis.plugin import CraterBenchPlugin
from inside import FakeInterface, child, move_mouse, settle, wait_until
from on_screen import click, shoot
from paths import ENGINE_PYTHON, needs_engine
from tool_bench import LEFT, NO_KEY

pytestmark = [needs_engine]


@pytest.fixture
def bench(iface: FakeInterface, project: QgsProject, home: Path) -> Iterator[Workbench]:
    """The panel opened for the first time, beside a map that shows the project's layers."""
    QgsSettings().setValue("craterbench/engine/python", str(ENGINE_PYTHON))
    iface.window.resize(1300, 850)
    iface.window.setCentralWidget(iface.canvas)
    # The canvas's child: it must not outlive it.
    bridge = QgsLayerTreeMapCanvasBridge(project.layerTreeRoot(), iface.canvas, iface.canvas)
    follow = project.crsChanged.connect(lambda: iface.canvas.setDestinationCrs(project.crs()))
    iface.window.show()
    plugin = CraterBenchPlugin(iface)
    plugin.initGui()
    press_panel_button(iface)
    wait_until(lambda: plugin.workbench is not None and plugin.workbench.dock.isVisible())
    settle(3)
    yield plugin.workbench
    plugin.unload()
    project.crsChanged.disconnect(follow)
    bridge.deleteLater()


def press_panel_button(iface: FakeInterface) -> None:
    """The button in the toolbar."""
    button = iface.toolbars[-1].widgetForAction(iface.toolbars[-1].actions()[0])
    if not button.isVisible():
        wait_until(button.isVisible)
    click(button)


def test_the_panel_is_made_between_qgis_own_events(
    iface: FakeInterface, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds no event up for long: neither all modules nor all panels are one event's."""
    monkeypatch.setattr(build, "SLICE_SECONDS", 0.0)  # of any processor
    QgsSettings().setValue("craterbench/engine/python", str(ENGINE_PYTHON))
    iface.window.show()
    plugin = CraterBenchPlugin(iface)
    plugin.initGui()
    turns = []
    timer = QTimer()
    timer.timeout.connect(lambda: turns.append(plugin.workbench is None))
    settle(3)
    timer.start(0)
    press_panel_button(iface)
    assert plugin.workbench is None, "the click itself makes nothing"
    press_panel_button(iface)  # impatient
    wait_until(lambda: plugin.workbench is not None and plugin.workbench.dock.isVisible())
    timer.stop()
    assert turns.count(True) > 50, "several of its own between"
    press_panel_button(iface)
    assert not plugin.workbench.dock.isVisible()
    plugin.unload()
    plugin = CraterBenchPlugin(iface)
    plugin.initGui()
    press_panel_button(iface)
    settle()
    assert plugin.show_dock() is plugin.workbench.dock, "whoever cannot wait gets it at once"
    settle(20)
    assert len(iface.docks) == 1
    plugin.unload()
    plugin = CraterBenchPlugin(iface)
    plugin.initGui()
    press_panel_button(iface)
    plugin.unload()
    settle(20)
    assert not iface.docks and plugin.workbench is None


def visible_button(bench: Workbench, name: str) -> QPushButton:
    """A control that is on the screen."""
    button = child(bench.dock, QPushButton, name)
    assert button.isVisible()
    return button


def test_try_it_opens_a_planet_where_a_box_can_be_drawn(
    bench: Workbench, iface: FakeInterface, project: QgsProject, home: Path
) -> None:
    project.addMapLayer(QgsVectorLayer("Point", "of another body", "memory"))
    demos: list[Demo] = []
    bench.demo.made.connect(demos.append)
    assert not bench.dock.query_bar.isVisible(), "grey tools"
    shoot(iface.window, "first")
    click(visible_button(bench, "CraterBenchFirstTry"))
    wait_until(lambda: "Digging" in bench.dock.first.message.plain)
    assert not child(bench.dock, QPushButton, "CraterBenchFirstTry").isEnabled()
    shoot(iface.window, "first-busy")
    click(visible_button(bench, "CraterBenchTryCancel"))
    wait_until(lambda: visible_button(bench, "CraterBenchFirstTry").isEnabled())
    assert not bench.dock.first.message.isVisible() and project.count() == 1
    click(visible_button(bench, "CraterBenchFirstTry"))
    wait_until(lambda: bench.session.index is not None, 300)
    assert bench.dock.query_bar.isVisible() and not bench.dock.first.isVisible()
    names = [node.name() for node in project.layerTreeRoot().children()]
    assert names == ["Demo planet, another observation", "Demo planet, indexed"]
    QTest.qWait(800)
    shoot(iface.window, "first-done")
    (demo,) = demos
    canvas = iface.canvas
    centre = canvas.getCoordinateTransform().transform(demo.lon, demo.lat)
    extent = canvas.extent()
    assert extent.contains(demo.lon, demo.lat) and extent.width() < 120.0
    reach = 1.25 * demo.diameter_m / 30323.0 / canvas.mapUnitsPerPixel()
    start, end = (
        type(canvas.mouseLastXY())(round(centre.x() + d), round(centre.y() + d))
        for d in (-reach, reach)
    )
    answers = []
    bench.session.answered.connect(answers.append)
    QTest.mousePress(canvas.viewport(), LEFT, NO_KEY, start)  # the box tool is taken up already
    for step in range(1, 6):
        move_mouse(canvas.viewport(), start + (end - start) * step / 5, LEFT)
    QTest.mouseRelease(canvas.viewport(), LEFT, NO_KEY, end)
    wait_until(lambda: answers)
    best = answers[0].matches[0]
    assert abs(best.lon - demo.lon) < 1.0 and abs(best.lat - demo.lat) < 1.0
    QTest.qWait(300)
    shoot(iface.window, "first-searched")


def test_recent_indexes_are_one_click_away_and_build_opens_its_dialog(
    bench: Workbench, tmp_path: Path
) -> None:
    click(visible_button(bench, "CraterBenchFirstBuild"))
    dialogs = [w for w in bench.dock.index_panel.findChildren(QWidget) if w.isWindow()]
    assert any(dialog.isVisible() for dialog in dialogs)
    for dialog in dialogs:
        dialog.close()
    gone = tmp_path / "gone.craterindex"
    gone.mkdir()
    (gone / "manifest.json").write_text("{")
    bench.settings.add_recent(str(gone))
    bench.dock.tabs.setCurrentIndex(1)
    bench.dock.tabs.setCurrentIndex(0)
    bench.dock.first.show_idle()
    listed = child(bench.dock.first, QListWidget, "CraterBenchRecent")
    assert listed.isVisible()
    place = listed.visualItemRect(listed.item(0)).center()
    QTest.mouseClick(listed.viewport(), LEFT, NO_KEY, place)
    wait_until(lambda: bench.dock.first.message.is_problem)
    assert bench.dock.first.message.isVisible(), "why it did not open is said where it was clicked"
