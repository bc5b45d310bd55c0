"""Doors, walls and budgets: what bounds the engine, and the smaller things strangers try."""

from __future__ import annotations

import ast
import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from craterbench_qgis.contract import databases, names
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.encoders import load_encoder
from craterbench_qgis.engine.errors import (
    CatalogueError,
    CraterBenchError,
    CraterIndexError,
    EncoderError,
)
from craterbench_qgis.engine.files import formulas, rasters, vectors, walls
from craterbench_qgis.engine.index import open_index
from craterbench_qgis.engine.server import loop
from craterbench_qgis.engine.server.session_budget import SessionBudget
from craterbench_qgis.engine.server.sessions import MAX_OPEN
from tests.engine.server_client import Client

from . import hostile_indexes, hostile_vectors
from .support import ROOT

OPENING = {
    "rasterio": {"open", "MemoryFile", "DatasetReader"},
    "pyogrio": {
        "read_arrow", "open_arrow", "read_info", "list_layers", "read_bounds", "read_dataframe",
        "raw",
    },
}  # fmt: skip


def test_two_modules_of_the_engine_open_rasters_and_layers() -> None:
    """ruff refuses others too; this also sees what is imported under another name."""
    doors = set()
    for path in sorted((ROOT / "craterbench_qgis" / "engine").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            opened: set[str] = set()
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                opened = {node.attr} & OPENING.get(node.value.id, set())
            elif isinstance(node, ast.ImportFrom) and node.module:
                taken = {alias.name for alias in node.names} | set(node.module.split(".")[1:])
                opened = taken & OPENING.get(node.module.split(".")[0], set())
            if opened:
                doors.add(path.name)
    assert doors == {"rasters.py"} or doors == {"rasters.py", "vectors.py"}


def test_only_the_allowed_drivers_are_there() -> None:
    """In the engine's own process: both GDALs, each with a list."""
    program = (
        "import craterbench_qgis.engine\n"
        "from craterbench_qgis.engine.files import rasters, vectors\n"
        "import json\n"
        "print(json.dumps([sorted(rasters.registered_drivers()),"
        " sorted(vectors.registered_drivers())]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True, text=True
    )
    of_rasters, of_vectors = json.loads(run.stdout)
    assert not walls.strangers_among(set(of_rasters), walls.RASTER_DRIVERS)
    assert not walls.strangers_among(set(of_vectors), walls.VECTOR_DRIVERS)
    assert {"GTiff", "VRT", "ISIS3"} <= set(of_rasters)
    assert {"GPKG", "ESRI Shapefile", "GeoJSON"} <= set(of_vectors)
    assert run.stderr == ""


def test_the_lists_do_not_overlap() -> None:
    assert not set(walls.RASTER_DRIVERS) & set(walls.OTHER_RASTER_DRIVERS)
    for name in ("MRF", "WMS", "WMTS", "WCS", "GTI", "OGR_VRT", "GDALG", "HTTP", "STACTA", "Zarr"):
        assert name not in {*walls.RASTER_DRIVERS, *walls.VECTOR_DRIVERS}
    assert callable(rasters.open_raster) and callable(vectors.table)


@pytest.mark.parametrize(
    ("sql", "runs"),
    [
        ("CREATE VIEW a AS SELECT x, y FROM b WHERE x > 1", False),
        (f"CREATE VIEW a AS {hostile_vectors.ENDLESS}", True),
        ("CREATE VIEW a AS SELECT ogr_geocode('x') FROM b", True),
        ("CREATE TABLE a (x TEXT DEFAULT (strftime('%Y','now')))", False),
        ("CREATE TABLE a (x TEXT AS (hex(1)))", True),
        ("CREATE TABLE a (x TEXT GENERATED ALWAYS AS (1))", True),
        ("CREATE VIRTUAL TABLE a USING rtree(id, minx, maxx)", False),
        ("CREATE VIRTUAL TABLE a USING VirtualOGR('x')", True),
        ("CREATE INDEX a ON b(x)", False),
        ("CREATE INDEX a ON b(hex(x))", True),
        ("CREATE TRIGGER a AFTER DELETE ON b BEGIN UPDATE c SET n = n - 1; END", False),
        (f"CREATE TRIGGER a AFTER DELETE ON b BEGIN {hostile_vectors.ENDLESS}; END", True),
        ("CREATE TRIGGER a AFTER DELETE ON b BEGIN DELETE FROM c WHERE x = hex(1); END", True),
    ],
)
def test_programs_in_a_database(sql: str, runs: bool) -> None:
    import sqlite3

    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE IF NOT EXISTS b (x, y, n)")
    base.execute("CREATE TABLE IF NOT EXISTS c (x, n)")
    base.execute("PRAGMA writable_schema = ON")
    kind = sql.split()[1].lower().replace("virtual", "table")
    base.execute("INSERT INTO sqlite_master VALUES (?, 'a', 'a', 0, ?)", (kind, sql))
    assert bool(databases.programs(base)) == runs
    base.close()


def test_a_geopackage_of_our_own_runs_nothing_unusual(whole: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(whole / "catalogue.gpkg")) as base:
        assert databases.programs(base) == ""


def test_a_reader_answers_from_the_generation_it_compared(work: Path, whole: Path) -> None:
    """Another GeoPackage under the same name is not read, however it got there."""
    path = hostile_indexes.copy(whole, work / "moon.craterindex")
    with open_index(path) as index:
        assert len(index.where("crater_row >= 0")) == 60
        replacement = hostile_vectors.good(work / "other.gpkg")
        replacement.replace(path / "catalogue.gpkg")
        with pytest.raises(CraterIndexError):
            index.where("crater_row >= 0")


def test_a_column_whose_name_is_no_text_ends_in_a_sentence(work: Path, whole: Path) -> None:
    """Found by the fuzzer: a right checksum over a name that is no UTF-8."""
    path = hostile_indexes.copy(whole, work / "moon.craterindex")
    file = path / "catalogue.gpkg"
    file.write_bytes(file.read_bytes().replace(b"diameter_m", b"diameter_\xb3"))
    hostile_indexes.with_gpkg(path, "SELECT 1")
    with open_index(path) as index, pytest.raises(CraterIndexError):
        index.where("crater_row >= 0 AND lat > 0")


def test_the_session_folder_keeps_what_was_used_last(work: Path) -> None:
    budget = SessionBudget(most_bytes=1000, most_files=5)
    files = [work / f"{number}.png" for number in range(12)]
    for number, path in enumerate(files):
        path.write_bytes(b"x" * 300)
        budget.wrote(path)
        if number:
            assert budget.used(files[0])
    assert [path.name for path in sorted(work.glob("*.png"))] == ["0.png", "10.png", "11.png"]
    files[0].unlink()
    assert not budget.used(files[0])
    big = work / "big.png"
    big.write_bytes(b"x" * 5000)
    budget.wrote(big)
    assert list(work.glob("*.png")) == [big]


@pytest.fixture(scope="module")
def bombs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return dict(hostile_vectors.bombs(tmp_path_factory.mktemp("bombs")))


@pytest.mark.parametrize("name", ["bomb.geojson.zip", "bomb.csv.zip", "bomb.csv.gz"])
def test_what_is_unpacked_is_bounded(name: str, bombs: dict[str, str]) -> None:
    with pytest.raises(CatalogueError, match="unpacks to more than"):
        read_catalogue(bombs[name])
    if name.endswith(".zip"):
        with pytest.raises(CraterBenchError, match="unpacks to more than"):
            vectors.layers(Path(bombs[name]))


def test_waiting_requests_are_bounded(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Client(work / "session", faults=True) as client:
        client.send("short.deaf", number=1)
        for number in range(2, loop.MAX_WAITING + 3):
            client.send("short.odd", number=number)
        error = client.answer(loop.MAX_WAITING + 1)["error"]
        assert "waiting already" in error["message"]


def test_cancel_names_a_request_by_its_own_id(work: Path) -> None:
    """True and 1.0 are the number 1 to a dictionary, not to whoever sent 1."""
    with Client(work / "session", faults=True) as client:
        client.send("long.work", number=1)
        for number in (True, 1.0):
            client.cancel(number)
        client.call("$/ping")
        client.send("long.odd", number=2)
        client.call("short.odd")
        assert not any(b'"id":1,"error"' in line for line in client.lines)
        client.cancel(1)
        assert client.answer(1)["error"]["code"] == -32800


def test_a_second_hello_changes_nothing(work: Path) -> None:
    with Client(work / "session", faults=True) as client:
        assert client.fail("hello", {"client": "x", "protocol": 99})["code"] == -32001
        client.call("short.odd")


def test_open_indexes_are_bounded(work: Path, whole: Path) -> None:
    import threading

    from craterbench_qgis.engine.server.sessions import Sessions

    sessions = Sessions(threading.Lock())
    first = hostile_indexes.copy(whole, work / "0.craterindex")
    kept = sessions.index(first)
    for number in range(1, MAX_OPEN + 3):
        path = hostile_indexes.copy(whole, work / f"{number}.craterindex")
        sessions.index(path)
        assert sessions.index(first) is kept
    second = sessions.index(work / "1.craterindex")
    assert second.n_views > 0


@pytest.mark.parametrize(
    "name", ["timm:local-dir:/x", "timm:hf-hub:a/b", "timm:../x", "local-dir:/x", "timm:a/b"]
)
def test_names_of_encoders_reach_no_folder(name: str) -> None:
    with pytest.raises(EncoderError):
        load_encoder(name)


@pytest.mark.parametrize("name", ["timm:local-dir:/x", "/tmp/a.pth", "a.json", "evil.pt", "a/b"])
def test_an_index_names_no_file_as_its_encoder(name: str, work: Path, whole: Path) -> None:
    import dataclasses

    path = hostile_indexes.copy(whole, work / "moon.craterindex")

    def change(manifest: Any) -> Any:
        return dataclasses.replace(
            manifest, settings=dataclasses.replace(manifest.settings, encoder_id=name)
        )

    hostile_indexes.rewrite(path, change)
    with pytest.raises(CraterIndexError, match="damaged"):
        open_index(path)


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd", "-2+3", "\t=1", "'=1", "''@x", "\r="])
def test_formulas_are_guarded_and_read_back(text: str, work: Path) -> None:
    assert formulas.guarded(text).startswith("'")
    assert formulas.unguarded(formulas.guarded(text)) == text


@pytest.mark.parametrize("text", ["-5", "+1.5e3", "a=b", "", "it's", "'quoted'", "12-3"])
def test_plain_cells_stay_as_they_are(text: str) -> None:
    assert formulas.guarded(text) == text
    assert formulas.unguarded(text) == text


def test_a_catalogue_with_formulas_comes_back_from_csv(work: Path) -> None:
    rows = [["id", "lon", "lat", "diameter_km", "note"], ["a", 1, 2, 3, "=1+1"]]
    path = work / "guarded.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[formulas.guarded(cell) for cell in row] for row in rows])
    assert "'=1+1" in path.read_text(encoding="utf-8")
    craters = read_catalogue(path, body="moon")
    assert craters.attributes.column("note").to_pylist() == ["=1+1"]
    table = pa.table({"=x": ["@a", None], "n": [1, 2]})
    guarded = formulas.guarded_table(table)
    assert guarded.to_pydict() == {"'=x": ["'@a", None], "n": [1, 2]}


@pytest.mark.parametrize(
    ("name", "remote"),
    [
        ("https://example.org/a.tif", True),
        ("/vsicurl/https://example.org/a.tif", True),
        ("/vsizip//vsis3/b/a.zip/b.tif", True),
        ("zip+https://example.org/a.zip!b.tif", True),
        ("/home/me/a.tif", False),
        ("zip:///home/me/a.zip!b.tif", False),
        ("C:\\maps\\a.tif", False),
    ],
)
def test_names_in_the_network(name: str, remote: bool) -> None:
    """The check both processes make."""
    assert names.is_remote(name) == remote
    assert not names.is_there(name)
