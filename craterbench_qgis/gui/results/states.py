"""Pages in place of the gallery: a sentence with what to do, and work that is under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QLabel, QProgressBar, QPushButton, QSizePolicy, QWidget

from ...i18n import tr
from .. import colours
from ..layouts import in_column


class MessagePage(QWidget):
    """A sentence in the middle, and at most one button."""

    def __init__(self) -> None:
        super().__init__()
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

    def __init__(self) -> None:
        super().__init__()
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
    middle = Qt.AlignmentFlag.AlignHCenter
    parts = (part if isinstance(part, QLabel) else (part, 0, middle) for part in widgets)
    in_column(2, *parts, 3, on=page, margins=16, spacing=10)
