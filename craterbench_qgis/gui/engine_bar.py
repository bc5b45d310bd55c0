"""One line that says how the engine is, and what to do when it is not well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..client.engine import Engine, EngineState
from ..client.failure import EngineFailure
from ..i18n import tr


class EngineBar(QWidget):
    """Hidden while all is well."""

    setup_wanted = pyqtSignal()

    def __init__(self, engine: Engine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._report = ""
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._restart = _button(tr("Restart"), tr("Start the engine again"), self._on_restart)
        self._copy = _button(
            tr("Copy report"), tr("Put what happened on the clipboard"), self._on_copy
        )
        self._setup = _button(
            tr("Set up…"), tr("Check or repair the engine's environment"), self.setup_wanted.emit
        )
        row = QHBoxLayout()
        for button in (self._restart, self._copy, self._setup):
            row.addWidget(button)
        row.addStretch(1)
        layout = QVBoxLayout(self)  # beside the buttons the text would be a narrow column
        layout.setContentsMargins(2, 2, 2, 2)
        layout.addWidget(self._text)
        layout.addLayout(row)
        engine.state_changed.connect(self._on_state)
        engine.failed.connect(self._on_failure)
        self._on_state(engine.state)

    def _on_state(self, state: str) -> None:
        starting = state == EngineState.STARTING
        for button in (self._restart, self._copy, self._setup):
            button.setVisible(state == EngineState.FAILED)
        if starting:
            self._text.setText(tr("The engine is starting…"))
        self.setVisible(state in (EngineState.STARTING, EngineState.FAILED))

    def _on_failure(self, failure: EngineFailure) -> None:
        self._report = failure.report
        self._text.setText(failure.summary)
        for button in (self._restart, self._copy, self._setup):
            button.setVisible(True)
        self.setVisible(True)

    def _on_restart(self) -> None:
        self._engine.restart()

    def _on_copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self._report)


def _button(text: str, tip: str, slot: Callable[[], Any]) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.clicked.connect(lambda: slot())
    return button
