"""The order in which pairs are reviewed, and where the review goes on. No QGIS in here."""

from __future__ import annotations

from craterbench_qgis.core.review.file import (
    DISTINCT,
    DUPLICATE,
    UNSURE,
    Decided,
    Entry,
    ReviewPair,
)
from craterbench_qgis.gui.review.order import (
    DOUBT,
    PLACE,
    PROBABILITY,
    SIZE,
    PairFilter,
    PairQueue,
)


def pair_of(number: int, probability: float, km: float = 20.0, lat: float = 0.0) -> ReviewPair:
    a, b = Entry(f"a{number}", number, lat, km * 1e3), Entry(f"b{number}", number, lat, km * 900)
    return ReviewPair(number, None, a, b, 1e3, 0.05, 0.9, 0.8, None, probability, None, Decided())


def decide(queue: PairQueue, decision: str, at: str = "2026-01-01T00:00:00Z") -> None:
    pair = queue.pair()
    assert pair is not None
    before, pair.decided = pair.decision, Decided(decision, "me", at)
    queue.note(pair, before)


def test_orders() -> None:
    pairs = [
        pair_of(0, 0.95, 10, -40), pair_of(1, 0.48, 30, 60), pair_of(2, 0.10, 20, 59.0),
    ]  # fmt: skip
    expected = {DOUBT: [1, 2, 0], PROBABILITY: [0, 1, 2], SIZE: [1, 2, 0], PLACE: [1, 2, 0]}
    for order, rows in expected.items():
        queue = PairQueue(pairs, order)
        assert [queue.start(), queue.next(), queue.next()] == rows, order
        assert queue.next() == rows[0]  # undecided ones that were skipped come round again


def test_going_through() -> None:
    pairs = [pair_of(n, 0.5 + n / 10) for n in range(5)]
    queue = PairQueue(pairs)
    assert queue.start() == 0 and queue.ahead(3) == [1, 2, 3]
    decide(queue, DUPLICATE)
    assert queue.next() == 1 and queue.behind() == [0]
    assert queue.next() == 2  # 1 is skipped
    decide(queue, UNSURE)
    assert queue.back() == 1 and queue.back() == 0 and queue.back() is None
    assert queue.pair() is pairs[0]  # although it is decided
    decide(queue, DISTINCT)
    counts = queue.counts()
    assert (counts.total, counts.decided, counts.duplicates) == (5, 2, 0)
    assert (counts.distinct, counts.unsure, counts.shown) == (1, 1, 3)
    queue.set_filter(PairFilter(("",), 0.75))
    assert queue.current == 3 and queue.counts().shown == 2
    decide(queue, DUPLICATE)
    queue.next()
    decide(queue, DUPLICATE)
    assert queue.next() is None and queue.current is None and queue.counts().shown == 0
    assert queue.back() == 4
    queue.set_filter(PairFilter((UNSURE,)))
    assert queue.current == 2
    decide(queue, UNSURE)
    assert queue.next() is None and queue.current == 2  # the last one stays in view


def test_it_goes_on_after_the_last_decision() -> None:
    pairs = [pair_of(n, 0.5 + n / 10) for n in range(5)]
    pairs[0].decided = Decided(DUPLICATE, "me", "2026-01-02T00:00:00.000Z")
    pairs[2].decided = Decided(DUPLICATE, "me", "2026-01-02T00:00:01.000Z")
    assert PairQueue(pairs).start() == 3
    pairs[3].decided = pairs[4].decided = Decided(DISTINCT, "me", "2026-01-03T00:00:00.000Z")
    assert PairQueue(pairs).start() == 1  # skipped earlier
    pairs[1].decided = pairs[0].decided
    assert PairQueue(pairs).start() is None
    assert PairQueue([]).start() is None
