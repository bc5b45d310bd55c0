"""“Find duplicates” and “Write cleaned catalogue” in QGIS against the real engine."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from craterbench_qgis.client.engine import Engine
from craterbench_qgis.contract.search import Source
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.gui.review.find_dialog import FindDialog
from craterbench_qgis.gui.review.panel import ReviewPanel
from engine_side import run_script
from inside import FakeInterface, wait_until
from on_screen import answer_file_dialog, click
from paths import DATA, ENGINE_PYTHON, MOSAIC, needs_engine, needs_moon

pytestmark = needs_engine
TWIN = DATA / "moon" / "clementine_750nm_4k.tif"


@pytest.fixture
def table(tmp_path: Path) -> str:
    """340 craters, 40 of them entered twice, by two mappers (column ``source``)."""
    path = tmp_path / "both mappers.csv"
    run_script("make_review.py", "--catalogue", path)
    return str(path)


@pytest.fixture
def panel(iface: FakeInterface, project: QgsProject, tmp_path: Path) -> Iterator[ReviewPanel]:
    settings = Settings()
    settings.existing_python, settings.output_folder = str(ENGINE_PYTHON), str(tmp_path)
    project.setCrs(QgsCoordinateReferenceSystem("IAU_2015:30100"))
    engine = Engine(settings)
    panel = ReviewPanel(iface, engine, settings)
    panel.resize(420, 800)
    panel.show()
    yield panel
    panel.shut_down()
    engine.stop(wait=True)


def wait_ready(dialog: Any) -> None:
    wait_until(dialog.start_button.isEnabled, 60)


def wait_opened(panel: ReviewPanel, path: Path) -> None:
    wait_until(
        lambda: panel.store.content is not None
        and panel.store.content.path == path
        and panel.queue is not None,
        120,
    )


def wait_picture(panel: ReviewPanel) -> None:
    wait_until(lambda: panel.view.picture is not None and not panel.view.picture.problem, 60)


def rows(path: Path, columns: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as db:
        return list(db.execute(f"SELECT {columns} FROM pairs"))


def decisions(path: Path) -> dict[Any, Any]:
    columns = "a_id, b_id, decision, reviewer, decided_at"
    return {row[:2]: row[2:] for row in rows(path, columns)}


def provenance(path: Path) -> dict[str, Any]:
    with sqlite3.connect(path) as db:
        return {
            key: json.loads(value) if value and value[0] in "[{" else value
            for key, value in db.execute("SELECT key, value FROM provenance")
        }


def test_layers_of_the_project(
    panel: ReviewPanel, project: QgsProject, table: str, tmp_path: Path
) -> None:
    """A text layer filtered two ways and a layer in memory; names are kept up to the output."""
    uri = "file://" + table.replace(" ", "%20") + "?delimiter=,&xField=lon&yField=lat"
    uri += "&crs=IAU_2015:30100"
    first = QgsVectorLayer(uri, "Ann: first", "delimitedtext")
    assert first.isValid() and first.setSubsetString("\"source\" = 'first'")
    second = QgsVectorLayer(uri, "Ben's", "delimitedtext")
    assert second.setSubsetString("\"source\" = 'second'")
    memory = second.materialize(QgsFeatureRequest())
    memory.setName("Ben in memory")
    project.addMapLayers([first, second, memory])
    dialog = panel.find_duplicates()
    assert panel.find_duplicates() is dialog  # one at a time
    assert "Choose a catalogue" in dialog.message.plain
    dialog.catalogue.choose_layer(first.id())
    assert "being read" in dialog.message.plain
    wait_until(lambda: dialog.catalogue.info is not None, 60)
    assert dialog.catalogue.count()[0] == 300
    dialog.other.setChecked(True)
    assert not dialog.start_button.isEnabled() and "second catalogue" in dialog.message.plain
    for layer in (second, memory):
        dialog.other.choose_layer(layer.id())
        wait_ready(dialog)
        assert "300 entries against 40" in dialog.message.plain
    output = Path(dialog.output.path())
    assert output == tmp_path / "Ann_ first_Ben in memory_duplicates.gpkg"
    dialog.options.least.setValue(30.0)
    wait_until(lambda: dialog.other.count()[0] < 40)
    wait_until(lambda: dialog.catalogue.count()[0] < 300)
    dialog.options.east.setValue(0.0)
    click(dialog.start_button)
    wait_opened(panel, output)
    assert "279 of 340 entries were compared" in dialog.message.plain
    click(dialog.close_button)
    wait_until(lambda: not panel.dialogs.open)
    assert all(a >= 30e3 <= b for a, b in rows(output, "a_diameter_m, b_diameter_m"))
    assert {a for (a,) in rows(output, "a_id")} <= {f"c{number}" for number in range(300)}
    assert {b[:3] for (b,) in rows(output, "b_id")} == {"d-c"}
    origin = provenance(output)
    assert [Path(path).stem for path in origin["catalogues"]] == ["Ann_ first", "Ben in memory"]
    assert float(origin["minimum"]) == 0.02
    assert panel.view.captions.facts[0].split(" · ")[1] == "Ann_ first"
    # Without a mosaic there are no pictures, and it is said how to get some.
    wait_until(lambda: panel.view.picture is not None)
    assert "Pictures from another mosaic" in panel.view.picture.problem
    # Written: both catalogues, whose entry is whose.
    panel.decide("duplicate")
    apply = panel.write_cleaned()
    target = tmp_path / "clean.csv"
    apply.output.edit.setText(str(output))
    assert "review itself" in apply.message.plain and not apply.start_button.isEnabled()
    apply.output.edit.setText(str(target))
    click(apply.start_button)
    wait_until(lambda: target.exists() and not apply.running, 60)
    assert "1 were merged" in apply.message.plain
    text = target.read_text()
    assert "Ann_ first" in text and "Ben in memory" in text and text.count("merged_ids") == 1


def write_point(path: Path) -> None:
    """A GeoPackage with one crater."""
    layer = QgsVectorLayer("Point?crs=IAU_2015:30100&field=diam_km:double", "x", "memory")
    feature = QgsFeature(layer.fields())
    feature.setAttributes([30.0])
    feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(1, 2)))
    layer.dataProvider().addFeatures([feature])
    options = QgsVectorFileWriter.SaveVectorOptions()
    context = QgsCoordinateTransformContext()
    QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)


def test_a_body_no_file_names_and_limits_that_exclude_each_other(
    panel: ReviewPanel, table: str
) -> None:
    dialog = panel.find_duplicates()
    dialog.catalogue.choose_file(table)
    wait_until(lambda: dialog.catalogue.info is not None, 60)
    assert "name the body" in dialog.message.plain and not dialog.start_button.isEnabled()
    dialog.options.body.setEditText("moon")
    wait_ready(dialog)
    assert "340 entries, each against its neighbours." in dialog.message.plain
    dialog.options.least.setValue(50.0)
    dialog.options.most.setValue(20.0)
    assert "correct one" in dialog.message.plain


def test_what_is_read_is_not_written_over_and_an_empty_review_says_so(
    panel: ReviewPanel, tmp_path: Path
) -> None:
    catalogue = tmp_path / "catalogue.gpkg"
    write_point(catalogue)
    dialog = panel.find_duplicates()
    dialog.catalogue.choose_file(str(catalogue))
    wait_until(lambda: dialog.catalogue.info is not None, 60)
    dialog.output.edit.setText(f"{tmp_path}/./catalogue.gpkg")
    assert "would replace catalogue.gpkg" in dialog.message.plain
    assert not dialog.start_button.isEnabled()
    dialog.other.setChecked(True)
    dialog.other.choose_file(str(catalogue))
    wait_until(lambda: dialog.other.info is not None, 60)
    assert "are the same" in dialog.message.plain
    dialog.other.setChecked(False)
    dialog.output.edit.setText(str(tmp_path / "none.gpkg"))
    wait_ready(dialog)
    click(dialog.start_button)
    wait_opened(panel, tmp_path / "none.gpkg")
    assert panel.queue.pair() is None and "holds no pair" in panel.view.message
    assert "No two entries" in panel.page.message.plain
    for act in (panel.skip, panel.go_back, panel.undo, lambda: panel.decide("duplicate")):
        act()


def test_an_engines_refusal_is_shown_in_the_dialog(panel: ReviewPanel, table: str) -> None:
    dialog = panel.find_duplicates()
    dialog.catalogue.choose_file(table)
    dialog.options.body.setEditText("Krypton")
    wait_ready(dialog)
    click(dialog.start_button)
    wait_until(lambda: dialog.message.is_problem, 60)
    assert "Krypton" in dialog.message.plain and dialog.form.isEnabled()


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "again.gpkg"


def fill(panel: ReviewPanel, table: str, output: Path) -> FindDialog:
    """The dialog for a search with the project's only raster."""
    dialog = panel.find_duplicates()
    dialog.catalogue.choose_file(table)
    dialog.output.edit.setText(str(output))
    wait_ready(dialog)
    assert dialog.mosaics.paths() == [str(MOSAIC.resolve())]
    return dialog


