"""The gallery in a window of its own, as wide as the screen allows."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QByteArray, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QLabel, QPushButton, QWidget

from ...core.settings import Settings
from ...i18n import tr
from ..layouts import in_column

_GEOMETRY_KEY = "results/window"


class GalleryWindow(QWidget):
    """Holds ``panel`` until it is closed; its place is remembered."""

    closed = pyqtSignal()

    def __init__(self, panel: QWidget, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("CraterBenchGallery")
        self.setWindowTitle(tr("CraterBench: matches"))
        self._settings = settings
        in_column(panel, on=self, margins=4)
        self.resize(1040, 760)
        stored = settings.value(_GEOMETRY_KEY, "")
        if isinstance(stored, str) and stored:
            self.restoreGeometry(QByteArray.fromHex(stored.encode()))

    def closeEvent(self, event: Any) -> None:
        self._settings.set_value(_GEOMETRY_KEY, bytes(self.saveGeometry().toHex()).decode())
        super().closeEvent(event)
        self.closed.emit()


class Elsewhere(QWidget):
    """Stands in the dock for a gallery that has a window of its own."""

    back_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        label = QLabel(tr("The matches are in a window of their own."))
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        back = QPushButton(tr("Bring them back"), clicked=lambda *_: self.back_wanted.emit())
        in_column(2, label, (back, 0, Qt.AlignmentFlag.AlignHCenter), 3, on=self)
