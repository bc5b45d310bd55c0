"""A catalogue as it is asked for: the file, how to read it, and which of its craters are taken."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from ..contract.build import CatalogueSource, Selection
from .bodies import Body, body_by_name
from .catalogue import Craters, read_catalogue
from .errors import CatalogueError

Floats = NDArray[np.float64]


def read_source(
    source: CatalogueSource, limit_rejected: int | None = None, mosaic_body: Body | None = None
) -> Craters:
    """The catalogue ``source`` describes; what its columns leave open is recognised.

    ``limit_rejected``: list at most so many rejected rows; ``mosaic_body``: of the raster the
    craters will be cut from. Raises CatalogueError, BodyError.
    """
    columns = asdict(source.columns)
    west_positive = columns.pop("west_positive")
    return read_catalogue(
        source.path,
        **{name: column or None for name, column in columns.items()},
        layer=source.layer or None,
        body=source.body or None,
        west_positive=west_positive,
        mosaic_body=mosaic_body,
        limit_rejected=limit_rejected,
    )


def selected(craters: Craters, selection: Selection) -> NDArray[np.bool_]:
    """A mask over the craters. Raises CatalogueError for a region that is empty."""
    return within(craters.lon, craters.lat, craters.diameter, selection)


def within(lon: Floats, lat: Floats, diameter: Floats, selection: Selection) -> NDArray[np.bool_]:
    """The same of places in degrees and diameters in metres, each [n]."""
    keep = np.ones(len(lon), dtype=bool)
    if selection.min_diameter_m is not None:
        keep &= diameter >= selection.min_diameter_m
    if selection.max_diameter_m is not None:
        keep &= diameter <= selection.max_diameter_m
    if selection.region is not None:
        west, south, east, north = selection.region
        if south > north:
            raise CatalogueError(
                f"The region is empty: south {south:g} is above north {north:g}. Give W S E N."
            )
        keep &= (lat >= south) & (lat <= north)
        keep &= (lon - west) % 360.0 <= ((east - west) % 360.0 or 360.0)
    return keep


def select(craters: Craters, selection: Selection, body: Body | None = None) -> Craters:
    """The craters within the selection that are not wider than ``body`` itself (where None: the
    catalogue's, else the Moon). Raises CatalogueError when none is left."""
    keep = _taken(craters, selection, body)
    return craters if keep.all() else craters.take(keep)


def rows_within(craters: Craters, selection: Selection) -> NDArray[np.int64]:
    """The rows that :func:`select` takes; all where there is no selection. Raises alike."""
    if not selection:
        return np.arange(len(craters), dtype=np.int64)
    return np.flatnonzero(_taken(craters, selection, None))


def _taken(craters: Craters, selection: Selection, body: Body | None) -> NDArray[np.bool_]:
    body = body or craters.body or body_by_name("moon")
    keep = selected(craters, selection) & (craters.diameter < 2 * body.a)
    if not keep.any():
        raise CatalogueError(
            f"None of the {len(craters)} craters has the wanted diameter and place. "
            f"{craters.summary()} Check the limits and the diameter's unit."
        )
    return keep
