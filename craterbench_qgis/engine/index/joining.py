"""Writing the manifest of an index that joins others."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ... import __version__
from ..errors import CraterIndexError
from .format import MANIFEST
from .housekeeping import creatable, remove_empty
from .joined_manifest import (
    MAX_SHARDS,
    SAME_FOLDER,
    JoinedManifest,
    SameEntry,
    Shard,
    parse_joined,
    problem,
)
from .lock import WriterLock
from .manifest import is_joined, load_content
from .reader import CraterIndex
from .storage import discard, storage_errors, write_atomically, write_new
from .transactions import utc_now


def describe_shard(index: CraterIndex, root: Path) -> Shard:
    """What the index that joins it, in ``root``, keeps of an open index."""
    place, beside = index.path.resolve(), root.absolute().parent.resolve()
    path = str(place)
    if place.is_relative_to(beside) and place != beside:
        path = place.relative_to(beside).as_posix()
    if problem(path):
        raise CraterIndexError(
            f"{index.path.name} lies on another computer ({path}). Give its folder a drive letter "
            "or mount it, and name it by that."
        )
    content = load_content(index.path)
    if content["generation"] != index.manifest.generation:
        raise CraterIndexError(f"{index.path.name} is being changed. Join when that has ended.")
    return Shard(
        path=path,
        index_id=index.manifest.index_id,
        generation=index.manifest.generation,
        manifest=content["checksum"],
        views=index.n_views,
        craters=index.n_craters,
        removed=index.n_removed,
        size=index.size_bytes,
    )


def check_joinable(root: Path, paths: Sequence[Path]) -> JoinedManifest | None:
    """The index in ``root`` that joins others already and may be replaced, or None.

    Raises CraterIndexError where the indexes at ``paths`` cannot be joined there.
    """
    if not 2 <= len(paths) <= MAX_SHARDS:
        raise CraterIndexError(
            f"{len(paths)} indexes were named to be joined. Name two to {MAX_SHARDS}."
        )
    places = [path.resolve() for path in paths]
    own = root.absolute().parent.resolve() / root.name
    for path, place in zip(paths, places, strict=True):
        if places.count(place) > 1:
            raise CraterIndexError(f"{path} was named twice. Name every index once.")
        if place == own or own.is_relative_to(place) or place.is_relative_to(own):
            raise CraterIndexError(
                f"{root} and {path} lie in each other. Choose another name for the index that "
                "joins the others."
            )
    for path in paths:
        if is_joined(load_content(path)):
            raise CraterIndexError(
                f"{path.name} itself joins others. Name the indexes it joins instead."
            )
    if (root / MANIFEST).exists():
        content = load_content(root)
        if is_joined(content):
            return parse_joined(content, root.name)
    with storage_errors(root):
        creatable(root)
    return None


def write_joined(
    root: Path,
    shards: Sequence[Shard],
    same: npt.NDArray[np.int32],
    before: JoinedManifest | None,
) -> None:
    """Write or replace the index in ``root``. ``same`` [n, 2]: see :class:`SameEntry`.

    Raises CraterIndexError.
    """
    with storage_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        lock = WriterLock(root)
        try:
            now, generation = utc_now(), (before.generation if before else 0) + 1
            joined = JoinedManifest(
                index_id=before.index_id if before else str(uuid.uuid4()),
                created=before.created if before else now,
                updated=now,
                engine_version=__version__,
                generation=generation,
                shards=tuple(shards),
                same=_write_same(root, f"{SAME_FOLDER}/{generation:06d}.bin", same),
            )
            write_atomically(root / MANIFEST, joined.to_bytes())
            if before is not None and before.same is not None:
                discard(root, root / before.same.file.path)
        finally:
            lock.release()
            if not (root / MANIFEST).exists():
                remove_empty(root)


def _write_same(root: Path, path: str, same: npt.NDArray[np.int32]) -> SameEntry | None:
    discard(root, root / path)  # of a joining that was stopped
    if not len(same):
        return None
    data = np.ascontiguousarray(same, "<i4").view(np.uint8)
    return SameEntry(write_new(root, path, lambda file: file.write(data)), len(same))
