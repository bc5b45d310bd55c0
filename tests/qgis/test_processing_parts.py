"""Parts of the provider inside QGIS: help, places of features, progress, cancel, batch."""

from __future__ import annotations

from pathlib import Path

from .support import needs_qgis, run_in_qgis

pytestmark = needs_qgis

PROVIDER = """
import craterbench_qgis.processing.provider as module
before = set(sys.modules)
provider = module.CraterBenchProvider()
assert QgsApplication.processingRegistry().addProvider(provider)
"""


def test_everything_is_explained_and_nothing_heavy_is_imported(tmp_path: Path) -> None:
    run_in_qgis(
        PROVIDER
        + """
import html, re
names = {one.name() for one in provider.algorithms()}
assert names >= {"buildindex", "addtoindex", "indexinformation", "searchbyfeatures",
                 "searchbyextent", "exportmatches", "evaluate", "findduplicates",
                 "applyduplicatedecisions", "reviewreport"}, names
assert provider.id() == "craterbench" and not provider.icon().isNull()
for one in provider.algorithms():
    assert re.fullmatch("[a-z]+", one.name()) and not one.icon().isNull(), one.name()
    help = one.shortHelpString()
    assert one.group() and one.shortDescription().endswith("."), one.name()
    for parameter in one.parameterDefinitions():
        assert parameter.help(), (one.name(), parameter.name())
        assert html.escape(parameter.description()) in help, (one.name(), parameter.name())
    assert one.create().name() == one.name()
    assert one.flags() & one.Flag.FlagCanCancel and one.flags() & one.Flag.FlagSupportsBatch
heavy = {"torch", "timm", "rasterio", "shapely", "numpy", "hnswlib", "pyogrio", "pyarrow"}
assert not {name.split(".")[0] for name in set(sys.modules) - before} & heavy
assert not any(name.startswith("craterbench_qgis.engine") for name in sys.modules)
QgsApplication.processingRegistry().removeProvider(provider)
print("fine")
""",
        tmp_path,
    )


def test_the_plugin_adds_and_removes_the_provider(tmp_path: Path) -> None:
    run_in_qgis(
        """
from craterbench_qgis.plugin import CraterBenchPlugin
registry = QgsApplication.processingRegistry()
for _ in range(2):
    plugin = CraterBenchPlugin(None)  # as qgis_process does: no interface
    plugin.initProcessing()
    assert registry.algorithmById("craterbench:buildindex") is not None
    plugin.unload()
    assert registry.providerById("craterbench") is None
print("fine")
""",
        tmp_path,
    )


def test_places_of_outlines_and_points(tmp_path: Path) -> None:
    run_in_qgis(
        """
import math
from qgis.core import QgsCoordinateReferenceSystem as Crs, QgsGeometry, QgsPointXY
from craterbench_qgis.core.geo.crs import Figure, MapFrame, geographic_crs
from craterbench_qgis.core.geo.sphere import circle_multipolygon_wkt, geodetic_latitude
from craterbench_qgis.processing.outlines import NoPlace, place_of

def near(found, wanted, within):
    assert abs(found - wanted) <= within, (found, wanted)

sphere = MapFrame(geographic_crs(Figure(1737400.0, 1737400.0, "Moon")))
for lon, lat, size in ((10, 20, 5e3), (179.99, -60, 80e3), (40, 89.9, 120e3), (-100, -88, 4e5),
                       (0, 0, 1.2e6)):
    shape = QgsGeometry.fromWkt(circle_multipolygon_wkt(1737400.0, lon, lat, size))
    place = place_of(shape, sphere)
    # 128 points on the rim: the polygon is 0.04 % smaller than the circle.
    near(place.diameter_m, size, 2e-3 * size)
    assert abs(place.lat - lat) < 2e-3 * math.degrees(size / 1737400), place
    turn = (place.lon - lon + 180) % 360 - 180
    near(turn * math.cos(math.radians(lat)), 0, 2e-3 * math.degrees(size / 1737400))
    near(place.side_m, 2 * 1737400 * math.sin(size / 2 / 1737400), 5e-3 * size)

# On a flattened body the map's latitudes are geodetic, the engine's planetocentric.
mars = MapFrame(geographic_crs(Figure(3396190.0, 3376200.0, "Mars")))
up = geodetic_latitude(3396190.0, 3376200.0, 45.0)
place = place_of(QgsGeometry.fromPointXY(QgsPointXY(30, up)), mars)
near(place.lat, 45.0, 1e-9)
assert place.diameter_m is None and up > 45.1

# A polar map: the pole is an ordinary place.
polar = MapFrame(Crs.fromProj("+proj=stere +lat_0=-90 +R=1737400 +units=m +no_defs"))
box = QgsGeometry.fromWkt("POLYGON((-1e4 -1e4,1e4 -1e4,1e4 1e4,-1e4 1e4,-1e4 -1e4))")
place = place_of(box, polar)
near(place.lat, -90, 1e-4)
near(place.diameter_m, 2e4 * math.sqrt(4 / math.pi), 50)

for wkt in ("LINESTRING(0 0,1 1)", "MULTIPOINT((0 0),(1 1))", "POLYGON EMPTY"):
    try:
        place_of(QgsGeometry.fromWkt(wkt), sphere)
    except NoPlace as error:
        assert str(error)
    else:
        raise AssertionError(wkt)
print("fine")
""",
        tmp_path,
    )


