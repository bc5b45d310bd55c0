"""Filters by expression over the GeoPackage of one opened state of an index."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import CraterIndexError
from . import geopackage
from .manifest import Manifest, load_manifest
from .where import column_kinds, select_rows

_TRIES = 5
_KEPT = 8  # answers; every query of a session has the same filter


class Expressions:
    """The craters' GeoPackage as it was when the index was opened, compared before it is used."""

    def __init__(self, root: Path, manifest: Manifest) -> None:
        """Raises CraterIndexError where the file is missing or of another length."""
        self._root, self._manifest = root, manifest
        self._checked: tuple[Path, int, int, int] | None = None
        self._known: dict[object, npt.NDArray[np.int64]] = {}
        if manifest.gpkg is not None:
            geopackage.locate(root, manifest.gpkg)

    def rows(
        self, expression: str, columns: Mapping[str, str] | None = None
    ) -> npt.NDArray[np.int64]:
        """See :func:`.where.select_rows`; the last answers are kept. Raises QueryError,
        CraterIndexError."""
        for _ in range(_TRIES):
            path = self.path()
            stamp = self._checked
            asked = (expression, None if columns is None else tuple(columns.items()), stamp)
            if asked in self._known:
                return self._known[asked].copy()
            try:
                rows = select_rows(self._root, path, expression, self._manifest.n_craters, columns)
            except CraterIndexError:
                if _stamp_of(path) == stamp:
                    raise
                continue
            # SQLite opened the file by its name, which a writer may have given to its next one.
            if _stamp_of(path) == stamp:
                if len(self._known) >= _KEPT:
                    del self._known[next(iter(self._known))]
                self._known[asked] = rows
                return rows.copy()
        raise self._changed()

    def columns(self) -> dict[str, str]:
        """The columns an expression may name, each with its kind. Raises CraterIndexError."""
        try:
            with contextlib.closing(geopackage.connect(self.path())) as connection:
                return column_kinds(connection)
        except (sqlite3.Error, UnicodeError) as error:
            raise geopackage.unreadable(self._root, error) from error

    def path(self) -> Path:
        """The GeoPackage of this state; compared again only when the file looks touched."""
        entry = self._manifest.gpkg
        if entry is None:
            raise CraterIndexError(f"{self._root.name} has no catalogue.gpkg. {geopackage.REWRITE}")
        if self._checked is not None and _stamp_of(self._checked[0]) == self._checked:
            return self._checked[0]
        for left in reversed(range(_TRIES)):
            try:
                # How it looks before it is compared: what comes under its name later looks other.
                path = geopackage.locate(self._root, entry)
                self._checked = _stamp_of(path)
                geopackage.check_same(self._root, path, entry)
                return path
            except CraterIndexError:
                self._checked = None
                if load_manifest(self._root).generation != self._manifest.generation:
                    raise self._changed() from None
                if not left:  # else a writer was just giving the new one its name
                    raise
        raise self._changed()

    def _changed(self) -> CraterIndexError:
        return CraterIndexError(
            f"{self._root.name} was changed by another process since it was opened. Open it again."
        )


def _stamp_of(path: Path) -> tuple[Path, int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return path, status.st_size, status.st_mtime_ns, status.st_ino
