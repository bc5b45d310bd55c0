"""The review's panel driven by keys: decide, skip, go back, undo, blink, filter, order."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtGui import QKeyEvent, QKeySequence
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction

from craterbench_qgis.core.review.file import ReviewPair
from craterbench_qgis.gui.review.panel import ReviewPanel
from inside import wait_until
from paths import needs_engine
from review_bench import CONTROL, ReviewBench, choose, press, shown, stored, wait_saved

pytestmark = needs_engine


@pytest.fixture
def panel(review_bench: ReviewBench, review: Path) -> ReviewPanel:
    panel = review_bench.open(review)
    panel.page.bar.reviewer.setText("Anna")
    wait_until(lambda: panel.view.picture is not None)
    return panel


@pytest.fixture
def stolen(review_bench: ReviewBench) -> list[int]:
    """Grows when QGIS's own undo, in the same window, gets a Ctrl+Z."""
    stolen: list[int] = []
    undo = QAction("Undo", review_bench.iface.window)
    undo.setShortcut(QKeySequence.StandardKey.Undo)
    undo.triggered.connect(lambda *_: stolen.append(1))
    review_bench.iface.window.addAction(undo)
    return stolen


def by_doubt(panel: ReviewPanel) -> list[ReviewPair]:
    return sorted(panel.queue.pairs, key=lambda pair: abs(pair.probability - 0.5))


def test_decided_skipped_gone_back_and_decided_anew(panel: ReviewPanel, review: Path) -> None:
    assert panel.page.bar.order.currentData() == "doubt"
    ranked = [pair.pair_id for pair in by_doubt(panel)]
    total = len(ranked)
    assert shown(panel) == ranked[0]
    words = panel.page.evidence.text()
    assert " D apart" in words and "diameters differ by" in words and "looks not known" in words
    press(panel, "D")
    assert shown(panel) == ranked[1] != ranked[0]
    for key in ("X", "U", "Right"):
        press(panel, key)
    assert shown(panel) == ranked[4]
    assert panel.page.bar.progress.text() == f"3 of {total}, 1 unsure"
    wait_saved(panel)
    on_disk = stored(review)
    assert {pair: decided[0] for pair, decided in on_disk.items()} == {
        ranked[0]: "duplicate", ranked[1]: "distinct", ranked[2]: "unsure",
    }  # fmt: skip
    for _, reviewer, when in on_disk.values():
        assert reviewer == "Anna" and when.endswith("Z") and "T" in when
    press(panel, "Backspace")
    assert shown(panel) == ranked[3]
    press(panel, "Left")
    assert shown(panel) == ranked[2]
    assert "unsure" in panel.page.decided.text() and "Anna" in panel.page.decided.text()
    press(panel, "D")
    wait_saved(panel)
    assert stored(review)[ranked[2]][0] == "duplicate"


def test_undo_takes_back_one_decision_after_the_other_and_qgis_undoes_nothing(
    panel: ReviewPanel, review: Path, stolen: list[int]
) -> None:
    first, second, third, *_ = [pair.pair_id for pair in by_doubt(panel)]
    for key in ("D", "X", "U", "Backspace", "D"):  # the third is decided anew
        press(panel, key)
    wait_saved(panel)
    assert stored(review)[third][0] == "duplicate"
    press(panel, "Z", CONTROL)
    wait_saved(panel)
    assert shown(panel) == third and stored(review)[third][0] == "unsure"
    press(panel, "Z", CONTROL)
    wait_saved(panel)
    assert third not in stored(review) and second in stored(review) and not stolen
    press(panel, "Z", CONTROL)
    press(panel, "Z", CONTROL)
    wait_saved(panel)
    assert stored(review) == {} and not panel.store.can_undo and shown(panel) == first
    press(panel, "Z", CONTROL)  # nothing left to undo
    assert not stolen


def test_captions_come_from_the_file_and_pictures_blink_in_one_place(panel: ReviewPanel) -> None:
    view = panel.view
    wait_until(lambda: view.captions.facts[1].endswith("second"))
    press(panel, "B")
    assert view.blinking and len(view.squares()) == 1
    QCoreApplication.processEvents()
    ((front, place),) = view.squares()
    wait_until(lambda: view.squares()[0][0] != front)
    assert view.squares()[0][1] == place
    press(panel, "B")
    assert not view.blinking and len(view.squares()) == 2


def test_outlines_are_drawn_or_not(panel: ReviewPanel) -> None:
    view = panel.view
    with_outlines = view.grab().toImage()
    press(panel, "O")
    assert not panel.page.buttons.outline_button.isChecked()
    assert view.grab().toImage() != with_outlines
    press(panel, "O")
    assert view.grab().toImage() == with_outlines


def test_letters_in_a_field_held_keys_and_keys_with_control_decide_nothing(
    panel: ReviewPanel, app: QgsApplication
) -> None:
    first, reviewer = shown(panel), panel.page.bar.reviewer
    panel.page.bar.more.setChecked(True)
    reviewer.setFocus()
    QTest.keyClicks(reviewer, "DXU")
    assert reviewer.text().endswith("DXU") and shown(panel) == first
    panel.view.setFocus()
    press(panel, "D", CONTROL)
    assert shown(panel) == first
    held = QKeyEvent(
        QKeyEvent.Type.KeyPress, Qt.Key.Key_D, Qt.KeyboardModifier.NoModifier, "d", True
    )
    app.sendEvent(panel.view, held)
    assert shown(panel) == first


def test_filter_and_order_and_the_end_which_is_remembered(
    review_bench: ReviewBench, panel: ReviewPanel, review: Path, stolen: list[int]
) -> None:
    first, total = shown(panel), len(panel.queue.pairs)
    choose(panel, "order", "probability")
    assert shown(panel) == first
    press(panel, "X")
    ranked = [pair.pair_id for pair in sorted(panel.queue.pairs, key=lambda p: -p.probability)]
    assert shown(panel) == ranked[(ranked.index(first) + 1) % total]
    choose(panel, "which", "all")
    choose(panel, "which", "distinct")
    assert shown(panel) == first and not stolen
    choose(panel, "which", "undecided")
    decided = 0
    while shown(panel) is not None:
        press(panel, "D")
        decided += 1
    assert decided == total - 1
    assert "cleaned catalogue" in panel.view.message
    wait_saved(panel)
    assert len(stored(review)) == total
    press(panel, "Backspace")
    assert shown(panel) is not None
    # Another time it is remembered what was chosen, and that all is done.
    review_bench.close()
    again = review_bench.open(review)
    assert again.page.bar.order.currentData() == "probability" and shown(again) is None
    assert again.page.bar.progress.text() == f"{total} of {total}"
