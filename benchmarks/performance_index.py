"""An index of a stated number of views for ``performance.py``, from real views and noise.

    python benchmarks/performance_index.py REAL INDEX --views 2600000 [--seconds 300]

REAL is a folder of ``real_views.py``. Where it holds fewer views than are asked for, they are
repeated with noise of 0.3 times the distance to the nearest other view's descriptor, in random
directions (tokens: of length 0.2). Two views in a row are of one crater. Stopped, the same command
goes on; after ``--seconds`` it stops itself (exit code 3).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from craterbench_qgis.engine.index import (  # noqa: E402
    IndexSettings,
    IndexWriter,
    SegmentData,
    build_lists,
)

CHUNK, PART = 32_768, 1024
PER_CRATER = 2


@dataclass
class Views:
    """Real views as they are stored: int8 numbers and their scales."""

    vectors: np.ndarray
    vector_scale: np.ndarray
    tokens: np.ndarray
    token_scale: np.ndarray
    apart: np.ndarray
    """float32 [n]: how far the nearest other descriptor of its part lies."""

    def __len__(self) -> int:
        return len(self.vectors)

    def take(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(descriptors float32 [r, G], tokens float32 [r, K, D])."""
        vectors = self.vectors[rows] * self.vector_scale[rows, None]
        return vectors, self.tokens[rows] * self.token_scale[rows][..., None]


def real_views(folder: Path, most: int) -> Views:
    """At most ``most`` of the real views in ``folder``."""
    parts: dict[str, list[np.ndarray]] = {}
    have = 0
    for file in sorted(folder.glob("gallery-*.npz")):
        with np.load(file) as part:
            vectors = part["globals"] * part["global_scale"][:, None]
            near = vectors @ vectors.T
            np.fill_diagonal(near, -1)
            apart = np.sqrt(np.maximum(2 - 2 * near.max(axis=1), 0))
            for name in ("globals", "global_scale", "tokens", "token_scale"):
                parts.setdefault(name, []).append(part[name])
            parts.setdefault("apart", []).append(apart.astype(np.float32))
        have += len(vectors)
        if have >= most:
            break
    every = {name: np.concatenate(several)[:most] for name, several in parts.items()}
    return Views(
        every["globals"], every["global_scale"], every["tokens"], every["token_scale"],
        every["apart"],
    )  # fmt: skip


def chunk_of(real: Views, chunk: int, views: int) -> tuple[np.ndarray, np.ndarray]:
    """The chunk's descriptors and tokens; views beyond the real ones are repeated with noise."""
    numbers = np.arange(chunk * CHUNK, min((chunk + 1) * CHUNK, views))
    rng = np.random.default_rng(chunk)
    vectors, tokens = [], []
    for start in range(0, len(numbers), PART):
        some = numbers[start : start + PART]
        rows, again = some % len(real), some >= len(real)
        part, part_tokens = real.take(rows)
        if again.any():
            noise = (0.3 * real.apart[rows] * again)[:, None]
            part = shaken(part, noise, rng)
            part_tokens = shaken(part_tokens, (0.2 * again)[:, None, None], rng)
        vectors.append(part)
        tokens.append(part_tokens)
    return np.concatenate(vectors), np.concatenate(tokens)


def shaken(vectors: np.ndarray, size: Any, rng: np.random.Generator) -> np.ndarray:
    """Unit vectors at a distance of about ``size`` within the span of the given ones."""
    flat = vectors.reshape(-1, vectors.shape[-1])
    mixed = rng.standard_normal((len(flat), 64), np.float32) @ flat[rng.permutation(len(flat))[:64]]
    mixed -= (mixed * flat).sum(axis=1, keepdims=True) * flat
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    moved = vectors + np.asarray(size, np.float32) * mixed.reshape(vectors.shape)
    return moved / np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), 1e-12)


def build(path: Path, folder: Path, views: int, seconds: float = float("inf")) -> bool:
    """Write the index, or what is missing of it; whether it is finished."""
    end = time.monotonic() + seconds
    real = real_views(folder, views)
    (_, width), (_, k, dim) = real.vectors.shape, real.tokens.shape
    if not (path / "manifest.json").exists():
        settings = IndexSettings(
            "Moon", 1737400.0, 1737400.0, "none", "0" * 64, "measured", 96, (12, 12), width, dim,
            k, "attention", "aggregated", (2.0, 3.0), 0,
        )  # fmt: skip
        with IndexWriter.create(path, settings) as writer:
            writer.add_observation({"path": "none.tif"})
            rows = np.arange(-(-views // PER_CRATER))
            rng = np.random.default_rng(1)
            lat = np.degrees(np.arcsin(rng.uniform(-1, 1, len(rows))))
            writer.add_craters(
                [f"{row:08d}" for row in rows], rng.uniform(-180, 180, len(rows)), lat,
                1e3 * (rng.pareto(2.0, len(rows)) + 1.0),
            )  # fmt: skip
            writer.begin_job({}, -(-views // CHUNK))
    with IndexWriter.open(path) as writer:
        job = writer.job
        for chunk in range(job.chunks) if job is not None else ():
            if job is None or job.is_done(chunk):
                continue
            if time.monotonic() > end:
                return False
            vectors, tokens = chunk_of(real, chunk, views)
            count = len(vectors)
            numbers, none = chunk * CHUNK + np.arange(count), np.zeros(count)
            data = SegmentData(
                numbers // PER_CRATER, none.astype(int), 2.0 + numbers % PER_CRATER, none + 1,
                none + 100, none + 100, vectors, tokens, np.zeros((count, k), int),
                np.zeros((count, 144), int), [b""] * count,
            )  # fmt: skip
            writer.commit_chunk(chunk, data)
            print(chunk, flush=True)
        if job is not None:
            writer.finish_job()
    if time.monotonic() > end:
        return False
    with IndexWriter.open(path) as writer:
        start = time.process_time()
        made = build_lists(writer)
        print(f"{made} lists in {time.process_time() - start:.1f} s", flush=True)
    return True


def main() -> int:
    """Build, or go on building."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("--views", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    arguments = parser.parse_args()
    done = build(arguments.index, arguments.real, arguments.views, arguments.seconds)
    return 0 if done else 3


if __name__ == "__main__":
    sys.exit(main())
