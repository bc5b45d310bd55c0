"""The gallery in real QGIS: what it shows, how it is driven, and that it never blocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from make_gallery import recorded_gallery
from support import DATA, needs_moon, needs_qgis, run_in_qgis

pytestmark = [needs_qgis, needs_moon]

HEAD = """
from gallery import *
from qgis.PyQt.QtCore import QPoint, Qt, QEvent
from qgis.PyQt.QtGui import QImage
from qgis.PyQt.QtTest import QTest
from craterbench_qgis.core.match_set import ACCEPTED, REJECTED, UNDECIDED
from craterbench_qgis.gui.results import phrases
from craterbench_qgis.gui.results.filters import *
from craterbench_qgis.gui.results.panel import ResultsPanel

def panel_of(engine, found, width=400, height=700):
    panel = ResultsPanel(engine, FakeSettings())
    panel.resize(width, height)
    panel.show()
    panel.show_set(found)
    app.processEvents()
    return panel

def cell_of(panel, row):
    return panel.view.visualRect(panel.proxy.index_of(row))

def press(panel, key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(panel.view, key, modifier)
    app.processEvents()

engine = RecordedEngine(args[0])
found = match_set_of(engine.data)
n = len(found)
assert n >= 40, n
"""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded_gallery(tmp_path_factory.getbasetemp(), DATA / "moon")


def run(code: str, home: Path, gallery: Path, *more: object) -> str:
    return run_in_qgis(HEAD + code + '\nprint("fine")\n', home, gallery, *more)


def test_pictures_come_for_what_is_visible_first(tmp_path: Path, gallery: Path) -> None:
    code = """
assert not found.thumbnails
panel = panel_of(engine, found)
wait_until(lambda: panel.pictures.pixmap(0, 104) is not None)
first = next(p for method, p in engine.asked if method == "thumbnails")
assert first["index"] == found.index["path"]
on_screen = {m.view_number for row, m in enumerate(found.matches)
             if panel.view.viewport().rect().intersects(cell_of(panel, row))}
assert 4 <= len(on_screen) < n
assert on_screen <= set(first["views"][:64]), (on_screen, first)
# The painted picture is the engine's, not a placeholder: it correlates with the file.
wait_until(lambda: panel.pictures.pixmap(1, panel.view.delegate.layout.side) is not None)
wait_until(lambda: not panel.pictures._fresh)
app.processEvents()
cell = cell_of(panel, 1)
box = panel.view.delegate.layout.picture(cell)
shot = panel.view.viewport().grab(box).toImage()
file = QImage(found.thumbnails[1]).scaled(shot.size(), Qt.AspectRatioMode.IgnoreAspectRatio,
                                          Qt.TransformationMode.SmoothTransformation)
def greys(image):
    side = image.width()
    spots = [(x, y) for y in range(30, side - 4, 5) for x in range(4, side - 4, 5)]
    return [(image.pixel(x, y) >> 8) & 255 for x, y in spots]
a, b = greys(shot), greys(file)
mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
cov = sum((p - mean_a) * (q - mean_b) for p, q in zip(a, b))
norm = (sum((p - mean_a) ** 2 for p in a) * sum((q - mean_b) ** 2 for q in b)) ** 0.5
assert cov / norm > 0.97, cov / norm
# All the others are fetched while nothing else is asked; never one view twice.
wait_until(lambda: len(found.thumbnails) == n)
asked = [view for method, p in engine.asked for view in p["views"]]
assert len(asked) == len(set(asked)) == n
"""
    run(code, tmp_path, gallery)


def test_pictures_that_cannot_be_had(tmp_path: Path, gallery: Path) -> None:
    code = """
import os, shutil
gone = found.matches[2].view_number
del engine.files[str(gone)]
panel = panel_of(engine, found)
wait_until(lambda: panel.pictures.is_missing(2))
wait_until(lambda: panel.pictures.pixmap(0, 104) is not None)
# A file of an earlier session that is gone is asked for once more.
other = match_set_of(engine.data)
other.add_thumbnails({m.view_number: "/nowhere/gone.jpg" for m in other.matches[:1]})
engine.asked.clear()
panel.show_set(other)
wait_until(lambda: panel.pictures.pixmap(0, 104) is not None)
assert any(other.matches[0].view_number in p["views"] for _, p in engine.asked)
# An engine that fails leaves the gallery usable, and is not asked for ever.
engine.problem = "The engine ended."
engine.asked.clear()
last = match_set_of(engine.data)
panel.show_set(last)
wait_until(lambda: panel.pictures.is_missing(0))
for _ in range(20):
    panel.view.viewport().update()
    app.processEvents()
assert len(engine.asked) <= 2, engine.asked
press(panel, Qt.Key.Key_Home); press(panel, Qt.Key.Key_A)
assert last.decision(0) == ACCEPTED
# Closing the panel cancels what is under way.
engine.silent, engine.problem = True, ""
panel.show_set(match_set_of(engine.data))
wait_until(lambda: engine.calls and not engine.calls[-1].cancelled and panel.pictures._call)
call = panel.pictures._call
panel.show_set(None)
assert call.cancelled
"""
    run(code, tmp_path, gallery)


def test_decisions_by_keyboard(tmp_path: Path, gallery: Path) -> None:
    code = """
panel = panel_of(engine, found)
zoomed, whys, selected = [], [], []
panel.zoom_to.connect(lambda s, row: zoomed.append((s is found, row)))
panel.why.connect(whys.append)
panel.selection_changed.connect(selected.append)
panel.view.setFocus()
press(panel, Qt.Key.Key_Home)
press(panel, Qt.Key.Key_A)
assert found.rows_of(ACCEPTED) == [0]
press(panel, Qt.Key.Key_Right)
press(panel, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
assert panel.selected_rows() == [1, 2]
assert selected[-1] == [1, 2]
press(panel, Qt.Key.Key_R)
assert found.rows_of(REJECTED) == [1, 2]
press(panel, Qt.Key.Key_U)
assert found.rows_of(REJECTED) == []
press(panel, Qt.Key.Key_Space)
assert found.rows_of(ACCEPTED) == [0, 1, 2]
press(panel, Qt.Key.Key_Space)
assert found.rows_of(ACCEPTED) == [0]
# Undone one by one, decisions made elsewhere too.
control = Qt.KeyboardModifier.ControlModifier
press(panel, Qt.Key.Key_Z, control)
assert found.rows_of(ACCEPTED) == [0, 1, 2] and panel.selected_rows() == [1, 2]
for _ in range(3):
    press(panel, Qt.Key.Key_Z, control)
assert found.decisions() == {0: ACCEPTED}
found.decide([5], REJECTED)
press(panel, Qt.Key.Key_Z, control)
assert found.decisions() == {0: ACCEPTED}
press(panel, Qt.Key.Key_Z, control)
press(panel, Qt.Key.Key_Z, control)
assert found.decisions() == {}
press(panel, Qt.Key.Key_Home)
press(panel, Qt.Key.Key_Return)
press(panel, Qt.Key.Key_W)
assert zoomed == [(True, 0)] and whys == [0]
# The keys are kept from QGIS's own shortcuts while the gallery has the focus.
from qgis.PyQt.QtGui import QKeyEvent
for key, modifier, ours in ((Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, True),
                            (Qt.Key.Key_Z, control, True), (Qt.Key.Key_S, control, False)):
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifier)
    event.ignore()
    app.sendEvent(panel.view, event)
    assert event.isAccepted() == ours, key
press(panel, Qt.Key.Key_A, control)
assert len(panel.selected_rows()) == n
assert found.decisions() == {}
"""
    run(code, tmp_path, gallery)


def test_decisions_and_hover_by_mouse(tmp_path: Path, gallery: Path) -> None:
    code = """
panel = panel_of(engine, found)
hovered, zoomed, selected = [], [], []
panel.hovered.connect(hovered.append)
panel.zoom_to.connect(lambda s, row: zoomed.append(row))
panel.selection_changed.connect(selected.append)
port, layout = panel.view.viewport(), panel.view.delegate.layout
left = Qt.MouseButton.LeftButton
QTest.mouseMove(port, cell_of(panel, 1).center())
app.processEvents()
wait_until(lambda: hovered == [1])
accept, reject = layout.accept_button(cell_of(panel, 1)), layout.reject_button(cell_of(panel, 1))
QTest.mouseMove(port, accept.center()); app.processEvents()
assert panel.view.delegate.hot_button == ACCEPTED
QTest.mouseClick(port, left, pos=accept.center()); app.processEvents()
assert found.rows_of(ACCEPTED) == [1] and panel.selected_rows() == []
QTest.mouseClick(port, left, pos=reject.center())
assert found.rows_of(REJECTED) == [1] and found.rows_of(ACCEPTED) == []
QTest.mouseClick(port, left, pos=reject.center())     # the badge takes its decision back
assert found.decisions() == {}
QTest.mouseClick(port, left, pos=accept.center())
QTest.mouseDClick(port, left, pos=accept.center())    # two clicks on a button are no zoom
assert zoomed == [] and found.decisions() == {}
# With several selected, a button of one of them decides all.
QTest.mouseClick(port, left, pos=cell_of(panel, 0).center())
QTest.mouseClick(port, left, Qt.KeyboardModifier.ControlModifier, cell_of(panel, 2).center())
app.processEvents()
assert selected[-1] == [0, 2], selected
QTest.mouseClick(port, left, pos=layout.accept_button(cell_of(panel, 2)).center())
assert found.rows_of(ACCEPTED) == [0, 2]
assert panel.selected_rows() == [0, 2]
QTest.mouseClick(port, left, pos=cell_of(panel, 3).center())
QTest.mouseDClick(port, left, pos=cell_of(panel, 3).center())
assert zoomed == [3]
app.sendEvent(panel.view, QEvent(QEvent.Type.Leave))
assert hovered[-1] == -1
# The buttons below do the same, and tell their keys.
panel.select_rows([4])
bar = panel.decision_bar.buttons
assert bar["accepted"].isEnabled() and "A" in bar["accepted"].toolTip()
bar["rejected"].click()
assert found.decision(4) == REJECTED
panel.select_rows([])
assert not bar["accepted"].isEnabled() and not bar["why"].isEnabled()
"""
    run(code, tmp_path, gallery)


def test_selection_from_outside_does_not_echo(tmp_path: Path, gallery: Path) -> None:
    code = """
panel = panel_of(engine, found)
said = []
panel.selection_changed.connect(said.append)
panel.select_rows([3, 7, n - 1])
for _ in range(5):
    app.processEvents()
assert panel.selected_rows() == [3, 7, n - 1] and said == []
assert panel.view.viewport().rect().intersects(cell_of(panel, 3))
panel.select_rows([])
app.processEvents()
assert panel.selected_rows() == [] and said == []
panel.view.go_to_row(2)
wait_until(lambda: said == [[2]])
# A row the filter hides is not selected, and nothing breaks.
panel.filter_box.score.setValue(found.matches[5].score)
wait_until(lambda: len(panel.visible_rows()) < n)
panel.select_rows([n - 1, 1])
assert panel.selected_rows() == [1]
"""
    run(code, tmp_path, gallery)


def test_order_and_conditions(tmp_path: Path, gallery: Path) -> None:
    code = """
import math
panel = panel_of(engine, found)
matches, preview = found.matches, found.preview
assert panel.visible_rows() == list(range(n))
def rows_of_view():
    return [panel.proxy.row_of(panel.proxy.index(k, 0)) for k in range(panel.proxy.rowCount())]
def order(key, descending=False):
    panel.bar.sort.setCurrentIndex(panel.bar.sort.findData(key))
    panel.bar.direction.setChecked(descending)
    assert rows_of_view() == panel.visible_rows()
    return panel.visible_rows()
values = {
    DIAMETER: lambda m: m.diameter_m, DISTANCE: lambda m: m.distance_m, LATITUDE: lambda m: m.lat,
    RATIO: lambda m: abs(math.log(m.diameter_m / preview.diameter_m)),
}
for key, value in values.items():
    for descending in (False, True):
        got = [value(matches[row]) for row in order(key, descending)]
        assert got == sorted(got, reverse=descending), key
assert order(RANK, True) == list(range(n))[::-1]
found.decide([7], REJECTED); found.decide([9], ACCEPTED)
rows = order(DECISION)
assert rows[0] == 9 and rows[-1] == 7 and rows[1] == 0
unknown = matches[4].distance_m
matches[4].distance_m = None
assert order(DISTANCE)[-1] == 4 and order(DISTANCE, True)[-1] == 4
matches[4].distance_m = unknown
order(RANK)
box = panel.filter_box
def shown(**widgets):
    box.reset()
    for name, value in widgets.items():
        widget = getattr(box, name)
        widget.setText(value) if hasattr(widget, "setText") else widget.setValue(value)
    wait_until(lambda: not box._timer.isActive())
    assert rows_of_view() == panel.visible_rows()
    return panel.visible_rows()
def those(test):
    return [row for row, m in enumerate(matches) if test(m)]
level = round(matches[20].score - 0.0005, 3)
assert shown(score=level) == those(lambda m: m.score >= level)
assert 0 < len(panel.visible_rows()) < n
got = shown(ratio_from=0.7, ratio_to=1.2)
assert got == those(lambda m: 0.7 <= m.diameter_m / preview.diameter_m <= 1.2) and 0 < len(got) < n
got = shown(south=-20.0, north=10.0)
assert got == those(lambda m: -20 <= m.lat <= 10) and 0 < len(got) < n
got = shown(distance=1000.0)
assert got == those(lambda m: m.distance_m <= 1e6) and 0 < len(got) < n
assert shown(text=matches[3].crater_id + " head2010")[0] in those(
    lambda m: matches[3].crater_id in m.crater_id or True) and 3 in panel.visible_rows()
assert shown(text="no such thing at all") == []
assert panel._inner.currentWidget() is panel.nothing_passes
assert str(n) in panel.nothing_passes.label.text()
panel.nothing_passes.button.click()
assert panel.visible_rows() == list(range(n)) and panel._inner.currentWidget() is panel.view
assert panel.bar.filter.text() == "Filter"
shown(score=level, distance=1000.0)
assert panel.bar.filter.text() == "Filter (2)"
# Decisions: what is decided leaves a gallery of undecided ones, and the next takes its place.
box.reset()
box.decision.setCurrentIndex(1)
wait_until(lambda: not box._timer.isActive())
assert panel.visible_rows() == [r for r in range(n) if r not in (7, 9)]
panel.view.go_to_row(2)
press(panel, Qt.Key.Key_A)
assert 2 not in panel.visible_rows() and panel.selected_rows() == [3]
press(panel, Qt.Key.Key_R)
assert panel.selected_rows() == [4]
press(panel, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
assert 3 in panel.visible_rows()
assert panel.status.text() == f"{n - 3} of {n} shown, 2 accepted, 1 rejected", panel.status.text()
# Without a place or a size of the query the conditions on them cannot be set.
found.preview.diameter_m = found.preview.lon = None
panel.show_set(found)
assert not box.ratio_from.isEnabled() and not box.distance.isEnabled()
"""
    run(code, tmp_path, gallery)


def test_expressions(tmp_path: Path, gallery: Path) -> None:
    code = """
panel = panel_of(engine, found)
box, matches = panel.filter_box, found.matches
panel.bar.filter.setChecked(True)
def ask(text):
    box.expression.setText(text)
    wait_until(lambda: not box._timer.isActive())
    return panel.visible_rows()
def those(test):
    return [row for row, m in enumerate(matches) if test(m)]
got = ask('"diameter_m" > 80000 and lat < 0')
assert got == those(lambda m: m.diameter_m > 80000 and m.lat < 0) and 0 < len(got) < n
assert not box.problem.isVisible()
assert ask("rank <= 10 and score > 0") == list(range(10))
column = "diam_km"                                  # the catalogue's own
assert isinstance(matches[0].attributes[column], float)
level = sorted(m.attributes[column] for m in matches)[n // 2]
assert ask(f'"{column}" >= {level}') == those(lambda m: m.attributes[column] >= level)
assert ask("diameter_ratio >= 0.8 and diameter_ratio <= 1.2") == those(
    lambda m: 0.8 <= m.diameter_m / found.preview.diameter_m <= 1.2)
# Decisions are followed as they are made.
assert ask("decision = 'accepted'") == []
found.decide([3, 5], ACCEPTED)
assert panel.visible_rows() == [3, 5]
found.decide([3, 5], UNDECIDED)
# Mistakes are said in words and hide nothing.
assert ask('"diameter_m" > ') == list(range(n))
assert box.problem.isVisible() and "not complete" in box.problem.plain
assert ask('"diametr" > 3') == list(range(n))
assert "“diametr”" in box.problem.plain and "diameter_m" in box.problem.plain
ask("to_int('a') > 3")
assert "cannot be worked out" in box.problem.plain, box.problem.plain
assert ask("") == list(range(n)) and not box.problem.isVisible()
# NULL is not true.
matches[0].distance_m = None
assert 0 not in ask("distance_m >= 0") and len(panel.visible_rows()) == n - 1
"""
    run(code, tmp_path, gallery)
