"""A build on four Dask workers, one killed every ten seconds, the scheduler killed twice.

    python -m tests.security.cluster_kills FOLDER [--craters 1500] [--every 10]

Needs ``distributed`` (craterbench_qgis/environment/cluster.lock). Prints one JSON object: what was
killed, and whether the finished index is the plain one's, file by file. ``--plain`` makes the plain
one first and ends, where one run must not take long. The scheduler is killed once a third, and
once two thirds of the chunks are committed; the same command is then given again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from craterbench_qgis.contract.build import BuildParams, CatalogueSource
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import CraterBenchError
from craterbench_qgis.engine.index import verify
from craterbench_qgis.engine.index.manifest import load_manifest
from craterbench_qgis.engine.indexing import build_index
from craterbench_qgis.engine.indexing.cluster import EncoderChoice
from tests.engine.scene import write_mosaic
from tests.security.support import ROOT

WORKERS, CHUNK_VIEWS = 4, 32


def build(folder: Path, name: str, encoder: str, address: str | None) -> None:
    params = BuildParams(
        mosaics=[str(folder / "mosaic.tif")],
        catalogue=CatalogueSource(str(folder / "craters.csv")),
        output=str(folder / f"{name}.craterindex"),
        tokens=16,
    )
    choice, table = EncoderChoice(encoder, "cpu", 1), read_catalogue(params.catalogue.path)
    loaded = load_encoder(encoder, device="cpu", threads=1)
    if address is None:
        build_index(params, table, loaded, chunk_views=CHUNK_VIEWS)
        return
    from craterbench_qgis.engine.indexing.dask_workers import DaskWorkers

    with DaskWorkers(address) as workers:
        build_index(params, table, loaded, chunk_views=CHUNK_VIEWS, cluster=(workers, choice))


def scene(folder: Path, craters: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "craters.csv").exists():
        return
    write_mosaic(folder / "mosaic.tif")
    places = np.random.default_rng(3).uniform((2, -6, 20), (22, 6, 45), (craters, 3))
    lines = [f"K-{i},{lon!r},{lat!r},{d!r}" for i, (lon, lat, d) in enumerate(places.tolist())]
    (folder / "craters.csv").write_text("crater_id,lon,lat,diameter_km\n" + "\n".join(lines))


class Processes:
    """A scheduler, its workers, and the command that builds."""

    def __init__(self, folder: Path, encoder: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._folder, self._encoder = folder, encoder
        self._log = (folder / "processes.log").open("ab")
        self.scheduler = self._start(
            "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port),
            "--no-dashboard",
        )  # fmt: skip
        self.workers = [self._worker() for _ in range(WORKERS)]
        self.command = self._command()

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": paths}
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=self._log,
            stderr=self._log,
        )

    def _worker(self) -> subprocess.Popen[bytes]:
        return self._start(
            "distributed.cli.dask_worker", self.address, "--nthreads", "1", "--no-nanny",
            "--no-dashboard", "--memory-limit", "0", "--local-directory", str(self._folder),
        )  # fmt: skip

    def _command(self) -> subprocess.Popen[bytes]:
        return self._start(
            "tests.security.cluster_kills", str(self._folder), "--encoder", self._encoder,
            "--address", self.address,
        )  # fmt: skip

    def kill_worker(self, number: int) -> None:
        self.workers[number].kill()
        self.workers[number].wait()

    def kill_scheduler(self) -> None:
        self.scheduler.kill()
        self.scheduler.wait()

    def mend(self) -> None:
        """Start what is not there any more, but the command."""
        if self.scheduler.poll() is not None:
            self.scheduler = self._start(
                "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port),
                "--no-dashboard",
            )  # fmt: skip
        self.workers = [w if w.poll() is None else self._worker() for w in self.workers]

    def again(self) -> None:
        self.command = self._command()

    def end(self) -> None:
        for process in (self.command, *self.workers, self.scheduler):
            if process.poll() is None:
                process.kill()
                process.wait()
        self._log.close()


def committed(path: Path) -> tuple[int, int] | None:
    """(chunks done, of how many) of a pending build; None where there is none."""
    try:
        job = load_manifest(path).job
    except CraterBenchError:
        return None
    return (job.done_count, job.chunks) if job is not None else None


def hashes(path: Path) -> dict[str, str]:
    """Of every file that holds no time of day; of the manifest, what is content."""
    found = {
        file.relative_to(path).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.suffix not in {".json", ".gpkg", ".lock"}
    }
    content = json.loads((path / "manifest.json").read_bytes())
    for name in ("created", "updated", "index_id", "generation", "checksum", "gpkg"):
        del content[name]
    found["manifest.json"] = json.dumps(content, sort_keys=True)
    return found


def main(folder: Path, encoder: str, every: float) -> dict[str, object]:
    path, began = folder / "cluster.craterindex", time.monotonic()
    processes = Processes(folder, encoder)
    workers_killed = schedulers_killed = commands = repeated = 0
    next_kill = time.monotonic() + every
    try:
        commands = 1
        while True:
            time.sleep(0.2)
            state = committed(path)
            if (
                state
                and state[0] >= state[1] * (schedulers_killed + 1) / 3
                and (schedulers_killed < 2)
            ):
                processes.kill_scheduler()
                schedulers_killed += 1
                code = processes.command.wait(timeout=180)
                repeated += code != 0
            elif time.monotonic() > next_kill:
                processes.kill_worker(workers_killed % WORKERS)
                workers_killed += 1
                next_kill += every
            processes.mend()
            code = processes.command.poll()
            if code == 0:
                break
            if code is not None:
                commands += 1
                if commands > 10:
                    raise RuntimeError((folder / "processes.log").read_text()[-3000:])
                processes.again()
    finally:
        processes.end()
    one, other = hashes(folder / "plain.craterindex"), hashes(path)
    return {
        "seconds": round(time.monotonic() - began, 1),
        "views": load_manifest(path).n_views,
        "workers_killed": workers_killed,
        "schedulers_killed": schedulers_killed,
        "commands": commands,
        "commands_that_said_so": repeated,
        "files": len(one),
        "same": one == other,
        "differ": sorted(
            name for name in one.keys() | other.keys() if one.get(name) != other.get(name)
        ),
        "problems": verify(path).problems,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--craters", type=int, default=1500)
    parser.add_argument("--every", type=float, default=10.0)
    parser.add_argument("--encoder", default="hog")
    parser.add_argument("--address")
    parser.add_argument("--plain", action="store_true")
    arguments = parser.parse_args()
    if arguments.address:
        try:
            build(arguments.folder, "cluster", arguments.encoder, arguments.address)
        except CraterBenchError as error:
            sys.stderr.write(f"{error}\n")
            sys.exit(1)
        sys.exit(0)
    scene(arguments.folder, arguments.craters)
    if not (arguments.folder / "plain.craterindex/manifest.json").exists() or arguments.plain:
        build(arguments.folder, "plain", arguments.encoder, None)
    if not arguments.plain:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left running
        result = main(arguments.folder, arguments.encoder, arguments.every)
        sys.stdout.write(json.dumps(result) + "\n")
        sys.exit(0 if result["same"] and not result["problems"] else 1)
