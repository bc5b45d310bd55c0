"""The review of duplicates: its file, its order, and the panel in real QGIS driven by keys."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from craterbench_qgis.core.review.file import (
    DISTINCT,
    DUPLICATE,
    UNSURE,
    Decided,
    Entry,
    NotAReview,
    ReviewFile,
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

from .review_bench import HEAD, MOSAIC, review, with_mosaic, written
from .support import ENGINE_PYTHON, ROOT, needs_qgis, run_in_qgis

__all__ = ["review", "written"]  # fixtures


# ------------------------------------------------------------------------------- the order


def made_pair(number: int, probability: float, km: float = 20.0, lat: float = 0.0) -> ReviewPair:
    a, b = Entry(f"a{number}", number, lat, km * 1e3), Entry(f"b{number}", number, lat, km * 900)
    return ReviewPair(number, None, a, b, 1e3, 0.05, 0.9, 0.8, None, probability, None, Decided())


def decide(queue: PairQueue, decision: str, at: str = "2026-01-01T00:00:00Z") -> None:
    pair = queue.pair()
    assert pair is not None
    before, pair.decided = pair.decision, Decided(decision, "me", at)
    queue.note(pair, before)


def test_orders() -> None:
    pairs = [
        made_pair(0, 0.95, 10, -40), made_pair(1, 0.48, 30, 60), made_pair(2, 0.10, 20, 59.0),
    ]  # fmt: skip
    expected = {DOUBT: [1, 2, 0], PROBABILITY: [0, 1, 2], SIZE: [1, 2, 0], PLACE: [1, 2, 0]}
    for order, rows in expected.items():
        queue = PairQueue(pairs, order)
        assert [queue.start(), queue.next(), queue.next()] == rows, order
        assert queue.next() == rows[0]  # undecided ones that were skipped come round again


def test_going_through() -> None:
    pairs = [made_pair(n, 0.5 + n / 10) for n in range(5)]
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
    pairs = [made_pair(n, 0.5 + n / 10) for n in range(5)]
    pairs[0].decided = Decided(DUPLICATE, "me", "2026-01-02T00:00:00.000Z")
    pairs[2].decided = Decided(DUPLICATE, "me", "2026-01-02T00:00:01.000Z")
    assert PairQueue(pairs).start() == 3
    pairs[3].decided = pairs[4].decided = Decided(DISTINCT, "me", "2026-01-03T00:00:00.000Z")
    assert PairQueue(pairs).start() == 1  # skipped earlier
    pairs[1].decided = pairs[0].decided
    assert PairQueue(pairs).start() is None
    assert PairQueue([]).start() is None


# -------------------------------------------------------------------------------- the file


def test_what_the_engine_wrote_is_read_and_written_back(review: Path) -> None:
    file = ReviewFile(review)
    content = file.read()
    assert content.body == {"name": "Moon", "a": 1737400.0, "b": 1737400.0} and content.writable
    assert len(content.pairs) >= 40
    if MOSAIC.exists():
        assert content.mosaics == [{"path": str(MOSAIC)}]
    pair = next(one for one in content.pairs if one.a.id == "c0")
    assert (pair.b.id, pair.a.lon, pair.a.diameter_m) == ("d-c0", 179.95, 60e3)
    assert pair.b.lon < -179 and 0.1 < pair.distance_ratio < 0.2  # across the antimeridian
    assert pair.iou is not None and pair.similarity is None and pair.probability > 0.8
    first, second = file.attributes(pair.pair_id)
    assert (first["source"], second["source"], first["diam_km"]) == ("first", "second", 60.0)
    when = "2026-02-03T04:05:06.789Z"
    file.decide([(pair.pair_id, Decided(DUPLICATE, "Anna Ö'Neil", when))])
    other = content.pairs[1]
    file.decide([(other.pair_id, Decided(UNSURE, "Anna", when))])
    file.decide([(other.pair_id, Decided())])
    file.close()
    again = ReviewFile(review).read()
    kept = {one.pair_id: one.decided for one in again.pairs if one.decision}
    assert kept == {pair.pair_id: Decided(DUPLICATE, "Anna Ö'Neil", when)}
    # The engine and any GIS read the same.
    code = (
        "import sys, pyogrio.raw, json\n"
        "from pathlib import Path\n"
        "from craterbench_qgis.engine.duplicates.store import read_decisions\n"
        "found = read_decisions(Path(sys.argv[1]))\n"
        "_, _, shapes, values = pyogrio.raw.read(sys.argv[1], layer='pairs', columns=['decision'],"
        " where=\"decision <> ''\", bbox=(170, 0, 190, 20))\n"
        "print(json.dumps([[k, v.decision, v.reviewer] for k, v in found.items()]), len(shapes))"
    )
    seen = subprocess.run(
        [ENGINE_PYTHON, "-c", code, review], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.rsplit(" ", 1)
    assert json.loads(seen[0]) == [[["c0", "d-c0"], "duplicate", "Anna Ö'Neil"]] and int(seen[1])


def test_files_that_are_no_review(tmp_path: Path, review: Path) -> None:
    text = tmp_path / "text.gpkg"
    text.write_text("no database at all, but long enough to look like one")
    foreign = tmp_path / "foreign.gpkg"
    with sqlite3.connect(foreign) as db:
        db.execute("CREATE TABLE craters (fid INTEGER PRIMARY KEY)")
    old = Path(shutil.copy(review, tmp_path / "old.gpkg"))
    with sqlite3.connect(old) as db:
        db.execute("ALTER TABLE pairs RENAME COLUMN probability TO p")
    for path in (text, foreign, old):
        with pytest.raises(NotAReview):
            ReviewFile(path)
    with pytest.raises(FileNotFoundError):
        ReviewFile(tmp_path / "none.gpkg")
    assert not (tmp_path / "none.gpkg").exists()


# -------------------------------------------------------------------------------- in QGIS


@needs_qgis
def test_driven_by_keys(tmp_path: Path, review: Path) -> None:
    code = """
