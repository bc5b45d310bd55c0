"""Everything together in real QGIS with the real engine: query, gallery, layers, store, unload."""

from __future__ import annotations

import gc
import os
import signal
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsProject
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QProcess, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton, QWidget

from craterbench_qgis.contract import methods
from craterbench_qgis.contract.why import ExplainParams
from craterbench_qgis.core.layers.ids import group_of, layers_of
from craterbench_qgis.core.match_set import MatchSet
from inside import FakeInterface, child, flush, move_mouse, wait_until
from on_screen import button, click
from paths import needs_engine, needs_moon
from tool_bench import LEFT, NO_KEY
from workbench_bench import LAT, PluginBench, south_index

pytestmark = [needs_moon, needs_engine]


@pytest.fixture
def bench(iface: FakeInterface, project: QgsProject) -> Iterator[PluginBench]:
    bench = PluginBench(iface, project, south_index())
    bench.start()
    yield bench
    bench.unload()


@pytest.fixture
def match_set(bench: PluginBench) -> MatchSet:
    """The matches of a box around Tycho."""
    return bench.search_by_box()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Calls that would hold the window up until a process answers."""
    calls: list[str] = []

    def watch(name: str) -> None:
        original = getattr(QProcess, name)

        def watched(process: QProcess, *arguments: Any) -> bool:
            calls.append(name)
            return bool(original(process, *arguments))

        monkeypatch.setattr(QProcess, name, watched)

    for name in ("waitForStarted", "waitForReadyRead", "waitForBytesWritten", "waitForFinished"):
        watch(name)
    return calls


def ids_of(match_set: MatchSet) -> list[str]:
    return [match.crater_id for match in match_set.matches]


def test_a_box_finds_its_crater_and_waits_for_nothing(bench: PluginBench, waits: list[str]) -> None:
    match_set = bench.search_by_box()
    workbench = bench.workbench
    expected = min(workbench.settings.default_top, workbench.session.index.craters)
    assert len(match_set) == expected
    assert abs(match_set.matches[0].lat - LAT) < 1.5
    names = [node.name() for node in bench.project.layerTreeRoot().children()]
    assert names[-1] == "WAC" and len(names) >= 2
    assert [item.set_id for item in workbench.store.history()] == [match_set.set_id]
    workbench.dock.results.select_rows([0, 1])
    workbench.dock.results.decision_bar.buttons["accepted"].click()
    assert match_set.rows_of("accepted") == [0, 1]
    dialog = workbench.explain(1)
    wait_until(lambda: dialog.isVisible() and dialog.pair.pair is not None)
    dialog.close()
    best, answers = match_set.matches[0], []
    params = ExplainParams(str(bench.index), match_set.request.query(), best.crater_id)
    workbench.engine.call(methods.EXPLAIN, params, done=answers.append)
    wait_until(lambda: answers)
    assert answers[0].crater_id == best.crater_id
    assert not waits, "the window never waits for the engine's process"


def shown(window: QWidget) -> dict[str, QDialog]:
    """The dialogs on the screen by their titles' first word, as Qt alone knows them."""
    dialogs = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
    return {dialog.windowTitle().split()[0]: dialog for dialog in dialogs}


def labels(dialog: QDialog) -> set[str]:
    """What the buttons of a dialog say."""
    return {part.text() for part in dialog.findChildren(QPushButton)}


