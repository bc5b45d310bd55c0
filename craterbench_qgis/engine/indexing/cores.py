"""All cores of this computer for a build: processes that cut views, threads that encode batches.

Cutting a view is a hundred small calls of numpy, which hold Python's lock: two threads together cut
fewer views than one (docs/performance.md). So processes cut. A network lets go of the lock, and a
thread runs a whole batch by itself, since threads that share one wait for each other at every layer
and for whatever else needs their core. Results come in the order of what was asked and do not
depend on how many work, so an index is the same, byte for byte, on one core.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from contextvars import copy_context
from functools import lru_cache
from typing import Any, TypeVar

from ..closing import Closing
from ..encoders.device import alone, cpu_threads
from ..files.walls import CACHE_MB
from ..mosaic import Mosaic, RasterSource
from .cutting import Cuts, CutTask, cut

WORTH_VIEWS = 1000
"""Fewer are made before a process that cuts has begun."""

Tag = TypeVar("Tag")
Batch = TypeVar("Batch")
Result = TypeVar("Result")


class Cores(Closing):
    """``threads`` threads that encode and half as many processes that cut, where ``views`` to be
    made are worth them; else the caller does everything, one after the other. With the encoder on
    an ``accelerator`` the caller encodes, and all cores but one cut."""

    def __init__(self, threads: int, views: int, accelerator: bool = False) -> None:
        self._cutters: ProcessPoolExecutor | None = None
        self._encoders: ThreadPoolExecutor | None = None
        self._ready: Future[int] | None = None
        self._stack = ExitStack()
        self._threads = threads
        self._processes = max(1, threads - 1 if accelerator else threads // 2)
        if threads == 1 or views < WORTH_VIEWS:
            return
        self._cutters = ProcessPoolExecutor(
            self._processes,
            # Not by fork: torch and GDAL have threads of their own by now.
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(CACHE_MB // self._processes,),
        )
        self._ready = self._submitted(os.getpid)
        if not accelerator:
            # Some of torch's libraries count their threads for the whole process.
            self._stack.enter_context(cpu_threads(threads))
            self._encoders = ThreadPoolExecutor(threads, thread_name_prefix="encode")

    def close(self) -> None:
        """What is under way is finished, and nothing else begun."""
        for pool in (self._encoders, self._cutters):
            if pool is not None:
                pool.shutdown(wait=True, cancel_futures=True)
        self._stack.close()

    def cut(
        self, tasks: Iterable[tuple[Tag, CutTask]], mosaic_of: Callable[[int], Mosaic]
    ) -> Iterator[tuple[Tag, Cuts]]:
        """The views of each task, in order. ``mosaic_of``: gives an observation's mosaic, open.
        Raises MosaicError."""
        waiting: deque[tuple[Tag, CutTask, Future[Cuts] | None]] = deque()
        for tag, task in tasks:
            # Until the first process has begun, and after one was ended, the caller cuts.
            apart = self._ready is not None and self._ready.done()
            source = mosaic_of(task.observation).source
            future = self._submitted(_cut_there, source, task) if apart else None
            waiting.append((tag, task, future))
            while len(waiting) > (self._processes + 2 if apart else 0):
                yield self._cut(*waiting.popleft(), mosaic_of)
        while waiting:
            yield self._cut(*waiting.popleft(), mosaic_of)

    def _submitted(self, work: Callable[..., Result], *given: Any) -> Future[Result] | None:
        """``work(*given)`` by a process that cuts; None where there is none."""
        try:
            return self._cutters.submit(work, *given) if self._cutters else None
        except (BrokenExecutor, OSError):
            return None

    @staticmethod
    def _cut(
        tag: Tag, task: CutTask, future: Future[Cuts] | None, mosaic_of: Callable[[int], Mosaic]
    ) -> tuple[Tag, Cuts]:
        if future is not None:
            try:
                return tag, future.result()
            except BrokenExecutor:
                pass
        return tag, cut(mosaic_of(task.observation), task)

    def encoded(
        self, work: Callable[[Batch], Result], batches: Iterable[Batch]
    ) -> Iterator[Result]:
        """What ``work`` makes of each batch, in order."""
        if self._encoders is None:
            yield from map(work, batches)
            return
        waiting: deque[Future[Result]] = deque()
        for batch in batches:
            # In the caller's context, so that a stop is heard in it (server.stopping).
            waiting.append(self._encoders.submit(copy_context().run, alone, work, batch))
            if len(waiting) > 2 * self._threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _begin(cache_mb: int) -> None:
    """What a process that cuts does first: it is to end with the one that began it, no sooner."""
    os.environ["GDAL_CACHEMAX"] = f"{cache_mb}"  # all have together what one has
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes of a terminal
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, name="parent", daemon=True).start()


@lru_cache(maxsize=64)
def _opened(source: RasterSource) -> Mosaic:
    return Mosaic.open(source.path, band=source.band, nodata=source.nodata, shows=source.shows)


def _cut_there(source: RasterSource, task: CutTask) -> Cuts:
    return cut(_opened(source), task)
