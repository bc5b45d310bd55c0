"""Rough products of a query with narrow rows: against numpy, with numkong and without it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from craterbench_qgis.engine.index import rough
from craterbench_qgis.engine.index.rough import FOLD, RoughQuery


def spans_of(rng: np.random.Generator, count: int) -> np.ndarray:
    """Some spans of ``count`` rows, as lists give them."""
    cuts = np.unique(rng.integers(0, count // FOLD + 1, 6)) * FOLD
    spans = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    if not spans or rng.random() < 0.5:
        spans = [span for span in spans if span[1] < count // FOLD * FOLD]
        spans.append((spans[-1][1] + FOLD if spans else 0, count))
    return np.array([span for span in spans if span[0] < span[1]] or [(0, count)], np.int64)


@settings(max_examples=200)
@given(st.integers(0, 2**32), st.integers(1, 70), st.integers(1, 9000), st.booleans())
def test_products_are_those_of_numpy(seed: int, width: int, count: int, by_blas: bool) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.integers(-127, 128, (count, width), np.int8)
    vector = rng.normal(size=width).astype(np.float32) * np.float32(10.0 ** rng.integers(-6, 7))
    spans = spans_of(rng, count)
    library = rough.numkong
    try:
        if by_blas:
            rough.numkong = None
        query = RoughQuery(vector)
    finally:
        rough.numkong = library
    assert query.error == 0 or not by_blas
    got = query.products(rows, spans) * query.unit
    wanted = np.concatenate([rows[a:b] for a, b in spans]).astype(np.float64)
    lengths = np.linalg.norm(wanted, axis=1)
    allowed = (float(query.error) + 1e-5 * np.linalg.norm(vector)) * lengths
    assert (np.abs(got - wanted @ vector.astype(np.float64)) <= allowed).all()


@pytest.mark.parametrize(
    "vector", [np.zeros(5), np.full(5, np.inf), np.full(5, np.nan), np.ones(300)]
)
def test_odd_queries_go_by_blas(vector: np.ndarray) -> None:
    query = RoughQuery(vector.astype(np.float32))
    rows = np.zeros((9, len(vector)), np.int8)
    with np.errstate(invalid="ignore"):
        assert len(query.products(rows, np.array([[0, 9]]))) == 9
    assert (query.unit, query.error) == (1, 0)


@pytest.mark.parametrize(
    "rows",
    [
        np.zeros((8, 6), np.int8), np.zeros(8, np.int8), np.zeros((8, 5), np.uint8),
        np.zeros((8, 5), np.float32), np.zeros((2, 4, 5), np.int8),
    ],
)  # fmt: skip
def test_rows_that_do_not_fit_are_refused(rows: np.ndarray) -> None:
    with pytest.raises(ValueError, match="are no rows of 5 numbers"):
        RoughQuery(np.ones(5, np.float32)).products(rows, np.array([[0, 8]]))


def test_rows_that_are_not_in_a_row() -> None:
    every = np.random.default_rng(0).integers(-127, 128, (40, 12), np.int8)
    query, spans = RoughQuery(np.arange(5, dtype=np.float32)), np.array([[0, 20]])
    for rows in (every[::2, :5], every[20:, 7:], np.asfortranarray(every[:20, :5])):
        got = query.products(rows, spans) * query.unit
        bound = 1e-3 + query.error * np.linalg.norm(rows.astype(float), axis=1)
        assert (np.abs(got - rows.astype(float) @ np.arange(5)) <= bound).all()


def test_the_engine_starts_without_numkong() -> None:
    program = (
        "import sys; sys.modules['numkong'] = None\n"
        "from craterbench_qgis.engine.index import ListsShortlist, rough\n"
        "import numpy as np\n"
        "assert rough.numkong is None\n"
        "rows = np.arange(12, dtype=np.int8).reshape(4, 3)\n"
        "print(rough.RoughQuery(np.ones(3, np.float32)).products(rows, np.array([[0, 4]])))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[ 3. 12. 21. 30.]", done.stderr
