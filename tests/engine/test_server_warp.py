"""What QGIS drew of a map, as the square of ground it shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyproj
import pytest
from PIL import Image

from craterbench_qgis.contract.body import geographic_wkt
from craterbench_qgis.engine.bodies import body_by_name

from .server_client import Client

MOON, MARS = body_by_name("Moon"), body_by_name("Mars")
DEGREE = np.pi / 180 * MOON.a


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with Client(tmp_path_factory.mktemp("warp") / "session") as client:
        yield client


def draw(path: Path, west: float, east: float, south: float, crs: str, hole: bool = False) -> str:
    """Twenty pixels a degree of a hill at (180, 40), 0.5 degrees wide; alpha where drawn."""
    lon = np.arange(west, east, 0.05) + 0.025
    lat = np.arange(south + 6, south, -0.05) - 0.025
    x, y = np.meshgrid((lon - 180 + 180) % 360 - 180, lat - 40)
    hill = 30 + 200 * np.exp(-((x * np.cos(np.radians(40))) ** 2 + y**2) / 0.5**2)
    alpha = np.full(hill.shape, 255)
    alpha[:, : hill.shape[1] // 2] = 0 if hole else 255
    bands = [hill, hill, hill, alpha]
    Image.fromarray(np.dstack(bands).astype(np.uint8), "RGBA").save(path)
    system = crs.replace("&", "&amp;").replace('"', "&quot;")
    Path(f"{path}.aux.xml").write_text(
        f"<PAMDataset><SRS>{system}</SRS><GeoTransform>{west}, 0.05, 0, {south + 6}, 0, -0.05"
        "</GeoTransform></PAMDataset>"
    )
    return str(path)


def test_both_sides_of_a_seam_are_one_square(client: Client, tmp_path: Path) -> None:
    system = geographic_wkt(MOON)
    parts = [
        draw(tmp_path / "east.png", 176, 180, 37, system),
        draw(tmp_path / "west.png", -180, -176, 37, system),
    ]
    request = {"pictures": parts, "lon": 180.0, "lat": 40.0, "side_m": 2 * DEGREE, "size": 200}
    square = client.call("warp", request)
    assert square["valid_fraction"] == 1.0
    grey, alpha = np.moveaxis(np.asarray(Image.open(square["image"])), -1, 0)
    assert grey.shape == (200, 200) and alpha.min() == 255
    rows, cols = np.mgrid[:200, :200] + 0.5
    weight = np.clip(grey.astype(float) - 60, 0, None)
    middle = (rows * weight).sum() / weight.sum(), (cols * weight).sum() / weight.sum()
    assert middle == pytest.approx((100, 100), abs=0.5)
    half = client.call("warp", {**request, "pictures": parts[:1]})
    assert half["valid_fraction"] == pytest.approx(0.5, abs=0.02)
    clear = np.asarray(Image.open(half["image"]))[..., 1]
    assert (clear[:, :90] == 255).all() and (clear[:, 110:] == 0).all()


def test_what_was_not_drawn_is_transparent(client: Client, tmp_path: Path) -> None:
    part = draw(tmp_path / "a.png", 176, 184, 37, geographic_wkt(MOON), hole=True)
    request = {"pictures": [part], "lon": 180.0, "lat": 40.0, "side_m": 2 * DEGREE, "size": 64}
    assert client.call("warp", request)["valid_fraction"] == pytest.approx(0.5, abs=0.02)
    elsewhere = client.call("warp", {**request, "lon": 0.0})
    assert elsewhere["valid_fraction"] == 0.0


def test_a_map_of_the_earth_that_shows_mars(client: Client, tmp_path: Path) -> None:
    """Its degrees are Mars's, planetocentric: nothing of the Earth's flattening (0.19 degrees)."""
    part = draw(tmp_path / "m.png", 176, 184, 37, pyproj.CRS("EPSG:4326").to_wkt())
    request = {
        "pictures": [part], "lon": 180.0, "lat": 40.0, "size": 200,
        "side_m": 2 * np.pi / 180 * MARS.a, "shows": MARS.to_json(),
    }  # fmt: skip
    square = client.call("warp", request)
    grey = np.asarray(Image.open(square["image"]))[..., 0].astype(float)
    rows = np.arange(200) + 0.5
    weight = np.clip(grey - 60, 0, None).sum(axis=1)
    assert (rows * weight).sum() / weight.sum() == pytest.approx(100, abs=0.5)
    assert "/no.png" in client.fail("warp", {**request, "pictures": ["/no.png"]})["message"]
