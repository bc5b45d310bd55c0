"""Looking at a pair: blind, swiped, closer, on a map of its own; by wheel, drag, keys, clicks."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsProject, QgsRasterLayer
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QWheelEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import (
    QApplication,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)

from craterbench_qgis.contract.vocabulary import Verdict
from craterbench_qgis.core.geo.wkt import PLANE
from craterbench_qgis.core.words.review import comparison
from craterbench_qgis.gui.review.panel import ReviewPanel
from inside import child, move_mouse, settle, wait_until
from on_screen import choose, click, shoot
from paths import MOSAIC, needs_engine, needs_moon
from review_bench import ReviewBench, press
from tool_bench import LEFT, NO_KEY

pytestmark = needs_engine


@pytest.fixture
def panel(review_bench: ReviewBench, review: Path) -> ReviewPanel:
    with sqlite3.connect(review) as db:
        db.execute("UPDATE provenance SET value='[\"/data/moon.tif\"]' WHERE key='mosaics'")
    panel = review_bench.open(review)
    wait_until(lambda: panel.view.picture is not None)
    return panel


def colour(view: QWidget, x: float, y: float) -> QColor:
    return view.grab().toImage().pixelColor(round(x), round(y))


def turn_wheel(view: QWidget, at: QPointF, notches: int) -> None:
    where = QPointF(view.mapToGlobal(at.toPoint()))
    event = QWheelEvent(
        at, where, QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)
    settle()


def test_blind_the_probability_comes_with_the_decision(panel: ReviewPanel) -> None:
    wait_until(lambda: panel.layer.layer() is not None)
    node = QgsProject.instance().layerTreeRoot().findLayer(panel.layer.layer().id())
    assert "looks" in panel.page.evidence.text()
    choose(panel.page.menu_button, "Blind: hide the probability until decided")
    text = panel.page.evidence.text()
    assert "Blind" in text and "crater" not in text and "looks" not in text and "Centres" in text
    probability = f"{panel.queue.pair().probability:.2f}"
    assert probability not in text and not node.isVisible()
    shoot(panel, "blind")
    press(panel, "D")
    assert "Blind" in panel.page.evidence.text()
    press(panel, "Backspace")
    assert probability in panel.page.evidence.text() and "looks" in panel.page.evidence.text()
    assert panel.queue.pair().decision == Verdict.DUPLICATE
    choose(panel.page.menu_button, "Blind: hide the probability until decided")
    assert node.isVisible()


def test_swipe_shows_a_left_and_b_right_of_the_sliders_line(panel: ReviewPanel) -> None:
    view = panel.view
    press(panel, "O")
    button = child(panel, QPushButton, "CraterBenchReviewSwipe")
    slider = child(panel, QSlider, "CraterBenchReviewSwipeTo")
    click(button)
    settle(3)  # the pictures have more room now
    (_, square), _ = view.squares()
    a, b = QColor(0x40, 0x40, 0x40), QColor(0xA0, 0xA0, 0xA0)
    y = square.top() + square.height() * 0.2

    def at(share: float) -> QColor:
        return colour(view, square.left() + share * square.width(), y)

    assert (at(0.3), at(0.7)) == (a, b)
    middle = slider.rect().center()
    QTest.mousePress(slider, LEFT, NO_KEY, middle)
    move_mouse(slider, middle + QPoint(slider.width() // 4, 0), LEFT)
    QTest.mouseRelease(slider, LEFT, NO_KEY, middle + QPoint(slider.width() // 4, 0))
    share = slider.value() / slider.maximum()
    assert 0.6 < share < 0.95
    colours = [at(share + away).name() for away in (-0.05, 0.05)]
    assert colours == [a.name(), b.name()], share
    shoot(panel, "swipe")
    press(panel, "B")  # one of both ways at a time
    assert view.blinking and not view.swiping and not button.isChecked()
    press(panel, "S")
    assert view.swiping and not view.blinking
    press(panel, "S")
    assert len({square.left() for _, square in view.squares()}) == 2


def test_wheel_and_drag_move_both_pictures_at_once(panel: ReviewPanel, tmp_path: Path) -> None:
    view, picture = panel.view, panel.view.picture
    press(panel, "O")
    for pixmap in (picture.a, picture.b):  # a dark quarter in the south-east
        painter = QPainter(pixmap)
        half = pixmap.width() // 2
        painter.fillRect(0, 0, 2 * half, 2 * half, QColor(200, 200, 200))
        painter.fillRect(half, half, half, half, QColor(10, 10, 10))
        painter.end()
    (_, left), (_, right) = view.squares()

    def at(square: Any, x: float, y: float) -> int:
        return colour(
            view, square.left() + x * square.width(), square.top() + y * square.height()
        ).red()

    def both(x: float, y: float) -> set[bool]:
        return {at(square, x, y) < 100 for square in (left, right)}

    assert both(0.6, 0.6) == {True} and both(0.4, 0.4) == {False}
    turn_wheel(
        view, QPointF(right.left() + 0.75 * right.width(), right.top() + 0.75 * right.height()), 4
    )
    assert view.magnification == pytest.approx(4.0)
    assert both(0.1, 0.2) == {True}, "what was under the mouse stays there, in both"
    start = left.center().toPoint()
    QTest.mousePress(view, LEFT, NO_KEY, start)
    move_mouse(view, start + QPoint(round(left.width() * 0.5), round(left.height() * 0.5)), LEFT)
    QTest.mouseRelease(view, LEFT, NO_KEY, start)
    assert both(0.1, 0.1) == {False} and both(0.9, 0.9) == {True}
    shoot(panel, "closer")
    QTest.mouseDClick(view, LEFT, NO_KEY, start)
    assert view.magnification == 1.0
    press(panel, "Plus")
    assert view.magnification == pytest.approx(1.5)
    press(panel, "0")
    assert view.magnification == 1.0
    press(panel, "Plus")
    press(panel, "Right")
    assert view.magnification == 1.0, "the next pair is seen whole"


def is_stretched(canvas: QgsMapCanvas) -> bool:
    """Whether what is drawn goes from nearly black to nearly white."""
    image = canvas.grab().toImage()
    greys = sorted(
        image.pixelColor(x, y).red()
        for x in range(20, image.width() - 20, 7)
        for y in range(20, image.height() - 20, 7)
    )
    return greys[len(greys) // 20] < 70 and greys[-len(greys) // 20] > 185


@needs_moon
def test_the_map_of_the_pair_is_orthographic_stretched_and_leaves_the_project_alone(
    panel: ReviewPanel, review_bench: ReviewBench
) -> None:
    project, canvas = QgsProject.instance(), review_bench.iface.canvas
    layer = QgsRasterLayer(str(MOSAIC), "WAC")
    project.addMapLayer(layer)
    canvas.setLayers([layer])
    project.setDirty(False)
    before = layer.renderer().contrastEnhancement().maximumValue()
    button = child(panel, QToolButton, "CraterBenchReviewMap")
    click(button)
    (window,) = [
        w for w in QApplication.topLevelWidgets() if w.objectName() == "CraterBenchPairMap"
    ]
    assert window.isVisible()
    own = child(window, QgsMapCanvas, "CraterBenchPairCanvas")
    wait_until(lambda: "Ortho" in own.mapSettings().destinationCrs().toWkt())
    wait_until(lambda: is_stretched(own))
    pair = panel.queue.pair()
    extent = own.extent()
    larger = max(pair.a.diameter_m, pair.b.diameter_m)
    assert extent.contains(0.0, 0.0) and larger < extent.height() < 8 * larger, "metres round it"
    shoot(window, "pair-map")
    shoot(panel, "review-with-map")
    assert not project.isDirty() and canvas.layers() == [layer]
    assert project.crs() == review_bench.moon
    assert layer.renderer().contrastEnhancement().maximumValue() == before
    press(panel, "Right")
    wait_until(lambda: own.extent() != extent)
    project.removeMapLayer(layer)
    QTest.qWait(100)
    press(panel, "Right")
    window.close()
    assert not button.isChecked()


def test_what_qgis_says_of_the_pairs_own_plane_is_taken_away(
    panel: ReviewPanel, review_bench: ReviewBench
) -> None:
    """That there is no way from the Earth to it: once for each pair, and nobody asked."""
    bar, button = review_bench.iface.messageBar(), child(panel, QToolButton, "CraterBenchReviewMap")
    click(button)
    bar.pushMessage(f"No transform available between EPSG:4326 and {PLANE}")
    bar.pushMessage("Something else")
    wait_until(lambda: [item.text() for item in bar.items()] == ["Something else"])
    click(button)


def test_diameters_stand_in_one_row_whatever_their_columns_are_called() -> None:
    pair: Any = None
    first = {"Unnamed: 0": 0, "Lon": 1.0, "Diam_km": 3.0}
    assert comparison(pair, first, {"Unnamed: 0": 9, "Long": 1.5, "Diameter": 3.5}) == [
        ["Lon / Long", "1", "1.5"],
        ["Diam_km / Diameter", "3", "3.5"],
    ]
    assert comparison(pair, {"Diam_km": 3.0}, {"Radius_km": 1.5}) == [
        ["Diam_km", "3", ""],
        ["Radius_km", "", "1.5"],
    ]
