""" "Why it matched" in real QGIS: pictures, patches, words, keys, saving, errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from .make_gallery import recorded_gallery
from .support import DATA, needs_moon, needs_qgis, run_in_qgis

pytestmark = [needs_qgis, needs_moon]

HEAD = """
from gallery import *
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QPoint, QRect, Qt
from qgis.PyQt.QtGui import QColor, QImage
from qgis.PyQt.QtTest import QTest
from craterbench_qgis.core.match_set import ACCEPTED, REJECTED, UNDECIDED
from craterbench_qgis.protocol import ExplainReply
from craterbench_qgis.gui.why.panel import WhyDialog
from craterbench_qgis.gui.why.data import MATCH, QUERY, PatchPairs
from craterbench_qgis.gui.why.paint import patch_rect, strength_colour

def dialog_of(engine, found, row=0, wait=True, **more):
    dialog = WhyDialog(engine, found, row, None, **more)
    dialog.show()
    if wait:
        wait_until(lambda: dialog.pair.pair is not None and dialog.pair.isEnabled())
        app.processEvents()
    return dialog

engine = RecordedEngine(args[0])
found = match_set_of(engine.data)
reply = ExplainReply.from_json(engine.data["explain"][found.matches[1].crater_id])
"""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded_gallery(tmp_path_factory.getbasetemp(), DATA / "moon")


def run(code: str, home: Path, gallery: Path, *more: object) -> str:
    return run_in_qgis(HEAD + code + '\nprint("fine")\n', home, gallery, *more)


def test_asks_for_the_match_and_shows_both_scores(tmp_path: Path, gallery: Path) -> None:
    code = """
dialog = dialog_of(engine, found, 1)
match = found.matches[1]
assert engine.asked == [("explain", {
    "index": found.index["path"], "query": found.request.to_params(),
    "crater_id": match.crater_id, "view": match.view_number})]
text = dialog.stages.text()
assert f"First stage, {match.shortlist_score:.3f}: one vector" in text
assert f"Second stage, {match.score:.3f}: late interaction, the mean" in text
assert "the query's tokens" in text
assert "similarities, not probabilities" in text
assert match.crater_id in dialog.title.text() and "Rank 2 of" in dialog.subtitle.text()
found.provenance["score"] = "symmetric late interaction"
dialog.show_row(1)
assert "tokens of both views" in dialog.stages.text()
captions = dialog.pair.pair.captions
assert f"{2 * match.diameter_m / 1000:.0f}"[:2] in captions[MATCH], captions
"""
    run(code, tmp_path, gallery)


def test_the_engine_answers_this_way(tmp_path: Path, gallery: Path) -> None:
    """Counterparts, strengths and numbers against the engine's own answer, worked out anew."""
    code = """
pairs = PatchPairs(reply)
count = reply.grid[0] * reply.grid[1]
best = {}
for one in reply.patches:
    assert pairs.counterparts(QUERY, one["query_patch"]) == one["gallery_patches"]
    for other in one["gallery_patches"]:
        best.setdefault(other, set()).add(one["query_patch"])
for patch in range(count):
    assert set(pairs.counterparts(MATCH, patch)) == best.get(patch, set())
assert len(reply.patches) == count
values = sorted(reply.strength_query + reply.strength_match)
assert pairs.low == (values[count - 1] + values[count]) / 2 and pairs.high == values[-1]
assert 2 <= len(pairs.numbered) <= 6
given = {one["query_patch"]: one for one in reply.patches}
previous = 2.0
for n, one in enumerate(pairs.numbered):
    assert one.number == n + 1 and one.similarity <= previous
    assert one.match_patch in given[one.query_patch]["gallery_patches"]
    assert given[one.query_patch]["mutual"]
    previous = one.similarity
    for other in pairs.numbered[:n]:
        for a, b in ((one.query_patch, other.query_patch), (one.match_patch, other.match_patch)):
            (r, c), (q, d) = pairs.cell(a), pairs.cell(b)
            assert max(abs(r - q), abs(c - d)) >= 2
# A cluster of several patches is marked on one of its own patches.
clustered = ExplainReply.from_json({**reply.to_json(), "patches": [
    {"query_patch": 5, "gallery_token": 0, "gallery_patches": [0, 1, count - 1],
     "similarity": 0.9, "mutual": True}]})
assert PatchPairs(clustered).numbered[0].match_patch in (0, 1, count - 1)
for broken in ({"grid": [3, 3]}, {"strength_match": [0.1]}):
    try:
        PatchPairs(ExplainReply.from_json({**reply.to_json(), **broken}))
    except ValueError:
        continue
    raise AssertionError(broken)
"""
    run(code, tmp_path, gallery)


