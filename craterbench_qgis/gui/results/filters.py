"""Which matches are shown, and in which order."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

from qgis.PyQt.QtCore import QModelIndex, QObject, QSortFilterProxyModel

from ...contract.search import Match
from ...contract.vocabulary import Decision
from ...core.match_set import MatchSet, diameter_ratio
from .model import MatchModel

RANK, DIAMETER, DISTANCE = "rank", "diameter", "distance"
RATIO, LATITUDE, DECISION = "ratio", "latitude", "decision"
SORTS = (RANK, DIAMETER, DISTANCE, RATIO, LATITUDE, DECISION)
_DECISION_ORDER = {Decision.ACCEPTED: 0.0, Decision.UNDECIDED: 1.0, Decision.REJECTED: 2.0}


@dataclass(frozen=True)
class FilterSettings:
    """Which matches of a set are shown; None, "" and all decisions mean all of them.

    ``min_score`` similarity; ``text`` is looked for in name, id and attributes. Conditions on
    craters are the search's (``core.query.Conditions``): here they would hide what was found and
    find nothing else.
    """

    min_score: float | None = None
    text: str = ""
    decisions: tuple[Decision, ...] = tuple(Decision)

    def count(self) -> int:
        """How many conditions there are."""
        default = FilterSettings()
        return sum(getattr(self, f.name) != getattr(default, f.name) for f in fields(self))


def passes(settings: FilterSettings, match_set: MatchSet, row: int) -> bool:
    """Whether a match is shown."""
    match = match_set.matches[row]
    return (
        match_set.decision(row) in settings.decisions
        and (settings.min_score is None or match.score >= settings.min_score)
        and (not settings.text or _has_text(match, match_set.name_of(row), settings.text))
    )


def _has_text(match: Match, name: str, text: str) -> bool:
    """Every word must occur somewhere."""
    values = [name, match.crater_id, *(str(v) for v in match.attributes.values() if v is not None)]
    everything = "\n".join(values).casefold()
    return all(word in everything for word in text.casefold().split())


def _sort_value(match_set: MatchSet, key: str) -> Callable[[int], float | None]:
    """What rows are ordered by; None where unknown. The ratio counts from equal size outwards."""
    matches, preview = match_set.matches, match_set.preview

    def closeness(row: int) -> float | None:
        ratio = diameter_ratio(matches[row], preview)
        return abs(math.log(ratio)) if ratio else None

    values: dict[str, Callable[[int], float | None]] = {
        RANK: lambda row: float(row),
        DIAMETER: lambda row: matches[row].diameter_m,
        DISTANCE: lambda row: matches[row].distance_m,
        RATIO: closeness,
        LATITUDE: lambda row: matches[row].lat,
        DECISION: lambda row: _DECISION_ORDER[match_set.decision(row)],
    }
    return values[key]


def ordered(match_set: MatchSet, key: str, descending: bool) -> list[int]:
    """All rows in that order; unknown values last in both directions, ties by rank."""
    value_of = _sort_value(match_set, key)
    sign = -1.0 if descending else 1.0

    def order(row: int) -> tuple[bool, float]:
        value = value_of(row)
        return (True, 0.0) if value is None else (False, sign * value)

    return sorted(range(len(match_set)), key=order)


class MatchFilter(QSortFilterProxyModel):
    """Shows the rows of a :class:`MatchModel` that pass, in the order chosen.

    Order and conditions are worked out once, in Python's own sort, when they or the set change;
    Qt then compares plain numbers. A decision made later does not move a match about, but hides it
    where decisions are filtered.
    """

    def __init__(self, model: MatchModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._settings = FilterSettings()
        self._key, self._descending = RANK, False
        self._position: list[int] = []
        self._shown: list[bool] = []
        self.setDynamicSortFilter(False)
        self.setSourceModel(model)

    @property
    def settings(self) -> FilterSettings:
        """The conditions now."""
        return self._settings

    def set_matches(self, match_set: MatchSet | None) -> None:
        """Show another set under the same conditions, in the same order."""
        self._position = []
        if match_set is not None:
            self._work_out_order(match_set)
        self._work_out_filter(match_set)
        self._model.set_matches(match_set)

    def apply(self, settings: FilterSettings) -> None:
        """Change the conditions."""
        self._settings = settings
        self._work_out_filter(self._model.match_set)
        self.invalidateFilter()

    def sort_by(self, key: str, descending: bool = False) -> None:
        """Change the order: one of :data:`SORTS`."""
        if key not in SORTS:
            raise ValueError(key)
        self._key, self._descending = key, descending
        if self._model.match_set is not None:
            self._work_out_order(self._model.match_set)
        self._sort()

    def refresh_decisions(self) -> None:
        """Decisions changed: hide and show what depends on them."""
        if self._settings.decisions != tuple(Decision):
            self._work_out_filter(self._model.match_set)
            self.invalidateFilter()

    def rows(self) -> list[int]:
        """Rows of the set that are shown, in the order shown."""
        shown = [row for row, is_shown in enumerate(self._shown) if is_shown]
        return sorted(shown, key=self._position.__getitem__)

    def row_of(self, index: QModelIndex) -> int:
        """The set's row behind an index of this model, -1 for none."""
        return self.mapToSource(index).row() if index.isValid() else -1

    def index_of(self, row: int) -> QModelIndex:
        """This model's index of a set's row; invalid where it is not shown."""
        return self.mapFromSource(self._model.index(row, 0))

    def filterAcceptsRow(self, row: int, parent: QModelIndex) -> bool:
        return row < len(self._shown) and self._shown[row]

    def lessThan(self, left: QModelIndex, right: QModelIndex) -> bool:
        return self._position[left.row()] < self._position[right.row()]

    def _sort(self) -> None:
        # Without a sort column Qt keeps the source's order, which is the rank's.
        self.sort(-1 if self._key == RANK and not self._descending else 0)

    def _work_out_order(self, match_set: MatchSet) -> None:
        self._position = [0] * len(match_set)
        for position, row in enumerate(ordered(match_set, self._key, self._descending)):
            self._position[row] = position

    def _work_out_filter(self, match_set: MatchSet | None) -> None:
        count = 0 if match_set is None else len(match_set)
        self._shown = [
            match_set is not None and passes(self._settings, match_set, row) for row in range(count)
        ]
