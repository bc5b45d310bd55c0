"""The shortlist: exact against a slow reference, HNSW against exact."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from craterbench_qgis.engine.errors import CraterIndexError, QueryError
from craterbench_qgis.engine.index import (
    CraterIndex,
    ExactInt8,
    HnswShortlist,
    IndexWriter,
    SegmentData,
    build_hnsw,
    consolidate,
    open_index,
    open_shortlist,
    scanning,
    shortlist,
)

from . import index_support as support

CRATERS = 1500


def large_data() -> SegmentData:
    """3000 views around 40 centres; ten of them equal."""
    rng = np.random.default_rng(4)
    v = 2 * CRATERS
    centres = rng.standard_normal((40, support.G))
    globals_ = centres[rng.integers(0, 40, v)] + 0.4 * rng.standard_normal((v, support.G))
    globals_[100:110] = globals_[100]
    return SegmentData(
        crater_row=np.arange(v) // 2,
        observation=np.zeros(v, int),
        context=np.tile(support.CONTEXTS, CRATERS),
        valid_fraction=np.ones(v),
        native_m_per_px=np.ones(v),
        m_per_px=np.ones(v),
        globals=support.unit(globals_),
        tokens=np.zeros((v, support.K, support.D), np.float32),
        seeds=np.zeros((v, support.K), int),
        assignment=np.zeros((v, support.N), int),
        thumbnails=[b""] * v,
    )


@pytest.fixture(scope="module")
def index_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shortlist") / "many.craterindex"
    with IndexWriter.create(path, support.settings()) as writer:
        writer.add_observation({})
        support.add_catalogue(writer, CRATERS)
        writer.begin_job({}, 1)
        writer.commit_chunk(0, large_data())
        writer.finish_job()
    return path


def queries(count: int) -> np.ndarray:
    data, rng = large_data(), np.random.default_rng(5)
    near = data.globals[rng.integers(0, len(data), count)]
    return support.unit(near + 0.05 * rng.standard_normal(near.shape))


def slow(index: CraterIndex, query: np.ndarray, size: int, mask: np.ndarray) -> list[int]:
    scores = index.globals(np.arange(index.n_views)).astype(np.float64) @ query.astype(np.float64)
    ranked = sorted(np.flatnonzero(mask), key=lambda view: (-scores[view], view))
    return [int(view) for view in ranked[:size]]


@pytest.mark.parametrize("size", [1, 10, 500, 2999, 3000, 9999])
def test_exact_is_exact(index_path: Path, size: int) -> None:
    with open_index(index_path) as index:
        backend = ExactInt8(index)
        rng = np.random.default_rng(size)
        for query in queries(5):
            for mask in (None, rng.random(index.n_views) < 0.3):
                views, scores = backend.search(query, size, mask)
                allowed = np.ones(index.n_views, bool) if mask is None else mask
                assert views.dtype == np.int64
                assert scores.dtype == np.float32
                assert set(views.tolist()) <= set(np.flatnonzero(allowed).tolist())
                assert len(set(views.tolist())) == min(size, int(allowed.sum()))
                expected = slow(index, query, size, allowed)
                truth = index.globals(np.arange(index.n_views)) @ query
                assert scores == pytest.approx(truth[views], abs=2e-6)
                assert scores == pytest.approx(truth[expected], abs=2e-6)
                assert (np.diff(scores) <= 0).all()


def test_equal_scores_come_in_order(index_path: Path) -> None:
    with open_index(index_path) as index:
        query = large_data().globals[100]
        for size in (3, 10):
            views, _ = ExactInt8(index).search(query, size)
            assert views.tolist() == list(range(100, 100 + size))
        nothing, _ = ExactInt8(index).search(query, 10, np.zeros(index.n_views, bool))
        assert nothing.size == 0


@given(
    st.lists(st.integers(-3, 3), min_size=0, max_size=30),
    st.integers(0, 40),
    st.lists(st.booleans(), min_size=30, max_size=30),
)
def test_best(scores: list[int], size: int, allowed: list[bool]) -> None:
    values = np.array(scores, np.float32)
    mask = np.array(allowed[: len(scores)], bool)
    views, best_scores = scanning.best(values, size, mask)
    expected = sorted(np.flatnonzero(mask).tolist(), key=lambda i: (-scores[i], i))[:size]
    assert views.tolist() == expected
    assert best_scores.tolist() == [scores[i] for i in expected]


def test_the_result_does_not_depend_on_the_segments(
    index_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consolidate, "SEGMENT_VIEWS", 1)
    path, data = tmp_path / "cut.craterindex", large_data()
    with IndexWriter.create(path, support.settings()) as writer:
        writer.add_observation({})
        support.add_catalogue(writer, CRATERS)
        writer.begin_job({}, 3)
        for chunk, part in enumerate((slice(0, 7), slice(7, 1031), slice(1031, None))):
            fields = {name: getattr(data, name)[part] for name in vars(data) if name != "skipped"}
            writer.commit_chunk(chunk, SegmentData(**fields))
        writer.finish_job()
    with open_index(path) as cut, open_index(index_path) as whole:
        assert len(cut.segments) == 3
        for query in queries(5):
            ours, theirs = (ExactInt8(index).search(query, 50) for index in (cut, whole))
            # A block of another length may round the last bit of a product differently.
            assert ours[1] == pytest.approx(theirs[1], abs=1e-6)
            assert set(ours[0][:40].tolist()) <= set(theirs[0].tolist())


def test_hnsw_agrees_with_exact(index_path: Path) -> None:
    with IndexWriter.open(index_path) as writer:
        build_hnsw(writer, threads=1)
    with open_index(index_path) as index:
        exact, graph = ExactInt8(index), HnswShortlist(index)
        hits = 0
        for query in queries(50):
            ours, scores = graph.search(query, 100)
            theirs, expected = exact.search(query, 100)
            hits += len(set(ours.tolist()) & set(theirs.tolist()))
            assert (np.diff(scores) <= 0).all()
            truth = dict(zip(theirs.tolist(), expected.tolist(), strict=True))
            for view, score in zip(ours.tolist(), scores.tolist(), strict=True):
                assert truth.get(view, score) == pytest.approx(score, abs=2e-6)
            mask = np.arange(index.n_views) % 3 == 0
            assert graph.search(query, 20, mask)[0].tolist() == (
                exact.search(query, 20, mask)[0].tolist()
            )
        assert hits >= 0.99 * 50 * 100
        assert len(graph.search(queries(1)[0], 5000)[0]) == index.n_views
        assert open_shortlist(index, "hnsw").name == "hnsw"
        assert open_shortlist(index).name == "exact"  # far below the measured cross-over
        index.settings.check()


def test_hnsw_is_the_same_every_time_and_dropped_with_any_change(
    index_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = []
    for _ in range(2):
        with IndexWriter.open(index_path) as writer:
            build_hnsw(writer, threads=1)
        (file,) = (index_path / "shortlist").iterdir()
        files.append(file.read_bytes())
    assert files[0] == files[1]
    monkeypatch.setattr(shortlist, "HNSW_FROM_VIEWS", 0)
    with open_index(index_path) as index:
        assert open_shortlist(index).name == "hnsw"
        missing = _without_hnswlib(monkeypatch)
        assert open_shortlist(index).name == "exact"
        with pytest.raises(CraterIndexError, match="hnswlib cannot be used here"):
            open_shortlist(index, "hnsw")
        missing.undo()
    with IndexWriter.open(index_path) as writer:
        writer.remove(["c1400"])
    assert not list((index_path / "shortlist").iterdir())
    with open_index(index_path) as index:
        with pytest.raises(CraterIndexError, match="has no HNSW graph"):
            open_shortlist(index, "hnsw")
        everything, _ = open_shortlist(index).search(queries(1)[0], 5000)
        assert len(everything) == index.n_views - 2
        mask = np.zeros(index.n_views, bool)
        mask[2799:2803] = True  # 2800 and 2801 are the removed crater's
        assert sorted(open_shortlist(index).search(queries(1)[0], 9, mask)[0]) == [2799, 2802]
    with IndexWriter.open(index_path) as writer:
        build_hnsw(writer, threads=1)
    with open_index(index_path) as index:
        everything, _ = open_shortlist(index, "hnsw").search(queries(1)[0], 2998)
        assert not {2800, 2801} & set(everything.tolist())


def _without_hnswlib(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    real = builtins.__import__

    def fake(name: str, *rest: Any, **more: Any) -> Any:
        if name == "hnswlib":
            raise ImportError("no such module")
        return real(name, *rest, **more)

    patch = pytest.MonkeyPatch()
    patch.setattr(builtins, "__import__", fake)
    return patch


def test_wrong_queries_are_named(index_path: Path) -> None:
    with open_index(index_path) as index:
        backend = open_shortlist(index)
        with pytest.raises(QueryError, match="has 3 numbers"):
            backend.search(np.ones(3), 5)
        with pytest.raises(QueryError, match="finite"):
            backend.search(np.full(support.G, np.nan), 5)
        with pytest.raises(QueryError, match="filter names 2 views"):
            backend.search(np.ones(support.G), 5, np.ones(2, bool))
        with pytest.raises(QueryError, match="Choose auto, exact, lists or hnsw"):
            open_shortlist(index, "faiss")
