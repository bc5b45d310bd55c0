"""Which mosaics the engine opens together, for a test of the plugin; by the engine's Python."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import from_bounds

from craterbench_qgis.contract.body import Body, geographic_wkt
from craterbench_qgis.engine.errors import BodyError
from craterbench_qgis.engine.indexing.run import open_all

from .engine_functions import serve


def go_together(pairs: list[tuple[dict[str, Any], dict[str, Any]]], folder: str) -> list[bool]:
    """Of every pair of bodies: whether mosaics of them are opened for one index."""
    return [_opened([Body(**body) for body in pair], Path(folder)) for pair in pairs]


def _opened(bodies: list[Body], folder: Path) -> bool:
    paths = []
    for number, body in enumerate(bodies):
        paths.append(folder / f"{number}.tif")
        with rasterio.open(
            paths[-1], "w", driver="GTiff", width=8, height=8, count=1, dtype="uint8",
            crs=geographic_wkt(body), transform=from_bounds(0, -8, 8, 0, 8, 8),
        ) as out:  # fmt: skip
            out.write(np.ones((8, 8), np.uint8), 1)
    try:
        with ExitStack() as stack:
            open_all(stack, paths, None, None)
    except BodyError:
        return False
    return True


if __name__ == "__main__":
    serve(go_together)