def test_regions_in_degrees(tmp_path: Path) -> None:
    run_in_qgis(
        """
from qgis.core import QgsCoordinateReferenceSystem as Crs, QgsRectangle
from craterbench_qgis.core.geo.crs import Figure, MapFrame, geographic_crs
from craterbench_qgis.processing.outlines import region_of

def same(found, wanted, within=1e-6):
    assert all(abs(x - y) <= within for x, y in zip(found, wanted)), (found, wanted)

moon = MapFrame(geographic_crs(Figure(1737400.0, 1737400.0, "Moon")))
same(region_of(QgsRectangle(-30, -10, 40, 20), moon), [-30, -10, 40, 20])
same(region_of(QgsRectangle(-30, -10, 40, 20), None), [-30, -10, 40, 20])
same(region_of(QgsRectangle(170, -10, 200, 20), None), [170, -10, -160, 20])
same(region_of(QgsRectangle(0, -90, 360, 90), None), [-180, -90, 180, 90])
same(region_of(QgsRectangle(90, 0, 180, 10), None), [90, 0, 180, 10])
equal = MapFrame(Crs.fromProj("+proj=eqc +R=1737400 +units=m +no_defs"))
degree = 1737400 * 3.141592653589793 / 180
same(region_of(QgsRectangle(10 * degree, -5 * degree, 30 * degree, 5 * degree), equal),
     [10, -5, 30, 5], 1e-3)
polar = MapFrame(Crs.fromProj("+proj=stere +lat_0=90 +R=1737400 +units=m +no_defs"))
west, south, east, north = region_of(QgsRectangle(-3e5, -3e5, 3e5, 3e5), polar)
assert (west, east, north) == (-180, 180, 90) and 74 < south < 81, (west, south, east, north)
print("fine")
""",
        tmp_path,
    )


