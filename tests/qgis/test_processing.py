"""Every algorithm by qgis_process in a clean profile, and a model that chains them."""

from __future__ import annotations

import csv
import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from processing_support import Place, make_place, qgis_process, read_layer, rows_of
from support import DATA, needs_moon, needs_qgis, run_in_qgis

pytestmark = [
    needs_qgis,
    pytest.mark.skipif(not qgis_process(), reason="qgis_process is not installed"),
]
CORE = (
    "query_id", "rank", "crater_id", "lon", "lat", "diameter_m", "score", "shortlist_score", "view",
    "distance_m", "bearing_deg", "expected_by_chance",
)  # fmt: skip


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A small planet, and its index, built by the algorithm itself."""
    made = make_place(tmp_path_factory.mktemp("processing"))
    ran = made.run(
        "buildindex",
        MOSAICS=made.planet / "mosaic_a.tif",
        CATALOGUE=made.planet / "catalogue.csv",
        ENCODER="hog",
        TOKENS=16,
        OUTPUT=made.index.with_suffix(""),
    )
    assert ran.code == 0, ran.told
    assert ran.results["OUTPUT"] == str(made.index)  # the ending is added
    assert made.index.is_dir()
    # Every row of the catalogue at both context factors.
    craters = len(rows_of(made))
    assert ran.results["CRATERS"] == craters > 100, ran.told
    assert ran.results["VIEWS"] == ran.results["ENCODED"] == 2 * craters
    assert ran.results["SKIPPED"] == 0
    return made


@pytest.fixture(scope="session")
def found(place: Place) -> Path:
    """Matches of four craters, cut from the mosaic the index was built from."""
    rows = rows_of(place)[:4]
    table = place.home / "four.csv"
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    output = place.home / "matches.gpkg"
    ran = place.run(
        "searchbyfeatures",
        INDEX=place.index,
        INPUT=table,
        LON_FIELD="LON_CIRC_IMG",
        LAT_FIELD="LAT_CIRC_IMG",
        DIAMETER_FIELD="DIAM_CIRC_IMG",
        ID_FIELD="CRATER_ID",
        TOP=6,
        PROVENANCE=place.home / "search.json",
        OUTPUT=output,
    )
    assert ran.code == 0, ran.told
    assert (ran.results["QUERIES"], ran.results["MATCHES"], ran.results["FAILED"]) == (4, 24, 0)
    return output


def test_every_feature_finds_itself_with_all_its_fields(place: Place, found: Path) -> None:
    names, rows = read_layer(found)
    assert set(CORE) <= set(names)
    assert {"DEGRADATION", "MORPHOLOGY", "MAPPER"} <= set(names)
    known = {row["CRATER_ID"]: row for row in rows_of(place)}
    first = [row for row in rows if row["rank"] == 1]
    assert len(first) == 4
    for row in first:
        own = known[row["query_id"]]
        assert row["crater_id"] == row["query_id"]
        assert row["MORPHOLOGY"] == own["MORPHOLOGY"]
        assert row["diameter_m"] == pytest.approx(float(own["DIAM_CIRC_IMG"]) * 1000)
        assert row["distance_m"] == pytest.approx(0, abs=1)
        # Outlines of true size: the north end of the circle lies half a diameter from the centre.
        if abs(row["lat"]) < 60:
            top = max(y for _, y in _vertices(row["geometry"]))
            reach = math.radians(top - row["lat"]) * 1_737_400
            assert reach == pytest.approx(row["diameter_m"] / 2, rel=1e-3)
    for query in known.keys() & {row["query_id"] for row in rows}:
        mine = [row for row in rows if row["query_id"] == query]
        assert [row["rank"] for row in mine] == list(range(1, 7))
        scores = [row["score"] for row in mine]
        assert scores == sorted(scores, reverse=True)
    told = json.loads((place.home / "search.json").read_text())
    assert told["encoder"] == "hog" and told["queries"] == 4 and told["shortlist"] == 200


def _vertices(shape: object) -> list[tuple[float, float]]:
    import shapely

    return [tuple(one) for one in shapely.get_coordinates(shape)]


def test_outlines_are_searched_by_their_own_size(place: Place, found: Path) -> None:
    """The circles of the best matches, used as features, find the same craters again."""
    ran = place.run(
        "searchbyfeatures",
        INDEX=place.index,
        INPUT=f"{found}|subset=rank = 1",
        ID_FIELD="crater_id",
        TOP=2,
        GEOMETRY=2,
        OUTPUT=place.home / "again.csv",
    )
    assert ran.code == 0, ran.told
    _, rows = read_layer(place.home / "again.csv")
    best = [row for row in rows if int(row["rank"]) == 1]
    assert len(best) == 4
    for row in best:
        assert row["crater_id"] == row["query_id"]
        assert float(row["query_diameter_m"]) == pytest.approx(float(row["diameter_m"]), rel=2e-3)
    ran = place.run(
        "searchbyfeatures",
        INDEX=place.index,
        INPUT=f"{found}|subset=rank = 1",
        ID_FIELD="crater_id",
        EXCLUDE_SELF="true",
        MIN_DIAMETER=100,
        TOP=3,
        GEOMETRY=1,
        OUTPUT=place.home / "others.gpkg",
    )
    assert ran.code == 0, ran.told
    _, rows = read_layer(place.home / "others.gpkg")
    assert rows and all(row["crater_id"] != row["query_id"] for row in rows)
    assert all(row["diameter_m"] >= 100_000 for row in rows)


def test_search_by_extent(place: Place) -> None:
    row = next(one for one in rows_of(place) if abs(float(one["LAT_CIRC_IMG"])) < 30)
    lon, lat = float(row["LON_CIRC_IMG"]), float(row["LAT_CIRC_IMG"])
    half = math.degrees(float(row["DIAM_CIRC_IMG"]) * 1250 / 1_737_400)
    extent = f"{lon - half},{lon + half},{lat - half},{lat + half}"
    ran = place.run(
        "searchbyextent", INDEX=place.index, EXTENT=extent, TOP=3, OUTPUT=place.home / "extent.gpkg"
    )
    assert ran.code == 0, ran.told
    _, rows = read_layer(place.home / "extent.gpkg")
    assert [one["rank"] for one in rows] == [1, 2, 3]
    assert rows[0]["crater_id"] == row["CRATER_ID"]
    # The view lies in the plane that touches the body at its centre.
    wanted = 2 * 1_737_400 * math.sin(math.radians(half))
    assert rows[0]["query_side_m"] == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "choice", "beside"),
    [
        ("out.shp", 0, "out.shp.provenance.json"),
        ("out", 4, "out.csv.provenance.json"),  # the format's ending is added
        ("out.scc", 0, ""),
        ("out_CRATER.shp", 0, "out_CRATER.shp.provenance.json"),
    ],
)
def test_export_formats(place: Place, found: Path, name: str, choice: int, beside: str) -> None:
    folder = place.home / f"export-{name}"
    folder.mkdir()
    ran = place.run(
        "exportmatches",
        INPUT=found,
        INDEX=place.index,
        FORMAT=choice,
        TOP=2,
        PROVENANCE=place.home / "search.json",
        OUTPUT=folder / name,
    )
    assert ran.code == 0, ran.told
    _, best = read_layer(found)
    craters = {row["crater_id"] for row in best if row["rank"] <= 2}
    # A list of craters has each once, also where several queries found it.
    expected_rows = len(craters) if name.endswith((".scc", "_CRATER.shp")) else 8
    assert ran.results["MATCHES"] == expected_rows
    path = Path(ran.results["OUTPUT"])
    assert path.is_file() and ran.results["FILES"] == len(list(folder.iterdir()))
    if beside:
        assert json.loads((folder / beside).read_text())["encoder"] == "hog"
    if path.suffix in (".scc", ".diam"):
        text = path.read_text()
        assert '# encoder: "hog"' in text
        lines = text[text.index("crater = {") :].splitlines()[1:-1]
        assert len(lines) == expected_rows
    else:
        names, rows = read_layer(path)
        assert len(rows) == expected_rows
        expected = "Diam_km" if name.endswith("_CRATER.shp") else "query_id"
        assert expected in names


def test_contact_sheets_of_every_query_or_one(place: Place, found: Path) -> None:
    ran = place.run(
        "exportmatches",
        INPUT=found,
        INDEX=place.index,
        TOP=3,
        OUTPUT=place.home / "sheet.png",
    )
    assert ran.code == 0, ran.told
    ids = [row["CRATER_ID"] for row in rows_of(place)[:4]]
    assert ran.results["FILES"] == 4
    for one in ids:
        assert (place.home / f"sheet_{one}.png").read_bytes().startswith(b"\x89PNG")
    ran = place.run(
        "exportmatches",
        INPUT=found,
        INDEX=place.index,
        QUERY_ID=ids[1],
        OUTPUT=place.home / "one.pdf",
    )
    assert ran.code == 0, ran.told
    assert (place.home / "one.pdf").read_bytes().startswith(b"%PDF")


def test_a_crater_of_two_queries_is_in_a_list_once(place: Place, found: Path) -> None:
    """The matches twice, as of another query: a .diam has no crater twice, a table has all."""
    from pyogrio.raw import read, write

    about, _, shapes, values = read(found)
    names = list(about["fields"])
    again = [np.concatenate([column, column]) for column in values]
    query = names.index("query_id")
    again[query][len(values[query]) :] = "another"
    both = place.home / "both.gpkg"
    shapes = np.concatenate([shapes, shapes])
    kind, crs = about["geometry_type"], about["crs"]
    write(both, shapes, again, names, geometry_type=kind, crs=crs, driver="GPKG")
    craters = len(set(values[names.index("crater_id")]))
    given = {"INPUT": both, "INDEX": place.index}
    ran = place.run("exportmatches", **given, OUTPUT=place.home / "both.diam")
    assert ran.code == 0 and ran.results["MATCHES"] == craters, ran.told
    text = (place.home / "both.diam").read_text()
    assert len(text[text.index("crater = {") :].splitlines()) == craters + 2
    assert f"are of {craters} craters" in ran.told
    ran = place.run("exportmatches", **given, OUTPUT=place.home / "both.csv")
    assert ran.results["MATCHES"] == 48


def test_reports_open_by_themselves(place: Place, found: Path) -> None:
    ran = place.run(
        "exportmatches",
        INPUT=f"{found}|subset=rank <= 3",
        INDEX=place.index,
        QUERY_ID=rows_of(place)[0]["CRATER_ID"],
        PROVENANCE=place.home / "search.json",
        OUTPUT="report.html",  # in the folder the shell is in
    )
    assert ran.code == 0, ran.told
    assert ran.results["OUTPUT"] == str(place.home / "report.html")
    page = (place.home / "report.html").read_text(encoding="utf-8")
    assert page.count('<li class="card">') == 3 and page.count("data:image/") == 4
    assert "<script" not in page and "Provenance" in page


def test_information_gives_a_layer_that_chains(place: Place) -> None:
    ran = place.run(
        "indexinformation", INDEX=place.index, VERIFY="true", OUTPUT=place.home / "info.html"
    )
    assert ran.code == 0, ran.told
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
    assert searched.code == 0, searched.told
    # The other observation has gaps: those queries are counted and do not end the others.
    east = [row for row in rows_of(place) if (float(row["LON_CIRC_IMG"]) + 180) % 360 > 240]
    told = searched.results
    assert told["QUERIES"] + told["FAILED"] == len(east) > 20
    assert told["MATCHES"] == told["QUERIES"] and told["FAILED"] > 0


def test_a_damaged_index_is_told(place: Place, tmp_path: Path) -> None:
    copy = tmp_path / "copy.craterindex"
    shutil.copytree(place.index, copy)
    victim = max((one for one in copy.rglob("*") if one.is_file()), key=lambda p: p.stat().st_size)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 0xFF
    victim.write_bytes(bytes(data))
    ran = place.run("indexinformation", INDEX=copy, VERIFY="true")
    assert ran.code != 0 or ran.results["PROBLEMS"] > 0, ran.told
    assert "problem" in ran.told.lower()


def test_add_to_index_and_build_again(place: Place, tmp_path: Path) -> None:
    copy = tmp_path / "copy.craterindex"
    shutil.copytree(place.index, copy)
    ran = place.run("addtoindex", INDEX=copy, MOSAICS=place.planet / "mosaic_b.tif")
    assert ran.code == 0, ran.told
    views = 2 * len(rows_of(place))
    assert 0.8 * views < ran.results["ENCODED"] <= views
    assert ran.results["VIEWS"] == views + ran.results["ENCODED"]
    ran = place.run(
        "buildindex",
        MOSAICS=place.planet / "mosaic_a.tif",
        CATALOGUE=place.planet / "catalogue.csv",
        ENCODER="hog",
        TOKENS=8,
        MIN_DIAMETER=100,
        REGION="-90,90,-45,45",
        CONTEXTS="2",
        OUTPUT=tmp_path / "part.craterindex",
    )
    assert ran.code == 0, ran.told
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
    assert ran.code == 0, ran.told
    report = json.loads((place.home / "evaluation.json").read_text())
    _, rows = read_layer(place.home / "evaluation.csv")
    assert [row["method"] for row in rows] == ["global", "two-stage"]
    for row, told in zip(rows, report["rows"], strict=True):
        assert float(row["hit_1"]) == pytest.approx(told["hit@1"])
        assert float(row["map_id"]) == pytest.approx(told["map_id"])
        assert float(row["map_id_low"]) == pytest.approx(told["ci95"]["map_id"][0])
    assert ran.results["MAP_ID"] == pytest.approx(report["rows"][1]["map_id"])
    assert ran.results["QUERIES"] == 30


MODEL = """
from qgis.core import (
    QgsProcessingModelAlgorithm, QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource as Source,
    QgsProcessingModelOutput, QgsProcessingModelParameter, QgsProcessingParameterFeatureSource,
)
import craterbench_qgis.processing.provider as module
provider = module.CraterBenchProvider()
QgsApplication.processingRegistry().addProvider(provider)
model = QgsProcessingModelAlgorithm("chain", "tests", "tests")
model.addModelParameter(
    QgsProcessingParameterFeatureSource("features", "features"),
    QgsProcessingModelParameter("features"))
