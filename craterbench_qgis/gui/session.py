"""One search at a time: from a query to a match set that gallery, layers and store share."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..core.match_set import MatchSet
from ..core.query import QueryRequest
from ..i18n import tr
from ..protocol import IndexInfo, SearchParams, SearchReply


class SearchSession(QObject):
    """Sends queries to the engine. A new query replaces one that is still running.

    ``engine``: ``client.Engine``; ``settings``: ``core.settings.Settings``.
    """

    searching = pyqtSignal(object)
    """A QueryRequest went out."""
    found = pyqtSignal(object)
    """The MatchSet of the last query."""
    failed = pyqtSignal(str)
    """One sentence for the user."""
    index_changed = pyqtSignal(object)
    """IndexInfo or None."""

    def __init__(self, engine: Any, settings: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._settings = settings
        self._call: Any = None
        self.index: IndexInfo | None = None
        self.filters: dict[str, Any] = {}

    def set_index(self, info: IndexInfo | None) -> None:
        """The index that is searched from now on."""
        if self._call is not None:
            self.cancel()
        self.index = info
        self.index_changed.emit(info)

    def body(self) -> dict[str, Any] | None:
        """{name, a, b} of the index, None where no index is open."""
        return self.index.body if self.index else None

    def search(self, request: QueryRequest) -> None:
        """Search the open index; answers come as signals."""
        if self.index is None:
            self.failed.emit(tr("No index is open. Open or build one in the tab “Index”."))
            return
        self._drop()
        info = self.index
        params = SearchParams(
            index=info.path,
            query=request.to_params(),
            top=self._settings.default_top,
            shortlist=self._settings.default_shortlist,
            symmetric=self._settings.symmetric,
            filters=self.filters,
            feedback=request.feedback(),
        )
        self.searching.emit(request)
        self._call = self._engine.call(
            "search",
            params.to_json(),
            done=lambda result: self._done(request, info, result),
            failed=self._failed,
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

    def _done(self, request: QueryRequest, info: IndexInfo, result: dict[str, Any]) -> None:
        self._call = None
        self.found.emit(MatchSet.of_reply(request, info, SearchReply.from_json(result)))

    def _failed(self, error: Any) -> None:
        if self._call is None and error.cancelled:
            return
        self._call = None
        self.failed.emit(error.message)
