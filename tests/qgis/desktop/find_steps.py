"""Steps: the duplicates of two catalogues, and of one with planted ones."""

import os

from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDoubleSpinBox,
    QGroupBox,
    QLineEdit,
    QWidget,
)

from common import DOCK, share_done
from eyes import dialog, reads, shown
from hands import (
    check_mark,
    choose,
    entry,
    file_dialog,
    fill,
    press,
    tab,
)
from steps import (
    OUT,
    drawn,
    gap,
    pause,
    picture,
    seen,
    until,
)

FIRST, OTHER, PLANTED = (os.environ["TOUR_" + name] for name in ("FIRST", "OTHER", "PLANTED"))
FIND = "Find duplicates"
PAIR = "Both entries of the pair*"


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
    yield from until(lambda: share_done(FIND) > 0, 60)
    picture("6-progress")
    yield from until(lambda: shown(QWidget, PAIR) is not None, 200)
    yield from until((OUT / "head_lroc.gpkg").exists, 60)
    seen["worst_gap_ms"]["head_lroc"] = gap.both()
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
