"""Long requests over the pipe: builds with progress, cancel and resume; add, verify, evaluate."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from craterbench_qgis.engine.index import open_index

from .scene import COUNT, crater_query, craters, write_catalogue, write_mosaic
from .server_client import Client, wait_for

MANY = 240
"""Their views are more than a chunk, 256, which is committed when 260 are made."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scene, and a catalogue so long that its build takes seconds."""
    folder = tmp_path_factory.mktemp("ein Ordner")
    write_mosaic(folder / "mosaic.tif")
    write_mosaic(folder / "second.tif", noise=3)
    write_catalogue(folder / "craters.csv")
    rng = np.random.default_rng(1)
    rows = [
        (f"M-{i}", float(rng.uniform(2, 22)), float(rng.uniform(-6, 6)), float(rng.uniform(25, 45)))
        for i in range(MANY)
    ]
    write_catalogue(folder / "many.csv", rows)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Client]:
    with Client(folder / "session") as client:
        yield client


def params(folder: Path, output: Path, catalogue: str = "craters.csv", **more: Any) -> Any:
    return {
        "mosaics": [str(folder / "mosaic.tif")],
        "catalogue": {"path": str(folder / catalogue)},
        "output": str(output),
        "encoder": "hog",
        "tokens": 16,
        "kinds": False,
        **more,
    }


def test_a_build_tells_its_progress_and_its_result(
    server: Client, folder: Path, tmp_path: Path
) -> None:
    output = tmp_path / "ä b.craterindex"
    number = server.send(
        "index.build", params(folder, output, contexts=[3, 2, 3], device=None, kinds=True)
    )
    result = server.answer(number)["result"]
    assert result["path"] == str(output)
    assert (result["views"], result["craters"], result["encoded"]) == (48, COUNT, 48)
    assert (result["resumed"], result["already_complete"], result["skipped"]) == (False, False, {})
    assert result["seconds"] > 0
    reports = [report for _, report in server.progress if report["id"] == number]
    stages = list(dict.fromkeys(report["stage"] for report in reports))
    assert stages[:3] == ["catalogue", "encoder", "views"]
    views = [report for report in reports if report["stage"] == "views"]
    assert [views[-1]["done"], views[-1]["total"]] == [48, 48]
    assert stages[-1] == "kinds"
    assert server.call("index.describe", {"path": str(output)})["kinds"].startswith("craterbench-")
    again = server.call("index.build", params(folder, output, contexts=[2, 3]))
    assert (again["already_complete"], again["encoded"]) == (True, 0)
    refusal = server.fail("index.build", params(folder, output, contexts=[2]))
    assert refusal["data"]["kind"] == "CraterIndexError"


def test_columns_and_limits_of_a_build(server: Client, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "some.craterindex"
    limits = {"min_diameter_m": 30_000.0, "region": [0, 0, 24, 8]}
    columns = {"id": "crater_id", "diameter": "diameter_km", "diameter_unit": "km", "lat": None}
    table = {"path": str(folder / "craters.csv"), "columns": columns}
    asked = {**params(folder, output), "catalogue": table, "selection": limits}
    result = server.call("index.build", asked)
    assert result["craters"] == len(
        [name for name, _, lat, size in craters() if lat >= 0 and size >= 30]
    )


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"mosaics": []}, -32602, "'mosaics'"),
        ({"mosaics": "a.tif"}, -32602, "'mosaics'"),
        ({"contexts": [0.2]}, -32602, "'contexts[0]'"),
        ({"contexts": []}, -32602, "'contexts'"),
        ({"tokens": 0}, -32602, "'tokens'"),
        ({"seeds": "best"}, -32602, "'seeds'"),
        ({"selection": {"region": [1, 2, 3]}}, -32602, "'selection.region'"),
        ({"catalogue": {"path": "x", "columns": {"size": "x"}}}, -32602, "columns.size'"),
        ({"encoder": "no-such"}, -32000, "no encoder"),
        ({"catalogue": {"path": "/no/such.csv"}}, -32000, "There is no catalogue"),
        ({"selection": {"min_diameter_m": 1e7}}, -32000, "None of the 24 craters"),
        ({"device": "gpu7", "encoder": None}, -32000, "gpu7"),
    ],
)
def test_builds_that_cannot_begin(
    server: Client, folder: Path, tmp_path: Path, change: Any, code: int, words: str
) -> None:
    error = server.fail("index.build", {**params(folder, tmp_path / "x.craterindex"), **change})
    assert error["code"] == code, error
    assert words in error["message"]
    assert not (tmp_path / "x.craterindex").exists()


