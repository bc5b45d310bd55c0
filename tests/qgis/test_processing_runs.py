"""Algorithms in worker threads, as the toolbox runs them: cancelled, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
)

from craterbench_qgis.core.settings import Settings
from craterbench_qgis.processing.provider import CraterBenchProvider
from engine_side import run_script
from inside import wait_until
from paths import ENGINE_PYTHON, needs_engine

NEVER = 1000
"""Percent of progress that are never reached."""


class Feedback(QgsProcessingFeedback):
    """Cancelled once the progress has passed ``at`` percent; ``cancelled_at``: when."""

    def __init__(self, at: float) -> None:
        super().__init__(False)
        self.at, self.cancelled_at = at, 0.0

    def watch(self, ended: Callable[[], bool]) -> None:
        """The main thread cancels, as the dialog's button does."""
        wait_until(lambda: ended() or self.progress() >= self.at, 240)
        if not ended():
            self.cancelled_at = time.monotonic()
            self.cancel()


class Run:
    """An algorithm in a worker thread."""

    def __init__(
        self, provider: CraterBenchProvider, name: str, parameters: dict[str, Any], at: float
    ) -> None:
        algorithm = provider.algorithm(name).create()
        self._context, self._feedback = QgsProcessingContext(), Feedback(at)
        ends: list[tuple[bool, dict[str, Any]]] = []
        task = QgsProcessingAlgRunnerTask(algorithm, parameters, self._context, self._feedback)
        task.executed.connect(lambda ok, results: ends.append((ok, results)))
        QgsApplication.taskManager().addTask(task)
        self._feedback.watch(lambda: bool(ends))
        wait_until(lambda: bool(ends), 60)
        self.ok, self.results = ends[0]
        self.log: str = self._feedback.textLog()
        self.cancelled = bool(self._feedback.cancelled_at)


@pytest.fixture
def run() -> Iterator[Callable[..., Run]]:
    """(name of an algorithm, its parameters, percent at which it is cancelled) -> Run."""
    Settings().existing_python = str(ENGINE_PYTHON)
    provider = CraterBenchProvider()
    registry = QgsApplication.processingRegistry()
    assert registry.addProvider(provider)

    def run(name: str, parameters: dict[str, Any], at: float = NEVER) -> Run:
        return Run(provider, name, parameters, at)

    yield run
    registry.removeProvider(provider)


@pytest.fixture(scope="module")
def planet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two mosaics and a catalogue of 120 craters."""
    folder = tmp_path_factory.mktemp("planet")
    run_script("make_small_planet.py", folder)
    return folder


@pytest.fixture
def build(planet: Path, tmp_path: Path) -> dict[str, Any]:
    return {
        "MOSAICS": [str(planet / "mosaic_a.tif")],
        "CATALOGUE": str(planet / "catalogue.csv"),
        "OUTPUT": str(tmp_path / "one.craterindex"),
        "TOKENS": 16,
    }


@needs_engine
def test_a_build_is_cancelled_in_the_middle_of_encoding(
    run: Callable[..., Run], build: dict[str, Any]
) -> None:
    """The encoder that comes with the plugin: a network in the middle of a batch."""
    ended = run("buildindex", build, 3)
    assert ended.cancelled and not ended.ok, ended.log


@needs_engine
def test_a_search_is_cancelled_and_the_next_runs_are_complete(
    run: Callable[..., Run], build: dict[str, Any], planet: Path, tmp_path: Path
) -> None:
    built = run("buildindex", {**build, "ENCODER": "hog", "MIN_DIAMETER": 200})
    assert built.ok, built.log
    index = built.results["OUTPUT"]
    search = {
        "INDEX": index, "INPUT": str(planet / "catalogue.csv"), "LON_FIELD": "LON_CIRC_IMG",
        "LAT_FIELD": "LAT_CIRC_IMG", "DIAMETER_FIELD": "DIAM_CIRC_IMG", "TOP": 5,
        "OUTPUT": str(tmp_path / "found.gpkg"),
    }  # fmt: skip
    searched = run("searchbyfeatures", search, 15)
    assert searched.cancelled and not searched.ok
    assert "Cancelled" in searched.log
    assert not list(tmp_path.glob("found.gpkg*"))  # nothing half-written

    # As a batch does: the same algorithm again and again, every run complete.
    matches = str(tmp_path / "a.gpkg")
    extent = {"INDEX": index, "EXTENT": "0,20,-10,10", "TOP": 2, "OUTPUT": matches}
    again = run("searchbyextent", extent)
    assert again.ok and again.results["MATCHES"] == 2, again.log
    for name in ("b.geojson", "b.diam", "b.csv"):
        output = tmp_path / name
        exported = run("exportmatches", {"INPUT": matches, "INDEX": index, "OUTPUT": str(output)})
        assert exported.ok and exported.results["MATCHES"] == 2, exported.log
        assert output.stat().st_size > 100


def test_without_an_engine_one_sentence(run: Callable[..., Run], tmp_path: Path) -> None:
    Settings().existing_python = ""
    ended = run("indexinformation", {"INDEX": str(tmp_path)})
    assert not ended.ok and "not set up yet" in ended.log
    assert "Traceback" not in ended.log
