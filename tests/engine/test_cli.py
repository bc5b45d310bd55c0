"""The command line from end to end, as a person or a script uses it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyogrio
import pytest

from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.cli.output import duration, plain, progress_line, table

from .scene import COUNT, craters, scene_params, write_catalogue, write_mosaic

KEYS = {
    "rank", "crater_id", "lon", "lat", "diameter_m", "score", "shortlist_score", "context",
    "distance_m", "attributes",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a folder with späces")
    write_mosaic(folder / "mosaic.tif")
    write_catalogue(folder / "craters.csv")
    assert main(build_arguments(folder)) == 0
    return folder


def build_arguments(folder: Path, *more: str) -> list[str]:
    return [
        "index", "build", "--mosaic", str(folder / "mosaic.tif"), "--catalogue",
        str(folder / "craters.csv"), "--min-diameter", "20", "--context", "2", "3",
        "--encoder", "hog", "--output", str(folder / "i.craterindex"), *more,
    ]  # fmt: skip


def at(folder: Path, number: int = 2) -> list[str]:
    _, lon, lat, diameter = craters()[number]
    return [
        str(folder / "i.craterindex"), "--mosaic", str(folder / "mosaic.tif"),
        "--at", str(lon), str(lat), "--diameter", str(diameter),
    ]  # fmt: skip


def output_of(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main(list(arguments)) == code
    captured = capsys.readouterr()
    return captured.out if code == 0 else captured.err


def test_search_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reply = json.loads(output_of(capsys, "search", *at(folder), "--json", "--top", "5"))
    assert set(reply) == {"matches", "timings_ms", "provenance"}
    assert len(reply["matches"]) == 5
    best = reply["matches"][0]
    assert set(best) >= KEYS and best["context"] in (2.0, 3.0)
    assert (best["crater_id"], best["rank"]) == ("T-002", 1)
    assert best["attributes"]["freshness"] == 2
    assert reply["provenance"]["encoder"] == "hog"


def test_search_by_box_with_negative_scientific_numbers(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, lon, lat, diameter = craters()[18]
    half = diameter * 1.25 / 30.3
    index = str(folder / "i.craterindex")
    box = [f"{value:e}" for value in (lon - half, lat - half, lon + half, lat + half)]
    assert box[1].startswith("-")
    output = output_of(
        capsys, "search", index, "--mosaic", str(folder / "mosaic.tif"), "--box", *box, "--json"
    )
    assert json.loads(output)["matches"][0]["crater_id"] == "T-018"


@pytest.mark.parametrize("suffix", ["shp", "gpkg", "geojson", "csv"])
def test_search_writes_layers(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    target = tmp_path / f"matches.{suffix}"
    text = output_of(capsys, "search", *at(folder), "--output", str(target), "--top", "6")
    assert "T-002" in text
    if suffix == "csv":
        assert len(target.read_text(encoding="utf-8").splitlines()) == 7
        return
    layer = "matches" if suffix in ("gpkg", "geojson") else None
    info = pyogrio.read_info(target, layer=layer)
    assert info["features"] == 6
    if suffix == "shp":
        assert target.with_suffix(".prj").exists()


def test_contact_sheet_and_explanation(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet, why = tmp_path / "sheet.png", tmp_path / "why.png"
    output_of(capsys, "search", *at(folder), "--contact-sheet", str(sheet))
    assert sheet.stat().st_size > 20_000
    text = output_of(capsys, "explain", *at(folder), "--crater", "T-002", "--output", str(why))
    assert "score" in text
    assert why.stat().st_size > 20_000
    explanation = json.loads(
        output_of(capsys, "explain", *at(folder), "--crater", "T-002", "--json")
    )
    assert explanation["crater_id"] == "T-002"
    assert {"query_cell", "gallery_cells", "similarity"} <= set(explanation["patches"][0])


def test_info_verify_remove_compact_add(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    copy = tmp_path / "c.craterindex"
    shutil.copytree(folder / "i.craterindex", copy)
    info = json.loads(output_of(capsys, "index", "info", str(copy), "--json"))
    assert (info["craters"], info["views"], info["incomplete"]) == (COUNT, 2 * COUNT, False)
    assert "hog" in output_of(capsys, "index", "info", str(copy))
    assert "as it was written" in output_of(capsys, "index", "verify", str(copy))
    assert "2 craters" in output_of(capsys, "index", "remove", str(copy), "--ids", "T-000", "T-001")
    output_of(capsys, "index", "compact", str(copy))
    info = json.loads(output_of(capsys, "index", "info", str(copy), "--json"))
    assert info["views"] == 2 * COUNT - 4
    mosaic = write_mosaic(tmp_path / "other.tif", noise=3)
    added = json.loads(
        output_of(capsys, "index", "add", str(copy), "--mosaic", str(mosaic), "--json")
    )
    assert added["new_views"] == 2 * (COUNT - 2)


def test_damage_is_one_clear_error(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each file truncated, flipped or missing in turn: verify and search refuse in words."""
    import shutil

    copy = tmp_path / "d.craterindex"
    shutil.copytree(folder / "i.craterindex", copy)
    arguments = at(folder)
    arguments[0] = str(copy)
    files = [path for path in sorted(copy.rglob("*")) if path.is_file()]
    assert len(files) >= 8
    for file in files:
        data = file.read_bytes()
        flipped = bytearray(data)
        flipped[len(data) // 2] ^= 16
        for changed in (data[: len(data) // 2], bytes(flipped), None):
            if changed is None:
                file.unlink()
            else:
                file.write_bytes(changed)
            assert file.name in output_of(capsys, "search", *arguments, code=1)
            capsys.readouterr()
            assert main(["index", "verify", str(copy)]) == 1
            captured = capsys.readouterr()
            assert file.name in captured.out + captured.err
            assert "Traceback" not in captured.out + captured.err
        file.write_bytes(data)
    output_of(capsys, "search", *arguments)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["search", "absent.craterindex", "--image", "x.png"], "no index"),
        (["index", "info", "absent.craterindex"], "no index"),
        (["doctor", "--json"], None),
    ],
)
def test_errors_are_sentences(
    arguments: list[str], expected: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if expected is None:
        report = json.loads(output_of(capsys, *arguments))
        assert report["ok"]
        assert "torch" in report["packages"]
        return
    text = output_of(capsys, *arguments, code=1)
    assert text.startswith("craterbench: ")
    assert expected in text
    assert text.count("\n") == 1


def test_missing_pieces_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    index = str(folder / "i.craterindex")
    assert "--mosaic" in output_of(
        capsys, "search", index, "--at", "1", "2", "--diameter", "9", code=2
    )
    mosaic = str(folder / "mosaic.tif")
    assert "--diameter" in output_of(
        capsys, "search", index, "--mosaic", mosaic, "--at", "1", "2", code=2
    )
    (folder / "bad.csv").write_text("a,b\n1,2\n")
    bad = [argument if argument != str(folder / "craters.csv") else str(folder / "bad.csv")
           for argument in build_arguments(folder)]  # fmt: skip
    text = output_of(capsys, *bad, code=1)
    assert "a" in text
    assert "--lon" in text
    with pytest.raises(SystemExit) as usage:
        main(["search"])
    assert usage.value.code == 2


def test_a_wrong_body_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its CRS, by the file's name, and an Earth CRS on a lunar mosaic."""
    import shutil

    import rasterio

    shutil.copy(folder / "craters.csv", folder / "mars_craters.csv")
    build = build_arguments(folder)
    output = build.index("--output") + 1
    build[output] = str(folder / "other.craterindex")
    build[build.index("--catalogue") + 1] = str(folder / "mars_craters.csv")
    text = output_of(capsys, *build, code=1)
    assert "Moon" in text
    assert "Mars" in text
    shutil.copy(folder / "mosaic.tif", folder / "earth.tif")
    with rasterio.open(folder / "earth.tif", "r+") as raster:
        raster.crs = "EPSG:4326"
    build[build.index("--mosaic") + 1] = str(folder / "earth.tif")
    build[build.index("--catalogue") + 1] = str(folder / "craters.csv")
    assert "assign that body's CRS" in output_of(capsys, *build, code=1)
    assert not (folder / "other.craterindex").exists()


def test_nothing_is_written_when_something_cannot_be(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "m.csv"
    arguments = [*at(folder), "--output", str(target), "--contact-sheet", str(tmp_path / "s.jpg")]
    assert ".pdf" in output_of(capsys, "search", *arguments, code=1)
    assert not list(tmp_path.iterdir())


def test_queries_too_coarse_or_too_wide_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index, mosaic = at(folder)[0], at(folder)[2]
    tiny = ["--at", "5", "1", "--diameter", "0.5"]
    assert "resolves" in output_of(capsys, "search", index, "--mosaic", mosaic, *tiny, code=1)
    wide = ["--at", "5", "1", "--diameter", "2000"]
    assert "hemisphere" in output_of(capsys, "search", index, "--mosaic", mosaic, *wide, code=1)
    swapped = ["--box", "8", "1", "4", "5"]
    assert "swapped" in output_of(capsys, "search", index, "--mosaic", mosaic, *swapped, code=1)


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
def test_ctrl_c_leaves_a_resumable_index(tmp_path: Path) -> None:
    scene_params(tmp_path)
    write_catalogue(
        tmp_path / "craters.csv",
        [(f"{n}-{i}", a, b, d) for i in range(40) for n, a, b, d in craters()],
    )
    command = [sys.executable, "-m", "craterbench_qgis.engine", *build_arguments(tmp_path)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as job:
        for _ in range(600):
            time.sleep(0.1)
            if (tmp_path / "i.craterindex" / "manifest.json").exists():
                break
        job.send_signal(signal.SIGINT)
        _, errors = job.communicate(timeout=120)
    assert job.returncode == 130, errors
    assert "Stopped at your request" in errors
    assert "Traceback" not in errors
    info = subprocess.run(
        [sys.executable, "-m", "craterbench_qgis.engine", "index", "info",
         str(tmp_path / "i.craterindex"), "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(info.stdout)["incomplete"]


def test_the_engine_never_imports_qgis() -> None:
    code = (
        "import sys\nimport craterbench_qgis.engine.cli.main\n"
        "bad = [m for m in sys.modules if m.split('.')[0] in ('qgis', 'PyQt5', 'PyQt6', 'torch')]\n"
        "sys.exit(len(bad))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_printing() -> None:
    assert (
        progress_line("views", 300, 1200, 200, 10.0) == "views 300 of 1,200 (25 %), 20/s, 45 s left"
    )
    assert [duration(s) for s in (48, 720, 12600)] == ["48 s", "12 min", "3.5 h"]
    assert plain({"a": float("nan"), "b": (1, 2)}) == {"a": None, "b": [1, 2]}
    assert table(["a", "bb"], [["1", "2"], ["10", "x"]], left=[1]).splitlines()[3] == "10  x"
