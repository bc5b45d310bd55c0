"""Chunks made elsewhere: the finished index is that of one process, whoever died on the way."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import CraterBenchError, CraterIndexError
from craterbench_qgis.engine.index import IndexWriter, open_index, verify
from craterbench_qgis.engine.indexing import BuildReport, build_index, cluster
from craterbench_qgis.engine.indexing.cluster import (
    ChunkDone,
    ChunkTask,
    EncoderChoice,
    InProcess,
    Workers,
    make_chunk,
)
from craterbench_qgis.engine.monitor import Monitor

from .index_support import stored_files
from .scene import COUNT, build_scene, scene_params

ROOT = Path(__file__).resolve().parents[2]
ENCODER = load_encoder("hog")
CHOICE = EncoderChoice("hog", "cpu", 1)
TIMES = {"created", "updated", "index_id", "generation", "checksum", "gpkg"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    build_scene(folder, ENCODER)
    return folder


def build(folder: Path, output: Path, workers: Workers) -> BuildReport:
    params = scene_params(folder, output=str(output))
    table = read_catalogue(params.catalogue.path)
    return build_index(params, table, ENCODER, chunk_views=8, cluster=(workers, CHOICE))


def same_as(first: Path, second: Path) -> None:
    """Every file's bytes; of the manifests all but times, ids and the number of commits."""
    one, other = stored_files(first), stored_files(second)
    assert one == other and len(one) > 5
    contents = []
    for path in (first, second):
        content = json.loads((path / "manifest.json").read_bytes())
        contents.append({key: value for key, value in content.items() if key not in TIMES})
    assert contents[0] == contents[1]
    assert verify(second).ok


class Shuffled:
    """Workers that answer in another order, make some chunks twice and leave halves behind."""

    def __init__(self, until: int = 10**6) -> None:
        self.until, self.made_chunks = until, 0

    def made(self, tasks: Iterable[ChunkTask], monitor: Monitor) -> Iterator[ChunkDone]:
        """See :class:`Workers`."""
        every = [pickle.loads(pickle.dumps(task)) for task in tasks]  # noqa: S301 - our own bytes
        for task in [*every[1::2], *reversed(every[::2])]:
            if self.made_chunks == self.until:
                raise CraterBenchError("the scheduler is gone")
            self.made_chunks += 1
            if task.chunk % 2:
                half = make_chunk(task).entry  # of a worker that died then
                (Path(task.index) / half.files[0].path).write_bytes(b"half")
            yield pickle.loads(pickle.dumps(make_chunk(task)))  # noqa: S301 - our own bytes


def test_chunks_of_other_processes_give_the_same_bytes(plain: Path, tmp_path: Path) -> None:
    output = tmp_path / "scene.craterindex"
    for until in (2, 1):
        with pytest.raises(CraterBenchError, match="scheduler is gone"):
            build(plain, output, Shuffled(until))
    with open_index(output) as index:
        assert index.incomplete and index.manifest.job is not None
        assert index.manifest.job.done_count == 3
    report = build(plain, output, Shuffled())
    assert report.resumed and report.views == 2 * COUNT and 0 < report.new_views < 2 * COUNT
    same_as(plain / "scene.craterindex", output)


def test_numpy_multiplies_in_one_thread() -> None:
    """Its products round by the number of threads, and workers have other numbers of cores."""
    environ = {name: value for name, value in os.environ.items() if "NUM_THREADS" not in name}
    code = (
        "import craterbench_qgis.engine, numpy, threadpoolctl\n"
        "print([lib['num_threads'] for lib in threadpoolctl.threadpool_info()])"
    )
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, env=environ, capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == "[1]"


def test_a_build_begun_alone_is_finished_by_workers_and_back(plain: Path, tmp_path: Path) -> None:
    output = tmp_path / "scene.craterindex"

    class Stopper(Monitor):
        left = 3

        def report(self, stage: str, done: int, total: int) -> None:
            self.left -= 1

        def cancelled(self) -> bool:
            return self.left < 0

    with pytest.raises(CraterBenchError, match="Stopped"):
        build_scene(plain, ENCODER, Stopper(), output=str(output))
    with pytest.raises(CraterBenchError, match="gone"):
        build(plain, output, Shuffled(2))
    report = build_scene(plain, ENCODER, output=str(output))
    assert report.resumed and report.views == 2 * COUNT
    same_as(plain / "scene.craterindex", output)


