"""A review as the engine writes it, from a small catalogue with planted duplicates.

Run with the engine's Python: ``python -m tests.qgis.make_review OUTPUT [MOSAIC]``; with
``--catalogue OUTPUT`` only the catalogue is written.
"""

from __future__ import annotations

import math
import random
import sys
from pathlib import Path

PLANTED = 40


def write_catalogue(path: Path, seed: int = 3) -> None:
    """Craters with ``PLANTED`` duplicates: id, lon, lat, diam_km, source; one over the seam."""
    chance = random.Random(seed)
    rows = [
        (f"c{n}", chance.uniform(-179, 179), chance.uniform(-70, 70), chance.uniform(20, 90))
        for n in range(300)
    ]
    rows[0] = ("c0", 179.95, 10.0, 60.0)
    lines = ["id,lon,lat,diam_km,source"]
    lines += [f"{name},{lon:.5f},{lat:.5f},{km:.3f},first" for name, lon, lat, km in rows]
    for number, (name, lon, lat, km) in enumerate(rows[:PLANTED]):
        angle = 0.0 if number == 0 else chance.uniform(0, 2 * math.pi)
        off = (0.15 if number == 0 else chance.uniform(0.02, 0.35)) * km / 30.323
        east = lon + off * math.cos(angle) / math.cos(math.radians(lat))
        east = (east + 180.0) % 360.0 - 180.0
        north, size = lat + off * math.sin(angle), km * chance.uniform(0.8, 1.2)
        lines.append(f"d-{name},{east:.5f},{north:.5f},{size:.3f},second")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Write the catalogue beside the review, and the review; or the catalogue alone."""
    if sys.argv[1] == "--catalogue":
        write_catalogue(Path(sys.argv[2]))
        return
    from craterbench_qgis.contract.build import CatalogueSource
    from craterbench_qgis.contract.duplicates import DuplicateParams
    from craterbench_qgis.engine.catalogue import read_catalogue
    from craterbench_qgis.engine.duplicates import find_duplicates

    output = Path(sys.argv[1])
    table = output.with_suffix(".csv")
    write_catalogue(table)
    source = CatalogueSource(str(table), body="moon")
    params = DuplicateParams(source, str(output), mosaics=sys.argv[2:], minimum=0.0)
    report = find_duplicates(params, read_catalogue(table))
    assert report.pairs >= PLANTED, report


if __name__ == "__main__":
    main()
