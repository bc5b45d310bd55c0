"""The index panel: open, recent, facts, verify, builds, and the catalogue on the map."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsPointXY,
    QgsProject,
    QgsTask,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QLabel, QListWidget

from craterbench_qgis.contract.build import BuildParams, CatalogueSource, Selection
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.gui.build.job import pending_builds, remember_pending
from craterbench_qgis.gui.index.panel import IndexPanel
from engine_side import PLAIN, build_index
from index_fakes import Engine, error, index_info, progress, progress_of, settle
from inside import FakeInterface, wait_until
from on_screen import click
from paths import CATALOGUE, MOSAIC, needs_engine, needs_moon

MakePanel = Callable[[dict[str, Any]], tuple[IndexPanel, Engine]]


def make_index(folder: Path, name: str, job: dict[str, Any] | None = None) -> str:
    """The manifest of an index; its path."""
    (folder / name).mkdir()
    manifest = json.dumps({"format": "craterindex", "job": job})
    (folder / name / "manifest.json").write_text(manifest)
    return str(folder / name)


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def make_panel(iface: FakeInterface, settings: Settings) -> MakePanel:
    def make(answers: dict[str, Any]) -> tuple[IndexPanel, Engine]:
        engine = Engine(answers)
        panel = IndexPanel(iface, engine, settings)
        panel.show()
        settle()
        return panel, engine

    return make


def open_index(panel: IndexPanel, path: str) -> None:
    panel.open_index(path)
    settle()


def texts(widget: QListWidget) -> list[str]:
    return [widget.item(row).text() for row in range(widget.count())]


def test_the_page_says_a_small_size(make_panel: MakePanel, tmp_path: Path) -> None:
    path = make_index(tmp_path, "moon.craterindex")
    panel, engine = make_panel({"index.describe": index_info(path, size="small")})
    open_index(panel, path)
    engine.last("index.open").done(index_info(path, size="small"))
    page = panel.page.facts.text().replace("\u200b", "")
    assert "K = 64 of 128 numbers, small: two bits a number, seeds by attention" in page


def test_opening_tells_what_it_does_and_says_when_it_can_be_searched(
    make_panel: MakePanel, settings: Settings, tmp_path: Path
) -> None:
    path = make_index(tmp_path, "moon.craterindex")
    info = index_info(
        path,
        skipped={"smaller than 6 pixels": 31, "no data": 7},
        removed=2,
        sources=[{"path": "/gone/wac.tif", "exists": False}],
        catalogue_source="/x/c.csv",
    )
    panel, engine = make_panel({"index.describe": info, "index.close": {}})
    opened, closed = [], []
    panel.opened.connect(opened.append)
    panel.closed.connect(lambda: closed.append(1))

    settings.device = "cuda:0"
    open_index(panel, path + "/manifest.json")  # what a file chooser may give
    assert not opened  # the encoder is not loaded yet
    assert "encoder" in panel.message.plain and panel.progress.isVisible()
    call = engine.last("index.open")
    assert call.params == {"path": path, "device": "cuda:0", "encoder": None}
    call.done(info)
    assert [info.path for info in opened] == [path] and panel.message.plain == ""
    assert not panel.progress.isVisible() and settings.recent_indexes == [path]
    page = panel.page.facts.text().replace("\u200b", "")
    for part in ("Moon (radius 1,737.4 km)", "88 (2 removed)", "176 at 2x, 3x", "K = 64 of 128",
                 "smaller than 6 pixels: 31; no data: 7", "2.5 MB",
                 "wac.tif is not at /gone any more",
                 "c.csv (gone; its craters are in the index)", path):  # fmt: skip
        assert part in page
    assert "two bits" not in page
    assert not panel.page.resume.isVisible()

    click(panel.page.close_index)
    settle()
    assert closed == [1] and engine.last("index.close").params == {"path": path}
    assert panel.info is None


def test_recent_indexes_say_what_is_gone(
    make_panel: MakePanel, settings: Settings, tmp_path: Path
) -> None:
    good = make_index(tmp_path, "good.craterindex")
    (tmp_path / "empty.craterindex").mkdir()
    for path in (tmp_path / "gone.craterindex", tmp_path / "empty.craterindex", good):
        settings.add_recent(str(path))
    panel, _ = make_panel({})
    recent = panel.recent.list
    assert [text.splitlines()[1] for text in texts(recent)] == [
        str(tmp_path), "it is no index", "not there any more",
    ]  # fmt: skip
    enabled = Qt.ItemFlag.ItemIsEnabled
    assert [bool(recent.item(row).flags() & enabled) for row in range(3)] == [True, False, False]


def test_what_cannot_be_opened_says_why_and_leaves_the_panel_usable(
    make_panel: MakePanel, tmp_path: Path
) -> None:
    good = make_index(tmp_path, "good.craterindex")
    (tmp_path / "empty.craterindex").mkdir()
    panel, engine = make_panel({})
    open_index(panel, str(tmp_path / "empty.craterindex"))
    assert panel.message.is_problem and "it is no index" in panel.message.plain
    assert not engine.calls

    engine.answers["index.describe"] = error("A file of it is damaged. Verify it.")
    open_index(panel, good)
    assert panel.message.is_problem and "damaged" in panel.message.plain
    assert panel.open_button.isEnabled() and not panel.progress.isVisible()


def test_only_the_last_index_that_was_asked_for_is_opened(
    make_panel: MakePanel, tmp_path: Path
) -> None:
    first, second = (make_index(tmp_path, name + ".craterindex") for name in ("first", "second"))
    panel, engine = make_panel({"index.describe": lambda params: index_info(params["path"])})
    opened = []
    panel.opened.connect(lambda info: opened.append(info.path))
    open_index(panel, first)
    call = engine.last("index.open")
    open_index(panel, second)
    assert call.dropped
    engine.last("index.open").done(index_info(second))
    assert opened == [second]

    # Waiting for an encoder can be given up.
    open_index(panel, first)
    click(panel.cancel_button)
    engine.last("index.open").end_cancelled()
    assert panel.open_button.isEnabled() and "cancelled" in panel.message.plain


def test_verify_tells_its_progress_and_its_outcome(make_panel: MakePanel, tmp_path: Path) -> None:
    path = make_index(tmp_path, "moon.craterindex")
    panel, engine = make_panel({"index.describe": index_info(path), "index.open": index_info(path)})
    open_index(panel, path)
    click(panel.page.verify)
    call = engine.last("index.verify")
    call.progress(progress("verifying", 5e9, 2e10, 2.5e8, 60.0))  # bytes beyond 32 bits
    assert panel.progress.value() * 4 == panel.progress.maximum()
    assert "5.0 GB of 20.0 GB" in panel.message.plain
    assert "250 MB per second" in panel.message.plain
    assert not panel.page.verify.isEnabled()
    call.done({"problems": []})
    assert "as it was written" in panel.message.plain and panel.page.verify.isEnabled()
    click(panel.page.verify)
    engine.last("index.verify").done({"problems": ["tokens.bin was changed"]})
    assert panel.message.is_problem and "tokens.bin was changed" in panel.message.plain


def building_tasks() -> list[QgsTask]:
    """What QGIS shows of the build in its own list of tasks."""
    tasks = QgsApplication.taskManager().activeTasks()
    return [task for task in tasks if "half" in task.description()]


def test_an_unfinished_build_is_resumed_with_what_is_remembered_of_it(
    make_panel: MakePanel, settings: Settings, iface: FakeInterface, tmp_path: Path
) -> None:
    path = make_index(tmp_path, "half.craterindex", job={"chunks": 9})
    for name in ("m.tif", "c.csv"):
        (tmp_path / name).write_text("x")
    params = BuildParams(
        [str(tmp_path / "m.tif")],
        CatalogueSource(str(tmp_path / "c.csv")),
        path,
        Selection(min_diameter_m=20000.0),
    )
    remember_pending(settings, params)
    panel, engine = make_panel({})
    assert texts(panel.recent.list) == ["half.craterindex\nunfinished build"]
    info = index_info(path, incomplete=True, views_left=4110)
    engine.answers.update({"index.describe": info, "index.open": info, "index.close": {}})
    open_index(panel, path)
    assert panel.page.resume.isVisible() and "Resume" in panel.page.state.plain
    assert "176 views are there, 4,110" in panel.page.state.plain
    click(panel.page.resume)
    settle()
    call = engine.last("index.build")
    assert call.params == params.to_json()  # the very same request resumes
    assert panel.info is None and engine.count("index.close") == 1  # its files change now
    view = progress_of(panel)
    call.progress(progress("views", 120, 400, 45.2, 77.0))
    assert view.bar.value() == 300 and view.bar.maximum() == 1000
    assert view.detail.plain == "Views: 120 of 400 · 45 per second · 77 s left"
    assert len(building_tasks()) == 1

    click(view.cancel)
    assert call.cancelled and "Stopping" in view.detail.plain
    call.progress(progress("views", 130, 400, 45.2, 77.0))
    assert "Stopping" in view.detail.plain
    call.end_cancelled()
    assert view.resume.isVisible() and not view.bar.isVisible() and "stays" in view.detail.plain
    assert list(pending_builds(settings)) == [path]
    wait_until(lambda: not building_tasks())

    click(view.resume)
    call, view = engine.last("index.build"), progress_of(panel)
    panel.hide()  # nobody looks: it is said in the bar
    call.done({"path": path, "views": 400, "craters": 200, "encoded": 280, "seconds": 7.0,
               "skipped": {"no data": 4}, "resumed": True, "already_complete": False,
               "notes": ["A note."]})  # fmt: skip
    for part in ("Craters: 200 · views: 400", "280 views made in 7 s (40.0 per second)",
                 "Views skipped: 4 (no data: 4)", "A note."):  # fmt: skip
        assert part in view.detail.plain
    assert pending_builds(settings) == {} and settings.recent_indexes[0] == path
    assert iface.bar.currentItem() is not None
    assert "half.craterindex is built" in iface.bar.currentItem().text()
    panel.shut_down()


@pytest.fixture(scope="module")
def moon_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small index of the real lunar mosaic."""
    path = tmp_path_factory.mktemp("index") / "moon.craterindex"
    region = ("--region", "150", "-10", "-170", "10")
    return build_index(path, MOSAIC, CATALOGUE, "--min-diameter", "40", *PLAIN, *region)


