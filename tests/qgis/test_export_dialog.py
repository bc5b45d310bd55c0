"""Export dialog and history panel in real QGIS; files by the real engine, read by other readers."""

from __future__ import annotations

import csv
import json
import math
import subprocess
from pathlib import Path

import pytest

from .support import DATA, ENGINE_PYTHON, ROOT, needs_moon, needs_qgis, run_in_qgis

pytestmark = needs_qgis

HEAD = """
import json
from pathlib import Path
from types import SimpleNamespace
from qgis.core import QgsExpression, QgsExpressionContext, QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QImage
from qgis.PyQt.QtTest import QTest
from sets import *
from craterbench_qgis.core.match_set import ACCEPTED, REJECTED, UNDECIDED
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.core.store.project import ProjectStore
from craterbench_qgis.gui.export_dialog import ExportDialog, exported_layer
from craterbench_qgis.gui.history.panel import HistoryPanel
folder = Path(args[0])
settings = Settings()
settings.output_folder = str(folder)

class FakeEngine:
    def __init__(self):
        self.calls, self.cancelled = [], 0
    def call(self, method, params, done, failed=None, progress=None, timeout_ms=None, owner=None):
        json.dumps(params)                                   # it must be plain JSON
        self.calls.append(SimpleNamespace(method=method, params=params, done=done, failed=failed,
                                          progress=progress, owner=owner, cancel=self.cancel))
        return self.calls[-1]
    def cancel(self):
        self.cancelled += 1
        self.calls[-1].failed(SimpleNamespace(message="cancelled", cancelled=True, code=-32800))

def choose(dialog, key):
    dialog.format.setCurrentIndex(dialog.format.findData(key))
"""


def test_what_where_and_refusals(tmp_path: Path) -> None:
    code = """
engine = FakeEngine()
one = match_set(scattered(12), label="Box: 12.3 N / 4 E")
one.matches[0].attributes["decision"] = "from the catalogue"
one.decide([3, 1], ACCEPTED); one.decide([2], REJECTED)
dialog = ExportDialog(engine, settings, one, shown=[5, 0, 4], selected=[7], iface=None)
dialog.show()
assert dialog.what() == "accepted" and dialog.rows() == [1, 3]
path = Path(dialog.path.text())
assert path == folder / "Box_12_3_N_4_E_matches.gpkg" and dialog.export_button.isEnabled()
one.decide([3], UNDECIDED)
assert "(1)" in dialog.choices["accepted"].text() and dialog.rows() == [1]
for key, ending in (("shp", ".shp"), ("crater", "_CRATER.shp"), ("csv", ".csv"), ("scc", ".scc"),
                    ("pdf", ".pdf"), ("geojson", ".geojson"), ("gpkg", ".gpkg")):
    choose(dialog, key)
    assert dialog.path.text() == str(folder / ("Box_12_3_N_4_E_matches" + ending))
    is_vector = key in ("shp", "geojson", "gpkg")
    assert dialog.geometry_box.isEnabled() == is_vector == dialog.style.isEnabled()
for text, part in (
    ("", "Choose a file"),
    ("a.gpkg", "whole path"),
    (str(folder / "x.shp"), "end in .gpkg"),
    (str(folder / "no" / "x.gpkg"), "does not exist"),
    (str(folder / ".gpkg"), "no name"),
):
    dialog.path.setText(text)
    assert part in dialog.message.plain, (text, dialog.message.plain)
    assert not dialog.export_button.isEnabled()
    dialog.start()
assert not engine.calls
# a file that is there is replaced only after saying so
there = folder / "there.gpkg"; there.write_text("old")
dialog.path.setText(str(there))
assert not dialog.export_button.isEnabled() and dialog.replace.isVisible()
dialog.replace.setChecked(True)
assert dialog.export_button.isEnabled()
dialog.path.setText(str(folder / "new.gpkg"))
assert not dialog.replace.isChecked() and dialog.export_button.isEnabled()
dialog._take(str(there)); assert dialog.replace.isChecked()          # the file dialog has asked
dialog._take(str(folder / "new")); assert dialog.path.text().endswith("new.gpkg")

dialog.choices["shown"].setChecked(True)
dialog.geometry_box.setCurrentIndex(1)
dialog.start(); dialog.start()
call, = engine.calls
assert call.method == "export" and call.params["geometry"] == "point"
assert [m["rank"] for m in call.params["matches"]] == [1, 5, 6]
first = call.params["matches"][0]["attributes"]
assert list(first)[0] == "decision" and first["decision"] == "undecided"
assert first["decision_cat"] == "from the catalogue"
origin = call.params["provenance"]
assert origin["body"]["a"] == 1737400.0
assert (origin["selection"], origin["encoder"]) == ("shown", "hog")
assert dialog.bar.isVisible() and dialog.close_button.text() == "Cancel"
call.progress(SimpleNamespace(stage="writing", done=1, total=4, rate=None, seconds_left=None))
assert dialog.bar.value() == 250
QTest.keyClick(dialog, Qt.Key.Key_Escape)
assert engine.cancelled == 1 and "cancelled" in dialog.message.plain and dialog.isVisible()
dialog.start()
error = SimpleNamespace(message="No room. Free some.", cancelled=False, code=-32000)
engine.calls[-1].failed(error)
assert dialog.message.plain == "No room. Free some." and dialog.message.is_problem
dialog.start()
engine.calls[-1].done({"files": [str(folder / "new.gpkg")]})
assert "new.gpkg" in dialog.message.plain and (folder / "new.qml").exists()
assert dialog.open_folder.isVisible() and dialog.add_to_map.isVisible()
choose(dialog, "pdf"); dialog.start()
assert engine.calls[-1].method == "contact_sheet"
assert engine.calls[-1].params["query"]["kind"] == "area"       # its picture is gone
dialog.close()
assert engine.cancelled == 2
assert ExportDialog(engine, settings, one, shown=[], selected=[4, 5]).what() == "accepted"
one.decide([1], REJECTED)
last = ExportDialog(engine, settings, one, shown=[1], selected=[4, 5])
assert last.what() == "selected" and not last.choices["accepted"].isEnabled()
assert last.format.currentData() == "pdf"                              # as chosen the last time
print("fine")
"""
    run_in_qgis(HEAD + code, tmp_path, tmp_path)


