"""The gallery driven by keys, mouse and menu: decisions, undo, selection, hovering."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QEvent, Qt
from qgis.PyQt.QtGui import QKeyEvent

from craterbench_qgis.contract.vocabulary import Decision, QueryKind
from inside import settle, wait_until
from paths import needs_engine, needs_moon
from results_bench import CONTROL, NO_KEY, ResultsBench

pytestmark = [needs_moon, needs_engine]


@pytest.fixture
def bench(gallery: Path) -> ResultsBench:
    return ResultsBench(gallery)


def test_decisions_by_keyboard(bench: ResultsBench) -> None:
    panel, match_set = bench.show(), bench.match_set
    zoomed, whys, selected = [], [], []
    panel.zoom_to.connect(lambda shown, row: zoomed.append((shown is match_set, row)))
    panel.why.connect(whys.append)
    panel.selection_changed.connect(selected.append)
    panel.view.setFocus()
    bench.press(Qt.Key.Key_Home)
    bench.press(Qt.Key.Key_A)
    assert match_set.rows_of(Decision.ACCEPTED) == [0]
    bench.press(Qt.Key.Key_Right)
    bench.press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert panel.selected_rows() == [1, 2]
    assert selected[-1] == [1, 2]
    bench.press(Qt.Key.Key_R)
    assert match_set.rows_of(Decision.REJECTED) == [1, 2]
    bench.press(Qt.Key.Key_U)
    assert match_set.rows_of(Decision.REJECTED) == []
    bench.press(Qt.Key.Key_Space)
    assert match_set.rows_of(Decision.ACCEPTED) == [0, 1, 2]
    bench.press(Qt.Key.Key_Space)
    assert match_set.rows_of(Decision.ACCEPTED) == [0]
    # Undone one by one, decisions made elsewhere too.
    bench.press(Qt.Key.Key_Z, CONTROL)
    assert match_set.rows_of(Decision.ACCEPTED) == [0, 1, 2] and panel.selected_rows() == [1, 2]
    for _ in range(3):
        bench.press(Qt.Key.Key_Z, CONTROL)
    assert match_set.decisions() == {0: Decision.ACCEPTED}
    match_set.decide([5], Decision.REJECTED)
    bench.press(Qt.Key.Key_Z, CONTROL)
    assert match_set.decisions() == {0: Decision.ACCEPTED}
    bench.press(Qt.Key.Key_Z, CONTROL)
    bench.press(Qt.Key.Key_Z, CONTROL)
    assert match_set.decisions() == {}
    bench.press(Qt.Key.Key_Home)
    bench.press(Qt.Key.Key_Return)
    bench.press(Qt.Key.Key_W)
    assert zoomed == [(True, 0)] and whys == [0]
    bench.press(Qt.Key.Key_A, CONTROL)
    assert len(panel.selected_rows()) == len(match_set)
    assert match_set.decisions() == {}


@pytest.mark.parametrize(
    "key, modifier, is_kept",
    [
        (Qt.Key.Key_A, NO_KEY, True),
        (Qt.Key.Key_Z, CONTROL, True),
        (Qt.Key.Key_S, CONTROL, False),
    ],
)
def test_keys_are_kept_from_qgis_shortcuts(
    bench: ResultsBench,
    app: QgsApplication,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    is_kept: bool,
) -> None:
    """While the gallery has the focus."""
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifier)
    event.ignore()
    app.sendEvent(bench.show().view, event)
    assert event.isAccepted() == is_kept


def test_decisions_and_hover_by_mouse(bench: ResultsBench, app: QgsApplication) -> None:
    panel, match_set = bench.show(), bench.match_set
    hovered, zoomed, selected = [], [], []
    panel.hovered.connect(hovered.append)
    panel.zoom_to.connect(lambda _shown, row: zoomed.append(row))
    panel.selection_changed.connect(selected.append)
    layout = panel.view.delegate.layout
    bench.hover(bench.cell(1).center())
    wait_until(lambda: hovered == [1])
    accept = layout.accept_button(bench.cell(1)).center()
    reject = layout.reject_button(bench.cell(1)).center()
    bench.hover(accept)
    assert panel.view.delegate.hot_button == Decision.ACCEPTED
    bench.click(accept)
    assert match_set.rows_of(Decision.ACCEPTED) == [1] and panel.selected_rows() == []
    bench.click(reject)
    assert (
        match_set.rows_of(Decision.REJECTED) == [1] and match_set.rows_of(Decision.ACCEPTED) == []
    )
    bench.click(reject)
    assert match_set.decisions() == {}, "the badge takes its decision back"
    bench.click(accept)
    bench.double_click(accept)
    assert zoomed == [] and match_set.decisions() == {}, "two clicks on a button are no zoom"
    # With several selected, a button of one of them decides all.
    bench.click(bench.cell(0).center())
    bench.click(bench.cell(2).center(), CONTROL)
    assert selected[-1] == [0, 2]
    bench.click(layout.accept_button(bench.cell(2)).center())
    assert match_set.rows_of(Decision.ACCEPTED) == [0, 2]
    assert panel.selected_rows() == [0, 2]
    bench.click(bench.cell(3).center())
    bench.double_click(bench.cell(3).center())
    assert zoomed == [3]
    app.sendEvent(panel.view, QEvent(QEvent.Type.Leave))
    assert hovered[-1] == -1


def test_the_buttons_below_decide_and_tell_their_keys(bench: ResultsBench) -> None:
    panel, match_set = bench.show(), bench.match_set
    buttons = panel.decision_bar.buttons
    panel.select_rows([4])
    assert buttons["accepted"].isEnabled() and "A" in buttons["accepted"].toolTip()
    buttons["rejected"].click()
    assert match_set.decision(4) == Decision.REJECTED
    panel.select_rows([])
    assert not buttons["accepted"].isEnabled() and not buttons["why"].isEnabled()


def test_selection_from_outside_does_not_echo(bench: ResultsBench) -> None:
    panel, match_set = bench.show(), bench.match_set
    last = len(match_set) - 1
    echoes = []
    panel.selection_changed.connect(echoes.append)
    panel.select_rows([3, 7, last])
    settle(5)
    assert panel.selected_rows() == [3, 7, last] and echoes == []
    assert bench.is_on_screen(3)
    panel.select_rows([])
    settle()
    assert panel.selected_rows() == [] and echoes == []
    panel.view.go_to_row(2)
    wait_until(lambda: echoes == [[2]])
    # A row the filter hides is not selected, and nothing breaks.
    panel.filter_box.score.setValue(match_set.matches[5].score)
    wait_until(lambda: len(panel.visible_rows()) <= last)
    panel.select_rows([last, 1])
    assert panel.selected_rows() == [1]


def test_the_context_menu(bench: ResultsBench, app: QgsApplication) -> None:
    panel, match_set = bench.show(), bench.match_set
    requests, whys = [], []
    panel.search_again.connect(requests.append)
    panel.why.connect(whys.append)
    panel.select_rows([6])
    menu = bench.menu()
    assert menu["Search with this crater"].isEnabled() and menu["Accept"].isEnabled()
    assert not menu["Undo the last decision"].isEnabled()
    for text in ("Search with this crater", "Why it matched…", "Accept", "Copy as text"):
        menu[text].trigger()
    (request,), match = requests, match_set.matches[6]
    assert (request.kind, request.crater_id) == (QueryKind.INDEXED, match.crater_id)
    assert (request.lon, request.diameter_m) == (match.lon, match.diameter_m) and request.label
    assert whys == [6] and match_set.rows_of(Decision.ACCEPTED) == [6]
    lines = app.clipboard().text().splitlines()
    assert len(lines) == 2 and lines[1].split("\t")[1] == match.crater_id
    assert bench.menu()["Undo the last decision"].isEnabled()
    panel.select_rows([6, 7])
    several = bench.menu()
    assert not several["Search with this crater"].isEnabled() and several["Copy 2 as text"]


def test_the_export_button_asks_for_an_export(bench: ResultsBench) -> None:
    panel = bench.show()
    requests = []
    panel.export_requested.connect(lambda: requests.append(1))
    panel.bar.export.click()
    assert requests == [1]
