"""Parts of the provider: help, docs, places of features, regions, progress, columns."""

from __future__ import annotations

import html
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsGeometry,
    QgsPointXY,
    QgsRectangle,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from craterbench_qgis.contract.body import Body
from craterbench_qgis.contract.build import IndexInfo
from craterbench_qgis.contract.wire import Progress
from craterbench_qgis.core.geo.crs import MapFrame, body_of, geographic_crs
from craterbench_qgis.core.geo.extent import extent_region
from craterbench_qgis.core.geo.outlines import NoPlace, place_of
from craterbench_qgis.core.geo.sphere import circle_multipolygon_wkt
from craterbench_qgis.plugin import CraterBenchPlugin
from craterbench_qgis.processing.inputs import result_crs, usable_crs
from craterbench_qgis.processing.match_table import columns_of
from craterbench_qgis.processing.progress import Counter, Reporter
from craterbench_qgis.processing.provider import CraterBenchProvider
from guards import heavy_imports
from index_fakes import index_info
from paths import ROOT

R = 1737400.0


@pytest.fixture
def provider() -> Iterator[CraterBenchProvider]:
    provider = CraterBenchProvider()
    registry = QgsApplication.processingRegistry()
    assert registry.addProvider(provider)
    yield provider
    registry.removeProvider(provider)


def test_everything_is_explained(provider: CraterBenchProvider) -> None:
    names = {algorithm.name() for algorithm in provider.algorithms()}
    assert names >= {
        "buildindex", "addtoindex", "indexinformation", "searchbyfeatures", "searchbyextent",
        "exportmatches", "evaluate", "findduplicates", "applyduplicatedecisions", "reviewreport",
    }  # fmt: skip
    assert provider.id() == "craterbench" and not provider.icon().isNull()
    for algorithm in provider.algorithms():
        name = algorithm.name()
        assert re.fullmatch("[a-z]+", name) and not algorithm.icon().isNull(), name
        help = algorithm.shortHelpString()
        assert algorithm.group() and algorithm.shortDescription().endswith("."), name
        for parameter in algorithm.parameterDefinitions():
            assert parameter.help(), (name, parameter.name())
            assert html.escape(parameter.description()) in help, (name, parameter.name())
        assert algorithm.create().name() == name
        flags = algorithm.Flag
        assert algorithm.flags() & flags.FlagCanCancel, name
        assert algorithm.flags() & flags.FlagSupportsBatch, name


def test_every_algorithm_is_documented(provider: CraterBenchProvider) -> None:
    text = (ROOT / "docs" / "reference" / "processing.md").read_text(encoding="utf-8")
    for algorithm in provider.algorithms():
        assert f"`craterbench:{algorithm.name()}`" in text
        for parameter in algorithm.parameterDefinitions():
            assert f"`{parameter.name()}`" in text, (algorithm.name(), parameter.name())


@pytest.mark.alone
def test_nothing_heavy_is_imported() -> None:
    provider = CraterBenchProvider()
    assert QgsApplication.processingRegistry().addProvider(provider)
    assert not heavy_imports()
    assert not any(name.startswith("craterbench_qgis.engine") for name in sys.modules)


def test_the_plugin_adds_and_removes_the_provider() -> None:
    registry = QgsApplication.processingRegistry()
    for _ in range(2):
        plugin = CraterBenchPlugin(None)  # as qgis_process does: no interface
        plugin.initProcessing()
        assert registry.algorithmById("craterbench:buildindex") is not None
        plugin.unload()
        assert registry.providerById("craterbench") is None


def frame(proj: str) -> MapFrame:
    return MapFrame(QgsCoordinateReferenceSystem.fromProj(proj))


@pytest.fixture
def moon() -> MapFrame:
    """The Moon in degrees."""
    return MapFrame(geographic_crs(Body("Moon", R, R)))


@pytest.mark.parametrize(
    ("lon", "lat", "size_m"),
    [(10, 20, 5e3), (179.99, -60, 80e3), (40, 89.9, 120e3), (-100, -88, 4e5), (0, 0, 1.2e6)],
)
def test_the_place_of_an_outline(moon: MapFrame, lon: float, lat: float, size_m: float) -> None:
    shape = QgsGeometry.fromWkt(circle_multipolygon_wkt(R, lon, lat, size_m))
    place = place_of(shape, moon)
    # 128 points on the rim: the polygon is 0.04 % smaller than the circle.
    off = 2e-3 * math.degrees(size_m / R)
    assert place.diameter_m == pytest.approx(size_m, rel=2e-3)
    assert place.lat == pytest.approx(lat, abs=off)
    turn = (place.lon - lon + 180) % 360 - 180
    assert turn * math.cos(math.radians(lat)) == pytest.approx(0, abs=off)
    assert place.side_m == pytest.approx(2 * R * math.sin(size_m / 2 / R), abs=5e-3 * size_m)


def test_the_place_of_a_point_on_a_flattened_body() -> None:
    """The map's latitudes are geodetic, the engine's planetocentric."""
    mars = MapFrame(geographic_crs(Body("Mars", 3396190.0, 3376200.0)))
    up = Body("Mars", 3396190.0, 3376200.0).geodetic(45.0)
    place = place_of(QgsGeometry.fromPointXY(QgsPointXY(30, up)), mars)
    assert place.lat == pytest.approx(45.0, abs=1e-9)
    assert place.diameter_m is None and up > 45.1


def test_the_pole_is_an_ordinary_place() -> None:
    polar = frame("+proj=stere +lat_0=-90 +R=1737400 +units=m +no_defs")
    box = QgsGeometry.fromWkt("POLYGON((-1e4 -1e4,1e4 -1e4,1e4 1e4,-1e4 1e4,-1e4 -1e4))")
    place = place_of(box, polar)
    assert place.lat == pytest.approx(-90, abs=1e-4)
    assert place.diameter_m == pytest.approx(2e4 * math.sqrt(4 / math.pi), abs=50)