engine = FakeEngine(folder)
panel = panel_of(engine)
panel.page.bar.reviewer.setText("Anna")
assert panel.page.bar.order.currentData() == "doubt"
total = len(panel.queue.pairs)
wait_until(lambda: panel.view.picture is not None)
first = shown(panel)
by_doubt = sorted(panel.queue.pairs, key=lambda p: abs(p.probability - 0.5))
assert first == by_doubt[0].pair_id
words = panel.page.evidence.text()
assert " D apart" in words and "diameters differ by" in words and "looks not known" in words, words
# QGIS's own undo in the same window does not get the review's Ctrl+Z.
stolen = []
undo = QAction("Undo", iface.window)
undo.setShortcut(QKeySequence.StandardKey.Undo)
undo.triggered.connect(lambda *_: stolen.append(1))
iface.window.addAction(undo)

press(panel, "D")
second = shown(panel)
assert second == by_doubt[1].pair_id != first
press(panel, "X"); press(panel, "U"); press(panel, "Right")
assert shown(panel) == by_doubt[4].pair_id
assert panel.page.bar.progress.text() == f"3 of {total}, 1 unsure", panel.page.bar.progress.text()
saved(panel)
on_disk = stored()
assert {k: v[0] for k, v in on_disk.items()} == {
    first: "duplicate", second: "distinct", by_doubt[2].pair_id: "unsure"}
