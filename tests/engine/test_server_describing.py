"""What an index, a mosaic and a catalogue are, and what there is to encode with, over the pipe."""

from __future__ import annotations

import math
from pathlib import Path

import pyogrio
import pytest

from craterbench_qgis.contract.build import IndexInfo, Observation

from . import index_support
from .scene import COUNT, craters
from .server_client import Client
from .test_server_search import MOON, folder, index, server

__all__ = ["folder", "index", "server"]  # fixtures


def test_describe_and_open_tell_the_same(server: Client, folder: Path, index: str) -> None:
    info = IndexInfo.from_json(server.call("index.describe", {"path": index}))
    assert (info.name, info.craters, info.views) == ("scene", COUNT, 2 * COUNT)
    assert info.body == MOON
    assert info.sources == [Observation(str((folder / "mosaic.tif").resolve()), True)]
    assert pyogrio.read_info(info.catalogue)["features"] == COUNT
    assert (info.problem, info.incomplete, info.contexts) == ("", False, [2.0, 3.0])
    assert info.size_bytes > 10_000
    opened = IndexInfo.from_json(server.call("index.open", {"path": index, "device": "cpu"}))
    assert opened == info


def test_an_index_that_cannot_be_searched(server: Client, tmp_path: Path) -> None:
    error = server.fail("index.open", {"path": str(tmp_path)})
    assert (error["code"], error["data"]["kind"]) == (-32000, "CraterIndexError")
    foreign = tmp_path / "foreign.craterindex"
    index_support.build(foreign)
    info = server.call("index.describe", {"path": str(foreign)})
    assert "'fake'" in info["problem"]
    error = server.fail("index.open", {"path": str(foreign)})
    assert error["data"]["kind"] == "EncoderError"
    started = tmp_path / "started.craterindex"
    index_support.build(started, limit=0)
    info = server.call("index.describe", {"path": str(started)})
    assert (info["incomplete"], info["views"], "no views" in info["problem"]) == (True, 0, True)
    assert "no views" in server.fail("index.open", {"path": str(started)})["message"]


def test_what_a_mosaic_and_a_catalogue_are(server: Client, folder: Path) -> None:
    mosaic = server.call("mosaic.describe", {"path": str(folder / "mosaic.tif"), "nodata": None})
    assert (mosaic["width"], mosaic["height"], mosaic["bands"]) == (576, 384, 1)
    assert mosaic["bounds"] == pytest.approx([0, -8, 24, 8])
    assert mosaic["body"]["a"] == 1737400.0
    assert mosaic["pixel_size_m"] == pytest.approx(math.pi / 180 * 1737400 / 24)
    error = server.fail("mosaic.describe", {"path": str(folder / "craters.csv")})
    assert error["data"]["kind"] == "MosaicError"
    table = {"path": str(folder / "craters.csv")}
    info = server.call("catalogue.describe", {"catalogue": table})
    assert (info["rows"], info["selected"]) == (COUNT, None)
    assert info["names"] == ["crater_id", "lon", "lat", "diameter_km", "freshness"]
    assert info["columns"]["diameter_unit"] == "km"
    west, south, east, north = info["bounds"]
    assert 1 < west < east < 23
    assert -8 < south < north < 8
    limits = {"min_diameter_m": 30_000, "region": [0, 0, 12, 8]}
    asked = {"catalogue": table, "selection": limits}
    within = server.call("catalogue.describe", asked)["selected"]
    wanted = [name for name, lon, lat, size in craters() if lon <= 12 and lat >= 0 and size >= 30]
    assert within == len(wanted) > 0
    columns = {"diameter": "freshness", "diameter_unit": "m"}
    changed = server.call("catalogue.describe", {"catalogue": {**table, "columns": columns}})
    assert changed["diameter_m"] == [1.0, 3.0]
    assert changed["rejected"] == {"diameter is not greater than zero": 6}
    error = server.fail("catalogue.describe", {"catalogue": {**table, "columns": {"lon": "nope"}}})
    assert error["data"]["kind"] == "CatalogueError"


def test_encoders_and_devices(server: Client) -> None:
    encoders = server.call("encoders.list")["encoders"]
    assert [encoder["default"] for encoder in encoders].count(True) == 1
    assert {"hog", "ncc"} <= {encoder["id"] for encoder in encoders}
    assert "cpu" in {device["id"] for device in server.call("devices")["devices"]}
