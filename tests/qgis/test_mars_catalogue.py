"""The catalogue layer of an index on an ellipsoid, and a click on it, are where the craters are.

Also of an index of version 0.1, whose points lie at planetocentric latitudes in a geodetic system.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from qgis.core import QgsPointXY, QgsProject, QgsVectorLayer

from craterbench_qgis.client.blocking import BlockingEngine
from craterbench_qgis.contract.build import IndexInfo, IndexParams
from craterbench_qgis.contract.methods import DESCRIBE_INDEX
from craterbench_qgis.core.geo.crs import MapFrame
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.gui.index.catalogue_layer import add_to_map, mend_layer
from craterbench_qgis.gui.tools import ClickTool
from engine_side import PLAIN, build_index, run_script
from paths import ENGINE_PYTHON, ROOT, made_once, needs_engine
from tool_bench import MARS, ToolBench, metres_between

pytestmark = needs_engine

CRS = "+proj=longlat +a=3396190 +b=3376200 +no_defs"
RADIUS = 3396190.0


def earlier(path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "tests" / "data" / "v0.1" / "mars.craterindex", path))


def today(path: Path) -> Path:
    run_script("make_mars.py", path.parent)
    mosaic, table = path.parent / "mosaic.tif", path.parent / "craters.csv"
    return build_index(path, mosaic, table, "--body", "mars", *PLAIN)


def describe(path: Path) -> IndexInfo:
    settings = Settings()
    settings.existing_python = str(ENGINE_PYTHON)
    with BlockingEngine(settings) as engine:
        return engine.call(DESCRIBE_INDEX, IndexParams(str(path)))


def test_the_layer_of_an_index_that_was_moved(project: QgsProject, tmp_path: Path) -> None:
    """Read from a project with a path that is gone, it is the index's again once that is open."""
    known = made_once("today.craterindex", today)
    first, moved = tmp_path / "first.craterindex", tmp_path / "deep" / "moved.craterindex"
    shutil.copytree(known, first)
    info = describe(first)
    layer = add_to_map(info, project)
    layer.setName("the mapper's own name")
    layer.renderer().symbol().setSize(7.0)
    assert project.write(str(tmp_path / "project.qgz"))
    moved.parent.mkdir()
    first.rename(moved)
    project.clear()
    assert project.read(str(tmp_path / "project.qgz"))
    (layer,) = project.mapLayers().values()
    assert not layer.isValid() and not project.isDirty()
    mend_layer(describe(moved), project)
    assert layer.isValid() and layer.featureCount() == 12 and layer.readOnly()
    assert layer.name() == "the mapper's own name" and layer.renderer().symbol().size() == 7.0
    assert MapFrame(layer.crs()).body.b == MARS.b and not project.isDirty()


@pytest.mark.parametrize("make", [earlier, today])
def test_points_and_clicks_are_right_to_ten_metres(make: object, project: QgsProject) -> None:
    info = describe(made_once(f"{make.__name__}.craterindex", make))
    assert info.body == MARS and info.catalogue_displaced is (make is earlier)
    layer = add_to_map(info, project)
    assert isinstance(layer, QgsVectorLayer) and layer.featureCount() == info.craters == 12
    bench = ToolBench(crs=CRS, body=MARS)
    frame = MapFrame(layer.crs())
    bench.canvas.setLayers([layer])
    tool = bench.tool(ClickTool)
    for count, feature in enumerate(layer.getFeatures(), 1):
        crater = feature["lon"], feature["lat"]
        point = QgsPointXY(feature.geometry().asPoint())
        assert metres_between(crater, frame.to_lonlat(point), RADIUS) < 10
        # On the map, where the tool's own rings are drawn about the same place.
        bench.show_place(CRS, *crater, 4)
        bench.click(bench.pixel(*crater))
        assert len(bench.queries) == count, bench.messages
        query = bench.queries[-1]
        assert metres_between(crater, (query.lon, query.lat), RADIUS) < 10
        assert query.diameter_m == pytest.approx(feature["diameter_m"])
        assert tool.frame.body.b == MARS.b
