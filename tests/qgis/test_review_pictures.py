"""Pictures of a pair by the real engine: at once for the next pair, and what the server says."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from review_bench import HEAD, MOSAIC, review, written
from support import DATA, ENGINE_PYTHON, needs_moon, needs_qgis, run_in_qgis

__all__ = ["review", "written"]  # fixtures


@needs_qgis
@needs_moon
def test_the_next_pair_is_there_at_once_with_the_real_engine(tmp_path: Path, review: Path) -> None:
    code = """
import time
QgsSettings().setValue("craterbench/engine/python", ENGINE_PYTHON)
from craterbench_qgis.client.engine import Engine
engine = Engine(Settings())
panel = panel_of(engine)
wait_until(lambda: panel.view.picture is not None, 60)
assert not panel.view.picture.problem, panel.view.picture.problem
assert panel.view.picture.a.width() == 256
def pause(seconds):
    end = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > end)
pause(3.0)                                       # somebody looks at the first pair
gap, times = LongestGap(), []
gap.start()
for key in "DXDUDDXDDXUD":
    started = time.perf_counter()
    press(panel, key)
    wait_until(lambda: panel.view.painted_ms > 0, 10, 1)
    times.append((time.perf_counter() - started) * 1000)
    assert not panel.view.picture.problem
    pause(0.6)
worst = gap.stop()
print("decision to painted ms, sorted:", [round(t, 1) for t in sorted(times)], "gap", round(worst))
assert max(times) < 100, times
assert worst < 50, worst
saved(panel)
assert len(stored()) == 12
# What is painted is the engine's picture, and b's outline lies where its centre is in a's crop.
picture, pair = panel.view.picture, panel.queue.pair()
import math
dx, dy = (picture.other[0][0] - 0.5) * picture.side_m, (0.5 - picture.other[0][1]) * picture.side_m
assert abs(math.hypot(dx, dy) - pair.distance_m) < 0.01 * pair.distance_m + 20
assert abs(2 * picture.radius[0] * picture.side_m - pair.a.diameter_m) < 1
north = pair.b.lat > pair.a.lat
assert (dy > 0) == north or abs(dy) < 0.02 * picture.side_m
panel.shut_down()
engine.stop(wait=True)
done()
"""
    said = run_in_qgis(HEAD + code, tmp_path, tmp_path, review)
    sys.stdout.write(said)


# ---------------------------------------------------------------- the engine's side of pictures


@needs_moon
def test_pictures_from_the_server(tmp_path: Path) -> None:
    from PIL import Image

    from tests.engine.server_client import PACKAGE_ROOT

    lines = [{"method": "hello", "params": {"client": "test", "protocol": 1}}]
    a, b = ({"lon": -11.36, "lat": -43.31, "diameter_m": d} for d in (86e3, 80e3))
    b["lon"] = -11.0
    good = {"mosaics": [{"path": str(MOSAIC)}], "a": a, "b": b, "size": 128}
    moon = {"name": "Moon", "a": 1737400.0, "b": 1737400.0}
    mars = {"name": "Mars", "a": 3396190.0, "b": 3376200.0}
    clementine = {"path": str(DATA / "moon" / "clementine_750nm_4k.tif")}  # no data in the west
    west, east = {**a, "lon": -1.0, "lat": 10.0}, {**b, "lon": 1.2, "lat": 10.0}
    small = {"lon": -60.0, "lat": 0.0, "diameter_m": 30e3}
    for params in (
        {**good, "body": moon},
        {**good, "mosaics": [{"path": "/nowhere.tif"}]},
        {**good, "body": mars},
        {**good, "mosaics": []},
        {**good, "a": {"lon": 0.0, "lat": 91.0, "diameter_m": 1e3}},
        {**good, "mosaics": [clementine], "a": small, "b": small},
        {**good, "mosaics": [clementine, {"path": str(MOSAIC)}], "a": small, "b": small},
        {**good, "a": west, "b": east},
        good,
    ):
        lines.append({"method": "duplicates.pictures", "params": params})
    text = "".join(
        json.dumps({"jsonrpc": "2.0", "id": n, **line}) + "\n" for n, line in enumerate(lines)
    )
    session = tmp_path / "session"
    command = [ENGINE_PYTHON, "-m", "craterbench_qgis.engine", "serve", "--session", session]
    with subprocess.Popen(
        command, cwd=PACKAGE_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(text)
        process.stdin.flush()
        answers = {}
        end = time.monotonic() + 60
        while len(answers) < len(lines) and time.monotonic() < end:
            message = json.loads(process.stdout.readline())
            if "id" in message:
                answers[message["id"]] = message
        first = answers[1]["result"]
        found = {side: Image.open(first[side]).convert("L") for side in "ab"}
        for side, other in (("a", "b"), ("b", "a")):
            assert found[side].size == (128, 128)
            assert Path(first[side]).parent == session / "pairs"
            spread = found[side].getextrema()
            assert spread[1] - spread[0] > 150, (side, other, spread)
        process.stdin.close()
        process.wait(20)
    assert abs(first["side_m"] - 2.5 * 86e3) < 1 and first["mosaic"] == str(MOSAIC)
    assert abs(first["radius_a_px"] - 128 / 5) < 1e-6
    assert first["b_in_a_px"][0] > 64 > first["a_in_b_px"][0]
    assert "nowhere.tif" in answers[2]["error"]["message"]
    assert answers[3]["error"]["data"]["kind"] == "BodyError"
    assert answers[4]["error"]["code"] == answers[5]["error"]["code"] == -32602
    assert "does not show this pair" in answers[6]["error"]["message"]
    assert answers[7]["result"]["mosaic"] == str(MOSAIC)  # the first that shows both
    assert answers[8]["result"]["b_in_a_px"][0] > 64  # across the prime meridian
    assert answers[9]["result"]["a"] == first["a"]  # the same pair, the same file
