"""The patches of "why it matched": counterparts, overlay, and pointing at them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtGui import QColor, QImage
from qgis.PyQt.QtTest import QTest

from craterbench_qgis.contract.search import ExplainReply
from craterbench_qgis.core.patches import MATCH, QUERY, PatchPairs
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
        for other in patch.gallery_patches:
            back.setdefault(other, set()).add(patch.query_patch)
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
    for side, other, patch in (
        (QUERY, MATCH, pairs.numbered[0].query_patch),
        (MATCH, QUERY, several),
    ):
        move_mouse(view, patch_rect(pairs, view.place_of(side), patch).center())
        wait_until(lambda side=side, patch=patch: view.drawing.focus == (side, patch))
        assert patch in _outlined(bench, side)
        assert set(pairs.counterparts(side, patch)) <= _outlined(bench, other)
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
        if all(QColor(picture.pixel(edge)).lightness() > 250 for edge in shown):
            outlined.add(patch)
    return outlined


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
