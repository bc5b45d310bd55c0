"""Find duplicates and Apply duplicate decisions by qgis_process."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from processing_support import Place, make_place, qgis_process, read_layer, rows_of
from support import DATA, needs_moon, needs_qgis

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
    assert ran.code == 0, ran.output
    planted = json.loads((place.planet / "truth.json").read_text())["duplicates"]
    pairs = _pairs(review)
    assert len(planted) >= 5 and ran.results["PAIRS_WRITTEN"] == len(pairs)
    for pair in planted:
        assert pairs[frozenset(pair)]["probability"] > 0.5, pair
    decided = {int(pairs[frozenset(pair)]["pair_id"]): "duplicate" for pair in planted[1:]}
    decided[int(pairs[frozenset(planted[0])]["pair_id"])] = "distinct"
    record_decisions(review, decided, "tester")

    # Geometry alone, and found again: what was decided stays.
    again = place.run("findduplicates", **{k: v for k, v in find.items() if k != "MOSAICS"})
    assert again.code == 0, again.output
    kept = {pair: row["decision"] for pair, row in _pairs(review).items() if row["decision"]}
    assert kept == {
        frozenset(pair): "distinct" if pair == planted[0] else "duplicate" for pair in planted
    }

    ran = place.run("applyduplicatedecisions", REVIEW=review, OUTPUT=place.home / "clean.gpkg")
    assert ran.code == 0, ran.output
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
    assert ran.code == 0 and ran.results["CRATERS"] == len(clean), ran.output


def test_files_without_a_folder_lie_where_the_shell_is(place: Place) -> None:
    """As docs/manual/processing.md writes them; the engine works in another folder."""
    folder = place.home
    ran = place.process(
        "findduplicates",
        CATALOGUE=f"../{place.planet.name}/catalogue.csv",
        BODY="moon",
        OUTPUT="here.gpkg",
        LAYER="pairs.gpkg",
    )
    assert ran.code == 0, ran.output
    assert ran.results["OUTPUT"] == str(folder / "here.gpkg")
    assert "OFFSET_EAST" not in ran.results  # of two catalogues only
    pairs = _pairs(folder / "here.gpkg")
    _, copied = read_layer(folder / "pairs.gpkg")
    assert len(copied) == len(pairs) == ran.results["PAIRS_WRITTEN"] > 4
    assert {row["probability"] for row in copied} == {p["probability"] for p in pairs.values()}

    shown = place.run("reviewreport", REVIEW="here.gpkg", LIMIT=3, OUTPUT="page.html")
    assert shown.code == 0, shown.output
    assert shown.results["OUTPUT"] == str(folder / "page.html")
    assert (shown.results["PAIRS"], shown.results["SHOWN"]) == (len(pairs), 3)
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert page.count('<li class="card pair">') == 3 and "outlines alone" in page
    mosaic = place.planet / "mosaic_a.tif"
    printed = place.run(
        "reviewreport", REVIEW="here.gpkg", SHOW=2, MOSAICS=mosaic, OUTPUT="page.pdf"
    )
    assert printed.code == 0 and printed.results["PICTURES"] > 0, printed.output
    assert (folder / "page.pdf").read_bytes().startswith(b"%PDF")
    ran = place.run("applyduplicatedecisions", REVIEW="here.gpkg", OUTPUT="clean.csv")
    assert ran.code == 0 and (folder / "clean.csv").is_file(), ran.output
    ran = place.run("reviewreport", REVIEW="here.gpkg", OUTPUT="page.docx")
    assert ran.code != 0 and "End the name with .html" in ran.output
    ran = place.run("reviewreport", REVIEW="no.gpkg", OUTPUT="no.html")
    assert ran.code != 0 and "There is no review at" in ran.output
    assert not (folder / "no.html").exists()


@needs_moon
def test_a_model_cleans_a_real_catalogue(place: Place, tmp_path: Path) -> None:
    """Find, report and apply: the twelve rows its authors flagged are merged, no other."""
    model, moon = tmp_path / "clean.model3", DATA / "moon" / "craters_ge5km.csv"
    names = place.make_model("clean", model, moon)
    ran = place.run(
        str(model),
        timeout=400,
        **{
            names["pairs"]: tmp_path / "pairs.gpkg",
            names["clean"]: tmp_path / "clean.gpkg",
            names["page"]: tmp_path / "page.html",
        },
    )
    assert ran.code == 0, ran.output
    with moon.open(newline="") as file:
        rows = list(csv.DictReader(file))
    _, clean = read_layer(tmp_path / "clean.gpkg")
    flagged = {row["id"] for row in rows if row["near_duplicate"] == "1"}
    assert len(clean) == len(rows) - 12 and len(flagged) == 12
    merged = [crater for row in clean for crater in json.loads(row["merged_ids"] or "[]")]
    # Of each flagged pair one entry is left.
    kept = {str(row["id"]) for row in clean if row["merged_ids"]}
    assert len(merged) == 12 and flagged <= set(merged) | kept
    _, pairs = read_layer(tmp_path / "pairs.gpkg")
    assert sum(row["probability"] >= 0.9 for row in pairs) == 12
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count('<li class="card pair">') == 12


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
    assert ran.code == 0, ran.output
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
    assert ran.code != 0 and "Mars" in ran.output and "Traceback" not in ran.output
