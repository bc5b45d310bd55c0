"""What the tests of the review share: its file, and the panel in real QGIS with a fake engine."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from support import DATA, ENGINE_PYTHON, ROOT

MOSAIC = DATA / "moon" / "lroc_wac_8k.tif"

HEAD = """
import shutil, sqlite3
from pathlib import Path
from review_fakes import FakeEngine
from qgis.core import *
from qgis.PyQt.QtCore import QPointF
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QDockWidget
from craterbench_qgis.core.settings import Settings
from craterbench_qgis.gui.review.panel import ReviewPanel
problems = []
sys.excepthook = lambda *what: (problems.append(what), sys.__excepthook__(*what))
folder, review = Path(args[0]), args[1]
iface = FakeInterface()
iface.window.setCentralWidget(iface.canvas)
moon = QgsCoordinateReferenceSystem("IAU_2015:30100")
QgsProject.instance().setCrs(moon)
iface.canvas.setDestinationCrs(moon)
No, Ctrl = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier

def panel_of(engine, path=review):
    panel = ReviewPanel(iface, engine, Settings())
    dock = QDockWidget("CraterBench", iface.window)
    dock.setWidget(panel)
    iface.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    iface.window.resize(1200, 800)
    iface.window.show()
    if path:
        panel.open_review(path)
        wait_until(lambda: panel.queue is not None)
    return panel

def press(panel, key, modifier=No):
    QTest.keyClick(panel.view, getattr(Qt.Key, "Key_" + key), modifier)

def shown(panel):
    pair = panel.queue.pair()
    return pair.pair_id if pair else None

def stored(path=review):
    with sqlite3.connect(path) as db:
        return {row[0]: row[1:] for row in db.execute(
            "SELECT pair_id, decision, reviewer, decided_at FROM pairs WHERE decision <> ''")}

def saved(panel):
    wait_until(lambda: panel.store.pending == 0)

def done(panel=None):
    if panel is not None:
        panel.shut_down()
    assert not problems, problems
    print("fine")
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review of the engine's own making: 43 pairs, 40 of them planted."""
    path = tmp_path_factory.mktemp("review") / "moon_duplicates.gpkg"
    mosaics = [MOSAIC] if MOSAIC.exists() else []
    command = [ENGINE_PYTHON, "-m", "tests.qgis.make_review", path, *mosaics]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    return path


@pytest.fixture
def review(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(written, tmp_path / "review.gpkg"))


def with_mosaic(review: Path) -> Path:
    with sqlite3.connect(review) as db:
        db.execute("UPDATE provenance SET value='[\"/data/moon.tif\"]' WHERE key='mosaics'")
    return review
