"""A GeoPackage as another program reads it (pyogrio), with the engine's Python."""

from __future__ import annotations

from typing import Any

import pyogrio
import shapely
from pyogrio.raw import read

from .engine_functions import serve


def table(path: str, layer: str) -> dict[str, Any]:
    """Columns, the points' coordinates, and the reference system of a layer."""
    info = pyogrio.read_info(path, layer=layer)
    about, _, shapes, values = read(path, layer=layer)
    points = shapely.from_wkb(shapes)
    names = about["fields"].tolist()
    columns = {name: column.tolist() for name, column in zip(names, values, strict=True)}
    return {
        "features": info["features"],
        "crs": info["crs"],
        "columns": columns,
        "x": shapely.get_x(points).tolist(),
        "y": shapely.get_y(points).tolist(),
    }


if __name__ == "__main__":
    serve(table)
