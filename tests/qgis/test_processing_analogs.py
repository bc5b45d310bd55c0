"""Analogs by qgis_process with the real engine: limits, turns, provenance, and what is exported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine_side import build_index
from paths import needs_engine
from processing_support import Place, qgis_process, read_layer, search
from support import needs_qgis

pytestmark = [needs_engine, needs_qgis, pytest.mark.skipif(not qgis_process(), reason="no QGIS")]


def test_analogs_with_their_turns_and_their_provenance(place: Place, tmp_path: Path) -> None:
    output, origin = tmp_path / "analogs.gpkg", tmp_path / "told.json"
    search(place, output, FIND=1, BY=1, MIN_PIXELS=4, PROVENANCE=origin)
    _, rows = read_layer(output)
    assert len(rows) > 3
    assert {row["turn_deg"] % 45 for row in rows} == {0.0}
    assert {bool(row["mirrored"]) for row in rows} <= {False, True}
    assert all(row["pixels_across"] >= 4 for row in rows)
    size = rows[0]["query_diameter_m"]
    assert all(0.5 <= row["diameter_m"] / size <= 2.0 for row in rows)
    provenance = json.loads(origin.read_text(encoding="utf-8"))
    assert provenance["find"] == "analogs"
    assert provenance["analogs"]["by"] == "relief" and provenance["analogs"]["min_pixels"] == 4
    exported = tmp_path / "exported.csv"
    ran = place.run(
        "exportmatches", INPUT=output, INDEX=place.index, PROVENANCE=origin, OUTPUT=exported
    )
    assert ran.code == 0, ran.output
    header, *lines = exported.read_text(encoding="utf-8").splitlines()
    assert {"turn_deg", "mirrored"} <= set(header.split(",")) and len(lines) == len(rows)


def test_the_same_crater_at_any_angle_and_with_pixels_enough(place: Place, tmp_path: Path) -> None:
    search(place, tmp_path / "same.gpkg", ANY_ANGLE=True, MIN_PIXELS=12)
    _, rows = read_layer(tmp_path / "same.gpkg")
    off = (rows[0]["turn_deg"] + 180.0) % 360.0 - 180.0  # finer turns of 7.5 degrees are tried
    assert abs(off) <= 7.5 and not rows[0]["mirrored"]
    assert rows and all(row["pixels_across"] >= 12 for row in rows)


def test_an_index_without_kinds_says_what_to_do(place: Place, tmp_path: Path) -> None:
    bare = build_index(
        tmp_path / "bare.craterindex",
        place.planet / "mosaic_a.tif",
        place.planet / "catalogue.csv",
        *("--encoder", "hog", "--tokens", "4", "--context", "2", "--no-kinds"),
    )
    ran = place.run(
        "searchbyextent", INDEX=bare, EXTENT="0,20,0,20", FIND=1, OUTPUT=tmp_path / "none.gpkg"
    )
    assert ran.code != 0 and "Add descriptors of kind" in ran.output
    assert "craterbench index" not in ran.output
