"""Opening an index, whatever it is: one that was built, or one that joins others."""

from __future__ import annotations

from pathlib import Path

from .joined import JoinedIndex
from .manifest import is_joined, load_content, named_manifest
from .reader import Check, CraterIndex


def open_index(path: str | Path, check: Check = "auto") -> CraterIndex:
    """Open for reading, also while another process writes; use it as a context manager.

    Always compared: the manifest's own checksum and every file's length. ``"full"`` compares
    every file's checksum now, ``"auto"`` too below ``reader.CHECK_ALL_BELOW`` bytes. Otherwise each
    file is compared at its first use, tokens and thumbnails record by record; with ``"auto"``
    what a search needs is compared from now on beside everything else.

    Raises CraterIndexError saying what is missing, changed or damaged.
    """
    root = Path(path)
    content = load_content(root)
    if is_joined(content):
        return JoinedIndex.open_joined(root, content, check)
    return CraterIndex.open(root, named_manifest(root, content), check)
