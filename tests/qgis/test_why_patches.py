"""The patches of "why it matched": counterparts, overlay, and pointing at them."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtGui import QColor, QImage
from qgis.PyQt.QtTest import QTest

from craterbench_qgis.contract.why import ExplainReply
from craterbench_qgis.core.patches import EJECTA, FLOOR, MATCH, QUERY, RIM, ZONES, PatchPairs
from craterbench_qgis.gui.why.paint import patch_rect, strength_colour
from inside import move_mouse, wait_until
from paths import needs_engine, needs_moon
from why_bench import WhyBench

pytestmark = [needs_moon, needs_engine]


@pytest.fixture
def bench(gallery: Path) -> WhyBench:
    return WhyBench(gallery)


def test_counterparts_and_strengths_are_the_engines(bench: WhyBench) -> None:
    """Against the engine's own answer, worked out anew."""
    reply = bench.reply
    pairs = PatchPairs(reply)
    count = reply.grid[0] * reply.grid[1]
    back: dict[int, set[int]] = {}
    for patch in reply.patches:
        assert pairs.counterparts(QUERY, patch.query_patch) == patch.gallery_patches
        for counterpart in patch.gallery_patches:
            back.setdefault(counterpart, set()).add(patch.query_patch)
    for number in range(count):
        assert set(pairs.counterparts(MATCH, number)) == back.get(number, set())
    assert len(reply.patches) == count
    values = sorted(reply.strength_query + reply.strength_match)
    assert pairs.low == (values[count - 1] + values[count]) / 2 and pairs.high == values[-1]


def test_the_numbered_pairs_are_mutual_strongest_first_and_apart(bench: WhyBench) -> None:
    pairs = PatchPairs(bench.reply)
    assert 2 <= len(pairs.numbered) <= 6
    patches = {patch.query_patch: patch for patch in bench.reply.patches}
    previous = 2.0
    for place, pair in enumerate(pairs.numbered):
        assert pair.number == place + 1 and pair.similarity <= previous
        assert pair.match_patch in patches[pair.query_patch].gallery_patches
        assert patches[pair.query_patch].mutual
        previous = pair.similarity
        for earlier in pairs.numbered[:place]:
            for a, b in (
                (pair.query_patch, earlier.query_patch),
                (pair.match_patch, earlier.match_patch),
            ):
                (row, column), (other_row, other_column) = pairs.cell(a), pairs.cell(b)
                assert max(abs(row - other_row), abs(column - other_column)) >= 2


def test_a_cluster_of_several_patches_is_marked_on_one_of_its_own(bench: WhyBench) -> None:
    last = bench.reply.grid[0] * bench.reply.grid[1] - 1
    cluster = {
        "query_patch": 5,
        "gallery_token": 0,
        "gallery_patches": [0, 1, last],
        "similarity": 0.9,
        "mutual": True,
    }
    reply = ExplainReply.from_json({**bench.reply.to_json(), "patches": [cluster]})
    assert PatchPairs(reply).numbered[0].match_patch in (0, 1, last)


@pytest.mark.parametrize("broken", [{"grid": [3, 3]}, {"strength_match": [0.1]}])
def test_an_answer_that_contradicts_itself_is_refused(
    bench: WhyBench, broken: dict[str, Any]
) -> None:
    with pytest.raises(ValueError):
        PatchPairs(ExplainReply.from_json({**bench.reply.to_json(), **broken}))


def test_overlay_is_drawn_by_strength(bench: WhyBench) -> None:
    dialog = bench.dialog(1)
    view, controls, pairs = dialog.pair, dialog.controls, dialog.pair.pair.patches
    every_patch = range(pairs.rows * pairs.columns)
    controls.numbers.setChecked(False)
    controls.overlay.setChecked(False)
    plain = bench.picture()
    for side in (QUERY, MATCH):
        assert all(bench.middle(plain, side, patch).saturation() == 0 for patch in every_patch)
    QTest.keyClick(dialog, Qt.Key.Key_O)
    controls.opacity.setValue(100)
    assert controls.overlay.isChecked() and view.drawing.overlay
    tinted = bench.picture()
    for side in (QUERY, MATCH):
        for patch in every_patch:
            colour, share = bench.middle(tinted, side, patch), pairs.share(side, patch)
            if share <= 0:
                assert colour == bench.middle(plain, side, patch)
            elif share > 0.999:  # the strongest, at full opacity: the key's own colour
                key = strength_colour(share)
                assert abs(colour.red() - key.red()) + abs(colour.green() - key.green()) <= 4
            else:
                assert colour != bench.middle(plain, side, patch)
    controls.opacity.setValue(20)
    weaker = bench.picture()
    strongest = max(every_patch, key=lambda patch: pairs.strength[QUERY][patch])

    def tint(picture: QImage) -> int:
        with_it = bench.middle(picture, QUERY, strongest).getRgb()
        without = bench.middle(plain, QUERY, strongest).getRgb()
        return sum(abs(a - b) for a, b in zip(with_it, without, strict=True))

    assert 0 < tint(weaker) < tint(tinted)
    QTest.keyClick(dialog, Qt.Key.Key_O)
    assert bench.picture() == plain and not controls.opacity.isEnabled()


