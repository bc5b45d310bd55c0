"""A project in a folder with its store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from qgis.core import QgsProject

from craterbench_qgis.core.store.project import ProjectStore
from inside import flush, settle


class StoreBench:
    """``open`` makes the project's store anew; ``warnings``: what it told the user."""

    def __init__(self, project: QgsProject, folder: Path) -> None:
        self.project, self.folder = project, folder
        self.warnings: list[str] = []
        self.store: ProjectStore | None = None

    def open(self) -> ProjectStore:
        assert self.store is None
        self.store = ProjectStore(self.project)
        self.store.message.connect(lambda text, _: self.warnings.append(text))
        self.settle()
        return self.store

    def close(self) -> None:
        """Harmless where it is closed."""
        store, self.store = self.store, None
        if store is not None:
            store.close()

    def settle(self) -> None:
        if self.store is not None:
            settle_store(self.store)

    def save_project(self, name: str) -> None:
        assert self.project.write(str(self.folder / name))
        self.settle()

    def read_project(self, name: str) -> None:
        assert self.project.read(str(self.folder / name))
        self.settle()


@pytest.fixture
def bench(project: QgsProject, tmp_path: Path) -> Iterator[StoreBench]:
    bench = StoreBench(project, tmp_path)
    yield bench
    bench.close()


@pytest.fixture
def store(project: QgsProject) -> Iterator[ProjectStore]:
    store = ProjectStore(project)
    yield store
    store.close()


def settle_store(store: ProjectStore) -> None:
    """Let an editor commit, the store write what was asked, and lists follow."""
    settle()
    flush(store)
    settle(3)


def accepted_in(path: Path) -> int:
    """How many matches a store's file holds as accepted, read beside the plugin."""
    with closing(sqlite3.connect(str(path))) as database:
        (count,) = database.execute(
            "SELECT count(*) FROM matches WHERE decision='accepted'"
        ).fetchone()
    return int(count)
