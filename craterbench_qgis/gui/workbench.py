"""What the panels do together: engine, index, queries, results, layers and store of one QGIS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qgis.core import Qgis, QgsProject
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, Qt, QTimer
from qgis.PyQt.QtWidgets import QApplication, QPushButton

from ..client.engine import Engine, EngineState
from ..client.failure import EngineFailure
from ..contract.build import IndexInfo
from ..contract.demo import Demo
from ..core.keeper import Keeper
from ..core.match_set import MatchSet
from ..core.project_results import ProjectResults
from ..core.query import QueryRequest
from ..core.settings import Settings
from ..i18n import tr
from .dock import CraterBenchDock
from .export_dialog import ExportDialog
from .index.demo import DemoJob
from .index.info import state_of
from .kinds.dialog import KindsDialog
from .project_index import ProjectIndex
from .session import SearchSession
from .why.panel import WhyDialog


class Workbench(QObject):
    """Made when the panel is first opened, closed when the plugin is unloaded.

    ``results``: store and layers of the open project; the plugin closes them. :meth:`make` is to
    be run to its end first.
    """

    def __init__(self, iface: Any, results: ProjectResults) -> None:
        super().__init__(iface.mainWindow())
        self._iface = iface
        self._closing = False
        self.settings = Settings()
        self.engine = Engine(self.settings, self)
        self.results = results
        self.store, self.layers = results.store, results.layers
        self.session = SearchSession(self.engine, self.settings, self)
        self.dock = CraterBenchDock(iface, self.settings)

    def make(self) -> Iterator[None]:
        """The panels and what connects them, a piece in each step, so that QGIS goes on."""
        iface, results = self._iface, self.results
        yield from self.dock.fill(iface, self.engine, self.store)
        self.index = ProjectIndex(QgsProject.instance(), self.settings, self.dock, self)
        self.demo = DemoJob(self.engine, self.settings, self)
        self._draws_next = False
        self.current: MatchSet | None = None
        self._asked: QueryRequest | None = None
        self._dialogs = Keeper()
        self._failure: Any = None
        self._connect()
        yield
        if results.is_read:  # before there was a panel
            QTimer.singleShot(0, self._on_project)
        # Last: it may show the dock at once, and the engine starts when it is first seen.
        iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)

    def _connect(self) -> None:
        dock, session = self.dock, self.session
        dock.shown_first.connect(self._warm_up)
        dock.setup.ready.connect(self._on_environment)
        dock.setup.closed.connect(self._on_setup_closed)
        dock.engine_bar.setup_wanted.connect(lambda: dock.show_setup(True))
        self.engine.failed.connect(self._on_engine_failure)
        self.engine.state_changed.connect(self._on_engine_state)
        dock.index_panel.opened.connect(session.set_index)
        dock.index_panel.closed.connect(lambda: session.set_index(None))
        dock.index_panel.opening.connect(self._on_opening)
        dock.index_panel.settings_wanted.connect(self.show_settings)
        dock.index_panel.not_opened.connect(self._on_not_opened)
        first = dock.first
        first.try_wanted.connect(self._try)
        first.cancel_wanted.connect(self.demo.cancel)
        first.chosen.connect(self.open_index)
        first.open_wanted.connect(dock.index_panel.browse)
        first.build_wanted.connect(dock.index_panel.builds.build)
        self.demo.progressed.connect(first.show_progress)
        self.demo.failed.connect(first.show_idle)
        self.demo.made.connect(self._on_demo)
        session.index_changed.connect(self._on_index)
        dock.query_bar.query.connect(self.search)
        dock.atlas.search_wanted.connect(self.search)
        session.searching.connect(self._on_searching)
        session.answered.connect(self._on_answered)
        session.failed.connect(self._on_search_failed)
        session.kinds_missing.connect(self._on_kinds_missing)
        dock.question.changed.connect(self._ask_again)
        dock.question.kinds_wanted.connect(self.show_kinds)
        results = dock.results
        dock.query_bar.previewing.connect(results.set_drawing)
        results.header.shown.connect(dock.query_bar.fold)
        results.zoom_to.connect(lambda shown, row: self.layers.zoom_to(shown.set_id, row))
        results.hovered.connect(self._on_hover)
        results.why.connect(self.explain)
        results.selection_changed.connect(self._on_gallery_selection)
        results.export_requested.connect(self.export)
        results.kinds_requested.connect(self.show_kinds)
        results.search_again.connect(self.search)
        results.went_back.connect(self._show_question)
        self.layers.selected.connect(self._on_layer_selection)
        self.store.message.connect(self._on_store_message)
        self.results.read.connect(self._on_project)
        dock.history.open_requested.connect(self.open_set)
        dock.history.removed.connect(self._on_removed)
        dock.history.renamed.connect(self.layers.rename)
        self._invite()

    def show(self) -> None:
        """Bring the panel to the front."""
        self.dock.show()
        self.dock.raise_()

    def close(self) -> None:
        """Take everything away: dock, tools, engine. Harmless where that has been done."""
        if self._closing:
            return
        self._closing = True
        self.store.message.disconnect(self._on_store_message)
        self.results.read.disconnect(self._on_project)
        self.layers.selected.disconnect(self._on_layer_selection)
        self.index.close()
        self._drop_failure()
        self._close_why()
        for dialog in (*self._dialogs.of(ExportDialog), *self._dialogs.of(KindsDialog)):
            dialog.give_up()
        self.dock.query_bar.close_tools()
        self.demo.close()
        self.dock.index_panel.shut_down()
        self.dock.review.shut_down()
        self.dock.atlas.shut_down()
        self._iface.removeDockWidget(self.dock)
        self.dock.deleteLater()
        self.engine.stop(wait=True)
        self.deleteLater()

    def open_index(self, path: str) -> None:
        """Open an index as the index panel does."""
        self.dock.index_panel.open_index(path)

    def search(self, request: QueryRequest) -> None:
        """Search for ``request`` under the conditions that are shown."""
        self.dock.tabs.setCurrentIndex(0)
        self._asked = request.under(self.dock.question.conditions)
        self.session.search(self._asked)

    def _ask_again(self) -> None:
        if self._asked is not None:
            self.search(self._asked)

    def _warm_up(self) -> None:
        if self.settings.engine_python:
            self.engine.start()
        else:
            self.dock.show_setup(True)

    def _on_environment(self) -> None:
        self.dock.show_setup(False)
        self.engine.restart()

    def _on_setup_closed(self) -> None:
        self.dock.show_setup(False)
        if self.settings.engine_python and self.engine.state == EngineState.STOPPED:
            self.engine.start()

    def _on_engine_failure(self, failure: EngineFailure) -> None:
        if self._closing or self.dock.is_seen():
            return  # the panel says it
        self._drop_failure()
        bar = self._iface.messageBar()
        item = bar.createMessage(tr("CraterBench"), failure.summary)
        restart, copy = QPushButton(tr("Restart")), QPushButton(tr("Copy report"))
        restart.clicked.connect(self.engine.restart)
        restart.clicked.connect(self._drop_failure)
        copy.clicked.connect(lambda: QApplication.clipboard().setText(failure.report))
        item.layout().addWidget(restart)
        item.layout().addWidget(copy)
        self._failure = item
        item.destroyed.connect(self._forget_failure)
        bar.pushWidget(item, Qgis.MessageLevel.Warning)

    def _on_engine_state(self, state: str) -> None:
        if state != EngineState.FAILED:  # Restart would stop what goes on again
            self._drop_failure()

    def _drop_failure(self) -> None:
        item, self._failure = self._failure, None
        if item is not None:
            self._iface.messageBar().popWidget(item)

    def _forget_failure(self, *_ignored: Any) -> None:
        self._failure = None

    def _on_store_message(self, text: str, is_problem: bool) -> None:
        if is_problem:
            self.say(text, Qgis.MessageLevel.Warning)

    def _on_index(self, info: IndexInfo | None) -> None:
        for dialog in self._dialogs.of(KindsDialog):
            dialog.give_up()  # those of another index
        self.dock.show_index(info)
        self.dock.query_bar.set_index(info)
        self.dock.question.set_index(info)
        current = self.current
        if info is not None and current is not None and current.index.index_id == info.index_id:
            self.dock.question.show_conditions(current.request.conditions)  # opened for these
        self.dock.atlas.set_index(info)
        if info is not None:
            self.dock.tabs.setCurrentIndex(0)
        if self.current is None:
            self.dock.results.show_set(None)
        self.dock.first.show_idle()
        self._invite()
        if info is not None and self._draws_next:
            self._draws_next = False
            self.dock.query_bar.start_tool("box")

    def _invite(self) -> None:
        """Where nothing can be asked or seen yet, say what comes first."""
        self.dock.show_first(self.session.index is None and self.current is None)

    def _try(self) -> None:
        self.dock.first.show_busy(tr("Starting…"))
        self.demo.start()

    def _on_demo(self, demo: Demo) -> None:
        if self._closing:
            return
        if not self.demo.show_on_map(self._iface, demo):
            self.dock.first.show_idle()
            return
        self._draws_next = True
        self.open_index(demo.index)

    def _on_opening(self, name: str) -> None:
        self.dock.show_opening(name)
        self.dock.first.show_busy(tr("Opening {name}…").format(name=name), cancel=False)

    def _on_not_opened(self) -> None:
        self._draws_next = False
        self.dock.show_index(self.session.index)
        panel = self.dock.index_panel
        text = panel.message.plain if panel.message.is_problem else ""
        if panel.info is not None:  # its tab says more, and can resume a build
            text = text or state_of(panel.info)[0]
        self.dock.first.show_idle(text)

    def _on_searching(self, request: QueryRequest) -> None:
        self.dock.results.show_busy(
            tr("Searching for {what}…").format(what=request.label or tr("the box")),
            self.session.cancel,
        )

    def _on_answered(self, match_set: MatchSet) -> None:
        self.dock.query_bar.search_done()
        self._show(match_set)
        # In turns: together they would hold the window for a tenth of a second.
        QTimer.singleShot(0, lambda: self._save(match_set))

    def _save(self, match_set: MatchSet) -> None:
        if not sip.isdeleted(self.store):  # it outlives the panel, but not the plugin
            self.store.save(match_set)

    def _show(self, match_set: MatchSet, on_map: bool = True) -> None:
        self.current = match_set
        self._invite()
        self.index.follow(match_set, lambda: self._show_again(match_set))
        self.dock.results.show_set(match_set)
        for dialog in self._dialogs.of(KindsDialog):
            dialog.show_matches(match_set)
        self._show_question()
        self.dock.history.set_current(match_set.set_id)
        if on_map:
            QTimer.singleShot(0, lambda: self._show_on_map(match_set))

    def _show_question(self) -> None:
        """What the matches shown answer; a condition that is changed asks that again."""
        current = self.current
        if current is not None:
            self._asked = current.request
            self.dock.question.show_conditions(current.request.conditions)
            self.dock.query_bar.show_answer(current)

    def _show_again(self, match_set: MatchSet) -> None:
        """Its index was located: pictures can be asked for now."""
        if not self._closing and self.current is match_set:
            self.dock.results.show_set(None)
            self.dock.results.show_set(match_set)

    def _show_on_map(self, match_set: MatchSet) -> None:
        if self._closing or self.current is not match_set:
            return
        self.layers.add(match_set)

    def _on_search_failed(self, text: str) -> None:
        self.dock.query_bar.search_done()
        self.dock.results.show_message(text)

    def _on_kinds_missing(self) -> None:
        self._on_search_failed(
            tr("The open index cannot tell kinds of craters yet. Add its descriptors of kind "
               "above, or find the same crater.")
        )  # fmt: skip
        self.dock.question.offer_upgrade()

    def open_set(self, set_id: str) -> None:
        """Show a match set of the project's history again."""
        self.store.open_set(set_id, self._on_loaded)

    def _on_loaded(self, match_set: MatchSet | None) -> None:
        if match_set is None:
            self.say(tr("This query is no longer in the project."), Qgis.MessageLevel.Warning)
            return
        self.dock.tabs.setCurrentIndex(0)
        self._show(match_set)

    def _on_removed(self, set_id: str) -> None:
        self.layers.remove(set_id)
        if self.current is not None and self.current.set_id == set_id:
            self.current = None
            self.dock.results.show_set(None)
            self._invite()

    def _on_project(self) -> None:
        """Another project is open now."""
        if self._closing:
            return
        self.current = self._asked = None
        self.dock.results.show_set(None)
        self._invite()
        self.index.open_for(self.store.index(), self.dock.index_panel.info)
        if self.results.sets:  # their layers stay on the map as they were saved
            self._show(self.results.sets[-1], on_map=False)

    def _on_hover(self, row: int) -> None:
        if self.current is not None:
            self.layers.highlight(self.current.set_id, row)

    def _on_gallery_selection(self, rows: list[int]) -> None:
        if self.current is not None:
            self.layers.select(self.current.set_id, rows)

    def _on_layer_selection(self, set_id: str, rows: list[int]) -> None:
        if self.current is not None and self.current.set_id == set_id:
            self.dock.results.select_rows(rows)

    def explain(self, row: int) -> WhyDialog | None:
        """Open “why it matched” for a row of the current match set."""
        if self.current is None:
            return None
        self._close_why()
        current = self.current
        if not self.index.follow(current, lambda: self._show_again(current)):
            self.index.ask(current, lambda: self._explain_located(current, row))
            return None
        rows = self.dock.results.visible_rows()
        window = self._iface.mainWindow()
        dialog = self._dialogs.keep(WhyDialog(self.engine, self.current, row, window, rows))
        dialog.show()
        return dialog

    def _explain_located(self, match_set: MatchSet, row: int) -> None:
        self._show_again(match_set)
        if not self._closing and self.current is match_set:
            self.explain(row)

    def _close_why(self) -> None:
        for dialog in self._dialogs.of(WhyDialog):
            dialog.close()

    def export(self) -> ExportDialog | None:
        """Open the export dialog for the current match set."""
        if self.current is None:
            return None
        results, window = self.dock.results, self._iface.mainWindow()
        rows = results.visible_rows(), results.selected_rows()
        dialog = ExportDialog(self.engine, self.settings, self.current, *rows, window)
        self._dialogs.keep(dialog).show()
        return dialog

    def show_kinds(self) -> None:
        """Open the dialog of the kinds of the open index, by what was decided about the matches."""
        info = self.session.index
        if info is None:
            self.say(tr("No index is open. Open or build one in the tab “Index”."))
            return
        for dialog in self._dialogs.of(KindsDialog):
            dialog.raise_()
            dialog.activateWindow()
            return
        window = self._iface.mainWindow()
        dialog = KindsDialog(self.engine, info, self.current, window)
        dialog.show_wanted.connect(self._show_kind)
        self._dialogs.keep(dialog).show()

    def _show_kind(self, request: QueryRequest) -> None:
        """The craters of a kind: nothing but what the kind says is a condition."""
        self.dock.question.show_conditions(request.conditions)
        self.search(request)

    def show_settings(self) -> None:
        """The settings dialog."""
        from .settings_dialog import SettingsDialog

        dialog = SettingsDialog(self.settings, self._iface.mainWindow(), self.engine)
        dialog.exec()
        dialog.deleteLater()

    def say(self, text: str, level: Any = Qgis.MessageLevel.Info) -> None:
        """A line in QGIS's message bar."""
        if not self._closing:
            self._iface.messageBar().pushMessage(tr("CraterBench"), text, level)
