"""Late interaction against slow, obvious loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from craterbench_qgis.engine import interaction
from craterbench_qgis.engine.interaction import (
    best_patches,
    each_maxsim,
    maxsim,
    symmetric_maxsim,
)
from craterbench_qgis.engine.tokens import dequantise, instance_tokens, quantise

TIE = 1e-6


def first_best(values: list[float]) -> int:
    return next(i for i, v in enumerate(values) if v >= max(values) - TIE)


def tokens(rng: np.random.Generator, few: bool, *shape: int) -> np.ndarray:
    """Unit or zero vectors; with ``few`` values there are repeats, ties and zeros."""
    x = rng.integers(-1, 2, size=shape).astype(float) if few else rng.normal(size=shape)
    length = np.linalg.norm(x, axis=-1, keepdims=True)
    return np.divide(x, length, out=np.zeros_like(x), where=length > 0).astype(np.float32)


def slow_maxsim(query: np.ndarray, view: np.ndarray) -> float:
    total = 0.0
    for q in query:
        total += max(sum(float(a) * float(b) for a, b in zip(q, g, strict=True)) for g in view)
    return total / len(query)


sizes = st.integers(1, 7)


@settings(max_examples=100)
@given(st.integers(0, 2**32), st.booleans(), sizes, st.integers(0, 6), sizes, sizes)
def test_scores_agree_with_loops(seed: int, few: bool, q: int, v: int, k: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    query, gallery = tokens(rng, few, q, d), tokens(rng, few, v, k, d)
    one_way = [slow_maxsim(query, view) for view in gallery]
    back = [slow_maxsim(view, query) for view in gallery]
    got = maxsim(query, gallery)
    assert got.dtype == np.float32
    assert got.shape == (v,)
    np.testing.assert_allclose(got, one_way, atol=1e-5)
    both = [(a + b) / 2 for a, b in zip(one_way, back, strict=True)]
    np.testing.assert_allclose(symmetric_maxsim(query, gallery), both, atol=1e-5)


@settings(max_examples=100)
@given(
    st.integers(0, 2**32),
    st.booleans(),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.integers(1, 20),
    st.integers(1, 5),
)
def test_patches_agree_with_a_loop(
    seed: int, few: bool, grid: tuple[int, int], k: int, d: int
) -> None:
    rng = np.random.default_rng(seed)
    query = tokens(rng, few, grid[0] * grid[1], d)
    patches = tokens(rng, few, 1, grid[0] * grid[1], d)
    view = instance_tokens(patches, k, seeds="fps")
    stored, belongs = view.vectors[0], view.assignment[0]
    got = best_patches(query, grid, stored, belongs)

    product = [[float(a.astype(float) @ g) for g in stored] for a in query]
    assert sorted(m.query_patch for m in got) == list(range(len(query)))
    strengths = [m.similarity for m in got]
    assert strengths == sorted(strengths, reverse=True)
    for match in got:
        i, token = match.query_patch, first_best(product[match.query_patch])
        assert match.query_cell == (i // grid[1], i % grid[1])
        assert match.gallery_token == token
        assert match.similarity == pytest.approx(product[i][token], abs=1e-5)
        mine = [p for p in range(len(belongs)) if belongs[p] == token]
        assert list(match.gallery_patches) == mine
        assert list(match.gallery_cells) == [divmod(p, grid[1]) for p in mine]
        assert match.mutual == (first_best([row[token] for row in product]) == i)


def test_a_view_matches_itself_patch_by_patch() -> None:
    patches = tokens(np.random.default_rng(3), False, 9, 16)
    got = best_patches(patches, (3, 3), patches, np.arange(9))
    assert all(m.mutual and m.gallery_patches == (m.query_patch,) for m in got)
    assert maxsim(patches, patches[None])[0] == pytest.approx(1, abs=1e-5)


def test_blocks_do_not_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    query, gallery = tokens(rng, False, 5, 8), tokens(rng, False, 37, 3, 8)
    whole, both = maxsim(query, gallery), symmetric_maxsim(query, gallery)
    monkeypatch.setattr(interaction, "_BLOCK_BYTES", 4 * 3 * (8 + 5) * 4)  # four views at a time
    np.testing.assert_allclose(maxsim(query, gallery), whole, atol=1e-6)
    np.testing.assert_allclose(symmetric_maxsim(query, gallery), both, atol=1e-6)


@pytest.mark.parametrize("bytes_held", [1, 1 << 20])
def test_several_queries_score_as_each_alone(
    bytes_held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interaction, "_BLOCK_BYTES", bytes_held)
    rng = np.random.default_rng(5)
    queries, gallery = tokens(rng, False, 3, 5, 8), tokens(rng, False, 11, 4, 8)
    got = each_maxsim(queries, gallery)
    assert got.shape == (3, 11) and got.dtype == np.float32
    np.testing.assert_allclose(got, [maxsim(query, gallery) for query in queries], atol=1e-6)
    with pytest.raises(ValueError, match="several queries"):
        each_maxsim(queries[0], gallery)


def test_int8_gallery_scores_as_its_float_copy() -> None:
    rng = np.random.default_rng(6)
    query, gallery = tokens(rng, False, 5, 8), tokens(rng, False, 11, 3, 8)
    gallery[2, 1] = 0
    q, scale = quantise(gallery)
    np.testing.assert_allclose(
        maxsim(query, q, scale), maxsim(query, dequantise(q, scale)), atol=1e-6
    )
    np.testing.assert_allclose(
        symmetric_maxsim(query, q, scale),
        symmetric_maxsim(query, dequantise(q, scale)),
        atol=1e-6,
    )


def test_wrong_shapes_are_refused() -> None:
    good, view = np.ones((2, 3)), np.ones((4, 2, 3))
    for query, gallery in ((good[0], view), (good, view[0]), (good, np.ones((4, 2, 5)))):
        with pytest.raises(ValueError, match="do not fit"):
            maxsim(query, gallery)
    for query, gallery in ((good[:0], view), (good, view[:, :0])):
        with pytest.raises(ValueError, match="without tokens"):
            symmetric_maxsim(query, gallery)
    with pytest.raises(ValueError, match="do not fit"):
        best_patches(good, (2, 1), np.ones((2, 4)), np.zeros(2))
    with pytest.raises(ValueError, match="without tokens"):
        best_patches(good, (2, 1), np.ones((0, 3)), np.zeros(2))
    with pytest.raises(ValueError, match="grids"):
        best_patches(good, (2, 2), good, np.zeros(4))


@pytest.mark.parametrize(("count", "k", "q"), [(100, 16, 16), (500, 16, 16), (131, 5, 7)])
def test_equal_views_score_the_same_wherever_they_lie(count: int, k: int, q: int) -> None:
    rng = np.random.default_rng(6)
    query, view = tokens(rng, False, q, 256), tokens(rng, False, k, 256)
    numbers, scale = quantise(np.tile(view, (count, 1, 1)))
    scores = maxsim(query, numbers, scale)
    assert np.ptp(scores) <= interaction.TIE
