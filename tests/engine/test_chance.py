"""How sure: the expected number of matches by chance is what chance brings."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from craterbench_qgis.engine.index import CraterIndex, IndexWriter
from craterbench_qgis.engine.interaction import maxsim
from craterbench_qgis.engine.search.chance import (
    FILE,
    MIN_CRATERS,
    ChanceModel,
    calibrate,
    chance_of,
)

from .index_support import D, K, chunk_data, settings, unit

COUNT = 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _index(tmp_path_factory.mktemp("chance") / "x.craterindex", COUNT)


def _index(path: Path, count: int) -> Path:
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(-180, 180, count), np.degrees(np.arcsin(rng.uniform(-1, 1, count)))
    source = {"mosaic": "m.tif", "catalogue": "c.csv"}
    with IndexWriter.create(path, settings()) as writer:
        ids = [f"C{n}" for n in range(count)]
        table = pa.table({"name": ids})
        writer.add_craters(ids, lon, lat, np.full(count, 3000.0), table, source)
        writer.add_observation({"path": "m.tif", "fingerprint": "0" * 64})
        chunks = -(-count // 50)
        writer.begin_job({}, chunks)
        for chunk in range(chunks):
            writer.commit_chunk(chunk, chunk_data(chunk, count, 50))
        writer.finish_job()
    return path


def test_expected_numbers_are_what_chance_brings(folder: Path) -> None:
    """Random queries: about E craters score at least what is said to happen E times."""
    with CraterIndex.open(folder) as index:
        chance = chance_of(index)
        assert chance is not None
        tokens = index.tokens(np.arange(index.n_views))
        rows = index.view_crater_rows
        rng = np.random.default_rng(9)
        seen = {1.0: 0, 10.0: 0}
        rounds = 60
        for _ in range(rounds):
            query = unit(rng.standard_normal((K, D)))
            best = np.full(COUNT, -1.0)
            np.maximum.at(best, rows, maxsim(query, tokens))
            expected = chance.expected(query, best)
            assert expected is not None
            for level in seen:
                seen[level] += int((expected <= level).sum())
    assert 0.6 < seen[1.0] / rounds < 1.6
    assert 8.0 < seen[10.0] / rounds < 12.5


def test_a_true_match_is_not_chance(folder: Path) -> None:
    with CraterIndex.open(folder) as index:
        chance = chance_of(index)
        assert chance is not None
        tokens = index.tokens([5])[0]
        expected = chance.expected(tokens, [1.0, 0.0])
        assert expected is not None and expected[0] < 0.2 and expected[1] > 100


def test_decoys_on_the_querys_ground_do_not_count(folder: Path) -> None:
    with CraterIndex.open(folder) as index:
        chance = chance_of(index)
        assert chance is not None
        tokens = index.tokens([0])[0]
        far = chance.expected(tokens, [0.9], (0.0, 0.0, 3000.0))
        everywhere = chance.expected(tokens, [0.9], (0.0, 0.0, 3.0e7))
        assert far is not None and everywhere is None  # no decoy is left: nothing is claimed


def test_kept_and_made_again_when_the_index_changes(folder: Path) -> None:
    with CraterIndex.open(folder) as index:
        first = chance_of(index)
        assert first is not None and (folder / FILE).is_file()
        again = chance_of(index)
        assert again is not None and again.model == first.model
        (folder / FILE).write_text("{", encoding="utf-8")
        assert chance_of(index).model == first.model  # type: ignore[union-attr]
        old = dataclasses.replace(first.model, generation=first.model.generation - 1)
        (folder / FILE).write_text(json.dumps(dataclasses.asdict(old)), encoding="utf-8")
        assert chance_of(index).model.generation == index.manifest.generation  # type: ignore[union-attr]


def test_a_small_index_says_nothing(tmp_path: Path) -> None:
    path = _index(tmp_path / "small.craterindex", MIN_CRATERS - 1)
    with CraterIndex.open(path) as index:
        assert calibrate(index) is None and chance_of(index) is None


def test_survival_falls_and_never_ends() -> None:
    model = ChanceModel("x", 1, [], list(np.linspace(-3, 2, 101)), 0.02, 0.1, 0.4, 1000)
    values = model.survival([-9, -3, 0, 2, 2.5, 4, 30])
    assert values[0] == values[1] == 1.0 and values[3] == pytest.approx(0.02)
    assert (np.diff(values[1:]) < 0).all() and values[-1] > 0
