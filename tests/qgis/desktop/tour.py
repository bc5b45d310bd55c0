"""Run by ``qgis --code`` in the real desktop: a person's way through the plugin.

Opens the panel and an index, draws a box on the map with the mouse (xdotool sends the X events),
waits for the matches, opens "why", accepts two with the keyboard, exports them. Every step writes a
screenshot; ``tour.json`` says what was seen and how long it took. Settings come as environment
variables, see ``drive.py``.
"""

import gc
import os
import sys
import time

sys.path.insert(0, os.environ["TOUR_HERE"])
from qgis.core import QgsProject, QgsRectangle
from qgis.PyQt.QtWidgets import QApplication, QDialog, QPushButton
from qgis.utils import iface

from steps import OUT, gap, on_screen, open_panel, pause, picture, run, seen, until, xdo

MOSAIC, INDEX = os.environ["TOUR_MOSAIC"], os.environ["TOUR_INDEX"]
LON, LAT, SIDE = (float(one) for one in os.environ["TOUR_BOX"].split())
REPEATS = int(os.environ.get("TOUR_REPEATS", "1"))
seen["searches"] = []


def drag(a, b, shot=""):
    """Press at a, move to b in steps, release; a screenshot before the release."""
    xdo("mousemove", a.x(), a.y())
    yield from pause(0.3)
    xdo("mousedown", 1)
    yield from pause(0.2)
    for step in range(1, 9):
        x = a.x() + (b.x() - a.x()) * step // 8
        y = a.y() + (b.y() - a.y()) * step // 8
        xdo("mousemove", x, y)
        yield from pause(0.06)
    yield from pause(0.3)
    if shot:
        picture(shot)
    released = time.perf_counter()
    xdo("mouseup", 1)
    return released


def tour():
    plugin, dock = yield from open_panel(MOSAIC)
    bench, canvas = plugin.workbench, iface.mapCanvas()
    crs_before = canvas.mapSettings().destinationCrs().toWkt()
    picture("1-panel")
    plugin.open_index(INDEX)
    yield from until(lambda: bench.session.index is not None, 90)
    reach = 5.0 * SIDE
    canvas.setExtent(QgsRectangle(LON - reach, LAT - reach, LON + reach, LAT + reach))
    canvas.refresh()
    yield from pause(2.0)
    picture("2-index-open")
    found = []
    bench.session.answered.connect(lambda one: found.append((one, time.perf_counter())))
    for number in range(REPEATS):
        dock.query_bar.start_tool("box")
        half = SIDE / 2 * (1.0 + 0.02 * number)
        here = on_screen(LON - half, LAT + half), on_screen(LON + half, LAT - half)
        gap.restart()
        released = yield from drag(*here, shot="3-drawing" if number == 0 else "")
        gap.restart()
        yield from until(lambda n=number: len(found) > n)
        match_set, at = found[number]
        yield from until(lambda: dock.results.visible_rows())
        seen["searches"].append(
            {
                "wall_ms": (at - released) * 1000.0,
                "shown_ms": (time.perf_counter() - released) * 1000.0,
                "timings_ms": match_set.timings_ms,
                "best": match_set.matches[0].crater_id,
                "best_score": match_set.matches[0].score,
                "worst_gap_ms": gap.worst,
            }
        )
        yield from pause(1.0)
    yield from pause(2.0)
    picture("4-matches")
    found = found[-1][0]
    yield from results_and_export(bench, dock, found)
    assert canvas.mapSettings().destinationCrs().toWkt() == crs_before
    seen["groups"] = [
        one.name()
        for one in QgsProject.instance().layerTreeRoot().children()
        if one.nodeType() == 0
    ]


def results_and_export(bench, dock, found):
    iface.messageBar().clearWidgets()  # that the project is not saved, read in the last picture
    view = dock.results.view
    for row in (0, 1):
        place = view.visualRect(view.model().index(row, 0)).center()
        at = view.viewport().mapToGlobal(place)
        xdo("mousemove", at.x(), at.y(), "click", 1)
        yield from pause(0.5)
        xdo("key", "a")
        yield from until(lambda row=row: len(found.rows_of("accepted")) == row + 1, 10)
    yield from pause(0.6)
    picture("5-accepted")
    xdo("key", "w")
    yield from until(dialog_shown, 10)
    yield from pause(2.5)
    picture("6-why")
    xdo("key", "Escape")
    yield from until(lambda: not dialog_shown(), 10)
    press(dock.results.bar.export)
    yield from until(dialog_shown, 10)
    gc.collect()  # what lives by a local name alone is gone now
    target = OUT / "accepted.shp"
    press(dialog_shown().choices["accepted"])
    press(dialog_shown().format)
    yield from pause(0.5)
    xdo("key", "s")  # Shapefile
    xdo("key", "Return")
    yield from pause(0.5)
    press(dialog_shown().path)
    xdo("key", "ctrl+a")
    yield from pause(0.5)
    xdo("type", "--delay", "20", str(target))
    yield from until(lambda: dialog_shown().path.text() == str(target), 10)
    assert dialog_shown().rows() == [0, 1], dialog_shown().rows()
    picture("7-export")
    press(dialog_shown().export_button)
    yield from until(target.exists, 20)
    yield from pause(1.5)
    picture("8-exported")
    seen["exported"] = sorted(file.name for file in OUT.glob("accepted*"))
    press(next(b for b in dialog_shown().findChildren(QPushButton) if b.text() == "Close"))
    yield from until(lambda: not dialog_shown(), 10)


def dialog_shown():
    """The dialog on the screen; None where there is none."""
    windows = QApplication.topLevelWidgets()
    return next((w for w in windows if isinstance(w, QDialog) and w.isVisible()), None)


def press(widget):
    """Click it with the mouse, where it is on the screen."""
    at = widget.mapToGlobal(widget.rect().center())
    xdo("mousemove", at.x(), at.y(), "click", 1)


run(tour())
