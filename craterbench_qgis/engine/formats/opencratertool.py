"""The crater layer OpenCraterTool draws and CraterStats reads: polygons in ``NAME_CRATER.shp``.

Both programs know the layer by its name and its four fields. The centre is given in degrees of the
layer's own reference system, because OpenCraterTool measures distances with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy.typing as npt
import pyarrow as pa

from ..bodies import Body, map_latitude
from ..errors import ExportError
from .craterstats import crater_columns
from .shapefile import cut_text

ENDING = "_CRATER.shp"
STANDARD = "standard"
"""The tag of an ordinary crater; OpenCraterTool can leave out those tagged ``marked``."""


def is_crater_layer(path: Path) -> bool:
    """Whether a file is named as that layer: ``_CRATER`` in capitals, as the programs write it."""
    return path.suffix.lower() == ".shp" and path.stem.endswith("_CRATER")


def crater_fields(
    body: Body,
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    diameter_m: npt.ArrayLike,
    tags: Sequence[str] | None = None,
) -> pa.Table:
    """The fields ``Diam_km``, ``x_coord``, ``y_coord``, ``tag``, one row per crater.

    ``lat``: planetocentric. ``tags``: one per crater; ``standard`` where not given. Raises
    ExportError as :func:`crater_columns` does, and for tags of another number.
    """
    lons, lats, sizes = crater_columns(lon, lat, diameter_m)
    given = list(tags) if tags is not None else [STANDARD] * len(lons)
    if len(given) != len(lons):
        raise ExportError(
            f"There are {len(given)} tags for {len(lons)} craters. Give one per crater, or none."
        )
    return pa.table(
        {
            "Diam_km": pa.array(sizes / 1000),
            "x_coord": pa.array(lons),
            "y_coord": pa.array(map_latitude(body, lats).reshape(-1)),
            "tag": pa.array([cut_text(tag.replace("\0", "")) for tag in given], pa.string()),
        }
    )
