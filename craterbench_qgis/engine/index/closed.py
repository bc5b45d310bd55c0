"""An index is a closed folder: nothing in it is a link, a pipe or a device, none leads out of it.

An index may come from a stranger. A link among its folders would make a writer's tidying up empty
the link's target; a link in place of a file would serve or overwrite that. The folder itself may
be named through a link: that is its user's own.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from ..errors import CraterIndexError

MAX_ENTRIES = 2_000_000
_MAX_DEPTH = 4
_REPARSE_POINT = 0x400


def is_link(status: os.stat_result) -> bool:
    """Whether ``lstat`` says symbolic link, or Windows's junction and other reparse points."""
    attributes = getattr(status, "st_file_attributes", 0)
    return stat.S_ISLNK(status.st_mode) or bool(attributes & _REPARSE_POINT)


def inside(root: Path, path: Path) -> os.stat_result | None:
    """``lstat`` of ``path``, which lies in ``root``; None where it is missing.

    Raises CraterIndexError where it, or a folder between, is a link, and OSError.
    """
    place, status = root, None
    for part in path.relative_to(root).parts:
        place = place / part
        try:
            status = place.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if is_link(status):
            raise _leads_out(root, place)
    return status


def open_inside(root: Path, path: Path) -> BinaryIO:
    """Open a regular file of the index to read, never through a link.

    Raises CraterIndexError for anything else, and OSError.
    """
    inside(root, path)
    # Not blocking: a pipe would otherwise wait for its writer before it can be told from a file.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _no_file(root, path)
    return os.fdopen(handle, "rb")


def survey(root: Path) -> None:
    """Raise CraterIndexError where anything in the folder is neither a plain file nor a folder.

    Before every opening and every removal. Raises OSError.
    """
    waiting, count = [(root, 0)], 0
    while waiting:
        folder, depth = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except (FileNotFoundError, NotADirectoryError):
            continue  # a writer removed it meanwhile
        count += len(entries)
        if count > MAX_ENTRIES:
            raise CraterIndexError(
                f"{root.name} holds more than {MAX_ENTRIES:,} files, which no index does. Get the "
                "index anew from where it came."
            )
        for entry in entries:
            path = Path(entry.path)
            if entry.is_symlink() or (os.name == "nt" and is_link(path.lstat())):
                raise _leads_out(root, path)
            if entry.is_dir(follow_symlinks=False):
                if depth < _MAX_DEPTH:
                    waiting.append((path, depth + 1))
            elif not entry.is_file(follow_symlinks=False) and os.path.lexists(path):
                raise _no_file(root, path)


def _leads_out(root: Path, path: Path) -> CraterIndexError:
    return CraterIndexError(
        f"{root.name}: '{path.relative_to(root).as_posix()}' is a link, and nothing in an index "
        "may lead out of it. Nothing was read or changed; get the index anew from where it came."
    )


def _no_file(root: Path, path: Path) -> CraterIndexError:
    return CraterIndexError(
        f"{root.name}: '{path.relative_to(root).as_posix()}' is not a file. Restore it from a copy "
        "of the index, or get the index anew from where it came."
    )
