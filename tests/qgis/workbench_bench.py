"""The whole plugin on a stand-in for QGIS's window, with a real engine and a lunar index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsPointXY, QgsProject, QgsRasterLayer, QgsRectangle, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QDockWidget

from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.plugin import CraterBenchPlugin
from engine_side import PLAIN, build_index
from inside import FakeInterface, move_mouse, settle, wait_until
from paths import CATALOGUE, ENGINE_PYTHON, MOSAIC, made_once
from tool_bench import LEFT, NO_KEY

LON, LAT, SIDE = -11.2, -43.3, 7.0
"""Tycho, 85 km, at two and a half times its diameter; degrees."""

SOUTH = ("--min-diameter", "60", "--region", "-60", "-75", "60", "-30")
"""Craters of the south from 60 km on."""


def south_index() -> Path:
    """An index of ``SOUTH`` on the lunar mosaic, to be read only."""
    return made_once(
        "moon south.craterindex", lambda path: build_index(path, MOSAIC, CATALOGUE, *SOUTH, *PLAIN)
    )


class PluginBench:
    """``answers``: the match sets of all queries, ``searched``: the requests that went out."""

    def __init__(self, iface: FakeInterface, project: QgsProject, index: Path) -> None:
        QgsSettings().setValue("craterbench/engine/python", str(ENGINE_PYTHON))
        self.iface, self.project, self.index = iface, project, index
        iface.window.resize(1400, 900)
        layer = QgsRasterLayer(str(MOSAIC), "WAC")
        project.addMapLayer(layer)
        iface.canvas.setLayers([layer])
        iface.canvas.setDestinationCrs(layer.crs())
        iface.window.setCentralWidget(iface.canvas)
        iface.window.show()
        self.plugin: CraterBenchPlugin | None = None
        self.answers: list[MatchSet] = []
        self.searched: list[Any] = []

    def start(self) -> Any:
        """The plugin's workbench with the index open."""
        self.plugin = CraterBenchPlugin(self.iface)
        self.plugin.initGui()
        assert self.plugin.workbench is None, "nothing is made before the panel is opened"
        self.plugin.open_index(str(self.index))
        self.workbench = self.plugin.workbench
        self.workbench.session.answered.connect(self.answers.append)
        self.workbench.session.searching.connect(self.searched.append)
        wait_until(lambda: self.workbench.session.index is not None)
        return self.workbench

    def unload(self) -> None:
        """As when the user switches the plugin off; harmless where it is off."""
        plugin, self.plugin = self.plugin, None
        if plugin is not None:
            plugin.unload()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            settle()

    def pixel(self, lon: float, lat: float) -> QPoint:
        transform = self.iface.canvas.getCoordinateTransform()
        point = transform.transform(QgsPointXY(lon, lat))
        return QPoint(round(point.x()), round(point.y()))

    def corners(self) -> tuple[QPoint, QPoint]:
        """Of the box around Tycho, in pixels."""
        wide = SIDE / 2 / 0.728  # degrees of longitude at this latitude
        return (
            self.pixel(LON - wide, LAT + SIDE / 2),
            self.pixel(LON + wide, LAT - SIDE / 2),
        )

    def search_by_box(self) -> MatchSet:
        """Draw the box around Tycho; the answer, when gallery and layers show it."""
        canvas, bench = self.iface.canvas, self.workbench
        canvas.setExtent(QgsRectangle(LON - 20, LAT - 15, LON + 20, LAT + 15))
        canvas.refresh()
        wait_until(lambda: not canvas.isDrawing())
        bench.dock.query_bar.start_tool("box")
        start, end = self.corners()
        view = canvas.viewport()
        QTest.mousePress(view, LEFT, NO_KEY, start)
        for step in range(1, 6):
            move_mouse(view, start + (end - start) * step / 5, LEFT)
        QTest.mouseRelease(view, LEFT, NO_KEY, end)
        wait_until(lambda: self.answers)
        (match_set,) = self.answers
        wait_until(lambda: bench.layers.is_shown(match_set.set_id))
        wait_until(lambda: len(bench.dock.results.visible_rows()) == len(match_set))
        return match_set

    def press(self, key: Qt.Key) -> None:
        """In the gallery."""
        QTest.keyClick(self.workbench.dock.results.view, key)
        settle()

    def widgets_left(self) -> list[Any]:
        """What the plugin left on canvas and window."""
        widgets = self.iface.canvas.children() + self.iface.window.findChildren(QDockWidget)
        return [widget for widget in widgets if "craterbench" in type(widget).__module__.lower()]
