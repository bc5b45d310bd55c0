"""One server and thousands of mixed calls: memory, descriptors and the session folder stay bounded.

A few hundred calls in the suite; ``make soak`` makes ``CRATERBENCH_CALLS`` of them.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.server.sessions import MAX_OPEN
from tests.engine import scene
from tests.engine.server_client import Client

CALLS = int(os.environ.get("CRATERBENCH_CALLS", "300"))
SETTLED = min(2000, CALLS // 2)
INDEXES = 2 * MAX_OPEN


def memory_mb(number: int) -> float:
    """What a process holds now, in MB."""
    pages = int(Path(f"/proc/{number}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def descriptors(number: int) -> int:
    return sum(1 for _ in Path(f"/proc/{number}/fd").iterdir())


def calls(folder: Path, indexes: list[Path], rng: random.Random) -> tuple[str, dict[str, Any]]:
    """A method and its params, good and bad ones."""
    index = str(rng.choice(indexes))
    _, lon, lat, diameter = rng.choice(scene.craters())
    mosaic = {"path": str(folder / "mosaic.tif")}
    moved = lon + rng.uniform(-0.2, 0.2)
    query = {
        "kind": "crater", "mosaic": mosaic, "lon": moved, "lat": lat, "diameter_m": diameter * 1e3,
    }  # fmt: skip
    return rng.choice(
        [
            ("index.describe", {"path": index}),
            ("index.open", {"path": index}),
            ("preview", {"query": query, "index": index}),
            ("search", {"index": index, "query": query, "top": 5}),
            ("search", {"index": index, "query": query, "filters": {"where": "freshness > 1"}}),
            ("thumbnails", {"index": index, "views": rng.sample(range(40), 5)}),
            (
                "catalogue.describe",
                {"catalogue": {"path": str(folder / "craters.csv"), "body": "Moon"}},
            ),
            ("mosaic.describe", mosaic),
            ("mosaic.describe", {"path": str(folder / "none.tif")}),
            ("search", {"index": index, "query": query, "filters": {"where": "nothing = 1"}}),
            ("index.open", {"path": str(folder)}),
            ("encoders.list", {}),
            ("index.close", {"path": index}),
        ]
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_server_stays_small(work: Path) -> None:
    scene.build_scene(work, load_encoder("hog"))
    indexes = [work / "scene.craterindex"]
    for number in range(INDEXES - 1):
        indexes.append(work / f"scene{number}.craterindex")
        shutil.copytree(indexes[0], indexes[-1])
    rng = random.Random(5)
    session = work / "session"
    settled = 0.0
    most_open = 0
    failures: dict[str, int] = {}
    with Client(session) as client:
        for number in range(CALLS):
            if number == SETTLED:
                settled = memory_mb(client.process.pid)
            method, params = calls(work, indexes, rng)
            answer = client.answer(client.send(method, params), 120)
            client.lines.clear()
            if "error" in answer:
                code = answer["error"]["code"]
                failures[f"{method} {code}"] = failures.get(f"{method} {code}", 0) + 1
                assert code != -32603, answer
            most_open = max(most_open, descriptors(client.process.pid))
        final = memory_mb(client.process.pid)
    size = sum(file.stat().st_size for file in session.rglob("*") if file.is_file())
    if CALLS > 300:
        warnings.warn(
            f"{CALLS} calls: {settled:.0f} MB after {SETTLED}, {final:.0f} MB at the end, "
            f"{most_open} descriptors at most, session folder {size / 1e6:.0f} MB, {failures}",
            stacklevel=1,
        )
        assert final < 1.1 * settled
    # What is wrong on purpose, and nothing else.
    assert set(failures) <= {"search -32000", "index.open -32000", "mosaic.describe -32000"}, (
        failures
    )
    assert most_open < 120
    assert size < 300e6
