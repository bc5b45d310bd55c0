"""Which raster a query is cut from, and what QGIS renders compared with what the engine cuts."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from scipy.ndimage import map_coordinates

from craterbench_qgis.engine.mosaic import Mosaic
from craterbench_qgis.engine.mosaic.query import image_view
from support import DATA, needs_moon, needs_qgis, run_in_qgis

pytestmark = [needs_qgis, needs_moon]
MOSAIC = DATA / "moon" / "lroc_wac_8k.tif"

HEAD = """
import json
from pathlib import Path
from tool_bench import *
from craterbench_qgis.core.rasters import RasterPicker, RenderJob, raster_layers, raster_source
folder = Path(args[0])
"""

RENDER = (
    HEAD
    + """
def render(layer, lon, lat, side_m, path, **more):
    said = []
    job = RenderJob([layer], lon, lat, side_m, str(path), lambda p: said.append(("done", p)),
                    lambda t: said.append(("failed", t)), **more)
    assert not said, "it must not wait"
    wait_until(lambda: said, 30)
    return said[0]
"""
)


def inside(code: str, home: Path, *more: object) -> str:
    return run_in_qgis(code + '\nprint("fine")\n', home, home, *more)


def likeness(picture: Path, mosaic: Path, lon: float, lat: float, side_m: float) -> float:
    """Correlation of the view of a rendered picture with the engine's own crop.

    It must be best where neither is moved against the other.
    """
    size, edge = 224, 4
    with Mosaic.open(mosaic) as opened:
        theirs = opened.crop(lon, lat, side_m, size).pixels
    ours = image_view(picture, size).pixels
    inner = (slice(edge, -edge), slice(edge, -edge))
    moved = {
        (x, y): float(np.corrcoef(np.roll(ours, (y, x), (0, 1))[inner].ravel(),
                                  theirs[inner].ravel())[0, 1])
        for x in (-1, 0, 1) for y in (-1, 0, 1)
    }  # fmt: skip
    assert max(moved, key=moved.get) == (0, 0), moved
    return float(np.corrcoef(ours.ravel(), theirs.ravel())[0, 1])


PLACES = [
    ("Tycho", -11.2, -43.3, 210e3),
    ("Plato", -9.3, 51.6, 250e3),
    ("north pole", 10.0, 89.0, 600e3),
    ("south pole", 0.0, -90.0, 400e3),
    ("antimeridian", 179.6, 20.0, 200e3),
    ("far side", -157.0, 30.0, 900e3),
]


def test_a_rendered_square_is_the_engines_crop(tmp_path: Path) -> None:
    inside(
        RENDER
        + """
layer = QgsRasterLayer(args[1], "WAC")
for number, (_name, lon, lat, side) in enumerate(json.loads(args[2])):
    assert render(layer, lon, lat, side, folder / f"{number}.png")[0] == "done"
""",
        tmp_path,
        MOSAIC,
        json.dumps(PLACES),
    )
    for number, (name, lon, lat, side) in enumerate(PLACES):
        found = likeness(tmp_path / f"{number}.png", MOSAIC, lon, lat, side)
        # Round a pole QGIS samples a map of longitudes coarsely.
        assert found > (0.95 if "pole" in name else 0.98), (name, found)


def test_xyz_tiles_are_rendered(tmp_path: Path) -> None:
    """Tiles of the Moon are in web mercator's metres of the Earth; the layer's CRS says so."""
    _tiles(tmp_path / "tiles", zoom=5, columns=(13, 17), rows=(18, 23))
    inside(
        RENDER
        + """