def checksum(index: Path) -> str:
    return hashlib.sha256((index / "catalogue.gpkg").read_bytes()).hexdigest()


@pytest.fixture
def opened_panel(make_panel: MakePanel, moon_index: Path) -> IndexPanel:
    """The index is open; whatever is done with its layer, its files stay as they are."""
    info = index_info(moon_index, catalogue=str(moon_index / "catalogue.gpkg"))
    panel, _ = make_panel({"index.describe": info, "index.open": info})
    open_index(panel, str(moon_index))
    return panel


@needs_moon
@needs_engine
def test_the_catalogue_is_a_layer_that_does_not_touch_the_index(
    opened_panel: IndexPanel,
    moon_index: Path,
    project: QgsProject,
    iface: FakeInterface,
    tmp_path: Path,
) -> None:
    before, files = checksum(moon_index), sorted(path.name for path in moon_index.iterdir())
    crs_before = project.crs()
    click(opened_panel.page.add)
    layer = iface.active
    assert layer.isValid() and layer.featureCount() > 20
    assert layer.readOnly() and not layer.startEditing()
    assert "+proj=longlat" in layer.crs().toProj() and "1737400" in layer.crs().toProj()
    assert project.crs() == crs_before  # never behind the user's back
    assert layer.renderer().symbol().color().alpha() == 0  # rings: the craters stay visible
    first = next(layer.getFeatures())
    point = first.geometry().asPoint()
    assert abs(point.x() - first["lon"]) < 1e-9 and abs(point.y() - first["lat"]) < 1e-9
    assert project.layerTreeRoot().children()[0].layer() is layer
    click(opened_panel.page.add)
    assert len(project.mapLayers()) == 1  # not a second time

    file = str(tmp_path / "p.qgs")
    assert project.write(file)
    project.clear()
    assert project.read(file)
    (layer,) = project.mapLayers().values()
    assert layer.isValid() and layer.readOnly() and layer.featureCount() > 20
    project.clear()
    assert checksum(moon_index) == before
    assert sorted(path.name for path in moon_index.iterdir()) == files


