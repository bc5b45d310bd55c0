"""Run by ``qgis --code`` in the real desktop: an index built, duplicates found, reviewed, written.

``TOUR_PART`` 1 builds an index, finds the duplicates of two catalogues and of one with planted
ones, with the real engine, and decides until it is killed; 2 opens the review again, goes on to the
end and writes the cleaned catalogue. Nothing is called that a control does. ``controls.csv`` says
which step presses what.
"""

import contextlib
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, os.environ["TOUR_HERE"])
from qgis.core import QgsProject
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QGroupBox,
    QLineEdit,
    QProgressBar,
    QSpinBox,
    QWidget,
)
from qgis.utils import iface

from ask_steps import panel
from common import DOCK
from hands import (
    check_mark,
    choose,
    closed,
    dialog,
    entry,
    file_dialog,
    fill,
    item,
    key,
    press,
    reads,
    shown,
    tab,
)
from steps import (
    OUT,
    drawn,
    gap,
    go_through,
    look_at,
    pause,
    picture,
    run,
    seen,
    tell,
    until,
)

CATALOGUE, FIRST, OTHER, PLANTED = (
    os.environ["TOUR_" + name] for name in ("CATALOGUE", "FIRST", "OTHER", "PLANTED")
)
FIND, BUILD = "Find duplicates", "Build an index"
PAIR = "Both entries of the pair*"
seen.update({"worst_gap_ms": {}})

# An index


def build_form():
    """All that can be chosen before a build."""
    yield from look_at(-11.2, -43.3, 30)
    yield from tab("Index")
    yield from press("Build…", DOCK)
    yield from press("Close", BUILD)
    yield from closed(BUILD)
    yield from press("Build…", DOCK)
    yield from until(lambda: dialog(BUILD), 10)
    yield from item(0, "*", "Mosaics")
    yield from press("Remove", BUILD)
    yield from press("Add layer", BUILD)
    yield from entry("lroc_wac_8k")
    yield from press("Add file…", BUILD)
    yield from file_dialog("")
    yield from press("File…", BUILD)
    yield from file_dialog(CATALOGUE)
    yield from until(lambda: shown(QComboBox, "Identifier", BUILD).count() > 2, 30)
    yield from choose("Layer or file", Path(CATALOGUE).name, BUILD)
    for says, column in (("Identifier", "id"), ("Longitude", "lon"), ("Latitude", "lat"),
                         ("Diameter", "diam_km")):  # fmt: skip
        yield from choose(says, column, BUILD)
    yield from choose("Unit of the diameter", "km", BUILD)
    yield from fill("Context factors", "2, 3", BUILD, QLineEdit)
    yield from choose("Encoder", "hog*", BUILD)
    yield from choose("Encoder", "*default*", BUILD)
    yield from fill("Tokens*", "16", BUILD, QSpinBox)
    yield from fill("Diameters (from*", "20", BUILD, QDoubleSpinBox)
    yield from fill("Diameters (to*", "300", BUILD, QDoubleSpinBox)
    yield from press("Only craters within", BUILD)
    yield from press("Map's extent", BUILD)
    yield from until(lambda: shown(QAbstractButton, "Check the circles", BUILD).isEnabled(), 60)
    yield from cancel_check()
    yield from press("Check the circles", BUILD)
    yield from until(lambda: reads("*Rim score*", BUILD), 60)
    yield from fill("Name", "tycho", BUILD, QLineEdit)
    yield from press("Folder …", BUILD)
    yield from file_dialog("")
    yield from fill("Folder", str(OUT), BUILD, QLineEdit)
    yield from press("Help", BUILD)
    yield from pause(0.3)
    if not dialog(BUILD):
        yield from key("Return")  # that no browser could be started
    yield from until(lambda: shown(QAbstractButton, "Build", BUILD).isEnabled(), 60)
    picture("1-build")


