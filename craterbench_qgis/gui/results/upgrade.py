"""Descriptors of kind for an index that has none, or an earlier version's: the offer, the work, how
it ended."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QLabel, QPushButton

from ...client.failure import CallError
from ...client.service import EngineService
from ...contract.build import UpgradeParams, UpgradeReply
from ...contract.methods import UPGRADE
from ...core.words.quantities import number
from ...i18n import tr
from ..offer import OfferBox


class UpgradeBox(OfferBox):
    """Shown where analogs are asked for and the index cannot answer, or not as well as it could."""

    upgraded = pyqtSignal(str)
    """Path of the index that has its descriptors now."""

    def __init__(self, engine: EngineService) -> None:
        self._words = QLabel()
        self._words.setWordWrap(True)
        self.add = QPushButton()
        self.locate = QPushButton(tr("Locate the mosaic…"))
        super().__init__(engine, self._words, self.add, self.locate)
        self.setObjectName("CraterBenchUpgrade")
        self.stop.setToolTip(tr("What is done stays; the same button goes on from there."))
        self.add.clicked.connect(lambda *_: self._start())
        self.locate.clicked.connect(lambda *_: self._ask_where())
        self.locate.hide()

    def offer(self, path: str, anew: bool = False) -> None:
        """Offer it for the index at ``path``; ``anew``: which has an earlier version's."""
        if self._take(path):
            self.locate.hide()
        if anew:
            self.add.setText(tr("Describe its craters anew"))
            self._words.setText(
                tr(
                    "An earlier version described these craters. Described anew from the mosaics, "
                    "once, their relief is told more exactly where light shows it: on shaded "
                    "terrain and in pictures under a low sun."
                )
            )
        else:
            self.add.setText(tr("Add descriptors of kind"))
            self._words.setText(
                tr(
                    "This index cannot tell kinds of craters yet. It learns them once from its "
                    "mosaics; its craters stay as they are, and you can go on working meanwhile."
                )
            )
        self.show()

    def _start(self, mosaics: list[str] | None = None) -> None:
        path = self._path
        params = UpgradeParams(path, mosaics or [])
        self._ask(UPGRADE, params, lambda reply: self._on_done(path, reply))

    def _ask_where(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("The mosaic this index was cut from"))
        if path:
            self._start([path])

    def _on_done(self, path: str, reply: UpgradeReply) -> None:
        if not reply.added and not reply.present:
            self.message.problem(
                tr("No view of this index can be cut from its mosaics any more. Build it again.")
            )
            return
        if reply.lost:
            lost = tr("{n} views can no longer be cut from the mosaics and have none.")
            self.message.info(lost.format(n=number(reply.lost)))
        self.hide()
        self.upgraded.emit(path)

    def _on_failed(self, error: CallError) -> None:
        if error.cancelled:
            self.message.info(tr("Stopped. The same button goes on from there."))
        elif error.kind == "MosaicError":
            self.message.problem(
                tr("A mosaic of this index is not where it was, or has changed. Locate it.")
            )
            self.locate.show()
        else:
            self.message.problem(error.message)

    def _show_running(self, on: bool) -> None:
        super()._show_running(on)
        if on:
            self.locate.hide()

    def closeEvent(self, event: Any) -> None:
        self.give_up()
        super().closeEvent(event)
