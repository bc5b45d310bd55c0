"""One search at a time: from a query to a match set that gallery, layers and store share."""

from __future__ import annotations

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..client.failure import CallError
from ..client.service import AnyCall, EngineService
from ..contract.build import IndexInfo
from ..contract.methods import SEARCH
from ..contract.records import RecordError
from ..contract.search import SearchParams, SearchReply
from ..contract.wire import KINDS_MISSING
from ..core.match_set import MatchSet
from ..core.query import QueryRequest
from ..core.settings import Settings
from ..i18n import tr


class SearchSession(QObject):
    """Sends queries to the engine. A new query replaces one that is still running."""

    searching = pyqtSignal(object)
    """A QueryRequest went out."""
    answered = pyqtSignal(object)
    """The MatchSet of the last query."""
    failed = pyqtSignal(str)
    """One sentence for the user."""
    kinds_missing = pyqtSignal()
    """Analogs were asked for of an index without descriptors of kind."""
    index_changed = pyqtSignal(object)
    """IndexInfo or None."""

    def __init__(
        self, engine: EngineService, settings: Settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._settings = settings
        self._call: AnyCall | None = None
        self.index: IndexInfo | None = None

    def set_index(self, info: IndexInfo | None) -> None:
        """The index that is searched from now on."""
        if self._call is not None:
            self.cancel()
        self.index = info
        self.index_changed.emit(info)

    def search(self, request: QueryRequest) -> None:
        """Search the open index; answers come as signals."""
        if self.index is None:
            self.failed.emit(tr("No index is open. Open or build one in the tab “Index”."))
            return
        self._drop()
        info = self.index
        try:
            query = request.query()
        except RecordError:
            text = tr("What was searched is not there any more. Draw the query again.")
            self.failed.emit(text)
            return
        params = SearchParams(
            index=info.path,
            query=query,
            top=self._settings.default_top,
            shortlist=self._settings.default_shortlist,
            symmetric=self._settings.symmetric,
            filters=request.conditions.filters,
            feedback=request.feedback,
            find=request.conditions.find,
            any_angle=request.conditions.any_angle,
            analogs=request.conditions.analogs,
        )
        self.searching.emit(request)
        self._call = self._engine.call(
            SEARCH,
            params,
            lambda reply: self._done(request, info, reply),
            self._failed,
            owner=self,
        )

    def cancel(self) -> None:
        """Give up the running query."""
        if self._call is not None:
            self._drop()
            self.failed.emit(tr("The search was cancelled."))

    def _drop(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call.drop()  # nothing of it may be taken for the next one's answer

    def _done(self, request: QueryRequest, info: IndexInfo, reply: SearchReply) -> None:
        self._call = None
        if request.shown:
            reply.provenance["shown_by_qgis"] = request.shown
        self.answered.emit(MatchSet.of_reply(request.as_read(reply.query), info, reply))

    def _failed(self, error: CallError) -> None:
        if self._call is None and error.cancelled:
            return
        self._call = None
        if error.kind == KINDS_MISSING:
            self.kinds_missing.emit()
        else:
            self.failed.emit(error.in_panel)
