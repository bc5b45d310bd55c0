"""Nothing that is opened may write, reach out, read along, delete, hang or end the engine."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from . import hostile_indexes, hostile_joined, hostile_rasters, hostile_vectors
from .support import Opener, Trap, tree

MEMORY_MB = 1500


def judged(answer: dict[str, Any], label: str, *, opened: bool = False) -> list[str]:
    """What is wrong with how a file was opened; a sentence is right, opening only if allowed."""
    allowed = {"sentence", "opened"} if opened else {"sentence"}
    wrong = []
    if answer["outcome"] not in allowed:
        wrong.append(f"{label}: {answer['outcome']} {answer['text'][:120]}")
    if answer["rss_mb"] > MEMORY_MB:
        wrong.append(f"{label}: {answer['rss_mb']:.0f} MB")
    return wrong


def test_mosaics(opener: Opener, trap: Trap, canary: Path, work: Path) -> None:
    before, wrong = tree(canary), []
    files = list(hostile_rasters.mosaics(work, trap.url, canary / "secret.bin", canary))
    assert len(files) > 75
    for label, name in files:
        wrong += judged(opener.open("mosaic", name), label)
        if trap.requests:
            wrong.append(f"{label}: asked the network {trap.requests}")
            trap.requests.clear()
        if tree(canary) != before:
            wrong.append(f"{label}: changed the canary")
            before = tree(canary)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("purpose", ["catalogue", "region"])
def test_catalogues_and_regions(
    purpose: str, opener: Opener, trap: Trap, canary: Path, work: Path
) -> None:
    with closing(sqlite3.connect(canary / "base.sqlite")) as base:
        base.execute("CREATE TABLE a (x)")
    before, wrong = tree(canary), []
    files = list(hostile_vectors.catalogues(work, trap.url, canary))
    if purpose == "region":
        texts = hostile_vectors.region_texts(trap.url)
        files += [(f"text {label}", text) for label, text in texts.items()]
    assert len(files) > 40
    # A point in a file is no harm: the style of a KML and a coordinate system are not followed.
    harmless = {"style.kml", "lying.zip", "crs.geojson", "crs-url.geojson", "long.csv"}
    for label, name in files:
        wrong += judged(opener.open(purpose, name), label, opened=label in harmless)
        if trap.requests:
            wrong.append(f"{label}: asked the network {trap.requests}")
            trap.requests.clear()
        if tree(canary) != before:
            wrong.append(f"{label}: changed the canary")
            before = tree(canary)
    assert not wrong, "\n".join(wrong)


def test_images(opener: Opener, trap: Trap, canary: Path, work: Path) -> None:
    before, wrong = tree(canary), []
    for label, name in hostile_rasters.images(work, trap.url, canary):
        wrong += judged(opener.open("image", name), label)
    assert not wrong, "\n".join(wrong)
    assert not trap.requests
    assert tree(canary) == before


@pytest.mark.parametrize("purpose", ["index", "verify_index", "change_index"])
def test_indexes_with_links(
    purpose: str, opener: Opener, canary: Path, work: Path, whole: Path
) -> None:
    indexes = list(hostile_indexes.linked(whole, work, canary))
    before, wrong = tree(canary), []
    for label, path in indexes:
        # To have a second name elsewhere harms nobody who only reads.
        read_only = "hard link" in label and purpose != "change_index"
        wrong += judged(opener.open(purpose, str(path)), label, opened=read_only)
        if tree(canary) != before:
            wrong.append(f"{label}: changed the canary")
            before = tree(canary)
    assert not wrong, "\n".join(wrong)


def test_a_new_index_is_not_made_over_links(opener: Opener, canary: Path, work: Path) -> None:
    path = work / "new.craterindex"
    path.mkdir()
    (path / "segments").symlink_to(canary, target_is_directory=True)
    before = tree(canary)
    assert not judged(opener.open("create_index", str(path)), "create")
    assert tree(canary) == before


def test_an_index_named_through_a_link_of_its_user(opener: Opener, work: Path, whole: Path) -> None:
    hostile_indexes.copy(whole, work / "real.craterindex")
    (work / "mine.craterindex").symlink_to(work / "real.craterindex", target_is_directory=True)
    for purpose in ("index", "verify_index", "change_index"):
        assert opener.open(purpose, str(work / "mine.craterindex"))["outcome"] == "opened"


def test_triggers_and_views_of_an_index_are_not_run(
    opener: Opener, work: Path, whole: Path
) -> None:
    """A trigger with an endless query hung ``remove``; the GeoPackage is written anew instead."""
    path = hostile_indexes.copy(whole, work / "trigger.craterindex")
    hostile_indexes.with_gpkg(
        path,
        f"CREATE TRIGGER hang BEFORE DELETE ON craters BEGIN {hostile_vectors.ENDLESS}; END",
    )
    assert opener.open("change_index", str(path), 30)["outcome"] == "opened"
    assert opener.open("verify_index", str(path), 30)["outcome"] == "opened"
    with closing(sqlite3.connect(path / "catalogue.gpkg")) as base:
        query = "SELECT count(*) FROM sqlite_master WHERE name = 'hang'"
        assert base.execute(query).fetchone() == (0,)
        assert base.execute("SELECT count(*) FROM craters").fetchone() == (58,)


@pytest.mark.parametrize("purpose", ["index", "verify_index", "change_index"])
def test_indexes_that_join_others(
    purpose: str, opener: Opener, canary: Path, work: Path, whole: Path
) -> None:
    indexes = list(hostile_joined.joined(whole, work, canary))
    assert opener.open("index", str(work / "clean/ALL.craterindex"))["outcome"] == "opened"
    before, beside, wrong = tree(canary), tree(work / "clean"), []
    for label, path in indexes:
        wrong += judged(opener.open(purpose, str(path)), label)
        if tree(canary) != before or tree(work / "clean") != beside:
            wrong.append(f"{label}: changed what lies outside")
            before, beside = tree(canary), tree(work / "clean")
    assert not wrong, "\n".join(wrong)
