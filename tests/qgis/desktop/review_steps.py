"""Steps: pairs looked at and decided, a kill, the rest decided, the cleaned catalogue."""

import os
import re

from qgis.core import QgsProject
from qgis.gui import QgsMapCanvas, QgsRubberBand
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QLineEdit,
    QWidget,
)
from qgis.utils import iface

from common import DOCK, slide
from eyes import reads, shown
from hands import (
    act,
    choose,
    closed,
    drag,
    entry,
    file_dialog,
    fill,
    key,
    press,
    spot,
    tab,
)
from steps import (
    OUT,
    drawn,
    gap,
    pause,
    picture,
    seen,
    tell,
    until,
    xdo,
)

PAIR = "Both entries of the pair*"


def names_shown():
    """What the pictures are of, as a screen reader says it; "" without a pair."""
    view = shown(QWidget, PAIR)
    said = view.accessibleDescription() if view is not None else ""
    return said if " / " in said else ""


def is_planted():
    """Ids of planted duplicates begin with ``d-``."""
    said = names_shown()
    copy = re.search(r"\bd-([\w.]+)", said)
    return bool(copy) and bool(re.search(rf"(?<![-\w.]){re.escape(copy[1])}(?![\w.])", said))


def done_so_far():
    """How many pairs are decided: “12 of 80”."""
    counts = re.search(r"(\d[\d,]*)\s*(?:of|/)\s*(\d[\d,]*)", reads("* of *", "QueueBar"))
    return int(counts[1].replace(",", "")) if counts else -1


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
    yield from until(lambda: not is_on("Outlines"), 5)
    yield from key("o")
    yield from key("b")
    yield from until(lambda: is_on("Blink"), 5)
    picture("9-blink")
    yield from key("s")  # both in one place: one of these two at a time
    yield from until(lambda: is_on("Swipe") and not is_on("Blink"), 5)
    yield from slide("CraterBenchReviewSwipeTo")
    picture("9-swipe")
    yield from key("s")
    yield from until(lambda: not is_on("Swipe"), 5)
    seen["worst_gap_ms"]["keys"] = gap.both()
    for says in ("Duplicate (D)", "Distinct (X)", "Unsure (U)"):
        yield from press(says, DOCK)
        yield from until(lambda: done_so_far() == 1, 10)
        yield from press("CraterBenchReviewUndo", DOCK)
        yield from until(lambda: done_so_far() == 0, 10)
    for says in ("Skip", "Back", "Blink", "Swipe", "Swipe", "Outlines", "Outlines"):
        yield from press("CraterBenchReview" + says, DOCK)
    yield from until(lambda: names_shown() == start, 10)


def is_on(says):
    """Whether a button that stays down is down."""
    return shown(QAbstractButton, "CraterBenchReview" + says, DOCK).isChecked()


def review_closer():
    """Larger and whole again by keys, wheel and mouse."""
    for larger, whole in (("plus", "0"), ("equal", "minus")):
        yield from key(larger)
        yield from until(is_larger, 5)
        yield from key(whole)
        yield from until(lambda: not is_larger(), 5)
    view = shown(QWidget, PAIR)
    a, b = (spot(view, QPoint(view.width() // n, view.height() // 3)) for n in (4, 6))
    del view
    yield from act("mousemove", a.x(), a.y(), "click", 4)
    yield from until(is_larger, 5)
    yield from drag(a, b, "9-larger")
    yield from press(PAIR, DOCK, QWidget, times=2)
    yield from until(lambda: not is_larger(), 5)


def is_larger():
    """As the mouse's hand says: what is larger than its window can be drawn along."""
    return shown(QWidget, PAIR).cursor().shape() == Qt.CursorShape.OpenHandCursor


def review_blind_and_map():
    """Judged without the probability; the pair on a map of its own, while the keys go on."""
    for blind in (True, False):
        yield from press("Review", DOCK)
        yield from entry("Blind*")
        yield from until(lambda blind=blind: bool(reads("*Blind*", "ReviewPage")) is blind, 5)
    start = names_shown()
    yield from press("CraterBenchReviewMap", DOCK)
    yield from until(lambda: pair_map() is not None, 10)
    yield from pause(0.5)
    yield from until(lambda: not pair_map().isDrawing(), 20)
    yield from key("Right")
    yield from until(lambda: names_shown() != start, 10)
    yield from key("Left")
    yield from until(lambda: names_shown() == start, 10)
    yield from drawn()
    yield from until(lambda: not pair_map().isDrawing(), 20)
    picture("9-map")
    frame = pair_map().window().frameGeometry()
    xdo("mousemove", frame.right() - 12, frame.top() + 11, "click", 1)  # the window's own cross
    yield from until(lambda: pair_map() is None and not is_on("Map"), 10)
    for there in (True, False):
        yield from press("CraterBenchReviewMap", DOCK)
        yield from until(lambda there=there: (pair_map() is not None) is there, 10)
    yield from pause(0.3)
    # QGIS's complaints about the map's own plane are taken away.
    yield from until(lambda: not iface.messageBar().items(), 3)


def pair_map():
    """The canvas of the pair's window; None without one."""
    return shown(QgsMapCanvas, "CraterBenchPairCanvas")


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


def clean_early():
    """While pairs are undecided, those that are probable can be merged, too."""
    window = "Write cleaned catalogue"
    yield from press("Write cleaned catalogue…", DOCK)
    yield from press("Also merge*", window)
    yield from fill("*", "0.8", window, QAbstractSpinBox)
    yield from press("Browse…", window)
    yield from file_dialog("")
    yield from fill("Catalogue to write", str(OUT / "early.csv"), window, QLineEdit)
    yield from press("Write", window)
    yield from until(lambda: reads("*entries became*", window), 60)
    picture("9-early")
    seen["early"] = reads("*entries became*", window)
    yield from press("Close", window)
    yield from closed(window)
    assert done_so_far() == 0


def outlines():
    """Rubber bands on the map that show anything."""
    items = iface.mapCanvas().scene().items()
    return sum(isinstance(item, QgsRubberBand) and item.isVisible() and item.size() > 0
               for item in items)  # fmt: skip


def decide():
    """As somebody who sees which are planted; killed on the way."""
    gap.restart()
    for number in range(12):
        yield from key("u" if number == 5 else "d" if is_planted() else "x")
        yield from until(lambda number=number: done_so_far() == number + 1, 10)
    seen["worst_gap_ms"]["decisions"] = gap.both()
    yield from drawn()
    picture("10-decided")
    seen["decided"] = done_so_far()
    seen["ok"] = True
    tell("killed.json")
    while names_shown():  # the end comes in between
        yield from key("d" if is_planted() else "x", settle=0.0)


def open_again():
    yield from tab("Duplicates")
    yield from press("Go on with planted.gpkg", DOCK)
    yield from until(lambda: names_shown(), 30)
    seen["kept"] = done_so_far()
    yield from drawn()
    yield from pause(1.5)  # its pictures are cut by an engine that has just begun
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
    seen["worst_gap_ms"]["decisions"] = gap.both()
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
    seen["messages"] = [item.text() for item in iface.messageBar().items()]