def test_overlay_is_drawn_by_strength(tmp_path: Path, gallery: Path) -> None:
    code = """
dialog = dialog_of(engine, found, 1)
view, pairs = dialog.pair, dialog.pair.pair.patches
view.set_look(numbers=False)
def shot():
    return view.grab().toImage()
def middle(image, side, patch):
    return QColor(image.pixel(patch_rect(pairs, view.place_of(side), patch).center()))
plain_look = dict(overlay=False)
view.set_look(**plain_look)
plain = shot()
everything = range(pairs.rows * pairs.columns)
for side in (QUERY, MATCH):
    assert all(middle(plain, side, p).saturation() == 0 for p in everything)
dialog.controls.opacity.setValue(100)
QTest.keyClick(dialog, Qt.Key.Key_O)       # the check box is off the view's own switch: on again
QTest.keyClick(dialog, Qt.Key.Key_O)
assert dialog.controls.overlay.isChecked() and view.look.overlay
tinted = shot()
for side in (QUERY, MATCH):
    for p in everything:
        got, share = middle(tinted, side, p), pairs.share(side, p)
        if share <= 0:
            assert got == middle(plain, side, p)
        elif share > 0.999:                 # the strongest, at full opacity: the key's own colour
            want = strength_colour(share)
            assert abs(got.red() - want.red()) + abs(got.green() - want.green()) <= 4
        else:
            assert got != middle(plain, side, p)
dialog.controls.opacity.setValue(20)
weaker = shot()
p = max(everything, key=lambda p: pairs.strength[QUERY][p])
def away(image):
    a, b = middle(image, QUERY, p), middle(plain, QUERY, p)
    return sum(abs(x - y) for x, y in zip(a.getRgb(), b.getRgb()))
assert 0 < away(weaker) < away(tinted)
QTest.keyClick(dialog, Qt.Key.Key_O)
assert shot() == plain and not dialog.controls.opacity.isEnabled()
# Perceptually even: lightness of the key rises all the way, in grey print too.
lights = [c.red() * 0.2126 + c.green() * 0.7152 + c.blue() * 0.0722
          for c in (strength_colour(n / 20) for n in range(21))]
assert all(b > a for a, b in zip(lights, lights[1:])), lights
"""
    run(code, tmp_path, gallery)


def test_pointing_outlines_counterparts_both_ways(tmp_path: Path, gallery: Path) -> None:
    code = """
dialog = dialog_of(engine, found, 1)
view, pairs = dialog.pair, dialog.pair.pair.patches
view.set_look(overlay=False, numbers=False)
plain = view.grab().toImage()
def outlined(side):
    now = view.grab().toImage()
    hit = set()
    for p in range(pairs.rows * pairs.columns):
        rect = patch_rect(pairs, view.place_of(side), p)
        edge = [QPoint(rect.center().x(), rect.top()), QPoint(rect.left(), rect.center().y()),
                QPoint(rect.center().x(), rect.bottom() + 1),
                QPoint(rect.right() + 1, rect.center().y())]
        inside = now.rect()
        if all(QColor(now.pixel(e)).lightness() > 250 for e in edge if inside.contains(e)):
            hit.add(p)
    return hit
everything = range(pairs.rows * pairs.columns)
several = next(p for p in everything if len(pairs.counterparts(MATCH, p)) > 1)
for side, other, patch in ((QUERY, MATCH, pairs.numbered[0].query_patch), (MATCH, QUERY, several)):
    QTest.mouseMove(view, patch_rect(pairs, view.place_of(side), patch).center())
    wait_until(lambda: view.look.focus == (side, patch))
    assert patch in outlined(side)
    assert set(pairs.counterparts(side, patch)) <= outlined(other)
    value = pairs.similarity(side, patch)
    assert f"{value:.3f}" in dialog.focus_line.text(), dialog.focus_line.text()
assert str(len(pairs.counterparts(MATCH, several))) in dialog.focus_line.text()
QTest.mouseMove(view, QPoint(1, 1))
wait_until(lambda: view.look.focus is None)
assert "Point at a patch" in dialog.focus_line.text()
assert view.grab().toImage() == plain
# The same by keyboard: it starts at the strongest pair; Space goes across.
view.setFocus()
QTest.keyClick(view, Qt.Key.Key_Down)
first = pairs.numbered[0]
assert view.look.focus == (QUERY, first.query_patch)
QTest.keyClick(view, Qt.Key.Key_Space)
assert view.look.focus[0] == MATCH
assert view.look.focus[1] in pairs.counterparts(QUERY, first.query_patch)
row, column = pairs.cell(view.look.focus[1])
QTest.keyClick(view, Qt.Key.Key_Down if row + 1 < pairs.rows else Qt.Key.Key_Up)
assert pairs.cell(view.look.focus[1])[1] == column and pairs.cell(view.look.focus[1])[0] != row
"""
    run(code, tmp_path, gallery)