url = "type=xyz&url=file://" + str(folder / "tiles") + "/{z}/{x}/{y}.png&zmin=5&zmax=5"
layer = QgsRasterLayer(url, "tiles", "wms")
assert layer.isValid()
layer.setCrs(crs_of("+proj=merc +R=1737400 +to_meter=%r" % (1737400 / 6378137)))
assert raster_source(layer) is None and raster_layers([layer]) == [layer]
frame = MapFrame(layer.crs())
assert RasterPicker().topmost([layer], (-11.2, -43.3), frame.figure) is layer
found = render(layer, -11.2, -43.3, 420e3, folder / "tycho.png")
assert found[0] == "done", found
""",
        tmp_path,
    )
    assert likeness(tmp_path / "tycho.png", MOSAIC, -11.2, -43.3, 420e3) > 0.98


def _tiles(folder: Path, zoom: int, columns: tuple[int, int], rows: tuple[int, int]) -> None:
    with rasterio.open(MOSAIC) as source:
        grey = source.read(1).astype(float)
        inverse = ~source.transform
    for x in range(*columns):
        for y in range(*rows):
            u = (x + (np.arange(256) + 0.5) / 256) / 2**zoom
            v = (y + (np.arange(256) + 0.5) / 256) / 2**zoom
            lon = u * 360 - 180
            lat = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * v))))
            cols, lines = inverse.a * lon + inverse.c - 0.5, inverse.e * lat + inverse.f - 0.5
            tile = map_coordinates(grey, np.meshgrid(lines, cols, indexing="ij"), order=1)
            path = folder / str(zoom) / str(x) / f"{y}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(tile.round().astype(np.uint8)).save(path)


def test_maps_of_unnamed_spheres_and_flattened_bodies_are_rendered(tmp_path: Path) -> None:
    """PROJ has no transform from a custom sphere to the IAU's; the plane follows the layer."""
    systems = {
        "sinu": "+proj=sinu +R=1737400 +units=m +no_defs",
        "polar": "+proj=stere +lat_0=-90 +lon_0=30 +R=1737400 +units=m +no_defs",
        "mars": "+proj=eqc +a=3396190 +b=3376200 +units=m +no_defs",
    }
    places = {"sinu": (-11.2, -43.3), "polar": (-11.2, -63.3), "mars": (-11.2, -43.3)}
    for name, text in systems.items():
        _warped(tmp_path / f"{name}.tif", text, name == "mars")
    inside(
        RENDER
        + """
for name, (lon, lat) in json.loads(args[1]).items():
    layer = QgsRasterLayer(str(folder / (name + ".tif")), name)
    assert layer.isValid()
    found = render(layer, lon, lat, 210e3, folder / (name + ".png"))
    assert found[0] == "done", (name, found)
""",
        tmp_path,
        json.dumps(places),
    )
    for name, place in places.items():
        found = likeness(tmp_path / f"{name}.png", tmp_path / f"{name}.tif", *place, 210e3)
        assert found > 0.98, (name, found)


def _warped(path: Path, crs: str, relabel: bool) -> None:
    """A part of the mosaic in another system; ``relabel``: put on the other body as it is."""
    with rasterio.open(MOSAIC) as source:
        window = rasterio.windows.from_bounds(-40, -75, 20, -25, source.transform)
        data, transform = source.read(1, window=window), source.window_transform(window)
        lunar = source.crs
    kind = {"driver": "GTiff", "count": 1, "dtype": "uint8"}
    if relabel:
        unit = math.radians(1) * 3396190
        transform = rasterio.Affine.scale(unit) * transform
        lunar = rasterio.crs.CRS.from_string(crs)
        with rasterio.open(
            path,
            "w",
            height=data.shape[0],
            width=data.shape[1],
            crs=lunar,
            transform=transform,
            **kind,
        ) as target:
            target.write(data, 1)
        return
    from rasterio.warp import calculate_default_transform, reproject

    plain = rasterio.crs.CRS.from_string("+proj=longlat +R=1737400 +no_defs")
    wanted = rasterio.crs.CRS.from_string(crs)
    there, width, height = calculate_default_transform(
        plain, wanted, data.shape[1], data.shape[0], left=-40, bottom=-75, right=20, top=-25
    )
    out = np.zeros((height, width), np.uint8)
    reproject(
        data,
        out,
        src_transform=transform,
        src_crs=plain,
        dst_transform=there,
        dst_crs=wanted,
        resampling=rasterio.enums.Resampling.bilinear,
    )
    with rasterio.open(
        path, "w", height=height, width=width, crs=wanted, transform=there, nodata=0, **kind
    ) as target:
        target.write(out, 1)


