"""Run by ``qgis --code`` in the real desktop: a person's way through the plugin.

Opens the panel and an index, draws a box on the map with the mouse (xdotool sends the X events),
waits for the matches, opens "why", accepts two with the keyboard, exports them. Every step writes a
screenshot; ``tour.json`` says what was seen and how long it took. Settings come as environment
variables, see ``drive.py``.
"""

import json
import os
import subprocess
import time
import traceback
from pathlib import Path

from qgis.core import QgsPointXY, QgsProject, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtCore import QPoint, QTimer
from qgis.PyQt.QtWidgets import QApplication
from qgis.utils import iface, plugins

OUT = Path(os.environ["TOUR_OUT"])
MOSAIC, INDEX = os.environ["TOUR_MOSAIC"], os.environ["TOUR_INDEX"]
LON, LAT, SIDE = (float(one) for one in os.environ["TOUR_BOX"].split())
REPEATS = int(os.environ.get("TOUR_REPEATS", "1"))
seen = {"steps": [], "searches": []}
gap = {"last": time.perf_counter(), "worst": 0.0}


def xdo(*words):
    """Real X events; returns at once, the event loop must run to see them."""
    subprocess.Popen(["xdotool", *map(str, words)])


def picture(name):
    QApplication.processEvents()
    subprocess.run(["import", "-window", "root", str(OUT / (name + ".png"))], check=False)
    seen["steps"].append(name)
    gap["last"] = time.perf_counter()


def on_screen(lon, lat):
    canvas = iface.mapCanvas()
    at = canvas.getCoordinateTransform().transform(QgsPointXY(lon, lat))
    return canvas.mapToGlobal(QPoint(round(at.x()), round(at.y())))


def until(condition, seconds=60.0):
    """For the generator below: wait until ``condition()``."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain")
        yield 10
    return None


def pause(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield 10


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
    window = iface.mainWindow()
    window.showMaximized()
    yield from pause(2.0)
    layer = QgsRasterLayer(MOSAIC, Path(MOSAIC).stem)
    assert layer.isValid()
    QgsProject.instance().addMapLayer(layer)
    canvas = iface.mapCanvas()
    canvas.setDestinationCrs(layer.crs())
    crs_before = canvas.mapSettings().destinationCrs().toWkt()
    plugin = plugins["craterbench_qgis_plugin"]
    dock = plugin.show_dock()
    bench = plugin.workbench
    window.resizeDocks([dock], [430], iface_orientation())
    yield from until(lambda: bench.engine.state == "ready", 90)
    yield from pause(1.0)
    picture("1-panel")
    plugin.open_index(INDEX)
    yield from until(lambda: bench.session.index is not None, 90)
    reach = 5.0 * SIDE
    canvas.setExtent(QgsRectangle(LON - reach, LAT - reach, LON + reach, LAT + reach))
    canvas.refresh()
    yield from pause(2.0)
    picture("2-index-open")
    found = []
    bench.session.found.connect(lambda one: found.append((one, time.perf_counter())))
    for number in range(REPEATS):
        dock.query_bar.start_tool("box")
        half = SIDE / 2 * (1.0 + 0.02 * number)
        here = on_screen(LON - half, LAT + half), on_screen(LON + half, LAT - half)
        gap["worst"], gap["last"] = 0.0, time.perf_counter()
        released = yield from drag(*here, shot="3-drawing" if number == 0 else "")
        gap["worst"], gap["last"] = 0.0, time.perf_counter()
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
                "worst_gap_ms": gap["worst"],
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
    yield from until(lambda: bench._why is not None and bench._why.isVisible(), 10)
    yield from pause(2.5)
    picture("6-why")
    bench._why.close()
    yield from pause(0.3)
    dialog = bench.export()
    target = OUT / "accepted.shp"
    dialog.choices["accepted"].setChecked(True)
    dialog.format.setCurrentIndex(dialog.format.findData("shp"))
    dialog.path.setText(str(target))
    assert dialog.rows() == [0, 1], dialog.rows()
    yield from pause(0.6)
    picture("7-export")
    dialog.export_button.click()
    yield from until(target.exists, 20)
    yield from pause(1.5)
    picture("8-exported")
    seen["exported"] = sorted(one.name for one in OUT.glob("accepted*"))
    dialog.close()


def iface_orientation():
    from qgis.PyQt.QtCore import Qt

    return Qt.Orientation.Horizontal


def tick():
    now = time.perf_counter()
    gap["worst"] = max(gap["worst"], (now - gap["last"]) * 1000.0)
    gap["last"] = now


def advance():
    try:
        wait = next(steps)
    except StopIteration:
        seen["ok"] = True
    except Exception:  # noqa: BLE001 - whatever it was, it must be told and QGIS closed
        seen["error"] = traceback.format_exc()
        picture("error")
    else:
        QTimer.singleShot(wait, advance)
        return
    (OUT / "tour.json").write_text(json.dumps(seen, indent=1), encoding="utf-8")
    QgsProject.instance().setDirty(False)
    QTimer.singleShot(
        300, lambda: os._exit(0) if os.environ.get("TOUR_KILL") else iface.actionExit().trigger()
    )


pulse = QTimer()
pulse.timeout.connect(tick)
pulse.start(5)
steps = tour()
QTimer.singleShot(1500, advance)
