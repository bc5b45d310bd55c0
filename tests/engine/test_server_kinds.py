"""Kinds that somebody names, over the pipe: learnt, listed, searched by, written, read, removed."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyogrio
import pytest

from craterbench_qgis.engine.encoders import load_encoder

from .scene import COUNT, build_scene, crater_query, craters
from .server_client import Client

YES = [f"T-{number:03d}" for number in range(6)]
NO = ["T-020", "T-021"]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kinds")
    build_scene(folder, load_encoder("hog"))
    return folder


@pytest.fixture(scope="module")
def server(scene: Path) -> Iterator[Client]:
    with Client(scene / "session") as client:
        client.call("index.upgrade", {"index": str(scene / "scene.craterindex")})
        yield client


@pytest.fixture
def folder(server: Client, scene: Path, tmp_path: Path) -> Path:
    """An index of its own, whose kinds nobody else names."""
    shutil.copytree(scene / "scene.craterindex", tmp_path / "scene.craterindex")
    return tmp_path


def named(folder: Path, name: str = "sharp", **more: Any) -> dict[str, Any]:
    return {"index": str(folder / "scene.craterindex"), "name": name, **more}


def asked(folder: Path, scene: Path, **more: Any) -> dict[str, Any]:
    return {
        "index": str(folder / "scene.craterindex"),
        "query": crater_query(scene, 7),
        "find": "analogs",
        "analogs": {"min_pixels": 5.0, "any_size": True, "same_place": True},
        **more,
    }


def learnt(server: Client, folder: Path) -> dict[str, float]:
    """The kind ``sharp`` is named; the probability of each crater."""
    path = folder / "sharp.gpkg"
    reply = server.call("kinds.learn", named(folder, yes=YES, no=NO, output=str(path)))
    assert reply["files"][0] == str(path)
    table = pyogrio.read_arrow(path, layer="craters")[1].to_pydict()
    return dict(zip(table["crater_id"], table["probability"], strict=True))


def test_analogs_are_refined_by_the_kind_of_what_was_accepted(
    server: Client, folder: Path, scene: Path
) -> None:
    probability = learnt(server, folder)
    feedback = {"accepted": YES, "rejected": NO}
    reply = server.call("search", asked(folder, scene, feedback=feedback))
    matches = reply["matches"]
    assert {m["crater_id"] for m in matches} == set(probability) - set(NO)
    assert {m["crater_id"] for m in matches[: len(YES)]} == set(YES)
    for match in matches:
        assert match["score"] == pytest.approx(probability[match["crater_id"]], abs=1e-3)
        assert match["turn_deg"] is not None
    assert [m["rank"] for m in matches] == list(range(1, len(matches) + 1))
    assert [m["score"] for m in matches] == sorted((m["score"] for m in matches), reverse=True)
    assert reply["provenance"]["kind"]["examples"] == len(YES)
    assert reply["provenance"]["score"].startswith("probability")
    page = folder / "refined.html"
    written = {name: reply[name] for name in ("matches", "provenance")} | {"path": str(page)}
    server.call("report", {**written, "index": named(folder)["index"], "preview": reply["query"]})
    text = page.read_text(encoding="utf-8")
    assert "Craters of the kind of the accepted ones" in text
    assert "Scores are probabilities" in text and "not probabilities" not in text
    # The kind, not the query, says what comes; conditions hold as ever.
    other = {**asked(folder, scene, feedback=feedback), "query": crater_query(scene, 15)}
    again = server.call("search", other)["matches"]
    assert [m["crater_id"] for m in again] == [m["crater_id"] for m in matches]
    few = {"accepted": YES[:4], "rejected": []}
    refused = server.fail("search", asked(folder, scene, feedback=few))["message"]
    assert "at least 5 accepted craters; there are 4" in refused


@pytest.mark.parametrize("find", ["same", "analogs"])
def test_a_named_kind_is_a_condition(server: Client, folder: Path, scene: Path, find: str) -> None:
    probability = learnt(server, folder)
    low, high = sorted(probability.values())[11:13]  # what lies between is above half of them
    between = (low + high) / 2
    chosen = {"kind": "sharp", "min_kind": between}
    for filters, least in (({"kind": "sharp"}, 0.5), (chosen, between)):
        reply = server.call("search", asked(folder, scene, find=find, filters=filters))
        expected = {name for name, value in probability.items() if value >= least}
        assert {match["crater_id"] for match in reply["matches"]} == expected
    assert len(expected) > len(YES)
    # Learnt anew, under the same name, it is another kind.
    server.call("kinds.learn", named(folder, yes=[f"T-{n:03d}" for n in range(10, 18)], no=YES))
    reply = server.call("search", asked(folder, scene, find=find, filters={"kind": "sharp"}))
    assert not {match["crater_id"] for match in reply["matches"]} & set(YES)
    missing = server.fail("search", asked(folder, scene, find=find, filters={"kind": "blunt"}))
    assert "There are: sharp" in missing["message"]


def test_kinds_are_listed_learnt_again_and_removed(server: Client, folder: Path) -> None:
    index = {"path": str(folder / "scene.craterindex")}
    assert server.call("kinds.list", index) == {"kinds": [], "unreadable": []}
    first = server.call("kinds.learn", named(folder, yes=YES, no=NO))
    (kind,) = server.call("kinds.list", index)["kinds"]
    assert (kind["name"], kind["yes"], kind["no"]) == ("sharp", YES, NO) and kind["created"]
    assert (kind["recall"], kind["precision"]) == (first["recall"], first["precision"])
    assert server.call("kinds.learn", named(folder)) == first
    assert server.call("kinds.list", index)["kinds"] == [kind]  # not kept anew
    kinds = folder / "scene.kinds"
    (kinds / "broken.json").write_text("{", encoding="utf-8")
    earlier = {"name": "old", "yes": YES, "no": [], "created": "2026-01-01"}
    (kinds / "old.json").write_text(json.dumps(earlier), encoding="utf-8")
    there = server.call("kinds.list", index)
    assert there["unreadable"] == ["broken"]
    assert [(k["name"], k["recall"]) for k in there["kinds"]] == [
        ("old", None),
        ("sharp", kind["recall"]),
    ]
    server.call("kinds.remove", named(folder))
    server.call("kinds.remove", named(folder, "broken"))
    assert [path.name for path in kinds.iterdir()] == ["old.json"]
    assert "called 'sharp'" in server.fail("kinds.remove", named(folder))["message"]
    outside = folder / "scene.json"
    outside.write_text("{}", encoding="utf-8")
    server.fail("kinds.remove", named(folder, "../scene"))
    assert outside.exists()


def test_a_kind_goes_to_another_index_as_a_table(
    server: Client, folder: Path, tmp_path: Path
) -> None:
    probability = learnt(server, folder)
    for ending in ("gpkg", "csv", "shp"):
        path = tmp_path / f"sharp.{ending}"
        written = server.call("kinds.learn", named(folder, output=str(path)))["files"]
        assert written[0] == str(path)
        read = server.call("kinds.learn", named(folder, f"again {ending}", table=str(path)))
        assert read["examples"] == len(YES) and read["unknown"] == []
    columns, rows = pyogrio.read_arrow(tmp_path / "sharp.gpkg")
    assert rows.num_rows == COUNT and "freshness" in columns["fields"]
    table = rows.to_pydict()
    assert dict(zip(table["crater_id"], table["probability"], strict=True)) == probability
    said = dict(zip(table["crater_id"], table["example"], strict=True))
    assert [said[name] for name in (*YES, *NO, "T-010")] == ["accepted"] * 6 + ["rejected"] * 2 + [
        None
    ]
    assert table["crater_id"][: len(YES)] == sorted(table["crater_id"][: len(YES)])
    again = {
        k["name"]: k
        for k in server.call("kinds.list", {"path": str(folder / "scene.craterindex")})["kinds"]
    }
    for ending in ("gpkg", "csv", "shp"):
        assert set(again[f"again {ending}"]["yes"]) == set(YES)
        assert set(again[f"again {ending}"]["no"]) == set(NO)


def test_an_atlas_is_coloured_by_the_probability_of_a_kind(server: Client, folder: Path) -> None:
    index = {"index": str(folder / "scene.craterindex")}
    server.call("atlas.make", index)
    probability = learnt(server, folder)
    assert "kind: sharp" in server.call("atlas.describe", index)["columns"]
    picture = {**index, "x": 0.0, "y": 0.0, "scale": 0.02, "width": 120, "height": 110}
    legend = server.call("atlas.picture", {**picture, "column": "kind: sharp"})["legend"]
    assert (legend["low"], legend["high"], legend["without"]) == (0.0, 1.0, 0)
    missing = server.fail("atlas.picture", {**picture, "column": "kind: blunt"})["message"]
    assert "There are: sharp" in missing and len(probability) == COUNT


def test_examples_of_another_catalogue_are_told_by_their_places(
    server: Client, folder: Path, tmp_path: Path
) -> None:
    """Its ids are other craters' here, its centres and diameters a little off."""
    path = tmp_path / "others.csv"
    known = {name: place for name, *place in craters()}
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["crater_id", "lon", "lat", "diameter_km", "label"])
        for number, name in enumerate((*YES, *NO)):
            lon, lat, km = known[name]
            out.writerow(
                [f"T-{number + 9:03d}", lon + 0.1, lat, km * 1.1, "No" if name in NO else "YES"]
            )
        out.writerow(["T-012", 300.0, -80.0, 30.0, "yes"])  # of another region
        out.writerow(["T-013", *known["T-013"], ""])  # not judged
    server.call("kinds.learn", named(folder, table=str(path)))
    (kind,) = server.call("kinds.list", {"path": str(folder / "scene.craterindex")})["kinds"]
    assert (set(kind["yes"]), set(kind["no"])) == (set(YES), set(NO))
    lonely = tmp_path / "lonely.csv"
    lonely.write_text("crater_id,lon,lat,diameter_km\nT-001,300,-80,30\n", encoding="utf-8")
    refused = server.fail("kinds.learn", named(folder, table=str(lonely)))["message"]
    assert "has no example of a kind in this index" in refused
    assert len(server.call("kinds.list", {"path": str(folder / "scene.craterindex")})["kinds"]) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX alone has named pipes")
def test_a_table_that_is_a_pipe_is_not_waited_for(server: Client, folder: Path) -> None:
    pipe = folder / "examples.csv"
    os.mkfifo(pipe)
    assert "pipe" in server.fail("kinds.learn", named(folder, table=str(pipe)))["message"]
