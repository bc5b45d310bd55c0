"""Where a catalogue lies: a file, a compressed file, a member of an archive."""

from __future__ import annotations

import gzip
import os
import re
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from ..errors import CatalogueError, MosaicError

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".txt", ".dat", ".asc"})
COUNT_SUFFIXES = frozenset({".scc", ".diam"})
_ARCHIVE = re.compile(r"^/vsi(zip|tar|gzip)/", re.IGNORECASE)


class Place:
    """A catalogue's name, resolved. ``str()`` of it is what messages call it.

    Attributes
    ----------
    name : what GDAL opens, a path or a ``/vsi...`` name.
    suffix, stem : of the table itself, without ``.gz``.

    Raises
    ------
    CatalogueError
        Nothing is there, or it is a folder.
    """

    def __init__(self, path: str | Path) -> None:
        text = os.fspath(path)
        if "vsi" in text[:5]:
            text = _virtual(text)
        elif not Path(text).exists():
            raise CatalogueError(f"There is no catalogue '{text}'. Check the path.")
        self._virtual = _ARCHIVE.match(text)
        plain = PurePosixPath(text) if self._virtual else Path(text)
        if self._virtual is None and Path(text).is_dir() and plain.suffix.lower() != ".gdb":
            raise CatalogueError(
                f"'{text}' is a folder. Give a file: CSV, Shapefile, GeoPackage ..."
            )
        self.path = text
        self.name = text
        self._member: str | None = None
        if self._virtual is None and plain.suffix.lower() == ".zip":
            self._enter_archive(text)
            plain = PurePosixPath(self.name)
        self.compressed = plain.suffix.lower() == ".gz"
        if self.compressed:
            plain = plain.with_suffix("")
            self.name = self.name if self._virtual else f"/vsigzip/{self.name}"
        self.suffix, self.stem = plain.suffix.lower(), plain.stem

    def __str__(self) -> str:
        return self.path

    @property
    def is_empty(self) -> bool:
        """Whether it is an ordinary file of no bytes."""
        file = Path(self.path)
        return file.is_file() and file.stat().st_size == 0

    def for_arrow(self) -> Any:
        """What pyarrow reads: the path, or an open stream of what is compressed."""
        if self._virtual is None and self._member is None and not self.compressed:
            return self.path
        return self.open()

    def open(self) -> IO[bytes]:
        """The bytes, uncompressed."""
        try:
            stream = self._raw()
        except (OSError, KeyError, zipfile.BadZipFile, tarfile.TarError) as error:
            raise CatalogueError(
                f"The catalogue '{self.path}' cannot be opened ({error}). Check the name."
            ) from error
        return cast("IO[bytes]", gzip.open(stream)) if self.compressed else stream

    def _raw(self) -> IO[bytes]:
        if self._member is not None:
            return zipfile.ZipFile(self.path).open(self._member)
        if self._virtual is None:
            return Path(self.path).open("rb")
        kind = self._virtual.group(1).lower()
        inner = self.path[self._virtual.end() :].replace("{", "").replace("}", "")
        if kind == "gzip":
            self.compressed = True
            return Path(inner).open("rb")
        for parent in Path(inner).parents:
            if parent.is_file():
                member = PurePosixPath(inner[len(str(parent)) :].lstrip("/")).as_posix()
                if kind == "zip":
                    return zipfile.ZipFile(parent).open(member)
                stream = tarfile.open(parent).extractfile(member)  # noqa: SIM115
                if stream is not None:
                    return stream
        raise KeyError(f"no member {inner}")

    def _enter_archive(self, text: str) -> None:
        """A zip by its own name: the one table in it."""
        try:
            names = zipfile.ZipFile(text).namelist()
        except (OSError, zipfile.BadZipFile) as error:
            raise CatalogueError(
                f"The archive '{text}' cannot be opened ({error}). Get it again."
            ) from error
        wanted = (*TEXT_SUFFIXES, *COUNT_SUFFIXES, ".shp", ".gpkg", ".geojson", ".json", ".kml")
        wanted = (*wanted, ".fgb", ".csv.gz")
        tables = [one for one in names if one.lower().endswith(wanted)]
        if any(one.lower().endswith(".shp") for one in tables):
            tables = [one for one in tables if not one.lower().endswith((".txt", ".csv"))]
        if len(tables) != 1:
            listed = ", ".join(f"'{one}'" for one in tables[:20]) or "none"
            raise CatalogueError(
                f"The archive '{text}' should hold one catalogue; there are: {listed}. Name it: "
                f"/vsizip/{Path(text).resolve()}/NAME"
            )
        self.name = f"/vsizip/{Path(text).resolve()}/{tables[0]}"
        if tables[0].lower().endswith((*TEXT_SUFFIXES, *COUNT_SUFFIXES, ".csv.gz")):
            self._member = tables[0]


def _virtual(text: str) -> str:
    """A name in GDAL's file systems on this computer, mended where pathlib went over it."""
    from ..mosaic import paths

    name = paths.repaired(text)
    try:
        paths.refuse_network(name)
    except MosaicError as error:
        raise CatalogueError(
            f"The catalogue {text} is in the network, which the engine never uses by itself. "
            "Download it and name the file."
        ) from error
    if paths.container(name) is None:
        raise CatalogueError(f"There is no catalogue '{text}'. Check the path.")
    return name
