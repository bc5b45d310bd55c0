"""The review of duplicates: its file, its order, and the panel in real QGIS driven by keys."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from craterbench_qgis.core.review_file import (
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

from .support import _HEAD, DATA, ENGINE_PYTHON, PYTHON, ROOT, needs_moon, needs_qgis, run_in_qgis

MOSAIC = DATA / "moon" / "lroc_wac_8k.tif"

HEAD = """
import shutil, sqlite3
from pathlib import Path
from review_fakes import FakeEngine
from qgis.core import *
from qgis.PyQt.QtCore import QPointF
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QDockWidget
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.gui.review.panel import ReviewPanel
problems = []
sys.excepthook = lambda *what: (problems.append(what), sys.__excepthook__(*what))
folder, review = Path(args[0]), args[1]
iface = FakeInterface()
iface.window.setCentralWidget(iface.canvas)
moon = QgsCoordinateReferenceSystem("IAU_2015:30100")
QgsProject.instance().setCrs(moon)
iface.canvas.setDestinationCrs(moon)
No, Ctrl = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier

def panel_of(engine, path=review):
    panel = ReviewPanel(iface, engine, Settings())
    dock = QDockWidget("CraterBench", iface.window)
    dock.setWidget(panel)
    iface.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    iface.window.resize(1200, 800)
    iface.window.show()
    if path:
        panel.open_review(path)
        wait_until(lambda: panel.queue is not None)
    return panel

def press(panel, key, modifier=No):
    QTest.keyClick(panel.view, getattr(Qt.Key, "Key_" + key), modifier)

def shown(panel):
    pair = panel.queue.pair()
    return pair.pair_id if pair else None

def stored(path=review):
    with sqlite3.connect(path) as db:
        return {row[0]: row[1:] for row in db.execute(
            "SELECT pair_id, decision, reviewer, decided_at FROM pairs WHERE decision <> ''")}

def saved(panel):
    wait_until(lambda: panel.store.pending == 0)

def done(panel=None):
    if panel is not None:
        panel.shut_down()
    assert not problems, problems
    print("fine")
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review of the engine's own making: 43 pairs, 40 of them planted."""
    path = tmp_path_factory.mktemp("review") / "moon_duplicates.gpkg"
    mosaics = [MOSAIC] if MOSAIC.exists() else []
    command = [ENGINE_PYTHON, "-m", "tests.qgis.make_review", path, *mosaics]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    return path


@pytest.fixture
def review(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(written, tmp_path / "review.gpkg"))


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
    run_in_qgis(HEAD + code, tmp_path, tmp_path, _with_mosaic(review))


def _with_mosaic(review: Path) -> Path:
    with sqlite3.connect(review) as db:
        db.execute("UPDATE provenance SET value='[\"/data/moon.tif\"]' WHERE key='mosaics'")
    return review


