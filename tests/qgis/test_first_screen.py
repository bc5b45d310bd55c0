"""The first opening of the panel, by its button. What its first screen offers, the desktop's tour
presses (``open_index``, ``try_it``)."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QTimer

from craterbench_qgis.plugin import CraterBenchPlugin
from inside import FakeInterface, settle, wait_until
from on_screen import click
from paths import ENGINE_PYTHON, needs_engine

pytestmark = [needs_engine]


def press_panel_button(iface: FakeInterface) -> None:
    """The button in the toolbar."""
    button = iface.toolbars[-1].widgetForAction(iface.toolbars[-1].actions()[0])
    if not button.isVisible():
        wait_until(button.isVisible)
    click(button)


def test_the_panel_is_made_between_qgis_own_events(iface: FakeInterface, home: Path) -> None:
    """It holds no event up for long: neither all modules nor all panels are one event's."""
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
    assert turns.count(True) >= 3, "several of its own between"
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
