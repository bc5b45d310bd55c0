"""Run by ``qgis --code`` in the real desktop: a person's way from the first click to the export.

Panel, settings, an index opened, queries by every tool, the gallery, why, export, conditions,
analogs, the history; then the project saved, closed, opened again, moved, and its index with it.
Nothing is called that a control does. ``controls.csv`` says which step presses what.
"""

import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, os.environ["TOUR_HERE"])
from qgis.core import QgsProject
from qgis.PyQt.QtCore import QPoint
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QWidget,
)
from qgis.utils import iface

from hands import (
    act,
    choose,
    click_map,
    closed,
    dialog,
    drag,
    drag_on_map,
    entry,
    file_dialog,
    fill,
    hover,
    item,
    key,
    menu_bar,
    on_screen,
    press,
    reads,
    rows,
    shown,
    spot,
    tab,
    write,
)
from steps import OUT, drawn, go_through, look_at, pause, picture, prepare, run, seen, until

MOSAIC, INDEX = os.environ["TOUR_MOSAIC"], os.environ["TOUR_INDEX"]
LON, LAT, SIDE = (float(number) for number in os.environ["TOUR_BOX"].split())
DOCK = "CraterBenchDock"


# What several steps wait for


def answered(seconds=60):
    """A search was sent and its matches are shown."""
    yield from pause(0.2)
    busy = lambda: reads("Searching for*", DOCK) or reads("Drawing*", DOCK)  # noqa: E731
    yield from until(lambda: not busy() and rows("Matches") > 0, seconds)
    yield from pause(0.4)


def order():
    """What the gallery shows, in its order."""
    view = shown(QAbstractItemView, "Matches")
    return [view.model().index(row, 0).data() for row in range(view.model().rowCount())]


def centre(lon, lat, width, wider=1.0):
    """Two corners of a box of ``width`` degrees of the map around a place."""
    half = width * wider / 2
    return (lon - half, lat + half), (lon + half, lat - half)


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
    yield from press("Open or build an index", DOCK)
    yield from press("Open…", DOCK)
    yield from file_dialog("")
    yield from press("Open…", DOCK)
    yield from file_dialog(INDEX)
    yield from press("Cancel", DOCK)  # the first time the encoder takes its time
    yield from until(lambda: reads("Opening was cancelled*", DOCK), 60)
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
    """A box as tight as the crater; then the diameter is corrected."""
    yield from tab("Search")
    yield from look_at(LON, LAT, 2.5 * SIDE)
    yield from press("Box", DOCK)
    yield from press("Box", DOCK)  # the active tool stays in use
    assert shown(QAbstractButton, "Box", DOCK).isChecked()
    a, b = centre(LON, LAT, SIDE)
    yield from drag_on_map(a, b, "4-drawing")
    yield from answered()
    seen["tight"] = [order()[0], reads("*Diameter*", DOCK) or reads("*km*", DOCK)]
    yield from drawn()
    picture("5-matches")
    seen["diameter"] = shown(QWidget, "CraterBenchDiameter").text()
    yield from fill("CraterBenchDiameter", "80", end="Return")
    yield from answered()
    seen["corrected"] = shown(QWidget, "CraterBenchDiameter").text()


def circle():
    yield from press("Circle", DOCK)
    yield from drag_on_map((LON, LAT), (LON, LAT - SIDE / 2))
    yield from answered()
    # Given up with Escape while it is dragged.
    a, b = on_screen(LON, LAT), on_screen(LON, LAT - SIDE)
    yield from drag_and_escape(a, b)
    yield from until(lambda: reads("Given up*", DOCK), 5)
    yield from drag_on_map((LON, LAT), (LON, LAT - SIDE / 2))
    yield from answered()


def drag_and_escape(a, b):
    from steps import xdo

    xdo("mousemove", a.x(), a.y(), "mousedown", 1, "sleep", 0.1, "mousemove", b.x(), b.y())
    yield from pause(0.5)
    yield from key("Escape")
    xdo("mouseup", 1)
    yield from pause(0.3)