def test_what_a_worker_is_not_to_do(plain: Path, tmp_path: Path) -> None:
    output = tmp_path / "scene.craterindex"
    tasks: list[ChunkTask] = []

    class Listening(InProcess):
        def made(self, given: Iterable[ChunkTask], monitor: Monitor) -> Iterator[ChunkDone]:
            tasks.extend(given)
            yield from super().made(tasks[:1], monitor)
            raise CraterBenchError("enough")

    with pytest.raises(CraterBenchError, match="enough"):
        build(plain, output, Listening())
    other = dataclasses.replace(tasks[1], job="0" * 64)
    with pytest.raises(CraterIndexError, match="not the build this worker was asked for"):
        make_chunk(other)
    ncc = dataclasses.replace(tasks[1], encoder=EncoderChoice("ncc"))
    with pytest.raises(CraterBenchError, match=r"another encoder \(ncc.*than the build \(hog"):
        make_chunk(ncc)
    cluster._kitchen.cache_clear()
    done = make_chunk(tasks[1])
    with IndexWriter.open(output) as writer:
        # A new writer has removed what nobody adopted.
        with pytest.raises(CraterIndexError, match="is missing"):
            writer.adopt_chunk(done.chunk, done.entry)
        done = make_chunk(tasks[1])
        for wrong in (
            dataclasses.replace(done.entry, chunks=(5, 5)),
            dataclasses.replace(done.entry, path="segments/../../away"),
            dataclasses.replace(done.entry, path="../" + done.entry.path),
        ):
            with pytest.raises(CraterIndexError, match="is not that chunk"):
                writer.adopt_chunk(done.chunk, wrong)
        writer.adopt_chunk(done.chunk, done.entry)
        with pytest.raises(CraterIndexError, match="not one of the"):
            writer.adopt_chunk(done.chunk, done.entry)


def test_a_moved_mosaic_is_named_by_the_worker(plain: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in ("mosaic.tif", "craters.csv"):
        shutil.copy(plain / name, folder)

    class Moving(InProcess):
        def made(self, tasks: Iterable[ChunkTask], monitor: Monitor) -> Iterator[ChunkDone]:
            (folder / "mosaic.tif").rename(folder / "elsewhere.tif")
            yield from super().made(tasks, monitor)

    with pytest.raises(CraterBenchError, match=r"mosaic\.tif that this index was cut from is not"):
        build(folder, folder / "scene.craterindex", Moving())


@pytest.mark.skipif(
    importlib.util.find_spec("distributed") is not None, reason="distributed is installed"
)
def test_without_distributed_it_says_how_to_install_it(
    plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--mosaic", str(plain / "mosaic.tif"), "--catalogue", str(plain / "craters.csv")]
    output = str(tmp_path / "x.craterindex")
    command = ["index", "build", *arguments, "--output", output, "--cluster", "local:2"]
    assert main([*command, "--encoder", "hog"]) == 1
    said = capsys.readouterr().err
    assert "needs the Python package distributed" in said and "cluster.lock" in said
    assert not Path(output).exists()


@pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None,
    reason="distributed (environment/cluster.lock) is not installed",
)
def test_with_dask_here(plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "scene.craterindex"
    arguments = ["--mosaic", str(plain / "mosaic.tif"), "--catalogue", str(plain / "craters.csv")]
    command = ["index", "build", *arguments, "--output", str(output), "--no-kinds"]
    options = ["--encoder", "hog", "--device", "cpu", "--threads", "1", "--tokens", "16"]
    for where in ("nowhere", "local:no"):
        assert main([*command, *options, "--cluster", where]) == 2
        assert "--cluster" in capsys.readouterr().err
    assert main([*command, *options, "--cluster", "local:2"]) == 0
    reference = tmp_path / "reference.craterindex"
    command[command.index(str(output))] = str(reference)
    assert main([*command, *options]) == 0
    same_as(reference, output)
