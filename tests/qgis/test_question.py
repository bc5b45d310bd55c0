"""What is searched for, and under which conditions: chosen, written and taken away by clicks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from qgis.core import QgsGeometry, QgsPointXY, QgsProject, QgsRectangle
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QComboBox, QToolButton, QWidget

from craterbench_qgis.contract.build import IndexInfo
from craterbench_qgis.contract.search import Feedback, Filters
from craterbench_qgis.contract.vocabulary import Likeness, QueryKind, Question
from craterbench_qgis.core.geo.crs import MapFrame
from craterbench_qgis.core.geo.sphere import circle_ring
from craterbench_qgis.core.query import Conditions, QueryRequest
from craterbench_qgis.gui.results.question import QuestionBar
from index_fakes import Engine, error, index_info, progress, settle
from inside import FakeInterface, child
from on_screen import answer_file_dialog, button, choose, click
from tool_bench import MOON_RADIUS, crs_of, layer_of

KINDS = "kind-v1"


class Bench:
    """A shown bar over an engine that answers from a table; ``asked``: conditions that were to be
    searched for."""

    def __init__(self, iface: FakeInterface, kinds: str = KINDS) -> None:
        self.iface, self.engine = iface, Engine()
        self.bar = QuestionBar(iface, self.engine)
        self.info = IndexInfo.from_json(index_info("/moon.craterindex", kinds=kinds))
        self.asked: list[Conditions] = []
        self.bar.changed.connect(lambda: self.asked.append(self.bar.conditions))
        self.bar.resize(420, 300)
        self.bar.set_index(self.info)
        self.bar.show()
        settle()

    def find_analogs(self) -> None:
        """By the keyboard, in the list of questions."""
        box = child(self.bar, QComboBox, "CraterBenchFind")
        QTest.keyClick(box, Qt.Key.Key_Down)
        settle()
        assert box.currentText().startswith("analogs")

    def chips(self) -> dict[str, QWidget]:
        """Those on the screen by what they say, in their order."""
        chips = [
            w
            for w in self.bar.findChildren(QWidget)
            if w.objectName().startswith("CraterBenchChip_")
        ]
        shown = sorted((w for w in chips if w.isVisible()), key=lambda w: (w.y(), w.x()))
        return {words(chip): chip for chip in shown}

    def add(self, entry: str) -> None:
        """Choose an entry of the menu "+ Condition"."""
        choose(child(self.bar, QToolButton, "CraterBenchAddCondition"), entry)
        settle()

    def write(self, *values: str) -> None:
        """Into the editor that is open, field by field; Enter at the end. In a window that is not
        active, as it may be just after a menu, Tab selects nothing."""
        self.bar.activateWindow()
        assert QTest.qWaitForWindowActive(self.bar)
        for number, value in enumerate(values):
            field = self.bar.focusWidget()
            QTest.keyClicks(field, value)
            last = number == len(values) - 1
            QTest.keyClick(field, Qt.Key.Key_Return if last else Qt.Key.Key_Tab)
        settle()


def words(chip: QWidget) -> str:
    (text, _) = [part.text() for part in chip.findChildren(QToolButton)]
    return text


def take_away(chip: QWidget) -> None:
    (_, cross) = chip.findChildren(QToolButton)
    click(cross)
    settle()


@pytest.fixture
def bench(iface: FakeInterface) -> Bench:
    return Bench(iface)


def test_analogs_come_with_their_limits_in_sight(bench: Bench) -> None:
    assert not bench.chips(), "the same crater is looked for among all"
    bench.find_analogs()
    assert list(bench.chips()) == [
        "0.5 to 2 × the size", "at least 24 pixels across", "not the same place",
    ]  # fmt: skip
    (asked,) = bench.asked
    assert asked.find is Question.ANALOGS and not asked.filters
    by = child(bench.bar, QComboBox, "CraterBenchBy")
    assert by.isVisible() and not bench.bar.any_angle.isVisible()
    QTest.keyClick(by, Qt.Key.Key_Down)
    assert bench.asked[-1].analogs.by is Likeness.RELIEF
    QTest.keyClick(child(bench.bar, QComboBox, "CraterBenchFind"), Qt.Key.Key_Up)
    assert bench.asked[-1].find is Question.SAME and not bench.chips()
    assert bench.bar.any_angle.isVisible() and not by.isVisible()
    click(bench.bar.any_angle)
    assert bench.asked[-1].any_angle


def test_the_tab_key_goes_through_the_conditions_as_the_eye_does(bench: Bench) -> None:
    """They are made late, and do not come last for it; the keyboard takes them away."""
    bench.find_analogs()
    bench.bar.activateWindow()
    assert QTest.qWaitForWindowActive(bench.bar)
    child(bench.bar, QComboBox, "CraterBenchFind").setFocus()
    reached = []
    for _ in range(9):
        QTest.keyClick(bench.bar.focusWidget(), Qt.Key.Key_Tab)
        reached.append(bench.bar.focusWidget())
    chips = [part for chip in bench.chips().values() for part in chip.findChildren(QToolButton)]
    before = [widget.objectName() for widget in reached[:2]]
    assert before == ["CraterBenchBy", "CraterBenchKindsButton"] and reached[2:8] == chips
    assert reached[8].objectName() == "CraterBenchAddCondition"
    chips[2].setFocus()
    QTest.keyClick(chips[2], Qt.Key.Key_Delete)
    settle()
    assert "at least 24 pixels across" not in bench.chips()


def test_conditions_do_not_go_over_to_another_index(bench: Bench) -> None:
    """A region of one body would leave nothing of the other's craters."""
    bench.find_analogs()
    bench.bar.set_index(None)
    bench.bar.set_index(bench.info)
    assert len(bench.chips()) == 3, "the same index, opened again"
    other = index_info("/mars.craterindex", index_id="two", kinds=KINDS)
    bench.bar.set_index(IndexInfo.from_json(other))
    settle()
    assert not bench.chips() and bench.bar.conditions == Conditions()
    assert child(bench.bar, QComboBox, "CraterBenchFind").currentText() == "the same crater"


