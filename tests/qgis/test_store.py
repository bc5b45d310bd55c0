"""The project's store in real QGIS: kept, moved, shared; never on the window's thread."""

from __future__ import annotations

import functools
import gc
import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from qgis.PyQt.QtGui import QImage

from craterbench_qgis.contract.vocabulary import Decision
from craterbench_qgis.core.store.file import StoreFile
from craterbench_qgis.core.store.project import store_path
from engine_side import ask
from inside import load, settle, wait_until
from paths import HERE, needs_engine
from sets import match_set, scattered
from store_bench import StoreBench, accepted_in, bench

__all__ = ["bench"]  # a fixture


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The threads on which the store's file was used."""
    used: set[int] = set()

    def watched(method: Any) -> Any:
        @functools.wraps(method)
        def call(*arguments: Any, **options: Any) -> Any:
            used.add(threading.get_ident())
            return method(*arguments, **options)

        return call

    for name, method in list(vars(StoreFile).items()):
        if callable(method) and not name.startswith("_"):
            monkeypatch.setattr(StoreFile, name, watched(method))
    return used


def test_a_project_without_queries_gets_no_file(bench: StoreBench) -> None:
    bench.open()
    bench.save_project("moon.qgz")
    assert not store_path(bench.project).exists()


def test_kept_beside_the_project_and_read_back(bench: StoreBench) -> None:
    store = bench.open()
    bench.save_project("moon.qgz")
    crop = bench.folder / "crop.png"
    image = QImage(32, 32, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    assert image.save(str(crop))
    matches = match_set(scattered(200), image=str(crop), label="Tycho, a box")
    matches.decide([3], Decision.REJECTED)
    store.save(matches)
    matches.decide([0, 1], Decision.ACCEPTED)
    bench.settle()
    assert store.path() == bench.folder / "moon_craterbench.gpkg"
    (item,) = store.history()
    assert (item.label, item.matches, item.accepted, item.rejected) == ("Tycho, a box", 200, 2, 1)
    assert item.index_name == "moon" and store.crop(item.set_id) == crop.read_bytes()
    assert load(store, matches.set_id) is matches, "one object while it is in use"
    set_id, best = matches.set_id, matches.matches[0]
    del matches
    gc.collect()
    crop.unlink()
    bench.close()

    bench.project.clear()
    store = bench.open()
    assert store.history() == []
    bench.read_project("moon.qgz")
    (item,) = store.history()
    again = load(store, set_id)
    assert again.matches[0] == best
    assert again.decisions() == {0: Decision.ACCEPTED, 1: Decision.ACCEPTED, 3: Decision.REJECTED}
    assert again.request.mosaic.path == "/data/moon.tif" and again.provenance["encoder"] == "hog"
    assert again.created == item.created and not QImage(again.preview.image).isNull()
    opened: list[Any] = []
    store.open_set(set_id, opened.append)
    assert opened == [again]
    assert load(store, "nonsense") is None
    image_of_crop = Path(again.preview.image)
    bench.close()
    assert not image_of_crop.exists() and not bench.warnings


def test_renamed_deleted_and_restored(bench: StoreBench) -> None:
    store = bench.open()
    bench.save_project("moon.qgz")
    matches = match_set(scattered(20), label="a box")
    matches.decide([0, 1], Decision.ACCEPTED)
    store.save(matches)
    bench.settle()
    store.rename(matches.set_id, "Tycho")
    bench.settle()
    assert store.history()[0].label == "Tycho" == matches.request.label
    store.delete(matches.set_id)
    bench.settle()
    assert store.history() == []
    store.restore(matches.set_id)
    bench.settle()
    assert store.history()[0].accepted == 2


@needs_engine
def test_another_program_reads_the_matches(bench: StoreBench) -> None:
    store = bench.open()
    bench.save_project("moon.qgz")
    matches = match_set(scattered(200))
    matches.decide([3], Decision.REJECTED)
    matches.decide([0, 1], Decision.ACCEPTED)
    store.save(matches)
    bench.settle()
    path = store.path()
    store.delete(matches.set_id)
    store.restore(matches.set_id)
    bench.settle()
    bench.close()
    table = ask("engine_tables", "table", path, "matches")
    columns = table["columns"]
    assert table["features"] == 200 and "1737400" in table["crs"]
    assert table["x"] == pytest.approx(columns["lon"])
    assert table["y"] == pytest.approx(columns["lat"])
    assert columns["decision"][:5] == [
        "accepted", "accepted", "undecided", "rejected", "undecided",
    ]  # fmt: skip
    assert json.loads(columns["record"][7])["attributes"]["name"] == "Crater 7"
    assert not list(bench.folder.glob("*-wal")) and not list(bench.folder.glob("*-journal"))


def test_a_crash_loses_no_decision(tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "crash_after_decision.py"), str(tmp_path)]
    crashed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert crashed.returncode == 9 and crashed.stdout.endswith("decided\n"), crashed.stderr
    with closing(sqlite3.connect(tmp_path / "moon_craterbench.gpkg")) as database:
        rows = database.execute("SELECT place, decision FROM matches WHERE decision <> 'undecided'")
        assert sorted(rows) == [(4, "accepted"), (5, "accepted")]


