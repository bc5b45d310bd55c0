"""Checksums of blocks: a query compares what it touches, and every flip in it is found."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from craterbench_qgis.engine.errors import CraterIndexError
from craterbench_qgis.engine.index import (
    CraterIndex,
    IndexWriter,
    ListsShortlist,
    SegmentData,
    build_lists,
    finishing,
    open_index,
    reader,
    verify,
)
from craterbench_qgis.engine.index.format import VIEW_DTYPE
from craterbench_qgis.engine.index.manifest import load_manifest
from craterbench_qgis.engine.index.sums import BLOCK

from . import index_support as support

VIEWS = 2_000


def data(first: int) -> SegmentData:
    rng = np.random.default_rng(first)
    return SegmentData(
        crater_row=first + np.arange(VIEWS) // 2,
        observation=np.zeros(VIEWS, int),
        context=np.tile(support.CONTEXTS, VIEWS // 2),
        valid_fraction=np.ones(VIEWS),
        native_m_per_px=np.ones(VIEWS),
        m_per_px=np.ones(VIEWS),
        globals=support.unit(rng.standard_normal((VIEWS, support.G))),
        tokens=support.unit(rng.standard_normal((VIEWS, support.K, support.D))),
        seeds=np.zeros((VIEWS, support.K), int),
        assignment=np.zeros((VIEWS, support.N), int),
        thumbnails=[b"\xff\xd8" + bytes([number % 256]) for number in range(VIEWS)],
    )


def extend(writer: IndexWriter) -> None:
    first, number = writer.manifest.n_craters, VIEWS // 2
    names = [f"c{first + row:05d}" for row in range(number)]
    kinds = pa.array(["fresh", "old"] * (number // 2)).dictionary_encode()
    table = pa.table({"depth": np.arange(number) / 7, "note": names, "kind": kinds})
    rng = np.random.default_rng(first)
    places = rng.uniform(-180, 180, number), rng.uniform(-90, 90, number)
    writer.add_craters(names, *places, rng.uniform(5e3, 2e5, number), table)
    writer.begin_job({}, 1)
    writer.commit_chunk(0, data(first))
    writer.finish_job()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sums") / "blocks.craterindex"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finishing, "MIN_VIEWS", 1000)
        patch.setattr(finishing, "_LARGE", 0)
        with IndexWriter.create(path, support.settings()) as writer:
            writer.add_observation({})
            extend(writer)
            extend(writer)
            assert build_lists(writer) == 1
            extend(writer)
            assert build_lists(writer) == 1  # one for all, since the addition is large
    return path


@pytest.fixture
def path(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index that counts as large, so that nothing is compared at opening."""
    monkeypatch.setattr(reader, "CHECK_ALL_BELOW", 0)
    monkeypatch.setattr(reader, "AHEAD_AFTER", 600.0)
    return Path(shutil.copytree(built, tmp_path / "blocks.craterindex"))