def click_tool():
    """A crater of the index's catalogue, which the map shows."""
    yield from press("Click", DOCK)
    yield from click_map(LON, LAT)
    yield from answered()
    choices = shown(QComboBox, "The raster the query is cut from", DOCK)
    assert choices.count() > 1
    name = choices.itemText(1)
    yield from choose("The raster the query is cut from", name, DOCK)
    yield from click_map(LON, LAT)
    yield from answered()
    yield from choose("The raster the query is cut from", "Topmost*", DOCK)


def selection():
    """What is selected with QGIS's own tool."""
    iface.actionSelect().trigger()
    a, b = centre(LON, LAT, SIDE, 0.2)
    yield from drag(on_screen(*a), on_screen(*b))
    yield from press("Selection", DOCK)
    yield from answered()
    iface.activeLayer().removeSelection()
    yield from press("Box", DOCK)
    yield from drag_on_map(*centre(LON, LAT, SIDE, 2.2))
    yield from answered()


# Matches


def gallery_buttons():
    bar = "DecisionBar"
    yield from item(1)
    for says in ("Accept", "Reject", "Undecided", "Accept"):
        yield from press(says, bar)
    view = shown(QAbstractItemView, "Matches")
    at = view.visualRect(view.model().index(0, 0))
    del view
    seen["status"] = reads("*matches*", DOCK)
    yield from choose("Sort by", "By diameter", DOCK)
    by_size = order()
    yield from press("Reverse the order", DOCK)
    assert order() == by_size[::-1] or order() != by_size
    yield from press("Reverse the order", DOCK)
    yield from choose("Sort by", "By rank", DOCK)
    yield from slide("Size of the pictures")
    yield from press("Filter*", DOCK)
    picture("6-filter")
    yield from fill("Text", "zzz", "FilterBox", QLineEdit, end="")
    yield from until(lambda: reads("No match meets the filter*", DOCK), 10)
    yield from press("Clear the filter", "MessagePage")
    yield from fill("Score at least*", "0.2", "FilterBox")
    yield from choose("Decision", "accepted", "FilterBox")
    yield from until(lambda: rows("Matches") == 1, 10)
    yield from press("Clear", "FilterBox")
    yield from press("Filter*", DOCK)
    assert at.width() > 0


