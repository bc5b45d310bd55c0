"""Steps: an index built, stopped on the way, found unfinished, finished."""

import os
from pathlib import Path

from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
)

from common import DOCK, share_done
from engine_steps import busy_engine
from eyes import dialog, reads, shown
from hands import (
    choose,
    closed,
    entry,
    file_dialog,
    fill,
    item,
    key,
    press,
    tab,
)
from steps import (
    OUT,
    look_at,
    pause,
    picture,
    seen,
    until,
)

CATALOGUE = os.environ["TOUR_CATALOGUE"]
BUILD = "Build an index"


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
    yield from choose("Size of tokens", "small*", BUILD)
    yield from fill("Diameters (from*", "20", BUILD, QDoubleSpinBox)
    yield from fill("Diameters (to*", "300", BUILD, QDoubleSpinBox)
    yield from press("Only craters within", BUILD)
    yield from press("Map's extent", BUILD)
    yield from until(lambda: shown(QAbstractButton, "Check the circles", BUILD).isEnabled(), 60)
    with busy_engine():
        yield from press("Check the circles", BUILD)
        yield from press("Cancel", "CirclesBox")
        yield from until(lambda: reads("The check was cancelled*", BUILD), 5)
    yield from press("Check the circles", BUILD)
    yield from until(lambda: reads("*Rim score*", BUILD), 60)
    yield from item(0, "*", "CirclesBox")
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


def build():
    """Stopped, found unfinished, finished from the tab “Search”."""
    yield from press("Build", BUILD)
    yield from until(lambda: share_done(BUILD) > 0, 60)
    picture("2-building")
    yield from press("Run in background", BUILD)
    yield from closed(BUILD)
    yield from stop_build()
    yield from press("Resume", "BuildProgress")
    yield from stop_build()
    yield from press("Dismiss", DOCK)
    yield from item(0, "*", "RecentIndexes")
    yield from until(lambda: reads("It holds no views yet*", "IndexPage"), 60)
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
    yield from tab("Index")
    yield from until(lambda: reads("*small: two bits a number*", "IndexPage"), 20)
    picture("4-small")


def stop_build(share=0.0):
    """Once so much of it is made."""
    yield from until(lambda: share_done("BuildProgress") > 1000 * share, 120)
    yield from press("Cancel", "BuildProgress")
    yield from until(lambda: reads("The build of tycho* was stopped*", DOCK), 60)
    yield from pause(0.3)  # until the buttons have found their places
