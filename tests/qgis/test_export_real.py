"""Files that the real engine exports for the dialog, read back by QGIS and by other readers."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsExpression,
    QgsExpressionContext,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QComboBox

from craterbench_qgis.client.calls import P, R
from craterbench_qgis.client.engine import Engine
from craterbench_qgis.contract.build import OpenParams
from craterbench_qgis.contract.methods import OPEN_INDEX, SEARCH, Method
from craterbench_qgis.contract.search import SearchParams
from craterbench_qgis.contract.vocabulary import Decision, QueryKind
from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.core.query import QueryRequest, RasterSource
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.gui.export_dialog import ExportDialog, exported_layer
from engine_side import PLAIN, ask, build_index
from inside import child, wait_until
from on_screen import click
from paths import CATALOGUE, ENGINE_PYTHON, MOSAIC, needs_engine, needs_moon
from tool_bench import layer_of

pytestmark = [needs_moon, needs_engine]
COUNTING = ("CraterBenchCountArea", "CraterBenchCountHow")
FORMATS = ("gpkg", "shp", "geojson", "csv", "png", "pdf", "scc", "diam", "crater")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of 37 large craters, 74 views, made in a few seconds."""
    path = tmp_path_factory.mktemp("index") / "moon.craterindex"
    limits = ("--min-diameter", "60", "--region", "-30", "-30", "30", "30")
    return build_index(path, MOSAIC, CATALOGUE, *PLAIN, *limits)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings()
    settings.existing_python, settings.output_folder = str(ENGINE_PYTHON), str(tmp_path)
    return settings


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = Engine(settings)
    yield engine
    engine.stop(wait=True)


def call(engine: Engine, method: Method[P, R], params: P) -> R:
    results: list[R] = []
    problems: list[str] = []
    engine.call(method, params, results.append, lambda error: problems.append(error.message))
    wait_until(lambda: bool(results or problems), 60)
    assert results, problems
    return results[0]


@pytest.fixture
def matches(engine: Engine, index: Path) -> MatchSet:
    """Twenty matches of Ptolemaeus; three accepted, one rejected."""
    info = call(engine, OPEN_INDEX, OpenParams(str(index)))
    source = RasterSource(str(MOSAIC))
    request = QueryRequest(QueryKind.AREA, source, -11.4, -9.2, 200e3, 80e3, label="Ptolemaeus")
    params = SearchParams(index=info.path, query=request.query(), top=20, shortlist=40)
    reply = call(engine, SEARCH, params)
    matches = MatchSet.of_reply(request, info, reply)
    matches.decide([0, 2, 5], Decision.ACCEPTED)
    matches.decide([1], Decision.REJECTED)
    return matches


def export(
    engine: Engine, settings: Settings, matches: MatchSet, key: str, folder: Path
) -> list[str]:
    """The files written; AssertionError with the dialog's words where none were."""
    dialog = ExportDialog(engine, settings, matches, shown=range(12), selected=[])
    dialog.show()
    files: list[list[str]] = []
    dialog.exported.connect(files.append)
    assert dialog.what() == "accepted"
    dialog.choices["shown"].setChecked(True)
    dialog.format.setCurrentIndex(dialog.format.findData(key))
    dialog.path.setText(str(folder / ("out" + dialog.path.text().split("_matches")[1])))
    click(dialog.export_button)
    wait_until(lambda: bool(files) or dialog.message.is_problem, 60)
    assert files, (key, dialog.message.plain)
    dialog.close()
    return files[0]


def check_style(layer: QgsVectorLayer) -> None:
    """Every match has exactly one appearance."""
    assert layer.renderer().type() == "RuleRenderer"
    filters = [rule.filterExpression() for rule in layer.renderer().rootRule().children()]
    for feature in layer.getFeatures():
        scope = QgsExpressionContext()
        scope.setFeature(feature)
        hits = [bool(QgsExpression(text).evaluate(scope)) for text in filters]
        assert sum(hits) == 1, (feature["rank"], hits)


def test_files_of_the_real_engine_are_read_back(
    engine: Engine, settings: Settings, matches: MatchSet, tmp_path: Path
) -> None:
    for key in FORMATS:
        files = export(engine, settings, matches, key, tmp_path)
        if key in ("gpkg", "shp", "geojson", "crater"):
            layer = exported_layer(files[0], matches)
            assert layer is not None and layer.featureCount() == 12, key
            if key != "crater":
                check_style(layer)
                assert layer.crs().isValid() and "1737400" in layer.crs().toProj(), key
    names = {path.name for path in tmp_path.iterdir()}
    assert {"out.gpkg", "out.shp", "out.qml", "out.geojson", "out.csv", "out.png", "out.pdf",
            "out.scc", "out.diam", "out_CRATER.shp"} <= names  # fmt: skip
    exports = ask("engine_files", "exported", tmp_path)
    truth = matches.matches[:12]
    for name in ("out.gpkg", "out.shp", "out.geojson"):
        file = exports[name]
        assert file["columns"]["rank"] == [str(rank) for rank in range(1, 13)]
        assert file["columns"]["decision"][:6] == [
            "accepted", "rejected", "accepted", "undecided", "undecided", "accepted",
        ]  # fmt: skip
        assert "1737400" in file["crs"] or "30100" in file["crs"]
        for rim, match in zip(file["rims"], truth, strict=True):
            for lon, lat in rim:
                radius_m = 1737400.0 * angle(match.lon, match.lat, lon, lat)
                assert radius_m == pytest.approx(match.diameter_m / 2, rel=1e-5)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [row["crater_id"] for row in rows] == [str(match.crater_id) for match in truth]
    assert [row["decision"] for row in rows][:3] == ["accepted", "rejected", "accepted"]
    origin = json.loads((tmp_path / "out.shp.provenance.json").read_text(encoding="utf-8"))
    assert origin["selection"] == "shown" and origin["query_label"] == "Ptolemaeus"
    assert origin["matches_exported"] == 12 and origin["body_radii_m"] == [1737400.0, 1737400.0]
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")
    assert exports["width_px"] > 800
    best = max(match.score for match in truth)
    assert f"{best:.3f}" in (tmp_path / "out.qml").read_text(encoding="utf-8")