def test_progress_never_goes_back_and_says_rate_and_time(tmp_path: Path) -> None:
    run_in_qgis(
        """
from craterbench_qgis.client.calls import Progress
from craterbench_qgis.processing.progress import Counter, Reporter

class Feedback:
    def __init__(self):
        self.percents, self.lines = [], []
    def setProgress(self, value):
        self.percents.append(value)
    def setProgressText(self, text):
        self.lines.append(text)

now = [0.0]
feedback = Feedback()
reporter = Reporter(feedback, {"views": (2, 96), "joining": (96, 100)}, lambda: now[0])
for stage, done, total, rate, left in (
    ("catalogue", 0, 0, None, None), ("views", 0, 100, None, None), ("views", 50, 100, 12.5, 4.0),
    ("views", 100, 100, 12.5, 0.0), ("joining", 1, 2, None, None), ("views", 10, 100, None, None),
):
    now[0] += 4
    reporter.show(Progress(stage, done, total, rate, left))
assert feedback.percents == sorted(feedback.percents)
assert feedback.percents == [2.0, 49.0, 96.0, 98.0], feedback.percents
assert "50 of 100" in feedback.lines[2] and "per second" in feedback.lines[2]
assert "4 s left" in feedback.lines[2], feedback.lines
count = len(feedback.lines)
reporter.show(Progress("views", 11, 100, 1.0, 89.0))  # at once after the last: no new line
assert len(feedback.lines) == count
counter = Counter(Reporter(feedback, {"searching": (0, 100)}, lambda: now[0]), "searching", 4,
                  lambda: now[0])
for _ in range(4):
    now[0] += 5
    counter.step()
assert feedback.percents[-1] == 100.0
assert any("2 of 4" in line and "0.2 per second" in line and "10 s left" in line
           for line in feedback.lines), feedback.lines
print("fine")
""",
        tmp_path,
    )


def test_names_of_the_catalogues_columns(tmp_path: Path) -> None:
    run_in_qgis(
        """
from craterbench_qgis.processing.match_table import _named
found = _named([("fid", "Integer64"), ("crater_row", "Integer64"), ("crater_id", "String"),
                ("lon", "Real"), ("lat", "Real"), ("diameter_m", "Real"), ("lon_source", "Real"),
                ("data_source", "String"), ("Rank", "Integer"), ("age", "Integer64")])
assert found == [("lon", "lon_cat", "real"), ("data_source", "data_source", "text"),
                 ("Rank", "Rank_cat", "big"), ("age", "age", "big")], found
print("fine")
""",
        tmp_path,
    )


def test_a_reference_system_that_lost_its_code_is_understood(tmp_path: Path) -> None:
    """QGIS 3.22 gives back IAU systems of a GeoPackage without knowing them."""
    run_in_qgis(
        """
from qgis.core import QgsCoordinateReferenceSystem as Crs, QgsCoordinateTransformContext
from qgis.core import QgsVectorFileWriter, QgsVectorLayer
from craterbench_qgis.core.geo.crs import figure_of
from craterbench_qgis.processing.inputs import result_crs, usable_crs

moon = {"name": "Moon", "a": 1737400.0, "b": 1737400.0}
for number, crs in enumerate((Crs("IAU_2015:30100"), result_crs(moon, Crs()))):
    layer = QgsVectorLayer("Point?field=a:int", "t", "memory")
    layer.setCrs(crs)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    path = f"{args[0]}/{number}.gpkg"
    context = QgsCoordinateTransformContext()
    QgsVectorFileWriter.writeAsVectorFormatV3(layer, path, context, options)
    read = QgsVectorLayer(path, "t", "ogr").crs()
    figure = figure_of(usable_crs(read))
    assert figure is not None and figure.a == figure.b == 1737400.0, read.toWkt()
    # What the searches write is understood without any help.
    assert number == 0 or read.isValid()
assert not usable_crs(Crs()).isValid()
print("fine")
""",
        tmp_path,
        tmp_path,
    )


CANCEL = """
import time
from pathlib import Path
from qgis.core import QgsProcessingAlgRunnerTask, QgsProcessingContext, QgsProcessingFeedback
from craterbench_qgis.core.settings import Settings
Settings().existing_python = ENGINE_PYTHON

class Feedback(QgsProcessingFeedback):
    '''Cancelled once the progress has passed ``at`` percent; remembers when.'''

    def __init__(self, at):
        super().__init__(False)
        self.at, self.when = at, None

    def watch(self, stop):
        # The main thread cancels, as the dialog's button does.
        while not stop() and not self.isCanceled():
            wait_until(lambda: stop() or self.progress() >= self.at, 60)
            if not stop():
                self.when = time.monotonic()
                self.cancel()

def run(name, parameters, at):
    algorithm = provider.algorithm(name).create()
    context, feedback, ended = QgsProcessingContext(), Feedback(at), []
    # In a worker thread, as the toolbox does.
    task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
    task.executed.connect(lambda ok, results: ended.append((ok, results)))
    QgsApplication.taskManager().addTask(task)
    feedback.watch(lambda: bool(ended))
    wait_until(lambda: bool(ended), 60)
    seconds = time.monotonic() - (feedback.when or 0)
    return ended[0][1], ended[0][0], seconds, feedback
"""


