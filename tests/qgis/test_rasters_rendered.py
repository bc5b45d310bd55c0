"""What QGIS renders for a query compared with what the engine cuts, and rendering that stops."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsMapRendererParallelJob, QgsRasterLayer
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtTest import QTest

from craterbench_qgis.core import rasters
from craterbench_qgis.core.geo.crs import MapFrame
from craterbench_qgis.core.rasters import RENDERED_PX, RasterPicker, RenderJob, raster_source
from craterbench_qgis.core.shown import say_body, shown_body
from engine_side import ask
from inside import wait_until
from paths import MOSAIC, needs_engine, needs_moon
from tool_bench import MOON, crs_of

pytestmark = [needs_moon, needs_engine]
TYCHO = (-11.2, -43.3)
MapOf = Callable[[str, tuple[int, int]], Path]


@pytest.fixture(scope="module")
def tiles_of_the_moon(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Web tiles of the whole Moon at zoom 4, as a template of addresses.

    Those that no test draws, of the near side's middle latitudes, are left out.
    """
    folder = tmp_path_factory.mktemp("tiles")
    for columns, rows in (((0, 16), (0, 2)), ((0, 16), (14, 16)), ((0, 5), (2, 14)),
                          ((14, 16), (2, 14))):  # fmt: skip
        ask("engine_rasters", "tiles", folder, 4, columns, rows)
    return f"type=xyz&url=file://{folder}/{{z}}/{{x}}/{{y}}.png&zmin=4&zmax=4"


@pytest.fixture
def world(tiles_of_the_moon: str) -> QgsRasterLayer:
    layer = QgsRasterLayer(tiles_of_the_moon, "tiles", "wms")
    assert layer.isValid()
    layer.setCrs(crs_of(f"+proj=merc +R=1737400 +to_meter={1737400 / 6378137!r}"))
    return layer


def draw(
    layer: QgsRasterLayer, lon: float, lat: float, side_m: float, path: Path
) -> tuple[str, Any]:
    """("done", paths of the parts) or ("failed", sentence)."""
    answers: list[tuple[str, Any]] = []
    job = RenderJob(
        layer,
        lon,
        lat,
        side_m,
        str(path),
        lambda pictures: answers.append(("done", pictures)),
        lambda sentence: answers.append(("failed", sentence)),
    )
    assert not answers, "it does not wait"
    wait_until(lambda: answers, 200)
    del job
    return answers[0]


def render(
    layer: QgsRasterLayer, lon: float, lat: float, side_m: float, path: Path
) -> dict[str, float]:
    """The square of ground at ``path``, of what QGIS drew; its share of ground."""
    kind, parts = draw(layer, lon, lat, side_m, path.with_suffix(""))
    assert kind == "done", parts
    shows = shown_body(layer)
    return ask(
        "engine_rasters", "square", parts, path, lon, lat, side_m, RENDERED_PX,
        shows.to_json() if shows else None,
    )  # fmt: skip


def assert_like_the_engines_crop(
    picture: Path, mosaic: Path, place: tuple[float, float], side_m: float, least: float = 0.98
) -> None:
    likeness = ask("engine_rasters", "likeness", picture, mosaic, *place, side_m)
    assert likeness["best"] == [0, 0], likeness
    assert likeness["correlation"] > least, likeness


@pytest.mark.parametrize(
    "lon, lat, side_m, least",
    [
        pytest.param(-11.2, -43.3, 210e3, 0.98, id="Tycho"),
        pytest.param(-9.3, 51.6, 250e3, 0.98, id="Plato"),
        pytest.param(10.0, 89.0, 600e3, 0.97, id="north pole"),
        pytest.param(0.0, -90.0, 400e3, 0.98, id="south pole"),
        pytest.param(179.6, 20.0, 200e3, 0.98, id="antimeridian"),
        pytest.param(-157.0, 30.0, 900e3, 0.98, id="far side"),
    ],
)
def test_a_rendered_square_is_the_engines_crop(
    tmp_path: Path, lon: float, lat: float, side_m: float, least: float
) -> None:
    picture = tmp_path / "square.png"
    assert render(QgsRasterLayer(str(MOSAIC), "WAC"), lon, lat, side_m, picture)["valid"] > 0.99
    assert_like_the_engines_crop(picture, MOSAIC, (lon, lat), side_m, least)