def search(panel: ReviewPanel, dialog: FindDialog, output: Path) -> None:
    click(dialog.start_button)
    wait_until(lambda: panel.store.content is None)
    wait_opened(panel, output)
    wait_until(lambda: not panel.dialogs.open)


@pytest.fixture
def reviewed(panel: ReviewPanel, project: QgsProject, table: str, output: Path) -> dict[Any, Any]:
    """A review by a search that was cancelled once, with three decisions; those decisions."""
    project.addMapLayer(QgsRasterLayer(str(MOSAIC.resolve()), "wac"))
    dialog = fill(panel, table, output)
    click(dialog.start_button)
    wait_until(lambda: "of" in dialog.message.plain and dialog.bar.value() > 0, 120)
    click(dialog.close_button)
    assert dialog.isVisible()
    wait_until(lambda: not dialog.running, 60)
    assert "Cancelled" in dialog.message.plain
    assert not output.exists() and not list(output.parent.glob(".again*"))
    search(panel, dialog, output)
    assert "pairs to review" in panel.page.message.plain
    similarities = [value for (value,) in rows(output, "similarity")]
    assert len(similarities) >= 30 and sum(value is not None for value in similarities) >= 30
    for decision in ("duplicate", "distinct", "unsure"):
        panel.decide(decision)
    panel.decide("duplicate")
    panel.undo()
    wait_until(lambda: panel.store.pending == 0)
    return decisions(output)