def test_dialogs_that_nobody_holds_work(
    bench: PluginBench, match_set: MatchSet, tmp_path: Path
) -> None:
    """Their buttons are Python's, which Qt's parent does not keep."""
    results, window = bench.workbench.dock.results, bench.iface.window
    results.bar.export.click()
    results.why.emit(0)
    gc.collect()
    assert set(shown(window)) == {"Export", "Why"}
    path = tmp_path / "matches.gpkg"
    boxes = shown(window)["Export"].findChildren(QLineEdit)
    (box,) = [box for box in boxes if box.text().endswith(".gpkg")]
    box.setText(str(path))
    halves = [weakref.ref(dialog) for dialog in shown(window).values()]
    click(button(shown(window)["Export"], "Export"))
    wait_until(lambda: "Close" in labels(shown(window)["Export"]))
    assert path.exists()
    click(button(shown(window)["Export"], "Close"))
    shown(window)["Why"].close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert not shown(window)
    dialogs = [half() for half in halves]
    assert all(dialog is None or sip.isdeleted(dialog) for dialog in dialogs)


def test_a_crop_that_is_drawn_stands_in_for_the_last_querys(
    bench: PluginBench, match_set: MatchSet
) -> None:
    dock, view = bench.workbench.dock, bench.iface.canvas.viewport()
    header = dock.results.header
    picture = child(dock.query_bar, QLabel, "CraterBenchQueryPicture")
    wait_until(header.isVisible)
    assert not picture.isVisible(), "the same crop is not pictured twice"
    start, end = bench.corners()
    QTest.mousePress(view, LEFT, NO_KEY, start)
    move_mouse(view, start + (end - start) / 2, LEFT)
    wait_until(picture.isVisible)
    assert not header.isVisible()
    QTest.keyClick(bench.iface.canvas, Qt.Key.Key_Escape)
    wait_until(header.isVisible)
    assert not picture.isVisible()
    QTest.mouseRelease(view, LEFT, NO_KEY, end)
    assert len(bench.answers) == 1


def test_every_query_comes_back_with_the_project(
    bench: PluginBench, match_set: MatchSet, tmp_path: Path
) -> None:
    workbench, project = bench.workbench, bench.project
    path = str(tmp_path / "two.qgz")
    workbench.session.search(match_set.request)
    wait_until(lambda: len(bench.answers) == 2)
    set_ids = [answer.set_id for answer in bench.answers]
    wait_until(lambda: workbench.layers.is_shown(set_ids[1]))
    wait_until(lambda: not layers_of(project, set_ids[0]))  # at rest
    assert project.write(path)
    wait_until(lambda: workbench.store.path() is not None)
    wait_until(lambda: len(workbench.store.history()) == 2)
    flush(workbench.store)
    crater_ids = ids_of(match_set)
    project.clear()
    wait_until(lambda: workbench.current is None and not workbench.dock.results.visible_rows())
    bench.answers.clear()
    del match_set
    assert project.read(path)
    wait_until(lambda: workbench.current is not None and workbench.current.set_id == set_ids[1])

    def feature_counts() -> list[int]:
        layers = [layers_of(project, set_id).get("matches") for set_id in set_ids]
        return [layer.featureCount() if layer is not None else -1 for layer in layers]

    wait_until(lambda: feature_counts() == [-1, len(crater_ids)])
    assert ids_of(workbench.current) == crater_ids
    group_of(project, set_ids[0]).setItemVisibilityChecked(True)
    wait_until(lambda: feature_counts() == [len(crater_ids)] * 2)


def test_the_engine_dies_and_the_session_goes_on(bench: PluginBench, match_set: MatchSet) -> None:
    workbench = bench.workbench
    failures, messages = [], []
    # The gallery asks a failed engine, which so starts by itself, for what it lacks.
    wait_until(lambda: len(match_set.thumbnails) == len(match_set))
    workbench.engine.failed.connect(failures.append)
    os.kill(workbench.engine.pid, signal.SIGKILL)
    wait_until(lambda: failures)
    assert "engine" in failures[0].summary.lower()
    restart = button(workbench.dock.engine_bar, "Restart")
    assert restart.isVisible() and bench.iface.bar.currentItem() is None, "said once"
    workbench.dock.hide()  # now it is said over the map
    workbench.engine.start()
    wait_until(lambda: workbench.engine.pid)
    os.kill(workbench.engine.pid, signal.SIGKILL)
    wait_until(lambda: bench.iface.bar.currentItem() is not None)
    workbench.dock.show()
    workbench.session.failed.connect(messages.append)
    click(restart)
    wait_until(lambda: workbench.engine.state == "ready")
    assert bench.iface.bar.currentItem() is None, "its Restart would stop what goes on"
    assert not restart.isVisible()
    workbench.session.search(match_set.request)
    wait_until(lambda: len(bench.answers) == 2 or messages)
    assert not messages
    assert ids_of(bench.answers[1]) == ids_of(match_set)