def cancel_check():
    """A dozen crops are cut in a moment: whoever cancels must be quick."""
    for _ in range(6):
        yield from press("Check the circles", BUILD)
        with contextlib.suppress(AssertionError):
            yield from press("Cancel", BUILD, wait=0.5)
        if reads("The check was cancelled*", BUILD):
            return
        yield from until(lambda: reads("*Rim score*", BUILD), 60)
    raise AssertionError("the check of the circles was never cancelled")


def build():
    """Stopped, found unfinished, finished from the tab “Search”."""
    yield from press("Build", BUILD)
    yield from until(lambda: _share(BUILD) > 0, 60)
    picture("2-building")
    yield from press("Run in background", BUILD)
    yield from closed(BUILD)
    yield from stop_build()
    yield from press("Resume", "BuildProgress")
    yield from stop_build()
    yield from press("Dismiss", DOCK)
    yield from item(0, "*", "RecentIndexes")
    yield from until(lambda: reads("The build is not finished*", "IndexPage"), 60)
    yield from press("Resume", "IndexPage")
    yield from stop_build(0.5)  # what is searched must hold a whole chunk
    yield from press("Dismiss", DOCK)
    yield from item(0, "*", "RecentIndexes")
    yield from until(lambda: reads("Searching tycho*", DOCK), 90)
    picture("3-unfinished")
    seen["unfinished"] = reads("The build is not finished*", DOCK)
    yield from press("Resume", "Notice")
    yield from until(lambda: reads("tycho* is built*", DOCK), 200)
    picture("4-built")
    yield from press("Open index", DOCK)
    yield from until(lambda: reads("Searching tycho*", DOCK), 90)
    seen["left"] = reads("The build is not finished*", DOCK)


def stop_build(share=0.0):
    """Once so much of it is made."""
    yield from until(lambda: _share("BuildProgress") > 1000 * share, 120)
    yield from press("Cancel", "BuildProgress")
    yield from until(lambda: reads("The build of tycho* was stopped*", DOCK), 60)


def _share(inside):
    bar = shown(QProgressBar, inside=inside)
    return bar.value() if bar is not None and bar.maximum() > 0 else 0


# Duplicates


def find_form():
    """Two catalogues, and all that can be chosen."""
    yield from tab("Duplicates")
    picture("5-start")
    yield from press("Find duplicates…", DOCK)
    yield from until(lambda: dialog(FIND), 10)
    yield from press("File…", "Catalogue")
    yield from file_dialog(FIRST)
    second = "Compare with a second*"
    yield from press(second, FIND, QGroupBox, at=check_mark)
    yield from press("File…", second)
    yield from file_dialog(OTHER)
    yield from fill("Probable from*", "0.5", FIND, QDoubleSpinBox)
    yield from fill("Diameters (from*", "15", FIND, QDoubleSpinBox)
    yield from fill("Diameters (to*", "0", FIND, QDoubleSpinBox)
    yield from press("More", FIND, QGroupBox, at=check_mark)
    yield from choose("Body", "Moon", FIND)
    for says in ("Second catalogue displaced by (east)", "Second catalogue displaced by (north)"):
        yield from fill(says, "0", FIND, QDoubleSpinBox)
    yield from choose("Compare the mosaic with", "lroc_wac_8k", FIND)
    yield from press("File…", "More")
    yield from file_dialog("")
    box = shown(QComboBox, "Compare the mosaic with", FIND)
    nothing = box.itemText(0)
    del box
    yield from choose("Compare the mosaic with", nothing, FIND)
    yield from press("Browse…", FIND)
    yield from file_dialog(OUT / "head_lroc.gpkg")
    yield from until(lambda: shown(QAbstractButton, "Find", FIND).isEnabled(), 60)
    picture("6-find")


def find_two():
    gap.restart()
    yield from press("Find", FIND)
    yield from until(lambda: _share(FIND) > 0, 60)
    picture("6-progress")
    yield from until(lambda: shown(QWidget, PAIR) is not None, 200)
    yield from until((OUT / "head_lroc.gpkg").exists, 60)
    seen["worst_gap_ms"]["head_lroc"] = gap.told()
    yield from pause(0.5)
    if dialog(FIND):  # it tells how many entries were compared
        yield from press("Close", FIND)
    yield from drawn()
    picture("7-head-lroc")


