"""What is known of a catalogue before it is weighed: by its file, and by what the user said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bodies import Body
from .columns import ColumnChoice
from .numbers import Numbers

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Faults = list[tuple[BoolArray, str]]


@dataclass(frozen=True)
class Said:
    """What the user said, None where nothing. ``mosaic``: the body of the raster that the craters
    will be cut from, which chooses among several but contradicts nobody."""

    body: Body | None = None
    west_positive: bool | None = None
    latitude: str | None = None
    mosaic: Body | None = None


@dataclass
class Evidence:
    """All that a file says. ``geometry``: a pyarrow column of WKB; ``crs``: the layer's reference
    system; ``stated_body`` and ``stated_latitude``: of a head in the file itself; ``ids_body``:
    that the ids reveal; ``stem``: the file's name."""

    table: Any
    choice: ColumnChoice
    stem: str
    lon: Numbers | None = None
    lat: Numbers | None = None
    diameter_m: FloatArray | None = None
    geometry: Any = None
    crs: str | None = None
    driver: str = ""
    stated_body: Body | None = None
    stated_latitude: str = ""
    ids_body: str | None = None
