"""Steps: the gallery by buttons, keys and menu; why; export."""

from qgis.PyQt.QtCore import QPoint
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLineEdit,
    QWidget,
)
from qgis.utils import iface

from common import DOCK, answered, order, slide
from eyes import dialog, reads, rows, shown
from hands import (
    choose,
    closed,
    entry,
    file_dialog,
    fill,
    hover,
    item,
    key,
    press,
)
from steps import OUT, drawn, pause, picture, seen, until

# Matches


def gallery_buttons():
    bar = "DecisionBar"
    yield from item(1)
    for says in ("Accept", "Reject", "Undecided", "Accept"):
        yield from press(says, bar)
    view = shown(QAbstractItemView, "Matches")
    at = view.visualRect(view.model().index(0, 0))
    del view
    seen["status"] = reads("*matches*", DOCK)
    yield from choose("Sort by", "By diameter", DOCK)
    by_size = order()
    yield from press("Reverse the order", DOCK)
    assert order() == by_size[::-1] or order() != by_size
    yield from press("Reverse the order", DOCK)
    yield from choose("Sort by", "By rank", DOCK)
    yield from slide("Size of the pictures")
    yield from press("Filter*", DOCK)
    picture("6-filter")
    yield from fill("Text", "zzz", "FilterBox", QLineEdit, end="")
    yield from until(lambda: reads("No match meets the filter*", DOCK), 10)
    yield from press("Clear the filter", "MessagePage")
    yield from fill("Score at least*", "0.2", "FilterBox")
    yield from choose("Decision", "accepted", "FilterBox")
    yield from until(lambda: rows("Matches") == 1, 10)
    yield from press("Clear the filter", "FilterBox")
    yield from press("Filter*", DOCK)
    assert at.width() > 0


def gallery_keys():
    """Accept, reject, undo, go on: by keys alone, from cell to cell."""
    yield from item(0)
    for keys in ("a", "Right", "r", "Right", "u", "space", "ctrl+z", "Home"):
        yield from key(keys)
    yield from until(lambda: reads("*1 rejected*", DOCK), 5)
    before = iface.mapCanvas().extent()
    yield from key("Return")
    yield from until(lambda: iface.mapCanvas().extent() != before, 10)
    yield from key("KP_Enter")
    yield from drawn()
    picture("7-accepted")
    yield from key("w")
    yield from until(dialog, 10)
    yield from key("Escape")
    yield from closed()
    yield from item(0)
    yield from key("g")
    yield from until(lambda: shown(QWidget, "CraterBenchGallery") is not None, 10)
    yield from pause(0.8)
    picture("8-window")
    yield from press("Bring them back")
    yield from until(lambda: shown(QWidget, "CraterBenchGallery") is None, 10)
    yield from press("CraterBenchDetach", DOCK)
    yield from until(lambda: shown(QWidget, "CraterBenchGallery") is not None, 10)
    yield from item(0)
    yield from press("Accept", "DecisionBar")
    yield from press("Refine", "DecisionBar")
    yield from answered()
    yield from press("CraterBenchDetach", "CraterBenchGallery")
    yield from until(lambda: shown(QWidget, "CraterBenchGallery") is None, 10)
    yield from item(0)
    yield from key("f")
    yield from answered()
    yield from item(0)
    yield from press("Accept", "DecisionBar")
    yield from press("More", "DecisionBar")  # what has no room in the panel
    yield from entry("Refine*")
    yield from answered()


def gallery_menu():
    """Every entry of the context menu."""
    for says in ("Accept", "Reject", "Undecided", "Undo the last decision", "Zoom to the crater",
                 "Copy as text", "Select all shown"):  # fmt: skip
        yield from item(2)
        yield from item(2, button=3)
        yield from entry(says)
    assert "\t" in QApplication.clipboard().text()
    yield from item(0)
    yield from item(1, keys=("shift",))
    yield from item(1, button=3)
    picture("9-menu")
    yield from entry("Copy #*as text")
    yield from item(0)
    yield from item(0, button=3)
    yield from entry("Why it matched…")
    yield from until(dialog, 10)
    yield from key("Escape")
    yield from closed()
    yield from item(0)
    yield from press("Accept", "DecisionBar")
    yield from item(0, button=3)
    yield from entry("Refine the query*")
    yield from answered()
    # Tycho itself, whose neighbours are of its size: who is fourth depends on a pixel of the map.
    yield from item(0)
    yield from item(0, button=3)
    yield from entry("Search with this crater")
    yield from answered()


