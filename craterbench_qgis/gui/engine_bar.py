"""One line that says how the engine is, and what to do when it is not well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QApplication, QLabel, QToolButton, QWidget

from ..client.engine import Engine, EngineState
from ..client.failure import EngineFailure
from ..i18n import tr
from .layouts import in_column, in_row


class EngineBar(QWidget):
    """Hidden while all is well."""

    setup_wanted = pyqtSignal()

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._report = ""
        self._text = QLabel(wordWrap=True)
        self._restart = _button(tr("Restart"), tr("Start the engine again"), self._on_restart)
        self._copy = _button(
            tr("Copy report"), tr("Put what happened on the clipboard"), self._on_copy
        )
        self._setup = _button(
            tr("Set up…"), tr("Check or repair the engine's environment"), self.setup_wanted.emit
        )
        row = in_row(self._restart, self._copy, self._setup, 1)
        # Beside the buttons the text would be a narrow column.
        in_column(self._text, row, on=self, margins=2)
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
        QApplication.clipboard().setText(self._report)


def _button(text: str, tip: str, slot: Callable[[], Any]) -> QToolButton:
    return QToolButton(text=text, toolTip=tip, clicked=lambda: slot())
