"""What tours share; imported inside the real desktop's Python (``drive.py`` names the folder).

A tour is a generator that yields how many milliseconds to wait; QGIS's event loop runs meanwhile.
"""

import json
import os
import subprocess
import time
import traceback
from pathlib import Path

from qgis.core import QgsPointXY, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QPoint, Qt, QTimer
from qgis.PyQt.QtWidgets import QApplication
from qgis.utils import iface, plugins

OUT = Path(os.environ["TOUR_OUT"])
seen = {"steps": []}


class Gap:
    """The event loop's largest pause in milliseconds; pictures do not count.

    ``worst``: by the clock, which on a busy machine counts what other programs did meanwhile;
    ``worst_cpu``: what this thread computed within one pause.
    """

    def __init__(self):
        self.restart()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(5)

    def restart(self):
        self.worst, self.worst_cpu = 0.0, 0.0
        self.forgive()

    def forgive(self):
        """What just happened was the tour's own."""
        self._last, self._cpu = time.perf_counter(), time.thread_time()

    def told(self):
        """Both, for the report."""
        return [round(self.worst, 1), round(self.worst_cpu, 1)]

    def _tick(self):
        now, cpu = time.perf_counter(), time.thread_time()
        self.worst = max(self.worst, (now - self._last) * 1000.0)
        self.worst_cpu = max(self.worst_cpu, (cpu - self._cpu) * 1000.0)
        self._last, self._cpu = now, cpu


gap = Gap()


def xdo(*words):
    """Real X events; returns at once, the event loop must run to see them."""
    subprocess.Popen(["xdotool", *map(str, words)])
    gap.forgive()  # to start a program from one as large as QGIS takes tens of milliseconds


def picture(name, widget=None):
    """The whole screen, or a widget's window only."""
    QApplication.processEvents()
    command = ["import", "-window", "root"]
    if widget is not None:
        box = widget.window().frameGeometry()
        command += ["-crop", f"{box.width()}x{box.height()}+{box.x()}+{box.y()}", "+repage"]
    subprocess.run([*command, str(OUT / (name + ".png"))], check=False)
    seen["steps"].append(name)
    gap.forgive()


def click(widget, at=None):
    """A real click into the middle of a widget."""
    spot = widget.mapToGlobal(at if at is not None else widget.rect().center())
    xdo("mousemove", spot.x(), spot.y(), "click", 1)


def on_screen(lon, lat):
    """Where the map shows a place, on the screen."""
    canvas = iface.mapCanvas()
    at = canvas.getCoordinateTransform().transform(QgsPointXY(lon, lat))
    return canvas.mapToGlobal(QPoint(round(at.x()), round(at.y())))


def until(condition, seconds=60.0):
    """Wait until ``condition()``."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain")
        yield 10
    return None


def pause(seconds):
    """Wait."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield 10


def drawn(seconds=20.0):
    """Wait until the map is drawn."""
    yield from pause(0.4)
    yield from until(lambda: not iface.mapCanvas().isDrawing(), seconds)
    yield from pause(0.3)


def open_panel(mosaic, width=430):
    """Maximise QGIS, load the mosaic, open the panel; returns (plugin, dock) with a warm engine.

    QGIS 3.22 itself complains that it has no transform from the Moon to the Earth when the mosaic
    is loaded; that is taken away, so that what is said afterwards is seen.
    """
    window = iface.mainWindow()
    window.showMaximized()
    yield from pause(2.0)
    layer = QgsRasterLayer(mosaic, Path(mosaic).stem)
    assert layer.isValid()
    # QGIS knows no way from the Moon to the Earth's ellipsoids, and says so for each of them.
    QgsProject.instance().setCrs(layer.crs())
    QgsProject.instance().setEllipsoid("NONE")
    QgsProject.instance().addMapLayer(layer)
    iface.mapCanvas().setDestinationCrs(layer.crs())
    yield from pause(0.5)
    iface.messageBar().clearWidgets()
    plugin = plugins["craterbench_qgis_plugin"]
    dock = plugin.show_dock()
    window.resizeDocks([dock], [width], Qt.Orientation.Horizontal)
    yield from until(lambda: plugin.workbench.engine.state == "ready", 90)
    yield from pause(1.0)
    iface.messageBar().clearWidgets()
    yield from pause(0.3)
    return plugin, dock


def tell(name="tour.json"):
    """Write what was seen."""
    (OUT / name).write_text(json.dumps(seen, indent=1), encoding="utf-8")


def run(tour, name="tour.json"):
    """Go through the generator ``tour``, write what was seen, close QGIS."""

    def advance():
        try:
            wait = next(tour)
        except StopIteration:
            seen["ok"] = True
        except Exception:  # noqa: BLE001 - whatever it was, it must be told and QGIS closed
            seen["error"] = traceback.format_exc()
            picture("error")
        else:
            QTimer.singleShot(wait, advance)
            return
        tell(name)
        # A file in the system's folder for temporary ones would make QGIS ask whether to close.
        layers = QgsProject.instance().mapLayers().values()
        files = [one.id() for one in layers if one.providerType() != "memory"]
        QgsProject.instance().removeMapLayers(files)
        QgsProject.instance().setDirty(False)
        killed = os.environ.get("TOUR_KILL")
        end = (lambda: os._exit(0)) if killed else iface.actionExit().trigger
        QTimer.singleShot(300, end)

    QTimer.singleShot(1500, advance)