def test_xyz_tiles_are_rendered(tmp_path: Path) -> None:
    """Tiles of the Moon are in web mercator's metres of the Earth; the layer's CRS says so."""
    ask("engine_rasters", "tiles", tmp_path / "tiles", 5, (13, 17), (18, 23))
    url = f"type=xyz&url=file://{tmp_path / 'tiles'}/{{z}}/{{x}}/{{y}}.png&zmin=5&zmax=5"
    layer = QgsRasterLayer(url, "tiles", "wms")
    assert layer.isValid()
    layer.setCrs(crs_of(f"+proj=merc +R=1737400 +to_meter={1737400 / 6378137!r}"))
    assert raster_source(layer) is None
    frame = MapFrame(layer.crs())
    assert RasterPicker().topmost([layer], TYCHO, frame.body) is layer
    picture = tmp_path / "tycho.png"
    assert render(layer, *TYCHO, 420e3, picture)["valid"] > 0.99
    assert_like_the_engines_crop(picture, MOSAIC, TYCHO, 420e3)


@pytest.mark.parametrize(
    "function, crs, place",
    [
        ("warped", "+proj=sinu +R=1737400 +units=m +no_defs", TYCHO),
        ("warped", "+proj=stere +lat_0=-90 +lon_0=30 +R=1737400 +units=m +no_defs", (-11.2, -63.3)),
        ("put_on_mars", "+proj=eqc +a=3396190 +b=3376200 +units=m +no_defs", TYCHO),
    ],
    ids=["sinusoidal", "polar", "mars"],
)
def test_maps_of_unnamed_spheres_and_flattened_bodies_are_rendered(
    tmp_path: Path, function: str, crs: str, place: tuple[float, float]
) -> None:
    """PROJ has no transform from a custom sphere to the IAU's; none is asked for."""
    mosaic, picture = tmp_path / "map.tif", tmp_path / "crop.png"
    ask("engine_rasters", function, mosaic, crs)
    layer = QgsRasterLayer(str(mosaic), "map")
    assert layer.isValid()
    assert render(layer, *place, 210e3, picture)["valid"] > 0.99
    assert_like_the_engines_crop(picture, mosaic, place, 210e3)


ROUND = [
    pytest.param(179.6, 20.0, 400e3, id="antimeridian"),
    pytest.param(-179.9, 62.0, 400e3, id="antimeridian, north"),
    pytest.param(-120.0, -30.0, 900e3, id="120 W"),
]


@pytest.mark.parametrize(
    "lon, lat, side_m",
    [
        *ROUND,
        pytest.param(10.0, 84.5, 500e3, id="towards the north pole"),
        pytest.param(170.0, -84.0, 500e3, id="towards the south pole"),
    ],
)
def test_tiles_of_the_whole_body_are_drawn_whole(
    world: QgsRasterLayer, tmp_path: Path, lon: float, lat: float, side_m: float
) -> None:
    """Web tiles end at 85 degrees; up to there, and on both sides of the seam, nothing is lost."""
    picture = tmp_path / "square.png"
    share = render(world, lon, lat, side_m, picture)["valid"]
    north = abs(lat) + math.degrees(side_m / 2 / 1737400)
    assert share > (0.99 if north < 85 else 0.5)
    if north < 85:
        assert_like_the_engines_crop(picture, MOSAIC, (lon, lat), side_m, 0.95)


@pytest.mark.parametrize("lon, lat, side_m", ROUND)
@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4326"])
def test_a_map_that_calls_itself_the_earths(
    world: QgsRasterLayer, tmp_path: Path, lon: float, lat: float, side_m: float, crs: str
) -> None:
    """Said once to show the Moon it is drawn like any other: tiles, and degrees."""
    layer = world if crs == "EPSG:3857" else QgsRasterLayer(str(MOSAIC), "WAC")
    layer.setCrs(crs_of(crs))
    say_body(layer, MOON)
    assert raster_source(layer) is None
    assert RasterPicker().topmost([layer], (lon, lat), MOON) is layer
    picture = tmp_path / "square.png"
    assert render(layer, lon, lat, side_m, picture)["valid"] > 0.99
    assert_like_the_engines_crop(picture, MOSAIC, (lon, lat), side_m, 0.95)


@pytest.fixture(scope="module")
def map_of(tmp_path_factory: pytest.TempPathFactory) -> MapOf:
    """Makes maps, each once."""

    @cache
    def make(crs: str, latitudes: tuple[int, int]) -> Path:
        path, (south, north) = tmp_path_factory.mktemp("map") / "map.tif", latitudes
        ask("engine_rasters", "warped", path, crs, [-180, south, 180, north])
        return path

    return make