def test_cancel_within_a_second(tmp_path: Path) -> None:
    """A search of many features, a build in the middle of encoding; then runs one by one."""
    from craterbench_qgis.engine.demo import make_planet

    make_planet(tmp_path / "planet", width=1024, craters=120)
    told = run_in_qgis(
        PROVIDER
        + CANCEL
        + """
planet = args[0]
build = {"MOSAICS": [planet + "/mosaic_a.tif"], "CATALOGUE": planet + "/catalogue.csv",
         "OUTPUT": planet + "/one.craterindex", "TOKENS": 16}
# The encoder that comes with the plugin: a network in the middle of a batch.
results, ok, seconds, feedback = run("buildindex", dict(build, OUTPUT=planet + "/two"), 3)
assert feedback.when is not None and not ok, feedback.textLog()
print("build cancelled after", round(seconds, 2), "s")
assert seconds < 1.05, seconds
results, ok, _, feedback = run("buildindex", dict(build, ENCODER="hog"), 1000)
assert ok, feedback.textLog()
search = {"INDEX": results["OUTPUT"], "INPUT": planet + "/catalogue.csv",
          "LON_FIELD": "LON_CIRC_IMG", "LAT_FIELD": "LAT_CIRC_IMG",
          "DIAMETER_FIELD": "DIAM_CIRC_IMG", "TOP": 5, "OUTPUT": planet + "/found.gpkg"}
results, ok, seconds, feedback = run("searchbyfeatures", search, 15)
assert feedback.when is not None and not ok
assert "Cancelled" in feedback.textLog()
assert not list(Path(planet).glob("found.gpkg*"))  # nothing half-written
print("search cancelled after", round(seconds, 2), "s")
assert seconds < 1.05, seconds

# As a batch does: the same algorithm again and again, every run complete.
results, ok, _, feedback = run("searchbyextent", dict(
    INDEX=search["INDEX"], EXTENT="0,20,-10,10", TOP=2, OUTPUT=planet + "/a.gpkg"), 1000)
assert ok and results["MATCHES"] == 2, feedback.textLog()
for name in ("b.geojson", "b.diam", "b.csv"):
    results, ok, _, feedback = run("exportmatches", dict(
        INPUT=planet + "/a.gpkg", INDEX=search["INDEX"], OUTPUT=planet + "/" + name), 1000)
    assert ok and results["MATCHES"] == 2, feedback.textLog()
    assert Path(planet, name).stat().st_size > 100
print("fine")
""",
        tmp_path,
        tmp_path / "planet",
    )
    assert told.count("cancelled after") == 2


def test_without_an_engine_one_sentence(tmp_path: Path) -> None:
    run_in_qgis(
        PROVIDER
        + CANCEL
        + """
Settings().existing_python = ""
results, ok, _, feedback = run("indexinformation", {"INDEX": args[0]}, 1000)
assert not ok and "not set up yet" in feedback.textLog(), feedback.textLog()
assert "Traceback" not in feedback.textLog()
print("fine")
""",
        tmp_path,
        tmp_path,
    )


def test_every_algorithm_is_documented(tmp_path: Path) -> None:
    run_in_qgis(
        PROVIDER
        + """
text = open(ROOT + "/docs/processing.md", encoding="utf-8").read()
for one in provider.algorithms():
    assert f"`craterbench:{one.name()}`" in text, one.name()
    for parameter in one.parameterDefinitions():
        assert f"`{parameter.name()}`" in text, (one.name(), parameter.name())
print("fine")
""",
        tmp_path,
    )
