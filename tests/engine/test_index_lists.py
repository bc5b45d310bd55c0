"""The shortlist by inverted lists: against the exact scan, after changes, and damaged."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from craterbench_qgis.engine.errors import CraterIndexError
from craterbench_qgis.engine.index import (
    CraterIndex,
    ExactInt8,
    IndexWriter,
    ListsShortlist,
    SegmentData,
    build_lists,
    finishing,
    listed,
    manifest,
    open_index,
    open_shortlist,
    rough,
    shortlist,
    verify,
)
from craterbench_qgis.engine.index.lists import InvertedLists

from . import index_support as support

G, VIEWS, INNER = 64, 12_000, 10


def vectors(count: int, seed: int) -> np.ndarray:
    """Unit vectors without clusters near a surface of few dimensions, as descriptors are."""
    rng = np.random.default_rng(7)
    plane, mean = rng.standard_normal((INNER, G)), rng.standard_normal(G)
    rng = np.random.default_rng(seed)
    points = mean + 0.3 * rng.standard_normal((count, INNER)) @ plane
    return support.unit(points + 0.02 * rng.standard_normal((count, G)))


def data(count: int, seed: int, first: int = 0) -> SegmentData:
    return SegmentData(
        crater_row=first + np.arange(count) // 2,
        observation=np.zeros(count, int),
        context=np.tile(support.CONTEXTS, count // 2),
        valid_fraction=np.ones(count),
        native_m_per_px=np.ones(count),
        m_per_px=np.ones(count),
        globals=vectors(count, seed),
        tokens=np.zeros((count, support.K, support.D), np.float32),
        seeds=np.zeros((count, support.K), int),
        assignment=np.zeros((count, support.N), int),
        thumbnails=[b""] * count,
    )


def extend(writer: IndexWriter, count: int, seed: int) -> None:
    """Another addition of craters and views, one segment."""
    first = writer.manifest.n_craters
    number = count // 2
    names = [f"c{first + row}" for row in range(number)]
    writer.add_craters(names, np.zeros(number), np.zeros(number), np.full(number, 1e4))
    writer.begin_job({}, 1)
    writer.commit_chunk(0, data(count, seed, first))
    writer.finish_job()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lists") / "many.craterindex"
    with IndexWriter.create(path, support.settings(global_dim=G)) as writer:
        writer.add_observation({})
        extend(writer, VIEWS, 1)
        assert build_lists(writer) == 1
        assert build_lists(writer) == 0
    return path


@pytest.fixture
def index_path(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "many.craterindex"))


def recall(index: CraterIndex, size: int, mask: np.ndarray | None = None) -> float:
    lists, exact, shares = ListsShortlist(index), ExactInt8(index), []
    for query in vectors(30, 99):
        views, scores = lists.search(query, size, mask)
        wanted, truth = exact.search(query, size, mask)
        assert len(set(views.tolist())) == len(wanted)
        assert index.alive[views].all()
        assert mask is None or mask[views].all()
        assert scores == pytest.approx(index.globals(views) @ query, abs=2e-6)
        assert (np.diff(scores) <= 0).all()
        shares.append(np.isin(wanted, views).mean())
        assert truth[0] == pytest.approx(scores[0], abs=2e-6)
    return float(np.mean(shares))


@pytest.fixture(params=["numkong", "BLAS"])
def product(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What multiplies the rows of lists."""
    if request.param == "BLAS":
        monkeypatch.setattr(rough, "numkong", None)
    elif rough.numkong is None:
        pytest.skip("numkong is not installed")
    return str(request.param)


@pytest.mark.parametrize("chosen", [True, False])
def test_lists_agree_with_the_exact_scan(
    index_path: Path, monkeypatch: pytest.MonkeyPatch, product: str, chosen: bool
) -> None:
    if chosen:
        monkeypatch.setattr(listed, "_ALL_BELOW", 0)
    with open_index(index_path) as index:
        some = np.random.default_rng(0).random(index.n_views) < 0.4
        few = np.arange(index.n_views) % 100 == 0
        assert recall(index, 20) >= 0.99
        assert recall(index, 100) >= 0.99
        assert recall(index, 2000) >= 0.99
        assert recall(index, 20, few) == 1.0
        monkeypatch.setattr(listed, "_FEW_ALLOWED", 100)
        assert recall(index, 20, some) >= 0.99
        assert recall(index, 20, np.arange(index.n_views) < 600) >= 0.99


