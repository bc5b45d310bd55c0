"""The index panel in real QGIS: open, recent, facts, catalogue on the map, verify, builds."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from .support import DATA, ENGINE_PYTHON, needs_moon, needs_qgis, run_in_qgis

pytestmark = needs_qgis

PRELUDE = """
from pathlib import Path
from index_fakes import *
from qgis.core import QgsProject, QgsApplication
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.gui.index.panel import IndexPanel

home = Path.home()
settings = Settings()

def make_index(name, job=None):
    import json
    folder = home / name
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"format": "craterindex", "job": job}))
    return str(folder)

def make_panel(answers):
    engine = Engine(answers)
    interface = FakeInterface()
    panel = IndexPanel(interface, engine, settings)
    panel.show()
    settle()
    return panel, engine, interface

def open_index(panel, path):
    panel.open_index(path)
    settle()

def texts(widget):
    return [widget.item(n).text() for n in range(widget.count())]
"""


def test_opening_tells_what_it_does_and_says_when_it_can_be_searched(tmp_path: Path) -> None:
    run_in_qgis(
        PRELUDE
        + """
path = make_index("moon.craterindex")
info = index_info(path, skipped={"smaller than 6 pixels": 31, "no data": 7}, removed=2,
                  sources=[{"path": "/gone/wac.tif", "exists": False}], catalogue_source="/x/c.csv")
panel, engine, _ = make_panel({"index.describe": info, "index.close": {}})
opened, closed = [], []
panel.opened.connect(opened.append)
panel.closed.connect(lambda: closed.append(1))

settings.device = "cuda:0"
open_index(panel, path + "/manifest.json")           # what a file chooser may give
assert not opened                                    # the encoder is not loaded yet
assert "encoder" in panel.message.plain and panel.progress.isVisible()
call = engine.last("index.open")
assert call.params == {"path": path, "device": "cuda:0"}
call.done(info)
assert [one.path for one in opened] == [path] and panel.message.plain == ""
assert not panel.progress.isVisible() and settings.recent_indexes == [path]
page = panel.page.facts.text().replace("\\u200b", "")
for part in ("Moon (radius 1,737.4 km)", "88 (2 removed)", "176 at 2x, 3x", "K = 64 of 128",
             "smaller than 6 pixels: 31; no data: 7", "2.5 MB", "wac.tif is not at /gone any more",
             "c.csv (gone; its craters are in the index)", path):
    assert part in page, (part, page)
assert not panel.page.resume.isVisible()

panel.close_index()
settle()
assert closed == [1] and engine.last("index.close").params == {"path": path}
assert panel.info is None
print("fine")
""",
        tmp_path,
    )


def test_what_cannot_be_opened_says_why_and_leaves_the_panel_usable(tmp_path: Path) -> None:
    run_in_qgis(
        PRELUDE
        + """
from qgis.PyQt.QtCore import Qt
good = make_index("good.craterindex")
empty = home / "empty.craterindex"; empty.mkdir()
for one in (str(home / "gone.craterindex"), str(empty), good):
    settings.add_recent(one)
panel, engine, _ = make_panel({})
items = texts(panel.recent.list)
assert [one.splitlines()[1] for one in items] == [str(home), "is no index any more",
                                                  "not there any more"], items
enabled = [bool(panel.recent.list.item(n).flags() & Qt.ItemFlag.ItemIsEnabled) for n in range(3)]
assert enabled == [True, False, False]

open_index(panel, str(empty))
assert panel.message.is_problem and "is no index any more" in panel.message.plain
assert not engine.calls

engine.answers["index.describe"] = error("A file of it is damaged. Verify it.")
open_index(panel, good)
assert panel.message.is_problem and "damaged" in panel.message.plain
assert panel.open_button.isEnabled() and not panel.progress.isVisible()

