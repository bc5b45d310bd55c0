"""Run by ``qgis --code`` in the real desktop: duplicates found, reviewed by keys, written away.

``TOUR_PART`` 1 finds the duplicates of two catalogues and of one with planted ones, with the real
engine, and decides until it is killed; 2 opens the review again, goes on to the end and writes the
cleaned catalogue. Keys and clicks are real X events. See ``test_desktop_review.py``.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, os.environ["TOUR_HERE"])
from qgis.PyQt.QtWidgets import QApplication
from qgis.utils import iface

from steps import OUT, click, drawn, gap, open_panel, pause, picture, run, seen, tell, until, xdo

MOSAIC, FIRST, OTHER, PLANTED = (
    os.environ["TOUR_" + name] for name in ("MOSAIC", "FIRST", "OTHER", "PLANTED")
)
KEYS = {"duplicate": "d", "distinct": "x", "unsure": "u"}
seen.update({"decided": {}, "shown_ms": [], "worst_gap_ms": {}})


def is_planted(pair):
    """What is true of a pair of the table with planted duplicates: their ids begin with ``d-``."""
    return pair.b.id == "d-" + pair.a.id


def open_tab(dock):
    """A click on the tab “Duplicates”."""
    bar = dock.tabs.tabBar()
    click(bar, bar.tabRect(dock.tabs.indexOf(dock.review)).center())
    yield from until(lambda: dock.tabs.currentWidget() is dock.review, 5)
    yield from pause(0.3)


def find(panel, name, fill, shot=""):
    """Fill in the dialog, click “Find”, wait for the review; returns its path."""
    yield from until(lambda: panel.dialogs.open, 5)
    dialog, path = panel.dialogs.open[-1], OUT / name
    fill(dialog)
    yield from until(lambda: dialog.catalogue.info is not None, 20)
    dialog.output.edit.setText(str(path))
    yield from until(dialog.start_button.isEnabled, 20)
    yield from pause(0.4)
    if shot:
        picture(shot)
    gap.restart()
    click(dialog.start_button)
    if shot:
        yield from until(lambda: dialog.bar.value() > 0, 60)
        picture(shot + "-progress")
    content = lambda: panel.store.content  # noqa: E731 - read again at every call
    yield from until(lambda: content() is not None and content().path == path, 120)
    yield from until(lambda: panel.view.picture is not None, 30)
    seen["worst_gap_ms"][name] = gap.told()
    yield from pause(1.5)
    return path


def key(panel, name, moves=True):
    """A real key; waits for the next pair's pictures, and keeps how long they took."""
    before, started = panel.queue.current, time.perf_counter()
    xdo("key", name)
    if moves:
        yield from until(lambda: panel.queue.current != before, 10)
        yield from until(lambda: panel.queue.current is None or panel.view.painted_ms > 0)
        seen["shown_ms"].append(panel.view.painted_ms)
        seen.setdefault("key_ms", []).append((time.perf_counter() - started) * 1000.0)


def decide(panel, decision):
    pair = panel.queue.pair()
    yield from key(panel, KEYS[decision])
    assert pair.decision == decision, (pair, decision)
    yield from pause(0.25)  # somebody looks


def find_and_decide():
    _plugin, dock = yield from open_panel(MOSAIC)
    panel = dock.review
    yield from open_tab(dock)
    picture("1-start")
    click(panel.start.find)

    def two(dialog):
        dialog.catalogue.choose_file(FIRST)
        dialog.other.setChecked(True)
        dialog.other.choose_file(OTHER)
        dialog.least.setValue(15.0)

    yield from find(panel, "head_lroc.gpkg", two, "2-find")
    seen["head_lroc"] = [
        [one.a.diameter_m, one.b.diameter_m, one.distance_ratio, one.similarity, one.probability]
        for one in panel.queue.pairs
    ]
    yield from drawn()
    picture("3-head-lroc")
    for dialog in panel.dialogs.open:  # it tells how many entries were compared
        click(dialog.close_button)
    yield from until(lambda: not panel.dialogs.open, 5)
    click(panel.page.menu_button)
    yield from pause(0.3)
    xdo("key", "Down", "Return")  # “Find duplicates…”, the first of the menu
    yield from find(panel, "planted.gpkg", lambda dialog: dialog.catalogue.choose_file(PLANTED))
    seen["pairs"] = len(panel.queue.pairs)
    assert QApplication.focusWidget() is panel.view, QApplication.focusWidget()
    yield from drawn()
    picture("4-review")
    yield from by_keys(panel)
    first = lambda pair: "duplicate" if is_planted(pair) else "distinct"  # noqa: E731
    for number in range(12):
        yield from decide(panel, "unsure" if number == 5 else first(panel.queue.pair()))
    seen["worst_gap_ms"]["decisions"] = gap.told()
    yield from drawn()
    picture("6-decided")
    yield from until(lambda: panel.store.pending == 0, 5)
    seen["decided"] = {str(p.pair_id): p.decision for p in panel.queue.pairs if p.decision}
    seen["ok"] = True
    tell("killed.json")
    while panel.queue.pair() is not None:  # the end comes in between
        yield from decide(panel, first(panel.queue.pair()))