@needs_qgis
def test_on_the_map(tmp_path: Path, review: Path) -> None:
    code = """
engine = FakeEngine(folder)
panel = panel_of(engine)
wait_until(lambda: panel.layer.layer() is not None)
wait_until(lambda: not panel.layer.building)
layer = panel.layer.layer()
assert layer.featureCount() == len(panel.queue.pairs)
assert layer.renderer().type() == "RuleRenderer" and layer.labelsEnabled()
rules = layer.renderer().rootRule().children()
assert [r.label() for r in rules][:3] == ["Duplicate", "Distinct", "Unsure"] and len(rules) == 6
# Every pair is drawn by exactly one rule, before and after decisions.
def matching(feature):
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(feature)
    return [r.label() for r in rules if QgsExpression(r.filterExpression()).evaluate(context)]
first = panel.queue.pair()
press(panel, "D"); press(panel, "U")
found = {f["pair_id"]: matching(f) for f in layer.getFeatures()}
assert all(len(one) == 1 for one in found.values()), found
assert found[str(first.pair_id)] == ["Duplicate"]
values = [r[0] for r in found.values()]
assert values.count("Duplicate") == 1 and values.count("Unsure") == 1 and len(set(values)) >= 4
# A pair across the antimeridian is two short lines, not one around the Moon.
seam = next(f for f in layer.getFeatures() if f["a_id"] == "c0")
assert seam.geometry().constGet().numGeometries() == 2 and seam.geometry().length() < 1.0
# In any reference system the canvas shows the pair, with both outlines around their centres.
polar = "+proj=stere +lat_0=-90 +lon_0=0 +k=1 +R=1737400 +units=m +no_defs"
simple = "+proj=eqc +lat_ts=0 +lon_0=180 +R=1737400 +units=m +no_defs"
import math
R = 1737400.0
def on_polar(lon, lat):
    far = 2 * R * math.tan(math.radians(45 + lat / 2))
    return QgsPointXY(far * math.sin(math.radians(lon)), far * math.cos(math.radians(lon)))
def on_simple(lon, lat):
    return QgsPointXY(R * math.radians((lon - 180 + 180) % 360 - 180), R * math.radians(lat))
for crs, to_map, scale in (
    (moon, QgsPointXY, lambda lat: math.degrees(1 / R)),
    (QgsCoordinateReferenceSystem.fromProj(polar), on_polar,
     lambda lat: 2 / (1 - math.sin(math.radians(lat)))),
    (QgsCoordinateReferenceSystem.fromProj(simple), on_simple, lambda lat: 1.0),
):
    assert crs.isValid()
    QgsProject.instance().setCrs(crs)
    iface.canvas.setDestinationCrs(crs)
    for _ in range(2):
        pair = panel.queue.pair()
        iface.canvas.setExtent(QgsRectangle(-1e-3, -1e-3, 1e-3, 1e-3))
        press(panel, "Right"); press(panel, "Left")
        assert panel.queue.pair() is pair
        wait_until(lambda: iface.canvas.extent().width() > 1e-2)
        extent = iface.canvas.extent()
        points = [to_map(e.lon, e.lat) for e in (pair.a, pair.b)]
        assert all(extent.contains(p) for p in points), (crs.description(), extent, points)
        side = max(pair.a.diameter_m, pair.b.diameter_m)
        times = extent.height() / scale(pair.a.lat) / side
        assert 1.5 < times < 15, times
        for band, point in zip(panel.on_map._bands, points):
            assert band.asGeometry().contains(QgsGeometry.fromPointXY(point))
        press(panel, "Right")
# Selecting a pair on the map shows it; the layer is gone with the panel, and comes with another.
target = panel.queue.pairs[17]
fid = next(f.id() for f in layer.getFeatures() if f["pair_id"] == str(target.pair_id))
layer.selectByIds([fid])
assert panel.queue.pair() is target
# A project that was saved with the layer brings no empty one back.
assert QgsProject.instance().write(str(folder / "p.qgs")) and QgsProject.instance().read()
wait_until(lambda: panel.layer.layer() is not None and not panel.layer.building)
layers = [l for l in QgsProject.instance().mapLayers().values() if l.name().startswith("Pairs")]
assert len(layers) == 1 and layers[0].featureCount() == len(panel.queue.pairs)
panel.close_review()
assert panel.queue is None and panel.layer.layer() is None
assert not [l for l in QgsProject.instance().mapLayers().values() if l.name().startswith("Pairs")]
# The file is let go of.
wait_until(lambda: panel.store._thread.file is None)
done(panel)
"""
    run_in_qgis(HEAD + code, tmp_path, tmp_path, review)


@needs_qgis
def test_files_one_cannot_write(tmp_path: Path, review: Path) -> None:
    code = """
import os
engine = FakeEngine(folder)
panel = panel_of(engine, None)
def refused(path):
    panel.open_review(str(path))
    wait_until(lambda: panel.start.message.is_problem)
    return panel.start.message.plain
assert "There is no file" in refused(folder / "none.gpkg")
(folder / "text.gpkg").write_text("hello")
assert "no review of duplicates" in refused(folder / "text.gpkg")
# Another program holds it: opening says so; a decision waits, says so, and is written later.
blocker = sqlite3.connect(review, isolation_level=None)
blocker.execute("BEGIN EXCLUSIVE")
assert "locked by another program" in refused(review)
blocker.execute("ROLLBACK")
panel.open_review(review)
wait_until(lambda: panel.queue is not None)
blocker.execute("BEGIN IMMEDIATE")
first = shown(panel)
gap = LongestGap(); gap.start()
press(panel, "D")
assert shown(panel) != first                     # the review goes on
wait_until(lambda: panel.page.message.is_problem)
assert "locked" in panel.page.message.plain and panel.store.pending == 1
press(panel, "X")
waited = []
panel.store.when_saved(lambda: waited.append(len(stored())))
assert gap.stop() < 100 and not waited
blocker.execute("ROLLBACK"); blocker.close()
saved(panel)
wait_until(lambda: not panel.page.message.plain)
assert len(stored()) == 2 and waited == [2]
panel.close_review()
# A decision the disk refuses is said, and the panel goes on.
panel.open_review(review)
wait_until(lambda: panel.queue is not None)
panel.store._thread.file.decide = lambda changes: (_ for _ in ()).throw(
    sqlite3.OperationalError("database or disk is full"))
press(panel, "D")
wait_until(lambda: "disk is full" in panel.page.message.plain)
panel.close_review()
# Read-only, also for root: a mode that is not to be trusted is replaced by what open() says.
import craterbench_qgis.core.review_file as review_file
review_file._may_write = lambda path: False
panel.open_review(review)
wait_until(lambda: panel.queue is not None)
assert "read-only" in panel.page.message.plain
assert not panel.page.buttons.buttons["duplicate"].isEnabled()
before, old = shown(panel), stored()
press(panel, "D")
assert shown(panel) == before and "read-only" in panel.page.message.plain
press(panel, "Right"); assert shown(panel) != before
assert stored() == old
done(panel)
"""
    run_in_qgis(HEAD + code, tmp_path, tmp_path, review)


