"""The documents: links and pictures exist, the index is whole, code names no page that moved."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
SOURCES = ("craterbench_qgis", "training", "tests", "tools", "benchmarks", "resources")
TEXTS = {".py", ".json", ".html", ".md", ".sh", ".toml", ".cfg", ".txt"}
QGIS_PYTHON = "/usr/bin/python3"

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_CODE_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_DOCUMENT = re.compile(r"\bdocs/[\w./-]+\.(?:md|json|png|jsonl|py)\b")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors_of(page: Path) -> set[str]:
    """The fragments of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _CODE_BLOCK.sub("", text_of(page)), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}


def broken_links(page: Path) -> list[str]:
    """Relative links and pictures of a page that lead nowhere."""
    broken = []
    for target in _LINK.findall(_CODE.sub("", text_of(page))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        lost = anchor and there.suffix == ".md" and there.is_file()
        if not there.exists() or (lost and anchor not in anchors_of(there)):
            broken.append(target)
    return broken


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# A `b`: c\n", encoding="utf-8")
    page = tmp_path / "page.md"
    text = "[1](there.md#a-b-c) [2](there.md#d) ![3](no.png) [4](https://a.org) `[5](no.md)`"
    page.write_text(text, encoding="utf-8")
    assert broken_links(page) == ["there.md#d", "no.png"]


def test_every_page_is_in_the_index() -> None:
    index = DOCS / "README.md"
    listed = {
        (DOCS / target.partition("#")[0]).resolve()
        for target in _LINK.findall(text_of(index))
        if not target.startswith("http")
    }
    missing = [name_of(page) for page in DOCS.rglob("*.md") if page.resolve() not in listed]
    assert missing == [name_of(index)]


def test_documents_that_are_named_exist() -> None:
    files = [path for folder in SOURCES for path in (ROOT / folder).rglob("*")]
    files += [*PAGES, *ROOT.glob("*.md"), ROOT / "Makefile", ROOT / "pyproject.toml"]
    texts = [path for path in files if path.suffix in TEXTS or path.name == "Makefile"]
    lost = {
        f"{name_of(path)}: {document}"
        for path in texts
        if path != Path(__file__).resolve()
        for document in _DOCUMENT.findall(text_of(path))
        if not (ROOT / document).exists()
    }
    assert lost == set()


def test_the_front_door_names_the_two_commands() -> None:
    front = text_of(ROOT / "README.md")
    for command in ("demo", "test"):
        assert re.search(rf"^make {command}\b", front, re.MULTILINE)
        assert re.search(rf"^{command}:", text_of(ROOT / "Makefile"), re.MULTILINE)


def test_the_reference_of_the_algorithms_is_current() -> None:
    try:
        probe = subprocess.run([QGIS_PYTHON, "-c", "import qgis.core"], capture_output=True)
    except OSError:
        probe = None
    if probe is None or probe.returncode:
        pytest.skip("QGIS with its Python bindings is not installed")
    command = [QGIS_PYTHON, ROOT / "tools" / "processing_reference.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
