"""Terrain measurements as columns of a catalogue on its way into an index."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..bodies import Body
from ..catalogue import Craters
from ..errors import MosaicError
from ..monitor import Monitor
from ..mosaic import Mosaic
from ..terrain import MEASURES, RESOLUTION, measure_craters


def with_terrain(
    craters: Craters, path: Path, body: Body, source: dict[str, Any], monitor: Monitor
) -> Craters:
    """``craters`` with the columns of ``engine.terrain``, null where they are not known.

    What they are, and of which file, is written into ``source``. Columns of the same names that
    the catalogue brought along are replaced. Raises MosaicError when the model covers no crater.
    """
    with Mosaic.open(path, body=body) as dtm:
        columns = measure_craters(dtm, craters.lon, craters.lat, craters.diameter, monitor)
        about = dtm.describe()
    if not np.isfinite(columns[RESOLUTION]).any():
        raise MosaicError(
            f"{path.name} is too coarse for, or does not cover, any of the craters. Choose a "
            "terrain model of this ground with at least 10 pixels across a crater."
        )
    table = craters.attributes
    table = table.drop_columns([name for name in table.column_names if name in columns])
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values, pa.float64(), from_pandas=True))
    source["terrain"] = {
        "path": about["path"],
        "fingerprint": about["fingerprint"],
        "pixel_size_m": about["pixel_size_m"],
        "columns": {
            measure.name: {"unit": measure.unit, "definition": measure.definition}
            for measure in MEASURES
        },
        "errors": "NAME_error: jackknife over eight sectors of azimuth",
    }
    return replace(craters, attributes=table)
