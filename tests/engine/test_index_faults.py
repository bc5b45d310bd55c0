"""What may happen to an index: kills, power cuts, full disks, damage, two writers."""

from __future__ import annotations

import errno
import gc
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from craterbench_qgis.engine.errors import Cancelled, CraterIndexError
from craterbench_qgis.engine.index import (
    IndexWriter,
    consolidate,
    open_index,
    storage,
    verify,
)

from . import index_support as support
from .stopping import StopAt

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consolidate, "SEGMENT_VIEWS", 50)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An uninterrupted build."""
    path = tmp_path_factory.mktemp("whole") / "moon.craterindex"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consolidate, "SEGMENT_VIEWS", 50)
        support.build(path)
    return path


def assert_same(path: Path, whole: Path) -> None:
    assert support.stored_files(path) == support.stored_files(whole)
    assert support.answers(path) == support.answers(whole)
    assert verify(path).problems == []


# -- stopped -----------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a Unix signal")
def test_killed_at_random_moments_and_resumed(tmp_path: Path, whole: Path) -> None:
    path = tmp_path / "moon.craterindex"
    rng = random.Random(2)
    command = [sys.executable, "-m", "tests.engine.index_support", str(path)]
    kills = 0
    for attempt in range(40):
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        with child.stdout:
            time.sleep(rng.uniform(0, 0.04) if attempt < 6 else 60 * (attempt == 39))
            if child.poll() is None and attempt < 6:
                child.send_signal(signal.SIGKILL)
                kills += 1
            code = child.wait(60)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        if (path / "manifest.json").exists():
            assert verify(path).problems == []
            open_index(path, check="full").close()
    assert kills >= 3
    assert_same(path, whole)


class PowerCut(BaseException):
    """From here on nothing reaches the disk, not even the cleaning up."""


@pytest.fixture
def power(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int | None], None]]:
    """Call with n: the n-th change of names or flush of a file, and all later ones, fail."""
    left: list[int | None] = [None]

    def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if left[0] is not None:
                if left[0] <= 0:
                    raise PowerCut
                left[0] -= 1
            return None if function is fsync else function(*args, **kwargs)

        return call

    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", guarded(fsync))
    for owner, name in (
        (os, "replace"),
        (Path, "unlink"),
        (Path, "mkdir"),
        (shutil, "rmtree"),
    ):
        monkeypatch.setattr(owner, name, guarded(getattr(owner, name)))

    def set_left(count: int | None) -> None:
        left[0] = count

    yield set_left
    set_left(None)


def test_a_power_cut_between_any_two_steps(
    tmp_path: Path, whole: Path, power: Callable[[int | None], None]
) -> None:
    path = tmp_path / "moon.craterindex"
    cuts = 0
    # Each attempt gets one step further than the last one needed to get anywhere.
    for steps in range(2, 400, 3):
        power(steps)
        try:
            support.build(path)
            break
        except PowerCut:
            cuts += 1
        finally:
            power(None)
            gc.collect()  # the "dead" process lets go of its lock
        if (path / "manifest.json").exists():
            report = verify(path)
            assert report.problems == []
            open_index(path, check="full").close()
    assert cuts > 10
    assert_same(path, whole)


def test_a_power_cut_while_removing_and_compacting(
    tmp_path: Path, whole: Path, power: Callable[[int | None], None]
) -> None:
    def change(path: Path) -> None:
        with IndexWriter.open(path) as writer:
            writer.remove(["c001", "c030"])
            writer.compact()

    expected = tmp_path / "expected.craterindex"
    shutil.copytree(whole, expected)
    change(expected)
    cuts = 0
    for steps in range(0, 60, 7):
        path = tmp_path / f"{steps}.craterindex"
        shutil.copytree(whole, path)
        power(steps)
        try:
            change(path)
        except PowerCut:
            cuts += 1
        finally:
            power(None)
            gc.collect()
        assert verify(path).problems == []
        change(path)
        assert support.answers(path) == support.answers(expected)
        shutil.rmtree(path)
    assert cuts > 3


def test_cancelled_while_joining(tmp_path: Path, whole: Path) -> None:
    path = tmp_path / "moon.craterindex"
    support.build(path, limit=support.CHUNKS - 1)
    with IndexWriter.open(path) as writer:
        writer.commit_chunk(support.CHUNKS - 1, support.chunk_data(support.CHUNKS - 1))
        with pytest.raises(Cancelled):
            writer.finish_job(monitor=StopAt())
        writer.finish_job()
    assert_same(path, whole)


# -- full disks and lost folders ---------------------------------------------------------------


def test_a_full_disk_at_any_write(
    tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "moon.craterindex"
    write = storage.HashingFile.write
    failures = 0
    for steps in range(0, 200, 6):
        left = [steps]

        def failing(self: storage.HashingFile, data: Any, left: list[int] = left) -> int:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(self, data)

        monkeypatch.setattr(storage.HashingFile, "write", failing)
        try:
            support.build(path)
            break
        except CraterIndexError as error:
            assert "disk is full" in str(error)
            assert "Free some space" in str(error)
            failures += 1
        finally:
            monkeypatch.setattr(storage.HashingFile, "write", write)
        if path.exists():
            report = verify(path)
            assert (report.problems, [n for n in report.notes if "belong to no" in n]) == ([], [])
    assert failures > 3
    assert_same(path, whole)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)]
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can make a small disk")
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no permission to mount a small disk here")
    yield folder
    gc.collect()
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path, whole: Path) -> None:
    path = small_disk / "moon.craterindex"
    support.build(path, limit=2)
    free = shutil.disk_usage(small_disk).free
    (small_disk / "ballast").write_bytes(bytes(free - 40_000))
    with pytest.raises(CraterIndexError, match="disk is full"):
        support.build(path)
    assert (verify(path).problems, len(verify(path).notes)) == ([], 1)
    with open_index(path, check="full") as index:
        assert index.incomplete
        assert index.manifest.job is not None
        assert 2 <= index.manifest.job.done_count < support.CHUNKS
    (small_disk / "ballast").unlink()
    support.build(path)
    assert_same(path, whole)


@pytest.mark.parametrize("left", [1_000, 30_000, 120_000, 250_000])
def test_a_disk_too_small_for_the_catalogue(small_disk: Path, left: int) -> None:
    path = small_disk / "moon.craterindex"
    with IndexWriter.create(path, support.settings()) as writer:
        writer.commit()
    before = support.stored_files(path)
    free = shutil.disk_usage(small_disk).free
    (small_disk / "ballast").write_bytes(bytes(free - left))
    with IndexWriter.open(path) as writer, pytest.raises(CraterIndexError, match="disk is full"):
        support.add_catalogue(writer, 2000)
        writer.begin_job({}, 1)
    assert support.stored_files(path) == before
    assert verify(path).problems == []
    assert not (path / "catalogue.next.gpkg").exists()


def test_a_folder_removed_during_a_build(tmp_path: Path) -> None:
    path = tmp_path / "moon.craterindex"
    support.build(path, limit=2)
    with IndexWriter.open(path) as writer:
        shutil.rmtree(path)
        with pytest.raises(CraterIndexError, match=r"gone|missing"):
            writer.commit_chunk(2, support.chunk_data(2))
    with pytest.raises(CraterIndexError, match="There is no index"):
        open_index(path)


def test_a_manifest_removed_during_a_build_deletes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "moon.craterindex"
    support.build(path, limit=2)
    with IndexWriter.open(path) as writer:
        (path / "manifest.json").unlink()
        monkeypatch.setattr(storage.HashingFile, "finish", _denied)
        with pytest.raises(CraterIndexError, match="No permission"):
            writer.commit_chunk(2, support.chunk_data(2))
    assert len(list(path.glob("segments/*/tokens.bin"))) >= 2


def _denied(self: storage.HashingFile, name: str) -> storage.FileEntry:
    raise PermissionError(errno.EACCES, "Permission denied", str(self.path))


# -- damage ------------------------------------------------------------------------------------
