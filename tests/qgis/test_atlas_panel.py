"""The atlas by mouse and keys in the panel, with the real engine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QWheelEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QToolButton

from craterbench_qgis.contract.methods import ATLAS_PICTURE
from craterbench_qgis.gui.atlas.legend import Legend
from craterbench_qgis.gui.atlas.plane import Plane
from craterbench_qgis.gui.index.catalogue_layer import add_to_map
from engine_side import build_index
from inside import FakeInterface, child, move_mouse, settle, wait_until
from on_screen import answer_file_dialog, button, click
from paths import CATALOGUE, MOSAIC, made_once, needs_engine, needs_moon
from tool_bench import LEFT, NO_KEY
from workbench_bench import PluginBench

pytestmark = [needs_moon, needs_engine]


@pytest.fixture
def bench(iface: FakeInterface, project: QgsProject, tmp_path: Path) -> Iterator[PluginBench]:
    region = ("--region", "-60", "-60", "40", "-30")
    options = ("--min-diameter", "60", "--context", "2", "--encoder", "hog", *region)
    kinds = made_once(
        "kinds.craterindex", lambda path: build_index(path, MOSAIC, CATALOGUE, *options)
    )
    path = tmp_path / "kinds.craterindex"
    shutil.copytree(kinds, path)
    bench = PluginBench(iface, project, path)
    bench.start()
    yield bench
    bench.unload()


def open_atlas(bench: PluginBench):
    """The page, with its atlas made by the button."""
    dock = bench.workbench.dock
    dock.tabs.setCurrentWidget(dock.atlas)
    panel = dock.atlas
    wait_until(panel.make.isVisible)
    assert not panel.view.isVisible()
    # Stopped, it can be asked for again.
    click(button(panel.make, "Make the atlas"))
    click(button(panel.make, "Stop"))
    wait_until(lambda: "Stopped" in panel.make.message.text())
    click(button(panel.make, "Make the atlas"))
    wait_until(panel.view.isVisible)
    wait_until(panel.view.is_current)
    assert not panel.make.isVisible()
    return panel


def drag(view, places: list[QPoint], key=NO_KEY) -> None:
    QTest.mousePress(view, LEFT, key, places[0])
    for place in places[1:]:
        move_mouse(view, place, LEFT)
    QTest.mouseRelease(view, LEFT, key, places[-1])
    settle()


def wheel(view, at: QPoint, steps: int) -> None:
    place = QPointF(at)
    event = QWheelEvent(
        place, QPointF(view.mapToGlobal(at)), QPoint(), QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton, NO_KEY, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)
    settle()


def pixel_of(view, number: int) -> QPoint:
    """Where a crater of the picture is on the widget."""
    _, x, y = view.points[number]
    at = view.plane.pixel(x, y)
    return QPoint(round(at.x()), round(at.y()))


def left_half(view) -> tuple[list[QPoint], list[int]]:
    """Corners of a lasso round it, and the rows of the craters there."""
    half, low = view.width() // 2, view.height() - 2
    corners = [QPoint(2, 2), QPoint(half, 2), QPoint(half, low), QPoint(2, low)]
    rows = [point.row for point, x, _ in view.points if view.plane.pixel(x, 0).x() < half]
    return corners, rows


def test_the_atlas_from_the_button_to_both_selections(
    bench: PluginBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = open_atlas(bench)
    view, info = panel.view, bench.workbench.session.index
    count = child(panel, QLabel, "CraterBenchAtlasCount")
    pointed = child(panel, QLabel, "CraterBenchAtlasPointed")
    assert len(view.points) == info.craters
    # Pictures of the craters come by themselves where they are few.
    wait_until(lambda: not view.without_picture())
    # Pointing at one names it.
    move_mouse(view, pixel_of(view, 3))
    wait_until(lambda: "km" in pointed.text())
    assert view.marked == pytest.approx(view.points[3][1:], abs=1e-6)
    # A column, by keys in the list of columns.
    colour = child(panel, QComboBox, "CraterBenchAtlasColour")
    legend = child(panel, Legend, "CraterBenchAtlasLegend")
    assert legend.isVisible() and "few craters" in legend.text()
    before = view.grab().toImage()
    QTest.keyClick(colour, Qt.Key.Key_Down)
    assert colour.currentData() == "diameter_m"
    wait_until(lambda: "km to" in legend.text())
    assert view.grab().toImage() != before
    # A lasso round the left half, by the button's mode: nothing on the map yet, then all.
    corners, left = left_half(view)
    click(child(panel, QToolButton, "CraterBenchAtlasLasso"))
    drag(view, corners)
    wait_until(lambda: f"{len(left)} craters" in count.text())
    assert not child(panel, QToolButton, "CraterBenchAtlasLasso").isChecked()
    click(child(panel, QPushButton, "CraterBenchAtlasShow"))
    layer = add_to_map(info, bench.project)
    wait_until(lambda: layer.selectedFeatureCount() == len(left))
    assert sorted(feature["crater_row"] for feature in layer.selectedFeatures()) == sorted(left)
    # Written as a layer that QGIS opens; a name without an ending gets the first format's.
    answer_file_dialog(monkeypatch, bench.index.parent / "chosen.shp")
    click(child(panel, QPushButton, "CraterBenchAtlasExport"))
    wait_until(lambda: f"Written: chosen.shp, {len(left)} craters" in panel.message.plain)
    written = QgsVectorLayer(str(bench.index.parent / "chosen.shp"), "chosen", "ogr")
    ids = {feature["crater_id"] for feature in written.getFeatures()}
    assert ids == {feature["crater_id"] for feature in layer.selectedFeatures()}
    answer_file_dialog(monkeypatch, bench.index.parent / "gone" / "chosen.csv")
    click(child(panel, QPushButton, "CraterBenchAtlasExport"))
    wait_until(lambda: panel.message.is_problem and "does not exist" in panel.message.plain)
    # The other way round: what is selected on the map is ringed here.
    wait_until(view.is_current)
    layer.selectByIds([feature.id() for feature in layer.selectedFeatures()][:2])
    wait_until(lambda: count.text().startswith("2 craters"))
    # Escape and Clear let go of both.
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    wait_until(lambda: layer.selectedFeatureCount() == 0)
    assert count.text() == "No crater selected"
    # Shift and dragging, the layer being there: at once. (The page is laid out anew meanwhile.)
    wait_until(view.is_current)
    corners, left = left_half(view)
    drag(view, corners, Qt.KeyboardModifier.ShiftModifier)
    wait_until(lambda: layer.selectedFeatureCount() == len(left))
    click(child(panel, QPushButton, "CraterBenchAtlasClear"))
    wait_until(lambda: layer.selectedFeatureCount() == 0)
    # A click shows the crater on the map and can be searched with.
    at = pixel_of(view, 5)
    QTest.mouseClick(view, LEFT, NO_KEY, at)
    like = child(panel, QPushButton, "CraterBenchAtlasLike")
    wait_until(like.isEnabled)
    point = view.points[5][0]
    (feature,) = [f for f in layer.getFeatures() if f["crater_row"] == point.row]
    assert bench.iface.canvas.extent().contains(feature.geometry().asPoint())
    click(like)
    wait_until(lambda: bench.answers)
    assert bench.answers[0].request.crater_id == feature["crater_id"]
    assert bench.workbench.dock.tabs.currentIndex() == 0


def test_panning_asks_for_one_picture_at_a_time_and_moves_the_old_one(bench: PluginBench) -> None:
    """However many craters there are, a drag repaints one image."""
    panel = open_atlas(bench)
    view, middle = panel.view, QPoint(panel.view.width() // 2, panel.view.height() // 2)
    asked, calls, held, engine_call = [], [], None, bench.workbench.engine.call

    def call(method, *args, **keys):
        if held is None:
            made = engine_call(method, *args, **keys)
        else:  # no answer comes during the drag
            held.append((method, args, keys))
            made = SimpleNamespace(finished=False, cancel=lambda: None)
        calls.append(made)
        if method is ATLAS_PICTURE:
            asked.append(made)
        return made

    def is_quiet():
        return view.is_current() and all(asking.finished for asking in calls)

    bench.workbench.engine.call = call
    wheel(view, middle, 8)
    wait_until(lambda: is_quiet() and not view.without_picture())
    del asked[:]
    held = []
    place = view.plane.place(QPointF(middle))
    before = view.grab().toImage()
    QTest.mousePress(view, LEFT, NO_KEY, middle)
    for step in range(1, 40):
        move_mouse(view, middle + QPoint(step, 0), LEFT)
        assert len(asked) <= 1
    assert view.plane.pixel(*place).x() == pytest.approx(middle.x() + 39)
    # What was there is there, thumbnails too, moved, before a new picture has come.
    # (But for the edge: what is cut off there is smoothed otherwise.)
    after = view.grab().toImage()
    wide, high = view.width() - 60, view.height()
    assert after.copy(43, 0, wide, high) == before.copy(4, 0, wide, high)
    QTest.mouseRelease(view, LEFT, NO_KEY, middle + QPoint(39, 0))
    late, held = held, None
    for method, args, keys in late:
        engine_call(method, *args, **keys)
    wait_until(view.is_current)
    assert len(asked) < 10
    # All of it again, by button and by key.
    click(child(panel, QToolButton, "CraterBenchAtlasWhole"))
    assert view.plane == Plane.whole(view.width(), view.height())
    view.setFocus()
    zooms = (Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Equal)
    for key in (*zooms, Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Right):
        before_key = view.plane
        QTest.keyClick(view, key)
        assert view.plane != before_key
    for key in (Qt.Key.Key_0, Qt.Key.Key_Home):
        QTest.keyClick(view, Qt.Key.Key_Plus)
        QTest.keyClick(view, key)
        assert view.plane == Plane.whole(view.width(), view.height())
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert view.marked is None


def test_a_plane_keeps_what_is_under_the_mouse() -> None:
    plane = Plane.whole(400, 300)
    at = QPointF(100, 220)
    place = plane.place(at)
    near = plane.zoomed(5.0, at)
    assert near.scale == pytest.approx(plane.scale / 5) and near.place(at) == pytest.approx(place)
    assert near.wider(0.25).covers(near) and not near.covers(near.moved(QPointF(1, 0)))
    assert plane.pixel(*place) == at
    far = plane.moved(QPointF(1e6, -1e6))
    assert (far.x, far.y) == (-1.0, -1.0)
