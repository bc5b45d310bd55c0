"""Analogs on a body that the descriptor of kind never saw: Mars, by measured terrain.

python -m benchmarks.analogs_mars DATA/mars WORK

Two indexes of the named craters of 45 km and more: of the Viking photograph, and of MOLA's normals
shaded by a sun 25 degrees high in the west. The profile of each crater, heights integrated from the
normals, says which craters are truly alike, as ``craterbench evaluate --analogs`` asks (the ten
nearest; chance is 0.05 and 0.5).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from craterbench_qgis.contract.build import BuildParams, CatalogueSource, EvaluateParams, Selection
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.evaluation import analogs
from craterbench_qgis.engine.index import open_index
from craterbench_qgis.engine.indexing import build_index
from craterbench_qgis.engine.kinds import load_descriptor
from craterbench_qgis.engine.kinds.describe import KindDescriber
from craterbench_qgis.engine.terrain import REACH
from craterbench_qgis.engine.terrain_profile import radial_profile
from training.develop import shade_normals
from training.terrain import Normals

SMALLEST_M, PIXELS, SUN = 45e3, 96, (270.0, 25.0)


def measured(normals: Normals, radius_m: float, gallery: Any) -> np.ndarray:
    """Profiles [M, 20] in diameters."""
    side = 2 * REACH
    out = np.empty((len(gallery.lon), 20))
    for row, (lon, lat, diameter) in enumerate(
        zip(gallery.lon, gallery.lat, gallery.diameter, strict=True)
    ):
        heights = normals.crop(lon, lat, side / 2 * diameter / radius_m, PIXELS, radius_m)
        out[row] = radial_profile(np.asarray(heights, float) * (side / 2 / PIXELS), side)[0]
    return out


def main(data: Path, work: Path) -> None:
    """Build what is not there, and print a table for each."""
    work.mkdir(parents=True, exist_ok=True)
    normals, catalogue = data / "mars_mola_normal_8k.tif", data / "mars_named_craters.csv"
    shade = work / "shade.tif"
    if not shade.exists():
        shade_normals(normals, *SUN, shade)
    slopes = Normals.open(normals)
    encoder, descriptor = load_encoder("craterbench-conv-v4", threads=1), load_descriptor(threads=1)
    selection = Selection(min_diameter_m=SMALLEST_M)
    for mosaic in (data / "mars_viking_sss_8k.tif", shade):
        output = work / f"{mosaic.stem}.craterindex"
        craters = read_catalogue(catalogue, body="mars")
        params = BuildParams(
            mosaics=[str(mosaic)],
            catalogue=CatalogueSource(str(catalogue), body="mars"),
            output=str(output),
            selection=selection,
        )
        build_index(params, craters, encoder, describer=KindDescriber(descriptor))
        with open_index(output) as index:
            body = index.settings.body
            analogs._measured = lambda gallery, *_, body=body: measured(  # type: ignore[assignment]
                slopes, body.mean_radius, gallery
            )
            asked = EvaluateParams(
                index=str(output),
                mosaic=str(mosaic),
                catalogue=CatalogueSource(str(catalogue), body="mars"),
                selection=selection,
            )
            result = analogs.evaluate_analogs(index, encoder, craters, asked, angles=0)
        print(f"\n{mosaic.stem}: {result['queries']} queries\n\n{analogs.markdown(result)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