def test_history_lists_opens_renames_deletes_with_undo(tmp_path: Path) -> None:
    code = """
project = QgsProject.instance()
store = ProjectStore(project)
panel = HistoryPanel(store)
panel.resize(380, 400); panel.show()
opened, removed, renamed = [], [], []
panel.open_requested.connect(opened.append)
panel.removed.connect(removed.append)
panel.renamed.connect(lambda *what: renamed.append(what))

def settle():
    app.processEvents()                                      # an editor commits from the event loop
    store.flush()
    for _ in range(3): app.processEvents()

settle()
assert not panel.view.isVisible() and not panel._open.isEnabled()
image = QImage(40, 40, QImage.Format.Format_RGB32); image.fill(QColor(200, 90, 10))
image.save(str(folder / "crop.png"))
crop = str(folder / "crop.png")
sets = [match_set(scattered(9), label=label, image=crop) for label in ("a", "b", "c")]
for found in sets:
    store.save(found)
sets[1].decide([0, 2], ACCEPTED); sets[1].decide([1], REJECTED)
settle()
assert panel.view.isVisible()
model = panel.model
assert [model.index(n, 0).data() for n in range(3)] == ["c", "b", "a"]
assert "2 accepted, 1 rejected of 9" in model.index(1, 0).data(Qt.ItemDataRole.UserRole)
assert "moon" in model.index(1, 0).data(Qt.ItemDataRole.UserRole)[0]
picture = model.index(0, 0).data(Qt.ItemDataRole.DecorationRole).toImage()
assert QColor(picture.pixel(5, 5)).red() > 150
panel.select(sets[1].set_id); panel.set_current(sets[1].set_id)
place = panel.view.visualRect(model.index(1, 0)).center()
QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
QTest.mouseDClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
assert opened == [sets[1].set_id], opened
QTest.keyClick(panel.view, Qt.Key.Key_Return)
assert opened == [sets[1].set_id] * 2
# a decision changes the row without losing the selection
sets[1].decide([5], ACCEPTED); settle()
assert panel.selected() == sets[1].set_id
assert "3 accepted" in model.index(1, 0).data(Qt.ItemDataRole.UserRole)[1]
# rename in place
QTest.keyClick(panel.view, Qt.Key.Key_F2)
from qgis.PyQt.QtWidgets import QLineEdit
editor = panel.view.findChild(QLineEdit)
assert editor is not None
editor.setText("Tycho"); QTest.keyClick(editor, Qt.Key.Key_Return); settle()
assert renamed == [(sets[1].set_id, "Tycho")] and store.history()[1].label == "Tycho"
assert not model.setData(model.index(1, 0), "   ", Qt.ItemDataRole.EditRole)
# delete two, undo both
panel.select(sets[1].set_id); QTest.keyClick(panel.view, Qt.Key.Key_Delete); settle()
panel.select(sets[0].set_id); panel.delete(); settle()
assert removed == [sets[1].set_id, sets[0].set_id] and len(store.history()) == 1
assert panel._bar.isVisible()
panel.undo(); panel.undo(); settle()
assert [i.label for i in store.history()] == ["c", "Tycho", "a"] and not panel._bar.isVisible()
assert store.history()[1].accepted == 3
panel.grab().save(str(folder / "history.png"))
project.clear(); settle()
assert not panel.view.isVisible() and not panel._bar.isVisible()
store.close()
print("fine")
"""
    run_in_qgis(HEAD + code, tmp_path, tmp_path)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of 37 large craters, 74 views, made in a few seconds."""
    path = tmp_path_factory.mktemp("index") / "moon.craterindex"
    moon = DATA / "moon"
    command = [
        *(str(ENGINE_PYTHON), "-m", "craterbench_qgis.engine", "index", "build"),
        *("--mosaic", str(moon / "lroc_wac_8k.tif"), "--encoder", "hog"),
        *("--catalogue", str(moon / "craters_ge5km.csv"), "--output", str(path)),
        *("--min-diameter", "60", "--region", "-30", "-30", "30", "30"),
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, timeout=120)
    return path


REAL = """
import os
from craterbench_qgis.client.engine import Engine
from craterbench_qgis.core.query import QueryRequest, RasterSource
from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.protocol import IndexInfo, SearchParams, SearchReply
settings.existing_python = ENGINE_PYTHON
engine = Engine(settings)
problems, infos, replies = [], [], []
failed = lambda error: problems.append(error.message)
engine.call("index.open", {"path": args[1]}, done=infos.append, failed=failed)
wait_until(lambda: infos or problems, 60)
assert infos, problems
info = IndexInfo.from_json(infos[0])
source = RasterSource(args[2])
request = QueryRequest("area", source, -11.4, -9.2, 200e3, 80e3, label="Ptolemaeus")
params = SearchParams(index=info.path, query=request.to_params(), top=20, shortlist=40)
engine.call("search", params.to_json(), done=replies.append, failed=failed)
wait_until(lambda: replies or problems, 60)
assert replies, problems
found = MatchSet.of_reply(request, info, SearchReply.from_json(replies[0]))
found.decide([0, 2, 5], ACCEPTED); found.decide([1], REJECTED)
"""


@needs_moon
def test_files_of_the_real_engine_are_read_back(tmp_path: Path, index: Path) -> None:
    code = """
