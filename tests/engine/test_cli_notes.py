"""What the command says beside its result, where an option has no effect."""

from __future__ import annotations

from pathlib import Path

import pytest

from craterbench_qgis.engine.cli import main

from .scene import craters, write_catalogue, write_mosaic
from .test_mosaic_labels import pds


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("notes")
    mosaic, index = str(folder / "mosaic.tif"), str(folder / "i.craterindex")
    write_mosaic(folder / "mosaic.tif")
    write_catalogue(folder / "craters.csv")
    assert main([
        "index", "build", "--mosaic", mosaic, "--catalogue", str(folder / "craters.csv"),
        "--context", "2", "--encoder", "ncc", "--no-kinds", "--output", index,
    ]) == 0  # fmt: skip
    _, lon, lat, diameter = craters()[2]
    return [
        "search", index, "--mosaic", mosaic, "--at", str(lon), str(lat),
        "--diameter", str(diameter), "--top", "3",
    ]  # fmt: skip


def output_of(capsys: pytest.CaptureFixture[str], search: list[str], *more: str) -> tuple[str, str]:
    capsys.readouterr()
    assert main([*search, *more]) == 0
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_a_device_the_encoder_cannot_use_is_said(
    capsys: pytest.CaptureFixture[str], search: list[str]
) -> None:
    plain, quiet = output_of(capsys, search)
    assert "--device" not in quiet
    assert "--device" not in output_of(capsys, search, "--device", "cpu")[1]
    out, err = output_of(capsys, search, "--device", "cuda")
    assert err.count("ncc computes on the processor: --device cuda has no effect") == 1
    assert out.split("encode")[0] == plain.split("encode")[0]  # the same matches


def test_unknown_ids_to_exclude_are_one_note(
    capsys: pytest.CaptureFixture[str], search: list[str]
) -> None:
    known = craters()[2][0]
    assert "exclude" not in output_of(capsys, search, "--exclude", known)[1]
    out, err = output_of(capsys, search, "--exclude", known, "no such", "no such")
    assert err.count("not in the index") == 1
    assert "One id to exclude is not in the index: no such." in err
    assert known not in out
    many = [f"x{i}" for i in range(9)]
    err = output_of(capsys, search, "--exclude", known, *many)[1]
    assert "9 of the 10 ids to exclude are not in the index: x0, x1, x2, x3, x4, ...\n" in err
    assert "x5" not in err


def test_what_was_corrected_in_a_raster_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    raster, index = str(pds(tmp_path, 360.5, 720.5)), str(tmp_path / "i.craterindex")
    (tmp_path / "c.csv").write_text("id,lon,lat,diam_km\na,200.1,10.2,300\n", "utf-8")
    build = [
        "index", "build", "--mosaic", raster, "--catalogue", str(tmp_path / "c.csv"), "--context",
        "2", "--encoder", "ncc", "--no-kinds", "--output", index,
    ]  # fmt: skip
    out, _ = output_of(capsys, build)
    assert out.count("off its label's own bounds; this was corrected") == 1
    out, _ = output_of(capsys, build)  # again: the same is said
    assert out.count("off its label's own bounds; this was corrected") == 1
    ask = ["search", index, "--mosaic", raster, "--at", "200.1", "10.2", "--diameter", "300"]
    assert "off its label's own bounds; this was corrected" in output_of(capsys, ask)[1]
