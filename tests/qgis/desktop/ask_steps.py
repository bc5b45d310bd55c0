"""Steps: the panel, its settings, an index, a query by every tool."""

import math
import os

from qgis.PyQt.QtCore import QPoint
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLineEdit,
    QWidget,
)
from qgis.utils import iface

from common import DOCK, INDEX, LAT, LON, MOSAIC, SIDE, answered, centre, order
from eyes import dialog, reads, shown
from hands import (
    act,
    choose,
    click_map,
    closed,
    drag,
    drag_on_map,
    entry,
    file_dialog,
    fill,
    item,
    key,
    menu_bar,
    on_screen,
    press,
    tab,
)
from steps import OUT, drawn, look_at, pause, picture, prepare, seen, until, xdo

# The panel, its menu, its settings


def panel():
    yield from prepare(MOSAIC)
    yield from press("CraterBench panel", "CraterBenchToolBar")
    yield from until(lambda: shown(QWidget, DOCK) is not None, 20)
    yield from until(lambda: not reads("The engine is starting*", DOCK), 90)
    yield from pause(0.5)
    iface.messageBar().clearWidgets()
    picture("1-panel")


def menus():
    for says in ("About CraterBench", "Help", "Settings*"):
        yield from menu_bar("Plugins")
        yield from entry("CraterBench")
        yield from entry(says)
        yield from pause(0.5)
        if dialog() or QApplication.activeModalWidget() is not None:
            yield from key("Escape")
        yield from until(lambda: QApplication.activeModalWidget() is None, 10)
    for there in (False, True):
        yield from menu_bar("Plugins")
        yield from entry("CraterBench")
        yield from entry("CraterBench panel")
        yield from until(lambda there=there: (shown(QWidget, DOCK) is not None) is there, 10)


def settings():
    yield from tab("Index")
    yield from press("Settings…", DOCK)
    window = "CraterBench settings"
    yield from until(lambda: dialog(window), 10)
    yield from pause(0.3)
    picture("2-settings")
    yield from press("Own Python …", window)
    yield from file_dialog("")
    yield from press("Environment …", window)
    yield from file_dialog("")
    yield from fill("Own Python", "/nowhere/python", window, QLineEdit)
    yield from until(lambda: reads("*does not exist*", window), 5)
    yield from fill("Own Python", os.environ["TOUR_PYTHON"], window, QLineEdit)
    yield from fill("Environment", "", window, QLineEdit)
    yield from choose("Device", "automatic", window)
    yield from fill("Matches", "50", window)
    yield from fill("Shortlist", "100", window)
    yield from press("Compare both ways*", window)
    yield from press("Compare both ways*", window)
    yield from fill("Queries on the map", "4", window)
    for says in ("Keep earlier*", "Draw great circles*"):
        for _ in range(2):
            yield from press(says, window, at=_box)
    yield from fill("Encoder", "", window, QLineEdit)
    yield from fill("Context factors", "2, 3", window, QLineEdit)
    yield from fill("Tokens*", "0", window)
    yield from press("Indexes and exports …", window)
    yield from file_dialog("")
    yield from fill("Indexes and exports", str(OUT), window, QLineEdit)
    yield from press("Help", window)
    yield from pause(0.3)
    if not dialog(window):
        yield from key("Return")  # that no browser could be started
    yield from press("Cancel", window)
    yield from closed(window)
    yield from press("Settings…", DOCK)
    yield from fill("Indexes and exports", str(OUT), window, QLineEdit)
    yield from press("OK", window)
    yield from closed(window)


