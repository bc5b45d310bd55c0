"""``catalogue.describe`` and ``mosaic.describe``; reading a catalogue for every other method."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyproj
from rasterio.errors import RasterioError

from ...contract.build import (
    CatalogueInfo,
    CatalogueParams,
    Columns,
    MosaicInfo,
    MosaicParams,
)
from ..bodies import body_by_name
from ..catalogue import Craters
from ..errors import CatalogueError, MosaicError
from ..files.rasters import open_raster
from ..indexing import body_of_mosaic
from ..mosaic import Mosaic
from ..sources import read_source, select
from .calls import Call

REJECTED_LISTED = 20
_AROUND_DEG = 45.0


def describe_catalogue(call: Call[CatalogueParams]) -> CatalogueInfo:
    """What a crater table is; ``selected`` only where a selection was given."""
    mosaics = call.params.mosaics
    shown = body_of_mosaic(Path(mosaics[0])) if mosaics else None
    craters = read_source(call.params.catalogue, REJECTED_LISTED, shown)
    selected = None
    if call.params.selection:
        try:
            selected = len(select(craters, call.params.selection))
        except CatalogueError:
            selected = 0
    choice = craters.columns
    return CatalogueInfo(
        path=craters.path,
        rows=len(craters),
        columns=Columns(
            id=choice.id,
            lon=choice.lon,
            lat=choice.lat,
            diameter=choice.diameter,
            diameter_unit=choice.diameter_unit,
        ),
        names=[str(name) for name in craters.attributes.column_names],
        body=craters.body,
        rejected=dict(craters.rejected_counts),
        diameter_m=[float(craters.diameter.min()), float(craters.diameter.max())],
        bounds=_bounds(craters),
        description=craters.summary(),
        selected=selected,
    )


def describe_mosaic(call: Call[MosaicParams]) -> MosaicInfo:
    """What a raster is."""
    params = call.params
    with Mosaic.open(
        params.path,
        body=body_by_name(params.body) if params.body else None,
        band=params.band,
        nodata=params.nodata,
    ) as mosaic:
        bands, bounds = _raster_facts(mosaic)
        return MosaicInfo(
            path=mosaic.path,
            body=mosaic.body,
            width=mosaic.width,
            height=mosaic.height,
            pixel_size_m=mosaic.pixel_size_m,
            crs_wkt=mosaic.crs.to_wkt(),
            bands=bands,
            bounds=bounds,
            notes=mosaic.notes,
        )


def _raster_facts(mosaic: Mosaic) -> tuple[int, list[float]]:
    """Its bands and [W, S, E, N] in degrees (W > E across the antimeridian; [] if unknown)."""
    try:
        with open_raster(mosaic.path) as dataset:
            bands, (left, bottom, right, top) = int(dataset.count), dataset.bounds
    except (RasterioError, MosaicError) as error:
        raise MosaicError(f"{mosaic.path} cannot be opened again ({error}). Try again.") from error
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
