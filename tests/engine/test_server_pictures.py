"""Pictures of a pair from the server: one scale, the first mosaic that shows both, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from .conftest import DATA, needs_data
from .server_client import Client

pytestmark = needs_data
MOSAIC = {"path": str(DATA / "moon" / "lroc_wac_8k.tif")}
CLEMENTINE = {"path": str(DATA / "moon" / "clementine_750nm_4k.tif")}  # no data in the west
MOON = {"name": "Moon", "a": 1737400.0, "b": 1737400.0}
MARS = {"name": "Mars", "a": 3396190.0, "b": 3376200.0}
A = {"lon": -11.36, "lat": -43.31, "diameter_m": 86e3}
B = {"lon": -11.0, "lat": -43.31, "diameter_m": 80e3}
SMALL = {"lon": -60.0, "lat": 0.0, "diameter_m": 30e3}
REQUEST: dict[str, Any] = {"mosaics": [MOSAIC], "a": A, "b": B, "size": 128}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures") / "session"


@pytest.fixture(scope="module")
def client(session: Path) -> Iterator[Client]:
    with Client(session) as client:
        yield client


def pictures(client: Client, **changes: Any) -> dict[str, Any]:
    """The result of the request with ``changes``."""
    return client.call("duplicates.pictures", {**REQUEST, **changes})


def refusal(client: Client, **changes: Any) -> dict[str, Any]:
    """The error of the request with ``changes``."""
    return client.fail("duplicates.pictures", {**REQUEST, **changes})


def test_both_entries_at_one_scale_and_the_same_pair_is_the_same_file(
    client: Client, session: Path
) -> None:
    result = pictures(client, body=MOON)
    for side in "ab":
        picture = Image.open(result[side]).convert("L")
        assert picture.size == (128, 128)
        assert Path(result[side]).parent == session
        darkest, brightest = picture.getextrema()
        assert brightest - darkest > 150
    assert abs(result["side_m"] - 2.5 * 86e3) < 1 and result["mosaic"] == MOSAIC["path"]
    assert abs(result["radius_a_px"] - 128 / 5) < 1e-6
    assert result["b_in_a_px"][0] > 64 > result["a_in_b_px"][0]
    assert pictures(client)["a"] == result["a"]


def test_requests_that_cannot_be_answered(client: Client) -> None:
    assert "nowhere.tif" in refusal(client, mosaics=[{"path": "/nowhere.tif"}])["message"]
    assert refusal(client, body=MARS)["data"]["kind"] == "BodyError"
    assert refusal(client, mosaics=[])["code"] == -32602
    off_the_body = {"lon": 0.0, "lat": 91.0, "diameter_m": 1e3}
    assert refusal(client, a=off_the_body)["code"] == -32602


def test_the_first_mosaic_that_shows_both(client: Client) -> None:
    error = refusal(client, mosaics=[CLEMENTINE], a=SMALL, b=SMALL)
    assert "does not show this pair" in error["message"]
    result = pictures(client, mosaics=[CLEMENTINE, MOSAIC], a=SMALL, b=SMALL)
    assert result["mosaic"] == MOSAIC["path"]


def test_across_the_prime_meridian(client: Client) -> None:
    west, east = {**A, "lon": -1.0, "lat": 10.0}, {**B, "lon": 1.2, "lat": 10.0}
    assert pictures(client, a=west, b=east)["b_in_a_px"][0] > 64
