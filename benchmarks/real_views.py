"""Real descriptors in numbers: views of lunar craters on real mosaics, turned and mirrored.

    python benchmarks/real_views.py FOLDER --views 50000 [--data FOLDER] [--seconds 300]

Writes ``FOLDER/gallery-00000.npz`` ... of 1024 views each and ``FOLDER/queries.npz``; what is
there is kept, so that the same command goes on. A view is cut from the LROC WAC mosaic or from the
GLD100 terrain model lit from the east, south-east or west, at context 2 or 3, its centre off by up
to 5 % of the diameter, then turned by a multiple of 90 degrees and mirrored or not. A query is
another view of a crater and turn of the gallery: from WAC, Clementine or terrain lit from the
south, at context 2.5, its centre off anew.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from craterbench_qgis.engine.catalogue import read_catalogue  # noqa: E402
from craterbench_qgis.engine.encoders import load_encoder  # noqa: E402
from craterbench_qgis.engine.encoders.base import Encoder  # noqa: E402
from craterbench_qgis.engine.mosaic import Mosaic, ViewSkipped  # noqa: E402
from craterbench_qgis.engine.tokens import instance_tokens, quantise  # noqa: E402
from training.validate import hillshade  # noqa: E402

PART, TURNS, TOKENS = 1024, 4, 16
GLOBE = (-180.0, -60.0, 180.0, 60.0)
GALLERY_SUNS = {"east": (90.0, 20.0), "south-east": (135.0, 30.0), "west": (270.0, 35.0)}
QUERY_SUNS = {"south": (180.0, 25.0)}
MIN_DIAMETER = 10_000.0


def turned(pixels: np.ndarray, turn: int) -> np.ndarray:
    """One of the eight turns and reflections of a square."""
    return np.rot90(pixels.T if turn >= 4 else pixels, turn % 4)


class Cutter:
    """Views of craters, encoded."""

    def __init__(self, data: Path, folder: Path, encoder: Encoder) -> None:
        moon = data / "moon"
        self.encoder = encoder
        craters = read_catalogue(moon / "craters_ge5km.csv")
        keep = (craters.diameter >= MIN_DIAMETER) & (np.abs(craters.lat) < 57)
        self.place = np.stack([craters.lon, craters.lat, craters.diameter], 1)[keep]
        self.gallery = [moon / "lroc_wac_8k.tif"]
        self.queries = [moon / "lroc_wac_8k.tif", moon / "clementine_750nm_4k.tif"]
        for suns, paths in ((GALLERY_SUNS, self.gallery), (QUERY_SUNS, self.queries)):
            for name, (azimuth, altitude) in suns.items():
                path = folder / f"{name}.tif"
                if not path.exists():
                    hillshade(moon / "gld100_dtm_32ppd.tif", GLOBE, azimuth, altitude, path)
                paths.append(path)

    def views(
        self, mosaic: Path, rows: np.ndarray, turns: np.ndarray, contexts: tuple[float, ...],
        rng: np.random.Generator,
    ) -> dict[str, np.ndarray]:  # fmt: skip
        """Views of ``rows`` [n], each in its ``turns`` [n, t]; those that fail are left out."""
        pixels, labels = [], []
        with Mosaic.open(mosaic) as raster:
            for row, mine in zip(rows.tolist(), turns.tolist(), strict=True):
                lon, lat, size = self.place[row]
                angle, off = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.05) * size / 30_323.0
                lat += off * np.sin(angle)
                lon += off * np.cos(angle) / np.cos(np.radians(lat))
                context = float(rng.choice(contexts))
                try:
                    view = raster.view(
                        lon, lat, size, context, self.encoder.input_size, min_pixels_across=0
                    )
                except ViewSkipped:
                    continue
                pixels += [turned(view.pixels, turn) for turn in mine]
                labels += [(row, turn) for turn in mine]
        globals_, tokens = [], []
        for start in range(0, len(pixels), 32):
            embedding = self.encoder.encode(np.stack(pixels[start : start + 32]))
            globals_.append(embedding.globals)
            tokens.append(
                instance_tokens(embedding.tokens, TOKENS, attention=embedding.attention).vectors
            )
        return {
            "globals": np.concatenate(globals_),
            "tokens": np.concatenate(tokens),
            "label": np.array(labels, np.int32),
        }

    def part(self, number: int) -> dict[str, np.ndarray]:
        """One part of the gallery."""
        rng = np.random.default_rng(number)
        rows = rng.integers(0, len(self.place), PART // TURNS)
        turns = np.stack([rng.permutation(8)[:TURNS] for _ in rows])
        return self.views(self.gallery[number % len(self.gallery)], rows, turns, (2.0, 3.0), rng)

    def ask(self, labels: np.ndarray) -> dict[str, np.ndarray]:
        """Queries for some of the gallery's ``labels`` [n, 2]."""
        rng = np.random.default_rng(10**6)
        parts: list[dict[str, np.ndarray]] = []
        for number, mosaic in enumerate(self.queries):
            mine = labels[number :: len(self.queries)]
            parts.append(self.views(mosaic, mine[:, 0], mine[:, 1:], (2.5,), rng))
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def store(path: Path, part: dict[str, np.ndarray]) -> None:
    """int8 numbers and scales, as an index holds them."""
    globals_, global_scale = quantise(part["globals"])
    tokens, token_scale = quantise(part["tokens"])
    temporary = path.with_suffix(".tmp.npz")
    np.savez(
        temporary, globals=globals_, global_scale=global_scale, tokens=tokens,
        token_scale=token_scale, label=part["label"],
    )  # fmt: skip
    temporary.rename(path)


def main() -> int:
    """Make what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--views", type=int, default=50_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    arguments = parser.parse_args()
    end = time.monotonic() + arguments.seconds
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    cutter = Cutter(arguments.data, folder, load_encoder(None, device="cpu", threads=1))
    have = 0
    for number in range(10**6):
        path = folder / f"gallery-{number:05d}.npz"
        if not path.exists():
            if time.monotonic() > end:
                return 3
            store(path, cutter.part(number))
        with np.load(path) as part:
            labels = part["label"]
        have += len(labels)
        print(f"{number} {have}", flush=True)
        if number == 3 and not (folder / "queries.npz").exists():
            chosen = np.random.default_rng(1).permutation(labels)[: arguments.queries]
            store(folder / "queries.npz", cutter.ask(chosen))
        if have >= arguments.views:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