def fill(child, chosen):
    # As the designer does: every parameter with a default gets it.
    for one in child.algorithm().parameterDefinitions():
        value = chosen.get(one.name(), one.defaultValue())
        if value is not None and not one.isDestination():
            child.addParameterSources(one.name(), [Source.fromStaticValue(value)])

build = QgsProcessingModelChildAlgorithm("craterbench:buildindex")
build.setChildId("build")
fill(build, {"MOSAICS": [args[1]], "CATALOGUE": args[2], "ENCODER": "hog", "TOKENS": 16})
model.addChildAlgorithm(build)
index = Source.fromChildOutput("build", "OUTPUT")
search = QgsProcessingModelChildAlgorithm("craterbench:searchbyfeatures")
search.setChildId("search")
search.addParameterSources("INDEX", [index])
search.addParameterSources("INPUT", [Source.fromModelParameter("features")])
chosen = {"DIAMETER_FIELD": "diameter_m", "ID_FIELD": "crater_id", "TOP": 3}
fill(search, chosen)
model.addChildAlgorithm(search)
export = QgsProcessingModelChildAlgorithm("craterbench:exportmatches")
export.setChildId("export")
export.addParameterSources("INDEX", [index])
export.addParameterSources("INPUT", [Source.fromChildOutput("search", "OUTPUT")])
fill(export, {"FORMAT": 4})
out = QgsProcessingModelOutput("table", "table")
out.setChildId("export")
out.setChildOutputName("OUTPUT")
export.setModelOutputs({"table": out})
model.addChildAlgorithm(export)
problems = model.validate()
assert problems[0], problems
assert model.toFile(args[0])
print("fine")
"""


def test_a_model_of_build_search_and_export(place: Place, found: Path, tmp_path: Path) -> None:
    model = tmp_path / "chain.model3"
    planet = place.planet
    run_in_qgis(MODEL, tmp_path, model, planet / "mosaic_a.tif", planet / "catalogue.csv")
    ran = place.run(
        str(model),
        features=f"{found}|subset=rank = 1",
        **{"export:table": tmp_path / "chained.csv"},
    )
    assert ran.code == 0, ran.told
    with (tmp_path / "chained.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    assert {row["query_id"] for row in rows} == {row["CRATER_ID"] for row in rows_of(place)[:4]}


@needs_moon
def test_the_model_on_the_moon(place: Place, tmp_path: Path) -> None:
    """Build, search by features, export: craters of 150 km and more of a real catalogue."""
    model, moon = tmp_path / "moon.model3", DATA / "moon"
    code = MODEL.replace('"TOKENS": 16}', '"TOKENS": 16, "MIN_DIAMETER": 150}')
    run_in_qgis(code, tmp_path, model, moon / "lroc_wac_8k.tif", moon / "craters_ge5km.csv")
    with (moon / "craters_ge5km.csv").open(newline="") as file:
        known = {row["id"]: row for row in csv.DictReader(file) if float(row["diam_km"]) >= 150}
    sites = [row for row in known.values() if abs(float(row["lat"])) < 50][:5]
    _write_points(tmp_path / "large.gpkg", sites)
    given = {"features": tmp_path / "large.gpkg", "export:table": tmp_path / "moon.csv"}
    ran = place.run(str(model), timeout=400, **given)
    assert ran.code == 0, ran.told
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


def test_what_is_wrong_is_said_in_a_sentence(place: Place, found: Path) -> None:
    features = place.home / "earth.geojson"
    features.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"d":10},'
        '"geometry":{"type":"Point","coordinates":[5,5]}}]}'
    )
    told = place.run(
        "searchbyfeatures",
        INDEX=place.index,
        INPUT=features,
        DIAMETER_FIELD="d",
        OUTPUT=place.home / "no.gpkg",
    )
    assert told.code != 0 and "The layer of features is on Earth" in told.told
    told = place.run("indexinformation", INDEX=place.planet)
    assert told.code != 0 and "Traceback" not in told.told
    told = place.run(
        "exportmatches",
        INPUT=place.planet / "catalogue.csv",
        INDEX=place.index,
        OUTPUT=place.home / "no.shp",
    )
    assert told.code != 0 and "This layer holds no matches" in told.told
    told = place.run(
        "searchbyfeatures",
        INDEX=place.index,
        INPUT=f"{found}|subset=rank = 1",
        WHERE="nonsense > 3",
        OUTPUT=place.home / "no.gpkg",
    )
    assert told.code != 0 and "No query could be searched" in told.told
    assert "nonsense" in told.told and "Traceback" not in told.told