def test_rendering_can_be_cancelled_and_fails_with_a_sentence(tmp_path: Path) -> None:
    inside(
        RENDER
        + """
from qgis.PyQt.QtCore import QObject
layer = QgsRasterLayer(args[1], "WAC")
said = []
parent = QObject()
job = RenderJob([layer], 0, 0, 200e3, str(folder / "x.png"), said.append, said.append, size=2000,
                parent=parent)
job.cancel()
QTest.qWait(500)
assert not said and not (folder / "x.png").exists()
# Destroyed while it draws, as when the panel is closed.
job = RenderJob([layer], 0, 0, 200e3, str(folder / "y.png"), said.append, said.append, size=2000,
                parent=parent)
parent.deleteLater()
del job, parent
QTest.qWait(1500)
assert not said, said
kind, text = render(layer, 0, 0, 200e3, folder / "no" / "such" / "x.png")
assert kind == "failed" and "could not be written" in text
plain = QgsRasterLayer(args[1], "plain")
plain.setCrs(QgsCoordinateReferenceSystem())
kind, text = render(plain, 0, 0, 200e3, folder / "z.png")
assert kind == "failed" and "plain" in text, text
assert render(layer, 30, 10, 200e3, folder / "ok.png")[0] == "done"
# The main thread's own work, in its processor time: the machine may be busy with other things.
import time
spent = []
class Timed(RenderJob):
    def timed(self, step):
        began = time.thread_time()
        step()
        spent.append(time.thread_time() - began)
    def _step(self):
        self.timed(super()._step)
    def _finished(self):
        self.timed(super()._finished)
RenderJob = Timed
assert render(layer, 31, 11, 200e3, folder / "ok.png")[0] == "done"
assert len(spent) == 3 and max(spent) < 0.05, spent
""",
        tmp_path,
        MOSAIC,
    )


def test_sources_the_engine_reads_itself(tmp_path: Path) -> None:
    _files(tmp_path)
    said = inside(
        HEAD
        + """
from qgis.core import QgsRasterRange, QgsSingleBandPseudoColorRenderer, QgsSingleBandGrayRenderer
from qgis.core import QgsVectorLayer
def source_of(path, **more):
    layer = QgsRasterLayer(str(path), Path(str(path)).name, "gdal")
    assert layer.isValid(), path
    return layer, raster_source(layer)
layer, found = source_of(args[1])
assert found.path == args[1] and found.band is None and found.nodata is None
assert (found.name, found.layer_id) == ("lroc_wac_8k.tif", layer.id())
good = [found.to_params()]
for name in ("a.vrt", "a file with blanks and ä.tif"):
    layer, found = source_of(folder / name)
    assert found.path == str(folder / name)
    good.append(found.to_params())
layer, found = source_of("/vsizip/" + str(folder / "a.zip") + "/a.tif")
assert found.path.startswith("/vsizip/")
print("ZIP", json.dumps(found.to_params()))
layer, found = source_of("GPKG:" + str(folder / "a.gpkg") + ":a")
assert found is not None and found.path.startswith("GPKG:"), found
good.append(found.to_params())
# Several bands: the one that is shown, all where they are shown together.
layer, found = source_of(folder / "bands.tif")
assert found.band is None
layer.setRenderer(QgsSingleBandGrayRenderer(layer.dataProvider(), 3))
assert raster_source(layer).band == 3
layer.setRenderer(QgsSingleBandPseudoColorRenderer(layer.dataProvider(), 2))
assert raster_source(layer).band == 2
layer.dataProvider().setUserNoDataValue(2, [QgsRasterRange(7, 7)])
found = raster_source(layer)
assert found.nodata == 7.0
good.append(found.to_params())
layer.dataProvider().setUserNoDataValue(2, [QgsRasterRange(7, 9)])
assert raster_source(layer).nodata is None, "a range is no value"
# What the engine cannot read as QGIS does.
layer, _ = source_of(args[1])
layer.setCrs(crs_of("+proj=longlat +R=1738000"))
assert raster_source(layer) is None, "the engine would read the file's reference system"
assert raster_source(None) is None
assert raster_source(QgsVectorLayer("Point", "v", "memory")) is None
assert raster_source(QgsRasterLayer("/no/such.tif", "gone")) is None
print("GOOD", json.dumps(good))
""",
        tmp_path,
        MOSAIC,
    )
    lines = dict(line.split(" ", 1) for line in said.splitlines() if " " in line)
    for params in json.loads(lines["GOOD"]):
        with Mosaic.open(params["path"], band=params["band"], nodata=params["nodata"]) as mosaic:
            assert mosaic.crop(-9.0, 10.0, 150e3, 64).valid_fraction > 0.9, params


