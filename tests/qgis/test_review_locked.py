"""Reviews that cannot be opened or written: none, locked, a full disk, read-only."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from craterbench_qgis.core.review.file import ReviewFile
from craterbench_qgis.gui.review.panel import ReviewPanel
from guards import nothing_waits
from inside import wait_until
from paths import needs_engine
from review_bench import ReviewBench, open_review, press, shown, stored, wait_saved

pytestmark = needs_engine


@pytest.fixture
def panel(review_bench: ReviewBench) -> ReviewPanel:
    return review_bench.panel()


def refusal(panel: ReviewPanel, path: Path) -> str:
    """What is said of a file that does not open."""
    panel.open_review(str(path))
    wait_until(lambda: panel.start.message.is_problem)
    return panel.start.message.plain


def test_what_is_no_review_or_is_not_there(panel: ReviewPanel, tmp_path: Path) -> None:
    assert "There is no file" in refusal(panel, tmp_path / "none.gpkg")
    (tmp_path / "text.gpkg").write_text("hello")
    assert "no review of duplicates" in refusal(panel, tmp_path / "text.gpkg")


def test_decisions_wait_while_another_program_holds_the_file(
    panel: ReviewPanel, review: Path
) -> None:
    blocker = sqlite3.connect(review, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    assert "locked by another program" in refusal(panel, review)
    blocker.execute("ROLLBACK")
    open_review(panel, review)
    blocker.execute("BEGIN IMMEDIATE")
    first = shown(panel)
    counts: list[int] = []
    with nothing_waits():
        press(panel, "D")
        assert shown(panel) != first  # the review goes on
        wait_until(lambda: panel.page.message.is_problem)
        assert "locked" in panel.page.message.plain and panel.store.pending == 1
        press(panel, "X")
        panel.store.when_saved(lambda: counts.append(len(stored(review))))
    assert not counts
    blocker.execute("ROLLBACK")
    blocker.close()
    wait_saved(panel)
    wait_until(lambda: not panel.page.message.plain)
    assert len(stored(review)) == 2 and counts == [2]


def test_a_decision_the_disk_refuses_is_said_and_the_review_goes_on(
    panel: ReviewPanel, review: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    open_review(panel, review)
    first = shown(panel)
    monkeypatch.setattr(ReviewFile, "decide", refuse)
    press(panel, "D")
    wait_until(lambda: "disk is full" in panel.page.message.plain)
    assert shown(panel) != first
    panel.close_review()


def test_a_review_that_is_read_only_can_be_looked_at(
    panel: ReviewPanel, review: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def touch(*_: object) -> None:
        raise PermissionError  # also for root, for whom modes mean nothing

    monkeypatch.setattr(Path, "touch", touch)
    open_review(panel, review)
    assert "read-only" in panel.page.message.plain
    assert not panel.page.buttons.buttons["duplicate"].isEnabled()
    before, decided = shown(panel), stored(review)
    press(panel, "D")
    assert shown(panel) == before and "read-only" in panel.page.message.plain
    press(panel, "Right")
    assert shown(panel) != before
    assert stored(review) == decided == {}
