"""The matches of one query, and what the user decided about each. No widgets."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timezone

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..contract.build import IndexInfo
from ..contract.columns import name_column
from ..contract.records import Json
from ..contract.search import Feedback, Match, Preview, SearchReply
from ..contract.vocabulary import Decision
from ..i18n import tr
from .query import QueryRequest, SearchedIndex


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
        index: SearchedIndex,
        preview: Preview,
        matches: list[Match],
        provenance: Json,
        *,
        set_id: str = "",
        created: str = "",
        decisions: dict[int, Decision] | None = None,
        timings_ms: dict[str, float] | None = None,
    ) -> None:
        super().__init__()
        self.set_id = set_id or uuid.uuid4().hex
        self.created = created or datetime.now(timezone.utc).isoformat(timespec="seconds")
        self.request = request
        self.index = index
        self.preview = preview
        self.matches = matches
        self.provenance = provenance
        self.timings_ms = timings_ms or {}
        self.thumbnails: dict[int, str] = {}
        self._decisions = dict(decisions or {})

    @classmethod
    def of_reply(cls, request: QueryRequest, info: IndexInfo, reply: SearchReply) -> MatchSet:
        """From the engine's answer."""
        accepted = set(request.feedback.accepted)
        return cls(
            request,
            SearchedIndex(info.path, info.name, info.index_id, info.body),
            reply.query,
            reply.matches,
            reply.provenance,
            decisions={
                row: Decision.ACCEPTED
                for row, match in enumerate(reply.matches)
                if match.crater_id in accepted
            },
            timings_ms=reply.timings_ms,
        )

    def judged(self) -> Feedback:
        """The decisions on these matches and those that refined the query; such a one counts
        unless its crater is among these matches."""
        shown = {match.crater_id for match in self.matches}

        def ids(decision: Decision, before: list[str]) -> list[str]:
            here = [self.matches[row].crater_id for row in self.rows_of(decision)]
            earlier = [crater_id for crater_id in before if crater_id not in shown]
            return list(dict.fromkeys([*earlier, *here]))

        earlier = self.request.feedback
        return Feedback(
            ids(Decision.ACCEPTED, earlier.accepted), ids(Decision.REJECTED, earlier.rejected)
        )

    def refined_request(self) -> QueryRequest | None:
        """The query refined by the decisions on these matches and by earlier ones.

        None where they refine nothing (:meth:`.query.Conditions.refinable_by`).
        """
        feedback = self.judged()
        if not self.request.conditions.refinable_by(feedback):
            return None
        base = self.request.base_label or self.request.label or tr("Query")
        text = tr("{query}, refined (+{accepted} −{rejected})")
        label = text.format(
            query=base, accepted=len(feedback.accepted), rejected=len(feedback.rejected)
        )
        return replace(self.request, feedback=feedback, base_label=base, label=label)

    def __len__(self) -> int:
        return len(self.matches)

    def decision(self, row: int) -> Decision:
        """What the user decided about a match."""
        return self._decisions.get(row, Decision.UNDECIDED)

    def decide(self, rows: Iterable[int], decision: Decision) -> None:
        """Set the decision of ``rows``; :attr:`decided` is emitted once."""
        decision = Decision(decision)  # signals carry it as a plain text
        changed = [row for row in rows if self.decision(row) != decision]
        for row in changed:
            if decision is Decision.UNDECIDED:
                self._decisions.pop(row, None)
            else:
                self._decisions[row] = decision
        if changed:
            self.decided.emit(changed)

    def rows_of(self, decision: Decision) -> list[int]:
        """Rows with that decision, in rank order."""
        return [row for row in range(len(self.matches)) if self.decision(row) == decision]

    def decisions(self) -> dict[int, Decision]:
        """All that are decided."""
        return dict(self._decisions)

    def add_thumbnails(self, files: dict[int, str]) -> None:
        """Pictures by view number, as the engine names them."""
        pictures = {
            row: files[match.view_number]
            for row, match in enumerate(self.matches)
            if match.view_number in files
        }
        self.thumbnails.update(pictures)
        if pictures:
            self.thumbnails_arrived.emit(list(pictures))

    def name_of(self, row: int) -> str:
        """The crater's name where the catalogue has one, else its id."""
        match = self.matches[row]
        column = name_column(list(match.attributes))
        return str((match.attributes.get(column) if column else None) or match.crater_id)


def diameter_ratio(match: Match, preview: Preview) -> float | None:
    """Diameter of the match / diameter of the query; None where the query's is unknown."""
    if not preview.diameter_m or preview.diameter_m <= 0:
        return None
    return match.diameter_m / preview.diameter_m
