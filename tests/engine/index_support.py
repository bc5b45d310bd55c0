"""A small synthetic index for the index tests; also a program that builds it and can be killed."""

from __future__ import annotations

import json
import sys
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa

from craterbench_qgis.engine.index import (
    IndexSettings,
    IndexWriter,
    SegmentData,
    Skipped,
    consolidate,
    open_index,
)

K, D, G, GRID = 4, 12, 16, (5, 6)
N = GRID[0] * GRID[1]
CRATERS, PER_CHUNK = 60, 7
CHUNKS = -(-CRATERS // PER_CHUNK)
CONTEXTS = (2.0, 3.0)


def settings(**changes: object) -> IndexSettings:
    values: dict[str, object] = {
        "body_name": "Moon",
        "body_a": 1737400.0,
        "body_b": 1737400.0,
        "encoder_id": "fake",
        "weights_hash": "ab" * 32,
        "encoder_description": "random numbers",
        "input_size": 96,
        "grid": GRID,
        "global_dim": G,
        "token_dim": D,
        "tokens": K,
        "seeds": "attention",
        "aggregation": "aggregated",
        "context_factors": CONTEXTS,
        "thumbnail_size": 8,
    }
    return IndexSettings(**{**values, **changes})  # type: ignore[arg-type]


def unit(x: np.ndarray) -> np.ndarray:
    return (x / np.linalg.norm(x, axis=-1, keepdims=True)).astype(np.float32)


def chunk_data(chunk: int, craters: int = CRATERS, per_chunk: int = PER_CHUNK) -> SegmentData:
    """The views of one chunk: two per crater, except that every tenth crater is skipped at 3x."""
    rng = np.random.default_rng(chunk)
    pairs = [
        (row, context)
        for row in range(chunk * per_chunk, min((chunk + 1) * per_chunk, craters))
        for context in CONTEXTS
    ]
    kept = [(row, context) for row, context in pairs if row % 10 or context == 2.0]
    lost = [(row, context) for row, context in pairs if not (row % 10 or context == 2.0)]
    v = len(kept)
    rows = np.array([row for row, _ in kept])
    assignment = rng.integers(0, K, (v, N))
    return SegmentData(
        crater_row=rows,
        observation=np.zeros(v, int),
        context=np.array([context for _, context in kept]),
        valid_fraction=rng.uniform(0.5, 1, v),
        native_m_per_px=rng.uniform(100, 200, v),
        m_per_px=rng.uniform(100, 200, v),
        globals=unit(rng.standard_normal((v, G))),
        tokens=unit(rng.standard_normal((v, K, D))),
        seeds=rng.integers(0, N, (v, K)),
        assignment=assignment,
        thumbnails=[b"\xff\xd8" + bytes(rng.integers(0, 256, rng.integers(5, 40))) for _ in kept],
        skipped=[Skipped(row, 0, context, "too, empty") for row, context in lost],
    )


def attributes(craters: int = CRATERS) -> pa.Table:
    """A catalogue's own columns, one of which differs from ours in case only."""
    return pa.table(
        {
            "CRATER_ID": [f"c{i:03d}" for i in range(craters)],
            "DEPTH": [None if i % 5 == 0 else i / 10 for i in range(craters)],
            "note": [f"it's {i}" for i in range(craters)],
        }
    )


def add_catalogue(writer: IndexWriter, craters: int = CRATERS) -> int:
    rng = np.random.default_rng(99)
    return writer.add_craters(
        [f"c{i:03d}" for i in range(craters)],
        rng.uniform(-180, 180, craters),
        rng.uniform(-90, 90, craters),
        rng.uniform(5e3, 2e5, craters),
        attributes(craters),
        {"path": "craters.csv", "rejected": 3},
    )


def build(path: Path, limit: int | None = None, **changes: object) -> None:
    """Build the synthetic index, or go on where a build was stopped; ``changes``: its settings."""
    if (path / "manifest.json").exists():
        writer = IndexWriter.open(path)
    else:
        writer = IndexWriter.create(path, settings(**changes))
    with writer:
        if writer.job is None and not writer.manifest.segments:
            writer.add_observation({"path": "mosaic.tif", "fingerprint": "x"})
            add_catalogue(writer)
            writer.begin_job({"craters": "craters.csv"}, CHUNKS)
        for chunk in range(CHUNKS):
            if writer.job is None or (limit is not None and chunk >= limit):
                return
            if not writer.job.is_done(chunk):
                writer.commit_chunk(chunk, chunk_data(chunk))
        writer.finish_job()


def answers(path: Path) -> dict[str, object]:
    """Everything an index answers, for comparing two."""
    with open_index(path, check="full") as index:
        views = np.arange(index.n_views)
        return {
            "views": index.views.tobytes(),
            "globals": index.globals(views).tobytes(),
            "tokens": index.tokens(views).tobytes(),
            "assignment": index.stored_tokens(views).assignment.tobytes(),
            "thumbnails": [zlib.crc32(index.thumbnail(view)) for view in range(index.n_views)],
            "craters": json.dumps(index.crater_records(np.arange(index.n_craters))),
            "where": index.where("DEPTH > 2 and lat > 0").tolist(),
            "alive": index.alive.tolist(),
            "skipped": index.manifest.skipped,
            "incomplete": index.incomplete,
        }


def stored_files(path: Path) -> dict[str, bytes]:
    """The bytes of all files that hold no time of day."""
    return {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.suffix not in {".json", ".gpkg", ".lock"}
    }


if __name__ == "__main__":
    consolidate.SEGMENT_VIEWS = 50  # so that segments are also joined during the build
    sys.stdout.write("started\n")
    sys.stdout.flush()
    build(Path(sys.argv[1]))
