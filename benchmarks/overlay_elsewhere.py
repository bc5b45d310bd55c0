"""Pictures laid on one another, on other bodies: hit@1 of two stages with and without, paired.

    python benchmarks/overlay_elsewhere.py --data ../shared/data --set NAME ...

Sets: those of training/develop.py and benchmarks/compare_encoders.py (which says what is kept
aside), and dev-mission of training/validate.py. Two stages, K = 64, S = 100; each also with
symmetric scores. Thumbnails are made from the gallery's views as a build makes them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from compare_encoders import interval, make_set  # noqa: E402

from craterbench_qgis.engine.encoders import load_encoder  # noqa: E402
from craterbench_qgis.engine.encoders.base import Embedding, Encoder  # noqa: E402
from craterbench_qgis.engine.indexing.build import THUMBNAIL  # noqa: E402
from craterbench_qgis.engine.indexing.cutting import thumbnail  # noqa: E402
from craterbench_qgis.engine.interaction import maxsim, symmetric_maxsim  # noqa: E402
from craterbench_qgis.engine.search.overlay import (  # noqa: E402
    NORTH_UP,
    correlations,
    mixed,
)
from craterbench_qgis.engine.search.turns import Turn  # noqa: E402
from craterbench_qgis.engine.tokens import dequantise, instance_tokens, quantise  # noqa: E402
from training.validate import Views, embed  # noqa: E402

K, SHORTLIST = 64, 100
ORDINARY, SYMMETRIC = "ordinary", "symmetric"


def ranked(encoder: Encoder, gallery: Views, asked: Views) -> dict[str, NDArray[np.bool_]]:
    """For each kind of score whether each query's own crater is first, bool [queries, 2]: by late
    interaction alone, and with the overlay."""
    known, sought = embed(encoder, gallery), embed(encoder, asked)
    stored = dequantise(*quantise(_tokens(known)))
    tokens = _tokens(sought)
    jpegs = [thumbnail(view, THUMBNAIL) for view in gallery.pixels]
    flat = sought.globals @ dequantise(*quantise(known.globals)).T
    first: dict[str, list[list[bool]]] = {ORDINARY: [], SYMMETRIC: []}
    for query, row in enumerate(asked.row.tolist()):
        views = np.argsort(-flat[query], kind="stable")[:SHORTLIST]
        for name, score in ((ORDINARY, maxsim), (SYMMETRIC, symmetric_maxsim)):
            alone = score(tokens[query], stored[views])
            top = np.argsort(-alone, kind="stable")[: NORTH_UP.compared]
            widths = [float(asked.context[query] / gallery.context[v]) for v in views[top]]
            alike = correlations(
                asked.pixels[query],
                [Turn(0.0, False)] * len(top),
                [jpegs[v] for v in views[top].tolist()],
                widths,
                NORTH_UP,
            )
            together = mixed(alone, top, alike, NORTH_UP)
            first[name].append(
                [bool(gallery.row[views[s.argmax()]] == row) for s in (alone, together)]
            )
    return {name: np.array(rows) for name, rows in first.items()}


def _tokens(embedding: Embedding) -> NDArray[np.float32]:
    made = instance_tokens(embedding.tokens, K, seeds="attention", attention=embedding.attention)
    return made.vectors


def main() -> None:
    """Print one Markdown row per set and kind of score."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", action="append", required=True, dest="sets")
    parser.add_argument("--encoder")
    parser.add_argument("--limit", type=int, default=600)
    options = parser.parse_args()
    encoder = load_encoder(options.encoder, device="cpu", threads=1)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.sets:
            views = make_set(name, options.data, Path(folder), encoder.input_size, options.limit)
            for label, asked in views.queries.items():
                for kind, first in ranked(encoder, views.gallery, asked).items():
                    before, after = first.T.astype(float)
                    won, lost = int((after > before).sum()), int((after < before).sum())
                    cells = [interval(before), interval(after), interval(after - before)]
                    where = f"{name}, {label} ({len(before)}), {kind}"
                    print(f"| {where} | " + " | ".join([*cells, f"{won}, {lost}"]) + " |")
                    sys.stdout.flush()


if __name__ == "__main__":
    main()
