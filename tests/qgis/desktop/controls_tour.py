"""Run by ``qgis --code`` in the real desktop: the controls of the panel, pressed by mouse and keys.

A tight box, its diameter corrected, the analogs of an index without descriptors of kind, chips, the
gallery in a window of its own, the settings, the circles before a build. Nothing is called that a
button does; ``gc.collect()`` runs before each press. See ``drive.py`` for the settings.
"""

import gc
import os
import sys

sys.path.insert(0, os.environ["TOUR_HERE"])
from qgis.core import QgsProject, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtCore import QPoint
from qgis.PyQt.QtWidgets import QAbstractButton, QApplication, QComboBox, QDialog, QLabel, QWidget
from qgis.utils import iface

from steps import click, on_screen, open_panel, pause, picture, run, seen, until, xdo

MOSAIC, INDEX = os.environ["TOUR_MOSAIC"], os.environ["TOUR_INDEX"]
CATALOGUE = os.environ["TOUR_CATALOGUE"]
LON, LAT, SIDE = (float(number) for number in os.environ["TOUR_BOX"].split())


def shown(kind, says="", name="", inside=None):
    """The visible widget of a kind that says ``says`` or is named ``name``; None without one."""
    roots = [inside] if inside is not None else QApplication.topLevelWidgets()
    for root in roots:
        for widget in [root, *root.findChildren(kind)]:
            if not isinstance(widget, kind) or not widget.isVisible():
                continue
            text = widget.text() if hasattr(widget, "text") else ""
            if (not says or text.startswith(says)) and (not name or widget.objectName() == name):
                return widget
    return None


def press(says="", name="", kind=QAbstractButton, inside=None, at=None):
    """Wait for a control, then click it with the mouse."""
    gc.collect()
    yield from until(lambda: shown(kind, says, name, inside) is not None, 15)
    click(shown(kind, says, name, inside), at)
    yield from pause(0.5)


def tab(dock, number):
    bar = dock.tabs.tabBar()
    click(bar, bar.tabRect(number).center())
    yield from pause(0.5)


def first_match(dock):
    view = dock.results.view
    model = view.model()
    return model.index(0, 0).data() if model is not None and model.rowCount() else None


def tour():
    plugin, dock = yield from open_panel(MOSAIC, 460)
    bench, canvas = plugin.workbench, iface.mapCanvas()
    yield from tab(dock, 1)
    yield from press("Settings…", inside=dock)
    yield from until(lambda: shown(QDialog) is not None, 10)
    gc.collect()
    yield from pause(0.5)
    picture("1-settings")
    xdo("key", "Escape")
    yield from until(lambda: shown(QDialog) is None, 10)

    plugin.open_index(INDEX)
    yield from until(lambda: bench.session.index is not None, 90)
    yield from tab(dock, 0)
    reach = 2.5 * SIDE
    canvas.setExtent(QgsRectangle(LON - reach, LAT - reach, LON + reach, LAT + reach))
    canvas.refresh()
    yield from pause(2.0)
    yield from tight_box(bench, dock)
    yield from analogs(bench, dock)
    yield from window(dock)
    yield from circles(dock)


