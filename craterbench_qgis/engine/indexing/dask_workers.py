"""Chunks made by the workers of a Dask scheduler (the package ``distributed``, an option)."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from itertools import islice
from pathlib import Path
from typing import Any

from ..closing import Closing
from ..errors import CraterBenchError, UsageError
from ..monitor import Monitor
from .cluster import ChunkDone, ChunkTask, make_chunk

LOCAL = "local"
LOCK = Path(__file__).parents[2] / "environment" / "cluster.lock"
"""The pinned packages this needs."""
_AHEAD = 3  # tasks a thread has waiting
_POLL_S = 1.0
_PATIENCE_S = 60.0  # without a word from the scheduler
_TRIES = 20  # of one chunk whose worker died
_TIMED_OUT = (TimeoutError, asyncio.TimeoutError)  # two until Python 3.11
_ADDRESS = re.compile(r"(?:(?:tcp|tls|ucx|ws|wss|inproc)://)?[^\s/:]+:\d+")


class DaskWorkers(Closing):
    """A connection to a scheduler, or one with workers of its own. A context manager."""

    def __init__(self, where: str) -> None:
        """``where``: an address (``tcp://host:8786``), a scheduler file of a shared folder, or
        ``local`` or ``local:N`` for N processes here.

        Raises UsageError where it is none of these, CraterBenchError where ``distributed`` is not
        installed or nobody answers.
        """
        self.where = where
        distributed = _distributed()
        self._cluster: Any = None
        name, _, number = where.partition(":")
        try:
            if name == LOCAL:
                if number and not (number.isdigit() and 0 < int(number) <= 1024):
                    raise UsageError(f"--cluster {where}: say how many, such as {LOCAL}:4.")
                self._cluster = distributed.LocalCluster(
                    n_workers=int(number) if number else None,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                )
                self._client = distributed.Client(self._cluster)
            elif Path(where).is_file():
                self._client = distributed.Client(scheduler_file=where)
            elif _ADDRESS.fullmatch(where):
                self._client = distributed.Client(where)
            else:
                raise UsageError(
                    f"--cluster {where} is neither an address such as tcp://host:8786, nor a "
                    f"scheduler file, nor {LOCAL}[:N]."
                )
        except (OSError, TimeoutError, ValueError) as error:
            self.close()
            raise CraterBenchError(
                f"No Dask scheduler answers at {where} ({error}). Start one with 'dask scheduler', "
                "or check the address."
            ) from error

    def close(self) -> None:
        """Let go of the scheduler; workers of one's own end."""
        if getattr(self, "_client", None) is not None:
            self._client.close(timeout=5)
        if self._cluster is not None:
            self._cluster.close(timeout=10)

    def made(self, tasks: Iterable[ChunkTask], monitor: Monitor) -> Iterator[ChunkDone]:
        """See :class:`.cluster.Workers`. A chunk whose worker died is given to another one.

        Raises CraterBenchError where the scheduler is lost; what was yielded is done.
        """
        from distributed import KilledWorker

        waiting = iter(tasks)
        tried: dict[int, int] = {}
        futures: dict[Any, ChunkTask] = {}
        heard = time.monotonic()
        try:
            while True:
                room = _AHEAD * max(1, sum(self._threads().values())) - len(futures)
                for task in islice(waiting, max(0, room)):
                    futures[self._submit(task)] = task
                if not futures:
                    return
                finished = self._finished(futures)
                monitor.check()
                if self._client.status != "running" and not finished:
                    if time.monotonic() - heard > _PATIENCE_S:
                        raise self._lost()
                    continue
                heard = time.monotonic()
                for future in finished:
                    task = futures.pop(future)
                    if future.status == "cancelled":
                        raise self._lost()
                    if future.status == "finished":
                        try:
                            done = future.result(timeout=_PATIENCE_S)
                        except _TIMED_OUT:  # its worker died just now
                            futures[future] = task
                            continue
                        except CancelledError:
                            raise self._lost() from None
                        yield done
                        continue
                    error = future.exception()
                    tried[task.chunk] = tried.get(task.chunk, 0) + 1
                    if not isinstance(error, KilledWorker) or tried[task.chunk] >= _TRIES:
                        raise _from_worker(error)
                    futures[self._submit(task)] = task
        finally:
            if futures and self._client.status == "running":
                self._client.cancel(list(futures))

    def _submit(self, task: ChunkTask) -> Any:
        # Never the answer of an earlier run: its segment is committed or gone.
        return self._client.submit(make_chunk, task, pure=False)

    def _threads(self) -> dict[str, int]:
        try:
            return dict(self._client.nthreads())
        except (OSError, TimeoutError, ValueError):
            return {}

    def _finished(self, futures: dict[Any, ChunkTask]) -> list[Any]:
        until = time.monotonic() + _POLL_S
        while True:
            # "lost": its worker died before the answer was fetched; it is made again elsewhere.
            finished = [future for future in futures if future.status not in ("pending", "lost")]
            if finished or time.monotonic() > until:
                return finished
            time.sleep(0.02)

    def _lost(self) -> CraterBenchError:
        return CraterBenchError(
            f"The Dask scheduler at {self.where} is gone. What it had made so far is stored; start "
            "it and run the same command again."
        )


def _from_worker(error: BaseException) -> BaseException:
    if isinstance(error, CraterBenchError):
        return error
    return CraterBenchError(
        f"A worker could not make a chunk ({type(error).__name__}: {str(error)[:300]}). Look at "
        "its log; the same command goes on where this one stopped."
    )


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise CraterBenchError(
            f"--cluster needs the Python package distributed, which is not installed ({error}). "
            f'Install it here and on every worker: "{sys.executable}" -m pip install --no-deps -r '
            f'"{LOCK}".'
        ) from error
    return distributed
