"""A build on all cores: the same bytes, errors, stops and endings as on one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import Cancelled, MosaicError
from craterbench_qgis.engine.index import open_index, verify
from craterbench_qgis.engine.indexing import BuildReport, build_index, cores, run
from craterbench_qgis.engine.indexing.cores import Cores
from craterbench_qgis.engine.kinds import load_descriptor
from craterbench_qgis.engine.kinds.describe import KindDescriber
from craterbench_qgis.engine.kinds.upgrade import upgrade_index
from craterbench_qgis.engine.monitor import Monitor
from craterbench_qgis.engine.server.stopping import breakable

from .scene import COUNT, scene_params
from .stopping import StopAt
from .test_cluster import same_as

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTOR = load_descriptor(threads=1)
DESCRIBER = KindDescriber(DESCRIPTOR)


class AtWork(Cores):
    """Cores whose processes have begun, as in a build of more than some seconds."""

    last: Cores

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        if self._ready is not None:
            self._ready.result()
        AtWork.last = self

    def first_process(self) -> int:
        """Its number."""
        assert self._ready is not None
        return self._ready.result()


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "WORTH_VIEWS", 1)
    monkeypatch.setattr(run, "Cores", AtWork)


def build(
    folder: Path, output: Path, threads: int, monitor: Monitor | None = None, kinds: bool = False
) -> BuildReport:
    params = scene_params(folder, output=str(output), contexts=[2.0, 2.2, 3.0])
    table = read_catalogue(params.catalogue.path)
    encoder = load_encoder("hog")
    encoder.threads = threads
    encoder.preferred_batch = 4
    describer = DESCRIBER if kinds else None
    return build_index(params, table, encoder, monitor, chunk_views=8, describer=describer)


@pytest.mark.usefixtures("two_cores")
def test_all_cores_make_the_index_that_one_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, output = tmp_path / "plain.craterindex", tmp_path / "scene.craterindex"
    build(tmp_path, plain, threads=1, kinds=True)

    def forbidden(*_: Any) -> Any:
        raise AssertionError("cut by the caller")

    with monkeypatch.context() as patch:
        patch.setattr(cores, "cut", forbidden)
        build(tmp_path, output, threads=2, kinds=True)
    same_as(plain, output)
    with open_index(output) as index:
        assert index.kinds is not None and len(index.kinds) == 3 * COUNT
    # Views are described at once as they would have been afterwards.
    later = tmp_path / "later.craterindex"
    build(tmp_path, later, threads=1)
    with open_index(later) as index:
        assert index.kinds is None
    assert upgrade_index(later, DESCRIPTOR).added == 3 * COUNT
    with open_index(output) as index, open_index(later) as other:
        assert index.kinds is not None and other.kinds is not None
        for name in index.kinds.dtype.names or ():  # 2.2 is stored in single precision
            first, second = (records[name].astype(float) for records in (index.kinds, other.kinds))
            np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-4, err_msg=name)


@pytest.mark.usefixtures("two_cores")
def test_a_build_is_stopped_and_goes_on_without_a_process_that_was_killed(
    tmp_path: Path,
) -> None:
    plain, output = tmp_path / "plain.craterindex", tmp_path / "scene.craterindex"
    with pytest.raises(Cancelled):
        build(tmp_path, output, 2, StopAt("views", 8))
    killed: list[int] = []

    class Killing(Monitor):
        def report(self, stage: str, done: int, total: int) -> None:
            if done > total // 2 and not killed:
                killed.append(AtWork.last.first_process())
                os.kill(killed[0], signal.SIGTERM)

    report = build(tmp_path, output, 2, Killing())
    assert killed and report.resumed and 0 < report.new_views < report.views == 3 * COUNT
    build(tmp_path, plain, 1)
    same_as(plain, output)


def test_what_was_described_before_a_stop_is_kept(tmp_path: Path) -> None:
    output = tmp_path / "scene.craterindex"
    with pytest.raises(Cancelled):
        build(tmp_path, output, 1, StopAt("views", 8), kinds=True)
    with open_index(output, check="full") as index:
        assert index.kinds is not None and 0 < len(index.kinds) == index.n_views < 3 * COUNT
    build(tmp_path, output, 1, kinds=True)
    assert upgrade_index(output, DESCRIPTOR).present == 3 * COUNT
    assert verify(output).ok


@pytest.mark.usefixtures("two_cores")
def test_a_mosaic_that_cannot_be_read_is_said_in_the_same_words(tmp_path: Path) -> None:
    scene_params(tmp_path)
    mosaic = tmp_path / "mosaic.tif"
    content = bytearray(mosaic.read_bytes())
    content[len(content) // 3 : -4096] = bytes(len(content) - 4096 - len(content) // 3)
    mosaic.write_bytes(content)
    said = []
    for threads in (1, 2):
        with pytest.raises(MosaicError) as caught:
            build(tmp_path, tmp_path / f"{threads}.craterindex", threads)
        said.append(str(caught.value))
    assert said[0] == said[1] and "cannot be read around" in said[0]


def test_a_stop_is_heard_in_threads_that_encode(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = load_encoder("craterbench-conv-v2", device="cpu")
    views = np.zeros((8, encoder.input_size, encoder.input_size), np.float32)
    monkeypatch.setattr(cores, "WORTH_VIEWS", 1)
    begun = threading.Event()

    class Stopped(Monitor):
        def cancelled(self) -> bool:
            begun.set()
            return True

    with (
        Cores(2, 1) as both,
        breakable(Stopped(), threading.Lock()),
        pytest.raises(Cancelled),
    ):
        list(both.encoded(encoder.encode, [views]))
    assert begun.is_set()


BUILDS = """
import sys
from pathlib import Path
from tests.engine import test_cores
from craterbench_qgis.engine.indexing import cores, run
from craterbench_qgis.engine.monitor import Monitor

if __name__ == "__main__":
    class Waiting(Monitor):
        def report(self, stage, done, total):
            if done:
                print(test_cores.AtWork.last.first_process(), flush=True)
                sys.stdin.read()

    cores.WORTH_VIEWS, run.Cores = 1, test_cores.AtWork
    test_cores.build(Path(sys.argv[1]), Path(sys.argv[1]) / "x.craterindex", 2, Waiting())
"""


def test_processes_that_cut_end_with_a_build_that_is_killed(tmp_path: Path) -> None:
    """They hold its output open: it ends when the last of them does."""
    scene_params(tmp_path)
    script = tmp_path / "builds.py"
    script.write_text(BUILDS, encoding="utf-8")
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, cwd=ROOT,
    ) as building:  # fmt: skip
        assert building.stdout is not None
        assert int(building.stdout.readline()) != building.pid
        building.kill()
        assert building.communicate(timeout=120)[0] == b""
