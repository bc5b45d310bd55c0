"""A build's chunks made by other processes: what a worker does, and the one that commits.

The plan, the cutting, the encoding and the commit are those of any build. A worker that has the
index's folder writes a chunk as a segment under a name of its own and says so; the writer, which
alone holds the lock and the manifest, gives it its name and commits it. So a worker that dies
leaves debris at most, a chunk made twice is committed once, and the finished index is byte for byte
that of one process. Nothing here knows who starts workers or hands out chunks.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from ..encoders import load_encoder
from ..encoders.base import Encoder
from ..errors import CraterIndexError, EncoderError
from ..index import IndexWriter, Manifest
from ..index.catalogue_store import CraterStore
from ..index.entries import Job, SegmentEntry
from ..index.manifest import load_manifest
from ..index.segment import write_apart
from ..index.storage import storage_errors
from ..monitor import Monitor
from ..mosaic import Mosaic
from .addition import known_mosaic
from .cores import Cores
from .pipeline import ChunkMaker, Progress
from .plan import Plan, Unit

_FILES_APPEAR_S = 20.0
"""A shared folder may show a computer what another one wrote only after a while."""


@dataclass(frozen=True)
class EncoderChoice:
    """What :func:`load_encoder` is given, on every worker."""

    spec: str | None
    device: str = "auto"
    threads: int | None = None


@dataclass(frozen=True)
class ChunkTask:
    """One chunk of the pending build of the index at ``index``, a folder that the worker sees under
    the same path. ``job``: what tells this build from any other."""

    index: str
    index_id: str
    job: str
    chunk: int
    encoder: EncoderChoice


@dataclass(frozen=True)
class ChunkDone:
    """A chunk that was written. ``attempted``: views looked at, ``encoded``: those made."""

    chunk: int
    entry: SegmentEntry
    attempted: int
    encoded: int


class Workers(Protocol):
    """Who makes chunks. ``made`` gives each as it is done, in any order, calling
    :func:`make_chunk` for every task somewhere; it checks ``monitor`` while it waits."""

    def made(self, tasks: Iterable[ChunkTask], monitor: Monitor) -> Iterator[ChunkDone]: ...


class InProcess:
    """The workers' part in this process, one chunk after the other."""

    def made(self, tasks: Iterable[ChunkTask], monitor: Monitor) -> Iterator[ChunkDone]:
        """See :class:`Workers`."""
        for task in tasks:
            monitor.check()
            yield make_chunk(task)


def run_on(workers: Workers, writer: IndexWriter, encoder: EncoderChoice, monitor: Monitor) -> int:
    """Have the missing chunks of the pending job made and commit each; returns the views made.

    Raises what a worker raised, CraterIndexError, Cancelled. What was committed stays.
    """
    job = writer.job
    if job is None:
        return 0
    manifest = writer.manifest
    craters = writer.craters()
    plan = Plan.from_info(job.info, craters.lon, craters.lat)
    todo = [(number, unit) for number, unit in plan.chunks() if not job.is_done(number)]
    left = sum(len(unit.rows) for _, unit in todo) * len(plan.contexts)
    progress = Progress(monitor, plan.views - left, plan.views)
    path, name = str(writer.path.resolve()), job_name(manifest)
    tasks = (ChunkTask(path, manifest.index_id, name, number, encoder) for number, _ in todo)
    for done in workers.made(tasks, monitor):
        _appear(writer.path, done.entry)
        writer.adopt_chunk(done.chunk, done.entry)
        progress.advance(done.attempted, done.encoded)
        monitor.check()
    writer.tidy()  # of workers that died
    return progress.encoded


def _appear(root: Path, entry: SegmentEntry) -> None:
    """Wait for files that another computer wrote into the shared folder."""
    until = time.monotonic() + _FILES_APPEAR_S
    for file in entry.files:
        path = root / file.path
        while time.monotonic() < until and not (
            path.is_file() and path.stat().st_size == file.size
        ):
            time.sleep(0.2)


def job_name(manifest: Manifest) -> str:
    """What tells a build from any other: its plan and what it is made of."""
    job = manifest.job
    content = [job.info if job else None, [entry.file.sha256 for entry in manifest.catalogues]]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def make_chunk(task: ChunkTask) -> ChunkDone:
    """What a worker does: cut, encode and write one chunk.

    Raises MosaicError, EncoderError; CraterIndexError where the index is not there, is another
    build by now, or the disk is full.
    """
    kitchen = _kitchen(task.index, task.index_id, task.job, task.encoder)
    return kitchen.make(task.chunk)


class _Kitchen:
    """What a worker keeps from one chunk of a build to the next."""

    def __init__(self, root: Path, manifest: Manifest, job: Job, encoder: Encoder) -> None:
        craters = CraterStore(root, manifest.catalogues)
        self._root, self._manifest = root, manifest
        self._maker = ChunkMaker(encoder, manifest.settings, job.info, craters)
        self._units: dict[int, Unit] = dict(self._maker.plan.chunks())
        self._per_crater = len(self._maker.plan.contexts)
        self._mosaics: dict[int, Mosaic] = {}
        self._stack = ExitStack()

    def make(self, chunk: int) -> ChunkDone:
        """Cut, encode and write one chunk."""
        unit, manifest = self._units[chunk], self._manifest
        with Cores(1, 0) as cores:  # the others have workers of their own
            silent = Progress(Monitor(), 0, 0)
            ((data, _),) = self._maker.make([unit], self._mosaic, cores, silent)
        with storage_errors(self._root):
            entry = write_apart(
                self._root,
                data,
                manifest.settings,
                chunk,
                manifest.n_craters,
                len(manifest.observations),
            )
        return ChunkDone(chunk, entry, len(unit.rows) * self._per_crater, len(data))

    def _mosaic(self, number: int) -> Mosaic:
        if number not in self._mosaics:
            self._mosaics[number] = known_mosaic(self._stack, self._manifest, number, ())
        return self._mosaics[number]


@lru_cache(maxsize=1)
def _kitchen(index: str, index_id: str, job: str, choice: EncoderChoice) -> _Kitchen:
    root = Path(index)
    manifest = load_manifest(root)
    if manifest.index_id != index_id or manifest.job is None or job_name(manifest) != job:
        raise CraterIndexError(
            f"{index} is not the build this worker was asked for. Give all computers the same "
            "folder under the same path, and run the same command again."
        )
    encoder = load_encoder(choice.spec, device=choice.device, threads=choice.threads)
    settings = manifest.settings
    if (encoder.id, encoder.weights_hash) != (settings.encoder_id, settings.weights_hash):
        raise EncoderError(
            f"A worker has another encoder ({encoder.id}, {encoder.weights_hash[:12]}...) than the "
            f"build ({settings.encoder_id}, {settings.weights_hash[:12]}...). Install the same "
            "version of CraterBench on all computers."
        )
    return _Kitchen(root, manifest, manifest.job, encoder)
