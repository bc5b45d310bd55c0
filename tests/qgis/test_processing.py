"""Searches and exports by qgis_process in a clean profile."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from processing_support import Place, qgis_process, read_layer, rows_of
from support import needs_qgis

pytestmark = [
    needs_qgis,
    pytest.mark.skipif(not qgis_process(), reason="qgis_process is not installed"),
]
CORE = (
    "query_id", "rank", "crater_id", "lon", "lat", "diameter_m", "score", "shortlist_score", "view",
    "distance_m", "bearing_deg", "expected_by_chance",
)  # fmt: skip


def test_every_feature_finds_itself_with_all_its_fields(place: Place, matches: Path) -> None:
    names, rows = read_layer(matches)
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
    origin = json.loads((place.home / "search.json").read_text())
    assert origin["encoder"] == "hog" and origin["queries"] == 4 and origin["shortlist"] == 200


def _vertices(shape: object) -> list[tuple[float, float]]:
    import shapely

    return [tuple(vertex) for vertex in shapely.get_coordinates(shape)]


def test_outlines_are_searched_by_their_own_size(place: Place, matches: Path) -> None:
    """The circles of the best matches, used as features, find the same craters again."""
    ran = place.run(
        "searchbyfeatures",
        INDEX=place.index,
        INPUT=f"{matches}|subset=rank = 1",
        ID_FIELD="crater_id",
        TOP=2,
        GEOMETRY=2,
        OUTPUT=place.home / "again.csv",
    )
    assert ran.code == 0, ran.output
    _, rows = read_layer(place.home / "again.csv")
    best = [row for row in rows if int(row["rank"]) == 1]
    assert len(best) == 4
    for row in best:
        assert row["crater_id"] == row["query_id"]
        assert float(row["query_diameter_m"]) == pytest.approx(float(row["diameter_m"]), rel=2e-3)
    ran = place.run(
        "searchbyfeatures",
        INDEX=place.index,
        INPUT=f"{matches}|subset=rank = 1",
        ID_FIELD="crater_id",
        EXCLUDE_SELF="true",
        MIN_DIAMETER=100,
        TOP=3,
        GEOMETRY=1,
        OUTPUT=place.home / "others.gpkg",
    )
    assert ran.code == 0, ran.output
    _, rows = read_layer(place.home / "others.gpkg")
    assert rows and all(row["crater_id"] != row["query_id"] for row in rows)
    assert all(row["diameter_m"] >= 100_000 for row in rows)


def test_search_by_extent(place: Place) -> None:
    row = next(row for row in rows_of(place) if abs(float(row["LAT_CIRC_IMG"])) < 30)
    lon, lat = float(row["LON_CIRC_IMG"]), float(row["LAT_CIRC_IMG"])
    half = math.degrees(float(row["DIAM_CIRC_IMG"]) * 1250 / 1_737_400)
    extent = f"{lon - half},{lon + half},{lat - half},{lat + half}"
    ran = place.process(
        "searchbyextent", INDEX=place.index, EXTENT=extent, TOP=3, OUTPUT=place.home / "extent.gpkg"
    )
    assert ran.code == 0, ran.output
    _, rows = read_layer(place.home / "extent.gpkg")
    assert [match["rank"] for match in rows] == [1, 2, 3]
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
def test_export_formats(place: Place, matches: Path, name: str, choice: int, beside: str) -> None:
    folder = place.home / f"export-{name}"
    folder.mkdir()
    ran = place.run(
        "exportmatches",
        INPUT=matches,
        INDEX=place.index,
        FORMAT=choice,
        TOP=2,
        PROVENANCE=place.home / "search.json",
        OUTPUT=folder / name,
    )
    assert ran.code == 0, ran.output
    _, best = read_layer(matches)
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


def test_contact_sheets_of_every_query_or_one(place: Place, matches: Path) -> None:
    ran = place.run(
        "exportmatches",
        INPUT=matches,
        INDEX=place.index,
        TOP=3,
        OUTPUT=place.home / "sheet.png",
    )
    assert ran.code == 0, ran.output
    ids = [row["CRATER_ID"] for row in rows_of(place)[:4]]
    assert ran.results["FILES"] == 4
    for crater_id in ids:
        assert (place.home / f"sheet_{crater_id}.png").read_bytes().startswith(b"\x89PNG")
    ran = place.run(
        "exportmatches",
        INPUT=matches,
        INDEX=place.index,
        QUERY_ID=ids[1],
        OUTPUT=place.home / "one.pdf",
    )
    assert ran.code == 0, ran.output
    assert (place.home / "one.pdf").read_bytes().startswith(b"%PDF")


def test_a_crater_of_two_queries_is_in_a_list_once(place: Place, matches: Path) -> None:
    """The matches twice, as of another query: a .diam has no crater twice, a table has all."""
    from pyogrio.raw import read, write

    about, _, shapes, values = read(matches)
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
    assert ran.code == 0 and ran.results["MATCHES"] == craters, ran.output
    text = (place.home / "both.diam").read_text()
    assert len(text[text.index("crater = {") :].splitlines()) == craters + 2
    assert f"are of {craters} craters" in ran.output
    ran = place.run("exportmatches", **given, OUTPUT=place.home / "both.csv")
    assert ran.results["MATCHES"] == 48


def test_reports_open_by_themselves(place: Place, matches: Path) -> None:
    ran = place.run(
        "exportmatches",
        INPUT=f"{matches}|subset=rank <= 3",
        INDEX=place.index,
        QUERY_ID=rows_of(place)[0]["CRATER_ID"],
        PROVENANCE=place.home / "search.json",
        OUTPUT="report.html",  # in the folder the shell is in
    )
    assert ran.code == 0, ran.output
    assert ran.results["OUTPUT"] == str(place.home / "report.html")
    page = (place.home / "report.html").read_text(encoding="utf-8")
    assert page.count('<li class="card">') == 3 and page.count("data:image/") == 4
    assert "<script" not in page and "Provenance" in page
