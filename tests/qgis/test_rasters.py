"""Which raster a query is cut from: the engine's own source, the topmost, its bands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    QgsHillshadeRenderer,
    QgsPointXY,
    QgsRasterLayer,
    QgsRasterRange,
    QgsRasterTransparency,
    QgsSingleBandGrayRenderer,
    QgsSingleBandPseudoColorRenderer,
    QgsVectorLayer,
)

from craterbench_qgis.core.geo.crs import MapFrame
from craterbench_qgis.core.query import RasterSource
from craterbench_qgis.core.rasters import RasterPicker, raster_source
from craterbench_qgis.gui.tools import CircleTool
from engine_side import ask
from paths import MOSAIC, needs_engine, needs_moon
from tool_bench import ToolBench, crs_of

pytestmark = [needs_moon, needs_engine]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty degrees of the mosaic in several formats."""
    folder = tmp_path_factory.mktemp("rasters")
    ask("engine_rasters", "files", folder)
    gdal.UseExceptions()
    gdal.Translate(str(folder / "a.vrt"), str(folder / "a.tif"), format="VRT")
    options = ["RASTER_TABLE=a", "TILE_FORMAT=PNG"]
    gdal.Translate(
        str(folder / "a.gpkg"), str(folder / "a.tif"), format="GPKG", creationOptions=options
    )
    gdal.DontUseExceptions()
    shutil.make_archive(str(folder / "a"), "zip", folder, "a.tif")
    return folder


def layer_of_file(path: object) -> QgsRasterLayer:
    layer = QgsRasterLayer(str(path), Path(str(path)).name, "gdal")
    assert layer.isValid(), path
    return layer


def assert_engine_reads(source: RasterSource | None) -> None:
    """The engine's crop of that source is (nearly) all valid."""
    assert source is not None
    params = json.loads(json.dumps(source.plain().to_json()))
    assert ask("engine_rasters", "valid_fraction", params, -9.0, 10.0, 150e3) > 0.9, params


def test_a_file_is_named_with_its_layer() -> None:
    layer = layer_of_file(MOSAIC)
    source = raster_source(layer)
    assert source.path == str(MOSAIC) and source.band is None and source.nodata is None
    assert source.name == "lroc_wac_8k.tif"
    assert_engine_reads(source)


@pytest.mark.parametrize("name", ["a.vrt", "a file with blanks and ä.tif"])
def test_the_engine_reads_the_same_file(folder: Path, name: str) -> None:
    source = raster_source(layer_of_file(folder / name))
    assert source.path == str(folder / name)
    assert_engine_reads(source)


def test_a_raster_in_an_archive_or_a_geopackage(folder: Path) -> None:
    zipped = raster_source(layer_of_file(f"/vsizip/{folder / 'a.zip'}/a.tif"))
    assert zipped.path.startswith("/vsizip/")
    table = raster_source(layer_of_file(f"GPKG:{folder / 'a.gpkg'}:a"))
    assert table is not None and table.path.startswith("GPKG:")
    assert_engine_reads(table)


def test_of_several_bands_the_one_that_is_shown(folder: Path) -> None:
    layer = layer_of_file(folder / "bands.tif")
    provider = layer.dataProvider()
    assert raster_source(layer).band is None, "all where they are shown together"
    layer.setRenderer(QgsSingleBandGrayRenderer(provider, 3))
    assert raster_source(layer).band == 3
    layer.setRenderer(QgsSingleBandGrayRenderer(provider, 2))
    assert raster_source(layer).band == 2
    provider.setUserNoDataValue(2, [QgsRasterRange(7, 7)])
    source = raster_source(layer)
    assert source.nodata == 7.0
    assert_engine_reads(source)
    provider.setUserNoDataValue(2, [QgsRasterRange(7, 9)])
    assert raster_source(layer).nodata is None, "a range is no value"


def test_what_is_not_seen_as_its_values_is_drawn_by_qgis(folder: Path) -> None:
    layer = layer_of_file(folder / "a.tif")
    provider = layer.dataProvider()
    inverted = QgsSingleBandGrayRenderer(provider, 1)
    inverted.setGradient(QgsSingleBandGrayRenderer.WhiteToBlack)
    for renderer in (
        QgsHillshadeRenderer(provider, 1, 315.0, 45.0),
        QgsSingleBandPseudoColorRenderer(provider, 1),
        inverted,
    ):
        layer.setRenderer(renderer)
        assert raster_source(layer) is None
    layer.setRenderer(QgsSingleBandGrayRenderer(provider, 1))
    assert raster_source(layer) is not None


