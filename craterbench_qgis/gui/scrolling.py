"""Forms that scroll up and down only."""

from __future__ import annotations

from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtWidgets import QScrollArea, QWidget


class FormScroll(QScrollArea):
    """Never narrower than its form, whose words are longer in some languages."""

    def __init__(self, form: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidget(form)

    def minimumSizeHint(self) -> QSize:
        bar = self.verticalScrollBar().sizeHint().width()
        hint = super().minimumSizeHint()
        return QSize(
            max(hint.width(), self.widget().minimumSizeHint().width() + bar), hint.height()
        )
