""" "Why it matched": what is asked, what it says, turning over, deciding, errors, saving."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import QgsApplication
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QPoint, QRect, Qt
from qgis.PyQt.QtGui import QColor, QImage
from qgis.PyQt.QtTest import QTest

from craterbench_qgis.contract.vocabulary import Decision
from craterbench_qgis.core.match_set import MatchSet
from craterbench_qgis.core.patches import MATCH, QUERY
from gallery import RecordedEngine
from inside import wait_until
from paths import needs_engine, needs_moon
from why_bench import WhyBench

pytestmark = [needs_moon, needs_engine]


@pytest.fixture
def bench(gallery: Path) -> WhyBench:
    return WhyBench(gallery)


@pytest.fixture
def engine(bench: WhyBench) -> RecordedEngine:
    return bench.engine


@pytest.fixture
def match_set(bench: WhyBench) -> MatchSet:
    return bench.match_set


def test_asks_for_the_match_and_shows_both_scores(
    bench: WhyBench, engine: RecordedEngine, match_set: MatchSet
) -> None:
    dialog = bench.dialog(1)
    match = match_set.matches[1]
    (request,) = engine.asked
    assert request == (
        "explain",
        {
            "index": match_set.index.path,
            "query": match_set.request.query().to_json(),
            "crater_id": match.crater_id,
            "view": match.view_number,
            "device": None,
            "turn_deg": None,
            "mirrored": False,
        },
    )
    stages = dialog.stages.text()
    assert f"First stage, {match.shortlist_score:.3f}: one vector" in stages
    assert f"Second stage, {match.score:.3f}: late interaction, the mean" in stages
    assert "the query's tokens" in stages
    assert "similarities, not probabilities" in stages
    assert match.crater_id in dialog.title.text() and "Rank 2 of" in dialog.subtitle.text()
    match_set.provenance["score"] = "symmetric late interaction"
    dialog.show_row(1)
    assert "tokens of both views" in dialog.stages.text()
    assert "lie on one another" in dialog.stages.text()
    del match_set.provenance["overlay"]  # as in a project of an earlier version
    dialog.show_row(1)
    assert "lie on one another" not in dialog.stages.text()
    caption = dialog.pair.pair.captions[MATCH]
    assert f"⌀ {match.diameter_m / 1000:.4g} km" in caption


def test_captions_are_legible_in_a_theme_of_style_sheets(
    bench: WhyBench, app: QgsApplication
) -> None:
    """QGIS's dark themes colour windows and labels, and leave the palette of other widgets dark."""
    app.setStyleSheet(
        "QWidget { background: transparent } QLabel { color: #aaa } "
        "QDialog { color: #aaa; background-color: #323232 }"
    )
    dialog = bench.dialog(1)
    above_the_pictures = QRect(0, 0, dialog.pair.width(), dialog.pair.place_of(QUERY).top())
    key = dialog.controls.key
    least_end = QRect(0, 0, key.width() // 8, key.height())
    for widget, part in ((dialog.pair, above_the_pictures), (key, least_end)):
        place = part.translated(widget.mapTo(dialog, QPoint(0, 0)))
        picture = dialog.grab(place).toImage()
        lightest = max(
            QColor(picture.pixel(x, y)).lightness()
            for x in range(picture.width())
            for y in range(picture.height())
        )
        assert lightest > 150, widget


def test_turning_over(bench: WhyBench, engine: RecordedEngine) -> None:
    dialog = bench.dialog(2, rows=[5, 2, 8])
    assert dialog.footer.previous.isEnabled() and dialog.footer.next.isEnabled()
    bench.press(Qt.Key.Key_N)
    assert dialog.row == 8 and not dialog.footer.next.isEnabled()
    bench.press(Qt.Key.Key_PageDown)
    assert dialog.row == 8
    dialog.footer.previous.click()
    bench.wait_for_answer()
    count = len(engine.asked)
    bench.press(Qt.Key.Key_P)
    assert dialog.row == 5 and "Rank 6" in dialog.subtitle.text()
    dialog.footer.next.click()
    assert dialog.row == 2
    assert len(engine.asked) == count + 1, "what was seen before is not asked again"


def test_deciding_in_the_dialog_and_elsewhere(bench: WhyBench, match_set: MatchSet) -> None:
    dialog = bench.dialog(2)
    bench.press(Qt.Key.Key_A)
    assert match_set.decision(2) == Decision.ACCEPTED and "accepted" in dialog.subtitle.text()
    assert dialog.footer.decisions[Decision.ACCEPTED].isChecked()
    match_set.decide([2], Decision.REJECTED)
    assert "rejected" in dialog.subtitle.text()
    assert dialog.footer.decisions[Decision.REJECTED].isChecked()


def test_turning_quickly_and_closing_cancel_what_is_asked(
    bench: WhyBench, engine: RecordedEngine, match_set: MatchSet
) -> None:
    dialog = bench.dialog(2)
    engine.silent = True
    dialog.show_row(5)
    dialog.show_row(8)
    assert engine.calls[-2].cancelled and not engine.calls[-1].cancelled
    wait_until(dialog.busy.isVisible)
    call = engine.calls[-1]
    dialog.close()
    wait_until(lambda: sip.isdeleted(dialog))
    assert call.cancelled
    match_set.decide([2], Decision.ACCEPTED)
    assert match_set.receivers(match_set.decided) == 0, "nothing of the dialog is left"


def test_errors_are_said_in_the_dialog(bench: WhyBench, engine: RecordedEngine) -> None:
    engine.problem = "The mosaic of the query is gone. Open it again."
    dialog = bench.dialog(0, wait=False)
    wait_until(dialog.message.isVisible)
    assert dialog.message.label.text() == engine.problem
    assert not dialog.footer.save.isEnabled() and dialog.write_picture("/nowhere/x.png") is False
    engine.problem = ""
    dialog.message.button.click()
    wait_until(dialog.pair.isVisible)
    assert dialog.pair.pair is not None and dialog.footer.save.isEnabled()
    engine.data["explain"] = {"x": {"crater_id": "x"}}  # an answer that lacks what it must have
    dialog.show_row(5)
    wait_until(dialog.message.isVisible)
    assert "could not be read" in dialog.message.label.text()


def test_saving_and_copying(bench: WhyBench, app: QgsApplication, tmp_path: Path) -> None:
    dialog = bench.dialog(1)
    path = str(tmp_path / "why it matched.png")
    assert dialog.write_picture(path)
    image = QImage(path)
    assert image.width() == 1480 and image.height() > 900
    assert dialog.footer.said == f"Saved: {path}"
    colours = {image.pixel(x, y) for x in range(0, 1480, 7) for y in range(0, image.height(), 7)}
    coloured = sum(QColor(colour).saturation() > 100 for colour in colours)
    assert coloured > 20, "the overlay is in it"
    assert QColor(image.pixel(3, 3)) == QColor(255, 255, 255)
    assert not dialog.write_picture("/nowhere/at/all.png")
    assert "could not be written" in dialog.footer.said
    QTest.mouseClick(dialog.footer.copy, Qt.MouseButton.LeftButton)
    assert app.clipboard().image().size() == image.size()
