"""Is the number of craters expected by chance true? The command that asks, on known ground."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from craterbench_qgis.engine.cli import main

from .scene import build_scene
from .test_evaluation import write_mosaic

COUNT = 160


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A textured planet, craters on a loose grid that share no ground, and the command."""
    folder = tmp_path_factory.mktemp("sure")
    mosaic = write_mosaic(folder / "gallery.tif", 0.0)
    second = write_mosaic(folder / "other.tif", 0.3)
    rng = np.random.default_rng(8)
    lines = ["id,lon,lat,diam_km"]
    for i in range(COUNT):
        lon, lat = -171 + 18 * (i % 20) + rng.uniform(-1, 1), -52.5 + 15 * (i // 20)
        lines.append(f"c{i},{lon:.4f},{lat:.4f},{rng.uniform(90, 110):.3f}")
    table = folder / "craters.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    index = folder / "sure.craterindex"
    build = ["index", "build", "--mosaic", str(mosaic), "--catalogue", str(table), "--tokens", "16"]
    assert main([*build, "--encoder", "hog", "--no-kinds", "--output", str(index)]) == 0
    ask = ["evaluate", str(index), "--mosaic", str(second), "--catalogue", str(table)]
    return folder, [*ask, "--views-per-crater", "1", "--context", "2.5", "--how-sure"]


def test_numbers_told_are_near_those_counted(
    ground: tuple[Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*ground[1], "--output", str(tmp_path)]) == 0
    assert "crater not in the index" in capsys.readouterr().out
    result = json.loads((tmp_path / "how-sure.json").read_text())
    assert result["queries"] == COUNT
    rows = {row["below"]: row for row in result["rows"]}
    assert rows[1.0]["right"] == pytest.approx(1 - np.exp(-1))
    for level, slack in ((0.1, 0.12), (1.0, 0.25), (3.0, 0.15)):
        row = rows[level]
        assert row["absent"] == pytest.approx(row["right"], abs=slack), row
        assert row["ci95"][0] <= row["absent"] <= row["ci95"][1]
    # Where the crater is there and found, chance explains it less often than where it is not.
    assert result["first"] > COUNT / 2
    assert rows[0.1]["present"] > rows[0.1]["absent"] + 0.3
    assert "| 1 |" in (tmp_path / "how-sure.md").read_text()


def test_a_search_tells_it_in_its_table_and_its_exports(
    ground: tuple[Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = ground
    ask = ["search", str(folder / "sure.craterindex"), "--mosaic", str(folder / "gallery.tif")]
    ask += ["--at", "-171", "-52.5", "--diameter", "100", "--top", "80"]
    assert main([*ask, "--output", str(tmp_path / "found.csv")]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].endswith("by chance") and table[2].split()[-1] != "-"
    assert main([*ask, "--json"]) == 0
    by_chance = [
        match["expected_by_chance"] for match in json.loads(capsys.readouterr().out)["matches"]
    ]
    with (tmp_path / "found.csv").open(encoding="utf-8-sig", newline="") as file:
        written = [float(row["expected_by_chance"]) for row in csv.DictReader(file)]
    assert written == pytest.approx(by_chance) and written == sorted(written)


def test_what_cannot_be_asked(
    ground: tuple[Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*ground[1], "--feedback", "5"]) == 1
    assert "different questions" in capsys.readouterr().err
    from craterbench_qgis.engine.encoders import load_encoder

    build_scene(tmp_path, load_encoder("hog"))
    ask = ["evaluate", str(tmp_path / "scene.craterindex"), "--how-sure"]
    ask += ["--mosaic", str(tmp_path / "mosaic.tif"), "--catalogue", str(tmp_path / "craters.csv")]
    assert main(ask) == 1
    assert "too small to tell" in capsys.readouterr().err
