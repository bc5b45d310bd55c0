"""Analogs end to end on a small scene: descriptors in the index, the search, turns, evaluation."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image

from craterbench_qgis.contract.records import RecordError
from craterbench_qgis.contract.search import AnalogOptions, Feedback, Filters, SearchParams
from craterbench_qgis.contract.vocabulary import Question
from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import CraterIndexError, MosaicError, QueryError
from craterbench_qgis.engine.index import IndexWriter, open_index, verify
from craterbench_qgis.engine.index.kinds import kind_dtype
from craterbench_qgis.engine.indexing import add_to_index
from craterbench_qgis.engine.kinds import load_descriptor
from craterbench_qgis.engine.kinds.describe import entry_of
from craterbench_qgis.engine.kinds.upgrade import upgrade_index
from craterbench_qgis.engine.search import (
    QueryView,
    Searcher,
    SearchOptions,
)
from craterbench_qgis.engine.search.turns import Turn, turned

from .scene import COUNT, build_scene, craters, query_view, write_catalogue, write_mosaic

ENCODER = load_encoder("hog")
DESCRIPTOR = load_descriptor(threads=1)
ANALOGS = SearchOptions(find=Question.ANALOGS, analogs=AnalogOptions(min_pixels=5), top=COUNT)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index as earlier versions made it: without descriptors."""
    folder = tmp_path_factory.mktemp("analogs")
    build_scene(folder, ENCODER)
    return folder


