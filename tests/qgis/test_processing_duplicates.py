"""Find duplicates and Apply duplicate decisions by qgis_process."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from .processing_support import Place, make_place, qgis_process, read_layer, rows_of
from .support import needs_qgis

pytestmark = [
    needs_qgis,
    pytest.mark.skipif(not qgis_process(), reason="qgis_process is not installed"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A small planet, without an index."""
    return make_place(tmp_path_factory.mktemp("duplicates"))


def _pairs(review: Path) -> dict[frozenset[str], dict[str, Any]]:
    _, rows = read_layer(review, "pairs")
    return {frozenset((row["a_id"], row["b_id"])): row for row in rows}


def test_duplicates_are_found_decided_and_applied(place: Place) -> None:
    from craterbench_qgis.engine.duplicates import record_decisions

    review = place.home / "review.gpkg"
    catalogue = place.planet / "catalogue.csv"
    find = {
        "CATALOGUE": catalogue,
        "BODY": "moon",
        "MOSAICS": place.planet / "mosaic_a.tif",
        "OUTPUT": review,
    }
    ran = place.run("findduplicates", **find)
    assert ran.code == 0, ran.told
    planted = json.loads((place.planet / "truth.json").read_text())["duplicates"]
    found = _pairs(review)
    assert len(planted) >= 5 and ran.results["PAIRS_WRITTEN"] == len(found)
    for pair in planted:
        assert found[frozenset(pair)]["probability"] > 0.5, pair
    decided = {int(found[frozenset(pair)]["pair_id"]): "duplicate" for pair in planted[1:]}
    decided[int(found[frozenset(planted[0])]["pair_id"])] = "distinct"
    record_decisions(review, decided, "tester")

    # Geometry alone, and found again: what was decided stays.
    again = place.run("findduplicates", **{k: v for k, v in find.items() if k != "MOSAICS"})
    assert again.code == 0, again.told
    kept = {pair: row["decision"] for pair, row in _pairs(review).items() if row["decision"]}
    assert kept == {
        frozenset(pair): "distinct" if pair == planted[0] else "duplicate" for pair in planted
    }

    ran = place.run("applyduplicatedecisions", REVIEW=review, OUTPUT=place.home / "clean.gpkg")
    assert ran.code == 0, ran.told
    rows = rows_of(place)
    merged = len(planted) - 1
    names, clean = read_layer(place.home / "clean.gpkg")
    assert len(clean) == ran.results["KEPT"] == len(rows) - merged
    assert ran.results["MERGED"] == merged
    assert set(rows[0]) <= set(names)
    left = {row["CRATER_ID"] for row in clean}
    assert set(planted[0]) <= left
    assert all(len(set(pair) & left) == 1 for pair in planted[1:])
    gone = json.loads(next(row["merged_ids"] for row in clean if row["merged_ids"]))
    assert len(gone) == 1 and gone[0] not in left

    # The cleaned catalogue is a catalogue.
    ran = place.run(
        "buildindex",
        MOSAICS=place.planet / "mosaic_a.tif",
        CATALOGUE=place.home / "clean.gpkg",
        ENCODER="hog",
        CONTEXTS="2",
        OUTPUT=place.home / "clean.craterindex",
    )
    assert ran.code == 0 and ran.results["CRATERS"] == len(clean), ran.told


def test_two_catalogues_and_a_limit(place: Place, tmp_path: Path) -> None:
    rows = [row for row in rows_of(place) if float(row["DIAM_CIRC_IMG"]) >= 150]
    second = tmp_path / "second.csv"
    with second.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "lon", "lat", "diameter_km"])
        for n, row in enumerate(rows):
            writer.writerow(
                [f"B{n}", row["LON_CIRC_IMG"], row["LAT_CIRC_IMG"], row["DIAM_CIRC_IMG"]]
            )
    ran = place.run(
        "findduplicates",
        CATALOGUE=place.planet / "catalogue.csv",
        BODY="moon",
        OTHER_CATALOGUE=second,
        OTHER_BODY="moon",
        MIN_DIAMETER=200,
        OUTPUT=tmp_path / "two.gpkg",
    )
    assert ran.code == 0, ran.told
    large = [row for row in rows if float(row["DIAM_CIRC_IMG"]) >= 200]
    probable = [row for row in _pairs(tmp_path / "two.gpkg").values() if row["distance_ratio"] == 0]
    assert len(probable) == len(large) > 3
    ran = place.run(
        "findduplicates",
        CATALOGUE=place.planet / "catalogue.csv",
        BODY="moon",
        OTHER_CATALOGUE=second,
        OTHER_BODY="mars",
        OUTPUT=tmp_path / "bodies.gpkg",
    )
    assert ran.code != 0 and "Mars" in ran.told and "Traceback" not in ran.told
