"""Before a build, by the server: how many views it makes, and whether circles lie on rims."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from . import scene
from .server_client import Client


def test_views_are_counted_and_circles_shown(tmp_path: Path) -> None:
    mosaic = scene.write_mosaic(tmp_path / "mosaic.tif")
    entries = [*scene.craters(), ("speck", 10.0, 0.0, 0.01)]
    table = scene.write_catalogue(tmp_path / "craters.csv", entries)
    params = {"mosaics": [str(mosaic)], "catalogue": {"path": str(table)}, "contexts": [2.0, 3.0]}
    with Client(tmp_path / "session") as client:
        forecast = client.call("build.estimate", params)
        assert forecast["exact"] and forecast["skipped"]["too coarse"] == 2
        assert forecast["views"] + sum(forecast["skipped"].values()) == 2 * len(entries)
        reply = client.call("build.check", params)
        assert 1 <= len(reply["crops"]) <= 12
        # Other readings are asked for where circles lie off rims.
        others = {"mirrored", "half", "double"} if reply["near_chance"] else set()
        assert set(reply["others"]) == others
        for crop in reply["crops"]:
            assert Image.open(crop["picture"]).size[0] > 32
            assert Path(crop["picture"]).parent == tmp_path / "session"
        missing = {**params, "mosaics": [str(tmp_path / "gone.tif")]}
        assert "gone.tif" in client.fail("build.check", missing)["message"]
