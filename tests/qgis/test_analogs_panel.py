"""Analogs by clicks in the panel, with the real engine, from an index that has no kinds yet."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QComboBox, QLabel, QToolButton

from craterbench_qgis.contract.vocabulary import Question
from craterbench_qgis.gui.results.chips import Chip
from craterbench_qgis.gui.why.panel import WhyDialog
from inside import FakeInterface, child, settle, wait_until
from on_screen import button, click
from paths import needs_engine, needs_moon
from workbench_bench import PluginBench, south_index

pytestmark = [needs_moon, needs_engine]


@pytest.fixture
def bench(iface: FakeInterface, project: QgsProject, tmp_path: Path) -> Iterator[PluginBench]:
    path = Path(shutil.copytree(south_index(), tmp_path / "bare.craterindex"))
    bench = PluginBench(iface, project, path)
    bench.start()
    yield bench
    bench.unload()


def test_analogs_from_the_first_click_to_why(bench: PluginBench) -> None:
    same = bench.search_by_box()
    dock = bench.workbench.dock
    assert same.request.conditions.find is Question.SAME
    find = child(dock, QComboBox, "CraterBenchFind")
    QTest.keyClick(find, Qt.Key.Key_Down)
    # The index cannot answer: the panel says so, and what to press.
    wait_until(dock.question.upgrade.isVisible)
    wait_until(dock.results.message.isVisible)
    assert "cannot tell kinds" in dock.results.message.label.text()
    assert "craterbench index" not in dock.results.message.label.text()
    click(button(dock.question.upgrade, "Add descriptors of kind"))
    wait_until(lambda: len(bench.answers) == 2)
    wait_until(dock.results.view.isVisible)
    assert not dock.question.upgrade.isVisible()
    analogs = bench.answers[1]
    tycho = same.matches[0]
    size = analogs.preview.diameter_m
    ids = [match.crater_id for match in analogs.matches]
    assert len(ids) > 4 and tycho.crater_id not in ids
    assert all(0.5 <= match.diameter_m / size <= 2.0 for match in analogs.matches)
    assert all(match.pixels_across >= 24 for match in analogs.matches)
    assert all(match.turn_deg is not None for match in analogs.matches)
    worth = dock.results.header.worth.text()
    assert "by chance" not in worth and "nothing on being the same crater" in worth
    # A limit is lifted by its cross: the same box is asked again, and Tycho comes too.
    chips = [chip for chip in dock.findChildren(Chip) if chip.isVisible()]
    (place,) = [chip for chip in chips if chip.key == "place"]
    (_, cross) = place.findChildren(QToolButton)
    click(cross)
    wait_until(lambda: len(bench.answers) == 3)
    third = bench.answers[2]
    assert tycho.crater_id in {match.crater_id for match in third.matches}
    assert third.request.conditions.analogs.same_place
    wait_until(lambda: dock.results.visible_rows() == list(range(len(third))))
    # Why: the query as it was turned, rims and zones.
    row = next(n for n, match in enumerate(third.matches) if match.turn_deg or match.mirrored)
    dock.results.view.go_to_row(row)
    settle()
    bench.press(Qt.Key.Key_W)
    (dialog,) = [d for d in bench.iface.window.findChildren(WhyDialog) if d.isVisible()]
    wait_until(lambda: dialog.pair.pair is not None and dialog.pair.isEnabled())
    match = third.matches[row]
    turned = f"turned {match.turn_deg:.0f}°" if match.turn_deg else "mirrored"
    assert turned in dialog.pair.pair.captions["query"]
    zones = child(dialog, QLabel, "CraterBenchZones").text()
    assert "Floor: " in zones and "Rim: " in zones and "Ejecta: " in zones
    assert "Likeness of kind" in dialog.stages.text()
    dialog.close()
    # Back to the same crater: the limits of analogs go, and refining works again.
    QTest.keyClick(find, Qt.Key.Key_Up)
    wait_until(lambda: len(bench.answers) == 4)
    assert bench.answers[3].matches[0].crater_id == tycho.crater_id
    assert not [chip for chip in dock.findChildren(Chip) if chip.isVisible()]


def test_the_question_comes_back_with_the_project(bench: PluginBench, tmp_path: Path) -> None:
    dock = bench.workbench.dock
    bench.search_by_box()
    dock.question.any_angle.setFocus()
    QTest.keyClick(dock.question.any_angle, Qt.Key.Key_Space)
    wait_until(lambda: len(bench.answers) == 2)
    second = bench.answers[1]
    assert second.request.conditions.any_angle
    assert second.matches[0].turn_deg == 0.0 and second.refined_request() is None
    wait_until(lambda: len(bench.workbench.store.history()) == 2)
    bench.workbench.open_set(bench.answers[0].set_id)
    wait_until(lambda: not dock.question.any_angle.isChecked())
    bench.workbench.open_set(second.set_id)
    wait_until(dock.question.any_angle.isChecked)
    assert bench.workbench.current.matches[0].turn_deg == 0.0
