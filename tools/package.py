"""Write ``dist/craterbench_qgis_plugin-VERSION.zip``, the same bytes for the same sources.

    python tools/package.py [--output FOLDER]

The files are those of pb_tool.cfg, without caches, sources of translations and hidden files.
"""

from __future__ import annotations

import argparse
import configparser
import sys
import zipfile
from pathlib import Path

import check_package

ROOT = Path(__file__).resolve().parents[1]
# A zip cannot hold earlier ones; a fixed time makes the zip depend on the sources alone.
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
_UNIX = 3
_LEFT_OUT_FOLDERS = {"__pycache__", "tests"}
_LEFT_OUT_SUFFIXES = {".pyc", ".pyo", ".ts", ".orig", ".rej", ".bak", ".tmp", ".log"}


class PackageError(Exception):
    """The zip cannot be made; the message says why."""


def plugin_name(root: Path = ROOT) -> str:
    """The zip's top folder, a Python identifier."""
    return _pb_tool(root)["plugin"]["name"].strip()


def version(root: Path = ROOT) -> str:
    """As metadata.txt has it."""
    metadata = configparser.ConfigParser()
    metadata.read(root / "metadata.txt", encoding="utf-8")
    return metadata["general"]["version"].strip()


def plugin_files(root: Path = ROOT) -> list[Path]:
    """Files of the plugin, sorted, relative to ``root``. PackageError if one is missing."""
    files = _pb_tool(root)["files"]
    single = [Path(name) for key in ("python_files", "extras") for name in files[key].split()]
    missing = [str(path) for path in single if not (root / path).is_file()]
    if missing:
        raise PackageError(f"pb_tool.cfg names {', '.join(missing)}, which is not there.")
    paths = list(single)
    for folder in files["extra_dirs"].split():
        paths += [path.relative_to(root) for path in (root / folder).rglob("*") if path.is_file()]
    return sorted({path for path in paths if _belongs(path)}, key=lambda path: path.as_posix())


def write_package(folder: Path, root: Path = ROOT) -> Path:
    """Write the zip into ``folder`` and return its path."""
    name = plugin_name(root)
    target = folder / f"{name}-{version(root)}.zip"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in plugin_files(root):
            entry = zipfile.ZipInfo(f"{name}/{path.as_posix()}", _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = _MODE
            archive.writestr(entry, (root / path).read_bytes(), compresslevel=9)
    return target


def _belongs(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    cached = bool(_LEFT_OUT_FOLDERS & set(path.parts))
    return not hidden and not cached and path.suffix not in _LEFT_OUT_SUFFIXES


def _pb_tool(root: Path) -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config.read(root / "pb_tool.cfg", encoding="utf-8")
    return config


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Write the plugin's zip.")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="FOLDER")
    parser.add_argument("--check", action="store_true", help="by the repository's rules too")
    parser.add_argument(
        "--release", action="store_true", help="refuse placeholders too: the zip is to be published"
    )
    arguments = parser.parse_args()
    try:
        target = write_package(arguments.output)
    except PackageError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    size = target.stat().st_size
    sys.stdout.write(f"{target} ({size / 1e6:.1f} MB)\n")
    if not arguments.check and not arguments.release:
        return 0
    problems, to_replace = check_package.check(target), check_package.placeholders(target)
    for line in problems + to_replace:
        sys.stdout.write(line + "\n")
    if arguments.release and to_replace:
        target.unlink()
        sys.stdout.write("Nothing to publish was made.\n")
        return 1
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
