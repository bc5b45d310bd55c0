"""The panel: search, results, index and history in one dock, or the set-up page where needed."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDockWidget,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ..client.engine import Engine
from ..contract.build import IndexInfo
from ..core.settings import Settings
from ..core.store.project import ProjectStore
from ..core.words.quantities import number
from ..i18n import tr
from .engine_bar import EngineBar
from .history.panel import HistoryPanel
from .index.panel import IndexPanel
from .messages import Notice
from .query_bar import QueryBar
from .results.panel import ResultsPanel
from .review.panel import ReviewPanel
from .setup.page import SetupPage

DOCK_NAME = "CraterBenchDock"


class CraterBenchDock(QDockWidget):
    """Holds the panels; what they do together is :class:`.workbench.Workbench`'s."""

    shown_first = pyqtSignal()

    def __init__(self, iface: Any, engine: Engine, settings: Settings, store: ProjectStore) -> None:
        super().__init__(tr("CraterBench"), iface.mainWindow())
        self.setObjectName(DOCK_NAME)
        self._shown = False
        self.engine_bar = EngineBar(engine)
        self.setup = SetupPage(engine, settings)
        self.query_bar = QueryBar(iface, engine, settings)
        self.results = ResultsPanel(engine, settings)
        self.index_panel = IndexPanel(iface, engine, settings)
        self.history = HistoryPanel(store)
        self.review = ReviewPanel(iface, engine, settings)
        self._index_line = QLabel()
        self._index_line.setWordWrap(True)
        self._index_line.setTextFormat(Qt.TextFormat.PlainText)
        self.missing = Notice()
        """Says that an index is not where it was."""
        self.tabs = QTabWidget()
        self.tabs.addTab(self._search_page(), tr("Search"))
        self.tabs.addTab(self.index_panel, tr("Index"))
        self.tabs.addTab(self.history, tr("History"))
        self.tabs.addTab(self.review, tr("Duplicates"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.tabs)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.setup)
        self._stack.addWidget(scroll)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.engine_bar)
        layout.addWidget(self._stack, 1)
        self.setWidget(body)
        self.setMinimumWidth(320)
        self.show_index(None)

    def _search_page(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(2, 4, 2, 0)
        layout.addWidget(self._index_line)
        layout.addWidget(self.missing)
        layout.addWidget(self.query_bar)
        layout.addWidget(self.results, 1)
        return page

    def show_index(self, info: IndexInfo | None) -> None:
        """Say which index is searched."""
        if info is None:
            self._index_line.setText(tr("No index is open: open or build one in the tab “Index”."))
            self.tabs.setTabText(1, tr("Index"))
            return
        self._index_line.setText(
            tr("Searching {name}: {craters} craters on {body}").format(
                name=info.name, craters=number(info.craters), body=info.body.name
            )
        )

    def show_opening(self, name: str) -> None:
        """Say which index is being opened."""
        self._index_line.setText(tr("Opening {name}…").format(name=name))

    def show_setup(self, needed: bool) -> None:
        """The set-up page instead of the panels, or the panels again."""
        self._stack.setCurrentIndex(1 if needed else 0)

    def is_setup_shown(self) -> bool:
        """Whether the set-up page is in front."""
        return self._stack.currentIndex() == 1

    def is_seen(self) -> bool:
        """Whether the panel, whatever its tab, is on the screen: not behind another one."""
        return self.isVisible() and not self.visibleRegion().isEmpty()

    def show_tab(self, widget: QWidget) -> None:
        """Bring a panel to the front; the query bar and the results share the first."""
        self.tabs.setCurrentWidget(widget) if self.tabs.indexOf(widget) >= 0 else (
            self.tabs.setCurrentIndex(0)
        )

    def showEvent(self, event: Any) -> None:
        """Emit once that somebody wants the panel: only then is the engine started."""
        super().showEvent(event)
        if not self._shown:
            self._shown = True
            self.shown_first.emit()
