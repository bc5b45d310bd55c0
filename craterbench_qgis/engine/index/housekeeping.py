"""Debris and tombstones: small things the writer, the reader and ``verify`` share."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...contract import names
from ..errors import CraterIndexError
from . import geopackage
from .closed import survey
from .format import GPKG_NEXT, MANIFEST, MANIFEST_SPARE
from .lock import LOCK_NAME, WriterLock
from .manifest import Manifest, load_manifest
from .storage import RESTORE, MappedFile, discard

FOLDERS = (
    "segments", "catalogue", "tombstones", "shortlist", "lists", "sums", "kinds", "atlas", "same",
)  # fmt: skip
_TEMPORARY = (MANIFEST + ".tmp", MANIFEST_SPARE + ".tmp")


def debris(root: Path, manifest: Manifest | None) -> list[Path]:
    """What lies in the index's own folders and is not named by the manifest. Raises OSError."""
    files = {root / file.path for file in manifest.files()} if manifest else set()
    segments = {root / entry.path for entry in manifest.segments} if manifest else set()
    left = [root / name for name in _TEMPORARY if (root / name).exists()]
    for folder in FOLDERS:
        if (root / folder).is_dir():
            left += [
                path
                for path in sorted((root / folder).iterdir())
                if path not in files and path not in segments
            ]
    for segment in segments:
        if segment.is_dir():
            left += [path for path in sorted(segment.iterdir()) if path not in files]
    return left


def clear(root: Path, manifest: Manifest | None) -> None:
    """Remove what a stopped writer left. Only for the holder of the lock. Raises OSError."""
    survey(root)
    for path in debris(root, manifest):
        discard(root, path)
    geopackage.settle_next(root, manifest.gpkg if manifest else None)


def tidy(root: Path) -> int:
    """Remove what earlier states left, unless a writer is at work; how much went.

    Windows keeps what a process has mapped: a reader calls this when it has let go. Raises nothing.
    """
    with contextlib.suppress(CraterIndexError, OSError):
        if not debris(root, load_manifest(root)):
            return 0
        lock = WriterLock(root)
        try:
            manifest = load_manifest(root)
            before = len(debris(root, manifest))
            clear(root, manifest)
            return before - len(debris(root, manifest))
        finally:
            lock.release()
    return 0


def remove_empty(root: Path) -> None:
    """Remove the folders of an index that came to nothing, as far as they are empty."""
    for folder in (*(root / name for name in FOLDERS), root):
        with contextlib.suppress(OSError):
            folder.rmdir()


def creatable(root: Path) -> None:
    """Raise CraterIndexError unless a new index may be made at ``root``. Raises OSError."""
    bad = names.unusable(root.name)
    if bad:
        raise CraterIndexError(
            f"'{root.name}' can be no folder's name on Windows ({bad}). Choose another name."
        )
    if not root.exists():
        return
    if not root.is_dir():
        raise CraterIndexError(
            f"{root} is a file. Choose another name for the index, ending in .craterindex."
        )
    if (root / MANIFEST).exists() or (root / MANIFEST_SPARE).exists():
        raise CraterIndexError(
            f"{root} is an index already. Add to it, or choose another name for the new one."
        )
    ours = {LOCK_NAME, GPKG_NEXT, *FOLDERS, *_TEMPORARY}
    ours |= {GPKG_NEXT + suffix for suffix in ("-wal", "-shm", "-journal")}
    for entry in root.iterdir():
        if entry.name not in ours:
            raise CraterIndexError(
                f"The folder {root} is not empty ('{entry.name}' is in it) and is no index. Choose "
                "a new or empty folder."
            )


def read_tombstones(
    root: Path, manifest: Manifest, file: MappedFile | None = None
) -> npt.NDArray[np.int32]:
    """The rows of the removed craters, ascending; checked. Raises CraterIndexError.

    ``file``: the tombstones, where they are mapped already.
    """
    if manifest.tombstones is None:
        return np.empty(0, np.int32)
    rows = (file or MappedFile(root, manifest.tombstones.file)).verified()
    if rows.size != 4 * manifest.tombstones.craters:
        raise CraterIndexError(
            f"{root.name}: {manifest.tombstones.file.path} does not hold the "
            f"{manifest.tombstones.craters} removed craters of the manifest. {RESTORE}"
        )
    removed = rows.view("<i4")
    if removed.size and not (int(removed.min()) >= 0 and int(removed.max()) < manifest.n_craters):
        raise CraterIndexError(
            f"{root.name}: {manifest.tombstones.file.path} names craters that do not exist. "
            f"{RESTORE}"
        )
    return removed
