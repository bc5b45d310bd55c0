"""What tours share; imported inside the real desktop's Python (``drive.py`` names the folder).

A tour is a generator that yields how many milliseconds to wait; QGIS's event loop runs meanwhile.
"""

import gc
import json
import os
import subprocess
import time
import traceback
from pathlib import Path

from qgis.core import QgsProject, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtWidgets import QApplication
from qgis.utils import iface

from record import record

OUT = Path(os.environ["TOUR_OUT"])
_BUSY = 3
"""How much longer everything takes beside the other tests."""
seen = {"steps": [], "seconds": {}, "worst_gap_ms": {}}


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

    def both(self):
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
    shot = QApplication.primaryScreen().grabWindow(0)  # the root: menus and frames, too
    if widget is not None:
        shot = shot.copy(widget.window().frameGeometry())
    shot.save(str(OUT / (name + ".png")), quality=90)  # packed less, and sooner
    seen["steps"].append(name)
    gap.forgive()


def until(condition, seconds=60.0):
    """Wait until ``condition()``; ``seconds``: what a machine with nothing else to do may need."""
    end = time.monotonic() + _BUSY * seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {_BUSY * seconds} s in vain")
        yield 120
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


def prepare(mosaic):
    """Maximise QGIS and show the mosaic: the world before anybody touches the plugin."""
    iface.mainWindow().showMaximized()
    yield from pause(1.0)
    layer = QgsRasterLayer(mosaic, Path(mosaic).stem)
    assert layer.isValid()
    # QGIS knows no way from the Moon to the Earth's ellipsoids, and says so for each of them.
    QgsProject.instance().setCrs(layer.crs())
    QgsProject.instance().setEllipsoid("NONE")
    QgsProject.instance().addMapLayer(layer)
    iface.mapCanvas().setDestinationCrs(layer.crs())
    yield from pause(0.5)
    iface.messageBar().clearWidgets()
    gc.collect()
    gc.freeze()  # what comes from here on is collected at each press, in a tenth of the time


def look_at(lon, lat, reach):
    """Show a part of the map, as one who turned the wheel there."""
    canvas = iface.mapCanvas()
    canvas.setExtent(QgsRectangle(lon - reach, lat - reach, lon + reach, lat + reach))
    canvas.refresh()
    yield from drawn()


def tell(name="tour.json"):
    """Write what was seen."""
    (OUT / name).write_text(json.dumps({**seen, **record.report()}, indent=1), encoding="utf-8")


def go_through(tour, steps):
    """Each of ``steps`` in turn; what is pressed is kept under its name."""
    chosen = os.environ.get("TOUR_STEPS", "").split()
    for step in steps:
        if chosen and step.__name__ not in chosen:
            continue
        record.step, started = f"{tour}: {step.__name__}", time.monotonic()
        yield from step()
        record.walk(again=True)
        seen["seconds"][step.__name__] = round(time.monotonic() - started, 1)


def run(tour, name="tour.json"):
    """Go through the generator ``tour``, write what was seen, close QGIS."""

    def advance():
        try:
            wait = next(tour)
        except StopIteration:
            seen["ok"] = True
        except Exception:  # noqa: BLE001 - whatever it was, it must be told and QGIS closed
            seen["error"] = f"in {record.step}: {traceback.format_exc()}"
            picture("error")
        else:
            QTimer.singleShot(wait, advance)
            return
        tell(name)
        os._exit(0)  # what is left is a profile and a project that nobody opens again

    gc.freeze()  # what QGIS itself holds need not be looked through before each press
    QTimer.singleShot(500, advance)
