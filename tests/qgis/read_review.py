"""Run by the engine's Python: what the engine and any GIS read in a review that QGIS has written.

``read_review.py REVIEW``: JSON with the decisions the engine reads, and how many decided pairs a
reader of GeoPackages finds between 170 and 190 degrees of longitude, 0 and 20 of latitude.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyogrio.raw

from craterbench_qgis.engine.duplicates.store import read_decisions


def main(review: Path) -> None:
    decisions = read_decisions(review)
    _, _, shapes, _ = pyogrio.raw.read(
        review, layer="pairs", columns=["decision"], where="decision <> ''", bbox=(170, 0, 190, 20)
    )
    answer = {
        "decisions": [
            [list(pair), decided.decision, decided.reviewer] for pair, decided in decisions.items()
        ],
        "lines": len(shapes),
    }
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