def by_keys(panel):
    """Every key once; the outcome is that nothing is decided."""
    queue = panel.queue
    gap.restart()
    start = queue.current
    yield from key(panel, "Right")
    yield from key(panel, "BackSpace")
    assert queue.current == start
    pair = queue.pair()
    yield from key(panel, "d")
    assert pair.decision == "duplicate"
    yield from key(panel, "ctrl+z")
    assert queue.current == start and not pair.decision
    yield from key(panel, "o", moves=False)
    yield from until(lambda: not panel.view._outlines, 5)
    yield from key(panel, "o", moves=False)
    yield from key(panel, "b", moves=False)
    yield from until(lambda: panel.view.blinking, 5)
    yield from pause(0.8)
    picture("5-blink")
    yield from key(panel, "b", moves=False)
    yield from until(lambda: not panel.view.blinking and panel.view._outlines, 5)
    # After a click on a button the keys are the review's, wherever they were before.
    iface.mapCanvas().setFocus()
    click(panel.page.buttons.buttons["unsure"])
    yield from until(lambda: queue.current != start, 5)
    assert pair.decision == "unsure"
    yield from key(panel, "ctrl+z")
    assert not pair.decision and queue.current == start


def go_on():
    _plugin, dock = yield from open_panel(MOSAIC)
    panel = dock.review
    yield from open_tab(dock)
    click(panel.start.last)
    yield from until(lambda: panel.view.picture is not None, 30)
    seen["kept"] = {str(p.pair_id): p.decision for p in panel.queue.pairs if p.decision}
    last = max(panel.queue.pairs, key=lambda pair: pair.decided.at)
    order = panel.queue._orders.rows["doubt"]
    ids = [panel.queue.pairs[row].pair_id for row in order]
    seen["goes_on_after_the_last"] = (
        ids.index(panel.queue.pair().pair_id) == ids.index(last.pair_id) + 1
    )
    yield from drawn()
    picture("7-again")
    # Another tab and back: the keys are the review's again.
    bar = dock.tabs.tabBar()
    click(bar, bar.tabRect(0).center())
    yield from until(lambda: dock.tabs.currentIndex() == 0, 5)
    yield from open_tab(dock)
    assert QApplication.focusWidget() is panel.view, QApplication.focusWidget()
    gap.restart()
    while panel.queue.pair() is not None:
        pair = panel.queue.pair()
        yield from key(panel, "d" if is_planted(pair) else "x")
    seen["worst_gap_ms"]["decisions"] = gap.told()
    yield from drawn()
    picture("8-all-decided")
    yield from write(panel)


def write(panel):
    click(panel.page.clean)
    yield from until(lambda: panel.dialogs.open, 5)
    dialog, path = panel.dialogs.open[-1], OUT / "cleaned.gpkg"
    dialog.output.edit.setText(str(path))
    yield from pause(0.5)
    click(dialog.start_button)
    yield from until(lambda: path.exists() and not dialog.running, 30)
    yield from pause(0.5)
    picture("9-cleaned")
    seen["said"] = dialog.message.plain
    seen["truth"] = {str(p.pair_id): p.decision for p in panel.queue.pairs}
    click(dialog.close_button)
    yield from until(lambda: not panel.dialogs.open, 5)
    assert Path(path).stat().st_size > 0
    # Of what the plugin does, QGIS complained of nothing.
    seen["messages"] = [one.text() for one in iface.messageBar().items()]


run(find_and_decide() if os.environ["TOUR_PART"] == "1" else go_on())
