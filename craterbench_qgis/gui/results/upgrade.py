"""Descriptors of kind for an index that has none: the offer, the work, how it ended."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QFrame, QLabel, QProgressBar, QPushButton

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract.build import UpgradeParams, UpgradeReply
from ...contract.methods import UPGRADE
from ...contract.wire import Progress
from ...core.words.progress import progress_text
from ...core.words.quantities import number
from ...i18n import tr
from ..build.progress import show_on_bar
from ..layouts import in_column, in_row
from ..messages import MessageLine


class UpgradeBox(QFrame):
    """Shown where analogs are asked for and the index cannot answer."""

    upgraded = pyqtSignal(str)
    """Path of the index that has its descriptors now."""

    def __init__(self, engine: EngineService) -> None:
        super().__init__()
        self.setObjectName("CraterBenchUpgrade")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._engine = engine
        self._path = ""
        self._call: AnyCall | None = None
        self._words = QLabel(
            tr(
                "This index cannot tell kinds of craters yet. It learns them once from its "
                "mosaics; its craters stay as they are, and you can go on working meanwhile."
            )
        )
        self._words.setWordWrap(True)
        self.message = MessageLine()
        self.bar = QProgressBar(textVisible=False)
        self.add = QPushButton(tr("Add descriptors of kind"))
        self.locate = QPushButton(tr("Locate the mosaic…"))
        self.stop = QPushButton(tr("Stop"))
        self.stop.setToolTip(tr("What is done stays; the same button goes on from there."))
        for button in (self.add, self.locate, self.stop):
            button.setAutoDefault(False)
        buttons = in_row(self.add, self.locate, self.stop, 1)
        in_column(
            self._words, self.message, self.bar, buttons, on=self, margins=(6, 4, 6, 4), spacing=4
        )
        self.add.clicked.connect(lambda *_: self._start())
        self.locate.clicked.connect(lambda *_: self._ask_where())
        self.stop.clicked.connect(lambda *_: self._call.cancel() if self._call else None)
        self._show_running(False)
        self.locate.hide()
        self.hide()

    def offer(self, path: str) -> None:
        """Offer it for the index at ``path``."""
        if path != self._path:
            self.give_up()
            self.message.clear_message()
            self.locate.hide()
            self._path = path
        self.show()

    def give_up(self) -> None:
        """Another index is open: what runs is stopped, and can go on later."""
        call, self._call = self._call, None
        if call is not None:
            call.cancel()
            call.drop()
        self._show_running(False)

    def _start(self, mosaics: list[str] | None = None) -> None:
        if not self._path or self._call is not None:
            return
        path = self._path
        self._show_running(True)
        self.message.clear_message()
        self._call = self._engine.call(
            UPGRADE,
            UpgradeParams(path, mosaics or []),
            lambda reply: self._on_done(path, reply),
            self._on_failed,
            self._on_progress,
            owner=self,
        )

    def _ask_where(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("The mosaic this index was cut from"))
        if path:
            self._start([path])

    def _on_progress(self, progress: Progress) -> None:
        show_on_bar(self.bar, progress)
        self.message.info(progress_text(progress))

    def _on_done(self, path: str, reply: UpgradeReply) -> None:
        self._call = None
        self._show_running(False)
        if not reply.added and not reply.present:
            self.message.problem(
                tr("No view of this index can be cut from its mosaics any more. Build it again.")
            )
            return
        self.message.clear_message()
        if reply.lost:
            lost = tr("{n} views can no longer be cut from the mosaics and have none.")
            self.message.info(lost.format(n=number(reply.lost)))
        self.hide()
        self.upgraded.emit(path)

    def _on_failed(self, error: CallError) -> None:
        self._call = None
        self._show_running(False)
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
        self.bar.setVisible(on)
        self.stop.setVisible(on)
        self.add.setVisible(not on)
        if on:
            self.bar.setRange(0, 0)
            self.locate.hide()

    def closeEvent(self, event: Any) -> None:
        self.give_up()
        super().closeEvent(event)