def _box(widget):
    return QPoint(10, widget.height() // 2)


# An index


def open_index():
    yield from tab("Search")
    yield from press("CraterBenchFirstTry", DOCK)
    yield from press("CraterBenchTryCancel", DOCK)
    yield from until(lambda: shown(QWidget, "CraterBenchFirstOpen", DOCK).isEnabled(), 60)
    yield from press("CraterBenchFirstBuild", DOCK)
    yield from until(dialog, 10)
    yield from press("Close", "BuildDialog")
    yield from closed()
    yield from press("CraterBenchFirstOpen", DOCK)
    yield from file_dialog("")
    yield from tab("Index")
    yield from press("Open…", DOCK)
    yield from file_dialog(INDEX)
    yield from until(lambda: reads("Searching *craters on Moon*", DOCK), 90)
    yield from tab("Index")
    yield from press("Verify", DOCK)
    yield from until(lambda: reads("Every file is as it was written*", DOCK), 60)
    yield from press("Add catalogue to map", DOCK)
    yield from until(lambda: reads("The layer *cannot be edited*", DOCK), 10)
    picture("3-index")
    yield from press("Close index", DOCK)
    yield from until(lambda: shown(QAbstractItemView, inside="RecentIndexes") is not None, 10)
    # The list of those opened lately: forgotten, opened again, taken from the list.
    yield from item(0, "*", "RecentIndexes", button=3)
    yield from entry("Remove from this list")
    yield from press("Open…", DOCK)
    yield from file_dialog(INDEX)
    yield from until(lambda: reads("Searching *craters on Moon*", DOCK), 90)
    yield from tab("Index")
    yield from press("Close index", DOCK)
    yield from item(0, "*", "RecentIndexes")
    yield from until(lambda: reads("Searching *craters on Moon*", DOCK), 90)


# Queries


def box():
    """A box as tight as the crater."""
    yield from tab("Search")
    yield from look_at(LON, LAT, 2.5 * SIDE)
    yield from press("CraterBenchTool_box", DOCK)
    yield from press("CraterBenchTool_box", DOCK)  # the active tool stays in use
    assert shown(QAbstractButton, "CraterBenchTool_box", DOCK).isChecked()
    a, b = centre(LON, LAT, SIDE)
    yield from drag_on_map(a, b, "4-drawing")
    yield from answered()
    seen["tight"] = [order()[0], reads("*Diameter*", DOCK) or reads("*km*", DOCK)]
    yield from drawn()
    picture("5-matches")
    seen["diameter"] = shown(QWidget, "CraterBenchDiameter").text()


def diameter():
    """Corrected in the panel, the same place is searched again."""
    yield from fill("CraterBenchDiameter", "80", end="Return")
    yield from answered()
    seen["corrected"] = shown(QWidget, "CraterBenchDiameter").text()


def circle():
    yield from press("CraterBenchTool_circle", DOCK)
    yield from drag_on_map((LON, LAT), (LON, LAT - SIDE / 2))
    yield from answered()
    # Given up with Escape while it is dragged: the answer is there again.
    a, b = on_screen(LON, LAT), on_screen(LON, LAT - SIDE)
    drawing = lambda: shown(QWidget, "CraterBenchQueryLine", DOCK) is not None  # noqa: E731
    assert not drawing()
    xdo("mousemove", a.x(), a.y(), "mousedown", 1, "sleep", 0.1, "mousemove", b.x(), b.y())
    yield from until(drawing, 5)
    yield from key("Escape")
    xdo("mouseup", 1)
    yield from until(lambda: not drawing(), 5)
    # The wheel makes it larger, a click searches it.
    yield from wheel_on_map(LON, LAT)
    yield from until(drawing, 5)
    yield from click_map(LON, LAT)
    yield from answered()
    assert "ircle of" in reads("*ircle of*", DOCK)


def wheel_on_map(lon, lat, button=4):
    at = on_screen(lon, lat)
    yield from act("mousemove", at.x(), at.y(), "click", button)


def rim():
    """Three points; the wheel zooms between them."""
    yield from press("CraterBenchTool_rim", DOCK)
    yield from click_map(LON - SIDE / 2, LAT)
    before = iface.mapCanvas().scale()
    yield from wheel_on_map(LON, LAT)
    yield from until(lambda: iface.mapCanvas().scale() < before, 5)
    yield from wheel_on_map(LON, LAT, 5)
    yield from until(lambda: iface.mapCanvas().scale() > before * 0.99, 5)
    yield from drawn()
    yield from click_map(LON + SIDE / 2, LAT)
    yield from click_map(LON, LAT - SIDE / 2 * math.cos(math.radians(LAT)))
    yield from answered()


def click_tool():
    """A crater of the index's catalogue, which the map shows."""
    yield from press("CraterBenchTool_click", DOCK)
    yield from click_map(LON, LAT)
    yield from answered()
    choices = shown(QComboBox, "The raster the query is cut from", DOCK)
    assert choices.count() > 1
    name = choices.itemText(1)
    yield from choose("The raster the query is cut from", name, DOCK)
    yield from click_map(LON, LAT)
    yield from answered()
    yield from choose("The raster the query is cut from", "Topmost*", DOCK)
    # Where there is none, the wheel makes a circle.
    yield from wheel_on_map(LON - SIDE, LAT + SIDE)
    yield from click_map(LON - SIDE, LAT + SIDE)
    yield from answered()


def selection():
    """What is selected with QGIS's own tool."""
    iface.actionSelect().trigger()
    a, b = centre(LON, LAT, SIDE, 0.2)
    yield from drag(on_screen(*a), on_screen(*b))
    yield from press("CraterBenchTool_selection", DOCK)
    yield from answered()
    iface.activeLayer().removeSelection()
    yield from press("CraterBenchTool_box", DOCK)
    yield from drag_on_map(*centre(LON, LAT, SIDE, 2.2))
    yield from answered()
