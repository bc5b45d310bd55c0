"""What the results show when there is no gallery to show: what to do, or what is being done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ...i18n import tr
from .. import colours


class MessagePage(QWidget):
    """A sentence in the middle, and at most one button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = _sentence(colours.QuietLabel())
        self.button = QPushButton()
        self._act: Callable[[], Any] | None = None
        self.button.clicked.connect(lambda *_: self._act() if self._act else None)
        _middle(self, self.label, self.button)

    def show_text(self, text: str, button: str = "", act: Callable[[], Any] | None = None) -> None:
        """Say something; ``button`` is what can be done about it."""
        self.label.setText(text)
        self._act = act
        self.button.setText(button)
        self.button.setVisible(bool(button))


class BusyPage(QWidget):
    """Something is under way; it can be cancelled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = _sentence(QLabel())
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(180, 8)
        self.bar.setAccessibleName(tr("Under way"))
        self.button = QPushButton(tr("Cancel"))
        self._cancel: Callable[[], Any] | None = None
        self.button.clicked.connect(lambda *_: self._on_cancel())
        _middle(self, self.label, self.bar, self.button)

    def show_text(self, text: str, cancel: Callable[[], Any] | None) -> None:
        """Say what is done."""
        self.label.setText(text)
        self._cancel = cancel
        self.button.setVisible(cancel is not None)
        self.button.setEnabled(True)

    def _on_cancel(self) -> None:
        self.button.setEnabled(False)
        if self._cancel is not None:
            self._cancel()


def _sentence(label: QLabel) -> QLabel:
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    return label


def _middle(page: QWidget, *widgets: QWidget) -> None:
    column = QVBoxLayout(page)
    column.setContentsMargins(16, 16, 16, 16)
    column.setSpacing(10)
    column.addStretch(2)
    for widget in widgets:
        if isinstance(widget, QLabel):
            column.addWidget(widget)
        else:
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
    column.addStretch(3)
