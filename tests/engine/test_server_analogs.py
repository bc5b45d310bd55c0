"""Analogs over the pipe: an index without kinds, its upgrade, turned matches explained, exports."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv
import pyogrio
import pytest
from PIL import Image

from craterbench_qgis.contract.wire import ENGINE_ERROR, KINDS_MISSING
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.index import open_index

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


def test_the_atlas_is_made_and_looked_at(server: Client, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "atlas.craterindex"
    shutil.copytree(folder / "scene.craterindex", path)
    index = {"index": str(path)}
    assert server.call("atlas.describe", index)["craters"] == 0
    picture = {**index, "x": 0.0, "y": 0.0, "scale": 0.02, "width": 120, "height": 110}
    assert "no atlas yet" in server.fail("atlas.picture", picture)["message"]
    made = server.call("atlas.make", index)
    assert made == server.call("atlas.describe", index)
    assert made["craters"] == COUNT and made["lacking"] == 0 and "freshness" in made["columns"]
    seen = server.call("atlas.picture", {**picture, "column": "diameter_m"})
    with Image.open(seen["image"]) as image:
        assert image.size == (120, 110) and image.mode == "RGBA"
    assert seen["count"] == len(seen["points"]) == COUNT
    files = server.call("thumbnails", {**index, "views": [p["view"] for p in seen["points"]]})
    assert len(files["files"]) == COUNT
    everything = [-1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0, 1.0]
    selected = server.call("atlas.select", {**index, "lasso": everything})
    rows = np.fromfile(selected["rows"], "<i4")
    assert selected["count"] == COUNT and rows.tolist() == list(range(COUNT))
    half = {"lasso": [-1.0, -1.0, 0.0, -1.0, 0.0, 1.0, -1.0, 1.0], "rows": []}
    left = np.fromfile(
        server.call("atlas.select", {**index, "lasso": half["lasso"]})["rows"], "<i4"
    )
    right = sorted(set(range(COUNT)) - set(left.tolist()))[:3]
    for name, chosen in (("left.gpkg", half), ("right.csv", {"lasso": [], "rows": right})):
        target = {**index, **chosen, "path": str(tmp_path / name)}
        written = server.call("atlas.export", target)["files"]
        assert written[0] == target["path"]
        meta, _, geometry, fields = pyogrio.raw.read(target["path"], layer=0)
        assert list(meta["fields"][:4]) == ["crater_id", "lon", "lat", "diameter_m"]
        assert "freshness" in meta["fields"] and "score" not in meta["fields"]
        rows = left if chosen is half else right
        assert sorted(fields[0]) == [f"T-{row:03d}" for row in rows]
        if chosen is half:  # a table has no geometry
            assert pyogrio.list_layers(target["path"])[0][0] == "craters"
            assert len(geometry) == len(left) and all(shape is not None for shape in geometry)
    assert "exists" in server.fail("atlas.export", {**target, "overwrite": False})["message"]
    nobody = server.fail("atlas.export", {**target, "rows": []})["message"]
    assert "No crater of this atlas is selected" in nobody
    point = seen["points"][0]
    place = {"x": (point["x"] - 60) * 0.02, "y": (55 - point["y"]) * 0.02, "reach": 1e-3}
    assert server.call("atlas.at", {**index, **place})["crater"]["row"] == point["row"]
    assert server.call("atlas.at", {**index, "x": 9.0, "y": 9.0, "reach": 0.1})["crater"] is None


def test_an_added_mosaic_is_described(server: Client, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "more.craterindex"
    shutil.copytree(folder / "scene.craterindex", path)
    mosaic = write_mosaic(tmp_path / "other.tif", noise=5)
    added = server.call("index.add", {"index": str(path), "mosaics": [str(mosaic)]})
    assert added["encoded"] == 2 * COUNT
    with open_index(path) as index:
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