def test_a_raster_that_is_not_seen_at_a_place_is_not_taken(folder: Path, tmp_path: Path) -> None:
    """Its gap, its border, its opacity, its transparent values and its scales."""
    grey = gdal.Open(str(folder / "a.tif"))
    holed = str(tmp_path / "holed.tif")
    copy = gdal.Translate(holed, grey)
    values = copy.ReadAsArray()
    values[:, : values.shape[1] // 2] = 0
    copy.GetRasterBand(1).WriteArray(values)
    copy.GetRasterBand(1).SetNoDataValue(0)
    copy = None
    wide, top = QgsRasterLayer(str(MOSAIC), "wide"), layer_of_file(holed)
    moon = MapFrame(crs_of("IAU_2015:30110")).body
    picker = RasterPicker()
    extent = top.extent()
    frame = MapFrame(top.crs())
    middle = extent.center().y()
    gap = frame.to_lonlat(QgsPointXY(extent.xMinimum() + extent.width() / 4, middle))
    ground = frame.to_lonlat(QgsPointXY(extent.xMinimum() + extent.width() * 3 / 4, middle))
    assert picker.topmost([top, wide], gap, moon) is wide
    assert picker.topmost([top, wide], ground, moon) is top
    top.setOpacity(0.0)
    assert picker.topmost([top, wide], ground, moon) is wide
    top.setOpacity(1.0)
    see_through = QgsRasterTransparency()
    see_through.initializeTransparentPixelList(0.0)
    pixel = QgsRasterTransparency.TransparentSingleValuePixel()
    pixel.min, pixel.max, pixel.percentTransparent = 0.0, 1e9, 100.0
    see_through.setTransparentSingleValuePixelList([pixel])
    top.renderer().setRasterTransparency(see_through)
    assert picker.topmost([top, wide], ground, moon) is wide
    top.renderer().setRasterTransparency(QgsRasterTransparency())
    top.setScaleBasedVisibility(True)
    top.setMinimumScale(1000.0)
    assert picker.topmost([top, wide], ground, moon, 5e6) is wide


def test_what_the_engine_cannot_read_as_qgis_does() -> None:
    layer = layer_of_file(MOSAIC)
    layer.setCrs(crs_of("+proj=longlat +R=1738000"))
    assert raster_source(layer) is None, "the engine would read the file's reference system"
    assert raster_source(None) is None
    assert raster_source(QgsVectorLayer("Point", "v", "memory")) is None
    assert raster_source(QgsRasterLayer("/no/such.tif", "gone")) is None


def test_the_topmost_raster_under_the_cursor(folder: Path) -> None:
    wide, small = QgsRasterLayer(str(MOSAIC), "wide"), layer_of_file(folder / "a.tif")
    points = QgsVectorLayer("Point?field=x:int", "points", "memory")
    picker = RasterPicker()
    moon = MapFrame(crs_of("IAU_2015:30110")).body
    layers = [points, small, wide]
    assert picker.topmost(layers, (-10, 10), moon) is small
    assert picker.topmost(layers, (10, 10), moon) is wide
    assert picker.topmost([wide, small], (-10, 10), moon) is wide
    assert picker.topmost([points, small], (10, 10), moon) is None
    assert picker.topmost(layers, (179.99, 10), moon) is wide
    assert picker.topmost(layers, (-180, -90), moon) is wide
    mars = MapFrame(crs_of("IAU_2015:49900")).body
    assert picker.topmost(layers, (-10, 10), mars) is None, "a raster of another body"


@pytest.mark.parametrize("crs", ["IAU_2015:30100", "+proj=ortho +lat_0=10 +lon_0=0 +R=1737400"])
def test_a_tool_takes_the_topmost_whatever_the_projects_system(folder: Path, crs: str) -> None:
    small, picker = layer_of_file(folder / "a.tif"), RasterPicker()
    bench = ToolBench(MOSAIC)
    bench.canvas.setLayers([small, bench.layer])

    def source(point: QgsPointXY) -> RasterSource | None:
        place = bench.frame.to_lonlat(point)
        return raster_source(picker.topmost(bench.canvas.layers(), place, bench.frame.body))

    bench.source = source
    for lon, name in ((-10, "a.tif"), (5, "WAC")):
        bench.show_place(crs, lon, 10, 10)
        tool = bench.tool(CircleTool)
        bench.drag(bench.pixel(lon, 10), bench.pixel(lon, 11))
        assert bench.queries[0].mosaic.name == name
        tool.close()