assert all(v[1] == "Anna" and v[2].endswith("Z") and "T" in v[2] for v in on_disk.values())
press(panel, "Backspace"); assert shown(panel) == by_doubt[3].pair_id
press(panel, "Left"); assert shown(panel) == by_doubt[2].pair_id
assert "unsure" in panel.page.decided.text() and "Anna" in panel.page.decided.text()
press(panel, "D")                                # decided anew
saved(panel); assert stored()[by_doubt[2].pair_id][0] == "duplicate"
press(panel, "Z", Ctrl); saved(panel)
assert shown(panel) == by_doubt[2].pair_id and stored()[by_doubt[2].pair_id][0] == "unsure"
press(panel, "Z", Ctrl); saved(panel)
assert by_doubt[2].pair_id not in stored() and not stolen
press(panel, "Z", Ctrl); press(panel, "Z", Ctrl); saved(panel)
assert stored() == {} and not panel.store.can_undo and shown(panel) == first
press(panel, "Z", Ctrl)                          # nothing left to undo, and QGIS undoes nothing
assert not stolen
# The second pair's attributes and captions come from the file.
wait_until(lambda: panel.view._captions.facts[1].endswith("second"))
# Blinking shows one, then the other, in the same place.
press(panel, "B"); assert panel.view.blinking and len(panel.view.squares()) == 1
app.processEvents()
(front, place), = panel.view.squares()
wait_until(lambda: panel.view.squares()[0][0] != front)
assert panel.view.squares()[0][1] == place
press(panel, "B"); assert not panel.view.blinking and len(panel.view.squares()) == 2
press(panel, "O"); assert not panel.view._outlines
press(panel, "O")
# Letters typed into a field decide nothing, and neither does a key with Ctrl or one held down.
panel.page.bar.more.setChecked(True)
panel.page.bar.reviewer.setFocus()
QTest.keyClicks(panel.page.bar.reviewer, "DXU")
assert panel.page.bar.reviewer.text().endswith("DXU") and shown(panel) == first
panel.view.setFocus()
press(panel, "D", Ctrl); assert shown(panel) == first
from qgis.PyQt.QtGui import QKeyEvent
app.sendEvent(panel.view, QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_D, No, "d", True))
assert shown(panel) == first
# Filter and order.
panel.page.bar.order.setCurrentIndex(panel.page.bar.order.findData("probability"))
assert shown(panel) == first
press(panel, "X")
ranked = [p.pair_id for p in sorted(panel.queue.pairs, key=lambda p: -p.probability)]
assert shown(panel) == ranked[(ranked.index(first) + 1) % total]
panel.page.bar.which.setCurrentIndex(2)          # all
panel.page.bar.which.setCurrentIndex(4)          # distinct
assert shown(panel) == first and not stolen
panel.page.bar.which.setCurrentIndex(0)
n = 0
while shown(panel) is not None:
    press(panel, "D"); n += 1
assert n == total - 1
assert "cleaned catalogue" in panel.view._message
saved(panel)
assert len(stored()) == total
press(panel, "Backspace"); assert shown(panel) is not None
# Another time it is remembered what was chosen, and that all is done.
panel.shut_down()
again = panel_of(engine)
assert again.page.bar.order.currentData() == "probability" and shown(again) is None
assert again.page.bar.progress.text() == f"{total} of {total}"
done(again)
"""
    run_in_qgis(HEAD + code, tmp_path, tmp_path, review)


@needs_qgis
def test_the_pictures_are_fetched_ahead(tmp_path: Path, review: Path) -> None:
    code = """
engine = FakeEngine(folder, 20)
panel = panel_of(engine)
wait_until(lambda: len(panel.pictures._known) >= 7)
asked = engine.of("duplicates.pictures")
assert len(asked) == 7                           # the pair and the six that follow
pair = panel.queue.pair()
one = asked[0].params
assert one["a"] == {"lon": pair.a.lon, "lat": pair.a.lat, "diameter_m": pair.a.diameter_m}
assert one["body"]["a"] == 1737400.0 and one["mosaics"] == panel.store.content.mosaics
press(panel, "D")
assert panel.view.picture is not None            # before the event loop even ran
wait_until(lambda: panel.view.painted_ms > 0)
# No pair is asked for twice; jumping elsewhere drops what is not wanted any more.
panel.page.bar.order.setCurrentIndex(panel.page.bar.order.findData("size"))
wait_until(lambda: not panel.pictures._calls)
places = [(c.params["a"]["lon"], c.params["b"]["lon"]) for c in engine.of("duplicates.pictures")]
assert len(places) == len(set(places))
# An engine without the pictures: the pair can be decided all the same, and another engine helps.
engine.problem = "moon.tif is not there. Put it back."
panel.pictures._known.clear()
press(panel, "D")
wait_until(lambda: panel.view.picture is not None)
assert panel.view.picture.problem == engine.problem
before = shown(panel)
press(panel, "D"); press(panel, "Backspace")
assert shown(panel) == before
engine.problem = ""
engine.ready.emit(None)
wait_until(lambda: panel.view.picture and not panel.view.picture.problem)
done(panel)
"""
    run_in_qgis(HEAD + code, tmp_path, tmp_path, with_mosaic(review))
