"""In which order pairs are reviewed, and which of them. Pure Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from ...contract.vocabulary import PairOrder, Verdict
from .file import DECIDED, ReviewPair

_BAND_DEG = 5.0


@dataclass(frozen=True)
class PairFilter:
    """Which pairs are gone through: those with one of ``decisions`` and this probability."""

    decisions: tuple[Verdict, ...] = (Verdict.UNDECIDED,)
    min_probability: float = 0.0

    def passes(self, pair: ReviewPair) -> bool:
        """Whether ``pair`` is one of them."""
        return pair.decision in self.decisions and pair.probability >= self.min_probability

    @property
    def shrinks(self) -> bool:
        """Whether a pair leaves with its decision."""
        return self.decisions == (Verdict.UNDECIDED,)


@dataclass(frozen=True)
class Counts:
    """``decided`` includes ``unsure``; ``shown``: pairs that pass the filter."""

    total: int
    decided: int
    duplicates: int
    distinct: int
    unsure: int
    shown: int


class Orders:
    """The rows of all pairs in every order."""

    def __init__(self, pairs: Sequence[ReviewPair]) -> None:
        self.rows: dict[PairOrder, list[int]] = {}
        self.places: dict[PairOrder, list[int]] = {}
        for order, key in _KEYS.items():
            values = [key(pair) for pair in pairs]
            rows = sorted(range(len(pairs)), key=values.__getitem__)
            places = [0] * len(rows)
            for place, row in enumerate(rows):
                places[row] = place
            self.rows[order], self.places[order] = rows, places


class PairQueue:
    """The pairs in an order, the one shown, and those shown before. Rows index ``pairs``.

    Of a large review it is made in the store's thread, because sorting takes a while.
    """

    def __init__(
        self,
        pairs: list[ReviewPair],
        order: PairOrder = PairOrder.DOUBT,
        which: PairFilter | None = None,
    ) -> None:
        self.pairs = pairs
        self.order = order
        self.filter = which or PairFilter()
        self.current: int | None = None
        self._orders = Orders(pairs)
        self._past: list[int] = []
        self._tally = Counter(pair.decision for pair in pairs)
        self._shown = sum(map(self.filter.passes, pairs))

    # What is asked

    def counts(self) -> Counts:
        """How far the review is."""
        duplicates, distinct, unsure = (self._tally[verdict] for verdict in DECIDED)
        total = duplicates + distinct + unsure
        return Counts(len(self.pairs), total, duplicates, distinct, unsure, self._shown)

    def pair(self) -> ReviewPair | None:
        """The one that is shown."""
        return None if self.current is None else self.pairs[self.current]

    @property
    def can_go_back(self) -> bool:
        """Whether a pair was shown before this one."""
        return bool(self._past)

    def ahead(self, count: int) -> list[int]:
        """The next ``count`` rows that would come, without going there."""
        rows: list[int] = []
        at = self.current
        while len(rows) < count:
            row = self._after(at, rows)
            if row is None or row == self.current:
                break
            rows.append(row)
            at = row
        return rows

    def behind(self) -> list[int]:
        """The row that "back" would show."""
        return self._past[-1:]

    # What is done

    def note(self, pair: ReviewPair, before: Verdict) -> None:
        """The decision on ``pair`` is another; ``before``: what it was."""
        self._tally[before] -= 1
        self._tally[pair.decision] += 1
        if pair.probability >= self.filter.min_probability:
            self._shown += (pair.decision in self.filter.decisions) - (
                before in self.filter.decisions
            )

    def start(self) -> int | None:
        """Go where the review stopped: on from the pair that was decided last."""
        decided = [row for row, pair in enumerate(self.pairs) if pair.decided.at]
        last = max(decided, key=lambda row: self.pairs[row].decided.at, default=None)
        self._past = []
        self.current = self._after(last, ())
        return self.current

    def next(self) -> int | None:
        """Go on; None at the end, where the pair that is shown stays if it still passes."""
        row = self._after(self.current, ())
        if row == self.current:
            row = None
        if row is not None or (self.current is not None and not self._passes(self.current)):
            if self.current is not None:
                self._past.append(self.current)
            self.current = row
        return row

    def back(self) -> int | None:
        """Go to the pair that was shown before, whatever was decided."""
        if not self._past:
            return None
        self.current = self._past.pop()
        return self.current

    def go_to(self, row: int) -> None:
        """Show a row, whether it passes or not."""
        if self.current is not None and row != self.current:
            self._past.append(self.current)
        self.current = row

    def set_order(self, order: PairOrder) -> None:
        """Another order; what is shown stays."""
        self.order = order

    def set_filter(self, which: PairFilter) -> int | None:
        """Other pairs; goes on where the one that is shown is none of them."""
        self.filter = which
        self._shown = sum(map(which.passes, self.pairs))
        if self.current is None:
            self.current = self._after(None, ())
        elif not self._passes(self.current):
            row = self._after(self.current, ())
            row = self._after(None, ()) if row is None else row
            if row is not None:
                self._past.append(self.current)
            self.current = row
        return self.current

    def _passes(self, row: int) -> bool:
        return self.filter.passes(self.pairs[row])

    def _after(self, row: int | None, without: Sequence[int]) -> int | None:
        """The next row in the order that passes; from the start again after the last one where
        pairs leave with their decision, so that skipped ones come back."""
        rows = self._orders.rows[self.order]
        start = 0 if row is None else self._orders.places[self.order][row] + 1
        places: Iterable[int] = range(start, len(rows))
        if self.filter.shrinks:
            places = chain(places, range(start))
        for place in places:
            candidate = rows[place]
            if self._passes(candidate) and candidate not in without:
                return candidate
        return None


def _place(pair: ReviewPair) -> float:
    """Sorts by bands of latitude from north to south, within them eastward and westward in turn:
    from pair to pair the map moves little."""
    band = int((90.0 - pair.a.lat) // _BAND_DEG)
    return 1000.0 * band + (pair.a.lon if band % 2 == 0 else -pair.a.lon)


_KEYS: dict[PairOrder, Callable[[ReviewPair], float]] = {
    PairOrder.DOUBT: lambda pair: abs(pair.probability - 0.5),
    PairOrder.PROBABILITY: lambda pair: -pair.probability,
    PairOrder.SIZE: lambda pair: -max(pair.a.diameter_m, pair.b.diameter_m),
    PairOrder.PLACE: _place,
}