KILLED = """
engine = FakeEngine(folder)
panel = panel_of(engine)
said = set()
def tell():
    for pair in panel.queue.pairs:
        if pair.decision and pair.pair_id not in said:
            said.add(pair.pair_id)
            print("kept", pair.pair_id, pair.decision, flush=True)
panel.store.saved.connect(tell)
keys = "DXU"
while shown(panel) is not None:
    press(panel, keys[len(said) % 3])
    wait_until(lambda: panel.store.pending == 0, 5, 1)
    if len(said) == int(args[2]):
        press(panel, "D"); press(panel, "D")     # on their way when the end comes
print("all", flush=True)
import time; time.sleep(60)
"""


@needs_qgis
@pytest.mark.parametrize("after", [3, 11])
def test_killed_in_the_middle_nothing_is_lost(tmp_path: Path, review: Path, after: int) -> None:
    environ = {
        "QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path), "LANG": "C.UTF-8",
    }  # fmt: skip
    arguments = [PYTHON, "-c", _HEAD + HEAD + KILLED, ROOT, tmp_path, review, str(after)]
    with subprocess.Popen(
        list(map(str, arguments)), stdout=subprocess.PIPE, env=environ, text=True
    ) as process:
        told: list[list[str]] = []
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("kept"):
                told.append(line.split()[1:])
            if len(told) >= after:
                break
        os.kill(process.pid, signal.SIGKILL)
        rest = process.stdout.read()
    told += [line.split()[1:] for line in rest.splitlines() if line.startswith("kept ")]
    assert len(told) >= after and process.returncode == -signal.SIGKILL
    with sqlite3.connect(review) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = db.execute("SELECT pair_id, decision, decided_at FROM pairs WHERE decision <> ''")
        kept = {str(row[0]): row[1:] for row in rows}
    assert {pair: kept[pair][0] for pair, _ in told} == dict(told)
    assert all(when for _, when in kept.values())
    # It goes on with a pair that is not decided, after the last one that is.
    content = ReviewFile(review).read()
    queue = PairQueue(content.pairs)
    start = queue.start()
    assert start is not None and not content.pairs[start].decision
    ranked = sorted(
        range(len(content.pairs)), key=lambda row: abs(content.pairs[row].probability - 0.5)
    )
    assert ranked.index(start) == len(kept)