def find_planted():
    yield from press("Review", DOCK)
    yield from entry("Find duplicates…")
    yield from until(lambda: dialog(FIND), 10)
    yield from press("File…", "Catalogue")
    yield from file_dialog(PLANTED)
    yield from until(lambda: shown(QLineEdit, "Review to write", FIND) is not None, 10)
    yield from fill("Review to write", str(OUT / "planted.gpkg"), FIND, QLineEdit)
    yield from press("Find", FIND, wait=60)
    yield from until((OUT / "planted.gpkg").exists, 200)
    yield from until(lambda: reads("planted.gpkg", DOCK), 60)
    yield from pause(1.0)
    if dialog(FIND):
        yield from press("Close", FIND)
    yield from drawn()
    picture("8-review")


def names_shown():
    """What the pictures are of, as a screen reader says it."""
    view = shown(QWidget, PAIR)
    return view.accessibleDescription() if view is not None else ""


def is_planted():
    """Ids of planted duplicates begin with ``d-``."""
    said = names_shown()
    copy = re.search(r"\bd-([\w.]+)", said)
    return bool(copy) and bool(re.search(rf"(?<![-\w.]){re.escape(copy[1])}(?![\w.])", said))


def done_so_far():
    """How many pairs are decided: “12 of 80”."""
    found = re.search(r"(\d[\d,]*)\s*(?:of|/)\s*(\d[\d,]*)", reads("* of *", "QueueBar"))
    return int(found[1].replace(",", "")) if found else -1


def review_keys():
    """Every key once, and the buttons; the outcome is that nothing is decided."""
    gap.restart()
    start = names_shown()
    yield from press(PAIR, DOCK, QWidget)
    yield from key("Right")
    yield from until(lambda: names_shown() != start, 10)
    yield from key("Left")
    yield from until(lambda: names_shown() == start, 10)
    yield from key("Right")
    yield from key("BackSpace")
    yield from until(lambda: names_shown() == start, 10)
    for decision in ("d", "x", "u"):
        yield from key(decision)
        yield from until(lambda: done_so_far() == 1, 10)
        yield from key("ctrl+z")
        yield from until(lambda: done_so_far() == 0 and names_shown() == start, 10)
    yield from key("o")
    yield from until(lambda: not shown(QAbstractButton, "Outlines", DOCK).isChecked(), 5)
    yield from key("o")
    yield from key("b")
    yield from until(lambda: shown(QAbstractButton, "Blink", DOCK).isChecked(), 5)
    picture("9-blink")
    yield from key("b")
    seen["worst_gap_ms"]["keys"] = gap.told()
    for says in ("Duplicate (D)", "Distinct (X)", "Unsure (U)"):
        yield from press(says, DOCK)
        yield from until(lambda: done_so_far() == 1, 10)
        yield from press("Undo", DOCK)
        yield from until(lambda: done_so_far() == 0, 10)
    for says in ("Skip", "Back", "Blink", "Blink", "Outlines", "Outlines"):
        yield from press(says, DOCK)


def review_queue():
    """In which order, which of them, who reviews, what the catalogues say."""
    for order in ("by probability", "by size", "by place", "*doubt*"):
        yield from choose("Order*", order, DOCK)
    for which in ("all", "undecided"):
        yield from choose("Which pairs", which, DOCK)
    yield from press("More", DOCK)
    yield from fill("Least probability*", "0.1", DOCK, QAbstractSpinBox)
    yield from fill("Least probability*", "0", DOCK, QAbstractSpinBox)
    yield from fill("Reviewer", "Ann", DOCK, QLineEdit, end="Return")
    yield from press("More", DOCK)
    yield from press("Attributes", DOCK)
    yield from press("Attributes", DOCK)
    yield from press("Review", DOCK)
    yield from entry("Move the map to each pair")
    yield from press("Review", DOCK)
    yield from entry("Move the map to each pair")
    yield from drawn()
    # Another tab: the outlines leave the map; and back: the keys are the review's again.
    assert outlines() == 2, outlines()
    yield from tab("Search")
    yield from until(lambda: outlines() == 0, 5)
    yield from tab("Duplicates")
    yield from until(lambda: outlines() == 2, 5)
    yield from pause(0.2)


