"""A results panel with recorded matches, and keys and mouse on it."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import QPoint, QRect, Qt
from qgis.PyQt.QtGui import QContextMenuEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QApplication, QMenu

from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.gui.results.panel import ResultsPanel
from gallery import FakeSettings, RecordedEngine, match_set_of
from inside import move_mouse, settle

LEFT = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


class ResultsBench:
    """A shown panel with the recorded matches; ``engine`` repeats the recorded answers."""

    def __init__(self, gallery: Path, width: int = 400, height: int = 700) -> None:
        self.engine = RecordedEngine(gallery)
        self.match_set = match_set_of(self.engine.data)
        self.panel = ResultsPanel(self.engine, FakeSettings())
        self.panel.resize(width, height)
        self.panel.show()
        settle()

    def show(self, match_set: MatchSet | None = None) -> ResultsPanel:
        """The panel with ``match_set``, or with the recorded one."""
        if match_set is not None:
            self.match_set = match_set
        self.panel.show_set(self.match_set)
        settle()
        return self.panel

    def another_set(self, count: int | None = None) -> MatchSet:
        """The same matches anew, undecided and without pictures."""
        return match_set_of(self.engine.data, count)

    def cell(self, row: int) -> QRect:
        """Where the match of ``row`` is drawn, in the view's pixels."""
        return self.panel.view.visualRect(self.panel.proxy.index_of(row))

    def is_on_screen(self, row: int) -> bool:
        return self.panel.view.viewport().rect().intersects(self.cell(row))

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_KEY) -> None:
        QTest.keyClick(self.panel.view, key, modifier)
        settle()

    def click(self, at: QPoint, modifier: Qt.KeyboardModifier = NO_KEY) -> None:
        QTest.mouseClick(self.panel.view.viewport(), LEFT, modifier, at)
        settle()

    def double_click(self, at: QPoint) -> None:
        QTest.mouseDClick(self.panel.view.viewport(), LEFT, NO_KEY, at)
        settle()

    def hover(self, at: QPoint) -> None:
        move_mouse(self.panel.view.viewport(), at)

    def menu(self) -> dict[str, QAction]:
        """The context menu as the right button opens it: its entries by what they say."""
        port, at = self.panel.view.viewport(), QPoint(5, 5)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, port.mapToGlobal(at))
        QApplication.sendEvent(port, event)
        menu = self.panel.findChildren(QMenu)[-1]
        assert menu.isVisible()
        return {action.text().split("\t")[0]: action for action in menu.actions() if action.text()}

    def rows_in_view(self) -> list[int]:
        """Rows from top to bottom, as the view has them."""
        proxy = self.panel.proxy
        return [proxy.row_of(proxy.index(place, 0)) for place in range(proxy.rowCount())]


def rows_where(match_set: MatchSet, condition) -> list[int]:
    """Rows of the matches that meet the condition, best first."""
    return [row for row, match in enumerate(match_set.matches) if condition(match)]