@needs_moon
def test_found_again_where_decisions_are(
    panel: ReviewPanel, table: str, output: Path, reviewed: dict[Any, Any]
) -> None:
    """A search into the open review: nobody writes to the file that goes, nothing is lost."""
    undecided = panel.queue.pair().pair_id
    # Given up: the review is let go of meanwhile, and comes back as it was.
    dialog = fill(panel, table, output)
    assert "is there already" in dialog.message.plain and "is kept" in dialog.message.plain
    click(dialog.start_button)
    wait_until(lambda: panel.store.content is None)
    panel.open_review(str(output))  # not now
    assert "being written just now" in panel.start.message.plain
    wait_until(lambda: dialog.bar.value() > 0, 120)
    click(dialog.close_button)
    wait_opened(panel, output)
    wait_until(lambda: not dialog.running)
    assert panel.queue.pair().pair_id == undecided and panel.queue.counts().decided == 3
    assert decisions(output) == reviewed
    # With a second mosaic to compare the first with: decisions stay, displacements are told.
    dialog.options.twin.addItem("clementine", str(TWIN.resolve()))
    dialog.options.twin.setCurrentIndex(dialog.options.twin.count() - 1)
    search(panel, dialog, output)
    assert decisions(output) == reviewed
    assert sum(value is not None for (value,) in rows(output, "shift_east_m")) >= 5
    said = panel.page.message.plain
    assert "3 pairs were decided before." in said and "The second mosaic lies" in said
    assert panel.queue.counts().decided == 3


@needs_moon
def test_a_mosaic_that_was_moved_is_found_beside_the_review_or_chosen_once(
    panel: ReviewPanel, review: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite3.connect(review) as db:
        gone = json.dumps(["/gone/wac.tif"])
        db.execute("UPDATE provenance SET value=? WHERE key='mosaics'", (gone,))
    panel.open_review(str(review))
    wait_opened(panel, review)
    wait_until(lambda: panel.view.picture is not None, 60)
    problem = panel.view.picture.problem
    assert "/gone/wac.tif" in problem and "moved" in problem
    answer_file_dialog(monkeypatch, MOSAIC.resolve())
    actions = panel.page.menu_button.menu().actions()
    next(action for action in actions if action.text().startswith("Pictures from")).trigger()
    wait_picture(panel)
    panel.close_review()
    panel.open_review(str(review))
    wait_opened(panel, review)
    wait_picture(panel)
    # Beside the review it is found by itself.
    Settings().remove("review/mosaics")
    beside = review.with_name("wac.tif")
    beside.symlink_to(MOSAIC.resolve())
    panel.open_review(str(review))
    wait_until(lambda: panel.store.content is not None)
    wait_opened(panel, review)
    assert panel.store.content.mosaics == [Source(str(beside))]
