"""Pictures and thumbnails in the session folder, where QGIS reads them."""

from __future__ import annotations

import contextlib
import hashlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import ExportError
from ..files.images import is_thumbnail
from ..index import CraterIndex
from .session_budget import SessionBudget

_PREVIEWS_KEPT = 64


class Pictures:
    """Writes into ``folder`` (made when it is missing). Raises ExportError when it cannot."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._previews: deque[Path] = deque()
        self._count = 0
        self.budget = SessionBudget()

    def preview(self, pixels: NDArray[np.float32]) -> str:
        """A picture that may go again: only the latest 64 are kept."""
        return self._passing(self._save(pixels, f"preview-{self._next()}"))

    def passing(self, pixels: NDArray[np.uint8]) -> str:
        """A picture RGBA [H, W, 4] that may go again, as :meth:`preview`."""
        path = self.path(f"atlas-{self._next()}.png")
        with self._writing():
            Image.fromarray(pixels, "RGBA").save(path, "PNG", compress_level=1)
        self.budget.wrote(path)
        return self._passing(str(path))

    def numbers(self, numbers: NDArray[np.int32]) -> str:
        """A file of numbers, as they lie in memory, that may go again."""
        path = self.path(f"rows-{self._next()}.bin")
        with self._writing():
            path.write_bytes(np.ascontiguousarray(numbers).tobytes())
        self.budget.wrote(path)
        return self._passing(str(path))

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _passing(self, path: str) -> str:
        self._previews.append(Path(path))
        while len(self._previews) > _PREVIEWS_KEPT:
            with contextlib.suppress(OSError):
                self._previews.popleft().unlink()
        return path

    def keep(self, pixels: NDArray[np.float32], what: str) -> str:
        """A picture [S, S] in 0..1 that stays while there is room; the same pixels, one file."""
        name = hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()[:20]
        return self._save(pixels, f"{what}-{name}")

    def drawn(self, grey: NDArray[np.uint8], valid: NDArray[np.bool_]) -> str:
        """A picture [S, S] that is transparent where it is not ``valid``; stays while there is
        room."""
        layers = np.dstack([grey, np.where(valid, 255, 0).astype(np.uint8)])
        name = hashlib.sha256(layers.tobytes()).hexdigest()[:20]
        path = self.path(f"drawn-{name}.png")
        with self._writing():
            Image.fromarray(layers, "LA").save(path, "PNG", compress_level=1)
        self.budget.wrote(path)
        return str(path)

    def path(self, name: str) -> Path:
        """Where a picture called ``name`` goes; the folder is there."""
        with self._writing():
            self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / name

    def _save(self, pixels: NDArray[np.float32], name: str) -> str:
        path = self.path(f"{name}.png")
        grey = np.round(np.clip(pixels, 0.0, 1.0) * 255.0).astype(np.uint8)
        with self._writing():
            Image.fromarray(grey).save(path, "PNG", compress_level=1)
        self.budget.wrote(path)
        return str(path)

    def thumbnails(self, index: CraterIndex, views: list[int]) -> dict[str, str]:
        """The JPEGs of ``views``: {view: path}. Each is written once per state of the index.

        A view without a thumbnail is left out. Raises CraterIndexError for an unknown view.
        """
        manifest = index.manifest
        state = f"{manifest.index_id[:16]}-{manifest.generation}"
        folder = self.folder / "thumbnails" / state
        with self._writing():
            folder.mkdir(parents=True, exist_ok=True)
            files = {}
            for view in dict.fromkeys(views):
                path = folder / f"{view}.jpg"
                if not self.budget.used(path):
                    data = index.thumbnail(view)
                    if not data or not is_thumbnail(data):
                        continue  # QGIS is given what is a picture of bearable size
                    path.write_bytes(data)
                    self.budget.wrote(path)
                files[str(view)] = str(path)
        return files

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ExportError(
                f"Pictures cannot be written to {self.folder} ({error.strerror or error}). Make "
                "room there, or name another folder for temporary files."
            ) from error
