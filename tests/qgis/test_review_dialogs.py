"""“Find duplicates” and “Write cleaned catalogue” before an engine that answers when told."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from craterbench_qgis.contract.wire import Progress
from craterbench_qgis.gui.review.find_dialog import FindDialog
from craterbench_qgis.gui.review.panel import ReviewPanel
from inside import wait_until
from on_screen import click
from paths import needs_engine
from review_bench import ReviewBench, press, stored

pytestmark = needs_engine


@pytest.fixture
def panel(review_bench: ReviewBench) -> ReviewPanel:
    return review_bench.panel()


@pytest.fixture
def engine(review_bench: ReviewBench) -> Any:
    return review_bench.engine


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "craters.csv"
    path.write_text("id,lon,lat,diam_km\n1,2,3,4\n")
    return str(path)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "found.gpkg"


@pytest.fixture
def dialog(panel: ReviewPanel, engine: Any, table: str, output: Path) -> FindDialog:
    """Everything a search needs is chosen."""
    dialog = panel.find_duplicates()
    assert not dialog.start_button.isEnabled() and "catalogue" in dialog.message.plain
    dialog.catalogue.choose_file(table)
    engine.of("catalogue.describe")[-1].done(
        {
            "path": table, "rows": 340, "names": ["id", "lon", "lat", "diam_km"],
            "columns": {"id": "id", "lon": "lon", "lat": "lat", "diameter": "diam_km",
                        "diameter_unit": "km"},
            "body": None, "rejected": {}, "diameter_m": [2e4, 9e4],
            "bounds": [-180, -70, 180, 70],
        }
    )  # fmt: skip
    dialog.mosaics.add("/data/moon.tif")
    engine.of("mosaic.describe")[-1].done(
        {
            "path": "/data/moon.tif", "body": {"name": "Moon", "a": 1737400.0, "b": 1737400.0},
            "width": 10, "height": 10, "pixel_size_m": 100.0, "crs_wkt": "", "bands": 1,
            "bounds": [-180, -90, 180, 90],
        }
    )  # fmt: skip
    dialog.output.edit.setText(str(output.with_suffix(".txt")))
    assert not dialog.start_button.isEnabled() and ".gpkg" in dialog.message.plain
    dialog.output.edit.setText(str(output))
    assert dialog.start_button.isEnabled(), dialog.message.plain
    return dialog


def test_a_search_is_started_cancelled_and_refused(
    dialog: FindDialog, engine: Any, table: str, output: Path
) -> None:
    dialog.other.setChecked(True)
    assert not dialog.start_button.isEnabled()
    dialog.other.setChecked(False)
    dialog.threshold.setValue(0.6)
    click(dialog.start_button)
    (find,) = engine.of("duplicates.find")
    assert find.params["catalogue"]["path"] == table and find.params["mosaics"] == [
        "/data/moon.tif"
    ]
    assert find.params["output"] == str(output) and find.params["threshold"] == 0.6
    assert find.params["other"] is None and not dialog.form.isEnabled()
    find.progress(Progress("looks", 30, 120, 5.0, 18.0))
    assert "30 of 120" in dialog.message.plain and "18 s left" in dialog.message.plain
    assert dialog.bar.value() == 250
    dialog.reject()  # cancels, does not close
    assert find.cancelled and dialog.isVisible()
    wait_until(lambda: not dialog.running)
    assert "Cancelled" in dialog.message.plain and dialog.form.isEnabled()
    click(dialog.start_button)
    find = engine.of("duplicates.find")[-1]
    find.failed(SimpleNamespace(message="No column. Choose one.", cancelled=False))
    assert dialog.message.is_problem and dialog.message.plain == "No column. Choose one."


@pytest.fixture
def opened(
    dialog: FindDialog, panel: ReviewPanel, engine: Any, review: Path, output: Path
) -> ReviewPanel:
    """A search has ended; its review is opened by itself."""
    click(dialog.start_button)
    shutil.copy(review, output)
    engine.of("duplicates.find")[-1].done(
        {
            "output": str(output), "entries": 340, "candidates": 60, "pairs": 43, "probable": 38,
            "clusters": 38, "looks": 0, "without_looks": {}, "decisions_kept": 0, "offset": None,
            "image_offset": None, "seconds": 1.0,
        }
    )  # fmt: skip
    wait_until(lambda: panel.queue is not None)
    assert panel.store.content.path == output
    return panel


def test_a_cleaned_catalogue_is_written_after_every_decision_is_in_the_file(
    opened: ReviewPanel, engine: Any, output: Path
) -> None:
    press(opened, "D")
    dialog = opened.write_cleaned()
    assert dialog.output.path() == str(output.with_name("found_cleaned.gpkg"))
    assert "1 pair" in dialog.facts.text()
    dialog.undecided.setChecked(True)
    click(dialog.start_button)
    wait_until(lambda: bool(engine.of("duplicates.apply")))
    (call,) = engine.of("duplicates.apply")
    target = dialog.output.path()
    assert call.params == {
        "review": str(output), "output": target, "threshold": 0.95, "only_compared": False,
    }  # fmt: skip
    assert len(stored(output)) == 1
    call.done(
        {
            "output": target,
            "entries": 340,
            "kept": 300,
            "merged": 40,
            "refused": 2,
            "notes": [],
            "clusters": 38,
            "undecided_used": 2,
        }
    )
    assert "340 entries became 300" in dialog.message.plain and "2 pairs" in dialog.message.plain
    dialog.reject()


def test_entries_that_were_not_compared_are_left_out_by_choice_alone_and_counted(
    dialog: FindDialog, panel: ReviewPanel, engine: Any, review: Path, output: Path
) -> None:
    with sqlite3.connect(review) as database:
        database.execute("DELETE FROM provenance WHERE key LIKE 'entries_%' OR key = 'selection'")
        database.executemany(
            "INSERT INTO provenance (key, value) VALUES (?, ?)",
            [
                ("entries_compared", "[7133]"),
                ("entries_held", "[24520]"),
                ("selection", '{"min_diameter_m": 5000.0}'),
            ],
        )
    panel.open_review(str(review))
    wait_until(lambda: panel.queue is not None)
    apply = panel.write_cleaned()
    text = apply.only_compared.text()
    assert apply.only_compared.isVisible() and not apply.only_compared.isChecked()
    assert "17,387 of 24,520" in text and "5 km" in text
    apply.only_compared.click()
    click(apply.start_button)
    wait_until(lambda: bool(engine.of("duplicates.apply")))
    assert engine.of("duplicates.apply")[-1].params["only_compared"] is True
    apply.give_up()


def test_the_end_of_the_panel_closes_what_is_open_and_cancels_what_runs(
    review_bench: ReviewBench, opened: ReviewPanel, engine: Any
) -> None:
    dialog = opened.write_cleaned()
    click(dialog.start_button)
    wait_until(lambda: bool(engine.of("duplicates.apply")))
    review_bench.close()
    assert engine.of("duplicates.apply")[-1].dropped and not dialog.isVisible()
