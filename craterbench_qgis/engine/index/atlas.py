"""The atlas of an index: where each described crater lies in a plane in which like kinds are near.

How the places are found is the matter of ``engine.kinds.atlas``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import CraterIndexError
from .entries import AtlasEntry, KindEntry
from .storage import RESTORE, FileEntry, MappedFile, write_new

Places = npt.NDArray[np.void]

ATLAS_DTYPE = np.dtype([("crater_row", "<i4"), ("x", "<f4"), ("y", "<f4")])
REACH = 1.0
"""No crater lies beyond: x and y run from -1 to 1."""


def digest_of(kinds: KindEntry | None) -> str:
    """What says which descriptors there were: SHA-256 over the checksums of their files."""
    files = kinds.files if kinds else ()
    return hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()


def write_atlas(
    root: Path, path: str, rows: npt.NDArray[np.integer], places: npt.NDArray[np.floating]
) -> FileEntry:
    """Write the places [C, 2] of crater ``rows`` as a new file of the index. Raises OSError."""
    records = np.empty(len(rows), ATLAS_DTYPE)
    records["crater_row"], (records["x"], records["y"]) = rows, places.T
    return write_new(root, path, lambda file: file.write(records.view(np.uint8)))


def read_atlas(entry: AtlasEntry, file: MappedFile, craters: int) -> Places:
    """The records, checked: of an index with ``craters`` rows. Raises CraterIndexError."""
    path = f"{file.root.name}: {entry.file.path}"
    if entry.file.size != entry.craters * ATLAS_DTYPE.itemsize:
        raise CraterIndexError(
            f"{path} does not hold the {entry.craters} craters of the manifest. {RESTORE}"
        )
    records = file.verified().view(ATLAS_DTYPE)
    rows = records["crater_row"]
    if len(rows) and not (rows[0] >= 0 and rows[-1] < craters and (rows[1:] > rows[:-1]).all()):
        raise CraterIndexError(f"{path} names craters that do not exist. {RESTORE}")
    # A comparison with NaN is false.
    inside = (np.abs(records["x"]) <= REACH) & (np.abs(records["y"]) <= REACH)
    if not inside.all():
        raise CraterIndexError(f"{path} holds places outside the atlas. {RESTORE}")
    return records
