"""What relevance feedback gains on the real Moon.

    python benchmarks/validate_feedback.py --data ../shared/data/moon --work FOLDER [--east]
        [--limit 150] [--output FOLDER]

Two tasks, see ``craterbench_qgis.engine.evaluation.feedback``. *Craters of a kind*: four kinds that
are measured without the encoder, from the terrain model (depth of the floor below the rim over the
diameter: the deepest 15 % are ``fresh``, the shallowest 15 % ``shallow``) and from the brightness
of the WAC mosaic (the 12 % with the darkest floors are ``flooded``, the 12 % brighter than their
surroundings by most ``bright``), each among craters of like size. Queries are craters of the kind.
*The same crater*: queries cut from a hillshade of the terrain model (sun in the east, 20 degrees
high; gdaldem makes it), gallery from the WAC mosaic.

The formula's numbers were chosen on the western hemisphere (default); ``--east`` is for the last
look.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import rasterio

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from craterbench_qgis.contract.build import (  # noqa: E402
    BuildParams,
    CatalogueSource,
    EvaluateParams,
    Selection,
)
from craterbench_qgis.engine.bodies import destination  # noqa: E402
from craterbench_qgis.engine.catalogue import Craters, read_catalogue  # noqa: E402
from craterbench_qgis.engine.encoders import load_encoder  # noqa: E402
from craterbench_qgis.engine.evaluation.feedback import evaluate_feedback, markdown  # noqa: E402
from craterbench_qgis.engine.index import open_index  # noqa: E402
from craterbench_qgis.engine.indexing import build_index  # noqa: E402

KINDS = ("fresh", "shallow", "flooded", "bright")
_BEARINGS = np.linspace(0.0, 360.0, 72, endpoint=False)


def main() -> int:
    """Measure, and print a table for each task."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder for index and hillshade")
    parser.add_argument("--east", action="store_true", help="lon >= 0 instead of lon < 0")
    parser.add_argument("--limit", type=int, default=150, help="queries of a kind")
    parser.add_argument("--judged", type=int, default=10)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    wac, terrain = options.data / "lroc_wac_8k.tif", options.data / "gld100_dtm_32ppd.tif"
    table = options.work / "kinds.csv"
    if not table.exists():
        write_kinds(read_catalogue(options.data / "craters_ge5km.csv", body="moon"), table, options)
    encoder = load_encoder(None, threads=1)
    path = options.work / "kinds.craterindex"
    craters = read_catalogue(table, body="moon")
    params = BuildParams([str(wac)], CatalogueSource(str(table)), str(path))
    build_index(params, craters, encoder)
    hill = options.work / "hillshade.tif"
    if not hill.exists():
        command = ["gdaldem", "hillshade", "-q", "-az", "90", "-alt", "20", "-s", "30323"]
        subprocess.run([*command, str(terrain), str(hill)], check=True)
    region = [0.0, -70.0, 180.0, 70.0] if options.east else [-180.0, -70.0, 0.0, 70.0]
    results = []
    with open_index(path) as index:
        for kind in (*KINDS, None):
            asked = craters
            if kind:
                of_kind = np.array(craters.attributes[kind].to_pylist()) == "yes"
                asked = craters.take(np.flatnonzero(of_kind))
            params = EvaluateParams(
                str(path),
                str(wac if kind else hill),
                CatalogueSource(asked.path),
                views_per_crater=1,
                context=[2.5],
                jitter=0.05,
                limit=options.limit if kind else 4 * options.limit,
                selection=Selection(region=region),
            )
            result = evaluate_feedback(index, encoder, asked, params, options.judged, kind)
            results.append(result)
            print(markdown(result), flush=True)
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "feedback.json").write_text(json.dumps(results, indent=1) + "\n")
        (options.output / "feedback.md").write_text("\n".join(map(markdown, results)))
    return 0


def write_kinds(craters: Craters, path: Path, options: argparse.Namespace) -> None:
    """The craters of 20 to 300 km below 70 degrees with a column of yes and no for each kind."""
    rows = np.flatnonzero(
        (craters.diameter >= 20e3) & (craters.diameter <= 300e3) & (np.abs(craters.lat) < 70)
    )
    craters = craters.take(rows)
    height = Sampler(options.data / "gld100_dtm_32ppd.tif", craters)
    light = Sampler(options.data / "lroc_wac_8k.tif", craters)
    depth = (height.ring(0.95, 1.0, 1.05) - height.ring(0.15, 0.3, 0.45)) / craters.diameter
    floor, around = light.ring(0.1, 0.2, 0.3, 0.4, 0.5, 0.6), light.ring(1.5, 1.8, 2.1)
    kinds = {
        "fresh": most(depth, craters.diameter, 0.15),
        "shallow": most(-depth, craters.diameter, 0.15),
        "flooded": most(-floor, craters.diameter, 0.12),
        "bright": most(floor - around, craters.diameter, 0.12),
    }
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "lon", "lat", "diam_km", *kinds])
        for i, name in enumerate(craters.ids):
            place = [craters.lon[i], craters.lat[i], craters.diameter[i] / 1000]
            writer.writerow([name, *place, *(values[i] for values in kinds.values())])


def most(values: np.ndarray, diameter: np.ndarray, share: float) -> list[str]:
    """``yes`` for the largest ``share`` among craters of like size, ``no``, "" where unknown."""
    size = np.log(diameter)
    bins = np.digitize(size, np.quantile(size, (0.2, 0.4, 0.6, 0.8)))
    labels = np.where(np.isfinite(values), "no", "").astype(object)
    for number in range(5):
        here = (bins == number) & np.isfinite(values)
        labels[here & (values >= np.quantile(values[here], 1 - share))] = "yes"
    return [str(label) for label in labels]


class Sampler:
    """Medians of a global plate-carree raster on rings around craters."""

    def __init__(self, path: Path, craters: Craters) -> None:
        with rasterio.open(path) as raster:
            self._values = raster.read(1).astype(np.float32)
            if raster.nodata is not None:
                self._values[self._values == raster.nodata] = np.nan
        self._craters = craters

    def ring(self, *radii: float) -> np.ndarray:
        """Median over rings of these radii, in crater radii; NaN where a tenth is missing."""
        c = self._craters
        height, width = self._values.shape
        rings = []
        for radius in radii:
            lon, lat = destination(
                c.body,
                c.lon[:, None],
                c.lat[:, None],
                _BEARINGS[None],
                radius * c.diameter[:, None] / 2,
            )
            x = ((np.asarray(lon) + 180.0) % 360.0 / 360.0 * width).astype(int) % width
            y = np.clip(((90.0 - np.asarray(lat)) / 180.0 * height).astype(int), 0, height - 1)
            rings.append(self._values[y, x])
        values = np.concatenate(rings, axis=1)
        median = np.full(len(values), np.nan)
        enough = np.isfinite(values).mean(axis=1) > 0.9
        median[enough] = np.nanmedian(values[enough], axis=1)
        return median


if __name__ == "__main__":
    raise SystemExit(main())
