"""How good an encoder is: the development sets used for choices, and the final validation.

``python -m training.validate --data DIR --encoder X --set NAME``

Development sets (free to look at): ``dev-illumination`` (fine terrain, lon -135..-122),
``dev-mission`` (mosaic against a shifted, coarsened, re-lit copy of itself where there is no
terrain model, so nothing there was trained on), ``dev-modality`` (mosaic against hillshade, lon
-135..-122). Final sets, never used for a choice: ``illumination``, ``missions``, ``modality``,
``same-mosaic``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craterbench_qgis.engine.bodies import body_by_name, destination
from craterbench_qgis.engine.encoders.base import Embedding, Encoder
from craterbench_qgis.engine.errors import CraterBenchError
from craterbench_qgis.engine.files.rasters import create_raster, open_raster
from craterbench_qgis.engine.interaction import maxsim
from craterbench_qgis.engine.mosaic import Mosaic, ViewSkipped
from craterbench_qgis.engine.tokens import instance_tokens

FINE, GLOBAL = "gld100_dtm_128ppd_farside_nw.tif", "gld100_dtm_32ppd.tif"
WAC, CLEMENTINE = "lroc_wac_8k.tif", "clementine_750nm_4k.tif"
SUNS = {"W35": (270.0, 35.0), "SE30": (135.0, 30.0), "S25": (180.0, 25.0)}
METRES_PER_DEGREE = 30323.0
Box = tuple[float, float, float, float]
Array = NDArray[np.float32]


@dataclass
class Views:
    """``pixels`` float32 [V, S, S]; ``row`` int [V], the crater each view shows; ``context`` [V],
    the side in diameters, where it is known."""

    pixels: Array
    row: NDArray[np.int64]
    context: NDArray[np.float64] | None = None


def read_craters(data: Path) -> NDArray[np.float64]:
    """[n, 3]: longitude, latitude (degrees), diameter (metres) of craters_ge5km.csv."""
    table = np.genfromtxt(
        data / "craters_ge5km.csv", delimiter=",", names=True, dtype=None, encoding="utf-8"
    )
    return np.stack([table["lon"], table["lat"], table["diam_km"] * 1e3], 1).astype(np.float64)


def within(craters: NDArray[np.float64], box: Box, low: float, high: float) -> NDArray[Any]:
    """Rows of craters centred in the box with diameters ``low`` to ``high`` metres."""
    west, south, east, north = box
    lon, lat, size = craters.T
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return np.flatnonzero(inside & (size >= low) & (size <= high))


def hillshade(dtm: Path, box: Box, azimuth: float, altitude: float, output: Path) -> Path:
    """What ``gdaldem hillshade -az A -alt H -s 30323`` makes of a part of ``dtm``.

    Horn's slopes (1981), Lambert, values 1 to 255; one degree counts 30 323 m both ways, as
    gdaldem does it.
    """
    from rasterio.windows import from_bounds

    with open_raster(str(dtm)) as source:
        window = from_bounds(*box, source.transform).round_lengths().round_offsets()
        z = source.read(1, window=window).astype(np.float32)
        transform = source.window_transform(window)
        crs, nodata = source.crs, source.nodata
    bad = z == nodata if nodata is not None else np.zeros(z.shape, bool)
    step = 8 * transform.a * METRES_PER_DEGREE
    p = np.pad(z, 1, mode="edge")
    west = p[:-2, :-2] + 2 * p[1:-1, :-2] + p[2:, :-2]
    east = p[:-2, 2:] + 2 * p[1:-1, 2:] + p[2:, 2:]
    north = p[:-2, :-2] + 2 * p[:-2, 1:-1] + p[:-2, 2:]
    south = p[2:, :-2] + 2 * p[2:, 1:-1] + p[2:, 2:]
    gx, gy = (east - west) / step, (north - south) / step
    az, alt = np.radians([azimuth, altitude])
    cosine = np.sin(alt) - np.cos(alt) * (gx * np.sin(az) + gy * np.cos(az))
    shade = np.clip(np.rint(1 + 254 * cosine / np.sqrt(1 + gx * gx + gy * gy)), 1, 255)
    shade[bad] = 0
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 1, "crs": crs, "nodata": 0}
    profile.update(height=z.shape[0], width=z.shape[1], transform=transform)
    with create_raster(output, "w", **profile) as target:
        target.write(shade.astype(np.uint8), 1)
    return output


def cut(
    mosaic: Path,
    craters: NDArray[np.float64],
    rows: NDArray[Any],
    contexts: tuple[float, ...] | None,
    size: int,
    jitter: float,
    rng: np.random.Generator,
    shift_m: float = 0.0,
    body_name: str = "moon",
) -> Views:
    """Views of ``rows``; ``contexts`` None draws one from 2..3. ``jitter``: centre offset, up to
    this share of the diameter in a random direction; ``shift_m``: besides, the spread of a normal
    offset in metres along each axis (a control network's error)."""
    body = body_by_name(body_name)
    pixels, kept, wide = [], [], []
    with Mosaic.open(mosaic) as source:
        for row in rows:
            lon, lat, diameter = craters[row]
            for context in contexts or (float(rng.uniform(2.0, 3.0)),):
                east, north = rng.normal(0, shift_m, 2) if shift_m else (0.0, 0.0)
                reach, angle = jitter * diameter * np.sqrt(rng.uniform()), rng.uniform(0, 2 * np.pi)
                east, north = east + reach * np.sin(angle), north + reach * np.cos(angle)
                bearing = float(np.degrees(np.arctan2(east, north)))
                x, y = destination(body, lon, lat, bearing, float(np.hypot(east, north)))
                try:
                    view = source.view(float(x), float(y), diameter, context, size)
                except ViewSkipped:
                    continue
                pixels.append(view.pixels)
                kept.append(row)
                wide.append(context)
    return Views(
        np.stack(pixels).astype(np.float32), np.array(kept, dtype=np.int64), np.array(wide)
    )


def worsen(views: Views, rng: np.random.Generator) -> Views:
    """Another sensor: coarser, other contrast, drift of brightness, noise."""
    from scipy.ndimage import gaussian_filter, zoom

    out = np.empty_like(views.pixels)
    size = views.pixels.shape[1]
    for i, view in enumerate(views.pixels):
        image = gaussian_filter(view, rng.uniform(0.8, 2.0))
        drift = zoom(rng.normal(0, 1, (4, 4)), size / 4, order=1)
        image = image + image.std() * (
            rng.uniform(0, 0.7) * drift + rng.uniform(0, 0.4) * rng.normal(0, 1, view.shape)
        )
        low, high = np.percentile(image, (1, 99))
        out[i] = np.clip((image - low) / (high - low), 0, 1) ** np.exp(rng.normal(0, 0.4))
    return replace(views, pixels=out)


def embed(encoder: Encoder, views: Views, batch: int = 128) -> Embedding:
    """Encode all views."""
    parts = [
        encoder.encode(views.pixels[i : i + batch]) for i in range(0, len(views.pixels), batch)
    ]
    return Embedding(
        np.concatenate([p.globals for p in parts]),
        np.concatenate([p.tokens for p in parts]),
        np.concatenate([p.attention for p in parts]),
    )


def crater_ranks(
    scores: Array, gallery_row: NDArray[np.int64], query_row: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Rank (from 1) of each query's own crater, each crater scored by its best view [Q, V]."""
    ids, position = np.unique(gallery_row, return_inverse=True)
    best = np.full((len(scores), len(ids)), -np.inf, np.float32)
    for view, column in enumerate(position):
        np.maximum(best[:, column], scores[:, view], out=best[:, column])
    own = np.searchsorted(ids, query_row)
    mine = best[np.arange(len(best)), own]
    return 1 + (best > mine[:, None]).sum(axis=1)


def late_scores(query: Array, gallery: Array) -> Array:
    """MaxSim [Q, V] of instance tokens."""
    return np.stack([maxsim(q, gallery) for q in query])


def table(
    gallery: Embedding,
    gallery_row: NDArray[np.int64],
    query: Embedding,
    query_row: NDArray[np.int64],
    methods: tuple[str, ...],
    shortlist: int = 100,
) -> dict[str, dict[str, float]]:
    """hit@1 and hit@10 at crater level for each method (``global``, ``two-stage``, ``all`` or
    ``METHOD:SEEDS:K``). ``two-stage`` (``two-stage:K``) reranks the first ``shortlist`` views by
    ``aggregated:attention:16`` (``:K``)."""
    rows: dict[str, dict[str, float]] = {}
    for method in methods:
        scores = method_scores(gallery, query, method, shortlist)
        ranks = crater_ranks(scores, gallery_row, query_row)
        rows[method] = {
            "hit@1": round(float((ranks == 1).mean()), 4),
            "hit@10": round(float((ranks <= 10).mean()), 4),
        }
    return rows


def method_scores(gallery: Embedding, query: Embedding, method: str, shortlist: int = 100) -> Array:
    """Scores [Q, V] by one method of :func:`table`."""
    flat = query.globals @ gallery.globals.T
    if method == "global":
        return flat
    if method == "all":
        return late_scores(query.tokens, gallery.tokens)
    if method.startswith("two-stage"):
        shortlist = min(shortlist, flat.shape[1])
        k = int(method.partition(":")[2] or 16)
        late = _instance(query, gallery, "aggregated", "attention", k)
        cutoff = -np.partition(-flat, shortlist - 1, axis=1)[:, shortlist - 1 : shortlist]
        return np.where(flat >= cutoff, late, np.float32(-2.0))
    how, seeds, count = method.split(":")
    return _instance(query, gallery, how, seeds, int(count))


def _instance(query: Embedding, gallery: Embedding, how: str, seeds: str, k: int) -> Array:
    pair = [
        instance_tokens(e.tokens, k, seeds=seeds, method=how, attention=e.attention).vectors
        for e in (query, gallery)
    ]
    return late_scores(pair[0], pair[1])


@dataclass
class RetrievalSet:
    """Gallery views and one or more named sets of query views."""

    gallery: Views
    queries: dict[str, Views]


FINE_DEV: Box = (-135.0, 0.0, -122.0, 45.0)
FINE_FINAL: Box = (-170.0, 0.0, -135.0, 45.0)
SETS = (
    "dev-illumination",
    "dev-mission",
    "dev-modality",
    "illumination",
    "missions",
    "modality",
    "same-mosaic",
)


def make_set(name: str, data: Path, work: Path, size: int, limit: int) -> RetrievalSet:
    """Cut the views of one of ``SETS``; ``limit`` queried craters at most (0: all), seed 0."""
    craters, rng = read_craters(data), np.random.default_rng(0)
    if name.endswith("illumination"):
        box = FINE_DEV if name.startswith("dev") else FINE_FINAL
        return _illumination(box, craters, data, work, size, limit, rng)
    if name.endswith("modality"):
        box = FINE_DEV if name.startswith("dev") else (-180.0, -80.0, 180.0, 80.0)
        rows = within(craters, box, 20e3, 1e9)
        gallery = cut(data / WAC, craters, rows, (2.0, 3.0), size, 0.0, rng)
        everywhere = (-180.0, -90.0, 180.0, 90.0)
        lit = hillshade(data / GLOBAL, everywhere, 90.0, 30.0, work / "shade.tif")
        picked = _pick(gallery, limit, rng)
        return RetrievalSet(gallery, {"hillshade": cut(lit, craters, picked, None, size, 0.1, rng)})
    if name == "dev-mission":
        rows = within(craters, (-180.0, -60.0, 180.0, 60.0), 42.6e3, 1e9)
        gallery = cut(data / WAC, craters, rows, (2.0, 3.0), size, 0.0, rng)
        unseen = np.repeat(within(craters, (-52.0, -55.0, 2.0, -2.0), 42.6e3, 1e9), 2)
        raw = cut(data / WAC, craters, unseen, None, size, 0.05, rng, shift_m=6e3)
        return RetrievalSet(gallery, {"worsened": worsen(raw, rng)})
    if name == "missions":
        rows = within(craters, (0.0, -60.0, 180.0, 60.0), 42.6e3, 1e9)
        gallery = cut(data / WAC, craters, rows, (2.0, 3.0), size, 0.0, rng)
        picked = _pick(gallery, limit, rng)
        asked = cut(data / CLEMENTINE, craters, picked, None, size, 0.1, rng)
        return RetrievalSet(gallery, {"clementine": asked})
    if name == "same-mosaic":
        rows = within(craters, (-180.0, -90.0, 180.0, 90.0), 20e3, 1e9)
        gallery = cut(data / WAC, craters, rows, (2.0, 3.0), size, 0.0, rng)
        picked = _pick(gallery, limit, rng)
        return RetrievalSet(
            gallery, {"same": cut(data / WAC, craters, picked, (2.5,), size, 0.05, rng)}
        )
    raise CraterBenchError(f"There is no set called {name!r}. Use one of: {', '.join(SETS)}.")


def _illumination(
    box: Box,
    craters: NDArray[np.float64],
    data: Path,
    work: Path,
    size: int,
    limit: int,
    rng: np.random.Generator,
) -> RetrievalSet:
    wide = (max(box[0] - 1, -170.0), box[1], box[2] + 1, box[3])
    rows = within(craters, box, 5e3, 80e3)
    lit = hillshade(data / FINE, wide, 90.0, 20.0, work / "gallery.tif")
    gallery = cut(lit, craters, rows, (2.0, 3.0), size, 0.0, rng)
    picked = _pick(gallery, limit, rng)
    queries = {}
    for sun, (azimuth, altitude) in SUNS.items():
        lit = hillshade(data / FINE, wide, azimuth, altitude, work / f"{sun}.tif")
        queries[sun] = cut(lit, craters, picked, None, size, 0.1, rng)
    return RetrievalSet(gallery, queries)


def run_set(
    name: str, encoder: Encoder, data: Path, work: Path, methods: tuple[str, ...], limit: int
) -> dict[str, Any]:
    """Evaluate ``encoder`` on one set: its figures per query set, ready for JSON."""
    views = make_set(name, data, work, encoder.input_size, limit)
    known = embed(encoder, views.gallery)
    result: dict[str, Any] = {
        "set": name,
        "encoder": encoder.id,
        "weights": encoder.weights_hash[:12],
        "gallery_views": len(views.gallery.row),
    }
    for label, asked in views.queries.items():
        start = time.perf_counter()
        embedding = embed(encoder, asked)
        per_view = (time.perf_counter() - start) / len(asked.row)
        result[label] = {
            "queries": len(asked.row),
            "ms_per_view": round(per_view * 1e3, 2),
            **table(known, views.gallery.row, embedding, asked.row, methods),
        }
    return result


def _pick(gallery: Views, limit: int, rng: np.random.Generator) -> NDArray[np.int64]:
    rows = np.unique(gallery.row)
    return np.sort(rng.permutation(rows)[:limit]) if limit else rows


def main() -> int:
    """Evaluate and write one JSON object per set."""
    from craterbench_qgis.engine.encoders import load_encoder

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", default=None)
    parser.add_argument("--set", action="append", required=True, dest="sets")
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument(
        "--methods", nargs="+", default=["global", "aggregated:attention:16", "two-stage"]
    )
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--output", type=Path, default=None)
    options = parser.parse_args()
    encoder = load_encoder(options.encoder, threads=options.threads)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.sets:
            line = json.dumps(
                run_set(
                    name, encoder, options.data, Path(folder), tuple(options.methods), options.limit
                )
            )
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
            if options.output is not None:
                with options.output.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
