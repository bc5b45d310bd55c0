"""Damaged, foreign and shared indexes: always one clear error."""

from __future__ import annotations

import dataclasses
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from craterbench_qgis.engine.errors import CraterIndexError
from craterbench_qgis.engine.index import (
    IndexWriter,
    build_hnsw,
    manifest,
    open_index,
    open_shortlist,
    reader,
    verify,
)

from . import index_support as support
from .test_index_faults import ROOT, small_segments, whole

__all__ = ["small_segments", "whole"]  # fixtures


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory, whole: Path) -> Path:
    """An index with every kind of file."""
    path = tmp_path_factory.mktemp("rich") / "rich.craterindex"
    shutil.copytree(whole, path)
    with IndexWriter.open(path) as writer:
        writer.remove(["c007", "c021"])
        build_hnsw(writer, threads=1)
    return path


def damages(data: bytes, name: str) -> Iterator[tuple[str, bytes | None]]:
    rng = random.Random(name)
    yield "missing", None
    yield "empty", b""
    yield "truncated by 1", data[:-1]
    yield "truncated to half", data[: len(data) // 2]
    yield "longer", data + b"\0"
    places = [0, len(data) - 1, *(rng.randrange(len(data)) for _ in range(2))]
    for place in places:
        # SQLite itself changes these when QGIS opens the file.
        if name.endswith(".gpkg") and (24 <= place < 28 or 92 <= place < 100):
            continue
        flipped = bytearray(data)
        flipped[place] ^= 1 << rng.randrange(8)
        yield f"bit flipped at {place}", bytes(flipped)


def use_everything(path: Path, check: reader.Check) -> None:
    with open_index(path, check=check) as index:
        everything = np.arange(index.n_views)
        index.tokens(everything)
        index.globals(everything)
        for view in range(index.n_views):
            index.thumbnail(view)
        index.crater_records(np.arange(index.n_craters))
        index.where("depth > 0")  # by SQLite
        _ = index.alive
        for segment in index.segments:
            segment.skipped()
        open_shortlist(index, "hnsw").search(np.ones(support.G), 5)


def test_every_damage_is_named(rich: Path) -> None:
    use_everything(rich, "sizes")
    assert verify(rich).ok
    files = sorted(path for path in rich.rglob("*") if path.is_file())
    kinds = {file.suffix for file in files}
    assert kinds == {".json", ".gpkg", ".arrow", ".bin", ".csv", ".hnsw"}
    cases = 0
    for file in files:
        data = file.read_bytes()
        name = file.relative_to(rich).as_posix()
        for what, changed in damages(data, name):
            if changed is None:
                file.unlink()
            else:
                file.write_bytes(changed)
            check_damage(rich, name, what)
            cases += 1
        file.write_bytes(data)
    assert cases > 100
    assert verify(rich).ok


def check_damage(path: Path, name: str, what: str) -> None:
    report = verify(path)
    assert len(report.problems) >= 1, f"{name} {what}"
    assert any(name in problem for problem in report.problems), (name, what, report.problems)
    errors = []
    attempts = [lambda: open_index(path).close(), lambda: use_everything(path, "sizes")]
    if name == "manifest.prev.json":
        attempts.pop()  # a spare: nothing reads it later
    for attempt in attempts:
        with pytest.raises(CraterIndexError) as caught:
            attempt()
        errors.append(str(caught.value))
    for text in errors:
        assert name in text, (name, what, text)
        assert "verify" in text or "restore" in text.lower(), text


@pytest.mark.parametrize("how", ["missing", "damaged"])
@pytest.mark.parametrize("name", ["catalogue.gpkg", "manifest.json", "manifest.prev.json", "hnsw"])
def test_repair(tmp_path: Path, rich: Path, name: str, how: str) -> None:
    path = tmp_path / "rich.craterindex"
    shutil.copytree(rich, path)
    (file,) = path.glob("shortlist/*") if name == "hnsw" else [path / name]
    if how == "missing":
        file.unlink()
    else:
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    report = verify(path, repair=True)
    if name == "manifest.json":
        assert "taken back" in report.repaired[0]
    else:
        assert len(report.repaired) == 1
    assert report.ok
    assert verify(path).ok
    with open_index(path, check="full") as index:
        assert index.n_craters == support.CRATERS
        assert len(index.removed) == 2
        if name == "hnsw":
            assert index.manifest.shortlist is None


def test_damage_is_not_joined_into_a_new_segment(tmp_path: Path) -> None:
    path = tmp_path / "moon.craterindex"
    support.build(path, limit=support.CHUNKS - 1)
    tokens = sorted(path.glob("segments/*-c*/tokens.bin"))[-1]
    data = bytearray(tokens.read_bytes())
    data[5] ^= 4
    tokens.write_bytes(data)
    with pytest.raises(CraterIndexError, match=r"tokens\.bin is damaged"):
        support.build(path)
    assert len(verify(path).problems) == 1


def test_a_file_shortened_while_open_is_an_error_not_a_crash(tmp_path: Path, whole: Path) -> None:
    path = tmp_path / "moon.craterindex"
    shutil.copytree(whole, path)
    with open_index(path) as index:
        first = path / index.segments[0].entry.path
        for name, read in (
            ("tokens.bin", lambda: index.tokens([0])),
            ("thumbnails.bin", lambda: index.thumbnail(0)),
        ):
            data = (first / name).read_bytes()
            os.truncate(first / name, 3)
            with pytest.raises(CraterIndexError, match=f"{name} is truncated: 3 of"):
                read()
            (first / name).write_bytes(data)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{}", "not readable"),
        (b'{"name": "web app", "format": 3, "format_version": 1}', "checksum differs"),
        (b'{"format": "craterindex", "format_version": 7}', "newer CraterBench"),
        (b"\xff\xfe", "not readable"),
        (b"[1]", "not readable"),
        (b'{"checksum": "", "format": "web app"}', "not readable"),
    ],
)
def test_foreign_manifests(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(CraterIndexError, match=words):
        open_index(tmp_path)
    with pytest.raises(CraterIndexError, match=words):
        IndexWriter.open(tmp_path)


def test_a_manifest_cannot_point_outside(tmp_path: Path, whole: Path) -> None:
    path = tmp_path / "evil.craterindex"
    shutil.copytree(whole, path)
    whole_one = manifest.load_manifest(path)
    first = whole_one.segments[0]
    file = dataclasses.replace(first.files[0], path="segments/../../outside")
    first = dataclasses.replace(first, files=(file, *first.files[1:]))
    evil = dataclasses.replace(whole_one, segments=(first, *whole_one.segments[1:]))
    (path / "manifest.json").write_bytes(evil.to_bytes())
    with pytest.raises(CraterIndexError, match=r"manifest.json is damaged"):
        open_index(path)


def test_what_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(CraterIndexError, match="There is no index"):
        open_index(tmp_path / "nowhere")
    with pytest.raises(CraterIndexError, match="is not a crater index"):
        open_index(tmp_path)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(CraterIndexError, match="is a file"):
        open_index(tmp_path / "file")
    with pytest.raises(CraterIndexError, match="is not empty"):
        IndexWriter.create(tmp_path, support.settings())
    assert (tmp_path / "file").exists()


def test_create_over_an_index_is_refused(tmp_path: Path, whole: Path) -> None:
    before = support.stored_files(whole)
    with pytest.raises(CraterIndexError, match="is an index already"):
        IndexWriter.create(whole, support.settings())
    assert support.stored_files(whole) == before


# -- two at once -------------------------------------------------------------------------------


def test_two_writers(tmp_path: Path, whole: Path) -> None:
    path = tmp_path / "moon.craterindex"
    shutil.copytree(whole, path)
    with IndexWriter.open(path):
        with pytest.raises(CraterIndexError, match=f"process {os.getpid()} on "):
            IndexWriter.open(path)
        with open_index(path) as index:
            assert index.n_views
    assert not (path / "craterindex.lock").exists()
    (path / "craterindex.lock").write_text('{"pid": 1, "host": "gone"}', encoding="utf-8")
    IndexWriter.open(path).close()


def test_a_lock_of_another_process_dies_with_it(tmp_path: Path, whole: Path) -> None:
    path = tmp_path / "moon.craterindex"
    shutil.copytree(whole, path)
    code = (
        "import sys\nfrom craterbench_qgis.engine.index import IndexWriter\n"
        "w = IndexWriter.open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdin is not None
    with child.stdout, child.stdin:
        assert child.stdout.readline() == b"open\n"
        with pytest.raises(CraterIndexError, match=f"process {child.pid} on "):
            IndexWriter.open(path)
        child.kill()
        child.wait(30)
        IndexWriter.open(path).close()


def test_a_reader_keeps_its_state_while_a_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "moon.craterindex"
    support.build(path, limit=4)
    with open_index(path, check="sizes") as index:
        views = np.arange(index.n_views)
        with open_index(path) as reader:
            before = reader.tokens(views)
        support.build(path)
        with IndexWriter.open(path) as writer:
            writer.remove(["c000"])
            writer.compact()
        if os.name != "nt":
            assert not (path / index.segments[0].entry.path).exists()
        assert np.array_equal(index.tokens(views), before)
        assert index.alive.all()
        assert len(index.thumbnail(0)) > 2
        with pytest.raises(CraterIndexError, match="changed by another process"):
            index.where("1")