@pytest.mark.parametrize(
    "crs, latitudes, place",
    [
        ("+proj=sinu +R=1737400", (-90, 90), (179.8, 40.0)),
        ("+proj=sinu +R=1737400", (-90, 90), (-179.9, -60.0)),
        ("+proj=stere +lat_0=-90 +R=1737400", (-90, -78), (180.0, -88.0)),
        ("+proj=eqc +R=1737400 +lon_0=180", (-5, 15), (0.2, 5.0)),
    ],
)
def test_parts_on_both_edges_of_a_map_are_drawn(
    map_of: MapOf,
    tmp_path: Path,
    crs: str,
    latitudes: tuple[int, int],
    place: tuple[float, float],
) -> None:
    """Of a map all the way round, between two latitudes."""
    mosaic, picture = map_of(crs, latitudes), tmp_path / "crop.png"
    layer = QgsRasterLayer(str(mosaic), "map")
    assert layer.isValid()
    assert render(layer, *place, 300e3, picture)["valid"] > 0.97
    assert_like_the_engines_crop(picture, MOSAIC, place, 300e3, 0.93)


def test_an_area_beyond_the_raster_is_transparent(tmp_path: Path) -> None:
    """What the layer does not cover is no data to the engine, not black ground."""
    ask("engine_rasters", "files", tmp_path)
    layer, picture = QgsRasterLayer(str(tmp_path / "a.tif"), "a"), tmp_path / "edge.png"
    assert 0.5 < render(layer, -0.5, 10, 150e3, picture)["valid"] < 0.7
    assert 0.5 < ask("engine_rasters", "opaque_fraction", picture) < 0.7


class TestRenderingThatStops:
    @pytest.fixture
    def layer(self) -> QgsRasterLayer:
        return QgsRasterLayer(str(MOSAIC), "WAC")

    def start(self, layer: QgsRasterLayer, path: Path, parent: QObject) -> RenderJob:
        self.answers: list[Any] = []
        note = self.answers.append
        return RenderJob(layer, 0, 0, 200e3, str(path), note, note, size=2000, parent=parent)

    def test_cancelled(self, layer: QgsRasterLayer, tmp_path: Path) -> None:
        parent = QObject()
        job = self.start(layer, tmp_path / "x.png", parent)
        job.cancel()
        QTest.qWait(500)
        assert not self.answers and not list(tmp_path.iterdir())

    def test_destroyed_while_it_draws(self, layer: QgsRasterLayer, tmp_path: Path) -> None:
        """As when the panel is closed."""
        parent = QObject()
        job = self.start(layer, tmp_path / "y.png", parent)
        parent.deleteLater()
        del job, parent
        QTest.qWait(1500)
        assert not self.answers

    def test_it_fails_with_a_sentence(self, layer: QgsRasterLayer, tmp_path: Path) -> None:
        kind, sentence = draw(layer, 0, 0, 200e3, tmp_path / "no" / "such" / "x")
        assert kind == "failed" and "could not be written" in sentence
        plain = QgsRasterLayer(str(MOSAIC), "plain")
        plain.setCrs(QgsCoordinateReferenceSystem())
        kind, sentence = draw(plain, 0, 0, 200e3, tmp_path / "z")
        assert kind == "failed" and "plain" in sentence
        assert draw(layer, 30, 10, 200e3, tmp_path / "ok")[0] == "done"


def test_rendering_never_blocks_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """QGIS draws on threads of its own; nothing waits for them, to finish or to be cancelled.

    How long the main thread's steps take is measured in ``benchmarks/bench_plugin.py``.
    """
    waits: list[str] = []
    jobs: list[Any] = []

    class Watched(QgsMapRendererParallelJob):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            jobs.append(self)

        def waitForFinished(self) -> None:
            waits.append("finished")
            super().waitForFinished()

        def cancel(self) -> None:
            waits.append("cancel")
            super().cancel()

    monkeypatch.setattr(rasters, "QgsMapRendererParallelJob", Watched)
    layer = QgsRasterLayer(str(MOSAIC), "WAC")
    assert draw(layer, 31, 11, 200e3, tmp_path / "ok")[0] == "done"
    assert len(jobs) == 1
    job = RenderJob(layer, 0, 0, 200e3, str(tmp_path / "x.png"), waits.append, waits.append)
    wait_until(lambda: len(jobs) == 2)
    job.cancel()
    QTest.qWait(300)
    assert not waits
