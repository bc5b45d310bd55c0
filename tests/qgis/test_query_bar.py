"""The bar of tools: which raster, which picture, which query; with an engine that only listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from qgis.core import QgsHillshadeRenderer, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtGui import QImage
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QDoubleSpinBox, QLabel, QPushButton
from qgis.PyQt.QtXml import QDomDocument

from craterbench_qgis.contract.build import IndexInfo
from craterbench_qgis.contract.methods import PREVIEW, WARP
from craterbench_qgis.contract.search import Preview, SearchReply, Warped, WarpParams
from craterbench_qgis.core.geo.crs import MapFrame
from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.core.query import QueryRequest
from craterbench_qgis.core.shown import say_body, shown_body
from craterbench_qgis.gui.messages import MessageLine
from craterbench_qgis.gui.query_bar import QueryBar
from craterbench_qgis.gui.tools import BoxTool
from inside import FakeInterface, child, wait_until
from paths import MOSAIC, needs_moon
from tool_bench import MOON, ToolBench, crs_of, layer_of

pytestmark = needs_moon

INFO = IndexInfo("/i.craterindex", "i", "x", 1, MOON, "e", "e", 10, 20, 0, 16, [2.0, 3.0])


class PreviewCall:
    """A preview that was asked for and is answered by the test."""

    def __init__(
        self, params: dict[str, Any], done: Callable[[Any], None], failed: Callable[[Any], None]
    ) -> None:
        self.params, self.done, self.failed = params, done, failed
        self.dropped = False

    def drop(self) -> None:
        self.dropped = True


class Listener:
    """An engine that is asked for previews and never answers by itself; what QGIS drew it makes a
    square of at once, ``share`` of which shows ground."""

    def __init__(self, folder: Path) -> None:
        self.session_folder = str(folder)
        self.calls: list[PreviewCall] = []
        self.warps: list[WarpParams] = []
        self.share = 1.0

    def call(
        self, method: Any, params: Any, done: Any, failed: Any = None, owner: Any = None, **_: Any
    ) -> PreviewCall:
        assert owner is not None
        if method is WARP:
            assert all(Path(picture).is_file() for picture in params.pictures)
            self.warps.append(params)
            image = Path(self.session_folder) / "warped.png"
            square = QImage(params.size, params.size, QImage.Format.Format_Grayscale8)
            square.fill(90)
            assert square.save(str(image))
            QTimer.singleShot(0, lambda: done(Warped(str(image), self.share)))
            return PreviewCall({}, done, failed)
        assert method is PREVIEW
        answer = lambda result: done(method.result.from_json(result))  # noqa: E731
        self.calls.append(PreviewCall(params.to_json(), answer, failed))
        return self.calls[-1]


class QueryBench(ToolBench):
    """The bar beside the canvas, over Tycho."""

    def __init__(self, folder: Path, iface: FakeInterface) -> None:
        super().__init__(MOSAIC)
        self.iface = iface
        self.iface.canvas = self.canvas
        self.engine = Listener(folder)
        self.bar = QueryBar(self.iface, self.engine, None)
        self.asked: list[QueryRequest] = []
        self.bar.query.connect(self.asked.append)
        self.bar.resize(380, self.bar.sizeHint().height())
        self.bar.show()
        self.show_place("IAU_2015:30100", -11.2, -43.3, 20)
        self.image = str(folder / "preview.png")
        grey = QImage(224, 224, QImage.Format.Format_Grayscale8)
        grey.fill(90)
        assert grey.save(self.image)

    @property
    def message(self) -> MessageLine:
        return child(self.bar, MessageLine, "CraterBenchQueryMessage")

    @property
    def line(self) -> str:
        return child(self.bar, QLabel, "CraterBenchQueryLine").text()

    @property
    def picture_width(self) -> int:
        """Of the crop that is shown; 0 while none is."""
        pixmap = child(self.bar, QLabel, "CraterBenchQueryPicture").pixmap()
        return 0 if pixmap is None or pixmap.isNull() else pixmap.width()

    def answer(self, number: int, valid_fraction: float = 1.0) -> None:
        """Answer the preview of that number."""
        self.engine.calls[number].done(Preview(self.image, valid_fraction=valid_fraction).to_json())

    def drag_circle(self) -> None:
        """Tycho from its centre to its rim."""
        self.drag(self.pixel(-11.2, -43.3), self.pixel(-11.2, -42.0))


@pytest.fixture
def bench(tmp_path: Path, iface: FakeInterface) -> Iterator[QueryBench]:
    bench = QueryBench(tmp_path, iface)
    yield bench
    bench.bar.close_tools()


def test_the_tools_wait_for_an_index(bench: QueryBench) -> None:
    buttons = bench.bar.buttons
    assert not any(button.isEnabled() for button in buttons.values())
    bench.bar.set_index(INFO)
    assert all(button.isEnabled() and not button.icon().isNull() for button in buttons.values())
    buttons["box"].click()
    assert buttons["box"].isChecked() and not buttons["circle"].isChecked()
    bench.bar.set_index(None)
    assert bench.canvas.mapTool() is None and not buttons["box"].isChecked()
    assert bench.bar.minimumSizeHint().width() <= 330


def test_the_button_of_the_tool_in_use_leaves_it_in_use(bench: QueryBench) -> None:
    bench.bar.set_index(INFO)
    button = bench.bar.buttons["box"]
    for _ in range(3):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert button.isChecked() and isinstance(bench.canvas.mapTool(), BoxTool)


def test_a_corrected_diameter_is_searched_again(bench: QueryBench) -> None:
    bench.bar.set_index(INFO)
    bench.bar.start_tool("box")
    bench.drag(bench.pixel(-13.7, -41.0), bench.pixel(-8.7, -45.6))
    (asked,) = bench.asked
    assert asked.reading == "either"
    spin = bench.bar.findChild(QDoubleSpinBox, "CraterBenchDiameter")
    assert not spin.isVisible()
    preview = Preview("", asked.lon, asked.lat, 180e3, 53e3, reading="view", box_m=asked.side_m)
    reply = SearchReply([], preview)
    bench.bar.show_answer(MatchSet.of_reply(asked.as_read(preview), INFO, reply))
    assert spin.isVisible() and spin.value() == 53.0
    assert asked.as_read(preview).side_m == 180e3, "asked again, it is the same view"
    spin.setFocus()
    spin.selectAll()
    QTest.keyClicks(spin, "85")
    QTest.keyClick(spin, Qt.Key.Key_Return)
    again = bench.asked[-1]
    assert len(bench.asked) == 2 and again.kind == "crater" and again.diameter_m == 85e3
    assert (again.lon, again.lat) == (asked.lon, asked.lat) and again.mosaic.name == "WAC"


def test_a_hillshade_is_searched_as_it_is_seen(bench: QueryBench) -> None:
    bench.bar.set_index(INFO)
    provider = bench.layer.dataProvider()
    bench.layer.setRenderer(QgsHillshadeRenderer(provider, 1, 315.0, 45.0))
    bench.bar.start_tool("circle")
    bench.drag_circle()
    wait_until(lambda: bool(bench.asked))
    (query,) = bench.asked
    assert query.kind == "image" and query.mosaic is None and Path(query.image).is_file()
    assert query.shown == "WAC" and "as the map shows it" in bench.line


def test_a_box_is_previewed_and_asked(bench: QueryBench) -> None:
    engine = bench.engine
    bench.bar.set_index(INFO)
    bench.bar.start_tool("box")
    corner, opposite = bench.pixel(-13.7, -41.0), bench.pixel(-8.7, -45.6)
    bench.press(corner)
    for step in range(1, 30):
        bench.move(corner + (opposite - corner) * step / 30)
        QTest.qWait(15)
    assert len(engine.calls) == 1, "one preview at a time"
    bench.answer(0)
    assert len(engine.calls) == 2 and bench.picture_width == 0, "no stale picture is shown"
    bench.release(opposite)
    assert engine.calls[1].dropped, "asked again for what is searched"
    (query,) = bench.asked
    assert query.kind == "area"
    assert query.mosaic.path == str(MOSAIC) and query.mosaic.name == "WAC"
    wait_until(lambda: len(engine.calls) == 3)
    assert engine.calls[2].params["query"] == query.query().to_json()
    assert engine.calls[2].params["index"] == "/i.craterindex"
    bench.answer(2, 0.86)
    assert bench.picture_width == 88
    line = bench.line
    assert "km" in line and "43.3" in line and "° S" in line and "° W" in line
    assert line.endswith("on WAC, 86 % valid")


def test_an_error_of_the_preview_is_said_without_a_picture(bench: QueryBench) -> None:
    bench.bar.set_index(INFO)
    bench.bar.start_tool("circle")
    bench.drag_circle()
    wait_until(lambda: len(bench.engine.calls) == 1)
    sentence = "The crop is outside the mosaic. Choose another raster."
    bench.engine.calls[0].failed(SimpleNamespace(message=sentence, cancelled=False))
    assert bench.message.plain == sentence and bench.message.is_problem
    assert bench.picture_width == 0
    bench.escape()
    assert "Given up" in bench.line and not bench.message.plain


def test_the_source_is_explicit(bench: QueryBench, project: QgsProject) -> None:
    bar = bench.bar
    bar.set_index(INFO)
    bar.start_tool("circle")
    assert bar.sources.currentLayer() is None and "Topmost" in bar.sources.currentText()
    raster = QgsRasterLayer(str(MOSAIC), "other")
    project.addMapLayer(raster)
    bench.drag_circle()
    assert bench.asked[-1].mosaic.name == "WAC", "the one on the map"
    bar.sources.setLayer(raster)
    bench.drag_circle()
    assert bench.asked[-1].mosaic.name == "other" and bench.asked[-1].kind == "crater"


def test_a_raster_of_another_body_is_refused_with_one_message(
    bench: QueryBench, project: QgsProject
) -> None:
    bench.bar.set_index(INFO)
    bench.bar.start_tool("circle")
    raster = QgsRasterLayer(str(MOSAIC), "other")
    raster.setCrs(crs_of("IAU_2015:49900"))
    project.addMapLayer(raster)
    bench.bar.sources.setLayer(raster)
    bench.drag_circle()
    assert not bench.asked and "Mars" in bench.message.plain


def test_without_a_raster_there_is_no_query(bench: QueryBench) -> None:
    bench.bar.set_index(INFO)
    bench.bar.start_tool("circle")
    bench.canvas.setLayers([])
    bench.drag_circle()
    assert not bench.asked and "no raster" in bench.message.plain


class TestARasterWithoutPixelsOfItsOwn:
    """In another reference system than the file's: QGIS draws the crop."""

    @pytest.fixture(autouse=True)
    def drawn(self, bench: QueryBench, project: QgsProject) -> None:
        layer = QgsRasterLayer(str(MOSAIC), "drawn")
        layer.setCrs(crs_of("+proj=longlat +R=1737400"))
        project.addMapLayer(layer)
        bench.bar.set_index(INFO)
        bench.bar.start_tool("circle")
        bench.bar.sources.setLayer(layer)

    def test_it_is_drawn_and_asked(self, bench: QueryBench) -> None:
        bench.drag_circle()
        assert not bench.asked and "Drawing drawn" in bench.message.plain
        wait_until(lambda: bench.asked)
        (query,) = bench.asked
        assert query.kind == "image" and query.mosaic is None
        image = QImage(query.image)
        assert image.width() == image.height() > 224
        assert query.side_m == pytest.approx(2.5 * query.diameter_m)
        (warp,) = bench.engine.warps
        assert warp.side_m == query.side_m and (warp.lon, warp.lat) == (query.lon, query.lat)
        assert not any(Path(picture).exists() for picture in warp.pictures), (
            "what was drawn is gone again"
        )

    def test_too_little_of_it_is_said(self, bench: QueryBench) -> None:
        bench.engine.share = 0.52
        bench.drag_circle()
        wait_until(lambda: "52 %" in bench.message.plain)
        assert not bench.asked and "70 % are needed" in bench.message.plain

    def test_it_is_given_up_while_it_is_drawn(self, bench: QueryBench) -> None:
        bench.drag_circle()
        bench.escape()
        QTest.qWait(600)
        assert not bench.asked