@needs_qgis
def test_the_dialogs(tmp_path: Path, review: Path) -> None:
    code = """
from types import SimpleNamespace
engine = FakeEngine(folder)
panel = panel_of(engine, None)
dialog = panel.find_duplicates()
assert not dialog.start_button.isEnabled() and "catalogue" in dialog.message.plain
table = str(Path(args[2]))
dialog.catalogue.choose_file(table)
call = engine.of("catalogue.describe")[-1]
info = {"path": table, "rows": 340, "columns": {"id": "id", "lon": "lon", "lat": "lat",
        "diameter": "diam_km", "diameter_unit": "km"}, "names": ["id", "lon", "lat", "diam_km"],
        "body": None, "rejected": {}, "diameter_m": [2e4, 9e4], "bounds": [-180, -70, 180, 70]}
call.done(info)
dialog.mosaics.add("/data/moon.tif")
engine.of("mosaic.describe")[-1].done({"path": "/data/moon.tif", "body": {"name": "Moon",
    "a": 1737400.0, "b": 1737400.0}, "width": 10, "height": 10, "pixel_size_m": 100.0,
    "crs_wkt": "", "bands": 1, "bounds": [-180, -90, 180, 90]})
output = folder / "found.gpkg"
dialog.output.edit.setText(str(folder / "found.txt"))
assert not dialog.start_button.isEnabled() and ".gpkg" in dialog.message.plain
dialog.output.edit.setText(str(output))
assert dialog.start_button.isEnabled(), dialog.message.plain
dialog.other.setChecked(True)
assert not dialog.start_button.isEnabled()
dialog.other.setChecked(False)
dialog.threshold.setValue(0.6)
dialog.start()
find, = engine.of("duplicates.find")
assert find.params["catalogue"] == table and find.params["mosaics"] == ["/data/moon.tif"]
assert find.params["output"] == str(output) and find.params["threshold"] == 0.6
assert "other" not in find.params and not dialog.form.isEnabled()
find.progress(SimpleNamespace(stage="looks", done=30, total=120, rate=5.0, seconds_left=18.0))
assert "30 of 120" in dialog.message.plain and "18 s left" in dialog.message.plain
assert dialog.bar.value() == 250
dialog.reject()                                  # cancels, does not close
assert find.cancelled and dialog.isVisible()
wait_until(lambda: not dialog.running)
assert "Cancelled" in dialog.message.plain and dialog.form.isEnabled()
dialog.start()
find = engine.of("duplicates.find")[-1]
find.failed(SimpleNamespace(message="No column. Choose one.", cancelled=False))
assert dialog.message.is_problem and dialog.message.plain == "No column. Choose one."
dialog.start()
shutil.copy(review, output)
engine.of("duplicates.find")[-1].done({"output": str(output), "pairs": 43, "probable": 38})
wait_until(lambda: panel.queue is not None)      # the review is opened by itself
assert panel.store.content.path == output

press(panel, "D")
apply = panel.write_cleaned()
assert apply.output.path() == str(folder / "found_cleaned.gpkg"), apply.output.path()
assert "1 pairs are decided" in apply.facts.text() or "1 pair" in apply.facts.text()
apply.undecided.setChecked(True)
apply.start()
wait_until(lambda: engine.of("duplicates.apply"))
call, = engine.of("duplicates.apply")
assert call.params == {"review": str(output), "output": apply.output.path(), "threshold": 0.95}
assert len(stored(output)) == 1                  # what was decided is in the file by then
call.done({"output": apply.output.path(), "entries": 340, "kept": 300, "merged": 40, "refused": 2,
           "notes": []})
assert "340 entries became 300" in apply.message.plain and "2 pairs" in apply.message.plain
apply.reject()
running = panel.write_cleaned()
running.start()
wait_until(lambda: len(engine.of("duplicates.apply")) == 2)
panel.shut_down()                                # closes what is open, cancels what runs
assert engine.of("duplicates.apply")[-1].dropped
done()
"""
    table = tmp_path / "craters.csv"
    table.write_text("id,lon,lat,diam_km\n1,2,3,4\n")
    run_in_qgis(HEAD + code, tmp_path, tmp_path, review, table)


@needs_qgis
@needs_moon
def test_the_next_pair_is_there_at_once_with_the_real_engine(tmp_path: Path, review: Path) -> None:
    code = """
import time
QgsSettings().setValue("craterbench/engine/python", ENGINE_PYTHON)
from craterbench_qgis.client.engine import Engine
engine = Engine(Settings())
panel = panel_of(engine)
wait_until(lambda: panel.view.picture is not None, 60)
assert not panel.view.picture.problem, panel.view.picture.problem
assert panel.view.picture.a.width() == 256
def pause(seconds):
    end = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > end)
pause(3.0)                                       # somebody looks at the first pair
gap, times = LongestGap(), []
gap.start()
for key in "DXDUDDXDDXUD":
    started = time.perf_counter()
    press(panel, key)
    wait_until(lambda: panel.view.painted_ms > 0, 10, 1)
    times.append((time.perf_counter() - started) * 1000)
    assert not panel.view.picture.problem
    pause(0.6)
worst = gap.stop()
print("decision to painted ms, sorted:", [round(t, 1) for t in sorted(times)], "gap", round(worst))
assert max(times) < 100, times
assert worst < 50, worst
saved(panel)
assert len(stored()) == 12
# What is painted is the engine's picture, and b's outline lies where its centre is in a's crop.
picture, pair = panel.view.picture, panel.queue.pair()
import math
dx, dy = (picture.other[0][0] - 0.5) * picture.side_m, (0.5 - picture.other[0][1]) * picture.side_m
assert abs(math.hypot(dx, dy) - pair.distance_m) < 0.01 * pair.distance_m + 20
assert abs(2 * picture.radius[0] * picture.side_m - pair.a.diameter_m) < 1
north = pair.b.lat > pair.a.lat
assert (dy > 0) == north or abs(dy) < 0.02 * picture.side_m
panel.shut_down()
engine.stop(wait=True)
done()
"""
    said = run_in_qgis(HEAD + code, tmp_path, tmp_path, review)
    sys.stdout.write(said)


