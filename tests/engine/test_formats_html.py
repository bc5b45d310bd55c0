"""The HTML report, read back by a parser: complete, escaped, and in need of nothing else."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from craterbench_qgis.contract.search import DecidedMatch, Match
from craterbench_qgis.contract.vocabulary import Decision
from craterbench_qgis.engine.cli import main
from craterbench_qgis.engine.errors import ExportError
from craterbench_qgis.engine.formats import ReportRow, html_report

from .scene import COUNT, craters, write_catalogue, write_mosaic
from .test_formats import row

GREY = np.linspace(0, 1, 64 * 64).reshape(64, 64)
VOID = {"meta", "img", "br", "hr", "link", "input"}
ORIGIN = {"software": "CraterBench", "date": "2026-01-02T05:04:05+02:00", "query": {"kind": "box"}}


@dataclass
class Node:
    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def all(self, tag: str, kind: str | None = None) -> list[Node]:
        nodes: list[Node] = []
        for child in self.children:
            if isinstance(child, Node):
                classes = (child.attributes.get("class") or "").split()
                if child.tag == tag and (kind is None or kind in classes):
                    nodes.append(child)
                nodes += child.all(tag, kind)
        return nodes

    @property
    def text(self) -> str:
        return "".join(c if isinstance(c, str) else c.text for c in self.children)


class Tree(HTMLParser):
    """A strict reader: every element must be closed in its turn."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("")
        self.open = [self.root]
        self.doctype = ""

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs))
        assert len(node.attributes) == len(attrs), "an attribute twice"
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(path: Path) -> Node:
    tree = Tree()
    tree.feed(path.read_text(encoding="utf-8"))
    tree.close()
    assert tree.doctype == "DOCTYPE html"
    assert tree.open == [tree.root]
    return tree.root


def report(path: Path, rows: list[ReportRow], **more: Any) -> Node:
    words: dict[str, Any] = {"title": "Matches", "provenance": ORIGIN, "query": GREY} | more
    assert html_report(path, rows, **words) == path
    return read(path)


def pixels(element: Node) -> Image.Image:
    kind, data = re.fullmatch(  # type: ignore[union-attr]
        r"data:image/(png|jpeg);base64,(.+)", element.attributes["src"] or ""
    ).groups()
    image = Image.open(io.BytesIO(base64.b64decode(data, validate=True)))
    assert image.format == kind.upper()
    image.load()
    return image


def entries(node: Node) -> dict[str, str]:
    keys, values = node.all("dt"), node.all("dd")
    return {key.text: value.text for key, value in zip(keys, values, strict=True)}


def alone(root: Node, more: tuple[str, ...] = ()) -> None:
    """Nothing that runs, nothing that is fetched. ``more``: further elements that may be there."""
    assert {node.tag for node in every(root)} <= {
        *("html", "head", "body", "meta", "title", "style", "header", "section", "div", "span"),
        *("h1", "h2", "p", "ol", "li", "dl", "dt", "dd", "bdi", "strong", "img", "details"),
        *("summary", "table", "thead", "tbody", "tr", "th", "td"),
        *more,
    }
    for node in every(root):
        for name, value in node.attributes.items():
            assert not name.startswith("on")
            assert name not in ("href", "srcset", "action", "data")
            assert name != "src" or (value or "").startswith("data:image/")
    style = root.all("style")[0].text
    assert "url(" not in style and "@import" not in style
    policy = next(m for m in root.all("meta") if "http-equiv" in m.attributes)
    assert "default-src 'none'" in (policy.attributes["content"] or "")


def every(node: Node) -> list[Node]:
    inside = [child for child in node.children if isinstance(child, Node)]
    return [*inside, *(below for child in inside for below in every(child))]


def decided(match: Match, decision: Decision, comment: str = "") -> DecidedMatch:
    return DecidedMatch(**vars(match), decision=decision, comment=comment)


