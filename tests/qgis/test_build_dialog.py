"""The build dialog: what it checks and asks for, where its craters and its region come from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QComboBox

from build_bench import BuildBench
from craterbench_qgis.contract.build import TOKENS, Columns
from craterbench_qgis.contract.vocabulary import Size
from craterbench_qgis.core.geo.crs import MapFrame
from craterbench_qgis.core.geo.extent import extent_region
from craterbench_qgis.gui.build.dialog import BuildDialog
from craterbench_qgis.gui.layer_files import export_layer, vector_file
from index_fakes import MARS, MOON, catalogue_info, error, mosaic_info, settle
from inside import FakeInterface, wait_until


@pytest.fixture
def bench(iface: FakeInterface, tmp_path: Path) -> BuildBench:
    return BuildBench(iface, tmp_path)


@pytest.fixture
def filled(bench: BuildBench) -> BuildBench:
    """Nothing is in the way of a build."""
    assert bench.dialog.check() == "Mosaics: Add at least one mosaic."
    assert not bench.dialog.build.isEnabled()
    assert bench.fill() == "" and bench.dialog.build.isEnabled(), bench.dialog.missing.plain
    return bench


def index_folder(folder: Path, job: Any) -> None:
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"format": "craterindex", "job": job}))


def problem_after(
    bench: BuildBench, change: Callable[[], object], undo: Callable[[], object]
) -> str:
    """What is said after ``change``; no build can be started until ``undo``."""
    dialog = bench.dialog
    change()
    settle()
    problem, enabled = dialog.check(), dialog.build.isEnabled()
    undo()
    settle()
    assert not enabled
    assert dialog.check() == "" and dialog.build.isEnabled(), problem
    return problem


def test_every_mistake_in_the_views_gets_one_sentence(filled: BuildBench) -> None:
    options = filled.dialog.options
    contexts = options.contexts.setText
    problem = problem_after(filled, lambda: contexts("2, x"), lambda: contexts("2,3"))
    assert "numbers" in problem and not options.message.is_problem
    problem = problem_after(filled, lambda: contexts("0.5"), lambda: contexts("2 3"))
    assert "between 0.5 and 100" in problem
    problem = problem_after(
        filled,
        lambda: (options.least.setValue(50), options.most.setValue(20)),
        lambda: (options.least.setValue(0), options.most.setValue(0)),
    )
    assert "larger than the largest" in problem


def test_every_mistake_in_the_output_gets_one_sentence(filled: BuildBench, tmp_path: Path) -> None:
    dialog = filled.dialog

    def problem_of_name(name: str) -> str:
        set_name = dialog.output.name.setText
        return problem_after(filled, lambda: set_name(name), lambda: set_name("new"))

    assert "name" in problem_of_name("")
    assert ":" in problem_of_name("a:b")
    index_folder(tmp_path / "done.craterindex", None)
    assert "complete index" in problem_of_name("done")
    (tmp_path / "other.craterindex").mkdir()
    (tmp_path / "other.craterindex" / "notes.txt").write_text("x")
    assert "no index" in problem_of_name("other")
    (tmp_path / "file").write_text("x")
    folder = dialog.output.folder.setFilePath
    problem = problem_after(
        filled, lambda: folder(str(tmp_path / "file")), lambda: folder(str(tmp_path))
    )
    assert "cannot be written" in problem
    problem = problem_after(
        filled,
        lambda: filled.choose_catalogue("many.csv", catalogue_info(rows=10**12)),
        lambda: filled.choose_catalogue("few.csv"),
    )
    assert "are free there" in problem


def test_an_unfinished_build_of_the_same_name_is_resumed(
    filled: BuildBench, tmp_path: Path
) -> None:
    index_folder(tmp_path / "half.craterindex", {"chunks": 3})
    filled.dialog.output.name.setText("half")
    assert filled.dialog.check() == "" and filled.dialog.build.text() == "Resume"


def test_inputs_that_do_not_fit_and_a_file_that_is_no_raster(
    filled: BuildBench, tmp_path: Path
) -> None:
    dialog = filled.dialog
    filled.choose_catalogue("mars.csv", catalogue_info(body=MARS))
    assert dialog.check() == (
        "Catalogue: The catalogue is of Mars, the mosaic of Moon; choose ones that fit."
    )
    assert not dialog.build.isEnabled()
    filled.engine.answers["mosaic.describe"] = error("It is no raster.")
    dialog.mosaics.add(str(tmp_path / "bad.tif"))
    settle()
    assert "bad.tif cannot be used" in dialog.check()
    assert "It is no raster." in dialog.mosaics.list.item(1).text()


def test_columns_are_guessed_shown_and_can_be_changed(filled: BuildBench) -> None:
    box, engine = filled.dialog.catalogue, filled.engine
    assert box.columns["diameter"].currentText() == "diam_km (auto)"
    assert box.source_chosen().columns == Columns()
    for part in ("Usable craters: 1,000", "diameters 5.00 km to 300 km",
                 "In km: the column says so.",
                 "Rows left out: 3 (latitude is beyond 90 degrees: 3)"):  # fmt: skip
        assert part in box.facts.plain
    before = engine.count("catalogue.describe")
    box.columns["diameter"].setCurrentText("other")
    box.unit.setCurrentText("m")
    wait_until(lambda: engine.count("catalogue.describe") > before)
    settle()
    assert engine.count("catalogue.describe") == before + 1  # two changes, one question
    chosen = Columns(diameter="other", diameter_unit="m")
    asked = engine.last("catalogue.describe").params["catalogue"]
    assert asked["columns"] == chosen.to_json()
    assert box.columns["diameter"].currentText() == "other"  # the choice stays
    filled.dialog.check()
    assert filled.dialog.params().catalogue.columns == chosen


def test_the_engine_counts_within_limits_and_views_space_and_time_follow(
    filled: BuildBench,
) -> None:
    dialog, box = filled.dialog, filled.dialog.catalogue
    filled.engine.answers["catalogue.describe"] = lambda params: catalogue_info(
        selected=120 if params["selection"]["min_diameter_m"] == 20000.0 else None
    )
    wait_until(lambda: dialog.estimate.plain.startswith("Views: 2,000 · space: about"))
    dialog.options.least.setValue(20.0)
    dialog.check()
    wait_until(lambda: (box.info.selected if box.info else None) == 120)
    dialog.check()
    wait_until(lambda: dialog.estimate.plain.startswith("Views: 240 ·"))
    filled.settings.set_value("build/rates/auto/default", 40.0)
    dialog.check()
    assert "time: about 6 s, as in the last build here" in dialog.estimate.plain


def test_the_small_size_is_asked_for_and_the_space_shrinks(filled: BuildBench) -> None:
    dialog = filled.dialog
    wait_until(lambda: dialog.estimate.plain.startswith("Views: 2,000 · space: about 29.2 MB"))
    assert dialog.params().size is Size.STANDARD
    box = dialog.findChild(QComboBox, "size")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == "small: two bits a number"
    dialog.check()
    assert dialog.estimate.plain.startswith("Views: 2,000 · space: about 16.6 MB")
    params = dialog.params()
    assert params.size is Size.SMALL and params.tokens == TOKENS
    other = BuildBench(filled.iface, filled.folder).dialog
    other.prefill(params)
    assert other.options.size.currentText() == box.currentText()


def test_a_table_without_sense_offers_the_names_of_its_header(
    filled: BuildBench, tmp_path: Path
) -> None:
    box, odd = filled.dialog.catalogue, tmp_path / "odd.csv"
    odd.write_text("Nr;Breite;Weite;Groesse\n1;2;3;4\n", encoding="utf-8")
    answer = error("No column looks like a longitude. Name it.")
    filled.engine.answers["catalogue.describe"] = answer
    box.choose_file(str(odd))
    settle()
    assert box.message.is_problem and box.info is None
    lon = box.columns["lon"]
    names = [lon.itemText(row) for row in range(1, lon.count())]
    assert names == ["Nr", "Breite", "Weite", "Groesse"]
    assert "No column looks like" in filled.dialog.check()


@pytest.fixture
def layer(project: QgsProject) -> QgsVectorLayer:
    """Five craters in memory."""
    layer = QgsVectorLayer(
        "Point?crs=IAU_2015:30100&field=id:string&field=diam_km:double", "Mine/yours", "memory"
    )
    for number in range(5):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(number, -number)))
        feature.setAttributes([f"c{number}", 10.0 + number])
        layer.dataProvider().addFeature(feature)
    project.addMapLayer(layer)
    return layer


def test_a_layer_in_memory_is_kept_beside_the_index(
    layer: QgsVectorLayer, iface: FakeInterface, tmp_path: Path
) -> None:
    bench = BuildBench(iface, tmp_path)
    dialog, engine = bench.dialog, bench.engine
    dialog.mosaics.add(str(tmp_path / "m.tif"))
    dialog.catalogue.choose_layer(layer.id())
    wait_until(lambda: dialog.catalogue.info is not None)
    asked = engine.last("catalogue.describe").params["catalogue"]
    assert asked["layer"] == "craters" and asked["path"].endswith(".gpkg")
    copy = QgsVectorLayer(asked["path"] + "|layername=craters", "x", "ogr")
    ids = sorted(feature["id"] for feature in copy.getFeatures())
    assert ids == ["c0", "c1", "c2", "c3", "c4"]

    # The build needs a file that stays.
    dialog.check()
    assert dialog.output.name.text() == "Mine-yours"
    assert dialog.check() == ""
    jobs = []
    dialog.started.connect(jobs.append)
    dialog.show()
    QTest.mouseClick(dialog.build, Qt.MouseButton.LeftButton)
    wait_until(lambda: bool(jobs))
    catalogue = engine.last("index.build").params["catalogue"]
    assert catalogue["path"] == str(tmp_path / "Mine-yours_catalogue.gpkg")
    assert Path(catalogue["path"]).is_file() and catalogue["layer"] == "craters"
    dialog.close()


def test_a_filtered_layer_is_not_its_file(layer: QgsVectorLayer, tmp_path: Path) -> None:
    path = str(tmp_path / "all.gpkg")
    ends: list[str] = []
    # The task that writes lives as long as somebody keeps it.
    task = export_layer(layer, path, ends.append, ends.append)
    wait_until(lambda: bool(ends))
    assert task is not None
    whole = QgsVectorLayer(path + "|layername=craters", "all", "ogr")
    assert vector_file(whole) == (path, "craters")
    whole.setSubsetString('"diam_km" > 12')
    assert vector_file(whole) is None


def crs_of(text: str) -> QgsCoordinateReferenceSystem:
    return QgsCoordinateReferenceSystem.fromProj(text)


MOON_CRS = "+proj=longlat +R=1737400 +no_defs"


def test_the_region_is_what_the_map_shows() -> None:
    moon = crs_of(MOON_CRS)

    def check(
        rectangle: QgsRectangle,
        crs: QgsCoordinateReferenceSystem,
        expected: list[float],
        within: float = 0.05,
    ) -> None:
        assert extent_region(rectangle, MapFrame(crs)) == pytest.approx(expected, abs=within)

    check(QgsRectangle(10, -20, 40, 5), moon, [10, -20, 40, 5])
    check(QgsRectangle(-400, -200, 400, 200), moon, [-180, -90, 180, 90], 10)
    check(QgsRectangle(170, -5, 195, 5), moon, [170, -5, -165, 5])
    polar = crs_of("+proj=stere +lat_0=-90 +lat_ts=-90 +R=1737400 +no_defs")
    west, south, east, north = extent_region(QgsRectangle(-1e5, -1e5, 1e5, 1e5), MapFrame(polar))
    assert (west, south, east) == (-180, -90, 180)
    assert -87 < north < -85  # 141 km from the pole
    seam = crs_of("+proj=eqc +lon_0=180 +R=1737400 +no_defs")
    degree = 1737400 * 3.141592653589793 / 180
    check(QgsRectangle(-5 * degree, 0, 5 * degree, 8 * degree), seam, [175, 0, -175, 8])
    # Mars is flattened: the map has planetographic latitudes, the engine takes planetocentric ones.
    mars = crs_of("+proj=longlat +a=3396190 +b=3376200 +no_defs")
    region = extent_region(QgsRectangle(0, 0, 10, 45), MapFrame(mars))
    assert abs(region[3] - 44.66) < 0.01


def test_the_map_s_extent_is_taken_when_it_is_asked_for(
    bench: BuildBench, iface: FakeInterface
) -> None:
    iface.canvas.setDestinationCrs(crs_of(MOON_CRS))
    iface.canvas.setExtent(QgsRectangle(10, -20, 40, 5))
    options = bench.dialog.options
    options.within.setChecked(True)
    assert "Add a mosaic first" in options.problem()
    bench.fill()
    options.take_extent.click()
    region = bench.dialog.params().selection.region
    assert region[0] <= 10 and region[2] >= 40 and "longitude" in options.region_text.text()


def circle_check(**changes: Any) -> dict[str, Any]:
    crop = {"picture": "", "crater_id": "Tycho", "lon": -11.4, "lat": -43.3, "diameter_m": 85e3}
    return {
        "crops": [crop] * 12, "context": 3.0, "share": 0.91, "count": 80,
        "others": {"mirrored": 0.5, "half": 0.6, "double": 0.55}, **changes,
    }  # fmt: skip


def test_the_circles_are_looked_at_by_themselves_and_off_rims_it_is_said(bench: BuildBench) -> None:
    bench.engine.answers["build.check"] = circle_check()
    bench.dialog.show()
    bench.fill()
    settle()
    circles = bench.dialog.circles
    assert bench.engine.count("build.check") == 1 and circles.pictures.count() == 12
    assert "91 %" in circles.message.plain and not circles.message.is_problem
    assert "Tycho" in circles.pictures.item(0).text()
    off = circle_check(share=0.51, near_chance=True, repair="mirrored", others={"mirrored": 0.88})
    bench.engine.answers["build.check"] = off
    QTest.mouseClick(circles.check, Qt.MouseButton.LeftButton)
    settle()
    text = circles.message.plain
    assert circles.message.is_problem and "51 %" in text and "do not lie on rims" in text
    assert "positive west" in text and "88 %" in text
    bench.engine.answers["build.check"] = None
    QTest.mouseClick(circles.check, Qt.MouseButton.LeftButton)
    assert circles.cancel.isVisible() and not circles.check.isEnabled()
    QTest.mouseClick(circles.cancel, Qt.MouseButton.LeftButton)
    assert bench.engine.last("build.check").dropped and circles.check.isEnabled()


def test_the_estimate_says_what_is_too_coarse(bench: BuildBench) -> None:
    bench.engine.answers["build.estimate"] = {
        "views": 152, "craters": 76, "skipped": {"too coarse": 552}, "exact": True,
    }  # fmt: skip
    bench.fill()
    wait_until(lambda: "152" in bench.dialog.estimate.plain)
    assert "552" in bench.dialog.estimate.plain
    asked = bench.engine.last("build.estimate").params
    assert asked["mosaics"] == bench.dialog.mosaics.paths()
    wait_until(
        lambda: bench.engine.last("catalogue.describe").params["mosaics"] == asked["mosaics"]
    )


def test_the_only_layer_of_craters_is_taken_and_nothing_is_red_at_first(bench: BuildBench) -> None:
    roads = QgsVectorLayer("Point?field=name:string", "places", "memory")
    craters = QgsVectorLayer(
        "Point?field=id:string&field=Lon:double&field=Lat:double&field=Diam_km:double",
        "my craters", "memory",
    )  # fmt: skip
    QgsProject.instance().addMapLayers([roads, craters])
    bench.dialog.suggest()
    assert bench.dialog.catalogue.source.currentText() == "my craters"
    bench.dialog.check()
    assert bench.dialog.missing.plain and not bench.dialog.missing.is_problem
    bench.dialog.close()


def test_what_was_corrected_in_a_mosaic_is_shown(bench: BuildBench) -> None:
    note = "The label shifts the image by half a pixel."
    bench.engine.answers["mosaic.describe"] = mosaic_info(notes=[note])
    bench.dialog.mosaics.add("/data/moon.cub")
    settle()
    assert note in bench.dialog.mosaics.list.item(0).text()


def test_the_default_encoder_is_that_of_the_body(iface: FakeInterface, tmp_path: Path) -> None:
    """Said before the build; nothing is sent, so the engine takes it."""
    bench = BuildBench(iface, tmp_path)
    more = {"description": "d", "licence": "MIT", "bundled": True}
    known = [{"id": "of the Moon", "default": True, **more},
             {"id": "of any body", "elsewhere": True, **more}]  # fmt: skip
    bench.engine.answers["encoders.list"] = {"encoders": known}
    for body, name in ((MOON, "of the Moon"), (MARS, "of any body")):
        bench.engine.answers["mosaic.describe"] = mosaic_info(body=body)
        dialog = BuildDialog(iface, bench.engine, bench.settings)
        settle()
        dialog.mosaics.add(str(tmp_path / "m.tif"))
        settle()
        dialog.check()
        assert dialog.options.encoder.itemText(0) == f"default ({name})"
        assert dialog.options.encoder_name() == name and dialog.options.encoder_id() == ""
        dialog.close()
