"""Where an index is now: by its id, because folders are moved and renamed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from ..contract.build import INDEX_SUFFIX, MANIFEST
from ..contract.records import Json, read_json
from .query import SearchedIndex

_LARGEST_MANIFEST = 16 << 20
_MOST_NEIGHBOURS = 200


def index_id_at(path: str | Path) -> str:
    """The id of the index in a folder, "" where there is none that can be read."""
    return str(_manifest(path).get("index_id") or "")


def is_unfinished(path: str | Path) -> bool | None:
    """Whether the index in a folder is an unfinished build; None where there is no index."""
    manifest = _manifest(path)
    return manifest.get("job") is not None if manifest.get("format") == "craterindex" else None


def _manifest(path: str | Path) -> Json:
    """What the manifest in a folder says; nothing where there is none that can be read."""
    data: object = None
    with contextlib.suppress(OSError, ValueError):
        manifest = Path(path) / MANIFEST
        if manifest.stat().st_size <= _LARGEST_MANIFEST:
            data = read_json(manifest.read_text(encoding="utf-8"))
    return data if isinstance(data, dict) else {}


def find(index: SearchedIndex, known: Iterable[str], folders: Iterable[str] = ()) -> str:
    """The folder of ``index``, "" where it is not found.

    Looked for where it was, at the paths ``known``, then beside all of these and in ``folders``.
    """
    places = list(dict.fromkeys([index.path, *known]))
    for path in places:
        if index_id_at(path) == index.index_id:
            return path
    around = dict.fromkeys([*(str(Path(path).parent) for path in places), *folders])
    for folder in around:
        for neighbour in _neighbours(folder):
            if index_id_at(neighbour) == index.index_id:
                return str(neighbour)
    return ""


def _neighbours(folder: str) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        if folder:
            yield from islice(Path(folder).glob(f"*{INDEX_SUFFIX}"), _MOST_NEIGHBOURS)