def test_everything_is_in_the_page(tmp_path: Path) -> None:
    thumbnail = io.BytesIO()
    Image.fromarray(np.full((32, 32), 99, np.uint8)).save(thumbnail, "JPEG")
    rows = [
        ReportRow(
            decided(
                row(
                    1,
                    179.9,
                    -0.25,
                    attributes={"NAME": "Tycho", "DEPTH": 1.5, "x": None},
                    expected_by_chance=0.001,
                ),
                Decision.ACCEPTED,
                "fresh",
            ),
            thumbnail.getvalue(),
            metres_per_pixel=100.0,
            name="Tycho",
        ),
        ReportRow(decided(row(2, score=-0.5, expected_by_chance=12.34), Decision.REJECTED), GREY),
        ReportRow(
            row(3, distance_m=None, bearing_deg=None, shortlist_score=None, expected_by_chance=None)
        ),
    ]
    root = report(tmp_path / "r.html", rows, query_facts={"from": "a.tif"})
    alone(root)
    assert root.all("title")[0].text == root.all("h1")[0].text == "Matches"
    head = root.all("header")[0].text
    assert "3 matches: 1 accepted, 1 rejected, 1 not decided" in head
    assert "2026-01-02 03:04 UTC" in head and "CraterBench" in head

    query, first, second = root.all("img")
    assert np.allclose(np.asarray(pixels(query)) / 255, GREY, atol=0.003)
    assert base64.b64encode(thumbnail.getvalue()).decode() in (first.attributes["src"] or "")
    assert np.array_equal(np.asarray(pixels(second)), np.asarray(pixels(query)))
    assert entries(root.all("section", "query")[0]) == {"from": "a.tif"}

    cards = root.all("li", "card")
    assert [card.all("span", "rank")[0].text for card in cards] == ["1", "2", "3"]
    for words in ("Tycho", "02-1-000001", "0.750", "D 40.0 km", "0.25° S, 179.90° E", "✓ accepted",
                  "1.23 km away, to the W", "fresh", "< 0.01 expected"):  # fmt: skip
        assert words in cards[0].text
    assert entries(cards[0]) == {"NAME": "Tycho", "DEPTH": "1.5", "x": "–"}
    assert "✕ rejected" in cards[1].text and "−0.500" in cards[1].text
    assert "no picture" in cards[2].text and "away" not in cards[2].text
    # The picture is 32 x 100 m = 3.2 km wide; its bar of 1 km takes 31.25 % of that.
    bars = root.all("span", "scale")
    assert [(bar.text, bar.attributes["style"]) for bar in bars] == [("1 km", "width:31.250%")]
    widths = [card.all("div", "track")[0].all("div")[0].attributes["style"] for card in cards]
    assert widths == ["width:75.00%", "width:0.00%", "width:75.00%"]

    heads = [cell.text for cell in root.all("th")]
    table = [[cell.text for cell in line.all("td")] for line in root.all("tr")[1:]]
    columns = dict(zip(heads, zip(*table, strict=True), strict=True))
    assert columns["crater"] == ("02-1-000001", "02-1-000002", "02-1-000003")
    assert columns["lat °"] == ("−0.2500", "5.0000", "5.0000")
    assert columns["from query km"] == ("1.2", "1.2", "")
    assert columns["by chance"] == ("< 0.01", "12", "")
    assert columns["decision"] == ("accepted", "rejected", "")
    assert entries(root.all("section", "provenance")[0]) == {
        "software": "CraterBench",
        "date": "2026-01-02T05:04:05+02:00",
        "query: kind": "box",
    }


NASTY = [
    "<script>alert(1)</script>",
    '" onerror="alert(1)',
    "'><img src=x onerror=alert(1)>",
    "</style></title></bdi>&amp;&lt;",
    "\u202egnorw",
    "{body}{title}%s",
    "クレーター ü",
]


