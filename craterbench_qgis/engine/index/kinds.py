"""Descriptors of kind in an index: records keyed by view, apart from the segments.

They can be added to an index of an earlier version, survive compaction (which renumbers views) and
are only ever added to. What the numbers mean is the matter of ``engine.kinds``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import CraterIndexError
from .entries import KindEntry
from .manifest import Manifest
from .storage import RESTORE, FileEntry, MappedFile, write_new

Records = npt.NDArray[np.void]


def kind_dtype(relief: int, near: int, rings: int, shading: int = 0) -> np.dtype[np.void]:
    """The record of one view: its key, then int8 numbers with a scale each for two parts, then
    the grey value of the unstretched mosaic in rings (mean and scatter) and, where there are rows
    of it, its shading."""
    last = [("shading", "<f2", (shading, rings))] if shading else []
    return np.dtype(
        [
            ("crater_row", "<i4"),
            ("observation", "<i2"),
            ("reserved", "<i2"),
            ("context", "<f4"),
            ("relief_scale", "<f4"),
            ("near_scale", "<f4"),
            ("relief", "i1", (relief,)),
            ("near", "i1", (near,)),
            ("tone", "<f4", (rings,)),
            ("tone_scatter", "<f4", (rings,)),
            *last,
        ]
    )


def kind_files(manifest: Manifest) -> tuple[FileEntry, ...]:
    """The files of descriptors a manifest names."""
    return manifest.kinds.files if manifest.kinds else ()


def write_kinds(root: Path, path: str, records: Records) -> FileEntry:
    """Write records as a new file of the index. Raises OSError."""
    data = np.ascontiguousarray(records).view(np.uint8)
    return write_new(root, path, lambda file: file.write(data))


def read_kinds(entry: KindEntry, files: Sequence[MappedFile]) -> Records:
    """All records, checked. Raises CraterIndexError for a file that holds no whole records."""
    dtype = kind_dtype(entry.relief, entry.near, entry.rings, entry.shading)
    for file in files:
        if file.entry.size % dtype.itemsize:
            raise CraterIndexError(
                f"{file.entry.path} does not hold whole descriptors of kind. {RESTORE}"
            )
    if not files:
        return np.zeros(0, dtype)
    return np.concatenate([file.verified().view(dtype) for file in files])