def flip(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


def name_of(path: Path, part: str) -> Path:
    (file,) = (entry.path for entry in load_manifest(path).files() if part in entry.path)
    return path / file


def first_view(index: CraterIndex) -> object:
    return index.view_records([0])


def last_view(index: CraterIndex) -> object:
    return index.view_records([index.n_views - 1])


def first_crater(index: CraterIndex) -> object:
    return index.crater_records([0])


def all_lon(index: CraterIndex) -> object:
    return index.craters.lon


def search(index: CraterIndex) -> object:
    return ListsShortlist(index).search(np.ones(support.G, np.float32), 20)


SEGMENT = -(-VIEWS * VIEW_DTYPE.itemsize // BLOCK) * BLOCK


@pytest.mark.parametrize(
    ("part", "place", "ask"),
    [
        ("-v0000000/views.bin", 0, first_view),  # the first byte
        ("-v0000000/views.bin", BLOCK - 1, first_view),  # the last one of its block
        ("-v0000002/views.bin", -1, last_view),  # the last one of a block that is not full
        ("-v0000002/views.bin", VIEWS * VIEW_DTYPE.itemsize // BLOCK * BLOCK, last_view),
        (".lists", 0, search),
        (".lists", 100, search),
        (".lists", -1, search),
        ("catalogue/000001", 0, first_crater),
        ("catalogue/000001", -1, first_crater),
        ("catalogue/000001", -40, all_lon),
        (".sums", 0, first_view),
        (".sums", 40, first_crater),
        (".sums", -1, search),
    ],
)
def test_what_is_touched_is_compared_first(
    path: Path, part: str, place: int, ask: Callable[[CraterIndex], object]
) -> None:
    segments = [entry.path for entry in load_manifest(path).segments]
    part = part.replace("-v0000000", segments[0][len("segments/") :]).replace(
        "-v0000002", segments[-1][len("segments/") :]
    )
    with open_index(path) as index:
        ask(index)
    file = name_of(path, part)
    flip(file, place)
    for _ in range(2):
        with open_index(path) as index, pytest.raises(CraterIndexError, match="damaged"):
            ask(index)
            ask(index)
    report = verify(path)
    assert not report.ok and file.name in report.problems[0]


def test_every_byte_of_a_crater_is_compared(path: Path) -> None:
    """Whatever byte of the table is flipped: it is found, or no answer depends on it."""
    file = name_of(path, "catalogue/000001")
    whole = file.read_bytes()
    with open_index(path) as index:
        rows = [0, 1, 500, index.craters.rows // 3 - 1]
        before = json.dumps(index.crater_records(rows))
        places = index.craters.places(rows)
    found = 0
    for place in range(0, len(whole), 61):
        flip(file, place)
        with open_index(path) as index:
            try:
                assert json.dumps(index.crater_records(rows)) == before
                assert np.array_equal(index.craters.places(rows), places)
            except CraterIndexError as error:
                assert "damaged" in str(error)
                found += 1
        file.write_bytes(whole)
    assert found > 10


def test_the_rest_is_not_read(path: Path) -> None:
    """A query answers although a block that it does not touch is damaged, until the whole file is
    compared; then every use of it says so."""
    with open_index(path) as index:
        entry = index.segments[0].files["views.bin"].entry
    flip(path / entry.path, 10 * BLOCK)
    with open_index(path) as index:
        first_view(index)
        search(index)
        file = index.segments[0].files["views.bin"]
        with pytest.raises(CraterIndexError, match=r"views\.bin is damaged"):
            file.verified()
        with pytest.raises(CraterIndexError, match=r"views\.bin is damaged"):
            first_view(index)


def test_columns_are_those_of_the_rows(path: Path) -> None:
    with open_index(path, check="full") as index:
        assert np.array_equal(index.view_crater_rows, index.views["crater_row"])
        assert np.array_equal(index.global_scales, index.views["global_scale"])
        assert np.array_equal(index.view_records(np.arange(index.n_views)), index.views)
        whole = index.crater_records(np.arange(index.n_craters))
    with open_index(path) as index:
        some = np.array([3, 2999, 0, 1000, 999])
        assert index.crater_records(some) == [whole[row] for row in some]
        assert np.array_equal(np.stack(index.craters.places(some))[0], index.craters.lon[some])


def test_wrong_columns_under_right_checksums_are_verified(path: Path) -> None:
    file = name_of(path, ".sums")
    content = bytearray(file.read_bytes())
    content[-4 * 3 * VIEWS - 4] ^= 1  # the last crater row
    file.write_bytes(content)
    now = load_manifest(path)
    assert now.sums is not None
    entry = dataclasses.replace(now.sums, sha256=hashlib.sha256(content).hexdigest())
    (path / "manifest.json").write_bytes(dataclasses.replace(now, sums=entry).to_bytes())
    report = verify(path)
    assert "checksums of blocks" in report.problems[0]
    assert verify(path, repair=True).ok and load_manifest(path).sums is None


@pytest.mark.parametrize("place", [0, 8, 12, 48, 56, 60])
def test_sums_of_a_stranger(path: Path, place: int) -> None:
    """Wrong numbers under right checksums: a sentence, or an answer of views that exist."""
    file = name_of(path, ".sums")
    content = bytearray(file.read_bytes())
    content[place : place + 4] = b"\xff\xff\xff\x7f"
    file.write_bytes(content)
    now = load_manifest(path)
    assert now.sums is not None
    entry = dataclasses.replace(now.sums, sha256=hashlib.sha256(content).hexdigest())
    (path / "manifest.json").write_bytes(dataclasses.replace(now, sums=entry).to_bytes())
    with open_index(path) as index:
        try:
            views, _ = ListsShortlist(index).search(np.ones(support.G, np.float32), 20)
            assert 0 <= views.min() <= views.max() < index.n_views
        except CraterIndexError as error:
            assert "checksums" in str(error) or "damaged" in str(error)


def test_damaged_sums_are_dropped_and_made_again(path: Path) -> None:
    flip(name_of(path, ".sums"), 5)
    assert not verify(path).ok
    assert verify(path, repair=True).ok
    assert load_manifest(path).sums is None
    with open_index(path) as index:
        search(index)
    with IndexWriter.open(path) as writer:
        build_lists(writer)
    assert load_manifest(path).sums is not None and verify(path).ok


def test_earlier_readers_see_an_index_without_them(path: Path) -> None:
    """What they know of the manifest describes a whole index; format version 1."""
    content = json.loads((path / "manifest.json").read_bytes())
    assert content["format_version"] == 1
    assert len(content["wide_lists"][0]["segments"]) == 3 and "lists" not in content
    known = load_manifest(path)
    earlier = dataclasses.replace(known, wide_lists=(), sums=None)
    (path / "manifest.json").write_bytes(earlier.to_bytes())
    with open_index(path, check="full") as index:
        assert index.n_views == 3 * VIEWS
    with IndexWriter.open(path) as writer:  # what is not named is debris
        assert not list((path / "sums").iterdir()) and not list((path / "lists").iterdir())
        writer.remove(["c00003"])
    assert verify(path).ok
