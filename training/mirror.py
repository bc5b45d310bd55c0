"""Fit what an encoder says of mirror images to what it says of the views.

``python -m training.mirror --data DIR [--encoder NAME] [--output FOLDER]``

220 views of the WAC's western hemisphere (craters of 20 km and more, without the development ground
lon -170..-122, lat -2..47), each at eight turns; ridge regression. Closed form: no run, no choice
but the ridge, under which nothing changes from 3 to 30.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from craterbench_qgis.engine.bodies import body_by_name, destination
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.encoders.base import Encoder, FloatArray
from craterbench_qgis.engine.encoders.mirror import (
    Mirror,
    mirrored,
    mirrors_folder,
    surroundings,
)
from craterbench_qgis.engine.errors import QueryError
from craterbench_qgis.engine.interaction import each_maxsim
from craterbench_qgis.engine.mosaic import Mosaic
from craterbench_qgis.engine.search import QueryView, query_from_crater
from craterbench_qgis.engine.search.best_turns import turned_pictures
from craterbench_qgis.engine.tokens import instance_tokens

from .validate import WAC, read_craters, within

VIEWS, RIDGE = 220, 10.0
TOKENS = 64
"""Of a view, where the level is measured; with 8 to 32 it is the same."""
BOX = (-180.0, -75.0, -8.0, 75.0)
HELD_OUT = (-170.0, -2.0, -122.0, 47.0)


@dataclass
class Pairs:
    """``tokens`` [n, N, D] and ``attention`` [n, N] of views, ``images`` and ``seen`` of their
    mirror images."""

    tokens: FloatArray
    attention: FloatArray
    images: FloatArray
    seen: FloatArray


def main() -> None:
    """Fit, say how near it comes on a fifth of the views that it was not fitted to, and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of the Moon")
    parser.add_argument("--encoder")
    parser.add_argument("--output", type=Path, default=mirrors_folder())
    options = parser.parse_args()
    encoder = load_encoder(options.encoder, device="cpu", threads=1)
    pairs = [pairs_of(encoder, query) for query in queries(options.data, encoder.input_size)]
    fifth = len(pairs) // 5
    cosine, level = nearness(fit(pairs[fifth:], encoder.grid), pairs[:fifth], encoder.grid)
    sys.stdout.write(f"cosine {cosine:.4f}, level {level:.4f}\n")
    write(options.output, encoder, fit(pairs, encoder.grid), level)


def queries(data: Path, size: int) -> list[QueryView]:
    """Views at 2 to 3 diameters, the centre off by up to 5 %, drawn with seed 0."""
    rng, craters, body = np.random.default_rng(0), read_craters(data), body_by_name("moon")
    rows = np.setdiff1d(within(craters, BOX, 20e3, 300e3), within(craters, HELD_OUT, 0.0, 1e9))
    chosen: list[QueryView] = []
    with Mosaic.open(data / WAC, body=body) as mosaic:
        for lon, lat, diameter in craters[rng.permutation(rows)]:
            away = 0.05 * diameter * float(np.sqrt(rng.uniform()))
            x, y = destination(body, lon, lat, float(rng.uniform(0, 360)), away)
            context = float(rng.uniform(2, 3))
            try:
                query = query_from_crater(mosaic, float(x), float(y), diameter, context, size)
            except QueryError:
                continue
            chosen.append(query.widened())
            if len(chosen) == VIEWS:
                break
    return chosen


def pairs_of(encoder: Encoder, query: QueryView) -> Pairs:
    """Both ways: a mirror image's mirror image is the view."""
    pictures = turned_pictures(query)
    there, back = (encoder.encode(p) for p in (pictures, pictures[:, :, ::-1]))
    return Pairs(
        np.concatenate([there.tokens, back.tokens]),
        np.concatenate([there.attention, back.attention]),
        np.concatenate([back.tokens, there.tokens]),
        np.concatenate([back.attention, there.attention]),
    )


def fit(pairs: list[Pairs], grid: tuple[int, int]) -> FloatArray:
    """The weights [9 D, D]."""
    dim = pairs[0].tokens.shape[2]
    width = surroundings(pairs[0].tokens[:1], grid).shape[2]
    products: NDArray[np.float64] = RIDGE * np.eye(width)
    targets: NDArray[np.float64] = np.zeros((width, dim))
    for pair in pairs:
        known = surroundings(pair.tokens, grid).reshape(-1, width)
        products += known.T @ known
        targets += known.T @ mirrored(pair.images, grid).reshape(-1, dim)
    return np.linalg.solve(products, targets).astype(np.float32)


def nearness(weights: FloatArray, pairs: list[Pairs], grid: tuple[int, int]) -> tuple[float, float]:
    """Mean cosine of mapped and encoded tokens, and the level (see :class:`Mirror`): instance
    tokens of each image compared with those of the views of the other craters."""
    mirror, cosines = Mirror(weights, 1.0, grid), []
    views = np.concatenate([_instance(pair.tokens[:1], pair.attention[:1]) for pair in pairs])
    encoded, mapped = 0.0, 0.0
    for number, pair in enumerate(pairs):
        images, attention = mirror.tokens(pair.tokens, pair.attention)
        cosines.append(float((images * pair.images).sum(axis=2).mean()))
        others = np.delete(views, number, axis=0)
        mapped += float(each_maxsim(_instance(images, attention), others).sum())
        encoded += float(each_maxsim(_instance(pair.images, pair.seen), others).sum())
    return float(np.mean(cosines)), encoded / mapped


def _instance(tokens: FloatArray, attention: FloatArray) -> FloatArray:
    return instance_tokens(tokens, TOKENS, attention=attention).vectors


def write(folder: Path, encoder: Encoder, weights: FloatArray, level: float) -> None:
    """``NAME.safetensors``, which says what it was fitted to."""
    folder.mkdir(parents=True, exist_ok=True)
    said = {"encoder_sha256": encoder.weights_hash, "level": f"{level:.4f}"}
    path = folder / f"{encoder.id}.safetensors"
    save_file({"weights": weights.astype(np.float16)}, str(path), metadata=said)


if __name__ == "__main__":
    main()
