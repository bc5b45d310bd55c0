"""The results panel's words and states: waiting, failed, nothing found, what a match is worth."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.PyQt.QtCore import QPoint, Qt

from craterbench_qgis.core.words import matches as phrases
from inside import settle
from paths import needs_engine, needs_moon
from results_bench import ResultsBench

pytestmark = [needs_moon, needs_engine]


@pytest.fixture
def bench(gallery: Path) -> ResultsBench:
    return ResultsBench(gallery)


def test_before_the_first_query(bench: ResultsBench) -> None:
    panel = bench.panel
    assert panel.message.isVisible() and "Draw a box" in panel.message.label.text()
    assert panel.visible_rows() == panel.selected_rows() == []


def test_while_a_search_runs(bench: ResultsBench) -> None:
    busy = bench.panel.busy
    stops = []
    bench.panel.show_busy("Searching for Box 1…", lambda: stops.append(1))
    assert busy.isVisible() and busy.label.text() == "Searching for Box 1…"
    assert busy.label.width() >= busy.label.fontMetrics().horizontalAdvance(busy.label.text())
    busy.button.click()
    assert stops == [1]


def test_the_header_and_the_way_back_after_a_failed_search(bench: ResultsBench) -> None:
    panel = bench.show()
    assert panel.gallery_page.isVisible() and panel.header.isVisible()
    facts = panel.header.facts.text()
    assert "S, " in facts and "km" in facts
    spent = bench.match_set.timings_ms
    assert panel.header.timing.text().startswith(f"{spent['total'] / 1000:.2f} s (encode ")
    panel.show_message("The search was cancelled.")
    assert panel.message.isVisible() and panel.message.button.isVisible()
    panel.message.button.click()
    assert panel.gallery_page.isVisible(), "the matches of before are still there"


@pytest.mark.parametrize(
    "conditions, sentence",
    [
        ({}, "no crater that can be compared"),
        ({"min_diameter_m": 1e9}, "conditions of this search"),
    ],
)
def test_why_nothing_was_found(
    bench: ResultsBench, conditions: dict[str, float], sentence: str
) -> None:
    nothing = bench.another_set(0)
    nothing.provenance = {"filters": conditions}
    panel = bench.show(nothing)
    assert panel.message.isVisible() and sentence in panel.message.label.text()


def test_what_the_best_match_is_worth(bench: ResultsBench) -> None:
    """Said where it is known, nothing where it is not."""
    match_set = bench.match_set
    for match in match_set.matches:
        match.expected_by_chance = None
    worth = bench.show().header.worth
    assert worth.isHidden()
    for match in match_set.matches:
        match.expected_by_chance = 3.2
    bench.show()
    assert worth.text().startswith("No good match: about 3.2 craters")
    match_set.matches[0].expected_by_chance = 0.04
    bench.show()
    assert worth.text() == (
        "Best match: about 0.04 craters of this index look as similar by chance."
    )
    assert phrases.chance(1.02) == "about 1 crater of this index looks as similar by chance"
    tooltip = phrases.tooltip(match_set, 0)
    assert "probab" not in tooltip and "imilarity" in tooltip


def test_what_a_screen_reader_says(bench: ResultsBench) -> None:
    panel = bench.show()
    index = panel.model.index(1, 0)
    spoken = index.data(int(Qt.ItemDataRole.AccessibleTextRole))
    assert spoken.startswith("Rank 2: ") and "undecided" in spoken
    assert panel.view.accessibleName() and panel.bar.sort.accessibleName()


def test_two_sets_in_turn_leave_no_connection_behind(bench: ResultsBench) -> None:
    first = bench.match_set
    bench.show()
    bench.show(bench.another_set())
    assert first.receivers(first.decided) == 0
    assert first.receivers(first.thumbnails_arrived) == 0


def test_the_header_goes_where_there_is_room(bench: ResultsBench) -> None:
    """A narrow panel does not force the dock wide; a wide one puts the query beside the gallery."""
    panel = bench.show()
    assert panel.minimumSizeHint().width() <= 480
    panel.resize(900, 700)
    settle()
    corner = panel.view.mapTo(panel, QPoint(0, 0))
    assert panel.header.x() < corner.x()
    assert corner.y() < panel.header.crop.height()
