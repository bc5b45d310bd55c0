"""“Find duplicates” and “Write cleaned catalogue” in QGIS against the real engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support import DATA, ENGINE_PYTHON, ROOT, needs_moon, needs_qgis, run_in_qgis

pytestmark = [needs_qgis]
MOSAIC, TWIN = DATA / "moon" / "lroc_wac_8k.tif", DATA / "moon" / "clementine_750nm_4k.tif"

HEAD = """
import json, os, shutil, sqlite3, time
from pathlib import Path
from qgis.core import *
from qgis.PyQt.QtWidgets import QDialog
from craterbench_qgis.client.engine import Engine
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.gui.review.panel import ReviewPanel
problems = []
sys.excepthook = lambda *what: (problems.append(what), sys.__excepthook__(*what))
folder, table = Path(args[0]), args[1]
QgsSettings().setValue("craterbench/engine/python", ENGINE_PYTHON)
QgsSettings().setValue("craterbench/output_folder", str(folder))
iface = FakeInterface()
project = QgsProject.instance()
moon = QgsCoordinateReferenceSystem("IAU_2015:30100")
project.setCrs(moon)
engine = Engine(Settings())
panel = ReviewPanel(iface, engine, Settings())
panel.resize(420, 800)
panel.show()

def ready(dialog):
    wait_until(dialog.start_button.isEnabled, 60)

def rows(path, what="pair_id, decision"):
    with sqlite3.connect(path) as db:
        return list(db.execute(f"SELECT {what} FROM pairs"))

def facts(path):
    with sqlite3.connect(path) as db:
        return {key: json.loads(value) if value and value[0] in "[{" else value
                for key, value in db.execute("SELECT key, value FROM provenance")}

def opened(path):
    wait_until(lambda: panel.store.content is not None and panel.store.content.path == Path(path)
               and panel.queue is not None, 120)

def done():
    panel.shut_down()
    engine.stop(wait=True)
    assert not problems, problems
    print("fine")
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """340 craters, 40 of them entered twice, by two mappers (column ``source``)."""
    path = tmp_path / "both mappers.csv"
    code = "import sys; from pathlib import Path; from tests.qgis.make_review import "
    code += "write_catalogue; write_catalogue(Path(sys.argv[1]))"
    subprocess.run([ENGINE_PYTHON, "-c", code, path], cwd=ROOT, check=True)
    return path


def test_layers_of_the_project(tmp_path: Path, table: Path) -> None:
    """A text layer filtered two ways and a layer in memory; names are kept up to the output."""
    code = """
uri = "file://" + table.replace(" ", "%20") + "?delimiter=,&xField=lon&yField=lat"
uri += "&crs=IAU_2015:30100"
first = QgsVectorLayer(uri, "Ann: first", "delimitedtext")
assert first.isValid() and first.setSubsetString("\\"source\\" = 'first'")
second = QgsVectorLayer(uri, "Ben's", "delimitedtext")
assert second.setSubsetString("\\"source\\" = 'second'")
memory = second.materialize(QgsFeatureRequest())
memory.setName("Ben in memory")
project.addMapLayers([first, second, memory])
dialog = panel.find_duplicates()
assert panel.find_duplicates() is dialog                 # one at a time
assert "Choose a catalogue" in dialog.message.plain
dialog.catalogue.choose_layer(first.id())
assert "being read" in dialog.message.plain
wait_until(lambda: dialog.catalogue.info is not None, 60)
assert dialog.catalogue.count()[0] == 300
dialog.other.setChecked(True)
assert not dialog.start_button.isEnabled() and "second catalogue" in dialog.message.plain
for layer in (second, memory):
    dialog.other.choose_layer(layer.id())
    ready(dialog)
    assert "300 entries against 40" in dialog.message.plain, dialog.message.plain
output = Path(dialog.output.path())
assert output == folder / "Ann_ first_Ben in memory_duplicates.gpkg", output
dialog.options.least.setValue(30.0)
wait_until(lambda: dialog.other.count()[0] < 40, 20)
wait_until(lambda: dialog.catalogue.count()[0] < 300, 20)
dialog.options.east.setValue(0.0)
dialog.start_button.click()
opened(output)
wait_until(lambda: not panel.dialogs.open)
assert all(a >= 30e3 <= b for a, b in rows(output, "a_diameter_m, b_diameter_m"))
assert {a for a, in rows(output, "a_id")} <= {f"c{n}" for n in range(300)}
assert {b[:3] for b, in rows(output, "b_id")} == {"d-c"}
told = facts(output)
assert [Path(one).stem for one in told["catalogues"]] == ["Ann_ first", "Ben in memory"], told
assert float(told["minimum"]) == 0.02
assert panel.view._captions.facts[0].split(" · ")[1] == "Ann_ first", panel.view._captions
# Without a mosaic there are no pictures, and it is said how to get some.
wait_until(lambda: panel.view.picture is not None)
assert "Pictures from another mosaic" in panel.view.picture.problem
# Written: both catalogues, whose entry is whose.
panel.decide("duplicate")
apply = panel.write_cleaned()
target = folder / "clean.csv"
apply.output.edit.setText(str(output))
assert "review itself" in apply.message.plain and not apply.start_button.isEnabled()
apply.output.edit.setText(str(target))
apply.start_button.click()
wait_until(lambda: target.exists() and not apply.running, 60)
assert "1 were merged" in apply.message.plain
text = target.read_text()
assert "Ann_ first" in text and "Ben in memory" in text and text.count("merged_ids") == 1
done()
"""
    run_in_qgis(HEAD + code, tmp_path, tmp_path, table, timeout=240)


