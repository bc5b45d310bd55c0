"""The gallery's order, and which of the matches it shows."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import Qt

from craterbench_qgis.contract.search import Match
from craterbench_qgis.contract.vocabulary import Decision
from craterbench_qgis.gui.results import filters
from inside import waiting_for
from paths import needs_engine, needs_moon
from results_bench import CONTROL, ResultsBench, rows_where

pytestmark = [needs_moon, needs_engine]


@pytest.fixture
def bench(gallery: Path) -> ResultsBench:
    prepared = ResultsBench(gallery)
    prepared.show()
    return prepared


def order(bench: ResultsBench, key: str, descending: bool = False) -> list[int]:
    """The rows in that order, as the user chooses it."""
    bar = bench.panel.bar
    bar.sort.setCurrentIndex(bar.sort.findData(key))
    bar.direction.setChecked(descending)
    assert bench.rows_in_view() == bench.panel.visible_rows()
    return bench.panel.visible_rows()


def filtered(bench: ResultsBench, **conditions: object) -> list[int]:
    """The rows shown when only these widgets of the filter say something."""
    box = bench.panel.filter_box
    box.reset()
    with waiting_for(box.changed):
        for name, value in conditions.items():
            widget = getattr(box, name)
            if isinstance(value, str):
                widget.setText(value)
            else:
                widget.setValue(value)
    assert bench.rows_in_view() == bench.panel.visible_rows()
    return bench.panel.visible_rows()


def test_every_order_goes_both_ways(bench: ResultsBench) -> None:
    matches, preview = bench.match_set.matches, bench.match_set.preview
    count = len(matches)
    assert bench.panel.visible_rows() == list(range(count))

    def ratio(match: Match) -> float:
        return abs(math.log(match.diameter_m / preview.diameter_m))

    values = {
        filters.DIAMETER: lambda match: match.diameter_m,
        filters.DISTANCE: lambda match: match.distance_m,
        filters.LATITUDE: lambda match: match.lat,
        filters.RATIO: ratio,
    }
    for key, value in values.items():
        for descending in (False, True):
            ordered = [value(matches[row]) for row in order(bench, key, descending)]
            assert ordered == sorted(ordered, reverse=descending), key
    assert order(bench, filters.RANK, True) == list(range(count))[::-1]
    bench.match_set.decide([7], Decision.REJECTED)
    bench.match_set.decide([9], Decision.ACCEPTED)
    rows = order(bench, filters.DECISION)
    assert rows[0] == 9 and rows[-1] == 7 and rows[1] == 0


def test_an_unknown_distance_comes_last_both_ways(bench: ResultsBench) -> None:
    bench.match_set.matches[4].distance_m = None
    assert order(bench, filters.DISTANCE)[-1] == 4
    assert order(bench, filters.DISTANCE, True)[-1] == 4


def test_conditions(bench: ResultsBench) -> None:
    match_set, panel = bench.match_set, bench.panel
    matches, count = match_set.matches, len(match_set)
    level = round(matches[20].score - 0.0005, 3)
    expected = rows_where(match_set, lambda match: match.score >= level)
    assert filtered(bench, score=level) == expected and 0 < len(expected) < count
    # Every word occurs somewhere in the match: in its id, and in its catalogue's name.
    rows = filtered(bench, text=matches[3].crater_id + " head2010")
    assert 3 in rows
    for row in rows:
        values = [matches[row].crater_id, *map(str, matches[row].attributes.values())]
        assert all(any(word in value.lower() for value in values)
                   for word in (matches[3].crater_id, "head2010"))  # fmt: skip
    filtered(bench, score=level, text="head2010")
    assert panel.bar.filter.text() == "Filter (2)"


def test_a_filter_that_nothing_passes_can_be_cleared(bench: ResultsBench) -> None:
    panel, count = bench.panel, len(bench.match_set)
    assert filtered(bench, text="no such thing at all") == []
    assert panel.nothing_passes.isVisible() and not panel.view.isVisible()
    assert str(count) in panel.nothing_passes.label.text()
    panel.nothing_passes.button.click()
    assert panel.visible_rows() == list(range(count))
    assert panel.view.isVisible() and not panel.nothing_passes.isVisible()
    assert panel.bar.filter.text() == "Filter"


def test_what_is_decided_leaves_a_gallery_of_undecided_ones(bench: ResultsBench) -> None:
    panel, match_set, count = bench.panel, bench.match_set, len(bench.match_set)
    match_set.decide([7], Decision.REJECTED)
    match_set.decide([9], Decision.ACCEPTED)
    with waiting_for(panel.filter_box.changed):
        panel.filter_box.decision.setCurrentIndex(1)
    assert panel.visible_rows() == [row for row in range(count) if row not in (7, 9)]
    panel.view.go_to_row(2)
    bench.press(Qt.Key.Key_A)
    assert 2 not in panel.visible_rows()
    assert panel.selected_rows() == [3], "the next takes its place"
    bench.press(Qt.Key.Key_R)
    assert panel.selected_rows() == [4]
    bench.press(Qt.Key.Key_Z, CONTROL)
    assert 3 in panel.visible_rows()
    assert panel.status.text() == f"{count - 3} of {count} shown, 2 accepted, 1 rejected"


def test_conditions_on_a_thousand_matches_wait_for_no_engine(bench: ResultsBench) -> None:
    """Order and filter work on what is at hand, while the engine never answers.

    How long they take is measured in ``benchmarks/bench_plugin.py``.
    """
    count = 1000
    bench.engine.silent = True
    match_set = bench.another_set(count)
    panel = bench.show(match_set)
    bench.engine.asked.clear()
    order(bench, filters.DIAMETER)
    order(bench, filters.DISTANCE)
    assert 10 <= len(filtered(bench, score=match_set.matches[10].score)) < count
    panel.filter_box.reset()
    assert len(bench.engine.asked) <= 1, "one batch of pictures is under way, and nothing else"
