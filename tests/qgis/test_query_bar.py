"""The bar of tools: which raster, which picture, which query; with an engine that only listens."""

from __future__ import annotations

from pathlib import Path

from support import DATA, needs_moon, needs_qgis, run_in_qgis

pytestmark = [needs_qgis, needs_moon]
MOSAIC = DATA / "moon" / "lroc_wac_8k.tif"

HEAD = """
from tool_bench import *
from qgis.PyQt.QtGui import QImage
from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer
from craterbench_qgis.gui.query_bar import QueryBar
from craterbench_qgis.protocol import IndexInfo, Preview
folder = args[1]

class Call:
    def __init__(self, params, done, failed):
        self.params, self.done, self.failed, self.dropped = params, done, failed, False
    def drop(self):
        self.dropped = True

class Listener:
    session_folder = folder
    def __init__(self):
        self.calls = []
    def call(self, method, params, done, failed=None, owner=None, **_):
        assert method == "preview" and owner is not None
        self.calls.append(Call(params, done, failed))
        return self.calls[-1]

bench = Bench(args[0])
iface = FakeInterface()
iface.canvas = bench.canvas
engine = Listener()
bar = QueryBar(iface, engine, None)
queries = []
bar.query.connect(queries.append)
info = IndexInfo("/i.craterindex", "i", "x", 1, MOON, "e", "e", 10, 20, 0, 16, [2.0, 3.0])
picture = folder + "/p.png"
image = QImage(224, 224, QImage.Format.Format_Grayscale8)
image.fill(90)
assert image.save(picture)
def preview(valid=1.0):
    return Preview(picture, valid_fraction=valid).to_json()
bar.resize(380, bar.sizeHint().height())
bar.show()
bench.look("IAU_2015:30100", -11.2, -43.3, 20)
a = bench.pixel(-13.7, -41.0)
b = bench.pixel(-8.7, -45.6)
"""


def inside(code: str, home: Path) -> None:
    run_in_qgis(HEAD + code + '\nbar.close_tools()\nprint("fine")\n', home, MOSAIC, home)


def test_a_box_is_previewed_and_asked(tmp_path: Path) -> None:
    inside(
        """
assert not any(button.isEnabled() for button in bar.buttons.values())
bar.set_index(info)
assert all(button.isEnabled() and not button.icon().isNull() for button in bar.buttons.values())
bar.start_tool("box")
assert bar.buttons["box"].isChecked() and not bar.buttons["circle"].isChecked()
bench.press(a)
for step in range(1, 30):
    bench.move(a + (b - a) * step / 30)
    QTest.qWait(15)
assert len(engine.calls) == 1, "one preview at a time"
first = engine.calls[0]
first.done(preview())
assert len(engine.calls) == 2 and bar._picture.pixmap() is None or bar._picture.pixmap().isNull(), (
    "a stale picture was shown")
bench.release(b)
assert engine.calls[1].dropped, "asked again for what is searched"
(query,) = queries
assert query.kind == "area" and query.source.path == args[0] and query.source.name == "WAC"
wait_until(lambda: len(engine.calls) == 3, 5)
assert engine.calls[2].params["query"] == query.to_params()
assert engine.calls[2].params["index"] == "/i.craterindex"
engine.calls[2].done(preview(0.86))
assert bar._picture.pixmap().width() == 88
words = bar._line.text()
assert "km" in words and "43.3" in words and "° S" in words and "° W" in words, words
assert words.endswith("on WAC, 86 % valid"), words
# An error of the preview is said once, without a picture.
class Error:
    message, cancelled = "The crop is outside the mosaic. Choose another raster.", False
bar.show_request(query)
wait_until(lambda: len(engine.calls) == 4, 5)
engine.calls[3].failed(Error)
assert bar._message.plain == Error.message and bar._message.is_problem
bench.escape()
assert "Given up" in bar._line.text() and not bar._message.plain
bar.set_index(None)
assert bench.canvas.mapTool() is None and not bar.buttons["box"].isChecked()
assert bar.minimumSizeHint().width() <= 330, bar.minimumSizeHint().width()
""",
        tmp_path,
    )


def test_the_source_is_explicit(tmp_path: Path) -> None:
    inside(
        """
bar.set_index(info)
bar.start_tool("circle")
assert bar.sources.currentLayer() is None and "Topmost" in bar.sources.currentText()
other = QgsRasterLayer(args[0], "other")
QgsProject.instance().addMapLayer(other)
centre, rim = bench.pixel(-11.2, -43.3), bench.pixel(-11.2, -42.0)
bench.drag(centre, rim)
assert queries[-1].source.name == "WAC", "the one on the map"
bar.sources.setLayer(other)
bench.drag(centre, rim)
assert queries[-1].source.name == "other" and queries[-1].kind == "crater"
# A raster of another body is refused with one message.
count = len(queries)
other.setCrs(crs_of("IAU_2015:49900"))
bench.drag(centre, rim)
assert len(queries) == count and "Mars" in bar._message.plain, bar._message.plain
bar.sources.setLayer(None)
bench.canvas.setLayers([])
bench.drag(centre, rim)
assert len(queries) == count and "no raster" in bar._message.plain
# No pixels of its own (another reference system than the file's): QGIS draws it.
drawn = QgsRasterLayer(args[0], "drawn")
drawn.setCrs(crs_of("+proj=longlat +R=1737400"))
QgsProject.instance().addMapLayer(drawn)
bar.sources.setLayer(drawn)
bench.drag(centre, rim)
assert len(queries) == count and "Drawing drawn" in bar._message.plain
wait_until(lambda: len(queries) > count, 20)
query = queries[-1]
assert query.kind == "image"
image = QImage(query.image)
assert image.width() == image.height() > 224
assert abs(query.side_m - 2.5 * query.diameter_m) < 1e-6 and query.source is None
# Given up while it is drawn.
count = len(queries)
bench.drag(centre, rim)
bench.escape()
QTest.qWait(600)
assert len(queries) == count
""",
        tmp_path,
    )


def test_the_selection_is_asked_one_by_one(tmp_path: Path) -> None:
    inside(
        """
bar.set_index(info)
layer = QgsVectorLayer("Point?field=name:string&field=diam_km:double", "cat", "memory")
layer.setCrs(crs_of("IAU_2015:30100"))
rows = []
for name, lon in (("A", 1), ("B", 2), ("C", 3)):
    row = QgsFeature(layer.fields())
    row.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(lon, 5)))
    row.setAttributes([name, 40.0])
    rows.append(row)
layer.dataProvider().addFeatures(rows)
QgsProject.instance().addMapLayer(layer)
iface.setActiveLayer(layer)
bar.search_selection()
assert not queries and "Nothing is selected" in bar._message.plain
layer.selectAll()
bar.search_selection()
assert [query.label[0] for query in queries] == ["A"], "the next waits for the answer"
bar.search_done()
bar.search_done()
bar.search_done()
assert [query.label[0] for query in queries] == ["A", "B", "C"]
assert queries[0].source.name == "WAC" and queries[0].diameter_m == 40e3
iface.setActiveLayer(None)
bar.search_selection()
assert len(queries) == 3 and "points or polygons" in bar._message.plain
""",
        tmp_path,
    )
