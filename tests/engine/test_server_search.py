"""Searching over the pipe: every kind of query, pictures, thumbnails, why, exports."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
from PIL import Image

from craterbench_qgis.contract.build import IndexInfo
from craterbench_qgis.contract.search import Preview, SearchReply
from craterbench_qgis.contract.why import ExplainReply
from craterbench_qgis.engine.bodies import body_by_name, great_circle_distance
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.index import IndexWriter, open_index
from craterbench_qgis.engine.kinds import load_descriptor
from craterbench_qgis.engine.kinds.upgrade import upgrade_index
from craterbench_qgis.engine.mosaic import Mosaic
from craterbench_qgis.engine.search import (
    Searcher,
    SearchOptions,
    explain,
)

from .scene import COUNT, build_scene, crater_query, craters, query_view
from .server_client import Client

MOON = body_by_name("moon")
ENCODER = load_encoder("hog")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a folder with späces")
    build_scene(folder, ENCODER)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Client]:
    with Client(folder / "sitzung ß") as client:
        yield client


@pytest.fixture
def index(folder: Path) -> str:
    return str(folder / "scene.craterindex")


def search(server: Client, index: str, query: dict[str, Any], **more: Any) -> SearchReply:
    return SearchReply.from_json(server.call("search", {"index": index, "query": query, **more}))


def test_the_answer_is_the_engines(server: Client, folder: Path, index: str) -> None:
    reply = search(server, index, crater_query(folder, 7), top=10)
    query = query_view(folder, 7, ENCODER)
    with open_index(index) as opened:
        wanted = Searcher(opened, ENCODER).search(query, SearchOptions(top=10))
    assert len(reply.matches) == 10
    for mine, theirs in zip(reply.matches, wanted.matches, strict=True):
        assert (mine.crater_id, mine.view_number) == (theirs.crater_id, theirs.view_number)
        assert mine.context == theirs.context
        assert mine.score == pytest.approx(theirs.score, abs=1e-5)
        assert mine.distance_m == pytest.approx(theirs.distance_m)
        assert mine.attributes == theirs.attributes
    assert reply.matches[0].crater_id == "T-007"
    assert reply.provenance["index_id"] == wanted.provenance["index_id"]
    assert reply.timings_ms["total"] >= reply.timings_ms["encode"] > 0


def test_analogs_come_turned_and_an_index_without_kinds_says_what_it_lacks(
    server: Client, folder: Path, index: str, tmp_path: Path
) -> None:
    asked = {"find": "analogs", "analogs": {"by": "relief", "min_pixels": 5}, "top": 5}
    refused = server.fail("search", {"index": index, "query": crater_query(folder, 7), **asked})
    assert "has no descriptors of kind" in refused["message"]
    path = tmp_path / "scene.craterindex"
    shutil.copytree(index, path)
    upgrade_index(path, load_descriptor(threads=1), [folder / "mosaic.tif"])
    info = IndexInfo.from_json(server.call("index.describe", {"path": str(path)}))
    assert info.kinds == load_descriptor().id
    reply = search(server, str(path), crater_query(folder, 7), **asked)
    assert len(reply.matches) == 5 and "T-007" not in {match.crater_id for match in reply.matches}
    assert {(match.turn_deg or 0) % 45 for match in reply.matches} == {0}
    assert reply.provenance["analogs"]["by"] == "relief"
    server.call("index.close", {"path": str(path)})


def test_a_picture_turned_by_a_right_angle_is_found_at_any_angle(
    server: Client, folder: Path, index: str, tmp_path: Path
) -> None:
    name, lon, lat, diameter = craters()[3]
    with Mosaic.open(folder / "mosaic.tif") as source:
        pixels = np.rot90(source.crop(lon, lat, 2.5 * diameter * 1000, 300).pixels, -1)
    Image.fromarray((pixels * 255).astype(np.uint8)).save(tmp_path / "turned.png")
    query = {"kind": "image", "image": str(tmp_path / "turned.png")}
    best = search(server, index, query, any_angle=True).matches[0]
    assert (best.crater_id, best.mirrored) == (name, False)
    assert abs(best.turn_deg - 270.0) <= 7.5  # a finer turn may fit a little better
    assert search(server, index, query).matches[0].turn_deg is None


def test_every_kind_of_query_finds_its_crater(
    server: Client, folder: Path, index: str, tmp_path: Path
) -> None:
    name, lon, lat, diameter = craters()[3]
    mosaic = {"path": str(folder / "mosaic.tif"), "band": 1}
    side = 2.5 * diameter * 1000
    picture = tmp_path / "gerendert.png"
    with Mosaic.open(folder / "mosaic.tif") as source:
        pixels = source.crop(lon, lat, side, 300).pixels
    Image.fromarray((pixels * 255).astype(np.uint8)).save(picture)
    kinds: list[dict[str, Any]] = [
        {"kind": "area", "mosaic": mosaic, "lon": lon + 360, "lat": lat, "side_m": side},
        crater_query(folder, 3),
        {"kind": "indexed", "crater_id": name},
        {"kind": "indexed", "crater_id": name, "mosaic": mosaic, "context": 2.0},
        {"kind": "image", "image": str(picture), "lon": lon, "lat": lat, "side_m": side},
        {"kind": "image", "image": str(picture)},
    ]
    for query in kinds:
        reply = search(server, index, query)
        best = reply.matches[0]
        assert best.crater_id == name, query
        shown = reply.query
        assert Image.open(shown.image).size == (256, 256)
        if query == kinds[-1]:
            assert (best.distance_m, shown.lon, shown.side_m) == (None, None, None)
            continue
        assert best.distance_m == pytest.approx(0, abs=1)
        assert shown.lon == pytest.approx(lon)
        second = reply.matches[1]
        away = great_circle_distance(MOON, lon, lat, second.lon, second.lat)
        assert second.distance_m == pytest.approx(float(away), rel=1e-6)
    assert shown.metres_per_pixel is None


def test_the_diameter_of_a_box_is_assumed_and_said(
    server: Client, folder: Path, index: str
) -> None:
    query = crater_query(folder, 3, kind="area", side_m=75_000.0)
    del query["diameter_m"]
    shown = Preview.from_json(server.call("preview", {"query": query, "index": index}))
    assert (shown.diameter_m, shown.diameter_assumed) == (pytest.approx(30_000), True)
    query["diameter_m"] = 20_000
    shown = Preview.from_json(server.call("preview", {"query": query, "index": index, "size": 64}))
    assert (shown.diameter_m, shown.diameter_assumed) == (20_000, False)
    assert Image.open(shown.image).size == (64, 64)
    assert shown.metres_per_pixel == pytest.approx(75_000 / ENCODER.input_size)
    alone = Preview.from_json(server.call("preview", {"query": query}))
    assert alone.valid_fraction == 1.0


def test_filters(server: Client, folder: Path, index: str) -> None:
    query = crater_query(folder, 0)
    matches = search(server, index, query, filters={"where": "freshness = 2"}).matches
    assert {match.attributes["freshness"] for match in matches} == {2}
    assert len(matches) == COUNT / 4
    corners = [(x / 50, 8 - 4 * (x % 2)) for x in range(400)]  # far longer than a file name
    ring = ", ".join(f"{x} {y}" for x, y in [(0, -8), *corners, (8, -8), (0, -8)])
    matches = search(server, index, query, filters={"region": f"POLYGON (({ring}))"}).matches
    assert matches
    assert all(match.lon < 8.1 for match in matches)
    matches = search(
        server, index, query, filters={"exclude_ids": ["T-000"], "diameter_ratio": [0.9, 1.1]}
    ).matches
    wanted = craters()[0][3] * 1000
    assert "T-000" not in {match.crater_id for match in matches}
    assert all(0.9 <= match.diameter_m / wanted <= 1.1 for match in matches)
    error = server.fail("search", {"index": index, "query": query, "filters": {"where": "x ="}})
    assert (error["code"], error["data"]["kind"]) == (-32000, "QueryError")


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"lon": 200.0}, "QueryError", "outside the mosaic"),
        ({"diameter_m": 500.0}, "QueryError", "smaller than the mosaic resolves"),
        ({"mosaic": {"path": "/no/such.tif"}}, "MosaicError", "There is no file"),
        ({"kind": "indexed", "crater_id": "nobody"}, "QueryError", "no crater 'nobody'"),
        ({"kind": "image", "image": "/no/such.png"}, "QueryError", "There is no file"),
    ],
)
def test_queries_that_cannot_be_cut(
    server: Client, folder: Path, index: str, change: dict[str, Any], kind: str, words: str
) -> None:
    query = crater_query(folder, 0, **change)
    if change.get("kind"):
        query.pop("mosaic")
    error = server.fail("search", {"index": index, "query": query})
    assert (error["code"], error["data"]["kind"]) == (-32000, kind)
    assert words in error["message"]


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"kind": "circle"}, "query.kind"),
        ({"lat": 91.0}, "query.lat"),
        ({"lon": None}, "lon"),
        ({"diameter_m": -5}, "query.diameter_m"),
        ({"diameter_m": None}, "diameter_m"),
        ({"kind": "area"}, "side_m"),
        ({"path": "x.tif"}, "query.path"),
        ({"mosaic": "x.tif"}, "query.mosaic"),
        ({"mosaic": {"path": ""}}, "query.mosaic.path"),
        ({"mosaic": {"path": "x.tif", "band": 0}}, "query.mosaic.band"),
    ],
)
def test_queries_that_make_no_sense(
    server: Client, folder: Path, index: str, change: dict[str, Any], member: str
) -> None:
    error = server.fail("search", {"index": index, "query": crater_query(folder, 0, **change)})
    assert error["code"] == -32602
    assert f"'{member}'" in error["message"]


def test_thumbnails_are_written_once(server: Client, index: str) -> None:
    first = server.call("thumbnails", {"index": index, "views": [5, 0, 5]})["files"]
    assert sorted(first) == ["0", "5"]
    with open_index(index) as opened:
        assert Path(first["5"]).read_bytes() == opened.thumbnail(5)
    Path(first["0"]).write_bytes(b"kept")
    Path(first["5"]).unlink()
    second = server.call("thumbnails", {"index": index, "views": [0, 5]})["files"]
    assert second == first
    assert Path(first["0"]).read_bytes() == b"kept"
    assert Image.open(first["5"]).size == (128, 128)
    error = server.fail("thumbnails", {"index": index, "views": [10_000]})
    assert (error["code"], error["data"]["kind"]) == (-32000, "CraterIndexError")


def test_why_a_match_matched(server: Client, folder: Path, index: str) -> None:
    query = crater_query(folder, 11)
    match = search(server, index, query, overlay=False).matches[1]
    params = {"index": index, "query": query, "crater_id": match.crater_id}
    why = ExplainReply.from_json(server.call("explain", {**params, "view": match.view_number}))
    rows, columns = why.grid
    assert (why.crater_id, why.context) == (match.crater_id, match.context)
    assert why.score == pytest.approx(match.score, abs=1e-4)
    assert why.shortlist_score == pytest.approx(match.shortlist_score, abs=0.02)
    assert len(why.strength_query) == len(why.strength_match) == rows * columns
    assert len(why.patches) == rows * columns
    for pair in why.patches:
        strength = why.strength_query[pair.query_patch]
        assert pair.similarity == pytest.approx(strength, abs=1e-5)
    assert {pair.mutual for pair in why.patches} == {True, False}
    assert Image.open(why.query_image).size == Image.open(why.match_image).size == (448, 448)
    assert Image.open(why.picture).width > 1000
    assert why.compared_with == "patches"
    same = query_view(folder, 11, ENCODER)
    with open_index(index) as opened:
        wanted = explain(opened, ENCODER, same, match.crater_id, match.view_number)
    assert np.allclose(why.strength_match, wanted.strength_match.ravel(), atol=1e-4)
    refusal = server.fail("explain", {**params, "crater_id": "T-000", "view": match.view_number})
    assert "Search again" in refusal["message"]


def test_exports_are_read_back(server: Client, folder: Path, index: str, tmp_path: Path) -> None:
    reply = search(server, index, crater_query(folder, 2), top=6)
    matches = [
        {**match.to_json(), "decision": "accepted", "comment": "schön"} for match in reply.matches
    ]
    target = tmp_path / "auswahl ü.gpkg"
    params = {"index": index, "matches": matches, "provenance": reply.provenance}
    written = server.call("export", {**params, "path": str(target), "geometry": "point"})
    assert written["files"] == [str(target)]
    info, _, _, columns = pyogrio.raw.read(target, layer="matches")
    values = dict(zip(info["fields"], columns, strict=True))
    assert list(values["crater_id"]) == [match.crater_id for match in reply.matches]
    assert list(values["decision"]) == ["accepted"] * 6
    assert list(values["comment"]) == ["schön"] * 6
    assert set(values["view"]) <= {"2x", "3x"}
    assert "1737400" in info["crs"]
    error = server.fail("export", {**params, "path": str(target), "overwrite": False})
    assert error["data"]["kind"] == "ExportError"
    error = server.fail("export", {**params, "path": str(tmp_path / "x.kml")})
    assert ".gpkg" in error["message"]
    del matches[0]["lon"]
    error = server.fail("export", {**params, "path": str(target)})
    assert (error["code"], "'matches[0].lon'" in error["message"]) == (-32602, True)


def test_an_export_needs_no_index_any_more(
    server: Client, folder: Path, index: str, tmp_path: Path
) -> None:
    reply = search(server, index, crater_query(folder, 2), top=3)
    params = {
        "matches": [match.to_json() for match in reply.matches],
        "provenance": reply.provenance,
        "body": MOON.to_json(),
    }
    target = tmp_path / "m.csv"
    server.call("export", {**params, "index": "/gone.craterindex", "path": str(target)})
    assert target.read_text(encoding="utf-8").count("\n") == 4


def test_contact_sheets(server: Client, folder: Path, index: str, tmp_path: Path) -> None:
    query = crater_query(folder, 2)
    reply = search(server, index, query, top=5)
    reply.matches[1].view_number = 9999  # of an older state of the index
    params = {
        "index": index,
        "matches": [match.to_json() for match in reply.matches],
        "provenance": reply.provenance,
    }
    preview = {"preview": reply.query.to_json()}
    for name, of in (("a.png", {"query": query}), ("b.png", preview), ("c.pdf", {"query": query})):
        target = tmp_path / name
        done = server.call("contact_sheet", {**params, **of, "path": str(target)})
        assert done["files"] == [str(target)]
        assert target.stat().st_size > 10_000
    first, second = (np.asarray(Image.open(tmp_path / n).convert("L")) for n in ("a.png", "b.png"))
    assert first.shape == second.shape
    # The same sheet, but that b's query comes from a picture of 256 pixels.
    assert np.abs(first.astype(int) - second).mean() < 2.0


def test_an_index_changed_by_another_process_is_read_anew(server: Client, tmp_path: Path) -> None:
    build_scene(tmp_path, ENCODER)
    index = str(tmp_path / "scene.craterindex")
    query = crater_query(tmp_path, 4)
    assert search(server, index, query).matches[0].crater_id == "T-004"
    with IndexWriter.open(tmp_path / "scene.craterindex") as writer:
        writer.remove(["T-004"])
    reply = search(server, index, query)
    assert "T-004" not in {match.crater_id for match in reply.matches}
    assert server.call("index.describe", {"path": index})["craters"] == COUNT - 1
    assert server.call("index.close", {"path": index}) == {}
    (tmp_path / "scene.craterindex" / "manifest.json").unlink()
    error = server.fail("search", {"index": index, "query": query})
    assert error["data"]["kind"] == "CraterIndexError"
