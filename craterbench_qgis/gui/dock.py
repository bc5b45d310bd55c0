"""The panel: search, results, index and history in one dock, or the set-up page where needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qgis.PyQt.QtCore import QSize, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDockWidget,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QTabWidget,
    QWidget,
)

from ..client.engine import Engine
from ..contract.build import IndexInfo
from ..core.settings import Settings
from ..core.store.project import ProjectStore
from ..core.words.quantities import number
from ..i18n import tr
from .atlas.panel import AtlasPanel
from .engine_bar import EngineBar
from .history.panel import HistoryPanel
from .index.first import FirstScreen
from .index.info import state_of
from .index.panel import IndexPanel
from .layouts import in_column
from .messages import Notice
from .query_bar import QueryBar
from .results.panel import ResultsPanel
from .results.question import QuestionBar
from .results.window import Elsewhere, GalleryWindow
from .review.panel import ReviewPanel
from .setup.page import SetupPage

DOCK_NAME = "CraterBenchDock"
_LEAST_WIDTH, _WIDTH = 340, 440
"""Two pictures a row at least; three, and all buttons with their words, at first."""


class _Body(QWidget):
    """As wide as the panel is when it is first shown."""

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(max(hint.width(), _WIDTH), hint.height())


class CraterBenchDock(QDockWidget):
    """Holds the panels; what they do together is :class:`.workbench.Workbench`'s.

    :meth:`fill` makes them, which is to be run to its end before anything else is asked of it.
    """

    shown_first = pyqtSignal()

    def __init__(self, iface: Any, settings: Settings) -> None:
        super().__init__(tr("CraterBench"), iface.mainWindow())
        self.setObjectName(DOCK_NAME)
        self._shown = False
        self._settings = settings
        self._window: GalleryWindow | None = None

    def fill(self, iface: Any, engine: Engine, store: ProjectStore) -> Iterator[None]:
        """Make the panels, one in each step."""
        settings = self._settings
        self.engine_bar = EngineBar(engine)
        yield
        self.setup = SetupPage(engine, settings)
        yield
        self.query_bar = QueryBar(iface, engine, settings)
        yield
        self.question = QuestionBar(iface, engine)
        yield
        self.results = ResultsPanel(engine, settings)
        yield
        self.index_panel = IndexPanel(iface, engine, settings)
        yield
        self.atlas = AtlasPanel(iface, engine)
        yield
        self.history = HistoryPanel(store)
        yield
        self.review = ReviewPanel(iface, engine, settings)
        yield
        self.first = FirstScreen(settings)
        yield
        self._index_line = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.missing = Notice()
        """Says that an index is not where it was."""
        self.unfinished = Notice()
        """Says how much of the open index is there, and offers the rest."""
        self.tabs = QTabWidget()
        self._search = QStackedWidget()
        self._search.addWidget(self._search_page())
        self._search.addWidget(self.first)
        self.tabs.addTab(self._search, tr("Search"))
        self.tabs.addTab(self.index_panel, tr("Index"))
        self.tabs.addTab(self.history, tr("History"))
        self.tabs.addTab(self.review, tr("Duplicates"))
        self.tabs.addTab(self.atlas, tr("Atlas"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.tabs)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.setup)
        self._stack.addWidget(scroll)
        body = _Body()
        in_column(self.engine_bar, (self._stack, 1), on=body, margins=4)
        self.setWidget(body)
        self.setMinimumWidth(_LEAST_WIDTH)
        self.show_index(None)

    def _search_page(self) -> QWidget:
        page = QWidget()
        self._place = in_column(self.results)
        self._elsewhere = Elsewhere()
        self._elsewhere.hide()
        in_column(
            self._index_line, self.missing, self.unfinished, self.query_bar, self.question,
            (self._place, 1), (self._elsewhere, 1), on=page, margins=(2, 4, 2, 0),
        )  # fmt: skip
        self.results.bar.window_wanted.connect(self._show_window)
        self._elsewhere.back_wanted.connect(lambda: self.results.bar.window.setChecked(False))
        return page

    def _show_window(self, on: bool) -> None:
        """The gallery in a window of its own, or back in the panel."""
        window, self._window = self._window, None
        if on:
            self._window = GalleryWindow(self.results, self._settings, self)
            self._window.closed.connect(lambda: self.results.bar.window.setChecked(False))
            self._window.show()
        else:
            self._place.addWidget(self.results)
            self.results.show()
            if window is not None:
                window.close()
                window.deleteLater()
        self._elsewhere.setVisible(on)
        self.results.view.setFocus()

    def show_first(self, on: bool) -> None:
        """The first screen in the place of the search, or the search again."""
        self._search.setCurrentIndex(int(on))

    def show_index(self, info: IndexInfo | None) -> None:
        """Say which index is searched, and what its build still lacks."""
        if info is not None and info.incomplete:
            self.unfinished.show_problem(state_of(info)[0], tr("Resume"), self._finish)
        else:
            self.unfinished.dismiss()
        if info is None:
            self._index_line.setText(tr("No index is open: open or build one in the tab “Index”."))
            self.tabs.setTabText(1, tr("Index"))
            return
        self._index_line.setText(
            tr("Searching {name}: {craters} craters on {body}").format(
                name=info.name, craters=number(info.craters), body=info.body.name
            )
        )

    def _finish(self) -> None:
        self.tabs.setCurrentWidget(self.index_panel)
        self.index_panel.resume()

    def show_opening(self, name: str) -> None:
        """Say which index is being opened."""
        self._index_line.setText(tr("Opening {name}…").format(name=name))

    def show_setup(self, needed: bool) -> None:
        """The set-up page instead of the panels, or the panels again."""
        self._stack.setCurrentIndex(1 if needed else 0)

    def is_seen(self) -> bool:
        """Whether the panel, whatever its tab, is on the screen: not behind another one."""
        return self.isVisible() and not self.visibleRegion().isEmpty()

    def showEvent(self, event: Any) -> None:
        """Emit once that somebody wants the panel: only then is the engine started."""
        super().showEvent(event)
        if not self._shown:
            self._shown = True
            self.shown_first.emit()
