"""The results of a query: header, sort and filter, gallery, decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QApplication,
    QBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from ...client.service import EngineService
from ...contract.vocabulary import Decision, QueryKind
from ...core.keeper import Keeper
from ...core.match_set import MatchSet
from ...core.query import QueryRequest
from ...core.settings import Settings
from ...core.words import matches as words
from ...core.words.quantities import number
from ...i18n import tr
from .. import colours
from ..layouts import in_column, in_row
from .actions import DecisionBar, fill_menu
from .bar import ResultsBar
from .decisions import DecisionLog
from .filter_box import FilterBox
from .filters import MatchFilter
from .header import QueryHeader
from .model import MatchModel
from .states import BusyPage, MessagePage
from .thumbnails import Thumbnails
from .view import GalleryView

_WIDE = 640
_SIZE_KEY = "results/picture_size"


class ResultsPanel(QWidget):
    """Shows a :class:`MatchSet`. Rows in signals are the set's: 0 is rank 1."""

    zoom_to = pyqtSignal(object, int)
    """MatchSet, row."""
    hovered = pyqtSignal(int)
    """Row under the mouse, -1 for none."""
    why = pyqtSignal(int)
    selection_changed = pyqtSignal(list)
    """Rows the user selected; ``select_rows`` does not echo."""
    export_requested = pyqtSignal()
    kinds_requested = pyqtSignal()
    search_again = pyqtSignal(object)
    """QueryRequest of a match, or of this query refined by what was decided."""
    went_back = pyqtSignal()
    """From a query that failed or was given up to the matches of the one before."""

    def __init__(self, engine: EngineService, settings: Settings) -> None:
        super().__init__()
        self._menus = Keeper()
        self._settings = settings
        self._set: MatchSet | None = None
        self.pictures = Thumbnails(engine, self)
        self.model = MatchModel(self.pictures, self)
        self.proxy = MatchFilter(self.model, self)
        self.log = DecisionLog(self)
        self.header = QueryHeader()
        self.bar = ResultsBar()
        self.filter_box = FilterBox()
        self.filter_box.hide()
        self.view = GalleryView(self.model, self.proxy)
        self.message, self.nothing_passes, self.busy = MessagePage(), MessagePage(), BusyPage()
        self.decision_bar = DecisionBar()
        self.legend = colours.QuietLabel(tr("Space accepts · Enter zooms · Ctrl+Z undoes"))
        self.legend.hide()
        self.status = QLabel()
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._lay_out()
        self._connect()
        self.view.set_picture_size(self._stored_size())
        self.bar.set_size(self.view.picture_size)
        self.show_set(None)

    # What others ask of the panel

    @property
    def match_set(self) -> MatchSet | None:
        """What is shown."""
        return self._set

    def show_set(self, match_set: MatchSet | None) -> None:
        """Show the matches of a query, or that there was none yet."""
        if self._set is not None:
            self._set.decided.disconnect(self._on_decided)
        self._set = match_set
        self.log.watch(match_set)
        self.proxy.set_matches(match_set)
        self.header.show_set(match_set)
        if match_set is None:
            self.show_message(
                tr("Draw a box around a crater on the map, or click one, to find the craters that "
                   "look like it.")
            )  # fmt: skip
            return
        match_set.decided.connect(self._on_decided)
        if not len(match_set):
            self._show_page(self.message)
            self.message.show_text(words.why_none(match_set))
            return
        self._show_page(self.gallery_page)
        self.view.scrollToTop()
        self._after_filter()

    def show_busy(self, text: str, cancel: Callable[[], Any] | None = None) -> None:
        """Something is under way; ``cancel`` is what the button calls."""
        self.header.hide()
        self.busy.show_text(text, cancel)
        self._show_page(self.busy)

    def show_message(self, text: str) -> None:
        """A sentence instead of matches: what went wrong, or what to do."""
        self.header.hide()
        self.message.show_text(text, *self._way_back())
        self._show_page(self.message)

    def set_drawing(self, is_drawing: bool) -> None:
        """While a new crop is drawn its preview stands in for the last query's header."""
        in_front = self._stack.currentWidget() is self.gallery_page
        self.header.setVisible(self._set is not None and in_front and not is_drawing)

    def select_rows(self, rows: list[int]) -> None:
        """Select these; ``selection_changed`` is not emitted."""
        self.view.select_rows(rows)
        self._say_status()

    def visible_rows(self) -> list[int]:
        """Rows that pass the filter, in the order shown."""
        return self.proxy.rows()

    def selected_rows(self) -> list[int]:
        """Rows selected, in the order shown."""
        return self.view.selected_rows()

    def decide(self, rows: list[int], decision: Decision) -> None:
        """Set the decision of rows, as the buttons do."""
        if self._set is None or not rows:
            return
        at, had = self.view.currentIndex().row(), bool(self.view.selected_rows())
        self._set.decide(rows, decision)
        if had and not self.view.selected_rows() and self.proxy.rowCount():
            # Decided matches left the filtered gallery: go on with the one in their place.
            self.view.setCurrentIndex(
                self.proxy.index(min(max(at, 0), self.proxy.rowCount() - 1), 0)
            )

    def undo(self) -> None:
        """Take the last decision back and show whose it was."""
        rows = self.log.undo()
        if rows:
            self.view.select_rows(rows)
            self._on_selection(self.view.selected_rows())

    def refine(self) -> None:
        """Ask for the query again, with all that was decided about its matches."""
        request = self._set.refined_request() if self._set is not None else None
        if request is not None:
            self.search_again.emit(request)

    # Making

    def _lay_out(self) -> None:
        self.gallery_page = QWidget()
        self._inner = QStackedWidget()
        self._inner.addWidget(self.view)
        self._inner.addWidget(self.nothing_passes)
        in_column(
            self.bar, self.filter_box, (self._inner, 1), self.decision_bar,
            in_row((self.status, 1), self.legend), on=self.gallery_page, margins=0, spacing=4,
        )  # fmt: skip
        self._stack = QStackedWidget()
        for page in (self.gallery_page, self.message, self.busy):
            self._stack.addWidget(page)
        self._layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._layout.setContentsMargins(4, 4, 4, 4)
        self._layout.setSpacing(6)
        self._layout.addWidget(self.header)
        self._layout.addWidget(self._stack, 1)

    def _connect(self) -> None:
        view, bar = self.view, self.bar
        view.decision_wanted.connect(self.decide)
        view.toggle_wanted.connect(self._toggle)
        view.undo_wanted.connect(self.undo)
        view.zoom_wanted.connect(self._zoom)
        view.why_wanted.connect(self.why)
        view.refine_wanted.connect(self.refine)
        view.kinds_wanted.connect(self.kinds_requested)
        view.window_wanted.connect(bar.window.toggle)
        view.hovered.connect(self.hovered)
        view.rows_selected.connect(self._on_selection)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(lambda at: self._menu(at))
        bar.sort_changed.connect(self._sort)
        bar.filter_toggled.connect(self.filter_box.setVisible)
        bar.size_changed.connect(self._resize_pictures)
        bar.export_wanted.connect(self.export_requested)
        self.filter_box.changed.connect(self._filter)
        self.decision_bar.decision_wanted.connect(lambda d: self.decide(self.selected_rows(), d))
        self.decision_bar.why_wanted.connect(self._why_of_selection)
        self.decision_bar.refine_wanted.connect(self.refine)

    def resizeEvent(self, event: Any) -> None:
        """The header goes beside the gallery where there is room."""
        is_wide = self.width() >= _WIDE
        direction = QBoxLayout.Direction
        wanted = direction.LeftToRight if is_wide else direction.TopToBottom
        if self._layout.direction() != wanted:
            self._layout.setDirection(wanted)
            self.header.set_wide(is_wide)
            self.legend.setVisible(is_wide)
        super().resizeEvent(event)

    def _show_page(self, page: QWidget) -> None:
        self._stack.setCurrentWidget(page)
        if page is self.gallery_page:
            self.header.setVisible(self._set is not None)

    def _way_back(self) -> tuple[Any, ...]:
        """A failed search must not take the matches of the one before away."""
        if self._set is None or not len(self._set):
            return ()
        return tr("Back to the last matches"), self._go_back

    def _go_back(self) -> None:
        self._show_page(self.gallery_page)
        self.went_back.emit()

    # Reactions

    def _on_decided(self, rows: list[int]) -> None:
        self.proxy.refresh_decisions()
        self._after_filter()

    def _filter(self) -> None:
        self.proxy.apply(self.filter_box.settings())
        self.bar.set_conditions(self.proxy.settings.count())
        self._after_filter()

    def _sort(self, key: str, descending: bool) -> None:
        self.proxy.sort_by(key, descending)
        self.view.scrollToTop()

    def _after_filter(self) -> None:
        if self._set is None:
            return
        empty = self.proxy.rowCount() == 0
        if empty:
            self.nothing_passes.show_text(
                tr("No match meets the filter; {n} are hidden.").format(n=number(len(self._set))),
                tr("Clear the filter"),
                self.filter_box.reset,
            )
        self._inner.setCurrentWidget(self.nothing_passes if empty else self.view)
        self._say_status()

    def _say_status(self) -> None:
        selected = len(self.view.selected_rows())
        decided = self._set is not None and self._set.refined_request() is not None
        self.decision_bar.set_enabled_for(selected, decided)
        if self._set is not None:
            text = words.status(self._set, self.proxy.rowCount(), selected)
            self.status.setText(text)
            self.status.setToolTip(text)

    def _on_selection(self, rows: list[int]) -> None:
        self._say_status()
        self.selection_changed.emit(rows)

    def _toggle(self, rows: list[int]) -> None:
        if self._set is not None:
            everywhere = all(self._set.decision(row) == Decision.ACCEPTED for row in rows)
            self.decide(rows, Decision.UNDECIDED if everywhere else Decision.ACCEPTED)

    def _zoom(self, row: int) -> None:
        if self._set is not None and row >= 0:
            self.zoom_to.emit(self._set, row)

    def _why_of_selection(self) -> None:
        rows = self.selected_rows()
        if rows:
            self.why.emit(rows[0])

    def _resize_pictures(self, side: int) -> None:
        self.view.set_picture_size(side)
        self._settings.set_value(_SIZE_KEY, side)

    def _stored_size(self) -> int:
        try:
            return int(self._settings.value(_SIZE_KEY, self.view.picture_size))
        except (TypeError, ValueError):
            return int(self.view.picture_size)

    # The context menu

    def _menu(self, at: Any) -> None:
        rows = self.selected_rows()
        menu = self._menus.keep(QMenu(self))  # popup() returns while it is on the screen
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill_menu(menu, rows, self.palette(), self._acts(rows))
        menu.popup(self.view.viewport().mapToGlobal(at))

    def _acts(self, rows: list[int]) -> dict[str, Callable[[], Any]]:
        acts: dict[str, Callable[[], Any]] = {
            decision: lambda decision=decision: self.decide(rows, decision)  # type: ignore[misc]
            for decision in Decision
        }
        acts.update(all=self.view.selectAll, copy=lambda: self._copy(rows))
        acts["kinds"] = self.kinds_requested.emit
        if self.log.can_undo():
            acts["undo"] = self.undo
        if self._set is not None and self._set.refined_request() is not None:
            acts["refine"] = self.refine
        if len(rows) == 1:
            acts.update(
                zoom=lambda: self._zoom(rows[0]),
                why=lambda: self.why.emit(rows[0]),
                again=lambda: self._search_again(rows[0]),
            )
        return acts

    def _search_again(self, row: int) -> None:
        if self._set is None:
            return
        match = self._set.matches[row]
        self.search_again.emit(
            QueryRequest(
                kind=QueryKind.INDEXED,
                crater_id=match.crater_id,
                lon=match.lon,
                lat=match.lat,
                diameter_m=match.diameter_m,
                label=words.crater_title(self._set.name_of(row), match.crater_id),
            )
        )

    def _copy(self, rows: list[int]) -> None:
        if self._set is not None:
            QApplication.clipboard().setText(words.table(self._set, rows))
