"""The parts of an evaluation: exhaustive matching, patch storage, plots of partial results."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from craterbench_qgis.engine.evaluation import store as store_module
from craterbench_qgis.engine.evaluation.matching import Matcher, Stopwatch, torch_device
from craterbench_qgis.engine.evaluation.plots import write_plots
from craterbench_qgis.engine.evaluation.store import PatchesUnavailable, PatchStore, one_ahead
from craterbench_qgis.engine.interaction import maxsim


def unit(*shape: int, seed: int = 0) -> np.ndarray:
    x = np.random.default_rng(seed).normal(size=shape)
    return (x / np.linalg.norm(x, axis=-1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(
    ("queries", "per", "views", "k"), [(7, 3, 11, 5), (1, 1, 1, 1), (70, 64, 65, 64)]
)
def test_matcher_is_maxsim(queries: int, per: int, views: int, k: int) -> None:
    q, g = unit(queries, per, 24), unit(views, k, 24, seed=1)
    q[0, 0] = 0
    scores = Matcher(q).scores(g)
    slow = np.stack([maxsim(tokens, g) for tokens in q])
    np.testing.assert_allclose(scores, slow, atol=2e-6)


def test_matcher_in_small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("craterbench_qgis.engine.evaluation.matching._CPU_ELEMENTS", 64)
    q, g = unit(9, 4, 8), unit(13, 3, 8, seed=1)
    slow = np.stack([maxsim(tokens, g) for tokens in q])
    np.testing.assert_allclose(Matcher(q).scores(g), slow, atol=2e-6)


def test_torch_device() -> None:
    assert torch_device("cpu") == torch_device("") == torch_device("mps") == "cpu"
    assert torch_device("cuda:1 (NVIDIA H200)") == "cuda:1"


def test_time_is_scaled_to_the_gallery() -> None:
    watch = Stopwatch()
    watch.see(unit(50, 16, 32))
    watch.see(unit(50, 16, 32, seed=2))
    queries = list(unit(5, 16, 32))
    small, ten = watch.ms_per_query(queries, 100), watch.ms_per_query(queries, 1000)
    assert 0 < small < ten


@pytest.mark.parametrize(
    ("memory", "exact", "kind", "error"),
    [
        (1 << 20, True, "float32", 0.0),
        (1 << 20, False, "float16", 1e-3),
        (20 * 9 * 16, False, "int8", 4e-3),
        (1, False, "int8 on disk", 4e-3),
    ],
)
def test_patches_are_kept_within_the_memory(
    memory: int, exact: bool, kind: str, error: float
) -> None:
    tokens, attention = unit(20, 9, 16), np.random.default_rng(0).random((20, 9), np.float32)
    with PatchStore(25, 9, 16, memory, exact) if exact else PatchStore(20, 9, 16, memory) as store:
        assert store.kind == kind
        for start in range(0, 20, 8):
            store.append(tokens[start : start + 8], attention[start : start + 8])
        store.truncate()
        assert len(store) == 20 and (store.patches, store.dim) == (9, 16)
        patches = store.read(slice(3, 11))
        assert patches.dtype == np.float32
        assert np.abs(patches - tokens[3:11]).max() <= error
        np.testing.assert_array_equal(store.attention, attention)
        folder = store._folder
    assert folder is None or not __import__("pathlib").Path(folder.name).exists()


def test_no_room_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_SPARE_DISK", 1 << 60)
    with pytest.raises(PatchesUnavailable, match="--memory"):
        PatchStore(20, 9, 16, 1)


def test_one_ahead_keeps_order_and_raises() -> None:
    names = []

    def items():  # type: ignore[no-untyped-def]
        for i in range(5):
            names.append(threading.current_thread().name)
            yield i
        raise ValueError("the end")

    numbers = []
    with pytest.raises(ValueError, match="the end"):
        for number in one_ahead(items()):
            numbers.append(number)
    assert numbers == list(range(5)) and all(name.startswith("ahead") for name in names)


def test_plots_of_what_there_is(tmp_path) -> None:  # type: ignore[no-untyped-def]
    row = {
        "method": "global", "seeds": None, "k": None, "shortlist": None, "map_image": 0.5,
        "map_id": 0.6, "recovery": None, "bytes_per_view": 100, "ci95": {"map_image": [0.4, 0.6]},
    }  # fmt: skip
    result = {"encoder": "hog", "queries": 3, "gallery_views": 4, "rows": [row]}
    assert write_plots(tmp_path, result) == []
    two = {**row, "method": "two-stage", "k": 16, "shortlist": 25, "recovery": 98.0}
    names = [plot.name for plot in write_plots(tmp_path, {**result, "rows": [row, two]})]
    assert names == ["map_over_bytes.png", "recovery_over_shortlist.png"]