written = []
for key in ("gpkg", "shp", "geojson", "csv", "png", "pdf", "scc", "diam", "crater"):
    dialog = ExportDialog(engine, settings, found, shown=range(12), selected=[])
    dialog.exported.connect(written.append)
    assert dialog.what() == "accepted"
    dialog.choices["shown"].setChecked(True)
    choose(dialog, key)
    dialog.path.setText(str(folder / ("out" + dialog.path.text().split("_matches")[1])))
    before = len(written)
    dialog.start()
    wait_until(lambda: len(written) > before or dialog.message.is_problem, 60)
    assert len(written) > before, (key, dialog.message.plain)
    if key in ("gpkg", "shp", "geojson", "crater"):
        layer = exported_layer(written[-1][0], found)
        assert layer is not None and layer.featureCount() == 12, key
        if key != "crater":
            assert layer.renderer().type() == "RuleRenderer", key
            assert layer.crs().isValid() and "1737400" in layer.crs().toProj(), key
            kinds = [rule.filterExpression() for rule in layer.renderer().rootRule().children()]
            for feature in layer.getFeatures():             # every match has exactly one look
                scope = QgsExpressionContext()
                scope.setFeature(feature)
                hits = [bool(QgsExpression(text).evaluate(scope)) for text in kinds]
                assert sum(hits) == 1, (key, feature["rank"], hits)
    dialog.close()