def test_every_text_is_escaped(tmp_path: Path) -> None:
    rows = [
        ReportRow(
            DecidedMatch(
                i,
                text,
                0,
                0,
                1e3,
                0.5,
                attributes={text: text, "list": [text]},
                decision=Decision.ACCEPTED,
                comment=text,
            ),
            GREY,
            name=f"name {text}",
        )
        for i, text in enumerate(NASTY, 1)
    ]
    everything = " ".join(NASTY)
    root = report(
        tmp_path / "n.html",
        rows,
        title=everything,
        provenance={everything: everything, "deep": {everything: {"x": NASTY}}},
        query_facts={everything: everything},
    )
    alone(root)
    assert root.all("title")[0].text == everything
    for card, text in zip(root.all("li", "card"), NASTY, strict=True):
        assert f"name {text}" in card.text
        assert entries(card)[text] == text
        assert card.all("img")[0].attributes["alt"] == f"Crater name {text}"
        assert set(card.all("img")[0].attributes) == {"src", "alt"}
    # What turns the direction of writing is kept within its own element.
    turned = {
        n.tag for n in every(root) for c in n.children if isinstance(c, str) and "\u202e" in c
    }
    assert turned == {"bdi", "title"}


def test_what_no_page_can_hold(tmp_path: Path) -> None:
    attributes = {"bad": "a\x00b\x1b[31m\ud800", "long": "x" * 100_000, "n": np.float64(2.5)}
    path = tmp_path / "b.html"
    root = report(path, [ReportRow(row(attributes=attributes))], provenance={"filters": {}})
    entry = entries(root.all("li")[0])
    assert entry["bad"] == "a b [31m?" and entry["n"] == "2.5"
    assert entry["long"].startswith("x" * 2000 + " …") and "100,000" in entry["long"]
    assert not re.search(r"[\x00-\x08\x0e-\x1f]", path.read_text(encoding="utf-8"))
    assert entries(root.all("section", "provenance")[0]) == {"filters": "–"}


def test_no_match(tmp_path: Path) -> None:
    root = report(tmp_path / "e.html", [], query=None, provenance={})
    alone(root)
    assert "No crater meets the conditions." in root.text
    assert "0 matches" in root.all("header")[0].text
    assert not root.all("img") and not root.all("table")


def test_refusals_leave_the_older_report(tmp_path: Path) -> None:
    path = tmp_path / "r.html"
    report(path, [])
    before = path.read_bytes()
    with pytest.raises(ExportError, match=r"\.html"):
        html_report(tmp_path / "r.pdf", [], title="", provenance={})
    for wrong in (b"", b"no picture", b"\xff\xd8\xff broken", np.zeros((4, 4, 2))):
        with pytest.raises(ExportError, match="picture"):
            html_report(path, [ReportRow(row(), wrong)], title="", provenance={})
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]


def test_the_command_writes_report_and_lists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_mosaic(tmp_path / "mosaic.tif")
    write_catalogue(tmp_path / "craters.csv")
    index = str(tmp_path / "i.craterindex")
    assert main([
        "index", "build", "--mosaic", str(tmp_path / "mosaic.tif"), "--catalogue",
        str(tmp_path / "craters.csv"), "--min-diameter", "20", "--context", "2",
        "--encoder", "hog", "--no-kinds", "--output", index,
    ]) == 0  # fmt: skip
    identifier, lon, lat, diameter = craters()[2]
    search = [
        "search", index, "--mosaic", str(tmp_path / "mosaic.tif"), "--at", str(lon), str(lat),
        "--diameter", str(diameter), "--top", "5",
    ]  # fmt: skip
    page = tmp_path / "r.html"
    assert main([*search, "--report", str(page), "--output", str(tmp_path / "m.scc")]) == 0
    output = capsys.readouterr()
    assert f"Written: {page}" in output.out
    assert "gives no area" in output.err
    root = read(page)
    alone(root)
    assert len(root.all("li", "card")) == 5 <= COUNT
    assert identifier in root.all("li", "card")[0].text
    assert len(root.all("img")) == 6
    assert "hog" in entries(root.all("section", "provenance")[0])["encoder"]
    assert entries(root.all("section", "query")[0])["from"] == "mosaic.tif"
    assert (tmp_path / "m.scc").read_text().count("\t1\t") == 5
    assert main([*search, "--output", str(tmp_path / "m_CRATER.shp")]) == 0
    assert (tmp_path / "m_CRATER.prj").exists()
    capsys.readouterr()
    assert main([*search, "--report", str(tmp_path / "r.txt")]) != 0
    assert "End the name with .html" in capsys.readouterr().err
