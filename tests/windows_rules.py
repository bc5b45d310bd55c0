"""``pytest --windows-rules``: Windows' rules for open files, on Linux.

There a file that is open or mapped can be neither removed nor renamed nor replaced. An audit hook
refuses that for files which this process or a child of it holds, with the error Windows gives. The
locks, which have a branch of their own on Windows, are let through.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from pathlib import Path
from typing import Any

SHARING_VIOLATION = 32
_LOCKS = ("craterindex.lock", "craterbench-install.lock")
_inside = False


def install() -> None:
    """From now on the rules hold in this process; there is no way back."""
    if not sys.platform.startswith("linux"):
        raise RuntimeError("--windows-rules reads /proc, which only Linux has.")
    from craterbench_qgis.contract import held

    held.WAITS = ()  # nobody here lets go after a moment
    sys.addaudithook(_hook)


def sharing_violation(path: Path) -> PermissionError:
    """What Windows raises for a file that somebody holds."""
    error = PermissionError(errno.EACCES, "The process cannot access the file", str(path))
    error.winerror = SHARING_VIOLATION  # type: ignore[attr-defined, unused-ignore]
    return error


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    global _inside
    if event not in ("os.remove", "os.rename") or _inside:
        return
    _inside = True  # looking at files raises events of its own
    try:
        pairs = [(0, 1)] if event == "os.remove" else [(0, 2), (1, 3)]
        for name, folder in pairs:
            path = _absolute(arguments[name], arguments[folder])
            if path.name not in _LOCKS and _is_held(path):
                raise sharing_violation(path)
    finally:
        _inside = False


def _absolute(name: Any, folder: Any) -> Path:
    given = isinstance(folder, int) and folder >= 0
    base = Path(f"/proc/self/fd/{folder}").readlink() if given else Path.cwd()
    return base / os.fsdecode(name)


def _is_held(path: Path) -> bool:
    """Whether the file, or any file below the folder, is open or mapped."""
    try:
        status = path.lstat()
    except OSError:
        return False
    if stat.S_ISDIR(status.st_mode):
        below = {entry.lstat().st_ino for entry in path.rglob("*") if not entry.is_dir()}
    else:
        below = {status.st_ino} if stat.S_ISREG(status.st_mode) else set()
    return bool(below) and not below.isdisjoint(_held_inodes())


def _held_inodes() -> set[int]:
    """The inodes of all files that this process or a child has open or mapped."""
    held: set[int] = set()
    for process in _family():
        folder = Path("/proc", process)
        with contextlib.suppress(OSError):  # it has just ended
            for handle in (folder / "fd").iterdir():
                with contextlib.suppress(OSError):
                    status = handle.stat()
                    if stat.S_ISREG(status.st_mode):
                        held.add(status.st_ino)
            # address, rights, offset, device, inode, name
            lines = (folder / "maps").read_bytes().splitlines()
            held.update(int(line.split(None, 5)[4]) for line in lines)
    return held


def _family() -> list[str]:
    family = ["self"]
    for children in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            family += children.read_text(encoding="ascii").split()
    return family