def test_the_keys_lightness_rises_all_the_way() -> None:
    """Perceptually even, in grey print too."""
    colours = [strength_colour(step / 20) for step in range(21)]
    lights = [c.red() * 0.2126 + c.green() * 0.7152 + c.blue() * 0.0722 for c in colours]
    assert all(lighter > darker for darker, lighter in pairwise(lights))


def test_pointing_outlines_counterparts_both_ways(bench: WhyBench) -> None:
    dialog = bench.dialog(1)
    view, pairs = dialog.pair, dialog.pair.pair.patches
    dialog.controls.overlay.setChecked(False)
    dialog.controls.numbers.setChecked(False)
    plain = bench.picture()
    every_patch = range(pairs.rows * pairs.columns)
    several = next(patch for patch in every_patch if len(pairs.counterparts(MATCH, patch)) > 1)
    for side, far_side, patch in (
        (QUERY, MATCH, pairs.numbered[0].query_patch),
        (MATCH, QUERY, several),
    ):
        move_mouse(view, patch_rect(pairs, view.place_of(side), patch).center())
        wait_until(lambda side=side, patch=patch: view.drawing.focus == (side, patch))
        assert patch in _outlined(bench, side)
        assert set(pairs.counterparts(side, patch)) <= _outlined(bench, far_side)
        assert f"{pairs.similarity(side, patch):.3f}" in dialog.focus_line.text()
    assert str(len(pairs.counterparts(MATCH, several))) in dialog.focus_line.text()
    move_mouse(view, QPoint(1, 1))
    wait_until(lambda: view.drawing.focus is None)
    assert "Point at a patch" in dialog.focus_line.text()
    assert bench.picture() == plain


def _outlined(bench: WhyBench, side: str) -> set[int]:
    """Patches with a light line along all of their edges."""
    view, picture = bench.shown.pair, bench.picture()
    pairs, outlined = view.pair.patches, set()
    for patch in range(pairs.rows * pairs.columns):
        rect = patch_rect(pairs, view.place_of(side), patch)
        middle = rect.center()
        edges = [
            QPoint(middle.x(), rect.top()),
            QPoint(rect.left(), middle.y()),
            QPoint(middle.x(), rect.bottom() + 1),
            QPoint(rect.right() + 1, middle.y()),
        ]
        shown = [edge for edge in edges if picture.rect().contains(edge)]
        if all(_lightest(picture, edge) > 250 for edge in shown):
            outlined.add(patch)
    return outlined


