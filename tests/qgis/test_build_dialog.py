"""The build dialog in real QGIS: what it checks, what it asks for, and a build by the engine."""

from __future__ import annotations

from pathlib import Path

from .support import DATA, needs_moon, needs_qgis, run_in_qgis

pytestmark = needs_qgis

PRELUDE = """
from pathlib import Path
from index_fakes import *
from qgis.core import (QgsCoordinateReferenceSystem, QgsFeature, QgsGeometry, QgsPointXY,
                       QgsProject, QgsRasterLayer, QgsRectangle, QgsVectorLayer)
from qgis.PyQt.QtWidgets import QWidget
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.gui.build.dialog import BuildDialog

home, settings = Path.home(), Settings()
settings.output_folder = str(home)

def make_dialog(**answers):
    engine = Engine({"encoders.list": encoders(), "mosaic.describe": mosaic_info(),
                     "catalogue.describe": catalogue_info(), **answers})
    owner = QWidget()
    dialog = BuildDialog(FakeInterface(), engine, settings, owner)
    dialog.keep = owner
    settle()
    return dialog, engine

def fill(dialog, name="new"):
    (home / "c.csv").write_text("id,lon,lat,diam_km\\n")
    dialog.mosaics.add(str(home / "m.tif"))
    dialog.catalogue.choose_file(str(home / "c.csv"))
    dialog.output.set_path(str(home / (name + ".craterindex")))
    settle()
    return dialog.check()
"""


def test_every_mistake_gets_one_sentence_and_keeps_the_build_from_starting(tmp_path: Path) -> None:
    run_in_qgis(
        PRELUDE
        + """
import json, os
dialog, engine = make_dialog()
assert dialog.check() == "Mosaics: Add at least one mosaic." and not dialog.build.isEnabled()
assert fill(dialog) == "" and dialog.build.isEnabled(), dialog.missing.plain

def problem_after(change, undo):
    change(); settle()
    told, enabled = dialog.check(), dialog.build.isEnabled()
    undo(); settle()
    assert not enabled and dialog.check() == "" and dialog.build.isEnabled(), told
    return told

box = dialog.options
told = problem_after(lambda: box.contexts.setText("2, x"), lambda: box.contexts.setText("2,3"))
assert "numbers" in told and not box.message.is_problem
told = problem_after(lambda: box.contexts.setText("0.5"), lambda: box.contexts.setText("2 3"))
assert "between 0.5 and 100" in told
told = problem_after(lambda: (box.least.setValue(50), box.most.setValue(20)),
                     lambda: (box.least.setValue(0), box.most.setValue(0)))
assert "larger than the largest" in told
named = dialog.output.name.setText
assert "name" in problem_after(lambda: named(""), lambda: named("new"))
assert ":" in problem_after(lambda: named("a:b"), lambda: named("new"))
done = home / "done.craterindex"; done.mkdir()
(done / "manifest.json").write_text(json.dumps({"format": "craterindex", "job": None}))
assert "complete index" in problem_after(lambda: named("done"), lambda: named("new"))
other = home / "other.craterindex"; other.mkdir(); (other / "notes.txt").write_text("x")
assert "no index" in problem_after(lambda: named("other"), lambda: named("new"))
(home / "file").write_text("x")
folder = dialog.output.folder.setFilePath
assert "cannot be written" in problem_after(lambda: folder(str(home / "file")),
                                           lambda: folder(str(home)))
engine.answers["catalogue.describe"] = catalogue_info(rows=10**12)
told = problem_after(
    lambda: dialog.catalogue._describe(),
    lambda: (engine.answers.update({"catalogue.describe": catalogue_info()}),
             dialog.catalogue._describe()))
assert "are free there" in told

# an unfinished build of the same name is resumed
half = home / "half.craterindex"; half.mkdir()
(half / "manifest.json").write_text(json.dumps({"format": "craterindex", "job": {"chunks": 3}}))
named("half")
assert dialog.check() == "" and dialog.build.text() == "Resume"

engine.answers["catalogue.describe"] = catalogue_info(body=MARS)
dialog.catalogue._describe(); settle()
told = "Catalogue: The catalogue is of Mars, the mosaic of Moon; choose ones that fit."
assert dialog.check() == told
engine.answers["mosaic.describe"] = error("It is no raster.")
dialog.mosaics.add(str(home / "bad.tif")); settle()
assert "bad.tif cannot be used" in dialog.check()
assert "It is no raster." in dialog.mosaics.list.item(1).text()
print("fine")
""",
        tmp_path,
    )