@pytest.fixture(scope="module")
def folder(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("upgraded") / "copy"
    shutil.copytree(plain, folder)
    report = upgrade_index(folder / "scene.craterindex", DESCRIPTOR, [folder / "mosaic.tif"])
    assert (report.added, report.present, report.lost) == (2 * COUNT, 0, 0)
    return folder


@pytest.fixture(scope="module")
def searcher(folder: Path) -> Searcher:
    return Searcher(open_index(folder / "scene.craterindex"), ENCODER)


def query(folder: Path, number: int, context: float = 2.5) -> QueryView:
    return query_view(folder, number, ENCODER, context, wide=True)


def test_an_index_without_descriptors_opens_searches_and_says_what_it_lacks(plain: Path) -> None:
    with open_index(plain / "scene.craterindex", check="full") as index:
        assert index.kinds is None
        old = Searcher(index, ENCODER)
        assert old.search(query(plain, 3)).matches[0].crater_id == "T-003"
        with pytest.raises(CraterIndexError, match="index upgrade"):
            old.search(query(plain, 3), ANALOGS)
    assert b'"kinds"' not in (plain / "scene.craterindex/manifest.json").read_bytes()


def test_an_upgrade_adds_what_lacks_and_survives_removal_and_compaction(
    folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "scene.craterindex"
    shutil.copytree(folder / "scene.craterindex", path)
    again = upgrade_index(path, DESCRIPTOR, [folder / "mosaic.tif"])
    assert (again.added, again.present) == (0, 2 * COUNT)
    with IndexWriter.open(path) as writer:
        writer.remove(["T-005"])
        writer.compact()
    assert verify(path).ok
    with open_index(path) as index:
        matches = Searcher(index, ENCODER).search(query(folder, 3), ANALOGS).matches
    assert len(matches) > 10 and "T-005" not in {match.crater_id for match in matches}


def test_what_is_added_is_described_as_the_rest_is(
    folder: Path, plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "scene.craterindex"
    shutil.copytree(folder / "scene.craterindex", path)
    mosaic = write_mosaic(tmp_path / "other.tif", noise=5)
    add = ["index", "add", str(path)]
    assert main([*add, "--mosaic", str(mosaic)]) == 0
    with open_index(path) as index:
        assert index.kinds is not None and len(index.kinds) == 4 * COUNT
        assert set(index.kinds["observation"].tolist()) == {0, 1}
    _, lon, lat, diameter = craters()[3]
    table = write_catalogue(tmp_path / "more.csv", [("new", lon + 0.2, lat, diameter)])
    third = write_mosaic(tmp_path / "third.tif", noise=6)
    with IndexWriter.open(path) as writer:
        other = replace(entry_of(DESCRIPTOR), near=3)
        writer.add_kinds(other, np.zeros(0, np.uint8))
        writer.replace_kinds(other)
    assert main([*add, "--mosaic", str(third), "--catalogue", str(table)]) == 0
    with open_index(path) as index:  # of another version: left to an upgrade
        assert index.kinds is not None and not len(index.kinds)
        assert index.manifest.n_views == 4 * COUNT + 2
    bare = tmp_path / "bare.craterindex"
    shutil.copytree(plain / "scene.craterindex", bare)
    assert main(["index", "add", str(bare), "--mosaic", str(mosaic)]) == 0
    with open_index(bare) as index:
        assert index.kinds is None


def test_an_index_without_shading_is_searched_grows_as_it_is_and_gains_by_an_upgrade(
    folder: Path, plain: Path, tmp_path: Path
) -> None:
    """Indexes of earlier versions have none, and their manifest does not name it."""
    path = tmp_path / "old.craterindex"
    shutil.copytree(plain / "scene.craterindex", path)
    descriptor = load_descriptor(threads=1)
    descriptor.shading = 0
    mosaics = [folder / "mosaic.tif", write_mosaic(tmp_path / "other.tif", noise=5)]
    assert upgrade_index(path, descriptor, mosaics[:1]).added == 2 * COUNT
    assert b'"shading"' not in (path / "manifest.json").read_bytes()
    assert main(["index", "add", str(path), "--mosaic", str(mosaics[1])]) == 0
    with open_index(path, check="full") as index:
        assert index.kinds is not None and len(index.kinds) == 4 * COUNT
        assert index.kinds.dtype.itemsize == 214
        found = Searcher(index, ENCODER).search(query(folder, 7), ANALOGS).matches
        assert len(found) > 5
    # While it is described anew, and where that cannot be ended, nothing is lost.
    part = 2 * COUNT  # of the first mosaic
    away = mosaics[1].rename(tmp_path / "away.tif")
    with pytest.raises(MosaicError):
        upgrade_index(path, DESCRIPTOR, mosaics[:1])
    away.rename(mosaics[1])
    with open_index(path, check="full") as index:
        again = Searcher(index, ENCODER).search(query(folder, 7), ANALOGS).matches
        assert [match.score for match in again] == [match.score for match in found]
    assert verify(path).ok
    reply = upgrade_index(path, DESCRIPTOR, mosaics)
    assert reply.present == part and reply.added == 4 * COUNT - part
    assert b"kinds_anew" not in (path / "manifest.json").read_bytes()
    with open_index(path, check="full") as index:
        assert index.kinds is not None and len(index.kinds) == 4 * COUNT
        assert np.abs(index.kinds["shading"].astype(float)).max() > 0.01


def test_an_addition_stands_when_a_view_cannot_be_described(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A killed addition left views without descriptors, and their mosaic is gone by now."""
    path = tmp_path / "scene.craterindex"
    shutil.copytree(folder / "scene.craterindex", path)
    gone, mosaic = (write_mosaic(tmp_path / f"{n}.tif", noise=n) for n in (5, 6))
    add_to_index(path, ENCODER, mosaics=[gone])
    gone.unlink()
    assert main(["index", "add", str(path), "--mosaic", str(mosaic)]) == 0
    output = capsys.readouterr().out
    assert "no descriptor of kind yet" in output and "5.tif" in output
    with open_index(path) as index:
        assert index.manifest.n_views == 6 * COUNT


def test_a_damaged_descriptor_file_is_named(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "scene.craterindex"
    shutil.copytree(folder / "scene.craterindex", path)
    file = next((path / "kinds").iterdir())
    data = bytearray(file.read_bytes())
    data[40] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(CraterIndexError, match=r"kinds/"):
        open_index(path)


def test_records_of_another_shape_than_the_descriptors_are_not_compared(
    folder: Path, tmp_path: Path
) -> None:
    """The index of a stranger may name the right weights and hold something else."""
    path = tmp_path / "scene.craterindex"
    shutil.copytree(folder / "scene.craterindex", path)
    like = replace(entry_of(DESCRIPTOR), near=3)
    with IndexWriter.open(path) as writer:
        writer.add_kinds(like, np.zeros(5, kind_dtype(50, like.near, like.rings, like.shading)))
        writer.replace_kinds(like)
    with open_index(path) as index:
        assert index.kinds is not None and len(index.kinds) == 5
        with pytest.raises(CraterIndexError, match="another version"):
            Searcher(index, ENCODER).search(query(folder, 3), ANALOGS)
    assert upgrade_index(path, DESCRIPTOR, [folder / "mosaic.tif"]).added == 2 * COUNT


def test_analogs_leave_out_the_place_keep_to_size_and_tell_the_turn(
    folder: Path, searcher: Searcher
) -> None:
    asked = query(folder, 7)
    result = searcher.search(asked, ANALOGS)
    ids = [match.crater_id for match in result.matches]
    assert "T-007" not in ids and len(ids) == len(set(ids)) > 5
    scores = [match.score for match in result.matches]
    assert scores == sorted(scores, reverse=True) and scores[-1] > 0 and scores[0] < 1
    assert len(set(scores)) == len(scores)  # not all of them 1 where many are more so
    assert {match.turn_deg % 45 for match in result.matches} == {0.0}
    assert all(isinstance(match.mirrored, bool) for match in result.matches)
    assert result.provenance["analogs"]["descriptor"] == DESCRIPTOR.id
    assert result.provenance["filters"]["diameter_ratio"] == [0.5, 2.0]
    narrow = replace(ANALOGS, filters=Filters(diameter_ratio=(0.95, 1.05)))
    sizes = [match.diameter_m for match in searcher.search(asked, narrow).matches]
    assert all(0.95 <= size / (asked.diameter_m or 1) <= 1.05 for size in sizes)


def test_too_few_pixels_across_are_no_analogs(folder: Path, searcher: Searcher) -> None:
    asked = query(folder, 7)
    fine = replace(ANALOGS, analogs=AnalogOptions(min_pixels=30))
    matches = searcher.search(asked, fine).matches
    pixel = 1737400 * np.pi / 180 / 24
    assert 0 < len(matches) < len(searcher.search(asked, ANALOGS).matches)
    assert all(match.diameter_m / pixel > 29 for match in matches)


def test_any_angle_finds_the_same_crater_in_a_turned_picture(
    folder: Path, searcher: Searcher, tmp_path: Path
) -> None:
    right = 0
    for number in range(0, COUNT, 4):
        asked = query(folder, number)
        pixels = turned(asked, Turn(90.0, False))
        bare = replace(asked, view=replace(asked.view, pixels=pixels), wide=None)
        match = searcher.search(bare, SearchOptions(top=1, any_angle=True)).matches[0]
        if match.crater_id == f"T-{number:03d}":
            right += 1
            assert abs(match.turn_deg - 270.0) <= 7.5 and match.mirrored is False
    assert right >= 5


def test_a_turn_between_those_tried_first_is_told_to_a_few_degrees(
    folder: Path, searcher: Searcher
) -> None:
    """101 degrees lie halfway between two of sixteen turns."""
    errors = []
    for number in range(0, COUNT, 4):
        asked = query(folder, number)
        pixels = turned(asked, Turn(101.0, False))
        bare = replace(asked, view=replace(asked.view, pixels=pixels), wide=None)
        match = searcher.search(bare, SearchOptions(top=1, any_angle=True)).matches[0]
        if match.crater_id == f"T-{number:03d}":
            errors.append(abs(match.turn_deg - 259.0))
    assert len(errors) >= 5 and np.median(errors) < 5


def test_turns_go_clockwise_and_mirrors_exchange_east_and_west(folder: Path) -> None:
    asked = query(folder, 2)
    pixels = asked.view.pixels
    right = turned(replace(asked, wide=None), Turn(90.0, False))
    np.testing.assert_allclose(right, np.rot90(pixels, -1), atol=0.03)
    np.testing.assert_allclose(
        turned(replace(asked, wide=None), Turn(0.0, True)), pixels[:, ::-1], atol=0.03
    )
    with_surroundings = turned(asked, Turn(45.0, False))
    assert with_surroundings.shape == pixels.shape and asked.wide is not None


def test_what_cannot_be_asked_is_refused(folder: Path, searcher: Searcher) -> None:
    asked = query(folder, 2)
    for options, words in ((ANALOGS, "there are 1"), (SearchOptions(any_angle=True), "north up")):
        with pytest.raises(QueryError, match=words):
            searcher.search(asked, replace(options, feedback=Feedback(["T-001", "T-001"])))
    params = {"index": "a.craterindex", "query": {"kind": "image", "image": "a.png"}}
    for member, value in (("find", "twins"), ("analogs", {"by": "smell"})):
        with pytest.raises(RecordError, match=member):
            SearchParams.from_json(params | {member: value})


def heights(folder: Path) -> Path:
    """Every crater of the scene as a bowl of a tenth of its diameter on the mosaic's grid."""
    with rasterio.open(folder / "mosaic.tif") as file:
        profile, shape = file.profile, file.shape
        rows, columns = np.indices(shape)
        lon, lat = file.xy(rows.ravel(), columns.ravel())
    lon, lat = np.reshape(lon, shape), np.reshape(lat, shape)
    ground = np.zeros(shape, np.float32)
    for _, at_lon, at_lat, diameter in craters():
        east = (lon - at_lon) * np.cos(np.radians(at_lat))
        radius = np.hypot(east, lat - at_lat) * np.pi / 180 * 1737.4 / (diameter / 2)
        ground += np.where(radius < 1, -(1 - radius**2) * diameter * 100, 0).astype(np.float32)
    profile.update(dtype="float32", nodata=None, count=1, compress=None)
    with rasterio.open(folder / "heights.tif", "w", **profile) as file:
        file.write(ground, 1)
    return folder / "heights.tif"


def test_terrain_becomes_columns_of_the_index(folder: Path, tmp_path: Path) -> None:
    build_scene(tmp_path, ENCODER, terrain=str(heights(folder)))
    with open_index(tmp_path / "scene.craterindex") as index:
        ratio = np.array(index.craters.values("dtm_depth_ratio"), float)
        np.testing.assert_allclose(np.nanmedian(ratio), 0.1, rtol=0.1)
        deep = index.where("dtm_depth_m > 3500")
        assert 0 < len(deep) < COUNT
        source = index.manifest.catalogues[0].source["terrain"]
    assert source["columns"]["dtm_depth_m"]["unit"] == "m"


def test_a_terrain_model_of_elsewhere_is_refused(folder: Path, tmp_path: Path) -> None:
    path = heights(folder)
    with rasterio.open(path) as file:
        profile, band = file.profile, file.read(1)
    profile["transform"] = rasterio.transform.from_origin(-120, 8, 1 / 24, 1 / 24)
    with rasterio.open(tmp_path / "far.tif", "w", **profile) as file:
        file.write(band, 1)
    with pytest.raises(MosaicError, match="does not cover"):
        build_scene(tmp_path, ENCODER, terrain=str(tmp_path / "far.tif"))


def test_the_command_line(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    index = str(folder / "scene.craterindex")
    _, lon, lat, diameter = craters()[7]
    place = ["--at", str(lon), str(lat), "--diameter", str(diameter)]
    mosaic = ["--mosaic", str(folder / "mosaic.tif")]
    search = ["search", index, *mosaic, *place, "--find", "analogs", "--min-pixels", "5"]
    assert main([*search, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["provenance"]["find"] == "analogs"
    assert {"turn_deg", "mirrored"} <= set(answer["matches"][0])
    assert main([*search, "--by", "relief"]) == 0
    assert "turned" in capsys.readouterr().out
    assert main(["index", "info", index]) == 0
    assert f"described by {DESCRIPTOR.id}" in capsys.readouterr().out
    assert main(["index", "upgrade", index, *mosaic]) == 0
    assert f"{2 * COUNT} were already" in capsys.readouterr().out
    evaluate = ["evaluate", index, *mosaic, "--catalogue", str(folder / "craters.csv")]
    evaluate += ["--analogs", "--terrain", str(heights(folder)), "--relevant-by", "freshness"]
    output = ["--output", str(tmp_path / "report"), "--limit", "4"]
    assert main([*evaluate, *output]) == 0
    result = json.loads((tmp_path / "report/analogs.json").read_text())
    methods = {row["method"] for row in result["kind"]}
    assert {"kind, by both", "nearest diameter", "chance"} <= methods
    kinds = [row["kind"] for row in result["kind"]]
    assert kinds == sorted(kinds) and set(kinds) <= {"1", "2", "3"}
    assert result["queries"] == 4 and len(result["angles"]) == 6
    assert "hit@1" in (tmp_path / "report/analogs.md").read_text()


def test_a_picture_without_a_place_has_analogs_too(
    folder: Path, searcher: Searcher, tmp_path: Path
) -> None:
    from craterbench_qgis.engine.search import query_from_image

    asked = query(folder, 9)
    picture = Image.fromarray((asked.view.pixels * 255).astype(np.uint8))
    picture.save(tmp_path / "crater.png")
    bare = query_from_image(tmp_path / "crater.png", ENCODER.input_size)
    assert len(searcher.search(bare, replace(ANALOGS, top=5)).matches) == 5


def test_a_named_kind_is_learnt_kept_and_learnt_again(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The descriptor itself makes the kind: the nearest to one crater. Held-out ones rank high."""
    index = tmp_path / "scene.craterindex"
    shutil.copytree(folder / "scene.craterindex", index)
    with open_index(index) as opened:
        matches = Searcher(opened, ENCODER).search(query(folder, 7), ANALOGS).matches
    yes, no = (
        [match.crater_id for match in matches[:6]],
        [match.crater_id for match in matches[-4:]],
    )
    learn = ["kinds", "learn", str(index), "like seven"]
    table = tmp_path / "all.csv"
    assert main([*learn, "--yes", *yes, "--no", *no, "--json", "--output", str(table)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["validation"]["examples"] == 6
    assert 0 <= report["validation"]["median_percentile"] < 0.5
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    chances = {row["crater_id"]: float(row["probability"]) for row in rows}
    assert len(chances) == COUNT and all(chances[name] == 1 for name in yes)
    assert all(0 <= value <= 1 for value in chances.values()) and all(chances[i] == 0 for i in no)
    assert main(learn) == 0
    assert "probability" in capsys.readouterr().out
    assert main(["kinds", "list", str(index)]) == 0
    assert "like seven: 6 examples, 4 rejected" in capsys.readouterr().out
    assert verify(index).ok
    examples = tmp_path / "examples.csv"
    examples.write_text("crater_id,label\n" + "".join(f"{name},yes\n" for name in yes[:3]))
    assert main(["kinds", "learn", str(index), "few", "--examples", str(examples)]) == 1
    assert "at least 5 examples" in capsys.readouterr().err
    assert main(["kinds", "learn", str(index), "unknown"]) == 1
    assert "like seven" in capsys.readouterr().err
