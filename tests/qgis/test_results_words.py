"""The gallery: its words and states, its menu, a thousand results."""

from __future__ import annotations

from pathlib import Path

from support import needs_moon, needs_qgis
from test_results import gallery, run

__all__ = ["gallery"]  # a fixture
pytestmark = [needs_qgis, needs_moon]


def test_states_and_words(tmp_path: Path, gallery: Path) -> None:
    code = """
panel = ResultsPanel(engine, FakeSettings())
panel.resize(400, 700); panel.show(); app.processEvents()
page = lambda: panel._stack.currentWidget()
assert page() is panel.message and "Draw a box" in panel.message.label.text()
assert panel.visible_rows() == panel.selected_rows() == []
stopped = []
panel.show_busy("Searching for Box 1…", lambda: stopped.append(1))
assert page() is panel.busy and panel.busy.label.text() == "Searching for Box 1…"
needed = panel.busy.label.fontMetrics().horizontalAdvance("Searching for Box 1…")
assert panel.busy.label.width() >= needed
panel.busy.button.click()
assert stopped == [1]
panel.show_set(found)
assert page() is panel.gallery_page and panel.header.isVisible()
text = panel.header.facts.text()
assert "S, " in text and "km" in text, text
spent = found.timings_ms
assert panel.header.timing.text().startswith(f"{spent['total'] / 1000:.2f} s (encode "), spent
panel.show_message("The search was cancelled.")
assert page() is panel.message and panel.message.button.isVisible()
panel.message.button.click()                       # the matches of before are still there
assert page() is panel.gallery_page
# Nothing found: why, and what to do.
nothing = match_set_of(engine.data, 0)
nothing.provenance = {"filters": {}}
panel.show_set(nothing)
assert page() is panel.message and "no crater that can be compared" in panel.message.label.text()
nothing.provenance = {"filters": {"min_diameter_m": 1e9}}
panel.show_set(nothing)
assert "conditions of this search" in panel.message.label.text()
# What the best match is worth: said where it is known, nothing where it is not.
for m in found.matches:
    m.expected_by_chance = None
panel.show_set(found)
assert panel.header.worth.isHidden()
for m in found.matches:
    m.expected_by_chance = 3.2
panel.show_set(found)
assert panel.header.worth.text().startswith("No good match: about 3.2 craters")
found.matches[0].expected_by_chance = 0.04
panel.show_set(found)
assert panel.header.worth.text() == (
    "Best match: about 0.04 craters of this index look as similar by chance.")
assert phrases.chance(1.02) == "about 1 crater of this index looks as similar by chance"
assert "probab" not in phrases.tooltip(found, 0) and "imilarity" in phrases.tooltip(found, 0)
index = panel.model.index(1, 0)
spoken = index.data(int(Qt.ItemDataRole.AccessibleTextRole))
assert spoken.startswith("Rank 2: ") and "undecided" in spoken
assert panel.view.accessibleName() and panel.bar.sort.accessibleName()
# Two sets in turn leave no connection behind.
other = match_set_of(engine.data)
panel.show_set(other)
assert found.receivers(found.decided) == 0 and found.receivers(found.thumbnails_arrived) == 0
# A narrow panel does not force the dock wide; a wide one puts the query beside the gallery.
assert panel.minimumSizeHint().width() <= 480, panel.minimumSizeHint().width()
panel.resize(900, 700); app.processEvents()
assert panel.header.x() < panel.view.mapTo(panel, QPoint(0, 0)).x()
assert panel.view.mapTo(panel, QPoint(0, 0)).y() < panel.header.crop.height()
"""
    run(code, tmp_path, gallery)


