"""The order in which pairs are reviewed, and where the review goes on. No QGIS in here."""

from __future__ import annotations

from typing import Any

from craterbench_qgis.contract.vocabulary import PairOrder, Verdict
from craterbench_qgis.core.review.file import (
    Decided,
    ReviewPair,
)
from craterbench_qgis.core.review.order import (
    PairFilter,
    PairQueue,
)
from craterbench_qgis.core.words.review import comparison


def pair_of(number: int, probability: float, km: float = 20.0, lat: float = 0.0) -> ReviewPair:
    a, b = (f"a{number}", number, lat, km * 1e3), (f"b{number}", number, lat, km * 900)
    return ReviewPair(number, None, a, b, 1e3, 0.05, 0.9, 0.8, None, probability, None, Decided())


def decide(queue: PairQueue, decision: Verdict, at: str = "2026-01-01T00:00:00Z") -> None:
    pair = queue.pair()
    assert pair is not None
    before, pair.decided = pair.decision, Decided(decision, "me", at)
    queue.note(pair, before)


def test_orders() -> None:
    pairs = [
        pair_of(0, 0.95, 10, -40), pair_of(1, 0.48, 30, 60), pair_of(2, 0.10, 20, 59.0),
    ]  # fmt: skip
    expected = {
        PairOrder.DOUBT: [1, 2, 0],
        PairOrder.PROBABILITY: [0, 1, 2],
        PairOrder.SIZE: [1, 2, 0],
        PairOrder.PLACE: [1, 2, 0],
    }
    for order, rows in expected.items():
        queue = PairQueue(pairs, order)
        assert [queue.start(), queue.next(), queue.next()] == rows, order
        assert queue.next() == rows[0]  # undecided ones that were skipped come round again


def test_going_through() -> None:
    pairs = [pair_of(n, 0.5 + n / 10) for n in range(5)]
    queue = PairQueue(pairs)
    assert queue.start() == 0 and queue.ahead(3) == [1, 2, 3]
    decide(queue, Verdict.DUPLICATE)
    assert queue.next() == 1 and queue.behind() == [0]
    assert queue.next() == 2  # 1 is skipped
    decide(queue, Verdict.UNSURE)
    assert queue.back() == 1 and queue.back() == 0 and queue.back() is None
    assert queue.pair() is pairs[0]  # although it is decided
    decide(queue, Verdict.DISTINCT)
    counts = queue.counts()
    assert (counts.total, counts.decided, counts.duplicates) == (5, 2, 0)
    assert (counts.distinct, counts.unsure, counts.shown) == (1, 1, 3)
    queue.set_filter(PairFilter(("",), 0.75))
    assert queue.current == 3 and queue.counts().shown == 2
    decide(queue, Verdict.DUPLICATE)
    queue.next()
    decide(queue, Verdict.DUPLICATE)
    assert queue.next() is None and queue.current is None and queue.counts().shown == 0
    assert queue.back() == 4
    queue.set_filter(PairFilter((Verdict.UNSURE,)))
    assert queue.current == 2
    decide(queue, Verdict.UNSURE)
    assert queue.next() is None and queue.current == 2  # the last one stays in view


def test_it_goes_on_after_the_last_decision() -> None:
    pairs = [pair_of(n, 0.5 + n / 10) for n in range(5)]
    pairs[0].decided = Decided(Verdict.DUPLICATE, "me", "2026-01-02T00:00:00.000Z")
    pairs[2].decided = Decided(Verdict.DUPLICATE, "me", "2026-01-02T00:00:01.000Z")
    assert PairQueue(pairs).start() == 3
    pairs[3].decided = pairs[4].decided = Decided(
        Verdict.DISTINCT, "me", "2026-01-03T00:00:00.000Z"
    )
    assert PairQueue(pairs).start() == 1  # skipped earlier
    pairs[1].decided = pairs[0].decided
    assert PairQueue(pairs).start() is None
    assert PairQueue([]).start() is None


def test_columns_that_mean_the_same_stand_in_one_row() -> None:
    pair: Any = None
    first = {"Unnamed: 0": 4, "ID": "a", "Lon": 12.5, "Lat": -3.0, "Diam_km": 20.0, "x": 1}
    second = {"CraterID": "b", "Long": 12.6, "Lat": -3.1, "Diameter_km": 21.0, "y": 2}
    assert comparison(pair, first, second) == [
        ["ID / CraterID", "a", "b"],
        ["Lon / Long", "12.5", "12.6"],
        ["Lat", "-3", "-3.1"],
        ["Diam_km / Diameter_km", "20", "21"],
        ["x", "1", ""],
        ["y", "", "2"],
    ]