def test_a_body_no_file_names_and_files_that_are_read(tmp_path: Path, table: Path) -> None:
    code = """
dialog = panel.find_duplicates()
dialog.catalogue.choose_file(table)
wait_until(lambda: dialog.catalogue.info is not None, 60)
assert "name the body" in dialog.message.plain and not dialog.start_button.isEnabled()
dialog.options.body.setEditText("moon")
ready(dialog)
assert "340 entries, each against its neighbours." in dialog.message.plain
dialog.options.least.setValue(50.0)
dialog.options.most.setValue(20.0)
assert "correct one" in dialog.message.plain
dialog.options.least.setValue(0.0)
dialog.options.most.setValue(0.0)
# What is read is not written over.
copy = folder / "catalogue.gpkg"
layer = QgsVectorLayer("Point?crs=IAU_2015:30100&field=diam_km:double", "x", "memory")
options = QgsVectorFileWriter.SaveVectorOptions()
feature = QgsFeature(layer.fields())
feature.setAttributes([30.0])
feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(1, 2)))
layer.dataProvider().addFeatures([feature])
context = QgsCoordinateTransformContext()
QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(copy), context, options)
dialog.catalogue.choose_file(str(copy))
wait_until(lambda: dialog.catalogue.info is not None, 60)
dialog.output.edit.setText(str(folder / "." / "catalogue.gpkg"))
assert "would replace catalogue.gpkg" in dialog.message.plain, dialog.message.plain
assert not dialog.start_button.isEnabled()
dialog.other.setChecked(True)
dialog.other.choose_file(str(copy))
wait_until(lambda: dialog.other.info is not None, 60)
assert "are the same" in dialog.message.plain
# Nothing found: an empty review, and it says so.
dialog.other.setChecked(False)
dialog.output.edit.setText(str(folder / "none.gpkg"))
ready(dialog)
dialog.start_button.click()
opened(folder / "none.gpkg")
assert panel.queue.pair() is None and "holds no pair" in panel.view._message
assert "No two entries" in panel.page.message.plain
for act in (panel.skip, panel.go_back, panel.undo, lambda: panel.decide("duplicate")):
    act()
# An engine's refusal is shown in the dialog.
dialog = panel.find_duplicates()
dialog.catalogue.choose_file(table)
dialog.options.body.setEditText("Krypton")
ready(dialog)
dialog.start_button.click()
wait_until(lambda: dialog.message.is_problem, 60)
assert "Krypton" in dialog.message.plain and dialog.form.isEnabled()
done()
"""
    run_in_qgis(HEAD + code, tmp_path, tmp_path, table, timeout=240)


