"""The matches of one query, and what the user decided about each. No widgets."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..contract.columns import name_column
from ..i18n import tr
from ..protocol import IndexInfo, MatchRecord, Preview, SearchReply
from .query import QueryRequest

UNDECIDED, ACCEPTED, REJECTED = "undecided", "accepted", "rejected"
DECISIONS = (UNDECIDED, ACCEPTED, REJECTED)


class MatchSet(QObject):
    """One query and its matches; the gallery, the layers, the store and the export share it.

    Matches are addressed by their row, 0 for rank 1; that never changes. ``thumbnails``: row ->
    path of a picture, filled as they arrive.
    """

    decided = pyqtSignal(list)
    """Rows whose decision changed."""
    thumbnails_arrived = pyqtSignal(list)
    """Rows that have a picture now."""

    def __init__(
        self,
        request: QueryRequest,
        index: dict[str, Any],
        preview: Preview,
        matches: list[MatchRecord],
        provenance: dict[str, Any],
        *,
        set_id: str = "",
        created: str = "",
        decisions: dict[int, str] | None = None,
        timings_ms: dict[str, float] | None = None,
    ) -> None:
        super().__init__()
        self.set_id = set_id or uuid.uuid4().hex
        self.created = created or datetime.now(timezone.utc).isoformat(timespec="seconds")
        self.request = request
        self.index = index
        """{path, name, index_id, body: {name, a, b}} of the index searched."""
        self.preview = preview
        self.matches = matches
        self.provenance = provenance
        self.timings_ms = timings_ms or {}
        self.thumbnails: dict[int, str] = {}
        self._decisions = dict(decisions or {})

    @classmethod
    def of_reply(cls, request: QueryRequest, info: IndexInfo, reply: SearchReply) -> MatchSet:
        """From the engine's answer."""
        index = {
            "path": info.path,
            "name": info.name,
            "index_id": info.index_id,
            "body": info.body,
        }
        preview = Preview.from_json(reply.query)
        matches = reply.records()
        accepted = set(request.accepted)
        return cls(
            request,
            index,
            preview,
            matches,
            reply.provenance,
            decisions={n: ACCEPTED for n, one in enumerate(matches) if one.crater_id in accepted},
            timings_ms=reply.timings_ms,
        )

    def refined_request(self) -> QueryRequest | None:
        """The query again with all that was decided, here and before; None without a decision.

        What was decided before counts unless this set shows the crater and says otherwise.
        """
        shown = {one.crater_id for one in self.matches}
        sides = []
        for decision, before in (
            (ACCEPTED, self.request.accepted),
            (REJECTED, self.request.rejected),
        ):
            here = [self.matches[row].crater_id for row in self.rows_of(decision)]
            earlier = [one for one in before if one not in shown]
            sides.append(tuple(dict.fromkeys([*earlier, *here])))
        accepted, rejected = sides
        if not accepted and not rejected:
            return None
        base = self.request.base_label or self.request.label or tr("Query")
        text = tr("{query}, refined (+{accepted} −{rejected})")
        label = text.format(query=base, accepted=len(accepted), rejected=len(rejected))
        return replace(
            self.request, accepted=accepted, rejected=rejected, base_label=base, label=label
        )

    def __len__(self) -> int:
        return len(self.matches)

    def decision(self, row: int) -> str:
        """One of :data:`DECISIONS`."""
        return self._decisions.get(row, UNDECIDED)

    def decide(self, rows: Iterable[int], decision: str) -> None:
        """Set the decision of ``rows`` and tell everybody once."""
        if decision not in DECISIONS:
            raise ValueError(decision)
        changed = [row for row in rows if self.decision(row) != decision]
        for row in changed:
            if decision == UNDECIDED:
                self._decisions.pop(row, None)
            else:
                self._decisions[row] = decision
        if changed:
            self.decided.emit(changed)

    def rows_of(self, decision: str) -> list[int]:
        """Rows with that decision, in rank order."""
        return [row for row in range(len(self.matches)) if self.decision(row) == decision]

    def decisions(self) -> dict[int, str]:
        """All that are decided."""
        return dict(self._decisions)

    def add_thumbnails(self, files: dict[int, str]) -> None:
        """Pictures by view number, as the engine names them."""
        rows = [n for n, match in enumerate(self.matches) if match.view_number in files]
        for row in rows:
            self.thumbnails[row] = files[self.matches[row].view_number]
        if rows:
            self.thumbnails_arrived.emit(rows)

    def name_of(self, row: int) -> str:
        """The crater's name where the catalogue has one, else its id."""
        match = self.matches[row]
        column = name_column(list(match.attributes))
        return str((match.attributes.get(column) if column else None) or match.crater_id)