def test_columns_are_guessed_shown_and_can_be_changed(tmp_path: Path) -> None:
    run_in_qgis(
        PRELUDE
        + """
dialog, engine = make_dialog()
fill(dialog)
box = dialog.catalogue
assert box.columns["diameter"].currentText() == "diam_km (auto)" and box.chosen_columns() == {}
for part in ("Usable craters: 1,000", "diameters 5.00 km to 300 km", "In km: the column says so.",
             "Rows left out: 3 (latitude is beyond 90 degrees: 3)"):
    assert part in box.facts.plain, box.facts.plain
before = engine.count("catalogue.describe")
box.columns["diameter"].setCurrentText("other")
box.unit.setCurrentText("m")
wait_until(lambda: engine.count("catalogue.describe") > before)
settle()
assert engine.count("catalogue.describe") == before + 1          # two changes, one question
assert engine.last("catalogue.describe").params["columns"] == {"diameter": "other",
                                                              "diameter_unit": "m"}
assert box.columns["diameter"].currentText() == "other"          # the choice stays
dialog.check()
assert dialog.params().columns == {"diameter": "other", "diameter_unit": "m"}

# limits: the engine counts; views and space follow
engine.answers["catalogue.describe"] = lambda params: catalogue_info(
    selected=120 if params.get("min_diameter_m") == 20000.0 else None)
assert dialog.estimate.plain.startswith("Views: 2,000 · space: about"), dialog.estimate.plain
dialog.options.least.setValue(20.0)
dialog.check()
wait_until(lambda: (box.info.selected if box.info else None) == 120)
dialog.check()
assert dialog.estimate.plain.startswith("Views: 240 ·"), dialog.estimate.plain
settings.set_value("build/rates/auto/default", 40.0)
dialog.check()
assert "time: about 6 s, as in the last build here" in dialog.estimate.plain

# a table the engine cannot make sense of: the names in its header are offered
(home / "odd.csv").write_text("Nr;Breite;Weite;Groesse\\n1;2;3;4\\n", encoding="utf-8")
engine.answers["catalogue.describe"] = error("No column looks like a longitude. Name it.")
box.choose_file(str(home / "odd.csv")); settle()
assert box.message.is_problem and box.info is None
names = [box.columns["lon"].itemText(n) for n in range(1, box.columns["lon"].count())]
assert names == ["Nr", "Breite", "Weite", "Groesse"], names
assert "No column looks like" in dialog.check()
print("fine")
""",
        tmp_path,
    )


def test_layers_files_and_what_is_only_in_memory(tmp_path: Path) -> None:
    run_in_qgis(
        PRELUDE
        + """
layer = QgsVectorLayer("Point?crs=IAU_2015:30100&field=id:string&field=diam_km:double",
                       "Mine/yours", "memory")
for n in range(5):
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(n, -n)))
    feature.setAttributes([f"c{n}", 10.0 + n])
    layer.dataProvider().addFeature(feature)
QgsProject.instance().addMapLayer(layer)
dialog, engine = make_dialog()
dialog.mosaics.add(str(home / "m.tif"))
dialog.catalogue.choose_layer(layer.id())
wait_until(lambda: dialog.catalogue.info is not None)
asked = engine.last("catalogue.describe").params
assert asked["layer"] == "craters" and asked["path"].endswith(".gpkg")
read = QgsVectorLayer(asked["path"] + "|layername=craters", "x", "ogr")
assert sorted(one["id"] for one in read.getFeatures()) == ["c0", "c1", "c2", "c3", "c4"]

# the build needs a file that stays: it is kept beside the index
dialog.check()
assert dialog.output.name.text() == "Mine-yours", dialog.output.name.text()
assert dialog.check() == ""
started = []
dialog.started.connect(started.append)
dialog.start()
wait_until(lambda: started)
params = engine.last("index.build").params
assert params["catalogue"] == str(home / "Mine-yours_catalogue.gpkg"), params["catalogue"]
assert Path(params["catalogue"]).is_file() and params["layer"] == "craters"

# a filtered layer is not its file
path = str(home / "all.gpkg")
from craterbench_qgis.gui.layer_files import export_layer, vector_file
done = []
export_layer(layer, path, done.append, done.append)
wait_until(lambda: done)
whole = QgsVectorLayer(path + "|layername=craters", "all", "ogr")
assert vector_file(whole) == (path, "craters")
whole.setSubsetString('"diam_km" > 12')
assert vector_file(whole) is None
dialog.close()
print("fine")
""",
        tmp_path,
    )


