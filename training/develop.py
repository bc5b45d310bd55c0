"""Development sets on other bodies, free to look at: none of them decides anything in public.

``python -m training.develop --data DIR --encoder X [--set NAME]``

``mars-processing``: Viking against another simulated processing of Viking, centres off by up to
0.4 D. ``mars-shade``: Viking against the shaded terrain under four suns. Both ask for named craters
of lon 0..60, which the recipe keeps out, in a gallery of all. ``rhea``, ``dione``, ``ganymede``,
``callisto``: two mosaics of one body by different hands, neither ever trained on.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.files.rasters import create_raster, open_raster

from .validate import RetrievalSet, Views, cut, embed, table, within, worsen

VIKING, NORMALS = "mars/mars_viking_sss_8k.tif", "mars/mars_mola_normal_8k.tif"
KEPT = (0.0, -80.0, 60.0, 80.0)
"""The ground of Mars that docs/encoder/config-v3.json keeps out."""
SUNS = ((90.0, 20.0), (200.0, 30.0), (270.0, 35.0), (320.0, 25.0))
PAIRS = {
    "rhea": ("rhea_hirata2016_craters.csv", 60e3),
    "dione": ("dione_craters_km.csv", 40e3),
    "ganymede": ("ganymede_named_craters.csv", 60e3),
    "callisto": ("callisto_named_craters.csv", 60e3),
}
SETS = ("mars-processing", "mars-shade", *PAIRS)
METHODS = ("global", "aggregated:attention:16", "aggregated:attention:64", "two-stage:64", "all")


def shade_normals(normals: Path, azimuth: float, altitude: float, output: Path) -> Path:
    """The normal map ``normals`` lit by one sun, max(0, n . s), as bytes 1 to 255."""
    az, alt = np.radians([azimuth, altitude])
    sun = np.array(
        [np.cos(alt) * np.sin(az), -np.cos(alt) * np.cos(az), np.sin(alt)], dtype=np.float32
    )
    with open_raster(str(normals)) as source:
        lit = np.zeros((source.height, source.width), np.float32)
        for band, part in enumerate(sun, start=1):
            lit += (source.read(band).astype(np.float32) / 127.5 - 1.0) * part
        profile = {
            "driver": "GTiff", "dtype": "uint8", "count": 1, "crs": source.crs,
            "transform": source.transform, "height": source.height, "width": source.width,
            "compress": "deflate",
        }  # fmt: skip
    with create_raster(output, "w", **profile) as target:
        target.write((1 + 254 * np.clip(lit, 0, 1)).astype(np.uint8), 1)
    return output


def another_processing(views: Views, rng: np.random.Generator) -> Views:
    """Another laboratory: the slow brightness mostly taken away, local contrast evened out, then
    another sensor (:func:`.validate.worsen`)."""
    out = np.empty_like(views.pixels)
    for i, view in enumerate(views.pixels):
        wide = rng.uniform(6, 20)
        slow = gaussian_filter(view, wide)
        detail = view - slow
        spread = np.sqrt(gaussian_filter(detail**2, wide)) + 0.02
        image = detail / spread ** rng.uniform(0, 1) + rng.uniform(-0.2, 0.8) * (slow - slow.mean())
        low, high = np.percentile(image, (1, 99))
        out[i] = np.clip((image - low) / (high - low), 0, 1)
    return worsen(replace(views, pixels=out), rng)


def make_set(name: str, data: Path, work: Path, size: int) -> RetrievalSet:
    """Cut the views of one of :data:`SETS`, seed 0."""
    rng = np.random.default_rng(0)
    if name in PAIRS:
        file, smallest = PAIRS[name]
        folder = data / "other_bodies"
        rows, craters = _craters(folder / file, name, smallest)
        gallery = cut(
            folder / f"{name}_celestia_4k.tif", craters, rows, (2.0, 3.0), size, 0.0, rng,
            body_name=name,
        )  # fmt: skip
        asked = cut(
            folder / f"{name}.tif", craters, np.unique(gallery.row), None, size, 0.1, rng,
            body_name=name,
        )  # fmt: skip
        return RetrievalSet(gallery, {"other mosaic": asked})
    rows, craters = _craters(data / "mars/mars_named_craters.csv", "mars", 30e3)
    kept = np.intersect1d(rows, within(craters, KEPT, 30e3, 1e9))
    gallery = cut(data / VIKING, craters, rows, (2.0, 3.0), size, 0.0, rng, body_name="mars")
    if name == "mars-processing":
        raw = cut(
            data / VIKING, craters, np.repeat(kept, 4), None, size, 0.4, rng, body_name="mars"
        )
        return RetrievalSet(gallery, {"other processing": another_processing(raw, rng)})
    lit = []
    for number, sun in enumerate(SUNS):
        shade = shade_normals(data / NORMALS, *sun, work / f"mars{number}.tif")
        lit.append(cut(shade, craters, kept, None, size, 0.1, rng, body_name="mars"))
    return RetrievalSet(gallery, {"shade": joined(lit)})


def joined(parts: Sequence[Views]) -> Views:
    """Views cut one set after the other, as one."""
    widths = [part.context for part in parts if part.context is not None]
    return Views(
        np.concatenate([part.pixels for part in parts]),
        np.concatenate([part.row for part in parts]),
        np.concatenate(widths) if len(widths) == len(parts) else None,
    )


def _craters(
    file: Path, body: str, smallest: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows of craters of ``smallest`` metres and more below 75 degrees, and the whole table."""
    catalogue = read_catalogue(file, body=body)
    table = np.stack([catalogue.lon, catalogue.lat, catalogue.diameter], axis=1)
    return within(table, (-180.0, -75.0, 180.0, 75.0), smallest, 1e9), table


def main() -> int:
    """Evaluate and write one JSON object per set."""
    from craterbench_qgis.engine.encoders import load_encoder

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", default=None)
    parser.add_argument("--set", action="append", choices=SETS, dest="sets")
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()
    encoder = load_encoder(options.encoder, threads=options.threads)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.sets or SETS:
            views = make_set(name, options.data, Path(folder), encoder.input_size)
            known = embed(encoder, views.gallery)
            line: dict[str, object] = {"set": name, "encoder": encoder.id}
            line["weights"], line["gallery_views"] = encoder.weights_hash[:12], len(known.globals)
            for label, asked in views.queries.items():
                embedding = embed(encoder, asked)
                figures = table(known, views.gallery.row, embedding, asked.row, METHODS)
                line[label] = {"queries": len(asked.row), **figures}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
