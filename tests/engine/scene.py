"""A small piece of the Moon for tests: a mosaic with distinct bumps and a catalogue of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from rasterio.transform import from_bounds

from craterbench_qgis.contract.build import BuildParams, CatalogueSource
from craterbench_qgis.engine.catalogue import Craters, read_catalogue
from craterbench_qgis.engine.encoders.base import Encoder
from craterbench_qgis.engine.indexing import BuildReport, build_index
from craterbench_qgis.engine.monitor import Monitor
from craterbench_qgis.engine.mosaic import Mosaic
from craterbench_qgis.engine.search import QueryView, query_from_crater

MOON = pyproj.CRS.from_proj4("+proj=longlat +R=1737400 +no_defs").to_wkt()
DEGREE_M = np.pi / 180 * 1737400
COUNT = 24
WIDTH, HEIGHT = 24 * 24, 16 * 24
"""Pixels of the mosaic."""


def craters(count: int = COUNT, seed: int = 4) -> list[tuple[str, float, float, float]]:
    """(id, lon, lat, diameter_km) on a jittered grid within 0..24 E, -8..8 N."""
    rng = np.random.default_rng(seed)
    columns = 6
    rows = []
    for i in range(count):
        row, column = divmod(i, columns)
        lon = 2 + 4 * column + rng.uniform(-0.5, 0.5)
        lat = 6 - 4 * row + rng.uniform(-0.5, 0.5)
        rows.append((f"T-{i:03d}", float(lon), float(lat), float(rng.uniform(25, 45))))
    return rows


@cache
def _ground() -> np.ndarray:
    """Rings of individual shape on fractal-like ground. Whoever changes it copies it."""
    rng = np.random.default_rng(9)
    lon = (np.arange(WIDTH) + 0.5) / 24
    lat = 8 - (np.arange(HEIGHT) + 0.5)[:, None] / 24
    ground = np.zeros((HEIGHT, WIDTH))
    for scale in (3.0, 1.0, 0.3, 0.12):
        for _ in range(14):
            kx, ky = rng.normal(size=2) * 2 * np.pi / scale
            x, y = kx * lon, ky * lat + rng.uniform(0, 6.3)
            # The sine of the sum, of rows and columns.
            ground += scale**0.7 * (np.sin(x) * np.cos(y) + np.cos(x) * np.sin(y))
    for index, (_, at_lon, at_lat, diameter) in enumerate(craters()):
        shape = np.random.default_rng(100 + index)
        dx = (lon - at_lon) * np.cos(np.radians(at_lat)) * DEGREE_M / (diameter * 500)
        dy = (lat - at_lat) * DEGREE_M / (diameter * 500)
        # Three radii away nothing of it is left.
        around = np.ix_(np.flatnonzero(abs(dy) < 3), np.flatnonzero(abs(dx) < 3))
        dx, dy = dx[around[1]], dy[around[0]][:, 0]
        r, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
        rim = 1 + sum(
            shape.uniform(-0.08, 0.08) * np.cos(n * angle + shape.uniform(0, 6)) for n in (2, 3, 5)
        )
        ground[around] += 5 * np.exp(-(((r - rim) / 0.12) ** 2)) - 4 * (r < rim) * (1 - r**2)
        for _ in range(6):
            px, py, s = shape.uniform(-0.9, 0.9), shape.uniform(-0.9, 0.9), shape.uniform(0.05, 0.2)
            ground[around] += 3 * np.exp(-((dx - px) ** 2 + (dy - py) ** 2) / s**2)
    return ground


def write_mosaic(path: Path, noise: int = 0, shade: float = 0.0, crs: str = MOON) -> Path:
    """A map of the ground, 24 px per degree; ``noise``: of another observation, ``shade``: of
    another light."""
    ground = _ground()
    image = ground + shade * np.gradient(ground, axis=1)
    image += np.random.default_rng(noise).normal(size=image.shape) * 0.2 * bool(noise)
    low, high = np.percentile(image, (0.5, 99.5))
    pixels = np.clip((image - low) / (high - low) * 254 + 1, 1, 255).astype(np.uint8)
    with rasterio.open(
        path, "w", driver="GTiff", width=WIDTH, height=HEIGHT, count=1, dtype="uint8", crs=crs,
        transform=from_bounds(0, -8, 24, 8, WIDTH, HEIGHT), tiled=True, blockxsize=256,
        blockysize=256, compress="deflate",
    ) as out:  # fmt: skip
        out.write(pixels, 1)
    return path


def write_catalogue(path: Path, rows: list[tuple[str, float, float, float]] | None = None) -> Path:
    """CSV with one column more than needed."""
    lines = ["crater_id,lon,lat,diameter_km,freshness"]
    for i, (name, lon, lat, diameter) in enumerate(rows if rows is not None else craters()):
        lines.append(f"{name},{lon!r},{lat!r},{diameter!r},{i % 4}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def scene_params(folder: Path, **changes: object) -> BuildParams:
    """A build of the scene in ``folder`` (mosaic and catalogue are written when absent)."""
    mosaic, catalogue = folder / "mosaic.tif", folder / "craters.csv"
    if not mosaic.exists():
        write_mosaic(mosaic)
        write_catalogue(catalogue)
    values: dict = {
        "mosaics": [str(mosaic)],
        "catalogue": CatalogueSource(str(catalogue)),
        "output": str(folder / "scene.craterindex"),
        "tokens": 16,
    }
    return BuildParams(**{**values, **changes})


def build_scene(
    folder: Path,
    encoder: Encoder,
    monitor: Monitor | None = None,
    craters: Craters | None = None,
    **changes: object,
) -> BuildReport:
    """Build :func:`scene_params` (of ``craters`` where given), eight views a chunk."""
    params = scene_params(folder, **changes)
    table = craters or read_catalogue(params.catalogue.path)
    return build_index(params, table, encoder, monitor, chunk_views=8)


def crater_query(folder: Path, number: int, **more: Any) -> dict[str, Any]:
    """A crater of the scene in ``folder``, as it is asked about over the pipe."""
    _, lon, lat, diameter = craters()[number]
    return {
        "kind": "crater",
        "mosaic": {"path": str(folder / "mosaic.tif")},
        "lon": lon,
        "lat": lat,
        "diameter_m": diameter * 1000,
        **more,
    }


def query_view(
    folder: Path, number: int, encoder: Encoder, context: float = 2.5, wide: bool = False
) -> QueryView:
    """A crater of the scene in ``folder``, as the engine is asked about it; ``wide``: with the
    ground around it, which a turn brings into the view."""
    _, lon, lat, diameter = craters()[number]
    with Mosaic.open(folder / "mosaic.tif") as mosaic:
        view = query_from_crater(mosaic, lon, lat, diameter * 1000, context, encoder.input_size)
        return view.widened() if wide else view


def noisy_views(
    folder: Path, encoder: Encoder, rng: np.random.Generator
) -> Iterator[tuple[str, QueryView]]:
    """Of each crater its id and a wide, noisy view of it in another light; the mosaic they are cut
    from is written into ``folder``."""
    with Mosaic.open(write_mosaic(folder / "other.tif", noise=3, shade=6.0)) as other:
        for name, lon, lat, diameter in craters():
            query = query_from_crater(other, lon, lat, diameter * 1000, 3.0, encoder.input_size)
            noise = rng.normal(0, 0.12, query.view.pixels.shape)
            pixels = np.clip(query.view.pixels + noise, 0, 1).astype(np.float32)
            yield name, replace(query, view=replace(query.view, pixels=pixels))
