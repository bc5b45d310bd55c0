"""Files of a released data set, wherever they lie: a folder, an archive in it, an archive alone."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from ...contract.records import read_json
from ..closing import Closing
from ..errors import CraterBenchError

_TEST = "splits/test.json"


class BenchmarkError(CraterBenchError):
    """A benchmark's data set is missing, damaged or not what its description says."""


class Release(Closing):
    """Reads files of a release by their path in it. A context manager; nothing is unpacked."""

    def __init__(self, path: Path) -> None:
        """``path``: the release's folder (with ``images/`` or ``images.zip``), or a zip file.

        A zip without the split files is taken for ``images.zip``: they must lie beside it. Raises
        BenchmarkError when there is no ``splits/test.json``.
        """
        self.path = Path(path)
        self._zip: zipfile.ZipFile | None = None
        self._members: dict[str, str] = {}
        if not self.path.exists():
            raise BenchmarkError(f"There is no {self.path}. Name the folder or zip of the release.")
        if self.path.is_dir():
            self._root: Path | None = self.path
            archive = self.path / "images.zip"
            if archive.is_file():
                self._open(archive)
        else:
            self._open(self.path)
            self._root = None if _TEST in self._members else self.path.parent
        if not self.has(_TEST):
            self.close()
            raise BenchmarkError(
                f"{self.path} holds no {_TEST}. Name the folder of the release (with splits/ and "
                "images/ or images.zip), a zip of it, or its images.zip with splits/ beside it."
            )

    def _open(self, archive: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(archive)
        except (OSError, zipfile.BadZipFile) as error:
            raise BenchmarkError(
                f"{archive} cannot be opened as a zip file ({error}). Get it again."
            ) from error
        names = [name for name in self._zip.namelist() if not name.endswith("/")]
        # The archive may hold the release's folder, or the contents of images/ alone.
        for name in names:
            parts = PurePosixPath(name).parts
            for start in range(len(parts)):
                if parts[start] in ("images", "splits", "metadata", "gallery", "query"):
                    inner = "/".join(parts[start:])
                    alone = parts[start] in ("gallery", "query")
                    self._members.setdefault(f"images/{inner}" if alone else inner, name)
                    break

    def close(self) -> None:
        """Close the archive."""
        if self._zip is not None:
            self._zip.close()

    def has(self, name: str) -> bool:
        """Whether the release has this file."""
        return name in self._members or self._file(name) is not None

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises BenchmarkError."""
        file = self._file(name)
        try:
            if file is not None:
                return file.read_bytes()
            if self._zip is not None and name in self._members:
                return self._zip.read(self._members[name])
        except (OSError, zipfile.BadZipFile, EOFError, ValueError) as error:
            raise BenchmarkError(
                f"{name} of {self.path.name} cannot be read ({error}). Get the release again."
            ) from error
        raise BenchmarkError(f"{self.path.name} has no {name}. Get the release again.")

    def json(self, name: str) -> Any:
        """A JSON file. Raises BenchmarkError."""
        try:
            return read_json(self.read(name).decode("utf-8"))
        except ValueError as error:
            raise BenchmarkError(
                f"{name} of {self.path.name} is no JSON ({error}). Get the release again."
            ) from error

    def stream(self, name: str) -> io.BytesIO:
        """A file as a stream. Raises BenchmarkError."""
        return io.BytesIO(self.read(name))

    def _file(self, name: str) -> Path | None:
        """The file under the root; a path that leads out of it is never followed."""
        parts = PurePosixPath(name).parts
        if self._root is None or ".." in parts or PurePosixPath(name).is_absolute():
            return None
        file = self._root.joinpath(*parts)
        return file if file.is_file() else None
