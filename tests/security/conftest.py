"""A trap and a canary for each test, an opener for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import craterbench_qgis.engine  # noqa: F401 - before anything that loads GDAL
from tests.engine import index_support

from .support import Opener, Trap


@pytest.fixture
def trap() -> Iterator[Trap]:
    server = Trap()
    yield server
    server.close()


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A folder of somebody's beside the work folder: nothing in it may change or come out."""
    folder = tmp_path / "canary"
    folder.mkdir()
    (folder / "precious").write_bytes(b"precious")
    (folder / "profile").write_bytes(b"# a shell profile\n")
    (folder / "secret.bin").write_bytes(bytes(range(256)) * 2)
    return folder


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def opener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    """For all tests: to load what opens files takes longer than to open most of them."""
    with Opener(tmp_path_factory.mktemp("home")) as process:
        yield process


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index as the engine writes it."""
    path = tmp_path_factory.mktemp("whole") / "moon.craterindex"
    index_support.build(path)
    return path
