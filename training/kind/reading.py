"""Fit the second reading of relief (``craterbench_qgis/engine/kinds/reading.py``) of a descriptor.

``python -m training.kind.reading CARD.json --data ../shared/data/moon``

Craters of both terrain models are cut from shaded relief under several suns, as an index would
have them; two ridge regressions on what the descriptor says of them. The file is written beside
the card, which gets its digest. Minutes on one core.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from craterbench_qgis.engine import terrain
from craterbench_qgis.engine.cli.output import note
from craterbench_qgis.engine.kinds.descriptor import KindDescriptor, KindVectors, load_descriptor
from craterbench_qgis.engine.kinds.reading import inputs_of, texture_of
from craterbench_qgis.engine.mosaic import Mosaic, ViewSkipped
from craterbench_qgis.engine.terrain_profile import PROFILE_RINGS

from ..validate import FINE, GLOBAL, Box, hillshade, read_craters, within
from .export import card_text

Array = NDArray[np.float64]

EXCLUDED: Box = (-170.0, 0.0, -122.0, 45.0)
CONTEXTS = (2.0, 2.5, 3.0)
RIDGE = 100.0
MOON_M = 1_737_400.0


class Ground(NamedTuple):
    """Craters of a terrain model: where, of which diameters, under which suns (azimuth, height)."""

    dtm: str
    box: Box
    shaded: Box
    diameters_m: tuple[float, float]
    suns: tuple[tuple[float, float], ...]


GROUNDS = (
    Ground(
        FINE,
        (-122.0, 0.0, -100.0, 45.0),
        (-122.0, 0.0, -100.0, 45.0),
        (5e3, 80e3),
        ((90.0, 20.0), (180.0, 25.0), (300.0, 12.0), (45.0, 35.0), (225.0, 18.0)),
    ),
    Ground(
        GLOBAL,
        (-179.0, -70.0, -1.0, 70.0),
        (-180.0, -75.0, 0.0, 75.0),
        (20e3, 300e3),
        ((90.0, 20.0), (300.0, 12.0), (200.0, 35.0)),
    ),
)


def craters_of(ground: Ground, data: Path) -> Array:
    """[n, 3] longitude, latitude, diameter: those whose widest views lie off the excluded box."""
    craters = read_craters(data)
    craters = craters[within(craters, ground.box, *ground.diameters_m)]
    lon, lat, size = craters.T
    south = np.degrees(max(CONTEXTS) / 2 * 1.5 * size / MOON_M)
    east = south / np.cos(np.radians(lat)).clip(0.2)
    west_edge, south_edge, east_edge, north_edge = EXCLUDED
    touching = (lon + east > west_edge) & (lon - east < east_edge)
    touching &= (lat + south > south_edge) & (lat - south < north_edge)
    return craters[~touching]


def described(
    ground: Ground, data: Path, descriptor: KindDescriptor, scratch: Path
) -> Iterator[tuple[KindVectors, Array]]:
    """For each sun: descriptors of the craters at the middle context, and averaged over the
    others as an index's are, each with the measured profiles."""
    craters = craters_of(ground, data)
    with Mosaic.open(data / ground.dtm) as dtm:
        profiles = terrain.profiles(dtm, *craters.T)
    for number, (azimuth, height) in enumerate(ground.suns):
        path = scratch / f"{Path(ground.dtm).stem}_{number}.tif"
        hillshade(data / ground.dtm, ground.shaded, azimuth, height, path)
        kept, vectors = [], []
        with Mosaic.open(path) as mosaic:
            for row, (lon, lat, size) in enumerate(craters.tolist()):
                try:
                    views = [
                        mosaic.view(lon, lat, size, context, descriptor.input_size)
                        for context in CONTEXTS
                    ]
                except ViewSkipped:
                    continue
                if np.isfinite(profiles[row]).all():
                    vectors.append(descriptor.describe(views, list(CONTEXTS)))
                    kept.append(row)
        for wanted in ([1], [0, 2]):
            parts = ("relief", "near", "tone", "tone_scatter")
            means = [
                np.stack([getattr(v, part)[wanted].mean(axis=0) for v in vectors]) for part in parts
            ]
            yield KindVectors(*means), np.asarray(profiles[kept], np.float64)
        note(f"{ground.dtm}, sun {azimuth:g}/{height:g}: {len(kept)} craters")


def ridge(x: Array, y: Array) -> tuple[Array, Array, Array, Array]:
    """Mean and spread of ``x`` [n, X], weights [X, Y] of the standardised ones, bias [Y]."""
    mean, spread, bias = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6), y.mean(axis=0)
    z = (x - mean) / spread
    weights = np.linalg.solve(z.T @ z + RIDGE * np.eye(z.shape[1]), z.T @ (y - bias))
    return mean, spread, weights, bias


def fit(sets: list[tuple[KindVectors, Array]], scaling: Array) -> dict[str, Array]:
    """The tensors of a :class:`Reading` from mosaics' craters and their profiles (in diameters);
    ``scaling`` as the card has it."""
    rings = slice(0, PROFILE_RINGS)
    wanted = [(profile - scaling[0, rings]) / scaling[1, rings] for _, profile in sets]
    known = np.concatenate([np.hstack([v.relief, v.near]) for v, _ in sets])
    contrast = [texture_of(v).mean(axis=1) for v, _ in sets]
    mean, spread, weights, bias = ridge(
        known, np.concatenate([c - np.median(c) for c in contrast])[:, None]
    )
    slope = weights[:, 0] / spread
    expect = np.append(slope, bias[0] - mean @ slope)
    y = np.concatenate(wanted)
    axes = np.linalg.svd(y - y.mean(axis=0), full_matrices=False)[2][:4]
    inputs = []
    for (vectors, _), c in zip(sets, contrast, strict=True):
        both = np.hstack([vectors.relief, vectors.near])
        excess = float(np.median(c - both @ expect[:-1] - expect[-1]))
        inputs.append(inputs_of(vectors, excess, axes))
    mean, spread, weights, bias = ridge(np.concatenate(inputs), y)
    return {
        "expect": expect,
        "axes": axes,
        "mean": mean,
        "spread": spread,
        "weights": weights,
        "bias": bias,
    }


def main() -> None:
    """See the module."""
    from safetensors.numpy import save

    parser = argparse.ArgumentParser(prog="python -m training.kind.reading")
    parser.add_argument("card", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    descriptor = load_descriptor(arguments.card, threads=1)
    with tempfile.TemporaryDirectory() as scratch:
        sets = [
            part
            for ground in GROUNDS
            for part in described(ground, arguments.data, descriptor, Path(scratch))
        ]
    tensors = fit(sets, descriptor.scaling)
    content = save({name: value.astype(np.float32) for name, value in tensors.items()})
    arguments.card.with_suffix(".reading.safetensors").write_bytes(content)
    card = json.loads(arguments.card.read_text(encoding="utf-8"))
    card["reading"] = hashlib.sha256(content).hexdigest()
    arguments.card.write_bytes(card_text(card))


if __name__ == "__main__":
    main()