# ---------------------------------------------------------------- the engine's side of pictures


@needs_moon
def test_pictures_from_the_server(tmp_path: Path) -> None:
    from PIL import Image

    from tests.engine.server_client import PACKAGE_ROOT

    lines = [{"method": "hello", "params": {"client": "test", "protocol": 1}}]
    a, b = ({"lon": -11.36, "lat": -43.31, "diameter_m": d} for d in (86e3, 80e3))
    b["lon"] = -11.0
    good = {"mosaics": [{"path": str(MOSAIC)}], "a": a, "b": b, "size": 128}
    moon = {"name": "Moon", "a": 1737400.0, "b": 1737400.0}
    mars = {"name": "Mars", "a": 3396190.0, "b": 3376200.0}
    clementine = {"path": str(DATA / "moon" / "clementine_750nm_4k.tif")}  # no data in the west
    west, east = {**a, "lon": -1.0, "lat": 10.0}, {**b, "lon": 1.2, "lat": 10.0}
    small = {"lon": -60.0, "lat": 0.0, "diameter_m": 30e3}
    for params in (
        {**good, "body": moon},
        {**good, "mosaics": [{"path": "/nowhere.tif"}]},
        {**good, "body": mars},
        {**good, "mosaics": []},
        {**good, "a": {"lon": 0.0, "lat": 91.0, "diameter_m": 1e3}},
        {**good, "mosaics": [clementine], "a": small, "b": small},
        {**good, "mosaics": [clementine, {"path": str(MOSAIC)}], "a": small, "b": small},
        {**good, "a": west, "b": east},
        good,
    ):
        lines.append({"method": "duplicates.pictures", "params": params})
    text = "".join(
        json.dumps({"jsonrpc": "2.0", "id": n, **line}) + "\n" for n, line in enumerate(lines)
    )
    session = tmp_path / "session"
    command = [ENGINE_PYTHON, "-m", "craterbench_qgis.engine", "serve", "--session", session]
    with subprocess.Popen(
        command, cwd=PACKAGE_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(text)
        process.stdin.flush()
        answers = {}
        end = time.monotonic() + 60
        while len(answers) < len(lines) and time.monotonic() < end:
            message = json.loads(process.stdout.readline())
            if "id" in message:
                answers[message["id"]] = message
        first = answers[1]["result"]
        found = {side: Image.open(first[side]).convert("L") for side in "ab"}
        for side, other in (("a", "b"), ("b", "a")):
            assert found[side].size == (128, 128)
            assert Path(first[side]).parent == session / "pairs"
            spread = found[side].getextrema()
            assert spread[1] - spread[0] > 150, (side, other, spread)
        process.stdin.close()
        process.wait(20)
    assert abs(first["side_m"] - 2.5 * 86e3) < 1 and first["mosaic"] == str(MOSAIC)
    assert abs(first["radius_a_px"] - 128 / 5) < 1e-6
    assert first["b_in_a_px"][0] > 64 > first["a_in_b_px"][0]
    assert "nowhere.tif" in answers[2]["error"]["message"]
    assert answers[3]["error"]["data"]["kind"] == "BodyError"
    assert answers[4]["error"]["code"] == answers[5]["error"]["code"] == -32602
    assert "does not show this pair" in answers[6]["error"]["message"]
    assert answers[7]["result"]["mosaic"] == str(MOSAIC)  # the first that shows both
    assert answers[8]["result"]["b_in_a_px"][0] > 64  # across the prime meridian
    assert answers[9]["result"]["a"] == first["a"]  # the same pair, the same file