@pytest.mark.parametrize("wkt", ["LINESTRING(0 0,1 1)", "MULTIPOINT((0 0),(1 1))", "POLYGON EMPTY"])
def test_what_has_no_place_is_said(moon: MapFrame, wkt: str) -> None:
    with pytest.raises(NoPlace, match=r"\w"):
        place_of(QgsGeometry.fromWkt(wkt), moon)


def test_regions_in_degrees(moon: MapFrame) -> None:
    def check(
        rectangle: QgsRectangle,
        crs: MapFrame | None,
        expected: list[float],
        within: float = 1e-6,
    ) -> None:
        assert extent_region(rectangle, crs) == pytest.approx(expected, abs=within)

    check(QgsRectangle(-30, -10, 40, 20), moon, [-30, -10, 40, 20])
    check(QgsRectangle(-30, -10, 40, 20), None, [-30, -10, 40, 20])
    check(QgsRectangle(170, -10, 200, 20), None, [170, -10, -160, 20])
    check(QgsRectangle(0, -90, 360, 90), None, [-180, -90, 180, 90])
    check(QgsRectangle(90, 0, 180, 10), None, [90, 0, 180, 10])
    equal = frame("+proj=eqc +R=1737400 +units=m +no_defs")
    degree = R * math.pi / 180
    rectangle = QgsRectangle(10 * degree, -5 * degree, 30 * degree, 5 * degree)
    check(rectangle, equal, [10, -5, 30, 5], 1e-3)
    polar = frame("+proj=stere +lat_0=90 +R=1737400 +units=m +no_defs")
    west, south, east, north = extent_region(QgsRectangle(-3e5, -3e5, 3e5, 3e5), polar)
    assert (west, east, north) == (-180, 180, 90) and 74 < south < 81


class Feedback:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.percents: list[float] = []
        self.lines: list[str] = []

    def setProgress(self, value: float) -> None:
        self.percents.append(value)

    def setProgressText(self, text: str) -> None:
        self.lines.append(text)


def test_progress_never_goes_back_and_says_rate_and_time() -> None:
    now = [0.0]
    feedback = Feedback()
    reporter = Reporter(feedback, {"views": (2, 96), "joining": (96, 100)}, lambda: now[0])
    for stage, done, total, rate, left in (
        ("catalogue", 0, 0, None, None), ("views", 0, 100, None, None), ("views", 50, 100, 12.5, 4),
        ("views", 100, 100, 12.5, 0), ("joining", 1, 2, None, None), ("views", 10, 100, None, None),
    ):  # fmt: skip
        now[0] += 4
        reporter.show(Progress(stage, done, total, rate, left))
    assert feedback.percents == [2.0, 49.0, 96.0, 98.0]
    assert "50 of 100" in feedback.lines[2] and "per second" in feedback.lines[2]
    assert "4 s left" in feedback.lines[2]
    count = len(feedback.lines)
    reporter.show(Progress("views", 11, 100, 1.0, 89.0))  # at once after the last: no new line
    assert len(feedback.lines) == count


def test_steps_are_counted_with_rate_and_time() -> None:
    now = [0.0]
    feedback = Feedback()
    reporter = Reporter(feedback, {"searching": (0, 100)}, lambda: now[0])
    counter = Counter(reporter, "searching", 4, lambda: now[0])
    for _ in range(4):
        now[0] += 5
        counter.step()
    assert feedback.percents[-1] == 100.0
    assert any(
        "2 of 4" in line and "0.2 per second" in line and "10 s left" in line
        for line in feedback.lines
    )


def write(layer: QgsVectorLayer, path: Path, name: str = "") -> None:
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = name or path.stem
    context = QgsCoordinateTransformContext()
    error = QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)
    assert error[0] == QgsVectorFileWriter.WriterError.NoError, error


def test_names_of_the_catalogues_columns(tmp_path: Path) -> None:
    fields = ("crater_row:int8", "crater_id:string", "lon:double", "lat:double",
              "diameter_m:double", "lon_source:double", "data_source:string", "Rank:int",
              "age:int8")  # fmt: skip
    source = "None?" + "&".join(f"field={field}" for field in fields)
    write(QgsVectorLayer(source, "c", "memory"), tmp_path / "catalogue.gpkg", "craters")
    index = index_info(tmp_path, catalogue=str(tmp_path / "catalogue.gpkg"))
    assert columns_of(IndexInfo.from_json(index), []) == [
        ("lon", "lon_cat", "real"), ("data_source", "data_source", "text"),
        ("Rank", "Rank_cat", "big"), ("age", "age", "big"),
    ]  # fmt: skip


def test_a_reference_system_that_lost_its_code_is_understood(tmp_path: Path) -> None:
    """QGIS 3.22 gives back IAU systems of a GeoPackage without knowing them."""
    moon = Body("Moon", R, R)
    none = QgsCoordinateReferenceSystem()
    written = result_crs(moon, none)
    for number, crs in enumerate((QgsCoordinateReferenceSystem("IAU_2015:30100"), written)):
        layer = QgsVectorLayer("Point?field=a:int", "t", "memory")
        layer.setCrs(crs)
        path = tmp_path / f"{number}.gpkg"
        write(layer, path)
        read = QgsVectorLayer(str(path), "t", "ogr").crs()
        figure = body_of(usable_crs(read))
        assert figure is not None and figure.a == figure.b == R, read.toWkt()
        # What the searches write is understood without any help.
        assert crs is not written or read.isValid()
    assert not usable_crs(none).isValid()
