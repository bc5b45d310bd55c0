"""What is half-made in an environment, and taking one away without touching anything else."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Optional

from . import places


def site_packages(folder: Path) -> Optional[Path]:
    """Where the environment's packages are; None where there is none yet."""
    sites = [*folder.glob("lib/python3*/site-packages"), folder / "Lib" / "site-packages"]
    return next((site for site in sites if site.is_dir()), None)


def drop_half_installed(folder: Path) -> list[str]:
    """Forget packages whose files are not all there, so that pip installs them again.

    pip counts a package as installed once its METADATA lies there; a kill in the middle leaves
    that without RECORD, or (a full disk, a virus scanner) with files missing or cut short.
    """
    site = site_packages(folder)
    if site is None:
        return []
    dropped = []
    for info in sorted(site.glob("*.dist-info")):
        if not _is_complete(site, info):
            shutil.rmtree(info, ignore_errors=True)
            dropped.append(info.name[: -len(".dist-info")])
    for rest in site.glob("~*"):  # pip's name for what it was just replacing
        shutil.rmtree(rest, ignore_errors=True)
    return dropped


def _is_complete(site: Path, info: Path) -> bool:
    try:
        with (info / "RECORD").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error):
        return False
    for row in rows:
        if not row or row[0].endswith(".pyc"):
            continue
        try:
            size = (site / row[0]).stat().st_size
        except OSError:
            return False
        if len(row) > 2 and row[2].isdigit() and size != int(row[2]):
            return False
    return bool(rows)


def clear(folder: Path) -> None:
    """Delete what an environment consists of. The lock file and foreign files stay."""
    foreign = places.foreign_entries(folder, adopt=True)
    last = (places.STAMP, "pyvenv.cfg", places.STEP)  # while they are there it says what it is
    for entry in sorted(folder.iterdir()):
        if entry.name not in (places.LOCK_NAME, *last, *foreign):
            _delete(entry)
    for name in last:
        _delete(folder / name)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.exists() or path.is_symlink():
        path.unlink()