def test_each_limit_of_analogs_is_changed_and_lifted(bench: Bench) -> None:
    bench.find_analogs()
    for text in list(bench.chips()):
        take_away(bench.chips()[text])
    analogs = bench.asked[-1].analogs
    assert (analogs.any_size, analogs.min_pixels, analogs.same_place) == (True, 0.0, True)
    assert not bench.chips() and len(bench.asked) == 4
    bench.add("Size relative to the query…")
    bench.write("0.8", "1.25")
    assert list(bench.chips()) == ["0.8 to 1.25 × the size"]
    asked = bench.asked[-1]
    assert asked.filters.diameter_ratio == (0.8, 1.25) and not asked.analogs.any_size
    bench.add("Pixels across…")
    bench.write("40")
    assert bench.asked[-1].analogs.min_pixels == 40 and bench.asked[-1].filters.min_pixels is None
    bench.add("Not the same place")
    assert list(bench.chips())[-1] == "not the same place"
    assert not bench.asked[-1].analogs.same_place


def test_conditions_are_written_shown_changed_and_taken_away(bench: Bench) -> None:
    bench.add("Diameter…")
    bench.write("20", "80")
    bench.add("Latitude…")
    bench.write("-60", "12.5")
    bench.add("Pixels across…")
    bench.write("30")
    bench.add("Distance from the query…")
    bench.write("100", "0")
    bench.add("Columns of the catalogue…")
    bench.write("depth > 3")
    assert list(bench.chips()) == [
        "at least 30 pixels across",
        "⌀ 20.0 km to 80.0 km",
        "distance at least 100 km",
        "latitude 60° S to 12.5° N",
        "depth > 3",
    ]
    assert bench.asked[-1].filters == Filters(
        min_diameter=20e3,
        max_diameter=80e3,
        latitude=(-60.0, 12.5),
        min_distance=100e3,
        min_pixels=30.0,
        where="depth > 3",
    )
    (text, _) = bench.chips()["latitude 60° S to 12.5° N"].findChildren(QToolButton)
    click(text)
    bench.write("-20", "-30")
    assert len(bench.asked) == 5, "an empty range is not searched"
    assert "must not be above" in bench.bar.editor.findChild(type(bench.bar.message)).plain
    QTest.keyClick(bench.bar.focusWidget(), Qt.Key.Key_Escape)
    assert not bench.bar.editor.isVisible() and len(bench.asked) == 5
    (text, _) = bench.chips()["depth > 3"].findChildren(QToolButton)
    text.setFocus()
    QTest.keyClick(text, Qt.Key.Key_Delete)
    settle()
    assert bench.asked[-1].filters.where is None and "depth > 3" not in bench.chips()
    for chip in list(bench.chips()):
        take_away(bench.chips()[chip])
    assert not bench.asked[-1].filters


def test_the_region_is_where_the_map_is(bench: Bench, project: QgsProject) -> None:
    canvas = bench.iface.canvas
    canvas.setDestinationCrs(crs_of("+proj=longlat +R=1737400 +no_defs"))
    canvas.setExtent(QgsRectangle(170, -10, 200, 12))
    bench.add("Where the map is now")
    (text,) = bench.chips()
    assert text.startswith("region ") and "E to" in text and "W" in text
    take_away(bench.chips()[text])
    assert bench.asked[-1].filters.region is None
    canvas.setDestinationCrs(crs_of("+proj=longlat +R=3396190 +no_defs"))
    bench.add("Where the map is now")
    assert not bench.chips() and "does not show this body" in bench.bar.message.plain


