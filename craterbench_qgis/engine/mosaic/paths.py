"""What a raster's file holds, for its fingerprint."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from ...contract import names
from ..files import virtual

_HASHED_BYTES = 1 << 20


def add_content(digest: hashlib._Hash, text: str) -> None:
    """Feed the size and the first and last MiB of the file behind a name to ``digest``.

    Of a member of an archive: the archive's, which ends with its table of contents and check sums,
    and the member's name.
    """
    path = names.container(text)
    if path is None or not path.is_file():
        return
    if path.suffix.lower() == ".vrt" and _add_sources(digest, path):
        return
    size = path.stat().st_size
    digest.update(str(size).encode())
    with path.open("rb") as stream:
        digest.update(stream.read(_HASHED_BYTES))
        stream.seek(max(0, size - _HASHED_BYTES))
        digest.update(stream.read(_HASHED_BYTES))
    if path != Path(text):
        digest.update(text.partition(path.name)[2].replace(os.sep, "/").encode())


def _add_sources(digest: hashlib._Hash, path: Path) -> bool:
    """Feed the sources of a virtual raster; False where it names none.

    Not its bytes: QGIS writes statistics into it, and the whole file anew.
    """
    sources = virtual.sources(path)
    for name, relative in sources:
        file = path.parent / name if relative else Path(name)
        size = file.stat().st_size if file.is_file() else -1
        digest.update(f"{name}\n{size}\n".encode())
    return bool(sources)
