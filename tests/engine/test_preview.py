"""A look before a build: which craters are shown, and whether the circles lie on rims."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from craterbench_qgis.engine.catalogue import Craters, read_catalogue
from craterbench_qgis.engine.cli.main import main
from craterbench_qgis.engine.indexing.preview import RimScore, choose, preview, words_for
from craterbench_qgis.engine.mosaic import Mosaic

from .conftest import DATA

BODIES = DATA / "other_bodies"
# Dione is of them too: see test_command.
WEST = {
    "mercury": "mercury.tif", "rhea": "rhea_celestia_4k.tif",
    "ganymede": "ganymede_celestia_4k.tif",
}  # fmt: skip
EAST = {
    "mars": "mars.tif", "moon": "moon.tif", "ceres": "ceres.tif", "vesta": "vesta.tif",
    "callisto": "callisto_celestia_4k.tif",
}  # fmt: skip


def catalogue(folder: Path, rows: int) -> Craters:
    rng = np.random.default_rng(3)
    lines = [
        f"c{n},{rng.uniform(-180, 180):.3f},{rng.uniform(-85, 85):.3f},{rng.uniform(1, 90):.2f}"
        for n in range(rows)
    ]
    path = folder / "c.csv"
    path.write_text("id,lon,lat,diam_km\n" + "\n".join(lines) + "\n")
    return read_catalogue(path)


def test_what_is_shown(tmp_path: Path) -> None:
    craters = catalogue(tmp_path, 300)
    rows = choose(craters)
    assert len(rows) == len(set(rows)) == 12
    for extreme in (
        craters.diameter.argmax(), craters.diameter.argmin(), craters.lat.argmax(),
        craters.lat.argmin(), np.abs(craters.lon).argmax(),
    ):  # fmt: skip
        assert int(extreme) in rows
    assert sorted(choose(craters.take(range(5)))) == list(range(5))


def test_words() -> None:
    good, bad = RimScore(0.9, 60), RimScore(0.5, 60)
    every = {"as read": good, "mirrored": bad, "half": bad, "double": bad}
    assert words_for(every) == ""
    assert "Mirrored it would fit: 90%" in words_for({**every, "as read": bad, "mirrored": good})
    assert "Are these radii?" in words_for({**every, "as read": bad, "double": good})
    assert "of this body" in words_for({**every, "as read": bad})
    assert words_for({**every, "as read": RimScore(0.5, 4)}) == ""


@pytest.mark.parametrize("body", [*WEST, *EAST])
def test_catalogues_that_count_west_are_found_and_no_others(body: str) -> None:
    table, mosaic = BODIES / f"{body}_craters_km.csv", BODIES / (WEST | EAST)[body]
    if not mosaic.is_file():
        pytest.skip(f"{mosaic.name} is not here")
    with Mosaic.open(mosaic) as opened:
        shown = preview(opened, read_catalogue(table))
    assert ("positive west" in shown.words) is (body in WEST), shown.scores
    assert (shown.words != "") is (body in WEST), shown.scores


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not (BODIES / "dione_celestia_4k.tif").is_file():
        pytest.skip("the mosaics of other bodies are not here")
    arguments = [
        "index", "build", "--mosaic", str(BODIES / "dione_celestia_4k.tif"), "--catalogue",
        str(BODIES / "dione_craters_km.csv"), "--output", str(tmp_path / "d.craterindex"),
        "--preview", str(tmp_path / "p.png"),
    ]  # fmt: skip
    assert main(arguments) == 1
    assert "Is the longitude positive west?" in capsys.readouterr().out
    assert main([*arguments, "--west-positive"]) == 0
    assert not (tmp_path / "d.craterindex").exists()
    with Image.open(tmp_path / "p.png") as image:
        colours = np.asarray(image.convert("RGB"))
    assert (colours == (255, 80, 0)).all(axis=2).sum() > 12 * 100