def test_context_menu_and_search_again(tmp_path: Path, gallery: Path) -> None:
    code = """
panel = panel_of(engine, found)
again, whys = [], []
panel.search_again.connect(again.append)
panel.why.connect(whys.append)
panel.select_rows([6])
acts = panel._acts([6])
acts["again"](); acts["why"](); acts[ACCEPTED](); acts["copy"]()
request, match = again[0], found.matches[6]
assert request.to_params() == {"kind": "indexed", "crater_id": match.crater_id, "context": None}
assert (request.lon, request.diameter_m) == (match.lon, match.diameter_m) and request.label
assert whys == [6] and found.rows_of(ACCEPTED) == [6]
lines = app.clipboard().text().splitlines()
assert len(lines) == 2 and lines[1].split("\\t")[1] == match.crater_id
assert "again" not in panel._acts([6, 7]) and "undo" in panel._acts([6])
panel._menu(QPoint(5, 5))
from qgis.PyQt.QtWidgets import QMenu
menu = panel.findChildren(QMenu)[-1]
texts = {a.text().split("\\t")[0]: a.isEnabled() for a in menu.actions() if a.text()}
assert texts["Search with this crater"] and texts["Accept"] and texts["Undo the last decision"]
menu.close()
exported = []
panel.export_requested.connect(lambda: exported.append(1))
panel.bar.export.click()
assert exported == [1]
"""
    run(code, tmp_path, gallery)


def test_a_thousand_results_stay_smooth(tmp_path: Path, gallery: Path) -> None:
    """Filling under 50 ms; no pause of 50 ms while scrolling through 1,000 separate pictures."""
    code = """
import shutil, time
from pathlib import Path
count = 1000
found = match_set_of(engine.data, count)
folder = Path(args[1]); folder.mkdir()
for row, match in enumerate(found.matches):        # a file each, as a real search has
    source = engine.data["thumbnails"][str(match.view_number % 1_000_000)]
    path = folder / f"{match.view_number}.jpg"
    shutil.copy(source, path)
    engine.files[str(match.view_number)] = str(path)
assert len(set(engine.files.values())) >= count
panel = ResultsPanel(engine, FakeSettings())
panel.resize(400, 760); panel.show(); app.processEvents()
best = 1e9
for _ in range(3):
    panel.show_set(None)
    app.processEvents()
    start = time.perf_counter()
    panel.show_set(found)
    best = min(best, (time.perf_counter() - start) * 1000)
assert best < 50, best
gap = LongestGap()
bar = panel.view.verticalScrollBar()
wait_until(lambda: bar.maximum() > 10_000)
def scroll(step):
    gap.start()
    bar.setValue(0)
    while bar.value() < bar.maximum():
        bar.setValue(bar.value() + step)
        for _ in range(3):
            app.processEvents()
            time.sleep(0.002)
    return gap.stop()
def best_of_three(measure):
    # Another process on this computer may take the processor away.
    best = 1e9
    for _ in range(3):
        best = min(best, measure())
        if best < 50:
            break
    return best
worst = best_of_three(lambda: scroll(300))
assert worst < 50, worst
wait_until(lambda: panel.pictures.pixmap(count - 1, panel.view.delegate.layout.side) is not None)
wait_until(lambda: len(found.thumbnails) == count)
assert 0 < panel.pictures.cached_bytes <= 48 << 20
def reorder():
    panel.filter_box.reset()
    gap.start()
    panel.bar.sort.setCurrentIndex(1); app.processEvents()
    panel.bar.sort.setCurrentIndex(2); app.processEvents()
    panel.filter_box.score.setValue(found.matches[10].score)
    wait_until(lambda: panel.proxy.rowCount() < count)
    return gap.stop()
def express():
    panel.filter_box.reset()
    gap.start()
    panel.filter_box.expression.setText('"diameter_m" > 70000 and lat > 0')
    wait_until(lambda: panel.proxy.rowCount() < count)
    return gap.stop()
ordering, expression = best_of_three(reorder), best_of_three(express)
print(f"populate {best:.1f} ms, scroll {worst:.1f} ms, sort and filter {ordering:.1f} ms, "
      f"expression {expression:.1f} ms, cache {panel.pictures.cached_bytes >> 20} MB")
assert ordering < 50 and expression < 50, (ordering, expression)
"""
    assert "populate" in run(code, tmp_path, gallery, tmp_path / "many")
