"""Everything together in real QGIS with the real engine: query, gallery, layers, store, unload."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .support import DATA, ENGINE_PYTHON, needs_moon, needs_qgis, run_in_qgis

pytestmark = [needs_qgis, needs_moon]

OPEN = """
from qgis.core import QgsProject, QgsRasterLayer, QgsSettings
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF
from qgis.PyQt.QtGui import QMouseEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QDockWidget
from qgis.core import QgsPointXY, QgsRectangle
QgsSettings().setValue("craterbench/engine/python", ENGINE_PYTHON)
from craterbench_qgis.plugin import CraterBenchPlugin
iface = FakeInterface()
iface.window.resize(1400, 900)
mosaic, index = args
layer = QgsRasterLayer(mosaic, "WAC")
QgsProject.instance().addMapLayer(layer)
iface.canvas.setLayers([layer])
iface.canvas.setDestinationCrs(layer.crs())
iface.window.setCentralWidget(iface.canvas)
iface.window.show()
plugin = CraterBenchPlugin(iface)
plugin.initGui()
assert plugin.workbench is None, "nothing is made before the panel is opened"
plugin.open_index(index)
bench = plugin.workbench
wait_until(lambda: bench.session.index is not None, 60)
"""

QUERY = (
    OPEN
    + """
found, gap = [], LongestGap()
bench.session.found.connect(found.append)
canvas = iface.canvas
LON, LAT, SIDE = -11.2, -43.3, 7.0  # Tycho, 85 km, at two and a half times its diameter
canvas.setExtent(QgsRectangle(LON - 20, LAT - 15, LON + 20, LAT + 15))
canvas.refresh()
wait_until(lambda: not canvas.isDrawing())
bench.dock.query_bar.start_tool("box")
def at(lon, lat):
    point = canvas.getCoordinateTransform().transform(QgsPointXY(lon, lat))
    return QPoint(round(point.x()), round(point.y()))
wide = SIDE / 2 / 0.728  # degrees of longitude at this latitude
a, b = at(LON - wide, LAT + SIDE / 2), at(LON + wide, LAT - SIDE / 2)
view = canvas.viewport()
gap.start()
QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, a)
for step in range(1, 6):
    QTest.mouseMove(view, a + (b - a) * step / 5)
    app.processEvents()
QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, b)
wait_until(lambda: found, 30)
match_set = found[0]
added = []
wait_until(lambda: bench.layers.is_shown(match_set.set_id), 20)
wait_until(lambda: len(bench.dock.results.visible_rows()) == len(match_set), 10)
worst = gap.stop()
assert len(match_set) == min(bench.settings.default_top, bench.session.index.craters)
best = match_set.matches[0]
assert abs(best.lat - LAT) < 1.5, (best.crater_id, best.lon, best.lat)
"""
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench") / "moon south.craterindex"
    subprocess.run(
        [
            *(ENGINE_PYTHON, "-m", "craterbench_qgis.engine", "index", "build"),
            *("--mosaic", DATA / "moon" / "lroc_wac_8k.tif"),
            *("--catalogue", DATA / "moon" / "craters_ge5km.csv"),
            *("--min-diameter", "60", "--region", "-60", "-75", "60", "-30"),
            *("--output", folder),
        ],
        check=True,
        capture_output=True,
    )
    return folder


def test_a_box_finds_its_crater(index: Path, tmp_path: Path) -> None:
    code = (
        QUERY
        + """
print("longest gap", round(worst), "ms")
names = [one.name() for one in QgsProject.instance().layerTreeRoot().children()]
assert names[-1] == "WAC" and len(names) >= 2, names
assert [one.set_id for one in bench.store.history()] == [match_set.set_id]
bench.dock.results.select_rows([0, 1])
bench.dock.results.decide([0, 1], "accepted")
assert match_set.rows_of("accepted") == [0, 1]
bar, header = bench.dock.query_bar, bench.dock.results.header
wait_until(header.isVisible)
assert not bar._picture.isVisible(), "the same crop is pictured twice"
QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, a)
half = a + (b - a) / 2
app.sendEvent(view, QMouseEvent(QEvent.Type.MouseMove, QPointF(half),
    QPointF(view.mapToGlobal(half)), Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier))                         # QTest's own says no button is down
wait_until(lambda: bar._picture.isVisible())
assert not header.isVisible(), "the preview stands in for the last query's header"
QTest.keyClick(canvas, Qt.Key.Key_Escape)
wait_until(header.isVisible)
assert not bar._picture.isVisible()
QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, b)
dialog = bench.explain(1)
wait_until(lambda: dialog.isVisible(), 10)
dialog.close()
bench.engine.call("explain", {"index": index, "query": match_set.request.to_params(),
    "crater_id": best.crater_id}, done=found.append)
wait_until(lambda: len(found) == 2, 20)
assert found[1]["crater_id"] == best.crater_id
assert worst < 250, worst
plugin.unload()
print("fine")
"""
    )
    run_in_qgis(code, tmp_path, DATA / "moon" / "lroc_wac_8k.tif", index)


def test_every_query_comes_back_with_the_project(index: Path, tmp_path: Path) -> None:
    code = (
        QUERY
        + """
