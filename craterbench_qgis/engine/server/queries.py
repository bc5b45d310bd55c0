"""From a query as it comes over the pipe to the view that is searched."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import names
from ..bodies import Body, wrap_longitude
from ..errors import MosaicError, QueryError
from ..index import CraterIndex, IndexSettings
from ..mosaic import Mosaic, QueryArea, ViewSkipped, image_view
from ..search.query import (
    Query,
    query_from_area,
    query_from_crater,
    query_from_image,
)
from .params import InvalidParams, Params

KINDS = ("area", "crater", "indexed", "image")
DEFAULT_CONTEXTS = (2.0, 3.0)
_OPEN_MOSAICS = 4


@dataclass
class Cut:
    """A query, and what it was cut from: a raster or a picture file."""

    query: Query
    mosaic: Mosaic | None = None
    image: Path | None = None

    def picture(self, size: int) -> NDArray[np.float32]:
        """The same ground for the eye: [size, size] in 0..1."""
        query = self.query
        if len(query.view.pixels) == size:
            return query.view.pixels
        if self.image is not None:
            return image_view(self.image, size).pixels
        if self.mosaic is not None and query.lon is not None and query.lat is not None:
            try:
                return self.mosaic.crop(query.lon, query.lat, query.view.side_m, size, 0.0).pixels
            except ViewSkipped:
                pass  # finer pixels without contrast: what is searched is shown
        return query.view.pixels


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

    def close(self) -> None:
        """Let go of all files."""
        while self._open:
            self._open.popitem()[1].close()


class Queries:
    """Makes queries; keeps rasters open between them."""

    def __init__(self) -> None:
        self.mosaics = Mosaics()

    def make(self, spec: Params, index: CraterIndex | None, size: int | None = None) -> Cut:
        """The query ``spec`` describes, ``size`` pixels a side (default: as the index needs it).

        Raises InvalidParams, QueryError, MosaicError, BodyError.
        """
        settings = index.settings if index is not None else None
        size = size or (settings.input_size if settings is not None else 224)
        contexts = settings.context_factors if settings is not None else DEFAULT_CONTEXTS
        kind = spec.choice("kind", KINDS)
        diameter = spec.number("diameter_m", None, above=0)
        if kind == "image":
            path = spec.path("path")
            query = query_from_image(
                path,
                size,
                diameter,
                lon=spec.number("lon", None),
                lat=spec.number("lat", None),
                side_m=spec.number("side_m", None, above=0),
                contexts=contexts,
            )
            return Cut(query, image=path)
        context = spec.number("context", sum(contexts) / len(contexts), above=0)
        if kind == "indexed":
            if index is None:
                raise InvalidParams("A query of the kind 'indexed' needs an 'index'.")
            return self._indexed(spec, index, context, size)
        if not spec.has("mosaic"):
            raise InvalidParams("'mosaic' is missing in the query.")
        lon, lat = _place(spec)
        mosaic = self._open(spec.child("mosaic"), settings)
        if kind == "area":
            area = QueryArea(lon, lat, spec.number("side_m", above=0))
            return Cut(query_from_area(mosaic, area, size, contexts, diameter), mosaic)
        if diameter is None:
            raise InvalidParams("A query of the kind 'crater' needs a 'diameter_m'.")
        return Cut(query_from_crater(mosaic, lon, lat, diameter, context, size), mosaic)

    def _open(self, source: Params, settings: IndexSettings | None) -> Mosaic:
        source.path("path")  # checked; GDAL's own names must stay as they are
        return self.mosaics.get(
            source.text("path"),
            body_of(settings),
            source.whole("band", None, 1),
            source.number("nodata", None),
        )

    def _indexed(self, spec: Params, index: CraterIndex, context: float, size: int) -> Cut:
        crater_id = spec.text("crater_id")
        rows = index.craters.rows_of([crater_id]).get(crater_id)
        if not rows:
            raise QueryError(f"The index has no crater {crater_id!r}. Check the id (case matters).")
        (record,) = index.crater_records([rows[-1]])
        if spec.has("mosaic"):
            mosaic = self._open(spec.child("mosaic"), index.settings)
        else:
            mosaic = self._own_mosaic(index, record["crater_row"])
        query = query_from_crater(
            mosaic, record["lon"], record["lat"], record["diameter_m"], context, size
        )
        query.source["crater_id"] = crater_id
        return Cut(query, mosaic)

    def _own_mosaic(self, index: CraterIndex, row: int) -> Mosaic:
        """The mosaic of the crater's first observation, where it is still what it was."""
        views = np.flatnonzero(index.view_crater_rows == row)
        number = min((index.view(int(one)).observation for one in views), default=0)
        known = index.manifest.observations[number]
        path = Path(known["path"])
        if names.is_there(known["path"]):
            mosaic = self.mosaics.get(
                known["path"], body_of(index.settings), known.get("band"), known.get("nodata")
            )
            if mosaic.fingerprint() == known["fingerprint"]:
                return mosaic
        raise MosaicError(
            f"The mosaic {path.name} that {index.path.name} was cut from is not at {path} any "
            "more, or has changed. Put it back, or choose the raster to cut the query from."
        )


def body_of(settings: IndexSettings | None) -> Body | None:
    """The body of an index."""
    if settings is None:
        return None
    return Body(settings.body_name, settings.body_a, settings.body_b)


def _place(spec: Params) -> tuple[float, float]:
    lon, lat = spec.number("lon"), spec.number("lat")
    if abs(lat) > 90 or abs(lon) > 720:
        raise InvalidParams(
            f"'lon' and 'lat' must be degrees (up to 720 and 90), not {lon:g}, {lat:g}."
        )
    return float(wrap_longitude(lon)) if abs(lon) > 180 else lon, lat


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).stat()
    except (OSError, ValueError):  # a GDAL name rather than a file
        return None
    return status.st_mtime_ns, status.st_size
