"""What is taken away from a search of an index of indexes: every format, through both doors."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
from PIL import Image

from craterbench_qgis.contract.build import BuildParams, CatalogueSource
from craterbench_qgis.contract.search import SearchReply
from craterbench_qgis.engine import sheets
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.formats import SUFFIXES
from craterbench_qgis.engine.index import IndexWriter, open_index
from craterbench_qgis.engine.indexing import add_to_index, build_index, join_indexes
from craterbench_qgis.engine.mosaic import Mosaic
from craterbench_qgis.engine.search import Searcher, SearchOptions, query_from_crater

from .scene import write_mosaic
from .server_client import Client

ENCODER = load_encoder("hog")
PLACES = np.random.default_rng(8).uniform((3, -5, 24), (21, 5, 40), (24, 3))
PARTS = {"P": range(14), "Q": range(12, 24)}
"""R-12 and R-13 are in both; R-03 is another crater in each."""
COLUMNS = {"P": "name,grade,seen", "Q": "crater_name,grade,depth"}
TOP = 30
NULL = (None, "", -9999.0)
"""The last one in a shapefile."""


def write_table(path: Path, part: str) -> None:
    lines = [f"crater_id,lon,lat,diameter_km,{COLUMNS[part]}"]
    for row in PARTS[part]:
        lon, lat, diameter = PLACES[row].tolist()
        crater_id = "R-03" if (part, row) == ("Q", 20) else f"R-{row:02d}"
        own = f"Ort {row},{row % 3},ja" if part == "P" else f"Ziel {row},{'abc'[row % 3]},{row / 8}"
        lines.append(f"{crater_id},{lon!r},{lat!r},{diameter!r},{own}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Indexes P and Q, ALL that joins them, and ONE: P with Q's craters added."""
    folder = tmp_path_factory.mktemp("zwei Hälften")
    write_mosaic(folder / "mosaic.tif")
    for part in PARTS:
        write_table(folder / f"{part}.csv", part)
        params = BuildParams(
            mosaics=[str(folder / "mosaic.tif")],
            catalogue=CatalogueSource(str(folder / f"{part}.csv")),
            output=str(folder / f"{part}.craterindex"),
            tokens=8,
            contexts=[2.5],
        )
        build_index(params, read_catalogue(params.catalogue.path), ENCODER)
    shutil.copytree(folder / "P.craterindex", folder / "ONE.craterindex")
    report = join_indexes(
        [folder / f"{part}.craterindex" for part in PARTS], folder / "ALL.craterindex"
    )
    assert (report.shared, report.unlike) == (2, 1)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Client]:
    with Client(folder / "session") as client:
        yield client


def box(row: int) -> list[str]:
    lon, lat, diameter = PLACES[row].tolist()
    half = diameter / 30.3  # of a box two diameters wide; a degree has 30.3 km
    return [f"{value:.6f}" for value in (lon - half, lat - half, lon + half, lat + half)]


def by_command(folder: Path, row: int, *outputs: str) -> None:
    command = ["search", str(folder / "ALL.craterindex"), "--mosaic", str(folder / "mosaic.tif")]
    assert main([*command, "--box", *box(row), "--top", str(TOP), *outputs]) == 0


def layer(path: Path) -> list[dict[str, Any]]:
    name = "matches" if path.suffix == ".gpkg" else None
    info, _, geometry, columns = pyogrio.raw.read(path, layer=name)
    assert len(geometry) == len(columns[0])
    return [dict(zip(info["fields"], row, strict=True)) for row in zip(*columns, strict=True)]


