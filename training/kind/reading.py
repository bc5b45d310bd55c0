"""Fit the second reading of relief (``craterbench_qgis/engine/kinds/reading.py``) of a descriptor.

``python -m training.kind.reading CARD.json --data ../shared/data/moon``

Craters of both terrain models are cut from shaded relief under several suns, as an index would
have them; ridge regressions on what the descriptor says of them. The file is written beside
the card, which gets its digest. Minutes on one core.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from craterbench_qgis.engine import terrain
from craterbench_qgis.engine.cli.output import note
from craterbench_qgis.engine.kinds import KindDescriptor, KindVectors, load_descriptor
from craterbench_qgis.engine.kinds.reading import (
    Form,
    Reading,
    inputs_of,
    shaded_inputs_of,
)
from craterbench_qgis.engine.kinds.vectors import texture_of
from craterbench_qgis.engine.mosaic import Mosaic, ViewSkipped
from craterbench_qgis.engine.terrain_profile import PROFILE_RINGS

from ..validate import FINE, GLOBAL, Box, hillshade, read_craters, within
from .export import card_text

Array = NDArray[np.float64]

EXCLUDED: Box = (-170.0, 0.0, -135.0, 45.0)
CONTEXTS = (2.0, 2.5, 3.0)
RIDGE = 300.0
MOON_M = 1_737_400.0


class Ground(NamedTuple):
    """Craters of a terrain model: where, of which diameters, under which suns (azimuth, height)."""

    dtm: str
    box: Box
    shaded: Box
    diameters_m: tuple[float, float]
    suns: tuple[tuple[float, float], ...]


_SUNS = tuple(
    (azimuth, 9.0 * math.exp(height))
    for azimuth, height in zip(
        *np.random.default_rng(5).uniform(0, [[360.0], [math.log(50 / 9)]], (2, 12)).tolist(),
        strict=True,
    )
)
"""From 9 to 50 degrees high."""
GROUNDS = (
    Ground(
        FINE,
        (-135.0, 0.0, -100.0, 45.0),
        (-135.0, 0.0, -100.0, 45.0),
        (5e3, 80e3),
        ((90.0, 20.0), (180.0, 25.0), (300.0, 12.0), (45.0, 35.0), (225.0, 18.0), *_SUNS),
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
        for wanted in (slice(1, 2), slice(0, 3, 2)):
            means = joined([v.at(wanted).mean() for v in vectors])
            yield means, np.asarray(profiles[kept], np.float64)
        note(f"{ground.dtm}, sun {azimuth:g}/{height:g}: {len(kept)} craters")


def joined(vectors: list[KindVectors]) -> KindVectors:
    """All of them after one another."""
    parts = (field.name for field in fields(KindVectors))
    return KindVectors(*(np.concatenate([getattr(v, part) for v in vectors]) for part in parts))


def ridge(x: Array, y: Array) -> Form:
    """Of inputs [n, X] and what they are to give [n, Y]."""
    mean, spread, bias = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6), y.mean(axis=0)
    z = (x - mean) / spread
    weights = np.linalg.solve(z.T @ z + RIDGE * np.eye(z.shape[1]), z.T @ (y - bias))
    return Form(mean, spread, weights, bias)


def fit(
    sets: list[tuple[KindVectors, Array]], scaling: Array, before: Reading | None = None
) -> dict[str, Array]:
    """The tensors of a :class:`Reading` from mosaics' craters and their profiles (in diameters);
    ``scaling`` as the card has it. Of the reading there was ``before``, which indexes without
    shading are read with, all but the forms with shading is kept."""
    rings = slice(0, PROFILE_RINGS)
    y = np.concatenate([(profile - scaling[0, rings]) / scaling[1, rings] for _, profile in sets])
    if before is not None:
        expect, axes, forms = before.expect, before.axes, dict(before.forms)
    else:
        expect, axes, forms = expected_contrast(sets), principal_axes(y), {}
    own = [Reading(expect, axes, {}).excess(v) for v, _ in sets]
    usual = [np.full(len(e), np.median(e)) for e in own]
    for name, inputs, excess in (
        ("plain", inputs_of, usual),
        ("known", shaded_inputs_of, usual),
        ("unknown", shaded_inputs_of, own),
    ):
        if name != "plain" or not forms:
            x = [inputs(v, e, axes) for (v, _), e in zip(sets, excess, strict=True)]
            forms[name] = ridge(np.concatenate(x), y)
    tensors = {"expect": expect, "axes": axes}
    for name, form in forms.items():
        tensors |= {f"{name}.{field.name}": getattr(form, field.name) for field in fields(Form)}
    return tensors


def expected_contrast(sets: list[tuple[KindVectors, Array]]) -> Array:
    """``expect`` of a :class:`Reading`."""
    known = np.concatenate([np.hstack([v.relief, v.near]) for v, _ in sets]).astype(np.float64)
    contrast = [texture_of(v).mean(axis=1) for v, _ in sets]
    form = ridge(known, np.concatenate([c - np.median(c) for c in contrast])[:, None])
    slope = form.weights[:, 0] / form.spread
    return np.append(slope, form.bias[0] - form.mean @ slope)


def principal_axes(profiles: Array) -> Array:
    """``axes`` of a :class:`Reading`."""
    centred = profiles - profiles.mean(axis=0)
    return np.asarray(np.linalg.svd(centred, full_matrices=False)[2][:4])


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
    tensors = fit(sets, descriptor.scaling, descriptor.reading)
    content = save({name: value.astype(np.float32) for name, value in tensors.items()})
    arguments.card.with_suffix(".reading.safetensors").write_bytes(content)
    card = json.loads(arguments.card.read_text(encoding="utf-8"))
    card["reading"] = hashlib.sha256(content).hexdigest()
    arguments.card.write_bytes(card_text(card))


if __name__ == "__main__":
    main()