def test_a_build_is_stopped_within_a_second_searched_beside_and_resumed(
    server: Client, folder: Path, tmp_path: Path
) -> None:
    small, large = tmp_path / "small.craterindex", tmp_path / "large.craterindex"
    server.call("index.build", params(folder, small))
    server.call("index.open", {"path": str(small)})
    number = server.send("index.build", params(folder, large, "many.csv"))
    queued = server.send("index.build", params(folder, tmp_path / "queued.craterindex", "many.csv"))

    def done() -> int:
        counts = [report["done"] for _, report in server.progress if report["id"] == number]
        return int(counts[-1]) if counts else 0

    wait_for(lambda: done() > 260)
    start = time.monotonic()
    reply = server.call("search", {"index": str(small), "query": crater_query(folder, 8)})
    assert time.monotonic() - start < 3.0  # about 0.1 s on two idle cores
    assert reply["matches"][0]["crater_id"] == "T-008"
    start = time.monotonic()
    server.cancel(queued)
    server.cancel(number)
    assert server.answer(queued)["error"]["code"] == -32800
    error = server.answer(number)["error"]
    assert time.monotonic() - start < 1.0
    assert error["code"] == -32800
    assert not (tmp_path / "queued.craterindex").exists()
    description = server.call("index.describe", {"path": str(large)})
    assert description["incomplete"]
    assert 0 < description["views"] < 2 * MANY

    result = server.call("index.build", params(folder, large, "many.csv"))
    assert result["resumed"]
    assert result["views"] + sum(result["skipped"].values()) == 2 * MANY
    assert result["encoded"] < result["views"]
    assert not server.call("index.describe", {"path": str(large)})["incomplete"]


def test_a_build_ends_with_its_client_and_is_resumed_by_the_next(
    folder: Path, tmp_path: Path
) -> None:
    output = tmp_path / "killed.craterindex"
    with Client(tmp_path / "s") as client:
        client.send("index.build", params(folder, output, "many.csv"))
        wait_for(lambda: any(report["done"] > 260 for _, report in client.progress))
        assert client.process.stdin is not None
        client.process.stdin.close()
        assert client.ended() == 0
    with open_index(output, check="full") as index:
        assert index.incomplete
        assert index.n_views > 0
    with Client(tmp_path / "s") as client:
        result = client.call("index.build", params(folder, output, "many.csv"))
    assert result["resumed"]
    assert result["views"] + sum(result["skipped"].values()) == 2 * MANY


def test_add_and_verify(server: Client, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "grows.craterindex"
    rows = craters()
    first = write_catalogue(tmp_path / "first.csv", rows[:20])
    server.call(
        "index.build",
        {**params(folder, output), "catalogue": {"path": str(first)}},
    )
    index = {"index": str(output)}
    result = server.call("index.add", {**index, "catalogue": {"path": str(folder / "craters.csv")}})
    assert (result["views"], result["encoded"]) == (2 * COUNT, 8)
    assert any("already in the index" in note for note in result["notes"])
    result = server.call("index.add", {**index, "mosaics": [str(folder / "second.tif")]})
    assert (result["views"], result["encoded"]) == (4 * COUNT, 2 * COUNT)
    error = server.fail("index.add", index)
    assert "Nothing was given to add" in error["message"]
    assert server.call("index.verify", {"path": str(output)})["problems"] == []
    tokens = next(output.glob("segments/*/tokens.bin"))
    data = bytearray(tokens.read_bytes())
    data[len(data) // 2] ^= 1
    tokens.write_bytes(data)
    (problem,) = server.call("index.verify", {"path": str(output)})["problems"][:1]
    assert "tokens.bin" in problem


def test_evaluate(server: Client, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "e.craterindex"
    server.call("index.build", params(folder, output))
    asked = {
        "index": str(output),
        "mosaic": str(folder / "second.tif"),
        "catalogue": {"path": str(folder / "craters.csv")},
        "views_per_crater": 1,
        "only": ["global", "two-stage"],
        "jitter": 0.05,
    }
    result = server.call("evaluate", asked)["result"]
    assert result["queries"] == COUNT
    assert result["gallery_views"] == 2 * COUNT
    assert {row["method"] for row in result["rows"]} == {"global", "two-stage"}
    assert server.fail("evaluate", {**asked, "jitter": "much"})["code"] == -32602
    assert server.fail("evaluate", {**asked, "same": [["a"]]})["code"] == -32602
