"""Kinds named by what was decided: what the dialog says and asks, with a stub of the engine."""

from __future__ import annotations

from typing import Any

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest

from craterbench_qgis.contract.build import IndexInfo
from craterbench_qgis.contract.kinds import KeptKind
from craterbench_qgis.contract.search import AnalogOptions, Feedback, Filters
from craterbench_qgis.contract.vocabulary import Decision, QueryKind, Question
from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.core.query import Conditions, QueryRequest
from craterbench_qgis.core.words import conditions as words
from craterbench_qgis.core.words.matches import best_by_chance, set_title
from craterbench_qgis.gui.kinds.dialog import KindsDialog
from index_fakes import Engine, error, index_info, settle
from on_screen import answer_file_dialog, button, click
from sets import match_set, scattered

FRESH = {"name": "fresh", "yes": [f"c{n}" for n in range(20, 26)], "no": ["c40"],
         "created": "2026-11-30T10:00:00+00:00", "recall": 0.8, "precision": 0.1}  # fmt: skip
DOUBTFUL = {"name": "doubtful", "yes": ["c1"] * 5, "no": [], "recall": 0.1, "precision": 0.0}
LEARNT = {"unknown": [], "examples": 5, "recall": 0.8, "precision": 0.02,
          "measured": 0, "kept": "/i.kinds/a.json"}  # fmt: skip


def analogs(accepted: int = 0, rejected: int = 0) -> MatchSet:
    """Matches of a search for analogs, the first of them decided."""
    matches = match_set(scattered(12), label="Box 1")
    asked = matches.request.under(Conditions(Question.ANALOGS))
    matches.request = asked
    matches.decide(range(accepted), Decision.ACCEPTED)
    matches.decide(range(accepted, accepted + rejected), Decision.REJECTED)
    return matches


def opened(
    matches: MatchSet | None, index_id: str = "abc", **answers: Any
) -> tuple[Engine, KindsDialog]:
    """The dialog, once it has listed the kinds there are."""
    there = {"kinds": [DOUBTFUL, FRESH], "unreadable": []}
    engine = Engine({"kinds.list": there, "kinds.learn": LEARNT, **answers})
    info = IndexInfo.from_json(index_info("/i.craterindex", index_id=index_id))
    dialog = KindsDialog(engine, info, matches)
    dialog.show()
    settle()
    return engine, dialog


def typed(dialog: KindsDialog, name: str) -> None:
    line = dialog.name.lineEdit()
    line.selectAll()
    QTest.keyClicks(line, name)
    settle()


def test_five_accepted_matches_and_a_name_make_a_kind() -> None:
    matches = analogs(4, 2)
    engine, dialog = opened(matches)
    learn = dialog.start_button
    typed(dialog, "bowls")
    assert not learn.isEnabled() and "4 are accepted" in dialog.message.plain
    matches.decide([6], Decision.ACCEPTED)
    assert "5 accepted (of the kind), 2 rejected" in dialog.judged.text()
    assert learn.isEnabled() and "5 examples, 2 that are not of it" in dialog.message.plain
    click(learn)
    settle()
    asked = engine.last("kinds.learn").params
    assert (asked["name"], asked["yes"], asked["no"]) == (
        "bowls", ["c1", "c2", "c3", "c4", "c7"], ["c5", "c6"],
    )  # fmt: skip
    assert asked["table"] is None and asked["output"] is None
    assert dialog.message.plain.startswith("5 examples.") and not dialog.message.is_problem
    dialog.close()


def test_examples_add_up_unless_they_are_to_be_replaced() -> None:
    _, dialog = opened(analogs(2, 1))
    typed(dialog, "fresh")
    assert "8 examples, 2 that are not of it" in dialog.message.plain
    QTest.mouseClick(dialog.also, Qt.MouseButton.LeftButton)
    settle()
    assert "2 are accepted" in dialog.message.plain and not dialog.start_button.isEnabled()
    dialog.close()


def test_what_was_judged_otherwise_now_counts_as_now() -> None:
    """c20 to c25 are of the kind; of these, two that are shown were rejected since."""
    matches = match_set(scattered(30))
    matches.request = matches.request.under(Conditions(Question.ANALOGS))
    matches.decide([19, 20], Decision.REJECTED)
    matches.decide([39 - 10, 0], Decision.ACCEPTED)
    engine, dialog = opened(matches)
    typed(dialog, "fresh")
    click(dialog.start_button)
    settle()
    asked = engine.last("kinds.learn").params
    assert asked["yes"] == ["c22", "c23", "c24", "c25", "c1", "c30"]
    assert asked["no"] == ["c40", "c20", "c21"]
    dialog.close()


def test_a_kind_that_is_not_to_be_believed_is_called_so() -> None:
    _, dialog = opened(analogs(6), **{"kinds.learn": {**LEARNT, "recall": 0.1}})
    typed(dialog, "any")
    click(dialog.start_button)
    settle()
    assert dialog.message.is_problem and "Hardly better than chance" in dialog.message.plain
    dialog.close()


def test_a_failure_is_said_and_can_be_tried_again() -> None:
    words_ = "'a/b' cannot name a kind. Use letters, digits, blanks, dots and hyphens."
    _, dialog = opened(analogs(6), **{"kinds.learn": error(words_)})
    typed(dialog, "a/b")
    click(dialog.start_button)
    settle()
    assert dialog.message.plain == words_ and dialog.message.is_problem
    assert dialog.start_button.isEnabled()
    dialog.close()