def tight_box(bench, dock):
    answers = []
    bench.session.answered.connect(answers.append)
    yield from press(inside=dock.query_bar, says="Box")
    half = SIDE / 2
    a, b = on_screen(LON - half, LAT + half), on_screen(LON + half, LAT - half)
    xdo("mousemove", a.x(), a.y())
    yield from pause(0.3)
    xdo("mousedown", 1)
    yield from pause(0.2)
    for step in range(1, 9):
        xdo("mousemove", a.x() + (b.x() - a.x()) * step // 8, a.y() + (b.y() - a.y()) * step // 8)
        yield from pause(0.06)
    yield from pause(0.3)
    picture("2-tight-box")
    xdo("mouseup", 1)
    yield from until(lambda: answers, 30)
    seen["tight"] = [answers[-1].matches[0].crater_id, answers[-1].preview.diameter_m]
    yield from pause(2.0)
    picture("3-read-as-the-crater")
    # The diameter is corrected.
    gc.collect()
    box = shown(QWidget, name="CraterBenchDiameter")
    click(box, QPoint(box.width() // 3, box.height() // 2))
    yield from pause(0.3)
    xdo("key", "ctrl+a")
    yield from pause(0.2)
    xdo("type", "--delay", "30", "80")
    yield from pause(0.5)
    count = len(answers)
    xdo("key", "Return")
    yield from until(lambda: len(answers) > count, 30)
    seen["corrected"] = answers[-1].preview.diameter_m
    yield from pause(1.0)
    seen["answers"] = len(answers)


def analogs(bench, dock):
    answers = []
    bench.session.answered.connect(answers.append)
    yield from press(name="CraterBenchFind", kind=QComboBox)
    xdo("key", "Down")
    yield from pause(0.2)
    xdo("key", "Return")
    yield from until(lambda: shown(QAbstractButton, "Add descriptors of kind") is not None, 20)
    picture("4-no-descriptors")
    yield from press("Add descriptors of kind")
    yield from until(lambda: answers, 200)
    yield from pause(2.0)
    picture("5-analogs")
    seen["analogs"] = [m.turn_deg is not None for m in answers[-1].matches[:5]]
    # A chip is taken away: it searches again.
    count = len(answers)
    chip = shown(QWidget, name="CraterBenchChip_pixels")
    seen["chips"] = sorted(
        w.objectName() for w in dock.findChildren(QWidget)
        if w.objectName().startswith("CraterBenchChip_") and w.isVisible()
    )  # fmt: skip
    yield from press("✕", inside=chip)
    yield from until(lambda: len(answers) > count, 60)
    # A condition is added from the menu.
    count = len(answers)
    yield from press(name="CraterBenchAddCondition")
    xdo("key", "Down", "Down", "Return")
    editor = lambda: shown(QWidget, name="CraterBenchConditionEditor")  # noqa: E731
    yield from until(editor, 10)
    yield from pause(0.4)
    xdo("type", "--delay", "30", "85")
    yield from pause(0.5)
    picture("6-condition")
    yield from press("Search", inside=editor())
    yield from until(lambda: len(answers) > count, 60)
    yield from pause(1.0)
    view = dock.results.view
    click(view.viewport(), view.visualRect(view.model().index(0, 0)).center())
    yield from pause(0.5)
    yield from press("Why?", inside=dock.results)
    yield from until(lambda: shown(QDialog) is not None, 10)
    gc.collect()
    yield from pause(3.0)
    picture("7-why")
    xdo("key", "Escape")
    yield from until(lambda: shown(QDialog) is None, 10)


def window(dock):
    click(dock.results.view.viewport(), QPoint(10, 10))
    yield from pause(0.3)
    xdo("key", "g")
    away = lambda: shown(QWidget, name="CraterBenchGallery")  # noqa: E731
    yield from until(away, 10)
    gc.collect()
    yield from pause(1.5)
    picture("8-window")
    yield from press("Bring them back")
    yield from until(lambda: away() is None and dock.results.isVisible(), 10)


def circles(dock):
    """The project's only layer of craters is taken by itself; the circles are looked at."""
    layer = QgsVectorLayer(
        f"file://{CATALOGUE}?delimiter=,&xField=lon&yField=lat&crs=IAU_2015:30100",
        "craters",
        "delimitedtext",
    )
    assert layer.isValid()
    QgsProject.instance().addMapLayer(layer)
    yield from pause(1.0)
    yield from tab(dock, 1)
    yield from press("Build…", inside=dock.index_panel)
    yield from until(lambda: shown(QDialog) is not None, 10)
    gc.collect()
    dialog = shown(QDialog)
    score = lambda: [  # noqa: E731
        label.text() for label in dialog.findChildren(QLabel) if "Rim score" in label.text()
    ]
    yield from until(score, 60)
    yield from pause(1.0)
    gc.collect()
    seen["rims"] = score()[0]
    check = shown(QAbstractButton, "Check the circles", inside=dialog)
    yield from press("Check the circles", inside=dialog)
    yield from until(lambda: not check.isEnabled(), 10)
    yield from until(check.isEnabled, 60)
    yield from pause(0.5)
    picture("9-build")
    xdo("key", "Escape")
    yield from until(lambda: shown(QDialog) is None, 10)


run(tour())
