"""What the tests of the review share: the panel beside a map, its keys, and what is in its file."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QDockWidget

from craterbench_qgis.core.settings import Settings
from craterbench_qgis.gui.review.panel import ReviewPanel
from inside import FakeInterface, wait_until
from review_fakes import FakeEngine

CONTROL = Qt.KeyboardModifier.ControlModifier


class ReviewBench:
    """``folder``: where the engine's pictures lie. ``engine``: None for one that cuts nothing."""

    def __init__(
        self, folder: Path, iface: FakeInterface | None = None, engine: Any = None
    ) -> None:
        self.iface = iface or FakeInterface()
        self.engine = FakeEngine(folder) if engine is None else engine
        self.moon = QgsCoordinateReferenceSystem("IAU_2015:30100")
        self.panels: list[ReviewPanel] = []
        self.iface.window.setCentralWidget(self.iface.canvas)
        QgsProject.instance().setCrs(self.moon)
        self.iface.canvas.setDestinationCrs(self.moon)

    def panel(self) -> ReviewPanel:
        """The panel in a dock beside the map; no review is open."""
        panel = ReviewPanel(self.iface, self.engine, Settings())
        self.panels.append(panel)
        dock = QDockWidget("CraterBench", self.iface.window)
        dock.setWidget(panel)
        self.iface.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        self.iface.window.resize(1200, 800)
        self.iface.window.show()
        return panel

    def open(self, review: Path | str) -> ReviewPanel:
        """A panel that shows ``review``."""
        panel = self.panel()
        open_review(panel, review)
        return panel

    def close(self) -> None:
        """As at the end of QGIS: every panel lets go of its review."""
        while self.panels:
            self.panels.pop().shut_down()


def open_review(panel: ReviewPanel, review: Path | str) -> None:
    panel.open_review(str(review))
    wait_until(lambda: panel.queue is not None)


def press(
    panel: ReviewPanel,
    key: str,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    QTest.keyClick(panel.view, getattr(Qt.Key, "Key_" + key), modifier)


def shown(panel: ReviewPanel) -> Any:
    """The id of the pair that is shown, None where there is none."""
    pair = panel.queue.pair()
    return pair.pair_id if pair else None


def stored(review: Path) -> dict[Any, tuple[str, str, str]]:
    """Pair id -> (decision, reviewer, time) of what is decided, from the disk."""
    with sqlite3.connect(review) as db:
        rows = db.execute(
            "SELECT pair_id, decision, reviewer, decided_at FROM pairs WHERE decision <> ''"
        )
        return {row[0]: row[1:] for row in rows}


def wait_saved(panel: ReviewPanel) -> None:
    wait_until(lambda: panel.store.pending == 0)


def choose(panel: ReviewPanel, combo: str, value: str) -> None:
    """Choose ``value`` in the queue's ``order``, or the entry that says it in ``which``."""
    box = getattr(panel.page.bar, combo)
    row = box.findData(value) if combo == "order" else box.findText(value)
    assert row >= 0, value
    box.setCurrentIndex(row)