def test_the_selection_is_asked_one_by_one(
    bench: QueryBench, iface: FakeInterface, project: QgsProject
) -> None:
    bench.bar.set_index(INFO)
    rows = [(f"POINT ({lon} 5)", name, 40.0) for name, lon in (("A", 1), ("B", 2), ("C", 3))]
    fields = "field=name:string&field=diam_km:double"
    layer = layer_of("Point", "IAU_2015:30100", fields, rows, "cat")
    project.addMapLayer(layer)
    iface.setActiveLayer(layer)
    button = bench.bar.buttons["selection"]
    button.click()
    assert not bench.asked and "Nothing is selected" in bench.message.plain
    layer.selectAll()
    button.click()
    assert [query.label[0] for query in bench.asked] == ["A"], "the next waits for the answer"
    for _ in range(3):
        bench.bar.search_done()
    assert [query.label[0] for query in bench.asked] == ["A", "B", "C"]
    assert bench.asked[0].mosaic.name == "WAC" and bench.asked[0].diameter_m == 40e3
    iface.setActiveLayer(None)
    button.click()
    assert len(bench.asked) == 3 and "points or polygons" in bench.message.plain


class TestALayerThatCallsItselfTheEarths:
    """As USGS' map services do: EPSG:4326, and the Moon in the picture."""

    @pytest.fixture
    def layer(self, bench: QueryBench, project: QgsProject) -> QgsRasterLayer:
        layer = QgsRasterLayer(str(MOSAIC), "USGS WMS")
        layer.setCrs(crs_of("EPSG:4326"))
        project.addMapLayer(layer)
        bench.canvas.setLayers([layer])
        bench.bar.set_index(INFO)
        return layer

    def button(self, bench: QueryBench) -> QPushButton:
        return child(bench.bar, QPushButton, "CraterBenchShows")

    @pytest.mark.parametrize("crs", ["EPSG:4326", "IAU_2015:30100"])
    def test_it_is_said_once_and_kept_in_the_layer(
        self, bench: QueryBench, layer: QgsRasterLayer, crs: str
    ) -> None:
        bench.show_place(crs, -11.2, -43.3, 20)
        bench.frame = MapFrame(crs_of(crs), MOON)  # the map's degrees are the Moon's
        bench.bar.start_tool("circle")
        bench.drag_circle()
        assert not bench.asked and bench.message.is_problem
        button = self.button(bench)
        assert button.isVisible() and button.text() == "It shows Moon"
        assert bench.bar.minimumSizeHint().width() <= 330
        button.click()
        assert not button.isVisible() and "map of Moon from now on" in bench.message.plain
        bench.drag_circle()
        wait_until(lambda: bench.asked)
        (query,), (warp,) = bench.asked, bench.engine.warps
        assert query.kind == "image" and query.shown == "USGS WMS"
        assert (query.lon, query.lat) == pytest.approx((-11.2, -43.3), abs=0.1)
        assert query.diameter_m == pytest.approx(2 * 39.4e3, rel=0.05)
        assert warp.shows is not None and warp.shows.name == "Moon"
        text = QDomDocument()
        assert layer.exportNamedStyle(text) == "" and "craterbench/shows" in text.toString()

    def test_it_can_be_taken_back(self, bench: QueryBench, layer: QgsRasterLayer) -> None:
        say_body(layer, MOON)
        bench.bar.start_tool("circle")
        bench.drag_circle()
        wait_until(lambda: bench.asked)
        button = self.button(bench)
        assert button.isVisible() and button.text() == "It does not"
        button.click()
        bench.drag_circle()
        assert len(bench.asked) == 1 and shown_body(layer) is None

    def test_a_layer_of_a_body_is_never_offered(self, bench: QueryBench) -> None:
        bench.bar.set_index(INFO)
        bench.layer.setCrs(crs_of("IAU_2015:49900"))
        bench.bar.sources.setLayer(bench.layer)
        bench.bar.start_tool("circle")
        bench.drag_circle()
        assert "Mars" in bench.message.plain and not self.button(bench).isVisible()
