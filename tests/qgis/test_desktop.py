"""The packaged zip in a clean profile of the real desktop, driven by mouse and keyboard."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyogrio
import pytest

from desktop.drive import HERE, missing_tools, run_tour
from support import DATA, ENGINE_PYTHON, ROOT, needs_moon, needs_qgis

pytestmark = [
    needs_qgis,
    needs_moon,
    pytest.mark.skipif(bool(missing_tools()), reason=f"not installed: {missing_tools()}"),
]


MOSAIC, CATALOGUE = DATA / "moon" / "lroc_wac_8k.tif", DATA / "moon" / "craters_ge5km.csv"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Craters of the south, without descriptors of kind."""
    index = tmp_path_factory.mktemp("south") / "south.craterindex"
    subprocess.run(
        [
            *(ENGINE_PYTHON, "-m", "craterbench_qgis.engine", "index", "build"),
            *("--mosaic", MOSAIC, "--catalogue", CATALOGUE, "--no-kinds"),
            *("--min-diameter", "80", "--region", "-60", "-75", "60", "-30", "--output", index),
        ],
        check=True,
        capture_output=True,
    )
    return index


@pytest.fixture(scope="module")
def package() -> Path:
    """The zip as it is published."""
    subprocess.run([ENGINE_PYTHON, ROOT / "tools" / "package.py"], check=True, cwd=ROOT)
    return max((ROOT / "dist").glob("*.zip"), key=lambda file: file.stat().st_mtime)


def test_a_person_finds_a_crater_and_takes_it_away(
    tmp_path: Path, index: Path, package: Path
) -> None:
    """Panel, index, box by mouse, matches, accept by key, why, export, close."""
    work = tmp_path / "desktop"
    work.mkdir()
    settings = {"TOUR_MOSAIC": MOSAIC, "TOUR_INDEX": index, "TOUR_BOX": "-11.2 -43.3 7"}
    seen = run_tour(work, package, settings, timeout=240)
    assert len(seen["steps"]) == 8
    assert {"accepted.shp", "accepted.prj", "accepted.qml"} <= set(seen["exported"])
    assert len(seen["groups"]) == 1
    meta, _, geometry, fields = pyogrio.raw.read(work / "out" / "accepted.shp")
    assert len(geometry) == 2 and "decision" in list(meta["fields"])
    assert list(fields[list(meta["fields"]).index("decision")]) == ["accepted", "accepted"]


def test_the_controls_of_the_panel_by_mouse(tmp_path: Path, index: Path, package: Path) -> None:
    """Settings, a tight box, its diameter, analogs, chips, why, the gallery's window, Build."""
    work = tmp_path / "desktop"
    work.mkdir()
    settings = {
        "TOUR_MOSAIC": MOSAIC,
        "TOUR_INDEX": index,
        "TOUR_CATALOGUE": CATALOGUE,
        "TOUR_BOX": "-11.2 -43.3 3.4",  # Tycho, 85 km, as tight as it is
    }
    seen = run_tour(work, package, settings, HERE / "controls_tour.py", timeout=300)
    assert len(seen["steps"]) == 9
    assert seen["tight"][1] == pytest.approx(85e3, rel=0.1)
    assert seen["corrected"] == pytest.approx(80e3, rel=1e-3)
    assert all(seen["analogs"]) and "CraterBenchChip_pixels" in seen["chips"]
