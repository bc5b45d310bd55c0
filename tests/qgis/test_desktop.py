"""The packaged zip in a clean profile of the real desktop, driven by mouse and keyboard."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyogrio
import pytest

from desktop.drive import missing_tools, run_tour
from support import DATA, ENGINE_PYTHON, ROOT, needs_moon, needs_qgis

pytestmark = [
    needs_qgis,
    needs_moon,
    pytest.mark.skipif(bool(missing_tools()), reason=f"not installed: {missing_tools()}"),
]


def test_a_person_finds_a_crater_and_takes_it_away(tmp_path: Path) -> None:
    """Panel, index, box by mouse, matches, accept by key, why, export, close."""
    index, mosaic = tmp_path / "south.craterindex", DATA / "moon" / "lroc_wac_8k.tif"
    subprocess.run(
        [
            *(ENGINE_PYTHON, "-m", "craterbench_qgis.engine", "index", "build"),
            *("--mosaic", mosaic, "--catalogue", DATA / "moon" / "craters_ge5km.csv"),
            *("--min-diameter", "80", "--region", "-60", "-75", "60", "-30", "--output", index),
        ],
        check=True,
        capture_output=True,
    )
    subprocess.run([ENGINE_PYTHON, ROOT / "tools" / "package.py"], check=True, cwd=ROOT)
    package = max((ROOT / "dist").glob("*.zip"), key=lambda one: one.stat().st_mtime)
    work = tmp_path / "desktop"
    work.mkdir()
    settings = {"TOUR_MOSAIC": mosaic, "TOUR_INDEX": index, "TOUR_BOX": "-11.2 -43.3 7"}
    seen = run_tour(work, package, settings, timeout=240)
    assert len(seen["steps"]) == 8
    assert {"accepted.shp", "accepted.prj", "accepted.qml"} <= set(seen["exported"])
    assert len(seen["groups"]) == 1
    meta, _, geometry, fields = pyogrio.raw.read(work / "out" / "accepted.shp")
    assert len(geometry) == 2 and "decision" in list(meta["fields"])
    assert list(fields[list(meta["fields"]).index("decision")]) == ["accepted", "accepted"]
