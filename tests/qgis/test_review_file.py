"""A review's file: read, written back and read by others; files that are none; a killed QGIS."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from craterbench_qgis.contract.body import Body
from craterbench_qgis.contract.search import Source
from craterbench_qgis.contract.vocabulary import Verdict
from craterbench_qgis.core.review.file import (
    Decided,
    NotAReview,
    ReviewFile,
)
from craterbench_qgis.core.review.order import PairQueue
from engine_side import ask
from paths import HERE, MOSAIC, needs_engine

pytestmark = needs_engine


def test_what_the_engine_wrote_is_read_and_written_back(review: Path) -> None:
    file = ReviewFile(review)
    content = file.read()
    assert content.body == Body("Moon", 1737400.0, 1737400.0) and content.writable
    assert len(content.pairs) >= 40
    if MOSAIC.exists():
        assert content.mosaics == [Source(str(MOSAIC))]
    pair = next(pair for pair in content.pairs if pair.a.id == "c0")
    assert (pair.b.id, pair.a.lon, pair.a.diameter_m) == ("d-c0", 179.95, 60e3)
    assert pair.b.lon < -179 and 0.1 < pair.distance_ratio < 0.2  # across the antimeridian
    assert pair.iou is not None and pair.similarity is None and pair.probability > 0.8
    first, second = file.attributes(pair.pair_id)
    assert (first["source"], second["source"], first["diam_km"]) == ("first", "second", 60.0)
    when = "2026-02-03T04:05:06.789Z"
    file.decide([(pair.pair_id, Decided(Verdict.DUPLICATE, "Anna Ö'Neil", when))])
    undecided = content.pairs[1]
    file.decide([(undecided.pair_id, Decided(Verdict.UNSURE, "Anna", when))])
    file.decide([(undecided.pair_id, Decided())])
    file.close()
    again = ReviewFile(review).read()
    kept = {pair.pair_id: pair.decided for pair in again.pairs if pair.decision}
    assert kept == {pair.pair_id: Decided(Verdict.DUPLICATE, "Anna Ö'Neil", when)}
    # The engine and any GIS read the same.
    review_read = ask("engine_files", "reviewed", review)
    assert review_read["decisions"] == [[["c0", "d-c0"], "duplicate", "Anna Ö'Neil"]]
    assert review_read["lines"]


def test_files_that_are_no_review(tmp_path: Path, review: Path) -> None:
    text = tmp_path / "text.gpkg"
    text.write_text("no database at all, but long enough to look like one")
    foreign = tmp_path / "foreign.gpkg"
    with sqlite3.connect(foreign) as db:
        db.execute("CREATE TABLE craters (fid INTEGER PRIMARY KEY)")
    old = Path(shutil.copy(review, tmp_path / "old.gpkg"))
    with sqlite3.connect(old) as db:
        db.execute("ALTER TABLE pairs RENAME COLUMN probability TO p")
    for path in (text, foreign, old):
        with pytest.raises(NotAReview):
            ReviewFile(path)
    with pytest.raises(FileNotFoundError):
        ReviewFile(tmp_path / "none.gpkg")
    assert not (tmp_path / "none.gpkg").exists()


def test_a_fact_nested_beyond_what_python_reads_opens_all_the_same(
    tmp_path: Path, review: Path
) -> None:
    spoiled = Path(shutil.copy(review, tmp_path / "deep.gpkg"))
    with sqlite3.connect(spoiled) as db:
        db.execute("UPDATE provenance SET value = ? WHERE key = 'mosaics'", ("[" * 100_000,))
    assert len(ReviewFile(spoiled).read().pairs) == len(ReviewFile(review).read().pairs)


@pytest.mark.parametrize("after", [3, 11])
def test_killed_in_the_middle_nothing_is_lost(home: Path, review: Path, after: int) -> None:
    command = [sys.executable, str(HERE / "qgis_to_kill.py"), "review", str(review), str(after)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        reported: list[list[str]] = []
        for line in process.stdout:
            if line.startswith("kept"):
                reported.append(line.split()[1:])
            if len(reported) >= after:
                break
        os.kill(process.pid, signal.SIGKILL)
        rest = process.stdout.read()
    reported += [line.split()[1:] for line in rest.splitlines() if line.startswith("kept ")]
    assert len(reported) >= after and process.returncode == -signal.SIGKILL
    with sqlite3.connect(review) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = db.execute("SELECT pair_id, decision, decided_at FROM pairs WHERE decision <> ''")
        kept = {str(row[0]): row[1:] for row in rows}
    assert {pair: kept[pair][0] for pair, _ in reported} == dict(reported)
    assert all(when for _, when in kept.values())
    # It goes on with a pair that is not decided, after the last one that is.
    content = ReviewFile(review).read()
    start = PairQueue(content.pairs).start()
    assert start is not None and not content.pairs[start].decision
    ranked = sorted(
        range(len(content.pairs)), key=lambda row: abs(content.pairs[row].probability - 0.5)
    )
    assert ranked.index(start) == len(kept)


def test_the_garbage_collector_looks_at_one_object_a_pair(review: Path) -> None:
    pairs = ReviewFile(review).read().pairs
    gc.collect()
    assert all(map(gc.is_tracked, pairs))
    inside = [value for pair in pairs for value in gc.get_referents(pair) if gc.is_tracked(value)]
    assert {type(value) for value in inside} <= {type, Decided}, "the class, what is decided"
