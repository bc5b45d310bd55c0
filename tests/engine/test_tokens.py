"""Seeds and instance tokens against slow, obvious loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from craterbench_qgis.contract.vocabulary import Seeds
from craterbench_qgis.engine.errors import EncoderError
from craterbench_qgis.engine.tokens import (
    METHODS,
    dequantise,
    instance_tokens,
    quantise,
)

TIE = 1e-6


def unit(vector: np.ndarray) -> np.ndarray:
    length = math.sqrt(sum(float(v) ** 2 for v in vector))
    return vector / length if length > TIE else np.zeros_like(vector)


def first_best(values: list[float]) -> int:
    return next(i for i, v in enumerate(values) if v >= max(values) - TIE)


@st.composite
def views(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Tokens [B, N, D] and attention [B, N]: random, or of few values (ties, repeats, zeros)."""
    b, n, d = draw(st.integers(1, 4)), draw(st.integers(1, 12)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    if draw(st.booleans()):
        tokens = rng.normal(size=(b, n, d))
    else:
        tokens = rng.integers(-1, 2, size=(b, n, d)).astype(float)
    length = np.linalg.norm(tokens, axis=2, keepdims=True)
    tokens = np.divide(tokens, length, out=np.zeros_like(tokens), where=length > 0)
    attention = rng.integers(0, 4, size=(b, n)) / 4
    return tokens.astype(np.float32), attention.astype(np.float32)


def slow_fps(tokens: np.ndarray, k: int) -> list[int]:
    mean = tokens.mean(axis=0)
    full = [i for i in range(len(tokens)) if tokens[i].any()]
    if not full:
        return list(range(k))
    seeds = [full[first_best([float(tokens[i] @ mean) for i in full])]]
    while len(seeds) < k:
        left = [i for i in full if i not in seeds]
        if left:
            away = [-max(float(tokens[i] @ tokens[s]) for s in seeds) for i in left]
            seeds.append(left[first_best(away)])
        else:
            seeds.append(min(i for i in range(len(tokens)) if i not in seeds))
    return seeds


def slow_attention(attention: np.ndarray, k: int) -> list[int]:
    return sorted(range(len(attention)), key=lambda i: (-attention[i], i))[:k]


def slow_aggregation(tokens: np.ndarray, seeds: list[int]) -> tuple[np.ndarray, list[int]]:
    owner = []
    for i, token in enumerate(tokens):
        if i in seeds:
            owner.append(seeds.index(i))
        else:
            owner.append(first_best([float(token @ tokens[s]) for s in seeds]))
    out = []
    for k, s in enumerate(seeds):
        cluster = [i for i in range(len(tokens)) if owner[i] == k and i != s]
        total = sum((tokens[i] for i in cluster), np.zeros(tokens.shape[1]))
        out.append(unit(tokens[s] + total / max(len(cluster), 1e-6)))
    return np.array(out), owner


def slow_kmeans(tokens: np.ndarray, seeds: list[int]) -> tuple[np.ndarray, list[int]]:
    centres = [tokens[s] for s in seeds]
    for _ in range(10):
        owner = [first_best([float(t @ c) for c in centres]) for t in tokens]
        for k in range(len(seeds)):
            cluster = [tokens[i] for i in range(len(tokens)) if owner[i] == k]
            mean = unit(np.mean(cluster, axis=0)) if cluster else np.zeros(tokens.shape[1])
            centres[k] = mean if mean.any() else centres[k]
    return np.array(centres), owner


@settings(max_examples=150)
@given(views(), st.integers(1, 15), st.sampled_from(("attention", "fps")))
def test_seeds_and_aggregation_agree_with_loops(
    data: tuple[np.ndarray, np.ndarray], k: int, strategy: str
) -> None:
    tokens, attention = data
    count = min(k, tokens.shape[1])
    got = instance_tokens(tokens, k, seeds=strategy, attention=attention)
    raw = instance_tokens(tokens, k, seeds=strategy, method="raw", attention=attention)
    for b in range(len(tokens)):
        exact = tokens[b].astype(np.float64)
        seeds = slow_fps(exact, count) if strategy == "fps" else slow_attention(attention[b], count)
        assert got.seeds[b].tolist() == seeds
        vectors, owner = slow_aggregation(exact, seeds)
        assert got.assignment[b].tolist() == raw.assignment[b].tolist() == owner
        np.testing.assert_allclose(got.vectors[b], vectors, atol=2e-5)
        np.testing.assert_allclose(raw.vectors[b], exact[seeds], atol=1e-6)
    assert got.vectors.dtype == np.float32
    assert got.seeds.dtype == np.int32
    assert got.assignment.dtype == np.uint16


@settings(max_examples=80)
@given(views(), st.integers(1, 15))
def test_centroids_agree_with_a_loop(data: tuple[np.ndarray, np.ndarray], k: int) -> None:
    tokens, attention = data
    got = instance_tokens(tokens, k, method="centroid", attention=attention)
    for b in range(len(tokens)):
        exact = tokens[b].astype(np.float64)
        vectors, owner = slow_kmeans(exact, got.seeds[b].tolist())
        assert got.assignment[b].tolist() == owner
        np.testing.assert_allclose(got.vectors[b], vectors, atol=2e-5)


@settings(max_examples=60)
@given(views(), st.integers(1, 15), st.sampled_from(Seeds), st.sampled_from(METHODS))
def test_any_input_gives_distinct_seeds_and_finite_unit_vectors(
    data: tuple[np.ndarray, np.ndarray], k: int, strategy: str, method: str
) -> None:
    tokens, attention = data
    got = instance_tokens(tokens, k, seeds=strategy, method=method, attention=attention)
    count = min(k, tokens.shape[1])
    assert got.vectors.shape == (len(tokens), count, tokens.shape[2])
    assert all(len(set(row)) == count for row in got.seeds.tolist())
    assert got.assignment.max() < count
    length = np.linalg.norm(got.vectors, axis=2)
    assert np.all((np.abs(length - 1) < 1e-5) | (length == 0))


@pytest.mark.parametrize("strategy", Seeds)
@pytest.mark.parametrize("method", METHODS)
def test_a_view_does_not_depend_on_its_batch(strategy: str, method: str) -> None:
    rng = np.random.default_rng(5)
    tokens = rng.normal(size=(9, 49, 32)).astype(np.float32)
    attention = rng.random((9, 49)).astype(np.float32)

    def stored(part: slice) -> list[bytes]:
        got = instance_tokens(
            tokens[part],
            7,
            seeds=strategy,
            method=method,
            attention=attention[part],
            seed=list(range(100, 109))[part],
        )
        return [v.tobytes() + a.tobytes() for v, a in zip(got.vectors, got.assignment, strict=True)]

    whole = stored(slice(0, 9))
    assert whole == stored(slice(0, 1)) + stored(slice(1, 5)) + stored(slice(5, 9))


def test_every_token_kept_where_k_reaches_n() -> None:
    tokens = np.random.default_rng(1).normal(size=(2, 6, 4)).astype(np.float32)
    tokens /= np.linalg.norm(tokens, axis=2, keepdims=True)
    got = instance_tokens(tokens, 50, seeds="fps")
    for b in range(2):
        assert sorted(got.seeds[b].tolist()) == list(range(6))
        np.testing.assert_allclose(got.vectors[b], tokens[b, got.seeds[b]], atol=1e-6)


def test_zero_tokens_only() -> None:
    tokens = np.zeros((2, 5, 3), np.float32)
    for method in METHODS:
        got = instance_tokens(tokens, 3, seeds="fps", method=method)
        assert got.seeds.tolist() == [[0, 1, 2]] * 2
        assert not got.vectors.any()


def test_opposite_tokens_that_cancel_stay_finite() -> None:
    tokens = np.array([[[1, 0], [-1, 0]]], np.float32)
    attention = np.array([[1, 0]], np.float32)
    assert not instance_tokens(tokens, 1, attention=attention).vectors.any()
    kept = instance_tokens(tokens, 1, method="centroid", attention=attention)
    assert kept.vectors.tolist() == [[[1, 0]]]


def test_tokens_of_other_lengths_are_made_unit_first() -> None:
    rng = np.random.default_rng(2)
    tokens = rng.normal(size=(1, 9, 4)).astype(np.float32)
    same = instance_tokens(tokens / np.linalg.norm(tokens, axis=2, keepdims=True), 3, seeds="fps")
    for factor in (30.0, 1e-25, 1e25):
        got = instance_tokens(tokens * np.float32(factor), 3, seeds="fps")
        np.testing.assert_allclose(got.vectors, same.vectors, atol=1e-5)


def test_random_seeds_are_repeatable_and_differ_by_view_and_number() -> None:
    tokens = np.ones((3, 100, 2), np.float32)
    first, again, third = (
        instance_tokens(tokens, 8, seeds="random", seed=seed).seeds for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, third)
    assert len({tuple(row) for row in first.tolist()}) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"k": 0}, "at least 1"),
        ({"seeds": "best"}, "attention, fps, random"),
        ({"method": "median"}, "aggregated, raw, centroid"),
        ({"attention": None}, "Choose the seeds 'fps'"),
        ({"attention": np.ones((2, 4), np.float32)}, "patch size"),
        ({"attention": np.full((2, 5), np.nan)}, "not finite"),
        ({"tokens": np.full((2, 5, 3), np.inf, np.float32)}, "not finite"),
        ({"tokens": np.ones((5, 3), np.float32)}, "shape"),
        ({"seeds": "random", "seed": [1, 2, 3]}, "one for each view"),
    ],
)
def test_bad_input_is_named(change: dict[str, object], words: str) -> None:
    good: dict[str, object] = {
        "tokens": np.ones((2, 5, 3), np.float32),
        "k": 2,
        "attention": np.ones((2, 5), np.float32),
    }
    with pytest.raises(EncoderError, match=words):
        instance_tokens(**(good | change))  # type: ignore[arg-type]