def test_the_region_is_what_the_map_shows(tmp_path: Path) -> None:
    run_in_qgis(
        PRELUDE
        + """
from craterbench_qgis.gui.build.region import extent_region

def crs(text):
    return QgsCoordinateReferenceSystem.fromProj(text)

def near(found, wanted, by=0.05):
    assert found is not None and all(abs(a - b) < by for a, b in zip(found, wanted)), found

moon = crs("+proj=longlat +R=1737400 +no_defs")
near(extent_region(QgsRectangle(10, -20, 40, 5), moon, MOON), [10, -20, 40, 5])
near(extent_region(QgsRectangle(-400, -200, 400, 200), moon, MOON), [-180, -90, 180, 90], 10)
near(extent_region(QgsRectangle(170, -5, 195, 5), moon, MOON), [170, -5, -165, 5])
polar = crs("+proj=stere +lat_0=-90 +lat_ts=-90 +R=1737400 +no_defs")
west, south, east, north = extent_region(QgsRectangle(-1e5, -1e5, 1e5, 1e5), polar, MOON)
assert (west, south, east) == (-180, -90, 180) and -87 < north < -85     # 141 km from the pole
seam = crs("+proj=eqc +lon_0=180 +R=1737400 +no_defs")
degree = 1737400 * 3.141592653589793 / 180
near(extent_region(QgsRectangle(-5 * degree, 0, 5 * degree, 8 * degree), seam, MOON),
     [175, 0, -175, 8])
# Mars is flattened: the map has planetographic latitudes, the engine takes planetocentric ones
mars = crs("+proj=longlat +a=3396190 +b=3376200 +no_defs")
found = extent_region(QgsRectangle(0, 0, 10, 45), mars, MARS)
assert abs(found[3] - 44.66) < 0.01, found

dialog, engine = make_dialog()
dialog._iface.canvas.setDestinationCrs(moon)
dialog._iface.canvas.setExtent(QgsRectangle(10, -20, 40, 5))
dialog.options.within.setChecked(True)
assert "Add a mosaic first" in dialog.options.problem()
fill(dialog)
dialog.options.take_extent.click()
region = dialog.params().region
assert region[0] <= 10 and region[2] >= 40 and "longitude" in dialog.options.region_text.text()
print("fine")
""",
        tmp_path,
    )


@needs_moon
def test_a_build_by_the_engine_is_cancelled_resumed_and_opened(tmp_path: Path) -> None:
    run_in_qgis(
        PRELUDE
        + """
import json
from craterbench_qgis.client.engine import Engine as RealEngine
from craterbench_qgis.gui.index.panel import IndexPanel
settings.existing_python = ENGINE_PYTHON
engine = RealEngine(settings)
interface = FakeInterface()
panel = IndexPanel(interface, engine, settings)
panel.show()
engine.start()
wait_until(lambda: engine.state == "ready", 60)
gap = LongestGap()
panel.build()
dialog = panel._dialog
dialog.mosaics.add(args[0])
dialog.catalogue.choose_file(args[1])
dialog.options.least.setValue(26.0)
dialog.options._region = [-40.0, -30.0, 40.0, 30.0]
dialog.options.within.setChecked(True)
dialog.output.set_path(str(home / "moon.craterindex"))
wait_until(lambda: dialog.check() == "" and dialog.catalogue.info is not None
           and dialog.catalogue.info.selected is not None and dialog.mosaics.body(), 60)
told = dialog.catalogue.count()[0]
views = 2 * told
assert f"Views: {views:,} ·" in dialog.estimate.plain, dialog.estimate.plain
gap.start()
dialog.start()
job = panel.job
dialog.close()                                              # it goes on in the background
wait_until(lambda: job.progress is not None and job.progress.stage == "views"
           and 256 < job.progress.done < views, 60)
job.cancel()
wait_until(lambda: job.state != "running", 30)
assert job.state == "cancelled", job.message
manifest = json.loads((home / "moon.craterindex" / "manifest.json").read_text())
assert manifest["job"] is not None
assert panel._job_view.resume.isVisible()
panel._job_view.resume.click()
job = panel.job
wait_until(lambda: job.state != "running", 120)
worst = gap.stop()
assert job.state == "done", job.message
assert job.result["resumed"] and 0 < job.result["encoded"] < views, job.result
assert "views made in" in panel._job_view.detail.plain
opened = []
panel.opened.connect(opened.append)
panel._job_view.open.click()
wait_until(lambda: opened, 60)
assert opened[0].craters == told and opened[0].views == views, (opened[0].craters, told)
assert worst < 50, worst
per_view = opened[0].size_bytes / opened[0].views
from craterbench_qgis.gui.build.estimate import bytes_per_view
assert 0.6 < bytes_per_view(opened[0].encoder, None) / per_view < 1.6, per_view
panel.shut_down()
engine.stop(wait=True)
print("longest pause", round(worst, 1), "ms; bytes a view", round(per_view))
print("fine")
""",
        tmp_path,
        DATA / "moon" / "lroc_wac_8k.tif",
        DATA / "moon" / "craters_ge5km.csv",
        timeout=240,
    )
