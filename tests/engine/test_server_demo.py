"""``demo`` over the pipe: a planet and its index, made once; stopped, begun again; kept."""

from __future__ import annotations

from pathlib import Path

from craterbench_qgis.engine.mosaic import Mosaic

from .server_client import Client, wait_for


def test_the_demo_stopped_leaves_no_half_planet_and_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "ä demo"
    with Client(tmp_path / "session") as server:
        number = server.send("demo", {"folder": str(folder)})
        wait_for(
            lambda: any(progress["stage"] == "craters" for _, progress in server.progress), 120
        )
        server.cancel(number)
        assert server.answer(number)["error"]["code"] == -32800
        assert list(folder.iterdir()) == []
        number = server.send("demo", {"folder": str(folder)})
        demo = server.answer(number, timeout=300)["result"]  # of a machine with much else to do
        assert demo["index"].startswith(str(folder))
        for name in ("indexed", "asked"):
            with Mosaic.open(demo[name]) as mosaic:
                view = mosaic.view(demo["lon"], demo["lat"], demo["diameter_m"], 3.0, 64)
                assert view.valid_fraction == 1.0
        info = server.call("index.open", {"path": demo["index"]})
        assert info["kinds"] and not info["incomplete"] and info["craters"] > 150
        files = {path: path.stat().st_mtime_ns for path in folder.rglob("*.tif")}
        assert server.call("demo", {"folder": str(folder)}) == demo
        assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.tif")} == files
        query = {"kind": "area", "lon": demo["lon"], "lat": demo["lat"]}
        query |= {"side_m": 2.5 * demo["diameter_m"], "mosaic": {"path": demo["asked"]}}
        reply = server.call("search", {"index": demo["index"], "query": query, "top": 3})
        best = reply["matches"][0]
        assert abs(best["lon"] - demo["lon"]) < 1.0 and abs(best["lat"] - demo["lat"]) < 1.0


def test_a_demo_without_room_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with Client(tmp_path / "session") as server:
        error = server.fail("demo", {"folder": str(tmp_path / "file" / "demo")})
        assert "cannot be written" in error["message"]