@pytest.mark.parametrize(
    "crs",
    ["+proj=longlat +R=1737400 +no_defs", "+proj=stere +lat_0=-90 +R=1737400 +units=m +no_defs"],
)
def test_the_region_is_the_selected_polygons(bench: Bench, crs: str) -> None:
    frame = MapFrame(crs_of(crs))
    rows = []
    for number, (lon, lat, size) in enumerate(((30, -60, 3e5), (-178, -62, 2e5), (0, 10, 1e5))):
        ring = circle_ring(MOON_RADIUS, lon, lat, size)
        points = [frame.to_map(lon + (x - lon + 180) % 360 - 180, y) for x, y in ring]
        if "longlat" in crs:  # drawn across the map's edge
            points = [QgsPointXY(lon + (p.x() - lon + 180) % 360 - 180, p.y()) for p in points]
        rows.append((QgsGeometry.fromPolygonXY([points]).asWkt(), number))
    layer = layer_of("Polygon", crs, "field=id:int", rows, "areas")
    bench.add("Within the selected polygons")
    assert "polygon layer" in bench.bar.message.plain
    bench.iface.setActiveLayer(layer)
    bench.add("Within the selected polygons")
    assert "Select at least one polygon of the layer areas" in bench.bar.message.plain
    assert not bench.asked
    layer.selectByIds([f.id() for f in layer.getFeatures() if f["id"] < 2])
    bench.add("Within the selected polygons")
    region = QgsGeometry.fromWkt(bench.asked[-1].filters.region)
    for lon, lat, inside in (
        (30, -60, True), (34, -60, True), (-178, -62, True), (179.5, -62, True), (0, 10, False),
        (45, -60, False),
    ):  # fmt: skip
        assert region.contains(QgsPointXY(lon, lat)) is inside, (lon, lat)


def test_what_is_shown_follows_an_answer_and_asks_nothing(bench: Bench) -> None:
    shown = Conditions(Question.ANALOGS, filters=Filters(latitude=(0.0, 30.0)))
    bench.bar.show_conditions(shown)
    settle()
    assert list(bench.chips())[-1] == "latitude 0° to 30° N" and not bench.asked
    assert child(bench.bar, QComboBox, "CraterBenchFind").currentText().startswith("analogs")


def test_an_index_without_kinds_is_upgraded_by_a_button(iface: FakeInterface) -> None:
    bench = Bench(iface, kinds="")
    box = bench.bar.upgrade
    assert not box.isVisible()
    bench.find_analogs()
    assert box.isVisible()
    click(button(box, "Add descriptors of kind"))
    (call,) = bench.engine.calls
    assert (call.method, call.params["index"]) == ("index.upgrade", bench.info.path)
    call.progress(progress("kinds", 10, 40))
    assert "10 of 40" in box.message.plain and box.bar.isVisible()
    click(button(box, "Stop"))
    call.end_cancelled()
    assert "goes on from there" in box.message.plain and not box.bar.isVisible()
    click(button(box, "Add descriptors of kind"))
    asked = len(bench.asked)
    bench.engine.calls[-1].done({"added": 40, "present": 0, "lost": 0})
    assert not box.isVisible() and len(bench.asked) == asked + 1, "what was asked is asked again"
    QTest.keyClick(child(bench.bar, QComboBox, "CraterBenchFind"), Qt.Key.Key_Up)
    bench.find_analogs()
    assert not box.isVisible()


def test_an_earlier_versions_kinds_are_made_anew_for_who_asks_for_relief(
    iface: FakeInterface,
) -> None:
    bench = Bench(iface)
    bench.bar.set_index(replace(bench.info, without_shading=True))
    box, by = bench.bar.upgrade, child(bench.bar, QComboBox, "CraterBenchBy")
    bench.find_analogs()
    assert not box.isVisible()
    QTest.keyClick(by, Qt.Key.Key_Down)
    assert by.currentText().startswith("by relief") and box.isVisible()
    click(button(box, "Describe its craters anew"))
    bench.engine.calls[-1].done({"added": 40, "present": 0, "lost": 0})
    assert bench.engine.calls[-1].method == "index.upgrade" and not box.isVisible()


def test_a_mosaic_that_was_moved_is_located(
    iface: FakeInterface, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(iface, kinds="")
    box = bench.bar.upgrade
    bench.find_analogs()
    click(button(box, "Add descriptors of kind"))
    gone: Any = error("Put it back, or name it with --mosaic.")
    gone.kind = "MosaicError"
    bench.engine.calls[-1].failed(gone)
    assert "--mosaic" not in box.message.plain and "Locate" in box.message.plain
    answer_file_dialog(monkeypatch, "/elsewhere/moon.tif")
    click(button(box, "Locate the mosaic…"))
    assert bench.engine.calls[-1].params["mosaics"] == ["/elsewhere/moon.tif"]


def test_there_is_no_question_without_an_index(bench: Bench) -> None:
    bench.bar.set_index(None)
    assert not bench.bar.isVisible()


def test_a_refined_query_that_is_turned_forgets_its_decisions() -> None:
    """The engine refuses them together: decisions refine what is north up."""
    asked = QueryRequest(
        QueryKind.INDEXED,
        crater_id="7",
        label="Box 1, refined (+1 −0)",
        base_label="Box 1",
        feedback=Feedback(["3"]),
    )
    analogs = asked.under(Conditions(Question.ANALOGS))
    assert not analogs.is_refined and analogs.label == "Box 1"
    filtered = asked.under(Conditions(filters=Filters(min_diameter=1e4)))
    assert filtered.is_refined and filtered.label == asked.label
    stored = QueryRequest.from_json(analogs.to_json())
    assert stored.conditions == analogs.conditions
