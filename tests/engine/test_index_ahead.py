"""Checksums of a large index are compared beside everything else, and nothing is answered first."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from craterbench_qgis.engine.errors import CraterIndexError
from craterbench_qgis.engine.index import (
    CraterIndex,
    ExactInt8,
    IndexWriter,
    open_index,
    reader,
    storage,
)
from craterbench_qgis.engine.index.ahead import CheckAhead

from . import index_support as support

QUERY = np.ones(support.G, np.float32)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index that counts as large."""
    monkeypatch.setattr(reader, "CHECK_ALL_BELOW", 0)
    path = tmp_path / "large.craterindex"
    support.build(path)
    with IndexWriter.open(path) as writer:
        writer.remove(["c007"])
    return path


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """(file, thread) of every checksum compared."""
    compared = []
    real = storage.check_contents

    def check(root: Path, entry: storage.FileEntry, *rest: object) -> None:
        compared.append((entry.path.rpartition("/")[2], threading.current_thread().name))
        real(root, entry, *rest)

    monkeypatch.setattr(storage, "check_contents", check)
    return compared


def wait(index: CraterIndex) -> None:
    assert index._ahead is not None
    index._ahead._thread.join(60)
    assert not index._ahead._thread.is_alive()


def test_what_a_search_reads_is_compared_once_and_beside_it(
    path: Path, hashed: list[tuple[str, str]]
) -> None:
    with open_index(path) as index:
        wait(index)
        before = list(hashed)
        assert {thread for _, thread in before} == {"checksums"}
        names = [name for name, _ in before]
        assert {"globals.bin", "views.bin", "000001.arrow"} <= set(names)
        assert "tokens.bin" not in names and "thumbnails.bin" not in names
        views, _ = ExactInt8(index).search(QUERY, 5)
        assert len(index.crater_records(index.view_crater_rows[views])) == 5
        assert index.alive.sum() < index.n_views
        assert hashed == before
    with open_index(path, check="sizes") as index:
        assert index._ahead is None


@pytest.mark.parametrize("name", ["globals.bin", "views.bin", "000001.arrow"])
def test_damage_is_said_by_whoever_asks(path: Path, name: str) -> None:
    (file, *_) = path.rglob(name)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with open_index(path) as index:
        wait(index)
        for _ in range(2):
            with pytest.raises(CraterIndexError, match=rf"{name} is damaged"):
                views, _ = ExactInt8(index).search(QUERY, 5)
                index.crater_records(index.view_crater_rows[views])


def test_a_file_that_is_being_compared_is_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The asker neither reads it a second time nor gets it unchecked."""
    go, begun, answered = threading.Event(), threading.Event(), []
    real = storage.check_contents

    def slowly(*given: object) -> None:
        begun.set()
        assert go.wait(60)
        real(*given)  # type: ignore[arg-type]

    with open_index(path, check="sizes") as index:
        file = index.segments[0].files["views.bin"]
        monkeypatch.setattr(storage, "check_contents", slowly)
        ahead = CheckAhead([file])
        assert begun.wait(60)
        asker = threading.Thread(target=lambda: answered.append(len(file.verified())))
        asker.start()
        asker.join(0.2)
        assert not answered
        go.set()
        asker.join(60)
        assert answered == [file.entry.size]
        ahead.stop()


def test_closing_lets_go_of_every_file(path: Path) -> None:
    index = open_index(path)
    thread = index._ahead and index._ahead._thread
    index.close()
    assert thread is not None and not thread.is_alive()
    with open_index(path) as index:
        assert index.n_views > 0


def test_columns_are_those_of_the_rows(path: Path) -> None:
    with open_index(path) as index:
        parts = [segment.views for segment in index.segments]
        assert np.array_equal(index.views, np.concatenate(parts))
        assert np.array_equal(index.view_crater_rows, index.views["crater_row"])
        assert np.array_equal(index.global_scales, index.views["global_scale"])
