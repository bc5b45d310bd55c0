"""The history panel: it lists, opens, renames and deletes the project's queries, with undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from qgis.core import QgsProject
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtGui import QColor, QImage
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QLineEdit

from craterbench_qgis.contract.vocabulary import Decision, Question
from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.core.store.project import ProjectStore
from craterbench_qgis.gui.history.panel import HistoryPanel
from on_screen import button, click
from sets import match_set, scattered
from store_bench import settle_store, store

__all__ = ["store"]  # a fixture

LEFT = Qt.MouseButton.LeftButton
USER, DECORATION = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.DecorationRole


@pytest.fixture
def settle(store: ProjectStore) -> Callable[[], None]:
    return lambda: settle_store(store)


@pytest.fixture
def panel(store: ProjectStore, settle: Callable[[], None]) -> HistoryPanel:
    panel = HistoryPanel(store)
    panel.resize(380, 400)
    panel.show()
    settle()
    return panel


@pytest.fixture
def sets(
    panel: HistoryPanel, store: ProjectStore, settle: Callable[[], None], tmp_path: Path
) -> list[MatchSet]:
    """Three queries, the newest last; of the second two matches are accepted and one rejected."""
    assert not panel.view.isVisible() and not button(panel, "Open").isEnabled()
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor(200, 90, 10))
    crop = str(tmp_path / "crop.png")
    assert image.save(crop)
    sets = [match_set(scattered(9), label=label, image=crop) for label in ("a", "b", "c")]
    for match_set_ in sets:
        store.save(match_set_)
    sets[1].decide([0, 2], Decision.ACCEPTED)
    sets[1].decide([1], Decision.REJECTED)
    settle()
    return sets


def click_row(panel: HistoryPanel, row: int) -> QPoint:
    """Select a row by mouse; where it was clicked."""
    place = panel.view.visualRect(panel.model.index(row, 0)).center()
    QTest.mouseClick(panel.view.viewport(), LEFT, pos=place)
    return place


def test_the_newest_query_is_on_top_with_its_picture_and_decisions(
    panel: HistoryPanel, sets: list[MatchSet], settle: Callable[[], None]
) -> None:
    model = panel.model
    assert panel.view.isVisible()
    assert [model.index(row, 0).data() for row in range(3)] == ["c", "b", "a"]
    assert "2 accepted, 1 rejected of 9" in model.index(1, 0).data(USER)
    assert "moon" in model.index(1, 0).data(USER)[0]
    picture = model.index(0, 0).data(DECORATION).toImage()
    assert QColor(picture.pixel(5, 5)).red() > 150
    # A decision changes the row without losing the selection.
    panel.select(sets[1].set_id)
    sets[1].decide([5], Decision.ACCEPTED)
    settle()
    assert panel.selected() == sets[1].set_id
    assert "3 accepted" in model.index(1, 0).data(USER)[1]


def test_a_query_is_opened_by_double_click_and_by_return(
    panel: HistoryPanel, sets: list[MatchSet]
) -> None:
    opened: list[str] = []
    panel.open_requested.connect(opened.append)
    panel.select(sets[1].set_id)
    panel.set_current(sets[1].set_id)
    QTest.mouseDClick(panel.view.viewport(), LEFT, pos=click_row(panel, 1))
    assert opened == [sets[1].set_id]
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    assert opened == [sets[1].set_id] * 2


def test_a_query_is_renamed_in_place(
    panel: HistoryPanel, sets: list[MatchSet], store: ProjectStore, settle: Callable[[], None]
) -> None:
    renamed: list[tuple[str, str, Question]] = []
    panel.renamed.connect(lambda *names: renamed.append(names))
    panel.select(sets[1].set_id)
    QTest.keyClick(panel.view, Qt.Key.Key_F2)
    editor = panel.view.findChild(QLineEdit)
    assert editor is not None
    editor.setText("Tycho")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    settle()
    assert renamed == [(sets[1].set_id, "Tycho", Question.SAME)]
    assert store.history()[1].label == "Tycho"
    assert not panel.model.setData(panel.model.index(1, 0), "   ", Qt.ItemDataRole.EditRole)


def test_deleted_queries_come_back_by_undo(
    panel: HistoryPanel,
    sets: list[MatchSet],
    store: ProjectStore,
    project: QgsProject,
    settle: Callable[[], None],
) -> None:
    sets[1].decide([5], Decision.ACCEPTED)
    removed: list[str] = []
    panel.removed.connect(removed.append)
    undo = button(panel, "Undo")
    click_row(panel, 1)
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    settle()
    click_row(panel, 1)
    click(button(panel, "Delete"))
    settle()
    assert removed == [sets[1].set_id, sets[0].set_id] and len(store.history()) == 1
    assert undo.isVisible()
    click(undo)
    click(undo)
    settle()
    assert [item.label for item in store.history()] == ["c", "b", "a"] and not undo.isVisible()
    assert store.history()[1].accepted == 3
    project.clear()
    settle()
    assert not panel.view.isVisible() and not undo.isVisible()
