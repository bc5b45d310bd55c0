"""The georeference of an open raster: its reference system as a map, or why it has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyproj
from rasterio.enums import WktVersion
from rasterio.errors import CRSError

from ..bodies import Body
from ..errors import MosaicError
from ..frame import MapFrame
from ..words import Advice


def frame_of(dataset: Any, text: str, shows: Body | None = None) -> MapFrame:
    """The reference system of an open dataset as a map.

    ``shows``: the body it shows where it calls itself a map of the Earth. Raises MosaicError.
    """
    name = Path(text).name
    if dataset.transform.is_identity and dataset.gcps[0]:
        raise MosaicError(
            f"{name} is placed by ground control points alone. Warp it first (in QGIS: Raster > "
            "Projections > Warp, or gdalwarp), and name the result."
        )
    if dataset.transform.is_identity and dataset.rpcs is not None:
        raise MosaicError(
            f"{name} is placed by rational polynomials (RPC) alone. Warp it first (gdalwarp -rpc), "
            "and name the result."
        )
    if any(kind.startswith("complex") for kind in dataset.dtypes):
        raise MosaicError(
            f"The pixels of {name} are complex numbers, whose mean is no brightness. Write their "
            "amplitude into a file of its own (abs(A) in GDAL's raster calculator, as Float32), "
            "and name that."
        )
    if dataset.crs is None and not dataset.transform.is_identity:
        raise MosaicError(
            f"{name} has a place (a world file?) but no coordinate reference system. Assign the "
            "body's (in QGIS: Raster > Projections > Assign projection)."
        )
    if dataset.crs is None or dataset.transform.is_identity:
        raise MosaicError(
            f"{name} has no georeference. Assign its coordinate reference system (in "
            "QGIS: Raster > Projections > Assign projection), or search with it as "
            f"{Advice('an --image', 'a picture')}."
        )
    if not np.isfinite(tuple(dataset.transform)).all() or dataset.transform.is_degenerate:
        raise MosaicError(
            f"The georeference of {name} is damaged: its pixels have no size. Assign the right one."
        )
    try:
        crs = pyproj.CRS.from_wkt(_wkt_of(dataset))
    except (pyproj.exceptions.CRSError, CRSError) as error:
        raise MosaicError(
            f"The coordinate reference system of {name} is not understood ({error}). "
            "Assign a valid one."
        ) from error
    try:
        frame = MapFrame(crs)
        if shows is not None and frame.body.name == "Earth" and shows.name != "Earth":
            return MapFrame(crs, Body(shows.name, shows.a, shows.a))
        return frame
    except (ValueError, pyproj.exceptions.ProjError) as error:
        raise MosaicError(
            f"The coordinate reference system of {name} ({crs.name}) is not tied to a "
            "body. Assign a geographic or projected one."
        ) from error


def _wkt_of(dataset: Any) -> str:
    """WKT 2: WKT 1, rasterio's own choice, has no planetocentric latitudes."""
    try:
        return str(dataset.crs.to_wkt(version=WktVersion.WKT2_2019))
    except CRSError:
        return str(dataset.crs.to_wkt())


def plain_wkt(dataset: Any, crs: pyproj.CRS) -> str:
    """The CRS as pyproj writes it after reading WKT 1, where WKT 1 can say it."""
    try:
        return str(pyproj.CRS.from_wkt(dataset.crs.to_wkt()).to_wkt())
    except (pyproj.exceptions.CRSError, CRSError):
        return str(crs.to_wkt())
