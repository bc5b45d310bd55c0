"""Made what lies beside it, with the program at commit d0c8031 (version 0.1).

From that commit's root: ``python make.py FOLDER`` with its ``tests`` on the path. FOLDER stands in
the files as the place of mosaic and catalogue; neither is needed to read them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pyproj
from engine import scene

from craterbench_qgis.engine.bodies import body_by_name
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.duplicates import DuplicateRequest, find_duplicates, record_decisions
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.indexing import BuildRequest, build_index

MARS = pyproj.CRS.from_proj4("+proj=longlat +a=3396190 +b=3376200 +no_defs").to_wkt()


def main(folder: Path) -> None:
    """A dozen craters of the scene on the ellipsoid of Mars, and a review of two tables of them."""
    rows = scene.craters()[:12]
    mosaic = scene.write_mosaic(folder / "mosaic.tif", crs=MARS)
    table = scene.write_catalogue(folder / "craters.csv", rows)
    craters = read_catalogue(table, body=body_by_name("mars"))
    build_index(
        BuildRequest(
            mosaics=(mosaic,),
            craters=craters,
            output=folder / "mars.craterindex",
            tokens=4,
            thumbnail_size=32,
        ),
        load_encoder("hog"),
    )
    twice = [*rows, *((f"B-{name}", lon + 0.02, lat, d * 1.05) for name, lon, lat, d in rows[:3])]
    both = read_catalogue(scene.write_catalogue(folder / "twice.csv", twice), body="mars")
    review = folder / "review.gpkg"
    find_duplicates(DuplicateRequest(catalogue=both, output=review))
    record_decisions(review, {1: "duplicate", 2: "distinct"}, "Anna")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