def test_products_make_no_difference(index_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if rough.numkong is None:
        pytest.skip("numkong is not installed")
    with open_index(index_path) as index:
        answers = []
        for library in (rough.numkong, None):
            monkeypatch.setattr(rough, "numkong", library)
            shortlist_ = ListsShortlist(index)
            answers.append([shortlist_.search(query, 50) for query in vectors(20, 98)])
    for (views, scores), (others, their_scores) in zip(*answers, strict=True):
        assert views.tolist() == others.tolist()
        np.testing.assert_allclose(scores, their_scores, atol=1e-6)


def test_only_a_part_is_read(index_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "_ALL_BELOW", 0)
    monkeypatch.setattr(listed, "_GAP", 128)
    scanned = []
    real = InvertedLists.spans

    def spans(self, lists, gap):  # type: ignore[no-untyped-def]
        result = real(self, lists, gap)
        scanned.append(int(np.diff(result).sum()))
        return result

    monkeypatch.setattr(InvertedLists, "spans", spans)
    with open_index(index_path) as index:
        assert index.lists[0][1].codes.shape[1] < G / 2
        ListsShortlist(index).search(vectors(1, 99)[0], 10)
    assert 0 < sum(scanned) < VIEWS / 2


def test_which_is_used(index_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_index(index_path) as index:
        assert open_shortlist(index).name == "exact"
        assert open_shortlist(index, "lists").name == "lists"
        monkeypatch.setattr(shortlist, "LISTS_FROM_VIEWS", 1000)
        assert open_shortlist(index).name == "lists"
    with IndexWriter.open(index_path) as writer:
        writer.drop_shortlist()
    assert not list((index_path / "lists").iterdir())
    assert b'"lists"' not in (index_path / "manifest.json").read_bytes()
    with open_index(index_path) as index:
        assert open_shortlist(index).name == "exact"
        with pytest.raises(CraterIndexError, match="has no inverted lists"):
            open_shortlist(index, "lists")


def test_additions_removals_and_compaction(
    index_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "_FEW_ALLOWED", 100)
    (before,) = (index_path / "lists").iterdir()
    with IndexWriter.open(index_path) as writer:
        extend(writer, 3000, 2)  # too few for lists of their own
        assert build_lists(writer) == 0
        with monkeypatch.context() as patch:
            patch.setattr(finishing, "_GROWN", 0)
            extend(writer, 9000, 3)
            assert build_lists(writer) == 1
    assert before.exists()
    with open_index(index_path, check="full") as index:
        assert [(first, len(lists)) for first, lists in index.lists] == [
            (0, VIEWS),
            (VIEWS, 12_000),
        ]
        assert recall(index, 100) >= 0.99
    with IndexWriter.open(index_path) as writer:
        assert build_lists(writer) == 1  # both as one
        extend(writer, 1000, 4)
        assert build_lists(writer) == 0
        writer.remove([f"c{row}" for row in range(0, 6000, 5)])
    assert not before.exists()
    with open_index(index_path, check="full") as index:
        assert [(first, len(lists)) for first, lists in index.lists] == [(0, VIEWS + 12_000)]
        assert [len(segment) for _, segment in index.unlisted] == [1000]
        assert recall(index, 100) >= 0.99
    with IndexWriter.open(index_path) as writer:
        assert writer.compact() > 0
        assert not writer.manifest.has_lists
        assert build_lists(writer) == 1
    with open_index(index_path, check="full") as index:
        assert recall(index, 100) >= 0.99
    assert verify(index_path).ok


def test_the_file_is_the_same_every_time(index_path: Path) -> None:
    (before,) = (file.read_bytes() for file in (index_path / "lists").iterdir())
    with IndexWriter.open(index_path) as writer:
        writer.drop_shortlist()
        build_lists(writer)
    (after,) = (file.read_bytes() for file in (index_path / "lists").iterdir())
    assert before == after


def test_damage_is_named_and_dropped(index_path: Path) -> None:
    (file,) = (index_path / "lists").iterdir()
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(content)
    with (
        open_index(index_path, check="sizes") as index,
        pytest.raises(CraterIndexError, match=r"lists at byte .* checksum differs"),
    ):
        open_shortlist(index, "lists").search(vectors(1, 99)[0], 20)
    assert not verify(index_path).ok
    assert verify(index_path, repair=True).ok
    with open_index(index_path, check="full") as index:
        assert open_shortlist(index).name == "exact"


@pytest.mark.parametrize("place", [0, 8, 12, 16, 20, 24, 40, -1, -20 * VIEWS, -25 * VIEWS])
def test_lists_of_a_stranger(index_path: Path, place: int) -> None:
    """Wrong numbers under right checksums: a sentence, or an answer of views that exist."""
    (file,) = (index_path / "lists").iterdir()
    content = bytearray(file.read_bytes())
    place %= len(content)
    content[place : place + 4] = b"\xff\xff\xff\x7f"[: len(content) - place]
    file.write_bytes(content)
    now = manifest.load_manifest(index_path)
    entry = dataclasses.replace(
        now.lists[0].file, sha256=hashlib.sha256(content).hexdigest(), size=len(content)
    )
    lists = (dataclasses.replace(now.lists[0], file=entry),)
    (index_path / "manifest.json").write_bytes(dataclasses.replace(now, lists=lists).to_bytes())
    with open_index(index_path) as index:
        try:
            views, _ = open_shortlist(index, "lists").search(vectors(1, 99)[0], 20)
            assert 0 <= views.min() <= views.max() < index.n_views
        except CraterIndexError as error:
            assert "holds no lists" in str(error) or "damaged" in str(error)


def test_a_damaged_descriptor_is_never_served(index_path: Path) -> None:
    query = vectors(1, 99)[0]
    with open_index(index_path, check="sizes") as index:
        best = int(ListsShortlist(index).search(query, 20)[0][0])
    (file,) = index_path.glob("segments/*/globals.bin")
    content = bytearray(file.read_bytes())
    content[best * G + 3] ^= 64
    file.write_bytes(content)
    with open_index(index_path, check="sizes") as index:
        shortlist = ListsShortlist(index)
        for _ in range(2):
            with pytest.raises(CraterIndexError, match=f"damaged at view {best}"):
                shortlist.search(query, 20)
