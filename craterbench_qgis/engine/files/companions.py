"""What GDAL opens beside a file by itself: it must be plain files.

GDAL looks for files of the same name with another ending (worldfiles, headers, projections,
overviews, statistics), and reads what a label of ISIS or PDS names. A pipe among them, as an
archive can carry one, would hold the engine up for ever; a link to a device would fill the memory.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from ...contract import names

_LABEL_BYTES = 1 << 20
_LABEL = re.compile(rb"^\s*(?:Object\s*=|PDS_VERSION_ID|CCSD|NJPL|LBLSIZE|<\?xml|<Product)", re.I)
_NAMED = re.compile(
    rb"\^\w+\s*=\s*\(?\s*(?:\"([^\"\r\n]+)\"|'([^'\r\n]+)'|([^\s(),\"']+))"
    rb"|<file_name>\s*([^<]+?)\s*</file_name>"
)


class Companions:
    """Looks at what stands beside files; each folder is listed once."""

    def __init__(self) -> None:
        self._folders: dict[Path, dict[str, list[Path]]] = {}

    def check(self, path: Path) -> None:
        """Raise Refused where a companion of ``path``, or what its label names, is no file.

        Raises OSError.
        """
        if path.is_dir():
            beside = list(path.iterdir())
        else:
            named = [path.parent / name for name in _named_in_label(path)]
            beside = [place for place in self._beside(path) + named if names.exists(place)]
        for place in beside:
            names.check_regular(place, folders=True)

    def _beside(self, path: Path) -> list[Path]:
        """What has the file's name up to its first dot, in capitals or not."""
        folder = path.parent
        if folder not in self._folders:
            listing: dict[str, list[Path]] = {}
            self._folders[folder] = listing
            with os.scandir(folder) as entries:
                for entry in entries:
                    # Plain files harm nobody, whatever they are called.
                    if entry.is_symlink() or not (entry.is_file() or entry.is_dir()):
                        listing.setdefault(_start(entry.name), []).append(folder / entry.name)
        odd = self._folders[folder]
        # QuickBird's and others' have more behind the name: mosaic_RPC.TXT.
        start = _start(path.name)
        return [
            place
            for known in odd
            if known == start or known.startswith(start + "_")
            for place in odd[known]
        ]


def _start(name: str) -> str:
    return name.lower().split(".", 1)[0]


def _named_in_label(path: Path) -> list[str]:
    """The files that a label names, relative ones: GDAL joins every name to the label's folder."""
    with path.open("rb") as stream:
        head = stream.read(4096)
        if not _LABEL.match(head):
            return []
        head += stream.read(_LABEL_BYTES)
    named = (next(part for part in match if part) for match in _NAMED.findall(head))
    candidates = dict.fromkeys(name.decode("latin-1") for name in named)
    # A number is a record of the label's own file; names are tried in other letters, too.
    return [
        spelling
        for name in candidates
        if not name.isdigit() and "\0" not in name
        for spelling in dict.fromkeys((name, name.lower(), name.upper()))
    ]
