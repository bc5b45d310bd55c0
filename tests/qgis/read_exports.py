"""Run by the engine's Python: what other readers (GDAL by pyogrio, Pillow) see in exported files.

``read_exports.py FOLDER``: JSON with the vector files ``out.gpkg``, ``out.shp`` and ``out.geojson``
(names of the fields, reference system, columns, eight points of every outline) and the width of
``out.png`` in pixels.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import shapely
from PIL import Image
from pyogrio.raw import read


def read_vector(path: Path, layer: str | None) -> dict[str, Any]:
    about, _, shapes, columns = read(path, layer=layer)
    names = about["fields"].tolist()
    rims = [shapely.get_coordinates(shape) for shape in shapely.from_wkb(shapes)]
    return {
        "crs": str(about["crs"]),
        "columns": {
            name: [str(value) for value in column]
            for name, column in zip(names, columns, strict=True)
        },
        "rims": [rim[:: len(rim) // 8].tolist() for rim in rims],
    }


def main(folder: Path) -> None:
    layers = (("out.gpkg", "matches"), ("out.shp", None), ("out.geojson", None))
    answer: dict[str, Any] = {name: read_vector(folder / name, layer) for name, layer in layers}
    answer["width_px"] = Image.open(folder / "out.png").width
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