# a second one while the first still loads: the first answer must not count any more
engine.answers["index.describe"] = lambda params: index_info(params["path"])
other = make_index("other.craterindex")
opened = []
panel.opened.connect(lambda info: opened.append(info.path))
open_index(panel, good)
first = engine.last("index.open")
open_index(panel, other)
assert first.dropped
engine.last("index.open").done(index_info(other))
assert opened == [other]

# waiting for an encoder can be given up
open_index(panel, good)
panel.cancel_button.click()
engine.last("index.open").end_cancelled()
assert panel.open_button.isEnabled() and "cancelled" in panel.message.plain
print("fine")
""",
        tmp_path,
    )


def test_verify_tells_its_progress_and_what_it_found(tmp_path: Path) -> None:
    run_in_qgis(
        PRELUDE
        + """
path = make_index("moon.craterindex")
panel, engine, _ = make_panel({"index.describe": index_info(path), "index.open": index_info(path)})
open_index(panel, path)
panel.page.verify.click()
call = engine.last("index.verify")
call.progress(progress("verifying", 5e9, 2e10, 2.5e8, 60.0))    # bytes beyond 32 bits
assert panel.progress.value() * 4 == panel.progress.maximum()
assert "5.0 GB of 20.0 GB" in panel.message.plain and "250 MB per second" in panel.message.plain
assert not panel.page.verify.isEnabled()
call.done({"problems": []})
assert "as it was written" in panel.message.plain and panel.page.verify.isEnabled()
panel.page.verify.click()
engine.last("index.verify").done({"problems": ["tokens.bin was changed"]})
assert panel.message.is_problem and "tokens.bin was changed" in panel.message.plain
print("fine")
""",
        tmp_path,
    )


def test_an_unfinished_build_is_resumed_with_what_is_remembered_of_it(tmp_path: Path) -> None:
    run_in_qgis(
        PRELUDE
        + """
from craterbench_qgis.gui.build.job import pending_builds, remember_pending
from craterbench_qgis.protocol import BuildParams
path = make_index("half.craterindex", job={"chunks": 9})
for name in ("m.tif", "c.csv"):
    (home / name).write_text("x")
params = BuildParams([str(home / "m.tif")], str(home / "c.csv"), path, min_diameter_m=20000.0)
remember_pending(settings, params)
panel, engine, interface = make_panel({})
assert texts(panel.recent.list) == ["half.craterindex\\nunfinished build"]
info = index_info(path, incomplete=True)
engine.answers.update({"index.describe": info, "index.open": info, "index.close": {}})
open_index(panel, path)
assert panel.page.resume.isVisible() and "Resume" in panel.page.state.plain
panel.page.resume.click()
settle()
call = engine.last("index.build")
assert call.params == params.to_json()                 # the very same request resumes
assert panel.info is None and engine.count("index.close") == 1   # its files change now
view = panel._job_view
call.progress(progress("views", 120, 400, 45.2, 77.0))
assert view.bar.value() == 300 and view.bar.maximum() == 1000
assert view.detail.plain == "Views: 120 of 400 · 45 per second · 77 s left", view.detail.plain
assert len(QgsApplication.taskManager().tasks()) == 1

view.cancel.click()
assert call.cancelled and "Stopping" in view.detail.plain
call.progress(progress("views", 130, 400, 45.2, 77.0))
assert "Stopping" in view.detail.plain
call.end_cancelled()
assert view.resume.isVisible() and not view.bar.isVisible() and "stays" in view.detail.plain
assert list(pending_builds(settings)) == [path]
wait_until(lambda: not QgsApplication.taskManager().activeTasks())

view.resume.click()
call = engine.last("index.build")
panel.hide()                                             # nobody looks: it is said in the bar
call.done({"path": path, "views": 400, "craters": 200, "encoded": 280, "seconds": 7.0,
           "skipped": {"no data": 4}, "notes": ["A note."]})
