"""What other readers see in files that QGIS or the engine has written, with the engine's Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyogrio.raw
import shapely
from PIL import Image

from craterbench_qgis.engine.duplicates.store import read_decisions
from craterbench_qgis.engine.duplicates.words import meaning

from .engine_functions import serve


def exported(folder: str) -> dict[str, Any]:
    """``out.gpkg``, ``out.shp`` and ``out.geojson``, and the width of ``out.png`` in pixels.

    Of a vector file: its reference system, its columns, eight points of every outline.
    """
    layers = (("out.gpkg", "matches"), ("out.shp", None), ("out.geojson", None))
    files: dict[str, Any] = {name: _vector(Path(folder) / name, layer) for name, layer in layers}
    return {**files, "width_px": Image.open(Path(folder) / "out.png").width}


def _vector(path: Path, layer: str | None) -> dict[str, Any]:
    about, _, shapes, columns = pyogrio.raw.read(path, layer=layer)
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


def reviewed(review: str) -> dict[str, Any]:
    """The decisions the engine reads in a review, and how many decided pairs a GIS finds.

    The latter between 170 and 190 degrees of longitude, 0 and 20 of latitude.
    """
    _, _, shapes, _ = pyogrio.raw.read(
        review, layer="pairs", columns=["decision"], where="decision <> ''", bbox=(170, 0, 190, 20)
    )
    decisions = [
        [list(pair), decided.verdict.value, decided.reviewer]
        for pair, decided in read_decisions(Path(review)).items()
    ]
    return {"decisions": decisions, "lines": len(shapes)}


def meanings(thousandths: int) -> list[str]:
    """What reports say of the probabilities 0, 0.001, 0.002 ..."""
    return [meaning(number / 1000) for number in range(thousandths)]


if __name__ == "__main__":
    serve(exported, reviewed, meanings)
