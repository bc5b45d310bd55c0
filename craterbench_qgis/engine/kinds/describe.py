"""Add descriptors of kind to an index, from the mosaics it was cut from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ...contract.build import UpgradeReply
from ...contract.vocabulary import Stage
from ..index import CraterIndex, IndexWriter, open_index
from ..index.entries import KindEntry
from ..index.kinds import kind_dtype, read_kinds
from ..index.storage import MappedFile
from ..indexing.cores import Cores
from ..indexing.cutting import Cut, Cuts, CutTask, Limits
from ..indexing.pipeline import Place
from ..indexing.run import COMMIT_VIEWS
from ..monitor import Monitor
from ..mosaic import Mosaic, View
from ..tokens import quantise
from .descriptor import KindDescriptor
from .vectors import RINGS

_BATCH = 64


class KindDescriber:
    """Descriptors of kind as an index keeps them; see :class:`..indexing.pipeline.Describer`."""

    def __init__(self, descriptor: KindDescriptor) -> None:
        self.entry = entry_of(descriptor)
        self.size = descriptor.input_size
        self._descriptor = descriptor

    def records(self, places: list[Place], views: list[View]) -> NDArray[np.void]:
        """A record for each view [V], of the same order."""
        like = self.entry
        records = np.zeros(
            len(places), kind_dtype(like.relief, like.near, like.rings, like.shading)
        )
        if not places:
            return records
        columns = zip(*places, strict=True)
        records["crater_row"], records["observation"], records["context"] = columns
        vectors = self._descriptor.describe(views, records["context"].tolist())
        records["relief"], records["relief_scale"] = quantise(vectors.relief)
        records["near"], records["near_scale"] = quantise(vectors.near)
        records["tone"], records["tone_scatter"] = vectors.tone, vectors.tone_scatter
        if like.shading:
            records["shading"] = np.clip(vectors.shading, -1e4, 1e4)
        return records


def entry_of(descriptor: KindDescriptor) -> KindEntry:
    """What an index keeps about the descriptor."""
    return KindEntry(
        descriptor.id,
        descriptor.weights_hash,
        descriptor.relief_dim,
        descriptor.near_dim,
        RINGS,
        (),
        descriptor.shading,
    )


def lacking(index: CraterIndex, descriptor: KindDescriptor) -> NDArray[np.int64]:
    """The view numbers that have no descriptor of this kind, in the order of the index."""
    rows = index.view_crater_rows
    views = np.flatnonzero(index.alive)
    entry = index.manifest.kinds_like(entry_of(descriptor))
    if entry is None:
        return views
    records = read_kinds(entry, [MappedFile(index.path, file) for file in entry.files])
    known = {
        (int(r["crater_row"]), int(r["observation"]), round(float(r["context"]), 4))
        for r in records[["crater_row", "observation", "context"]]
    }
    stored = index.views
    return np.array(
        [
            v
            for v in views.tolist()
            if (int(rows[v]), int(stored["observation"][v]), round(float(stored["context"][v]), 4))
            not in known
        ],
        np.int64,
    )


def describe_views(
    writer: IndexWriter,
    descriptor: KindDescriptor,
    open_mosaic: Callable[[int], Mosaic],
    monitor: Monitor | None = None,
) -> UpgradeReply:
    """Describe every view that lacks it, committing as it goes; stopped, it goes on next time.
    Descriptors of an earlier version stay in use until all views are described anew.

    ``open_mosaic``: gives the mosaic of an observation's number. Raises Cancelled, MosaicError,
    CraterIndexError.
    """
    monitor = monitor or Monitor()
    with open_index(writer.path, check="sizes") as index:
        todo = lacking(index, descriptor)
        present = int(index.alive.sum()) - len(todo)
        stored = index.views[["crater_row", "observation", "context"]][todo]
        craters = index.craters
        lon, lat, diameter = craters.lon, craters.lat, craters.diameter_m
    report = UpgradeReply(0, present, 0)
    describer = KindDescriber(descriptor)
    pending: list[NDArray[np.void]] = []

    def tasks() -> Iterator[tuple[list[Place], CutTask]]:
        for number in np.unique(stored["observation"]).tolist():
            shown = stored[stored["observation"] == number]
            for start in range(0, len(shown), _BATCH):
                keys = shown[start : start + _BATCH]
                rows = keys["crater_row"]
                places = np.stack([lon[rows], lat[rows], diameter[rows], keys["context"]], axis=1)
                # They were good enough for the index, so they are good enough here.
                yield (
                    [Place(*key) for key in keys.tolist()],
                    CutTask(number, places, descriptor.input_size, Limits(0.0, 0.0)),
                )

    def described(batch: tuple[list[Place], Cuts]) -> tuple[int, NDArray[np.void]]:
        seen = [(p, made.view) for p, made in zip(*batch, strict=True) if isinstance(made, Cut)]
        return len(batch[0]), describer.records([p for p, _ in seen], [view for _, view in seen])

    done = 0
    monitor.report(Stage.KINDS, done, len(todo))
    try:
        with Cores(descriptor.threads, len(todo)) as cores:
            batches = cores.cut(tasks(), cache(open_mosaic))
            for looked_at, records in cores.encoded(described, batches):
                pending.append(records)
                done += looked_at
                report.lost += looked_at - len(records)
                if sum(len(part) for part in pending) >= COMMIT_VIEWS:
                    report.added += _commit(writer, descriptor, pending)
                monitor.report(Stage.KINDS, done, len(todo))
                monitor.check()
    finally:
        # Also when stopped: what was described is kept.
        report.added += _commit(writer, descriptor, pending)
    writer.replace_kinds(entry_of(descriptor))
    return report


def _commit(
    writer: IndexWriter, descriptor: KindDescriptor, pending: list[NDArray[np.void]]
) -> int:
    if not any(map(len, pending)):
        return 0
    records = np.concatenate(pending)
    pending.clear()
    writer.add_kinds(entry_of(descriptor), records)
    return len(records)