def slide(says, inside=DOCK):
    """Drag a slider's handle to its end and back."""
    bar = shown(QAbstractSlider, says, inside)
    share = (bar.value() - bar.minimum()) / (bar.maximum() - bar.minimum())
    places = [6 + (bar.width() - 12) * part for part in (share, 1.0, share)]
    at = [spot(bar, QPoint(round(x), bar.height() // 2)) for x in places]
    value = bar.value()
    del bar
    for n in (0, 1):
        yield from drag(at[n], at[n + 1])
        assert (shown(QAbstractSlider, says, inside).value() > value + 5) is (n == 0)


def gallery_keys():
    """Accept, reject, undo, go on: by keys alone, from cell to cell."""
    yield from item(0)
    for keys in ("a", "Right", "r", "Right", "u", "space", "ctrl+z", "Home"):
        yield from key(keys)
    yield from until(lambda: reads("*1 rejected*", DOCK), 5)
    before = iface.mapCanvas().extent()
    yield from key("Return")
    yield from until(lambda: iface.mapCanvas().extent() != before, 10)
    yield from key("KP_Enter")
    yield from drawn()
    picture("7-accepted")
    yield from key("w")
    yield from until(dialog, 10)
    yield from key("Escape")
    yield from closed()
    yield from item(0)
    yield from key("g")
    yield from until(lambda: shown(QWidget, "CraterBenchGallery") is not None, 10)
    yield from pause(0.8)
    picture("8-window")
    yield from press("Bring them back")
    yield from until(lambda: shown(QWidget, "CraterBenchGallery") is None, 10)
    yield from press("CraterBenchDetach", DOCK)
    yield from until(lambda: shown(QWidget, "CraterBenchGallery") is not None, 10)
    yield from press("CraterBenchDetach", "CraterBenchGallery")
    yield from until(lambda: shown(QWidget, "CraterBenchGallery") is None, 10)
    yield from item(0)
    yield from key("f")
    yield from answered()
    yield from item(0)
    yield from press("Accept", "DecisionBar")
    yield from press("Refine", "DecisionBar")
    yield from answered()


def gallery_menu():
    """Every entry of the context menu."""
    for says in ("Accept", "Reject", "Undecided", "Undo the last decision", "Zoom to the crater",
                 "Copy as text", "Select all shown"):  # fmt: skip
        yield from item(2)
        yield from item(2, button=3)
        yield from entry(says)
    assert "\t" in QApplication.clipboard().text()
    yield from item(0)
    yield from item(1, keys=("shift",))
    yield from item(1, button=3)
    picture("9-menu")
    yield from entry("Copy # as text")
    yield from item(0)
    yield from item(0, button=3)
    yield from entry("Why it matched…")
    yield from until(dialog, 10)
    yield from key("Escape")
    yield from closed()
    yield from item(0)
    yield from press("Accept", "DecisionBar")
    yield from item(0, button=3)
    yield from entry("Refine the query*")
    yield from answered()
    yield from item(3)
    yield from item(3, button=3)
    yield from entry("Search with this crater")
    yield from answered()


def cells():
    """The buttons within a cell; a double click zooms."""
    yield from hover("Matches", DOCK, at=lambda view: QPoint(40, 40))
    yield from item(0, times=2)
    yield from drawn()


# Why


def why():
    yield from item(0)
    yield from press("Why?", "DecisionBar")
    yield from until(dialog, 10)
    yield from until(lambda: shown(QWidget, "Query and match*") is not None, 30)
    yield from pause(0.5)
    picture("10-why")
    for says in ("Overlay (O)", "Rim (C)", "Surroundings (S)", "Strongest pairs"):
        yield from press(says, "WhyControls")
        yield from press(says, "WhyControls")
    yield from slide("Opacity of the overlay", "WhyControls")
    for says in ("Accept", "Reject", "Undecided"):
        yield from press(says, "WhyFooter")
    yield from press("Next (N)", "WhyFooter")
    yield from press("Previous (P)", "WhyFooter")
    for keys in ("n", "p", "Next", "Prior", "a", "r", "u", "o", "c", "s", "s", "o", "c"):
        yield from key(keys)
    yield from until(lambda: shown(QWidget, "Query and match*") is not None, 30)
    yield from press("Query and match*", "WhyDialog", QWidget)
    for keys in ("Right", "Down", "Left", "Up", "space"):
        yield from key(keys)
    yield from hover("Query and match*", "WhyDialog")
    yield from press("Save…", "WhyFooter")
    yield from file_dialog(OUT / "why_saved.png")
    yield from until((OUT / "why_saved.png").exists, 10)
    yield from press("Open folder", "WhyFooter")
    yield from press("Copy", "WhyFooter")
    yield from until(lambda: not QApplication.clipboard().image().isNull(), 5)
    yield from press("Close", "WhyFooter")
    yield from closed()


# Export


def export():
    """The typed ending chooses the format; Browse; all that can be chosen."""
    yield from item(0)
    yield from press("Accept", "DecisionBar")
    yield from press("Export…", DOCK)
    window = "Export matches"
    yield from until(lambda: dialog(window), 10)
    for says in ("Selected (#)", "Shown in the list (#)", "All (#)", "Accepted (#)"):
        yield from press(says, window)
    yield from press("Browse…", window)
    yield from file_dialog(OUT / "accepted.shp")
    yield from until(lambda: shown(QComboBox, "Format", window).currentText() != "", 5)
    seen["format"] = shown(QComboBox, "Format", window).currentText()
    yield from choose("Geometry", "Centre points", window)
    yield from choose("Geometry", "Circles*", window)
    yield from press("Write the style*", window)
    yield from press("Write the style*", window)
    yield from pause(0.2)
    picture("11-export")
    yield from press("Export", window)
    yield from until((OUT / "accepted.shp").exists, 20)
    yield from until(lambda: reads("Written:*", window), 10)
    yield from press("Add to map", window)
    yield from press("Open folder", window)
    yield from fill("File", str(OUT / "accepted.csv"), window, QLineEdit)
    yield from choose("Format", "*Shapefile*", window)
    assert shown(QLineEdit, "File", window).text().endswith(".shp")
    yield from press("Replace the file*", window)
    yield from press("Export", window)
    yield from until(lambda: reads("Written:*", window), 20)
    yield from press("Close", window)
    yield from closed(window)
    seen["exported"] = sorted(file.name for file in OUT.glob("accepted*"))


# Conditions and analogs


def conditions():
    editor = "CraterBenchConditionEditor"

    def add(says):
        yield from press("CraterBenchAddCondition", DOCK)
        yield from entry(says)

    yield from add("Diameter…")
    yield from fill("*", "20", editor, QAbstractSpinBox)
    yield from key("Escape")
    yield from add("Diameter…")
    yield from low_high(editor, "60", "200")
    yield from press("Search", editor)
    yield from answered()
    yield from add("Pixels across…")
    yield from write("20")
    yield from key("Return")
    yield from answered()
    yield from add("Latitude…")
    yield from low_high(editor, "-80", "0")
    yield from press("Search", editor)
    yield from answered()
    yield from add("Distance from the query…")
    yield from press("Cancel", editor)
    yield from add("Columns of the catalogue…")
    yield from press("Columns", editor)
    yield from entry("diam_km")
    picture("12-conditions")
    yield from press("Cancel", editor)
    yield from add("Where the map is now")
    yield from answered()
    yield from add("Within the selected polygons")
    yield from pause(0.3)
    yield from press("Search without:*", DOCK)
    yield from answered()


def low_high(editor, low, high):
    yield from write(low)
    yield from key("Tab")
    yield from write(high)


def analogs():
    """The index has no descriptors of kind: they are made, stopped, made to the end."""
    yield from choose("CraterBenchFind", "analogs*", DOCK)
    yield from until(lambda: reads("This index cannot tell kinds*", DOCK), 20)
    yield from press("Add descriptors of kind", DOCK)
    yield from press("Stop", "CraterBenchUpgrade")
    yield from until(lambda: reads("Stopped.*", DOCK), 60)
    picture("13-stopped")
    yield from press("Add descriptors of kind", DOCK)
    yield from until(lambda: not reads("This index cannot tell kinds*", DOCK), 200)
    yield from answered(120)
    picture("14-analogs")
    yield from choose("CraterBenchBy", "by relief", DOCK)
    yield from answered()
    yield from press("CraterBenchAddCondition", DOCK)
    yield from entry("Size relative to the query…")
    yield from low_high("", "0.5", "2")
    yield from press("Search", "CraterBenchConditionEditor")
    yield from answered()
    yield from press("CraterBenchAddCondition", DOCK)
    yield from entry("Not the same place")
    yield from answered()
    yield from press("Size*", "Chip")
    yield from key("Escape")
    yield from act("key", "shift+Tab")
    yield from choose("CraterBenchFind", "the same crater", DOCK)
    yield from answered()
    yield from press("any angle", DOCK)
    yield from answered(120)
    yield from press("any angle", DOCK)
    yield from answered()


def history():
    """Opened, renamed, deleted and brought back: by buttons, by keys, by the menu."""
    view = "Queries of this project"
    yield from tab("History")
    yield from until(lambda: rows(view) > 5, 10)
    picture("15-history")
    seen["history"] = titles()
    count = rows(view)
    yield from item(2, view)
    yield from press("Open", "HistoryPanel")
    yield from answered()
    yield from tab("History")
    yield from item(3, view, times=2)
    yield from answered()
    yield from tab("History")
    yield from item(1, view)
    yield from press("Rename", "HistoryPanel")
    yield from write("the one that I liked")
    yield from key("Return")
    yield from until(lambda: "the one that I liked" in str(titles()), 10)
    yield from item(0, view)
    yield from press("Delete", "HistoryPanel")
    yield from until(lambda: rows(view) == count - 1, 10)
    yield from press("Undo", "HistoryPanel")
    yield from until(lambda: rows(view) == count, 10)
    for says in ("Rename", "Delete", "Open"):
        yield from item(1, view)
        yield from item(1, view, button=3)
        yield from entry(says)
        if says == "Rename":
            yield from key("Escape")
        if says == "Delete":
            yield from press("Hide this message", "HistoryPanel")
    yield from answered()
    yield from tab("History")
    yield from item(1, view)
    yield from key("Delete")
    yield from until(lambda: rows(view) == count - 2, 10)
    yield from key("ctrl+z")
    yield from until(lambda: rows(view) == count - 1, 10)
    for keys in ("Return", "KP_Enter"):
        yield from item(0, view)
        yield from key(keys)
        yield from until(lambda: rows("Matches") > 0, 20)
        yield from tab("History")
    seen["groups"] = groups()
    yield from tab("Search")


def titles():
    """What the history's rows say."""
    view = shown(QAbstractItemView, "Queries of this project")
    return [view.model().index(row, 0).data() for row in range(view.model().rowCount())]


def groups():
    """The groups of the layer tree."""
    root = QgsProject.instance().layerTreeRoot()
    return [one.name() for one in root.children() if one.nodeType() == 0]


# The project: saved, closed, opened again, moved; its index moved and renamed


def state_of_project():
    """What a user sees of it."""
    layers = QgsProject.instance().mapLayers().values()
    ours = [one for one in layers if one.name().endswith(": matches")]
    return {
        "matches": rows("Matches"),
        "first": order()[0] if rows("Matches") else "",
        "on_map": sorted(one.featureCount() for one in ours),
        "groups": groups(),
        "accepted": reads("*accepted*", "ResultsPanel"),
        "index": reads("Searching *", DOCK),
        "missing": reads("*not in*any more*", DOCK),
        "dirty": QgsProject.instance().isDirty() or iface.mainWindow().windowTitle()[0] == "*",
    }


def settled():
    """Layers are filled a few at a time."""
    yield from pause(1.5)
    yield from drawn()


def new_project():
    yield from act("key", "ctrl+n")
    yield from pause(0.8)
    if QApplication.activeModalWidget() is not None:
        picture("asks-for-changes")
        raise AssertionError("QGIS asks about changes of a project that nobody changed")
    yield from until(lambda: not QgsProject.instance().fileName(), 10)


def open_project(path):
    yield from act("key", "ctrl+o")
    yield from file_dialog(path)
    yield from until(lambda: QgsProject.instance().fileName() == str(path), 20)
    yield from settled()


def project_saved():
    folder = OUT / "project"
    folder.mkdir()
    yield from item(0)
    yield from press("Accept", "DecisionBar")
    yield from settled()
    yield from act("key", "ctrl+s")
    yield from file_dialog(folder / "tour.qgz")
    yield from until((folder / "tour.qgz").exists, 20)
    yield from settled()
    seen["saved"] = state_of_project()
    assert not seen["saved"]["dirty"]
    yield from new_project()
    assert rows("Matches") == 0
    yield from open_project(folder / "tour.qgz")
    yield from until(lambda: rows("Matches") > 0, 20)
    picture("16-reopened")
    seen["reopened"] = state_of_project()
    yield from item(0)
    yield from press("Why?", "DecisionBar")
    yield from until(lambda: shown(QWidget, "Query and match*") is not None, 30)
    yield from key("Escape")
    yield from closed()
    seen["looked"] = state_of_project()
    # The gallery in its window: the same project, two windows.
    yield from press("CraterBenchDetach", DOCK)
    yield from until(lambda: shown(QWidget, "CraterBenchGallery") is not None, 10)
    yield from new_project()
    yield from open_project(folder / "tour.qgz")
    yield from until(lambda: rows("Matches", "CraterBenchGallery") > 0, 20)
    picture("17-two-windows")
    seen["two_windows"] = state_of_project()
    yield from press("Bring them back")
    yield from new_project()


def project_moved():
    shutil.move(OUT / "project", OUT / "elsewhere")
    yield from open_project(OUT / "elsewhere" / "tour.qgz")
    yield from until(lambda: rows("Matches") > 0, 20)
    seen["moved"] = state_of_project()
    yield from new_project()


def index_moved():
    """Its folder has another place and another name: it is located by hand."""
    yield from tab("Index")
    yield from press("Close index", DOCK)
    yield from tab("Search")
    new = OUT / "deep" / "below" / "renamed.craterindex"
    new.parent.mkdir(parents=True)
    shutil.move(INDEX, new)
    yield from open_project(OUT / "elsewhere" / "tour.qgz")
    yield from until(lambda: rows("Matches") > 0, 20)
    yield from until(lambda: reads("*not in*any more*", DOCK), 10)
    picture("18-index-gone")
    yield from item(0)
    yield from press("Why?", "DecisionBar")
    yield from press("Cancel", "CraterBenchLocate")
    yield from item(0)
    yield from press("Why?", "DecisionBar")
    yield from press("Locate…", "CraterBenchLocate")
    yield from file_dialog("")
    yield from press("Locate…", DOCK)
    yield from file_dialog(OUT / "deep")
    yield from until(lambda: reads("*is not the index*", DOCK), 10)
    yield from press("Locate…", DOCK)
    yield from file_dialog(new)
    yield from until(lambda: reads("Searching *craters on Moon*", DOCK), 90)
    yield from settled()
    picture("19-index-located")
    seen["located"] = state_of_project()
    yield from item(0)
    yield from press("Why?", "DecisionBar")
    yield from until(lambda: shown(QWidget, "Query and match*") is not None, 30)
    yield from key("Escape")
    yield from closed()
    seen["why_after"] = state_of_project()


# The engine dies


def kill_engine():
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            continue
        if b"serve" in command and parent == os.getpid():
            os.kill(int(folder.name), 9)
            return
    raise AssertionError("no engine runs")


def engine_dies():
    """Said in the panel, or over the map where the panel is hidden."""
    kill_engine()
    yield from until(lambda: shown(QAbstractButton, "Copy report", DOCK) is not None, 20)
    picture("20-engine-died")
    QApplication.clipboard().clear()
    yield from press("Copy report", DOCK)
    assert QApplication.clipboard().text()
    yield from press("Restart", DOCK)
    yield from until(lambda: shown(QAbstractButton, "Copy report", DOCK) is None, 90)
    yield from press("CraterBench panel", "CraterBenchToolBar")
    yield from until(lambda: shown(QWidget, DOCK) is None, 10)
    kill_engine()
    yield from until(lambda: shown(QAbstractButton, "Restart", "messageBar") is not None, 20)
    yield from press("Copy report", "messageBar")
    yield from press("Restart", "messageBar")
    yield from press("CraterBench panel", "CraterBenchToolBar")
    yield from until(lambda: not reads("The engine is starting*", DOCK), 90)
    yield from pause(1.0)
    kill_engine()
    yield from until(lambda: shown(QAbstractButton, "Set up…", DOCK) is not None, 20)
    yield from press("Set up…", DOCK)


def setup():
    """What can be pressed without installing anything."""
    page = "SetupPage"
    yield from until(lambda: shown(QAbstractButton, "Diagnose", page) is not None, 10)
    picture("21-setup")
    yield from press("Check", page)
    yield from until(lambda: shown(QAbstractButton, "Use this Python", page).isEnabled(), 60)
    yield from press("Diagnose", page)
    yield from until(lambda: reads("The report is on the clipboard*", page), 60)
    yield from press("Copy report", "Repair")
    yield from press("Back", page)
    yield from tab("Search")


STEPS = (
    panel, menus, settings, open_index, box, circle, click_tool, selection, gallery_buttons,
    gallery_keys, gallery_menu, cells, why, export, conditions, analogs, history, project_saved,
    project_moved, index_moved, engine_dies, setup,
)  # fmt: skip

if __name__ == "__main__" and "TOUR_DEV" not in os.environ:
    run(go_through("search", STEPS))