def test_decisions_refine_the_query(bench: PluginBench, match_set: MatchSet) -> None:
    """Accepted and rejected by key, refined by key, with the real engine; twice."""
    workbench, results = bench.workbench, bench.workbench.dock.results
    button, ids = results.decision_bar.buttons["refine"], ids_of(match_set)
    assert not button.isEnabled()
    bench.press(Qt.Key.Key_F)
    assert len(bench.searched) == 1, "nothing decided, nothing to refine"
    results.view.go_to_row(0)
    bench.press(Qt.Key.Key_A)
    for row in (1, 2):
        results.view.go_to_row(row)
        bench.press(Qt.Key.Key_R)
    assert button.isEnabled()
    bench.press(Qt.Key.Key_F)
    wait_until(lambda: len(bench.answers) == 2)
    second = bench.answers[1]
    assert second.request.feedback.accepted == [ids[0]]
    assert set(second.request.feedback.rejected) == set(ids[1:3])
    refined = ids_of(second)
    assert len(refined) == min(len(match_set), workbench.session.index.craters - 2)
    assert not set(ids[1:3]) & set(refined)
    # What was accepted stays accepted, and comes first: it is what was asked for.
    assert refined[0] == ids[0] and second.decision(0) == "accepted"
    assert second.rows_of("accepted") == [0] and not second.rows_of("rejected")
    assert all(match.expected_by_chance is None for match in second.matches)
    assert "Refined by your decisions" in results.header.worth.text()
    assert second.request.label.endswith("refined (+1 −2)")
    # Once more: what was decided before still counts; what is taken back does not.
    wait_until(lambda: workbench.layers.is_shown(second.set_id))
    results.view.go_to_row(1)
    bench.press(Qt.Key.Key_A)
    results.view.go_to_row(0)
    bench.press(Qt.Key.Key_U)
    button.click()
    wait_until(lambda: len(bench.answers) == 3)
    third = bench.answers[2].request
    assert third.feedback.accepted == [refined[1]]
    assert set(third.feedback.rejected) == set(ids[1:3])
    assert third.label.endswith("refined (+1 −2)") and "refined" not in third.base_label
    # It is kept in the project like any other, and opens again with what refined it.
    wait_until(lambda: len(workbench.store.history()) == 3)
    workbench.open_set(second.set_id)
    wait_until(lambda: workbench.current.set_id == second.set_id)
    assert workbench.current.request.feedback == second.request.feedback


@pytest.mark.alone
def test_unload_leaves_nothing(bench: PluginBench, match_set: MatchSet) -> None:
    """No process, no widget, no menu; nothing of the engine in QGIS's process either."""
    for _ in range(2):
        pid = bench.workbench.engine.pid
        assert pid and Path(f"/proc/{pid}").exists()
        bench.unload()
        assert not Path(f"/proc/{pid}").exists(), "the engine ends with the plugin"
        iface = bench.iface
        assert not iface.menu_actions and not iface.docks and not iface.option_factories
        bench.start()
    bench.plugin.unload()
    bench.unload()
    assert not bench.widgets_left()
    heavy = {"torch", "timm", "rasterio", "shapely", "hnswlib", "pyogrio", "pyarrow"}
    assert not heavy & {name.split(".")[0] for name in sys.modules}
    assert not any(name.startswith("craterbench_qgis.engine") for name in sys.modules)