def outlines():
    """Rubber bands on the map that show anything."""
    items = iface.mapCanvas().scene().items()
    return sum(isinstance(one, QgsRubberBand) and one.isVisible() and one.size() > 0
               for one in items)  # fmt: skip


def decide():
    """As somebody who sees which are planted; killed on the way."""
    gap.restart()
    for number in range(12):
        yield from key("u" if number == 5 else "d" if is_planted() else "x")
        yield from until(lambda number=number: done_so_far() == number + 1, 10)
    seen["worst_gap_ms"]["decisions"] = gap.told()
    yield from drawn()
    picture("10-decided")
    seen["decided"] = done_so_far()
    seen["ok"] = True
    tell("killed.json")
    while names_shown():  # the end comes in between
        yield from key("d" if is_planted() else "x", settle=0.0)


# Opened again after the kill


def open_again():
    yield from tab("Duplicates")
    yield from press("Go on with planted.gpkg", DOCK)
    yield from until(lambda: names_shown(), 30)
    seen["kept"] = done_so_far()
    yield from drawn()
    picture("11-again")
    yield from press("Review", DOCK)
    yield from entry("Close the review")
    yield from press("Open a review…", DOCK)
    yield from file_dialog(OUT / "head_lroc.gpkg")
    yield from until(lambda: reads("head_lroc.gpkg", DOCK), 30)
    yield from press("Review", DOCK)
    yield from entry("Open another review…")
    yield from file_dialog(OUT / "planted.gpkg")
    yield from until(lambda: reads("planted.gpkg", DOCK), 30)
    yield from press("Review", DOCK)
    yield from entry("Pictures from another mosaic…")
    yield from file_dialog(os.environ["TOUR_MOSAIC"])
    yield from until(lambda: names_shown(), 30)
    gap.restart()
    last = None
    while names_shown() and names_shown() != last:
        last = names_shown()
        yield from key("d" if is_planted() else "x", settle=0.02)
        yield from until(lambda last=last: names_shown() != last, 10)
    seen["worst_gap_ms"]["decisions"] = gap.told()
    yield from drawn()
    picture("12-all-decided")
    seen["done"] = done_so_far()


def clean():
    window = "Write cleaned catalogue"
    yield from press("Review", DOCK)
    yield from entry("Write cleaned catalogue…")
    yield from press("Close", window)
    yield from closed(window)
    yield from press("Write cleaned catalogue…", DOCK)
    yield from press("Browse…", window)
    yield from file_dialog(OUT / "cleaned.gpkg")
    yield from pause(0.3)
    picture("13-clean")
    yield from press("Write", window)
    yield from until(lambda: reads("*entries became*", window), 60)
    yield from pause(0.3)
    picture("14-cleaned")
    seen["said"] = reads("*entries became*", window)
    yield from press("Open folder", window)
    yield from press("Add to map", window)
    yield from press("Close", window)
    yield from closed(window)
    names = [layer.name() for layer in QgsProject.instance().mapLayers().values()]
    assert "cleaned" in names, names
    # Of what the plugin does, QGIS complained of nothing.
    seen["messages"] = [one.text() for one in iface.messageBar().items()]


FIRST_PART = (
    panel, build_form, build, find_form, find_two, find_planted, review_keys, review_queue, decide,
)  # fmt: skip
SECOND_PART = (panel, open_again, clean)

if __name__ == "__main__" and "TOUR_DEV" not in os.environ:
    if os.environ["TOUR_PART"] == "1":
        run(go_through("review", FIRST_PART))
    else:
        run(go_through("review", SECOND_PART))
