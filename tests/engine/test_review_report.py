"""A review as HTML report and as contact sheet: complete, escaped, limited, in need of nothing."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from craterbench_qgis.contract.build import CatalogueSource
from craterbench_qgis.contract.duplicates import DuplicateParams, ReviewReport, ReviewReportParams
from craterbench_qgis.contract.records import RecordError
from craterbench_qgis.contract.vocabulary import PairOrder, Verdict
from craterbench_qgis.engine.catalogue import read_catalogue
from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.duplicates import (
    apply_decisions,
    find_duplicates,
    record_decisions,
    write_review_report,
)
from craterbench_qgis.engine.errors import (
    Cancelled,
    CraterBenchError,
    ExportError,
    QueryError,
)

from . import scene
from .server_client import Client
from .stopping import StopAt
from .test_formats_html import NASTY, Node, alone, entries, pixels, read

COPIES = 5
DRAWN = ("svg", "circle")


@pytest.fixture()
def review(tmp_path: Path) -> Path:
    """Five craters entered twice; found by geometry, with a mosaic that shows them."""
    rows = scene.craters()
    rows += [(f"B-{name}", lon + 0.05, lat, d * 1.1) for name, lon, lat, d in rows[:COPIES]]
    catalogue = scene.write_catalogue(tmp_path / "moon_craters.csv", rows)
    output = tmp_path / "review.gpkg"
    params = DuplicateParams(CatalogueSource(str(catalogue)), str(output))
    find_duplicates(params, read_catalogue(catalogue))
    scene.write_mosaic(tmp_path / "mosaic.tif")
    change(output, "UPDATE provenance SET value = ? WHERE key = 'mosaics'", '["gone/mosaic.tif"]')
    return output


def change(path: Path, query: str, *values: object) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(query, values)
    connection.close()


def write(review: Path, name: str = "r.html", **options: Any) -> ReviewReport:
    monitor = options.pop("monitor", None)
    return write_review_report(
        ReviewReportParams(str(review), str(review.with_name(name)), **options), monitor
    )


def page(review: Path, **options: Any) -> Node:
    write(review, **options)
    root = read(review.with_name("r.html"))
    alone(root, DRAWN)
    return root


def cards(root: Node) -> list[Node]:
    return root.all("li", "pair")


def test_everything_is_in_the_page(review: Path) -> None:
    record_decisions(review, {1: "duplicate", 2: "distinct"}, "Anna")
    record_decisions(review, {3: "unsure"}, "Ben")
    report = write(review)
    assert (report.pairs, report.chosen, report.shown, report.pictures) == (5, 5, 5, 5)
    assert report.counts == {"": 2, "duplicate": 1, "distinct": 1, "unsure": 1}
    root = read(review.with_name("r.html"))
    alone(root, DRAWN)
    head = root.all("header")[0].text
    assert root.all("h1")[0].text == "Duplicates in moon_craters.csv"
    assert "5 pairs: 1 duplicate, 1 distinct, 1 unsure, 2 not decided" in head
    summary = entries(root.all("div", "summary")[0])
    assert summary["duplicate"] == "1" and summary["clusters"] == "5"
    assert summary["reviewers"] == "Anna (2), Ben (1)"
    assert summary["shown here"] == "5 of 5, the most probable first"
    by_number = {card.all("span", "rank")[0].text: card for card in cards(root)}
    card = by_number["1"]
    assert "= duplicate · Anna, 20" in card.text and "UTC" in card.text
    assert "≠ distinct · Anna" in by_number["2"].text and "? unsure · Ben" in by_number["3"].text
    assert "not decided" in by_number["4"].text
    assert "A: T-000" in card.text and "B: B-T-000" in card.text
    assert re.search(
        r"Centres 0\.0\d\u00a0D apart, diameters differ by 9\u00a0%, outlines", card.text
    )
    assert "the same crater (" in card.text
    pictures = [pixels(image) for image in card.all("img")]
    assert [picture.size for picture in pictures] == [(200, 200), (200, 200)]
    # Its own outline of a: a circle of half the diameter; the pictures are 2.5 D of b wide.
    own = card.all("svg")[0].all("circle")[1].attributes
    assert (own["cx"], own["cy"]) == ("100.0", "100.0") and "stroke-dasharray" not in own
    assert float(own["r"] or 0) == pytest.approx(200 / 2.5 / 1.1 / 2, abs=0.06)
    outline_b = card.all("svg")[0].all("circle")[0].attributes
    assert float(outline_b["r"] or 0) == pytest.approx(40.0, abs=0.06)
    assert float(outline_b["cx"] or 0) > 100.4  # b lies east of a
    assert entries(root.all("section", "provenance")[0])["body"] == "Moon"
    columns = [cell.text for cell in card.all("details")[0].all("td")]
    assert columns[:3] == ["crater_id", "T-000", "B-T-000"]
    table = root.all("table")[-1]
    assert [th.text for th in table.all("th")][:3] == ["pair", "A", "B"]
    assert len(table.all("tr")) == 6


def test_hostile_names_stay_text(review: Path) -> None:
    everything = " ".join(NASTY)
    change(
        review,
        "UPDATE pairs SET a_id = ?, reviewer = ?, decision = 'duplicate', looks = ?, "
        "a_attributes = ? WHERE pair_id = 1",
        *(everything, everything, everything, json.dumps({everything: everything, "n": [1]})),
    )
    for key in ("version", "created", "encoder"):
        change(review, "UPDATE provenance SET value = ? WHERE key = ?", everything, key)
    root = page(review, title=everything)
    card = next(card for card in cards(root) if card.all("span", "rank")[0].text == "1")
    assert root.all("title")[0].text == everything
    assert f"A: {everything}" in card.text
    assert f"= duplicate · {everything}" in card.text and f"no looks ({everything})" in card.text
    assert [cell.text for cell in card.all("td")][:3] == [everything, everything, "–"]
    write(review, "r.pdf", title=everything)
    assert review.with_name("r.pdf").read_bytes().startswith(b"%PDF")


def test_what_a_stranger_says_of_the_review_is_used_or_refused(review: Path) -> None:
    """In the report and in the cleaned catalogue: no value of another kind breaks them."""
    whole = review.read_bytes()
    values = ("255", "null", "{}", '"x"', "[1]", '{"a": 1}', '["a"]', "-", "[" * 100_000)
    refused = 0
    for key in ("catalogues", "mosaics", "body_radii_m", "priority", "entry_columns", "keeper"):
        for value in values:
            review.write_bytes(whole)
            change(review, "UPDATE provenance SET value = ? WHERE key = ?", value, key)
            try:
                write(review)
                apply_decisions(review, review.with_name("clean.csv"), 0.5)
            except CraterBenchError:
                refused += 1
    assert 20 < refused < 48


def test_which_pairs_and_in_which_order(review: Path) -> None:
    record_decisions(review, {2: "distinct", 4: "duplicate"}, "Anna")

    def numbers(**options: Any) -> list[int]:
        return [int(card.all("span", "rank")[0].text) for card in cards(page(review, **options))]

    query = "SELECT pair_id FROM pairs ORDER BY probability DESC"
    connection = sqlite3.connect(review)
    ranked = [row[0] for row in connection.execute(query)]
    sized = "SELECT pair_id FROM pairs ORDER BY b_diameter_m DESC"
    largest = [row[0] for row in connection.execute(sized)]
    connection.close()
    assert numbers() == ranked
    assert numbers(order=PairOrder.SIZE) == largest
    assert numbers(order=PairOrder.DOUBT) == ranked[::-1]  # all are above one half
    assert sorted(numbers(verdicts=[Verdict.DISTINCT, Verdict.DUPLICATE])) == [2, 4]
    assert sorted(numbers(verdicts=[Verdict.UNDECIDED])) == [1, 3, 5]
    assert numbers(min_probability=1.0) == []
    assert "No pair meets the conditions." in page(review, min_probability=1.0).text


def test_a_long_review_is_cut_and_says_so(review: Path) -> None:
    report = write(review, limit=2)
    assert (report.chosen, report.shown, report.pictures) == (5, 2, 2)
    note = "The first 2 of 5 pairs are shown, the most probable first. All are in review.gpkg."
    assert report.notes == [note]
    root = page(review, limit=2)
    assert len(cards(root)) == 2 and len(root.all("img")) == 4 and note in root.text
    assert len(root.all("table")[-1].all("tr")) == 6  # the table has all
    write(review, "s.png", limit=2)
    with Image.open(review.with_name("s.png")) as sheet:
        assert note.rstrip(".") in sheet.info["Description"]


def test_without_a_mosaic_there_are_outlines(review: Path) -> None:
    review.with_name("mosaic.tif").unlink()
    report = write(review)
    assert report.pictures == 0 and report.shown == 5
    assert "Without the pictures of mosaic.tif" in report.notes[0]
    root = page(review)
    assert not root.all("img") and len(root.all("svg")) == 10
    change(review, "UPDATE provenance SET value = '[]' WHERE key = 'mosaics'")
    assert write(review).notes == ["The review was made without a mosaic: outlines alone."]
    write(review, "r.png")


def test_sheets_have_pages(review: Path) -> None:
    record_decisions(review, {1: "duplicate"}, "Anna")
    write(review, "r.pdf")
    data = review.with_name("r.pdf").read_bytes()
    assert data.startswith(b"%PDF") and len(re.findall(rb"/Type /Page\b", data)) == 1
    write(review, "r.png")
    with Image.open(review.with_name("r.png")) as sheet:
        assert "5 pairs: 1 duplicate, 4 not decided" in sheet.info["Description"]
        assert sheet.width == 1764


def test_refusals_leave_the_older_report(review: Path, tmp_path: Path) -> None:
    write(review)
    before = review.with_name("r.html").read_bytes()

    for name, options, wrong, sentence in (
        ("r.txt", {}, ExportError, r"\.html"),
        ("r.html", {"limit": 0}, RecordError, "'limit' must be a number from 1"),
        ("r.html", {"mosaics": [str(tmp_path / "no.tif")]}, Exception, "no.tif"),
        ("r.html", {"monitor": StopAt()}, Cancelled, "Stopped"),
    ):
        with pytest.raises(wrong, match=sentence):
            write(review, name, **options)
    foreign = tmp_path / "other.gpkg"
    foreign.write_bytes(b"no database")
    with pytest.raises(QueryError, match="is not a review"):
        write(foreign)
    with pytest.raises(QueryError, match="There is no review"):
        write(tmp_path / "missing.gpkg")
    assert not (tmp_path / "missing.gpkg").exists()
    assert review.with_name("r.html").read_bytes() == before
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_the_command(review: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = review.with_name("c.html")
    command = ["duplicates", "report", str(review), "--output", str(target)]
    assert main([*command, "--limit", "3", "--show", "undecided", "--order", "place"]) == 0
    output = capsys.readouterr()
    assert "3 of 5 pairs shown, 3 with pictures; the review has 5." in output.out
    assert f"Written: {target}" in output.out and "from north to south" in output.err
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pictures"] == 5
    assert main([*command[:-1], str(review.with_name("c.docx"))]) != 0
    assert "End the name with .html" in capsys.readouterr().err


def test_the_server_writes_it(review: Path) -> None:
    target = review.with_name("s.html")
    with Client(review.with_name("session")) as client:
        report = client.call(
            "duplicates.report",
            {"review": str(review), "output": str(target), "verdicts": [""], "limit": 2},
        )
    assert (report["shown"], report["chosen"]) == (2, 5)
    assert len(cards(read(target))) == 2
