"""A query for analogs is called so: in the history and in the layer tree; its layers say how."""

from __future__ import annotations

from dataclasses import replace

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QLineEdit

from craterbench_qgis.contract.vocabulary import Decision, Question
from craterbench_qgis.core.layers.ids import group_of
from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.core.query import Conditions
from craterbench_qgis.core.store.project import ProjectStore
from craterbench_qgis.gui.history.panel import HistoryPanel
from layer_bench import LayerBench, bench, by_rank
from on_screen import button, click
from sets import match_set, scattered
from store_bench import settle_store, store

__all__ = ["bench", "store"]  # fixtures


def analogs_of(label: str) -> MatchSet:
    """Of a box, the second turned and mirrored, the first two decided."""
    matches = match_set(scattered(9), label=label)
    conditions = Conditions(find=Question.ANALOGS)
    matches.request = replace(matches.request, conditions=conditions)
    for number, match in enumerate(matches.matches):
        match.turn_deg, match.mirrored = 45.0 * number, number == 1
    matches.decide([0], Decision.ACCEPTED)
    return matches


def test_the_history_says_what_was_looked_for(store: ProjectStore) -> None:
    """A new name is the crater's; nobody gets “Analogs of Analogs of”."""
    panel = HistoryPanel(store)
    panel.show()
    for asked in (match_set(scattered(3), label="Tycho"), analogs_of("Tycho")):
        store.save(asked)
    settle_store(store)
    model = panel.model
    assert [model.index(row, 0).data() for row in (0, 1)] == ["Analogs of Tycho", "Tycho"]
    place = panel.view.visualRect(model.index(0, 0)).center()
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    click(button(panel, "Rename"))
    (editor,) = panel.view.findChildren(QLineEdit)
    assert editor.text() == "Tycho"
    editor.selectAll()
    QTest.keyClicks(editor, "Copernicus")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    settle_store(store)
    assert model.index(0, 0).data() == "Analogs of Copernicus"


def test_the_layer_tree_says_it(bench: LayerBench) -> None:
    same, analogs = match_set(scattered(5), label="Tycho"), analogs_of("Tycho")
    bench.show(same)
    layers = bench.show(analogs)
    names = [group_of(bench.project, match_set.set_id).name() for match_set in (same, analogs)]
    assert names == ["Matches of Tycho at 0.0° N, 0.0° E", "Analogs of Tycho at 0.0° N, 0.0° E"]
    assert layers["matches"].name() == "Analogs of Tycho at 0.0° N, 0.0° E: matches"
    again = analogs_of("Tycho")
    layers = bench.show(again)
    assert group_of(bench.project, again.set_id).name().startswith(names[1] + ", ")
    bench.layers.rename(again.set_id, "mine", Question.ANALOGS)
    assert group_of(bench.project, again.set_id).name() == "Analogs of mine"
    assert layers["matches"].name() == "Analogs of mine: matches"


def test_layers_of_turned_queries_have_the_columns_of_the_exports(bench: LayerBench) -> None:
    layers = bench.show(analogs_of("Tycho"))
    layer = layers["matches"]
    assert layer.fields().names()[10:14] == [
        "expected_by_chance", "turn_deg", "mirrored", "decision",
    ]  # fmt: skip
    second = by_rank(layer)[1]
    assert second["turn_deg"] == 45.0 and second["mirrored"] is True
    assert by_rank(layer)[0]["decision"] == "accepted"
    plain = bench.show(match_set(scattered(4), label="plain"))["matches"]
    assert "turn_deg" not in plain.fields().names()


def test_decisions_reach_a_layer_with_turns(bench: LayerBench) -> None:
    analogs = analogs_of("Tycho")
    layer = bench.show(analogs)["matches"]
    analogs.decide([2], Decision.REJECTED)
    third = by_rank(layer)[2]
    assert (third["decision"], third["turn_deg"], third["mirrored"]) == ("rejected", 90.0, False)
