""" "Why it matched" over recorded matches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtGui import QColor, QImage
from qgis.PyQt.QtTest import QTest

from craterbench_qgis.contract.why import ExplainReply
from craterbench_qgis.gui.why.paint import patch_rect
from craterbench_qgis.gui.why.panel import WhyDialog
from gallery import RecordedEngine, match_set_of
from inside import settle, wait_until


class WhyBench:
    """``dialog`` shows it for a match of the recorded set."""

    def __init__(self, gallery: Path) -> None:
        self.engine = RecordedEngine(gallery)
        self.match_set = match_set_of(self.engine.data)
        answers = self.engine.data["explain"]
        self.reply = ExplainReply.from_json(answers[self.match_set.matches[1].crater_id])

    def dialog(self, row: int, wait: bool = True, plain: bool = True, **options: Any) -> WhyDialog:
        """``plain``: the whole views with nothing drawn over them but patches."""
        self.shown = WhyDialog(self.engine, self.match_set, row, None, **options)
        self.shown.show()
        if wait:
            self.wait_for_answer()
        if wait and plain:
            controls = self.shown.controls
            for box in (controls.surroundings, controls.rim):
                QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
            assert controls.surroundings.isChecked() and not controls.rim.isChecked()
        return self.shown

    def wait_for_answer(self) -> None:
        """Until the pictures of the row are there: meanwhile they cannot be pointed at."""
        wait_until(lambda: self.shown.pair.pair is not None and self.shown.pair.isEnabled())
        settle()

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.shown, key)
        self.wait_for_answer()

    def picture(self) -> QImage:
        """Query and match as they are drawn."""
        return self.shown.pair.grab().toImage()

    def middle(self, picture: QImage, side: str, patch: int) -> QColor:
        """The colour in the middle of a patch; ``side``: QUERY or MATCH."""
        view = self.shown.pair
        place = patch_rect(view.pair.patches, view.place_of(side), patch)
        return QColor(picture.pixel(place.center()))
