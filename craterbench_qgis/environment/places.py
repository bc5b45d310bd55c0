"""Where an engine's environment is, what state it is in, and what its processes inherit."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Optional

from . import lock

STAMP = "craterbench-environment.txt"
STEP = "craterbench-step.txt"
LOCK_NAME = "craterbench-install.lock"
TEMP = "craterbench-tmp"
CERTIFICATES = "craterbench-certificates.pem"

MISSING, PARTIAL, READY, STALE = "missing", "partial", "ready", "stale"

# What leads a Python or a GDAL to QGIS's own libraries and data.
_CLEARED_PREFIXES = ("PYTHON", "PROJ_", "GDAL_", "OGR_", "CPL_", "DYLD_", "QGIS_", "QT_", "O4W_")
_CLEARED = (
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "GEOTIFF_CSV",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "__PYVENV_LAUNCHER__",
)
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")

_SYSTEM_FILES = {".ds_store", "desktop.ini", "thumbs.db", ".directory", ".localized"}
"""What file managers leave in any folder they show."""

# Top-level names of an environment; a folder with anything else in it is somebody's own.
_OURS = {
    "bin", "lib", "lib64", "include", "share", "etc", "scripts", "pyvenv.cfg", ".gitignore",
    "cachedir.tag", "__pycache__", STAMP, STEP, LOCK_NAME, TEMP, CERTIFICATES,
}  # fmt: skip


class State(NamedTuple):
    """``name``: missing, partial, ready or stale; ``reason``: one sentence."""

    name: str
    reason: str


def python_of(path: str) -> str:
    """The interpreter ``path`` names: itself, or that of the environment in the folder ``path``.

    A folder without one comes back as it is.
    """
    folder = Path(path)
    if not path or not folder.is_dir():
        return path
    names = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe", "python", "python3")
    files = (folder / name for name in names)
    return next((str(file) for file in files if file.is_file()), path)


def interpreter(folder: Path) -> Path:
    """The Python of the environment in ``folder``."""
    if os.name == "nt":
        return folder / "Scripts" / "python.exe"
    return folder / "bin" / "python"


def clean_environ(environ: Optional[Mapping[str, str]] = None) -> dict[str, str]:
    """``environ`` (default: this process's) without what would lead a child to QGIS's libraries."""
    source = os.environ if environ is None else environ
    kept = {
        name: value
        for name, value in source.items()
        if name.upper() not in _CLEARED and not name.upper().startswith(_CLEARED_PREFIXES)
    }
    root = source.get("OSGEO4W_ROOT", "")
    if not root:
        return kept
    # On Windows QGIS puts its own DLLs on PATH and its own certificates into OpenSSL's settings.
    for name in _CERTIFICATES:
        if _is_below(kept.get(name, ""), root):
            del kept[name]
    for name in list(kept):
        if name.upper() == "PATH":
            parts = [part for part in kept[name].split(os.pathsep) if not _is_below(part, root)]
            kept[name] = os.pathsep.join(parts)
    kept.pop("OSGEO4W_ROOT", None)
    return kept


def state_of(folder: Path, pins: Optional[lock.Pins] = None) -> State:
    """Whether the environment in ``folder`` can be used with the present pins. Reads two files."""
    pins = pins or lock.default_pins()
    python, stamp, step = interpreter(folder), folder / STAMP, folder / STEP
    if not python.exists():
        if step.exists():
            return State(PARTIAL, "Making it was interrupted at the start.")
        return State(MISSING, "There is no environment in this folder.")
    if not stamp.is_file() or step.exists():
        return State(PARTIAL, "Making it was interrupted, or it is no environment of ours.")
    if stamp.read_text(encoding="utf-8", errors="replace").strip() != pins.stamp(
        version_of(folder)
    ):
        return State(STALE, "It was made for another version of CraterBench.")
    return State(READY, "It is complete.")


def is_ready(folder: Path, pins: Optional[lock.Pins] = None) -> bool:
    """Whether the environment was finished for the present pins."""
    return state_of(folder, pins).name == READY


def version_of(folder: Path) -> str:
    """ "3.12" for an environment of Python 3.12; this process's version where it does not say."""
    try:
        lines = (folder / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    for line in lines:
        key, _, value = line.partition("=")
        if key.strip() in ("version", "version_info"):
            return ".".join(value.strip().split(".")[:2])
    return "{}.{}".format(*sys.version_info[:2])


def foreign_entries(folder: Path, adopt: bool = False) -> list[str]:
    """Names in ``folder`` that are not ours: reasons not to write there or delete it.

    An environment that does not say we made it is somebody's own, unless ``adopt``.
    """
    if not folder.exists():
        return []
    if not folder.is_dir():
        return [folder.name]
    names = sorted(
        entry.name for entry in folder.iterdir() if entry.name.lower() not in _SYSTEM_FILES
    )
    marks = {STAMP, STEP, "pyvenv.cfg"} if adopt else {STAMP, STEP}
    if not marks & set(names):
        return [name for name in names if name != LOCK_NAME]
    return [
        name for name in names if name.lower() not in _OURS and not name.endswith(".installed.txt")
    ]


def _is_below(path: str, root: str) -> bool:
    if not path:
        return False
    # The names alone are compared: asking a network drive that is gone takes seconds.
    inner, outer = (os.path.normcase(os.path.normpath(name)) for name in (path, root))
    return inner == outer or inner.startswith(outer.rstrip(os.sep) + os.sep)
