"""The dock at its own width, its buttons, the gallery in a window of its own, and the cards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QImage
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QToolButton, QWidget

from craterbench_qgis.client.engine import Engine
from craterbench_qgis.contract.vocabulary import Decision, Question
from craterbench_qgis.core.query import Conditions
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.core.store.project import ProjectStore
from craterbench_qgis.core.words import matches as phrases
from craterbench_qgis.gui.dock import CraterBenchDock
from gallery import RecordedEngine, match_set_of
from inside import FakeInterface, child, move_mouse, settle, wait_until
from on_screen import button, choose, click
from paths import needs_engine, needs_moon

pytestmark = [needs_moon, needs_engine]


@pytest.fixture
def recorded(gallery: Path) -> RecordedEngine:
    return RecordedEngine(gallery)


@pytest.fixture
def dock(
    app: QgsApplication, iface: FakeInterface, project: QgsProject, recorded: RecordedEngine
) -> Iterator[CraterBenchDock]:
    font = app.font()
    font.setPointSizeF(9.0)  # what desktops have; the offscreen platform's is 12
    app.setFont(font)
    settings = Settings()
    store = ProjectStore(project, None)
    dock = CraterBenchDock(iface, settings)
    for _ in dock.fill(iface, Engine(settings, None), store):
        pass
    iface.window.resize(1500, 900)
    iface.window.setCentralWidget(iface.canvas)
    iface.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    iface.window.show()
    dock.results.show_set(match_set_of(recorded.data))
    settle()
    yield dock
    store.close()  # it listens to the project of every later test otherwise
    dock.setParent(None)
    dock.deleteLater()


def shown_buttons(dock: CraterBenchDock) -> list[QToolButton]:
    bar = dock.results.decision_bar
    return [button for button in bar.findChildren(QToolButton) if button.isVisible()]


def pictures_in_a_row(dock: CraterBenchDock) -> int:
    results = dock.results
    tops = [results.view.visualRect(results.proxy.index(n, 0)).top() for n in range(6)]
    return tops.count(tops[0])


def test_the_dock_opens_wide_enough_for_words_and_pictures(dock: CraterBenchDock) -> None:
    assert dock.width() >= 400 and pictures_in_a_row(dock) >= 2
    texts = [button.text() for button in shown_buttons(dock)]
    assert [text.split(" (")[0] for text in texts] == [
        "Accept", "Reject", "Undecided", "Why?", "Refine",
    ]  # fmt: skip


def test_no_button_ever_shrinks_to_a_letter(dock: CraterBenchDock, iface: FakeInterface) -> None:
    iface.window.resizeDocks([dock], [dock.minimumWidth()], Qt.Orientation.Horizontal)
    settle()
    assert pictures_in_a_row(dock) >= 2
    bar = dock.results.decision_bar
    dock.results.view.go_to_row(3)
    settle()
    bar.setFixedWidth(170)
    settle()
    *words, more = shown_buttons(dock)
    assert words and all(len(button.text()) >= 4 for button in words)
    assert more is bar.more and all(
        button.geometry().right() < bar.width() for button in (*words, more)
    )
    choose(more, "Undecided (U)")
    bar.decision_wanted.emit(Decision.REJECTED)
    assert dock.results.match_set.decision(3) == Decision.REJECTED
    choose(more, "Undecided (U)")
    assert dock.results.match_set.decision(3) == Decision.UNDECIDED


def test_the_gallery_has_a_window_of_its_own_and_comes_back(dock: CraterBenchDock) -> None:
    results = dock.results
    click(child(dock, QToolButton, "CraterBenchDetach"))
    window = child(dock, QWidget, "CraterBenchGallery")
    wait_until(window.isVisible)
    assert window.isWindow() and window.isAncestorOf(results) and results.isVisible()
    assert results.header.width() < results.width() / 2, "the query stands beside the gallery"
    results.view.go_to_row(1)
    QTest.keyClick(results.view, Qt.Key.Key_A)
    assert results.match_set.decision(1) == Decision.ACCEPTED
    QTest.keyClick(results.view, Qt.Key.Key_G)
    settle()
    assert not window.isVisible() and dock.isAncestorOf(results) and results.isVisible()
    QTest.keyClick(results.view, Qt.Key.Key_G)
    (window,) = [w for w in dock.findChildren(QWidget, "CraterBenchGallery") if w.isVisible()]
    click(button(dock, "Bring them back"))
    settle()
    assert results.isVisible() and results.window() is not window
    QTest.keyClick(results.view, Qt.Key.Key_G)
    (window,) = [w for w in dock.findChildren(QWidget, "CraterBenchGallery") if w.isVisible()]
    window.close()
    settle()
    assert dock.isAncestorOf(results) and results.isVisible()
    assert not child(dock, QToolButton, "CraterBenchDetach").isChecked()


def test_the_header_takes_two_lines(dock: CraterBenchDock) -> None:
    header = dock.results.header
    assert header.height() <= 60
    assert header.title.geometry().right() <= header.facts.geometry().left()
    assert "km" in header.facts.toolTip() and header.worth.toolTip()


def card(dock: CraterBenchDock, row: int) -> QImage:
    """The picture of a card as it is painted."""
    view = dock.results.view
    cell = view.visualRect(dock.results.proxy.index_of(row))
    return view.viewport().grab(view.delegate.layout.picture(cell)).toImage()


def amber(image: QImage) -> int:
    """Pixels of the colour of the warning."""
    colours = (
        QColor(image.pixel(x, y)) for x in range(image.width()) for y in range(image.height())
    )
    return sum(c.red() > 230 and 170 < c.green() < 215 and c.blue() < 60 for c in colours)


def test_cards_show_rim_scale_and_a_warning_of_blur(
    dock: CraterBenchDock, recorded: RecordedEngine
) -> None:
    matches = match_set_of(recorded.data)
    for match, pixels in zip(matches.matches, (70.0, 16.0), strict=False):
        match.pixels_across = pixels
    matches.add_thumbnails({int(view): path for view, path in recorded.files.items()})
    dock.results.show_set(matches)
    wait_until(lambda: amber(card(dock, 1)) > 40)
    wait_until(lambda: dock.results.pictures.pixmap(0, card(dock, 0).width()) is not None)
    assert amber(card(dock, 0)) == 0
    assert "Blurred: only 16 pixels across" in phrases.tooltip(matches, 1)
    marked = card(dock, 0)
    cell = dock.results.view.visualRect(dock.results.proxy.index_of(0))
    move_mouse(dock.results.view.viewport(), cell.center())
    bare = card(dock, 0)
    radius = marked.width() / 2 / matches.matches[0].context
    middle = marked.width() / 2
    spots = [(round(middle - radius), round(middle + d)) for d in range(-6, 7)]
    assert any(marked.pixel(*at) != bare.pixel(*at) for at in spots), "the rim is drawn"


def test_what_a_card_says_of_analogs_is_no_chance_of_being_the_same(
    dock: CraterBenchDock, recorded: RecordedEngine
) -> None:
    matches = match_set_of(recorded.data)
    assert "by chance" in phrases.note(matches.matches[0])
    matches.request = replace(matches.request, conditions=Conditions(Question.ANALOGS))
    for match in matches.matches:
        match.expected_by_chance, match.turn_deg = None, 135.0
    matches.matches[0].mirrored = True
    dock.results.show_set(matches)
    settle()
    assert phrases.note(matches.matches[0]) == "↻ 135° mirrored"
    tooltip = phrases.tooltip(matches, 0)
    assert "fits best: turned 135°, mirrored" in tooltip and "Likeness of kind" in tooltip
    assert "chance" not in tooltip
    worth = dock.results.header.worth.text()
    assert "kind" in worth and "chance" not in worth
    assert "turned 135°, mirrored" in phrases.spoken(matches, 0)
    matches.decide([0], Decision.ACCEPTED)
    assert not dock.results.decision_bar.buttons["refine"].isEnabled(), "analogs are not refined"
    table = phrases.table(matches, [0]).splitlines()
    assert table[0].endswith("turn_deg\tmirrored") and table[1].endswith("\t135\ttrue")
