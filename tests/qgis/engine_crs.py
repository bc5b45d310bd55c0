"""Places by the engine's arithmetic, for the plugin's tests, with the engine's Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyproj

from craterbench_qgis.engine import bodies
from craterbench_qgis.engine.mosaic import Mosaic
from tests.engine import test_mosaic_systems as mosaics

from .engine_functions import serve


def on_the_map(system: str, places: list[list[float]]) -> dict[str, Any]:
    """Map coordinates of planetocentric places, and the semi-axes of the system's body (m)."""
    crs = pyproj.CRS.from_user_input(system)
    body = bodies.body_from_crs(crs)
    to_map = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    points = [
        to_map.transform(lon, float(bodies.geocentric_to_geodetic(body, lat)))
        for lon, lat in places
    ]
    return {"a": body.a, "b": body.b, "points": points}


def maps(folder: str) -> dict[str, list[list[Any]]]:
    """Small mosaics with every kind of axes; for each path (x, y, lon, lat) of three places."""
    systems = {**mosaics.SYSTEMS, **mosaics.POLAR}
    # QGIS 3.22 knows no authority "IAU" without its year and gives such a layer no system at all.
    systems.pop("ocentric-wkt1")
    cases: dict[str, list[list[Any]]] = {}
    for name, system in systems.items():
        parent = Path(folder) / name
        parent.mkdir()
        path = mosaics.write_map(parent, system, 16)
        with Mosaic.open(path) as mosaic:
            for lon, lat in ((30.0, 0.5), (-100.0, 45.0), (179.0, 85.0)):
                signed = -lat if "south" in name else lat
                geodetic = float(bodies.geocentric_to_geodetic(mosaic.body, signed))
                x, y = (float(value) for value in mosaic.frame.to_map(lon, geodetic))
                assert abs(mosaic.to_lonlat(x, y)[1] - signed) < 1e-6
                cases.setdefault(str(path), []).append([x, y, lon, signed])
    return cases


if __name__ == "__main__":
    serve(on_the_map, maps)
