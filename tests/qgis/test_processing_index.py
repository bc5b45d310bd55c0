"""Indexes and evaluation by qgis_process, models that chain algorithms, and what is refused."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from processing_support import Place, qgis_process, read_layer, rows_of
from support import DATA, needs_moon, needs_qgis

pytestmark = [
    needs_qgis,
    pytest.mark.skipif(not qgis_process(), reason="qgis_process is not installed"),
]


def test_information_gives_a_layer_that_chains(place: Place) -> None:
    ran = place.run(
        "indexinformation", INDEX=place.index, VERIFY="true", OUTPUT=place.home / "info.html"
    )
    assert ran.code == 0, ran.output
    results = ran.results
    craters = len(rows_of(place))
    assert (results["CRATERS"], results["VIEWS"]) == (craters, 2 * craters)
    assert results["PROBLEMS"] == 0
    assert results["ENCODER"] == "hog" and results["TOKENS"] == 16
    assert "mosaic_a.tif" in (place.home / "info.html").read_text()
    searched = place.run(
        "searchbyfeatures",
        INDEX=place.index,
        INPUT=f"{results['CATALOGUE']}|subset=lon > 60",
        DIAMETER_FIELD="diameter_m",
        RASTER=place.planet / "mosaic_b.tif",
        TOP=1,
        OUTPUT=place.home / "all.csv",
    )
    assert searched.code == 0, searched.output
    # The other observation has gaps: those queries are counted and do not end the others.
    east = [row for row in rows_of(place) if (float(row["LON_CIRC_IMG"]) + 180) % 360 > 240]
    counts = searched.results
    assert counts["QUERIES"] + counts["FAILED"] == len(east) > 20
    assert counts["MATCHES"] == counts["QUERIES"] and counts["FAILED"] > 0


def test_a_damaged_index_is_told(place: Place, tmp_path: Path) -> None:
    copy = tmp_path / "copy.craterindex"
    shutil.copytree(place.index, copy)
    victim = max(filter(Path.is_file, copy.rglob("*")), key=lambda path: path.stat().st_size)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 0xFF
    victim.write_bytes(bytes(data))
    ran = place.run("indexinformation", INDEX=copy, VERIFY="true")
    assert ran.code != 0 or ran.results["PROBLEMS"] > 0, ran.output
    assert "problem" in ran.output.lower()


def test_add_to_index_and_build_again(place: Place, tmp_path: Path) -> None:
    copy = tmp_path / "copy.craterindex"
    shutil.copytree(place.index, copy)
    ran = place.run("addtoindex", INDEX=copy, MOSAICS=place.planet / "mosaic_b.tif")
    assert ran.code == 0, ran.output
    views = 2 * len(rows_of(place))
    assert 0.8 * views < ran.results["ENCODED"] <= views
    assert ran.results["VIEWS"] == views + ran.results["ENCODED"]
    ran = place.run(
        "buildindex",
        MOSAICS=place.planet / "mosaic_a.tif",
        CATALOGUE=place.planet / "catalogue.csv",
        ENCODER="hog",
        TOKENS=8,
        SIZE=1,
        MIN_DIAMETER=100,
        REGION="-90,90,-45,45",
        CONTEXTS="2",
        OUTPUT=tmp_path / "part.craterindex",
    )
    assert ran.code == 0, ran.output
    manifest = (tmp_path / "part.craterindex/manifest.json").read_text(encoding="utf-8")
    assert '"quantisation":"2bit"' in manifest
    wanted = [
        row
        for row in rows_of(place)
        if float(row["DIAM_CIRC_IMG"]) >= 100
        and abs(float(row["LAT_CIRC_IMG"])) <= 45
        and abs((float(row["LON_CIRC_IMG"]) + 180) % 360 - 180) <= 90
    ]
    assert 5 < len(wanted) < 100
    assert ran.results["VIEWS"] + ran.results["SKIPPED"] == len(wanted)


def test_evaluate(place: Place) -> None:
    ran = place.run(
        "evaluate",
        INDEX=place.index,
        RASTER=place.planet / "mosaic_b.tif",
        CATALOGUE=place.planet / "catalogue.csv",
        LIMIT=30,
        ONLY="global two-stage:16:100",
        REPORT=place.home / "evaluation.json",
        OUTPUT=place.home / "evaluation.csv",
    )
    assert ran.code == 0, ran.output
    report = json.loads((place.home / "evaluation.json").read_text())
    _, rows = read_layer(place.home / "evaluation.csv")
    assert [row["method"] for row in rows] == ["global", "two-stage"]
    for row, expected in zip(rows, report["rows"], strict=True):
        assert float(row["hit_1"]) == pytest.approx(expected["hit@1"])
        assert float(row["map_id"]) == pytest.approx(expected["map_id"])
        assert float(row["map_id_low"]) == pytest.approx(expected["ci95"]["map_id"][0])
    assert ran.results["MAP_ID"] == pytest.approx(report["rows"][1]["map_id"])
    assert ran.results["QUERIES"] == 30


def test_a_model_of_build_search_and_export(place: Place, matches: Path, tmp_path: Path) -> None:
    model = tmp_path / "chain.model3"
    planet = place.planet
    files = (planet / "mosaic_a.tif", planet / "catalogue.csv")
    names = place.make_model("search", model, *files, 300)
    ran = place.run(
        str(model),
        features=f"{matches}|subset=rank = 1",
        **{names["table"]: tmp_path / "chained.csv"},
    )
    assert ran.code == 0, ran.output
    with (tmp_path / "chained.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    assert {row["query_id"] for row in rows} == {row["CRATER_ID"] for row in rows_of(place)[:4]}


@needs_moon
def test_the_model_on_the_moon(place: Place, tmp_path: Path) -> None:
    """Build, search by features, export: craters of 200 km and more of a real catalogue."""
    model, moon = tmp_path / "moon.model3", DATA / "moon"
    files = (moon / "lroc_wac_8k.tif", moon / "craters_ge5km.csv")
    names = place.make_model("search", model, *files, 200)
    with (moon / "craters_ge5km.csv").open(newline="") as file:
        known = {row["id"]: row for row in csv.DictReader(file) if float(row["diam_km"]) >= 200}
    sites = [row for row in known.values() if abs(float(row["lat"])) < 50][:5]
    _write_points(tmp_path / "large.gpkg", sites)
    given = {"features": tmp_path / "large.gpkg", names["table"]: tmp_path / "moon.csv"}
    ran = place.run(str(model), timeout=400, **given)
    assert ran.code == 0, ran.output
    with (tmp_path / "moon.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 15 and {row["crater_id"] for row in rows} <= set(known)
    best = {row["query_id"]: row for row in rows if row["rank"] == "1"}
    assert {row["id"] for row in sites} == set(best)
    # Cut from the index's own mosaic, at its place: every crater finds itself.
    assert all(row["crater_id"] == query for query, row in best.items())


def _write_points(path: Path, rows: list[dict[str, str]]) -> None:
    """Points with the fields that the model's search asks for."""
    import shapely
    from pyogrio.raw import write

    places = np.array([shapely.Point(float(row["lon"]), float(row["lat"])) for row in rows])
    columns = [
        np.array([row["id"] for row in rows], object),
        np.array([float(row["diam_km"]) * 1000 for row in rows]),
    ]
    names, crs = ["crater_id", "diameter_m"], "+proj=longlat +R=1737400 +no_defs"
    write(
        path, shapely.to_wkb(places), columns, names, geometry_type="Point", crs=crs, driver="GPKG"
    )


def test_what_is_wrong_is_said_in_a_sentence(place: Place, matches: Path) -> None:
    features = place.home / "earth.geojson"
    features.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"d":10},'
        '"geometry":{"type":"Point","coordinates":[5,5]}}]}'
    )
    ran = place.run(
        "searchbyfeatures",
        INDEX=place.index,
        INPUT=features,
        DIAMETER_FIELD="d",
        OUTPUT=place.home / "no.gpkg",
    )
    assert ran.code != 0 and "The layer of features is on Earth" in ran.output
    ran = place.process("indexinformation", INDEX=place.planet)
    assert ran.code != 0 and "Traceback" not in ran.output
    ran = place.run(
        "exportmatches",
        INPUT=place.planet / "catalogue.csv",
        INDEX=place.index,
        OUTPUT=place.home / "no.shp",
    )
    assert ran.code != 0 and "This layer holds no matches" in ran.output
    ran = place.run(
        "searchbyfeatures",
        INDEX=place.index,
        INPUT=f"{matches}|subset=rank = 1",
        WHERE="nonsense > 3",
        OUTPUT=place.home / "no.gpkg",
    )
    assert ran.code != 0 and "No query could be searched" in ran.output
    assert "nonsense" in ran.output and "Traceback" not in ran.output
