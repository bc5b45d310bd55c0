"""Steps: conditions, analogs, the history."""

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QPoint
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QWidget,
)
from qgis.utils import iface

import names
from common import DOCK, LAT, LON, SIDE, answered, low_high
from engine_steps import busy_engine
from eyes import all_shown, reads, rows, shown
from hands import (
    act,
    choose,
    drag,
    entry,
    file_dialog,
    fill,
    item,
    key,
    press,
    spot,
    tab,
    write,
)
from steps import OUT, drawn, look_at, pause, picture, seen, until

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
    yield from press("Condition on the columns", editor, QWidget)
    yield from press("Columns", editor)
    yield from entry("diam_km")
    picture("12-conditions")
    yield from press("Cancel", editor)
    yield from look_at(LON, LAT, 4 * SIDE)
    yield from add("Where the map is now")
    yield from answered()
    yield from add("Within the selected polygons")
    yield from pause(0.3)
    yield from press("Search without:*", DOCK)
    yield from answered()
    for keys in ("Delete", "BackSpace"):
        count = chips()
        yield from press("CraterBenchFind", DOCK, QWidget)
        yield from key("Escape")
        for _ in range(6):
            if names.place_of(QApplication.focusWidget()) == "Chip":
                break
            yield from key("Tab")
        yield from key(keys)
        yield from until(lambda count=count: chips() == count - 1, 5)
        yield from answered()


def chips():
    """How many conditions are set."""
    return len(all_shown(QAbstractButton, "Search without:*", DOCK))


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
    yield from press("Search without: not the same place", DOCK)
    yield from answered()
    yield from press("CraterBenchAddCondition", DOCK)
    yield from entry("Not the same place")
    yield from answered()
    yield from press("*the size", "Chip")
    yield from key("Escape")
    yield from choose("CraterBenchFind", "the same crater", DOCK)
    yield from answered()
    for _ in range(2):
        yield from press("any angle", DOCK)
        yield from answered()


def atlas():
    """Made, coloured, moved; craters selected by a lasso, one clicked and searched with."""
    view = lambda: shown(QWidget, "CraterBenchAtlasView", DOCK)  # noqa: E731
    yield from tab("Atlas")
    make = lambda: shown(QAbstractButton, "Make the atlas", "MakeBox")  # noqa: E731
    yield from until(lambda: make() is not None, 30)
    with busy_engine():
        yield from press("Make the atlas", "MakeBox")
        yield from press("Stop", "MakeBox")
    yield from until(lambda: reads("Stopped; nothing was changed*", DOCK), 30)
    yield from press("Make the atlas", "MakeBox")
    yield from until(lambda: view() is not None, 120)
    yield from choose("CraterBenchAtlasColour", "diameter", DOCK)
    yield from pause(1.0)
    picture("22-atlas")
    yield from press("CraterBenchAtlasLasso", DOCK)
    box = view().rect().adjusted(8, 8, -8, -8)
    corners = (box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft())
    first, *others = (spot(view(), corner) for corner in corners)
    yield from drag(first, others[-1], "22-lasso", others[:-1])
    yield from until(lambda: reads("* craters selected", DOCK), 20)
    yield from press("CraterBenchAtlasShow", DOCK)
    yield from until(lambda: selected_craters() > 0, 10)
    yield from drawn()
    picture("22-selected")
    yield from press("CraterBenchAtlasExport", DOCK)
    yield from file_dialog(OUT / "chosen.gpkg")
    yield from until(lambda: reads("Written: chosen.gpkg*", DOCK), 20)
    yield from press("CraterBenchAtlasClear", DOCK)
    yield from until(lambda: reads("No crater selected", DOCK), 20)
    like = lambda: shown(QAbstractButton, "CraterBenchAtlasLike", DOCK)  # noqa: E731
    for place in drawn_in(view()):
        yield from press("CraterBenchAtlasView", DOCK, QWidget, at=lambda _, place=place: place)
        yield from pause(0.6)
        if like().isEnabled():
            break
    yield from key("KP_Add", "minus", "equal", "Left", "Right", "Up", "Down", "Home", "minus", "0")
    yield from key("Escape")
    yield from press("CraterBenchAtlasWhole", DOCK)
    yield from press("CraterBenchAtlasLike", DOCK)
    yield from answered()


def selected_craters():
    """In the layer of the index's craters."""
    layers = QgsProject.instance().mapLayers().values()
    shown = [layer for layer in layers if layer.name().endswith(": catalogue")]
    return sum(layer.selectedFeatureCount() for layer in shown)


def drawn_in(view):
    """Points of a widget, scattered over it, where something light is drawn."""
    picture_of = QApplication.primaryScreen().grabWindow(0).toImage()
    places = [QPoint(x, y) for y in range(20, view.height() - 20, 9) for x in
              range(20, view.width() - 20, 9)]  # fmt: skip
    light = [at for at in places if picture_of.pixelColor(spot(view, at)).lightness() > 70]
    return light[:: max(1, len(light) // 25)]


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


def earlier_group():
    """Ticked in QGIS's tree of layers, the group of an earlier query has its layers again."""
    view, root = iface.layerTreeView(), QgsProject.instance().layerTreeRoot()
    ours = [group for group in root.children() if group.customProperty("craterbench/set_id")]
    empty = [group for group in ours if not group.children()]
    assert len(ours) > 2 and len(empty) == len(ours) - 1, "those of earlier queries rest"
    group = empty[-1]
    assert not group.itemVisibilityChecked()
    picture("15-at-rest")
    mark = view.visualRect(view.node2index(group))
    place = spot(view.viewport(), QPoint(mark.left() + 9, mark.center().y()))
    yield from act("mousemove", place.x(), place.y(), "click", 1)
    yield from until(group.itemVisibilityChecked, 5)
    yield from until(lambda: len(group.children()) == 3, 10)
    matches = [node.layer() for node in group.findLayers() if node.name().endswith(": matches")]
    yield from until(lambda: matches[0].featureCount() > 0, 10)
    picture("15-ticked")


def titles():
    """What the history's rows say."""
    view = shown(QAbstractItemView, "Queries of this project")
    return [view.model().index(row, 0).data() for row in range(view.model().rowCount())]


def groups():
    """The groups of the layer tree."""
    root = QgsProject.instance().layerTreeRoot()
    return [node.name() for node in root.children() if node.nodeType() == 0]