@needs_moon
@needs_engine
@pytest.mark.parametrize(
    "reference",
    ["IAU_2015:30100", "IAU_2015:30110", "PROJ:+proj=eqc +R=1737400 +no_defs",
     "PROJ:+proj=longlat +R=1737400 +no_defs"],
)  # fmt: skip
def test_the_catalogue_is_drawn_where_it_belongs_whatever_the_projects_reference_system(
    opened_panel: IndexPanel, project: QgsProject, iface: FakeInterface, reference: str
) -> None:
    shown = QgsCoordinateReferenceSystem(reference)
    assert shown.isValid()
    project.setCrs(shown)
    click(opened_panel.page.add)
    there = QgsCoordinateTransform(iface.active.crs(), shown, project)
    assert there.isValid()
    x = there.transform(QgsPointXY(10.0, 5.0)).x()
    degree = 1737400 * 3.141592653589793 / 180
    assert abs(x - 10) < 1e-6 or abs(x - 10 * degree) < 1


def test_settings_are_in_the_panel_and_each_way_to_begin_has_a_sentence(
    make_panel: MakePanel,
) -> None:
    panel, _ = make_panel({})
    panel.show()
    said = " ".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())
    assert "Open… takes an index" in said and "Build… makes one" in said
    asked: list[int] = []
    panel.settings_wanted.connect(lambda: asked.append(1))
    click(panel.settings_button)
    assert asked == [1]