@needs_moon
def test_cancel_and_find_again_where_decisions_are(tmp_path: Path, table: Path) -> None:
    """A search into the open review: nobody writes to the file that goes, nothing is lost."""
    code = """
mosaic, twin = args[2:4]
raster = QgsRasterLayer(mosaic, "wac")
project.addMapLayer(raster)
output = folder / "again.gpkg"

def fill():
    dialog = panel.find_duplicates()
    dialog.catalogue.choose_file(table)
    dialog.output.edit.setText(str(output))
    ready(dialog)
    assert dialog.mosaics.paths() == [mosaic]            # the project's only raster
    return dialog

def cancel(dialog):
    dialog.start_button.click()
    wait_until(lambda: "of" in dialog.message.plain and dialog.bar.value() > 0, 120)
    stopped = time.monotonic()
    dialog.close_button.click()
    assert dialog.isVisible()
    wait_until(lambda: not dialog.running, 60)
    print("cancelled after s:", round(time.monotonic() - stopped, 2))
    assert "Cancelled" in dialog.message.plain

dialog = fill()
cancel(dialog)
assert not output.exists() and not list(folder.glob(".again*"))
dialog.start_button.click()
opened(output)
assert "pairs to review" in panel.page.message.plain
looks = rows(output, "similarity")
assert len(looks) >= 30 and sum(one is not None for one, in looks) >= 30, looks
for decision in ("duplicate", "distinct", "unsure"):
    panel.decide(decision)
undecided = panel.queue.pair().pair_id
panel.decide("duplicate")
panel.undo()
wait_until(lambda: panel.store.pending == 0)
before = {row[:2]: row[2:] for row in rows(output, "a_id, b_id, decision, reviewer, decided_at")}
# Again, and given up: the review is let go of meanwhile, and comes back as it was.
dialog = fill()
assert "is there already" in dialog.message.plain and "is kept" in dialog.message.plain
dialog.start_button.click()
wait_until(lambda: panel.store.content is None)
panel.open_review(str(output))                           # not now
assert "being written just now" in panel.start.message.plain
wait_until(lambda: dialog.bar.value() > 0, 120)
dialog.close_button.click()
opened(output)
wait_until(lambda: not dialog.running)
assert panel.queue.pair().pair_id == undecided and panel.queue.counts().decided == 3
assert {r[:2]: r[2:] for r in rows(output, "a_id, b_id, decision, reviewer, decided_at")} == before
# Again, with a second mosaic to compare the first with: decisions stay, displacements are told.
dialog.options.twin.addItem("clementine", twin)
dialog.options.twin.setCurrentIndex(dialog.options.twin.count() - 1)
dialog.start_button.click()
wait_until(lambda: panel.store.content is None)
opened(output)
wait_until(lambda: not panel.dialogs.open)
after = {row[:2]: row[2:] for row in rows(output, "a_id, b_id, decision, reviewer, decided_at")}
assert after == before
assert sum(one is not None for one, in rows(output, "shift_east_m")) >= 5
said = panel.page.message.plain
assert "3 pairs were decided before." in said and "The second mosaic lies" in said, said
assert panel.queue.counts().decided == 3
# A mosaic that was moved: beside the review it is found, elsewhere it is chosen once.
wait_until(lambda: panel.view.picture is not None and not panel.view.picture.problem, 60)
panel.close_review()
with sqlite3.connect(output) as db:
    gone = json.dumps(["/gone/wac.tif"])
    db.execute("UPDATE provenance SET value=? WHERE key='mosaics'", (gone,))
panel.open_review(str(output))
opened(output)
wait_until(lambda: panel.view.picture is not None, 60)
assert "/gone/wac.tif" in panel.view.picture.problem and "moved" in panel.view.picture.problem
from craterbench_qgis.gui.review import dialogs
dialogs.QFileDialog.getOpenFileName = staticmethod(lambda *_: (mosaic, ""))
panel.choose_mosaic()
wait_until(lambda: panel.view.picture is not None and not panel.view.picture.problem, 60)
panel.close_review()
panel.open_review(str(output))
opened(output)
wait_until(lambda: panel.view.picture is not None and not panel.view.picture.problem, 60)
Settings().remove("review/mosaics")
os.symlink(mosaic, folder / "wac.tif")
panel.open_review(str(output))
wait_until(lambda: panel.store.content is not None, 20)
opened(output)
assert panel.store.content.mosaics == [{"path": str(folder / "wac.tif")}]
done()
"""
    said = run_in_qgis(
        HEAD + code, tmp_path, tmp_path, table, MOSAIC.resolve(), TWIN.resolve(), timeout=400
    )
    sys.stdout.write(said)
