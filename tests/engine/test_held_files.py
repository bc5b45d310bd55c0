"""Files that somebody holds: what Windows does not let go, and what is done about it.

``make test`` runs the index's and the exports' modules, this one too, with ``--windows-rules``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from craterbench_qgis.contract import held
from craterbench_qgis.engine.errors import CraterIndexError, ExportError
from craterbench_qgis.engine.formats import write_matches
from craterbench_qgis.engine.index import (
    IndexWriter,
    build_hnsw,
    consolidate,
    open_index,
    transactions,
    verify,
)
from craterbench_qgis.engine.index.housekeeping import debris, tidy
from craterbench_qgis.engine.server.sessions import Sessions
from tests.windows_rules import sharing_violation

from . import index_support as support
from .test_formats import MOON, row

needs_maps = pytest.mark.skipif(sys.platform != "linux", reason="/proc says what is mapped")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(consolidate, "SEGMENT_VIEWS", 50)
    path = tmp_path / "moon.craterindex"
    support.build(path)
    return path


def change(path: Path) -> None:
    """Everything that replaces files of an index."""
    with IndexWriter.open(path) as writer:
        writer.remove(["c001", "c030"])
        build_hnsw(writer, threads=1)
        writer.remove(["c002"])
        writer.compact()


@needs_maps
def test_nothing_is_mapped_any_more_when_it_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every build and compaction left its segments on a disk of Windows."""
    monkeypatch.setattr(consolidate, "SEGMENT_VIEWS", 50)
    removed, discard = [], transactions.discard

    def watched(root: Path, path: Path) -> None:
        assert str(path) not in Path("/proc/self/maps").read_text(encoding="utf-8")
        removed.append(path)
        discard(root, path)

    monkeypatch.setattr(transactions, "discard", watched)
    path = tmp_path / "moon.craterindex"
    support.build(path)
    assert len(removed) >= support.CHUNKS
    change(path)
    assert verify(path).notes == []


def left_behind(path: Path) -> Path:
    """A segment as a reader's maps keep it on Windows."""
    folder = path / "segments" / "000000-c0000000"
    folder.mkdir()
    (folder / "tokens.bin").write_bytes(b"old")
    return folder


def test_what_a_reader_held_goes_when_it_has_let_go(index: Path) -> None:
    folder = left_behind(index)
    with IndexWriter.open(index) as writer:
        left_behind_again = left_behind(index)
        assert tidy(index) == 0, "a writer is at work"
        assert left_behind_again.exists()
        assert writer.manifest.segments
    assert tidy(index) == 1
    assert not folder.exists() and tidy(index) == 0
    assert not (index / "craterindex.lock").exists()


def test_repair_removes_it_and_says_so(index: Path) -> None:
    folder = left_behind(index)
    assert any("holds them open" in note for note in verify(index).notes)
    report = verify(index, repair=True)
    assert report.ok and not report.notes
    assert [text for text in report.repaired if "earlier states" in text]
    assert not folder.exists()
    assert verify(index).notes == []


def test_a_server_lets_go_of_what_was_replaced(
    index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import threading

    sessions = Sessions(threading.Lock())
    before = sessions.index(index)
    change(index)
    folder = left_behind(index)
    assert sessions.index(index) is not before
    assert not folder.exists()
    assert "earlier states" in capsys.readouterr().err
    sessions.close(index)
    with open_index(index) as opened:
        assert not debris(index, opened.manifest)


def refusing(monkeypatch: pytest.MonkeyPatch, times: int) -> list[Path]:
    """The first ``times`` replacements meet a file that somebody holds."""
    asked: list[Path] = []
    replace = os.replace

    def attempt(source: Path, target: Path) -> None:
        asked.append(target)
        if len(asked) <= times:
            raise sharing_violation(target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", attempt)
    monkeypatch.setattr(held, "WAITS", (0.0, 0.0))
    return asked


def test_a_scanner_that_holds_a_file_for_a_moment_is_waited_out(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = refusing(monkeypatch, 2)
    write_matches(tmp_path / "m.gpkg", [row()], body=MOON, provenance={})
    assert len(asked) == 3
    asked.clear()
    with IndexWriter.open(index) as writer:
        assert writer.remove(["c001"]) == 1
    assert verify(index).ok


def test_who_holds_it_for_good_is_named_with_what_to_do(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "m.gpkg"
    write_matches(target, [row()], body=MOON, provenance={})
    content = target.read_bytes()
    refusing(monkeypatch, 10_000)
    with pytest.raises(ExportError, match="remove the layer first"):
        write_matches(target, [row(), row(2)], body=MOON, provenance={})
    assert target.read_bytes() == content
    with (
        pytest.raises(CraterIndexError, match="remove the layer first"),
        IndexWriter.open(index) as writer,
    ):
        writer.remove(["c001"])
    assert verify(index).ok


def test_only_windows_errors_are_waited_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def denied(source: Path, target: Path) -> None:
        asked.append(source)
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", denied)
    with pytest.raises(PermissionError):
        held.replace(tmp_path / "a", tmp_path / "b")
    assert len(asked) == 1