def test_an_unsaved_project_then_save_and_save_as(bench: StoreBench) -> None:
    store = bench.open()
    first = match_set(scattered(20), label="first")
    store.save(first)
    bench.settle()
    assert store.path() is None
    assert len(bench.warnings) == 1 and "not saved" in bench.warnings[0]
    assert bench.project.isDirty() and len(store.history()) == 1
    store.save(match_set(scattered(20), label="second"))
    bench.settle()
    assert len(bench.warnings) == 1, "told once"
    first.decide([2], Decision.ACCEPTED)
    bench.save_project("a.qgz")
    assert store.path() == bench.folder / "a_craterbench.gpkg"
    assert {(item.label, item.accepted) for item in store.history()} == {
        ("first", 1),
        ("second", 0),
    }
    # Save as: a copy, and the old one stays as it was.
    bench.save_project("b.qgz")
    assert store.path() == bench.folder / "b_craterbench.gpkg"
    first.decide([3], Decision.ACCEPTED)
    bench.settle()
    a, b = bench.folder / "a_craterbench.gpkg", bench.folder / "b_craterbench.gpkg"
    assert (accepted_in(a), accepted_in(b)) == (1, 2)
    # Over a project that has results: they are set aside, not lost.
    bench.save_project("a.qgz")
    assert accepted_in(a) == 2
    (aside,) = bench.folder.glob("a_craterbench.replaced-*.gpkg")
    assert accepted_in(aside) == 1 and aside.name in bench.warnings[-1]
    # Another project: nothing of the first.
    bench.project.clear()
    bench.settle()
    assert store.history() == [] and store.path() is None
    first.decide([4], Decision.ACCEPTED)  # a leftover of the old project
    bench.settle()
    assert accepted_in(a) == 2


def test_another_program_that_holds_the_file_does_not_hold_up_the_window(
    bench: StoreBench, threads: set[int]
) -> None:
    bench.save_project("moon.qgs")
    store = bench.open()
    matches = match_set(scattered(50))
    store.save(matches)
    bench.settle()
    with closing(sqlite3.connect(str(store.path()), isolation_level=None)) as base:
        base.execute("BEGIN IMMEDIATE")
        base.execute("UPDATE matches SET decision='rejected' WHERE place=7")
        matches.decide([8], Decision.ACCEPTED)
        wait_until(lambda: bench.warnings)
        assert "Another program" in bench.warnings[0], "told while it still holds the file"
        base.execute("COMMIT")
        bench.settle()
        (item,) = store.history()
        assert (item.accepted, item.rejected) == (1, 1)
        base.execute("DELETE FROM queries")
    store.refresh()
    bench.settle()
    assert store.history() == []
    assert threads and threading.get_ident() not in threads


def test_a_thousand_matches_are_saved_and_opened_off_the_windows_thread(
    bench: StoreBench, threads: set[int]
) -> None:
    """How long the window stands still meanwhile is measured in benchmarks/bench_plugin.py."""
    bench.save_project("moon.qgs")
    store = bench.open()
    matches = match_set(scattered(1000))
    store.save(matches)
    for row in range(0, 400, 4):
        matches.decide([row], Decision.ACCEPTED)
    wait_until(lambda: store.history() and store.history()[0].accepted == 100)
    set_id = matches.set_id
    del matches
    gc.collect()
    opened: list[Any] = []
    store.open_set(set_id, opened.append)
    assert not opened, "it comes later"
    wait_until(lambda: opened)
    assert len(opened[0]) == 1000 and len(opened[0].decisions()) == 100
    assert threads and threading.get_ident() not in threads
    settle()
