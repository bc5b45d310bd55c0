"""The first twenty analogs of six famous craters as pictures, to be judged by eye.

python benchmarks/analog_sheets.py INDEX MOSAIC GAZETTEER.csv OUTPUT_FOLDER [NAME ...]

Each crater is asked by the IAU gazetteer's place and diameter, as the panel asks a crater: both
relief and looks, 0.5 to 2 times the size, at least 24 pixels across, not the same place. A crater
of fewer than 24 pixels has no analogs within these limits; it is asked again without them (any
size, 8 pixels), and its picture says so. Written: NAME.jpg, the query first (framed), then the
twenty in order, north up, 2.5 diameters wide; and analogs.json, what they are.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from craterbench_qgis.contract.search import ANALOG_PIXELS, AnalogOptions, Match, Query
from craterbench_qgis.contract.vocabulary import QueryKind, Question
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.formats.lettering import lettering
from craterbench_qgis.engine.index import open_index
from craterbench_qgis.engine.mosaic import Mosaic
from craterbench_qgis.engine.search import QueryView, Searcher, SearchOptions, cut_query

NAMES = ["Tycho", "Gassendi", "Plato", "Copernicus", "Clavius", "Messier"]
TOP, COLUMNS, TILE, CAPTION, GAP = 20, 7, 128, 18, 4
CONTEXT = 2.5
LIFTED = AnalogOptions(any_size=True, min_pixels=8.0)


def main(index_path: str, mosaic_path: str, gazetteer: str, output: str, names: list[str]) -> None:
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    with Path(gazetteer).open(encoding="utf-8") as file:
        places = {row["name"]: row for row in csv.DictReader(file)}
    encoder = load_encoder(None)
    sheets: dict[str, Any] = {}
    with open_index(index_path) as index, Mosaic.open(mosaic_path) as mosaic:
        searcher = Searcher(index, encoder)
        for name in names:
            place = places[name]
            lon, lat = float(place["lon_east_180"]), float(place["lat"])
            diameter = float(place["diameter_km"]) * 1000
            asked = Query(
                QueryKind.CRATER, mosaic=mosaic_path, lon=lon, lat=lat, diameter_m=diameter
            )
            contexts = tuple(index.settings.context_factors)
            query = cut_query(asked, mosaic, encoder.input_size, contexts).widened()
            across = diameter / query.view.native_metres_per_pixel
            analogs = AnalogOptions() if across >= ANALOG_PIXELS else LIFTED
            options = SearchOptions(top=TOP, find=Question.ANALOGS, analogs=analogs)
            matches = searcher.search(query, options).matches
            draw(folder / f"{name.lower()}.jpg", name, mosaic, query, matches)
            sheets[name] = {
                "pixels_across": across,
                "analogs": analogs.to_json(),
                "matches": [
                    {k: v for k, v in match.to_json().items() if k != "attributes"}
                    for match in matches
                ],
            }
            print(name, f"{across:.0f} px", [match.crater_id for match in matches], flush=True)
    (folder / "analogs.json").write_text(json.dumps(sheets, indent=1), encoding="utf-8")


def draw(path: Path, name: str, mosaic: Mosaic, query: QueryView, matches: list[Match]) -> None:
    """The query and its matches, each at the same number of diameters."""
    rows = -(-(len(matches) + 1) // COLUMNS)
    step = TILE + GAP
    page = Image.new("L", (COLUMNS * step - GAP, rows * (step + CAPTION)), 255)
    pen, letters = ImageDraw.Draw(page), lettering(15)
    craters = [(name, query.lon, query.lat, query.diameter_m)]
    craters += [(f"{match.rank}", match.lon, match.lat, match.diameter_m) for match in matches]
    for number, (text, lon, lat, diameter) in enumerate(craters):
        assert lon is not None and lat is not None and diameter is not None
        left, top = number % COLUMNS * step, number // COLUMNS * (step + CAPTION)
        pixels = mosaic.crop(lon, lat, CONTEXT * diameter, TILE, 0.0).pixels
        page.paste(Image.fromarray(np.round(pixels * 255).astype(np.uint8)), (left, top))
        if number == 0:
            pen.rectangle((left, top, left + TILE - 1, top + TILE - 1), outline=255, width=3)
        caption = f"{text}  {diameter / 1000:.0f} km"
        pen.text((left + 2, top + TILE + 1), caption, 0, letters.font)
    page.save(path, quality=85, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:5], sys.argv[5:] or NAMES)
