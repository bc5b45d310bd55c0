"""Screenshots of the gallery and of "why it matched": shoot_results.py ROOT GALLERY OUTPUT.

GALLERY is a folder of make_gallery.py. Run with QGIS's Python, offscreen; then look at them.
"""

import sys
from pathlib import Path

root, source, target = sys.argv[1:4]
sys.path[:0] = [root, root + "/tests/qgis"]
from qgis.PyQt.QtTest import QTest  # noqa: E402

from gallery import FakeSettings, RecordedEngine, dark_palette, match_set_of  # noqa: E402
from inside import start_qgis, wait_until  # noqa: E402

app = start_qgis()
from craterbench_qgis.gui.results.panel import ResultsPanel  # noqa: E402

font = app.font()
font.setPointSizeF(9.0)  # what desktops use; the offscreen platform has 12
app.setFont(font)
light, dark = app.palette(), dark_palette()
out = Path(target)
out.mkdir(parents=True, exist_ok=True)


def shoot(widget, name, ms=300):
    from qgis.PyQt.QtCore import QElapsedTimer

    clock = QElapsedTimer()
    clock.start()
    wait_until(lambda: clock.elapsed() > ms)
    widget.grab().save(str(out / f"{name}.png"))


def panels():
    for theme, palette in (("light", light), ("dark", dark)):
        app.setStyle("Fusion")
        app.setPalette(palette)
        for width in (400, 900):
            engine = RecordedEngine(source)
            panel = ResultsPanel(engine, FakeSettings())
            panel.resize(width, 760)
            panel.show()
            shoot(panel, f"empty-{theme}-{width}", 50)
            match_set = match_set_of(engine.data)
            panel.show_set(match_set)
            shoot(panel, f"plain-{theme}-{width}")
            match_set.decide([1, 3], "accepted")
            match_set.decide([4], "rejected")
            panel.select_rows([2, 5])
            if width == 900:
                cell = panel.view.visualRect(panel.proxy.index_of(7))
                at = panel.view.delegate.layout.accept_button(cell).center()
                QTest.mouseMove(panel.view.viewport(), at)
            if width == 400:
                panel.bar.filter.setChecked(True)
                panel.filter_box.score.setValue(0.7)
            shoot(panel, f"decided-{theme}-{width}", 500)
            panel.show_busy("Searching for Box 3…", lambda: None)
            shoot(panel, f"busy-{theme}-{width}", 50)
            panel.close()
            panel.deleteLater()


def whys():
    from craterbench_qgis.gui.why.panel import WhyDialog

    for theme, palette in (("light", light), ("dark", dark)):
        app.setPalette(palette)
        engine = RecordedEngine(source)
        match_set = match_set_of(engine.data)
        dialog = WhyDialog(engine, match_set, 1, None)
        dialog.show()
        shoot(dialog, f"why-{theme}", 400)
        dialog.pair.set_focus_patch("query", 5 * 12 + 4)
        shoot(dialog, f"why-hover-{theme}", 50)
        if theme == "light":
            dialog.write_picture(str(out / "why-saved.png"))
        dialog.close()


panels()
if "why" in sys.argv[4:]:
    whys()
