"""Steps: what a user seldom meets: an index whose files are elsewhere, a raster of the Moon that
calls itself the Earth's; and the first thing a new user does."""

import os
import shutil
from pathlib import Path

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtWidgets import QAbstractButton
from qgis.utils import iface

from common import DOCK, LAT, LON, SIDE, answered, centre
from eyes import reads, rows, shown
from hands import choose, drag_on_map, file_dialog, item, key, press, tab
from project_steps import leave_project
from steps import drawn, pause, picture, seen, until


def files_elsewhere():
    """The mosaic and the encoder's checkpoint of an index were moved: both are shown where."""
    index = Path(os.environ["TOUR_TO_LOSE"])
    elsewhere = index.parent / "elsewhere"
    elsewhere.mkdir()
    for file in [*index.parent.glob("untrained.*"), index.parent / "piece.tif"]:
        shutil.move(file, elsewhere)
    yield from tab("Index")
    yield from press("Open…", DOCK)
    yield from file_dialog(index)
    yield from press("Checkpoint…", "IndexPage", wait=60)
    yield from file_dialog("")
    picture("3-checkpoint-gone")
    yield from press("Checkpoint…", "IndexPage")
    yield from file_dialog(elsewhere / "untrained.pth")
    yield from until(lambda: reads("Searching *craters on Moon*", DOCK), 60)
    yield from tab("Atlas")
    yield from press("Add descriptors of kind", "AtlasPanel", wait=30)
    yield from press("Locate the mosaic…", "AtlasPanel", wait=60)
    yield from file_dialog("")
    picture("3-mosaic-gone")
    yield from press("Locate the mosaic…", "AtlasPanel")
    yield from file_dialog(elsewhere / "piece.tif")
    yield from until(lambda: shown(QAbstractButton, "Make the atlas") is not None, 120)
    yield from tab("Index")
    yield from press("Close index", DOCK)


def earlier_version():
    """An index that an earlier version described is described anew: offered by relief alone."""
    yield from tab("Index")
    yield from press("Open…", DOCK)
    yield from file_dialog(os.environ["TOUR_EARLIER"])
    yield from until(lambda: reads("Searching *craters on Moon*", DOCK), 60)
    yield from choose("CraterBenchFind", "analogs*", DOCK)
    yield from choose("CraterBenchBy", "by relief", DOCK)
    picture("23-earlier")
    yield from press("Describe its craters anew", DOCK)
    yield from until(lambda: not reads("An earlier version described*", DOCK), 120)
    picture("23-anew")
    yield from tab("Index")  # what was pressed is gone, and the keys' focus with it


def earthly():
    """USGS's map services show the Moon so: it is said once, and can be taken back."""
    layer = QgsRasterLayer(os.environ["TOUR_EARTHLY"], "says Earth")
    QgsProject.instance().addMapLayer(layer)
    yield from drawn()
    yield from choose("The raster the query is cut from", "says Earth", DOCK)
    yield from press("CraterBenchTool_box", DOCK)
    box = centre(LON, LAT, SIDE, 2.2)
    yield from drag_on_map(*box)
    yield from until(lambda: reads("says Earth calls itself a map of the Earth*", DOCK), 10)
    picture("5-earthly")
    yield from press("CraterBenchShows", DOCK)
    yield from until(lambda: reads("*taken for a map of Moon*", DOCK), 10)
    yield from drag_on_map(*box)
    yield from answered()
    assert shown(QAbstractButton, "CraterBenchShows", DOCK).text() == "It does not"
    yield from press("CraterBenchShows", DOCK)
    yield from until(lambda: reads("*taken for a map of the Earth again*", DOCK), 10)
    QgsProject.instance().removeMapLayer(layer.id())
    yield from choose("The raster the query is cut from", "Topmost*", DOCK)
    yield from drag_on_map(*box)
    yield from answered()


def try_it():
    """*Try it* to its end: a planet, its index, its mosaic on the map; a box finds its crater."""
    yield from leave_project()
    yield from tab("Index")
    yield from press("Close index", DOCK)
    yield from tab("Search")
    picture("23-first-screen")
    yield from press("CraterBenchFirstTry", DOCK)
    yield from until(lambda: reads("Searching *craters on *", DOCK), 200)
    yield from until(lambda: shown(QAbstractButton, "CraterBenchTool_box", DOCK).isChecked(), 10)
    yield from pause(1.0)
    yield from drawn()
    picture("23-tried")
    assert not iface.messageBar().items(), [item.text() for item in iface.messageBar().items()]
    layers = [layer.name() for layer in QgsProject.instance().mapLayers().values()]
    extent = iface.mapCanvas().extent()
    middle, side = extent.center(), 0.6 * min(extent.width(), extent.height())
    yield from drag_on_map(*centre(middle.x(), middle.y(), side), "23-drawing")
    yield from answered()
    yield from drawn()
    picture("23-matches")
    yield from item(0)
    yield from key("Return")  # the map moves to the best match
    yield from drawn()
    away = iface.mapCanvas().extent().center().distance(middle)
    seen["tried"] = {"layers": sorted(layers), "matches": rows("Matches"), "away": away / side}
