"""``catalogue.describe`` and ``mosaic.describe``; reading a catalogue for every other method."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyproj
from rasterio.errors import RasterioError

from ...protocol import CatalogueInfo, Json, MosaicInfo
from ..bodies import Body, body_by_name
from ..catalogue import Craters, read_catalogue
from ..errors import CatalogueError, MosaicError
from ..files.rasters import open_raster
from ..indexing import BuildRequest, body_of_mosaic
from ..indexing.build import select
from ..mosaic import Mosaic
from .calls import Call
from .params import InvalidParams, Params

_COLUMNS = ("id", "lon", "lat", "diameter", "diameter_unit")
_REJECTED_LISTED = 20
_AROUND_DEG = 45.0


def catalogue_of(
    params: Params, name: str = "catalogue", mosaic_body: Body | None = None
) -> Craters:
    """The catalogue that ``params[name]``, ``columns``, ``layer``, ``body`` describe.

    ``columns`` {id, lon, lat, diameter, diameter_unit} overrides what is recognised;
    ``west_positive``: its longitudes count westward; ``latitude_kind``: planetocentric or
    planetographic. ``mosaic_body``: of the raster the craters will be cut from.
    """
    columns = params.child("columns")
    columns.only((*_COLUMNS, "west_positive", "latitude_kind"))
    return read_catalogue(
        params.path(name),
        **{one: columns.text(one, None) or None for one in _COLUMNS},
        layer=params.text("layer", None) or None,
        body=params.text("body", None) or None,
        # A box that is not ticked says nothing.
        west_positive=columns.flag("west_positive", params.flag("west_positive", False)) or None,
        latitude_kind=columns.text("latitude_kind", None) or None,
        mosaic_body=mosaic_body,
        limit_rejected=_REJECTED_LISTED,
    )


def limits_of(params: Params) -> dict[str, Any]:
    """``min_diameter_m``, ``max_diameter_m``, ``region`` as BuildRequest's."""
    return {
        "min_diameter": params.number("min_diameter_m", None),
        "max_diameter": params.number("max_diameter_m", None),
        "region": params.numbers("region", 4, None),
    }


def describe_catalogue(call: Call) -> Json:
    """{path, columns?, layer?, body?, mosaics?, min_diameter_m?, max_diameter_m?, region?}
    -> CatalogueInfo.

    ``mosaics``: rasters the craters will be cut from; their body chooses among several. With any
    of the limits, ``selected`` counts the craters within them.
    """
    params = call.params
    limits = limits_of(params)
    mosaics = params.paths("mosaics", [])
    mosaic_body = body_of_mosaic(mosaics[0]) if mosaics else None
    craters = catalogue_of(params, "path", mosaic_body)
    selected = None
    if any(one is not None for one in limits.values()):
        request = BuildRequest((), craters, Path(), **limits)
        try:
            selected = len(select(request, craters.body or body_by_name("moon")))
        except CatalogueError:
            selected = 0
    choice = craters.columns
    return CatalogueInfo(
        path=craters.path,
        rows=len(craters),
        columns={
            "id": choice.id,
            "lon": choice.lon,
            "lat": choice.lat,
            "diameter": choice.diameter,
            "diameter_unit": choice.diameter_unit,
        },
        names=[str(one) for one in craters.attributes.column_names],
        body=body_json(craters.body),
        rejected=dict(craters.rejected_counts),
        diameter_m=[float(craters.diameter.min()), float(craters.diameter.max())],
        bounds=_bounds(craters),
        description=craters.summary(),
        selected=selected,
    ).to_json()


def describe_mosaic(call: Call) -> Json:
    """{path, body?, band?, nodata?} -> MosaicInfo."""
    params = call.params
    body = params.text("body", None)
    params.path("path")
    with Mosaic.open(
        params.text("path"),
        body=body_by_name(body) if body else None,
        band=params.whole("band", None, 1),
        nodata=params.number("nodata", None),
    ) as mosaic:
        bands, bounds = _raster_facts(mosaic)
        return MosaicInfo(
            path=mosaic.path,
            body=body_json(mosaic.body) or {},
            width=mosaic.width,
            height=mosaic.height,
            pixel_size_m=mosaic.pixel_size_m,
            crs_wkt=mosaic.crs.to_wkt(),
            bands=bands,
            bounds=bounds,
        ).to_json()


def body_json(body: Body | None) -> Json | None:
    """{name, a, b}, radii in metres."""
    return None if body is None else {"name": body.name, "a": body.a, "b": body.b}


def body_of_json(data: Params) -> Body:
    """The other way."""
    a = data.number("a", above=0)
    return Body(data.text("name", "body"), a, data.number("b", a, above=0))


def _raster_facts(mosaic: Mosaic) -> tuple[int, list[float]]:
    """Its bands and [W, S, E, N] in degrees (W > E across the antimeridian; [] if unknown)."""
    try:
        with open_raster(mosaic.path) as dataset:
            bands, (left, bottom, right, top) = int(dataset.count), dataset.bounds
    except (RasterioError, MosaicError) as error:
        raise InvalidParams(f"'path' cannot be opened again: {error}") from error
    try:
        return bands, list(mosaic.frame.bounds(left, bottom, right, top) or [])
    except pyproj.exceptions.ProjError:
        return bands, []


def _bounds(craters: Craters) -> list[float]:
    west, east = _span(craters.lon)
    return [west, float(craters.lat.min()), east, float(craters.lat.max())]


def _span(lon: Any) -> tuple[float, float]:
    """West and east of the shortest stretch of longitude that holds all (west > east across the
    antimeridian); of craters all around the body simply the least and the largest."""
    ordered = np.sort(np.asarray(lon, float))
    gaps = np.diff(ordered, append=ordered[0] + 360.0)
    widest = int(gaps.argmax())
    if widest == len(ordered) - 1 or gaps[widest] < _AROUND_DEG:
        return float(ordered[0]), float(ordered[-1])
    return float(ordered[widest + 1]), float(ordered[widest])
