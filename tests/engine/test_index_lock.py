"""The writer's lock where the disk does not play along."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from craterbench_qgis.engine.errors import CraterIndexError
from craterbench_qgis.engine.index import lock
from craterbench_qgis.engine.index.lock import LOCK_NAME, WriterLock


def failing(number: int) -> object:
    def attempt(_: object) -> None:
        raise OSError(number, os.strerror(number))

    return attempt


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0  # noqa: PTH208


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EACCES, errno.EDEADLK])
def test_a_lock_that_is_held_names_its_holder(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / LOCK_NAME).write_text('{"pid": 5, "host": "elsewhere"}')
    monkeypatch.setattr(lock, "_lock", failing(number))
    with pytest.raises(CraterIndexError, match=r"another process .process 5 on elsewhere"):
        WriterLock(tmp_path)
    assert (tmp_path / LOCK_NAME).read_text() == '{"pid": 5, "host": "elsewhere"}'


@pytest.mark.parametrize("number", [errno.EIO, errno.EINVAL, errno.ESTALE])
def test_another_error_is_no_other_process(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_lock", failing(number))
    before = descriptors()
    with pytest.raises(CraterIndexError, match=LOCK_NAME) as caught:
        WriterLock(tmp_path)
    assert "another process" not in str(caught.value)
    assert descriptors() == before


def test_a_disk_without_locks_goes_by_the_holder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_lock", failing(errno.ENOLCK))
    first = WriterLock(tmp_path)
    with pytest.raises(CraterIndexError, match=f"process {os.getpid()}"):
        WriterLock(tmp_path)
    first.release()
    WriterLock(tmp_path).release()


def test_a_disk_whose_numbers_change_ends_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network drives give a file another number each time: it looped for ever."""
    asked = []

    def never(first: object, second: object) -> bool:
        asked.append(1)
        assert len(asked) < 10_000, "it goes on for ever"
        return False

    monkeypatch.setattr(os.path, "samestat", never)
    with pytest.raises(CraterIndexError, match="another number"):
        WriterLock(tmp_path)