@pytest.mark.parametrize("matches", [None, analogs(6)], ids=["none", "of another index"])
def test_without_matches_of_the_index_kinds_are_still_there(
    matches: MatchSet | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_file_dialog(monkeypatch, "")
    engine, dialog = opened(matches, index_id="another")
    assert not dialog.start_button.isEnabled()
    assert "Find analogs of a crater" in dialog.message.plain
    assert dialog.kinds.names() == ["doubtful", "fresh"]
    assert not dialog.show_button.isEnabled()
    asked: list[QueryRequest] = []
    dialog.show_wanted.connect(asked.append)
    item = dialog.kinds.topLevelItem(1)
    at = dialog.kinds.visualItemRect(item).center()
    QTest.mouseClick(dialog.kinds.viewport(), Qt.MouseButton.LeftButton, pos=at)
    click(dialog.show_button)
    (request,) = asked
    assert request.kind is QueryKind.INDEXED and request.crater_id == "c20"
    assert request.feedback == Feedback(FRESH["yes"], FRESH["no"])
    assert request.conditions.analogs == AnalogOptions(any_size=True, same_place=True)
    click(button(dialog, "Write…"))  # and no file is chosen
    assert engine.count("kinds.learn") == 0
    dialog.close()


def test_a_kind_without_examples_can_only_be_removed() -> None:
    """Somebody wrote its file by hand."""
    there = {"kinds": [{"name": "empty", "yes": [], "no": []}], "unreadable": []}
    _, dialog = opened(analogs(6), **{"kinds.list": there})
    at = dialog.kinds.visualItemRect(dialog.kinds.topLevelItem(0)).center()
    QTest.mouseClick(dialog.kinds.viewport(), Qt.MouseButton.LeftButton, pos=at)
    able = (dialog.show_button, dialog.write_button, dialog.remove_button)
    assert [one.isEnabled() for one in able] == [False, False, True]
    dialog.close()


def test_files_that_are_no_kinds_are_named() -> None:
    there = {"kinds": [], "unreadable": ["broken"]}
    _, dialog = opened(None, **{"kinds.list": there})
    assert dialog.message.is_problem and "Cannot be read: broken" in dialog.message.plain
    dialog.close()


def test_analogs_are_refined_from_five_accepted_on() -> None:
    assert analogs(4, 3).refined_request() is None
    refined = analogs(5, 1).refined_request()
    assert refined is not None and len(refined.feedback.accepted) == 5
    assert set_title(refined) == "Analogs of Box 1, refined (+5 −1)"
    # What four decisions refined is forgotten where the question changes to analogs, five hold.
    same = Conditions(Question.SAME)
    few = match_set(scattered(9))
    few.decide(range(4), Decision.ACCEPTED)
    four = few.refined_request()
    assert four is not None and not four.under(Conditions(Question.ANALOGS)).is_refined
    assert (
        refined.under(same).is_refined and not refined.under(Conditions(any_angle=True)).is_refined
    )


def test_a_refined_search_for_analogs_says_how_far_to_trust_it() -> None:
    matches = analogs(6)
    refined = matches.refined_request()
    assert refined is not None
    matches.request = refined
    matches.provenance["kind"] = {"examples": 6, "recall": 0.1, "precision": 0.01, "measured": 0}
    said = best_by_chance(matches)
    assert "probability to be of the kind" in said and "Hardly better than chance" in said
    matches.provenance["kind"] = "spoiled"
    assert best_by_chance(matches).endswith("accepted craters.")


def test_measured_terrain_is_said_where_it_counts() -> None:
    matches = analogs()
    assert "terrain" not in best_by_chance(matches)
    counted = {"shares": {"profile": 0.67, "terrain": 0.33}, "terrain": {"from": "index"}}
    matches.provenance["analogs"] = counted
    assert best_by_chance(matches).endswith("Measured terrain counts 33 % of it.")
    matches.provenance["analogs"] = {**counted, "terrain": {"from": "terrain model"}}
    assert best_by_chance(matches).endswith("was measured on the model.")
    matches.provenance["analogs"] = {"shares": ["spoiled"]}
    assert "terrain" not in best_by_chance(matches)


def test_a_kind_is_a_condition_in_words() -> None:
    conditions = words.with_filters(Conditions(), kind="fresh")
    assert words.pieces(conditions)[words.KIND] == "kind “fresh”, at least 50 %"
    conditions = words.with_filters(Conditions(), kind="fresh", min_kind=0.8)
    assert words.pieces(conditions)[words.KIND] == "kind “fresh”, at least 80 %"
    assert words.without(conditions, words.KIND).filters == Filters()
    stored = Conditions.from_json(conditions.to_json())
    assert stored == conditions


def test_a_kind_shown_again_is_known_by_its_title() -> None:
    """Its name stands in the field: what is accepted there adds to it."""
    matches = analogs(1)
    matches.request = QueryRequest.of_kind(KeptKind.from_json(FRESH))
    _, dialog = opened(matches)
    assert dialog.name.currentText() == "fresh" and dialog.also.isVisible()
    dialog.close()