def _lightest(picture: QImage, at: QPoint) -> int:
    """Of a pixel and its neighbours: Qt 6 draws a pen's edge one pixel higher than Qt 5."""
    steps = [QPoint(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    near = [at + step for step in steps if picture.rect().contains(at + step)]
    return max(QColor(picture.pixel(place)).lightness() for place in near)


def test_pointing_by_keyboard(bench: WhyBench) -> None:
    """It starts at the strongest pair; Space goes across."""
    dialog = bench.dialog(1)
    view, pairs = dialog.pair, dialog.pair.pair.patches
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    strongest = pairs.numbered[0]
    assert view.drawing.focus == (QUERY, strongest.query_patch)
    QTest.keyClick(view, Qt.Key.Key_Space)
    side, patch = view.drawing.focus
    assert side == MATCH and patch in pairs.counterparts(QUERY, strongest.query_patch)
    row, column = pairs.cell(patch)
    QTest.keyClick(view, Qt.Key.Key_Down if row + 1 < pairs.rows else Qt.Key.Key_Up)
    new_row, new_column = pairs.cell(view.drawing.focus[1])
    assert new_column == column and new_row != row


def test_the_craters_come_first_as_large_as_each_other_and_their_surroundings_by_a_key(
    bench: WhyBench,
) -> None:
    dialog = bench.dialog(1, plain=False)
    view, pair = dialog.pair, dialog.pair.pair

    def rim_px(side: str) -> float:
        return float(view.place_of(side).width() / pair.contexts[side] / 2)

    assert not dialog.controls.surroundings.isChecked()
    assert rim_px(QUERY) == pytest.approx(rim_px(MATCH), abs=2)
    shown = view.shown_of(QUERY)
    assert rim_px(QUERY) == pytest.approx(shown.width() / 2 / 1.35, abs=2)
    # What is clicked is what is seen: the patch in the shown corner is not the view's corner.
    move_mouse(view, shown.topLeft() + QPoint(3, 3))
    side, patch = view.drawing.focus
    assert side == QUERY and patch != 0
    QTest.keyClick(dialog, Qt.Key.Key_S)
    assert dialog.controls.surroundings.isChecked()
    assert view.place_of(QUERY) == view.shown_of(QUERY)
    QTest.keyClick(dialog, Qt.Key.Key_S)
    view.setFocus()
    for _ in range(pair.patches.rows + 2):
        QTest.keyClick(view, Qt.Key.Key_Up)
    side, patch = view.drawing.focus
    assert patch_rect(pair.patches, view.place_of(side), patch).intersects(view.shown_of(side))


def test_the_rim_is_drawn_on_both(bench: WhyBench) -> None:
    dialog = bench.dialog(1, plain=False)
    for box in (dialog.controls.overlay, dialog.controls.numbers):
        box.setChecked(False)
    with_rim = bench.picture()
    QTest.keyClick(dialog, Qt.Key.Key_C)
    without = bench.picture()
    for side in (QUERY, MATCH):
        view = dialog.pair
        centre = view.place_of(side).center()
        radius = view.place_of(side).width() / 2 / view.pair.contexts[side]
        changed = sum(
            with_rim.pixel(at) != without.pixel(at)
            for step in range(360)
            if (at := _on_circle(centre, radius, step))
        )
        assert changed > 120, side


def _on_circle(centre: QPoint, radius: float, degrees: int) -> QPoint:
    angle = math.radians(degrees)
    return centre + QPoint(round(radius * math.cos(angle)), round(radius * math.sin(angle)))


def test_the_strongest_pairs_are_told_zone_by_zone(bench: WhyBench) -> None:
    dialog = bench.dialog(1, plain=False)
    pairs, context = dialog.pair.pair.patches, dialog.pair.pair.contexts[QUERY]
    assert {pair.zone for pair in pairs.numbered} <= set(ZONES)
    for pair in pairs.numbered:
        row, column = pairs.cell(pair.query_patch)
        radii = (
            2
            * context
            * math.hypot((row + 0.5) / pairs.rows - 0.5, (column + 0.5) / pairs.columns - 0.5)
        )
        expected = FLOOR if radii < 0.8 else RIM if radii <= 1.25 else EJECTA
        assert pair.zone == expected
    assert [pair.number for pair in pairs.numbered] == list(range(1, len(pairs.numbered) + 1))
    assert all(len(pairs.in_zone(zone)) <= 3 for zone in ZONES)
    text = dialog.zones.text()
    for zone, name in ((FLOOR, "Floor"), (RIM, "Rim"), (EJECTA, "Ejecta")):
        numbers = ", ".join(str(pair.number) for pair in pairs.in_zone(zone))
        assert f"{name}: {numbers}" in text if numbers else f"{name}: none" in text


def test_a_turned_query_says_how_and_shows_its_north(bench: WhyBench) -> None:
    bench.match_set.matches[1].turn_deg, bench.match_set.matches[1].mirrored = 90.0, True
    dialog = bench.dialog(1, plain=False)
    (request,) = bench.engine.asked
    assert (request[1]["turn_deg"], request[1]["mirrored"]) == (90.0, True)
    assert "turned 90°, mirrored" in dialog.pair.pair.captions[QUERY]
    shown = dialog.pair.shown_of(QUERY)
    centre = QPoint(shown.right() - 26, shown.top() + 26)
    picture = bench.picture()
    assert _lightest(picture, centre + QPoint(9, 0)) > 200, "north is to the right"
    assert QColor(picture.pixel(centre - QPoint(0, 12))).lightness() < 140
