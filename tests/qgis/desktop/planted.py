"""A catalogue with planted duplicates, and whether its cleaned copy holds all that was entered."""

from __future__ import annotations

import csv
import json
import math
import random
import sqlite3
from pathlib import Path
from typing import Any

import pyogrio

from paths import CATALOGUE

PLANTED = 60
METRES_PER_DEGREE = math.radians(1.0) * 1737400.0


def write_planted(path: Path, seed: int = 11) -> dict[str, str]:
    """Craters of the Moon's south with ``PLANTED`` of them entered twice; returns {copy: original}.

    Centres are moved by up to 0.2 diameters, diameters differ by up to 20 %; a column the engine
    does not know tells the mapper's remark.
    """
    chance = random.Random(seed)
    with CATALOGUE.open(encoding="utf-8") as stream:
        rows = [
            row
            for row in csv.DictReader(stream)
            if float(row["diam_km"]) >= 15 and abs(float(row["lon"])) < 40
            and -65 < float(row["lat"]) < -25 and row["near_duplicate"] == "0"
        ]  # fmt: skip
    copies = {}
    names = ["id", "lon", "lat", "diam_km", "source", "remark"]
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, names, extrasaction="ignore")
        table.writeheader()
        for row in rows:
            table.writerow({**row, "remark": f"seen by Ann, no. {row['id']}"})
        for row in chance.sample(rows, PLANTED):
            lon, lat, km = (float(row[name]) for name in ("lon", "lat", "diam_km"))
            away = chance.uniform(0.02, 0.2) * km * 1000.0 / METRES_PER_DEGREE
            angle = chance.uniform(0.0, 2.0 * math.pi)
            copy = {
                "id": f"d-{row['id']}",
                "lon": round(lon + away * math.cos(angle) / math.cos(math.radians(lat)), 5),
                "lat": round(lat + away * math.sin(angle), 5),
                "diam_km": round(km * chance.uniform(0.8, 1.2), 3),
                "source": "second mapper",
                "remark": f"seen by Ben, no. {row['id']}",
            }
            table.writerow(copy)
            copies[copy["id"]] = row["id"]
    return copies


def decisions_in(path: Path) -> dict[str, str]:
    """{pair_id: decision} of a review."""
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = db.execute("SELECT pair_id, decision FROM pairs WHERE decision <> ''")
        return {str(pair): decision for pair, decision in rows}


def check_cleaned(
    source: Path, cleaned: Path, truth: dict[str, str], review: Path
) -> dict[str, str]:
    """Read by pyogrio: no attribute lost, each duplicate within its keeper, nothing else gone.

    Returns {entry: its keeper or the other way round} of all pairs decided as duplicates.
    """
    with source.open(encoding="utf-8") as stream:
        entered = {row["id"]: row for row in csv.DictReader(stream)}
    frame = pyogrio.read_arrow(cleaned, read_geometry=False)[1].to_pylist()
    kept = {str(row["id"]): row for row in frame}
    assert len(kept) == len(frame)
    with sqlite3.connect(review) as db:
        pairs = db.execute("SELECT pair_id, a_id, b_id FROM pairs")
        joined = {b: a for pair, a, b in pairs if truth.get(str(pair)) == "duplicate"}
    merged: dict[str, dict[str, Any]] = {}
    for name, row in kept.items():
        for entry in json.loads(row["merged_attributes"] or "[]"):
            merged[str(entry["id"])] = entry
            assert {name, str(entry["id"])} in [{a, b} for b, a in joined.items()]
    assert len(merged) == len(joined)
    assert set(kept) | set(merged) == set(entered) and not set(kept) & set(merged)
    for name, row in entered.items():
        now = kept.get(name) or merged[name]
        for column in ("lon", "lat", "diam_km"):
            assert float(now[column]) == float(row[column])
        assert (str(now["source"]), str(now["remark"])) == (row["source"], row["remark"])
    return joined
