"""An index of indexes answers as one index that holds all their views, or says what is wrong."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_bounds
from scipy.ndimage import gaussian_filter

from craterbench_qgis.contract.build import BuildParams, CatalogueSource
from craterbench_qgis.contract.search import AnalogOptions, Feedback, Filters
from craterbench_qgis.contract.vocabulary import Question
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import CraterIndexError, QueryError
from craterbench_qgis.engine.index import (
    IndexWriter,
    build_lists,
    finishing,
    listed,
    open_index,
    shortlist,
    verify,
)
from craterbench_qgis.engine.indexing import add_to_index, build_index, join_indexes
from craterbench_qgis.engine.kinds import load_descriptor
from craterbench_qgis.engine.kinds.atlas_view import atlas_info
from craterbench_qgis.engine.kinds.upgrade import upgrade_index
from craterbench_qgis.engine.mosaic import Mosaic
from craterbench_qgis.engine.search import (
    QueryView,
    Searcher,
    SearchOptions,
    explain,
    query_from_crater,
)

from .scene import MOON

ENCODER = load_encoder("hog")
PLACES = np.random.default_rng(6).uniform((2, -6, 24), (22, 6, 40), (90, 3))
PARTS = {"A": range(40), "B": range(40, 68), "C": range(68, 90)}
TWIN, TWIN_OF = 67, 12  # one place under two names: equal scores across indexes
OPTIONS = {
    "plain": SearchOptions(top=90, shortlist=60),
    "short": SearchOptions(top=20, shortlist=5),
    "symmetric": SearchOptions(top=90, shortlist=100, symmetric=True),
    "any angle": SearchOptions(top=15, shortlist=40, any_angle=True),
    "feedback": SearchOptions(
        top=40, shortlist=60, feedback=Feedback(accepted=["R-003", "R-070"], rejected=["R-041"])
    ),
    "where": SearchOptions(
        top=90, shortlist=60, filters=Filters(where="depth / 2 > 4.4 OR note IS NOT NULL")
    ),
    "size and place": SearchOptions(
        top=30, filters=Filters(diameter_ratio=(0.8, 1.2), max_distance=300_000.0, min_pixels=15)
    ),
    "lists": SearchOptions(top=20, shortlist=6, backend="lists"),
}
ANALOGS = SearchOptions(
    find=Question.ANALOGS, top=30, analogs=AnalogOptions(min_pixels=5, any_size=True)
)


def write_ground(path: Path, noise: float = 0.0) -> Path:
    """Uneven ground within 0..24 E, -8..8 N."""
    rng = np.random.default_rng(9)
    ground = sum(
        scale * gaussian_filter(rng.normal(size=(384, 576)), scale) for scale in (1.5, 4, 12)
    )
    ground = ground + noise * rng.normal(size=ground.shape)
    pixels = np.clip(128 + 40 * ground / ground.std(), 1, 255).astype(np.uint8)
    with rasterio.open(
        path, "w", driver="GTiff", width=576, height=384, count=1, dtype="uint8", crs=MOON,
        transform=from_bounds(0, -8, 24, 8, 576, 384),
    ) as out:  # fmt: skip
        out.write(pixels, 1)
    return path


def place(row: int) -> tuple[float, float, float]:
    lon, lat, diameter = PLACES[TWIN_OF if row == TWIN else row].tolist()
    return lon, lat, diameter


def write_table(path: Path, rows: object, part: str) -> Path:
    """A catalogue; each part has columns of its own."""
    own = {"A": "depth,grade", "B": "depth,note", "C": "grade"}.get(part, "depth")
    lines = [f"crater_id,lon,lat,diameter_km,{own}"]
    for row in rows:  # type: ignore[attr-defined]
        values = {"depth": row % 11 + 0.5 * (part == "B"), "grade": row % 3, "note": f"n{row}"}
        lon, lat, diameter = place(row)
        mine = ",".join(str(values[name]) for name in own.split(","))
        lines.append(f"R-{row:03d},{lon!r},{lat!r},{diameter!r},{mine}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def build(folder: Path, name: str, mosaic: str, **changes: object) -> Path:
    table = folder / f"{name}.csv"
    params = BuildParams(
        mosaics=[str(folder / mosaic)],
        catalogue=CatalogueSource(str(table)),
        output=str(folder / f"{name}.craterindex"),
        tokens=8,
        contexts=[2.5],
    )
    params = replace(params, **changes)  # type: ignore[arg-type]
    build_index(params, read_catalogue(str(table)), ENCODER, chunk_views=16)
    return Path(params.output)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Indexes A, B, C, what joins them, and ONE with the views of all, added one by one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finishing, "MIN_VIEWS", 20)
        return _made(tmp_path_factory.mktemp("join"))


def _made(folder: Path) -> Path:
    write_ground(folder / "mosaic.tif")
    paths = []
    for part, rows in PARTS.items():
        write_table(folder / f"{part}.csv", rows, part)
        paths.append(build(folder, part, "mosaic.tif"))
    shutil.copytree(paths[0], folder / "ONE.craterindex")
    one = folder / "ONE.craterindex"
    for part in ("B", "C"):
        add_to_index(one, ENCODER, craters=read_catalogue(str(folder / f"{part}.csv")))
    for path in (*paths, one):
        with IndexWriter.open(path) as writer:
            writer.remove(["R-020", "R-055"])
            build_lists(writer)
    report = join_indexes(paths, folder / "ALL.craterindex")
    assert (report.views, report.craters, report.shared, report.unlike) == (90, 88, 0, 0)
    return folder


def query(folder: Path, row: int = 40) -> QueryView:
    lon, lat, diameter = place(row)
    with Mosaic.open(folder / "mosaic.tif") as mosaic:
        size = ENCODER.input_size
        return query_from_crater(mosaic, lon, lat, diameter * 1000, 2.4, size).widened()


@pytest.mark.parametrize("name", OPTIONS)
def test_a_search_answers_as_one_index_would(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "_FEW_ALLOWED", 10)
    rows = (40,) if name == "any angle" else (40, TWIN_OF, 80)
    one, joined = (
        answers(folder / f"{index_name}.craterindex", folder, OPTIONS[name], rows)
        for index_name in ("ONE", "ALL")
    )
    assert len(one) > 10
    assert joined == one  # ids, scores to the last bit, ranks, ties, how sure, rows, views, turns


def answers(
    path: Path, folder: Path, options: SearchOptions, rows: tuple[int, ...]
) -> list[dict[str, object]]:
    with open_index(path) as index:
        searcher = Searcher(index, ENCODER)
        found = []
        for row in rows:
            for match in searcher.search(query(folder, row), options).matches:
                # One index says null where a catalogue lacks a column or leaves the column out.
                known = {key: one for key, one in match.attributes.items() if one is not None}
                found.append(match.to_json() | {"attributes": known})
        return found


def test_analogs(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "mosaic.tif", tmp_path)
    descriptor, mosaics = load_descriptor(threads=1), [tmp_path / "mosaic.tif"]
    paths = []
    for name, rows in (("P", range(8)), ("Q", range(8, 14))):
        write_table(tmp_path / f"{name}.csv", rows, "A")
        paths.append(build(tmp_path, name, "mosaic.tif"))
    one, joined = tmp_path / "ONE.craterindex", tmp_path / "ALL.craterindex"
    shutil.copytree(paths[0], one)
    add_to_index(one, ENCODER, craters=read_catalogue(str(tmp_path / "Q.csv")))
    for path in (one, paths[0]):
        upgrade_index(path, descriptor, mosaics)
    join_indexes(paths, joined)
    with pytest.raises(CraterIndexError, match=r"^Q\.craterindex has no descriptors of kind"):
        answers(joined, folder, ANALOGS, (2,))
    earlier = load_descriptor(threads=1)
    earlier.shading = 0
    for like, kept in ((earlier, False), (descriptor, True)):
        upgrade_index(paths[1], like, mosaics)
        join_indexes(paths, joined)
        with open_index(joined) as index:
            assert index.kinds is not None and len(index.kinds) == 14
            assert ("shading" in (index.kinds.dtype.names or ())) == kept
        assert len(answers(joined, folder, ANALOGS, (10,))) > 5
    expected = answers(one, folder, ANALOGS, (10,))
    assert len(expected) > 5
    assert answers(joined, folder, ANALOGS, (10,)) == expected


def test_ties_and_chance_are_there_to_be_compared(folder: Path) -> None:
    with open_index(folder / "ALL.craterindex") as index:
        found = Searcher(index, ENCODER).search(query(folder, TWIN_OF), OPTIONS["plain"]).matches
    twins = [match for match in found if match.crater_id in {"R-012", "R-067"}]
    assert [match.crater_id for match in twins] == ["R-012", "R-067"]
    assert twins[0].score == twins[1].score and [twins[0].rank, twins[1].rank] == [1, 2]
    assert found[0].expected_by_chance is not None


def test_it_answers_as_an_index_built_at_once_of_all_craters(folder: Path, tmp_path: Path) -> None:
    """Another order of views, the same craters and scores."""
    shutil.copy(folder / "mosaic.tif", tmp_path)
    gone = {20, 55}
    write_table(tmp_path / "union.csv", [row for row in range(90) if row not in gone], "union")
    whole = build(tmp_path, "union", "mosaic.tif")
    options = SearchOptions(top=88, shortlist=500)
    by_id = []
    for path in (whole, folder / "ALL.craterindex"):
        with open_index(path) as index:
            found = Searcher(index, ENCODER).search(query(folder, 44), options).matches
        by_id.append({match.crater_id: match for match in found})
        assert [match.score for match in found] == sorted((m.score for m in found), reverse=True)
    one, joined = by_id
    assert set(one) == set(joined) and len(one) == 88
    for crater_id, match in one.items():
        assert joined[crater_id].score == pytest.approx(match.score, abs=1e-6)
        assert joined[crater_id].rank == match.rank or crater_id in {"R-012", "R-067"}


def test_a_second_mosaic_in_an_index_of_its_own(folder: Path, tmp_path: Path) -> None:
    """A crater counts with its best view, of whichever index."""
    shutil.copy(folder / "mosaic.tif", tmp_path)
    for name in ("A", "other"):
        write_table(tmp_path / f"{name}.csv", range(16), "A")
    write_ground(tmp_path / "other.tif", noise=0.2)
    first, second = build(tmp_path, "A", "mosaic.tif"), build(tmp_path, "other", "other.tif")
    one = tmp_path / "ONE.craterindex"
    shutil.copytree(first, one)
    add_to_index(one, ENCODER, mosaics=[tmp_path / "other.tif"])
    report = join_indexes([first, second], tmp_path / "ALL.craterindex")
    assert (report.craters, report.shared, report.views) == (16, 16, 32)
    for path in (one, tmp_path / "ALL.craterindex"):
        with open_index(path) as index:
            assert {known["path"] for known in index.manifest.observations} == {
                str(tmp_path / "mosaic.tif"), str(tmp_path / "other.tif"),
            }  # fmt: skip
            some = [31, 0, 17, 15, 16, 16]
            assert index.view_records(some).tobytes() == index.views[some].tobytes()
    found = answers(tmp_path / "ALL.craterindex", folder, SearchOptions(top=40), (5,))
    assert found == answers(one, folder, SearchOptions(top=40), (5,))
    assert {match["observation"] for match in found} == {0, 1}


def test_thumbnails_reasons_info_and_verify(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "ALL.craterindex"
    with open_index(path) as index, open_index(folder / "B.craterindex") as shard:
        alone = SearchOptions(overlay=False)
        match = Searcher(index, ENCODER).search(query(folder, 41), alone).matches[0]
        assert match.crater_id == "R-041"
        assert index.thumbnail(match.view_number) in {
            shard.thumbnail(view) for view in range(shard.n_views)
        }
        why = explain(index, ENCODER, query(folder, 41), "R-041")
        assert why.view_number == match.view_number and why.recut
        assert why.score == pytest.approx(match.score, abs=1e-6)
    assert verify(path).ok and verify(path).files > 20
    capsys.readouterr()
    assert main(["index", "info", str(path), "--json"]) == 0
    info = json.loads(capsys.readouterr().out)
    assert (info["craters"], info["removed"], info["views"]) == (90, 2, 90)
    assert [Path(join).name for join in info["joins"]] == [f"{part}.craterindex" for part in PARTS]
    with open_index(path) as index:
        assert atlas_info(index).craters == 0 and index.atlas is None


def test_changes_are_sent_to_the_index_they_are_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(folder / "ALL.craterindex")
    before = (folder / "ALL.craterindex/manifest.json").read_bytes()
    mosaic = str(folder / "mosaic.tif")
    for command in (
        ["add", path, "--mosaic", mosaic],
        ["upgrade", path],
        ["atlas", path],
        ["compact", path],
        ["remove", path, "--ids", "R-001"],
        ["verify", path, "--repair"],
        ["build", "--mosaic", mosaic, "--catalogue", str(folder / "A.csv"), "--output", path],
    ):
        encoder = ["--encoder", "hog"] if command[0] == "build" else []
        assert main(["index", *command, *encoder]) == 1, command
        said = capsys.readouterr().err
        assert "joins other indexes and holds nothing of its own. Do this to the index" in said
    assert (folder / "ALL.craterindex/manifest.json").read_bytes() == before


@pytest.fixture
def moved(folder: Path, tmp_path: Path) -> Path:
    for name in ("A", "B", "C", "ALL"):
        shutil.copytree(folder / f"{name}.craterindex", tmp_path / f"{name}.craterindex")
    return tmp_path


def test_moved_together_it_still_opens_and_what_is_not_as_it_was_is_named(moved: Path) -> None:
    path = moved / "ALL.craterindex"
    open_index(path).close()
    (moved / "B.craterindex").rename(moved / "elsewhere")
    with pytest.raises(
        CraterIndexError, match=r"joins B\.craterindex, which is not at .* any more"
    ):
        open_index(path)
    assert "B.craterindex" in verify(path).problems[0] and not verify(path).ok
    shutil.copytree(moved / "C.craterindex", moved / "B.craterindex")
    with pytest.raises(CraterIndexError, match=r"B\.craterindex, but another index lies at"):
        open_index(path)
    shutil.rmtree(moved / "B.craterindex")
    (moved / "elsewhere").rename(moved / "B.craterindex")
    with IndexWriter.open(moved / "B.craterindex") as writer:
        writer.remove(["R-050"])
    with pytest.raises(CraterIndexError, match=r"B\.craterindex, which has been changed since"):
        open_index(path)
    number = json.loads((path / "manifest.json").read_text())["index_id"]
    join_indexes([moved / f"{part}.craterindex" for part in PARTS], path)
    with open_index(path) as index:
        assert index.manifest.index_id == number and index.manifest.generation == 2
        assert index.n_present == 87
    tokens = next((moved / "A.craterindex/segments").iterdir()) / "tokens.bin"
    with tokens.open("r+b") as file:
        file.write(b"\x55\x55")
    assert "A.craterindex" in verify(path).problems[0]


def test_what_cannot_be_joined_is_refused_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    first, joined = folder / "A.craterindex", folder / "ALL.craterindex"
    for name in ("mosaic.tif", "C.csv"):
        shutil.copy(folder / name, tmp_path)
    other = {
        "tokens": build(tmp_path, "C", "mosaic.tif", tokens=4),
        "contexts": build(
            tmp_path, "C", "mosaic.tif", contexts=[3.0], output=str(tmp_path / "D.craterindex")
        ),
    }
    for paths, reason in (
        ([first, other["tokens"]], "different numbers of tokens"),
        ([first, other["contexts"]], "different context factors"),
        ([first, joined], "itself joins others"),
        ([first, first], "named twice"),
        ([first], "Name two"),
        ([first, tmp_path / "absent"], "There is no index at"),
    ):
        with pytest.raises(CraterIndexError, match=reason):
            join_indexes(paths, tmp_path / "new.craterindex")
        assert not (tmp_path / "new.craterindex").exists()
    for output in (first, tmp_path):
        with pytest.raises(CraterIndexError, match=r"lie in each other|not empty|already"):
            join_indexes([first, folder / "B.craterindex"], output)
    with pytest.raises(CraterIndexError, match="lie in each other"):
        join_indexes([first, folder / "B.craterindex"], first / "inner.craterindex")


def test_a_column_that_is_text_elsewhere(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "mosaic.tif", tmp_path)
    table = write_table(tmp_path / "text.csv", PARTS["C"], "C")
    table.write_text(table.read_text().replace(",0\n", ",fresh\n"), encoding="utf-8")
    path = tmp_path / "ALL.craterindex"
    join_indexes([folder / "A.craterindex", build(tmp_path, "text", "mosaic.tif")], path)
    with open_index(path) as index:
        assert len(index.where("depth > 5")) > 5
        with pytest.raises(QueryError, match=r"grade is a number in one .* and text in another"):
            index.where("grade = 2")
        with pytest.raises(QueryError, match="no such column"):
            index.where("nonsense > 1")
        with pytest.raises(QueryError, match="query of its own"):
            index.where("depth > (SELECT 1)")
        with pytest.raises(CraterIndexError, match="no HNSW graph"):
            shortlist.open_shortlist(index, "hnsw")
