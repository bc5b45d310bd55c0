"""An atlas for an index that has none: the offer, the work, how it ended."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QPushButton

from ...client.failure import CallError
from ...client.service import EngineService
from ...contract.atlas import AtlasParams
from ...contract.methods import MAKE_ATLAS
from ...i18n import tr
from ..messages import MessageLine
from ..offer import OfferBox


class MakeBox(OfferBox):
    """Words, a button, and while it works a bar."""

    made = pyqtSignal(object)
    """AtlasInfo."""

    def __init__(self, engine: EngineService) -> None:
        self.words, self.make = MessageLine(), QPushButton(tr("Make the atlas"))
        super().__init__(engine, self.words, self.make)
        self.setObjectName("CraterBenchAtlasMake")
        self.make.clicked.connect(
            lambda *_: self._ask(MAKE_ATLAS, AtlasParams(self._path), self.made.emit)
        )

    def offer(self, path: str, words: str) -> None:
        """Offer it for the index at ``path``."""
        self._take(path)
        self.words.info(words)
        self.show()

    def _on_failed(self, error: CallError) -> None:
        self.message.failure(error, tr("Stopped; nothing was changed."))