def cells():
    """The buttons within a cell; a double click zooms."""
    yield from hover("Matches", DOCK, at=lambda view: QPoint(40, 40))
    yield from item(0, times=2)
    yield from drawn()


# Why


def why():
    yield from item(0)
    yield from press("Why?", "DecisionBar")
    yield from until(dialog, 10)
    yield from until(lambda: shown(QWidget, "Query and match*") is not None, 30)
    yield from until(lambda: reads("Strongest pairs*", "WhyDialog"), 30)
    yield from pause(0.5)
    picture("10-why")
    for says in ("Overlay (O)", "Rim (C)", "Surroundings (S)", "Strongest pairs"):
        yield from press(says, "WhyControls")
        yield from press(says, "WhyControls")
    yield from slide("Opacity of the overlay", "WhyControls")
    for says in ("Accept (A)", "Reject (R)", "Undecided (U)"):
        yield from press(says, "WhyFooter")
    yield from press("Next (N)", "WhyFooter")
    yield from press("Previous (P)", "WhyFooter")
    for keys in ("n", "p", "Next", "Prior", "a", "r", "u", "o", "c", "s", "s", "o", "c"):
        yield from key(keys)
    yield from until(lambda: shown(QWidget, "Query and match*") is not None, 30)
    yield from press("Query and match*", "WhyDialog", QWidget)
    for keys in ("Right", "Down", "Left", "Up", "space"):
        yield from key(keys)
    yield from hover("Query and match*", "WhyDialog")
    yield from press("Save…", "WhyFooter")
    yield from file_dialog(OUT / "why_saved.png")
    yield from until((OUT / "why_saved.png").exists, 10)
    yield from press("Open folder", "WhyFooter")
    yield from press("Copy", "WhyFooter")
    yield from until(lambda: not QApplication.clipboard().image().isNull(), 5)
    yield from press("Close", "WhyFooter")
    yield from closed()


# Export


def export():
    """The typed ending chooses the format; Browse; all that can be chosen."""
    yield from item(0)
    yield from press("Accept", "DecisionBar")
    yield from press("Export…", DOCK)
    window = "Export matches"
    yield from until(lambda: dialog(window), 10)
    for says in ("Selected (#)", "Shown in the list (#)", "All (#)", "Accepted (#)"):
        yield from press(says, window)
    yield from press("Browse…", window)
    yield from file_dialog(OUT / "accepted.shp")
    yield from until(lambda: shown(QComboBox, "Format", window).currentText() != "", 5)
    seen["format"] = shown(QComboBox, "Format", window).currentText()
    yield from choose("Geometry", "Centre points", window)
    yield from choose("Geometry", "Circles*", window)
    yield from press("Write the style*", window)
    yield from press("Write the style*", window)
    yield from pause(0.2)
    picture("11-export")
    yield from press("Export", window)
    yield from until((OUT / "accepted.shp").exists, 20)
    yield from until(lambda: reads("Written:*", window), 10)
    yield from press("Add to map", window)
    yield from press("Open folder", window)
    yield from fill("File", str(OUT / "accepted.csv"), window, QLineEdit)
    yield from choose("Format", "*Shapefile*", window)
    assert shown(QLineEdit, "File", window).text().endswith(".shp")
    yield from press("Replace the file*", window)
    yield from press("Export", window)
    yield from until(lambda: reads("Written:*", window), 20)
    # Counted on an area: the ground within the matches' own circles.
    yield from press("All (#)", window)
    yield from choose("Format", "CraterStats crater count*", window)
    yield from choose("CraterBenchCountArea", "*: matches", window)
    for how in ("Centre in it*", "Touches it*"):
        yield from choose("CraterBenchCountHow", how, window)
    yield from pause(0.2)
    picture("11-counted")
    yield from press("Export", window)
    yield from until(lambda: reads("*craters count on*", window), 20)
    seen["counted"] = reads("*craters count on*", window)
    yield from press("Close", window)
    yield from closed(window)
    seen["exported"] = sorted(file.name for file in OUT.glob("accepted*"))
