"""The contact sheet: its files, its words, its failures; how it looks was judged by eye."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PdfParser import PdfParser

from craterbench_qgis.contract.search import Match
from craterbench_qgis.engine.errors import ExportError
from craterbench_qgis.engine.formats import Tile, contact_sheet, match_tile
from craterbench_qgis.engine.formats.lettering import Lettering
from craterbench_qgis.engine.formats.sheet_page import Picture
from craterbench_qgis.engine.sheets import place_text
from craterbench_qgis.engine.words import length_text

ACCENT = (0x1D, 0x5C, 0x96)
GREY = np.full((8, 8), 0.5, np.float32)


def sheet(path: Path, count: int, **changes: object) -> Path:
    tiles = [Tile(GREY, f"crater {i}", "D 5 km", score=1 - i / 200) for i in range(count)]
    words = {"title": "Like Tübingen", "footer": "Index 3f-a1 · Kamoʻoalewa"}
    return contact_sheet(path, GREY, tiles, **(words | changes))  # type: ignore[arg-type]


def test_png_says_what_it_shows(tmp_path: Path) -> None:
    path = sheet(tmp_path / "s.png", 14)
    with Image.open(path) as picture:
        assert picture.info["Title"] == "Like Tübingen"
        assert picture.info["Description"] == "Index 3f-a1 · Kamoʻoalewa"
        assert picture.width == 1872
    assert [p.name for p in tmp_path.iterdir()] == ["s.png"]


def test_the_bar_is_as_long_as_the_score(tmp_path: Path) -> None:
    lengths = []
    for score in (0.25, 0.5, 1.0, 3.0, -0.2, float("nan")):
        path = contact_sheet(
            tmp_path / "s.png", GREY, [Tile(GREY, "a", score=score)], title="t", footer="f"
        )
        pixels = np.asarray(Image.open(path).convert("RGB"))
        lengths.append(int((pixels == ACCENT).all(axis=2)[480:520, 770:].any(axis=0).sum()))
    assert lengths == [80, 160, 320, 320, 0, 0]


def test_the_scale_bar_is_as_long_as_it_says(tmp_path: Path) -> None:
    # 8 pixels of 1 km on 320 pixels: 36 % of 8 km holds 2 km, which is 80 pixels.
    tile = Tile(np.zeros((8, 8)), "a", metres_per_pixel=1000)
    path = contact_sheet(tmp_path / "s.png", np.zeros((8, 8)), [tile], title="t", footer="f")
    pixels = np.asarray(Image.open(path).convert("L"))[420:478, 780:1090]
    rows = (pixels == 255).sum(axis=1)
    assert rows.max() == 81


def test_pdf_has_pages(tmp_path: Path) -> None:
    def pages(count: int) -> int:
        path = sheet(tmp_path / "s.pdf", count)
        assert path.read_bytes().startswith(b"%PDF")
        with PdfParser(str(path)) as pdf:
            return len(pdf.pages)

    assert [pages(n) for n in (0, 21, 22, 46, 47)] == [1, 1, 2, 2, 3]


def test_pictures_of_every_kind(tmp_path: Path) -> None:
    kinds: list[Picture] = [
        np.array([[0, 255]], np.uint8),
        np.full((4, 4, 3), np.nan),
        np.full((3, 9), 7.0),
        Image.new("L", (5, 5)),
        Image.new("RGBA", (5, 9)),
    ]
    contact_sheet(tmp_path / "s.png", kinds[0], [Tile(k, "x") for k in kinds], title="", footer="")
    for wrong in (np.zeros(3), np.zeros((2, 2, 2)), np.zeros((0, 4))):
        with pytest.raises(ExportError, match="cannot be drawn"):
            contact_sheet(tmp_path / "t.png", wrong, [], title="", footer="")
    assert not (tmp_path / "t.png").exists()


def test_a_match_in_words() -> None:
    match = Match(3, "02-1", -45.5, 12.25, 85_300, 0.9, distance_m=2_395_000.0, bearing_deg=350.0)
    tile = match_tile(match, GREY, metres_per_pixel=100.0)
    assert (tile.rank, tile.title, tile.score) == (3, "02-1", 0.9)
    assert tile.subtitle == "D 85.3 km  ·  12.25° N, 45.50° W"
    assert tile.detail == "2,395 km away, to the N"
    placeless = match_tile(Match(1, "a", 0, 0, 900, 0.9), GREY, name="Tübingen")
    assert (placeless.title, placeless.detail) == ("Tübingen", "")
    lengths = {0: "0.00 m", 999.4: "999 m", 1000: "1.00 km", 9996: "10.0 km", 1e8: "100,000 km"}
    assert {metres: length_text(metres) for metres in lengths} == lengths
    # The query's place is written as the matches' places are.
    assert place_text(-11.36, -43.31, 85_000.0) == "43.31° S, 11.36° W (D about 85.0 km)"


def test_every_letter_can_be_read() -> None:
    letters = Lettering(20)
    names = "Tübingen Kamoʻoalewa Šafařík Łódź Göğüş Ångström Циолковский Ελλάς 43.4° × − · …"
    assert letters.legible(names) == names
    assert letters.legible("u\u0308") == "ü"
    assert letters.legible("月 Σ\ue000\ufffe\x07") == "? Σ??"
    assert letters.legible("two\nlines\tand\0") == "two lines and"


def test_text_fits_its_space() -> None:
    letters = Lettering(20)
    text = "A very long crater name"
    assert letters.fit(text, 1000) == text
    short = letters.fit(text, 100)
    assert short.endswith("…")
    assert letters.width(short) <= 100
    lines = letters.wrap("sha256 " + "f" * 64 + " and more\nnext", 150)
    assert all(letters.width(line) <= 150 for line in lines)
    assert lines[-1] == "next"
    assert "".join(lines).replace(" ", "") == "sha256" + "f" * 64 + "andmorenext"


def test_what_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"\.png or \.pdf"):
        sheet(tmp_path / "s.jpg", 1)
    with pytest.raises(ExportError, match=r"Write a \.pdf"):
        sheet(tmp_path / "s.png", 400)
    with pytest.raises(ExportError, match="does not exist"):
        sheet(tmp_path / "no" / "s.png", 1)