from craterbench_qgis.core.layers.ids import layers_of
project, path = QgsProject.instance(), args[1] + "-two.qgz"
bench.session.search(match_set.request)
wait_until(lambda: len(found) == 2, 30)
ids = [one.set_id for one in found]
wait_until(lambda: bench.layers.is_shown(ids[1]), 20)
assert project.write(path)
wait_until(lambda: bench.store.path() is not None and len(bench.store.history()) == 2)
bench.store.flush()
best = [one.crater_id for one in match_set.matches]
project.clear()
wait_until(lambda: bench.current is None and not bench.dock.results.visible_rows())
del found[:], match_set
assert project.read(path)
wait_until(lambda: bench.current is not None and bench.current.set_id == ids[1])
def filled():
    layers = [layers_of(project, one).get("matches") for one in ids]
    return [one.featureCount() if one is not None else -1 for one in layers] == [len(best)] * 2
wait_until(filled)
assert [one.crater_id for one in bench.current.matches] == best
plugin.unload()
print("fine")
"""
    )
    run_in_qgis(code, tmp_path, DATA / "moon" / "lroc_wac_8k.tif", index)


def test_unload_leaves_nothing(index: Path, tmp_path: Path) -> None:
    code = (
        QUERY
        + """
import gc
pid = bench.engine.pid
assert pid and os.path.exists("/proc/{}".format(pid))
for _ in range(2):
    plugin.unload()
    app.sendPostedEvents(None, 52)  # deferred deletes
    app.processEvents()
    assert not os.path.exists("/proc/{}".format(pid)), "the engine outlived the plugin"
    assert not iface.menu_actions and not iface.docks and not iface.option_factories
    plugin = CraterBenchPlugin(iface)
    plugin.initGui()
    plugin.open_index(index)
    bench = plugin.workbench
    wait_until(lambda: bench.session.index is not None, 60)
    pid = bench.engine.pid
plugin.unload()
app.sendPostedEvents(None, 52)
app.processEvents()
left = [one for one in iface.canvas.children() + iface.window.findChildren(QDockWidget)
        if "craterbench" in type(one).__module__.lower()]
assert not left, left
heavy = {"torch", "timm", "rasterio", "shapely", "hnswlib", "pyogrio", "pyarrow"}
assert not heavy & {name.split(".")[0] for name in sys.modules}
assert not any(name.startswith("craterbench_qgis.engine") for name in sys.modules)
print("fine")
"""
    )
    run_in_qgis(code, tmp_path, DATA / "moon" / "lroc_wac_8k.tif", index)


def test_the_engine_dies_and_the_session_goes_on(index: Path, tmp_path: Path) -> None:
    code = (
        QUERY
        + """
import signal
failures = []
bench.engine.failed.connect(failures.append)
os.kill(bench.engine.pid, signal.SIGKILL)
wait_until(lambda: failures, 10)
assert failures[0].summary and "engine" in failures[0].summary.lower()
assert iface.bar.currentItem() is not None
messages = []
bench.session.failed.connect(messages.append)
bench.engine.restart()
bench.session.search(match_set.request)
wait_until(lambda: len(found) == 2 or messages, 60)
assert len(found) == 2, messages
assert [one.crater_id for one in found[1].matches] == [one.crater_id for one in match_set.matches]
plugin.unload()
print("fine")
"""
    )
    run_in_qgis(code, tmp_path, DATA / "moon" / "lroc_wac_8k.tif", index)


def test_decisions_refine_the_query(index: Path, tmp_path: Path) -> None:
    """Accepted and rejected by key, refined by key, with the real engine; twice."""
    code = (
        QUERY
        + """
results = bench.dock.results
button = results.decision_bar.buttons["refine"]
assert not button.isEnabled()
def press(key):
    QTest.keyClick(results.view, key)
    app.processEvents()
ids = [one.crater_id for one in match_set.matches]
press(Qt.Key.Key_F)
app.processEvents()
assert bench.session._call is None, "nothing decided, nothing to refine"
results.view.go_to_row(0)
press(Qt.Key.Key_A)
for row in (1, 2):
    results.view.go_to_row(row)
    press(Qt.Key.Key_R)
assert button.isEnabled()
press(Qt.Key.Key_F)
wait_until(lambda: len(found) == 2, 30)
second = found[1]
assert second.request.accepted == (ids[0],) and set(second.request.rejected) == set(ids[1:3])
there = [one.crater_id for one in second.matches]
expected = min(len(match_set), bench.session.index.craters - 2)
assert len(there) == expected and not set(ids[1:3]) & set(there), (len(there), there[:5])
# What was accepted stays accepted, and comes first: it is what was asked for.
assert there[0] == ids[0] and second.decision(0) == "accepted"
assert second.rows_of("accepted") == [0] and not second.rows_of("rejected")
assert all(one.expected_by_chance is None for one in second.matches)
assert "Refined by your decisions" in results.header.worth.text()
assert second.request.label.endswith("refined (+1 −2)"), second.request.label
# Once more: what was decided before still counts; what is taken back does not.
wait_until(lambda: bench.layers.is_shown(second.set_id), 20)
results.view.go_to_row(1)
press(Qt.Key.Key_A)
results.view.go_to_row(0)
press(Qt.Key.Key_U)
button.click()
wait_until(lambda: len(found) == 3, 30)
third = found[2]
assert third.request.accepted == (there[1],), third.request.accepted
assert set(third.request.rejected) == set(ids[1:3])
assert third.request.label.endswith("refined (+1 −2)") and "refined" not in third.request.base_label
# It is kept in the project like any other, and opens again with what refined it.
wait_until(lambda: len(bench.store.history()) == 3, 20)
bench.open_set(second.set_id)
wait_until(lambda: bench.current is not None and bench.current.set_id == second.set_id, 20)
assert bench.current.request.rejected == second.request.rejected
plugin.unload()
print("fine")
"""
    )
    run_in_qgis(code, tmp_path, DATA / "moon" / "lroc_wac_8k.tif", index)