def test_captions_are_legible_in_a_theme_of_style_sheets(tmp_path: Path, gallery: Path) -> None:
    """QGIS's dark themes colour windows and labels, and leave the palette of other widgets dark."""
    code = """
app.setStyleSheet("QWidget { background: transparent } QLabel { color: #aaa } "
                  "QDialog { color: #aaa; background-color: #323232 }")
dialog = dialog_of(engine, found, 1)
for widget in (dialog.pair, dialog.controls.key):
    picture = dialog.grab(QRect(widget.mapTo(dialog, QPoint(0, 0)), widget.size())).toImage()
    height = picture.height() if widget is not dialog.pair else dialog.pair.place_of(QUERY).top()
    width = picture.width() // (8 if widget is not dialog.pair else 1)
    lights = [QColor(picture.pixel(x, y)).lightness() for x in range(width) for y in range(height)]
    assert max(lights) > 150, (widget, max(lights))
"""
    run(code, tmp_path, gallery)


def test_turning_over_deciding_and_closing(tmp_path: Path, gallery: Path) -> None:
    code = """
dialog = dialog_of(engine, found, 2, rows=[5, 2, 8])
assert dialog.footer.previous.isEnabled() and dialog.footer.next.isEnabled()
def ready():
    wait_until(lambda: dialog._call is None)
QTest.keyClick(dialog, Qt.Key.Key_N); ready()
assert dialog.row == 8 and not dialog.footer.next.isEnabled()
QTest.keyClick(dialog, Qt.Key.Key_PageDown); ready()
assert dialog.row == 8
dialog.footer.previous.click(); ready()
count = len(engine.asked)
QTest.keyClick(dialog, Qt.Key.Key_P); ready()
assert dialog.row == 5 and "Rank 6" in dialog.subtitle.text()
dialog.go(1)                                         # seen before: nothing is asked again
assert dialog.row == 2 and len(engine.asked) == count + 1
QTest.keyClick(dialog, Qt.Key.Key_A)
assert found.decision(2) == ACCEPTED and "accepted" in dialog.subtitle.text()
assert dialog.footer.decisions[ACCEPTED].isChecked()
found.decide([2], REJECTED)
assert "rejected" in dialog.subtitle.text() and dialog.footer.decisions[REJECTED].isChecked()
# Turning quickly: only the last answer is shown, those before are cancelled.
engine.silent = True
dialog._replies.clear()
dialog.show_row(5); dialog.show_row(8)
assert engine.calls[-2].cancelled and not engine.calls[-1].cancelled
wait_until(lambda: dialog._pages.currentWidget() is dialog.busy, 3)
call = engine.calls[-1]
dialog.close()
wait_until(lambda: sip.isdeleted(dialog))
assert call.cancelled
assert dialog.close() is True                        # closed before: harmless
found.decide([2], ACCEPTED)
# The gallery's and the store's listeners are not ours: nothing of the dialog is left.
assert found.receivers(found.decided) == 0
"""
    run(code, tmp_path, gallery)


def test_errors_are_said_in_the_dialog(tmp_path: Path, gallery: Path) -> None:
    code = """
engine.problem = "The mosaic of the query is gone. Open it again."
dialog = dialog_of(engine, found, 0, wait=False)
wait_until(lambda: dialog._pages.currentWidget() is dialog.message)
assert dialog.message.label.text() == engine.problem
assert not dialog.footer.save.isEnabled() and dialog.write_picture("/nowhere/x.png") is False
engine.problem = ""
dialog.message.button.click()
wait_until(lambda: dialog._pages.currentWidget() is dialog.pair)
assert dialog.pair.pair is not None and dialog.footer.save.isEnabled()
engine.data["explain"] = {"x": {"crater_id": "x"}}    # an answer that lacks what it must have
dialog.show_row(5)
wait_until(lambda: dialog._pages.currentWidget() is dialog.message)
assert "could not be read" in dialog.message.label.text()
"""
    run(code, tmp_path, gallery)


def test_saving_and_copying(tmp_path: Path, gallery: Path) -> None:
    code = """
dialog = dialog_of(engine, found, 1)
path = args[1] + "/why it matched.png"
assert dialog.write_picture(path)
image = QImage(path)
assert image.width() == 1480 and image.height() > 900
assert dialog.footer.said == f"Saved: {path}"
colours = {image.pixel(x, y) for x in range(0, 1480, 7) for y in range(0, image.height(), 7)}
assert sum(QColor(c).saturation() > 100 for c in colours) > 20     # the overlay is in it
assert QColor(image.pixel(3, 3)) == QColor(255, 255, 255)
assert not dialog.write_picture("/nowhere/at/all.png")
assert "could not be written" in dialog.footer.said
app.clipboard().clear()
dialog.copy_picture()
assert app.clipboard().image().size() == image.size()
"""
    run(code, tmp_path, gallery, tmp_path)