@settings(max_examples=100)
@given(st.integers(0, 2**32), st.floats(-46, 38), st.integers(0, 5), st.integers(0, 9))
def test_int8_is_within_half_a_step(seed: int, power: float, n: int, d: int) -> None:
    x = (np.random.default_rng(seed).uniform(-1, 1, (2, n, d)) * 10.0**power).astype(np.float32)
    q, scale = quantise(x)
    assert q.dtype == np.int8
    assert scale.dtype == np.float32
    assert q.shape == x.shape
    assert scale.shape == x.shape[:-1]
    assert np.all(q.astype(int) >= -127)
    back = dequantise(q, scale)
    assert np.isfinite(back).all()
    # Denormal scales have few digits: there the error is bounded by the smallest float instead.
    step = np.maximum(scale.astype(np.float64), 127 * 1.5e-45)[..., None]
    assert np.all(np.abs(back.astype(np.float64) - x) <= 0.5001 * step + 127 * 1.5e-45)


def test_int8_of_zero_and_of_non_numbers() -> None:
    q, scale = quantise(np.zeros((3, 4)))
    assert not q.any()
    assert not scale.any()
    assert not dequantise(q, scale).any()
    for bad in (np.nan, np.inf):
        with pytest.raises(EncoderError, match="not finite"):
            quantise(np.array([1.0, bad]))
