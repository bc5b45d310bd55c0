"""The project's store and files it cannot use: damaged, newer, foreign, not writable."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from craterbench_qgis.contract.vocabulary import Decision
from craterbench_qgis.core.store.file import StoreFile
from sets import match_set, scattered
from store_bench import StoreBench, bench

__all__ = ["bench"]  # a fixture


def spoil_and_open_again(bench: StoreBench, spoil: Callable[[Path], None]) -> bytes:
    """Keep 300 matches, change their file, read the project; the spoiled file's content."""
    bench.open()
    bench.save_project("moon.qgs")
    bench.store.save(match_set(scattered(300), label="old"))
    bench.settle()
    bench.close()
    bench.project.clear()
    path = bench.folder / "moon_craterbench.gpkg"
    spoil(path)
    content = path.read_bytes()
    bench.open()
    bench.warnings.clear()
    bench.read_project("moon.qgs")
    return content


def fill_with_garbage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[5000:-5000] = b"\x55" * len(content[5000:-5000])
    path.write_bytes(content)


def cut_in_half(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def replace_by_text(path: Path) -> None:
    path.write_bytes(b"hello, this is no database at all" * 100)


def make_newer(path: Path) -> None:
    with closing(sqlite3.connect(str(path))) as database:
        database.execute("UPDATE craterbench SET value='99' WHERE key='schema'")
        database.commit()


@pytest.mark.parametrize("spoil", [fill_with_garbage, cut_in_half, replace_by_text])
def test_a_damaged_file_is_set_aside_and_kept(
    bench: StoreBench, spoil: Callable[[Path], None]
) -> None:
    content = spoil_and_open_again(bench, spoil)
    assert bench.store.history() == []
    (aside,) = bench.folder.glob("moon_craterbench.damaged-*.gpkg")
    assert aside.read_bytes() == content
    assert len(bench.warnings) == 1 and aside.name in bench.warnings[0]
    bench.store.save(match_set(scattered(5), label="new"))
    bench.settle()
    assert bench.store.path() == bench.folder / "moon_craterbench.gpkg"
    assert [item.label for item in bench.store.history()] == ["new"]


def test_a_newer_versions_file_stays_as_it_is(bench: StoreBench) -> None:
    content = spoil_and_open_again(bench, make_newer)
    path = bench.folder / "moon_craterbench.gpkg"
    assert len(bench.warnings) == 1 and "newer version" in bench.warnings[0]
    bench.store.save(match_set(scattered(5), label="new"))
    bench.settle()
    assert path.read_bytes() == content
    assert len(bench.store.history()) == 1 and bench.store.path() is None
    assert bench.project.write(), "saving must not replace it either"
    bench.settle()
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_said_once(
    bench: StoreBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may write everywhere, so the refusal is put in by hand."""
    bench.save_project("moon.qgs")
    store = bench.open()
    copy_to = StoreFile.copy_to

    def refuse(self: StoreFile, path: Path | None) -> Any:
        if path is not None:
            raise PermissionError(13, "Permission denied")
        return copy_to(self, path)

    with monkeypatch.context() as patch:
        patch.setattr(StoreFile, "copy_to", refuse)
        matches = match_set(scattered(10))
        for kept in (matches, match_set(scattered(10))):
            store.save(kept)
            bench.settle()
        assert store.path() is None and len(store.history()) == 2
        assert len(bench.warnings) == 1 and "cannot be written" in bench.warnings[0]
        matches.decide([1], Decision.ACCEPTED)
    (bench.folder / "writable").mkdir()
    bench.save_project("writable/moon.qgs")
    assert store.path() == bench.folder / "writable" / "moon_craterbench.gpkg"
    assert sum(item.accepted for item in store.history()) == 1


def test_a_file_that_may_only_be_read_stays_as_it_is(
    bench: StoreBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its history is shown; the medium's refusal is put in by hand."""
    store = bench.open()
    bench.save_project("moon.qgs")
    for _ in range(2):
        store.save(match_set(scattered(10)))
    bench.settle()
    bench.close()
    bench.project.clear()
    path = bench.folder / "moon_craterbench.gpkg"
    content = path.read_bytes()
    touch = Path.touch

    def refuse(self: Path, *arguments: Any, **options: Any) -> None:
        if self.parent == bench.folder:
            raise OSError(30, "Read-only file system")
        touch(self, *arguments, **options)

    monkeypatch.setattr(Path, "touch", refuse)
    bench.warnings.clear()
    store = bench.open()
    bench.read_project("moon.qgs")
    assert len(store.history()) == 2 and len(bench.warnings) == 1
    store.save(match_set(scattered(10)))
    bench.settle()
    assert len(store.history()) == 3 and len(bench.warnings) == 1
    assert path.read_bytes() == content
