"""Exports that replace an older one, or cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from craterbench_qgis.engine.errors import ExportError
from craterbench_qgis.engine.formats import TABLE_SUFFIXES, staging, write_matches

from .test_formats import MOON, ORIGIN, row, table

# ------------------------------------------------------------------ replacing and failing


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_an_older_set_is_replaced_with_its_sidecars(tmp_path: Path) -> None:
    path = tmp_path / "m.shp"
    for stale in ("m.qix", "m.sbn", "m.shp.xml", "m.gpkg-wal", "m.qml", "m2.shp"):
        (tmp_path / stale).write_text("old")
    write_matches(path, [row()], body=MOON, provenance={})
    write_matches(tmp_path / "m.gpkg", [row()], body=MOON, provenance={})
    names = {p.name for p in tmp_path.iterdir()}
    assert not {"m.qix", "m.sbn", "m.shp.xml", "m.gpkg-wal"} & names
    assert {"m.qml", "m2.shp", "m.shp", "m.dbf"} <= names
    write_matches(path, [row(), row(2)], body=MOON, provenance={})
    assert len(table(path)[0]) == 2


@pytest.mark.parametrize("suffix", TABLE_SUFFIXES)
def test_a_failed_write_leaves_the_old_set(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"m{suffix}"
    write_matches(path, [row()], body=MOON, provenance=ORIGIN)
    before = contents(tmp_path)
    with pytest.raises(ExportError, match="exists already"):
        write_matches(path, [row(2)], body=MOON, provenance={}, overwrite=False)

    moved = []
    replace = os.replace

    def third_fails(source: Path, target: Path) -> None:
        moved.append(target)
        if len(moved) == (3 if suffix in (".shp", ".csv") else 1):
            raise PermissionError(13, "in use")
        replace(source, target)

    monkeypatch.setattr(os, "replace", third_fails)
    with pytest.raises(ExportError, match="close the program"):
        write_matches(path, [row(2)], body=MOON, provenance={})
    assert contents(tmp_path) == before


_FULL = """
import resource, sys
from pathlib import Path
from craterbench_qgis.engine.bodies import body_by_name
from craterbench_qgis.engine.errors import ExportError
from craterbench_qgis.contract.search import Match
from craterbench_qgis.engine.formats import write_matches
rows = [Match(i, f"c{i}", i % 180, 0, 1e4, 0.5, attributes={"t": "x" * 200}) for i in range(300)]
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
for path in sys.argv[1:]:
    try:
        write_matches(Path(path), rows, body=body_by_name("moon"), provenance={})
    except ExportError as error:
        print("refused:", error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limit on Windows")
def test_a_disk_without_room_is_told_and_keeps_the_old_set(tmp_path: Path) -> None:
    paths = [tmp_path / f"m{suffix}" for suffix in TABLE_SUFFIXES]
    for path in paths:
        write_matches(path, [row()], body=MOON, provenance={})
    before = contents(tmp_path)
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _FULL, *map(str, paths)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("refused:") == len(paths), done.stdout
    assert contents(tmp_path) == before


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"\.shp, \.gpkg, \.geojson, \.csv"):
        write_matches(tmp_path / "m.kml", [], body=MOON, provenance={})
    with pytest.raises(ExportError, match="does not exist"):
        write_matches(tmp_path / "no" / "m.shp", [], body=MOON, provenance={})
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(ExportError, match="is a folder"):
        write_matches(tmp_path / "d.csv", [], body=MOON, provenance={})


def test_a_folder_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> str:  # the tests may run as root, whom no folder refuses
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(staging.tempfile, "mkdtemp", refuse)
    with pytest.raises(ExportError, match="Choose a folder you may write in"):
        write_matches(tmp_path / "m.csv", [], body=MOON, provenance={})