def test_every_format_by_the_command(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_command(folder, 16, "--json")
    answer = json.loads(capsys.readouterr().out)
    matches = answer["matches"]
    assert len(matches) == 24 and matches[0]["crater_id"] == "R-16"
    assert len({(match["lon"], match["lat"]) for match in matches}) == 24
    for suffix in SUFFIXES:
        target = tmp_path / f"auswahl{suffix}"
        by_command(folder, 16, "--output", str(target))
        assert target.stat().st_size > 500, suffix
    for name in ("auswahl.gpkg", "auswahl.geojson", "auswahl.shp"):
        rows = layer(tmp_path / name)
        assert [row["crater_id"] for row in rows] == [match["crater_id"] for match in matches]
        for row, match in zip(rows, matches, strict=True):
            assert row["score"] == pytest.approx(match["score"], abs=1e-6)
            own = match["attributes"]
            assert row["grade"] == str(own["grade"])  # numbers in one index, text in the other
            for column, shown in (("name", "name"), ("crater_name", "crater_name"), ("depth",) * 2):
                kept = row.get(shown, row.get(shown[:10]))
                wanted = own.get(column)
                assert kept == wanted or (wanted is None and (kept in NULL or kept != kept))
    with (tmp_path / "auswahl.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["crater_id"] for row in rows] == [match["crater_id"] for match in matches]
    assert {row["name"] or row["crater_name"] for row in rows} == {
        match["attributes"].get("name") or match["attributes"]["crater_name"] for match in matches
    }


def test_names_stand_in_the_report_whichever_index_they_are_of(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: dict[str, list[str | None]] = {"report": [], "sheet": []}
    real_report, real_tile = sheets.html_report, sheets.match_tile

    def report(path: Path, rows: list[Any], **rest: Any) -> None:
        named["report"] += [row.name for row in rows]
        real_report(path, rows, **rest)

    def tile(match: Any, picture: Any, **rest: Any) -> Any:
        named["sheet"].append(rest["name"])
        return real_tile(match, picture, **rest)

    monkeypatch.setattr(sheets, "html_report", report)
    monkeypatch.setattr(sheets, "match_tile", tile)
    by_command(
        folder, 16, "--report", str(tmp_path / "a.html"), "--contact-sheet", str(tmp_path / "a.png")
    )
    every = {f"Ort {row}" for row in range(14)} | {f"Ziel {row}" for row in range(14, 24)}
    assert len(named["report"]) == len(named["sheet"]) == 24
    assert set(named["report"]) == set(named["sheet"]) == every
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "Ort 3<" in text and "Ziel 20<" in text
    assert min(Image.open(tmp_path / "a.png").size) > 500


def test_over_the_pipe_as_from_one_index(server: Client, folder: Path, tmp_path: Path) -> None:
    lon, lat, diameter = PLACES[5].tolist()
    query = {
        "kind": "crater", "mosaic": {"path": str(folder / "mosaic.tif")}, "lon": lon, "lat": lat,
        "diameter_m": diameter * 1000,
    }  # fmt: skip
    add_to_index(folder / "ONE.craterindex", ENCODER, craters=_others(folder))
    written = []
    for name in ("ONE", "ALL"):
        index = str(folder / f"{name}.craterindex")
        reply = SearchReply.from_json(
            server.call("search", {"index": index, "query": query, "top": 12})
        )
        matches = [{**match.to_json(), "decision": "accepted"} for match in reply.matches]
        params = {"index": index, "matches": matches, "provenance": reply.provenance}
        target = tmp_path / f"{name}.gpkg"
        assert server.call("export", {**params, "path": str(target)})["files"] == [str(target)]
        written.append(layer(target))
        sheet = {**params, "query": query}
        for method, suffix in (("contact_sheet", ".pdf"), ("report", ".html")):
            target = tmp_path / f"{name}{suffix}"
            server.call(method, {**sheet, "path": str(target)})
            assert target.stat().st_size > 5_000
    one, joined = written
    assert len(one) == 12
    for column in ("rank", "lon", "lat", "diameter_m", "score", "view", "decision"):
        assert [row[column] for row in joined] == [row[column] for row in one], column


def _others(folder: Path) -> Any:
    """Q's craters under ids that no crater of P has."""
    text = (folder / "Q.csv").read_text(encoding="utf-8").replace("R-03", "R-20")
    (folder / "others.csv").write_text(text, encoding="utf-8")
    return read_catalogue(str(folder / "others.csv"))


def test_the_picture_of_a_match_is_its_own_after_the_indexes_were_joined_anew(
    folder: Path, tmp_path: Path
) -> None:
    """Views have other numbers then, and two craters have the id R-03."""
    with (
        Mosaic.open(folder / "mosaic.tif") as mosaic,
        open_index(folder / "ALL.craterindex") as index,
    ):
        lon, lat, diameter = PLACES[20].tolist()
        query = query_from_crater(mosaic, lon, lat, diameter * 1000, 2.5, ENCODER.input_size)
        found = Searcher(index, ENCODER).search(query, SearchOptions(top=TOP)).matches
        pictures = {
            (match.lon, match.lat): index.thumbnail(match.view_number or 0) for match in found
        }
    twins = [match for match in found if match.crater_id == "R-03"]
    assert len(twins) == 2 and len(set(pictures.values())) == len(found)
    for part in PARTS:
        shutil.copytree(folder / f"{part}.craterindex", tmp_path / f"{part}.craterindex")
    with IndexWriter.open(tmp_path / "P.craterindex") as writer:
        writer.remove(["R-00"])
        writer.compact()
    other_way = tmp_path / "ALL.craterindex"
    join_indexes([tmp_path / f"{part}.craterindex" for part in reversed(PARTS)], other_way)
    with open_index(other_way) as index:
        for match in found:
            if match.crater_id == "R-00":
                continue
            number = sheets.view_number(index, match)
            assert number is not None
            assert index.thumbnail(number) == pictures[match.lon, match.lat], match.crater_id