names = sorted(path.name for path in folder.iterdir() if path.name.startswith("out"))
print(json.dumps({"names": names, "truth": [vars(m) for m in found.matches[:12]]}, default=str))
engine.stop(wait=True)
print("fine")
"""
    mosaic = DATA / "moon" / "lroc_wac_8k.tif"
    printed = run_in_qgis(HEAD + REAL + code, tmp_path, tmp_path, index, mosaic)
    told = json.loads(printed.strip().splitlines()[-2])
    names, truth = told["names"], told["truth"]
    assert {"out.gpkg", "out.shp", "out.qml", "out.geojson", "out.csv", "out.png", "out.pdf",
            "out.scc", "out.diam", "out_CRATER.shp"} <= set(names)  # fmt: skip
    shapely, read = pytest.importorskip("shapely"), pytest.importorskip("pyogrio.raw").read
    for name, layer in (("out.gpkg", "matches"), ("out.shp", None), ("out.geojson", None)):
        about, _, shapes, values = read(tmp_path / name, layer=layer)
        table = dict(zip(about["fields"].tolist(), values, strict=True))
        assert list(table["rank"]) == list(range(1, 13))
        assert [str(one) for one in table["decision"][:6]] == [
            "accepted", "rejected", "accepted", "undecided", "undecided", "accepted",
        ]  # fmt: skip
        assert "1737400" in about["crs"] or "30100" in about["crs"]
        for shape, match in zip(shapely.from_wkb(shapes), truth, strict=True):
            rim = shapely.get_coordinates(shape)
            for lon, lat in rim[:: len(rim) // 8]:
                metres = 1737400.0 * _angle(match["lon"], match["lat"], lon, lat)
                assert metres == pytest.approx(match["diameter_m"] / 2, rel=1e-5)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["crater_id"] for row in rows] == [match["crater_id"] for match in truth]
    assert [row["decision"] for row in rows][:3] == ["accepted", "rejected", "accepted"]
    origin = json.loads((tmp_path / "out.shp.provenance.json").read_text(encoding="utf-8"))
    assert origin["selection"] == "shown" and origin["query_label"] == "Ptolemaeus"
    assert origin["matches_exported"] == 12 and origin["body_radii_m"] == [1737400.0, 1737400.0]
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")
    pillow = pytest.importorskip("PIL.Image")
    assert pillow.open(tmp_path / "out.png").width > 800
    best = max(match["score"] for match in truth)
    assert f"{best:.3f}" in (tmp_path / "out.qml").read_text(encoding="utf-8")


@needs_moon
def test_exports_without_the_index_and_says_what_fails(tmp_path: Path, index: Path) -> None:
    """A match set outlives its index: vector files still work, a contact sheet says why not."""
    code = """
found.index["path"] = str(folder / "gone.craterindex")
dialog = ExportDialog(engine, settings, found, shown=range(5), selected=[])
written = []
dialog.exported.connect(written.append)
choose(dialog, "gpkg"); dialog.path.setText(str(folder / "out.gpkg"))
dialog.start(); wait_until(lambda: written or dialog.message.is_problem, 60)
assert written, dialog.message.plain
assert Path(written[0][0]).exists()
choose(dialog, "pdf"); dialog.start()
wait_until(lambda: dialog.message.is_problem or len(written) > 1, 60)
assert "gone.craterindex" in dialog.message.plain and len(written) == 1, dialog.message.plain
assert not (folder / "out.pdf").exists()
dialog.close()
engine.stop(wait=True)
print("fine")
"""
    mosaic = DATA / "moon" / "lroc_wac_8k.tif"
    run_in_qgis(HEAD + REAL + code, tmp_path, tmp_path, index, mosaic)


def _angle(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Radians between two points (haversine)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    turn = math.sin(math.radians(lon2 - lon1) / 2) ** 2
    half = math.sin((phi2 - phi1) / 2) ** 2 + math.cos(phi1) * math.cos(phi2) * turn
    return 2 * math.asin(math.sqrt(half))
