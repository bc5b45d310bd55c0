"""A catalogue with a column of named kinds, and how well kinds are found from ten examples.

python benchmarks/named_kinds.py catalogue CATALOGUE.csv GAZETTEER.csv FOLDER
python benchmarks/named_kinds.py examples INDEX

`catalogue` writes FOLDER/catalogue.csv (all craters of 20 km and more, the column kind empty for
most) and FOLDER/named.csv (the named ones alone, to ask by). `examples` asks an index built from
the first by ten examples of each kind, drawn ten times: the share of the others among the best 100
(recall@100), as `craterbench kinds learn` would rank them.

The names of named_kinds.csv were typed in from general knowledge of Schultz 1976 and Jozwiak et al.
2012 (floor-fractured), of Wilhelms 1987 (Copernican craters with rays; old craters with rounded,
broken rims) and of mare-filled floors as any atlas has them. They are not these lists: they are
shorter, nobody checked them against the papers, and many a crater nobody named is of a kind too.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from craterbench_qgis.engine.index import open_index
from craterbench_qgis.engine.kinds import load_descriptor
from craterbench_qgis.engine.kinds.gallery import KindGallery
from craterbench_qgis.engine.kinds.named import learn_kind, measured_of

NAMES = Path(__file__).with_suffix(".csv")
MIN_KM, RADIUS_KM = 20.0, 1737.4
EXAMPLES, DRAWS, RECALL_AT = 10, 40, 100
# A crater of the catalogue is the named one within these limits, of the named diameter.
AWAY, RATIO = 0.25, 1.35


def catalogue(table: Path, gazetteer: Path, folder: Path) -> None:
    """Write the two tables; names that no crater of the catalogue answers to are told."""
    with table.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if float(row["diam_km"]) >= MIN_KM]
    with gazetteer.open(encoding="utf-8") as file:
        places = {row["name"]: row for row in csv.DictReader(file)}
    lon, lat, size = (np.array([float(r[k]) for r in rows]) for k in ("lon", "lat", "diam_km"))
    for row in rows:
        row["kind"] = row["name"] = ""
    with NAMES.open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            for name in line["names"].split(";"):
                at = nearest(places.get(name), lon, lat, size)
                if at is None or rows[at]["kind"]:
                    print(f"left out: {name}")
                    continue
                rows[at] |= {"kind": line["kind"], "name": name}
    folder.mkdir(parents=True, exist_ok=True)
    for name, chosen in (
        ("catalogue.csv", rows),
        ("named.csv", [row for row in rows if row["kind"]]),
    ):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(chosen)
        print(f"{name}: {len(chosen):,} craters")


def nearest(
    place: dict[str, str] | None, lon: np.ndarray, lat: np.ndarray, size: np.ndarray
) -> int | None:
    """The crater of a gazetteer's row, or None."""
    if place is None:
        return None
    at_lon, at_lat = float(place["lon_east_180"]), float(place["lat"])
    wanted = float(place["diameter_km"])
    east = ((lon - at_lon + 180) % 360 - 180) * np.cos(np.radians(at_lat))
    away = np.radians(np.hypot(east, lat - at_lat)) * RADIUS_KM
    ratio = np.maximum(size / wanted, wanted / size)
    fits = (away < AWAY * wanted) & (ratio < RATIO)
    return int(np.where(fits, away, np.inf).argmin()) if fits.any() else None


def examples(path: Path) -> None:
    """Recall@100 of the rest from ten examples, mean over the draws."""
    with open_index(path) as index:
        gallery = KindGallery(index, load_descriptor(threads=1))
        kinds, measured = index.craters.values("kind"), measured_of(index, gallery)
    rows = np.unique(gallery.crater_row)
    of = np.array([str(kinds[row] or "") for row in rows.tolist()])
    none = np.array([], np.int64)
    print("| kind | craters | recall@100 from ten examples | over draws | chance |")
    print("|---|---|---|---|---|")
    for kind in sorted(set(of.tolist()) - {""}):
        members = np.flatnonzero(of == kind)
        shares = []
        for seed in range(DRAWS):
            yes = np.random.default_rng(seed).permutation(members)[:EXAMPLES]
            learnt = learn_kind(gallery, rows[yes], none, seed=seed, measured=measured)
            rest = np.setdiff1d(np.arange(len(of)), yes)
            best = rest[np.argsort(-learnt.likeness[rest], kind="stable")][:RECALL_AT]
            shares.append((of[best] == kind).sum() / (len(members) - EXAMPLES))
        chance = RECALL_AT / (len(of) - EXAMPLES)
        spread = f"{min(shares):.2f} to {max(shares):.2f}"
        print(f"| {kind} | {len(members)} | {np.mean(shares):.3f} | {spread} | {chance:.3f} |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["catalogue"]:
        catalogue(*(Path(part) for part in sys.argv[2:5]))
    else:
        examples(Path(sys.argv[2]))
