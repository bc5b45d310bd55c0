"""Where a catalogue lies: a file, a compressed file, a member of an archive.

What is packed is unpacked into a temporary folder first, so that every reader sees an ordinary file
and only the names that belong to the table are touched.
"""

from __future__ import annotations

import gzip
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ...contract import names
from ..errors import CatalogueError

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".txt", ".dat", ".asc"})
COUNT_SUFFIXES = frozenset({".scc", ".diam"})
KML_SUFFIXES = frozenset({".kml"})
_LAYERS = frozenset({".shp", ".gpkg", ".geojson", ".json", ".fgb"})
_TABLES = (*TEXT_SUFFIXES, *COUNT_SUFFIXES, *KML_SUFFIXES, *_LAYERS)
# The largest table unpacked; lists of all craters of 1 km on the Moon have 0.2 GB.
MAX_BYTES = 8 << 30
_BLOCK = 1 << 20
_ERRORS = (OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError, RuntimeError,
           NotImplementedError, KeyError, UnicodeError)  # fmt: skip


class Place:
    """A catalogue: ``path``, as it was named and as messages call it; ``file``, where its bytes are
    now; ``suffix`` and ``stem`` of the table itself."""

    def __init__(self, path: str, file: Path) -> None:
        self.path, self.file = path, file
        self.suffix, self.stem = file.suffix.lower(), file.stem

    def __str__(self) -> str:
        return self.path

    @property
    def is_empty(self) -> bool:
        """Whether it is a file of no bytes."""
        return self.file.is_file() and self.file.stat().st_size == 0

    def open(self) -> IO[bytes]:
        """The bytes."""
        return self.file.open("rb")


@contextmanager
def place_of(path: str | Path) -> Iterator[Place]:
    """The catalogue at ``path``: a file, one with ``.gz``, ``.zip`` or ``.kmz`` behind it, or a
    member of an archive as GDAL names it (``/vsizip/folder/a.zip/b.csv``).

    Raises CatalogueError where nothing is there, it is a folder, or it cannot be unpacked.
    """
    name = names.repaired(str(path))
    with tempfile.TemporaryDirectory(prefix="craterbench-") as folder:
        try:
            yield Place(str(path), _file_of(name, Path(folder)))
        except names.Refused as error:
            raise CatalogueError(str(error)) from error


def _file_of(name: str, folder: Path) -> Path:
    if not names.is_member(name):
        file = Path(name)
        if not file.exists():
            if names.is_remote(name):
                names.check(name)
            raise CatalogueError(f"There is no catalogue '{name}'. Check the path.")
        if file.is_dir() and file.suffix.lower() != ".gdb":
            raise CatalogueError(
                f"'{name}' is a folder. Give a file: CSV, Shapefile, GeoPackage ..."
            )
        names.check_regular(file, folders=True)
        member = ""
    else:
        file = names.check(name)
        member = name.partition(file.name)[2].strip("/}")
    try:
        return _unpacked(file, member, folder)
    except _ERRORS as error:
        raise CatalogueError(
            f"The catalogue '{name}' cannot be unpacked ({error}). Unpack it yourself, and choose "
            "the file."
        ) from error


def _unpacked(file: Path, member: str, folder: Path) -> Path:
    suffix = file.suffix.lower()
    if suffix in (".zip", ".kmz"):
        with zipfile.ZipFile(file) as archive:
            inner = [name for name in archive.namelist() if not name.endswith("/")]
            taken = _chosen(file, member, inner)
            copies = [_copied(archive.open(name), folder / _flat(name), file) for name in taken]
    elif suffix in (".tar", ".tgz") or file.name.lower().endswith(".tar.gz"):
        with tarfile.open(file) as tar:
            inner = [member.name for member in tar.getmembers() if member.isreg()]
            taken = _chosen(file, member, inner)
            copies = [
                _copied(tar.extractfile(member), folder / _flat(member), file) for member in taken
            ]
    elif suffix == ".gz":
        return _unpacked(_copied(gzip.open(file), folder / file.stem, file), "", folder)
    else:
        return file
    # A member may itself be compressed.
    return _unpacked(copies[0], "", folder) if copies[0].suffix.lower() == ".gz" else copies[0]


def _chosen(file: Path, member: str, inner: list[str]) -> list[str]:
    """The member that is the table, and what belongs to it."""
    if member and member not in inner:
        raise CatalogueError(
            f"There is no '{member}' in {file.name}, which holds: {_listed(inner)}."
        )
    wanted = [member] if member else _tables(inner)
    if len(wanted) != 1:
        raise CatalogueError(
            f"The archive {file.name} should hold one catalogue; there are: {_listed(wanted)}. "
            f"Name it: /vsizip/{file.resolve()}/NAME"
        )
    table = PurePosixPath(wanted[0])
    beside = [
        name
        for name in inner
        if name != wanted[0]
        and PurePosixPath(name).parent == table.parent
        and PurePosixPath(name).stem.lower() == table.stem.lower()
        and table.suffix.lower() == ".shp"
    ]
    return [wanted[0], *beside]


def _tables(inner: list[str]) -> list[str]:
    def suffix(name: str) -> str:
        return PurePosixPath(name.lower().removesuffix(".gz")).suffix

    tables = [name for name in inner if suffix(name) in _TABLES and not name.startswith("__MACOSX")]
    layers = [table for table in tables if suffix(table) not in TEXT_SUFFIXES]
    # A text beside a layer is its description.
    return layers or tables


def _flat(name: str) -> str:
    """The file's own name: no member leads out of the folder."""
    return PurePosixPath(name.replace("\\", "/")).name


def _copied(stream: Any, target: Path, archive: Path) -> Path:
    left, freely = MAX_BYTES, names.most_unpacked(archive.stat().st_size)
    with stream, target.open("wb") as out:
        while block := stream.read(_BLOCK):
            left -= len(block)
            if MAX_BYTES - left > freely:
                raise names.unpacks_too_far(archive)
            if left < 0 or shutil.disk_usage(target.parent).free < _BLOCK * 16:
                raise OSError(f"it holds more than {MAX_BYTES >> 30} GB, or the disk is full")
            out.write(block)
    return target


def _listed(inner: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in inner[:20]) or "none"