def test_exports_without_the_index_and_says_what_fails(
    engine: Engine, settings: Settings, matches: MatchSet, tmp_path: Path
) -> None:
    """A match set outlives its index: vector files still work, a contact sheet says why not."""
    matches.index = replace(matches.index, path=str(tmp_path / "gone.craterindex"))
    files = export(engine, settings, matches, "gpkg", tmp_path)
    assert Path(files[0]).exists()
    with pytest.raises(AssertionError, match=r"gone\.craterindex"):
        export(engine, settings, matches, "pdf", tmp_path)
    assert not (tmp_path / "out.pdf").exists()


def choose_entry(box: QComboBox, text: str) -> None:
    """By the keyboard, as somebody who has tabbed there."""
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.count()):
        if box.currentText().startswith(text):
            return
        QTest.keyClick(box, Qt.Key.Key_Down)
    raise AssertionError([box.itemText(n) for n in range(box.count())])


def test_a_polygon_layer_gives_the_count_its_area_and_its_fractions(
    engine: Engine, settings: Settings, matches: MatchSet, tmp_path: Path
) -> None:
    first = matches.matches[0]
    half = 0.5 + first.diameter_m / 60e3  # degrees: holds the first match, cuts others or none
    outline = QgsGeometry.fromRect(
        QgsRectangle(first.lon - half, first.lat - half, first.lon + half, first.lat + half)
    )
    layer = layer_of("Polygon", "IAU_2015:30100", "field=id:string", [(outline.asWkt(), "mare")])
    layer.setName("Mare unit")
    QgsProject.instance().addMapLayer(layer)
    dialog = ExportDialog(engine, settings, matches, shown=range(20), selected=[])
    dialog.show()
    area, how = (child(dialog, QComboBox, name) for name in COUNTING)
    assert not area.isVisible(), "a GeoPackage has no counting area"
    every = dialog.choices["all"]
    QTest.mouseClick(every, Qt.MouseButton.LeftButton, pos=QPoint(8, every.height() // 2))
    dialog.path.setText(str(tmp_path / "count.scc"))
    assert area.isVisible() and area.currentText().startswith("none") and not how.isEnabled()
    written: list[list[str]] = []
    dialog.exported.connect(written.append)

    def press_export() -> dict[str, Any]:
        if dialog.replace.isVisible():
            click(dialog.replace)
        before = len(written)
        click(dialog.export_button)
        wait_until(lambda: len(written) > before or dialog.message.is_problem)
        assert not dialog.message.is_problem, dialog.message.plain
        lines = Path(written[-1][0]).read_text(encoding="ascii").splitlines()
        rows = [line.split("\t") for line in lines if line.count("\t") == 4]
        totals = [line for line in lines if line.startswith("Total_area")]
        return {"total": "".join(totals), "rows": rows}

    plain = press_export()
    assert plain["total"] == "" and len(plain["rows"]) == 20
    choose_entry(area, "Mare unit")
    inside = press_export()
    km2 = float(inside["total"].split("=")[1].split("<")[0])
    sines = [math.sin(math.radians(first.lat + sign * half)) for sign in (1, -1)]
    assert km2 == pytest.approx(
        1737.4**2 * math.radians(2 * half) * (sines[0] - sines[1]), rel=1e-4
    )
    assert 1 <= len(inside["rows"]) < 20 and {row[1] for row in inside["rows"]} == {"1"}
    assert "of 20 craters count on" in dialog.message.plain
    choose_entry(how, "Touches it")
    buffered = press_export()
    assert buffered["total"] == inside["total"] and len(buffered["rows"]) >= len(inside["rows"])
    assert all(0.0 < float(row[1]) < 1.0 for row in buffered["rows"])
    if "CRATERBENCH_SHOTS" in os.environ:
        dialog.grab().save(f"{os.environ['CRATERBENCH_SHOTS']}/count.png")
    mars = QgsCoordinateReferenceSystem("IAU_2015:49900")
    layer.setCrs(mars)
    click(dialog.replace)
    click(dialog.export_button)
    assert dialog.message.is_problem and "Mars" in dialog.message.plain
    dialog.close()


def angle(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Radians between two points (haversine)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    turn = math.sin(math.radians(lon2 - lon1) / 2) ** 2
    half = math.sin((phi2 - phi1) / 2) ** 2 + math.cos(phi1) * math.cos(phi2) * turn
    return 2 * math.asin(math.sqrt(half))