view = panel._job_view
for part in ("Craters: 200 · views: 400", "280 views made in 7 s (40.0 per second)",
             "Views skipped: 4 (no data: 4)", "A note."):
    assert part in view.detail.plain, view.detail.plain
assert pending_builds(settings) == {} and settings.recent_indexes[0] == path
assert interface.bar.currentItem() is not None
assert "half.craterindex is built" in interface.bar.currentItem().text()
panel.shut_down()
print("fine")
""",
        tmp_path,
    )


@pytest.fixture(scope="session")
def moon_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small index of the real lunar mosaic."""
    path = tmp_path_factory.mktemp("index") / "moon.craterindex"
    command = [
        str(ENGINE_PYTHON), "-m", "craterbench_qgis.engine", "index", "build",
        "--mosaic", str(DATA / "moon" / "lroc_wac_8k.tif"),
        "--catalogue", str(DATA / "moon" / "craters_ge5km.csv"),
        "--min-diameter", "40", "--region", "150", "-10", "-170", "10", "--output", str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[2])
    return path


@needs_moon
def test_the_catalogue_is_a_layer_that_does_not_touch_the_index(
    tmp_path: Path, moon_index: Path
) -> None:
    before = hashlib.sha256((moon_index / "catalogue.gpkg").read_bytes()).hexdigest()
    files = sorted(one.name for one in moon_index.iterdir())
    run_in_qgis(
        PRELUDE
        + """
path = args[0]
info = index_info(path, catalogue=path + "/catalogue.gpkg")
panel, engine, interface = make_panel({"index.describe": info, "index.open": info})
open_index(panel, path)
crs_before = QgsProject.instance().crs()
panel.add_catalogue()
layer = interface.active
assert layer.isValid() and layer.featureCount() > 20
assert layer.readOnly() and not layer.startEditing()
assert "+proj=longlat" in layer.crs().toProj() and "1737400" in layer.crs().toProj()
assert QgsProject.instance().crs() == crs_before       # never behind the user's back
assert layer.renderer().symbol().color().alpha() == 0  # rings: the craters stay visible
first = next(layer.getFeatures())
point = first.geometry().asPoint()
assert abs(point.x() - first["lon"]) < 1e-9 and abs(point.y() - first["lat"]) < 1e-9
assert QgsProject.instance().layerTreeRoot().children()[0].layer() is layer
panel.add_catalogue()
assert len(QgsProject.instance().mapLayers()) == 1      # not a second time

# it is drawn where it belongs, whatever words the project's reference system uses
from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsPointXY
degree = 1737400 * 3.141592653589793 / 180
for text in ("IAU_2015:30100", "IAU_2015:30110", "PROJ:+proj=eqc +R=1737400 +no_defs",
             "PROJ:+proj=longlat +R=1737400 +no_defs"):
    QgsProject.instance().clear()
    shown = QgsCoordinateReferenceSystem(text)
    assert shown.isValid(), text
    QgsProject.instance().setCrs(shown)
    panel.add_catalogue()
    layer = interface.active
    there = QgsCoordinateTransform(layer.crs(), shown, QgsProject.instance())
    assert there.isValid(), (text, layer.crs().toProj())
    x = there.transform(QgsPointXY(10.0, 5.0)).x()
    assert abs(x - 10) < 1e-6 or abs(x - 10 * degree) < 1, (text, x)

project = str(home / "p.qgs")
assert QgsProject.instance().write(project)
QgsProject.instance().clear()
assert QgsProject.instance().read(project)
(layer,) = QgsProject.instance().mapLayers().values()
assert layer.isValid() and layer.readOnly() and layer.featureCount() > 20
QgsProject.instance().clear()
print("fine")
""",
        tmp_path,
        moon_index,
    )
    after = hashlib.sha256((moon_index / "catalogue.gpkg").read_bytes()).hexdigest()
    assert after == before
    assert sorted(one.name for one in moon_index.iterdir()) == files
