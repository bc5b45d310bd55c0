"""Analogs over the pipe: an index without kinds, its upgrade, turned matches explained, exports."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv
import pytest
from PIL import Image

from craterbench_qgis.contract.wire import ENGINE_ERROR, KINDS_MISSING
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.index import CraterIndex

from .scene import COUNT, DEGREE_M, build_scene, crater_query, craters, write_mosaic
from .server_client import Client

PIXEL_M = DEGREE_M / 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asked")
    build_scene(folder, load_encoder("hog"))
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Client]:
    """A server that has met the index without kinds and given it some."""
    with Client(folder / "session") as client:
        answer = client.fail("search", asked(folder))
        assert answer["code"] == ENGINE_ERROR and answer["data"]["kind"] == KINDS_MISSING
        described = client.call("index.upgrade", {"index": str(folder / "scene.craterindex")})
        assert described == {"added": 2 * COUNT, "present": 0, "lost": 0}
        yield client


def asked(folder: Path, number: int = 7, **more: Any) -> dict[str, Any]:
    return {
        "index": str(folder / "scene.craterindex"),
        "query": crater_query(folder, number),
        "find": "analogs",
        "analogs": {"min_pixels": 5.0},
        **more,
    }


def ids(reply: dict[str, Any]) -> set[str]:
    return {match["crater_id"] for match in reply["matches"]}


def test_the_limits_of_analogs_can_be_lifted(server: Client, folder: Path) -> None:
    usual = server.call("search", asked(folder))
    assert "T-007" not in ids(usual)
    any_size = asked(folder, analogs={"min_pixels": 5.0, "any_size": True, "same_place": True})
    everything = server.call("search", any_size)
    assert ids(everything) == {name for name, *_ in craters()}
    assert "diameter_ratio" not in everything["provenance"]["filters"]
    assert everything["provenance"]["analogs"]["same_place"] is True
    alike = server.call("search", asked(folder, filters={"diameter_ratio": [0.97, 1.03]}))
    assert len(alike["matches"]) < len(usual["matches"])


def test_pixels_across_are_told_and_are_a_condition_on_the_same_crater_too(
    server: Client, folder: Path
) -> None:
    everything = server.call("search", asked(folder, find="same"))["matches"]
    sizes = {name: diameter * 1000 / PIXEL_M for name, _, _, diameter in craters()}
    for match in everything:
        assert match["pixels_across"] == pytest.approx(sizes[match["crater_id"]], rel=0.05)
    limit = float(np.median(list(sizes.values())))
    finer = server.call("search", asked(folder, find="same", filters={"min_pixels": limit}))
    matches = finer["matches"]
    assert 0 < len(matches) < len(everything) == COUNT
    assert all(match["pixels_across"] >= limit for match in matches)


def test_a_turned_match_is_explained_as_it_was_found(server: Client, folder: Path) -> None:
    params = asked(folder)
    match = server.call("search", params)["matches"][0]
    plain = {name: params[name] for name in ("index", "query")}
    plain |= {"crater_id": match["crater_id"], "view": match["view_number"]}
    upright = server.call("explain", plain)
    turned = server.call("explain", {**plain, "turn_deg": 90.0, "mirrored": True})

    def picture(reply: dict[str, Any], side: str) -> np.ndarray:
        return np.asarray(Image.open(reply[f"{side}_image"]).convert("L"), float)

    before, after = picture(upright, "query"), picture(turned, "query")
    np.testing.assert_array_equal(picture(upright, "match"), picture(turned, "match"))
    middle = slice(len(before) // 4, -len(before) // 4)
    expected = np.rot90(before[:, ::-1], -1)[middle, middle].ravel()
    assert np.corrcoef(expected, after[middle, middle].ravel())[0, 1] > 0.98
    assert np.corrcoef(before[middle, middle].ravel(), after[middle, middle].ravel())[0, 1] < 0.9
    assert upright["strength_query"] != turned["strength_query"]


def test_an_added_mosaic_is_described(server: Client, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "more.craterindex"
    shutil.copytree(folder / "scene.craterindex", path)
    mosaic = write_mosaic(tmp_path / "other.tif", noise=5)
    added = server.call("index.add", {"index": str(path), "mosaics": [str(mosaic)]})
    assert added["encoded"] == 2 * COUNT
    with CraterIndex.open(path) as index:
        assert index.kinds is not None and len(index.kinds) == 4 * COUNT


@pytest.mark.parametrize("find", ["same", "analogs"])
def test_exports_carry_the_turn_where_one_was_tried(
    server: Client, folder: Path, tmp_path: Path, find: str
) -> None:
    reply = server.call("search", asked(folder, find=find))
    path = tmp_path / "matches.csv"
    matches = reply["matches"]
    params = {"matches": matches, "path": str(path), "index": asked(folder)["index"]}
    server.call("export", {**params, "provenance": reply["provenance"]})
    table = pyarrow.csv.read_csv(path)
    if find == "same":
        assert not {"turn_deg", "mirrored"} & set(table.column_names)
        return
    assert table["turn_deg"].to_pylist() == [match["turn_deg"] for match in matches]
    assert table["mirrored"].to_pylist() == [match["mirrored"] for match in matches]
