"""Between a match set, which lives with Qt, and what the store keeps of it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..match_set import MatchSet
from .file import Snapshot

_LARGEST_PICTURE = 8 << 20


def taker(match_set: MatchSet) -> Callable[[], Snapshot]:
    """What is to be kept, as of now; reading the pictures is left to the call, which may be made
    in another thread."""
    snapshot = Snapshot(
        match_set.set_id,
        match_set.created,
        match_set.request,
        match_set.index,
        match_set.preview,
        match_set.provenance,
        dict(match_set.timings_ms),
        match_set.matches,
        match_set.decisions(),
    )

    def take() -> Snapshot:
        crop, drawn = snapshot.preview.image, snapshot.request.image
        return replace(snapshot, crop=_read(crop), query_image=_read(drawn))

    return take


def restored(snapshot: Snapshot, pictures: Pictures) -> MatchSet:
    """The match set, with its pictures in files again."""
    crop = pictures.put(f"{snapshot.set_id}-crop.png", snapshot.crop)
    drawn = pictures.put(f"{snapshot.set_id}-query.png", snapshot.query_image)
    return MatchSet(
        replace(snapshot.request, image=drawn or None),
        snapshot.index,
        replace(snapshot.preview, image=crop),
        snapshot.matches,
        snapshot.provenance,
        set_id=snapshot.set_id,
        created=snapshot.created,
        decisions=snapshot.decisions,
        timings_ms=snapshot.timings_ms,
    )


class Pictures:
    """A temporary folder, made with the first picture and gone with :meth:`clear`."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def put(self, name: str, data: bytes | None) -> str:
        """Path of a file that holds ``data``, "" for nothing or where the disk refuses."""
        if not data:
            return ""
        try:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="craterbench-"))
            path = self._folder / name
            path.write_bytes(data)
        except OSError:
            return ""
        return str(path)

    def clear(self) -> None:
        """Remove folder and pictures."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def _read(path: str | None) -> bytes | None:
    if not path:
        return None
    with contextlib.suppress(OSError):
        file = Path(path)
        if file.stat().st_size <= _LARGEST_PICTURE:
            return file.read_bytes()
    return None
