"""Between a match set, which lives with Qt, and what the store keeps of it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...protocol import MatchRecord, Preview
from ..match_set import MatchSet
from ..query import QueryRequest
from .file import Snapshot

_LARGEST_PICTURE = 8 << 20


def taker(match_set: MatchSet) -> Callable[[], Snapshot]:
    """What is to be kept, as of now; the work (files, 1,000 records) is left to the call, which
    may be made in another thread."""
    request, preview = match_set.request.to_json(), match_set.preview.to_json()
    matches, decisions = match_set.matches, match_set.decisions()
    rest = (match_set.provenance, dict(match_set.timings_ms))

    def take() -> Snapshot:
        return Snapshot(
            match_set_id,
            created,
            request,
            index,
            preview,
            *rest,
            [dict(vars(match)) for match in matches],
            decisions,
            _read(preview.get("image")),
            _read(request.get("image")) if request.get("kind") == "image" else None,
        )

    match_set_id, created, index = match_set.set_id, match_set.created, dict(match_set.index)
    return take


def records(one: Snapshot | None) -> list[MatchRecord]:
    """The matches, typed; may be called in any thread."""
    return [MatchRecord.from_json(record) for record in one.matches] if one else []


def restored(one: Snapshot, matches: list[MatchRecord], pictures: Pictures) -> MatchSet:
    """The match set, with its pictures in files again."""
    preview, request = dict(one.preview), dict(one.request)
    preview["image"] = pictures.put(f"{one.set_id}-crop.png", one.crop)
    if request.get("kind") == "image":
        request["image"] = pictures.put(f"{one.set_id}-query.png", one.query_image)
    return MatchSet(
        QueryRequest.from_json(request),
        one.index,
        Preview.from_json(preview),
        matches,
        one.provenance,
        set_id=one.set_id,
        created=one.created,
        decisions=one.decisions,
        timings_ms=one.timings_ms,
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


def _read(path: Any) -> bytes | None:
    if not path:
        return None
    with contextlib.suppress(OSError):
        file = Path(str(path))
        if file.stat().st_size <= _LARGEST_PICTURE:
            return file.read_bytes()
    return None
