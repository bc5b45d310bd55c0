"""Writing beside the target and moving into place: what was there stays until all is written."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ...contract import held, names
from ..errors import ExportError


def check_target(path: Path, suffixes: Sequence[str], what: str) -> Path:
    """``path``, where ``what`` can be written: before anything long is done. Raises ExportError."""
    if path.suffix.lower() not in suffixes:
        raise ExportError(
            f"{what} cannot be written as '{path.name}'. End the name with {', '.join(suffixes)}."
        )
    if not path.parent.is_dir():
        raise ExportError(f"'{path.parent}' is not a folder. Create it, or choose another.")
    return path


@contextmanager
def staged(target: Path, stale: Iterable[str], overwrite: bool = True) -> Iterator[Path]:
    """A fresh folder to write in; on success its files move beside ``target``.

    ``stale``: names of files that belong to an older export of this target and leave with it.
    If anything fails, in the block or while moving, the older export is as it was. Raises
    ExportError for a folder that does not exist or cannot be written, a full disk, a file held
    open by another program (Windows), or an existing target where ``overwrite`` is false.
    """
    folder = target.parent
    if not folder.is_dir():
        raise ExportError(
            f"The folder '{folder}' does not exist. Create it, or choose another place."
        )
    bad = names.unusable(target.name)
    if bad:
        raise ExportError(
            f"'{target.name}' can be no file's name on Windows ({bad}). Choose another name."
        )
    if target.is_dir():
        raise ExportError(f"'{target}' is a folder. Choose a file name for the export.")
    if target.exists() and not overwrite:
        raise ExportError(f"'{target}' exists already. Choose another name, or allow replacing it.")
    try:
        work = Path(tempfile.mkdtemp(prefix=f".{target.stem[:40]}-", dir=folder))
    except OSError as error:
        raise _explained(target, error) from error
    try:
        (work / "new").mkdir()
        yield work / "new"
        _swap(work, folder, stale)
    except OSError as error:
        raise _explained(target, error) from error
    finally:
        shutil.rmtree(work / "new", ignore_errors=True)
        # `old` still holds files only where they could not be moved back: never delete those.
        with suppress(OSError):
            (work / "old").rmdir()
        with suppress(OSError):
            work.rmdir()


def _swap(work: Path, folder: Path, stale: Iterable[str]) -> None:
    """Move the old set away and the new one in; undo everything if one move fails."""
    old = work / "old"
    old.mkdir()
    new = sorted(path.name for path in (work / "new").iterdir())
    if not new:
        raise OSError("nothing was written")
    if len(new) == 1 and not any((folder / name).exists() for name in set(stale) - set(new)):
        held.replace(work / "new" / new[0], folder / new[0])  # one file: one atomic step
        return
    away: list[str] = []
    placed: list[str] = []
    try:
        for name in sorted({*stale, *new}):
            if (folder / name).exists():
                held.replace(folder / name, old / name)
                away.append(name)
        for name in new:
            held.replace(work / "new" / name, folder / name)
            placed.append(name)
    except OSError:
        for name in placed:
            with suppress(OSError):
                held.remove(folder / name)
        for name in away:
            with suppress(OSError):
                held.replace(old / name, folder / name)
        raise
    shutil.rmtree(old, ignore_errors=True)


def no_room(target: Path) -> ExportError:
    """The error for a full disk."""
    return ExportError(
        f"There is no room left to write '{target}'. Free some disk space and export again."
    )


def _explained(target: Path, error: OSError) -> ExportError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return no_room(target)
    if held.is_held(error):
        return ExportError(
            f"'{target}' cannot be written: it is open in another program, or the folder does not "
            "let you. If QGIS shows it, remove the layer first; else close the program that has it "
            "open, or choose another folder. What was there is as it was."
        )
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return ExportError(
            f"'{target}' cannot be written: {error.strerror or error}. Choose a folder you may "
            "write in, or close the program that has the file open."
        )
    return ExportError(
        f"'{target}' could not be written: {error.strerror or error}. "
        "Check the disk, or choose another place."
    )
