"""Add descriptors of kind to an index, from the mosaics it was cut from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...contract.build import UpgradeReply
from ...contract.vocabulary import Stage
from ..index import CraterIndex, IndexWriter, open_index
from ..index.entries import KindEntry
from ..index.kinds import kind_dtype, read_kinds
from ..index.storage import MappedFile
from ..monitor import Monitor
from ..mosaic import Mosaic, View, ViewSkipped
from ..tokens import quantise
from .descriptor import KindDescriptor
from .vectors import RINGS

COMMIT_VIEWS = 4096
"""At most so many descriptors are lost by a kill."""
_BATCH = 64


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
        stored = index.views[todo]
        craters = index.craters
        lon, lat, diameter = craters.lon, craters.lat, craters.diameter_m
    report = UpgradeReply(0, present, 0)
    order = np.argsort(stored["observation"], kind="stable")
    pending: list[NDArray[np.void]] = []
    mosaics: dict[int, Mosaic] = {}
    try:
        for start in range(0, len(order), _BATCH):
            monitor.report(Stage.KINDS, start, len(order))
            monitor.check()
            keys, views = [], []
            for key in stored[order[start : start + _BATCH]]:
                number, row = int(key["observation"]), int(key["crater_row"])
                if number not in mosaics:
                    mosaics[number] = open_mosaic(number)
                try:
                    views.append(
                        _cut(mosaics[number], lon[row], lat[row], diameter[row], key, descriptor)
                    )
                    keys.append(key)
                except ViewSkipped:
                    report.lost += 1
            if views:
                pending.append(_records(keys, views, descriptor))
            if sum(len(records) for records in pending) >= COMMIT_VIEWS:
                report.added += _commit(writer, descriptor, pending)
    finally:
        # Also when stopped: what was described is kept.
        report.added += _commit(writer, descriptor, pending)
    writer.replace_kinds(entry_of(descriptor))
    return report


def _cut(
    mosaic: Mosaic,
    lon: float,
    lat: float,
    diameter: float,
    key: np.void,
    descriptor: KindDescriptor,
) -> View:
    # It was good enough for the index, so it is good enough here.
    return mosaic.crop(
        float(lon), float(lat), float(diameter) * float(key["context"]), descriptor.input_size, 0.0
    )


def _records(
    keys: list[np.void], views: list[View], descriptor: KindDescriptor
) -> NDArray[np.void]:
    contexts = [float(key["context"]) for key in keys]
    vectors = descriptor.describe(views, contexts)
    like = entry_of(descriptor)
    records = np.zeros(len(keys), kind_dtype(like.relief, like.near, like.rings, like.shading))
    for name in ("crater_row", "observation", "context"):
        records[name] = [key[name] for key in keys]
    records["relief"], records["relief_scale"] = quantise(vectors.relief)
    records["near"], records["near_scale"] = quantise(vectors.near)
    records["tone"], records["tone_scatter"] = vectors.tone, vectors.tone_scatter
    if like.shading:
        records["shading"] = np.clip(vectors.shading, -1e4, 1e4)
    return records


def _commit(
    writer: IndexWriter, descriptor: KindDescriptor, pending: list[NDArray[np.void]]
) -> int:
    if not pending:
        return 0
    records = np.concatenate(pending)
    pending.clear()
    writer.add_kinds(entry_of(descriptor), records)
    return len(records)
