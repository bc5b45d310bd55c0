"""An atlas for an index that has none: the offer, the work, how it ended."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFrame, QProgressBar, QPushButton

from ...client.failure import CallError
from ...client.service import AnyCall, EngineService
from ...contract.atlas import AtlasInfo, AtlasParams
from ...contract.methods import MAKE_ATLAS
from ...contract.wire import Progress
from ...core.words.progress import progress_text
from ...i18n import tr
from ..build.progress import show_on_bar
from ..layouts import in_column, in_row
from ..messages import MessageLine


class MakeBox(QFrame):
    """Words, a button, and while it works a bar."""

    made = pyqtSignal(object)
    """AtlasInfo."""

    def __init__(self, engine: EngineService) -> None:
        super().__init__()
        self.setObjectName("CraterBenchAtlasMake")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._engine = engine
        self._path = ""
        self._call: AnyCall | None = None
        self.words = MessageLine()
        self.message = MessageLine()
        self.bar = QProgressBar(textVisible=False)
        self.make = QPushButton(tr("Make the atlas"), autoDefault=False)
        self.stop = QPushButton(tr("Stop"), autoDefault=False)
        self.make.clicked.connect(lambda *_: self._start())
        self.stop.clicked.connect(lambda *_: self._call.cancel() if self._call else None)
        row = in_row(self.make, self.stop, 1)
        in_column(self.words, self.message, self.bar, row, on=self, margins=(6, 4, 6, 4), spacing=4)
        self._show_running(False)
        self.hide()

    def offer(self, path: str, words: str) -> None:
        """Offer it for the index at ``path``."""
        if path != self._path:
            self.give_up()
            self.message.clear_message()
            self._path = path
        self.words.info(words)
        self.show()

    def give_up(self) -> None:
        """Another index is open: what runs is stopped."""
        call, self._call = self._call, None
        if call is not None:
            call.cancel()
            call.drop()
        self._show_running(False)

    def _start(self) -> None:
        if not self._path or self._call is not None:
            return
        self._show_running(True)
        self.message.clear_message()
        self._call = self._engine.call(
            MAKE_ATLAS,
            AtlasParams(self._path),
            self._on_made,
            self._on_failed,
            self._on_progress,
            owner=self,
        )

    def _on_progress(self, progress: Progress) -> None:
        show_on_bar(self.bar, progress)
        self.message.info(progress_text(progress))

    def _on_made(self, info: AtlasInfo) -> None:
        self._call = None
        self._show_running(False)
        self.message.clear_message()
        self.made.emit(info)

    def _on_failed(self, error: CallError) -> None:
        self._call = None
        self._show_running(False)
        self.message.failure(error, tr("Stopped; nothing was changed."))

    def _show_running(self, on: bool) -> None:
        self.bar.setVisible(on)
        self.stop.setVisible(on)
        self.make.setVisible(not on)
        if on:
            self.bar.setRange(0, 0)
