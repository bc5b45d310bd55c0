"""The index on disk: what goes in comes out, across chunks, joins, removals and compaction."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pytest

from craterbench_qgis.engine.errors import CraterIndexError
from craterbench_qgis.engine.index import (
    IndexWriter,
    SegmentData,
    consolidate,
    format,
    geopackage,
    open_index,
    verify,
)

from . import index_support as support


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here loses power: do not wait for the disk."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def index_path(tmp_path: Path) -> Path:
    path = tmp_path / "moon.craterindex"
    support.build(path)
    return path


def all_chunks() -> list[SegmentData]:
    return [support.chunk_data(chunk) for chunk in range(support.CHUNKS)]


def test_round_trip(index_path: Path) -> None:
    chunks = all_chunks()
    rows = np.concatenate([chunk.crater_row for chunk in chunks])
    with open_index(index_path) as index:
        assert index.n_views == len(rows) == 2 * support.CRATERS - 6
        assert index.n_craters == support.CRATERS
        assert not index.incomplete
        assert index.settings == support.settings()
        assert index.view_crater_rows.tolist() == rows.tolist()
        views = np.random.default_rng(0).permutation(index.n_views)
        for name, read in (("tokens", index.tokens), ("globals", index.globals)):
            put = np.concatenate([getattr(chunk, name) for chunk in chunks])[views]
            got = read(views)
            assert got.dtype == np.float32
            step = np.abs(put).max(axis=-1, keepdims=True) / 254
            assert (np.abs(got - put) <= step * 1.001).all()
        stored = index.stored_tokens(views)
        for name in ("seeds", "assignment"):
            put = np.concatenate([getattr(chunk, name) for chunk in chunks])[views]
            assert (getattr(stored, name) == put).all()
        thumbnails = [blob for chunk in chunks for blob in chunk.thumbnails]
        assert [index.thumbnail(view) for view in range(index.n_views)] == thumbnails
        row = index.view(5)
        assert (row.view, row.crater_row, row.observation) == (5, rows[5], 0)
        assert row.context == np.concatenate([chunk.context for chunk in chunks])[5]
        assert row.m_per_px == pytest.approx(
            np.concatenate([chunk.m_per_px for chunk in chunks])[5]
        )
        assert index.manifest.skipped == {"too, empty": 6}
        skipped = [record for segment in index.segments for record in segment.skipped()]
        assert [record.crater_row for record in skipped] == [0, 10, 20, 30, 40, 50]
        assert skipped[1].context == 3.0


def test_craters_and_attributes(index_path: Path) -> None:
    with open_index(index_path) as index:
        first, second = index.crater_records([7, 0])
        assert first["crater_row"] == 7
        assert first["crater_id"] == "c007"
        assert first["attributes"] == {"CRATER_ID": "c007", "DEPTH": 0.7, "note": "it's 7"}
        assert second["attributes"]["DEPTH"] is None
        assert first["lon"] == index.craters.lon[7]
        assert index.craters.rows_of(["c003", "none", "c059"]) == {"c003": [3], "c059": [59]}
        with pytest.raises(CraterIndexError, match="Crater rows run from 0 to 59"):
            index.crater_records([60])
        with pytest.raises(CraterIndexError, match="views 0 to 113"):
            index.tokens([114])


def test_geopackage_is_a_point_layer_on_the_body(index_path: Path) -> None:
    info = pyogrio.read_info(index_path / "catalogue.gpkg", layer="craters")
    assert info["geometry_type"] == "Point"
    assert "1737400" in info["crs"]
    assert "AUTHORITY" not in info["crs"]
    assert list(info["fields"]) == [
        "crater_row", "crater_id", "lon", "lat", "diameter_m", "CRATER_ID_source", "DEPTH", "note",
    ]  # fmt: skip
    _, table = pyogrio.read_arrow(index_path / "catalogue.gpkg", layer="craters")
    with open_index(index_path) as index:
        assert np.array_equal(table["lon"].to_numpy(), index.craters.lon)
        wkb = table["geom"].to_pylist()[3]
        assert np.frombuffer(wkb[5:], "<f8").tolist() == [
            index.craters.lon[3],
            index.craters.lat[3],
        ]


def test_chunks_in_any_order_and_interrupted_give_the_same_bytes(
    index_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consolidate, "SEGMENT_VIEWS", 30)
    straight, mixed = tmp_path / "a.craterindex", tmp_path / "b.craterindex"
    support.build(straight)
    support.build(mixed, limit=2)
    with open_index(mixed) as index:
        assert index.incomplete
        assert index.n_views == len(support.chunk_data(0)) + len(support.chunk_data(1))
    assert any("unfinished" in note for note in verify(mixed).notes)
    for chunks in ([8, 3], [7, 2, 4], [6, 5]):
        with IndexWriter.open(mixed) as writer:
            with pytest.raises(CraterIndexError, match="chunks of this build are missing"):
                writer.finish_job()
            for chunk in chunks:
                writer.commit_chunk(chunk, support.chunk_data(chunk))
    with IndexWriter.open(mixed) as writer:
        writer.finish_job()
    assert support.stored_files(straight) == support.stored_files(mixed)
    assert support.answers(straight) == support.answers(mixed)
    with open_index(straight) as index:
        assert len(index.segments) > 2
    # However the views are cut into segments, the answers are those of one segment.
    whole = support.answers(index_path)
    cut = support.answers(straight)
    assert {**whole, "views": 0} == {**cut, "views": 0}


def test_remove_then_compact(index_path: Path) -> None:
    gone = ["c005", "c010", "c059"]
    with open_index(index_path) as index:
        before = index.tokens(np.arange(index.n_views))
        rows = index.view_crater_rows.copy()
    keep = ~np.isin(rows, [5, 10, 59])
    with IndexWriter.open(index_path) as writer, pytest.MonkeyPatch.context() as patch:
        patch.setattr(geopackage, "write_next", None)  # a removal does not write all craters again
        assert writer.remove([*gone, "never there"]) == 3
        assert writer.remove(gone) == 0
        assert writer.rows_of(["c005", "c006"]) == {"c006": [6]}
    with open_index(index_path) as index:
        assert index.n_views == len(rows)
        assert index.alive.tolist() == keep.tolist()
        assert not np.isin([5, 10, 59], index.where("lat > -91")).any()
    assert verify(index_path).ok
    info = pyogrio.read_info(index_path / "catalogue.gpkg", force_feature_count=True)
    _, boxed = pyogrio.read_arrow(index_path / "catalogue.gpkg", bbox=(-180, -90, 180, 90))
    assert info["features"] == boxed.num_rows == 57
    with IndexWriter.open(index_path) as writer:
        assert writer.compact() == (~keep).sum()
        assert writer.compact() == 0
    with open_index(index_path, check="full") as index:
        assert index.alive.all()
        assert index.view_crater_rows.tolist() == rows[keep].tolist()
        assert np.array_equal(index.tokens(np.arange(index.n_views)), before[keep])
        assert index.crater_records([59])[0]["crater_id"] == "c059"
        assert index.manifest.skipped == {"too, empty": 5}
        assert len(index.where("1")) == 57
        assert index.thumbnail(0) == support.chunk_data(0).thumbnails[0]
    assert verify(index_path).ok
    assert len(list((index_path / "segments").iterdir())) == 1


def test_add_a_catalogue_with_other_columns_and_a_mosaic(index_path: Path) -> None:
    before = support.answers(index_path)
    extra = pa.table({"DEPTH": ["deep", "flat"], "lat": [1, 2], "tags": [["a"], ["b", "c"]]})
    with IndexWriter.open(index_path) as writer:
        assert writer.add_observation({"path": "second.tif"}) == 1
        assert writer.add_craters(["c001", "n2"], [0, 10], [5, 6], [7e3, 8e3], extra) == 60
        writer.begin_job({}, 1)
        data = support.chunk_data(0)
        data.crater_row = np.where(data.crater_row % 2, 60, 61)
        data.observation = np.ones(len(data), int)
        writer.commit_chunk(0, data)
        writer.finish_job()
    with open_index(index_path) as index:
        assert index.n_craters == 62
        assert index.view(index.n_views - 1).observation == 1
        assert index.crater_records([60])[0]["attributes"] == {
            "DEPTH": "deep", "lat": 1, "tags": ["a"],
        }  # fmt: skip
        assert index.where("DEPTH = 'deep' or DEPTH = '1.2'").tolist() == [12, 60]
        assert index.where("lat_source = 2").tolist() == [61]
        assert index.craters.rows_of(["c001"]) == {"c001": [1, 60]}
        first = len(np.frombuffer(before["views"], format.VIEW_DTYPE))  # type: ignore[call-overload]
        assert index.tokens(np.arange(first)).tobytes() == before["tokens"]
    assert verify(index_path).ok


def test_an_empty_chunk_and_an_empty_index(tmp_path: Path) -> None:
    path = tmp_path / "empty.craterindex"
    with IndexWriter.create(path, support.settings()) as writer:
        writer.commit()
    with open_index(path) as index:
        assert (index.n_views, index.n_craters, index.where("lat > 0").tolist()) == (0, 0, [])
    with IndexWriter.open(path) as writer:
        writer.add_observation({})
        support.add_catalogue(writer)
        writer.begin_job({}, 2)
        for chunk in range(2):
            nothing = support.chunk_data(0, craters=0)
            nothing.tokens = np.empty((0, support.K, support.D), np.float32)
            nothing.globals = np.empty((0, support.G), np.float32)
            writer.commit_chunk(chunk, nothing)
        writer.finish_job()
    with open_index(path, check="full") as index:
        assert index.n_views == 0
        assert index.tokens([]).shape == (0, support.K, support.D)
    assert verify(path).ok


def test_staged_additions_vanish_without_commit(index_path: Path, tmp_path: Path) -> None:
    before = support.stored_files(index_path)
    with IndexWriter.open(index_path) as writer:
        support.add_catalogue(writer)
        with pytest.raises(CraterIndexError, match="not committed yet"):
            writer.remove(["c001"])
    assert support.stored_files(index_path) == before
    fresh = tmp_path / "fresh.craterindex"
    with IndexWriter.create(fresh, support.settings()) as writer:
        support.add_catalogue(writer)
        assert list(fresh.iterdir())
    assert not fresh.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tokens": np.zeros((13, 5, 12), np.float32)}, r"'tokens' has the shape \(13, 5, 12\)"),
        ({"crater_row": np.full(13, 60)}, r"'crater_row' points outside 0 ... 59"),
        ({"observation": np.full(13, 1)}, "'observation' points outside"),
        ({"globals": np.full((13, 16), np.nan, np.float32)}, "not finite"),
        ({"assignment": np.full((13, 30), 4)}, "'assignment' points outside 0 ... 3"),
        ({"thumbnails": []}, "0 thumbnails for 13 views"),
    ],
)
def test_a_chunk_that_does_not_fit_is_refused(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    path = tmp_path / "moon.craterindex"
    support.build(path, limit=1)
    data = support.chunk_data(0)
    assert len(data) == 13
    for name, value in change.items():
        setattr(data, name, value)
    before = support.stored_files(path)
    with IndexWriter.open(path) as writer:
        with pytest.raises(CraterIndexError, match=words):
            writer.commit_chunk(1, data)
        with pytest.raises(CraterIndexError, match="Chunk 0 is not one of the 8 missing"):
            writer.commit_chunk(0, support.chunk_data(0))
    assert support.stored_files(path) == before


def test_craters_that_cannot_be_stored_are_refused(index_path: Path) -> None:
    with IndexWriter.open(index_path) as writer:
        for lat, diameter in ((91, 1e3), (np.nan, 1e3), (0, 0)):
            with pytest.raises(CraterIndexError, match="These craters cannot be stored"):
                writer.add_craters(["x"], [0], [lat], [diameter])
        with pytest.raises(CraterIndexError, match="cannot be stored in the index"):
            writer.add_observation({"size": float("nan")})


def test_the_wrong_encoder_is_refused(index_path: Path) -> None:
    with open_index(index_path) as index:
        index.check_encoder("fake", "ab" * 32)
        with pytest.raises(CraterIndexError, match="built with the encoder 'fake', not 'hog'"):
            index.check_encoder("hog", "ab" * 32)
        with pytest.raises(CraterIndexError, match="other weights"):
            index.check_encoder("fake", "cd" * 32)


def test_the_record_is_what_the_document_says(index_path: Path) -> None:
    """Read one record with nothing but the byte offsets of docs/reference/index-format.md."""
    import zlib

    k, d, n = support.K, support.D, support.N
    used = k * d + 4 * k + 2 * k + n
    length = -(-(used + 4) // 16) * 16
    (file,) = index_path.glob("segments/*/tokens.bin")
    record = file.read_bytes()[3 * length : 4 * length]
    assert file.stat().st_size % length == 0
    tokens = np.frombuffer(record, "i1", k * d).reshape(k, d)
    scale = np.frombuffer(record, "<f4", k, offset=k * d)
    seeds = np.frombuffer(record, "<u2", k, offset=k * d + 4 * k)
    assignment = np.frombuffer(record, "u1", n, offset=k * d + 6 * k)
    assert zlib.crc32(record[:-4]) == int.from_bytes(record[-4:], "little")
    with open_index(index_path) as index:
        stored = index.stored_tokens([3])
        assert np.array_equal(index.tokens([3])[0], tokens * scale[:, None])
        assert np.array_equal(stored.seeds[0], seeds)
        assert np.array_equal(stored.assignment[0], assignment)


def test_a_large_vocabulary_uses_wider_numbers() -> None:
    narrow = format.record_dtype(support.settings(tokens=256))
    wide = format.record_dtype(support.settings(tokens=257))
    assert narrow["assignment"].base == np.uint8
    assert wide["assignment"].base == np.uint16
    assert narrow.itemsize % 16 == wide.itemsize % 16 == 0
    assert format.VIEW_DTYPE.itemsize == 48


def test_qgis_opening_the_geopackage_is_tolerated(index_path: Path) -> None:
    """QGIS flips the file to write-ahead logging while it is open and back when it closes."""
    before = support.answers(index_path)
    gpkg = index_path / "catalogue.gpkg"
    original = gpkg.read_bytes()
    with contextlib.closing(sqlite3.connect(gpkg)) as connection:
        assert connection.execute("PRAGMA journal_mode = wal").fetchone() == ("wal",)
        connection.execute("SELECT count(*) FROM craters").fetchone()
        assert (index_path / "catalogue.gpkg-wal").exists()
        assert gpkg.read_bytes() != original
        assert support.answers(index_path) == before
        assert verify(index_path).ok
    with contextlib.closing(sqlite3.connect(gpkg)) as connection:
        connection.execute("PRAGMA journal_mode = delete")
    assert gpkg.read_bytes() != original
    assert verify(index_path).ok
    (index_path / "catalogue.gpkg-wal").write_bytes(b"left behind")
    assert support.answers(index_path) == before
    with IndexWriter.open(index_path) as writer:
        writer.remove(["c001"])
    assert not (index_path / "catalogue.gpkg-wal").exists()
    assert verify(index_path).ok


def test_an_edited_geopackage_is_noticed_and_repaired(index_path: Path) -> None:
    before = support.answers(index_path)
    with contextlib.closing(sqlite3.connect(index_path / "catalogue.gpkg")) as connection:
        connection.execute("UPDATE gpkg_contents SET description = 'edited'")
        connection.commit()
    with pytest.raises(CraterIndexError, match=r"catalogue\.gpkg is damaged.*--repair"):
        open_index(index_path)
    report = verify(index_path, repair=True)
    assert report.ok
    assert len(report.repaired) == 1
    assert support.answers(index_path) == before
