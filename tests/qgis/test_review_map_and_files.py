"""The review on the map, files one cannot write, QGIS killed in the middle, the dialogs."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from craterbench_qgis.core.review.file import (
    ReviewFile,
)
from craterbench_qgis.gui.review.order import (
    PairQueue,
)

from .review_bench import HEAD, review, written
from .support import _HEAD, PYTHON, ROOT, needs_qgis, run_in_qgis

__all__ = ["review", "written"]  # fixtures


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
import craterbench_qgis.core.review.file as review_file
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
