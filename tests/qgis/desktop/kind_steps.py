"""Steps: a kind of craters named by accepted matches, shown, a condition, written, read."""

from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QAbstractButton, QAbstractSpinBox

from common import DOCK, answered
from eyes import dialog, reads, rows, shown
from hands import choose, closed, entry, file_dialog, fill, item, key, press, tab
from steps import OUT, pause, picture, seen, until

WINDOW = "Kinds of craters"


def kinds():
    yield from choose("CraterBenchFind", "analogs*", DOCK)
    yield from answered()
    for says in ("Search without:*the size", "Search without: region*"):
        if shown(QAbstractButton, says, DOCK):  # of the steps before
            yield from press(says, DOCK)
            yield from answered()
    yield from item(0)
    yield from item(0, button=3)
    yield from entry("Kinds of craters…")
    yield from until(lambda: dialog(WINDOW), 10)
    assert reads("A kind needs at least 5 examples; 0 are accepted*", WINDOW)
    yield from press("Close", WINDOW)
    yield from closed(WINDOW)
    yield from item(0)
    yield from key(*("a", "Right") * 6, "r", "f")
    yield from answered()
    assert reads("Ranked by the probability*", DOCK)
    picture("15-refined-analogs")
    yield from press("CraterBenchKindsButton", DOCK)
    yield from until(lambda: dialog(WINDOW), 10)
    yield from press("Close", WINDOW)
    yield from closed(WINDOW)
    yield from item(0)
    yield from key("k")
    yield from until(lambda: dialog(WINDOW), 10)
    yield from until(lambda: reads("Give the kind a name*", WINDOW), 10)
    yield from fill("Name of the kind", "as Tycho", WINDOW)
    yield from until(lambda: reads("To learn from: 6 examples*", WINDOW), 5)
    yield from press("Learn the kind", WINDOW)
    yield from until(lambda: reads("6 examples. Left out*", WINDOW), 60)
    yield from until(lambda: rows("CraterBenchKinds", WINDOW) == 1, 10)
    yield from pause(0.3)
    picture("15-kind-learnt")
    yield from shown_kind()
    yield from written_and_read()
    yield from as_a_condition()
    yield from removed()
    yield from press("Close", WINDOW)
    yield from closed(WINDOW)


def kind_in_the_atlas():
    """The points are coloured by the kind that was named meanwhile."""
    yield from tab("Atlas")
    yield from pause(1.0)
    yield from choose("CraterBenchAtlasColour", "kind: as Tycho", DOCK)
    yield from pause(1.5)
    picture("22-atlas-kind")
    assert not reads("No kind of this index*", DOCK)
    yield from tab("Search")


def shown_kind():
    """Its craters in the gallery; one more is accepted and counts."""
    yield from item(0, "CraterBenchKinds", WINDOW)
    yield from press("Show its craters", WINDOW)
    yield from answered()
    seen["kind"] = reads("*kind “as Tycho”*", DOCK)
    yield from item(0)
    yield from key(*["Right"] * 6, "a")
    yield from until(lambda: reads("*: 7 accepted (of the kind)*", WINDOW), 10)
    yield from press("Together with the examples*", WINDOW)
    yield from until(lambda: reads("The examples that it has already are replaced*", WINDOW), 5)
    yield from press("Together with the examples*", WINDOW)
    yield from press("Learn the kind", WINDOW)
    yield from until(lambda: reads("7 examples. Left out*", WINDOW), 60)
    picture("15-kind-shown")


def as_a_condition():
    editor = "CraterBenchConditionEditor"
    yield from press("CraterBenchAddCondition", DOCK)
    yield from entry("Kind…")
    yield from until(lambda: shown(QAbstractSpinBox, "Probability at least", editor), 10)
    yield from fill("Probability at least", "10", editor, QAbstractSpinBox)
    yield from choose("Kind", "read again", editor)
    yield from press("Search", editor)
    yield from answered()
    assert shown(QAbstractButton, "kind “read again”, at least*", "Chip")
    picture("15-kind-condition")
    yield from press("Search without: kind*", DOCK)
    yield from answered()


def written_and_read():
    yield from item(0, "CraterBenchKinds", WINDOW)
    yield from press("Write…", WINDOW)
    yield from file_dialog(OUT / "kind.gpkg")
    yield from until(lambda: reads("Written: kind.gpkg. It is on the map*", WINDOW), 60)
    layers = QgsProject.instance().mapLayersByName("kind")
    seen["kind_layer"] = [layer.featureCount() for layer in layers]
    picture("15-kind-written")
    yield from fill("Name of the kind", "read again", WINDOW)
    yield from press("Read…", WINDOW)
    yield from file_dialog(OUT / "kind.gpkg")
    yield from until(lambda: rows("CraterBenchKinds", WINDOW) == 2, 60)
    yield from until(lambda: reads("7 examples. Left out*", WINDOW), 10)


def removed():
    yield from item(1, "CraterBenchKinds", WINDOW)
    for says in ("No", "Yes"):
        yield from press("Remove", WINDOW)
        yield from until(lambda: reads("Remove the kind “read again”*"), 10)
        yield from press(says)
        yield from until(lambda: not reads("Remove the kind*"), 10)
    yield from until(lambda: rows("CraterBenchKinds", WINDOW) == 1, 10)
