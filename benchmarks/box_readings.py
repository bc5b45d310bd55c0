"""Boxes of several widths round twenty named craters: is the crater first, is its diameter right?

python benchmarks/box_readings.py INDEX MOSAIC GAZETTEER.csv

The boxes are drawn about the IAU gazetteer's places and diameters; the index is of another
catalogue. Each box is asked as the view alone, as before, and read either way; the last column
is the diameter by the rim in the picture alone, as for a crater that the index lacks. Middles are
off by up to 5 % of D.
"""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path

import numpy as np

from craterbench_qgis.contract.search import Query, Source
from craterbench_qgis.contract.vocabulary import BoxReading, QueryKind
from craterbench_qgis.engine.bodies import great_circle_distance
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.index import open_index
from craterbench_qgis.engine.mosaic import Mosaic
from craterbench_qgis.engine.search import (
    Searcher,
    SearchOptions,
    box_views,
    cut_query,
    read_box,
)
from craterbench_qgis.engine.search.readings import rim_diameter

NAMES = [
    "Tycho",
    "Copernicus",
    "Theophilus",
    "Langrenus",
    "Petavius",
    "Plato",
    "Archimedes",
    "Aristoteles",
    "Eudoxus",
    "Eratosthenes",
    "Bullialdus",
    "Gassendi",
    "Piccolomini",
    "Cleomedes",
    "Aristillus",
    "Humboldt",
    "Tsiolkovskiy",
    "Posidonius",
    "Moretus",
    "King",
]
WIDTHS = (1.0, 1.1, 1.2, 1.5, 2.0, 2.5, 3.0, 3.5)


def main(index_path: str, mosaic_path: str, gazetteer: str) -> None:
    """Print a table."""
    with Path(gazetteer).open(encoding="utf-8") as file:
        named = {row["name"]: row for row in csv.DictReader(file)}
    rng = np.random.default_rng(12)
    print("| box / D | first: as the view | first: either | diameter within 10 % | rim alone |")
    print("|---|---|---|---|---|")
    with open_index(Path(index_path)) as index:
        encoder = load_encoder(index.settings.encoder_id, device="cpu", threads=1)
        searcher, settings = Searcher(index, encoder), index.settings
        mosaic = Mosaic.open(mosaic_path, body=settings.body)
        size, contexts = settings.input_size, settings.context_factors
        radius = settings.body.mean_radius
        for width in WIDTHS:
            as_view = either = close = rim = 0
            missed = []
            for name in NAMES:
                row = named[name]
                true_m = float(row["diameter_km"]) * 1e3
                lon, lat = float(row["lon_east_180"]), float(row["lat"])
                east, north = rng.uniform(-0.05, 0.05, 2) * true_m / radius
                query = Query(
                    QueryKind.AREA,
                    Source(mosaic_path),
                    lon + math.degrees(east) / math.cos(math.radians(lat)),
                    lat + math.degrees(north),
                    width * true_m,
                    reading=BoxReading.EITHER,
                )

                def is_it(match, lon=lon, lat=lat, true_m=true_m):  # type: ignore[no-untyped-def]
                    away = great_circle_distance(settings.body, lon, lat, match.lon, match.lat)
                    return away < 0.15 * true_m and 0.8 < match.diameter_m / true_m < 1.25

                options = SearchOptions()
                as_it_is = cut_query(
                    Query(**{**vars(query), "reading": BoxReading.VIEW}), mosaic, size, contexts
                )
                as_view += is_it(searcher.search(as_it_is, options).matches[0])
                box = box_views(query, mosaic, size, contexts)
                view = read_box(box, searcher, options)
                first = searcher.search(view, options).matches[0]
                either += is_it(first)
                good = abs(view.diameter_m / true_m - 1) < 0.1
                close += good
                if not (good and is_it(first)):
                    missed.append(f"{name} {view.diameter_m / 1e3:.0f} km of {true_m / 1e3:.0f}")
                alone = rim_diameter(box)
                rim += alone is not None and abs(alone / true_m - 1) < 0.1
            print(f"| {width} | {as_view} | {either} | {close} | {rim} |", flush=True)
            for text in missed:
                print("    missed:", text, file=sys.stderr)
        mosaic.close()


if __name__ == "__main__":
    main(*sys.argv[1:4])
