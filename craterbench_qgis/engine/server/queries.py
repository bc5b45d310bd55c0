"""From a query as it comes over the pipe to the view that is searched."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from ...contract import names
from ...contract.search import CONTEXTS, Query, Source
from ...contract.vocabulary import QueryKind
from ..bodies import Body
from ..errors import MosaicError, QueryError
from ..index import CraterIndex
from ..mosaic import Mosaic
from ..search import Searcher, SearchOptions, box_views, read_box
from ..search.query import QueryView, cut_query, query_from_crater
from .decoding import InvalidParams

_OPEN_MOSAICS = 4
_SIZE = 224
"""Pixels a side of a query that is made for no index."""


class Mosaics:
    """The last few rasters, kept open. For one thread only."""

    def __init__(self) -> None:
        self._open: OrderedDict[Any, Mosaic] = OrderedDict()

    def get(
        self, path: str, body: Body | None, band: int | None = None, nodata: float | None = None
    ) -> Mosaic:
        """The raster, opened once. Raises MosaicError, BodyError."""
        key = (path, body and (body.a, body.b), band, nodata, _stamp(path))
        mosaic = self._open.get(key)
        if mosaic is None:
            mosaic = Mosaic.open(path, body=body, band=band, nodata=nodata)
            self._open[key] = mosaic
            while len(self._open) > _OPEN_MOSAICS:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(key)
        return mosaic

    def open(self, source: Source, body: Body | None) -> Mosaic:
        """The raster a client names; GDAL's own names stay as they are."""
        return self.get(source.path, body, source.band, source.nodata)

    def close(self) -> None:
        """Let go of all files."""
        while self._open:
            self._open.popitem()[1].close()


class Queries:
    """Makes queries; keeps rasters open between them."""

    def __init__(self) -> None:
        self.mosaics = Mosaics()

    def make(self, query: Query, index: CraterIndex | None, size: int | None = None) -> QueryView:
        """The view of ``query``, ``size`` pixels a side (default: as the index needs it).

        Raises InvalidParams, QueryError, MosaicError, BodyError.
        """
        settings = index.settings if index is not None else None
        body = settings.body if settings is not None else None
        size = size or (settings.input_size if settings is not None else _SIZE)
        contexts = settings.context_factors if settings is not None else CONTEXTS
        mosaic = None if query.mosaic is None else self.mosaics.open(query.mosaic, body)
        if query.kind is not QueryKind.INDEXED:
            return cut_query(query, mosaic, size, contexts)
        if index is None:
            raise InvalidParams("A query of the kind 'indexed' needs an 'index'.")
        crater_id = query.crater_id or ""
        rows = index.craters.rows_of([crater_id]).get(crater_id)
        if not rows:
            raise QueryError(f"The index has no crater {crater_id!r}. Check the id (case matters).")
        (crater,) = index.crater_records([rows[-1]])
        cut = query_from_crater(
            mosaic or self._own_mosaic(index, crater["crater_row"]),
            crater["lon"],
            crater["lat"],
            crater["diameter_m"],
            query.context or sum(contexts) / len(contexts),
            size,
        )
        cut.source["crater_id"] = crater_id
        return cut

    def read(self, query: Query, searcher: Searcher, options: SearchOptions) -> QueryView:
        """Like :meth:`make`; of a box that may be read either way, the view that fits best."""
        settings = searcher.index.settings
        mosaic = None if query.mosaic is None else self.mosaics.open(query.mosaic, settings.body)
        box = box_views(query, mosaic, settings.input_size, settings.context_factors)
        return self.make(query, searcher.index) if box is None else read_box(box, searcher, options)

    def _own_mosaic(self, index: CraterIndex, row: int) -> Mosaic:
        """The mosaic of the crater's first observation, where it is still what it was."""
        views = np.flatnonzero(index.view_crater_rows == row)
        number = min((index.view(int(view)).observation for view in views), default=0)
        known = index.manifest.observations[number]
        path = Path(known["path"])
        if names.is_there(known["path"]):
            mosaic = self.mosaics.get(
                known["path"], index.settings.body, known.get("band"), known.get("nodata")
            )
            if mosaic.fingerprint() == known["fingerprint"]:
                return mosaic
        raise MosaicError(
            f"The mosaic {path.name} that {index.path.name} was cut from is not at {path} any "
            "more, or has changed. Put it back, or choose the raster to cut the query from."
        )


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).stat()
    except (OSError, ValueError):  # a GDAL name rather than a file
        return None
    return status.st_mtime_ns, status.st_size