def _files(folder: Path) -> None:
    with rasterio.open(MOSAIC) as source:
        window = rasterio.windows.from_bounds(-20, 0, 0, 20, source.transform)
        data, transform = source.read(1, window=window), source.window_transform(window)
        profile = {
            "driver": "GTiff", "dtype": "uint8", "crs": source.crs, "transform": transform,
            "height": data.shape[0], "width": data.shape[1],
        }  # fmt: skip
    for name, bands in (("a.tif", 1), ("a file with blanks and ä.tif", 1), ("bands.tif", 4)):
        with rasterio.open(folder / name, "w", count=bands, **profile) as target:
            for band in range(1, bands + 1):
                target.write(data, band)
    subprocess.run(
        ["gdal_translate", "-q", "-of", "VRT", folder / "a.tif", folder / "a.vrt"], check=True
    )
    subprocess.run(
        ["gdal_translate", "-q", "-of", "GPKG", "-co", "RASTER_TABLE=a", "-co",
         "TILE_FORMAT=PNG", folder / "a.tif", folder / "a.gpkg"],
        check=True,
    )  # fmt: skip
    shutil.make_archive(str(folder / "a"), "zip", folder, "a.tif")


def test_the_topmost_raster_under_the_cursor(tmp_path: Path) -> None:
    _files(tmp_path)
    inside(
        HEAD
        + """
from qgis.core import QgsVectorLayer
wide, small = QgsRasterLayer(args[1], "wide"), QgsRasterLayer(str(folder / "a.tif"), "small")
points = QgsVectorLayer("Point?field=x:int", "points", "memory")
shifted = QgsRasterLayer(args[1], "turned")
picker = RasterPicker()
moon = MapFrame(crs_of("IAU_2015:30110")).figure
layers = [points, small, wide]
assert picker.topmost(layers, (-10, 10), moon) is small
assert picker.topmost(layers, (10, 10), moon) is wide
assert picker.topmost([wide, small], (-10, 10), moon) is wide
assert picker.topmost([points, small], (10, 10), moon) is None
assert picker.topmost(layers, (179.99, 10), moon) is wide
assert picker.topmost(layers, (-180, -90), moon) is wide
mars = MapFrame(crs_of("IAU_2015:49900")).figure
assert picker.topmost(layers, (-10, 10), mars) is None, "a raster of another body"
assert raster_layers(layers) == [small, wide]
# Found through the tool, whatever the project's reference system.
from craterbench_qgis.gui.tools import CircleTool
bench = Bench(args[1])
bench.canvas.setLayers([small, bench.layer])
for text in ("IAU_2015:30100", "+proj=ortho +lat_0=10 +lon_0=0 +R=1737400"):
    def source(point):
        place = bench.frame.to_lonlat(point)
        return raster_source(picker.topmost(bench.canvas.layers(), place, bench.frame.figure))
    bench.source = source
    for lon, name in ((-10, "small"), (5, "WAC")):
        bench.look(text, lon, 10, 10)
        tool = bench.tool(CircleTool)
        bench.drag(bench.pixel(lon, 10), bench.pixel(lon, 11))
        assert bench.queries[0].source.name == name
        tool.close()
""",
        tmp_path,
        MOSAIC,
    )


@pytest.mark.parametrize("lon, lat", [(-10.0, 10.0)])
def test_an_area_beyond_the_raster_is_transparent(tmp_path: Path, lon: float, lat: float) -> None:
    """What the layer does not cover is no data to the engine, not black ground."""
    _files(tmp_path)
    inside(
        RENDER
        + """
layer = QgsRasterLayer(str(folder / "a.tif"), "a")
assert render(layer, -0.5, 10, 150e3, folder / "edge.png")[0] == "done"
""",
        tmp_path,
    )
    alpha = np.asarray(Image.open(tmp_path / "edge.png").convert("RGBA"))[..., 3]
    covered = float((alpha > 128).mean())
    assert 0.5 < covered < 0.7, covered
